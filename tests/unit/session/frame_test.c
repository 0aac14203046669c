/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames made from frames; whole queries through them are in query_test.c. */
#include "test.h"

#include <forebay/forebay.h>

static char printed[4096];
static fb_session *session;
static fb_frame *rows;
static fb_error err;

static bool take_output(void *user, const char *text, size_t size_bytes)
{
    size_t used = strlen(printed);
    (void)user;
    if (used + size_bytes >= sizeof printed) return false;
    memcpy(printed + used, text, size_bytes);
    printed[used + size_bytes] = '\0';
    return true;
}

/* The frame's rows are those, one JSON object a line. */
static void assert_rows(const fb_frame *frame, const char *expected)
{
    static const char script[] = "SELECT * FROM frame_of_test";
    const fb_script_options options = {.format = FB_RESULT_JSONL};
    printed[0] = '\0';
    assert_ok(fb_frame_create_view(frame, "frame_of_test", &err), &err);
    assert_ok(fb_session_run_script(session, "test", script, sizeof script - 1, &options, &err),
              &err);
    assert_string_equal(printed, expected);
}

static int set_up(void **state)
{
    (void)state;
    const fb_session_options options = {.output = take_output};
    assert_ok(fb_session_create(&options, &session, &err), &err);
    assert_ok(fb_session_set(session, "spark.sql.session.timeZone", "UTC", &err), &err);
    assert_ok(fb_session_frame(session,
                               "SELECT a, CAST(b AS TIMESTAMP) AS b FROM VALUES (1, NULL), "
                               "(2, '2024-01-01'), (1, NULL) AS t(a, b)",
                               &rows, &err),
              &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_frame_destroy(rows);
    fb_session_destroy(session);
    return 0;
}

static void groups_have_their_keys_and_aggregates(void **state)
{
    (void)state;
    static const char *const keys[] = {"a * 10 AS ten"};
    static const char *const order[] = {"n", "ten DESC"};
    static const char *const aggregates[] = {"count(*) AS n", "max(b) IS NULL AS is_new",
                                             "collect_list(a) FILTER (WHERE a < 2) AS few"};
    fb_frame *groups, *some, *ordered;
    assert_ok(fb_frame_group_by(rows, keys, 1, aggregates, 3, &groups, &err), &err);
    assert_ok(fb_frame_order_by(groups, order, 2, &ordered, &err), &err);
    assert_rows(ordered, "{\"ten\":20,\"n\":1,\"is_new\":false,\"few\":[]}\n"
                         "{\"ten\":10,\"n\":2,\"is_new\":true,\"few\":[1,1]}\n");
    assert_ok(fb_frame_where(groups, "n > 1", &some, &err), &err);
    assert_rows(some, "{\"ten\":10,\"n\":2,\"is_new\":true,\"few\":[1,1]}\n");
    fb_frame_destroy(some);
    fb_frame_destroy(ordered);
    fb_frame_destroy(groups);
}

static void no_keys_make_one_row(void **state)
{
    (void)state;
    static const char *const aggregates[] = {"sum(a) AS s", "count(b) AS n"};
    static const char *const keys[] = {"a", "b"};
    fb_frame *frame, *none, *empty;
    assert_ok(fb_frame_group_by(rows, NULL, 0, aggregates, 2, &frame, &err), &err);
    assert_rows(frame, "{\"s\":4,\"n\":1}\n");
    fb_frame_destroy(frame);
    assert_ok(fb_frame_where(rows, "a > 5", &none, &err), &err);
    assert_ok(fb_frame_group_by(none, NULL, 0, aggregates, 2, &empty, &err), &err);
    assert_rows(empty, "{\"s\":null,\"n\":0}\n");
    fb_frame_destroy(empty);
    assert_ok(fb_frame_group_by(none, keys, 2, aggregates, 2, &empty, &err), &err);
    assert_rows(empty, "");
    fb_frame_destroy(empty);
    fb_frame_destroy(none);
}

static void keys_without_aggregates_and_distinct_are_the_same(void **state)
{
    (void)state;
    static const char *const keys[] = {"a", "b"};
    static const char *const order[] = {"a DESC NULLS FIRST"};
    fb_frame *frames[2], *ordered;
    assert_ok(fb_frame_group_by(rows, keys, 2, NULL, 0, &frames[0], &err), &err);
    assert_ok(fb_frame_distinct(rows, &frames[1], &err), &err);
    for (int i = 0; i < 2; i++) {
        assert_ok(fb_frame_order_by(frames[i], order, 1, &ordered, &err), &err);
        assert_rows(ordered,
                    "{\"a\":2,\"b\":\"2024-01-01T00:00:00.000Z\"}\n{\"a\":1,\"b\":null}\n");
        fb_frame_destroy(ordered);
        fb_frame_destroy(frames[i]);
    }
}

/* Ten rows a batch, a second apart: windows of five seconds close when the watermark, three seconds
 * behind, has passed them. */
static void a_watermark_closes_windows(void **state)
{
    (void)state;
    static const char *const keys[] = {"window(timestamp, '5 seconds') AS w"};
    static const char *const aggregates[] = {"count(*) AS n", "min(value) AS first"};
    static const char *const shown[] = {"unix_seconds(w.start) AS start", "n", "first"};
    fb_reader *reader;
    fb_frame *all, *timed, *windows, *frame;
    fb_writer *writer;
    fb_query *query;
    assert_ok(fb_session_read_stream(session, "rate-micro-batch", &reader, &err), &err);
    assert_ok(fb_reader_option(reader, "rowsPerBatch", "10", &err), &err);
    assert_ok(fb_reader_option(reader, "startTimestamp", "0", &err), &err);
    assert_ok(fb_reader_option(reader, "advanceMillisPerBatch", "4000", &err), &err);
    assert_ok(fb_reader_load(reader, &all, &err), &err);
    assert_ok(fb_frame_with_watermark(all, "timestamp", "3 seconds", &timed, &err), &err);
    assert_ok(fb_frame_group_by(timed, keys, 1, aggregates, 2, &windows, &err), &err);
    assert_ok(fb_frame_select_expr(windows, shown, 3, &frame, &err), &err);
    assert_ok(fb_frame_write_stream(frame, "memory", &writer, &err), &err);
    assert_ok(fb_writer_query_name(writer, "windows", &err), &err);
    assert_ok(fb_writer_start(writer, &query, &err), &err);
    while (fb_query_batch_count(query) < 6)
        assert_ok(fb_query_await(query, 1, NULL, &err), &err);
    int64_t start, count, first, batch, expected = 0;
    for (size_t i = 0; i < 6; i++) {
        fb_rows *closed;
        assert_ok(fb_query_batch(query, i, &batch, &closed, &err), &err);
        for (size_t row = 0; row < fb_rows_count(closed); row++, expected += 5) {
            assert_ok(fb_rows_get_int(closed, row, 0, &start, &err), &err);
            assert_ok(fb_rows_get_int(closed, row, 1, &count, &err), &err);
            assert_ok(fb_rows_get_int(closed, row, 2, &first, &err), &err);
            assert_int_equal(start, expected);
            /* Batch k lies at 4k seconds. */
            int64_t from = (start + 3) / 4, until = (start + 8) / 4;
            assert_int_equal(count, (until - from) * 10);
            assert_int_equal(first, from * 10);
        }
        fb_rows_destroy(closed);
    }
    assert_true(expected > 0);
    fb_query_destroy(query);
    fb_writer_destroy(writer);
    fb_frame_destroy(frame);
    fb_frame_destroy(windows);
    fb_frame_destroy(timed);
    fb_frame_destroy(all);
    fb_reader_destroy(reader);
}

static void a_delay_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"ten minutes", "CANNOT_PARSE_INTERVAL", "expected a number with a unit, not ten"},
        {"10 fortnights", "CANNOT_PARSE_INTERVAL", "this is no unit: fortnights"},
        {"", "CANNOT_PARSE_INTERVAL", "not an empty text"},
        {"1 month 1 day", "CANNOT_PARSE_INTERVAL", "months go with years only"},
        {"2147483647 months", "CANNOT_PARSE_INTERVAL", "is too long"},
        {"-1 second", "", "the delay '-1 second' must not be negative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_frame *out;
        assert_status(fb_frame_with_watermark(rows, "b", cases[i][0], &out, &err), FB_E_INVALID);
        assert_string_equal(err.condition, cases[i][1]);
        assert_contains(err.message, cases[i][2]);
        assert_null(out);
    }
}

static void a_call_without_its_arguments_is_refused(void **state)
{
    (void)state;
    fb_frame *out;
    const char *const nothing[] = {NULL};
    assert_status(fb_frame_with_watermark(rows, "b", NULL, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_with_watermark(rows, NULL, "1 day", &out, &err), FB_E_INVALID);
    assert_status(fb_frame_with_watermark(rows, "b + 1", "1 day", &out, &err), FB_E_INVALID);
    assert_contains(err.message, "expected its name, not 'b + 1'");
    assert_status(fb_frame_group_by(rows, NULL, 0, NULL, 0, &out, &err), FB_E_INVALID);
    assert_contains(err.message, "needs at least one expression");
    assert_status(fb_frame_group_by(rows, nothing, 1, NULL, 0, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_order_by(rows, NULL, 0, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_order_by(rows, nothing, 1, &out, &err), FB_E_INVALID);
    assert_contains(err.message, "key 0 is NULL");
    assert_status(fb_frame_order_by(rows, (const char *const[]){"a b"}, 1, &out, &err),
                  FB_E_SYNTAX);
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_their_keys_and_aggregates),
        cmocka_unit_test(no_keys_make_one_row),
        cmocka_unit_test(keys_without_aggregates_and_distinct_are_the_same),
        cmocka_unit_test(a_watermark_closes_windows),
        cmocka_unit_test(a_delay_that_is_none_is_refused),
        cmocka_unit_test(a_call_without_its_arguments_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
