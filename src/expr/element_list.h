/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of one group while they are collected, as elements of an UnsafeRow's array: those of fixed
 * width as their bytes, the others as the pieces that the array will hold. All memory is an
 * arena's. One thread at a time. */
#ifndef FB_EXPR_ELEMENT_LIST_H
#define FB_EXPR_ELEMENT_LIST_H

#include "data/column.h"
#include "data/unsafe_row.h"

/* How elements of a type are stored. */
typedef struct fb_element_kind {
    uint32_t width; /* bytes in the array: 1, 2, 4 or 8 */
    bool is_piece;  /* then of these 8, offset and size of a piece behind */
    bool is_set;    /* equal elements are kept once, the first of them */
} fb_element_kind;

typedef struct fb_element_list {
    uint32_t count, capacity;
    uint64_t *values; /* of fixed width, in the low bytes */
    fb_slice *pieces;
    uint32_t *slots; /* of a set with many: element number + 1, or 0; by hash */
    uint32_t slot_count;
} fb_element_list;

/* The elements of a column of rows, ready to be added. */
typedef struct fb_elements {
    const fb_column *column;
    fb_unsafe_rows rows; /* of pieces */
} fb_elements;

fb_element_kind fb_element_kind_of(const fb_type *element, bool is_set);

fb_status fb_elements_of(fb_element_kind kind, const fb_column *column, size_t row_count,
                         fb_arena *arena, fb_elements *out, fb_error *err) FB_CHECKED;

/* Adds row `row`, which is not null; bytes are copied to `arena`. False: no memory. */
bool fb_element_list_add(fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                         const fb_elements *elements, size_t row);

/* An UnsafeRow with one array without elements. */
extern const fb_slice fb_element_list_empty;

/* An UnsafeRow with one array, of the elements in order; into `arena`. FB_E_LIMIT: too large. */
fb_status fb_element_list_write(const fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                                fb_slice *out, fb_error *err) FB_CHECKED;

/* Adds the elements of such a row. Its pieces are borrowed. Safe on any bytes: FB_E_CORRUPT. */
fb_status fb_element_list_read(fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                               fb_slice row, fb_error *err) FB_CHECKED;

#endif
