/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static void literals_are_constant_columns(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 5);
    const fb_expr *text = expr_env_string(&env, "a text of more than twelve bytes");
    fb_column out = expr_env_eval(&env, text);
    assert_true(out.is_constant);
    assert_slice_equal(fb_column_string(&out, 4), "a text of more than twelve bytes");
    out = expr_env_eval(&env, expr_env_int(&env, -3));
    assert_int_equal(out.int32s[0], -3);
    const fb_expr *null = fb_expr_literal_null(&env.arena, fb_type_of(FB_TYPE_DATE));
    assert_true(null->nullable);
    out = expr_env_eval(&env, null);
    assert_true(fb_column_is_null(&out, 3));
    expr_env_deinit(&env);
}

static void folding_gives_the_value_and_keeps_type_and_place(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 5);
    const fb_expr *folded, *again;
    const fb_expr *sum =
        expr_env_call(&env, "+", expr_env_long(&env, 2), expr_env_long(&env, 3), NULL);
    assert_ok(fb_expr_fold(&env.binder, &env.context, sum, &folded), &env.err);
    assert_int_equal(folded->kind, FB_EXPR_LITERAL);
    assert_int_equal(folded->literal.int64s[0], 5);
    assert_int_equal(folded->position.column, 8);
    assert_ptr_equal(folded->type, sum->type);
    assert_ok(fb_expr_fold(&env.binder, &env.context, folded, &again), &env.err);
    assert_ptr_equal(again, folded);
    expr_env_deinit(&env);
}

static void folding_reports_what_the_expression_raises(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 5);
    const fb_expr *folded;
    const fb_expr *fails =
        expr_env_call(&env, "div", expr_env_long(&env, 2), expr_env_long(&env, 0), NULL);
    assert_status(fb_expr_fold(&env.binder, &env.context, fails, &folded), FB_E_COMPUTE);
    assert_null(folded);
    assert_string_equal(env.err.condition, "DIVIDE_BY_ZERO");
    expr_env_deinit(&env);
}

static void a_folded_choice_is_constant(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 5);
    const fb_expr *folded;
    const fb_expr *call = expr_env_call(&env, "coalesce", expr_env_null(&env, FB_TYPE_VOID),
                                        expr_env_long(&env, 9), NULL);
    assert_ok(fb_expr_fold(&env.binder, &env.context, call, &folded), &env.err);
    assert_true(folded->literal.is_constant);
    assert_false(folded->nullable);
    fb_column out = expr_env_eval(&env, folded);
    expr_env_assert_longs(&out, (int64_t[]){9, 9, 9, 9, 9}, 5);
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_constant_columns),
        cmocka_unit_test(folding_gives_the_value_and_keeps_type_and_place),
        cmocka_unit_test(folding_reports_what_the_expression_raises),
        cmocka_unit_test(a_folded_choice_is_constant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
