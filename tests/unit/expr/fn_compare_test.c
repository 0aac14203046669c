/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

#include <math.h>

static const char *const operators[] = {"=", "<>", "<", "<=", ">", ">="};

static bool holds(int op, int order)
{
    const bool results[] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    return results[op];
}

/* All pairs of `count` values, as columns and with either side constant. `order` is the definition
 * of their order. */
static void check_all_pairs(expr_env *env, const fb_column *values, size_t count,
                            int (*order)(const fb_column *values, size_t a, size_t b))
{
    const fb_expr *left = expr_env_ref(env, 0), *right = expr_env_ref(env, 1);
    for (size_t a = 0; a < count; a++) {
        const uint32_t same = (uint32_t)a;
        for (size_t b = 0; b < count; b++)
            assert_true(
                fb_column_put(&env->columns[0], &env->arena, b, env->chunk.row_count, values, a));
        fb_expr *fixed = expr_env_literal(env, values->type);
        assert_true(fb_column_gather(&fixed->literal, &env->arena, values, &same, 1));
        fb_column_make_constant(&fixed->literal);
        for (int op = 0; op < 6; op++) {
            const fb_expr *calls[] = {expr_env_call(env, operators[op], left, right, NULL),
                                      expr_env_call(env, operators[op], fixed, right, NULL),
                                      expr_env_call(env, operators[op], right, fixed, NULL)};
            for (int shape = 0; shape < 3; shape++) {
                fb_column out = expr_env_eval(env, calls[shape]);
                for (size_t b = 0; b < count; b++) {
                    int expected = order(values, a, b);
                    assert_int_equal(out.bools[b], holds(op, shape == 2 ? -expected : expected));
                }
            }
        }
    }
}

static void fill_second(expr_env *env, const fb_column *values, size_t count)
{
    (void)expr_env_column(env, values->type);
    fb_column *second = expr_env_column(env, values->type);
    for (size_t i = 0; i < count; i++)
        assert_true(fb_column_put(second, &env->arena, i, env->chunk.row_count, values, i));
}

static int order_of_doubles(const fb_column *values, size_t a, size_t b)
{
    double x = values->doubles[a], y = values->doubles[b];
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static void nan_is_the_greatest_and_zeros_are_equal(void **state)
{
    (void)state;
    const double doubles[] = {-INFINITY, -1.5, -0.0, 0.0, 1e-300, 7, INFINITY, NAN, -NAN};
    enum { COUNT = sizeof doubles / sizeof *doubles };
    expr_env env;
    expr_env_init(&env, COUNT);
    fb_column values;
    assert_true(fb_column_init(&values, &env.arena, fb_type_of(FB_TYPE_DOUBLE), COUNT));
    memcpy(values.doubles, doubles, sizeof doubles);
    fill_second(&env, &values, COUNT);
    check_all_pairs(&env, &values, COUNT, order_of_doubles);
    expr_env_deinit(&env);
}

static int order_of_strings(const fb_column *values, size_t a, size_t b)
{
    return fb_slice_compare(fb_column_string(values, a), fb_column_string(values, b));
}

static void strings_compare_as_unsigned_bytes(void **state)
{
    (void)state;
    const char *texts[] = {"",
                           "a",
                           "abc",
                           "abcd",
                           "abce",
                           "B",
                           "\xc3\xa9",
                           "twelve bytes",
                           "twelve bytee",
                           "twelve byte",
                           "twelve bytes!",
                           "twelve bytes?",
                           "thirteen bytes and more"};
    enum { COUNT = sizeof texts / sizeof *texts };
    expr_env env;
    expr_env_init(&env, COUNT);
    fb_column values;
    assert_true(fb_column_init(&values, &env.arena, fb_type_of(FB_TYPE_STRING), COUNT));
    for (size_t i = 0; i < COUNT; i++)
        values.strings[i] = fb_string_view(fb_slice_of(texts[i]));
    fill_second(&env, &values, COUNT);
    check_all_pairs(&env, &values, COUNT, order_of_strings);
    expr_env_deinit(&env);
}

static int order_of_int128s(const fb_column *values, size_t a, size_t b)
{
    fb_int128 x = values->int128s[a], y = values->int128s[b];
    return (x > y) - (x < y);
}

static void wide_decimals_compare_all_their_bits(void **state)
{
    (void)state;
    enum { COUNT = 6 };
    expr_env env;
    expr_env_init(&env, COUNT);
    fb_column values;
    const fb_type *type = fb_type_decimal(&env.arena, 38, 2);
    assert_true(fb_column_init(&values, &env.arena, type, COUNT));
    const fb_int128 large = (fb_int128)1 << 100;
    memcpy(values.int128s, (fb_int128[]){-large, -1, 0, 1, large, large + 1}, COUNT * 16);
    fill_second(&env, &values, COUNT);
    check_all_pairs(&env, &values, COUNT, order_of_int128s);
    expr_env_deinit(&env);
}

static int order_of_structs(const fb_column *values, size_t a, size_t b)
{
    const fb_column *first = &values->children[0];
    bool a_null = fb_column_is_null(first, a), b_null = fb_column_is_null(first, b);
    if (a_null != b_null) return a_null ? -1 : 1;
    if (!a_null && first->int32s[a] != first->int32s[b])
        return first->int32s[a] < first->int32s[b] ? -1 : 1;
    return order_of_doubles(&values->children[1], a, b);
}

static void structs_compare_field_by_field_with_nulls_first(void **state)
{
    (void)state;
    enum { COUNT = 5 };
    expr_env env;
    expr_env_init(&env, COUNT);
    const fb_field fields[] = {
        {.name = FB_SLICE("a"), .type = fb_type_of(FB_TYPE_INT), .nullable = true},
        {.name = FB_SLICE("b"), .type = fb_type_of(FB_TYPE_DOUBLE), .nullable = true}};
    fb_column values;
    assert_true(
        fb_column_init_zero(&values, &env.arena, fb_type_struct(&env.arena, fields, 2), COUNT));
    memcpy(values.children[0].int32s, (int32_t[]){1, 1, 2, 1, 0}, 20);
    memcpy(values.children[1].doubles, (double[]){1, 2, 0, NAN, 5}, 40);
    expr_env_set_null(&env, &values.children[0], 4);
    fill_second(&env, &values, COUNT);
    check_all_pairs(&env, &values, COUNT, order_of_structs);
    expr_env_deinit(&env);
}

static void nulls_make_null_but_not_beside_the_null_safe_operator(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 4);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_INT));
    fb_column *b = expr_env_column(&env, fb_type_of(FB_TYPE_INT));
    expr_env_set_null(&env, a, 1);
    expr_env_set_null(&env, b, 1);
    expr_env_set_null(&env, b, 2);
    b->int32s[3] = 5;
    const fb_expr *x = expr_env_ref(&env, 0), *y = expr_env_ref(&env, 1);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "=", x, y, NULL));
    expr_env_assert_bools(&out, "t??f");
    out = expr_env_eval(&env, expr_env_call(&env, "<=>", x, y, NULL));
    expr_env_assert_bools(&out, "ttff");
    const fb_expr *null = expr_env_null(&env, FB_TYPE_VOID);
    out = expr_env_eval(&env, expr_env_call(&env, "<=>", x, null, NULL));
    expr_env_assert_bools(&out, "ftff");
    out = expr_env_eval(&env, expr_env_call(&env, "<=>", null, null, NULL));
    expr_env_assert_bools(&out, "tttt");
    out = expr_env_eval(&env, expr_env_call(&env, "=", null, null, NULL));
    expr_env_assert_bools(&out, "????");
    expr_env_deinit(&env);
}

static void what_has_no_order_is_refused(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_type *text = fb_type_of(FB_TYPE_STRING), *number = fb_type_of(FB_TYPE_INT);
    (void)expr_env_column(&env, fb_type_map(&env.arena, text, number, false));
    const fb_expr *map = expr_env_ref(&env, 0);
    assert_status(expr_env_bind(&env, &out, "=", map, map, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message,
                        "Cannot resolve \"(a = a)\" due to data type mismatch: The `=` does not "
                        "support ordering on type \"MAP<STRING, INT>\".");
    assert_status(
        expr_env_bind(&env, &out, "<", expr_env_int(&env, 1), expr_env_bool(&env, true), NULL),
        FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_is_the_greatest_and_zeros_are_equal),
        cmocka_unit_test(strings_compare_as_unsigned_bytes),
        cmocka_unit_test(wide_decimals_compare_all_their_bits),
        cmocka_unit_test(structs_compare_field_by_field_with_nulls_first),
        cmocka_unit_test(nulls_make_null_but_not_beside_the_null_safe_operator),
        cmocka_unit_test(what_has_no_order_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
