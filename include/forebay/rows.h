/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in memory: what a program pushes into a stream, and what the memory sink gave it.
 *
 * A handle has one owner; one thread at a time. Columns are counted from 0 and read and written as
 * the nearest C type: int64 for BOOLEAN (0, 1), TINYINT to BIGINT, DATE (days since 1970-01-01),
 * TIMESTAMP and TIMESTAMP_NTZ (microseconds since then); double for FLOAT and DOUBLE; bytes for
 * STRING (UTF-8) and BINARY. Values of other types can be read as text. */
#ifndef FOREBAY_ROWS_H
#define FOREBAY_ROWS_H

#include <forebay/session.h>
#include <forebay/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fb_rows fb_rows;

/* No rows yet; columns in SQL: "a INT, b STRING". */
FB_API FB_CHECKED fb_status fb_rows_create(const char *schema, fb_rows **out, fb_error *err);
FB_API void fb_rows_destroy(fb_rows *rows); /* NULL is fine */

FB_API size_t fb_rows_count(const fb_rows *rows);
FB_API size_t fb_rows_column_count(const fb_rows *rows);
/* Borrowed until the handle is destroyed; NULL: there is no such column. */
FB_API const char *fb_rows_column_name(const fb_rows *rows, size_t column);
FB_API const fb_type *fb_rows_column_type(const fb_rows *rows, size_t column);

/* Appends a row of NULLs; the set calls fill the last row. FB_E_INVALID when the column does not
 * exist, has another kind of type, or the value is out of its range, and for rows that
 * fb_query_batch gave. */
FB_API FB_CHECKED fb_status fb_rows_add(fb_rows *rows, fb_error *err);
FB_API FB_CHECKED fb_status fb_rows_set_int(fb_rows *rows, size_t column, int64_t value,
                                            fb_error *err);
FB_API FB_CHECKED fb_status fb_rows_set_double(fb_rows *rows, size_t column, double value,
                                               fb_error *err);
FB_API FB_CHECKED fb_status fb_rows_set_bytes(fb_rows *rows, size_t column, const void *bytes,
                                              size_t size_bytes, fb_error *err);

/* FB_E_INVALID when row or column does not exist or has another kind of type. A NULL reads as 0 and
 * as no bytes. */
FB_API FB_CHECKED fb_status fb_rows_is_null(const fb_rows *rows, size_t row, size_t column,
                                            bool *out, fb_error *err);
FB_API FB_CHECKED fb_status fb_rows_get_int(const fb_rows *rows, size_t row, size_t column,
                                            int64_t *out, fb_error *err);
FB_API FB_CHECKED fb_status fb_rows_get_double(const fb_rows *rows, size_t row, size_t column,
                                               double *out, fb_error *err);
/* Borrowed until the handle is destroyed or changed. */
FB_API FB_CHECKED fb_status fb_rows_get_bytes(const fb_rows *rows, size_t row, size_t column,
                                              const char **bytes, size_t *size_bytes,
                                              fb_error *err);
/* Any type as CAST(value AS STRING) gives it, times in UTC; to be released by fb_text_free. */
FB_API FB_CHECKED fb_status fb_rows_get_text(const fb_rows *rows, size_t row, size_t column,
                                             char **out, fb_error *err);

/* --- a stream that the program feeds --- */

typedef struct fb_memory_stream fb_memory_stream;

FB_API FB_CHECKED fb_status fb_memory_stream_create(fb_session *session, const char *schema,
                                                    fb_memory_stream **out, fb_error *err);
/* After all frames and queries made from it. NULL is fine. */
FB_API void fb_memory_stream_destroy(fb_memory_stream *stream);
FB_API FB_CHECKED fb_status fb_memory_stream_frame(fb_memory_stream *stream, fb_frame **out,
                                                   fb_error *err);
/* Appends a copy of the rows; they reach queries together, in one batch. Any thread. */
FB_API FB_CHECKED fb_status fb_memory_stream_push(fb_memory_stream *stream, const fb_rows *rows,
                                                  fb_error *err);

/* --- what a query with the sink "memory" has written --- */

/* Committed batches that are held; 0 for other sinks. Any thread. */
FB_API size_t fb_query_batch_count(fb_query *query);
/* Batch number `index`, oldest first: its id and a copy of its rows, owned by the caller. Any
 * thread. FB_E_NOT_FOUND. */
FB_API FB_CHECKED fb_status fb_query_batch(fb_query *query, size_t index, int64_t *batch_id,
                                           fb_rows **out, fb_error *err);

#ifdef __cplusplus
}
#endif

#endif
