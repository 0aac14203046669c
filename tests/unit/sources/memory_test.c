/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/memory.h"

#include "base/memory.h"
#include "rows.h"
#include "source_env.h"

#include <pthread.h>
#include <stdio.h>

static source_env env;
static fb_arena arena; /* what is pushed */
static fb_memory_queue *queue;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    source_env_init(&env, &fb_source_memory, NULL);
    assert_ok(fb_memory_queue_create(rows_schema(&arena), 0, &queue, &env.err), &env.err);
    env.config.user = queue;
    source_env_open(&env, &fb_source_memory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_env_deinit(&env);
    fb_memory_queue_destroy(queue);
    queue = NULL;
    fb_arena_deinit(&arena);
    return 0;
}

static void push(int64_t first, uint32_t count)
{
    fb_chunk chunk = rows_make(&arena, first, count);
    assert_ok(fb_memory_queue_push(queue, &chunk, 1, NULL, &env.err), &env.err);
}

/* Rows of a split, checked to be `first`, `first` + 1, ... */
static uint32_t read_split(uint32_t split, int64_t first)
{
    static const bool columns[] = {true, true};
    uint64_t cursor = 0;
    uint32_t rows = 0;
    for (;;) {
        fb_chunk chunk;
        assert_ok(fb_source_read(env.source, split, &cursor, columns, &env.arena, &chunk, &env.err),
                  &env.err);
        if (!chunk.row_count) return rows;
        rows_check(&chunk, first + rows);
        rows += chunk.row_count;
    }
}

static void there_is_no_offset_before_the_first_block(void **state)
{
    (void)state;
    assert_null(source_env_latest(&env, NULL));
    assert_int_equal(fb_memory_queue_newest(queue), -1);
    push(0, 3);
    assert_string_equal(source_env_latest(&env, NULL), "0");
    assert_string_equal(source_env_latest(&env, "-1"), "0");
}

static void a_batch_is_the_blocks_after_its_start(void **state)
{
    (void)state;
    push(0, 3);
    push(100, 2);
    push(200, 4);
    assert_int_equal(source_env_plan(&env, NULL, "0"), 1);
    assert_int_equal(read_split(0, 0), 3);
    assert_int_equal(source_env_plan(&env, "0", "2"), 2);
    assert_int_equal(read_split(0, 100), 2);
    assert_int_equal(read_split(1, 200), 4);
    assert_int_equal(read_split(0, 100), 2); /* again */
    assert_int_equal(source_env_plan(&env, "2", "2"), 0);
}

static void what_was_pushed_is_a_copy(void **state)
{
    (void)state;
    fb_arena own;
    fb_arena_init(&own, 0);
    fb_chunk chunk = rows_make(&own, 7, 100);
    assert_ok(fb_memory_queue_push(queue, &chunk, 1, NULL, &env.err), &env.err);
    memset(chunk.columns[0].values, 0x55, 800);
    memset((char *)(uintptr_t)chunk.columns[1].strings[99].far, 'x', 10);
    fb_arena_deinit(&own);
    assert_int_equal(source_env_plan(&env, NULL, "0"), 1);
    assert_int_equal(read_split(0, 7), 100);
}

static void large_chunks_are_cut_and_empty_ones_dropped(void **state)
{
    (void)state;
    fb_chunk chunks[] = {
        rows_make(&arena, 0, 0),
        rows_make(&arena, 0, 2 * FB_CHUNK_ROWS + 17),
        rows_make(&arena, 0, 0),
    };
    assert_ok(fb_memory_queue_push(queue, chunks, 3, NULL, &env.err), &env.err);
    assert_int_equal(source_env_plan(&env, NULL, "0"), 1);
    assert_int_equal(read_split(0, 0), 2 * FB_CHUNK_ROWS + 17);
}

static void an_empty_block_is_a_block(void **state)
{
    (void)state;
    int64_t offset;
    assert_ok(fb_memory_queue_push(queue, NULL, 0, &offset, &env.err), &env.err);
    assert_int_equal(offset, 0);
    assert_int_equal(source_env_plan(&env, NULL, "0"), 1);
    assert_int_equal(read_split(0, 0), 0);
}

static void committed_blocks_are_given_back(void **state)
{
    (void)state;
    push(0, 1000);
    push(1000, 1000);
    size_t both = fb_memory_queue_bytes(queue);
    assert_ok(fb_source_commit(env.source, FB_SLICE("0"), &env.err), &env.err);
    assert_true(fb_memory_queue_bytes(queue) < both);
    assert_int_equal(source_env_plan(&env, "0", "1"), 1);
    assert_int_equal(read_split(0, 1000), 1000);
    uint32_t splits;
    assert_status(fb_source_plan(env.source, (fb_slice){0}, FB_SLICE("1"), &splits, &env.err),
                  FB_E_NOT_FOUND);
    assert_contains(env.err.message, "the queue holds 1 to 1");
    assert_status(fb_source_commit(env.source, FB_SLICE("-1"), &env.err), FB_E_INVALID);
    assert_contains(env.err.message, "Offsets committed out of order: 0 followed by -1");
}

static void a_block_stays_until_the_last_reader_has_committed_it(void **state)
{
    (void)state;
    fb_source *other;
    assert_ok(fb_source_open(&fb_source_memory, &env.config, &other, &env.err), &env.err);
    push(0, 10);
    assert_ok(fb_source_commit(env.source, FB_SLICE("0"), &env.err), &env.err);
    assert_true(fb_memory_queue_bytes(queue) > 0);
    assert_ok(fb_source_commit(other, FB_SLICE("0"), &env.err), &env.err);
    assert_int_equal(fb_memory_queue_bytes(queue), 0);
    fb_source_close(other);
}

static void offsets_of_an_earlier_process_are_refused(void **state)
{
    (void)state;
    push(0, 1);
    uint32_t splits;
    assert_status(fb_source_plan(env.source, FB_SLICE("3"), FB_SLICE("5"), &splits, &env.err),
                  FB_E_NOT_FOUND);
    assert_contains(env.err.message, "the blocks 4 to 5");
}

static void available_now_does_not_see_later_blocks(void **state)
{
    (void)state;
    push(0, 1);
    assert_ok(fb_source_prepare_available_now(env.source, &env.err), &env.err);
    push(1, 1);
    assert_string_equal(source_env_latest(&env, NULL), "0");
}

static void other_columns_are_refused_by_name(void **state)
{
    (void)state;
    fb_chunk chunk = rows_make(&arena, 0, 1);
    fb_column swapped[] = {chunk.columns[1], chunk.columns[0]};
    fb_chunk bad = {.row_count = 1, .column_count = 2, .columns = swapped};
    assert_status(fb_memory_queue_push(queue, &bad, 1, NULL, &env.err), FB_E_INVALID);
    assert_contains(env.err.message, "column 'id' of a chunk is STRING, expected BIGINT");
    bad.column_count = 1;
    assert_status(fb_memory_queue_push(queue, &bad, 1, NULL, &env.err), FB_E_INVALID);
    assert_contains(env.err.message, "1 columns, expected 2");
    assert_int_equal(fb_memory_queue_newest(queue), -1);
}

static void a_full_queue_refuses_and_keeps_what_it_has(void **state)
{
    (void)state;
    fb_memory_queue *small;
    assert_ok(fb_memory_queue_create(rows_schema(&arena), 100000, &small, &env.err), &env.err);
    fb_chunk chunk = rows_make(&arena, 0, 500);
    fb_status status = FB_OK;
    int pushed = 0;
    while (status == FB_OK && pushed < 1000) {
        status = fb_memory_queue_push(small, &chunk, 1, NULL, &env.err);
        if (status == FB_OK) pushed++;
    }
    assert_int_equal(status, FB_E_LIMIT);
    assert_int_equal(fb_memory_queue_newest(small), pushed - 1);
    assert_true(fb_memory_queue_bytes(small) <= 100000);
    fb_memory_queue_destroy(small);
}

static void count_wake(void *user)
{
    ++*(int *)user;
}

static void a_push_wakes_the_readers_who_asked_for_it(void **state)
{
    (void)state;
    assert_true(fb_source_next_poll_us(env.source, 1000, 1) < INT64_MAX);
    int woken = 0;
    fb_source_config config = env.config;
    config.wake = count_wake;
    config.wake_user = &woken;
    fb_source *other;
    assert_ok(fb_source_open(&fb_source_memory, &config, &other, &env.err), &env.err);
    assert_true(fb_source_next_poll_us(other, 1000, 1) == INT64_MAX);
    push(0, 1);
    push(1, 1);
    assert_int_equal(woken, 2);
    fb_source_close(other);
    push(2, 1);
    assert_int_equal(woken, 2);
}

static void every_failing_allocation_is_reported_and_leaves_the_queue_whole(void **state)
{
    (void)state;
    fb_chunk chunk = rows_make(&arena, 0, FB_CHUNK_ROWS + 1);
    int failed = 0;
    for (uint64_t k = 1;; k++) {
        int64_t before = fb_memory_queue_newest(queue);
        fb_memory_fail_at(k);
        fb_status status = fb_memory_queue_push(queue, &chunk, 1, NULL, &env.err);
        fb_memory_fail_at(0);
        if (status == FB_OK) break;
        assert_int_equal(status, FB_E_NOMEM);
        assert_int_equal(fb_memory_queue_newest(queue), before);
        failed++;
    }
    assert_true(failed > 2);
    assert_int_equal(source_env_plan(&env, NULL, "0"), 1);
    assert_int_equal(read_split(0, 0), FB_CHUNK_ROWS + 1);
}

/* Pushes 200 blocks of 10 rows while the test reads and commits. */
static void *push_many(void *unused)
{
    (void)unused;
    fb_arena own;
    fb_arena_init(&own, 0);
    fb_error err;
    void *result = NULL;
    for (int i = 0; i < 200; i++) {
        fb_chunk chunk = rows_make(&own, i * 10, 10);
        if (fb_memory_queue_push(queue, &chunk, 1, NULL, &err) != FB_OK) result = queue;
        fb_arena_reset(&own);
    }
    fb_arena_deinit(&own);
    return result;
}

static void blocks_can_be_pushed_while_others_are_read(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, push_many, NULL), 0);
    char start[24] = "-1";
    uint32_t rows = 0;
    while (rows < 2000) {
        const char *end = source_env_latest(&env, start);
        if (!end) continue;
        uint32_t splits = source_env_plan(&env, start, end);
        for (uint32_t i = 0; i < splits; i++)
            rows += read_split(i, rows);
        assert_ok(fb_source_commit(env.source, fb_slice_of(end), &env.err), &env.err);
        assert_true(snprintf(start, sizeof start, "%s", end) > 0);
    }
    void *failed;
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(fb_memory_queue_bytes(queue), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_is_no_offset_before_the_first_block, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_batch_is_the_blocks_after_its_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_pushed_is_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_chunks_are_cut_and_empty_ones_dropped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_block_is_a_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(committed_blocks_are_given_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_stays_until_the_last_reader_has_committed_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(offsets_of_an_earlier_process_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(available_now_does_not_see_later_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_columns_are_refused_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_and_keeps_what_it_has, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_push_wakes_the_readers_who_asked_for_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            every_failing_allocation_is_reported_and_leaves_the_queue_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blocks_can_be_pushed_while_others_are_read, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
