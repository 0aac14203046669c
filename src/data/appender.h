/* SPDX-License-Identifier: Apache-2.0
 *
 * A flat column that rows are appended to, a selection of a chunk at a time: what an exchange or a
 * sort keeps of the chunks that were only lent to it. Copies are deep.
 *
 * All memory comes from the arena given, always the same one for an appender. What growing leaves
 * behind stays in the arena: at most as much again. One thread at a time. */
#ifndef FB_DATA_APPENDER_H
#define FB_DATA_APPENDER_H

#include "data/column.h"

typedef struct fb_appender {
    fb_column *column; /* where the rows are; borrowed */
    uint32_t row_count;
    uint32_t capacity;
    struct fb_appender *children; /* of a nested type */
} fb_appender;

/* Makes `*column` an empty column of `type` with room for `capacity` rows. False: no memory. */
bool fb_appender_init(fb_appender *appender, fb_column *column, fb_arena *arena,
                      const fb_type *type, uint32_t capacity);

/* Appends rows rows[0..count) of `from`, which has the appender's type. False: no memory, or more
 * than UINT32_MAX rows, here or among the entries of arrays; the column is then good for nothing.
 */
bool fb_appender_add(fb_appender *appender, fb_arena *arena, const fb_column *from,
                     const uint32_t *rows, uint32_t count);

#endif
