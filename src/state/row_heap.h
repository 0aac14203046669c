/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory for rows, reached by offset and not by pointer: segments that never move, free lists by
 * size, and blocks of their own for large rows. The offset of a live row is never 0, counts units
 * of 8 bytes, and fits FB_ROW_OFFSET_BITS bits. One thread at a time. */
#ifndef FB_STATE_ROW_HEAP_H
#define FB_STATE_ROW_HEAP_H

#include "base/budget.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FB_ROW_OFFSET_BITS = 36,
    FB_ROW_SEGMENT_BITS = 18, /* units in a segment: 2 MiB */
    FB_ROW_MIN_BYTES = 16,    /* a free row holds a header and the next of its list */
    FB_ROW_CLASSES = 304,
};

/* In front of every row. */
typedef struct fb_row_header {
    uint32_t stamp; /* transaction of the last change; 0: not a row of the table (any more) */
    uint32_t touch; /* its place in that transaction's log */
} fb_row_header;

typedef struct fb_row_heap {
    char **segments; /* NULL: unused number; also the tail of a large block, see row_heap.c */
    uint32_t segment_count;
    uint32_t segment_capacity;
    uint32_t newest; /* number of the segment that is being filled */
    bool newest_is_full_size;
    uint64_t next; /* its unused units */
    uint64_t end;
    uint64_t free_rows[FB_ROW_CLASSES];
    uint64_t held_bytes; /* from the heap of the process */
    fb_budget *budget;
} fb_row_heap;

void fb_row_heap_init(fb_row_heap *heap, fb_budget *budget);
void fb_row_heap_deinit(fb_row_heap *heap);

/* Space for a row of `size_bytes`, its header included; the header's stamp is 0. Returns 0 when
 * memory is out or the budget's limit is reached: then *over_limit says which. */
uint64_t fb_row_heap_alloc(fb_row_heap *heap, size_t size_bytes, bool *over_limit);
/* With the size that it was allocated with. */
void fb_row_heap_free(fb_row_heap *heap, uint64_t row, size_t size_bytes);

static inline char *fb_row_at(const fb_row_heap *heap, uint64_t row)
{
    return heap->segments[row >> FB_ROW_SEGMENT_BITS] +
           ((row & (((uint64_t)1 << FB_ROW_SEGMENT_BITS) - 1)) << 3);
}

static inline fb_row_header *fb_row_header_at(const fb_row_heap *heap, uint64_t row)
{
    return (fb_row_header *)(void *)fb_row_at(heap, row);
}

/* Whether an offset that was a row's at some time is a row of the table now. */
bool fb_row_heap_is_live(const fb_row_heap *heap, uint64_t row);

#endif
