/* SPDX-License-Identifier: Apache-2.0
 *
 * A query of several batches, crashed at its k-th disk operation for every k, then run on: every
 * batch reaches the sink with the same rows each time it comes, none is skipped, and the rows of
 * all batches are those of an undisturbed run. */
#include "sim_query.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

enum { LAST_BATCH = 5, SEEDS = 3 };

static const sim_job micro_batches = {
    .views = "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch '7', "
             "numPartitions '2', startTimestamp '1700000000000');",
    .query = "SELECT CAST(timestamp AS STRING), value FROM STREAM v WHERE value % 5 <> 3",
    .batches_to_retain = 2,
    .last_batch = LAST_BATCH,
};

/* Two sources with logs of their own, one of which takes its ranges from the clock. */
static const sim_job two_sources = {
    .views = "CREATE TEMPORARY VIEW a USING rate OPTIONS (rowsPerSecond '5', rampUpTime '2');\n"
             "CREATE TEMPORARY VIEW b USING `rate-micro-batch` OPTIONS (rowsPerBatch '3');",
    .query = "SELECT 'a' AS k, value FROM STREAM a UNION ALL SELECT 'b', value FROM STREAM b",
    .batches_to_retain = 2,
    .last_batch = LAST_BATCH,
};

/* Files are read from the disk that crashes; the log of them is compacted on the way. */
static const sim_job json_files = {
    .views = "CREATE TEMPORARY VIEW v (a BIGINT, b STRING) USING json OPTIONS (path '/in', "
             "maxFilesPerTrigger '2');",
    .query = "SELECT a, b FROM STREAM v",
    .batches_to_retain = 2,
    .last_batch = LAST_BATCH,
};

/* Files that were there, whole and durable, before the query began. */
static void put_files(sim_disk *disk)
{
    fb_disk *interface = sim_disk_interface(disk);
    assert_int_equal(interface->ops->mkdir(interface, "/in"), 0);
    assert_int_equal(interface->ops->sync_directory(interface, "/"), 0);
    for (int i = 0; i < 2 * (LAST_BATCH + 3); i++) {
        char path[32], rows[128];
        (void)snprintf(path, sizeof path, "/in/%02d.json", i);
        int size = snprintf(rows, sizeof rows,
                            "{\"a\":%d,\"b\":\"first\"}\n{\"a\":\"bad\"}\n{\"a\":%d}\n", i, -i);
        assert_true(sim_disk_put(disk, path, fb_slice_make(rows, (size_t)size)));
    }
}

static void begin(sim_world *world, const sim_job *job, uint64_t seed)
{
    sim_world_init(world, seed);
    if (strstr(job->views, "USING json")) put_files(world->disk);
}

/* The rows of `a` and of `b` are 0, 1, 2, ... without gap or repetition. */
static void check_sequences(const char *all, int64_t newest)
{
    long long next[2] = {0, 0};
    for (const char *line = all; *line; line = strchr(line, '\n') + 1) {
        int which = line[0] == 'b';
        assert_int_equal(strtoll(line + 2, NULL, 10), next[which]);
        next[which]++;
    }
    assert_int_equal(next[1], 3 * (newest + 1));
}

/* The rows of a run without disturbance up to batch `last`, and its disk operations. */
static char *undisturbed(const sim_job *job, int64_t last, uint64_t *operations)
{
    fb_error err = {0};
    sim_world world;
    sim_job longer = *job;
    longer.last_batch = last;
    begin(&world, job, 1);
    uint64_t before = sim_disk_operations(world.disk);
    assert_ok(sim_world_run(&world, &longer, &err), &err);
    *operations = sim_disk_operations(world.disk) - before;
    char *all = record_all(&world.record);
    assert_non_null(all);
    assert_int_equal(world.record.newest, last);
    assert_int_equal(world.record.repeated, 0);
    sim_world_deinit(&world);
    return all;
}

typedef enum disturbance { POWER_CUT, KILL, IO_ERROR, DISK_FULL } disturbance;

static void disturb(sim_world *world, disturbance how, uint64_t k)
{
    if (how == POWER_CUT || how == KILL)
        sim_disk_crash_at(world->disk, k);
    else
        sim_disk_fail_at(world->disk, k, how == IO_ERROR ? EIO : ENOSPC);
}

static void restart(sim_world *world, disturbance how, uint64_t seed)
{
    if (how == POWER_CUT) sim_disk_reboot(world->disk, seed);
    if (how == KILL) sim_disk_kill(world->disk);
}

/* Disturbed at operation k, and again at a later one while it recovers; then left alone. */
static void run_disturbed(const sim_job *job, disturbance how, uint64_t k, uint64_t seed,
                          bool recognises, const char *expected)
{
    fb_error err = {0};
    sim_world world;
    begin(&world, job, seed);
    world.record.recognises = recognises;
    disturb(&world, how, k);
    fb_status status = sim_world_run(&world, job, &err);
    restart(&world, how, seed * 31 + k);
    if (status != FB_OK) {
        disturb(&world, how, 1 + (k * 7 + seed) % 40);
        status = sim_world_run(&world, job, &err);
        restart(&world, how, seed * 57 + k);
    }
    if (status != FB_OK) {
        sim_disk_fail_at(world.disk, 0, 0);
        status = sim_world_run(&world, job, &err);
    }
    if (status != FB_OK)
        fail_msg("k=%llu seed=%llu how=%d: %s", (unsigned long long)k, (unsigned long long)seed,
                 (int)how, err.message);
    char *all = record_all(&world.record);
    if (!all)
        fail_msg("k=%llu seed=%llu: %s", (unsigned long long)k, (unsigned long long)seed,
                 world.record.complaint);
    /* A life that was disturbed after the last commit is followed by one that runs a batch more. */
    assert_in_range(world.record.newest, LAST_BATCH, LAST_BATCH + 2);
    if (expected)
        assert_memory_equal(all, expected, strlen(all));
    else
        check_sequences(all, world.record.newest);
    free(all);
    sim_world_deinit(&world);
}

static void run_all(const sim_job *job, bool is_deterministic)
{
    uint64_t operations, more_operations;
    free(undisturbed(job, LAST_BATCH, &operations));
    char *all = undisturbed(job, LAST_BATCH + 2, &more_operations);
    assert_true(operations > 50);
    if (!is_deterministic) check_sequences(all, LAST_BATCH + 2);
    for (uint64_t k = 1; k <= operations; k++)
        for (int how = POWER_CUT; how <= DISK_FULL; how++)
            for (uint64_t seed = 1; seed <= SEEDS; seed++)
                run_disturbed(job, (disturbance)how, k, seed, seed % 2 == 0,
                              is_deterministic ? all : NULL);
    free(all);
}

static void a_deterministic_source_gives_the_undisturbed_rows(void **state)
{
    (void)state;
    run_all(&micro_batches, true);
}

static void sources_with_logs_lose_and_repeat_nothing(void **state)
{
    (void)state;
    run_all(&two_sources, false);
}

static void files_are_taken_once(void **state)
{
    (void)state;
    run_all(&json_files, true);
}

static void a_batch_that_the_sink_refused_is_run_again(void **state)
{
    (void)state;
    fb_error err = {0};
    sim_world world;
    sim_world_init(&world, 5);
    world.record.fail_at_batch = 2;
    assert_status(sim_world_run(&world, &micro_batches, &err), FB_E_IO);
    assert_contains(err.message, "the sink refuses batch 2");
    assert_int_equal(world.record.newest, 1);
    assert_ok(sim_world_run(&world, &micro_batches, &err), &err);
    assert_int_equal(world.record.newest, LAST_BATCH);
    assert_string_equal(world.record.complaint, "");
    sim_world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deterministic_source_gives_the_undisturbed_rows),
        cmocka_unit_test(sources_with_logs_lose_and_repeat_nothing),
        cmocka_unit_test(files_are_taken_once),
        cmocka_unit_test(a_batch_that_the_sink_refused_is_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
