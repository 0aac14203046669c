/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of rows as Spark's show() prints them.
 *
 * Rows are collected as texts, cut and escaped at once, and only as many as will be printed; tasks
 * may collect the parts of a table each on its own. One thread at a time per fb_show. */
#ifndef FB_DATA_SHOW_H
#define FB_DATA_SHOW_H

#include "data/chunk.h"
#include "env/timezone.h"

/* Borrowed by all parts of a table. */
typedef struct fb_show_format {
    const fb_type *schema; /* STRUCT: its names are the header */
    const fb_timezone *timezone;
    uint64_t row_limit;  /* rows that are printed */
    uint32_t cell_limit; /* UTF-16 units of a cell; longer ones are cut, to the right. 0: whole
                            cells, to the left */
    size_t max_bytes;    /* of the texts of one part; 0: FB_BUF_DEFAULT_MAX */
} fb_show_format;

typedef struct fb_show {
    const fb_show_format *format;
    fb_buf texts;       /* cell after cell, row after row */
    fb_buf cells;       /* where each ends and how wide it is */
    fb_buf scratch;     /* one value before it is cut */
    uint64_t row_count; /* kept: at most row_limit */
    bool has_more;      /* rows above the limit were seen */
} fb_show;

/* Allocates nothing yet. */
void fb_show_init(fb_show *show, const fb_show_format *format);
void fb_show_deinit(fb_show *show);

/* Collects the rows of `chunk`, as far as they are within the limit. FB_E_LIMIT above the
 * format's max_bytes. */
fb_status fb_show_add(fb_show *show, const fb_chunk *chunk, fb_error *err) FB_CHECKED;
/* Bytes held. */
size_t fb_show_bytes(const fb_show *show);

/* Appends the table of the parts' rows, in order (NULL: a part without rows), the limit applied to
 * all together. Ends with a newline; when rows were left out with "only showing top N rows" and no
 * newline, as in Spark. Running out of memory shows in `out->failed`. */
void fb_show_print(const fb_show_format *format, const fb_show *const *parts, uint32_t part_count,
                   fb_buf *out);

/* Appends `text` as a cell shows it: control characters escaped, what is no UTF-8 as U+FFFD, cut
 * to `cell_limit` UTF-16 units (0: not). Returns the columns it takes on a terminal by Spark's
 * count: UTF-16 units, East Asian wide characters one more. */
size_t fb_show_cell(fb_slice text, uint32_t cell_limit, fb_buf *out);

#endif
