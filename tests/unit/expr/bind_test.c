/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/bind.h"

#include "expr_env.h"

static void the_number_of_arguments_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t count;
        const char *message;
    } cases[] = {
        {"abs", 2, "The `abs` requires 1 parameters but the actual number is 2."},
        {"if", 1, "The `if` requires 3 parameters but the actual number is 1."},
        {"coalesce", 0, "The `coalesce` requires > 0 parameters but the actual number is 0."},
    };
    expr_env env;
    expr_env_init(&env, 1);
    const fb_expr *args[] = {expr_env_int(&env, 1), expr_env_int(&env, 2)};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_expr *out;
        const fb_function *function = fb_function_find(fb_slice_of(cases[i].name));
        fb_position position = {3, 4, 5};
        assert_status(fb_bind_call(&env.binder, function, args, cases[i].count, position, &out),
                      FB_E_ANALYSIS);
        assert_null(out);
        assert_string_equal(env.err.condition, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
        assert_contains(env.err.message, cases[i].message);
        assert_int_equal(env.err.line, 3);
        assert_int_equal(env.err.column, 4);
    }
    expr_env_deinit(&env);
}

static void facts_about_arguments_pass_to_the_call(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    (void)expr_env_column(&env, fb_type_of(FB_TYPE_DOUBLE));
    const fb_expr *one = expr_env_double(&env, 1), *a = expr_env_ref(&env, 0);
    const fb_expr *sure = expr_env_call(&env, "+", one, one, NULL);
    assert_false(sure->nullable || sure->can_fail);
    const fb_expr *maybe = expr_env_call(&env, "+", a, one, NULL);
    assert_true(maybe->nullable && maybe->deterministic && !maybe->can_fail);
    const fb_expr *fails = expr_env_call(&env, "/", one, a, NULL);
    assert_true(fails->can_fail);
    assert_true(expr_env_call(&env, "+", fails, one, NULL)->can_fail);
    assert_false(expr_env_call(&env, "try_divide", one, a, NULL)->can_fail);
    expr_env_deinit(&env);
}

static void coercion_casts_or_names_the_parameter(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    fb_expr *call;
    const fb_expr *small = expr_env_int(&env, 1), *yes = expr_env_bool(&env, true);
    assert_ok(expr_env_bind(&env, &call, "struct", small, yes, NULL), &env.err);
    assert_ok(fb_bind_coerce(&env.binder, call, 0, fb_type_of(FB_TYPE_BIGINT)), &env.err);
    assert_int_equal(call->args[0]->type->id, FB_TYPE_BIGINT);
    assert_true(call->args[0]->is_implicit);
    assert_status(fb_bind_coerce(&env.binder, call, 1, fb_type_of(FB_TYPE_BIGINT)), FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    assert_string_equal(env.err.message,
                        "Cannot resolve \"struct(1, true)\" due to data type mismatch: The second "
                        "parameter requires the \"BIGINT\" type, however \"true\" has the type "
                        "\"BOOLEAN\".");
    expr_env_deinit(&env);
}

static void a_long_expression_is_cut_in_messages(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    static char text[5000];
    memset(text, 'x', sizeof text - 1);
    fb_expr *out;
    const fb_expr *sum[] = {expr_env_string(&env, text), expr_env_bool(&env, true)};
    assert_status(expr_env_bind(&env, &out, "greatest", sum[0], sum[1], NULL), FB_E_ANALYSIS);
    assert_contains(env.err.message, "xxx...\" due to data type mismatch: Input to `greatest`");
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_arguments_is_checked),
        cmocka_unit_test(facts_about_arguments_pass_to_the_call),
        cmocka_unit_test(coercion_casts_or_names_the_parameter),
        cmocka_unit_test(a_long_expression_is_cut_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
