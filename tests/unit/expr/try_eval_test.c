/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "expr_env.h"

#include <stdio.h>

enum { ROWS = 300 };

/* a: 'x' in every seventh row, null in every fifth, otherwise the row's number. */
static void fill(expr_env *env)
{
    static char texts[ROWS][8];
    expr_env_init(env, ROWS);
    fb_column *a = expr_env_column(env, fb_type_of(FB_TYPE_STRING));
    for (int i = 0; i < ROWS; i++) {
        int size = snprintf(texts[i], sizeof texts[i], i % 7 == 0 ? "x" : "%d", i);
        a->strings[i] = fb_string_view(fb_slice_make(texts[i], (size_t)size));
        if (i % 5 == 0) expr_env_set_null(env, a, (size_t)i);
    }
}

static void an_operand_that_cannot_be_cast_makes_only_its_row_null(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *call =
        expr_env_call(&env, "try_add", expr_env_ref(&env, 0), expr_env_int(&env, 1), NULL);
    assert_false(call->can_fail);
    assert_string_equal(expr_env_print(&env, call), "try_add(a, 1)");
    fb_column out = expr_env_eval(&env, call);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(fb_column_is_null(&out, (size_t)i), i % 7 == 0 || i % 5 == 0);
        if (!fb_column_is_null(&out, (size_t)i)) assert_int_equal(out.int64s[i], i + 1);
    }
    assert_int_equal(env.err.status, FB_OK);
    expr_env_deinit(&env);
}

static void numbers_let_the_failure_of_an_operand_through(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    fill(&env);
    const fb_expr *zero = expr_env_long(&env, 0), *one = expr_env_long(&env, 1);
    const fb_expr *failing = expr_env_call(&env, "div", one, zero, NULL);
    const fb_expr *narrow = expr_env_call(&env, "try_add", failing, one, NULL);
    assert_status(fb_expr_eval(narrow, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    const fb_expr *broad =
        expr_env_call(&env, "try_add", failing, expr_env_string(&env, "1"), NULL);
    out = expr_env_eval(&env, broad);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(fb_column_is_null(&out, i));
    expr_env_deinit(&env);
}

static void no_memory_is_not_taken_for_a_failing_row(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *call =
        expr_env_call(&env, "try_divide", expr_env_ref(&env, 0), expr_env_int(&env, 2), NULL);
    fb_status status = FB_E_NOMEM;
    for (uint64_t k = 1; status == FB_E_NOMEM; k++) {
        fb_arena small;
        fb_column out;
        fb_arena_init(&small, 16); /* so that each request is an allocation of its own */
        fb_error err = {0};
        fb_eval eval = {.context = &env.context, .arena = &small, .err = &err};
        fb_memory_fail_at(k);
        status = fb_expr_eval(call, &eval, &env.chunk, &out);
        fb_memory_fail_at(0);
        assert_int_equal(err.status, status);
        for (size_t i = 0; status == FB_OK && i < ROWS; i++)
            assert_int_equal(fb_column_is_null(&out, i), i % 7 == 0 || i % 5 == 0);
        if (status == FB_OK) assert_true(k > 10);
        fb_arena_deinit(&small);
    }
    assert_int_equal(status, FB_OK);
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operand_that_cannot_be_cast_makes_only_its_row_null),
        cmocka_unit_test(numbers_let_the_failure_of_an_operand_through),
        cmocka_unit_test(no_memory_is_not_taken_for_a_failing_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
