/* SPDX-License-Identifier: Apache-2.0
 *
 * Sizes up to 2 KiB have a free list of exactly that size, since rows of one schema have few
 * sizes. Larger ones are rounded up to an eighth of a power of two, so that a row that grows by a
 * few bytes at a time (a collected list) finds what it left behind. Rows above 64 KiB are given
 * back to the process. Free rows are neither split nor merged: an offset that was the start of a
 * row stays one, which is_live and the event-time index rely on. */
#include "state/row_heap.h"

#include "base/assert.h"
#include "base/memory.h"

#include <string.h>

enum {
    UNIT_BYTES = 8,
    EXACT_UNITS = 256,
    LARGE_UNITS = 8192,
    SEGMENT_UNITS = 1 << FB_ROW_SEGMENT_BITS,
    MAX_SEGMENTS = 1 << (FB_ROW_OFFSET_BITS - FB_ROW_SEGMENT_BITS),
    FIRST_UNITS = 2048, /* the first segments are smaller: 16 KiB, 128 KiB, 1 MiB */
};
static_assert(EXACT_UNITS + 1 + 5 * 8 <= FB_ROW_CLASSES, "a list for each size");

/* What the numbers behind the first of a large block of several segments point to; its rows are
 * only reached from the first. */
static char large_tail;

static uint32_t log2_of(uint64_t number)
{
    return 63 - (uint32_t)__builtin_clzll(number);
}

/* Rounds *units up to the size of its class. */
static uint32_t class_of(uint64_t *units)
{
    if (*units <= EXACT_UNITS) return (uint32_t)*units;
    uint32_t shift = log2_of(*units - 1) - 3;
    uint64_t eighths = ((*units - 1) >> shift) + 1; /* 9 to 16 */
    *units = eighths << shift;
    return EXACT_UNITS + (shift - 5) * 8 + (uint32_t)(eighths - 8);
}

static uint64_t units_of(size_t size_bytes)
{
    if (size_bytes < FB_ROW_MIN_BYTES) size_bytes = FB_ROW_MIN_BYTES;
    return (size_bytes + UNIT_BYTES - 1) / UNIT_BYTES;
}

void fb_row_heap_init(fb_row_heap *heap, fb_budget *budget)
{
    memset(heap, 0, sizeof *heap);
    heap->budget = budget;
}

void fb_row_heap_deinit(fb_row_heap *heap)
{
    for (uint32_t i = 0; i < heap->segment_count; i++)
        if (heap->segments[i] != &large_tail) fb_free(heap->segments[i]);
    fb_free(heap->segments);
    fb_budget_give(heap->budget, heap->held_bytes);
    fb_row_heap_init(heap, heap->budget);
}

static bool take(fb_row_heap *heap, uint64_t size_bytes, bool *over_limit)
{
    *over_limit = !fb_budget_take(heap->budget, size_bytes);
    if (*over_limit) return false;
    heap->held_bytes += size_bytes;
    return true;
}

static void give(fb_row_heap *heap, uint64_t size_bytes)
{
    heap->held_bytes -= size_bytes;
    fb_budget_give(heap->budget, size_bytes);
}

static bool grow_numbers(fb_row_heap *heap, uint32_t needed, bool *over_limit)
{
    if (needed <= heap->segment_capacity) return true;
    uint32_t capacity = heap->segment_capacity ? heap->segment_capacity : 4;
    while (capacity < needed)
        capacity *= 2;
    uint64_t more_bytes = (capacity - heap->segment_capacity) * sizeof(char *);
    if (!take(heap, more_bytes, over_limit)) return false;
    char **segments = fb_realloc(heap->segments, capacity * sizeof *segments);
    if (!segments) {
        give(heap, more_bytes);
        return false;
    }
    heap->segments = segments;
    heap->segment_capacity = capacity;
    return true;
}

/* The first of `count` consecutive unused numbers; the newest segment is never among them. Returns
 * MAX_SEGMENTS when there are none. */
static uint32_t find_numbers(fb_row_heap *heap, uint32_t count, bool *over_limit)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < heap->segment_count; i++) {
        run = heap->segments[i] ? 0 : run + 1;
        if (run == count) return i + 1 - count;
    }
    uint32_t first = heap->segment_count - run;
    *over_limit = count > MAX_SEGMENTS - first;
    if (*over_limit || !grow_numbers(heap, first + count, over_limit)) return MAX_SEGMENTS;
    while (heap->segment_count < first + count)
        heap->segments[heap->segment_count++] = NULL;
    return first;
}

static uint64_t alloc_large(fb_row_heap *heap, uint64_t units, bool *over_limit)
{
    uint32_t count = (uint32_t)((units + SEGMENT_UNITS - 1) / SEGMENT_UNITS);
    uint32_t first = find_numbers(heap, count, over_limit);
    if (first == MAX_SEGMENTS || !take(heap, units * UNIT_BYTES, over_limit)) return 0;
    char *block = fb_alloc(units * UNIT_BYTES);
    if (!block) {
        give(heap, units * UNIT_BYTES);
        return 0;
    }
    heap->segments[first] = block;
    for (uint32_t i = 1; i < count; i++)
        heap->segments[first + i] = &large_tail;
    memset(block, 0, sizeof(fb_row_header));
    return (uint64_t)first << FB_ROW_SEGMENT_BITS;
}

static bool add_segment(fb_row_heap *heap, bool *over_limit)
{
    uint32_t number = heap->segment_count;
    *over_limit = number == MAX_SEGMENTS;
    if (*over_limit || !grow_numbers(heap, number + 1, over_limit)) return false;
    uint64_t held = heap->held_bytes / UNIT_BYTES, units = FIRST_UNITS;
    while (units < SEGMENT_UNITS && units < held)
        units *= 8;
    if (units > SEGMENT_UNITS) units = SEGMENT_UNITS;
    if (!take(heap, units * UNIT_BYTES, over_limit)) return false;
    bool is_full_size = units == SEGMENT_UNITS;
    char *segment = is_full_size ? fb_alloc_aligned(units * UNIT_BYTES, units * UNIT_BYTES)
                                 : fb_alloc(units * UNIT_BYTES);
    if (!segment) {
        give(heap, units * UNIT_BYTES);
        return false;
    }
    if (heap->newest_is_full_size)
        fb_memory_prefer_huge(heap->segments[heap->newest], SEGMENT_UNITS * UNIT_BYTES);
    heap->newest = number;
    heap->newest_is_full_size = is_full_size;
    heap->segments[heap->segment_count++] = segment;
    heap->next = (uint64_t)number << FB_ROW_SEGMENT_BITS;
    heap->end = heap->next + units;
    /* Offset 0 is no row. */
    if (number == 0) heap->next = 1;
    return true;
}

uint64_t fb_row_heap_alloc(fb_row_heap *heap, size_t size_bytes, bool *over_limit)
{
    *over_limit = false;
    uint64_t units = units_of(size_bytes);
    if (units > LARGE_UNITS) {
        /* So that no large row has offset 0. */
        if (heap->segment_count == 0 && !add_segment(heap, over_limit)) return 0;
        return alloc_large(heap, units, over_limit);
    }
    uint32_t class = class_of(&units);
    uint64_t row = heap->free_rows[class];
    if (row) {
        memcpy(&heap->free_rows[class], fb_row_at(heap, row) + sizeof(fb_row_header),
               sizeof heap->free_rows[class]);
        return row;
    }
    /* What is left of a segment is lost: at most 64 KiB, and that in segments of 2 MiB. */
    while (heap->end - heap->next < units)
        if (!add_segment(heap, over_limit)) return 0;
    row = heap->next;
    heap->next += units;
    fb_row_header_at(heap, row)->stamp = 0;
    return row;
}

void fb_row_heap_free(fb_row_heap *heap, uint64_t row, size_t size_bytes)
{
    FB_ASSERT(row != 0);
    uint64_t units = units_of(size_bytes);
    if (units > LARGE_UNITS) {
        uint32_t number = (uint32_t)(row >> FB_ROW_SEGMENT_BITS);
        fb_free(heap->segments[number]);
        heap->segments[number] = NULL;
        while (++number < heap->segment_count && heap->segments[number] == &large_tail)
            heap->segments[number] = NULL;
        give(heap, units * UNIT_BYTES);
        return;
    }
    uint32_t class = class_of(&units);
    fb_row_header_at(heap, row)->stamp = 0;
    memcpy(fb_row_at(heap, row) + sizeof(fb_row_header), &heap->free_rows[class],
           sizeof heap->free_rows[class]);
    heap->free_rows[class] = row;
}

bool fb_row_heap_is_live(const fb_row_heap *heap, uint64_t row)
{
    const char *segment = heap->segments[row >> FB_ROW_SEGMENT_BITS];
    return segment && segment != &large_tail && fb_row_header_at(heap, row)->stamp != 0;
}
