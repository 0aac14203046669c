/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as bytes that compare, by memcmp, as the values do. Of two different keys of a type none
 * is the beginning of the other. */
#ifndef FB_EXEC_SORT_KEY_H
#define FB_EXEC_SORT_KEY_H

#include "data/column.h"

/* Anything but maps, however deep. */
bool fb_sort_key_is_possible(const fb_type *type);

/* sizes[i] += the size of the key of row i. */
void fb_sort_key_measure(const fb_column *column, uint32_t row_count, size_t *sizes);
/* Writes the key of row i at ends[i] and moves ends[i] behind it. */
void fb_sort_key_write(const fb_column *column, bool descending, bool nulls_last,
                       uint32_t row_count, uint8_t **ends);

#endif
