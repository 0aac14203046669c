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
 * not committed, FB_E_UNSUPPORTED for providers other than Spark's HDFS-backed one, FB_E_CORRUPT
 * for a compression that nobody knows. */
fb_status fb_state_view_format(const fb_state_view *view, int64_t batch_id, fb_offset_entry *entry,
                               fb_state_format *out, fb_error *err) FB_CHECKED;
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
/* The partitions of a store as a restart reads them. */
typedef struct fb_state_partitions {
    const char *directory; /* of the operator */
    uint32_t expected;     /* 0 to expected - 1 */
    uint32_t *ids;         /* those that are there, ascending, in the arena */
    uint32_t count;
    uint32_t extra_count; /* directories beyond, which nothing reads */
} fb_state_partitions;

/* By the number that the offset entry pins, or that of the operator's metadata (NULL: there is
 * none); a limit and an aggregation without keys have one partition. `key`: the STRUCT of the
 * schema; NULL: not known. */
fb_status fb_state_view_partitions(const fb_state_view *view, const fb_offset_entry *entry,
                                   int64_t operator_id, const fb_operator_metadata *operator_,
                                   const fb_type *key, fb_state_partitions *out,
                                   fb_error *err) FB_CHECKED;
/* The first partition from `from` on that is not there and, in *to, the one behind the last of that
 * gap; false when there is none. */
bool fb_state_partitions_gap(const fb_state_partitions *partitions, uint32_t from, uint32_t *first,
                             uint32_t *to);
/* The ids of operators or partitions: numbers that name directories in `directory`, ascending. */
fb_status fb_state_view_numbers(const fb_state_view *view, const char *directory, uint32_t **out,
                                uint32_t *count, fb_error *err) FB_CHECKED;

#endif
