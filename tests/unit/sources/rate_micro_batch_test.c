/* SPDX-License-Identifier: Apache-2.0 */
#include "source_env.h"

static source_env env;

static void open_source(const char *const *options)
{
    source_env_init(&env, &fb_source_rate_micro_batch, options);
    source_env_open(&env, &fb_source_rate_micro_batch);
}

static int tear_down(void **state)
{
    (void)state;
    source_env_deinit(&env);
    return 0;
}

static void the_description_is_sparks(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "3", "startTimestamp", "1704067200123",
                                      "numPartitions", "2", NULL});
    assert_ok(fb_source_describe(env.source, &env.offset, &env.err), &env.err);
    assert_string_equal(fb_buf_text(&env.offset),
                        "RatePerMicroBatchStream[rowsPerBatch=3, numPartitions=2, "
                        "startTimestamp=1704067200123, advanceMsPerBatch=1000]");
}

static void each_batch_has_the_rows_and_the_timestamp_of_its_start(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "20", "startTimestamp", "1000",
                                      "advanceMillisPerBatch", "50", NULL});
    bool has_offset;
    assert_ok(fb_source_initial_offset(env.source, &env.offset, &has_offset, &env.err), &env.err);
    assert_true(has_offset);
    assert_string_equal(fb_buf_text(&env.offset), "{\"offset\":0,\"timestamp\":1000}");
    assert_string_equal(source_env_latest(&env, "{\"offset\":20,\"timestamp\":1050}"),
                        "{\"offset\":40,\"timestamp\":1100}");
    uint32_t splits = source_env_plan(&env, "{\"offset\":20,\"timestamp\":1050}",
                                      "{\"offset\":40,\"timestamp\":1100}");
    assert_int_equal(splits, 1);
    int64_t times[20], values[20];
    assert_int_equal(source_env_read(&env, 0, splits, times, values), 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(times[i], 1050000);
        assert_int_equal(values[i], 20 + i);
    }
}

static void partitions_take_turns_as_in_spark(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "3", "numPartitions", "2", NULL});
    uint32_t splits = source_env_plan(&env, NULL, "{\"offset\":3,\"timestamp\":1000}");
    int64_t values[3];
    assert_int_equal(source_env_read(&env, 0, splits, NULL, values), 3);
    assert_int_equal(values[0], 0);
    assert_int_equal(values[1], 2);
    assert_int_equal(values[2], 1);
}

static void available_now_is_exactly_one_batch(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "5", NULL});
    assert_ok(fb_source_prepare_available_now(env.source, &env.err), &env.err);
    assert_string_equal(source_env_latest(&env, "{\"offset\":5,\"timestamp\":1000}"),
                        "{\"offset\":10,\"timestamp\":2000}");
    assert_string_equal(source_env_latest(&env, "{\"offset\":10,\"timestamp\":2000}"),
                        "{\"offset\":10,\"timestamp\":2000}");
}

static void offsets_stop_at_the_largest_number(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "9223372036854775807", NULL});
    assert_string_equal(source_env_latest(&env, "{\"offset\":7,\"timestamp\":9223372036854775}"),
                        "{\"offset\":9223372036854775807,\"timestamp\":9223372036854775}");
}

static void members_may_come_in_any_order_with_others_beside(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "2", NULL});
    assert_string_equal(source_env_latest(&env, " {\"x\":[1], \"timestamp\":5, \"offset\":3 } "),
                        "{\"offset\":5,\"timestamp\":1005}");
}

static void a_range_that_goes_backwards_is_named_as_in_spark(void **state)
{
    (void)state;
    open_source((const char *const[]){"rowsPerBatch", "2", "startTimestamp", "7000", NULL});
    uint32_t splits;
    assert_status(fb_source_plan(env.source, FB_SLICE("{\"offset\":4,\"timestamp\":0}"),
                                 FB_SLICE("{\"offset\":2,\"timestamp\":0}"), &splits, &env.err),
                  FB_E_CORRUPT);
    assert_string_equal(env.err.condition,
                        "MALFORMED_STATE_IN_RATE_PER_MICRO_BATCH_SOURCE.INVALID_OFFSET");
    /* Batch 0 again, after startTimestamp was raised. */
    assert_status(fb_source_plan(env.source, (fb_slice){0},
                                 FB_SLICE("{\"offset\":2,\"timestamp\":1000}"), &splits, &env.err),
                  FB_E_CORRUPT);
    assert_string_equal(env.err.condition,
                        "MALFORMED_STATE_IN_RATE_PER_MICRO_BATCH_SOURCE.INVALID_TIMESTAMP");
    assert_contains(env.err.message, "startTimestamp(7000) > endTimestamp(1000)");
}

static void rows_per_batch_is_required(void **state)
{
    (void)state;
    source_env_init(&env, &fb_source_rate_micro_batch,
                    (const char *const[]){"rowsPerBatch", "1", NULL});
    const fb_source_ops *ops = &fb_source_rate_micro_batch;
    assert_status(fb_options_parse(ops->options, ops->option_count, "source 'rate-micro-batch'",
                                   NULL, 0, env.values, NULL, &env.err),
                  FB_E_INVALID);
    assert_contains(env.err.message, "rowsPerBatch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_description_is_sparks, tear_down),
        cmocka_unit_test_teardown(each_batch_has_the_rows_and_the_timestamp_of_its_start,
                                  tear_down),
        cmocka_unit_test_teardown(partitions_take_turns_as_in_spark, tear_down),
        cmocka_unit_test_teardown(available_now_is_exactly_one_batch, tear_down),
        cmocka_unit_test_teardown(offsets_stop_at_the_largest_number, tear_down),
        cmocka_unit_test_teardown(members_may_come_in_any_order_with_others_beside, tear_down),
        cmocka_unit_test_teardown(a_range_that_goes_backwards_is_named_as_in_spark, tear_down),
        cmocka_unit_test_teardown(rows_per_batch_is_required, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
