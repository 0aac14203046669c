/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

#include <math.h>

/* x is 0, 1, 2, NULL. */
static void fill(expr_env *env)
{
    expr_env_init(env, 4);
    fb_column *x = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    for (int i = 0; i < 4; i++)
        x->int64s[i] = i;
    expr_env_set_null(env, x, 3);
}

static void a_value_is_in_a_list_of_constants(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *x = expr_env_ref(&env, 0), *one = expr_env_long(&env, 1);
    const fb_expr *nine = expr_env_long(&env, 9), *null = expr_env_null(&env, FB_TYPE_VOID);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "in", x, nine, one, NULL));
    expr_env_assert_bools(&out, "ftf?");
    const fb_expr *call = expr_env_call(&env, "in", x, one, null, NULL);
    out = expr_env_eval(&env, call);
    expr_env_assert_bools(&out, "?t??");
    assert_string_equal(expr_env_print(&env, call), "(a IN (1, NULL))");
    out = expr_env_eval(&env, expr_env_call(&env, "in", null, null, NULL));
    expr_env_assert_bools(&out, "????");
    expr_env_deinit(&env);
}

static void an_item_that_fails_is_not_reached_where_one_was_found(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    fill(&env);
    const fb_expr *x = expr_env_ref(&env, 0), *zero = expr_env_long(&env, 0);
    const fb_expr *quotient = expr_env_call(&env, "div", expr_env_long(&env, 4), x, NULL);
    out = expr_env_eval(&env, expr_env_call(&env, "in", x, zero, quotient, NULL));
    expr_env_assert_bools(&out, "tft?");
    const fb_expr *reached = expr_env_call(&env, "in", x, quotient, zero, NULL);
    assert_status(fb_expr_eval(reached, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    expr_env_deinit(&env);
}

static void greatest_and_least_skip_nulls_and_rank_nan_highest(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 3);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_DOUBLE));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_DOUBLE));
    memcpy(a->doubles, (double[]){1, NAN, 0}, 24);
    memcpy(b->doubles, (double[]){2, 5, 0}, 24);
    expr_env_set_null(&env, a, 2);
    const fb_expr *x = expr_env_ref(&env, 0), *y = expr_env_ref(&env, 1);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "greatest", x, y, NULL));
    assert_true(out.doubles[0] == 2 && isnan(out.doubles[1]) && out.doubles[2] == 0);
    assert_false(fb_column_is_null(&out, 2));
    out = expr_env_eval(&env, expr_env_call(&env, "least", x, y, NULL));
    assert_true(out.doubles[0] == 1 && out.doubles[1] == 5);
    expr_env_set_null(&env, b, 2);
    out = expr_env_eval(&env, expr_env_call(&env, "least", x, y, NULL));
    assert_true(fb_column_is_null(&out, 2));
    expr_env_deinit(&env);
}

static void strings_do_not_mix_with_numbers_in_greatest(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *one = expr_env_int(&env, 1), *text = expr_env_string(&env, "a");
    assert_status(expr_env_bind(&env, &out, "greatest", one, text, NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message, "Input to `greatest` should all be the same type, but it's "
                                     "[\"INT\", \"STRING\"].");
    assert_status(expr_env_bind(&env, &out, "greatest", one, NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message, "requires > 1 parameters but the actual number is 1");
    assert_status(expr_env_bind(&env, &out, "in", one, expr_env_bool(&env, true), NULL),
                  FB_E_ANALYSIS);
    assert_contains(env.err.message, "Cannot resolve \"(1 IN (true))\"");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_in_a_list_of_constants),
        cmocka_unit_test(an_item_that_fails_is_not_reached_where_one_was_found),
        cmocka_unit_test(greatest_and_least_skip_nulls_and_rank_nan_highest),
        cmocka_unit_test(strings_do_not_mix_with_numbers_in_greatest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
