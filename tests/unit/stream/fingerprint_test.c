/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/fingerprint.h"

#include "session/session_state.h"
#include "session_env.h"

static session_env env;
static fb_arena arena;
static fb_fingerprint found;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    if (session_env_init(&env) != 0) return -1;
    return session_env_run(&env,
                           "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                           "'7');\nCREATE TEMPORARY VIEW w USING `rate-micro-batch` OPTIONS "
                           "(rowsPerBatch '8');",
                           FB_RESULT_TABLE) == FB_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    session_env_deinit(&env);
    fb_arena_deinit(&arena);
    return 0;
}

static const char *of(const char *query)
{
    fb_frame *frame;
    const fb_plan *plan;
    assert_ok(fb_session_frame(env.session, query, &frame, &env.err), &env.err);
    assert_ok(fb_plan_optimize(&arena, frame->plan, &plan, &env.err), &env.err);
    assert_ok(
        fb_fingerprint_make(plan, FB_OUTPUT_APPEND, true, fb_timezone_utc(), &found, &env.err),
        &env.err);
    fb_frame_destroy(frame);
    return fb_arena_strdup(&arena, fb_slice_of(found.text));
}

static void the_same_query_is_recognised(void **state)
{
    (void)state;
    const char *query = "SELECT value + 1 AS a, CAST(timestamp AS STRING) FROM STREAM v "
                        "WHERE value > 3";
    const char *first = of(query);
    assert_string_equal(first, of(query));
    assert_int_equal(strlen(first), FB_FINGERPRINT_SIZE - 1);
    assert_true(found.is_deterministic);
}

#define GROUPED(call, delay, window)                                                               \
    "SELECT " call " AS a FROM STREAM v WATERMARK timestamp DELAY OF INTERVAL " delay " GROUP BY " \
    "window(timestamp, " window ")"

static void whatever_changes_rows_changes_it(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "SELECT value + 1 AS a FROM STREAM v",
        "SELECT value + 2 AS a FROM STREAM v",
        "SELECT value - 1 AS a FROM STREAM v",
        "SELECT CAST(value AS INT) AS a FROM STREAM v",
        "SELECT CAST(value AS SMALLINT) AS a FROM STREAM v",
        "SELECT '1' AS a FROM STREAM v",
        "SELECT 1 AS a FROM STREAM v",
        "SELECT value + 1 AS a FROM STREAM w",
        "SELECT value + 1 AS a FROM STREAM v WHERE value > 0",
        "SELECT value AS a FROM STREAM v UNION ALL SELECT value FROM STREAM v",
        GROUPED("count(*)", "1 MINUTE", "'10 minutes'"),
        GROUPED("count(value)", "1 MINUTE", "'10 minutes'"),
        GROUPED("count(*) FILTER (WHERE value > 1)", "1 MINUTE", "'10 minutes'"),
        GROUPED("count(*) FILTER (WHERE value > 2)", "1 MINUTE", "'10 minutes'"),
        GROUPED("first(value)", "1 MINUTE", "'10 minutes'"),
        GROUPED("first(value) IGNORE NULLS", "1 MINUTE", "'10 minutes'"),
        GROUPED("count(*)", "2 MINUTES", "'10 minutes'"),
        GROUPED("count(*)", "1 MINUTE", "'20 minutes'"),
        GROUPED("count(*)", "1 MINUTE", "'10 minutes', '5 minutes'"),
        GROUPED("count(*)", "1 MINUTE", "'10 minutes', '10 minutes', '1 minute'"),
        GROUPED("count(*)", "1 MINUTE", "'10 minutes'") " HAVING count(*) > 1",
        "SELECT value % 2 AS a, count(*) FROM STREAM v GROUP BY value % 2",
        "SELECT value % 2 AS a, count(*) FROM STREAM v GROUP BY value % 2 ORDER BY a",
        "SELECT value % 2 AS a, count(*) FROM STREAM v GROUP BY value % 2 ORDER BY a DESC",
        "SELECT value % 2 AS a, count(*) FROM STREAM v GROUP BY value % 2 ORDER BY a NULLS LAST",
        "SELECT DISTINCT value % 2 AS a FROM STREAM v",
    };
    enum { COUNT = sizeof queries / sizeof *queries };
    const char *texts[COUNT];
    for (int i = 0; i < COUNT; i++) {
        texts[i] = of(queries[i]);
        for (int j = 0; j < i; j++)
            if (!strcmp(texts[i], texts[j])) fail_msg("%s\n%s", queries[i], queries[j]);
    }
}

static void mode_and_settings_belong_to_it(void **state)
{
    (void)state;
    fb_frame *frame;
    fb_fingerprint first, other;
    assert_ok(fb_session_frame(env.session, "SELECT value FROM STREAM v", &frame, &env.err),
              &env.err);
    const fb_timezone *utc = fb_timezone_utc(), *berlin;
    assert_ok(fb_timezone_find(FB_SLICE("Europe/Berlin"), &berlin, &env.err), &env.err);
    const fb_plan *plan = frame->plan;
    assert_ok(fb_fingerprint_make(plan, FB_OUTPUT_APPEND, true, utc, &first, &env.err), &env.err);
    assert_ok(fb_fingerprint_make(plan, FB_OUTPUT_UPDATE, true, utc, &other, &env.err), &env.err);
    assert_string_not_equal(first.text, other.text);
    assert_ok(fb_fingerprint_make(plan, FB_OUTPUT_APPEND, false, utc, &other, &env.err), &env.err);
    assert_string_not_equal(first.text, other.text);
    assert_ok(fb_fingerprint_make(plan, FB_OUTPUT_APPEND, true, berlin, &other, &env.err),
              &env.err);
    assert_string_not_equal(first.text, other.text);
    fb_frame_destroy(frame);
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_session(the_same_query_is_recognised),
        in_session(whatever_changes_rows_changes_it),
        in_session(mode_and_settings_belong_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
