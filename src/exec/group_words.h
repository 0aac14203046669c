/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers groups by the words of their keys (exec/group_key.h): the inner part of a group table,
 * and of each part of a partial aggregation. One thread at a time. */
#ifndef FB_EXEC_GROUP_WORDS_H
#define FB_EXEC_GROUP_WORDS_H

#include "exec/group_index.h"
#include "exec/group_key.h"

typedef struct fb_group_words {
    const fb_group_layout *layout;
    fb_group_index index;
    uint64_t *entries; /* by group: its words, then the addresses of its strings */
    uint64_t *nulls;   /* by group; NULL while none has a null */
    uint32_t count;
    uint32_t capacity;
    fb_arena heap; /* long strings */
    fb_budget *budget;
    uint64_t held_bytes; /* counted in the budget, without the index */
} fb_group_words;

/* `layout` is borrowed. */
fb_status fb_group_words_init(fb_group_words *table, const fb_group_layout *layout,
                              fb_budget *budget, fb_error *err) FB_CHECKED;
void fb_group_words_deinit(fb_group_words *table); /* also of a zeroed one */
/* groups[i] = number of the group of row i. After a failure the table is good for deinit only. */
fb_status fb_group_words_find(fb_group_words *table, const fb_group_block *rows, uint32_t *groups,
                              fb_error *err) FB_CHECKED;
void fb_group_words_clear(fb_group_words *table);
size_t fb_group_words_bytes(const fb_group_words *table);

/* The entries from group number `first` on; good until the table changes. */
static inline fb_group_entries fb_group_words_from(const fb_group_words *table, uint32_t first)
{
    size_t stride = fb_group_layout_stride(table->layout);
    return (fb_group_entries){table->entries + first * stride,
                              table->nulls ? table->nulls + first : NULL};
}

#endif
