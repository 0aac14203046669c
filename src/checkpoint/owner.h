/* SPDX-License-Identifier: Apache-2.0
 *
 * Who holds a checkpoint: the line in .forebay.lock, and what others are told about it. */
#ifndef FB_CHECKPOINT_OWNER_H
#define FB_CHECKPOINT_OWNER_H

#include "base/buf.h"
#include "base/slice.h"
#include "env/clock.h"

/* Appends {"pid":4242,"host":"alpha","startedMs":1795354149713} of this process; shortage of memory
 * shows in out->failed. */
void fb_owner_describe(fb_clock *clock, fb_buf *out);

/* Appends such a line as "process 4242 on this host (started 14:00:03)", in local time; "another
 * process" when it cannot be read, which happens while its writer is still writing it. */
void fb_owner_explain(fb_slice description, fb_clock *clock, fb_buf *out);

#endif
