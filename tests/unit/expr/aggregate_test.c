/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers of many groups; what the functions answer is tests/golden/aggregates_test.c's. */
#include "base/memory.h"
#include "expr/aggregate.h"
#include "expr_env.h"

enum { ROWS = 4000, GROUPS = 700 };

static fb_aggregate_call *bind(expr_env *env, const char *name, const fb_expr *arg)
{
    fb_aggregate_call *call;
    const fb_aggregate *function = fb_aggregate_find(fb_slice_of(name));
    assert_non_null(function);
    assert_ok(fb_aggregate_bind(&env->binder, function, &arg, arg ? 1 : 0, (fb_position){0}, &call),
              &env->err);
    return call;
}

static void groups_are_kept_apart_while_they_grow(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, ROWS);
    fb_column *numbers = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    fb_column *texts = expr_env_column(&env, fb_type_of(FB_TYPE_STRING));
    static uint32_t groups[ROWS];
    static int64_t sums[GROUPS], counts[GROUPS];
    for (uint32_t i = 0; i < ROWS; i++) {
        groups[i] = i * 7919 % GROUPS;
        numbers->int64s[i] = i;
        char *text = fb_arena_printf(&env.arena, "the text of number %05u", ROWS - i);
        texts->strings[i] = fb_string_view(fb_slice_of(text));
        if (i % 11 == 0) expr_env_set_null(&env, numbers, i);
        if (i % 11) sums[groups[i]] += i;
        counts[groups[i]]++;
    }
    const fb_aggregate_call *const calls[] = {bind(&env, "sum", expr_env_ref(&env, 0)),
                                              bind(&env, "COUNT", NULL),
                                              bind(&env, "min", expr_env_ref(&env, 1))};
    const fb_column *const args[] = {numbers, NULL, texts};
    fb_buffers buffers;
    assert_ok(fb_buffers_init(&buffers, calls, 3, &env.err), &env.err);
    assert_int_equal(buffers.column_count, 3);
    assert_ok(fb_buffers_grow(&buffers, 1, &env.err), &env.err);
    assert_ok(fb_buffers_grow(&buffers, GROUPS + 1, &env.err), &env.err);
    assert_ok(fb_buffers_update(&buffers, &env.eval, groups, args, ROWS), &env.err);
    fb_column sum, count, least;
    assert_ok(fb_buffers_evaluate(&buffers, &env.eval, 0, &sum), &env.err);
    assert_ok(fb_buffers_evaluate(&buffers, &env.eval, 1, &count), &env.err);
    assert_ok(fb_buffers_evaluate(&buffers, &env.eval, 2, &least), &env.err);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t group = groups[i];
        assert_int_equal(sum.int64s[group], sums[group]);
        assert_int_equal(count.int64s[group], counts[group]);
        assert_true(fb_slice_compare(fb_column_string(&least, group), fb_column_string(texts, i)) <=
                    0);
    }
    assert_true(fb_column_is_null(&sum, GROUPS)); /* a group without rows */
    assert_int_equal(count.int64s[GROUPS], 0);
    assert_true(fb_column_is_null(&least, GROUPS));
    assert_true(fb_buffers_bytes(&buffers) > GROUPS * (8 + 8 + 16));
    fb_buffers_clear(&buffers);
    assert_ok(fb_buffers_grow(&buffers, GROUPS, &env.err), &env.err);
    assert_ok(fb_buffers_evaluate(&buffers, &env.eval, 1, &count), &env.err);
    assert_int_equal(count.int64s[groups[0]], 0);
    fb_buffers_deinit(&buffers);
    expr_env_deinit(&env);
}

static void the_fields_are_those_of_spark_s_state(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *fields;
    } cases[] = {
        {"count", "struct<count:bigint>"},
        {"sum", "struct<sum:decimal(20,2),isEmpty:boolean>"},
        {"avg", "struct<sum:decimal(20,2),count:bigint>"},
        {"min", "struct<min:decimal(10,2)>"},
        {"max", "struct<max:decimal(10,2)>"},
        {"first", "struct<first:decimal(10,2),valueSet:boolean>"},
        {"any_value", "struct<first:decimal(10,2),valueSet:boolean>"},
        {"last", "struct<last:decimal(10,2),valueSet:boolean>"},
        {"stddev", "struct<n:double,avg:double,m2:double>"},
        {"kurtosis", "struct<n:double,avg:double,m2:double,m3:double,m4:double>"},
        {"try_sum", "struct<sum:decimal(20,2),isEmpty:boolean>"},
        {"collect_list", "struct<buf:binary>"},
    };
    expr_env env;
    expr_env_init(&env, 1);
    (void)expr_env_column(&env, fb_type_decimal(&env.arena, 10, 2));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fb_aggregate_call *const call = bind(&env, cases[i].name, expr_env_ref(&env, 0));
        fb_buf text;
        fb_buf_init(&text, 0);
        fb_type_print_simple(fb_buffers_schema(&call, 1, &env.arena), &text);
        assert_string_equal(fb_buf_text(&text), cases[i].fields);
        fb_buf_deinit(&text);
    }
    expr_env_deinit(&env);
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    expr_env env;
    expr_env_init(&env, 1);
    (void)expr_env_column(&env, fb_type_array(&env.arena, fb_type_of(FB_TYPE_INT), true));
    const fb_expr *args[] = {expr_env_ref(&env, 0), expr_env_ref(&env, 0)};
    const fb_expr *null = fb_expr_literal_null(&env.arena, fb_type_of(FB_TYPE_VOID));
    fb_aggregate_call *call;
    const fb_position nowhere = {0};
    assert_status(
        fb_aggregate_bind(&env.binder, fb_aggregate_find(FB_SLICE("sum")), args, 2, nowhere, &call),
        FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
    assert_status(
        fb_aggregate_bind(&env.binder, fb_aggregate_find(FB_SLICE("sum")), args, 1, nowhere, &call),
        FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    assert_status(fb_aggregate_bind(&env.binder, fb_aggregate_find(FB_SLICE("min")), &null, 1,
                                    nowhere, &call),
                  FB_E_UNSUPPORTED);
    assert_contains(env.err.message, "min of VOID is not supported yet");
    assert_null(fb_aggregate_find(FB_SLICE("median_of_all")));
    expr_env_deinit(&env);
}

/* Rows of a struct with a text and an array, folded, settled and merged. */
static fb_status fold(expr_env *env, fb_buffers *buffers, uint32_t rows)
{
    uint32_t groups[ROWS];
    const fb_column *const args[] = {&env->columns[0], &env->columns[0], &env->columns[0],
                                     &env->columns[0]};
    fb_buffers others;
    for (uint32_t i = 0; i < rows; i++)
        groups[i] = i % 7;
    FB_TRY(fb_buffers_grow(buffers, 70, &env->err));
    FB_TRY(fb_buffers_update(buffers, &env->eval, groups, args, rows));
    FB_TRY(fb_buffers_settle(buffers, &env->eval));
    fb_status status = fb_buffers_init(&others, buffers->calls, buffers->call_count, &env->err);
    if (status == FB_OK) status = fb_buffers_grow(&others, 7, &env->err);
    if (status == FB_OK)
        status = fb_buffers_merge(&others, &env->eval, groups, buffers->columns, 7);
    if (status == FB_OK)
        status = fb_buffers_merge(&others, &env->eval, groups, buffers->columns, 7);
    fb_column list;
    if (status == FB_OK) status = fb_buffers_evaluate(&others, &env->eval, 1, &list);
    if (status == FB_OK) assert_int_equal(list.spans[0].count, 2 * ((rows + 6) / 7));
    fb_buffers_deinit(&others);
    return status;
}

static void fill_structs(expr_env *env, fb_column *column, uint32_t rows)
{
    fb_column *texts = &column->children[0], *arrays = &column->children[1];
    assert_true(
        fb_column_init_zero(arrays->children, &env->arena, fb_type_of(FB_TYPE_INT), 2 * rows));
    arrays->child_rows = 2 * rows;
    for (uint32_t i = 0; i < rows; i++) {
        char *text = fb_arena_printf(&env->arena, "the text of row number %u", i);
        texts->strings[i] = fb_string_view(fb_slice_of(text));
        arrays->spans[i] = (fb_span){2 * i, 1 + i % 2};
    }
}

static void failing_allocations_leave_buffers_that_can_be_released(void **state)
{
    (void)state;
    enum { STRUCTS = 700 };
    expr_env env;
    expr_env_init(&env, STRUCTS);
    const fb_field fields[] = {
        {FB_SLICE("a"), fb_type_of(FB_TYPE_STRING), true, {0}},
        {FB_SLICE("b"), fb_type_array(&env.arena, fb_type_of(FB_TYPE_INT), true), true, {0}},
    };
    fill_structs(&env, expr_env_column(&env, fb_type_struct(&env.arena, fields, 2)), STRUCTS);
    const fb_expr *arg = expr_env_ref(&env, 0);
    const fb_aggregate_call *const calls[] = {
        bind(&env, "last", arg),
        bind(&env, "collect_list", arg),
        bind(&env, "collect_set", arg),
        bind(&env, "max", arg),
    };
    fb_arena lasting = env.arena;
    bool succeeded = false;
    for (uint64_t k = 1; k < 1000 && !succeeded; k++) {
        fb_buffers buffers;
        fb_arena_init(&env.arena, 0);
        fb_memory_fail_at(k);
        fb_status status = fb_buffers_init(&buffers, calls, 4, &env.err);
        if (status == FB_OK) status = fold(&env, &buffers, STRUCTS);
        fb_memory_fail_at(0);
        succeeded = status == FB_OK;
        assert_true(succeeded || status == FB_E_NOMEM);
        fb_buffers_deinit(&buffers);
        fb_arena_deinit(&env.arena);
    }
    assert_true(succeeded);
    env.arena = lasting;
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_kept_apart_while_they_grow),
        cmocka_unit_test(the_fields_are_those_of_spark_s_state),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(failing_allocations_leave_buffers_that_can_be_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
