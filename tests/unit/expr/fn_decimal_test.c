/* SPDX-License-Identifier: Apache-2.0 */
#include "data/decimal.h"
#include "expr_env.h"

static const fb_expr *decimal(expr_env *env, const char *text, int precision, int scale)
{
    fb_decimal_digits digits;
    fb_int128 unscaled;
    assert_true(fb_decimal_digits_parse(fb_slice_of(text), &digits));
    assert_true(fb_decimal_digits_fit(&digits, precision, scale, &unscaled));
    fb_expr *literal = expr_env_literal(env, fb_type_decimal(&env->arena, precision, scale));
    if (precision <= FB_DECIMAL_MAX_LONG_PRECISION)
        literal->literal.int64s[0] = (int64_t)unscaled;
    else
        literal->literal.int128s[0] = unscaled;
    return literal;
}

static void assert_decimal(expr_env *env, const fb_expr *expr, const char *type, const char *text)
{
    char buffer[FB_DECIMAL_TEXT_MAX];
    fb_column out = expr_env_eval(env, expr);
    assert_string_equal(fb_type_sql(expr->type, &env->arena), type);
    bool is_long = fb_type_is_long_decimal(expr->type);
    fb_decimal value = {is_long ? out.int64s[0] : out.int128s[0], expr->type->scale};
    assert_false(fb_column_is_null(&out, 0));
    size_t size = fb_decimal_print(value, buffer);
    assert_slice_equal(fb_slice_make(buffer, size), text);
}

/* Types and values measured on Spark 4.2.0. */
static void results_have_the_types_of_spark(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "1.5", 10, 2), *b = decimal(&env, "2", 5, 4);
    assert_decimal(&env, expr_env_call(&env, "+", a, b, NULL), "DECIMAL(13,4)", "3.5000");
    assert_decimal(&env, expr_env_call(&env, "-", a, b, NULL), "DECIMAL(13,4)", "-0.5000");
    assert_decimal(&env, expr_env_call(&env, "*", a, b, NULL), "DECIMAL(16,6)", "3.000000");
    assert_decimal(&env, expr_env_call(&env, "/", a, b, NULL), "DECIMAL(20,8)", "0.75000000");
    assert_decimal(&env, expr_env_call(&env, "%", a, b, NULL), "DECIMAL(5,4)", "1.5000");
    assert_int_equal(expr_env_call(&env, "div", a, b, NULL)->type->id, FB_TYPE_BIGINT);
    const fb_expr *c = decimal(&env, "1", 38, 10), *d = decimal(&env, "2", 38, 20);
    assert_decimal(&env, expr_env_call(&env, "+", c, d, NULL), "DECIMAL(38,9)", "3.000000000");
    assert_decimal(&env, expr_env_call(&env, "*", c, d, NULL), "DECIMAL(38,6)", "2.000000");
    assert_decimal(&env, expr_env_call(&env, "/", c, d, NULL), "DECIMAL(38,6)", "0.500000");
    expr_env_deinit(&env);
}

static void results_are_rounded_once(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "12345678901234567890123456789.123456789", 38, 9);
    const fb_expr *b = decimal(&env, "0.00000000015", 38, 11);
    assert_decimal(&env, expr_env_call(&env, "+", a, b, NULL), "DECIMAL(38,8)",
                   "12345678901234567890123456789.12345679");
    a = decimal(&env, "1234567890123456789.123456789", 38, 9);
    b = decimal(&env, "1.00000000015", 38, 11);
    assert_decimal(&env, expr_env_call(&env, "*", a, b, NULL), "DECIMAL(38,6)",
                   "1234567890308641972.641975");
    a = decimal(&env, "1", 10, 2);
    b = decimal(&env, "3", 5, 2);
    assert_decimal(&env, expr_env_call(&env, "/", a, b, NULL), "DECIMAL(18,8)", "0.33333333");
    expr_env_deinit(&env);
}

static void overflow_is_an_error_null_or_null_by_mode(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "99999999999999999999999999999999999999", 38, 0);
    const fb_expr *sum = expr_env_call(&env, "+", a, a, NULL);
    assert_status(fb_expr_eval(sum, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
    assert_string_equal(env.err.message,
                        "199999999999999999999999999999999999998 cannot be represented as "
                        "Decimal(38, 0). If necessary set \"spark.sql.ansi.enabled\" to \"false\" "
                        "to bypass this error, and return NULL instead.");
    out = expr_env_eval(&env, expr_env_call(&env, "try_add", a, a, NULL));
    assert_true(fb_column_is_null(&out, 0));
    env.binder.ansi = false;
    out = expr_env_eval(&env, expr_env_call(&env, "*", a, a, NULL));
    assert_true(fb_column_is_null(&out, 0));
    expr_env_deinit(&env);
}

static void division_by_zero_is_an_error(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "1", 10, 2), *zero = decimal(&env, "0", 5, 2);
    const fb_expr *call = expr_env_call(&env, "/", a, zero, NULL);
    assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "DIVIDE_BY_ZERO");
    call = expr_env_call(&env, "%", a, zero, NULL);
    assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "REMAINDER_BY_ZERO");
    out = expr_env_eval(&env, expr_env_call(&env, "try_divide", a, zero, NULL));
    assert_true(fb_column_is_null(&out, 0));
    expr_env_deinit(&env);
}

enum { ROWS = 500 };

static fb_decimal row_of(const fb_column *column, size_t row)
{
    bool is_long = fb_type_is_long_decimal(column->type);
    fb_int128 unscaled = is_long ? column->int64s[row] : column->int128s[row];
    return (fb_decimal){unscaled, column->type->scale};
}

static void add_random_column(expr_env *env, int precision, int scale)
{
    static uint64_t seed = 7;
    fb_column *column = expr_env_column(env, fb_type_decimal(&env->arena, precision, scale));
    int64_t limit = (int64_t)fb_decimal_pow10(precision > 18 ? 18 : precision);
    for (size_t i = 0; i < ROWS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        int64_t value = (int64_t)(seed >> (seed % 40)) % limit;
        if (precision > 18)
            column->int128s[i] = value;
        else
            column->int64s[i] = value;
    }
}

static void check_rows(expr_env *env, const char *name, fb_decimal_op op)
{
    const fb_expr *call =
        expr_env_call(env, name, expr_env_ref(env, 0), expr_env_ref(env, 1), NULL);
    fb_column out = expr_env_eval(env, call);
    for (size_t i = 0; i < ROWS; i++) {
        fb_int128 expected;
        assert_true(fb_decimal_compute(op, row_of(&env->columns[0], i), row_of(&env->columns[1], i),
                                       call->type->precision, call->type->scale, &expected));
        assert_true(row_of(&out, i).unscaled == expected);
    }
}

/* The plain loops against the exact arithmetic of single rows. */
static void columns_agree_with_single_rows(void **state)
{
    (void)state;
    static const int sizes[][4] = {{7, 2, 9, 4}, {10, 2, 12, 6}, {20, 5, 15, 3}, {18, 0, 18, 18}};
    for (size_t k = 0; k < 4; k++) {
        expr_env env;
        expr_env_init(&env, ROWS);
        add_random_column(&env, sizes[k][0], sizes[k][1]);
        add_random_column(&env, sizes[k][2], sizes[k][3]);
        check_rows(&env, "+", FB_DECIMAL_ADD);
        check_rows(&env, "-", FB_DECIMAL_SUBTRACT);
        check_rows(&env, "*", FB_DECIMAL_MULTIPLY);
        expr_env_deinit(&env);
    }
}

static void an_integer_literal_counts_its_digits_only(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "1.5", 10, 2);
    const fb_expr *sum = expr_env_call(&env, "+", a, expr_env_int(&env, 1), NULL);
    assert_decimal(&env, sum, "DECIMAL(11,2)", "2.50");
    assert_string_equal(expr_env_print(&env, sum), "(1.50 + 1)");
    (void)expr_env_column(&env, fb_type_of(FB_TYPE_INT));
    sum = expr_env_call(&env, "+", a, expr_env_ref(&env, 0), NULL);
    assert_string_equal(fb_type_sql(sum->type, &env.arena), "DECIMAL(13,2)");
    expr_env_deinit(&env);
}

/* Measured on Spark 4.2.0, which negates in 34 digits. */
static void long_decimals_are_rounded_when_negated(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 1);
    const fb_expr *a = decimal(&env, "12345678901234567890123456789012345678", 38, 0);
    assert_decimal(&env, expr_env_call(&env, "negative", a, NULL), "DECIMAL(38,0)",
                   "-12345678901234567890123456789012350000");
    assert_decimal(&env, expr_env_call(&env, "abs", a, NULL), "DECIMAL(38,0)",
                   "12345678901234567890123456789012345678");
    a = decimal(&env, "-1234567890123456789012345678901234.5678", 38, 4);
    assert_decimal(&env, expr_env_call(&env, "abs", a, NULL), "DECIMAL(38,4)",
                   "1234567890123456789012345678901235.0000");
    a = decimal(&env, "-7.25", 5, 2);
    assert_decimal(&env, expr_env_call(&env, "abs", a, NULL), "DECIMAL(5,2)", "7.25");
    assert_decimal(&env, expr_env_call(&env, "negative", a, NULL), "DECIMAL(5,2)", "7.25");
    a = decimal(&env, "99999999999999999999999999999999.999999", 38, 6);
    const fb_expr *call = expr_env_call(&env, "negative", a, NULL);
    assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION");
    assert_string_equal(env.err.message,
                        "The -100000000000000000000000000000000.000000 rounded half up from "
                        "-100000000000000000000000000000000.0 cannot be represented as "
                        "Decimal(38, 6).");
    a = decimal(&env, "99999999999999999999999999999999999999", 38, 0);
    call = expr_env_call(&env, "negative", a, NULL);
    assert_status(fb_expr_eval(call, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.message,
                        "The -100000000000000000000000000000000000000 rounded half up from "
                        "-1.000000000000000000000000000000000E+38 cannot be represented as "
                        "Decimal(38, 0).");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_have_the_types_of_spark),
        cmocka_unit_test(results_are_rounded_once),
        cmocka_unit_test(overflow_is_an_error_null_or_null_by_mode),
        cmocka_unit_test(division_by_zero_is_an_error),
        cmocka_unit_test(columns_agree_with_single_rows),
        cmocka_unit_test(long_decimals_are_rounded_when_negated),
        cmocka_unit_test(an_integer_literal_counts_its_digits_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
