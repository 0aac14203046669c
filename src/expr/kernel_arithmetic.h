/* SPDX-License-Identifier: Apache-2.0
 *
 * Loops of + - * over plain arrays. A constant operand is an array of one value. The loops have no
 * branch per row; they only say whether any row overflowed (null rows count too, since their
 * values are whatever was there), and the caller then looks for it. */
#ifndef FB_EXPR_KERNEL_ARITHMETIC_H
#define FB_EXPR_KERNEL_ARITHMETIC_H

#include "data/column.h"

typedef enum fb_arithmetic { FB_ADD, FB_SUBTRACT, FB_MULTIPLY } fb_arithmetic;

/* Wrapping results into out[0..row_count); true when one of them overflowed. Not both constant
 * unless row_count is 1. */
bool fb_arithmetic_integers(fb_arithmetic op, fb_type_id id, const void *a, bool a_constant,
                            const void *b, bool b_constant, void *out, size_t row_count);
/* FLOAT or DOUBLE: cannot fail. */
void fb_arithmetic_floats(fb_arithmetic op, fb_type_id id, const void *a, bool a_constant,
                          const void *b, bool b_constant, void *out, size_t row_count);
/* a / b of DOUBLE; true when some b is zero. */
bool fb_divide_doubles(const double *a, bool a_constant, const double *b, bool b_constant,
                       double *out, size_t row_count);

/* a % b of TINYINT, SMALLINT or INT; true when some b is zero. */
bool fb_remainder_integers(fb_type_id id, const void *a, bool a_constant, const void *b,
                           bool b_constant, void *out, size_t row_count);

/* -a, or |a| when `absolute`; wraps. True when some value is the least of its type. */
bool fb_negate_integers(fb_type_id id, bool absolute, const void *a, void *out, size_t row_count);

#endif
