/* SPDX-License-Identifier: Apache-2.0
 *
 * Recognises a plan: equal texts mean that a batch gives the same rows again, as far as the plan
 * decides that. It is written into the offset log, so that a batch is only ever run again by the
 * plan that ran it first. Any thread. */
#ifndef FB_STREAM_FINGERPRINT_H
#define FB_STREAM_FINGERPRINT_H

#include "plan/plan.h"

enum { FB_FINGERPRINT_SIZE = 17 };

typedef struct fb_fingerprint {
    char text[FB_FINGERPRINT_SIZE];
    bool is_deterministic; /* no random numbers and the like, no source that leaves rows out */
} fb_fingerprint;

/* Of an optimised plan; `ansi` and `timezone` are the session's. */
fb_status fb_fingerprint_make(const fb_plan *plan, fb_output_mode mode, bool ansi,
                              const fb_timezone *timezone, fb_fingerprint *out,
                              fb_error *err) FB_CHECKED;

#endif
