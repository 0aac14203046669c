/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rewrites do to plans that SQL describes, and that rows which are dropped or columns
 * which nobody uses cannot fail. */
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
    static const char *const names[] = {"OneRow", "Values", "Source", "Project", "Filter", "Union"};
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

static void expect_rows(const char *query, const char *csv)
{
    assert_ok(session_env_run(&env, query, FB_RESULT_CSV), &env.err);
    assert_string_equal(fb_buf_text(&env.output), csv);
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
        in_session(dropped_rows_are_not_computed),
        in_session(unused_columns_are_not_computed),
        in_session(used_columns_still_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
