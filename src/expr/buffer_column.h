/* SPDX-License-Identifier: Apache-2.0
 *
 * A column of aggregation buffers: a row per group, of any type, whose rows are replaced one by
 * one. Values, and those of fields of structs, lie in growing memory of their own; strings and the
 * entries of arrays and maps lie in an arena, the heap, whose reset goes with
 * fb_buffer_column_clear. One thread at a time. */
#ifndef FB_EXPR_BUFFER_COLUMN_H
#define FB_EXPR_BUFFER_COLUMN_H

#include "data/column.h"

/* An empty column. False: no memory; deinit is due all the same. */
bool fb_buffer_column_init(fb_column *column, const fb_type *type);
void fb_buffer_column_deinit(fb_column *column);

/* Room for `capacity` rows; a nullable column, and all that is nested, gets validity. */
bool fb_buffer_column_grow(fb_column *column, bool nullable, uint32_t capacity);

/* Rows from..until-1 become zero, and NULL where there is validity, but for the column's own rows
 * when they do not start as NULL. */
void fb_buffer_column_start(fb_column *column, bool starts_null, uint32_t from, uint32_t until);

/* Forgets what lies in the heap. */
void fb_buffer_column_clear(fb_column *column);

/* Bytes of `capacity` rows, without the heap. */
size_t fb_buffer_column_bytes(const fb_column *column, uint32_t capacity);

/* Row `row` of `from`, of the same type, becomes row `group`: its bytes and entries are copied to
 * `heap`, into the place of what was there when they fit. A NULL needs validity. False: no memory.
 */
bool fb_buffer_column_put(fb_column *column, fb_arena *heap, uint32_t group, const fb_column *from,
                          size_t row);

#endif
