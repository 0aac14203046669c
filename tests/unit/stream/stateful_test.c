/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries with state, whole: watermarks and batches without data, what restarts do to them, and
 * what a checkpoint is refused for. */
#include "sim_state.h"

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

/* --- the worked timeline: counts of ten minutes, late after five --- */

static const char *const timeline[] = {
    "{\"t\":\"2024-01-01 12:02:00\"}\n{\"t\":\"2024-01-01 12:08:00\"}\n",
    "{\"t\":\"2024-01-01 12:14:00\"}\n{\"t\":\"2024-01-01 12:01:00\"}\n"
    "{\"t\":\"2024-01-01 12:11:00\"}\n",
    "{\"t\":\"2024-01-01 12:16:00\"}\n",
    "{\"t\":\"2024-01-01 12:07:00\"}\n{\"t\":\"2024-01-01 12:18:00\"}\n",
    "{\"t\":\"2024-01-01 12:40:00\"}\n",
};
static int next_file;

static void put_file(void)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/in/%d.json", next_file);
    const char *text = timeline[next_file++];
    assert_true(sim_disk_put(world.disk, path, fb_slice_of(text)));
}

/* The next file comes when the one before has been dealt with. */
static void feed_after_odd_batches(sim_world *of, int64_t batch_id)
{
    (void)of;
    if (batch_id % 2 == 1 && next_file < 4) put_file();
}

static void feed_after_every_batch(sim_world *of, int64_t batch_id)
{
    (void)of;
    (void)batch_id;
    if (next_file < 4) put_file();
}

static sim_job timeline_job(fb_output_mode mode, int64_t last_batch)
{
    return (sim_job){
        .views = "SET spark.sql.shuffle.partitions = 1;\n"
                 "CREATE TEMPORARY VIEW v (t TIMESTAMP) USING json OPTIONS (path '/in', "
                 "maxFilesPerTrigger '1');",
        .query = "SELECT minute(window.start), count(*) FROM STREAM v WATERMARK t DELAY OF "
                 "INTERVAL 5 MINUTES GROUP BY window(t, '10 minutes')",
        .last_batch = last_batch,
        .mode = mode};
}

#define WITHOUT_EMPTY_BATCHES                                                \
    "SET spark.sql.shuffle.partitions = 1;\n"                                \
    "SET spark.sql.streaming.noDataMicroBatches.enabled = false;\n"          \
    "CREATE TEMPORARY VIEW v (t TIMESTAMP) USING json OPTIONS (path '/in', " \
    "maxFilesPerTrigger '1');"

static void begin_timeline(void)
{
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->mkdir(disk, "/in"), 0);
    next_file = 0;
    put_file();
}

static void append_mode_follows_the_timeline(void **state)
{
    (void)state;
    static const char *const expected[] = {"", "", "", "", "", "0 3\n", ""};
    begin_timeline();
    world.after_batch = feed_after_odd_batches;
    const sim_job job = timeline_job(FB_OUTPUT_APPEND, 6);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    for (int i = 0; i <= 6; i++)
        assert_string_equal(batch(i), expected[i]);
    assert_contains(world.progress, "\"numRowsDroppedByWatermark\":1,");
    assert_contains(world.progress, "\"watermark\":\"2024-01-01T12:11:00.000Z\"");
    assert_contains(world.progress, "\"avg\":\"2024-01-01T12:12:30.000Z\"");
}

static void update_mode_follows_the_timeline(void **state)
{
    (void)state;
    static const char *const expected[] = {"0 2\n", "", "10 2\n0 3\n", "", "10 3\n", "", "10 4\n"};
    begin_timeline();
    world.after_batch = feed_after_odd_batches;
    const sim_job job = timeline_job(FB_OUTPUT_UPDATE, 6);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    for (int i = 0; i <= 6; i++)
        assert_string_equal(batch(i), expected[i]);
}

static void complete_mode_knows_no_lateness_and_no_batches_without_data(void **state)
{
    (void)state;
    begin_timeline();
    world.after_batch = feed_after_every_batch;
    const sim_job job = timeline_job(FB_OUTPUT_COMPLETE, 3);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_string_equal(batch(0), "0 2\n");
    assert_string_equal(batch(3), "0 4\n10 4\n");
}

static void batches_without_data_can_be_switched_off(void **state)
{
    (void)state;
    begin_timeline();
    world.after_batch = feed_after_every_batch;
    sim_job job = timeline_job(FB_OUTPUT_APPEND, 3);
    job.views = WITHOUT_EMPTY_BATCHES;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_string_equal(batch(2), "");
    /* 12:07 is not late yet, since the batch before was run with 12:09; then 12:11 closes. */
    assert_string_equal(batch(3), "0 4\n");
}

static void available_now_ends_with_one_batch_without_data(void **state)
{
    (void)state;
    begin_timeline();
    while (next_file < 5)
        put_file();
    sim_job job = timeline_job(FB_OUTPUT_APPEND, 99);
    job.trigger.kind = FB_TRIGGER_AVAILABLE_NOW;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 5);
    assert_string_equal(batch(5), "10 4\n");
    /* A new run waits for data before it looks at the watermark. */
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 5);
}

static void once_is_one_batch(void **state)
{
    (void)state;
    begin_timeline();
    sim_job job = timeline_job(FB_OUTPUT_UPDATE, 99);
    job.trigger.kind = FB_TRIGGER_ONCE;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 0);
}

static void run_to(int64_t last_batch)
{
    const sim_job job = timeline_job(FB_OUTPUT_UPDATE, last_batch);
    assert_ok(sim_world_run(&world, &job, &err), &err);
}

static void a_restart_keeps_the_watermark_and_what_is_late(void **state)
{
    (void)state;
    begin_timeline();
    run_to(0);
    put_file();
    run_to(2); /* with data, then without */
    assert_string_equal(batch(1), "10 2\n0 3\n");
    assert_string_equal(batch(2), "");
    put_file();
    run_to(3); /* 12:16 makes the watermark 12:11, but the run ends before it is used */
    assert_string_equal(batch(3), "10 3\n");
    put_file();
    run_to(4); /* late is what batch 3 knew, 12:09; removed is what 12:11 has passed */
    assert_string_equal(batch(4), "0 4\n10 4\n");
    assert_contains(world.progress, "\"numRowsTotal\":1,");
    assert_contains(world.progress, "\"numRowsRemoved\":1,");
}

/* What the watermark of an earlier run would let go of waits for data. */
static void a_new_run_begins_with_no_batch_without_data(void **state)
{
    (void)state;
    begin_timeline();
    run_to(0); /* makes the watermark 12:03, and ends */
    sim_job job = timeline_job(FB_OUTPUT_UPDATE, 99);
    job.trigger.kind = FB_TRIGGER_AVAILABLE_NOW;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 0);
    put_file();
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 2);
}

static void complete_mode_ends_without_a_batch_without_data(void **state)
{
    (void)state;
    begin_timeline();
    while (next_file < 5)
        put_file();
    sim_job job = timeline_job(FB_OUTPUT_COMPLETE, 99);
    job.trigger.kind = FB_TRIGGER_AVAILABLE_NOW;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 4);
    assert_contains(world.progress, "\"endOffset\":{\"logOffset\":4},\"latestOffset\":null,");
}

/* Both thresholds of a batch that is run again are those of the first time. */
static void a_batch_that_is_run_again_knows_what_was_late(void **state)
{
    (void)state;
    begin_timeline();
    while (next_file < 4)
        put_file();
    sim_job job = timeline_job(FB_OUTPUT_APPEND, 3);
    job.views = WITHOUT_EMPTY_BATCHES;
    world.record.fail_at_batch = 3;
    assert_status(sim_world_run(&world, &job, &err), FB_E_IO);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    /* Late is what 12:09 has passed, not 12:11, which lets the window go. */
    assert_string_equal(batch(3), "0 4\n");
    assert_contains(world.progress, "\"numRowsDroppedByWatermark\":0,");
}

/* --- two watermarks --- */

static void put_text(const char *path, const char *text)
{
    assert_true(sim_disk_put(world.disk, path, fb_slice_of(text)));
}

#define TWO_VIEWS                                                             \
    "SET spark.sql.shuffle.partitions = 1;\n"                                 \
    "CREATE TEMPORARY VIEW a (t TIMESTAMP) USING json OPTIONS (path '/a');\n" \
    "CREATE TEMPORARY VIEW b (t TIMESTAMP) USING json OPTIONS (path '/b');"

static sim_job two_watermarks(const char *views)
{
    return (sim_job){
        .views = views,
        .query =
            "SELECT minute(window.start), count(*) FROM (SELECT t FROM STREAM a WATERMARK t "
            "DELAY OF INTERVAL 0 SECONDS UNION ALL SELECT t FROM STREAM b WATERMARK t DELAY OF "
            "INTERVAL 0 SECONDS) GROUP BY window(t, '10 minutes')",
        .trigger.kind = FB_TRIGGER_AVAILABLE_NOW,
        .last_batch = 99};
}

static void begin_two(void)
{
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->mkdir(disk, "/a"), 0);
    assert_int_equal(disk->ops->mkdir(disk, "/b"), 0);
    put_text("/a/0.json", "{\"t\":\"2024-01-01 12:01:00\"}\n{\"t\":\"2024-01-01 12:30:00\"}\n");
}

static void the_least_waits_for_a_source_that_has_nothing(void **state)
{
    (void)state;
    begin_two();
    const sim_job job = two_watermarks(TWO_VIEWS);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 0);
    put_text("/b/0.json", "{\"t\":\"2024-01-01 12:12:00\"}\n");
    assert_ok(sim_world_run(&world, &job, &err), &err);
    /* A new run does not know what the other source saw: both have to see data again. */
    assert_int_equal(world.record.newest, 1);
    put_text("/a/1.json", "{\"t\":\"2024-01-01 12:31:00\"}\n");
    put_text("/b/1.json", "{\"t\":\"2024-01-01 12:13:00\"}\n");
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 3);
    assert_string_equal(batch(2), "");
    assert_string_equal(batch(3), "0 1\n");
}

static void the_policy_is_that_of_the_first_run(void **state)
{
    (void)state;
    begin_two();
    sim_job job =
        two_watermarks("SET spark.sql.streaming.multipleWatermarkPolicy = max;\n" TWO_VIEWS);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_int_equal(world.record.newest, 1);
    assert_string_equal(batch(1), "0 1\n");
    job = two_watermarks("SET spark.sql.streaming.multipleWatermarkPolicy = min;\n" TWO_VIEWS);
    put_text("/a/1.json", "{\"t\":\"2024-01-01 12:50:00\"}\n");
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.warning, "spark.sql.streaming.multipleWatermarkPolicy");
    assert_int_equal(world.record.newest, 3);
    assert_string_equal(batch(3), "30 1\n");
}

/* --- what a checkpoint is refused for --- */

static void run_first(void)
{
    const sim_job job = sim_state_counts(2);
    assert_ok(sim_world_run(&world, &job, &err), &err);
}

static void check_refused(const char *query, const char *condition)
{
    sim_job job = sim_state_counts(4);
    job.query = query;
    err = (fb_error){0};
    assert_status(sim_world_run(&world, &job, &err), FB_E_INVALID);
    assert_string_equal(err.condition, condition);
    assert_contains(err.message, "use a new checkpointLocation");
    assert_int_equal(world.record.newest, 2);
}

static void another_plan_with_state_is_refused_by_name(void **state)
{
    (void)state;
    run_first();
    check_refused("SELECT value FROM STREAM v",
                  "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA");
    check_refused("SELECT CAST(value AS STRING) AS k, count(*), max(value) FROM STREAM v "
                  "GROUP BY CAST(value AS STRING)",
                  "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE");
    check_refused("SELECT value % 7 AS k, count(*) FROM STREAM v GROUP BY value % 7",
                  "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE");
}

static void state_for_a_checkpoint_without_is_refused(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(2);
    job.query = "SELECT value FROM STREAM v";
    assert_ok(sim_world_run(&world, &job, &err), &err);
    check_refused(sim_state_counts(4).query, "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY");
}

static void partitions_stay_what_they_were(void **state)
{
    (void)state;
    run_first();
    sim_job job = sim_state_counts(4);
    job.views = "SET spark.sql.shuffle.partitions = 5;\n"
                "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '6', "
                "advanceMillisPerBatch '1000', startTimestamp '1700000000000', numPartitions '2');";
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.warning, "spark.sql.shuffle.partitions");
    assert_true(sim_state_has(&world, "0/1/5.delta"));
    assert_false(sim_state_has(&world, "0/2/5.delta"));
}

/* Changes the newest entry of the offset log, as a person with an editor would. */
static void edit_offsets(int64_t batch_id, const char *from, const char *to)
{
    char path[64], helper[64], text[8192];
    fb_slice content;
    (void)snprintf(path, sizeof path, "/data/ck/offsets/%lld", (long long)batch_id);
    (void)snprintf(helper, sizeof helper, "/data/ck/offsets/.%lld.crc", (long long)batch_id);
    assert_true(sim_disk_get(world.disk, path, &content));
    const char *place = memmem(content.data, content.size, from, strlen(from));
    assert_non_null(place);
    int before = (int)(place - content.data);
    int after = (int)(content.size - (size_t)before - strlen(from));
    int size = snprintf(text, sizeof text, "%.*s%s%.*s", before, content.data, to, after,
                        place + strlen(from));
    assert_true(sim_disk_put(world.disk, path, fb_slice_make(text, (size_t)size)));
    fb_disk *disk = sim_disk_interface(world.disk);
    (void)disk->ops->unlink(disk, helper); /* the checksum of what stood there */
}

static void pinned_values_that_make_no_sense_are_named(void **state)
{
    (void)state;
    static const char *const edits[][3] = {
        {"shuffle.partitions\":\"2\"", "shuffle.partitions\":\"many\"",
         "spark.sql.shuffle.partitions"},
        {"\"many\"", "\"99999999999\"", "spark.sql.shuffle.partitions"},
        {"\"99999999999\"", "\"2\"", NULL},
        {"multipleWatermarkPolicy\":\"min", "multipleWatermarkPolicy\":\"sum",
         "multipleWatermarkPolicy"}};
    const sim_job job = sim_state_counts(4);
    run_first();
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        edit_offsets(2, edits[i][0], edits[i][1]);
        if (!edits[i][2]) continue;
        err = (fb_error){0};
        assert_status(sim_world_run(&world, &job, &err), FB_E_INVALID);
        assert_contains(err.message, "checkpoint /data/ck");
        assert_contains(err.message, edits[i][2]);
    }
}

static void check_setting(const char *setting, const char *part)
{
    char views[1024];
    (void)snprintf(views, sizeof views, "SET %s;\n%s", setting, SIM_STATE_VIEW);
    sim_job job = sim_state_counts(1);
    job.views = views;
    err = (fb_error){0};
    assert_status(sim_world_run(&world, &job, &err), FB_E_UNSUPPORTED);
    assert_contains(err.message, part);
}

static void formats_that_cannot_be_written_are_refused_by_name(void **state)
{
    (void)state;
    check_setting("spark.sql.streaming.stateStore.providerClass = "
                  "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
                  "state in RocksDB, and with it format version 2 of checkpoints, cannot be read");
    check_setting("spark.sql.streaming.aggregation.stateFormatVersion = 1",
                  "spark.sql.streaming.aggregation.stateFormatVersion is '1', expected 2");
    check_setting("spark.sql.streaming.stateStore.encodingFormat = avro", "expected unsaferow");
    check_setting("spark.sql.streaming.stateStore.compression.codec = lzf", "lzf");
}

/* --- state --- */

static void codecs_and_checksums_are_those_of_the_first_run(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "SET spark.sql.streaming.stateStore.compression.codec = zstd;\n" SIM_STATE_VIEW,
        "SET spark.sql.streaming.stateStore.rowChecksum.enabled = true;\n" SIM_STATE_VIEW};
    for (int i = 0; i < 2; i++) {
        sim_job job = sim_state_counts(3);
        job.views = settings[i];
        assert_ok(sim_world_run(&world, &job, &err), &err);
        job = sim_state_counts(6); /* whose session asks for nothing */
        assert_ok(sim_world_run(&world, &job, &err), &err);
        char *expected = sim_state_expected(&job, 6, NULL), *all = record_all(&world.record);
        assert_string_equal(all, expected);
        free(all);
        free(expected);
        sim_world_deinit(&world);
        sim_world_init(&world, 8);
    }
}

static void old_versions_are_removed_and_two_stay(void **state)
{
    (void)state;
    const sim_job job = sim_state_counts(11);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_false(sim_state_has(&world, "0/0/1.delta"));
    assert_true(sim_state_has(&world, "0/0/12.delta"));
    assert_contains(world.progress, "\"SnapshotLastUploaded.partition_0_default\":12,");
}

static void state_is_in_the_progress(void **state)
{
    (void)state;
    const sim_job job = sim_state_counts(1);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.progress,
                    "\"stateOperators\":[{\"operatorName\":\"stateStoreSave\",\"numRowsTotal\":7,"
                    "\"numRowsUpdated\":6,");
    assert_contains(world.progress, "\"numShufflePartitions\":2,\"numStateStoreInstances\":2,");
    assert_contains(world.progress, "\"loadedMapCacheHitCount\":4,\"loadedMapCacheMissCount\":0,");
}

static void a_memory_limit_stops_the_query_and_loses_nothing(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(8);
    job.query = "SELECT value AS k, count(*), max(CAST(value AS STRING)) FROM STREAM v "
                "GROUP BY value";
    job.views = "SET forebay.memory.limit = 200k;\n" SIM_STATE_SETTINGS
                "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '2000');";
    assert_status(sim_world_run(&world, &job, &err), FB_E_LIMIT);
    assert_contains(err.message, "forebay.memory.limit is reached");
    assert_contains(err.message, "operator 0 (stateStoreSave)");
    assert_contains(err.message, "start the query again with a larger forebay.memory.limit");
    int64_t before = world.record.newest;
    assert_in_range(before + 1, 0, 8);
    job.views = SIM_STATE_SETTINGS
        "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '2000');";
    assert_ok(sim_world_run(&world, &job, &err), &err);
    char *expected = sim_state_expected(&job, 8, NULL), *all = record_all(&world.record);
    assert_string_equal(all, expected);
    free(all);
    free(expected);
}

static void a_batch_that_the_sink_has_still_changes_the_state(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(5);
    world.record.recognises = true;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->unlink(disk, "/data/ck/commits/5"), 0);
    assert_int_equal(disk->ops->unlink(disk, "/data/ck/commits/.5.crc"), 0);
    job = sim_state_counts(8);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    char *expected = sim_state_expected(&job, 8, NULL), *all = record_all(&world.record);
    if (!all) fail_msg("%s", world.record.complaint);
    assert_string_equal(all, expected);
    free(all);
    free(expected);
}

static void check_same_file(sim_world *other, const char *name)
{
    char path[128];
    fb_slice here, there;
    sim_state_path(name, path);
    assert_true(sim_disk_get(world.disk, path, &here));
    assert_true(sim_disk_get(other->disk, path, &there));
    assert_int_equal(here.size, there.size);
    assert_memory_equal(here.data, there.data, here.size);
}

static void threads_give_the_same_rows_and_files(void **state)
{
    (void)state;
    sim_world alone;
    sim_job job = sim_state_windows(12);
    sim_world_init(&alone, 3);
    assert_ok(sim_world_run(&alone, &job, &err), &err);
    for (int64_t last = 6; last <= 12; last += 6) { /* a restart between */
        job.thread_count = 3;
        job.last_batch = last;
        assert_ok(sim_world_run(&world, &job, &err), &err);
    }
    char *expected = record_all(&alone.record), *all = record_all(&world.record);
    assert_string_equal(all, expected);
    check_same_file(&alone, "0/0/13.delta");
    check_same_file(&alone, "0/1/13.delta");
    check_same_file(&alone, "0/1/12.delta");
    free(all);
    free(expected);
    sim_world_deinit(&alone);
}

/* Spark repeats what the newest batch left, not what it changed. */
static void an_idle_query_updates_nothing(void **state)
{
    (void)state;
    begin_timeline();
    sim_job job = timeline_job(FB_OUTPUT_COMPLETE, 99);
    job.stops_when_idle = true;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.progress, "\"batchId\":1,");
    assert_contains(world.progress, "\"numRowsTotal\":1,\"numRowsUpdated\":0,");
    assert_contains(world.progress, "\"eventTime\":{\"watermark\":\"2024-01-01T12:03:00.000Z\"}");
}

static void damage_an_old_version(record *r, int64_t batch_id)
{
    (void)r;
    if (batch_id == 2) sim_state_damage(&world, "0/0/1.delta");
}

/* Snapshots are no matter of the batches. */
static void upkeep_that_fails_is_a_warning(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(5);
    world.record.on_begin = damage_an_old_version;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.warning, "old versions of the state stay, or have no snapshot: ");
    assert_contains(world.warning, "/state/0/0/1.delta");
    assert_false(sim_state_has(&world, "0/0/3.snapshot"));
    assert_true(sim_state_has(&world, "0/1/3.snapshot"));
}

/* --- other hands in the checkpoint --- */

static void unlink_path(const char *path)
{
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->unlink(disk, path), 0);
}

static void remove_metadata(record *r, int64_t batch_id)
{
    (void)r;
    if (batch_id == 3) unlink_path("/data/ck/metadata");
}

/* What is written then would be a part of a checkpoint that no query can start from. */
static void no_state_is_written_where_the_checkpoint_was_removed(void **state)
{
    (void)state;
    const sim_job job = sim_state_counts(5);
    world.record.on_begin = remove_metadata;
    assert_status(sim_world_run(&world, &job, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "checkpoint /data/ck was removed while its query ran");
    assert_false(sim_state_has(&world, "0/0/4.delta"));
}

/* The lock does not hold everywhere: another process takes the query over, runs it to batch 6 and
 * ends; then this one, which was in the middle of its first batch, goes on. */
static void take_over(record *r, int64_t batch_id)
{
    sim_world *other = r->user;
    if (batch_id != 3) return;
    r->on_begin = r->on_commit = NULL;
    const sim_job job = sim_state_counts(6);
    unlink_path("/data/ck/.forebay.lock");
    fb_error failure = {0};
    assert_ok(sim_world_run(other, &job, &failure), &failure);
}

static void check_take_over(bool before_state)
{
    sim_world other = world; /* the same disk and clock */
    record_init(&other.record);
    other.progress = NULL;
    sim_job job = sim_state_counts(2);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    for (int64_t i = 0; i <= 2; i++) {
        other.record.batches[i].data = strdup(world.record.batches[i].data);
        other.record.batches[i].size = world.record.batches[i].size;
    }
    other.record.newest = 2;
    world.record.user = &other;
    if (before_state)
        world.record.on_begin = take_over;
    else
        world.record.on_commit = take_over;
    job.last_batch = 5;
    assert_status(sim_world_run(&world, &job, &err), FB_E_CONFLICT);
    assert_string_equal(err.condition, "CONCURRENT_STREAM_LOG_UPDATE");
    assert_true(sim_state_has(&world, "0/0/7.delta")); /* nothing of the other's is gone */
    job.last_batch = 9;
    assert_ok(sim_world_run(&other, &job, &err), &err);
    char *expected = sim_state_expected(&job, 9, NULL), *all = record_all(&other.record);
    if (!all) fail_msg("%s", other.record.complaint);
    assert_string_equal(all, expected);
    assert_string_equal(other.warning, "");
    free(all);
    free(expected);
    free(other.progress);
    record_deinit(&other.record);
}

static void a_process_that_lost_the_query_stops_before_its_state(void **state)
{
    (void)state;
    check_take_over(true);
}

static void a_process_that_lost_the_query_stops_before_its_commit(void **state)
{
    (void)state;
    check_take_over(false);
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(append_mode_follows_the_timeline),
        in_world(update_mode_follows_the_timeline),
        in_world(complete_mode_knows_no_lateness_and_no_batches_without_data),
        in_world(batches_without_data_can_be_switched_off),
        in_world(available_now_ends_with_one_batch_without_data),
        in_world(once_is_one_batch),
        in_world(a_restart_keeps_the_watermark_and_what_is_late),
        in_world(a_new_run_begins_with_no_batch_without_data),
        in_world(complete_mode_ends_without_a_batch_without_data),
        in_world(a_batch_that_is_run_again_knows_what_was_late),
        in_world(the_least_waits_for_a_source_that_has_nothing),
        in_world(the_policy_is_that_of_the_first_run),
        in_world(pinned_values_that_make_no_sense_are_named),
        in_world(another_plan_with_state_is_refused_by_name),
        in_world(state_for_a_checkpoint_without_is_refused),
        in_world(partitions_stay_what_they_were),
        in_world(formats_that_cannot_be_written_are_refused_by_name),
        in_world(codecs_and_checksums_are_those_of_the_first_run),
        in_world(old_versions_are_removed_and_two_stay),
        in_world(state_is_in_the_progress),
        in_world(a_memory_limit_stops_the_query_and_loses_nothing),
        in_world(a_batch_that_the_sink_has_still_changes_the_state),
        in_world(an_idle_query_updates_nothing),
        in_world(upkeep_that_fails_is_a_warning),
        in_world(no_state_is_written_where_the_checkpoint_was_removed),
        in_world(a_process_that_lost_the_query_stops_before_its_state),
        in_world(a_process_that_lost_the_query_stops_before_its_commit),
        in_world(threads_give_the_same_rows_and_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
