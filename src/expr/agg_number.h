/* SPDX-License-Identifier: Apache-2.0
 *
 * What aggregates of numbers share: argument types, and decimals of either width. */
#ifndef FB_EXPR_AGG_NUMBER_H
#define FB_EXPR_AGG_NUMBER_H

#include "expr/aggregate.h"

/* Numbers pass; strings, timestamps and NULL become DOUBLE; others are refused in Spark's words. */
fb_status fb_aggregate_check_number(fb_binder *binder, fb_aggregate_call *call,
                                    uint32_t arg) FB_CHECKED;
/* Replaces an argument by its implicit cast. */
fb_status fb_aggregate_cast_arg(fb_binder *binder, fb_aggregate_call *call, uint32_t arg,
                                const fb_type *type) FB_CHECKED;
/* The type in which values of a DECIMAL are summed: ten digits more. NULL: no memory. */
const fb_type *fb_aggregate_sum_type(fb_arena *arena, const fb_type *decimal);

static inline fb_int128 fb_decimal_at(const fb_column *column, size_t index)
{
    return fb_type_is_long_decimal(column->type) ? column->int64s[index] : column->int128s[index];
}

static inline void fb_decimal_put(fb_column *column, size_t index, fb_int128 value)
{
    if (fb_type_is_long_decimal(column->type))
        column->int64s[index] = (int64_t)value;
    else
        column->int128s[index] = value;
}

#endif
