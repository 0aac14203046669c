/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_rows from the inside: chunks of one arena. */
#ifndef FB_SESSION_ROWS_H
#define FB_SESSION_ROWS_H

#include "data/chunk.h"

#include <forebay/rows.h>

struct fb_rows {
    fb_arena arena;
    const fb_type *schema;
    char **names; /* NUL-terminated, per column */
    fb_chunk *chunks;
    uint32_t chunk_count, chunk_capacity;
    size_t *ends; /* rows up to and including each chunk */
    size_t row_count;
    bool
        is_result; /* a copy of what a query wrote: its chunks have no room, and stay as they are */
};

/* Rows without a schema yet; the caller sets it and calls fb_rows_name_columns. */
fb_status fb_rows_create_empty(fb_rows **out, fb_error *err) FB_CHECKED;
fb_status fb_rows_name_columns(fb_rows *rows, fb_error *err) FB_CHECKED;
/* Appends a chunk whose memory lies in the rows' arena. */
fb_status fb_rows_append(fb_rows *rows, const fb_chunk *chunk, fb_error *err) FB_CHECKED;

#endif
