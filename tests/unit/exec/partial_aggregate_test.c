/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups formed by a task, read back from the exchange and compared with a naive model. */
#include "base/memory.h"
#include "exec/partial_aggregate.h"
#include "expr_env.h"
#include "random_keys.h"

enum { ROWS = 600, CHUNKS = 6, MAX_KEYS = 2, CALLS = 4, LANES = 2, LANE = 1 };

typedef struct world {
    expr_env env;
    fb_plan plan;
    const fb_expr *keys[MAX_KEYS];
    const fb_aggregate_call *calls[CALLS];
    const fb_expr *filters[CALLS];
    fb_aggregation aggregation;
    fb_exchange *exchange;
    fb_operator *operator;
    uint64_t seed;
} world;

static const fb_aggregate_call *bind(world *w, const char *name, const fb_expr *arg)
{
    fb_aggregate_call *call;
    assert_ok(fb_aggregate_bind(&w->env.binder, fb_aggregate_find(fb_slice_of(name)), &arg,
                                arg ? 1 : 0, (fb_position){0}, &call),
              &w->env.err);
    return call;
}

/* Columns: keys, a BIGINT, a STRING, a BOOLEAN. Calls: count(*), sum of the second, min of the
 * third, and count_if-like sum of 10 div the second where the fourth is true. */
static void world_init(world *w, const fb_type *const *types, uint32_t key_count)
{
    *w = (world){0};
    expr_env_init(&w->env, ROWS);
    for (uint32_t i = 0; i < key_count; i++) {
        (void)expr_env_column(&w->env, types[i]);
        w->keys[i] = expr_env_ref(&w->env, i);
    }
    (void)expr_env_column(&w->env, fb_type_of(FB_TYPE_BIGINT));
    (void)expr_env_column(&w->env, fb_type_of(FB_TYPE_STRING));
    (void)expr_env_column(&w->env, fb_type_of(FB_TYPE_BOOLEAN));
    const fb_expr *number = expr_env_ref(&w->env, key_count);
    w->calls[0] = bind(w, "count", NULL);
    w->calls[1] = bind(w, "sum", number);
    w->calls[2] = bind(w, "min", expr_env_ref(&w->env, key_count + 1));
    w->calls[3] =
        bind(w, "sum", expr_env_call(&w->env, "div", expr_env_long(&w->env, 10), number, NULL));
    w->filters[3] = expr_env_ref(&w->env, key_count + 2);
    w->plan = (fb_plan){.kind = FB_PLAN_AGGREGATE, .exprs = w->keys, .expr_count = key_count};
    w->aggregation = (fb_aggregation){.plan = &w->plan,
                                      .key_count = key_count,
                                      .calls = w->calls,
                                      .filters = w->filters,
                                      .call_count = CALLS,
                                      .field_count = CALLS};
}

static void world_deinit(world *w)
{
    fb_operator_close_chain(w->operator);
    fb_exchange_destroy(w->exchange);
    expr_env_deinit(&w->env);
}

static fb_status world_open(world *w, fb_budget *budget, fb_error *err)
{
    FB_TRY(fb_exchange_create(LANES, 1, w->aggregation.key_count, NULL, &w->exchange, err));
    return fb_partial_aggregate_create(&w->aggregation, &w->env.context, w->exchange, LANE, budget,
                                       &w->operator, err);
}

/* Rows of `pool` different keys. Where the filter is not true, the number may be zero, by which
 * nothing must be divided. */
static void random_rows(world *w, size_t pool)
{
    fb_column *columns = w->env.columns;
    uint32_t keys = w->aggregation.key_count;
    for (uint32_t i = 0; i < keys; i++) {
        bool is_constant = random_word(&w->seed) % 4 == 0;
        random_keys(&columns[i], &w->env.arena, w->keys[i]->type, pool, is_constant ? 1 : ROWS,
                    &w->seed);
        if (is_constant) fb_column_make_constant(&columns[i]);
    }
    random_column(&columns[keys], &w->env.arena, fb_type_of(FB_TYPE_BIGINT), true, ROWS, &w->seed);
    random_column(&columns[keys + 1], &w->env.arena, fb_type_of(FB_TYPE_STRING), true, ROWS,
                  &w->seed);
    random_column(&columns[keys + 2], &w->env.arena, fb_type_of(FB_TYPE_BOOLEAN), true, ROWS,
                  &w->seed);
    for (uint32_t i = 0; i < ROWS; i++) {
        bool passes = !fb_column_is_null(&columns[keys + 2], i) && columns[keys + 2].bools[i];
        columns[keys].int64s[i] = columns[keys].int64s[i] % 7 + (passes ? 10 : 0);
    }
}

typedef struct expected_group {
    int64_t count;
    int64_t sum;
    bool has_sum;
    fb_slice least;
    bool has_least;
    int64_t filtered;
    bool has_filtered;
} expected_group;

static void expect_row(expected_group *group, const fb_column *columns, size_t row)
{
    group->count++;
    bool passes = !fb_column_is_null(&columns[2], row) && columns[2].bools[row];
    if (!fb_column_is_null(&columns[0], row)) {
        group->has_sum = true;
        group->sum += columns[0].int64s[row];
        group->has_filtered |= passes;
        if (passes) group->filtered += 10 / columns[0].int64s[row];
    }
    if (fb_column_is_null(&columns[1], row)) return;
    fb_slice text = fb_column_string(&columns[1], row);
    if (!group->has_least || fb_slice_compare(text, group->least) < 0) group->least = text;
    group->has_least = true;
}

static void check_sum(const fb_column *column, size_t row, bool has_value, int64_t value)
{
    assert_int_equal(!fb_column_is_null(column, row), has_value);
    if (has_value) assert_int_equal(column->int64s[row], value);
}

/* The rows of a chunk are the groups from `first` on. */
static void check_groups(const fb_chunk *chunk, uint32_t keys, const expected_group *groups)
{
    const fb_column *fields = chunk->columns + keys;
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        assert_int_equal(fields[0].int64s[i], groups[i].count);
        check_sum(&fields[1], i, groups[i].has_sum, groups[i].sum);
        assert_int_equal(!fb_column_is_null(&fields[2], i), groups[i].has_least);
        if (groups[i].has_least)
            assert_true(fb_slice_equal(fb_column_string(&fields[2], i), groups[i].least));
        check_sum(&fields[3], i, groups[i].has_filtered, groups[i].filtered);
    }
}

static void compare(const fb_type *const *types, uint32_t key_count, size_t pool, uint64_t seed)
{
    static key_model model;
    static expected_group expected[KEY_MODEL_MAX_GROUPS];
    uint32_t groups[ROWS];
    memset(expected, 0, sizeof expected);
    model.count = 0;
    fb_arena_init(&model.arena, 0);
    world w;
    world_init(&w, types, key_count);
    w.seed = seed;
    assert_ok(world_open(&w, NULL, &w.env.err), &w.env.err);
    for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
        random_rows(&w, pool);
        assert_ok(fb_operator_push(w.operator, & w.env.chunk, &w.env.err), &w.env.err);
        key_model_find(&model, w.env.columns, key_count, ROWS, groups);
        for (uint32_t i = 0; i < ROWS; i++)
            expect_row(&expected[groups[i]], w.env.columns + key_count, i);
    }
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    assert_true(fb_exchange_is_distinct(w.exchange, 0));
    uint32_t seen = 0;
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.exchange, 0); i++) {
        const fb_chunk *chunk = fb_exchange_chunk(w.exchange, 0, i);
        key_model_check(&model, chunk->columns, key_count, seen, chunk->row_count);
        check_groups(chunk, key_count, expected + seen);
        seen += chunk->row_count;
    }
    assert_int_equal(seen, model.count);
    world_deinit(&w);
    fb_arena_deinit(&model.arena);
}

static void groups_are_those_of_a_naive_model(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {
        fb_type_of(FB_TYPE_BIGINT),     fb_type_of(FB_TYPE_STRING),
        fb_type_of(FB_TYPE_DOUBLE),     fb_type_of(FB_TYPE_TINYINT),
        fb_type_decimal(&arena, 38, 3), fb_type_array(&arena, fb_type_of(FB_TYPE_FLOAT), true)};
    uint32_t count = sizeof types / sizeof *types;
    for (uint32_t i = 0; i < count; i++) {
        const fb_type *both[] = {types[i], types[(i + 1) % count]};
        compare(both, 1, 1000, i);
        compare(both, 2, 15, i);
    }
    fb_arena_deinit(&arena);
}

static void without_keys_there_is_one_group_or_none(void **state)
{
    (void)state;
    compare(NULL, 0, 1, 1);
    world w;
    world_init(&w, NULL, 0);
    assert_ok(world_open(&w, NULL, &w.env.err), &w.env.err);
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    assert_int_equal(fb_exchange_chunk_count(w.exchange, 0), 0);
    world_deinit(&w);
}

/* A whole small batch. */
static fb_status run(const fb_type *type, fb_budget *budget, uint64_t fail_at, fb_error *err)
{
    world w;
    world_init(&w, &type, 1);
    random_rows(&w, ROWS);
    fb_memory_fail_at(fail_at);
    fb_status status = world_open(&w, budget, err);
    if (status == FB_OK) status = fb_operator_push(w.operator, & w.env.chunk, err);
    if (status == FB_OK) status = fb_operator_finish(w.operator, err);
    fb_memory_fail_at(0);
    world_deinit(&w);
    return status;
}

static void a_spent_budget_names_the_groups_and_gives_all_back(void **state)
{
    (void)state;
    fb_error err;
    fb_budget budget;
    for (uint64_t limit = 1 << 12; limit < 1 << 17; limit += 1 << 10) {
        fb_budget_init(&budget, limit);
        fb_status status = run(fb_type_of(FB_TYPE_BIGINT), &budget, 0, &err);
        assert_int_equal(fb_budget_used(&budget), 0);
        if (status == FB_OK) return;
        assert_status(status, FB_E_LIMIT);
        assert_contains(err.message, "groups of a batch");
    }
    fail_msg("a small batch does not fit 128 KiB");
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        fb_error err;
        fb_budget budget;
        fb_budget_init(&budget, 0);
        fb_status status = run(fb_type_of(FB_TYPE_STRING), &budget, k, &err);
        assert_int_equal(fb_budget_used(&budget), 0);
        if (status == FB_OK) break;
        assert_status(status, FB_E_NOMEM);
        assert_true(k < 1000);
    }
}

/* --- more groups than the cache holds --- */

enum { MANY_KEYS = 90000, MANY_CHUNKS = 60 };

typedef struct many_expected {
    int64_t count, sum, filtered;
    double largest;
    bool is_seen;
} many_expected;

/* Keys: a BIGINT with nulls and a DOUBLE that is a zero or a NaN. Calls: count(*), sum(number),
 * sum(number) where the fourth column is true, max(real). */
static void many_init(world *w)
{
    *w = (world){.seed = 1};
    expr_env_init(&w->env, FB_CHUNK_ROWS);
    const fb_type_id types[] = {FB_TYPE_BIGINT, FB_TYPE_DOUBLE, FB_TYPE_BIGINT, FB_TYPE_BOOLEAN,
                                FB_TYPE_DOUBLE};
    for (uint32_t i = 0; i < 5; i++)
        (void)expr_env_column(&w->env, fb_type_of(types[i]));
    w->keys[0] = expr_env_ref(&w->env, 0);
    w->keys[1] = expr_env_ref(&w->env, 1);
    w->calls[0] = bind(w, "count", NULL);
    w->calls[1] = bind(w, "sum", expr_env_ref(&w->env, 2));
    w->calls[2] = w->calls[1];
    w->calls[3] = bind(w, "max", expr_env_ref(&w->env, 4));
    w->filters[2] = expr_env_ref(&w->env, 3);
    w->plan = (fb_plan){.kind = FB_PLAN_AGGREGATE, .exprs = w->keys, .expr_count = 2};
    w->aggregation = (fb_aggregation){.plan = &w->plan,
                                      .key_count = 2,
                                      .calls = w->calls,
                                      .filters = w->filters,
                                      .call_count = CALLS,
                                      .field_count = CALLS};
}

/* The group of a row by its keys: those with a NULL come first. */
static uint32_t many_group(const fb_column *keys, size_t row)
{
    uint32_t is_nan = keys[1].doubles[row] != 0;
    if (fb_column_is_null(&keys[0], row)) return is_nan;
    return (uint32_t)keys[0].int64s[row] * 2 + is_nan;
}

static void many_rows(world *w, uint32_t chunk)
{
    static const uint64_t reals[] = {0, 0x7ff8000000000000u, 0x8000000000000000u,
                                     0xfff8000000000001u};
    fb_column *columns = w->env.columns;
    static uint64_t valid[5][FB_CHUNK_ROWS / 64];
    memset(valid, 0xff, sizeof valid);
    bool has_nulls = chunk % 3 > 0;
    for (uint32_t i = 0; i < 5; i++)
        columns[i].validity = has_nulls ? valid[i] : NULL;
    for (uint32_t i = 0; i < FB_CHUNK_ROWS; i++) {
        uint64_t word = random_word(&w->seed);
        columns[0].int64s[i] = 1 + (int64_t)(word >> 20) % (MANY_KEYS / 2);
        columns[1].int64s[i] = (int64_t)reals[word % 4];
        /* Frequent keys, 5 and NULL, so that their parts are full again and again. */
        bool is_frequent = chunk > MANY_CHUNKS / 2 && word >> 63;
        if (is_frequent) columns[0].int64s[i] = 5;
        columns[2].int64s[i] = (int64_t)(word >> 10 & 1023);
        columns[3].bools[i] = word >> 4 & 1 || chunk == 7;
        columns[4].doubles[i] = (double)(word >> 3 & 0xffff);
        if (word % 1000 == 0 || (is_frequent && word >> 62 & 1)) fb_bits_clear(valid[0], i);
        if (word % 7 == 0) fb_bits_clear(valid[2], i);
        if (word % 11 == 0) fb_bits_clear(valid[3], i);
    }
}

static void many_expect(const fb_column *columns, many_expected *expected)
{
    for (size_t i = 0; i < FB_CHUNK_ROWS; i++) {
        many_expected *group = &expected[many_group(columns, i)];
        bool passes = !fb_column_is_null(&columns[3], i) && columns[3].bools[i];
        int64_t number = fb_column_is_null(&columns[2], i) ? 0 : columns[2].int64s[i];
        group->count++;
        group->sum += number;
        group->filtered += passes ? number : 0;
        if (columns[4].doubles[i] > group->largest) group->largest = columns[4].doubles[i];
    }
}

static int64_t sum_at(const fb_column *column, size_t row)
{
    return fb_column_is_null(column, row) ? 0 : column->int64s[row];
}

static void many_check(const fb_chunk *chunk, many_expected *expected)
{
    for (size_t i = 0; i < chunk->row_count; i++) {
        many_expected *group = &expected[many_group(chunk->columns, i)];
        assert_false(group->is_seen);
        group->is_seen = true;
        assert_int_equal(chunk->columns[2].int64s[i], group->count);
        assert_int_equal(sum_at(&chunk->columns[3], i), group->sum);
        assert_int_equal(sum_at(&chunk->columns[4], i), group->filtered);
        assert_true(chunk->columns[5].doubles[i] == group->largest);
    }
}

static void many_groups_are_those_of_a_naive_model(void **state)
{
    (void)state;
    static many_expected expected[MANY_KEYS + 2];
    fb_budget budget;
    fb_budget_init(&budget, 0);
    world w;
    many_init(&w);
    assert_ok(world_open(&w, &budget, &w.env.err), &w.env.err);
    for (uint32_t chunk = 0; chunk < MANY_CHUNKS; chunk++) {
        many_rows(&w, chunk);
        many_expect(w.env.columns, expected);
        assert_ok(fb_operator_push(w.operator, & w.env.chunk, &w.env.err), &w.env.err);
    }
    assert_true(fb_budget_used(&budget) > MANY_KEYS * (16 + 32)); /* keys, and values */
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.exchange, 0); i++)
        many_check(fb_exchange_chunk(w.exchange, 0, i), expected);
    uint32_t groups = 0;
    for (uint32_t i = 0; i < MANY_KEYS + 2; i++) {
        assert_int_equal(expected[i].is_seen, expected[i].count > 0);
        groups += expected[i].is_seen;
    }
    assert_true(groups > 1 << 16); /* else nothing was parted */
    world_deinit(&w);
    assert_int_equal(fb_budget_used(&budget), 0);
}

/* --- keys that hardly repeat --- */

enum { PASSED_CHUNKS = 560, PASSED_KEYS = 1 << 23 };

/* Keys at random out of so many that a row is nearly always a new one, and key 0 in row 5. */
static void passed_rows(world *w)
{
    fb_column *columns = w->env.columns;
    for (uint32_t i = 0; i < FB_CHUNK_ROWS; i++) {
        uint64_t word = random_word(&w->seed);
        columns[0].int64s[i] = i == 5 ? 0 : (int64_t)(word >> 40) % PASSED_KEYS;
        columns[1].doubles[i] = 0;
        columns[2].int64s[i] = (int64_t)(word & 1023);
        columns[3].bools[i] = word >> 20 & 1;
        columns[4].doubles[i] = 1;
    }
}

typedef struct passed_sums {
    uint64_t groups, rows, of_zero;
    int64_t sum, filtered, keys;
} passed_sums;

static void passed_count(const fb_chunk *chunk, passed_sums *sums)
{
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        sums->groups++;
        sums->of_zero += chunk->columns[0].int64s[i] == 0;
        sums->rows += (uint64_t)chunk->columns[2].int64s[i];
        sums->keys += chunk->columns[0].int64s[i] * chunk->columns[2].int64s[i];
        sums->sum += sum_at(&chunk->columns[3], i);
        sums->filtered += sum_at(&chunk->columns[4], i);
    }
}

static void rows_whose_keys_hardly_repeat_are_passed_on_up_to_a_number(void **state)
{
    (void)state;
    passed_sums expected = {0}, got = {0};
    world w;
    many_init(&w);
    assert_ok(world_open(&w, NULL, &w.env.err), &w.env.err);
    for (uint32_t chunk = 0; chunk < PASSED_CHUNKS; chunk++) {
        passed_rows(&w);
        for (uint32_t i = 0; i < FB_CHUNK_ROWS; i++) {
            int64_t number = w.env.columns[2].int64s[i];
            expected.sum += number;
            expected.filtered += w.env.columns[3].bools[i] ? number : 0;
            expected.keys += w.env.columns[0].int64s[i];
        }
        assert_ok(fb_operator_push(w.operator, & w.env.chunk, &w.env.err), &w.env.err);
    }
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    assert_false(fb_exchange_is_distinct(w.exchange, 0));
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.exchange, 0); i++)
        passed_count(fb_exchange_chunk(w.exchange, 0, i), &got);
    assert_int_equal(got.rows, PASSED_CHUNKS * FB_CHUNK_ROWS);
    assert_int_equal(got.sum, expected.sum);
    assert_int_equal(got.filtered, expected.filtered);
    assert_int_equal(got.keys, expected.keys);
    /* Key 0: a group of the first 17 chunks, then one for each chunk until 2 M rows have been
     * passed on, then one group for all that follow, and for those that were waiting. */
    assert_in_range(got.of_zero, 300, PASSED_CHUNKS - 20);
    world_deinit(&w);
}

/* A value that is merged as a group of its own does not give the last digits that one gives that is
 * folded in, as Spark does. */
static void rows_of_calls_whose_merge_rounds_are_not_passed_on(void **state)
{
    (void)state;
    world w;
    many_init(&w);
    w.calls[3] = bind(&w, "stddev", expr_env_ref(&w.env, 4));
    w.aggregation.field_count += w.calls[3]->field_count - 1;
    assert_ok(world_open(&w, NULL, &w.env.err), &w.env.err);
    for (uint32_t chunk = 0; chunk < 20; chunk++) {
        passed_rows(&w);
        assert_ok(fb_operator_push(w.operator, & w.env.chunk, &w.env.err), &w.env.err);
    }
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    assert_true(fb_exchange_is_distinct(w.exchange, 0));
    world_deinit(&w);
}

static void the_parts_of_a_key_are_the_same_for_all_lanes(void **state)
{
    (void)state;
    static uint16_t part_of[MANY_KEYS + 2];
    memset(part_of, 0, sizeof part_of);
    world w;
    many_init(&w);
    assert_ok(world_open(&w, NULL, &w.env.err), &w.env.err);
    fb_operator *other;
    assert_ok(fb_partial_aggregate_create(&w.aggregation, &w.env.context, w.exchange, 0, NULL,
                                          &other, &w.env.err),
              &w.env.err);
    for (uint32_t chunk = 0; chunk < MANY_CHUNKS; chunk++) {
        many_rows(&w, 0);
        if (chunk < 40) /* both have more than fit one table, at different times */
            assert_ok(fb_operator_push(other, &w.env.chunk, &w.env.err), &w.env.err);
        assert_ok(fb_operator_push(w.operator, & w.env.chunk, &w.env.err), &w.env.err);
    }
    assert_ok(fb_operator_finish(other, &w.env.err), &w.env.err);
    assert_ok(fb_operator_finish(w.operator, & w.env.err), &w.env.err);
    uint32_t ends[FB_EXCHANGE_PARTS], *order, next = 0;
    assert_ok(fb_exchange_order_by_part(w.exchange, 0, &w.env.arena, ends, &order, &w.env.err),
              &w.env.err);
    assert_non_null(order);
    for (uint32_t part = 0; part < FB_EXCHANGE_PARTS; part++)
        for (; next < ends[part]; next++) {
            const fb_chunk *chunk = fb_exchange_chunk(w.exchange, 0, order[next]);
            for (uint32_t i = 0; i < chunk->row_count; i++) {
                uint16_t *own = &part_of[many_group(chunk->columns, i)];
                assert_true(*own == 0 || *own == part + 1);
                *own = (uint16_t)(part + 1);
            }
        }
    fb_operator_close_chain(other);
    world_deinit(&w);
}

static fb_status run_many(fb_budget *budget, uint64_t fail_at, fb_error *err)
{
    world w;
    many_init(&w);
    fb_memory_fail_at(fail_at);
    fb_status status = world_open(&w, budget, err);
    for (uint32_t chunk = 0; status == FB_OK && chunk < MANY_CHUNKS; chunk++) {
        many_rows(&w, chunk);
        status = fb_operator_push(w.operator, & w.env.chunk, err);
    }
    if (status == FB_OK) status = fb_operator_finish(w.operator, err);
    fb_memory_fail_at(0);
    world_deinit(&w);
    assert_int_equal(fb_budget_used(budget), 0);
    return status;
}

static void many_groups_fail_cleanly_without_memory(void **state)
{
    (void)state;
    fb_error err;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    uint64_t before = fb_memory_allocations();
    assert_ok(run_many(&budget, 0, &err), &err);
    uint64_t all = fb_memory_allocations() - before;
    for (uint64_t k = 20; k < all; k += all / 60 + 1) {
        fb_status status = run_many(&budget, k, &err);
        if (status != FB_OK) assert_status(status, FB_E_NOMEM);
    }
    for (uint64_t limit = 1 << 20; limit < 1 << 25; limit *= 2) {
        fb_budget_init(&budget, limit);
        assert_status(run_many(&budget, 0, &err), FB_E_LIMIT);
        assert_contains(err.message, "groups of a batch: ");
        assert_contains(err.message, "memory limit allows");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_a_naive_model),
        cmocka_unit_test(without_keys_there_is_one_group_or_none),
        cmocka_unit_test(a_spent_budget_names_the_groups_and_gives_all_back),
        cmocka_unit_test(every_failing_allocation_is_reported),
        cmocka_unit_test(many_groups_are_those_of_a_naive_model),
        cmocka_unit_test(rows_whose_keys_hardly_repeat_are_passed_on_up_to_a_number),
        cmocka_unit_test(rows_of_calls_whose_merge_rounds_are_not_passed_on),
        cmocka_unit_test(the_parts_of_a_key_are_the_same_for_all_lanes),
        cmocka_unit_test(many_groups_fail_cleanly_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
