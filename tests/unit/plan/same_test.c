/* SPDX-License-Identifier: Apache-2.0
 *
 * When two expressions are one: seen at the aggregates that share a buffer. */
#include "plan/analyzer.h"
#include "sql/parse.h"
#include "test.h"

static fb_arena arena;
static fb_error err;

/* How many calls are left of the select list over VALUES with the columns a, b, s. */
static uint32_t count_calls(const char *items)
{
    char *text = fb_arena_printf(
        &arena,
        "SELECT %s FROM (SELECT a, b, s, DATE '2024-01-01' AS d FROM VALUES (1, 2, 'x') AS "
        "v(a, b, s))",
        items);
    fb_script script;
    const fb_plan *plan;
    fb_analysis analysis = {.arena = &arena, .ansi = true, .timezone = fb_timezone_utc()};
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), &err);
    assert_ok(fb_analyze(&analysis, script.statements[0].plan, &plan, &err), &err);
    assert_int_equal(plan->kind, FB_PLAN_PROJECT);
    assert_int_equal(plan->children[0]->kind, FB_PLAN_AGGREGATE);
    return plan->children[0]->call_count;
}

static void the_same_tree_is_one(void **state)
{
    (void)state;
    assert_int_equal(count_calls("sum(a + b), sum(a + b)"), 1);
    assert_int_equal(count_calls("sum(a + 1), sum(a + 2)"), 2);
    assert_int_equal(count_calls("max(s || 'x'), max(s || 'x'), max(s || 'y')"), 2);
    assert_int_equal(count_calls("sum(a), sum(b)"), 2);
    assert_int_equal(count_calls("max(NULLIF(a, 1)), max(NULLIF(a, 1))"), 1);
}

static void operands_may_change_places_where_order_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(count_calls("sum(a + b), sum(b + a)"), 1);
    assert_int_equal(count_calls("sum(a * b), sum(b * a)"), 1);
    assert_int_equal(count_calls("sum(a - b), sum(b - a)"), 2);
    assert_int_equal(count_calls("max(a = b), max(b = a)"), 1);
    assert_int_equal(count_calls("max(a < b), max(b > a)"), 1);
    assert_int_equal(count_calls("max(a <= b), max(b >= a)"), 1);
    assert_int_equal(count_calls("max(a < b), max(b < a)"), 2);
    assert_int_equal(count_calls("max(a < b), max(b >= a)"), 2);
}

static void what_the_binder_took_in_still_tells_calls_apart(void **state)
{
    (void)state;
    assert_int_equal(count_calls("max(struct(a, b).a), max(struct(a, b).b)"), 2);
    assert_int_equal(count_calls("max(struct(a, b).a), max(struct(a, b).A)"), 1);
    assert_int_equal(count_calls("max(extract(YEAR FROM d)), max(extract(MONTH FROM d))"), 2);
    assert_int_equal(count_calls("max(CAST(s AS INT)), max(TRY_CAST(s AS INT))"), 2);
    assert_int_equal(count_calls("max(CAST(a AS STRING)), max(CAST(a AS BIGINT))"), 2);
    assert_int_equal(count_calls("max(a IN (1, 2)), max(a IN (1, 3))"), 2);
    assert_int_equal(count_calls("max(s LIKE 'a%'), max(s LIKE 'b%')"), 2);
    assert_int_equal(count_calls("max(date_trunc('year', d)), max(date_trunc('month', d))"), 2);
}

static void calls_differ_by_function_filter_and_nulls(void **state)
{
    (void)state;
    assert_int_equal(count_calls("min(a), max(a), sum(a), avg(a)"), 4);
    assert_int_equal(count_calls("sum(a) FILTER (WHERE b > 1), sum(a) FILTER (WHERE 1 < b)"), 1);
    assert_int_equal(count_calls("sum(a) FILTER (WHERE b > 1), sum(a)"), 2);
    assert_int_equal(count_calls("first(a), first(a, true), any_value(a)"), 2);
    assert_int_equal(count_calls("count(*), count(a), count(1)"), 1);
    assert_int_equal(count_calls("count(DISTINCT a), count(*)"), 2);
}

/* Sums of sums, 2^depth of them, the last leaf another. */
static void print_sum(fb_buf *out, int depth, const char *last)
{
    if (depth == 0) {
        fb_buf_add_text(out, last);
        return;
    }
    fb_buf_add_char(out, '(');
    print_sum(out, depth - 1, "a");
    fb_buf_add_text(out, " + ");
    print_sum(out, depth - 1, last);
    fb_buf_add_char(out, ')');
}

static void large_trees_are_compared_in_little_time(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "sum");
    print_sum(&text, 13, "a");
    fb_buf_add_text(&text, ", sum");
    print_sum(&text, 13, "b");
    assert_int_equal(count_calls(fb_buf_text(&text)), 2);
    fb_buf_deinit(&text);
}

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_tree_is_one),
        cmocka_unit_test(operands_may_change_places_where_order_is_nothing),
        cmocka_unit_test(what_the_binder_took_in_still_tells_calls_apart),
        cmocka_unit_test(calls_differ_by_function_filter_and_nulls),
        cmocka_unit_test(large_trees_are_compared_in_little_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
