/* SPDX-License-Identifier: Apache-2.0
 *
 * The C interface as a program uses it: real threads, real clock, checkpoints in a temporary
 * directory. */
#include "session/session_state.h"
#include "test.h"

#include <forebay/forebay.h>

#include <dirent.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static fb_error err;
static char directory[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/forebay-query-XXXXXX");
    err = (fb_error){0};
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static char *checkpoint(void)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/ck", directory);
    return path;
}

static fb_query *start(const fb_frame *frame, const char *sink, const char *name,
                       const char *trigger)
{
    fb_writer *writer;
    fb_query *query;
    assert_ok(fb_frame_write_stream(frame, sink, &writer, &err), &err);
    assert_ok(fb_writer_option(writer, "checkpointLocation", checkpoint(), &err), &err);
    if (name) assert_ok(fb_writer_query_name(writer, name, &err), &err);
    if (trigger) assert_ok(fb_writer_option(writer, "trigger", trigger, &err), &err);
    assert_ok(fb_writer_start(writer, &query, &err), &err);
    fb_writer_destroy(writer);
    return query;
}

static void push(fb_memory_stream *stream, int64_t first, int64_t count)
{
    fb_rows *rows;
    assert_ok(fb_rows_create("id BIGINT, name STRING", &rows, &err), &err);
    for (int64_t i = first; i < first + count; i++) {
        char name[32];
        int length = snprintf(name, sizeof name, "a name of row %lld", (long long)i);
        assert_ok(fb_rows_add(rows, &err), &err);
        assert_ok(fb_rows_set_int(rows, 0, i, &err), &err);
        if (i % 3) assert_ok(fb_rows_set_bytes(rows, 1, name, (size_t)length, &err), &err);
    }
    assert_ok(fb_memory_stream_push(stream, rows, &err), &err);
    fb_rows_destroy(rows);
}

static int64_t int_at(const fb_rows *rows, size_t row, size_t column)
{
    int64_t value;
    assert_ok(fb_rows_get_int(rows, row, column, &value, &err), &err);
    return value;
}

static void pushed_rows_come_out_of_the_memory_sink(void **state)
{
    (void)state;
    static const char *const exprs[] = {"id * 10 AS ten", "name"};
    fb_session *session;
    fb_memory_stream *stream;
    fb_frame *all, *some, *named;
    assert_ok(fb_session_create(NULL, &session, &err), &err);
    assert_ok(fb_memory_stream_create(session, "id BIGINT, name STRING", &stream, &err), &err);
    assert_ok(fb_memory_stream_frame(stream, &all, &err), &err);
    assert_ok(fb_frame_where(all, "id % 2 = 0", &some, &err), &err);
    assert_ok(fb_frame_select_expr(some, exprs, 2, &named, &err), &err);
    push(stream, 0, 10000);
    fb_query *query = start(named, "memory", "m", NULL);
    assert_ok(fb_query_process_all_available(query, &err), &err);
    push(stream, 10000, 10);
    assert_ok(fb_query_process_all_available(query, &err), &err);
    assert_int_equal(fb_query_batch_count(query), 2);
    int64_t id;
    fb_rows *rows;
    assert_ok(fb_query_batch(query, 0, &id, &rows, &err), &err);
    assert_int_equal(id, 0);
    assert_int_equal(fb_rows_count(rows), 5000);
    assert_string_equal(fb_rows_column_name(rows, 0), "ten");
    for (size_t row = 0; row < 5000; row += 499)
        assert_int_equal(int_at(rows, row, 0), (int64_t)row * 20);
    bool is_null;
    const char *bytes;
    size_t size;
    assert_ok(fb_rows_is_null(rows, 3, 1, &is_null, &err), &err); /* id 6 */
    assert_true(is_null);
    assert_ok(fb_rows_get_bytes(rows, 4999, 1, &bytes, &size, &err), &err);
    assert_slice_equal(fb_slice_make(bytes, size), "a name of row 9998");
    assert_status(fb_rows_get_double(rows, 0, 0, &(double){0}, &err), FB_E_INVALID);
    assert_status(fb_rows_get_int(rows, 5000, 0, &id, &err), FB_E_INVALID);
    assert_status(fb_rows_add(rows, &err), FB_E_INVALID);
    assert_contains(err.message, "rows that a query gave cannot be changed");
    assert_status(fb_rows_set_int(rows, 0, 1, &err), FB_E_INVALID);
    assert_status(fb_rows_set_bytes(rows, 1, "x", 1, &err), FB_E_INVALID);
    fb_rows_destroy(rows);
    assert_status(fb_query_batch(query, 2, &id, &rows, &err), FB_E_NOT_FOUND);
    fb_query_destroy(query);
    fb_frame_destroy(named);
    fb_frame_destroy(some);
    fb_frame_destroy(all);
    fb_memory_stream_destroy(stream);
    fb_session_destroy(session);
}

/* --- listeners --- */

typedef struct told {
    pthread_mutex_t mutex;
    int started, progress, terminated;
    int64_t rows;
    bool warned_after_start;
    char warning[FB_ERROR_MESSAGE_SIZE + 100];
    char failure[FB_ERROR_MESSAGE_SIZE];
    char condition[FB_ERROR_CONDITION_SIZE];
} told;

static void on_started(void *user, fb_query *query)
{
    told *t = user;
    pthread_mutex_lock(&t->mutex);
    t->started += fb_query_is_active(query);
    pthread_mutex_unlock(&t->mutex);
}

static void on_progress(void *user, fb_query *query, fb_progress *progress)
{
    (void)query;
    told *t = user;
    pthread_mutex_lock(&t->mutex);
    t->progress++;
    t->rows += (int64_t)fb_progress_input_rows(progress);
    pthread_mutex_unlock(&t->mutex);
}

static void on_terminated(void *user, fb_query *query, const fb_error *failure)
{
    (void)query;
    told *t = user;
    pthread_mutex_lock(&t->mutex);
    t->terminated++;
    if (failure) {
        memcpy(t->failure, failure->message, sizeof t->failure);
        memcpy(t->condition, failure->condition, sizeof t->condition);
    }
    pthread_mutex_unlock(&t->mutex);
}

static fb_session *session_with(told *t)
{
    *t = (told){0};
    pthread_mutex_init(&t->mutex, NULL);
    const fb_listener listener = {t, on_started, on_progress, NULL, NULL, on_terminated};
    fb_session *session;
    assert_ok(fb_session_create(NULL, &session, &err), &err);
    assert_ok(fb_session_add_listener(session, &listener, &err), &err);
    return session;
}

static fb_frame *micro_batches(fb_session *session, const char *select)
{
    static const char views[] =
        "CREATE OR REPLACE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '100');";
    fb_frame *frame;
    assert_ok(fb_session_run_script(session, "views", views, sizeof views - 1, NULL, &err), &err);
    assert_ok(fb_session_frame(session, select, &frame, &err), &err);
    return frame;
}

static void a_stopped_query_goes_on_where_it_was(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    char id[64] = "";
    for (int64_t round = 0; round < 3; round++) {
        fb_query *query = start(frame, "memory", NULL, "availableNow");
        bool ended;
        assert_ok(fb_query_await(query, -1, &ended, &err), &err);
        assert_true(ended);
        assert_false(fb_query_is_active(query));
        assert_int_equal(fb_query_is_new(query), round == 0);
        assert_int_equal(fb_query_first_batch(query), round);
        assert_int_equal(fb_query_last_batch(query), round);
        if (id[0]) assert_string_equal(fb_query_id(query), id);
        (void)snprintf(id, sizeof id, "%s", fb_query_id(query));
        int64_t batch;
        fb_rows *rows;
        assert_ok(fb_query_batch(query, 0, &batch, &rows, &err), &err);
        assert_int_equal(batch, round);
        assert_int_equal(fb_rows_count(rows), 100);
        assert_int_equal(int_at(rows, 0, 0), round * 100);
        fb_rows_destroy(rows);
        fb_progress *last = fb_query_last_progress(query);
        assert_contains(fb_progress_json(last), "\"numOutputRows\":100");
        fb_progress_release(last);
        fb_query_destroy(query);
    }
    assert_int_equal(t.started, 3);
    assert_int_equal(t.progress, 3);
    assert_int_equal(t.rows, 300);
    assert_int_equal(t.terminated, 3);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static void a_failing_row_fails_the_query_and_nothing_is_committed(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT 1000 div (value - 150) AS x FROM STREAM v");
    fb_query *query = start(frame, "noop", "bad", "1 millisecond");
    assert_status(fb_query_await(query, -1, NULL, &err), FB_E_COMPUTE);
    assert_string_equal(err.condition, "DIVIDE_BY_ZERO");
    assert_int_equal(fb_query_last_batch(query), 0); /* the bad row is in batch 1 */
    assert_string_equal(t.condition, "DIVIDE_BY_ZERO");
    fb_query_destroy(query);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static void a_checkpoint_has_one_owner(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_query *query = start(frame, "noop", "first", "1 hour");
    fb_writer *writer;
    fb_query *second;
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_option(writer, "checkpointLocation", checkpoint(), &err), &err);
    assert_status(fb_writer_start(writer, &second, &err), FB_E_IN_USE);
    assert_contains(err.message, "is in use by");
    assert_null(second);
    fb_query_stop(query);
    /* Free again as soon as the query has ended, before its handle is destroyed. */
    assert_ok(fb_writer_start(writer, &second, &err), &err);
    fb_query_destroy(second);
    fb_query_destroy(query);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static void names_are_unique_among_active_queries(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_query *query = start(frame, "noop", "one", "1 hour");
    fb_writer *writer;
    fb_query *second;
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_query_name(writer, "one", &err), &err);
    assert_status(fb_writer_start(writer, &second, &err), FB_E_EXISTS);
    assert_contains(err.message, "'one' is already active");
    fb_query_destroy(query);
    assert_ok(fb_writer_start(writer, &second, &err), &err);
    fb_query_destroy(second);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static fb_query *start_counts(fb_session *session)
{
    static const char sql[] = "SELECT id % 2 AS k, count(*) AS c FROM STREAM m GROUP BY id % 2";
    fb_frame *frame;
    fb_writer *writer;
    fb_query *query;
    assert_ok(fb_session_frame(session, sql, &frame, &err), &err);
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_option(writer, "checkpointLocation", checkpoint(), &err), &err);
    assert_ok(fb_writer_option(writer, "outputMode", "update", &err), &err);
    assert_ok(fb_writer_start(writer, &query, &err), &err);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    return query;
}

static void spoil(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", checkpoint(), name);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fputs("spoilt", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* Sources keep what the state may have to be made of again. */
static void pushed_rows_stay_while_their_batches_may_be_run_again(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    assert_ok(fb_session_set(session, "spark.sql.shuffle.partitions", "1", &err), &err);
    fb_memory_stream *stream;
    fb_frame *all;
    assert_ok(fb_memory_stream_create(session, "id BIGINT, name STRING", &stream, &err), &err);
    assert_ok(fb_memory_stream_frame(stream, &all, &err), &err);
    assert_ok(fb_frame_create_view(all, "m", &err), &err);
    fb_query *query = start_counts(session);
    for (int i = 0; i < 6; i++) {
        push(stream, i, 1);
        assert_ok(fb_query_process_all_available(query, &err), &err);
    }
    fb_query_destroy(query);
    spoil("state/0/0/6.delta");
    spoil("state/0/0/5.delta");
    query = start_counts(session);
    push(stream, 6, 1);
    assert_ok(fb_query_process_all_available(query, &err), &err);
    assert_int_equal(fb_query_last_batch(query), 6);
    fb_query_destroy(query);
    fb_frame_destroy(all);
    fb_memory_stream_destroy(stream);
    fb_session_destroy(session);
}

static void recent_progress_keeps_the_newest(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    assert_ok(fb_session_set(session, "spark.sql.streaming.numRecentProgressUpdates", "4", &err),
              &err);
    fb_memory_stream *stream;
    fb_frame *frame;
    assert_ok(fb_memory_stream_create(session, "id BIGINT, name STRING", &stream, &err), &err);
    assert_ok(fb_memory_stream_frame(stream, &frame, &err), &err);
    fb_query *query = start(frame, "noop", NULL, NULL);
    assert_status(fb_session_set(session, "forebay.threads", "3", &err), FB_E_INVALID);
    assert_contains(err.message, "cannot change after the session's first query");
    for (int i = 0; i < 6; i++) {
        push(stream, i, 1);
        assert_ok(fb_query_process_all_available(query, &err), &err);
    }
    fb_progress *kept[8];
    assert_int_equal(fb_query_recent_progress(query, kept, 8), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fb_progress_batch_id(kept[i]), 3 + i);
        fb_progress_release(kept[i]);
    }
    fb_query_destroy(query);
    fb_frame_destroy(frame);
    fb_memory_stream_destroy(stream);
    fb_session_destroy(session);
}

static void a_query_outlives_the_frames_and_views_that_it_was_made_from(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value + 1 AS w FROM STREAM v");
    fb_frame *again, *both;
    assert_ok(fb_frame_create_view(frame, "w", &err), &err);
    assert_ok(fb_session_frame(session, "SELECT w FROM STREAM w", &again, &err), &err);
    assert_ok(fb_frame_union(frame, again, &both, &err), &err);
    fb_query *query = start(both, "memory", NULL, "availableNow");
    fb_frame_destroy(frame);
    fb_frame_destroy(again);
    fb_frame_destroy(both);
    fb_frame_destroy(micro_batches(session, "SELECT 1 FROM STREAM v"));
    assert_ok(fb_query_await(query, -1, NULL, &err), &err);
    int64_t id;
    fb_rows *rows;
    assert_ok(fb_query_batch(query, 0, &id, &rows, &err), &err);
    assert_int_equal(fb_rows_count(rows), 200);
    fb_rows_destroy(rows);
    fb_query_destroy(query);
    fb_session_destroy(session);
}

/* A stack that no address space holds: the thread cannot be made. */
static void who_was_told_of_a_start_is_told_when_no_thread_could_be_made(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_writer *writer;
    fb_query *query;
    pthread_attr_t usual, huge;
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_option(writer, "checkpointLocation", checkpoint(), &err), &err);
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 50), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    fb_status status = fb_writer_start(writer, &query, &err);
    assert_int_equal(pthread_setattr_default_np(&usual), 0);
    assert_int_equal(status, FB_E_LIMIT);
    assert_contains(err.message, "cannot start the query's thread");
    assert_null(query);
    assert_int_equal(t.started, 1);
    assert_int_equal(t.terminated, 1);
    assert_string_equal(t.failure, err.message);
    /* Nothing is held: name and checkpoint are free. */
    assert_ok(fb_writer_start(writer, &query, &err), &err);
    fb_query_destroy(query);
    pthread_attr_destroy(&huge);
    pthread_attr_destroy(&usual);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static void a_script_starts_all_of_its_queries_or_none(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    char script[1000];
    (void)snprintf(script, sizeof script,
                   "CREATE TEMPORARY VIEW v USING rate;\n"
                   "CREATE STREAMING TABLE a USING noop OPTIONS (checkpointLocation '%s')\n"
                   "  AS SELECT value FROM STREAM v;\n"
                   "CREATE STREAMING TABLE b USING noop OPTIONS (checkpointLocation '%s')\n"
                   "  AS SELECT value FROM STREAM v;\n",
                   checkpoint(), checkpoint());
    assert_status(fb_session_run_script(session, "two", script, strlen(script), NULL, &err),
                  FB_E_IN_USE);
    assert_int_equal(fb_session_queries(session, NULL, 0), 0);
    assert_int_equal(t.started, 1);
    assert_int_equal(t.terminated, 1);
    fb_session_destroy(session);
}

static void frames_may_be_made_from_one_for_ever(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v"), *next;
    size_t held = frame->memory->arena.total_bytes;
    for (int i = 0; i < 200; i++) {
        assert_ok(fb_frame_where(frame, "value + 1 > 0", &next, &err), &err);
        fb_frame_destroy(next);
        assert_status(fb_frame_where(frame, "valeu > 0", &next, &err), FB_E_ANALYSIS);
        assert_null(next);
    }
    assert_int_equal(frame->memory->arena.total_bytes, held);
    /* Each keeps alive what it was made from. */
    for (int i = 0; i < 5; i++) {
        assert_ok(fb_frame_where(frame, "value > 7", &next, &err), &err);
        fb_frame_destroy(frame);
        frame = next;
    }
    fb_query *query = start(frame, "memory", NULL, "availableNow");
    fb_frame_destroy(frame);
    assert_ok(fb_query_await(query, -1, NULL, &err), &err);
    assert_int_equal(fb_query_batch_count(query), 1);
    fb_query_destroy(query);
    fb_session_destroy(session);
}

static void rows_of_committed_batches_are_let_go(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_memory_stream *stream;
    fb_frame *frame;
    fb_writer *writer;
    fb_query *late;
    assert_ok(fb_memory_stream_create(session, "id BIGINT, name STRING", &stream, &err), &err);
    assert_ok(fb_memory_stream_frame(stream, &frame, &err), &err);
    fb_query *query = start(frame, "noop", NULL, NULL);
    for (int i = 0; i < 3; i++) {
        push(stream, i, 1);
        assert_ok(fb_query_process_all_available(query, &err), &err);
    }
    /* Who comes later finds the last block at most. */
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_option(writer, "trigger", "once", &err), &err);
    assert_ok(fb_writer_start(writer, &late, &err), &err);
    assert_status(fb_query_await(late, -1, NULL, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "do not outlive the process or their commit");
    fb_query_destroy(late);
    fb_query_destroy(query);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    fb_memory_stream_destroy(stream);
    fb_session_destroy(session);
}

static void a_wait_may_be_as_long_as_its_type_allows(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_query *query = start(frame, "noop", NULL, "availableNow");
    bool ended;
    assert_ok(fb_query_await(query, INT64_MAX, &ended, &err), &err);
    assert_true(ended);
    fb_query_destroy(query);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static void on_warning(void *user, fb_query *query, const char *message)
{
    told *t = user;
    pthread_mutex_lock(&t->mutex);
    (void)snprintf(t->warning, sizeof t->warning, "%s, batch %lld: %s", fb_query_name(query),
                   (long long)fb_query_first_batch(query), message);
    t->warned_after_start = t->started > 0 && strlen(fb_query_id(query)) == 36;
    pthread_mutex_unlock(&t->mutex);
}

static void a_warning_of_the_start_comes_from_a_query_that_can_be_asked(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    const fb_listener listener = {.user = &t, .on_warning = on_warning};
    assert_ok(fb_session_add_listener(session, &listener, &err), &err);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_query *query = start(frame, "noop", "q", "availableNow");
    assert_ok(fb_query_await(query, -1, NULL, &err), &err);
    fb_query_destroy(query);
    assert_string_equal(t.warning, "");
    t.started = 0;
    assert_ok(fb_session_set(session, "spark.sql.shuffle.partitions", "3", &err), &err);
    query = start(frame, "noop", "q", "availableNow");
    assert_ok(fb_query_await(query, -1, NULL, &err), &err);
    assert_contains(t.warning, "q, batch 1: checkpoint ");
    assert_contains(t.warning, "keeps the settings that it was begun with: "
                               "spark.sql.shuffle.partitions stays 8, not 3");
    assert_true(t.warned_after_start);
    fb_query_destroy(query);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

static uint32_t count_entries(const char *path)
{
    uint32_t count = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count - 2; /* . and .. */
}

static void a_start_that_fails_leaves_no_temporary_checkpoint(void **state)
{
    (void)state;
    told t;
    fb_session *session = session_with(&t);
    fb_frame *frame = micro_batches(session, "SELECT value FROM STREAM v");
    fb_query *query = start(frame, "noop", "one", "1 hour"), *second;
    fb_writer *writer;
    assert_ok(fb_frame_write_stream(frame, "noop", &writer, &err), &err);
    assert_ok(fb_writer_query_name(writer, "one", &err), &err);
    uint32_t before = count_entries(directory);
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    assert_status(fb_writer_start(writer, &second, &err), FB_E_EXISTS);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(count_entries(directory), before);
    fb_writer_destroy(writer);
    fb_query_destroy(query);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
}

#define on_disk(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_disk(pushed_rows_come_out_of_the_memory_sink),
        on_disk(a_stopped_query_goes_on_where_it_was),
        on_disk(a_failing_row_fails_the_query_and_nothing_is_committed),
        on_disk(a_checkpoint_has_one_owner),
        on_disk(names_are_unique_among_active_queries),
        on_disk(pushed_rows_stay_while_their_batches_may_be_run_again),
        on_disk(recent_progress_keeps_the_newest),
        on_disk(a_query_outlives_the_frames_and_views_that_it_was_made_from),
        on_disk(who_was_told_of_a_start_is_told_when_no_thread_could_be_made),
        on_disk(a_warning_of_the_start_comes_from_a_query_that_can_be_asked),
        on_disk(a_start_that_fails_leaves_no_temporary_checkpoint),
        on_disk(a_script_starts_all_of_its_queries_or_none),
        on_disk(frames_may_be_made_from_one_for_ever),
        on_disk(rows_of_committed_batches_are_let_go),
        on_disk(a_wait_may_be_as_long_as_its_type_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
