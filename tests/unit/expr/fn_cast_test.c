/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static void a_type_name_is_a_cast(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *text = expr_env_string(&env, "1.5");
    const fb_expr *number = expr_env_call(&env, "double", text, NULL);
    assert_string_equal(expr_env_print(&env, number), "CAST(1.5 AS DOUBLE)");
    fb_column out = expr_env_eval(&env, number);
    assert_true(out.doubles[0] == 1.5);
    const fb_expr *decimal = expr_env_call(&env, "decimal", text, NULL);
    assert_string_equal(fb_type_sql(decimal->type, &env.arena), "DECIMAL(10,0)");
    assert_int_equal(expr_env_call(&env, "date", text, NULL)->type->id, FB_TYPE_DATE);
    expr_env_deinit(&env);
}

static void a_value_of_the_type_stays_as_it_is(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 2);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_INT));
    a->int32s[1] = 7;
    const fb_expr *same = expr_env_call(&env, "int", expr_env_ref(&env, 0), NULL);
    fb_column out = expr_env_eval(&env, same);
    assert_ptr_equal(out.values, a->values);
    expr_env_deinit(&env);
}

static void a_cast_that_is_not_allowed_is_refused(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *array = expr_env_call(&env, "array", expr_env_int(&env, 1), NULL);
    assert_status(expr_env_bind(&env, &out, "int", array, NULL), FB_E_ANALYSIS);
    assert_contains(env.err.condition, "DATATYPE_MISMATCH.CAST_WITH");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_name_is_a_cast),
        cmocka_unit_test(a_value_of_the_type_stays_as_it_is),
        cmocka_unit_test(a_cast_that_is_not_allowed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
