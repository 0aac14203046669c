/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/memory.h"

#include "base/memory.h"
#include "rows.h"
#include "sinks/sink.h"

static fb_arena arena;
static fb_error err;
static fb_memory_table *table;
static fb_sink *sink;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return fb_memory_table_create(0, &table, &err) != FB_OK;
}

static int tear_down(void **state)
{
    (void)state;
    fb_sink_close(sink);
    sink = NULL;
    fb_memory_table_destroy(table);
    fb_arena_deinit(&arena);
    return 0;
}

static void open_sink(fb_output_mode mode)
{
    fb_sink_config config = {.schema = rows_schema(&arena), .mode = mode, .user = table};
    assert_ok(fb_sink_open(&fb_sink_memory, &config, &sink, &err), &err);
}

static void add_batch(int64_t batch_id, int64_t first, uint32_t count)
{
    fb_arena own;
    fb_arena_init(&own, 0);
    fb_chunk chunk = rows_make(&own, first, count);
    assert_ok(fb_sink_begin(sink, batch_id, 2, &err), &err);
    assert_ok(fb_sink_write(sink, 1, &chunk, &err), &err);
    fb_arena_deinit(&own);
    int64_t row_count;
    assert_ok(fb_sink_commit(sink, batch_id, &row_count, &err), &err);
    assert_int_equal(row_count, count);
}

static void check_batch(uint64_t index, int64_t batch_id, int64_t first, uint32_t count)
{
    fb_memory_batch batch;
    assert_ok(fb_memory_table_read(table, index, &arena, &batch, &err), &err);
    assert_int_equal(batch.batch_id, batch_id);
    assert_int_equal(batch.row_count, count);
    assert_true(fb_type_equal(batch.schema, rows_schema(&arena)));
    assert_int_equal(batch.chunk_count, 1);
    assert_int_equal(batch.chunks[0].row_count, count);
    rows_check(&batch.chunks[0], first);
}

static void batches_are_kept_with_their_ids(void **state)
{
    (void)state;
    open_sink(FB_OUTPUT_APPEND);
    assert_int_equal(fb_memory_table_newest(table), -1);
    add_batch(0, 10, 3);
    add_batch(1, 100, 4);
    assert_int_equal(fb_memory_table_batch_count(table), 2);
    assert_int_equal(fb_memory_table_newest(table), 1);
    assert_int_equal(fb_memory_table_row_count(table), 7);
    check_batch(0, 0, 10, 3);
    check_batch(1, 1, 100, 4);
    fb_memory_batch batch;
    assert_status(fb_memory_table_read(table, 2, &arena, &batch, &err), FB_E_NOT_FOUND);
}

static void a_repeated_batch_is_not_added_again(void **state)
{
    (void)state;
    open_sink(FB_OUTPUT_UPDATE);
    add_batch(4, 10, 3);
    add_batch(4, 10, 3);
    add_batch(3, 10, 3);
    assert_int_equal(fb_memory_table_batch_count(table), 1);
}

static void a_complete_batch_replaces_all_before_it(void **state)
{
    (void)state;
    open_sink(FB_OUTPUT_COMPLETE);
    add_batch(0, 10, 3);
    add_batch(1, 50, 5);
    assert_int_equal(fb_memory_table_batch_count(table), 1);
    check_batch(0, 1, 50, 5);
}

static void the_table_outlives_the_sink(void **state)
{
    (void)state;
    open_sink(FB_OUTPUT_APPEND);
    add_batch(0, 10, 3);
    fb_sink_close(sink);
    open_sink(FB_OUTPUT_APPEND);
    int64_t last;
    assert_ok(fb_sink_last_committed(sink, &last, &err), &err);
    assert_int_equal(last, 0);
    add_batch(1, 20, 2);
    check_batch(0, 0, 10, 3);
    check_batch(1, 1, 20, 2);
}

static void a_full_table_fails_the_batch_and_keeps_the_others(void **state)
{
    (void)state;
    fb_memory_table_destroy(table);
    assert_ok(fb_memory_table_create(200000, &table, &err), &err);
    open_sink(FB_OUTPUT_APPEND);
    add_batch(0, 0, 100);
    fb_chunk chunk = rows_make(&arena, 0, 4000);
    assert_ok(fb_sink_begin(sink, 1, 1, &err), &err);
    assert_status(fb_sink_write(sink, 0, &chunk, &err), FB_E_LIMIT);
    assert_contains(err.message, "its limit is 200000");
    fb_sink_abort(sink, 1);
    check_batch(0, 0, 0, 100);
    add_batch(1, 5, 5); /* the memory of the failed one was given back */
}

static void without_a_table_it_says_where_it_can_be_used(void **state)
{
    (void)state;
    fb_sink_config config = {.schema = rows_schema(&arena)};
    assert_status(fb_sink_open(&fb_sink_memory, &config, &sink, &err), FB_E_INVALID);
    assert_contains(err.message, "C API");
}

static void reading_without_memory_fails_and_can_be_tried_again(void **state)
{
    (void)state;
    open_sink(FB_OUTPUT_APPEND);
    add_batch(0, 10, 3);
    fb_status status = FB_E_NOMEM;
    for (uint64_t k = 1; status != FB_OK; k++) {
        fb_arena own;
        fb_arena_init(&own, 0);
        fb_memory_batch batch;
        fb_memory_fail_at(k);
        status = fb_memory_table_read(table, 0, &own, &batch, &err);
        fb_memory_fail_at(0);
        fb_arena_deinit(&own);
        assert_true(status == FB_OK || status == FB_E_NOMEM);
    }
}

int main(void)
{
#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TABLE_TEST(batches_are_kept_with_their_ids),
        TABLE_TEST(a_repeated_batch_is_not_added_again),
        TABLE_TEST(a_complete_batch_replaces_all_before_it),
        TABLE_TEST(the_table_outlives_the_sink),
        TABLE_TEST(a_full_table_fails_the_batch_and_keeps_the_others),
        TABLE_TEST(without_a_table_it_says_where_it_can_be_used),
        TABLE_TEST(reading_without_memory_fails_and_can_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
