/* SPDX-License-Identifier: Apache-2.0
 *
 * The last microsecond of a window. */
#include "expr_env.h"

static const fb_expr *bind(expr_env *env, const fb_type *type, fb_status *status)
{
    fb_expr *column = fb_arena_alloc_zero(&env->arena, sizeof *column);
    assert_non_null(column);
    *column =
        (fb_expr){.kind = FB_EXPR_COLUMN, .type = type, .nullable = true, .deterministic = true};
    const fb_expr *args[] = {column};
    fb_expr *call = NULL;
    *status = fb_bind_named(&env->binder, "window_time", args, 1, (fb_position){0}, &call);
    return call;
}

static const fb_type *window_type(expr_env *env, fb_type_id id)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("start"), .type = fb_type_of(id), .nullable = true},
        {.name = FB_SLICE("end"), .type = fb_type_of(id), .nullable = true}};
    return fb_type_struct(&env->arena, fields, 2);
}

static void window_time_is_one_microsecond_before_the_end(void **state)
{
    (void)state;
    expr_env env;
    fb_status status;
    fb_column out;
    expr_env_init(&env, 4);
    const fb_type *type = window_type(&env, FB_TYPE_TIMESTAMP_NTZ);
    fb_column *window = expr_env_column(&env, type);
    int64_t *ends = window->children[1].int64s;
    ends[0] = 600000000;
    ends[1] = 0;
    ends[2] = 5;
    ends[3] = 7;
    expr_env_set_null(&env, window, 2);
    expr_env_set_null(&env, &window->children[1], 3);
    const fb_expr *call = bind(&env, type, &status);
    assert_ok(status, &env.err);
    assert_int_equal(call->type->id, FB_TYPE_TIMESTAMP_NTZ);
    assert_true(call->nullable);
    assert_ok(fb_expr_eval(call, &env.eval, &env.chunk, &out), &env.err);
    assert_int_equal(out.int64s[0], 599999999);
    assert_int_equal(out.int64s[1], -1);
    assert_false(fb_column_is_null(&out, 1));
    assert_true(fb_column_is_null(&out, 2));
    assert_true(fb_column_is_null(&out, 3));
    expr_env_deinit(&env);
}

static void what_is_no_window_is_refused(void **state)
{
    (void)state;
    expr_env env;
    fb_status status;
    expr_env_init(&env, 1);
    (void)bind(&env, fb_type_of(FB_TYPE_TIMESTAMP), &status);
    assert_int_equal(status, FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    (void)bind(&env, window_type(&env, FB_TYPE_BIGINT), &status);
    assert_int_equal(status, FB_E_ANALYSIS);
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_time_is_one_microsecond_before_the_end),
        cmocka_unit_test(what_is_no_window_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
