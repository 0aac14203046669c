/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/group_index.h"

#include "base/memory.h"

#include <string.h>

enum {
    LEAST_BITS = 8,
    SMALL_BITS = 13,
    SPLIT_BITS = 15, /* 256 KiB: moved in a fraction of a millisecond */
    MOST_DEPTH = 16, /* segments whose groups agree in more bits are doubled again */
};

/* --- segments --- */

static size_t bytes_of(uint32_t bits)
{
    return sizeof(uint64_t) << bits;
}

static fb_status make_segment(fb_group_index *index, uint32_t bits, uint32_t depth,
                              fb_group_segment **out)
{
    if (!fb_budget_take(index->budget, bytes_of(bits))) return FB_E_LIMIT;
    fb_group_segment *segment = fb_alloc_zero(1, sizeof *segment);
    uint64_t *slots = fb_alloc_aligned(64, bytes_of(bits));
    if (!segment || !slots) {
        fb_free(segment);
        fb_free(slots);
        fb_budget_give(index->budget, bytes_of(bits));
        return FB_E_NOMEM;
    }
    memset(slots, 0, bytes_of(bits));
    /* Half full at most: one in twenty groups lies behind its bucket then. Where memory is no
     * matter a quarter, and there is hardly one. */
    *segment =
        (fb_group_segment){.slots = slots,
                           .bits = bits,
                           .depth = depth,
                           .limit = (uint32_t)1 << (bits <= SMALL_BITS ? bits - 2 : bits - 1)};
    index->held_bytes += bytes_of(bits);
    index->slot_count += (size_t)1 << bits;
    *out = segment;
    return FB_OK;
}

static void drop_segment(fb_group_index *index, fb_group_segment *segment)
{
    if (!segment) return;
    index->held_bytes -= bytes_of(segment->bits);
    index->slot_count -= (size_t)1 << segment->bits;
    fb_budget_give(index->budget, bytes_of(segment->bits));
    fb_free(segment->slots);
    fb_free(segment);
}

static void put(fb_group_segment *segment, uint64_t slot)
{
    uint32_t mask = fb_group_segment_mask(segment);
    uint32_t at = fb_group_segment_home(segment, (uint32_t)(slot >> 32));
    while (segment->slots[at])
        at = (at + 1) & mask;
    segment->slots[at] = slot;
    segment->count++;
}

/* --- growth --- */

static fb_status double_segment(fb_group_index *index, fb_group_segment *old)
{
    fb_group_segment *fresh;
    FB_TRY(make_segment(index, old->bits + 1, old->depth, &fresh));
    for (uint32_t i = 0; i <= fb_group_segment_mask(old); i++)
        if (old->slots[i]) put(fresh, old->slots[i]);
    /* The directory goes on pointing to `old`. */
    fb_group_segment swapped = *old;
    *old = *fresh;
    *fresh = swapped;
    drop_segment(index, fresh);
    return FB_OK;
}

static fb_status double_directory(fb_group_index *index)
{
    size_t count = (size_t)1 << index->depth;
    fb_group_segment **fresh = fb_alloc(2 * count * sizeof *fresh);
    if (!fresh) return FB_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        fresh[2 * i] = fresh[2 * i + 1] = index->directory[i];
    fb_free(index->directory);
    index->directory = fresh;
    index->depth++;
    return FB_OK;
}

static fb_status split(fb_group_index *index, fb_group_segment *old, uint32_t tag)
{
    if (old->depth == index->depth) FB_TRY(double_directory(index));
    fb_group_segment *low, *high;
    FB_TRY(make_segment(index, old->bits, old->depth + 1, &low));
    fb_status status = make_segment(index, old->bits, old->depth + 1, &high);
    if (status != FB_OK) {
        drop_segment(index, low);
        return status;
    }
    for (uint32_t i = 0; i <= fb_group_segment_mask(old); i++) {
        uint64_t slot = old->slots[i];
        if (slot) put(slot << old->depth >> 63 ? high : low, slot);
    }
    size_t span = (size_t)1 << (index->depth - old->depth);
    size_t first = ((uint64_t)tag << index->depth >> 32) / span * span;
    for (size_t i = 0; i < span; i++)
        index->directory[first + i] = i < span / 2 ? low : high;
    drop_segment(index, old);
    return FB_OK;
}

static fb_status grow(fb_group_index *index, fb_group_segment *segment, uint32_t tag)
{
    bool may_split = segment->bits >= SPLIT_BITS && segment->depth < MOST_DEPTH;
    if (may_split) return split(index, segment, tag);
    if (segment->bits + segment->depth == 32) return FB_E_LIMIT; /* no more bits in a tag */
    return double_segment(index, segment);
}

/* --- calls --- */

fb_status fb_group_index_init(fb_group_index *index, fb_budget *budget)
{
    *index = (fb_group_index){.budget = budget};
    index->directory = fb_alloc_zero(1, sizeof *index->directory);
    if (!index->directory) return FB_E_NOMEM;
    return make_segment(index, LEAST_BITS, 0, &index->directory[0]);
}

void fb_group_index_deinit(fb_group_index *index)
{
    if (!index->directory) return;
    size_t count = (size_t)1 << index->depth;
    for (size_t i = 0; i < count;) {
        fb_group_segment *segment = index->directory[i];
        i += segment ? (size_t)1 << (index->depth - segment->depth) : 1;
        drop_segment(index, segment);
    }
    fb_free(index->directory);
    *index = (fb_group_index){0};
}

fb_status fb_group_index_add(fb_group_index *index, uint32_t tag, uint32_t group)
{
    fb_group_segment *segment = index->directory[(uint64_t)tag << index->depth >> 32];
    while (segment->count >= segment->limit) {
        FB_TRY(grow(index, segment, tag));
        segment = index->directory[(uint64_t)tag << index->depth >> 32];
    }
    put(segment, (uint64_t)tag << 32 | ((uint64_t)group + 1));
    return FB_OK;
}

void fb_group_index_clear(fb_group_index *index)
{
    size_t count = (size_t)1 << index->depth;
    for (size_t i = 0; i < count; i++) {
        fb_group_segment *segment = index->directory[i];
        if (segment->count) memset(segment->slots, 0, bytes_of(segment->bits));
        segment->count = 0;
    }
}
