/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static const char values[] = "tf?"; /* true, false, null */

/* Nine rows: a runs slowly through true, false, null, b fast. */
static void fill(expr_env *env)
{
    const fb_type *boolean = fb_type_of(FB_TYPE_BOOLEAN);
    fb_column *a = expr_env_column(env, boolean), *b = expr_env_column(env, boolean);
    for (size_t i = 0; i < 9; i++) {
        a->bools[i] = values[i / 3] == 't';
        b->bools[i] = values[i % 3] == 't';
        if (values[i / 3] == '?') expr_env_set_null(env, a, i);
        if (values[i % 3] == '?') expr_env_set_null(env, b, i);
    }
}

static void logic_has_three_values(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 9);
    fill(&env);
    const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
    fb_column result = expr_env_eval(&env, expr_env_call(&env, "and", a, b, NULL));
    expr_env_assert_bools(&result, "tf?fff?f?");
    result = expr_env_eval(&env, expr_env_call(&env, "or", a, b, NULL));
    expr_env_assert_bools(&result, "ttttf?t??");
    result = expr_env_eval(&env, expr_env_call(&env, "not", b, NULL));
    expr_env_assert_bools(&result, "ft?ft?ft?");
    expr_env_deinit(&env);
}

static void a_constant_side_works_like_a_column(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 9);
    fill(&env);
    const fb_expr *b = expr_env_ref(&env, 1);
    const fb_expr *null = expr_env_null(&env, FB_TYPE_VOID);
    fb_column result = expr_env_eval(&env, expr_env_call(&env, "and", null, b, NULL));
    expr_env_assert_bools(&result, "?f??f??f?");
    result = expr_env_eval(&env, expr_env_call(&env, "or", b, expr_env_bool(&env, true), NULL));
    expr_env_assert_bools(&result, "ttttttttt");
    const fb_expr *constant = expr_env_call(&env, "or", null, expr_env_bool(&env, true), NULL);
    result = expr_env_eval(&env, constant);
    assert_true(result.is_constant);
    expr_env_assert_bools(&result, "ttttttttt");
    expr_env_deinit(&env);
}

static void long_columns_without_nulls_agree_with_the_definition(void **state)
{
    (void)state;
    enum { ROWS = 4096 };
    expr_env env;
    expr_env_init(&env, ROWS);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BOOLEAN));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_BOOLEAN));
    for (size_t i = 0; i < ROWS; i++) {
        a->bools[i] = i % 3 == 0;
        b->bools[i] = i % 5 < 2;
    }
    for (size_t i = 0; i < ROWS; i += 7)
        expr_env_set_null(&env, b, i);
    const fb_expr *both =
        expr_env_call(&env, "and", expr_env_ref(&env, 0), expr_env_ref(&env, 1), NULL);
    fb_column result = expr_env_eval(&env, both);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(fb_column_is_null(&result, i), i % 7 == 0 && i % 3 == 0);
        if (i % 7) assert_int_equal(result.bools[i], i % 3 == 0 && i % 5 < 2);
    }
    uint32_t rows[ROWS], count;
    assert_ok(fb_expr_select(both, &env.eval, &env.chunk, rows, &count), &env.err);
    uint32_t expected = 0;
    for (uint32_t i = 0; i < ROWS; i++)
        if (i % 7 && i % 3 == 0 && i % 5 < 2) assert_int_equal(rows[expected++], i);
    assert_int_equal(count, expected);
    expr_env_deinit(&env);
}

static void operands_that_are_not_boolean_are_refused(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    fb_expr *out;
    const fb_expr *one = expr_env_int(&env, 1), *yes = expr_env_bool(&env, true);
    assert_status(expr_env_bind(&env, &out, "and", one, yes, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    assert_string_equal(env.err.message,
                        "Cannot resolve \"(1 AND true)\" due to data type mismatch: the left and "
                        "right operands of the binary operator have incompatible types (\"INT\" "
                        "and \"BOOLEAN\").");
    assert_int_equal(env.err.line, 1);
    assert_int_equal(env.err.column, 8);
    assert_status(expr_env_bind(&env, &out, "not", one, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message,
                        "Cannot resolve \"(NOT 1)\" due to data type mismatch: The first "
                        "parameter requires the \"BOOLEAN\" type, however \"1\" has the type "
                        "\"INT\".");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logic_has_three_values),
        cmocka_unit_test(a_constant_side_works_like_a_column),
        cmocka_unit_test(long_columns_without_nulls_agree_with_the_definition),
        cmocka_unit_test(operands_that_are_not_boolean_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
