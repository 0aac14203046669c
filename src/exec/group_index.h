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

#include <string.h>

enum { FB_GROUP_BUCKET = 4 }; /* half a cache line */

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
    uint32_t place = (uint32_t)(tag << segment->depth) >> (32 - segment->bits);
    return place & ~(uint32_t)(FB_GROUP_BUCKET - 1);
}

static inline uint32_t fb_group_segment_mask(const fb_group_segment *segment)
{
    return ((uint32_t)1 << segment->bits) - 1;
}

static const uint32_t FB_NO_GROUP = UINT32_MAX;

typedef uint32_t four_words __attribute__((vector_size(16)));

/* A group of the bucket at `slots`, or FB_NO_GROUP; if one of the bucket has this tag, then such a
 * one. There may be others behind. */
static inline uint32_t fb_group_bucket_find(const uint64_t *slots, uint32_t tag)
{
    four_words low, high;
    memcpy(&low, slots, sizeof low);
    memcpy(&high, slots + 2, sizeof high);
    const four_words tags = __builtin_shufflevector(low, high, 1, 3, 5, 7);
    four_words matches = (four_words)(tags == tag) & (four_words){1, 2, 4, 8};
    matches |= __builtin_shufflevector(matches, matches, 2, 3, 0, 1);
    matches |= __builtin_shufflevector(matches, matches, 1, 0, 3, 2);
    return (uint32_t)slots[__builtin_ctz(matches[0] | 8)] - 1;
}

/* The first group from place `*at` on with this tag, or FB_NO_GROUP; `*at` is its place. */
static inline uint32_t fb_group_segment_find(const fb_group_segment *segment, uint32_t tag,
                                             uint32_t *at)
{
    uint32_t mask = fb_group_segment_mask(segment);
    for (uint64_t slot; (slot = segment->slots[*at]); *at = (*at + 1) & mask)
        if (slot >> 32 == tag) return (uint32_t)slot - 1;
    return FB_NO_GROUP;
}

#endif
