/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks through a checkpoint's metadata and logs: every entry is read and compared with its
 * neighbours. State is not looked at (state/store_check.h). */
#ifndef FB_CHECKPOINT_LOG_CHECK_H
#define FB_CHECKPOINT_LOG_CHECK_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/finding.h"

typedef struct fb_log_check {
    char query_id[FB_UUID_TEXT_SIZE]; /* empty when there is none that can be read */
    int64_t *planned;                 /* ids in offsets/, ascending */
    uint32_t planned_count;
    int64_t *committed;
    uint32_t committed_count;
    bool has_newest;
    fb_offset_entry newest; /* the newest offset entry, where it can be read */
    uint64_t file_count;    /* that were read */
} fb_log_check;

/* What is found goes to `findings`; a failure says that looking was not possible, such as
 * FB_E_NOT_FOUND where there is no checkpoint. Results live in `arena`. */
fb_status fb_checkpoint_check_logs(fb_filesystem *fs, const char *root, fb_arena *arena,
                                   const fb_findings *findings, fb_log_check *out,
                                   fb_error *err) FB_CHECKED;

/* Private logs of sources, against the offsets in `newest`; called by the above. */
fb_status fb_checkpoint_check_sources(fb_filesystem *fs, const char *root,
                                      const fb_findings *findings, fb_log_check *check,
                                      fb_error *err) FB_CHECKED;

/* What is said of a folder without the logs of a query: FB_E_NOT_FOUND, or the failure of looking.
 * `what` ought to be in the logs, such as "committed batch". */
fb_status fb_checkpoint_none(fb_filesystem *fs, const char *root, const char *what,
                             fb_error *err) FB_CHECKED;

#endif
