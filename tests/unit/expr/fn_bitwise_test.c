/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static void bits_are_combined_in_every_width_and_shape(void **state)
{
    (void)state;
    static const fb_type_id ids[] = {FB_TYPE_TINYINT, FB_TYPE_SMALLINT, FB_TYPE_INT,
                                     FB_TYPE_BIGINT};
    for (int k = 0; k < 4; k++) {
        expr_env env;
        expr_env_init(&env, 3);
        fb_column *a = expr_env_column(&env, fb_type_of(ids[k]));
        size_t width = fb_type_width(a->type);
        for (size_t i = 0; i < 3 * width; i++)
            ((uint8_t *)a->values)[i] = (uint8_t)(37 * i + 11);
        fb_expr *mask = expr_env_literal(&env, a->type);
        for (size_t i = 0; i < width; i++)
            ((uint8_t *)mask->literal.values)[i] = (uint8_t)(91 * i + 5);
        const uint8_t *x = a->values, *y = mask->literal.values;
        const fb_expr *ref = expr_env_ref(&env, 0);
        fb_column both = expr_env_eval(&env, expr_env_call(&env, "&", ref, mask, NULL));
        fb_column any = expr_env_eval(&env, expr_env_call(&env, "|", mask, ref, NULL));
        fb_column one = expr_env_eval(&env, expr_env_call(&env, "^", ref, mask, NULL));
        fb_column none = expr_env_eval(&env, expr_env_call(&env, "~", ref, NULL));
        for (size_t i = 0; i < 3 * width; i++) {
            assert_int_equal(((uint8_t *)both.values)[i], x[i] & y[i % width]);
            assert_int_equal(((uint8_t *)any.values)[i], x[i] | y[i % width]);
            assert_int_equal(((uint8_t *)one.values)[i], x[i] ^ y[i % width]);
            assert_int_equal(((uint8_t *)none.values)[i], (uint8_t)~x[i]);
        }
        expr_env_deinit(&env);
    }
}

static void nulls_stay_null(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 2);
    fb_column *a = expr_env_column(&env, fb_type_of(FB_TYPE_INT));
    expr_env_set_null(&env, a, 1);
    const fb_expr *ref = expr_env_ref(&env, 0);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "|", ref, expr_env_int(&env, 4), NULL));
    assert_int_equal(out.int32s[0], 4);
    assert_true(fb_column_is_null(&out, 1));
    out =
        expr_env_eval(&env, expr_env_call(&env, "&", ref, expr_env_null(&env, FB_TYPE_VOID), NULL));
    assert_true(fb_column_is_null(&out, 0));
    assert_int_equal(out.type->id, FB_TYPE_INT);
    expr_env_deinit(&env);
}

static void only_integers_have_bits(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    expr_env_init(&env, 1);
    const fb_expr *half = expr_env_double(&env, 0.5), *one = expr_env_int(&env, 1);
    assert_status(expr_env_bind(&env, &out, "~", half, NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message, "requires the \"INTEGRAL\" type");
    assert_status(expr_env_bind(&env, &out, "&", half, half, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
    assert_status(expr_env_bind(&env, &out, "&", one, expr_env_bool(&env, true), NULL),
                  FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_combined_in_every_width_and_shape),
        cmocka_unit_test(nulls_stay_null),
        cmocka_unit_test(only_integers_have_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
