/* SPDX-License-Identifier: Apache-2.0
 *
 * Pipelines over sources: which columns are asked for, chunks that pass filters and projections,
 * operators that hold nothing back, cancelling. */
#include "exec/physical.h"
#include "session/session_state.h"
#include "session_env.h"

static session_env env;
static fb_arena arena;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    if (session_env_init(&env)) return -1;
    return session_env_run(&env,
                           "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                           "'10000'); CREATE TEMPORARY VIEW w USING rate;",
                           FB_RESULT_CSV);
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    session_env_deinit(&env);
    return 0;
}

static fb_frame *build(const char *query, fb_physical *physical)
{
    fb_frame *frame;
    const fb_plan *plan;
    assert_ok(fb_session_frame(env.session, query, &frame, &env.err), &env.err);
    assert_ok(fb_plan_optimize(&arena, frame->plan, &plan, &env.err), &env.err);
    assert_ok(fb_physical_build(&arena, plan, physical, &env.err), &env.err);
    return frame;
}

static void a_source_used_twice_is_one_source_and_two_pipelines(void **state)
{
    (void)state;
    fb_physical physical;
    fb_frame *frame = build("SELECT value AS x FROM STREAM v WHERE value > 3 UNION ALL "
                            "SELECT value FROM STREAM w UNION ALL "
                            "SELECT unix_millis(timestamp) FROM STREAM v",
                            &physical);
    assert_int_equal(physical.source_count, 2);
    assert_int_equal(physical.pipeline_count, 3);
    assert_int_equal(physical.pipelines[0].source_index, 0);
    assert_int_equal(physical.pipelines[1].source_index, 1);
    assert_int_equal(physical.pipelines[2].source_index, 0);
    /* Columns of the source: timestamp, value. */
    assert_false(physical.pipelines[0].columns[0]);
    assert_true(physical.pipelines[0].columns[1]);
    assert_true(physical.pipelines[2].columns[0]);
    assert_false(physical.pipelines[2].columns[1]);
    assert_slice_equal(physical.schema->fields[0].name, "x");
    fb_frame_destroy(frame);
}

typedef struct sum {
    uint64_t rows, chunks;
    int64_t total;
    uint32_t split;
} sum;

static fb_status add(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)err;
    sum *s = user;
    s->split = split;
    s->chunks++;
    s->rows += chunk->row_count;
    for (uint32_t i = 0; i < chunk->row_count; i++)
        s->total += chunk->columns[0].int64s[fb_column_index(&chunk->columns[0], i)];
    return FB_OK;
}

/* Runs split 0 of the batch with rows 0..9999. */
static fb_status run(const char *query, bool cancelled, sum *s, uint64_t *read)
{
    fb_physical physical;
    fb_frame *frame = build(query, &physical);
    const fb_plan_source *plan = physical.sources[0];
    fb_filesystem *fs = env.session->local;
    const fb_source_config config = {.options = plan->options,
                                     .fs = fs,
                                     .log_directory = "/nonexistent",
                                     .clock = fb_clock_host()};
    const fb_eval_context context = {.timezone = fb_timezone_utc()};
    fb_source *source;
    fb_operator *output, *chain;
    uint32_t splits;
    atomic_bool stop = cancelled;
    assert_ok(fb_source_open(plan->ops, &config, &source, &env.err), &env.err);
    assert_ok(fb_source_plan(source, FB_SLICE("{\"offset\":0,\"timestamp\":0}"),
                             FB_SLICE("{\"offset\":10000,\"timestamp\":1000}"), &splits, &env.err),
              &env.err);
    assert_int_equal(splits, 1);
    assert_ok(fb_output_create(add, s, 5, &output, &env.err), &env.err);
    const fb_pipeline_task task = {.context = &context, .cancelled = &stop};
    assert_ok(fb_pipeline_open(&physical.pipelines[0], &task, output, &chain, &env.err), &env.err);
    fb_status status =
        fb_pipeline_run_split(&physical.pipelines[0], source, 0, chain, &stop, read, &env.err);
    if (status == FB_OK) status = fb_operator_finish(chain, &env.err);
    fb_operator_close_chain(chain);
    fb_source_close(source);
    fb_frame_destroy(frame);
    return status;
}

static void rows_pass_filters_and_projections_in_chunks(void **state)
{
    (void)state;
    sum s = {0};
    uint64_t read;
    assert_ok(
        run("SELECT y * 2 AS z FROM (SELECT value + 1 AS y FROM STREAM v WHERE value % 10 = 3)"
            " WHERE y < 9000",
            false, &s, &read),
        &env.err);
    assert_int_equal(read, 10000);
    assert_int_equal(s.split, 5);
    assert_int_equal(s.chunks, 3);
    int64_t rows = 0, total = 0;
    for (int64_t value = 3; value < 10000; value += 10) {
        if (value + 1 >= 9000) break;
        rows++;
        total += (value + 1) * 2;
    }
    assert_int_equal(s.rows, rows);
    assert_int_equal(s.total, total);
}

static void a_stopped_query_reads_no_further_chunk(void **state)
{
    (void)state;
    sum s = {0};
    uint64_t read;
    assert_status(run("SELECT value FROM STREAM v", true, &s, &read), FB_E_CANCELLED);
    assert_int_equal(read, 0);
    assert_int_equal(s.rows, 0);
}

static void a_failing_row_ends_the_split(void **state)
{
    (void)state;
    sum s = {0};
    uint64_t read;
    assert_status(run("SELECT 1L div (value - 5000) FROM STREAM v", false, &s, &read),
                  FB_E_COMPUTE);
    assert_int_equal(s.rows, 4096); /* the first chunk was good */
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_session(a_source_used_twice_is_one_source_and_two_pipelines),
        in_session(rows_pass_filters_and_projections_in_chunks),
        in_session(a_stopped_query_reads_no_further_chunk),
        in_session(a_failing_row_ends_the_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
