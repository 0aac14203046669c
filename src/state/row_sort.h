/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that leave the table go in an order that depends on the data only: by event time, then by
 * hash. */
#ifndef FB_STATE_ROW_SORT_H
#define FB_STATE_ROW_SORT_H

#include <stdint.h>

typedef struct fb_row_order {
    int64_t time;
    uint64_t hash;
    uint64_t row;
} fb_row_order;

/* Sorts by (time, upper half of the hash), stable; `scratch` has room for as many. The result is in
 * `rows`. Rows with the same time and 32 equal bits are left to the caller. */
void fb_row_sort(fb_row_order *rows, fb_row_order *scratch, uint64_t count);

#endif
