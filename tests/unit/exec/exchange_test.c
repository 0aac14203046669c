/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/exchange.h"

#include "base/hash.h"
#include "base/memory.h"
#include "data/column_hash.h"
#include "data/unsafe_row.h"
#include "random_columns.h"
#include "test.h"

enum { LANES = 3, COLUMNS = 4, MAX_ROWS = 40000 };

/* A row that was written: which lane, which partition, what bytes. */
typedef struct written_row {
    uint32_t lane;
    uint32_t partition;
    fb_slice bytes;
} written_row;

typedef struct world {
    fb_arena arena;
    fb_budget budget;
    fb_error err;
    uint64_t seed;
    fb_exchange *exchange;
    uint32_t partition_count;
    written_row *rows;
    uint32_t row_count;
} world;

static world w;

static void open_world(uint32_t partition_count, uint64_t limit_bytes)
{
    w = (world){.seed = partition_count, .partition_count = partition_count};
    fb_arena_init(&w.arena, 0);
    fb_budget_init(&w.budget, limit_bytes);
    w.rows = fb_arena_array(&w.arena, MAX_ROWS, sizeof *w.rows);
    assert_ok(fb_exchange_create(LANES, partition_count, 2, &w.budget, &w.exchange, &w.err),
              &w.err);
}

static void close_world(void)
{
    fb_exchange_destroy(w.exchange);
    assert_int_equal(fb_budget_used(&w.budget), 0);
    fb_arena_deinit(&w.arena);
}

static fb_unsafe_rows encode(const fb_chunk *chunk)
{
    const fb_column *columns[COLUMNS];
    fb_column flat[COLUMNS];
    for (uint32_t i = 0; i < COLUMNS; i++) {
        assert_true(fb_column_flatten(&flat[i], &w.arena, &chunk->columns[i], chunk->row_count));
        columns[i] = &flat[i];
    }
    fb_unsafe_rows rows;
    assert_ok(fb_unsafe_row_encode(columns, COLUMNS, chunk->row_count, &w.arena, &rows, &w.err),
              &w.err);
    return rows;
}

/* A chunk of keys (BIGINT, STRING) and values (ARRAY<INT>, DOUBLE); notes where it has to go. */
static void write_random(uint32_t lane, uint32_t row_count, bool constant_key)
{
    fb_column columns[COLUMNS];
    fb_chunk chunk = {.row_count = row_count, .column_count = COLUMNS, .columns = columns};
    const fb_type *ints = fb_type_array(&w.arena, fb_type_of(FB_TYPE_INT), true);
    random_column(&columns[0], &w.arena, fb_type_of(FB_TYPE_BIGINT), true, row_count, &w.seed);
    random_column(&columns[1], &w.arena, fb_type_of(FB_TYPE_STRING), true, row_count, &w.seed);
    random_column(&columns[2], &w.arena, ints, true, row_count, &w.seed);
    random_column(&columns[3], &w.arena, fb_type_of(FB_TYPE_DOUBLE), false, row_count, &w.seed);
    if (constant_key) fb_column_make_constant(&columns[1]);
    uint32_t *hashes = fb_arena_array(&w.arena, row_count, sizeof *hashes);
    fb_unsafe_rows bytes = encode(&chunk);
    for (uint32_t i = 0; i < row_count; i++)
        hashes[i] = FB_HASH_SEED;
    fb_column_murmur3(&columns[0], row_count, hashes);
    fb_column_murmur3(&columns[1], row_count, hashes);
    for (uint32_t i = 0; i < row_count; i++) {
        int32_t n = (int32_t)w.partition_count, rest = (int32_t)hashes[i] % n;
        assert_true(w.row_count < MAX_ROWS);
        w.rows[w.row_count++] = (written_row){lane, (uint32_t)(rest < 0 ? rest + n : rest),
                                              fb_unsafe_rows_get(&bytes, i)};
    }
    assert_ok(fb_exchange_write(w.exchange, lane, &chunk, &w.err), &w.err);
}

/* The partition has exactly its rows, lane after lane, in the order of writing. */
static void check_partition(uint32_t partition)
{
    uint32_t chunk_count = fb_exchange_chunk_count(w.exchange, partition);
    uint32_t chunk_index = 0, row = 0;
    fb_unsafe_rows bytes = {0};
    for (uint32_t lane = 0; lane < LANES; lane++) {
        for (uint32_t i = 0; i < w.row_count; i++) {
            if (w.rows[i].lane != lane || w.rows[i].partition != partition) continue;
            if (row == bytes.row_count) {
                assert_true(chunk_index < chunk_count);
                const fb_chunk *chunk = fb_exchange_chunk(w.exchange, partition, chunk_index++);
                assert_in_range(chunk->row_count, 1, FB_CHUNK_ROWS);
                bytes = encode(chunk);
                row = 0;
            }
            fb_slice got = fb_unsafe_rows_get(&bytes, row++);
            assert_int_equal(got.size, w.rows[i].bytes.size);
            assert_memory_equal(got.data, w.rows[i].bytes.data, got.size);
        }
    }
    assert_int_equal(row, bytes.row_count);
    assert_int_equal(chunk_index, chunk_count);
}

static void check_rows_of(uint32_t partition_count)
{
    open_world(partition_count, 0);
    write_random(2, 500, false);
    write_random(0, 4096, false);
    write_random(0, 1, false);
    write_random(2, 10000, true);
    write_random(0, 20000, false);
    for (uint32_t i = 0; i < LANES; i++)
        fb_exchange_finish_lane(w.exchange, i, true);
    for (uint32_t i = 0; i < partition_count; i++)
        check_partition(i);
    close_world();
}

static void rows_reach_the_partition_of_their_key_lane_after_lane(void **state)
{
    (void)state;
    check_rows_of(1);
    check_rows_of(7);
    check_rows_of(8);
    check_rows_of(200);
}

static void without_keys_all_rows_are_in_partition_0(void **state)
{
    (void)state;
    open_world(8, 0);
    fb_exchange *exchange;
    assert_ok(fb_exchange_create(1, 8, 0, NULL, &exchange, &w.err), &w.err);
    fb_column column;
    random_column(&column, &w.arena, fb_type_of(FB_TYPE_BIGINT), true, 1, &w.seed);
    const fb_chunk chunk = {.row_count = 1, .column_count = 1, .columns = &column};
    assert_ok(fb_exchange_write(exchange, 0, &chunk, &w.err), &w.err);
    assert_int_equal(fb_exchange_chunk_count(exchange, 0), 1);
    for (uint32_t i = 1; i < 8; i++)
        assert_int_equal(fb_exchange_chunk_count(exchange, i), 0);
    fb_exchange_destroy(exchange);
    close_world();
}

static void a_partition_is_distinct_when_one_lane_that_says_so_wrote_all_of_it(void **state)
{
    (void)state;
    open_world(1, 0);
    assert_true(fb_exchange_is_distinct(w.exchange, 0)); /* nothing to merge */
    write_random(1, 10, false);
    assert_false(fb_exchange_is_distinct(w.exchange, 0));
    fb_exchange_finish_lane(w.exchange, 0, true);
    fb_exchange_finish_lane(w.exchange, 1, true);
    assert_true(fb_exchange_is_distinct(w.exchange, 0));
    write_random(2, 10, false);
    fb_exchange_finish_lane(w.exchange, 2, true);
    assert_false(fb_exchange_is_distinct(w.exchange, 0));
    close_world();
}

/* A chunk of [key, key, label, label] whose labels say where it was written, and as what number. */
static void write_labels(uint32_t lane, uint32_t part, uint32_t row_count, int64_t *number)
{
    fb_column columns[COLUMNS];
    for (uint32_t c = 0; c < COLUMNS; c++) {
        assert_true(fb_column_init(&columns[c], &w.arena, fb_type_of(FB_TYPE_BIGINT), row_count));
        for (uint32_t i = 0; i < row_count; i++)
            columns[c].int64s[i] = c < 2 ? (int64_t)random_word(&w.seed)
                                         : (int64_t)(part * LANES + lane) * 1000000 + *number + i;
    }
    *number += row_count;
    const fb_chunk chunk = {.row_count = row_count, .column_count = COLUMNS, .columns = columns};
    assert_ok(fb_exchange_write_part(w.exchange, lane, part, &chunk, &w.err), &w.err);
}

static void few_rows_of_parts_for_many_partitions_stay_small(void **state)
{
    (void)state;
    int64_t number = 0;
    open_world(200, 0);
    for (uint32_t part = 0; part < 4; part++)
        write_labels(0, part, 500, &number);
    assert_true(fb_budget_used(&w.budget) < 200 * 8192);
    close_world();
}

static uint32_t check_order(uint32_t partition)
{
    uint32_t ends[FB_EXCHANGE_PARTS], *order, next = 0, rows = 0;
    int64_t last = -1;
    assert_ok(fb_exchange_order_by_part(w.exchange, partition, &w.arena, ends, &order, &w.err),
              &w.err);
    assert_non_null(order);
    for (uint32_t part = 0; part < FB_EXCHANGE_PARTS; part++) {
        for (; next < ends[part]; next++) {
            const fb_chunk *chunk = fb_exchange_chunk(w.exchange, partition, order[next]);
            rows += chunk->row_count;
            for (uint32_t i = 0; i < chunk->row_count; i++) {
                int64_t label = chunk->columns[3].int64s[i];
                assert_int_equal(label / 1000000 / LANES, part);
                assert_true(label > last);
                last = label;
            }
        }
    }
    assert_int_equal(next, fb_exchange_chunk_count(w.exchange, partition));
    return rows;
}

static void parts_can_be_read_one_after_the_other_over_all_lanes(void **state)
{
    (void)state;
    open_world(3, 0);
    int64_t number = 0;
    write_labels(1, 7, 100, &number);
    write_labels(0, 7, 50, &number);
    write_labels(0, 255, 9000, &number);
    write_labels(0, 7, 1, &number);
    write_labels(2, 0, 10, &number);
    write_labels(1, 7, 300, &number);
    uint32_t rows = 0;
    for (uint32_t i = 0; i < 3; i++)
        rows += check_order(i);
    assert_int_equal(rows, number);
    /* Rows of no part may have any key. */
    write_random(1, 500, false);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t ends[FB_EXCHANGE_PARTS], *order;
        assert_ok(fb_exchange_order_by_part(w.exchange, i, &w.arena, ends, &order, &w.err), &w.err);
        assert_null(order);
    }
    close_world();
}

static void memory_is_counted_and_given_back_by_partition(void **state)
{
    (void)state;
    open_world(4, 0);
    for (uint32_t i = 0; i < LANES; i++)
        write_random(i, 5000, false);
    uint64_t before = fb_budget_used(&w.budget);
    assert_true(before > 15000 * (8 + 16 + 8 + 8));
    fb_exchange_release(w.exchange, 2);
    assert_true(fb_budget_used(&w.budget) < before - before / 8);
    assert_int_equal(fb_exchange_chunk_count(w.exchange, 2), 0);
    check_partition(1);
    close_world();
}

static void ten_rows_for_many_partitions_stay_small(void **state)
{
    (void)state;
    open_world(200, 0);
    write_random(0, 10, false);
    assert_true(fb_budget_used(&w.budget) < 10 * 8192 + 200 * 128);
    close_world();
}

static void a_spent_budget_is_an_error(void **state)
{
    (void)state;
    open_world(4, 100000);
    fb_column column;
    random_column(&column, &w.arena, fb_type_of(FB_TYPE_BIGINT), true, MAX_ROWS, &w.seed);
    fb_column columns[] = {column, column, column};
    const fb_chunk chunk = {.row_count = MAX_ROWS, .column_count = 3, .columns = columns};
    assert_status(fb_exchange_write(w.exchange, 0, &chunk, &w.err), FB_E_LIMIT);
    assert_contains(w.err.message, "memory");
    assert_true(fb_budget_used(&w.budget) <= 100000);
    close_world();
}

static void lanes_of_very_many_partitions_are_counted_before_they_are_there(void **state)
{
    (void)state;
    open_world(1 << 20, 1000000);
    fb_column columns[2];
    random_column(&columns[0], &w.arena, fb_type_of(FB_TYPE_INT), false, 1, &w.seed);
    columns[1] = columns[0];
    const fb_chunk chunk = {.row_count = 1, .column_count = 2, .columns = columns};
    assert_status(fb_exchange_write(w.exchange, 0, &chunk, &w.err), FB_E_LIMIT);
    assert_int_equal(fb_budget_used(&w.budget), 0);
    close_world();
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    open_world(3, 0);
    fb_column columns[2];
    random_column(&columns[0], &w.arena, fb_type_of(FB_TYPE_STRING), true, 9000, &w.seed);
    random_column(&columns[1], &w.arena, fb_type_of(FB_TYPE_BIGINT), true, 9000, &w.seed);
    const fb_chunk chunk = {.row_count = 9000, .column_count = 2, .columns = columns};
    fb_status status = FB_E_NOMEM;
    uint64_t failures = 0;
    while (status == FB_E_NOMEM) {
        fb_exchange *exchange;
        fb_memory_fail_at(failures + 1);
        status = fb_exchange_create(1, 3, 1, &w.budget, &exchange, &w.err);
        if (status == FB_OK) status = fb_exchange_write(exchange, 0, &chunk, &w.err);
        fb_memory_fail_at(0);
        fb_exchange_destroy(exchange);
        assert_int_equal(fb_budget_used(&w.budget), 0);
        failures++;
    }
    assert_int_equal(status, FB_OK);
    assert_true(failures > 10);
    close_world();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_reach_the_partition_of_their_key_lane_after_lane),
        cmocka_unit_test(without_keys_all_rows_are_in_partition_0),
        cmocka_unit_test(a_partition_is_distinct_when_one_lane_that_says_so_wrote_all_of_it),
        cmocka_unit_test(parts_can_be_read_one_after_the_other_over_all_lanes),
        cmocka_unit_test(memory_is_counted_and_given_back_by_partition),
        cmocka_unit_test(ten_rows_for_many_partitions_stay_small),
        cmocka_unit_test(few_rows_of_parts_for_many_partitions_stay_small),
        cmocka_unit_test(a_spent_budget_is_an_error),
        cmocka_unit_test(lanes_of_very_many_partitions_are_counted_before_they_are_there),
        cmocka_unit_test(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
