/* SPDX-License-Identifier: Apache-2.0
 *
 * Every allocation of a small program fails once: session, script, queries with their threads, rows
 * that come back. Each time the answer is success or "out of memory", nothing leaks (address
 * sanitizer looks), and the same program run again on what is left on the disk succeeds.
 *
 * The disk is the simulated one, whose own memory never fails; the rest of the world is the
 * host's. */
#include "base/memory.h"
#include "session/session_state.h"
#include "sim_disk.h"
#include "test.h"

#include <forebay/forebay.h>

#include <stdio.h>

static const char script[] =
    "SET spark.sql.session.timeZone = UTC;\n"
    "SET spark.sql.shuffle.partitions = 3;\n"
    "CREATE TEMPORARY VIEW m USING `rate-micro-batch`\n"
    "  OPTIONS (rowsPerBatch '10', numPartitions '2');\n"
    "CREATE TEMPORARY VIEW r USING rate OPTIONS (rowsPerSecond '5', rampUpTime '2s');\n"
    "CREATE TEMPORARY VIEW rows_of_both AS\n"
    "  SELECT CAST(value AS STRING) AS v, timestamp FROM STREAM m\n"
    "  UNION ALL SELECT concat('r', value), timestamp FROM STREAM r;\n"
    "SELECT upper(concat('a', x)), CAST(x AS DECIMAL(10, 2))\n"
    "  FROM VALUES (1), (2), (NULL) AS t(x);\n"
    "EXPLAIN SELECT v FROM STREAM rows_of_both WHERE v LIKE '1%';\n"
    "CREATE STREAMING TABLE a USING console\n"
    "  OPTIONS (checkpointLocation '/ck/a', trigger 'availableNow', numRows '3')\n"
    "  AS SELECT v, CAST(timestamp AS STRING) FROM STREAM rows_of_both\n"
    "  WHERE v IN ('1', '2', '30');\n"
    "CREATE STREAMING TABLE b USING console\n"
    "  OPTIONS (checkpointLocation '/ck/b', trigger 'once', format 'jsonl')\n"
    "  AS SELECT date_format(timestamp, 'yyyy-MM-dd') AS day, value FROM STREAM m;\n"
    "CREATE STREAMING TABLE c USING console\n"
    "  OPTIONS (checkpointLocation '/ck/c', trigger 'once', outputMode 'update')\n"
    "  AS SELECT window.start, CAST(value % 3 AS STRING) AS k, count(*), max(v)\n"
    "  FROM (SELECT timestamp, value, CAST(value AS STRING) AS v FROM STREAM m)\n"
    "  WATERMARK timestamp DELAY OF INTERVAL 1 SECOND\n"
    "  GROUP BY window(timestamp, '2 seconds'), CAST(value % 3 AS STRING);\n";

static bool print(void *user, const char *text, size_t size_bytes)
{
    (void)user;
    (void)text;
    (void)size_bytes;
    return true;
}

static fb_status await_all(fb_session *session, fb_error *err)
{
    fb_query *queries[4];
    size_t count = fb_session_queries(session, queries, 4);
    fb_status first = FB_OK;
    for (size_t i = 0; i < count; i++) {
        fb_error each = {0};
        fb_status status = fb_query_await(queries[i], -1, NULL, &each);
        if (status == FB_OK || first != FB_OK) continue;
        first = status;
        *err = each;
    }
    return first;
}

static fb_status run_script(fb_session *session, fb_error *err)
{
    FB_TRY(fb_session_run_script(session, "job", script, sizeof script - 1, NULL, err));
    return await_all(session, err);
}

/* --- the C interface --- */

typedef struct handles {
    fb_memory_stream *stream;
    fb_rows *rows, *result;
    fb_reader *reader;
    fb_frame *memory, *some, *named, *rate, *united;
    fb_writer *writer;
    fb_query *query;
    char *text;
} handles;

static fb_status push(handles *h, fb_error *err)
{
    FB_TRY(fb_rows_create("id BIGINT, name STRING", &h->rows, err));
    for (int64_t i = 0; i < 3; i++) {
        FB_TRY(fb_rows_add(h->rows, err));
        FB_TRY(fb_rows_set_int(h->rows, 0, i, err));
        FB_TRY(fb_rows_set_bytes(h->rows, 1, "a name that is not short", 24, err));
    }
    return fb_memory_stream_push(h->stream, h->rows, err);
}

/* Frames that are only described. */
static fb_status aggregate(const fb_frame *rate, fb_error *err)
{
    static const char *const keys[] = {"window(timestamp, '5 seconds') AS w", "value % 2"};
    static const char *const aggregates[] = {"count(*) AS n", "collect_set(value)"};
    static const char *const order[] = {"n DESC NULLS LAST"};
    fb_frame *timed = NULL, *groups = NULL, *ordered = NULL, *distinct = NULL;
    fb_status status = fb_frame_with_watermark(rate, "timestamp", "1 minute", &timed, err);
    if (status == FB_OK) status = fb_frame_group_by(timed, keys, 2, aggregates, 2, &groups, err);
    if (status == FB_OK) status = fb_frame_order_by(groups, order, 1, &ordered, err);
    if (status == FB_OK) status = fb_frame_distinct(ordered, &distinct, err);
    fb_frame_destroy(distinct);
    fb_frame_destroy(ordered);
    fb_frame_destroy(groups);
    fb_frame_destroy(timed);
    return status;
}

static fb_status describe(fb_session *session, handles *h, fb_error *err)
{
    static const char *const exprs[] = {"id * 10 AS ten", "upper(name) AS name"};
    static const char *const same[] = {"value", "CAST(timestamp AS STRING)"};
    FB_TRY(fb_memory_stream_create(session, "id BIGINT, name STRING", &h->stream, err));
    FB_TRY(fb_memory_stream_frame(h->stream, &h->memory, err));
    FB_TRY(fb_frame_where(h->memory, "id >= 0", &h->some, err));
    FB_TRY(fb_frame_select_expr(h->some, exprs, 2, &h->named, err));
    FB_TRY(fb_session_read_stream(session, "rate", &h->reader, err));
    FB_TRY(fb_reader_option(h->reader, "rowsPerSecond", "2", err));
    FB_TRY(fb_reader_load(h->reader, &h->rate, err));
    FB_TRY(aggregate(h->rate, err));
    fb_frame *selected;
    FB_TRY(fb_frame_select_expr(h->rate, same, 2, &selected, err));
    fb_status status = fb_frame_union(h->named, selected, &h->united, err);
    fb_frame_destroy(selected);
    return status;
}

static fb_status run_frames(fb_session *session, handles *h, fb_error *err)
{
    int64_t id;
    FB_TRY(describe(session, h, err));
    FB_TRY(push(h, err));
    FB_TRY(fb_frame_write_stream(h->united, "memory", &h->writer, err));
    FB_TRY(fb_writer_query_name(h->writer, "m", err));
    FB_TRY(fb_writer_option(h->writer, "trigger", "availableNow", err));
    FB_TRY(fb_writer_start(h->writer, &h->query, err));
    FB_TRY(fb_query_await(h->query, -1, NULL, err));
    FB_TRY(fb_query_batch(h->query, 0, &id, &h->result, err));
    assert_true(fb_rows_count(h->result) >= 3);
    FB_TRY(fb_rows_get_text(h->result, 0, 1, &h->text, err));
    assert_string_equal(h->text, "A NAME THAT IS NOT SHORT");
    return FB_OK;
}

static void destroy(handles *h)
{
    fb_text_free(h->text);
    fb_rows_destroy(h->result);
    fb_query_destroy(h->query);
    fb_writer_destroy(h->writer);
    fb_frame_destroy(h->united);
    fb_frame_destroy(h->rate);
    fb_reader_destroy(h->reader);
    fb_frame_destroy(h->named);
    fb_frame_destroy(h->some);
    fb_frame_destroy(h->memory);
    fb_rows_destroy(h->rows);
    fb_memory_stream_destroy(h->stream);
}

static fb_status run_program(fb_session *session, fb_error *err)
{
    handles h = {0};
    fb_status status = run_frames(session, &h, err);
    destroy(&h);
    return status;
}

/* --- the sweep --- */

typedef fb_status (*program)(fb_session *session, fb_error *err);

static fb_status run_once(sim_disk *disk, program run, fb_error *err)
{
    const fb_env env = {.disk = sim_disk_interface(disk)};
    const fb_session_options options = {.output = print};
    fb_session *session;
    FB_TRY(fb_session_create_in(&env, &options, &session, err));
    fb_status status = fb_session_set(session, "forebay.threads", "1", err);
    if (status == FB_OK) status = run(session, err);
    fb_session_destroy(session);
    return status;
}

static void sweep(program run)
{
    uint64_t k = 0;
    bool has_failed = true;
    for (k = 1; has_failed; k++) {
        fb_error err = {0};
        sim_disk *disk = sim_disk_create(k);
        uint64_t before = fb_memory_allocations();
        fb_memory_fail_at(k);
        fb_status status = run_once(disk, run, &err);
        fb_memory_fail_at(0);
        has_failed = fb_memory_allocations() - before >= k;
        if (status != FB_OK && status != FB_E_NOMEM)
            fail_msg("allocation %llu: %s: %s", (unsigned long long)k, fb_status_text(status),
                     err.message);
        if (!has_failed) assert_int_equal(status, FB_OK);
        status = run_once(disk, run, &err);
        if (status != FB_OK)
            fail_msg("after allocation %llu: %s", (unsigned long long)k, err.message);
        sim_disk_destroy(disk);
    }
    printf("%llu allocations\n", (unsigned long long)k);
    assert_true(k > 100);
}

static void a_script_with_queries_survives_every_lack_of_memory(void **state)
{
    (void)state;
    sweep(run_script);
}

static void a_program_with_handles_survives_every_lack_of_memory(void **state)
{
    (void)state;
    sweep(run_program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_with_queries_survives_every_lack_of_memory),
        cmocka_unit_test(a_program_with_handles_survives_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
