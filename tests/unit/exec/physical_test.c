/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans of stateful queries, cut into pipelines and stages. */
#include "exec/physical.h"
#include "session/session_state.h"
#include "session_env.h"

static session_env env;
static fb_arena arena;
static fb_physical physical;
static fb_frame *frame; /* of the last query */

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    frame = NULL;
    if (session_env_init(&env)) return -1;
    return session_env_run(&env,
                           "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                           "'10'); CREATE TEMPORARY VIEW w USING rate;",
                           FB_RESULT_CSV);
}

static int tear_down(void **state)
{
    (void)state;
    fb_frame_destroy(frame);
    fb_arena_deinit(&arena);
    session_env_deinit(&env);
    return 0;
}

static fb_status build(const char *query)
{
    const fb_plan *plan;
    fb_frame_destroy(frame);
    assert_ok(fb_session_frame(env.session, query, &frame, &env.err), &env.err);
    assert_ok(fb_plan_optimize(&arena, frame->plan, &plan, &env.err), &env.err);
    return fb_physical_build(&arena, plan, &physical, &env.err);
}

/* The pipeline at `index` goes from one stage to another. */
static void check_way(uint32_t index, uint32_t from, uint32_t into)
{
    assert_true(index < physical.pipeline_count);
    assert_int_equal(physical.pipelines[index].from_stage, from);
    assert_int_equal(physical.pipelines[index].into_stage, into);
}

static void an_aggregation_takes_what_its_keys_and_calls_refer_to(void **state)
{
    (void)state;
    assert_ok(build("SELECT value % 7 AS k, count(*) FROM STREAM v GROUP BY value % 7"), &env.err);
    assert_int_equal(physical.stage_count, 1);
    assert_int_equal(physical.aggregate_count, 1);
    assert_int_equal(physical.stages[0].kind, FB_STAGE_AGGREGATE);
    assert_int_equal(physical.stages[0].aggregation.key_count, 1);
    assert_false(physical.stages[0].has_watermark);
    assert_int_equal(physical.pipeline_count, 2);
    check_way(0, 0, FB_NO_STAGE);
    check_way(1, FB_NO_STAGE, 0);
    assert_int_equal(physical.pipelines[1].leaf->kind, FB_PLAN_SOURCE);
    assert_false(physical.pipelines[1].columns[0]);
    assert_true(physical.pipelines[1].columns[1]);
}

static void counting_rows_needs_no_column(void **state)
{
    (void)state;
    assert_ok(build("SELECT count(*) FROM STREAM v"), &env.err);
    assert_false(physical.pipelines[1].columns[0]);
    assert_false(physical.pipelines[1].columns[1]);
    assert_ok(build("SELECT count(*) FILTER (WHERE timestamp IS NOT NULL) FROM STREAM v"),
              &env.err);
    assert_true(physical.pipelines[1].columns[0]);
    assert_false(physical.pipelines[1].columns[1]);
}

/* Spark numbers operators from the output down, the left ones first. */
static void operators_are_numbered_from_the_output_and_stages_from_the_sources(void **state)
{
    (void)state;
    assert_ok(build("SELECT n, count(*) FROM (SELECT value % 7 AS k, count(*) AS n FROM STREAM v "
                    "GROUP BY value % 7) GROUP BY n"),
              &env.err);
    assert_int_equal(physical.stage_count, 2);
    assert_int_equal(physical.stages[0].operator_id, 1);
    assert_int_equal(physical.stages[1].operator_id, 0);
    assert_int_equal(physical.pipeline_count, 3);
    check_way(0, 1, FB_NO_STAGE);
    check_way(1, 0, 1);
    check_way(2, FB_NO_STAGE, 0);
}

static void a_union_of_aggregations_keeps_its_order(void **state)
{
    (void)state;
    assert_ok(build("SELECT value % 7 AS k, count(*) FROM STREAM v GROUP BY value % 7 UNION ALL "
                    "SELECT value, 1L FROM STREAM v UNION ALL "
                    "SELECT value % 3, count(*) FROM STREAM w GROUP BY value % 3"),
              &env.err);
    assert_int_equal(physical.stage_count, 2);
    assert_int_equal(physical.pipeline_count, 5);
    uint32_t left = physical.pipelines[0].from_stage, right = physical.pipelines[3].from_stage;
    assert_int_equal(physical.stages[left].operator_id, 0);
    assert_int_equal(physical.stages[right].operator_id, 1);
    check_way(0, left, FB_NO_STAGE);
    check_way(1, FB_NO_STAGE, left);
    check_way(2, FB_NO_STAGE, FB_NO_STAGE);
    check_way(3, right, FB_NO_STAGE);
    check_way(4, FB_NO_STAGE, right);
    assert_int_equal(physical.source_count, 2);
    assert_int_equal(physical.pipelines[4].source_index, 1);
}

static void an_aggregation_over_a_union_has_a_pipeline_for_each_side(void **state)
{
    (void)state;
    assert_ok(build("SELECT k, count(*) FROM (SELECT value AS k FROM STREAM v UNION ALL SELECT "
                    "unix_micros(timestamp) FROM STREAM w) GROUP BY k"),
              &env.err);
    assert_int_equal(physical.stage_count, 1);
    assert_int_equal(physical.pipeline_count, 3);
    check_way(1, FB_NO_STAGE, 0);
    check_way(2, FB_NO_STAGE, 0);
    assert_true(physical.pipelines[1].columns[1]);
    assert_true(physical.pipelines[2].columns[0]);
    assert_false(physical.pipelines[2].columns[1]);
}

static void a_sort_is_a_stage_without_operator_id(void **state)
{
    (void)state;
    assert_ok(build("SELECT value % 7 AS k, count(*) AS n FROM STREAM v GROUP BY value % 7 "
                    "ORDER BY n DESC"),
              &env.err);
    assert_int_equal(physical.stage_count, 2);
    assert_int_equal(physical.aggregate_count, 1);
    assert_int_equal(physical.stages[0].kind, FB_STAGE_AGGREGATE);
    assert_int_equal(physical.stages[1].kind, FB_STAGE_SORT);
    assert_int_equal(physical.stages[0].operator_id, 0);
    check_way(0, 1, FB_NO_STAGE);
    check_way(1, 0, 1);
    check_way(2, FB_NO_STAGE, 0);
}

static void watermarks_and_windows_are_steps(void **state)
{
    (void)state;
    assert_ok(build("SELECT window.start, count(*) FROM STREAM v WATERMARK timestamp DELAY OF "
                    "INTERVAL 5 MINUTES GROUP BY window(timestamp, '10 minutes')"),
              &env.err);
    assert_int_equal(physical.watermark_count, 1);
    assert_int_equal(physical.watermarks[0]->delay_ms, 300000);
    assert_true(physical.stages[0].has_watermark);
    assert_int_equal(physical.stages[0].aggregation.event_time_key, 0);
    const fb_pipeline *pipeline = &physical.pipelines[physical.pipeline_count - 1];
    uint32_t watermarks = 0, windows = 0;
    for (uint32_t i = 0; i < pipeline->step_count; i++) {
        watermarks += pipeline->steps[i].kind == FB_STEP_WATERMARK;
        windows += pipeline->steps[i].kind == FB_STEP_WINDOW;
        if (pipeline->steps[i].kind == FB_STEP_WINDOW) assert_int_equal(watermarks, 1);
    }
    assert_int_equal(watermarks, 1);
    assert_int_equal(windows, 1);
    assert_true(pipeline->columns[0]);
    assert_false(pipeline->columns[1]);
}

static void the_time_of_a_watermark_is_read_where_nothing_else_needs_it(void **state)
{
    (void)state;
    assert_ok(build("SELECT value % 3 AS k, count(*) FROM STREAM v WATERMARK timestamp DELAY OF "
                    "INTERVAL 5 MINUTES GROUP BY value % 3"),
              &env.err);
    const fb_pipeline *pipeline = &physical.pipelines[physical.pipeline_count - 1];
    assert_int_equal(physical.watermark_count, 1);
    assert_int_equal(pipeline->step_count, 1);
    assert_true(pipeline->columns[0]);
    assert_true(pipeline->columns[1]);
}

static void watermarks_are_numbered_from_the_left(void **state)
{
    (void)state;
    assert_ok(
        build("SELECT timestamp FROM STREAM v WATERMARK timestamp DELAY OF INTERVAL 1 SECOND "
              "UNION ALL "
              "SELECT timestamp FROM STREAM w WATERMARK timestamp DELAY OF INTERVAL 2 SECONDS"),
        &env.err);
    assert_int_equal(physical.watermark_count, 2);
    assert_int_equal(physical.watermarks[0]->delay_ms, 1000);
    assert_int_equal(physical.watermarks[1]->delay_ms, 2000);
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_session(an_aggregation_takes_what_its_keys_and_calls_refer_to),
        in_session(counting_rows_needs_no_column),
        in_session(operators_are_numbered_from_the_output_and_stages_from_the_sources),
        in_session(a_union_of_aggregations_keeps_its_order),
        in_session(an_aggregation_over_a_union_has_a_pipeline_for_each_side),
        in_session(a_sort_is_a_stage_without_operator_id),
        in_session(watermarks_and_windows_are_steps),
        in_session(the_time_of_a_watermark_is_read_where_nothing_else_needs_it),
        in_session(watermarks_are_numbered_from_the_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
