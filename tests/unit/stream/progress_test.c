/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/progress.h"
#include "test.h"

static fb_progress_input batch_input(const fb_source_progress *source)
{
    fb_progress_input input = {.id = FB_SLICE("i"),
                               .run_id = FB_SLICE("r"),
                               .trigger_wall_ms = 1767225600007,
                               .batch_id = 3,
                               .duration_us = 11400,
                               .since_last_trigger_us = 11000,
                               .sources = source,
                               .source_count = 1,
                               .sink_description = FB_SLICE("noop"),
                               .sink_row_count = 5};
    for (int i = 0; i < FB_TIME_COUNT; i++)
        input.step_us[i] = -1;
    input.step_us[FB_TIME_WAL_COMMIT] = 2999;
    input.step_us[FB_TIME_ADD_BATCH] = 4000;
    return input;
}

static void the_json_has_the_members_and_texts_of_spark(void **state)
{
    (void)state;
    const fb_source_progress source = {.description = FB_SLICE("Rate[\"x\"]"),
                                       .end_offset = FB_SLICE("{\"offset\":3}"),
                                       .latest_offset = FB_SLICE("7"),
                                       .row_count = 90000};
    fb_progress_input input = batch_input(&source);
    fb_error err;
    fb_progress *progress;
    assert_ok(fb_progress_create(&input, &progress, &err), &err);
    assert_string_equal(
        fb_progress_json(progress),
        "{\"id\":\"i\",\"runId\":\"r\",\"name\":null,\"timestamp\":\"2026-01-01T00:00:00.007Z\","
        "\"batchId\":3,\"batchDuration\":11,\"numInputRows\":90000,"
        "\"inputRowsPerSecond\":8181818.2,\"processedRowsPerSecond\":7894736.8,"
        "\"durationMs\":{\"addBatch\":4,\"walCommit\":2},\"stateOperators\":[],"
        "\"sources\":[{\"description\":\"Rate[\\\"x\\\"]\",\"startOffset\":null,"
        "\"endOffset\":{\"offset\":3},\"latestOffset\":7,\"numInputRows\":90000,"
        "\"inputRowsPerSecond\":8181818.2,\"processedRowsPerSecond\":7894736.8}],"
        "\"sink\":{\"description\":\"noop\",\"numOutputRows\":5}}");
    assert_int_equal(fb_progress_batch_id(progress), 3);
    assert_int_equal(fb_progress_input_rows(progress), 90000);
    assert_int_equal(fb_progress_duration_us(progress), 11400);
    assert_null(fb_progress_watermark(progress, NULL));
    fb_progress_release(progress);
}

static void
the_first_trigger_has_no_input_rate_and_short_batches_count_as_a_millisecond(void **state)
{
    (void)state;
    const fb_source_progress source = {.description = FB_SLICE("s"), .row_count = 10};
    fb_progress_input input = batch_input(&source);
    input.since_last_trigger_us = 0;
    input.duration_us = 20;
    input.name = FB_SLICE("named");
    fb_error err;
    fb_progress *progress;
    assert_ok(fb_progress_create(&input, &progress, &err), &err);
    assert_contains(fb_progress_json(progress), "\"name\":\"named\"");
    assert_contains(fb_progress_json(progress), "\"inputRowsPerSecond\":0.0,");
    assert_contains(fb_progress_json(progress), "\"processedRowsPerSecond\":10000.0,");
    fb_progress_release(progress);
}

static void state_and_event_time_are_told_as_spark_tells_them(void **state)
{
    (void)state;
    const fb_source_progress source = {.description = FB_SLICE("s")};
    static const int64_t snapshots[] = {11, -1, 11, 10, 11, 11, 11, 11, 11, 11, 9, 11};
    const fb_operator_progress operator_ = {.name = FB_SLICE("stateStoreSave"),
                                            .rows_total = 1,
                                            .rows_updated = 2,
                                            .rows_removed = 3,
                                            .rows_dropped = 4,
                                            .update_us = 5999,
                                            .removal_us = 6000,
                                            .commit_us = 7000,
                                            .memory_bytes = 824,
                                            .memory_hits = 8,
                                            .memory_misses = 9,
                                            .partition_count = 12,
                                            .store_count = 12,
                                            .snapshots = snapshots};
    fb_progress_input input = batch_input(&source);
    input.operators = &operator_;
    input.operator_count = 1;
    input.event_time = (fb_event_time_progress){.has_watermark = true,
                                                .has_times = true,
                                                .average_ms = 1704110700000,
                                                .max_ms = 1704110880123,
                                                .min_ms = -1,
                                                .timezone = fb_timezone_utc()};
    fb_error err;
    fb_progress *progress;
    assert_ok(fb_progress_create(&input, &progress, &err), &err);
    assert_contains(fb_progress_json(progress),
                    "\"eventTime\":{\"avg\":\"2024-01-01T12:05:00.000Z\","
                    "\"max\":\"2024-01-01T12:08:00.123Z\",\"min\":\"1969-12-31T23:59:59.999Z\","
                    "\"watermark\":\"1970-01-01T00:00:00.000Z\"},");
    assert_contains(fb_progress_json(progress),
                    "\"stateOperators\":[{\"operatorName\":\"stateStoreSave\",\"numRowsTotal\":1,"
                    "\"numRowsUpdated\":2,\"allUpdatesTimeMs\":5,\"numRowsRemoved\":3,"
                    "\"allRemovalsTimeMs\":6,\"commitTimeMs\":7,\"memoryUsedBytes\":824,"
                    "\"numRowsDroppedByWatermark\":4,\"numShufflePartitions\":12,"
                    "\"numStateStoreInstances\":12,\"customMetrics\":{"
                    "\"SnapshotLastUploaded.partition_0_default\":11,"
                    "\"SnapshotLastUploaded.partition_10_default\":9,"
                    "\"SnapshotLastUploaded.partition_1_default\":-1,"
                    "\"SnapshotLastUploaded.partition_2_default\":11,"
                    "\"SnapshotLastUploaded.partition_3_default\":10,\"forceSnapshotCount\":0,"
                    "\"loadedMapCacheHitCount\":8,\"loadedMapCacheMissCount\":9,"
                    "\"numSnapshotsAutoRepaired\":0,\"stateOnCurrentVersionSizeBytes\":824}}],");
    assert_int_equal(fb_progress_operator_count(progress), 1);
    assert_int_equal(fb_progress_state_rows(progress), 1);
    assert_int_equal(fb_progress_state_bytes(progress), 824);
    assert_int_equal(fb_progress_late_groups(progress), 4);
    int64_t watermark_ms = -1;
    assert_string_equal(fb_progress_watermark(progress, &watermark_ms), "1970-01-01 00:00:00");
    assert_int_equal(watermark_ms, 0);
    fb_progress_release(progress);
}

static void a_batch_without_rows_has_the_watermark_only(void **state)
{
    (void)state;
    const fb_source_progress source = {.description = FB_SLICE("s")};
    fb_progress_input input = batch_input(&source);
    input.event_time = (fb_event_time_progress){
        .has_watermark = true, .watermark_ms = 60001, .timezone = fb_timezone_utc()};
    fb_error err;
    fb_progress *progress;
    assert_ok(fb_progress_create(&input, &progress, &err), &err);
    assert_contains(fb_progress_json(progress),
                    "\"eventTime\":{\"watermark\":\"1970-01-01T00:01:00.001Z\"},");
    int64_t watermark_ms;
    assert_string_equal(fb_progress_watermark(progress, &watermark_ms), "1970-01-01 00:01:00.001");
    assert_int_equal(watermark_ms, 60001);
    assert_int_equal(fb_progress_operator_count(progress), 0);
    fb_progress_release(progress);
}

static void it_lives_until_the_last_release(void **state)
{
    (void)state;
    const fb_source_progress source = {.description = FB_SLICE("s")};
    fb_progress_input input = batch_input(&source);
    fb_error err;
    fb_progress *progress;
    assert_ok(fb_progress_create(&input, &progress, &err), &err);
    assert_ptr_equal(fb_progress_acquire(progress), progress);
    fb_progress_release(progress);
    assert_int_equal(fb_progress_batch_id(progress), 3);
    fb_progress_release(progress);
    fb_progress_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_has_the_members_and_texts_of_spark),
        cmocka_unit_test(
            the_first_trigger_has_no_input_rate_and_short_batches_count_as_a_millisecond),
        cmocka_unit_test(state_and_event_time_are_told_as_spark_tells_them),
        cmocka_unit_test(a_batch_without_rows_has_the_watermark_only),
        cmocka_unit_test(it_lives_until_the_last_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
