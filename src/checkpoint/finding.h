/* SPDX-License-Identifier: Apache-2.0
 *
 * What a look at a whole checkpoint finds, thing by thing, where a query would stop at the first.
 * A finding is an error whose message names the file, the place in it and what was expected. One
 * thread at a time. */
#ifndef FB_CHECKPOINT_FINDING_H
#define FB_CHECKPOINT_FINDING_H

#include "base/status.h"

typedef struct fb_findings {
    /* `finding->status` is FB_E_CORRUPT for damage; FB_OK for a remark: what is odd but harms no
     * restart, or could not be looked at. Borrowed for the call. */
    void (*add)(void *user, const fb_error *finding);
    void *user;
} fb_findings;

void fb_findings_damage(const fb_findings *findings, const char *format, ...) FB_PRINTF(2, 3);
void fb_findings_remark(const fb_findings *findings, const char *format, ...) FB_PRINTF(2, 3);

/* Turns what was caught while reading into a finding, and returns FB_OK: damage where bytes are
 * damaged or missing. Passes on any other failure: those say nothing about the checkpoint. */
fb_status fb_findings_take(const fb_findings *findings, const fb_error *caught,
                           fb_error *err) FB_CHECKED;

#endif
