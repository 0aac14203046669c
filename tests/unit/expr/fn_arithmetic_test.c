/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

enum { ROWS = 1000 };

static const fb_type_id integers[] = {FB_TYPE_TINYINT, FB_TYPE_SMALLINT, FB_TYPE_INT,
                                      FB_TYPE_BIGINT};
static const int64_t least[] = {INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN};
static const int64_t most[] = {INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX};

static uint64_t seed = 42;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void set(fb_column *column, size_t row, int64_t value)
{
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        column->int8s[row] = (int8_t)value;
        break;
    case FB_TYPE_SMALLINT:
        column->int16s[row] = (int16_t)value;
        break;
    case FB_TYPE_INT:
        column->int32s[row] = (int32_t)value;
        break;
    default:
        column->int64s[row] = value;
        break;
    }
}

static int64_t get(const fb_column *column, size_t row)
{
    size_t index = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        return column->int8s[index];
    case FB_TYPE_SMALLINT:
        return column->int16s[index];
    case FB_TYPE_INT:
        return column->int32s[index];
    default:
        return column->int64s[index];
    }
}

/* The definition: exact in 128 bits, and null when it does not fit. */
static bool exact(char op, int64_t a, int64_t b, int type, int64_t *out)
{
    fb_int128 value = op == '+'   ? (fb_int128)a + b
                      : op == '-' ? (fb_int128)a - b
                                  : (fb_int128)a * b;
    *out = (int64_t)value;
    return value >= least[type] && value <= most[type];
}

/* Values of all sizes, edges of the type often among them. */
static int64_t pick(int type)
{
    static const int64_t edges[] = {0, 1, -1, 2};
    switch (next_random() % 4) {
    case 0:
        return edges[next_random() % 4];
    case 1:
        return next_random() % 2 ? least[type] : most[type];
    default:
        return (int64_t)next_random() >> (next_random() % 64);
    }
}

static const fb_expr *operand(expr_env *env, int shape, int type, int64_t *fixed)
{
    const fb_type *of = fb_type_of(integers[type]);
    if (shape == 1) {
        fb_expr *literal = expr_env_literal(env, of);
        set(&literal->literal, 0, pick(type));
        *fixed = get(&literal->literal, 0);
        return literal;
    }
    fb_column *column = expr_env_column(env, of);
    for (size_t i = 0; i < ROWS; i++) {
        set(column, i, pick(type));
        if (shape == 2 && next_random() % 5 == 0) expr_env_set_null(env, column, i);
    }
    return expr_env_ref(env, env->chunk.column_count - 1);
}

/* Operands: 0 a column, 1 a constant, 2 a column with nulls. */
static void check_against_definition(int type, char op, int shape_a, int shape_b)
{
    static const char *const tries[] = {"try_add", "try_subtract", "try_multiply"};
    expr_env env;
    expr_env_init(&env, ROWS);
    int64_t fixed_a = 0, fixed_b = 0;
    const fb_expr *a = operand(&env, shape_a, type, &fixed_a);
    const fb_expr *b = operand(&env, shape_b, type, &fixed_b);
    const char *name = tries[op == '+' ? 0 : op == '-' ? 1 : 2];
    fb_column got = expr_env_eval(&env, expr_env_call(&env, name, a, b, NULL));
    env.binder.ansi = false;
    const char symbol[] = {op, '\0'};
    fb_column wrapped = expr_env_eval(&env, expr_env_call(&env, symbol, a, b, NULL));
    for (size_t i = 0; i < ROWS; i++) {
        bool a_null = shape_a == 2 && fb_column_is_null(&env.columns[0], i);
        const fb_column *second = &env.columns[shape_a == 1 ? 0 : 1]; /* if b is a column */
        bool b_null = shape_b == 2 && fb_column_is_null(second, i);
        assert_int_equal(fb_column_is_null(&wrapped, i), a_null || b_null);
        if (a_null || b_null) {
            assert_true(fb_column_is_null(&got, i));
            continue;
        }
        int64_t x = shape_a == 1 ? fixed_a : get(&env.columns[0], i);
        int64_t y = shape_b == 1 ? fixed_b : get(second, i);
        int64_t expected;
        bool fits = exact(op, x, y, type, &expected);
        assert_int_equal(fb_column_is_null(&got, i), !fits);
        if (fits) assert_int_equal(get(&got, i), expected);
        if (fits) assert_int_equal(get(&wrapped, i), expected);
    }
    expr_env_deinit(&env);
}

static void kernels_agree_with_the_definition_for_every_type_and_shape(void **state)
{
    (void)state;
    for (int type = 0; type < 4; type++)
        for (int op = 0; op < 3; op++)
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    check_against_definition(type, "+-*"[op], a, b);
}

static fb_status eval_call(expr_env *env, const char *name, const fb_expr *a, const fb_expr *b)
{
    fb_column out;
    return fb_expr_eval(expr_env_call(env, name, a, b, NULL), &env->eval, &env->chunk, &out);
}

static void overflow_is_an_error_with_the_place_in_the_text(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 3);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    a->int64s[2] = INT64_MAX;
    const fb_expr *sum[] = {expr_env_ref(&env, 0), expr_env_long(&env, 1)};
    assert_status(eval_call(&env, "+", sum[0], sum[1]), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "ARITHMETIC_OVERFLOW");
    assert_string_equal(env.err.message,
                        "overflow. Use 'try_add' to tolerate overflow and return NULL instead. If "
                        "necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
                        "error.");
    assert_int_equal(env.err.line, 1);
    assert_int_equal(env.err.column, 8);
    expr_env_set_null(&env, a, 2);
    assert_ok(eval_call(&env, "+", sum[0], sum[1]), &env.err);
    expr_env_deinit(&env);
}

static void small_integers_name_their_operands(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    fb_expr *a = expr_env_literal(&env, fb_type_of(FB_TYPE_TINYINT));
    fb_expr *b = expr_env_literal(&env, fb_type_of(FB_TYPE_TINYINT));
    a->literal.int8s[0] = -127;
    b->literal.int8s[0] = 2;
    assert_status(eval_call(&env, "-", a, b), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "BINARY_ARITHMETIC_OVERFLOW");
    assert_string_equal(env.err.message, "-127S - 2S caused overflow. Use `try_subtract` to ignore "
                                         "overflow problem and return NULL.");
    expr_env_deinit(&env);
}

static void negation_overflows_only_at_the_least_value(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 2);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    a->int64s[0] = INT64_MAX;
    a->int64s[1] = INT64_MIN + 1;
    const fb_expr *ref = expr_env_ref(&env, 0);
    const fb_expr *negative = expr_env_call(&env, "negative", ref, NULL);
    const fb_expr *absolute = expr_env_call(&env, "abs", ref, NULL);
    fb_column out = expr_env_eval(&env, negative);
    expr_env_assert_longs(&out, (int64_t[]){-INT64_MAX, INT64_MAX}, 2);
    out = expr_env_eval(&env, absolute);
    expr_env_assert_longs(&out, (int64_t[]){INT64_MAX, INT64_MAX}, 2);
    a->int64s[1] = INT64_MIN;
    assert_status(fb_expr_eval(negative, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_status(fb_expr_eval(absolute, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "ARITHMETIC_OVERFLOW");
    expr_env_deinit(&env);
}

static void types_widen_as_in_ansi_mode(void **state)
{
    (void)state;
    static const struct {
        fb_type_id a, b, sum;
    } cases[] = {
        {FB_TYPE_TINYINT, FB_TYPE_TINYINT, FB_TYPE_TINYINT},
        {FB_TYPE_TINYINT, FB_TYPE_SMALLINT, FB_TYPE_SMALLINT},
        {FB_TYPE_INT, FB_TYPE_BIGINT, FB_TYPE_BIGINT},
        {FB_TYPE_INT, FB_TYPE_FLOAT, FB_TYPE_DOUBLE},
        {FB_TYPE_FLOAT, FB_TYPE_DOUBLE, FB_TYPE_DOUBLE},
        {FB_TYPE_INT, FB_TYPE_STRING, FB_TYPE_BIGINT},
        {FB_TYPE_FLOAT, FB_TYPE_FLOAT, FB_TYPE_FLOAT},
        {FB_TYPE_VOID, FB_TYPE_VOID, FB_TYPE_DOUBLE},
        {FB_TYPE_VOID, FB_TYPE_SMALLINT, FB_TYPE_SMALLINT},
        {FB_TYPE_DATE, FB_TYPE_SMALLINT, FB_TYPE_DATE},
        {FB_TYPE_VOID, FB_TYPE_DATE, FB_TYPE_TIMESTAMP},
        {FB_TYPE_TIMESTAMP_NTZ, FB_TYPE_VOID, FB_TYPE_TIMESTAMP_NTZ},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expr_env env;
        expr_env_init(&env, 1);
        (void)expr_env_column(&env, fb_type_of(cases[i].a));
        (void)expr_env_column(&env, fb_type_of(cases[i].b));
        const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
        assert_int_equal(expr_env_call(&env, "+", a, b, NULL)->type->id, cases[i].sum);
        expr_env_deinit(&env);
    }
}

static void operands_that_do_not_add_up_are_refused(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *one = expr_env_int(&env, 1), *text = expr_env_string(&env, "2");
    assert_status(expr_env_bind(&env, &out, "+", one, expr_env_bool(&env, true), NULL),
                  FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    assert_contains(env.err.message, "Cannot resolve \"(1 + true)\" due to data type mismatch");
    assert_status(expr_env_bind(&env, &out, "+", text, text, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
    assert_contains(env.err.message, "not \"STRING\"");
    fb_expr *date = expr_env_literal(&env, fb_type_of(FB_TYPE_DATE));
    assert_status(expr_env_bind(&env, &out, "+", date, expr_env_long(&env, 1), NULL),
                  FB_E_ANALYSIS);
    assert_contains(env.err.message, "(\"INT\" or \"SMALLINT\" or \"TINYINT\") type");
    assert_status(expr_env_bind(&env, &out, "-", date, date, NULL), FB_E_UNSUPPORTED);
    assert_status(expr_env_bind(&env, &out, "abs", one, one, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
    expr_env_deinit(&env);
}

static void days_are_added_to_dates(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 2);
    fb_column *date = expr_env_column(&env, fb_type_of(FB_TYPE_DATE));
    date->int32s[0] = 19753;
    expr_env_set_null(&env, date, 1);
    const fb_expr *ref = expr_env_ref(&env, 0), *one = expr_env_int(&env, 1);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "+", one, ref, NULL));
    assert_int_equal(out.int32s[0], 19754);
    assert_true(fb_column_is_null(&out, 1));
    out = expr_env_eval(&env, expr_env_call(&env, "-", ref, one, NULL));
    assert_int_equal(out.int32s[0], 19752);
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_agree_with_the_definition_for_every_type_and_shape),
        cmocka_unit_test(overflow_is_an_error_with_the_place_in_the_text),
        cmocka_unit_test(small_integers_name_their_operands),
        cmocka_unit_test(negation_overflows_only_at_the_least_value),
        cmocka_unit_test(types_widen_as_in_ansi_mode),
        cmocka_unit_test(operands_that_do_not_add_up_are_refused),
        cmocka_unit_test(days_are_added_to_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
