/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/event_time.h"

#include "cells.h"
#include "test.h"

static cells made;
static fb_error err;

static fb_status count_rows(void *user, uint32_t split, const fb_chunk *chunk, fb_error *error)
{
    (void)split;
    (void)error;
    *(uint64_t *)user += chunk->row_count;
    return FB_OK;
}

/* Sends the chunk of `made` through a watermark on column 0; as many rows must come out. */
static void push(fb_event_time_stats *stats)
{
    uint64_t passed = 0;
    fb_operator *last, *chain;
    made.chunk.columns = made.columns;
    assert_ok(fb_output_create(count_rows, &passed, 0, &last, &err), &err);
    assert_ok(fb_watermark_create(0, stats, last, &chain, &err), &err);
    assert_ok(fb_operator_push(chain, &made.chunk, &err), &err);
    assert_ok(fb_operator_finish(chain, &err), &err);
    fb_operator_close_chain(chain);
    assert_int_equal(passed, made.chunk.row_count);
}

static fb_column *times(uint32_t row_count)
{
    cells_init(&made, row_count);
    return cells_add(&made, "t", fb_type_of(FB_TYPE_TIMESTAMP));
}

static void times_are_milliseconds_rounded_down(void **state)
{
    (void)state;
    fb_column *column = times(3);
    column->int64s[0] = 1999;
    column->int64s[1] = -1;
    column->int64s[2] = -2000;
    fb_event_time_stats stats = {0};
    push(&stats);
    assert_int_equal(stats.count, 3);
    assert_int_equal(stats.max_ms, 1);
    assert_int_equal(stats.min_ms, -2);
    assert_true(stats.average_ms > -0.67 && stats.average_ms < -0.66);
    cells_deinit(&made);
}

static void a_null_counts_as_0(void **state)
{
    (void)state;
    fb_column *column = times(4);
    for (uint32_t i = 0; i < 4; i++)
        column->int64s[i] = 5000000;
    cells_null(&made, column, 2);
    fb_event_time_stats stats = {0};
    push(&stats);
    assert_int_equal(stats.min_ms, 0);
    assert_int_equal(stats.max_ms, 5000);
    assert_true(stats.average_ms == 3750);
    stats = (fb_event_time_stats){0};
    fb_bits_fill(column->validity, 4, false);
    push(&stats);
    assert_int_equal(stats.max_ms, 0);
    assert_int_equal(stats.count, 4);
    cells_deinit(&made);
}

static void the_time_of_a_window_is_its_end(void **state)
{
    (void)state;
    const fb_field fields[] = {
        {.name = FB_SLICE("start"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true},
        {.name = FB_SLICE("end"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true}};
    cells_init(&made, 3);
    fb_column *column = cells_add(&made, "w", fb_type_struct(&made.arena, fields, 2));
    for (uint32_t i = 0; i < 3; i++) {
        column->children[0].int64s[i] = 0;
        column->children[1].int64s[i] = (i + 1) * 1000;
    }
    fb_event_time_stats stats = {0};
    push(&stats);
    assert_int_equal(stats.min_ms, 1);
    assert_int_equal(stats.max_ms, 3);
    cells_null(&made, column, 0);
    push(&stats);
    assert_int_equal(stats.min_ms, 0);
    assert_int_equal(stats.count, 6);
    fb_column_make_constant(column);
    stats = (fb_event_time_stats){0};
    push(&stats);
    assert_int_equal(stats.max_ms, 0);
    assert_int_equal(stats.count, 3);
    cells_deinit(&made);
}

/* Spark adds (time - mean) / count for each row: its rounding is not that of sum / count. */
static void small_batches_have_the_running_mean_of_spark(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    fb_column *column = times(ROWS);
    double mean = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        int64_t ms = 1700000000000 + (int64_t)(i * 2654435761u % 100003);
        column->int64s[i] = ms * 1000;
        mean += ((double)ms - mean) / (i + 1);
    }
    fb_event_time_stats stats = {0};
    push(&stats);
    assert_true(stats.average_ms == mean);
    cells_deinit(&made);
}

static void large_batches_have_an_average_that_differs_in_rounding_only(void **state)
{
    (void)state;
    enum { ROWS = 50000 };
    fb_column *column = times(ROWS);
    double sum = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        column->int64s[i] = ((int64_t)i * 2654435761 % 86400000 - 43200000) * 1000;
        sum += (double)column->int64s[i] / 1000;
    }
    fb_event_time_stats stats = {0};
    push(&stats);
    push(&stats);
    assert_int_equal(stats.count, 2 * ROWS);
    double difference = stats.average_ms - sum / ROWS;
    assert_true(difference > -0.001 && difference < 0.001);
    assert_true(stats.min_ms < -43000000 && stats.max_ms > 43000000);
    cells_deinit(&made);
}

static void neighbouring_times_are_rounded_down_each(void **state)
{
    (void)state;
    enum { ROWS = 50000 };
    static const int64_t bases[] = {0, -3000001, 1700000000000999, INT64_MIN, -2000000000};
    for (size_t k = 0; k < sizeof bases / sizeof bases[0]; k++) {
        fb_column *column = times(ROWS);
        double sum = 0; /* beyond the millisecond of the base */
        int64_t base_ms = bases[k] / 1000 - (bases[k] % 1000 < 0);
        for (int64_t i = 0; i < ROWS; i++) {
            int64_t us = bases[k] + i * 7919 % 4000000;
            column->int64s[i] = us;
            sum += (double)(us / 1000 - (us % 1000 < 0) - base_ms);
        }
        fb_event_time_stats stats = {0};
        push(&stats);
        assert_int_equal(stats.min_ms, base_ms);
        double difference = stats.average_ms - (double)base_ms - sum / ROWS;
        double rounding = bases[k] == INT64_MIN ? 8 : 0.001;
        assert_true(difference > -rounding && difference < rounding);
        cells_deinit(&made);
    }
}

static void the_ends_of_time_do_not_overflow_the_sum(void **state)
{
    (void)state;
    enum { ROWS = 10000 };
    fb_column *column = times(ROWS);
    for (uint32_t i = 0; i < ROWS; i++)
        column->int64s[i] = INT64_MAX;
    fb_event_time_stats stats = {0};
    push(&stats);
    assert_int_equal(stats.min_ms, INT64_MAX / 1000);
    assert_true(stats.average_ms > 9.2e15);
    cells_deinit(&made);
}

static void statistics_of_tasks_merge_as_those_of_partitions(void **state)
{
    (void)state;
    fb_event_time_stats none = {0};
    fb_event_time_stats a = {.min_ms = 5, .max_ms = 10, .average_ms = 7, .count = 3};
    const fb_event_time_stats b = {.min_ms = 2, .max_ms = 6, .average_ms = 4, .count = 1};
    fb_event_time_merge(&a, &none);
    assert_int_equal(a.count, 3);
    fb_event_time_merge(&none, &a);
    assert_int_equal(none.min_ms, 5);
    fb_event_time_merge(&a, &b);
    assert_int_equal(a.min_ms, 2);
    assert_int_equal(a.max_ms, 10);
    assert_int_equal(a.count, 4);
    assert_true(a.average_ms == 7 + (4.0 - 7.0) * 1 / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_milliseconds_rounded_down),
        cmocka_unit_test(a_null_counts_as_0),
        cmocka_unit_test(the_time_of_a_window_is_its_end),
        cmocka_unit_test(small_batches_have_the_running_mean_of_spark),
        cmocka_unit_test(large_batches_have_an_average_that_differs_in_rounding_only),
        cmocka_unit_test(neighbouring_times_are_rounded_down_each),
        cmocka_unit_test(the_ends_of_time_do_not_overflow_the_sum),
        cmocka_unit_test(statistics_of_tasks_merge_as_those_of_partitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
