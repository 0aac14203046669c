/* SPDX-License-Identifier: Apache-2.0
 *
 * One partition of an aggregation, batch by batch: what each mode emits, what is late, what leaves,
 * what the metrics say; limits, cancelling, damage, want of memory. Random batches against a naive
 * evaluator are tests/model/aggregate_model.c's. */
#include "aggregate_env.h"
#include "base/memory.h"

typedef struct input_row {
    int64_t key;
    int64_t value;
} input_row;

enum { NO_TIME = INT64_MAX, NO_VALUE = INT64_MAX }; /* as a key or a value: NULL */

static aggregate_env env;
static text_rows out;

static int set_up(void **state)
{
    (void)state;
    aggregate_env_init(&env);
    text_rows_init(&out);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_rows_clear(&out);
    aggregate_env_deinit(&env);
    return 0;
}

/* One key of `type`, count(*) and sum(BIGINT). */
static void make(const fb_type *type, int event_time_key)
{
    aggregate_env_key(&env, type, type->id != FB_TYPE_STRUCT);
    aggregate_env_call(&env, "count", NULL);
    aggregate_env_call(&env, "sum", fb_type_of(FB_TYPE_BIGINT));
    aggregate_env_finish(&env, event_time_key);
}

static fb_exchange *new_exchange(uint32_t lane_count)
{
    fb_exchange *exchange;
    assert_ok(
        fb_exchange_create(lane_count, 1, env.aggregation.key_count, NULL, &exchange, &env.err),
        &env.err);
    return exchange;
}

static void put_key(fb_column *column, fb_arena *arena, uint32_t row, uint32_t row_count,
                    int64_t key)
{
    if (key == NO_TIME) {
        assert_true(fb_column_need_validity(column, arena, row_count));
        fb_bits_clear(column->validity, row);
        key = 0;
    }
    if (column->type->id == FB_TYPE_STRUCT) {
        column->children[0].int64s[row] = key - 10;
        column->children[1].int64s[row] = key;
    } else if (column->type->id == FB_TYPE_STRING) {
        char *text = fb_arena_printf(arena, "the key with number %lld", (long long)key);
        assert_non_null(text);
        column->strings[row] = fb_string_view(fb_slice_of(text));
    } else {
        column->int64s[row] = key;
    }
}

static void put_value(fb_column *column, fb_arena *arena, uint32_t row, uint32_t row_count,
                      int64_t value)
{
    if (value == NO_VALUE) {
        assert_true(fb_column_need_validity(column, arena, row_count));
        fb_bits_clear(column->validity, row);
    } else if (column->type->id == FB_TYPE_DOUBLE) {
        column->doubles[row] = (double)value;
    } else if (column->type->id == FB_TYPE_STRING) {
        char *text = fb_arena_printf(arena, "the value %lld", (long long)value);
        assert_non_null(text);
        column->strings[row] = fb_string_view(fb_slice_of(text));
    } else {
        column->int64s[row] = value;
    }
}

static fb_status send(fb_exchange *exchange, uint32_t lane, const input_row *rows, uint32_t count)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column columns[2 * AGGREGATE_ENV_MAX];
    uint32_t column_count = env.aggregation.key_count;
    if (column_count)
        assert_true(fb_column_init_zero(&columns[0], &arena, env.keys[0].type, count));
    for (uint32_t i = 0; column_count && i < count; i++)
        put_key(&columns[0], &arena, i, count, rows[i].key);
    for (uint32_t c = 0; c < env.aggregation.call_count; c++) {
        if (!env.arg_types[c]) continue;
        fb_column *values = &columns[column_count++];
        assert_true(fb_column_init_zero(values, &arena, env.arg_types[c], count));
        for (uint32_t i = 0; i < count; i++)
            put_value(values, &arena, i, count, rows[i].value);
    }
    const fb_chunk chunk = {.row_count = count, .column_count = column_count, .columns = columns};
    fb_status status = aggregate_env_send(&env, exchange, lane, &chunk);
    fb_arena_deinit(&arena);
    return status;
}

/* One committed batch of rows from one lane that has no key twice. */
static void batch(fb_output_mode mode, const input_row *rows, uint32_t count, int64_t late_us,
                  int64_t evict_us)
{
    fb_exchange *exchange = new_exchange(1);
    text_rows_clear(&out);
    assert_ok(send(exchange, 0, rows, count), &env.err);
    fb_exchange_finish_lane(exchange, 0, true);
    if (env.table) assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(aggregate_env_run(&env, exchange, mode, late_us, evict_us, NULL, &out), &env.err);
    if (env.table) assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
    assert_true(out.is_finished);
    fb_exchange_destroy(exchange);
}

/* The rows that came out, in any order; the list ends with NULL. */
static void assert_rows(const char *const *expected)
{
    text_rows_sort(&out);
    uint32_t count = 0;
    for (; expected[count]; count++) {
        if (count >= out.count) fail_msg("the row %s is missing", expected[count]);
        assert_string_equal(out.rows[count], expected[count]);
    }
    assert_int_equal(out.count, count);
}
#define ASSERT_ROWS(...) assert_rows((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void assert_metrics(uint64_t updated, uint64_t removed, uint64_t dropped)
{
    assert_int_equal(env.metrics.rows_updated, updated);
    assert_int_equal(env.metrics.rows_removed, removed);
    assert_int_equal(env.metrics.rows_dropped, dropped);
}

static uint64_t table_rows(void)
{
    fb_state_stats stats;
    fb_state_table_stats(env.table, &stats);
    return stats.row_count;
}

#define ROWS(...) \
    (const input_row[]){__VA_ARGS__}, sizeof((const input_row[]){__VA_ARGS__}) / sizeof(input_row)

static void update_mode_emits_the_groups_that_the_batch_touched(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_UPDATE, ROWS({1, 10}, {2, 20}, {NO_TIME, 5}), 0, 0);
    ASSERT_ROWS("1|1|10", "2|1|20", "NULL|1|5");
    assert_metrics(3, 0, 0);
    batch(FB_OUTPUT_UPDATE, ROWS({3, 1}, {1, 0}, {NO_TIME, 6}), 0, 0);
    ASSERT_ROWS("1|2|10", "3|1|1", "NULL|2|11");
    assert_metrics(3, 0, 0);
    batch(FB_OUTPUT_UPDATE, NULL, 0, 0, 0);
    assert_int_equal(out.count, 0);
    assert_metrics(0, 0, 0);
    assert_int_equal(table_rows(), 4);
}

static void complete_mode_emits_every_group_in_every_batch(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_COMPLETE, ROWS({1, 10}, {2, 20}), 0, 0);
    ASSERT_ROWS("1|1|10", "2|1|20");
    batch(FB_OUTPUT_COMPLETE, ROWS({2, 1}), 0, 0);
    ASSERT_ROWS("1|1|10", "2|2|21");
    assert_metrics(1, 0, 0);
    batch(FB_OUTPUT_COMPLETE, NULL, 0, 0, 0);
    ASSERT_ROWS("1|1|10", "2|2|21");
}

static void complete_mode_neither_drops_nor_evicts(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_TIMESTAMP), 0);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_COMPLETE, ROWS({1000000, 1}, {2000000, 2}), 1500000, 1500000);
    ASSERT_ROWS("1970-01-01 00:00:01|1|1", "1970-01-01 00:00:02|1|2");
    assert_metrics(2, 0, 0);
    assert_int_equal(table_rows(), 2);
}

/* A time equal to the threshold is late, and leaves. */
static void append_mode_emits_what_the_watermark_has_passed(void **state)
{
    (void)state;
    make(aggregate_env_window_type(&env), 0);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_APPEND, ROWS({20, 1}, {30, 2}, {40, 3}), 10, 10);
    assert_int_equal(out.count, 0);
    assert_metrics(3, 0, 0);
    batch(FB_OUTPUT_APPEND, ROWS({10, 7}, {20, 1}, {30, 1}), 10, 30);
    ASSERT_ROWS("{1970-01-01 00:00:00.00001, 1970-01-01 00:00:00.00002}|2|2",
                "{1970-01-01 00:00:00.00002, 1970-01-01 00:00:00.00003}|2|3");
    assert_metrics(2, 2, 1);
    assert_int_equal(table_rows(), 1);
}

/* Input comes before eviction: what was on time counts, also when its group then leaves. */
static void update_mode_drops_late_groups_and_evicts_in_silence(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_TIMESTAMP), 0);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_UPDATE, ROWS({5, 1}, {6, 1}, {7, 1}), 5, 6);
    ASSERT_ROWS("1970-01-01 00:00:00.000006|1|1", "1970-01-01 00:00:00.000007|1|1");
    assert_metrics(2, 1, 1);
    assert_int_equal(table_rows(), 1);
}

static void a_null_event_time_is_never_late_and_never_leaves(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_TIMESTAMP), 0);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_UPDATE, ROWS({NO_TIME, 1}, {3, 1}), 100, 100);
    ASSERT_ROWS("NULL|1|1");
    batch(FB_OUTPUT_APPEND, ROWS({NO_TIME, 2}), INT64_MAX, INT64_MAX);
    assert_int_equal(out.count, 0);
    assert_int_equal(table_rows(), 1);
}

static void groups_of_several_lanes_are_merged_once(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_STRING), -1);
    aggregate_env_open_table(&env, NULL);
    fb_exchange *exchange = new_exchange(3);
    assert_ok(send(exchange, 2, ROWS({1, 1}, {3, 1})), &env.err);
    assert_ok(send(exchange, 0, ROWS({1, 10}, {2, 10}, {1, 100})), &env.err);
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out), &env.err);
    /* Their order is that of the lanes. */
    assert_int_equal(out.count, 3);
    assert_string_equal(out.rows[0], "the key with number 1|3|111");
    assert_string_equal(out.rows[1], "the key with number 2|1|10");
    assert_string_equal(out.rows[2], "the key with number 3|1|1");
    assert_metrics(3, 0, 0);
    fb_exchange_destroy(exchange);
}

static void a_batch_query_emits_its_groups(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_TIMESTAMP), 0); /* a watermark means nothing there */
    batch(FB_OUTPUT_COMPLETE, ROWS({1, 10}, {2, 20}), 5, 5);
    ASSERT_ROWS("1970-01-01 00:00:00.000001|1|10", "1970-01-01 00:00:00.000002|1|20");
}

static void without_keys_there_is_always_one_group(void **state)
{
    (void)state;
    aggregate_env_call(&env, "count", NULL);
    aggregate_env_call(&env, "sum", fb_type_of(FB_TYPE_BIGINT));
    aggregate_env_finish(&env, -1);
    batch(FB_OUTPUT_COMPLETE, NULL, 0, 0, 0);
    ASSERT_ROWS("0|NULL");
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_UPDATE, NULL, 0, 0, 0);
    ASSERT_ROWS("0|NULL");
    assert_metrics(1, 0, 0);
    batch(FB_OUTPUT_UPDATE, ROWS({0, 5}, {0, 6}), 0, 0);
    ASSERT_ROWS("2|11");
    batch(FB_OUTPUT_COMPLETE, NULL, 0, 0, 0);
    ASSERT_ROWS("2|11");
    assert_metrics(1, 0, 0);
    assert_int_equal(table_rows(), 1);
}

static void distinct_rows_are_groups_without_fields(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_BIGINT), true);
    aggregate_env_finish(&env, -1);
    aggregate_env_open_table(&env, NULL);
    fb_exchange *exchange = new_exchange(1);
    fb_column key = {.type = fb_type_of(FB_TYPE_BIGINT), .values = (int64_t[]){4, 5, 4}};
    const fb_chunk rows = {.row_count = 3, .column_count = 1, .columns = &key};
    assert_ok(fb_exchange_write(exchange, 0, &rows, &env.err), &env.err);
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out), &env.err);
    ASSERT_ROWS("4", "5");
    fb_exchange_destroy(exchange);
}

/* Values of any size are replaced, values of one size changed in place: both are the same state. */
static void strings_are_kept_in_the_state(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_BIGINT), true);
    aggregate_env_call(&env, "max", fb_type_of(FB_TYPE_STRING));
    aggregate_env_finish(&env, -1);
    aggregate_env_open_table(&env, NULL);
    static const char *const texts[][2] = {{"a text that is rather long", "b"},
                                           {"a text that is even longer", NULL},
                                           {"a", "c which is now a long text too"}};
    static const char *const expected[][2] = {
        {"1|a text that is rather long", "2|b"},
        {"1|a text that is rather long", "2|b"},
        {"1|a text that is rather long", "2|c which is now a long text too"}};
    for (int i = 0; i < 3; i++) {
        fb_string strings[2] = {{0}};
        uint64_t validity = texts[i][1] ? 3 : 1;
        for (int j = 0; j < 2 && texts[i][j]; j++)
            strings[j] = fb_string_view(fb_slice_of(texts[i][j]));
        fb_column columns[] = {
            {.type = fb_type_of(FB_TYPE_BIGINT), .values = (int64_t[]){1, 2}},
            {.type = fb_type_of(FB_TYPE_STRING), .strings = strings, .validity = &validity}};
        const fb_chunk rows = {.row_count = 2, .column_count = 2, .columns = columns};
        fb_exchange *exchange = new_exchange(1);
        text_rows_clear(&out);
        assert_ok(aggregate_env_send(&env, exchange, 0, &rows), &env.err);
        fb_exchange_finish_lane(exchange, 0, i != 1);
        assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
        assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out), &env.err);
        assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
        fb_exchange_destroy(exchange);
        ASSERT_ROWS(expected[i][0], expected[i][1]);
    }
}

/* The state of try_sum says of a group without values that it is empty, which is no 0. */
static void a_group_of_nulls_stays_empty_until_a_value_comes(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_BIGINT), true);
    aggregate_env_call(&env, "try_sum", fb_type_of(FB_TYPE_BIGINT));
    aggregate_env_finish(&env, -1);
    aggregate_env_open_table(&env, NULL);
    batch(FB_OUTPUT_UPDATE, ROWS({1, NO_VALUE}, {2, 0}), 0, 0);
    ASSERT_ROWS("1|NULL", "2|0");
    batch(FB_OUTPUT_UPDATE, ROWS({1, NO_VALUE}, {2, NO_VALUE}, {3, NO_VALUE}), 0, 0);
    ASSERT_ROWS("1|NULL", "2|0", "3|NULL");
    batch(FB_OUTPUT_COMPLETE, ROWS({1, 5}), 0, 0);
    ASSERT_ROWS("1|5", "2|0", "3|NULL");
}

static void every_nan_and_both_zeros_are_one_key(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_DOUBLE), true);
    aggregate_env_call(&env, "count", NULL);
    aggregate_env_finish(&env, -1);
    aggregate_env_open_table(&env, NULL);
    const uint64_t bits[] = {0,
                             0x7ff8000000000001,
                             0x8000000000000000,
                             0xfff8000000000000,
                             0x8000000000000000,
                             0xfff8000000000001};
    for (int i = 0; i < 3; i++) { /* the last batch comes from two lanes */
        double keys[2];
        memcpy(keys, bits + 2 * i, sizeof keys);
        fb_column key = {.type = fb_type_of(FB_TYPE_DOUBLE), .doubles = keys};
        const fb_chunk rows = {.row_count = 2, .column_count = 1, .columns = &key};
        fb_exchange *exchange = new_exchange(2);
        text_rows_clear(&out);
        for (uint32_t lane = 0; lane < (i == 2 ? 2 : 1); lane++) {
            assert_ok(aggregate_env_send(&env, exchange, lane, &rows), &env.err);
            fb_exchange_finish_lane(exchange, lane, true);
        }
        assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
        assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out), &env.err);
        assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
        fb_exchange_destroy(exchange);
    }
    ASSERT_ROWS("0.0|4", "NaN|4");
    assert_int_equal(table_rows(), 2);
}

static void append_mode_without_event_time_is_refused(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    aggregate_env_open_table(&env, NULL);
    fb_exchange *exchange = new_exchange(1);
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_status(aggregate_env_run(&env, exchange, FB_OUTPUT_APPEND, 0, 0, NULL, &out),
                  FB_E_INVALID);
    assert_contains(env.err.message, "state/0/0/default: append mode needs a key");
    fb_exchange_destroy(exchange);
}

static void the_layout_names_sizes_and_event_time(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_INT), true);
    aggregate_env_key(&env, aggregate_env_window_type(&env), false);
    aggregate_env_call(&env, "avg", fb_type_of(FB_TYPE_DOUBLE));
    aggregate_env_finish(&env, 1);
    fb_state_layout layout;
    fb_state_aggregate_layout(&env.aggregation, "store", &layout);
    assert_string_equal(layout.name, "store");
    assert_int_equal(layout.key_bytes, 24 + 24);
    assert_int_equal(layout.value_bytes, 24);
    assert_true(layout.time.present && layout.time.nested && !layout.time.in_value);
    assert_int_equal(layout.time.field_count, 2);
    assert_int_equal(layout.time.field, 1);
    assert_int_equal(layout.time.nested_count, 2);
    assert_int_equal(layout.time.nested_field, 1);
    aggregate_env_call(&env, "min", fb_type_of(FB_TYPE_STRING));
    aggregate_env_finish(&env, -1);
    fb_state_aggregate_layout(&env.aggregation, "store", &layout);
    assert_int_equal(layout.value_bytes, FB_STATE_VARIABLE);
    assert_false(layout.time.present);
}

/* --- failures --- */

static void put_raw(const void *key, size_t key_bytes, const void *value, size_t value_bytes)
{
    const uint64_t key_offsets[] = {0, key_bytes}, value_offsets[] = {0, value_bytes};
    const fb_state_rows keys = {.bytes = key, .offsets = key_offsets, .count = 1};
    const fb_state_rows values = {.bytes = value, .offsets = value_offsets, .count = 1};
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(fb_state_table_put_many(env.table, &keys, &values, &env.err), &env.err);
    assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
}

static void a_damaged_value_is_named_by_store_and_key(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_BIGINT), true);
    aggregate_env_call(&env, "max", fb_type_of(FB_TYPE_STRING));
    aggregate_env_finish(&env, -1);
    aggregate_env_open_table(&env, NULL);
    const uint64_t key[] = {0, 42}, value[] = {0, (uint64_t)16 << 32 | 100};
    put_raw(key, sizeof key, value, sizeof value);
    const fb_output_mode modes[] = {FB_OUTPUT_UPDATE, FB_OUTPUT_COMPLETE};
    for (int i = 0; i < 2; i++) {
        fb_exchange *exchange = new_exchange(1);
        fb_string text = fb_string_view(FB_SLICE("x"));
        fb_column columns[] = {
            {.type = fb_type_of(FB_TYPE_BIGINT), .values = (int64_t[]){i ? 1 : 42}},
            {.type = fb_type_of(FB_TYPE_STRING), .strings = &text}};
        const fb_chunk rows = {.row_count = 1, .column_count = 2, .columns = columns};
        assert_ok(aggregate_env_send(&env, exchange, 0, &rows), &env.err);
        fb_exchange_finish_lane(exchange, 0, true);
        assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
        assert_status(aggregate_env_run(&env, exchange, modes[i], 0, 0, NULL, &out), FB_E_CORRUPT);
        assert_contains(env.err.message, "state/0/0/default: the value of key {42}");
        assert_contains(env.err.message, "offset 16 and size 100 do not fit");
        fb_state_table_abort(env.table);
        fb_exchange_destroy(exchange);
    }
}

static void a_failure_downstream_is_passed_on(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    fb_exchange *exchange = new_exchange(1);
    assert_ok(send(exchange, 0, ROWS({1, 1})), &env.err);
    out.fails_with = FB_E_IO;
    assert_status(aggregate_env_run(&env, exchange, FB_OUTPUT_COMPLETE, 0, 0, NULL, &out), FB_E_IO);
    fb_exchange_destroy(exchange);
}

static void a_stopped_query_ends_between_chunks(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    aggregate_env_open_table(&env, NULL);
    fb_exchange *exchange = new_exchange(1);
    assert_ok(send(exchange, 0, ROWS({1, 1})), &env.err);
    atomic_store(&env.cancelled, true);
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_status(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out),
                  FB_E_CANCELLED);
    fb_exchange_destroy(exchange);
}

static void send_many(fb_exchange *exchange, uint32_t lane, uint32_t count)
{
    input_row *rows = calloc(count, sizeof *rows);
    assert_non_null(rows);
    for (uint32_t i = 0; i < count; i++)
        rows[i] = (input_row){i, 1};
    assert_ok(send(exchange, lane, rows, count), &env.err);
    free(rows);
}

static void many_groups_come_in_chunks_and_are_counted_against_the_limit(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    fb_budget budget;
    fb_budget_init(&budget, 0);
    for (int limited = 0; limited < 2; limited++) {
        fb_exchange *exchange = new_exchange(2);
        send_many(exchange, 0, MANY);
        send_many(exchange, 1, MANY);
        fb_status status =
            aggregate_env_run(&env, exchange, FB_OUTPUT_COMPLETE, 0, 0, &budget, &out);
        fb_exchange_destroy(exchange);
        assert_int_equal(fb_budget_used(&budget), 0);
        if (!limited) {
            assert_ok(status, &env.err);
            assert_int_equal(out.count, MANY);
            assert_true(out.largest_chunk <= FB_CHUNK_ROWS && out.chunk_count > 1);
            for (uint32_t i = 0; i < MANY; i += 999)
                assert_non_null(strstr(out.rows[i], "|2|2"));
        } else {
            assert_status(status, FB_E_LIMIT);
        }
        text_rows_clear(&out);
        fb_budget_init(&budget, 1 << 20);
    }
}

/* A batch of the same rows from two lanes, with eviction. */
static fb_status small_run(const input_row *rows, uint32_t count, fb_output_mode mode)
{
    fb_exchange *exchange = NULL;
    fb_status status = fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err);
    if (status != FB_OK) return status;
    status = fb_exchange_create(2, 1, 1, NULL, &exchange, &env.err);
    for (uint32_t lane = 0; lane < 2 && status == FB_OK; lane++)
        status = send(exchange, lane, rows, count);
    if (status == FB_OK) status = aggregate_env_run(&env, exchange, mode, 0, 2, NULL, &out);
    fb_exchange_destroy(exchange);
    if (status != FB_OK) {
        fb_state_table_abort(env.table);
        return status;
    }
    return fb_state_table_commit(env.table, &env.err);
}

/* All allocations of one batch fail, one after the other; each time the next batch succeeds. */
static void sweep(fb_output_mode mode, uint32_t lane_count)
{
    bool failed = true;
    for (uint64_t k = 1; failed; k++) {
        assert_true(k < 1000);
        aggregate_env_open_table(&env, NULL);
        fb_exchange *exchange = new_exchange(lane_count);
        for (uint32_t lane = 0; lane < lane_count; lane++) {
            assert_ok(send(exchange, lane, ROWS({1, 1}, {2, 2}, {3, 3})), &env.err);
            fb_exchange_finish_lane(exchange, lane, true);
        }
        assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
        fb_memory_fail_at(k);
        fb_status status = aggregate_env_run(&env, exchange, mode, 1, 2, NULL, &out);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        fb_state_table_abort(env.table);
        assert_int_equal(table_rows(), 0);
        text_rows_clear(&out);
        assert_ok(small_run(ROWS({1, 1}, {3, 3}), mode), &env.err);
        assert_int_equal(table_rows(), mode == FB_OUTPUT_COMPLETE ? 2 : 1);
        text_rows_clear(&out);
        fb_exchange_destroy(exchange);
        fb_state_table_close(env.table);
        env.table = NULL;
    }
}

static void sweep_modes(void)
{
    static const fb_output_mode modes[] = {FB_OUTPUT_APPEND, FB_OUTPUT_UPDATE, FB_OUTPUT_COMPLETE};
    for (int i = 0; i < 3; i++)
        for (uint32_t lane_count = 1; lane_count <= 2; lane_count++)
            sweep(modes[i], lane_count);
}

static void want_of_memory_fails_the_batch_and_nothing_else(void **state)
{
    (void)state;
    make(fb_type_of(FB_TYPE_TIMESTAMP), 0);
    sweep_modes();
}

static void want_of_memory_with_strings_and_moments(void **state)
{
    (void)state;
    aggregate_env_key(&env, aggregate_env_window_type(&env), false);
    aggregate_env_call(&env, "max", fb_type_of(FB_TYPE_STRING));
    aggregate_env_call(&env, "stddev", fb_type_of(FB_TYPE_DOUBLE));
    aggregate_env_finish(&env, 0);
    sweep_modes();
}

/* --- moments --- */

typedef struct moments {
    double count, mean, m2;
} moments;

/* As the kernel merges, and as Spark does. */
static moments merge_moments(moments a, moments b)
{
    double count = a.count + b.count, delta = b.mean - a.mean;
    double step = count == 0 ? 0 : delta / count;
    return (moments){count, a.mean + step * b.count,
                     a.m2 + b.m2 + delta * step * a.count * b.count};
}

static fb_status read_moments(void *user, const fb_slice *keys, const fb_slice *values,
                              uint32_t count, fb_error *err)
{
    (void)keys;
    (void)err;
    assert_int_equal(count, 1);
    assert_int_equal(values[0].size, 32);
    memcpy(user, values[0].data + 8, sizeof(moments));
    return FB_OK;
}

/* The group of key 1 as a lane sends it. */
static void send_moments(fb_exchange *exchange, uint32_t lane, moments m)
{
    int64_t key = 1;
    const fb_type *type = fb_type_of(FB_TYPE_DOUBLE);
    fb_column columns[] = {{.type = fb_type_of(FB_TYPE_BIGINT), .int64s = &key},
                           {.type = type, .doubles = &m.count},
                           {.type = type, .doubles = &m.mean},
                           {.type = type, .doubles = &m.m2}};
    const fb_chunk chunk = {.row_count = 1, .column_count = 4, .columns = columns};
    assert_ok(fb_exchange_write(exchange, lane, &chunk, &env.err), &env.err);
    fb_exchange_finish_lane(exchange, lane, true);
}

/* A batch of a group per lane; `*stored` becomes what must then lie in the state. */
static void check_moments(uint32_t lane_count, int64_t value, moments *stored, bool *rounds)
{
    const moments empty = {0};
    moments fresh = empty, sent = empty, found;
    fb_exchange *exchange = new_exchange(lane_count);
    text_rows_clear(&out);
    for (uint32_t lane = 0; lane < lane_count; lane++, value += 7) {
        sent = (moments){(double)(value % 9 + 1), (double)value / (double)(value % 7 + 1),
                         (double)value};
        send_moments(exchange, lane, sent);
        fresh = merge_moments(fresh, sent);
    }
    moments kept = merge_moments(empty, *stored), before = *stored;
    *stored = merge_moments(kept, fresh);
    rounds[0] |= merge_moments(kept, sent).mean != stored->mean;
    rounds[1] |= merge_moments(before, fresh).mean != stored->mean;
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, NULL, &out), &env.err);
    assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
    fb_exchange_destroy(exchange);
    assert_ok(fb_state_table_visit_all(env.table, read_moments, &found, &env.err), &env.err);
    assert_memory_equal(&found, stored, sizeof found);
}

/* The group of a batch is merged into empty buffers, the stored row into others, and the former
 * into the latter: seen in the last bits of the mean. */
static void moments_are_merged_as_often_as_in_spark(void **state)
{
    (void)state;
    aggregate_env_key(&env, fb_type_of(FB_TYPE_BIGINT), true);
    aggregate_env_call(&env, "var_pop", fb_type_of(FB_TYPE_DOUBLE));
    aggregate_env_finish(&env, -1);
    for (uint32_t lane_count = 1; lane_count <= 2; lane_count++) {
        bool rounds[2] = {false}; /* the merge of the batch's group, that of the stored row */
        for (int64_t factor = 31; factor <= 40 * 31; factor += 31) {
            moments stored = {0};
            aggregate_env_open_table(&env, NULL);
            for (int64_t i = 1; i <= 8; i++)
                check_moments(lane_count, factor * i * i % 997, &stored, rounds);
            fb_state_table_close(env.table);
            env.table = NULL;
        }
        assert_true(rounds[0] && rounds[1]); /* else the test would show nothing */
    }
}

/* Groups of [key, count, sum], the keys from `first` on in steps of FB_EXCHANGE_PARTS: a part. */
static void send_part(fb_exchange *exchange, uint32_t lane, uint32_t part, uint32_t count)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column columns[3];
    for (uint32_t c = 0; c < 3; c++) {
        assert_true(fb_column_init(&columns[c], &arena, fb_type_of(FB_TYPE_BIGINT), count));
        for (uint32_t i = 0; i < count; i++)
            columns[c].int64s[i] = c == 0 ? part + (int64_t)i * FB_EXCHANGE_PARTS : c;
    }
    const fb_chunk chunk = {.row_count = count, .column_count = 3, .columns = columns};
    assert_ok(fb_exchange_write_part(exchange, lane, part, &chunk, &env.err), &env.err);
    fb_arena_deinit(&arena);
}

static void parts_are_merged_one_after_the_other_in_little_memory(void **state)
{
    (void)state;
    enum { OF_A_PART = 300, MANY = OF_A_PART * FB_EXCHANGE_PARTS };
    make(fb_type_of(FB_TYPE_BIGINT), -1);
    fb_exchange *exchange = new_exchange(3);
    for (uint32_t part = 0; part < FB_EXCHANGE_PARTS; part++) {
        send_part(exchange, 2, part, OF_A_PART);
        send_part(exchange, 0, FB_EXCHANGE_PARTS - 1 - part, OF_A_PART);
        send_part(exchange, 2, part, 1);
    }
    fb_budget budget;
    aggregate_env_open_table(&env, NULL);
    fb_budget_init(&budget, 1 << 20); /* not enough for all groups at once, see above */
    assert_ok(fb_state_table_begin(env.table, FB_STATE_CHANGE, &env.err), &env.err);
    assert_ok(aggregate_env_run(&env, exchange, FB_OUTPUT_UPDATE, 0, 0, &budget, &out), &env.err);
    assert_ok(fb_state_table_commit(env.table, &env.err), &env.err);
    fb_exchange_destroy(exchange);
    assert_int_equal(fb_budget_used(&budget), 0);
    assert_int_equal(out.count, MANY);
    assert_int_equal(table_rows(), MANY);
    uint32_t thrice = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        thrice += strstr(out.rows[i], "|3|6") != NULL;
        assert_non_null(strstr(out.rows[i], "|3|6") ? out.rows[i] : strstr(out.rows[i], "|2|4"));
    }
    assert_int_equal(thrice, FB_EXCHANGE_PARTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(update_mode_emits_the_groups_that_the_batch_touched),
        TEST(complete_mode_emits_every_group_in_every_batch),
        TEST(complete_mode_neither_drops_nor_evicts),
        TEST(append_mode_emits_what_the_watermark_has_passed),
        TEST(update_mode_drops_late_groups_and_evicts_in_silence),
        TEST(a_null_event_time_is_never_late_and_never_leaves),
        TEST(groups_of_several_lanes_are_merged_once),
        TEST(a_batch_query_emits_its_groups),
        TEST(without_keys_there_is_always_one_group),
        TEST(distinct_rows_are_groups_without_fields),
        TEST(strings_are_kept_in_the_state),
        TEST(a_group_of_nulls_stays_empty_until_a_value_comes),
        TEST(every_nan_and_both_zeros_are_one_key),
        TEST(append_mode_without_event_time_is_refused),
        TEST(the_layout_names_sizes_and_event_time),
        TEST(a_damaged_value_is_named_by_store_and_key),
        TEST(a_failure_downstream_is_passed_on),
        TEST(a_stopped_query_ends_between_chunks),
        TEST(many_groups_come_in_chunks_and_are_counted_against_the_limit),
        TEST(parts_are_merged_one_after_the_other_in_little_memory),
        TEST(want_of_memory_fails_the_batch_and_nothing_else),
        TEST(want_of_memory_with_strings_and_moments),
        TEST(moments_are_merged_as_often_as_in_spark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
