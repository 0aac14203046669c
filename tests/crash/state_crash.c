/* SPDX-License-Identifier: Apache-2.0
 *
 * A store of state on a disk that forgets: versions, snapshots by folding, purges, and a version
 * that is taken back, with a crash or an I/O error at every disk operation, and a second crash
 * during the recovery. Afterwards every retained version that was acknowledged is there exactly,
 * any other one exactly or not at all, and the store goes on. */
#include "files/local.h"
#include "sim_disk.h"
#include "state_store.h"

enum { RETAINED = 4, VERSIONS = 14, TAKEN_BACK = 9, SEEDS = 3 };

typedef struct world {
    sim_disk *disk;
    fb_random_seeded random;
    fb_filesystem *fs;
    fb_state_store *store;
    int64_t acknowledged; /* the newest version that a batch was committed on */
    fb_error err;
} world;

/* --- versions: that of state_store.h, but every call may fail --- */

static fb_status change(world *w, int64_t version)
{
    fb_state_table *table = fb_state_store_table(w->store);
    for (int64_t key = version > 9 ? version - 9 : 1; key <= version; key++) {
        uint64_t number = (uint64_t)key, value = (uint64_t)(key + version);
        fb_state_rows keys = one_row(&number), values = one_row(&value);
        FB_TRY(fb_state_table_put_many(table, &keys, &values, &w->err));
    }
    uint64_t gone = (uint64_t)version - 10;
    fb_state_rows keys = one_row(&gone);
    return version > 10 ? fb_state_table_remove_many(table, &keys, NULL, &w->err) : FB_OK;
}

static fb_status run_batch(world *w, int64_t version)
{
    int64_t committed;
    FB_TRY(fb_state_store_open(w->store, version - 1, &w->err));
    fb_status status = change(w, version);
    if (status == FB_OK) status = fb_state_store_commit(w->store, &committed, &w->err);
    if (status != FB_OK) fb_state_store_abort(w->store);
    return status;
}

/* The batches from the newest acknowledged version on. One of them fails elsewhere after this store
 * committed, and is run again. */
static fb_status run_to_the_end(world *w)
{
    for (int64_t version = w->acknowledged + 1; version <= VERSIONS; version++) {
        FB_TRY(run_batch(w, version));
        if (version == TAKEN_BACK) FB_TRY(run_batch(w, version));
        w->acknowledged = version;
        FB_TRY(fb_state_store_maintain(w->store, version, &w->err));
    }
    return FB_OK;
}

/* --- processes and machines --- */

static void start_process(world *w)
{
    assert_ok(
        fb_filesystem_local_create(sim_disk_interface(w->disk), &w->random.base, &w->fs, &w->err),
        &w->err);
    w->store = make_store(make_log(w->fs, RETAINED));
}

static void end_process(world *w)
{
    fb_state_store_close(w->store);
    fb_filesystem_close(w->fs);
}

static void world_init(world *w, uint64_t seed)
{
    *w = (world){.disk = sim_disk_create(seed)};
    fb_random_seeded_init(&w->random, seed);
    start_process(w);
    assert_ok(fb_filesystem_mkdirs(w->fs, STORE_DIRECTORY, &w->err), &w->err);
}

static void world_deinit(world *w)
{
    end_process(w);
    sim_disk_destroy(w->disk);
}

/* --- what has to hold --- */

static void expect_rows(fb_state_store *store, int64_t version)
{
    fb_state_stats stats;
    for (int64_t key = 1; key <= version + 2; key++) {
        bool is_there = key <= version && key > version - 10;
        assert_int_equal(get(store, (uint64_t)key), is_there ? key + version : 0);
    }
    fb_state_table_stats(fb_state_store_table(store), &stats);
    assert_int_equal(stats.row_count, version < 10 ? version : 10);
}

/* Every version, as a reader of its own finds it. */
static void check_versions(world *w)
{
    for (int64_t version = 0; version <= VERSIONS + 1; version++) {
        fb_state_store *store = make_store(make_log(w->fs, RETAINED));
        fb_status status = fb_state_store_open(store, version, &w->err);
        bool must_be_there = version <= w->acknowledged && version >= w->acknowledged - RETAINED;
        if (status == FB_OK)
            expect_rows(store, version);
        else if (must_be_there)
            fail_msg("version %d of %d is lost: %s", (int)version, (int)w->acknowledged,
                     w->err.message);
        else if (status != FB_E_NOT_FOUND && status != FB_E_CORRUPT)
            fail_msg("version %d: %s", (int)version, w->err.message);
        fb_state_store_close(store);
    }
}

/* The next process after a crash, which may crash too. */
static void recover(world *w, uint64_t seed, uint64_t second_crash, bool is_power_cut)
{
    for (int round = 0;; round++) {
        end_process(w);
        if (is_power_cut)
            sim_disk_reboot(w->disk, seed + (uint64_t)round);
        else
            sim_disk_kill(w->disk);
        start_process(w);
        check_versions(w);
        if (round == 0 && second_crash) sim_disk_crash_at(w->disk, second_crash);
        fb_status status = run_to_the_end(w);
        sim_disk_crash_at(w->disk, 0);
        if (status == FB_OK && !sim_disk_is_crashed(w->disk)) break;
        assert_true(round == 0 && sim_disk_is_crashed(w->disk));
    }
    assert_int_equal(w->acknowledged, VERSIONS);
    check_versions(w);
}

/* Operations of a run without a crash. */
static uint64_t count_operations(uint64_t seed)
{
    world w;
    world_init(&w, seed);
    uint64_t before = sim_disk_operations(w.disk);
    assert_ok(run_to_the_end(&w), &w.err);
    uint64_t count = sim_disk_operations(w.disk) - before;
    check_versions(&w);
    world_deinit(&w);
    return count;
}

static void crash_everywhere(uint64_t second_crash, uint64_t step, bool is_power_cut)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t count = count_operations(seed);
        assert_true(count > 200); /* with snapshots and purges */
        for (uint64_t k = 1 + seed % step; k <= count; k += step) {
            world w;
            world_init(&w, seed);
            sim_disk_crash_at(w.disk, k);
            (void)!run_to_the_end(&w);
            assert_true(sim_disk_is_crashed(w.disk));
            recover(&w, seed * 1000 + k, second_crash, is_power_cut);
            world_deinit(&w);
        }
    }
}

static void a_power_cut_at_any_operation_loses_nothing_acknowledged(void **state)
{
    (void)state;
    crash_everywhere(0, 1, true);
}

static void a_killed_process_loses_nothing_acknowledged(void **state)
{
    (void)state;
    crash_everywhere(0, 2, false);
}

static void a_second_crash_during_the_recovery_changes_nothing(void **state)
{
    (void)state;
    for (uint64_t second = 1; second <= 29; second += 4)
        crash_everywhere(second, 7, true);
}

static void an_io_error_fails_the_commit_and_the_next_try_goes_on(void **state)
{
    (void)state;
    uint64_t count = count_operations(1);
    for (uint64_t k = 1; k <= count; k++) {
        world w;
        world_init(&w, 1);
        sim_disk_fail_at(w.disk, k, EIO);
        for (int tries = 0; w.acknowledged < VERSIONS; tries++) {
            assert_true(tries < 3);
            (void)!run_to_the_end(&w);
        }
        sim_disk_fail_at(w.disk, 0, EIO);
        check_versions(&w);
        world_deinit(&w);
    }
}

static void a_full_disk_fails_the_commit_and_room_helps(void **state)
{
    (void)state;
    world w;
    world_init(&w, 7);
    sim_disk_set_limit(w.disk, 1200);
    fb_status status = run_to_the_end(&w);
    assert_status(status, FB_E_IO);
    assert_true(w.acknowledged > 0 && w.acknowledged < VERSIONS);
    check_versions(&w);
    sim_disk_set_limit(w.disk, 0);
    assert_ok(run_to_the_end(&w), &w.err);
    check_versions(&w);
    world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_at_any_operation_loses_nothing_acknowledged),
        cmocka_unit_test(a_killed_process_loses_nothing_acknowledged),
        cmocka_unit_test(a_second_crash_during_the_recovery_changes_nothing),
        cmocka_unit_test(an_io_error_fails_the_commit_and_the_next_try_goes_on),
        cmocka_unit_test(a_full_disk_fails_the_commit_and_room_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
