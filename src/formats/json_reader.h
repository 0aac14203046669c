/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines to rows of a given schema, as Spark 4.2 reads them: names match exactly, unknown
 * members are skipped, the last of two equal names counts, what does not fit its type is null, a
 * line that is an array gives a row for each of its objects. What becomes of malformed lines is
 * the mode's to decide. No tree is built: values go from the text into columns, and strings
 * without escapes stay where they are. */
#ifndef FB_FORMATS_JSON_READER_H
#define FB_FORMATS_JSON_READER_H

#include "data/chunk.h"
#include "env/timezone.h"

typedef enum fb_json_mode {
    FB_JSON_PERMISSIVE,    /* nulls for what is malformed, the line in the corrupt column */
    FB_JSON_DROPMALFORMED, /* no row for a malformed line */
    FB_JSON_FAILFAST,      /* an error */
} fb_json_mode;

typedef struct fb_json_reader {
    const fb_type *schema;   /* STRUCT; borrowed, like the rest */
    const bool *columns;     /* which columns are wanted; NULL: all */
    fb_slice corrupt_column; /* name of the column for malformed lines, if it exists */
    fb_json_mode mode;
    const fb_timezone *timezone; /* of timestamps that name none */
    int64_t now_us;              /* gives a date to times without one */
} fb_json_reader;

/* FB_E_ANALYSIS when the schema has a type that JSON cannot be read to, or a corrupt column that is
 * no STRING. */
fb_status fb_json_reader_check(const fb_json_reader *reader, fb_error *err) FB_CHECKED;

/* Rows of several lines. All memory is the arena's; the lines must outlive the rows. One thread. */
typedef struct fb_json_rows fb_json_rows;

fb_status fb_json_rows_create(const fb_json_reader *reader, fb_arena *arena, fb_json_rows **out,
                              fb_error *err) FB_CHECKED;

/* Adds the rows of a line, of which the end has been taken off: none of a blank one, otherwise one,
 * or as many as the line's array has objects. FB_E_CORRUPT in mode FAILFAST, with Spark's
 * condition. */
fb_status fb_json_rows_add(fb_json_rows *rows, fb_slice line, fb_error *err) FB_CHECKED;

uint32_t fb_json_rows_count(const fb_json_rows *rows);
/* Takes back the rows from `row_count` on. */
void fb_json_rows_truncate(fb_json_rows *rows, uint32_t row_count);

/* `count` rows from `first` on, a multiple of FB_CHUNK_ROWS, as a chunk in the arena of the rows,
 * which must not be added to any more. Unwanted columns are null. */
fb_status fb_json_rows_chunk(fb_json_rows *rows, uint32_t first, uint32_t count, fb_chunk *out,
                             fb_error *err) FB_CHECKED;

#endif
