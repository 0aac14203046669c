/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static void quotients_and_remainders_truncate_toward_zero(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 4);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    memcpy(a->int64s, (int64_t[]){7, -7, 7, INT64_MIN}, 32);
    memcpy(b->int64s, (int64_t[]){2, 2, -2, -2}, 32);
    const fb_expr *x = expr_env_ref(&env, 0), *y = expr_env_ref(&env, 1);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "div", x, y, NULL));
    expr_env_assert_longs(&out, (int64_t[]){3, -3, -3, INT64_MIN / -2}, 4);
    out = expr_env_eval(&env, expr_env_call(&env, "%", x, y, NULL));
    expr_env_assert_longs(&out, (int64_t[]){1, -1, 1, 0}, 4);
    out = expr_env_eval(&env, expr_env_call(&env, "/", x, y, NULL));
    assert_int_equal(out.type->id, FB_TYPE_DOUBLE);
    assert_true(out.doubles[1] == -3.5);
    expr_env_deinit(&env);
}

static void a_constant_divisor_gives_what_division_gives(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0,    1,    -1,        2,         -2,           3,
                                      7,    -7,   10,        1000,      -1000,        4294967296,
                                      -999, 1023, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    expr_env env;
    expr_env_init(&env, COUNT);
    memcpy(expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT))->int64s, numbers, sizeof numbers);
    const fb_expr *x = expr_env_ref(&env, 0);
    for (size_t k = 3; k < COUNT; k++) {
        int64_t quotients[COUNT], remainders[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            quotients[i] = numbers[i] / numbers[k];
            remainders[i] = numbers[i] % numbers[k];
        }
        const fb_expr *y = expr_env_long(&env, numbers[k]);
        fb_column out = expr_env_eval(&env, expr_env_call(&env, "div", x, y, NULL));
        expr_env_assert_longs(&out, quotients, COUNT);
        out = expr_env_eval(&env, expr_env_call(&env, "%", x, y, NULL));
        expr_env_assert_longs(&out, remainders, COUNT);
    }
    expr_env_deinit(&env);
}

static void a_zero_divisor_is_an_error_in_rows_that_have_both_operands(void **state)
{
    (void)state;
    static const char *const operators[] = {"/", "div", "%"};
    static const char *const conditions[] = {"DIVIDE_BY_ZERO", "DIVIDE_BY_ZERO",
                                             "REMAINDER_BY_ZERO"};
    for (int i = 0; i < 3; i++) {
        expr_env env;
        fb_column out;
        expr_env_init(&env, 2);
        fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
        fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
        b->int64s[0] = 1;
        const fb_expr *call =
            expr_env_call(&env, operators[i], expr_env_ref(&env, 0), expr_env_ref(&env, 1), NULL);
        assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
        assert_string_equal(env.err.condition, conditions[i]);
        expr_env_set_null(&env, a, 1);
        out = expr_env_eval(&env, call);
        assert_true(fb_column_is_null(&out, 1));
        assert_false(fb_column_is_null(&out, 0));
        env.binder.ansi = false;
        a->validity = NULL;
        call =
            expr_env_call(&env, operators[i], expr_env_ref(&env, 0), expr_env_ref(&env, 1), NULL);
        out = expr_env_eval(&env, call);
        assert_true(fb_column_is_null(&out, 1));
        expr_env_deinit(&env);
    }
}

static void the_least_integer_by_minus_one(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 1);
    const fb_expr *a = expr_env_long(&env, INT64_MIN), *b = expr_env_long(&env, -1);
    const fb_expr *call = expr_env_call(&env, "div", a, b, NULL);
    assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_contains(env.err.message, "Overflow in integral divide. Use 'try_divide'");
    out = expr_env_eval(&env, expr_env_call(&env, "%", a, b, NULL));
    expr_env_assert_longs(&out, (int64_t[]){0}, 1);
    env.binder.ansi = false;
    out = expr_env_eval(&env, expr_env_call(&env, "div", a, b, NULL));
    expr_env_assert_longs(&out, (int64_t[]){INT64_MIN}, 1);
    expr_env_deinit(&env);
}

static void try_forms_give_null(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *one = expr_env_int(&env, 1), *zero = expr_env_int(&env, 0);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "try_divide", one, zero, NULL));
    assert_true(fb_column_is_null(&out, 0));
    out = expr_env_eval(&env, expr_env_call(&env, "try_mod", one, zero, NULL));
    assert_true(fb_column_is_null(&out, 0));
    assert_int_equal(out.type->id, FB_TYPE_INT);
    out = expr_env_eval(&env, expr_env_call(&env, "try_divide", one, expr_env_int(&env, 2), NULL));
    assert_true(out.doubles[0] == 0.5);
    expr_env_deinit(&env);
}

/* Spark: NULL + 1 div 0 is NULL, since the second operand is not looked at. */
static void an_operand_that_fails_is_not_evaluated_beside_a_null(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 2);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    expr_env_set_null(&env, a, 0);
    b->int64s[1] = 5;
    const fb_expr *x = expr_env_ref(&env, 0);
    const fb_expr *quotient =
        expr_env_call(&env, "div", expr_env_long(&env, 10), expr_env_ref(&env, 1), NULL);
    out = expr_env_eval(&env, expr_env_call(&env, "+", x, quotient, NULL));
    assert_true(fb_column_is_null(&out, 0));
    assert_int_equal(out.int64s[1], 2);
    const fb_expr *turned = expr_env_call(&env, "+", quotient, x, NULL);
    assert_status(fb_expr_eval(turned, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    expr_env_deinit(&env);
}

static void small_integers_keep_their_type(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 3);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_TINYINT));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_TINYINT));
    memcpy(a->int8s, (int8_t[]){7, -128, -7}, 3);
    memcpy(b->int8s, (int8_t[]){-2, -1, 3}, 3);
    fb_column out = expr_env_eval(
        &env, expr_env_call(&env, "%", expr_env_ref(&env, 0), expr_env_ref(&env, 1), NULL));
    assert_int_equal(out.type->id, FB_TYPE_TINYINT);
    assert_memory_equal(out.int8s, ((int8_t[]){1, 0, -1}), 3);
    expr_env_deinit(&env);
}

static void div_is_for_integers(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *half = expr_env_double(&env, 0.5);
    assert_status(expr_env_bind(&env, &out, "div", half, half, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
    assert_status(expr_env_bind(&env, &out, "div", half, expr_env_int(&env, 2), NULL),
                  FB_E_ANALYSIS);
    assert_contains(env.err.message, "incompatible types (\"DOUBLE\" and \"BIGINT\")");
    fb_expr *decimal = expr_env_literal(&env, fb_type_decimal(&env.arena, 5, 2));
    assert_status(expr_env_bind(&env, &out, "div", half, decimal, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotients_and_remainders_truncate_toward_zero),
        cmocka_unit_test(a_constant_divisor_gives_what_division_gives),
        cmocka_unit_test(a_zero_divisor_is_an_error_in_rows_that_have_both_operands),
        cmocka_unit_test(the_least_integer_by_minus_one),
        cmocka_unit_test(try_forms_give_null),
        cmocka_unit_test(an_operand_that_fails_is_not_evaluated_beside_a_null),
        cmocka_unit_test(small_integers_keep_their_type),
        cmocka_unit_test(div_is_for_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
