/* SPDX-License-Identifier: Apache-2.0
 *
 * What every source promises (sources/source.h), asked of each of them: a range that was handed
 * out gives the same splits and rows again, also from a source that was opened anew; offsets never
 * go back; damaged offsets are an error; running out of memory is an error. */
#include "base/hash.h"
#include "base/memory.h"
#include "files/memory.h"
#include "rows.h"
#include "source_env.h"
#include "sources/memory.h"

/* An implementation and its world. */
typedef struct subject {
    const fb_source_ops *ops;
    const char *const *options;
    bool survives_restart; /* a source opened anew may read ranges that another has committed */

    source_env env;
    fb_clock_manual clock;
    fb_filesystem *fs;
    fb_memory_queue *queue;
    fb_arena schema_arena;
    int64_t pushed;
} subject;

static subject subjects[] = {
    {
        .ops = &fb_source_rate,
        .options = (const char *const[]){"rowsPerSecond", "100000", "numPartitions", "3",
                                         "rampUpTime", "2s", NULL},
        .survives_restart = true,
    },
    {
        .ops = &fb_source_rate_micro_batch,
        .options = (const char *const[]){"rowsPerBatch", "200000", NULL},
        .survives_restart = true,
    },
    {
        .ops = &fb_source_memory,
    },
    {
        .ops = &fb_source_json,
        .options = (const char *const[]){"path", "/in/*", "maxFilesPerTrigger", "60", NULL},
        .survives_restart = true,
    },
};

static int set_up(void **state)
{
    subject *self = *state;
    fb_error err;
    source_env_init(&self->env, self->ops, self->options);
    fb_clock_manual_init(&self->clock, INT64_C(1704067200123456));
    assert_ok(fb_filesystem_memory_create(&self->fs, &err), &err);
    fb_arena arena;
    fb_arena_init(&arena, 0);
    assert_ok(fb_memory_queue_create(rows_schema(&arena), 0, &self->queue, &err), &err);
    fb_arena_deinit(&arena);
    self->pushed = 0;
    fb_arena_init(&self->schema_arena, 0);
    if (self->ops->needs_schema) self->env.config.schema = rows_schema(&self->schema_arena);
    self->env.config.fs = self->fs;
    self->env.config.log_directory = "/checkpoint/sources/0";
    self->env.config.clock = &self->clock.base;
    self->env.config.user = self->queue;
    source_env_open(&self->env, self->ops);
    return 0;
}

static int tear_down(void **state)
{
    subject *self = *state;
    source_env_deinit(&self->env);
    fb_arena_deinit(&self->schema_arena);
    fb_memory_queue_destroy(self->queue);
    fb_filesystem_close(self->fs);
    return 0;
}

/* The rows as files, so many that they make more than one split. */
static void write_files(subject *self, const fb_chunk *chunk)
{
    enum { FILES = 20 };
    fb_buf text;
    fb_buf_init(&text, 0);
    for (uint32_t file = 0; file < FILES; file++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/in/%lld-%u", (long long)self->pushed, file);
        fb_buf_clear(&text);
        for (uint32_t row = file; row < chunk->row_count; row += FILES)
            fb_buf_printf(&text, "{\"id\":%lld,\"name\":\"%u\"}\n",
                          (long long)chunk->columns[0].int64s[row], row);
        assert_ok(fb_filesystem_create(self->fs, path, fb_buf_slice(&text), &self->env.err),
                  &self->env.err);
    }
    fb_buf_deinit(&text);
}

/* Time goes on and rows arrive. */
static void advance(subject *self)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    for (int i = 0; i < 2; i++) {
        fb_chunk chunk = rows_make(&arena, self->pushed, 5000);
        self->pushed += 5000;
        if (self->ops == &fb_source_json) write_files(self, &chunk);
        assert_ok(fb_memory_queue_push(self->queue, &chunk, 1, NULL, &self->env.err),
                  &self->env.err);
    }
    fb_arena_deinit(&arena);
    fb_clock_manual_advance(&self->clock, 2000000);
}

/* The next offset after `start` ("": none yet) as a copy in `out`; false when it is the same. */
enum { OFFSET_SIZE = 128 };
static bool next_offset(subject *self, const char *start, char out[OFFSET_SIZE])
{
    const char *latest = source_env_latest(&self->env, *start ? start : NULL);
    if (!latest || strcmp(latest, start) == 0) return false;
    assert_true(snprintf(out, OFFSET_SIZE, "%s", latest) < OFFSET_SIZE);
    return true;
}

typedef struct digest {
    uint64_t hash;
    uint64_t rows;
} digest;

static void add_bytes(digest *sum, const void *bytes, size_t size)
{
    sum->hash = fb_xxhash64_bytes(fb_slice_make(bytes, size), sum->hash);
}

static void add_value(digest *sum, const fb_column *column, size_t row)
{
    bool is_null = fb_column_is_null(column, row);
    add_bytes(sum, &is_null, sizeof is_null);
    if (is_null) return;
    if (column->type->id == FB_TYPE_STRING) {
        fb_slice text = fb_column_string(column, row);
        add_bytes(sum, text.data, text.size);
    } else {
        assert_int_equal(fb_type_width(column->type), 8);
        add_bytes(sum, &column->int64s[fb_column_index(column, row)], 8);
    }
}

/* The rows of one split, of the columns asked for. */
static digest read_split(subject *self, uint32_t split, const bool *columns)
{
    digest sum = {0};
    uint64_t cursor = 0;
    for (;;) {
        fb_chunk chunk;
        fb_arena_reset(&self->env.arena);
        assert_ok(fb_source_read(self->env.source, split, &cursor, columns, &self->env.arena,
                                 &chunk, &self->env.err),
                  &self->env.err);
        if (!chunk.row_count) return sum;
        assert_in_range(chunk.row_count, 1, FB_CHUNK_ROWS);
        assert_int_equal(chunk.column_count, 2);
        for (uint32_t row = 0; row < chunk.row_count; row++)
            for (uint32_t i = 0; i < 2; i++)
                if (columns[i]) add_value(&sum, &chunk.columns[i], row);
        sum.rows += chunk.row_count;
    }
}

static const bool all_columns[] = {true, true};

enum { MAX_SPLITS = 32 };
typedef struct batch {
    uint32_t splits;
    digest sums[MAX_SPLITS];
} batch;

static void read_batch(subject *self, const char *start, const char *end, batch *out)
{
    *out = (batch){.splits = source_env_plan(&self->env, *start ? start : NULL, end)};
    assert_in_range(out->splits, 0, MAX_SPLITS);
    for (uint32_t i = 0; i < out->splits; i++)
        out->sums[i] = read_split(self, i, all_columns);
}

static void reopen(subject *self)
{
    source_env_close(&self->env);
    source_env_open(&self->env, self->ops);
}

static void it_says_what_it_is(void **state)
{
    subject *self = *state;
    assert_int_equal(self->ops->abi, FB_SOURCE_ABI);
    assert_true(strlen(self->ops->help) > 10);
    assert_ptr_equal(fb_source_find(fb_slice_of(self->ops->name)), self->ops);
    assert_ok(fb_source_describe(self->env.source, &self->env.offset, &self->env.err),
              &self->env.err);
    assert_true(self->env.offset.size > 0);
    const fb_type *schema;
    assert_ok(self->ops->schema(&self->env.config, &self->env.arena, &schema, &self->env.err),
              &self->env.err);
    assert_int_equal(schema->id, FB_TYPE_STRUCT);
    assert_int_equal(schema->field_count, 2);
}

static void the_initial_offset_stays_the_same(void **state)
{
    subject *self = *state;
    char first[OFFSET_SIZE];
    bool has_offset;
    fb_buf *offset = &self->env.offset;
    assert_ok(fb_source_initial_offset(self->env.source, offset, &has_offset, &self->env.err),
              &self->env.err);
    if (!has_offset) return; /* it has none before there is data */
    assert_true(snprintf(first, sizeof first, "%s", fb_buf_text(offset)) > 0);
    advance(self);
    reopen(self);
    assert_ok(fb_source_initial_offset(self->env.source, offset, &has_offset, &self->env.err),
              &self->env.err);
    assert_string_equal(fb_buf_text(offset), first);
    /* It stands for "from the beginning". */
    char end[OFFSET_SIZE];
    assert_true(next_offset(self, "", end));
    batch from_none, from_initial;
    read_batch(self, "", end, &from_none);
    read_batch(self, first, end, &from_initial);
    assert_memory_equal(&from_none, &from_initial, sizeof from_none);
}

static void a_range_gives_the_same_rows_again(void **state)
{
    subject *self = *state;
    char start[OFFSET_SIZE] = "", end[OFFSET_SIZE];
    for (int i = 0; i < 4; i++) {
        advance(self);
        assert_true(next_offset(self, start, end));
        batch first, again;
        read_batch(self, start, end, &first);
        assert_true(first.splits > 0);
        read_batch(self, start, end, &again);
        assert_memory_equal(&first, &again, sizeof first);
        advance(self);
        reopen(self);
        read_batch(self, start, end, &again);
        assert_memory_equal(&first, &again, sizeof first);
        memcpy(start, end, sizeof start);
    }
}

static void committed_ranges_do_not_change_later_ones(void **state)
{
    subject *self = *state;
    char first_end[OFFSET_SIZE], end[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", first_end));
    batch first, before, after;
    read_batch(self, "", first_end, &first);
    advance(self);
    assert_true(next_offset(self, first_end, end));
    read_batch(self, first_end, end, &before);
    assert_ok(fb_source_commit(self->env.source, fb_slice_of(first_end), &self->env.err),
              &self->env.err);
    read_batch(self, first_end, end, &after);
    assert_memory_equal(&before, &after, sizeof before);
    if (!self->survives_restart) return;
    reopen(self);
    read_batch(self, "", first_end, &after);
    assert_memory_equal(&first, &after, sizeof first);
}

static void splits_can_be_read_in_any_order_and_column_by_column(void **state)
{
    subject *self = *state;
    char end[OFFSET_SIZE];
    advance(self);
    advance(self);
    assert_true(next_offset(self, "", end));
    batch whole;
    read_batch(self, "", end, &whole);
    assert_true(whole.splits > 1);
    for (uint32_t i = whole.splits; i-- > 0;) {
        digest again = read_split(self, i, all_columns);
        assert_memory_equal(&again, &whole.sums[i], sizeof again);
        static const bool first_column[] = {true, false}, no_column[] = {false, false};
        assert_int_equal(read_split(self, i, first_column).rows, whole.sums[i].rows);
        assert_int_equal(read_split(self, i, no_column).rows, whole.sums[i].rows);
    }
}

static void an_empty_range_has_no_splits(void **state)
{
    subject *self = *state;
    char end[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", end));
    assert_int_equal(source_env_plan(&self->env, end, end), 0);
}

static void offsets_do_not_go_back(void **state)
{
    subject *self = *state;
    char first[OFFSET_SIZE], second[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", first));
    self->clock.wall_us_now -= INT64_C(86400000000);
    reopen(self);
    if (!next_offset(self, first, second)) return; /* stands still */
    /* Where it goes on, it goes forward. */
    batch rest;
    read_batch(self, first, second, &rest);
}

static void available_now_comes_to_an_end(void **state)
{
    subject *self = *state;
    advance(self);
    assert_ok(fb_source_prepare_available_now(self->env.source, &self->env.err), &self->env.err);
    char at[OFFSET_SIZE] = "";
    int batches = 0;
    while (next_offset(self, at, at)) {
        advance(self);
        assert_true(++batches < 10);
    }
    assert_true(batches > 0);
}

static void the_next_poll_is_not_in_the_past(void **state)
{
    subject *self = *state;
    assert_true(fb_source_next_poll_us(self->env.source, 123456789, 10000) >= 123456789);
    advance(self);
    assert_true(fb_source_next_poll_us(self->env.source, 123456789, 10000) >= 123456789);
}

static void damaged_offsets_are_errors(void **state)
{
    static const char *const damaged[] = {
        "",
        "x",
        "-",
        "-2",
        "1.5",
        "1e3",
        " 1",
        "1 ",
        "99999999999999999999999",
        "null",
        "[]",
        "\"1\"",
        "{",
        "{}",
        "{\"offset\":1}",
        "{\"offset\":\"1\",\"timestamp\":1}",
        "{\"offset\":1,\"timestamp\":1.5}",
        "{\"offset\":-1,\"timestamp\":1}",
        "{\"offset\":1,\"timestamp\":99999999999999999999}",
        "\xff\xfe",
    };
    subject *self = *state;
    char end[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", end));
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        uint32_t splits;
        fb_slice bad = fb_slice_of(damaged[i]);
        self->env.err = (fb_error){0};
        assert_status(fb_source_plan(self->env.source, (fb_slice){0}, bad, &splits, &self->env.err),
                      FB_E_CORRUPT);
        assert_contains(self->env.err.message, self->ops->name);
        assert_status(
            fb_source_plan(self->env.source, bad, fb_slice_of(end), &splits, &self->env.err),
            FB_E_CORRUPT);
        bool has_offset;
        assert_status(fb_source_latest_offset(self->env.source, bad, FB_READ_DEFAULT,
                                              &self->env.offset, &has_offset, &self->env.err),
                      FB_E_CORRUPT);
    }
    /* The source is as good as before. */
    batch whole;
    read_batch(self, "", end, &whole);
    assert_true(whole.splits > 0);
}

static void a_range_that_goes_backwards_is_an_error(void **state)
{
    subject *self = *state;
    char first[OFFSET_SIZE], second[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", first));
    advance(self);
    assert_true(next_offset(self, first, second));
    uint32_t splits;
    assert_status(fb_source_plan(self->env.source, fb_slice_of(second), fb_slice_of(first), &splits,
                                 &self->env.err),
                  FB_E_CORRUPT);
}

/* Opens, plans and reads a chunk; whatever fails is reported. */
static fb_status run_once(subject *self, const char *end, fb_arena *arena)
{
    fb_error *err = &self->env.err;
    fb_source *source = NULL;
    fb_buf offset;
    fb_buf_init(&offset, 0);
    bool has_offset;
    uint32_t splits;
    uint64_t cursor = 0;
    fb_chunk chunk;
    fb_status status = fb_source_open(self->ops, &self->env.config, &source, err);
    if (status == FB_OK) status = fb_source_describe(source, &offset, err);
    if (status == FB_OK)
        status = fb_source_latest_offset(source, fb_slice_of(end), FB_READ_DEFAULT, &offset,
                                         &has_offset, err);
    if (status == FB_OK)
        status = fb_source_plan(source, (fb_slice){0}, fb_slice_of(end), &splits, err);
    if (status == FB_OK)
        status = fb_source_read(source, 0, &cursor, all_columns, arena, &chunk, err);
    fb_source_close(source);
    fb_buf_deinit(&offset);
    return status;
}

static void every_failing_allocation_is_reported(void **state)
{
    subject *self = *state;
    char end[OFFSET_SIZE];
    advance(self);
    assert_true(next_offset(self, "", end));
    fb_status status = FB_E_NOMEM;
    for (uint64_t k = 1; status != FB_OK; k++) {
        fb_arena arena;
        fb_arena_init(&arena, 0);
        fb_memory_fail_at(k);
        status = run_once(self, end, &arena);
        fb_memory_fail_at(0);
        fb_arena_deinit(&arena);
        assert_true(status == FB_OK || status == FB_E_NOMEM);
        assert_true(k < 1000);
    }
}

int main(void)
{
#define CONTRACT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    int failed = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        struct CMUnitTest tests[] = {
            CONTRACT(it_says_what_it_is),
            CONTRACT(the_initial_offset_stays_the_same),
            CONTRACT(a_range_gives_the_same_rows_again),
            CONTRACT(committed_ranges_do_not_change_later_ones),
            CONTRACT(splits_can_be_read_in_any_order_and_column_by_column),
            CONTRACT(an_empty_range_has_no_splits),
            CONTRACT(offsets_do_not_go_back),
            CONTRACT(available_now_comes_to_an_end),
            CONTRACT(the_next_poll_is_not_in_the_past),
            CONTRACT(damaged_offsets_are_errors),
            CONTRACT(a_range_that_goes_backwards_is_an_error),
            CONTRACT(every_failing_allocation_is_reported),
        };
        for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
            tests[k].initial_state = &subjects[i];
        failed += cmocka_run_group_tests_name(subjects[i].ops->name, tests, NULL, NULL);
    }
    return failed;
}
