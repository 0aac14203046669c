/* SPDX-License-Identifier: Apache-2.0 */
#include "files/memory.h"
#include "source_env.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t creation_us = INT64_C(1704067200123456);
static const int64_t creation_ms = INT64_C(1704067200123);

static source_env env;
static fb_clock_manual wall;
static fb_filesystem *fs;

static int set_up(void **state)
{
    (void)state;
    fb_clock_manual_init(&wall, creation_us);
    fb_error err;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_env_deinit(&env);
    fb_filesystem_close(fs);
    return 0;
}

static void init_source(const char *const *options)
{
    source_env_init(&env, &fb_source_rate, options);
    env.config.fs = fs;
    env.config.log_directory = "/ck/sources/0";
    env.config.clock = &wall.base;
}

static void open_source(const char *const *options)
{
    init_source(options);
    source_env_open(&env, &fb_source_rate);
}

/* A text of seconds; several may be in use at once. */
static const char *seconds(int64_t value)
{
    static char texts[4][24];
    static int next;
    char *text = texts[next++ % 4];
    assert_true(snprintf(text, sizeof texts[0], "%" PRId64, value) > 0);
    return text;
}

static void the_description_is_sparks(void **state)
{
    (void)state;
    open_source((const char *const[]){"rampUpTime", "1m", "numPartitions", "3", NULL});
    assert_ok(fb_source_describe(env.source, &env.offset, &env.err), &env.err);
    assert_string_equal(fb_buf_text(&env.offset),
                        "RateStreamV2[rowsPerSecond=1, rampUpTimeSeconds=60, numPartitions=3");
    source_env_deinit(&env);
    open_source((const char *const[]){"rampUpTime", "1500ms", NULL});
    assert_ok(fb_source_describe(env.source, &env.offset, &env.err), &env.err);
    assert_string_equal(fb_buf_text(&env.offset),
                        "RateStreamV2[rowsPerSecond=1, rampUpTimeSeconds=1, numPartitions=default");
}

static void offsets_are_whole_seconds_since_the_creation(void **state)
{
    (void)state;
    open_source(NULL);
    assert_string_equal(source_env_latest(&env, "0"), "0");
    fb_clock_manual_advance(&wall, 999000);
    assert_string_equal(source_env_latest(&env, "0"), "0");
    fb_clock_manual_advance(&wall, 1000);
    assert_string_equal(source_env_latest(&env, "0"), "1");
    fb_clock_manual_advance(&wall, 59000000);
    assert_string_equal(source_env_latest(&env, "1"), "60");
}

static void a_clock_set_back_freezes_the_offset(void **state)
{
    (void)state;
    open_source(NULL);
    fb_clock_manual_advance(&wall, 10000000);
    assert_string_equal(source_env_latest(&env, "0"), "10");
    wall.wall_us_now -= 60000000;
    assert_string_equal(source_env_latest(&env, "10"), "10");
    wall.wall_us_now += 62000000;
    assert_string_equal(source_env_latest(&env, "10"), "12");
}

static void a_machine_whose_clock_is_behind_does_not_go_back(void **state)
{
    (void)state;
    open_source(NULL);
    assert_string_equal(source_env_latest(&env, "500"), "500");
    source_env_plan(&env, "500", "700");
    assert_string_equal(source_env_latest(&env, "500"), "700");
}

static void the_creation_time_is_written_once_and_kept(void **state)
{
    (void)state;
    open_source(NULL);
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(fs, "/ck/sources/0/0", 100, &content, &env.err), &env.err);
    assert_string_equal(fb_buf_text(&content), "v1\n1704067200123");
    fb_buf_deinit(&content);
    source_env_deinit(&env);
    fb_clock_manual_advance(&wall, 7500000);
    open_source(NULL);
    assert_string_equal(source_env_latest(&env, "0"), "7");
    int64_t times[7], values[7];
    source_env_plan(&env, "0", "7");
    assert_int_equal(source_env_read(&env, 0, 1, times, values), 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(times[i], (creation_ms + i * 1000) * 1000);
}

static void check_bad_log(const char *content, const char *expected)
{
    assert_ok(fb_filesystem_replace(fs, "/ck/sources/0/0", fb_slice_of(content), &env.err),
              &env.err);
    init_source(NULL);
    assert_status(fb_source_open(&fb_source_rate, &env.config, &env.source, &env.err),
                  FB_E_CORRUPT);
    assert_contains(env.err.message, expected);
    assert_contains(env.err.message, "/ck/sources/0/0");
    source_env_deinit(&env);
}

static void a_damaged_log_is_named(void **state)
{
    (void)state;
    check_bad_log("", "failed to detect the log file version line");
    check_bad_log("1704067200123", "failed to detect the log file version line");
    check_bad_log("x1\n1704067200123", "failed to detect the log file version line");
    check_bad_log("v2\n1704067200123", "failed to read correct log version from v2");
    check_bad_log("v1\n", "offset 3: expected the source's creation time");
    check_bad_log("v1\n17040672x0123", "offset 3: expected the source's creation time");
    static char large[100000] = "v1\n";
    memset(large + 3, '1', sizeof large - 4);
    check_bad_log(large, "offset 3: expected the source's creation time");
    check_bad_log("v1\n9223372036854775807", "offset 3: expected the source's creation time");
    init_source(NULL);
}

/* The numbers of rows that Spark 4.2.0 gives. */
static void rates_ramp_up_as_in_spark(void **state)
{
    (void)state;
    static const struct {
        const char *rate, *ramp_up;
        int64_t totals[9];
    } cases[] = {
        {"6", "2", {0, 2, 6, 12, 18, 24, 30, 36, 42}},
        {"10", "4", {0, 2, 6, 12, 20, 30, 40, 50, 60}},
        {"10", "5", {0, 1, 3, 6, 10, 15, 25, 35, 45}},
        {"5", "0", {0, 5, 10, 15, 20, 25, 30, 35, 40}},
        {"90000", "1", {0, 45000, 135000, 225000, 315000, 405000, 495000, 585000, 675000}},
    };
    static int64_t values[SOURCE_ENV_MAX_ROWS];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_source((const char *const[]){"rowsPerSecond", cases[i].rate, "rampUpTime",
                                          cases[i].ramp_up, NULL});
        for (int s = 0; s < 8; s++) {
            uint32_t splits = source_env_plan(&env, seconds(s), seconds(s + 1));
            size_t rows = source_env_read(&env, 0, splits, NULL, values);
            assert_int_equal(rows, cases[i].totals[s + 1] - cases[i].totals[s]);
            for (size_t k = 0; k < rows; k++)
                assert_int_equal(values[k], cases[i].totals[s] + (int64_t)k);
        }
        source_env_deinit(&env);
    }
    init_source(NULL);
}

static void timestamps_are_rounded_half_up_as_in_spark(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerSecond", "6", "rampUpTime", "2", NULL});
    static const int64_t expected_ms[] = {0, 333, 667, 1000, 1333, 1667};
    int64_t times[6];
    source_env_plan(&env, "0", "2");
    assert_int_equal(source_env_read(&env, 0, 1, times, NULL), 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(times[i], (creation_ms + expected_ms[i]) * 1000);
}

static void partitions_take_turns_as_in_spark(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerSecond", "5", "numPartitions", "2", NULL});
    static const int64_t expected[] = {50, 52, 54, 51, 53};
    int64_t times[5], values[5];
    uint32_t splits = source_env_plan(&env, "10", "11");
    assert_int_equal(splits, 2);
    assert_int_equal(source_env_read(&env, 0, splits, times, values), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(values[i], expected[i]);
    assert_int_equal(times[4], (creation_ms + 10600) * 1000);
}

/* Spark's formula row by row: Java rounds to the nearest whole number, halves up. */
static void check_timestamps(const char *rate, const char *stripes, int64_t from, int64_t to)
{
    static int64_t times[SOURCE_ENV_MAX_ROWS], values[SOURCE_ENV_MAX_ROWS];
    open_source((const char *const[]){"rowsPerSecond", rate, "numPartitions", stripes, NULL});
    uint32_t splits = source_env_plan(&env, seconds(from), seconds(to));
    uint32_t count = splits < 8 ? splits : 8;
    size_t rows = source_env_read(&env, splits - count, splits, times, values);
    int64_t first = from * strtoll(rate, NULL, 10), end = to * strtoll(rate, NULL, 10);
    double ms_per_row = (double)((to - from) * 1000) / (double)(end - first);
    for (size_t i = 0; i < rows; i++) {
        double ms = (double)(values[i] - first) * ms_per_row;
        double whole = floor(ms);
        if (ms - whole >= 0.5) whole += 1;
        int64_t expected = (creation_ms + from * 1000 + (int64_t)whole) * 1000;
        if (times[i] != expected)
            fail_msg("rate %s, value %" PRId64 ": %" PRId64 ", expected %" PRId64, rate, values[i],
                     times[i], expected);
    }
    assert_true(rows > 0);
    source_env_deinit(&env);
}

static void the_quick_way_to_timestamps_gives_the_same(void **state)
{
    (void)state;
    check_timestamps("90000", "1", 1, 3);
    check_timestamps("2000", "1", 5, 105); /* every other row is a half */
    check_timestamps("2000", "3", 5, 105);
    check_timestamps("7", "1", 0, 10000);
    check_timestamps("16000", "1", 0, 8);
    check_timestamps("333333", "7", 1000, 1003);
    check_timestamps("1000000", "1", 0, 1);
    check_timestamps("123456789", "1", 0, 2);
    check_timestamps("1", "1", 0, INT64_C(5000000000)); /* 158 years: the long way */
    check_timestamps("9000000000000000", "1", 0, 1000); /* rows above 2^53 */
    init_source(NULL);
}

static void a_column_that_is_not_asked_for_does_not_change_the_other(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerSecond", "10000", NULL});
    static int64_t a[10000], b[10000], c[10000], d[10000];
    source_env_plan(&env, "3", "4");
    assert_int_equal(source_env_read(&env, 0, 1, a, b), 10000);
    assert_int_equal(source_env_read(&env, 0, 1, c, NULL), 10000);
    assert_int_equal(source_env_read(&env, 0, 1, NULL, d), 10000);
    assert_memory_equal(a, c, sizeof a);
    assert_memory_equal(b, d, sizeof b);
}

static void a_large_batch_is_cut_into_splits_by_its_rows(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerSecond", "1000000", NULL});
    assert_int_equal(source_env_plan(&env, "0", "1"), 8);
    static int64_t values[SOURCE_ENV_MAX_ROWS];
    assert_int_equal(source_env_read(&env, 0, 8, NULL, values), 1000000);
    for (int i = 0; i < 1000000; i++)
        assert_int_equal(values[i], i);
}

static void available_now_stays_at_the_second_of_its_start(void **state)
{
    (void)state;
    open_source(NULL);
    fb_clock_manual_advance(&wall, 3500000);
    assert_ok(fb_source_prepare_available_now(env.source, &env.err), &env.err);
    fb_clock_manual_advance(&wall, 10000000);
    assert_string_equal(source_env_latest(&env, "0"), "3");
    assert_string_equal(source_env_latest(&env, "3"), "3");
}

static void the_next_poll_is_when_the_next_second_is_full(void **state)
{
    (void)state;
    open_source(NULL);
    source_env_latest(&env, "0");
    /* The creation time was cut to milliseconds: 456 us of the second have gone. */
    assert_int_equal(fb_source_next_poll_us(env.source, 5000000, 1), 5000000 + 1000000 - 456);
    fb_clock_manual_advance(&wall, 999543);
    assert_int_equal(fb_source_next_poll_us(env.source, 5000000, 1), 5000001);
    fb_clock_manual_advance(&wall, 1);
    assert_int_equal(fb_source_next_poll_us(env.source, 5000000, 1), 5000000);
    assert_string_equal(source_env_latest(&env, "0"), "1");
    wall.wall_us_now -= INT64_C(3600000000);
    assert_in_range(fb_source_next_poll_us(env.source, 5000000, 1), 5999000, 6000000);
}

static void a_ramp_that_cannot_end_is_refused_as_in_spark(void **state)
{
    (void)state;
    init_source(
        (const char *const[]){"rowsPerSecond", "9223372036854775807", "rampUpTime", "2s", NULL});
    const fb_type *schema;
    assert_status(fb_source_rate.schema(&env.config, &env.arena, &schema, &env.err), FB_E_INVALID);
    assert_string_equal(env.err.condition, "INCORRECT_RAMP_UP_RATE");
    assert_string_equal(env.err.message, "Max offset with 9223372036854775807 rowsPerSecond is 1, "
                                         "but 'rampUpTimeSeconds' is 2.");
}

static void check_bad_range(const char *start, const char *end, const char *expected)
{
    uint32_t splits;
    assert_status(
        fb_source_plan(env.source, fb_slice_of(start), fb_slice_of(end), &splits, &env.err),
        FB_E_CORRUPT);
    assert_contains(env.err.message, expected);
}

static void impossible_ranges_are_named(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerSecond", "1000000", NULL});
    check_bad_range("0", "abc", "offset 'abc': expected a number of seconds");
    check_bad_range("0", "-5", "offset '-5': expected a number of seconds");
    check_bad_range("", "5", "offset '': expected a number of seconds");
    check_bad_range("0", " 5", "offset ' 5'");
    check_bad_range("7", "5", "startSeconds(7) > endSeconds(5)");
    check_bad_range("0", "9223372036855",
                    "Max offset with 1000000 rowsPerSecond is 9223372036854, "
                    "but it's 9223372036855 now.");
    check_bad_range("0", "9223372036854", "timestamps do not fit");
}

int main(void)
{
#define RATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RATE_TEST(the_description_is_sparks),
        RATE_TEST(offsets_are_whole_seconds_since_the_creation),
        RATE_TEST(a_clock_set_back_freezes_the_offset),
        RATE_TEST(a_machine_whose_clock_is_behind_does_not_go_back),
        RATE_TEST(the_creation_time_is_written_once_and_kept),
        RATE_TEST(a_damaged_log_is_named),
        RATE_TEST(rates_ramp_up_as_in_spark),
        RATE_TEST(timestamps_are_rounded_half_up_as_in_spark),
        RATE_TEST(partitions_take_turns_as_in_spark),
        RATE_TEST(the_quick_way_to_timestamps_gives_the_same),
        RATE_TEST(a_column_that_is_not_asked_for_does_not_change_the_other),
        RATE_TEST(a_large_batch_is_cut_into_splits_by_its_rows),
        RATE_TEST(available_now_stays_at_the_second_of_its_start),
        RATE_TEST(the_next_poll_is_when_the_next_second_is_full),
        RATE_TEST(a_ramp_that_cannot_end_is_refused_as_in_spark),
        RATE_TEST(impossible_ranges_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
