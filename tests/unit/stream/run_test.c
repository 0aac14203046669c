/* SPDX-License-Identifier: Apache-2.0
 *
 * Triggers, idleness and recovery of a whole query in simulated time. */
#include "session/session_state.h"
#include "sim_query.h"
#include "test.h"

#include <stdio.h>

static const char one_per_batch[] =
    "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '1');";
static const char ten_per_second[] =
    "CREATE TEMPORARY VIEW v USING rate OPTIONS (rowsPerSecond '10');";

static sim_world world;
static fb_error err;

static int set_up(void **state)
{
    (void)state;
    sim_world_init(&world, 7);
    err = (fb_error){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sim_world_deinit(&world);
    return 0;
}

static const char *batch(int64_t id)
{
    return world.record.batches[id].data ? world.record.batches[id].data : "(none)";
}

static void interval_triggers_tick_at_multiples_since_the_epoch(void **state)
{
    (void)state;
    /* 1,700,000,003.0 s: the first batch at once, then at the multiples of 10 s. */
    world.clock.wall_us_now = INT64_C(1700000003000000);
    const sim_job job = {.views = one_per_batch,
                         .query = "SELECT unix_millis(current_timestamp()) FROM STREAM v",
                         .trigger = {FB_TRIGGER_INTERVAL, 10000},
                         .last_batch = 3};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_string_equal(batch(0), "1700000003000\n");
    assert_string_equal(batch(1), "1700000010000\n");
    assert_string_equal(batch(2), "1700000020000\n");
    assert_string_equal(batch(3), "1700000030000\n");
}

static void set_back(sim_world *of, int64_t batch_id)
{
    if (batch_id == 1) of->clock.wall_us_now -= INT64_C(86400000000);
}

static void a_clock_that_is_set_back_delays_a_tick_by_an_interval_at_most(void **state)
{
    (void)state;
    sim_job job = {.views = one_per_batch,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_INTERVAL, 10000},
                   .last_batch = 3};
    world.after_batch = set_back;
    int64_t began_us = world.clock.monotonic_us_now;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_in_range(world.clock.monotonic_us_now - began_us, 20000000, 31000000);
}

static void a_report_may_be_due_never(void **state)
{
    (void)state;
    static const char never[] = "SET spark.sql.streaming.noDataProgressEventInterval ="
                                "9223372036854775807us;\n"
                                "CREATE TEMPORARY VIEW v USING rate;";
    fb_clock_manual_advance(&world.clock, INT64_C(1) << 40);
    sim_job job = {.views = never,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_INTERVAL, 0},
                   .last_batch = 2};
    int64_t began_us = world.clock.monotonic_us_now;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_in_range(world.clock.monotonic_us_now - began_us, 1000000, 2100000);
}

static void uses_of_one_source_must_stand_at_the_same_offset(void **state)
{
    (void)state;
    static const char two[] =
        "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '1');\n"
        "CREATE TEMPORARY VIEW w USING `rate-micro-batch` OPTIONS (rowsPerBatch '2');";
    sim_job job = {.views = two,
                   .query = "SELECT value FROM STREAM v UNION ALL SELECT value FROM STREAM w",
                   .trigger = {FB_TRIGGER_INTERVAL, 0},
                   .last_batch = 1};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    job.query = "SELECT value FROM STREAM v UNION ALL SELECT value FROM STREAM v";
    assert_status(sim_world_run(&world, &job, &err), FB_E_INVALID);
    assert_contains(err.message, "uses source 0 more than once");
    assert_contains(err.message, "{\"offset\":4,");
}

static void a_source_is_looked_at_when_it_expects_data(void **state)
{
    (void)state;
    const sim_job job = {.views = ten_per_second,
                         .query = "SELECT value FROM STREAM v",
                         .trigger = {FB_TRIGGER_INTERVAL, 0},
                         .last_batch = 3};
    int64_t began_us = world.clock.monotonic_us_now;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_string_equal(batch(0), ""); /* the first batch runs even if it is empty */
    assert_string_equal(batch(1), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    assert_in_range(world.clock.monotonic_us_now - began_us, 3000000, 3100000);
}

static void once_runs_one_batch_and_available_now_all_there_is(void **state)
{
    (void)state;
    sim_job job = {.views = ten_per_second,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_ONCE, 0},
                   .last_batch = 99};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 0);
    fb_clock_manual_advance(&world.clock, 2000000);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 1);
    assert_int_equal(world.record.batches[1].size, 10 * 2 + 10 * 3);
    job.trigger.kind = FB_TRIGGER_AVAILABLE_NOW;
    assert_ok(sim_world_run(&world, &job, &err), &err); /* nothing new: no batch */
    assert_int_equal(world.record.newest, 1);
    fb_clock_manual_advance(&world.clock, 1000000);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 2);
}

static void a_clock_that_goes_back_stops_the_source_and_loses_nothing(void **state)
{
    (void)state;
    sim_job job = {.views = ten_per_second,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_INTERVAL, 0},
                   .last_batch = 2};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    world.clock.wall_us_now -= INT64_C(3600000000);
    job.last_batch = 3;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    /* An hour until the clock is where it was; the rows go on where they stopped. */
    assert_string_equal(batch(3), "20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n");
    assert_string_equal(world.record.complaint, "");
}

static void a_planned_batch_is_run_again_with_its_own_time_and_range(void **state)
{
    (void)state;
    const sim_job job = {.views = ten_per_second,
                         .query = "SELECT value, unix_millis(current_timestamp()) FROM STREAM v",
                         .trigger = {FB_TRIGGER_INTERVAL, 0},
                         .last_batch = 2};
    world.record.fail_at_batch = 2;
    assert_status(sim_world_run(&world, &job, &err), FB_E_IO);
    int64_t planned_ms = world.clock.wall_us_now / 1000;
    fb_clock_manual_advance(&world.clock, INT64_C(86400000000));
    assert_ok(sim_world_run(&world, &job, &err), &err);
    char expected[32];
    (void)snprintf(expected, sizeof expected, "10 %lld\n", (long long)planned_ms);
    assert_true(strncmp(batch(2), expected, strlen(expected)) == 0);
    assert_int_equal(world.record.batches[2].size, 10 * strlen(expected));
}

static void rows_follow_the_plan_also_where_a_source_is_used_again(void **state)
{
    (void)state;
    static const char two[] =
        "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '2');\n"
        "CREATE TEMPORARY VIEW w USING `rate-micro-batch` OPTIONS (rowsPerBatch '1');";
    const sim_job job = {
        .views = two,
        .query = "SELECT 'a', value FROM STREAM v UNION ALL SELECT 'b', value FROM STREAM "
                 "w UNION ALL SELECT 'c', value FROM STREAM v",
        .trigger = {FB_TRIGGER_ONCE, 0},
        .last_batch = 9};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_string_equal(batch(0), "a 0\na 1\nb 0\nc 0\nc 1\n");
}

static void a_batch_that_fails_is_aborted(void **state)
{
    (void)state;
    const sim_job job = {.views = one_per_batch,
                         .query = "SELECT 1 div (value - 2) FROM STREAM v",
                         .trigger = {FB_TRIGGER_INTERVAL, 0},
                         .last_batch = 9};
    assert_status(sim_world_run(&world, &job, &err), FB_E_COMPUTE);
    assert_int_equal(world.record.newest, 1);
    assert_int_equal(world.record.aborted, 1);
}

static void another_number_of_sources_is_refused(void **state)
{
    (void)state;
    sim_job job = {.views = one_per_batch,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_ONCE, 0},
                   .last_batch = 9};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    job.query = "SELECT value FROM STREAM v UNION ALL SELECT value + 1 FROM STREAM v";
    assert_status(sim_world_run(&world, &job, &err), FB_E_INVALID);
    assert_contains(err.message, "there are 1 sources in the checkpoint's offsets and now there "
                                 "are 2 sources requested by the query");
    assert_int_equal(world.record.newest, 0);
}

static void an_offset_of_another_source_is_refused_by_name(void **state)
{
    (void)state;
    sim_job job = {.views = one_per_batch,
                   .query = "SELECT value FROM STREAM v",
                   .trigger = {FB_TRIGGER_ONCE, 0},
                   .last_batch = 9};
    assert_ok(sim_world_run(&world, &job, &err), &err);
    job.views = ten_per_second;
    assert_status(sim_world_run(&world, &job, &err), FB_E_CORRUPT);
    assert_contains(err.message, "{\"offset\":1,\"timestamp\":1000}");
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(interval_triggers_tick_at_multiples_since_the_epoch),
        in_world(a_clock_that_is_set_back_delays_a_tick_by_an_interval_at_most),
        in_world(a_report_may_be_due_never),
        in_world(uses_of_one_source_must_stand_at_the_same_offset),
        in_world(a_source_is_looked_at_when_it_expects_data),
        in_world(once_runs_one_batch_and_available_now_all_there_is),
        in_world(a_clock_that_goes_back_stops_the_source_and_loses_nothing),
        in_world(a_planned_batch_is_run_again_with_its_own_time_and_range),
        in_world(rows_follow_the_plan_also_where_a_source_is_used_again),
        in_world(a_batch_that_fails_is_aborted),
        in_world(another_number_of_sources_is_refused),
        in_world(an_offset_of_another_source_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
