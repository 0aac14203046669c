/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/sort.h"

#include "base/memory.h"
#include "expr_env.h"
#include "random_columns.h"
#include "test.h"

enum { LANES = 3 };

/* Rows are [key BIGINT, text STRING, number BIGINT]; numbers count up in the order of collecting.
 */
static expr_env env;
static fb_budget budget;
static fb_exchange *exchange;
static atomic_bool cancelled;
static int64_t collected;

typedef struct output {
    int64_t *keys, *numbers;
    uint32_t count, chunks, finished;
} output;
static output got;

static fb_status take(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)user;
    (void)split;
    (void)err;
    assert_in_range(chunk->row_count, 1, FB_CHUNK_ROWS);
    got.chunks++;
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        assert_true(got.count < collected);
        got.keys[got.count] =
            fb_column_is_null(&chunk->columns[0], i) ? INT64_MIN : chunk->columns[0].int64s[i];
        got.numbers[got.count++] = chunk->columns[2].int64s[i];
        if (fb_column_is_null(&chunk->columns[1], i)) continue;
        assert_true(fb_column_string(&chunk->columns[1], i).size < 30);
    }
    return FB_OK;
}

static void open_world(uint64_t limit_bytes)
{
    expr_env_init(&env, 1);
    expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    expr_env_column(&env, fb_type_of(FB_TYPE_STRING));
    expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    fb_budget_init(&budget, limit_bytes);
    assert_ok(fb_exchange_create(LANES, 1, 0, &budget, &exchange, &env.err), &env.err);
    collected = 0;
    atomic_store(&cancelled, false);
}

static void close_world(void)
{
    fb_exchange_destroy(exchange);
    assert_int_equal(fb_budget_used(&budget), 0);
    expr_env_deinit(&env);
}

/* Keys are null or 0..key_count-1. */
static void collect_rows(uint32_t lane, uint32_t row_count, uint32_t key_count, uint64_t seed)
{
    fb_column columns[3];
    random_column(&columns[0], &env.arena, fb_type_of(FB_TYPE_BIGINT), true, row_count, &seed);
    random_column(&columns[1], &env.arena, fb_type_of(FB_TYPE_STRING), true, row_count, &seed);
    random_column(&columns[2], &env.arena, fb_type_of(FB_TYPE_BIGINT), false, row_count, &seed);
    for (uint32_t i = 0; i < row_count; i++) {
        columns[0].int64s[i] = (int64_t)((uint64_t)columns[0].int64s[i] % key_count);
        columns[2].int64s[i] = collected++;
    }
    const fb_chunk chunk = {.row_count = row_count, .column_count = 3, .columns = columns};
    fb_operator *chain;
    assert_ok(fb_collect_create(exchange, lane, &chain, &env.err), &env.err);
    assert_ok(fb_operator_push(chain, &chunk, &env.err), &env.err);
    assert_ok(fb_operator_finish(chain, &env.err), &env.err);
    fb_operator_close_chain(chain);
}

static fb_status sort(bool descending, bool nulls_last)
{
    const fb_sort_key key = {expr_env_ref(&env, 0), descending, nulls_last};
    const fb_attribute columns[] = {{.type = fb_type_of(FB_TYPE_BIGINT)},
                                    {.type = fb_type_of(FB_TYPE_STRING)},
                                    {.type = fb_type_of(FB_TYPE_BIGINT)}};
    const fb_plan plan = {.kind = FB_PLAN_SORT,
                          .output = columns,
                          .output_count = 3,
                          .sort_keys = &key,
                          .sort_key_count = 1};
    const fb_sort run = {.plan = &plan,
                         .context = &env.context,
                         .exchange = exchange,
                         .budget = &budget,
                         .cancelled = &cancelled};
    fb_operator *chain;
    got = (output){.keys = fb_arena_array(&env.arena, (size_t)collected, sizeof(int64_t)),
                   .numbers = fb_arena_array(&env.arena, (size_t)collected, sizeof(int64_t))};
    FB_TRY(fb_output_create(take, NULL, 0, &chain, &env.err));
    fb_status status = fb_sort_run(&run, chain, &env.err);
    fb_operator_close_chain(chain);
    return status;
}

static void rows_are_in_order_and_equal_ones_as_they_came(void **state)
{
    (void)state;
    for (int order = 0; order < 4; order++) {
        bool descending = order & 1, nulls_last = order & 2;
        open_world(0);
        collect_rows(0, 5000, 100, 1);
        collect_rows(1, 1, 100, 2);
        collect_rows(2, 9000, 100, 3);
        assert_ok(sort(descending, nulls_last), &env.err);
        assert_int_equal(got.count, collected);
        assert_int_equal(got.chunks, 4);
        for (uint32_t i = 1; i < got.count; i++) {
            int64_t a = got.keys[i - 1], b = got.keys[i];
            if (a == b)
                assert_true(got.numbers[i - 1] < got.numbers[i]);
            else if (a == INT64_MIN || b == INT64_MIN)
                assert_int_equal(b == INT64_MIN, nulls_last);
            else
                assert_true(descending ? a > b : a < b);
        }
        close_world();
    }
}

static void no_rows_and_one_row_are_sorted(void **state)
{
    (void)state;
    open_world(0);
    assert_ok(sort(false, false), &env.err);
    assert_int_equal(got.count, 0);
    collect_rows(1, 1, 10, 1);
    assert_ok(sort(false, false), &env.err);
    assert_int_equal(got.count, 1);
    close_world();
}

static void lanes_decide_the_order_of_equal_rows_not_the_time_of_collecting(void **state)
{
    (void)state;
    open_world(0);
    collect_rows(2, 1, 1, 2);
    collect_rows(0, 1, 1, 2);
    collect_rows(1, 1, 1, 2);
    assert_ok(sort(false, false), &env.err);
    assert_int_equal(got.numbers[0], 1);
    assert_int_equal(got.numbers[1], 2);
    assert_int_equal(got.numbers[2], 0);
    close_world();
}

static void a_spent_budget_is_an_error(void **state)
{
    (void)state;
    open_world(600000);
    collect_rows(0, 5000, 100, 1);
    uint64_t before = fb_budget_used(&budget);
    assert_status(sort(false, false), FB_E_LIMIT);
    assert_contains(env.err.message, "while 5000 rows are put in order");
    assert_int_equal(fb_budget_used(&budget), before);
    close_world();
}

static void a_stopped_query_does_not_sort(void **state)
{
    (void)state;
    open_world(0);
    collect_rows(0, 10, 100, 1);
    atomic_store(&cancelled, true);
    assert_status(sort(false, false), FB_E_CANCELLED);
    close_world();
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    fb_status status = FB_E_NOMEM;
    uint64_t failures = 0;
    while (status == FB_E_NOMEM) {
        open_world(0);
        collect_rows(0, 100, 10, 1);
        fb_memory_fail_at(failures + 1);
        status = sort(false, false);
        fb_memory_fail_at(0);
        close_world();
        failures++;
    }
    assert_int_equal(status, FB_OK);
    assert_true(failures > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_in_order_and_equal_ones_as_they_came),
        cmocka_unit_test(no_rows_and_one_row_are_sorted),
        cmocka_unit_test(lanes_decide_the_order_of_equal_rows_not_the_time_of_collecting),
        cmocka_unit_test(a_spent_budget_is_an_error),
        cmocka_unit_test(a_stopped_query_does_not_sort),
        cmocka_unit_test(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
