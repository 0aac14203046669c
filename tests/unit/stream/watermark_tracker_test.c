/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/watermark_tracker.h"

#include "test.h"

static const fb_plan five_minutes = {.kind = FB_PLAN_WATERMARK, .delay_ms = 300000};
static const fb_plan one_second = {.kind = FB_PLAN_WATERMARK, .delay_ms = 1000};
static const fb_plan *const both[] = {&five_minutes, &one_second};
static fb_arena arena;
static fb_error err;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    return 0;
}

static fb_watermark_tracker make(uint32_t count, const char *policy, int64_t global_ms)
{
    fb_watermark_tracker tracker;
    assert_ok(fb_watermark_tracker_init(&tracker, &arena, both, count, fb_slice_of(policy),
                                        global_ms, &err),
              &err);
    return tracker;
}

static int64_t see(fb_watermark_tracker *tracker, int64_t first_ms, int64_t second_ms)
{
    const fb_event_time_stats stats[] = {{.max_ms = first_ms, .count = first_ms != 0},
                                         {.max_ms = second_ms, .count = second_ms != 0}};
    fb_watermark_tracker_observe(tracker, stats);
    return tracker->global_ms;
}

static void it_follows_the_largest_time_at_the_delay_and_never_goes_back(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(1, "min", 0);
    assert_int_equal(see(&tracker, 1000000, 0), 700000);
    assert_int_equal(see(&tracker, 999999, 0), 700000);
    assert_int_equal(see(&tracker, 0, 0), 700000);
    assert_int_equal(see(&tracker, 1000001, 0), 700001);
}

static void the_least_waits_for_every_node(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(2, "min", 0);
    assert_int_equal(see(&tracker, 1000000, 0), 0);
    assert_int_equal(see(&tracker, 0, 500000), 499000);
    assert_int_equal(see(&tracker, 0, 900000), 700000);
}

static void the_least_is_of_what_each_node_ever_saw(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(2, "min", 0);
    assert_int_equal(see(&tracker, 1000000, 500000), 499000);
    assert_int_equal(see(&tracker, 850000, 600000), 599000); /* not 550000 */
    assert_int_equal(see(&tracker, 0, 800000), 700000);
}

static void the_largest_does_not(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(2, "MAX", 0);
    assert_int_equal(see(&tracker, 1000000, 0), 700000);
    assert_int_equal(see(&tracker, 0, 500000), 700000);
    assert_int_equal(see(&tracker, 0, 800000), 799000);
}

static void after_a_restart_the_recovered_value_stands_until_it_is_exceeded(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(2, "min", 600000);
    assert_int_equal(see(&tracker, 2000000, 0), 600000);
    assert_int_equal(see(&tracker, 0, 500000), 600000);
    assert_int_equal(see(&tracker, 0, 700000), 699000);
}

static void times_before_1970_move_nothing(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(1, "min", 0);
    assert_int_equal(see(&tracker, -5000, 0), 0);
    assert_int_equal(see(&tracker, INT64_MIN, 0), 0);
    assert_int_equal(see(&tracker, 300001, 0), 1);
}

static void a_plan_without_watermarks_keeps_what_the_log_said(void **state)
{
    (void)state;
    fb_watermark_tracker tracker = make(0, "min", 42);
    fb_watermark_tracker_observe(&tracker, NULL);
    assert_int_equal(tracker.global_ms, 42);
}

static void thresholds_beyond_what_a_timestamp_holds_are_its_ends(void **state)
{
    (void)state;
    assert_int_equal(fb_watermark_us(-3), -3000);
    assert_true(fb_watermark_us(INT64_MAX) == INT64_MAX);
    assert_true(fb_watermark_us(INT64_MIN / 2) == INT64_MIN);
}

#define with_arena(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(it_follows_the_largest_time_at_the_delay_and_never_goes_back),
        with_arena(the_least_waits_for_every_node),
        with_arena(the_least_is_of_what_each_node_ever_saw),
        with_arena(the_largest_does_not),
        with_arena(after_a_restart_the_recovered_value_stands_until_it_is_exceeded),
        with_arena(times_before_1970_move_nothing),
        with_arena(a_plan_without_watermarks_keeps_what_the_log_said),
        cmocka_unit_test(thresholds_beyond_what_a_timestamp_holds_are_its_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
