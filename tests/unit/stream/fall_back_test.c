/* SPDX-License-Identifier: Apache-2.0
 *
 * Damage of the newest state: what a query makes of it. */
#include "sim_state.h"

#include "base/memory.h"

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

/* Runs to batch 4, so that version 5 is needed next (snapshots are of 3 and 6); afterwards the rows
 * must be those of a run without damage. */
static void begin(void)
{
    const sim_job job = sim_state_counts(4);
    assert_ok(sim_world_run(&world, &job, &err), &err);
}

static void go_on(void)
{
    const sim_job job = sim_state_counts(9);
    world.record.recognises = true; /* complains when a batch comes again */
    assert_ok(sim_world_run(&world, &job, &err), &err);
    char *expected = sim_state_expected(&job, 9, NULL), *all = record_all(&world.record);
    if (!all) fail_msg("%s", world.record.complaint);
    assert_string_equal(all, expected);
    free(all);
    free(expected);
}

static void a_damaged_version_is_made_again_from_the_one_before(void **state)
{
    (void)state;
    begin();
    sim_state_damage(&world, "0/1/5.delta");
    go_on();
    assert_contains(world.warning, "/state/0/1/5.delta");
    assert_contains(world.warning, "went back to version 4 of the state and ran 1 batch again");
}

static void a_missing_version_is_too(void **state)
{
    (void)state;
    begin();
    sim_state_remove(&world, "0/0/5.delta");
    go_on();
    assert_contains(world.warning, "went back to version 4");
}

static void two_versions_may_be_lost_and_in_different_partitions(void **state)
{
    (void)state;
    begin();
    sim_state_damage(&world, "0/0/5.delta");
    sim_state_remove(&world, "0/1/4.delta");
    go_on();
    assert_contains(world.warning, "went back to version 3 of the state and ran 2 batches again");
}

static void more_are_refused_with_the_versions_that_are_whole(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(7);
    job.batches_to_retain = 100;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    sim_state_damage(&world, "0/0/4.delta");
    sim_state_remove(&world, "0/1/6.snapshot");
    sim_state_remove(&world, "0/0/6.snapshot");
    job.last_batch = 9;
    assert_status(sim_world_run(&world, &job, &err), FB_E_CORRUPT);
    assert_contains(err.message, "/state/0/0/4.delta");
    assert_contains(err.message, "Version 8 of the state is needed; whole are, before it, 0 to 3");
    assert_contains(err.message, "5 batches would have to be run again, and "
                                 "forebay.recovery.maxReplay is 2");
    assert_int_equal(world.record.newest, 7);
}

static void another_query_is_not_run_in_its_place(void **state)
{
    (void)state;
    begin();
    sim_state_damage(&world, "0/1/5.delta");
    sim_job job = sim_state_counts(9);
    job.query = "SELECT value % 7 AS k, count(*), min(value) FROM STREAM v GROUP BY value % 7";
    assert_status(sim_world_run(&world, &job, &err), FB_E_CORRUPT);
    assert_contains(err.message, "batch 4 cannot be run again: it was run by another query text");
}

static void a_limit_of_none_refuses_it(void **state)
{
    (void)state;
    begin();
    sim_state_remove(&world, "0/1/5.delta");
    sim_job job = sim_state_counts(9);
    job.views = "SET forebay.recovery.maxReplay = 0;\n" SIM_STATE_VIEW;
    assert_status(sim_world_run(&world, &job, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "forebay.recovery.maxReplay is 0");
}

static void the_batch_that_was_planned_is_run_after_the_others(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(9);
    world.record.fail_at_batch = 5;
    assert_status(sim_world_run(&world, &job, &err), FB_E_IO);
    assert_true(sim_state_has(&world, "0/0/6.delta"));
    sim_state_remove(&world, "0/0/6.delta");
    sim_state_damage(&world, "0/0/5.delta");
    go_on();
    assert_contains(world.warning, "went back to version 4");
}

static void the_first_version_is_nothing(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(0);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    sim_state_damage(&world, "0/1/1.delta");
    go_on();
    assert_contains(world.warning, "went back to version 0");
}

/* Also where no more versions are kept than are needed. */
static void few_versions_are_enough_for_it(void **state)
{
    (void)state;
    sim_job job = sim_state_counts(9);
    job.batches_to_retain = 1;
    job.last_batch = 7;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_false(sim_state_has(&world, "0/0/2.delta"));
    sim_state_damage(&world, "0/0/8.delta");
    sim_state_remove(&world, "0/1/7.delta");
    job.last_batch = 9;
    world.record.recognises = true;
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.warning, "went back to version 6 of the state and ran 2 batches again");
    char *expected = sim_state_expected(&job, 9, NULL), *all = record_all(&world.record);
    if (!all) fail_msg("%s", world.record.complaint);
    assert_string_equal(all, expected);
    free(all);
    free(expected);
}

/* Watermarks are those of the log, and all operators go back together. */
static void chained_operators_go_back_together(void **state)
{
    (void)state;
    for (int64_t last = 1; last <= 9; last++) {
        char name[32];
        sim_job job = sim_state_chain(last);
        assert_ok(sim_world_run(&world, &job, &err), &err);
        (void)snprintf(name, sizeof name, "%d/1/%d.delta", (int)(last % 2), (int)last + 1);
        sim_state_damage(&world, name);
        (void)snprintf(name, sizeof name, "%d/0/%d.delta", (int)(last + 1) % 2, (int)last);
        sim_state_remove(&world, name);
        world.record.recognises = true;
        world.warning[0] = '\0';
        job.last_batch = 12;
        assert_ok(sim_world_run(&world, &job, &err), &err);
        /* A snapshot of the version makes up for the loss. */
        if ((last + 1) % 3) assert_contains(world.warning, "went back to version");
        char *expected = sim_state_expected(&job, 12, NULL), *all = record_all(&world.record);
        if (!all) fail_msg("%s", world.record.complaint);
        assert_string_equal(all, expected);
        assert_true(strlen(all) > 10);
        free(all);
        free(expected);
        sim_world_deinit(&world);
        sim_world_init(&world, (uint64_t)last);
    }
}

/* Want of memory is no damage: whatever fails, the next start gives the same. */
static void want_of_memory_on_the_way_back_loses_nothing(void **state)
{
    (void)state;
    const sim_job job = sim_state_counts(6);
    char *expected = sim_state_expected(&job, 7, NULL); /* one more, when batch 6 was done */
    bool has_failed = true;
    for (uint64_t k = 1; has_failed; k += 5) {
        begin();
        sim_state_damage(&world, "0/1/5.delta");
        sim_state_remove(&world, "0/0/4.delta");
        uint64_t before = fb_memory_allocations();
        fb_memory_fail_at(k);
        err = (fb_error){0};
        fb_status status = sim_world_run(&world, &job, &err);
        fb_memory_fail_at(0);
        has_failed = fb_memory_allocations() - before >= k;
        if (status != FB_OK && status != FB_E_NOMEM)
            fail_msg("allocation %llu: %s: %s", (unsigned long long)k, fb_status_text(status),
                     err.message);
        if (status != FB_OK) assert_ok(sim_world_run(&world, &job, &err), &err);
        char *all = record_all(&world.record);
        if (!all) fail_msg("allocation %llu: %s", (unsigned long long)k, world.record.complaint);
        assert_in_range(world.record.newest, 6, 7);
        assert_memory_equal(all, expected, strlen(all));
        free(all);
        sim_world_deinit(&world);
        sim_world_init(&world, k);
    }
    free(expected);
}

/* --- sources that may have lost their data --- */

enum { FILES = 8 };

static void put_file(int number)
{
    char path[32], text[64];
    (void)snprintf(path, sizeof path, "/in/%d.json", number);
    (void)snprintf(text, sizeof text, "{\"a\":%d}\n{\"a\":%d}\n", number, number + 1);
    assert_true(sim_disk_put(world.disk, path, fb_slice_of(text)));
}

static void remove_file(int number)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/in/%d.json", number);
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->unlink(disk, path), 0);
}

#define FILES_VIEW(more)                                                                     \
    SIM_STATE_SETTINGS "CREATE TEMPORARY VIEW v (a BIGINT) USING json OPTIONS (path '/in', " \
                       "maxFilesPerTrigger '1'" more ");"

static sim_job file_job(const char *views, int64_t last_batch)
{
    return (sim_job){.views = views,
                     .query = "SELECT a % 4 AS k, count(*), sum(a) FROM STREAM v GROUP BY a % 4",
                     .last_batch = last_batch,
                     .mode = FB_OUTPUT_UPDATE};
}

/* Batches 0 to 4 with a file each, then the versions 4 and 5 are lost, in different partitions. */
static void begin_files(const char *views)
{
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->mkdir(disk, "/in"), 0);
    for (int i = 0; i < FILES; i++)
        put_file(i);
    const sim_job job = file_job(views, 4);
    assert_ok(sim_world_run(&world, &job, &err), &err);
    sim_state_damage(&world, "0/0/5.delta");
    sim_state_remove(&world, "0/1/4.delta");
}

/* Nothing is removed for a fall back that cannot be finished: neither the first batch nor the last
 * may lack its data. */
static void without_the_data_of_every_batch_nothing_is_touched(void **state)
{
    (void)state;
    begin_files(FILES_VIEW(""));
    const sim_job job = file_job(FILES_VIEW(""), FILES - 1);
    for (int missing = 3; missing <= 4; missing++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "but batch %d cannot be run again", missing);
        remove_file(missing);
        err = (fb_error){0};
        assert_status(sim_world_run(&world, &job, &err), FB_E_NOT_FOUND);
        assert_contains(err.message, expected);
        assert_contains(err.message, "Version 3 of the state is whole");
        assert_contains(err.message, ".json");
        assert_true(sim_state_has(&world, "0/0/4.delta"));
        assert_true(sim_state_has(&world, "0/1/5.delta"));
        put_file(missing);
    }
    assert_ok(sim_world_run(&world, &job, &err), &err);
    assert_contains(world.warning, "went back to version 3 of the state and ran 2 batches again");
    assert_string_equal(world.record.batches[5].data, "2 3 10\n1 4 12\n");
}

/* A source that leaves out what is gone would give fewer rows, and nobody would know. */
static void files_that_may_be_missing_are_no_ground_to_go_back(void **state)
{
    (void)state;
    begin_files(FILES_VIEW(", ignoreMissingFiles 'true'"));
    remove_file(4);
    const sim_job job = file_job(FILES_VIEW(", ignoreMissingFiles 'true'"), FILES - 1);
    assert_status(sim_world_run(&world, &job, &err), FB_E_CORRUPT);
    assert_contains(err.message, "the query is not deterministic");
    assert_contains(err.message, "ignoreMissingFiles");
}

/* The entry of the offset log says nothing of the plan where Spark wrote it. */
static void batches_of_spark_are_not_run_again(void **state)
{
    (void)state;
    begin();
    fb_slice content;
    assert_true(sim_disk_get(world.disk, "/data/ck/offsets/4", &content));
    char text[8192];
    (void)snprintf(text, sizeof text, "%.*s", FB_SLICE_ARGS(content));
    char *own = strstr(text, ",\"forebay\":{");
    assert_non_null(own);
    memmove(own, strchr(own, '}') + 1, strlen(strchr(own, '}')));
    assert_true(sim_disk_put(world.disk, "/data/ck/offsets/4", fb_slice_of(text)));
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->unlink(disk, "/data/ck/offsets/.4.crc"), 0);
    sim_state_damage(&world, "0/1/5.delta");
    const sim_job job = sim_state_counts(9);
    assert_status(sim_world_run(&world, &job, &err), FB_E_CORRUPT);
    assert_contains(err.message, "does not say by which plan it was run");
}

/* Entry 2 is needed to know where batch 3 began. */
static void an_offset_entry_that_is_gone_is_named_beside_the_damage(void **state)
{
    (void)state;
    begin();
    sim_state_damage(&world, "0/0/5.delta");
    sim_state_remove(&world, "0/1/4.delta");
    fb_disk *disk = sim_disk_interface(world.disk);
    assert_int_equal(disk->ops->unlink(disk, "/data/ck/offsets/2"), 0);
    const sim_job job = sim_state_counts(9);
    assert_status(sim_world_run(&world, &job, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "/offsets/2");
    assert_contains(err.message, "/state/0/");
    assert_true(sim_state_has(&world, "0/0/4.delta"));
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(a_damaged_version_is_made_again_from_the_one_before),
        in_world(a_missing_version_is_too),
        in_world(two_versions_may_be_lost_and_in_different_partitions),
        in_world(more_are_refused_with_the_versions_that_are_whole),
        in_world(another_query_is_not_run_in_its_place),
        in_world(a_limit_of_none_refuses_it),
        in_world(the_batch_that_was_planned_is_run_after_the_others),
        in_world(the_first_version_is_nothing),
        in_world(few_versions_are_enough_for_it),
        in_world(chained_operators_go_back_together),
        in_world(want_of_memory_on_the_way_back_loses_nothing),
        in_world(without_the_data_of_every_batch_nothing_is_touched),
        in_world(files_that_may_be_missing_are_no_ground_to_go_back),
        in_world(batches_of_spark_are_not_run_again),
        in_world(an_offset_entry_that_is_gone_is_named_beside_the_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
