/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static void fill(expr_env *env)
{
    expr_env_init(env, 3);
    fb_column *a = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    fb_column *b = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    for (int i = 0; i < 3; i++) {
        a->int64s[i] = i;
        b->int64s[i] = 10 * i;
    }
    expr_env_set_null(env, b, 1);
}

static void a_struct_gives_its_fields_back(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *both = expr_env_call(&env, "struct", expr_env_ref(&env, 0),
                                        expr_env_long(&env, 7), expr_env_ref(&env, 1), NULL);
    assert_string_equal(fb_type_sql(both->type, &env.arena),
                        "STRUCT<a: BIGINT, col2: BIGINT NOT NULL, b: BIGINT>");
    const fb_expr *b = expr_env_call(&env, "get_field", both, expr_env_string(&env, "B"), NULL);
    assert_string_equal(expr_env_print(&env, b), "struct(a, 7, b).B");
    fb_column out = expr_env_eval(&env, b);
    assert_true(fb_column_is_null(&out, 1));
    assert_int_equal(out.int64s[2], 20);
    out = expr_env_eval(
        &env, expr_env_call(&env, "get_field", both, expr_env_string(&env, "col2"), NULL));
    expr_env_assert_longs(&out, (int64_t[]){7, 7, 7}, 3);
    expr_env_deinit(&env);
}

static void a_field_of_a_null_struct_is_null(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *one = expr_env_call(&env, "named_struct", expr_env_string(&env, "x"),
                                       expr_env_ref(&env, 0), NULL);
    const fb_expr *odd =
        expr_env_call(&env, "=", expr_env_ref(&env, 0), expr_env_long(&env, 1), NULL);
    const fb_expr *some = expr_env_call(&env, "case_when", odd, one, NULL);
    const fb_expr *x = expr_env_call(&env, "get_field", some, expr_env_string(&env, "x"), NULL);
    fb_column out = expr_env_eval(&env, x);
    assert_true(fb_column_is_null(&out, 0) && fb_column_is_null(&out, 2));
    assert_int_equal(out.int64s[1], 1);
    expr_env_deinit(&env);
}

static void wrong_fields_are_named(void **state)
{
    (void)state;
    expr_env env;
    fb_expr *out;
    fill(&env);
    const fb_expr *a = expr_env_ref(&env, 0), *name = expr_env_string(&env, "c");
    const fb_expr *twice = expr_env_call(&env, "named_struct", expr_env_string(&env, "x"), a,
                                         expr_env_string(&env, "X"), a, NULL);
    assert_status(expr_env_bind(&env, &out, "get_field", twice, name, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message, "No such struct field `c` in `x`, `X`.");
    assert_status(expr_env_bind(&env, &out, "get_field", twice, expr_env_string(&env, "x"), NULL),
                  FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "AMBIGUOUS_REFERENCE_TO_FIELDS");
    assert_status(expr_env_bind(&env, &out, "get_field", a, name, NULL), FB_E_ANALYSIS);
    assert_string_equal(env.err.message, "Can't extract a value from \"a\". Need a complex type "
                                         "[STRUCT, ARRAY, MAP] but got \"BIGINT\".");
    assert_status(expr_env_bind(&env, &out, "named_struct", name, NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message, "requires 2n (n > 0) parameters");
    env.binder.case_sensitive = true;
    assert_ok(expr_env_bind(&env, &out, "get_field", twice, expr_env_string(&env, "X"), NULL),
              &env.err);
    expr_env_deinit(&env);
}

static void arrays_are_made_and_indexed(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    fill(&env);
    const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
    const fb_expr *array = expr_env_call(&env, "array", a, b, expr_env_long(&env, 9), NULL);
    out = expr_env_eval(&env, expr_env_call(&env, "get_item", array, a, NULL));
    assert_int_equal(out.int64s[0], 0);
    assert_true(fb_column_is_null(&out, 1));
    assert_int_equal(out.int64s[2], 9);
    out =
        expr_env_eval(&env, expr_env_call(&env, "element_at", array, expr_env_int(&env, -1), NULL));
    expr_env_assert_longs(&out, (int64_t[]){9, 9, 9}, 3);
    const fb_expr *beyond = expr_env_call(&env, "get_item", array, expr_env_int(&env, 3), NULL);
    assert_status(fb_expr_eval(beyond, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "INVALID_ARRAY_INDEX");
    out = expr_env_eval(&env, expr_env_call(&env, "get", array, expr_env_int(&env, 3), NULL));
    assert_true(fb_column_is_null(&out, 0));
    expr_env_deinit(&env);
}

static void a_choice_between_arrays_keeps_their_elements(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *a = expr_env_ref(&env, 0);
    const fb_expr *one = expr_env_call(&env, "array", a, NULL);
    const fb_expr *two = expr_env_call(&env, "array", expr_env_long(&env, 5), a, NULL);
    const fb_expr *odd = expr_env_call(&env, "=", a, expr_env_long(&env, 1), NULL);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "if", odd, two, one, NULL));
    assert_int_equal(out.spans[0].count, 1);
    assert_int_equal(out.spans[1].count, 2);
    assert_int_equal(out.children[0].int64s[out.spans[1].start], 5);
    assert_int_equal(out.children[0].int64s[out.spans[1].start + 1], 1);
    assert_int_equal(out.children[0].int64s[out.spans[2].start], 2);
    expr_env_deinit(&env);
}

static void typeof_names_the_type_without_evaluating(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *fails =
        expr_env_call(&env, "div", expr_env_long(&env, 1), expr_env_long(&env, 0), NULL);
    const fb_expr *array = expr_env_call(&env, "array", fails, NULL);
    fb_column out = expr_env_eval(&env, expr_env_call(&env, "typeof", array, NULL));
    assert_slice_equal(fb_column_string(&out, 2), "array<bigint>");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_struct_gives_its_fields_back),
        cmocka_unit_test(a_field_of_a_null_struct_is_null),
        cmocka_unit_test(wrong_fields_are_named),
        cmocka_unit_test(arrays_are_made_and_indexed),
        cmocka_unit_test(a_choice_between_arrays_keeps_their_elements),
        cmocka_unit_test(typeof_names_the_type_without_evaluating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
