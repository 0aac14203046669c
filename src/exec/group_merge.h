/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of one partition and the rows of state that they become: distinct groups are merged into
 * their rows a chunk at a time, and rows that the table shows are read back as groups.
 *
 * A chunk is found, or created, in the table by one call and written by one more; values of fixed
 * size are changed where they lie. One thread at a time. */
#ifndef FB_EXEC_GROUP_MERGE_H
#define FB_EXEC_GROUP_MERGE_H

#include "exec/aggregation.h"
#include "state/table.h"

typedef struct fb_group_merge {
    const fb_aggregation *aggregation; /* borrowed, as the next two */
    const fb_eval_context *context;
    fb_state_table *table;
    fb_buffers merged;
    bool is_plain; /* values are loaded and stored where they lie */
} fb_group_merge;

fb_status fb_group_merge_init(fb_group_merge *merge, const fb_aggregation *aggregation,
                              const fb_eval_context *context, fb_state_table *table,
                              fb_error *err) FB_CHECKED;
void fb_group_merge_deinit(fb_group_merge *merge);

/* Merges at most FB_CHUNK_ROWS groups, no key twice, floats in keys canonical. `*out` are the
 * buffer columns as they now are in the state; they live in `arena` and `merge`, until its next
 * use. FB_E_CORRUPT names the store and the key of a row that is none of the schema. */
fb_status fb_group_merge_chunk(fb_group_merge *merge, const fb_column *keys,
                               const fb_column *fields, uint32_t group_count, fb_arena *arena,
                               const fb_column **out, fb_error *err) FB_CHECKED;

/* Columns of rows that the table shows: keys, then buffer fields. Long strings point into the
 * rows. */
fb_status fb_group_merge_decode(const fb_group_merge *merge, const fb_slice *keys,
                                const fb_slice *values, uint32_t count, fb_arena *arena,
                                fb_column **columns, fb_error *err) FB_CHECKED;

/* 0, 1, 2, ...: each row is a group of its own. NULL: no memory. */
uint32_t *fb_group_numbers(fb_arena *arena, uint32_t group_count);

/* Bytes held between calls, for the memory limit. */
size_t fb_group_merge_bytes(const fb_group_merge *merge);

#endif
