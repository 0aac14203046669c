/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rewrites do to plans that SQL describes, and that rows which are dropped or columns
 * which nobody uses cannot fail. */
#include "base/memory.h"
#include "session/session_state.h"
#include "session_env.h"

static session_env env;
static fb_arena arena;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return session_env_init(&env);
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    session_env_deinit(&env);
    return 0;
}

/* The optimised plan of a query as indented names, "Project Filter Values". */
static void print_kinds(const fb_plan *plan, fb_buf *out)
{
    static const char *const names[] = {"OneRow", "Values",    "Source", "Project",   "Filter",
                                        "Union",  "Watermark", "Window", "Aggregate", "Sort"};
    if (out->size) fb_buf_add_char(out, ' ');
    fb_buf_add_text(out, names[plan->kind]);
    if (plan->kind == FB_PLAN_FILTER) {
        fb_buf_add_char(out, '[');
        fb_expr_print(plan->exprs[0], out);
        fb_buf_add_char(out, ']');
    }
    for (uint32_t i = 0; i < plan->child_count; i++)
        print_kinds(plan->children[i], out);
}

static void expect_shape(const char *query, const char *shape)
{
    fb_frame *frame;
    const fb_plan *plan;
    fb_buf text;
    fb_buf_init(&text, 0);
    assert_ok(fb_session_frame(env.session, query, &frame, &env.err), &env.err);
    assert_ok(fb_plan_optimize(&arena, frame->plan, &plan, &env.err), &env.err);
    print_kinds(plan, &text);
    assert_string_equal(fb_buf_text(&text), shape);
    fb_buf_deinit(&text);
    fb_frame_destroy(frame);
}

static void expect_rows(const char *query, const char *csv)
{
    assert_ok(session_env_run(&env, query, FB_RESULT_CSV), &env.err);
    assert_string_equal(fb_buf_text(&env.output), csv);
}

static void run(const char *text)
{
    assert_ok(session_env_run(&env, text, FB_RESULT_CSV), &env.err);
}

static void filters_move_below_projections_and_unions(void **state)
{
    (void)state;
    expect_shape("SELECT * FROM (SELECT col1 + 1 AS x FROM VALUES (1), (2)) WHERE x > 2",
                 "Project Project Filter[((col1 + 1) > 2)] Values");
    expect_shape("SELECT x FROM (SELECT col1 AS x FROM VALUES (1) UNION ALL "
                 "SELECT col1 * 2 FROM VALUES (2)) WHERE x <> 2",
                 "Project Union Project Filter[(NOT (col1 = 2))] Values "
                 "Project Filter[(NOT ((col1 * 2) = 2))] Values");
}

/* Each level doubles what the filter would be below it. */
static void a_filter_stops_where_it_would_blow_up(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    for (int i = 0; i < 40; i++)
        fb_buf_add_text(&text, "SELECT x + x AS x FROM (");
    fb_buf_add_text(&text, "SELECT col1 AS x FROM VALUES (0)");
    for (int i = 0; i < 40; i++)
        fb_buf_add_char(&text, ')');
    char *query = fb_arena_printf(&arena, "SELECT * FROM (%s) WHERE x = 0", fb_buf_text(&text));
    expect_rows(query, "x\n0\n");
    fb_buf_deinit(&text);
}

/* The shapes are those of Spark's optimised plans (tests/golden/plans), but for the filters that
 * Spark infers. */
static void conditions_on_keys_move_below_aggregations(void **state)
{
    (void)state;
    expect_shape("SELECT * FROM (SELECT col1 AS k, count(*) AS c FROM VALUES (1), (2) GROUP BY "
                 "col1) WHERE k = 1 AND c > 1",
                 "Project Project Filter[(count > 1)] Aggregate Filter[(col1 = 1)] Values");
    expect_shape("SELECT * FROM (SELECT col1 AS k, count(*) AS c FROM VALUES (1), (2) GROUP BY "
                 "col1) WHERE k = 1 OR c > 1",
                 "Project Project Filter[((col1 = 1) OR (count > 1))] Aggregate Values");
    expect_shape("SELECT count(*) AS c FROM VALUES (1) GROUP BY col1 + 1 HAVING col1 + 1 > 5",
                 "Project Aggregate Filter[((col1 + 1) > 5)] Values");
    expect_shape("SELECT count(*) AS c FROM VALUES (1) GROUP BY col1 HAVING count(*) > 1 AND "
                 "col1 > 5 AND max(col1) < 9",
                 "Project Filter[(max < 9)] Filter[(count > 1)] Aggregate Filter[(col1 > 5)] "
                 "Values");
    expect_shape("SELECT DISTINCT * FROM VALUES (1)", "Aggregate Project Values");
    expect_shape("SELECT * FROM (SELECT DISTINCT col1 FROM VALUES (1)) WHERE col1 > 5",
                 "Project Aggregate Project Filter[(col1 > 5)] Values");
}

static void conditions_without_keys_stay_above_aggregations(void **state)
{
    (void)state;
    expect_shape("SELECT * FROM (SELECT count(*) AS c FROM VALUES (1)) WHERE 1 = 0",
                 "Project Project Filter[(1 = 0)] Aggregate Values");
    expect_rows("SELECT * FROM (SELECT count(*) AS c FROM VALUES (1)) WHERE 1 = 0", "c\n");
    expect_rows("SELECT * FROM (SELECT count(*) AS c FROM VALUES (1)) WHERE 1 = 1", "c\n1\n");
}

static void conditions_pass_filters_that_have_stayed(void **state)
{
    (void)state;
    expect_shape("SELECT * FROM (SELECT * FROM (SELECT col1 AS k, count(*) AS c FROM VALUES (1) "
                 "GROUP BY col1) WHERE c > 1) WHERE k = 1 AND c < 9",
                 "Project Project Project Filter[(count < 9)] Filter[(count > 1)] Aggregate "
                 "Filter[(col1 = 1)] Values");
}

static void event_time_stays_above_its_watermark(void **state)
{
    (void)state;
    run("CREATE TEMPORARY VIEW r USING rate; SELECT 1");
    const char *marked = "FROM STREAM r WATERMARK timestamp DELAY OF INTERVAL 1 MINUTE";
    expect_shape(fb_arena_printf(&arena,
                                 "SELECT * %s WHERE value > 1 AND timestamp > "
                                 "TIMESTAMP '2024-01-01' AND value < 9",
                                 marked),
                 "Project Filter[(timestamp > TIMESTAMP '2024-01-01 00:00:00')] Watermark "
                 "Filter[(value < 9)] Filter[(value > 1)] Source");
    expect_shape(fb_arena_printf(&arena,
                                 "SELECT * %s WHERE value > 1 OR timestamp > "
                                 "TIMESTAMP '2024-01-01'",
                                 marked),
                 "Project Filter[((value > 1) OR (timestamp > TIMESTAMP '2024-01-01 "
                 "00:00:00'))] Watermark Source");
    expect_shape(fb_arena_printf(&arena,
                                 "SELECT window, count(*) %s WHERE value > 1 GROUP BY "
                                 "window(timestamp, '1 hour') HAVING (window.start > TIMESTAMP "
                                 "'2024-01-01')",
                                 marked),
                 "Project Aggregate Filter[(window.start > TIMESTAMP '2024-01-01 00:00:00')] "
                 "Window Watermark Filter[(value > 1)] Source");
}

static void conditions_pass_windows_and_sorts(void **state)
{
    (void)state;
    run("CREATE TEMPORARY VIEW r USING rate; SELECT 1");
    expect_shape("SELECT * FROM (SELECT window(timestamp, '1 hour', '1 minute') AS w, value FROM "
                 "STREAM r) WHERE value > 1 AND w.start > TIMESTAMP '2024-01-01'",
                 "Project Project Filter[(window.start > TIMESTAMP '2024-01-01 00:00:00')] Window "
                 "Filter[(value > 1)] Source");
    expect_shape("SELECT * FROM (SELECT col1 AS x FROM VALUES (2), (1) ORDER BY col1) WHERE x > 1",
                 "Project Sort Project Filter[(col1 > 1)] Values");
}

static void unused_aggregates_are_dropped(void **state)
{
    (void)state;
    expect_rows("SELECT c FROM (SELECT sum(1 div col1) AS s, count(*) AS c, max(col1) AS m FROM "
                "VALUES (0), (3))",
                "c\n2\n");
    expect_rows("SELECT m, k FROM (SELECT col2 AS k, sum(1 div col1) AS s, count(*) AS c, "
                "max(col1) AS m FROM VALUES (0, 'a'), (3, 'a') GROUP BY col2) WHERE c > 1",
                "m,k\n3,a\n");
    expect_shape("SELECT k FROM (SELECT col1 AS k, sum(col1) FROM VALUES (1) GROUP BY col1)",
                 "Project Project Project Aggregate Values");
}

/* The shapes are those of Spark's optimised plans (tests/golden/plans). */
static void aggregations_that_change_nothing_are_dropped(void **state)
{
    (void)state;
#define PAIRS "(SELECT DISTINCT col1 AS k, col2 AS v FROM VALUES (1, 2), (1, 2), (1, 3), (2, 5))"
    expect_shape("SELECT k, max(v) FROM " PAIRS " GROUP BY k",
                 "Project Aggregate Project Project Values");
    expect_shape("SELECT k, max(v + 1) FROM (SELECT k, v * 2 AS v FROM " PAIRS ") GROUP BY k",
                 "Project Aggregate Project Project Project Values");
    expect_shape("SELECT k, max(v), sum(v) FROM " PAIRS " GROUP BY k",
                 "Project Aggregate Aggregate Project Values");
    expect_shape("SELECT k, bit_xor(v) FROM " PAIRS " GROUP BY k",
                 "Project Aggregate Aggregate Project Values");
    expect_rows("SELECT k, max(v), min(v) FROM " PAIRS " GROUP BY k ORDER BY k",
                "k,max(v),min(v)\n1,3,2\n2,5,5\n");
    expect_rows("SELECT k, count(*) FROM " PAIRS " GROUP BY k ORDER BY k",
                "k,count(1)\n1,2\n2,1\n");
    /* The one below has no key: a row comes out where none went in. */
    expect_rows("SELECT max(1) FROM (SELECT count(*) FROM VALUES (1) WHERE false)", "max(1)\n1\n");
    expect_shape("SELECT k, max(c) FROM (SELECT col1 AS k, count(*) AS c FROM VALUES (1) GROUP BY "
                 "col1) GROUP BY k",
                 "Project Aggregate Project Aggregate Values");
    expect_shape("SELECT k, max(v) FROM (SELECT col1 AS k, col2 AS v FROM VALUES (1, 2) GROUP BY "
                 "col1, col2 HAVING count(*) > 1) GROUP BY k",
                 "Project Aggregate Project Filter[(count > 1)] Aggregate Values");
}

static void groups_of_groups_are_dropped(void **state)
{
    (void)state;
#define COUNTS "(SELECT col1 AS k, count(*) AS c FROM VALUES (1), (1), (2) GROUP BY col1)"
    expect_shape("SELECT DISTINCT k, c FROM " COUNTS, "Project Project Project Aggregate Values");
    expect_shape("SELECT DISTINCT c, k FROM " COUNTS " WHERE c > 1",
                 "Project Project Project Filter[(count > 1)] Aggregate Values");
    expect_shape("SELECT DISTINCT c FROM " COUNTS, "Aggregate Project Project Aggregate Values");
    expect_shape("SELECT DISTINCT k + 1, c FROM " COUNTS,
                 "Aggregate Project Project Aggregate Values");
    expect_shape("SELECT k + 1, c FROM (SELECT DISTINCT k, c FROM " COUNTS ")",
                 "Project Aggregate Project Project Aggregate Values");
    expect_rows(
        "SELECT DISTINCT c FROM (SELECT col1 AS k, count(*) AS c FROM VALUES (1), (2) GROUP "
        "BY col1)",
        "c\n1\n");
    expect_rows("SELECT DISTINCT k, c FROM " COUNTS " ORDER BY k", "k,c\n1,2\n2,1\n");
}

/* A tumbling window gives a row for a row; a sliding one gives a row again and again. */
static void windows_between_aggregations_matter(void **state)
{
    (void)state;
#define TIMES "(SELECT DISTINCT col1 AS t, col2 AS v FROM VALUES (TIMESTAMP '2024-01-01', 1)) "
    expect_shape("SELECT max(v) FROM " TIMES "GROUP BY window(t, '1 hour')",
                 "Project Aggregate Window Project Project Values");
    expect_shape("SELECT max(v) FROM " TIMES "GROUP BY window(t, '1 hour', '30 minutes')",
                 "Project Aggregate Window Aggregate Project Values");
    expect_shape("SELECT sum(v) FROM " TIMES "GROUP BY window(t, '1 hour')",
                 "Project Aggregate Window Aggregate Project Values");
}

/* What is left of an aggregation that goes are the columns that somebody needs: those of the
 * window's time and of FILTER too, and none else. */
static void what_is_needed_outlives_its_aggregation(void **state)
{
    (void)state;
    expect_rows("SELECT window.start, max(v) FROM " TIMES "GROUP BY window(t, '1 hour')",
                "start,max(v)\n2024-01-01 00:00:00,1\n");
    expect_rows("SELECT k, max(v) FILTER (WHERE w > 1) AS m FROM (SELECT DISTINCT col1 AS k, col2 "
                "AS v, col3 AS w FROM VALUES (1, 9, 1), (1, 5, 2)) GROUP BY k",
                "k,m\n1,5\n");
    expect_rows(
        "SELECT k, sum(v) FILTER (WHERE w > 1) AS m FROM (SELECT col1 AS k, col2 AS v, col3 "
        "+ 0 AS w FROM VALUES (1, 9, 1), (1, 5, 2)) GROUP BY k",
        "k,m\n1,5\n");
    expect_rows("SELECT k, max(v) AS m FROM (SELECT DISTINCT col1 AS k, col2 AS v, 1 / z AS i FROM "
                "(SELECT col1, col2, col2 - col2 AS z FROM VALUES (1, 2))) GROUP BY k",
                "k,m\n1,2\n");
    /* A window is not the key that it is made of. */
    expect_shape("SELECT DISTINCT window FROM (SELECT window(t, '1 day') FROM (SELECT col1 AS "
                 "t, count(*) FROM VALUES (TIMESTAMP '2024-01-01'), (TIMESTAMP '2024-01-01 01:00') "
                 "GROUP BY col1 HAVING count(*) > 0))",
                 "Aggregate Project Project Window Project Filter[(count > 0)] Aggregate "
                 "Values");
}

static void rows_without_a_time_do_not_enter_aggregations_below_windows(void **state)
{
    (void)state;
    expect_shape("SELECT count(*) FROM (SELECT DISTINCT to_timestamp(col1) AS t FROM VALUES ('x')) "
                 "GROUP BY window(t, '1 hour')",
                 "Project Aggregate Window Aggregate Project "
                 "Filter[(to_timestamp(CAST(col1 AS TIMESTAMP)) IS NOT NULL)] Values");
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "SELECT k, max(v) FROM (SELECT k, v * 2 AS v FROM " PAIRS ") WHERE v > 2 GROUP BY k",
        "SELECT DISTINCT k, c FROM " COUNTS " WHERE c > 1 AND k = 1",
        "SELECT max(v) FROM " TIMES "WHERE v > 1 GROUP BY window(t, '1 hour')",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        fb_frame *frame;
        const fb_plan *plan;
        fb_status status = FB_E_NOMEM;
        assert_ok(fb_session_frame(env.session, queries[i], &frame, &env.err), &env.err);
        for (uint64_t k = 1; status != FB_OK && k < 1000; k++) {
            fb_arena small;
            fb_arena_init(&small, 64);
            fb_memory_fail_at(k);
            status = fb_plan_optimize(&small, frame->plan, &plan, &env.err);
            fb_memory_fail_at(0);
            fb_arena_deinit(&small);
            assert_true(status == FB_OK || status == FB_E_NOMEM);
        }
        assert_int_equal(status, FB_OK);
        fb_frame_destroy(frame);
    }
}

static void dropped_rows_are_not_computed(void **state)
{
    (void)state;
    expect_rows("SELECT x FROM (SELECT col1 AS d, 12 div col1 AS x FROM VALUES (0), (3), (4)) "
                "WHERE d <> 0",
                "x\n4\n3\n");
}

static void unused_columns_are_not_computed(void **state)
{
    (void)state;
    expect_rows("SELECT d FROM (SELECT col1 AS d, 12 div col1 AS x FROM VALUES (0), (3))",
                "d\n0\n3\n");
    expect_rows("SELECT b FROM (SELECT a, b, 1 div a AS c FROM (SELECT col1 AS a, col2 AS b, "
                "col1 + 1 AS z FROM VALUES (0, 'x'), (0, 'y'))) WHERE b > 'x'",
                "b\ny\n");
}

static void used_columns_still_fail(void **state)
{
    (void)state;
    assert_status(session_env_run(&env,
                                  "SELECT x FROM (SELECT 12 div col1 AS x FROM VALUES (0), (3))",
                                  FB_RESULT_CSV),
                  FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "DIVIDE_BY_ZERO");
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_session(filters_move_below_projections_and_unions),
        in_session(a_filter_stops_where_it_would_blow_up),
        in_session(conditions_on_keys_move_below_aggregations),
        in_session(conditions_without_keys_stay_above_aggregations),
        in_session(conditions_pass_filters_that_have_stayed),
        in_session(event_time_stays_above_its_watermark),
        in_session(conditions_pass_windows_and_sorts),
        in_session(unused_aggregates_are_dropped),
        in_session(aggregations_that_change_nothing_are_dropped),
        in_session(groups_of_groups_are_dropped),
        in_session(windows_between_aggregations_matter),
        in_session(what_is_needed_outlives_its_aggregation),
        in_session(rows_without_a_time_do_not_enter_aggregations_below_windows),
        in_session(every_failed_allocation_is_survived),
        in_session(dropped_rows_are_not_computed),
        in_session(unused_columns_are_not_computed),
        in_session(used_columns_still_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
