/* SPDX-License-Identifier: Apache-2.0
 *
 * Loops of comparisons over plain arrays. Floats in Spark's order: NaN equals NaN and is above
 * everything, 0.0 equals -0.0. */
#ifndef FB_EXPR_KERNEL_COMPARE_H
#define FB_EXPR_KERNEL_COMPARE_H

#include "data/column.h"

typedef enum fb_comparison {
    FB_EQUAL,
    FB_NOT_EQUAL,
    FB_LESS,
    FB_LESS_OR_EQUAL,
    FB_GREATER,
    FB_GREATER_OR_EQUAL,
} fb_comparison;

/* The comparison that says the same with the sides exchanged. */
fb_comparison fb_comparison_mirror(fb_comparison op);

/* out[i] = a[i] op b[i], or a[i] op b[0] when b_constant, as 0 or 1. Values of `type`: anything
 * but VOID, STRUCT, ARRAY, MAP. */
void fb_compare_values(fb_comparison op, const fb_type *type, const void *a, const void *b,
                       bool b_constant, uint8_t *out, size_t row_count);

/* Rows of any two columns of one shape, nulls inside structs and arrays first. Both rows are not
 * null. Negative, zero or positive. */
int fb_compare_rows(const fb_column *a, size_t a_row, const fb_column *b, size_t b_row);

#endif
