/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows on the move: a few columns of up to FB_CHUNK_ROWS rows. Owned by who made it, borrowed
 * downstream for one call. Always dense: filters compact, there is no selection vector to be
 * remembered by every kernel (docs/decisions/0002). */
#ifndef FB_DATA_CHUNK_H
#define FB_DATA_CHUNK_H

#include "data/column.h"

/* 4,096 rows of an 8-byte column are 32 KiB: a few live columns stay in the L2 cache while the
 * cost per call is spread thin. */
enum { FB_CHUNK_ROWS = 4096 };

struct fb_chunk {
    uint32_t row_count;
    uint32_t column_count;
    fb_column *columns;
};
typedef struct fb_chunk fb_chunk;

/* Room for `row_count` rows of the fields of `schema` (a STRUCT). False: no memory. */
bool fb_chunk_init(fb_chunk *out, fb_arena *arena, const fb_type *schema, uint32_t row_count);

/* The rows `rows[0..row_count)` of all columns. */
bool fb_chunk_gather(fb_chunk *out, fb_arena *arena, const fb_chunk *in, const uint32_t *rows,
                     uint32_t row_count);

/* Deep copy; independent of the memory of `in`. */
bool fb_chunk_copy(fb_chunk *out, fb_arena *arena, const fb_chunk *in);

/* Debug check of the invariants of column.h; asserts. */
void fb_chunk_verify(const fb_chunk *chunk, const fb_type *schema);

#endif
