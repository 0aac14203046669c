/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the numbers of groups by hash: open-addressing segments that are doubled while they are
 * small and then split in two, so that growth never moves more than a segment. A slot is 8 bytes:
 *
 *     bits 32..63   tag: the upper half of the hash
 *     bits  0..31   number of the group + 1; 0: the slot is empty
 *
 * The first bits of the tag choose the segment, the next ones the place in it; so slots can be
 * moved without a look at the keys. One thread at a time. */
#ifndef FB_EXEC_GROUP_INDEX_H
#define FB_EXEC_GROUP_INDEX_H

#include "base/budget.h"
#include "base/status.h"

typedef struct fb_group_segment {
    uint64_t *slots;
    uint32_t bits;  /* log2 of the number of slots */
    uint32_t depth; /* bits of the tag that its groups have in common */
    uint32_t count;
    uint32_t limit; /* of count */
} fb_group_segment;

typedef struct fb_group_index {
    fb_group_segment **directory; /* 2^depth; neighbours may be the same */
    uint32_t depth;
    size_t slot_count; /* of all segments */
    fb_budget *budget;
    uint64_t held_bytes; /* counted in the budget */
} fb_group_index;

/* One small segment. FB_E_NOMEM or FB_E_LIMIT, as all below; the caller words the error. */
fb_status fb_group_index_init(fb_group_index *index, fb_budget *budget) FB_CHECKED;
void fb_group_index_deinit(fb_group_index *index); /* also of a zeroed one */
/* Adds a group that is not there. */
fb_status fb_group_index_add(fb_group_index *index, uint32_t tag, uint32_t group) FB_CHECKED;
/* Forgets all groups, keeps the memory. */
void fb_group_index_clear(fb_group_index *index);

static inline uint32_t fb_group_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline const fb_group_segment *fb_group_index_segment(const fb_group_index *index,
                                                             uint32_t tag)
{
    return index->directory[(uint64_t)tag << index->depth >> 32];
}

/* Where the search for a tag starts in its segment. */
static inline uint32_t fb_group_segment_home(const fb_group_segment *segment, uint32_t tag)
{
    return (uint32_t)(tag << segment->depth) >> (32 - segment->bits);
}

static inline uint32_t fb_group_segment_mask(const fb_group_segment *segment)
{
    return ((uint32_t)1 << segment->bits) - 1;
}

static inline bool fb_group_slot_has_tag(uint64_t slot, uint32_t tag)
{
    return slot && slot >> 32 == tag;
}

static inline uint32_t fb_group_slot_group(uint64_t slot)
{
    return (uint32_t)slot - 1;
}

#endif
