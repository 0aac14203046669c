/* SPDX-License-Identifier: Apache-2.0
 *
 * A checkpoint that is only looked at: which batches it has, and how its state is written. */
#ifndef FB_SESSION_STATE_VIEW_H
#define FB_SESSION_STATE_VIEW_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/operator_metadata.h"
#include "checkpoint/state_schema.h"
#include "state/state_file.h"

/* Lives in an arena. */
typedef struct fb_state_view {
    fb_filesystem *fs;
    fb_arena *arena;
    const char *root;
    int64_t *batches; /* committed, ascending */
    uint32_t batch_count;
} fb_state_view;

/* FB_E_NOT_FOUND when there is no checkpoint or no committed batch. The other functions need `fs`,
 * `arena` and `root` only. */
fb_status fb_state_view_open(fb_filesystem *fs, fb_arena *arena, const char *root,
                             fb_state_view *out, fb_error *err) FB_CHECKED;
/* How the state after a batch is written, from its offset entry. FB_E_NOT_FOUND for a batch that is
 * not committed, FB_E_UNSUPPORTED for providers other than Spark's HDFS-backed one. */
fb_status fb_state_view_format(const fb_state_view *view, int64_t batch_id, fb_state_format *out,
                               fb_error *err) FB_CHECKED;
/* The same for an entry that was read. */
fb_status fb_state_view_entry_format(const fb_state_view *view, const fb_offset_entry *entry,
                                     fb_state_format *out, fb_error *err) FB_CHECKED;
fb_status fb_state_view_offsets(const fb_state_view *view, int64_t batch_id, fb_offset_entry *out,
                                fb_error *err) FB_CHECKED;
/* The newest metadata of an operator; its newest file of version 2, else the one of version 1.
 * *path (in the arena) is that file, also where it cannot be read. */
fb_status fb_state_view_operator(const fb_state_view *view, int64_t operator_id, const char **path,
                                 fb_operator_metadata *out, fb_error *err) FB_CHECKED;
/* The schema file of a store, in its first partition. */
fb_status fb_state_view_schema(const fb_state_view *view, int64_t operator_id, const char *store,
                               const char **path, fb_state_schema *out, fb_error *err) FB_CHECKED;
/* The ids of operators or partitions: numbers that name directories in `directory`, ascending. */
fb_status fb_state_view_numbers(const fb_state_view *view, const char *directory, uint32_t **out,
                                uint32_t *count, fb_error *err) FB_CHECKED;

#endif
