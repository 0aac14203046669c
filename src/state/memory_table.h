/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_state_table in memory: rows in a heap of their own (row_heap.h) under an index of small hash
 * tables (slots.h), with a log of what the transaction changed (touch_log.h) and the rows by event
 * time (time_index.h).
 *
 *     row   [header 8][sizes of key and value, 4 each, unless both are fixed]
 *           [key, padded to 8][value]
 *
 * Hash of a key: all its bytes; with a prefix, the upper bits are the prefix's, so that the rows of
 * one prefix lie in one run of one small table. */
#ifndef FB_STATE_MEMORY_TABLE_H
#define FB_STATE_MEMORY_TABLE_H

#include "base/budget.h"
#include "state/table.h"

typedef struct fb_state_memory_table_options {
    const fb_state_layout *layout; /* copied */
    fb_budget *budget;             /* what it holds is counted here; NULL: no limit; borrowed */
    /* For tests of collisions: instead of fb_state_hash; NULL otherwise. */
    uint64_t (*hash)(fb_slice key);
} fb_state_memory_table_options;

/* An empty table without an open transaction. */
fb_status fb_state_memory_table_create(const fb_state_memory_table_options *options,
                                       fb_state_table **out, fb_error *err) FB_CHECKED;

#endif
