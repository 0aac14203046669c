/* SPDX-License-Identifier: Apache-2.0
 *
 * What every sink promises (sinks/sink.h), asked of each of them: what is committed is there whole
 * and in the order of splits, what is aborted is not there at all, tasks may write in any order and
 * at once, running out of memory is an error and leaves the sink usable. */
#include "base/memory.h"
#include "rows.h"
#include "sinks/memory.h"
#include "sinks/sink.h"

#include <pthread.h>
#include <stdlib.h>

/* An implementation and its world. */
typedef struct subject {
    const fb_sink_ops *ops;
    const char *const *options;
    /* The ids of all rows that have come out, in order; -1: this sink cannot tell. */
    int64_t (*read_ids)(struct subject *self, int64_t *ids, size_t room);

    fb_arena arena;
    fb_error err;
    fb_option_value values[8];
    fb_sink_config config;
    fb_sink *sink;
    fb_memory_table *table;
    fb_buf printed;
} subject;

static int64_t read_none(subject *self, int64_t *ids, size_t room)
{
    (void)self, (void)ids, (void)room;
    return -1;
}

/* From {"batchId":<n>,"id":<id>, lines. */
static int64_t read_lines(subject *self, int64_t *ids, size_t room)
{
    int64_t count = 0;
    const char *at = fb_buf_text(&self->printed);
    while ((at = strstr(at, "\"id\":")) != NULL) {
        at += strlen("\"id\":");
        assert_true((size_t)count < room);
        ids[count++] = strtoll(at, NULL, 10);
    }
    return count;
}

static int64_t read_table(subject *self, int64_t *ids, size_t room)
{
    int64_t count = 0;
    uint64_t batches = fb_memory_table_batch_count(self->table);
    for (uint64_t i = 0; i < batches; i++) {
        fb_memory_batch batch;
        assert_ok(fb_memory_table_read(self->table, i, &self->arena, &batch, &self->err),
                  &self->err);
        for (uint32_t k = 0; k < batch.chunk_count; k++)
            for (uint32_t row = 0; row < batch.chunks[k].row_count; row++) {
                assert_true((size_t)count < room);
                ids[count++] = batch.chunks[k].columns[0].int64s[row];
            }
    }
    return count;
}

static subject subjects[] = {
    {.ops = &fb_sink_noop, .read_ids = read_none},
    {.ops = &fb_sink_memory, .read_ids = read_table},
    {.ops = &fb_sink_console,
     .options = (const char *const[]){"format", "jsonl", NULL},
     .read_ids = read_lines},
    {.ops = &fb_sink_console, .read_ids = read_none},
};

static bool print(void *user, const char *text, size_t size_bytes)
{
    fb_buf *out = user;
    fb_buf_add(out, text, size_bytes);
    return !out->failed;
}

static int set_up(void **state)
{
    subject *self = *state;
    fb_arena_init(&self->arena, 0);
    fb_buf_init(&self->printed, 0);
    /* Room beforehand: the failing allocations are to be the sink's. */
    assert_true(fb_buf_reserve(&self->printed, 1 << 20));
    assert_ok(fb_memory_table_create(0, &self->table, &self->err), &self->err);
    fb_option_input inputs[8];
    uint32_t count = 0;
    for (; self->options && self->options[2 * count]; count++)
        inputs[count] = (fb_option_input){fb_slice_of(self->options[2 * count]),
                                          fb_slice_of(self->options[2 * count + 1])};
    assert_ok(fb_options_parse(self->ops->options, self->ops->option_count, self->ops->name, inputs,
                               count, self->values, NULL, &self->err),
              &self->err);
    self->config = (fb_sink_config){
        .options = self->values,
        .schema = rows_schema(&self->arena),
        .timezone = fb_timezone_utc(),
        .output = {.write = print, .user = &self->printed},
        .user = self->table,
    };
    assert_ok(fb_sink_open(self->ops, &self->config, &self->sink, &self->err), &self->err);
    return 0;
}

static int tear_down(void **state)
{
    subject *self = *state;
    fb_sink_close(self->sink);
    fb_memory_table_destroy(self->table);
    fb_buf_deinit(&self->printed);
    fb_arena_deinit(&self->arena);
    return 0;
}

static void begin(subject *self, int64_t batch_id, uint32_t splits)
{
    assert_ok(fb_sink_begin(self->sink, batch_id, splits, &self->err), &self->err);
}

static void write_rows(subject *self, uint32_t split, int64_t first, uint32_t count)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_chunk chunk = rows_make(&arena, first, count);
    assert_ok(fb_sink_write(self->sink, split, &chunk, &self->err), &self->err);
    fb_arena_deinit(&arena); /* borrowed for the call only */
}

static void commit(subject *self, int64_t batch_id, int64_t expected_rows)
{
    int64_t row_count;
    assert_ok(fb_sink_commit(self->sink, batch_id, &row_count, &self->err), &self->err);
    assert_int_equal(row_count, expected_rows);
}

/* All rows that came out, in order, are these. */
static void check_ids(subject *self, const int64_t *expected, size_t count)
{
    int64_t ids[64];
    int64_t found = self->read_ids(self, ids, 64);
    if (found < 0) return;
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ids[i], expected[i]);
}

static void it_says_what_it_is(void **state)
{
    subject *self = *state;
    assert_int_equal(self->ops->abi, FB_SINK_ABI);
    assert_true(strlen(self->ops->help) > 10);
    assert_ptr_equal(fb_sink_find(fb_slice_of(self->ops->name)), self->ops);
    fb_buf text;
    fb_buf_init(&text, 0);
    assert_ok(fb_sink_describe(self->sink, &text, &self->err), &self->err);
    assert_true(text.size > 0);
    fb_buf_deinit(&text);
}

static void rows_come_in_the_order_of_splits(void **state)
{
    subject *self = *state;
    begin(self, 0, 3);
    write_rows(self, 2, 200, 2);
    write_rows(self, 0, 1, 1);
    write_rows(self, 2, 210, 1);
    write_rows(self, 0, 2, 2);
    commit(self, 0, 6);
    check_ids(self, (const int64_t[]){1, 2, 3, 200, 201, 210}, 6);
}

static void batches_follow_each_other(void **state)
{
    subject *self = *state;
    for (int64_t id = 0; id < 4; id++) {
        begin(self, id, 1);
        write_rows(self, 0, id, 1);
        commit(self, id, 1);
    }
    check_ids(self, (const int64_t[]){0, 1, 2, 3}, 4);
}

static void empty_batches_are_batches(void **state)
{
    subject *self = *state;
    begin(self, 0, 0);
    commit(self, 0, 0);
    begin(self, 1, 5);
    write_rows(self, 3, 0, 0);
    commit(self, 1, 0);
    check_ids(self, NULL, 0);
}

static void an_aborted_batch_leaves_nothing(void **state)
{
    subject *self = *state;
    begin(self, 0, 2);
    write_rows(self, 1, 77, 3);
    fb_sink_abort(self->sink, 0);
    check_ids(self, NULL, 0);
    begin(self, 0, 1);
    write_rows(self, 0, 5, 1);
    commit(self, 0, 1);
    check_ids(self, (const int64_t[]){5}, 1);
}

static void a_batch_begun_again_forgets_what_was_written(void **state)
{
    subject *self = *state;
    begin(self, 3, 1);
    write_rows(self, 0, 77, 3);
    begin(self, 3, 1);
    write_rows(self, 0, 5, 1);
    commit(self, 3, 1);
    check_ids(self, (const int64_t[]){5}, 1);
}

static void a_sink_may_be_closed_within_a_batch(void **state)
{
    subject *self = *state;
    begin(self, 0, 1);
    write_rows(self, 0, 77, 3);
    fb_sink_close(self->sink);
    self->sink = NULL;
    check_ids(self, NULL, 0);
}

static void a_sink_that_knows_its_batches_takes_none_twice(void **state)
{
    subject *self = *state;
    int64_t last;
    begin(self, 8, 1);
    write_rows(self, 0, 5, 1);
    commit(self, 8, 1);
    assert_ok(fb_sink_last_committed(self->sink, &last, &self->err), &self->err);
    if (last < 0) return;
    assert_int_equal(last, 8);
    begin(self, 8, 1);
    write_rows(self, 0, 5, 1);
    commit(self, 8, 1);
    check_ids(self, (const int64_t[]){5}, 1);
}

enum { WRITERS = 4, CHUNKS = 50 };

typedef struct writer {
    subject *self;
    uint32_t split;
    bool failed;
} writer;

static void *write_chunks(void *user)
{
    writer *work = user;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err;
    for (int i = 0; i < CHUNKS; i++) {
        fb_chunk chunk = rows_make(&arena, work->split * 1000 + i * 10, 10);
        if (fb_sink_write(work->self->sink, work->split, &chunk, &err) != FB_OK)
            work->failed = true;
        fb_arena_reset(&arena);
    }
    fb_arena_deinit(&arena);
    return NULL;
}

static void tasks_may_write_at_once(void **state)
{
    subject *self = *state;
    begin(self, 0, WRITERS);
    pthread_t threads[WRITERS];
    writer writers[WRITERS];
    for (uint32_t i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.self = self, .split = i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_chunks, &writers[i]), 0);
    }
    for (uint32_t i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(writers[i].failed);
    }
    commit(self, 0, WRITERS * CHUNKS * 10);
    static int64_t ids[WRITERS * CHUNKS * 10];
    int64_t found = self->read_ids(self, ids, sizeof ids / sizeof *ids);
    if (found < 0) return;
    assert_int_equal(found, WRITERS * CHUNKS * 10);
    for (int64_t i = 0; i < found; i++)
        assert_int_equal(ids[i], i / (CHUNKS * 10) * 1000 + i % (CHUNKS * 10));
}

static void every_failing_allocation_is_reported_and_can_be_tried_again(void **state)
{
    subject *self = *state;
    fb_chunk chunk = rows_make(&self->arena, 1, 3);
    fb_status status = FB_E_NOMEM;
    for (uint64_t k = 1; status != FB_OK; k++) {
        int64_t row_count;
        fb_memory_fail_at(k);
        status = fb_sink_begin(self->sink, 0, 2, &self->err);
        if (status == FB_OK) status = fb_sink_write(self->sink, 1, &chunk, &self->err);
        if (status == FB_OK) status = fb_sink_commit(self->sink, 0, &row_count, &self->err);
        fb_memory_fail_at(0);
        if (status != FB_OK) fb_sink_abort(self->sink, 0);
        assert_true(status == FB_OK || status == FB_E_NOMEM || status == FB_E_LIMIT);
        assert_true(k < 1000);
    }
    check_ids(self, (const int64_t[]){1, 2, 3}, 3);
}

static void opening_without_memory_fails(void **state)
{
    subject *self = *state;
    fb_sink *other;
    fb_memory_fail_at(1);
    assert_status(fb_sink_open(self->ops, &self->config, &other, &self->err), FB_E_NOMEM);
    fb_memory_fail_at(0);
    assert_null(other);
}

int main(void)
{
#define CONTRACT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    int failed = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        struct CMUnitTest tests[] = {
            CONTRACT(it_says_what_it_is),
            CONTRACT(rows_come_in_the_order_of_splits),
            CONTRACT(batches_follow_each_other),
            CONTRACT(empty_batches_are_batches),
            CONTRACT(an_aborted_batch_leaves_nothing),
            CONTRACT(a_batch_begun_again_forgets_what_was_written),
            CONTRACT(a_sink_may_be_closed_within_a_batch),
            CONTRACT(a_sink_that_knows_its_batches_takes_none_twice),
            CONTRACT(tasks_may_write_at_once),
            CONTRACT(every_failing_allocation_is_reported_and_can_be_tried_again),
            CONTRACT(opening_without_memory_fails),
        };
        for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
            tests[k].initial_state = &subjects[i];
        failed += cmocka_run_group_tests_name(subjects[i].ops->name, tests, NULL, NULL);
    }
    return failed;
}
