/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole plans over the splits of sources, without state: what comes out, in which order, on any
 * number of threads. */
#include "exec/execution.h"

#include "base/memory.h"
#include "data/unsafe_row.h"
#include "session/session_state.h"
#include "session_env.h"

enum { SPLITS = 20, MAX_INPUTS = 64, PARTITIONS = 5 }; /* more splits than tasks that group */

typedef struct world {
    session_env env;
    fb_arena arena;
    fb_budget budget;
    atomic_bool cancelled;
    fb_frame *frame;
    fb_physical physical;
    fb_source *sources[4];
    fb_input_split inputs[MAX_INPUTS];
    uint32_t input_count;
    fb_event_time_stats watermarks[4];
    fb_exchange *rows; /* lane: split of the output */
    uint32_t output_count;
} world;

static world w;

static int set_up(void **state)
{
    (void)state;
    w = (world){0};
    fb_arena_init(&w.arena, 0);
    fb_budget_init(&w.budget, 0);
    if (session_env_init(&w.env)) return -1;
    return session_env_run(&w.env,
                           "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                           "'10000', numPartitions '20');"
                           "CREATE TEMPORARY VIEW u USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                           "'10000', startTimestamp '7000');",
                           FB_RESULT_CSV);
}

static void close_query(void)
{
    for (uint32_t i = 0; i < w.physical.source_count; i++)
        fb_source_close(w.sources[i]);
    w.physical.source_count = 0;
    fb_exchange_destroy(w.rows);
    w.rows = NULL;
    fb_frame_destroy(w.frame);
    w.frame = NULL;
}

static int tear_down(void **state)
{
    (void)state;
    close_query();
    assert_int_equal(fb_budget_used(&w.budget), 0);
    session_env_deinit(&w.env);
    fb_arena_deinit(&w.arena);
    return 0;
}

/* Every source reads the rows 0..9999, or none. */
static void open_query(const char *query, bool has_rows)
{
    const fb_plan *plan;
    fb_error *err = &w.env.err;
    close_query();
    w.input_count = 0;
    assert_ok(fb_session_frame(w.env.session, query, &w.frame, err), err);
    assert_ok(fb_plan_optimize(&w.arena, w.frame->plan, &plan, err), err);
    assert_ok(fb_physical_build(&w.arena, plan, &w.physical, err), err);
    uint32_t splits[4] = {0};
    for (uint32_t i = 0; i < w.physical.source_count; i++) {
        const fb_plan_source *source = w.physical.sources[i];
        const fb_source_config config = {.options = source->options,
                                         .fs = w.env.session->local,
                                         .log_directory = "/nonexistent",
                                         .clock = fb_clock_host()};
        assert_ok(fb_source_open(source->ops, &config, &w.sources[i], err), err);
        assert_ok(fb_source_plan(w.sources[i], FB_SLICE("{\"offset\":0,\"timestamp\":1000}"),
                                 FB_SLICE("{\"offset\":10000,\"timestamp\":2000}"), &splits[i],
                                 err),
                  err);
    }
    for (uint32_t i = 0; has_rows && i < w.physical.pipeline_count; i++) {
        const fb_pipeline *pipeline = &w.physical.pipelines[i];
        if (pipeline->leaf->kind != FB_PLAN_SOURCE) continue;
        for (uint32_t k = 0; k < splits[pipeline->source_index]; k++)
            w.inputs[w.input_count++] = (fb_input_split){
                .pipeline = i, .source = w.sources[pipeline->source_index], .split = k};
    }
}

static fb_status keep(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)user;
    assert_true(split < w.output_count);
    return fb_exchange_write(w.rows, split, chunk, err);
}

static fb_status execute(uint32_t thread_count)
{
    fb_error *err = &w.env.err;
    const fb_eval_context context = {.timezone = fb_timezone_utc()};
    fb_workers *workers;
    FB_TRY(fb_workers_create(thread_count, &workers, err));
    const fb_execution execution = {.physical = &w.physical,
                                    .context = &context,
                                    .workers = workers,
                                    .clock = fb_clock_host(),
                                    .budget = &w.budget,
                                    .cancelled = &w.cancelled,
                                    .mode = FB_OUTPUT_COMPLETE,
                                    .partition_count = PARTITIONS,
                                    .inputs = w.inputs,
                                    .input_count = w.input_count,
                                    .watermarks = w.watermarks,
                                    .write = keep};
    fb_exchange_destroy(w.rows);
    w.output_count = fb_execution_output_count(&execution);
    fb_status status = fb_exchange_create(w.output_count, 1, 0, NULL, &w.rows, err);
    if (status == FB_OK) status = fb_execution_run(&execution, err);
    fb_workers_destroy(workers);
    return status;
}

/* All rows of the output, in order, as UnsafeRow. */
static fb_slice output_bytes(void)
{
    fb_buf bytes;
    fb_buf_init(&bytes, 0);
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.rows, 0); i++) {
        const fb_chunk *chunk = fb_exchange_chunk(w.rows, 0, i);
        const fb_column *columns[8];
        fb_unsafe_rows rows;
        for (uint32_t k = 0; k < chunk->column_count; k++)
            columns[k] = &chunk->columns[k];
        assert_ok(fb_unsafe_row_encode(columns, chunk->column_count, chunk->row_count, &w.arena,
                                       &rows, &w.env.err),
                  &w.env.err);
        fb_buf_add(&bytes, rows.bytes, rows.offsets[chunk->row_count]);
    }
    assert_false(bytes.failed);
    char *copy = fb_arena_copy(&w.arena, fb_buf_text(&bytes), bytes.size);
    fb_slice result = fb_slice_make(copy, bytes.size);
    fb_buf_deinit(&bytes);
    return result;
}

static uint32_t output_rows(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.rows, 0); i++)
        count += fb_exchange_chunk(w.rows, 0, i)->row_count;
    return count;
}

/* The BIGINT in a column of a row of the output. */
static int64_t output_long(uint32_t row, uint32_t column)
{
    for (uint32_t i = 0; i < fb_exchange_chunk_count(w.rows, 0); i++) {
        const fb_chunk *chunk = fb_exchange_chunk(w.rows, 0, i);
        if (row >= chunk->row_count) {
            row -= chunk->row_count;
            continue;
        }
        assert_false(fb_column_is_null(&chunk->columns[column], row));
        return chunk->columns[column].int64s[row];
    }
    fail_msg("no row %u", row);
    return 0;
}

#define BY_KEY                                                                               \
    "SELECT value % 1000 AS k, count(*) AS n, sum(value) AS s, avg(CAST(value AS DOUBLE)), " \
    "first(CAST(value AS STRING)) FROM STREAM v GROUP BY value % 1000"

static void groups_of_all_splits_are_merged(void **state)
{
    (void)state;
    open_query(BY_KEY, true);
    assert_int_equal(w.input_count, SPLITS);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(w.output_count, PARTITIONS);
    assert_int_equal(output_rows(), 1000);
    bool seen[1000] = {false};
    for (uint32_t i = 0; i < 1000; i++) {
        int64_t key = output_long(i, 0);
        assert_false(seen[key]);
        seen[key] = true;
        assert_int_equal(output_long(i, 1), 10);
        assert_int_equal(output_long(i, 2), 10 * key + 45000);
    }
    for (uint32_t i = 0; i < SPLITS; i++)
        assert_int_equal(w.inputs[i].row_count, 10000 / SPLITS);
}

static void the_number_of_threads_changes_no_byte(void **state)
{
    (void)state;
    static const char *const queries[] = {
        BY_KEY,
        BY_KEY " ORDER BY n, s DESC",
        "SELECT n, count(*), max(k) FROM (SELECT value % 999 AS k, count(*) AS n FROM STREAM v "
        "GROUP BY value % 999) GROUP BY n",
        BY_KEY " UNION ALL SELECT value, 1L, 2L, 3D, 'x' FROM STREAM v WHERE value < 3000",
        "SELECT window, avg(CAST(value AS DOUBLE)), stddev(value) FROM (SELECT "
        "window(timestamp_millis(value * 97), '1 minute', '7 seconds') AS window, value FROM "
        "STREAM v) GROUP BY window",
        "SELECT value % 50 AS k, collect_list(CAST(value AS STRING)) AS l, max(struct(value % 3, "
        "'a string of some length')) FROM STREAM v GROUP BY value % 50 ORDER BY l DESC",
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        open_query(queries[i], true);
        assert_ok(execute(0), &w.env.err);
        fb_slice alone = output_bytes();
        assert_true(alone.size > 0);
        for (uint32_t threads = 1; threads < 8; threads += 3) {
            assert_ok(execute(threads), &w.env.err);
            fb_slice together = output_bytes();
            assert_int_equal(together.size, alone.size);
            assert_memory_equal(together.data, alone.data, alone.size);
        }
    }
}

static void nulls_are_where_they_were_in_every_chunk_of_groups(void **state)
{
    (void)state;
    open_query("SELECT count(*), count(s), sum(s) FROM (SELECT value, sum(CASE WHEN value % 3 = 0 "
               "THEN NULL ELSE value END) AS s FROM STREAM u GROUP BY value) "
               "WHERE s IS NULL AND value % 3 = 0 OR s = value",
               true);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_rows(), 1);
    assert_int_equal(output_long(0, 0), 10000);
    assert_int_equal(output_long(0, 1), 6666);
}

static void a_sort_gives_one_split_in_order(void **state)
{
    (void)state;
    open_query(BY_KEY " ORDER BY s DESC", true);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(w.output_count, 1);
    assert_int_equal(output_rows(), 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(output_long(i, 0), 999 - i);
}

static void chained_aggregations_run_one_after_the_other(void **state)
{
    (void)state;
    open_query("SELECT n, count(*) FROM (SELECT value % 3000 AS k, count(*) AS n FROM STREAM v "
               "GROUP BY value % 3000) GROUP BY n ORDER BY n",
               true);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_rows(), 2);
    assert_int_equal(output_long(0, 0), 3);
    assert_int_equal(output_long(0, 1), 2000);
    assert_int_equal(output_long(1, 0), 4);
    assert_int_equal(output_long(1, 1), 1000);
}

static void sides_of_a_union_keep_their_order(void **state)
{
    (void)state;
    open_query("SELECT -1L AS k, count(*) FROM STREAM v UNION ALL "
               "SELECT value, 0L FROM STREAM u WHERE value < 2 UNION ALL "
               "SELECT -2L, count(*) FROM STREAM u",
               true);
    assert_ok(execute(4), &w.env.err);
    assert_int_equal(w.output_count, 3);
    assert_int_equal(output_rows(), 4);
    static const int64_t keys[] = {-1, 0, 1, -2};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(output_long(i, 0), keys[i]);
    assert_int_equal(output_long(0, 1), 10000);
    assert_int_equal(output_long(3, 1), 10000);
}

static void an_aggregation_over_a_union_sees_both_sides(void **state)
{
    (void)state;
    open_query("SELECT k, count(*) FROM (SELECT value % 2 AS k FROM STREAM v UNION ALL SELECT "
               "value % 4 FROM STREAM u) GROUP BY k ORDER BY k",
               true);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_rows(), 4);
    assert_int_equal(output_long(0, 1), 7500);
    assert_int_equal(output_long(1, 1), 7500);
    assert_int_equal(output_long(3, 1), 2500);
}

static void without_rows_there_is_one_group_when_there_is_no_key_and_none_otherwise(void **state)
{
    (void)state;
    open_query("SELECT count(*) FROM STREAM v", false);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_rows(), 1);
    assert_int_equal(output_long(0, 0), 0);
    open_query("SELECT count(*) FROM STREAM v", true);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_long(0, 0), 10000);
    open_query(BY_KEY, false);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(output_rows(), 0);
    assert_int_equal(w.output_count, PARTITIONS);
}

static void watermarks_of_all_tasks_are_added_up(void **state)
{
    (void)state;
    open_query("SELECT t FROM (SELECT timestamp_millis(value) AS t FROM STREAM v) "
               "WATERMARK t DELAY OF INTERVAL 1 SECOND UNION ALL "
               "SELECT timestamp FROM STREAM u WATERMARK timestamp DELAY OF INTERVAL 1 SECOND",
               true);
    assert_ok(execute(3), &w.env.err);
    assert_int_equal(w.physical.watermark_count, 2);
    assert_int_equal(w.watermarks[0].count, 10000);
    assert_int_equal(w.watermarks[0].min_ms, 0);
    assert_int_equal(w.watermarks[0].max_ms, 9999);
    assert_true(w.watermarks[0].average_ms > 4999.4 && w.watermarks[0].average_ms < 4999.6);
    assert_int_equal(w.watermarks[1].min_ms, 1000);
    assert_int_equal(w.watermarks[1].max_ms, 1000);
    open_query("SELECT timestamp FROM STREAM u WATERMARK timestamp DELAY OF INTERVAL 1 SECOND",
               false);
    assert_ok(execute(0), &w.env.err);
    assert_int_equal(w.watermarks[0].count, 0);
}

static void a_stopped_query_runs_no_stage(void **state)
{
    (void)state;
    atomic_store(&w.cancelled, true);
    open_query("SELECT count(*) FROM STREAM v", true);
    assert_status(execute(0), FB_E_CANCELLED);
    open_query("SELECT count(*) FROM STREAM v", false);
    assert_status(execute(0), FB_E_CANCELLED);
}

static void the_memory_limit_names_the_operator(void **state)
{
    (void)state;
    open_query(BY_KEY, true);
    fb_budget_init(&w.budget, 30000);
    assert_status(execute(0), FB_E_LIMIT);
    assert_contains(w.env.err.message, "the aggregation at line 1, column ");
    assert_int_equal(fb_budget_used(&w.budget), 0);
}

static void a_failing_row_fails_the_batch(void **state)
{
    (void)state;
    open_query("SELECT sum(1L div (value - 5000)) FROM STREAM v", true);
    assert_status(execute(2), FB_E_COMPUTE);
    assert_string_equal(w.env.err.condition, "DIVIDE_BY_ZERO");
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    open_query("SELECT value % 3 AS k, count(*), max(CAST(value AS STRING)) FROM STREAM u WHERE "
               "value < 10 GROUP BY value % 3 ORDER BY k",
               true);
    fb_status status = FB_E_NOMEM;
    uint64_t failures = 0;
    for (; status == FB_E_NOMEM; failures++) {
        fb_memory_fail_at(failures + 1);
        status = execute(0);
        fb_memory_fail_at(0);
        assert_int_equal(fb_budget_used(&w.budget), 0);
    }
    assert_int_equal(status, FB_OK);
    assert_int_equal(output_rows(), 3);
    assert_true(failures > 30);
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(groups_of_all_splits_are_merged),
        in_world(the_number_of_threads_changes_no_byte),
        in_world(nulls_are_where_they_were_in_every_chunk_of_groups),
        in_world(a_sort_gives_one_split_in_order),
        in_world(chained_aggregations_run_one_after_the_other),
        in_world(sides_of_a_union_keep_their_order),
        in_world(an_aggregation_over_a_union_sees_both_sides),
        in_world(without_rows_there_is_one_group_when_there_is_no_key_and_none_otherwise),
        in_world(watermarks_of_all_tasks_are_added_up),
        in_world(a_stopped_query_runs_no_stage),
        in_world(the_memory_limit_names_the_operator),
        in_world(a_failing_row_fails_the_batch),
        in_world(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
