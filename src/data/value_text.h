/* SPDX-License-Identifier: Apache-2.0
 *
 * One value of any type as text, nested ones included. Running out of memory shows in
 * `out->failed`. Any thread. */
#ifndef FB_DATA_VALUE_TEXT_H
#define FB_DATA_VALUE_TEXT_H

#include "data/column.h"
#include "env/timezone.h"

/* Appends what Spark's show() prints before it cuts: NULL, binary as [01 FF]. */
void fb_value_text_show(const fb_column *column, size_t row, const fb_timezone *zone, fb_buf *out);

/* Appends what CAST(value AS STRING) gives in ANSI mode: null inside of nested values (and for a
 * value that is null itself), binary as its bytes. */
void fb_value_text_cast(const fb_column *column, size_t row, const fb_timezone *zone, fb_buf *out);
/* The same with ANSI off: decimals with more than six zeros behind the point get an exponent. */
void fb_value_text_cast_legacy(const fb_column *column, size_t row, const fb_timezone *zone,
                               fb_buf *out);

#endif
