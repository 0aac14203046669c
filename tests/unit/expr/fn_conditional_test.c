/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

/* x is 0, 1, 2, NULL; 10 div x fails in the first row. */
static void fill(expr_env *env)
{
    expr_env_init(env, 4);
    fb_column *x = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    for (int i = 0; i < 4; i++)
        x->int64s[i] = i;
    expr_env_set_null(env, x, 3);
}

static const fb_expr *quotient(expr_env *env)
{
    return expr_env_call(env, "div", expr_env_long(env, 10), expr_env_ref(env, 0), NULL);
}

static const fb_expr *compare_x(expr_env *env, const char *op, int64_t value)
{
    return expr_env_call(env, op, expr_env_ref(env, 0), expr_env_long(env, value), NULL);
}

static void and_does_not_reach_the_right_side_where_the_left_is_false(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    fill(&env);
    const fb_expr *large = expr_env_call(&env, ">", quotient(&env), expr_env_long(&env, 7), NULL);
    const fb_expr *not_zero = compare_x(&env, "<>", 0), *zero = compare_x(&env, "=", 0);
    out = expr_env_eval(&env, expr_env_call(&env, "and", not_zero, large, NULL));
    expr_env_assert_bools(&out, "ftf?");
    out = expr_env_eval(&env, expr_env_call(&env, "or", zero, large, NULL));
    expr_env_assert_bools(&out, "ttf?");
    const fb_expr *wrong = expr_env_call(&env, "and", large, not_zero, NULL);
    assert_status(fb_expr_eval(wrong, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    uint32_t rows[4], count;
    const fb_expr *right = expr_env_call(&env, "and", not_zero, large, NULL);
    assert_ok(fb_expr_select(right, &env.eval, &env.chunk, rows, &count), &env.err);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0], 1);
    expr_env_deinit(&env);
}

static void case_evaluates_a_branch_only_for_its_rows(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *one = compare_x(&env, "=", 1), *known = compare_x(&env, ">", 0);
    const fb_expr *call = expr_env_call(&env, "case_when", one, expr_env_long(&env, -1), known,
                                        quotient(&env), expr_env_long(&env, -9), NULL);
    fb_column out = expr_env_eval(&env, call);
    expr_env_assert_longs(&out, (int64_t[]){-9, -1, 5, -9}, 4);
    call = expr_env_call(&env, "case_when", known, quotient(&env), NULL);
    out = expr_env_eval(&env, call);
    assert_true(fb_column_is_null(&out, 0) && fb_column_is_null(&out, 3));
    assert_int_equal(out.int64s[2], 5);
    assert_string_equal(expr_env_print(&env, call), "CASE WHEN (a > 0) THEN (10 div a) END");
    expr_env_deinit(&env);
}

static void if_takes_the_whole_column_of_the_only_branch(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *x = expr_env_ref(&env, 0);
    const fb_expr *always = expr_env_bool(&env, true);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "if", always, x, quotient(&env), NULL));
    assert_ptr_equal(out.values, env.columns[0].values);
    expr_env_deinit(&env);
}

static void coalesce_stops_at_the_first_value_of_each_row(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *x = expr_env_ref(&env, 0), *seven = expr_env_long(&env, 7);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "coalesce", x, seven, NULL));
    expr_env_assert_longs(&out, (int64_t[]){0, 1, 2, 7}, 4);
    out = expr_env_eval(&env, expr_env_call(&env, "nvl", seven, quotient(&env), NULL));
    expr_env_assert_longs(&out, (int64_t[]){7, 7, 7, 7}, 4);
    out = expr_env_eval(
        &env, expr_env_call(&env, "coalesce", expr_env_null(&env, FB_TYPE_VOID), x, NULL));
    assert_true(fb_column_is_null(&out, 3));
    assert_int_equal(out.int64s[2], 2);
    assert_int_equal(env.columns[0].validity[0] & 15, 7); /* the input is untouched */
    expr_env_deinit(&env);
}

static void what_is_made_of_if_and_case(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *x = expr_env_ref(&env, 0), *one = expr_env_long(&env, 1);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "nullif", x, one, NULL));
    assert_true(fb_column_is_null(&out, 1) && fb_column_is_null(&out, 3));
    assert_int_equal(out.int64s[2], 2);
    out = expr_env_eval(&env, expr_env_call(&env, "nvl2", x, one, quotient(&env), NULL));
    assert_int_equal(out.int64s[0], 1);
    assert_true(fb_column_is_null(&out, 3));
    out = expr_env_eval(&env, expr_env_call(&env, "between", x, one, expr_env_long(&env, 2), NULL));
    expr_env_assert_bools(&out, "ftt?");
    out = expr_env_eval(&env, expr_env_call(&env, "isnull", x, NULL));
    expr_env_assert_bools(&out, "ffft");
    out = expr_env_eval(&env, expr_env_call(&env, "isnotnull", x, NULL));
    expr_env_assert_bools(&out, "tttf");
    const fb_expr *nan = expr_env_double(&env, __builtin_nan(""));
    out = expr_env_eval(&env, expr_env_call(&env, "isnan", nan, NULL));
    expr_env_assert_bools(&out, "tttt");
    out = expr_env_eval(&env, expr_env_call(&env, "nanvl", nan, expr_env_double(&env, 2), NULL));
    assert_true(out.doubles[0] == 2);
    expr_env_deinit(&env);
}

static void values_of_different_kinds_are_refused(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *one = expr_env_int(&env, 1), *yes = expr_env_bool(&env, true);
    assert_status(expr_env_bind(&env, &out, "coalesce", one, yes, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message,
                        "Cannot resolve \"coalesce(1, true)\" due to data type mismatch: Input to "
                        "`coalesce` should all be the same type, but it's (\"INT\" or "
                        "\"BOOLEAN\").");
    assert_status(expr_env_bind(&env, &out, "if", yes, one, yes, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message,
                        "Cannot resolve \"(IF(true, 1, true))\" due to data type mismatch: Input "
                        "to `if` should all be the same type, but it's [\"INT\", \"BOOLEAN\"].");
    assert_status(expr_env_bind(&env, &out, "case_when", one, one, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message,
                        "Cannot resolve \"CASE WHEN 1 THEN 1 END\" due to data type mismatch: The "
                        "first parameter requires the \"BOOLEAN\" type, however \"1\" has the "
                        "type \"INT\".");
    assert_status(expr_env_bind(&env, &out, "coalesce", NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message,
                    "The `coalesce` requires > 0 parameters but the actual number is 0.");
    expr_env_deinit(&env);
}

/* Each of these means its first operand twice: nested, that is 2^n evaluations. */
static void an_operand_that_is_evaluated_twice_has_a_limit(void **state)
{
    (void)state;
    static const char *const names[] = {"nullif", "nanvl", "between"};
    for (int k = 0; k < 3; k++) {
        expr_env env;
        fb_status status = FB_OK;
        int depth = 0;
        fill(&env);
        const fb_expr *expr = k == 2 ? compare_x(&env, "=", 1) : expr_env_ref(&env, 0);
        const fb_expr *no = expr_env_bool(&env, false);
        for (; depth < 40 && status == FB_OK; depth++) {
            const fb_expr *low = k == 2 ? no : expr_env_long(&env, depth);
            fb_expr *out;
            status = expr_env_bind(&env, &out, names[k], expr, low, k == 2 ? no : NULL, NULL);
            if (status == FB_OK) expr = out;
        }
        assert_status(status, FB_E_LIMIT);
        assert_contains(env.err.message, names[k]);
        assert_in_range(depth, 8, 14);
        (void)expr_env_eval(&env, expr);
        expr_env_deinit(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(and_does_not_reach_the_right_side_where_the_left_is_false),
        cmocka_unit_test(case_evaluates_a_branch_only_for_its_rows),
        cmocka_unit_test(if_takes_the_whole_column_of_the_only_branch),
        cmocka_unit_test(coalesce_stops_at_the_first_value_of_each_row),
        cmocka_unit_test(what_is_made_of_if_and_case),
        cmocka_unit_test(values_of_different_kinds_are_refused),
        cmocka_unit_test(an_operand_that_is_evaluated_twice_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
