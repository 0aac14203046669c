/* SPDX-License-Identifier: Apache-2.0
 *
 * The file `metadata`: {"id":"<uuid>"}. The id names the query for ever: sinks that deliver exactly
 * once know their batches by it. */
#ifndef FB_CHECKPOINT_QUERY_METADATA_H
#define FB_CHECKPOINT_QUERY_METADATA_H

#include "base/buf.h"
#include "base/status.h"
#include "env/random.h"

/* The decoder, fb_query_metadata_decode, is in checkpoint.h. Shortage of memory shows in
 * out->failed. */
void fb_query_metadata_encode(const char id[FB_UUID_TEXT_SIZE], fb_buf *out);

#endif
