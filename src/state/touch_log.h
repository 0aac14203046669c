/* SPDX-License-Identifier: Apache-2.0
 *
 * What one transaction changed, in the order of the first change of each row: from it the version
 * is written, and taken back. Entries lie in blocks that are kept for the next transaction. One
 * thread at a time. */
#ifndef FB_STATE_TOUCH_LOG_H
#define FB_STATE_TOUCH_LOG_H

#include "base/budget.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FB_TOUCH_CREATED ((uint64_t)0)
#define FB_TOUCH_IN_PLACE UINT64_MAX

typedef struct fb_touch {
    uint64_t row;     /* now; 0: removed */
    uint64_t old_row; /* detached row with the old key and value, FB_TOUCH_CREATED, or
                         FB_TOUCH_IN_PLACE: the old value follows */
    char old_value[];
} fb_touch;

typedef struct fb_touch_log {
    char **blocks;
    uint32_t block_count;
    uint32_t block_capacity;
    uint32_t entry_bytes;
    uint32_t entry_shift; /* log2 of the entries in a block */
    uint32_t count;
    uint64_t held_bytes;
    fb_budget *budget;
} fb_touch_log;

/* `value_bytes` of old values in every entry. */
void fb_touch_log_init(fb_touch_log *log, uint32_t value_bytes, fb_budget *budget);
void fb_touch_log_deinit(fb_touch_log *log);
/* Forgets the entries and keeps at most as many blocks as they needed. */
void fb_touch_log_clear(fb_touch_log *log);

/* The next entry, not filled in, without counting it: log->count++ does. NULL when memory is out
 * or the limit is reached (*over_limit). */
fb_touch *fb_touch_log_next(fb_touch_log *log, bool *over_limit);

static inline fb_touch *fb_touch_log_at(const fb_touch_log *log, uint32_t index)
{
    char *block = log->blocks[index >> log->entry_shift];
    uint32_t within = index & (((uint32_t)1 << log->entry_shift) - 1);
    return (fb_touch *)(void *)(block + (size_t)within * log->entry_bytes);
}

#endif
