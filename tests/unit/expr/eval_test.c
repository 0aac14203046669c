/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "expr_env.h"

static void fill(expr_env *env)
{
    expr_env_init(env, 200);
    fb_column *a = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    fb_column *b = expr_env_column(env, fb_type_of(FB_TYPE_BIGINT));
    for (int i = 0; i < 200; i++) {
        a->int64s[i] = i;
        b->int64s[i] = i % 10;
    }
}

static const fb_expr *quotient(expr_env *env)
{
    return expr_env_call(env, "div", expr_env_ref(env, 0), expr_env_ref(env, 1), NULL);
}

static void a_call_of_constants_is_constant(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    const fb_expr *sum =
        expr_env_call(&env, "+", expr_env_long(&env, 2), expr_env_long(&env, 3), NULL);
    assert_true(fb_expr_is_foldable(sum));
    fb_column out = expr_env_eval(&env, sum);
    assert_true(out.is_constant);
    assert_int_equal(out.int64s[0], 5);
    assert_false(fb_expr_is_foldable(quotient(&env)));
    expr_env_deinit(&env);
}

static void nothing_fails_where_there_are_no_rows(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    expr_env_init(&env, 0);
    const fb_expr *fails =
        expr_env_call(&env, "div", expr_env_long(&env, 2), expr_env_long(&env, 0), NULL);
    assert_ok(fb_expr_eval(fails, &env.eval, &env.chunk, &out), &env.err);
    assert_int_equal(out.type->id, FB_TYPE_BIGINT);
    env.chunk.row_count = 1;
    assert_status(fb_expr_eval(fails, &env.eval, &env.chunk, &out), FB_E_COMPUTE);
    expr_env_deinit(&env);
}

static void only_the_rows_asked_for_are_computed(void **state)
{
    (void)state;
    expr_env env;
    fb_column out;
    fill(&env);
    const uint32_t rows[] = {3, 55, 199}, failing[] = {3, 60};
    assert_ok(fb_expr_eval_rows(quotient(&env), &env.eval, &env.chunk, rows, 3, &out), &env.err);
    expr_env_assert_longs(&out, (int64_t[]){1, 11, 22}, 3);
    assert_status(fb_expr_eval_rows(quotient(&env), &env.eval, &env.chunk, failing, 2, &out),
                  FB_E_COMPUTE);
    assert_ok(fb_expr_eval_rows(quotient(&env), &env.eval, &env.chunk, failing, 0, &out), &env.err);
    expr_env_deinit(&env);
}

static void select_lists_true_rows_and_no_null_ones(void **state)
{
    (void)state;
    expr_env env;
    uint32_t rows[200], count;
    fill(&env);
    const fb_expr *small =
        expr_env_call(&env, "<", expr_env_ref(&env, 0), expr_env_long(&env, 70), NULL);
    assert_ok(fb_expr_select(small, &env.eval, &env.chunk, rows, &count), &env.err);
    assert_int_equal(count, 70);
    for (uint32_t i = 0; i < 70; i++)
        assert_int_equal(rows[i], i);
    expr_env_set_null(&env, &env.columns[0], 0);
    expr_env_set_null(&env, &env.columns[0], 69);
    assert_ok(fb_expr_select(small, &env.eval, &env.chunk, rows, &count), &env.err);
    assert_int_equal(count, 68);
    assert_int_equal(rows[0], 1);
    assert_ok(fb_expr_select(expr_env_bool(&env, true), &env.eval, &env.chunk, rows, &count),
              &env.err);
    assert_int_equal(count, 200);
    assert_ok(
        fb_expr_select(expr_env_null(&env, FB_TYPE_BOOLEAN), &env.eval, &env.chunk, rows, &count),
        &env.err);
    assert_int_equal(count, 0);
    expr_env_deinit(&env);
}

static void ordinals_are_found_by_identity(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    fb_expr *call;
    const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
    assert_ok(expr_env_bind(&env, &call, "-", a, b, NULL), &env.err);
    fb_expr_resolve_ordinals(call, (uint64_t[]){9, 1, 0}, 3);
    assert_int_equal(a->ordinal, 2);
    assert_int_equal(b->ordinal, 1);
    expr_env_deinit(&env);
}

static void merged_validity_is_shared_or_owned_but_inputs_stay(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    fb_column *a = &env.columns[0], *b = &env.columns[1];
    const fb_expr *sum =
        expr_env_call(&env, "+", expr_env_ref(&env, 0), expr_env_ref(&env, 1), NULL);
    expr_env_set_null(&env, a, 100);
    fb_column out = expr_env_eval(&env, sum);
    assert_ptr_equal(out.validity, a->validity);
    expr_env_set_null(&env, b, 7);
    out = expr_env_eval(&env, sum);
    assert_true(fb_column_is_null(&out, 7) && fb_column_is_null(&out, 100));
    assert_false(fb_column_is_null(a, 7) || fb_column_is_null(b, 100));
    assert_int_equal(fb_bits_count(out.validity, 200), 198);
    expr_env_deinit(&env);
}

/* Each allocation of an evaluation fails once; none may crash or go unnoticed. */
static void running_out_of_memory_is_reported_at_every_point(void **state)
{
    (void)state;
    expr_env env;
    fill(&env);
    expr_env_set_null(&env, &env.columns[0], 5);
    const fb_expr *a = expr_env_ref(&env, 0), *ten = expr_env_long(&env, 10);
    const fb_expr *positive = expr_env_call(&env, ">", expr_env_ref(&env, 1), ten, NULL);
    const fb_expr *safe = expr_env_call(&env, "case_when", positive, quotient(&env), a, NULL);
    const fb_expr *list = expr_env_call(&env, "in", safe, ten, a, NULL);
    const fb_expr *all = expr_env_call(&env, "and", list, positive, NULL);
    bool failed = true;
    for (uint64_t k = 1; failed; k++) {
        fb_arena small;
        fb_column out;
        fb_arena_init(&small, 16); /* so that each request is an allocation of its own */
        fb_eval eval = {.context = &env.context, .arena = &small, .err = &env.err};
        fb_memory_fail_at(k);
        fb_status status = fb_expr_eval(all, &eval, &env.chunk, &out);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        if (!failed) assert_true(k > 10);
        fb_arena_deinit(&small);
    }
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_of_constants_is_constant),
        cmocka_unit_test(nothing_fails_where_there_are_no_rows),
        cmocka_unit_test(only_the_rows_asked_for_are_computed),
        cmocka_unit_test(select_lists_true_rows_and_no_null_ones),
        cmocka_unit_test(ordinals_are_found_by_identity),
        cmocka_unit_test(merged_validity_is_shared_or_owned_but_inputs_stay),
        cmocka_unit_test(running_out_of_memory_is_reported_at_every_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
