/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/state_stores.h"

#include "two_stores.h"

static two_stores two;

static int set_up(void **state)
{
    (void)state;
    two_init(&two, 0);
    return 0;
}

static int set_up_threads(void **state)
{
    (void)state;
    two_init(&two, 2);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    two_deinit(&two);
    return 0;
}

static void restart(void)
{
    fb_state_stores_destroy(two.stores);
    two_start(&two, 100);
}

static fb_state_usage usage(uint32_t operator_id)
{
    fb_state_usage out;
    fb_state_stores_usage(two.stores, operator_id, &out);
    return out;
}

static void every_store_commits_every_version_also_without_changes(void **state)
{
    (void)state;
    two_run(&two, 1);
    two_run(&two, 2);
    assert_true(two_has(&two, "0/0/2.delta"));
    assert_true(two_has(&two, "0/1/2.delta"));
    assert_true(two_has(&two, "1/0/2.delta"));
    assert_false(two_has(&two, "1/1/1.delta")); /* without keys there is one partition */
    assert_int_equal(usage(0).store_count, TWO_PARTITIONS);
    assert_int_equal(usage(1).store_count, 1);
    assert_int_equal(usage(0).row_count, 1);
}

static void a_restart_reads_the_version_and_removes_what_is_above_it(void **state)
{
    (void)state;
    for (int64_t version = 1; version <= 4; version++)
        two_run(&two, version);
    restart();
    assert_ok(fb_state_stores_load(two.stores, 2, &two.err), &two.err);
    assert_ok(fb_state_stores_open(two.stores, 2, &two.err), &two.err);
    assert_int_equal(two_get(&two, 7), 20);
    two_put(&two, 8, 1);
    assert_ok(fb_state_stores_commit(two.stores, &two.err), &two.err);
    assert_false(two_has(&two, "0/0/4.delta"));
    assert_false(two_has(&two, "1/0/4.delta"));
    restart();
    assert_ok(fb_state_stores_open(two.stores, 3, &two.err), &two.err);
    assert_int_equal(two_get(&two, 7), 20);
    assert_int_equal(two_get(&two, 8), 1);
}

static void what_is_aborted_never_was(void **state)
{
    (void)state;
    two_run(&two, 1);
    assert_ok(fb_state_stores_open(two.stores, 1, &two.err), &two.err);
    two_put(&two, 7, 99);
    fb_state_stores_abort(two.stores);
    assert_int_equal(two_get(&two, 7), 10);
    assert_false(two_has(&two, "0/1/2.delta"));
}

static void a_missing_version_is_named(void **state)
{
    (void)state;
    two_run(&two, 1);
    restart();
    assert_status(fb_state_stores_load(two.stores, 2, &two.err), FB_E_NOT_FOUND);
    assert_contains(two.err.message, "/state/1/0/2.delta does not exist");
}

/* A file of version 2 that appears while the batch runs. */
static void check_conflict(void)
{
    assert_ok(fb_state_stores_open(two.stores, 1, &two.err), &two.err);
    assert_ok(fb_filesystem_create(two.fs, TWO_ROOT "/state/0/1/2.delta", FB_SLICE("x"), &two.err),
              &two.err);
    assert_status(fb_state_stores_commit(two.stores, &two.err), FB_E_CONFLICT);
    assert_string_equal(two.err.condition, "CONCURRENT_STREAM_LOG_UPDATE");
    assert_contains(two.err.message, "/state/0/1/2.delta");
    assert_true(two_has(&two, "0/1/2.delta"));
}

static void a_file_of_another_writer_is_a_conflict(void **state)
{
    (void)state;
    two_run(&two, 1);
    check_conflict();
}

static void it_is_no_leftover_at_the_first_commit_either(void **state)
{
    (void)state;
    two_run(&two, 1);
    restart();
    check_conflict();
}

/* What an earlier process left is removed when all stores have the version, not before. */
static void leftovers_stay_while_the_version_is_not_whole(void **state)
{
    (void)state;
    for (int64_t version = 1; version <= 3; version++)
        two_run(&two, version);
    assert_ok(fb_filesystem_remove(two.fs, TWO_ROOT "/state/1/0/2.delta", &two.err), &two.err);
    restart();
    assert_status(fb_state_stores_load(two.stores, 2, &two.err), FB_E_NOT_FOUND);
    assert_true(two_has(&two, "0/0/3.delta"));
    assert_ok(fb_state_stores_load(two.stores, 1, &two.err), &two.err);
    assert_false(two_has(&two, "0/0/3.delta") || two_has(&two, "0/0/2.delta"));
}

static void versions_in_memory_are_counted_as_spark_counts_them(void **state)
{
    (void)state;
    two_run(&two, 1);
    assert_int_equal(usage(0).memory_hits, 0);
    two_run(&two, 2);
    two_run(&two, 3);
    assert_int_equal(usage(0).memory_hits, 8);
    assert_int_equal(usage(0).memory_misses, 0);
    restart();
    assert_ok(fb_state_stores_load(two.stores, 3, &two.err), &two.err);
    two_run(&two, 4);
    assert_int_equal(usage(0).memory_hits, 2);
    assert_int_equal(usage(0).memory_misses, 2);
    two_run(&two, 5);
    assert_int_equal(usage(0).memory_hits, 6);
    assert_int_equal(usage(0).memory_misses, 2);
}

static void upkeep_makes_snapshots_and_removes_old_versions(void **state)
{
    (void)state;
    fb_state_stores_destroy(two.stores);
    two_start(&two, 2);
    for (int64_t version = 1; version <= 7; version++) {
        two_run(&two, version);
        assert_ok(fb_state_stores_maintain(two.stores, version, &two.err), &two.err);
    }
    assert_true(two_has(&two, "0/0/3.snapshot"));
    assert_true(two_has(&two, "1/0/6.snapshot"));
    assert_false(two_has(&two, "0/1/1.delta"));
    assert_int_equal(fb_state_stores_snapshot(two.stores, 0, 1), 6);
}

static void trouble_in_one_store_does_not_keep_the_others_from_upkeep(void **state)
{
    (void)state;
    for (int64_t version = 1; version <= 4; version++)
        two_run(&two, version);
    assert_ok(fb_filesystem_replace(two.fs, TWO_ROOT "/state/0/0/2.delta", FB_SLICE("x"), &two.err),
              &two.err);
    assert_status(fb_state_stores_maintain(two.stores, 4, &two.err), FB_E_CORRUPT);
    assert_contains(two.err.message, "/state/0/0/2.delta");
    assert_false(two_has(&two, "0/0/4.snapshot"));
    assert_true(two_has(&two, "0/1/4.snapshot"));
    assert_true(two_has(&two, "1/0/4.snapshot"));
}

static void versions_that_all_stores_have_are_found(void **state)
{
    (void)state;
    bool is_whole[4];
    for (int64_t version = 1; version <= 4; version++)
        two_run(&two, version);
    assert_ok(fb_filesystem_remove(two.fs, TWO_ROOT "/state/1/0/4.delta", &two.err), &two.err);
    assert_ok(fb_filesystem_replace(two.fs, TWO_ROOT "/state/0/0/3.delta", FB_SLICE("x"), &two.err),
              &two.err);
    assert_ok(fb_state_stores_find_whole(two.stores, 1, 4, is_whole, &two.err), &two.err);
    assert_true(is_whole[0] && is_whole[1]);
    assert_false(is_whole[2] || is_whole[3]);
}

static void threads_make_no_difference(void **state)
{
    (void)state;
    for (int64_t version = 1; version <= 20; version++)
        two_run(&two, version);
    restart();
    assert_ok(fb_state_stores_open(two.stores, 20, &two.err), &two.err);
    assert_int_equal(two_get(&two, 7), 200);
}

#define in_files(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_files(every_store_commits_every_version_also_without_changes),
        in_files(a_restart_reads_the_version_and_removes_what_is_above_it),
        in_files(what_is_aborted_never_was),
        in_files(a_missing_version_is_named),
        in_files(a_file_of_another_writer_is_a_conflict),
        in_files(it_is_no_leftover_at_the_first_commit_either),
        in_files(leftovers_stay_while_the_version_is_not_whole),
        in_files(versions_in_memory_are_counted_as_spark_counts_them),
        in_files(upkeep_makes_snapshots_and_removes_old_versions),
        in_files(trouble_in_one_store_does_not_keep_the_others_from_upkeep),
        in_files(versions_that_all_stores_have_are_found),
        cmocka_unit_test_setup_teardown(threads_make_no_difference, set_up_threads, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
