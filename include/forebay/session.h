/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions, frames, and starting queries; the words are those of Spark's streaming API.
 *
 *     session -> read_stream -> frame -> select_expr, where -> write_stream -> query
 *
 * A frame is a description of rows, not the rows. Every handle has one owner and one destroy; a
 * session must outlive the frames, readers, writers and queries made from it. All calls of one
 * session, its frames, readers and writers: one thread at a time. Queries have rules of their own
 * (query.h). Texts given are copied; NUL-terminated UTF-8. */
#ifndef FOREBAY_SESSION_H
#define FOREBAY_SESSION_H

#include <forebay/query.h>
#include <forebay/status.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fb_session fb_session;
typedef struct fb_frame fb_frame;
typedef struct fb_reader fb_reader;
typedef struct fb_writer fb_writer;

/* --- session --- */

/* Zero means the default everywhere. */
typedef struct fb_session_options {
    /* Receives what the console sink and SELECT print; called from any thread, never twice at
     * once. Returns false when the text could not be written: the batch then fails. NULL: standard
     * output. */
    bool (*output)(void *user, const char *text, size_t size_bytes);
    void *output_user;
} fb_session_options;

FB_API FB_CHECKED fb_status fb_session_create(const fb_session_options *options, fb_session **out,
                                              fb_error *err);
/* Stops the queries that scripts started, frees all. Handles of frames and queries that the caller
 * owns are destroyed before. NULL is fine. */
FB_API void fb_session_destroy(fb_session *session);

/* SET key = value: Spark's configuration keys and forebay.* ones. A known key refuses a bad value.
 */
FB_API FB_CHECKED fb_status fb_session_set(fb_session *session, const char *key, const char *value,
                                           fb_error *err);
/* The value in force, borrowed until the next set; NULL: neither set nor known. */
FB_API const char *fb_session_get(fb_session *session, const char *key);

/* Told about every query of the session, in that query's thread (on_started: in the starting one;
 * on_terminated follows it always, and there too when no thread could be made).
 * Calls must be short and must not stop or destroy a query. Any may be NULL. */
typedef struct fb_listener {
    void *user;
    void (*on_started)(void *user, fb_query *query);
    void (*on_progress)(void *user, fb_query *query, fb_progress *progress);
    /* No new data for a while (noDataProgressEventInterval). */
    void (*on_idle)(void *user, fb_query *query, fb_progress *progress);
    void (*on_warning)(void *user, fb_query *query, const char *message);
    /* `failure` is NULL when the query ended well. */
    void (*on_terminated)(void *user, fb_query *query, const fb_error *failure);
} fb_listener;

/* Applies to queries started afterwards. */
FB_API FB_CHECKED fb_status fb_session_add_listener(fb_session *session,
                                                    const fb_listener *listener, fb_error *err);

/* --- SQL --- */

typedef enum fb_result_format {
    FB_RESULT_TABLE = 0, /* as Spark's show() */
    FB_RESULT_CSV = 1,   /* with a header line */
    FB_RESULT_JSONL = 2, /* one object a row */
} fb_result_format;

/* Zero means the default everywhere. */
typedef struct fb_script_options {
    fb_result_format format; /* of what SELECT prints */
    bool batch_only;         /* CREATE STREAMING TABLE is refused */
} fb_script_options;

/* Runs the statements of a script: SET, views, SELECT and EXPLAIN (printed to the session's
 * output), and streaming tables, whose queries start after the whole script was found to be good;
 * the session owns them. `name` is the file's name in error messages, which show the place:
 * "job.sql:3:38: error: ...". `options` may be NULL. */
FB_API FB_CHECKED fb_status fb_session_run_script(fb_session *session, const char *name,
                                                  const char *text, size_t size_bytes,
                                                  const fb_script_options *options, fb_error *err);
/* The queries that scripts started: up to `capacity` borrowed handles (until the session is
 * destroyed); returns how many there are. */
FB_API size_t fb_session_queries(fb_session *session, fb_query **out, size_t capacity);

/* --- reading --- */

/* A streaming source by name, such as "rate". */
FB_API FB_CHECKED fb_status fb_session_read_stream(fb_session *session, const char *format,
                                                   fb_reader **out, fb_error *err);
FB_API void fb_reader_destroy(fb_reader *reader); /* NULL is fine */
/* Names and values are checked by fb_reader_load. */
FB_API FB_CHECKED fb_status fb_reader_option(fb_reader *reader, const char *key, const char *value,
                                             fb_error *err);
/* Columns in SQL: "a INT, b STRING". */
FB_API FB_CHECKED fb_status fb_reader_schema(fb_reader *reader, const char *schema, fb_error *err);
FB_API FB_CHECKED fb_status fb_reader_load(fb_reader *reader, fb_frame **out, fb_error *err);

/* --- frames --- */

FB_API void fb_frame_destroy(fb_frame *frame); /* NULL is fine; frames made from it stay */
/* Each of `count` texts is one SQL expression, with alias or `*` if wanted. */
FB_API FB_CHECKED fb_status fb_frame_select_expr(const fb_frame *frame, const char *const *exprs,
                                                 size_t count, fb_frame **out, fb_error *err);
FB_API FB_CHECKED fb_status fb_frame_where(const fb_frame *frame, const char *condition,
                                           fb_frame **out, fb_error *err);
/* How late rows may be, by an event-time column: "10 minutes", "1 day 2 hours". `column` is a name,
 * of type TIMESTAMP or a window. A month counts 31 days. Not understood: CANNOT_PARSE_INTERVAL. */
FB_API FB_CHECKED fb_status fb_frame_with_watermark(const fb_frame *frame, const char *column,
                                                    const char *delay, fb_frame **out,
                                                    fb_error *err);
/* One row per group: the keys, then the aggregates. Keys and aggregates are SQL expressions, with
 * alias if wanted: "window(timestamp, '1 minute')", "count(*) AS n". No keys: one row of all. What
 * HAVING would say, fb_frame_where says of the result. */
FB_API FB_CHECKED fb_status fb_frame_group_by(const fb_frame *frame, const char *const *keys,
                                              size_t key_count, const char *const *aggregates,
                                              size_t aggregate_count, fb_frame **out,
                                              fb_error *err);
/* Each row once. */
FB_API FB_CHECKED fb_status fb_frame_distinct(const fb_frame *frame, fb_frame **out, fb_error *err);
/* Rows in order; each key is an SQL expression: "n DESC NULLS LAST". A streaming query sorts only
 * what an aggregation gives in mode complete. */
FB_API FB_CHECKED fb_status fb_frame_order_by(const fb_frame *frame, const char *const *keys,
                                              size_t count, fb_frame **out, fb_error *err);
/* UNION ALL, columns by position. */
FB_API FB_CHECKED fb_status fb_frame_union(const fb_frame *frame, const fb_frame *other,
                                           fb_frame **out, fb_error *err);
/* A view of the session, replacing one of that name. */
FB_API FB_CHECKED fb_status fb_frame_create_view(const fb_frame *frame, const char *name,
                                                 fb_error *err);
/* The rows that a view, or a SELECT, describes. */
FB_API FB_CHECKED fb_status fb_session_frame(fb_session *session, const char *query, fb_frame **out,
                                             fb_error *err);
/* Plans as text; NUL-terminated, owned by the caller, released by fb_text_free. */
FB_API FB_CHECKED fb_status fb_frame_explain(const fb_frame *frame, char **out, fb_error *err);
FB_API void fb_text_free(char *text);

/* --- writing --- */

/* A sink by name, such as "console". */
FB_API FB_CHECKED fb_status fb_frame_write_stream(const fb_frame *frame, const char *format,
                                                  fb_writer **out, fb_error *err);
FB_API void fb_writer_destroy(fb_writer *writer); /* NULL is fine */
/* Options of the sink, and checkpointLocation, queryName, outputMode (append, update, complete),
 * trigger ("availableNow", "once", or an interval: "5 seconds"). Checked by fb_writer_start. */
FB_API FB_CHECKED fb_status fb_writer_option(fb_writer *writer, const char *key, const char *value,
                                             fb_error *err);
FB_API FB_CHECKED fb_status fb_writer_query_name(fb_writer *writer, const char *name,
                                                 fb_error *err);
/* Opens checkpoint, sources and sink, then starts the query's thread. */
FB_API FB_CHECKED fb_status fb_writer_start(fb_writer *writer, fb_query **out, fb_error *err);

/* --- help --- */

/* The version of the library: "0.1.0". Static; any thread. */
FB_API const char *fb_version(void);
/* What there is to know about "sources", "sinks", "settings", "functions", or one of them by name
 * ("source rate", "function substring"): text for people, owned by the caller, released by
 * fb_text_free. FB_E_NOT_FOUND with the nearest name. */
FB_API FB_CHECKED fb_status fb_help(const char *topic, char **out, fb_error *err);

#ifdef __cplusplus
}
#endif

#endif
