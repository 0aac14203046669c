/* SPDX-License-Identifier: Apache-2.0
 *
 * A running streaming query, and the progress that it reports.
 *
 * A query runs in a thread of its own from start to stop, failure or, with the once and
 * availableNow triggers, until its input is used up. The handle is owned by who started it and
 * stays valid after the query ended; destroying it stops a query that still runs. */
#ifndef FOREBAY_QUERY_H
#define FOREBAY_QUERY_H

#include <forebay/status.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fb_query fb_query;
typedef struct fb_progress fb_progress;

/* Stops the query (as fb_query_stop) and frees the handle. NULL is fine. Not from a listener. */
FB_API void fb_query_destroy(fb_query *query);

/* All of the following: any thread. Texts are borrowed until the handle is destroyed. */

/* The id survives restarts (it is stored in the checkpoint), the run id is new for each start. */
FB_API const char *fb_query_id(const fb_query *query);
FB_API const char *fb_query_run_id(const fb_query *query);
FB_API const char *fb_query_name(const fb_query *query); /* NULL: it has none */
FB_API const char *fb_query_checkpoint(const fb_query *query);
/* Neither this nor an earlier run has planned a batch before this start. */
FB_API bool fb_query_is_new(const fb_query *query);
/* No checkpointLocation was given: the checkpoint is removed when the query ends well. */
FB_API bool fb_query_is_temporary(const fb_query *query);
/* The batch with which this run began: 0 for a new query. */
FB_API int64_t fb_query_first_batch(const fb_query *query);
/* The newest batch that is committed, -1: none. */
FB_API int64_t fb_query_last_batch(const fb_query *query);

FB_API bool fb_query_is_active(const fb_query *query);
/* Asks the query to end and waits for it. A batch in flight is abandoned and run again, with the
 * same input, by the next start. Not from a listener. */
FB_API void fb_query_stop(fb_query *query);

/* Waits until the query has ended, at most `timeout_ms` (-1: for ever). `*ended` (may be NULL)
 * tells. When the query failed, returns its failure. Not from a listener. */
FB_API FB_CHECKED fb_status fb_query_await(fb_query *query, int64_t timeout_ms, bool *ended,
                                           fb_error *err);
/* Waits until all data that the sources have now is processed and committed; for tests. May never
 * return with a source that always has data. Returns the failure when the query fails meanwhile. */
FB_API FB_CHECKED fb_status fb_query_process_all_available(fb_query *query, fb_error *err);

/* The newest progress, acquired for the caller; NULL: none yet. */
FB_API fb_progress *fb_query_last_progress(fb_query *query);
/* The kept progress reports, oldest first: acquires up to `capacity` of them into `out` and returns
 * how many there are in all. */
FB_API size_t fb_query_recent_progress(fb_query *query, fb_progress **out, size_t capacity);

/* --- progress: any thread, lives until its last release --- */

FB_API fb_progress *fb_progress_acquire(fb_progress *progress);
FB_API void fb_progress_release(fb_progress *progress); /* NULL is fine */
/* Spark's StreamingQueryProgress as one line of JSON, NUL-terminated. */
FB_API const char *fb_progress_json(const fb_progress *progress);
FB_API int64_t fb_progress_batch_id(const fb_progress *progress);
FB_API uint64_t fb_progress_input_rows(const fb_progress *progress);
FB_API int64_t fb_progress_duration_us(const fb_progress *progress);
/* Rows per second since the trigger before (0 for the first), and while the batch ran. */
FB_API double fb_progress_input_rate(const fb_progress *progress);
FB_API double fb_progress_processed_rate(const fb_progress *progress);
/* The query's operators with state, 0: it has none; the rows and bytes of state that they hold, and
 * the groups of late rows that they dropped in this batch. */
FB_API uint32_t fb_progress_operator_count(const fb_progress *progress);
FB_API uint64_t fb_progress_state_rows(const fb_progress *progress);
FB_API uint64_t fb_progress_state_bytes(const fb_progress *progress);
FB_API uint64_t fb_progress_late_groups(const fb_progress *progress);
/* The watermark that was in force, as text in the session's time zone; NULL when the query has
 * none.
 * `*ms` (may be NULL) receives it in milliseconds since the epoch; 0: no row has moved it yet. */
FB_API const char *fb_progress_watermark(const fb_progress *progress, int64_t *ms);

#ifdef __cplusplus
}
#endif

#endif
