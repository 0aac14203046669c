/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_state_log as Spark's HDFS-backed provider writes it (state/state_file.h): a delta file for
 * each version, and now and then a snapshot that is made by folding files, not from the table. */
#ifndef FB_STATE_FILE_LOG_H
#define FB_STATE_FILE_LOG_H

#include "base/budget.h"
#include "state/log.h"
#include "state/state_file.h"

enum {
    FB_STATE_MIN_DELTAS = 10,       /* spark.sql.streaming.stateStore.minDeltasForSnapshot */
    FB_STATE_MAX_DELTAS = 50,       /* then a snapshot is due however small the deltas are */
    FB_STATE_RETAINED = 100,        /* spark.sql.streaming.minBatchesToRetain */
    FB_STATE_RETAINED_AT_LEAST = 2, /* versions that the engine may have to go back to */
};

typedef struct fb_state_file_log_options {
    fb_filesystem *fs;     /* borrowed */
    const char *directory; /* of the store (fb_state_directory); copied */
    fb_state_format format;
    uint32_t min_deltas; /* 0: the default */
    uint32_t retained;   /* versions behind the newest that stay recoverable; 0: the default */
    fb_budget *budget;   /* what folding holds is counted here; may be NULL */
} fb_state_file_log_options;

fb_status fb_state_file_log_create(const fb_state_file_log_options *options, fb_state_log **out,
                                   fb_error *err) FB_CHECKED;

#endif
