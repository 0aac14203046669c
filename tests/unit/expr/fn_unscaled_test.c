/* SPDX-License-Identifier: Apache-2.0
 *
 * Small decimals as integers, and integers as decimals. */
#include "expr/bind.h"
#include "expr_env.h"

static fb_expr *column(expr_env *env, const fb_type *type)
{
    fb_expr *expr = fb_arena_alloc_zero(&env->arena, sizeof *expr);
    assert_non_null(expr);
    *expr =
        (fb_expr){.kind = FB_EXPR_COLUMN, .type = type, .nullable = true, .deterministic = true};
    return expr;
}

static void a_decimal_is_the_integer_behind_it(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    const fb_expr *call;
    expr_env_init(&env, 2);
    const fb_type *type = fb_type_decimal(&env.arena, 8, 2);
    fb_column *values = expr_env_column(&env, type);
    values->int64s[0] = -12345;
    expr_env_set_null(&env, values, 1);
    assert_ok(fb_bind_unscaled_value(&env.binder, column(&env, type), &call), &env.err);
    assert_ok(fb_expr_eval(call, &env.eval, &env.chunk, &out), &env.err);
    assert_int_equal(out.type->id, FB_TYPE_BIGINT);
    assert_int_equal(out.int64s[0], -12345);
    assert_true(fb_column_is_null(&out, 1));
    expr_env_deinit(&env);
}

static void an_integer_becomes_a_decimal_if_it_fits(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    const fb_expr *call;
    expr_env_init(&env, 3);
    fb_column *values = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    values->int64s[0] = 999;
    values->int64s[1] = 1000;
    values->int64s[2] = INT64_MAX;
    expr_env_set_null(&env, values, 2);
    const fb_expr *input = column(&env, fb_type_of(FB_TYPE_BIGINT));
    assert_ok(fb_bind_make_decimal(&env.binder, input, 3, 1, &call), &env.err);
    assert_int_equal(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION");

    env.binder.ansi = false;
    assert_ok(fb_bind_make_decimal(&env.binder, input, 3, 1, &call), &env.err);
    assert_ok(fb_expr_eval(call, &env.eval, &env.chunk, &out), &env.err);
    assert_int_equal(out.type->precision, 3);
    assert_int_equal(out.type->scale, 1);
    assert_int_equal(out.int64s[0], 999);
    assert_false(fb_column_is_null(&out, 0));
    assert_true(fb_column_is_null(&out, 1));
    assert_true(fb_column_is_null(&out, 2));
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decimal_is_the_integer_behind_it),
        cmocka_unit_test(an_integer_becomes_a_decimal_if_it_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
