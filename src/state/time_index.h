/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by event time, so that an eviction only meets rows that are due: buckets of a range of time
 * with the offsets of their rows. Entries are not taken out when their row goes; who reads them
 * asks the row. One thread at a time. */
#ifndef FB_STATE_TIME_INDEX_H
#define FB_STATE_TIME_INDEX_H

#include "base/budget.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_TIME_FIRST_SHIFT = 20, /* a bucket covers 2^20 microseconds at first */
    FB_TIME_MAX_BUCKETS = 4096,
};

typedef struct fb_time_bucket {
    int64_t number; /* time >> shift */
    int64_t least;  /* no row's time lies below */
    uint64_t *rows;
    uint32_t count;
    uint32_t capacity;
    uint32_t live_count; /* rows of the table among the entries, each counted once */
} fb_time_bucket;

typedef struct fb_time_index {
    fb_time_bucket *buckets; /* in the order of time */
    uint32_t count;
    uint32_t capacity;
    uint32_t shift;
    uint64_t held_bytes;
    fb_budget *budget;
} fb_time_index;

void fb_time_index_init(fb_time_index *index, fb_budget *budget);
void fb_time_index_deinit(fb_time_index *index); /* empty and usable afterwards */

/* False when memory is out or the limit is reached: *over_limit. The index is then incomplete. */
bool fb_time_index_add(fb_time_index *index, int64_t time, uint64_t row, bool *over_limit);
/* The bucket of a time that was added; NULL when it is not there. Borrowed until the next change
 * of the index. */
fb_time_bucket *fb_time_index_find(fb_time_index *index, int64_t time);
/* Removes the first `count` buckets from number `first` on. */
void fb_time_index_drop(fb_time_index *index, uint32_t first, uint32_t count);

#endif
