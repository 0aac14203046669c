/* SPDX-License-Identifier: Apache-2.0
 *
 * Crashes and failures at every disk operation of a create, a replace and a removal with a new
 * creation of the same name, each with many outcomes of what was not synced. After each: the file
 * is old, new or absent, never torn, and never beside the checksums of another content. */
#include "files/crc_file.h"
#include "files/local.h"
#include "sim_disk.h"
#include "test.h"

enum { SEEDS = 200, CONTENT_BYTES = 1500 /* three sectors, three checksums */ };

static const char path[] = "/ck/offsets/7";
static char old_bytes[CONTENT_BYTES], new_bytes[CONTENT_BYTES + 100];

typedef struct world {
    sim_disk *disk;
    fb_random_seeded random;
    fb_filesystem *fs;
    fb_error err;
} world;

static fb_slice old_content(void)
{
    return fb_slice_make(old_bytes, sizeof old_bytes);
}

static fb_slice new_content(void)
{
    return fb_slice_make(new_bytes, sizeof new_bytes);
}

static void world_init(world *w, uint64_t seed)
{
    memset(old_bytes, 'o', sizeof old_bytes);
    memset(new_bytes, 'n', sizeof new_bytes);
    *w = (world){.disk = sim_disk_create(seed)};
    fb_random_seeded_init(&w->random, seed);
    assert_ok(
        fb_filesystem_local_create(sim_disk_interface(w->disk), &w->random.base, &w->fs, &w->err),
        &w->err);
    assert_ok(fb_filesystem_mkdirs(w->fs, "/ck", &w->err), &w->err);
}

static void world_deinit(world *w)
{
    fb_filesystem_close(w->fs);
    sim_disk_destroy(w->disk);
}

/* A new process. */
static void world_restart(world *w)
{
    fb_filesystem_close(w->fs);
    assert_ok(
        fb_filesystem_local_create(sim_disk_interface(w->disk), &w->random.base, &w->fs, &w->err),
        &w->err);
}

typedef enum outcome { ABSENT, OLD, NEW } outcome;

/* Reads past the file system's own checks, so that its retries cannot hide anything. */
static outcome examine(world *w)
{
    fb_slice content, sums;
    if (!sim_disk_get(w->disk, path, &content)) return ABSENT;
    bool is_old = fb_slice_equal(content, old_content());
    assert_true(is_old || fb_slice_equal(content, new_content()));
    if (sim_disk_get(w->disk, "/ck/offsets/.7.crc", &sums))
        assert_ok(fb_crc_file_verify(path, content, sums, &w->err), &w->err);
    return is_old ? OLD : NEW;
}

/* A workload: brings the disk to a durable start, then acts; `act` returns whether the new content
 * was acknowledged. */
typedef struct workload {
    void (*prepare)(world *w);
    fb_status (*act)(world *w);
    unsigned allowed; /* outcomes after a crash, as bits; NEW always is */
} workload;

static void prepare_nothing(world *w)
{
    (void)w;
}

static void prepare_old(world *w)
{
    assert_ok(fb_filesystem_create(w->fs, path, old_content(), &w->err), &w->err);
}

/* Checksums whose file is gone: what a crash between two renames leaves. */
static void prepare_orphan(world *w)
{
    prepare_old(w);
    fb_disk *disk = sim_disk_interface(w->disk);
    assert_int_equal(disk->ops->unlink(disk, path), 0);
    assert_int_equal(disk->ops->sync_directory(disk, "/ck/offsets"), 0);
}

static fb_status act_create(world *w)
{
    return fb_filesystem_create(w->fs, path, new_content(), &w->err);
}

static fb_status act_replace(world *w)
{
    return fb_filesystem_replace(w->fs, path, new_content(), &w->err);
}

static fb_status act_remove_and_create(world *w)
{
    FB_TRY(fb_filesystem_remove(w->fs, path, &w->err));
    return fb_filesystem_create(w->fs, path, new_content(), &w->err);
}

/* A name that is taken counts as written: the answer says that it is durable. */
static fb_status act_create_or_find(world *w)
{
    fb_status status = fb_filesystem_create(w->fs, path, new_content(), &w->err);
    return status == FB_E_EXISTS ? FB_OK : status;
}

static const workload workloads[] = {
    {prepare_nothing, act_create, 1u << ABSENT},
    {prepare_orphan, act_create, 1u << ABSENT},
    {prepare_nothing, act_replace, 1u << ABSENT},
    {prepare_old, act_replace, 1u << OLD},
    {prepare_orphan, act_replace, 1u << ABSENT},
    {prepare_old, act_remove_and_create, 1u << ABSENT | 1u << OLD},
    {prepare_nothing, act_create_or_find, 1u << ABSENT},
};

/* False when the workload ended before its operation `k`. */
static bool crash_once(const workload *load, uint64_t k, uint64_t seed)
{
    world w;
    world_init(&w, seed);
    load->prepare(&w);
    sim_disk_crash_at(w.disk, k);
    bool acknowledged = load->act(&w) == FB_OK;
    bool has_crashed = sim_disk_is_crashed(w.disk);
    assert_true(acknowledged || has_crashed);
    sim_disk_reboot(w.disk, seed * 31 + k);
    outcome found = examine(&w);
    if (found != NEW) {
        assert_false(acknowledged);
        assert_true(load->allowed & 1u << found);
    }
    /* Life goes on: the same again succeeds and gives a whole file. */
    world_restart(&w);
    fb_status again = found == NEW ? act_create_or_find(&w) : act_replace(&w);
    assert_ok(again, &w.err);
    assert_int_equal(examine(&w), NEW);
    world_deinit(&w);
    return has_crashed;
}

static void a_power_cut_leaves_old_new_or_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
        uint64_t k = 1;
        for (bool any_crashed = true; any_crashed; k++) {
            any_crashed = false;
            for (uint64_t seed = 1; seed <= SEEDS; seed++)
                any_crashed |= crash_once(&workloads[i], k, seed);
        }
        assert_true(k > 8); /* it did run into the middle of things */
    }
}

/* Killed at operation k. The next process settles the directory, as every owner does first; it
 * finds the name or not and answers for it: from then on a power cut must not take it away. */
static void what_a_killed_process_left_is_settled_by_the_next(void **state)
{
    (void)state;
    bool has_crashed = true;
    for (uint64_t k = 1; has_crashed; k++) {
        has_crashed = false;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            world w;
            world_init(&w, seed);
            sim_disk_crash_at(w.disk, k);
            (void)act_create(&w);
            has_crashed |= sim_disk_is_crashed(w.disk);
            sim_disk_kill(w.disk);
            world_restart(&w);
            assert_ok(fb_filesystem_sync(w.fs, "/ck", &w.err), &w.err);
            assert_ok(act_create_or_find(&w), &w.err);
            sim_disk_reboot(w.disk, seed);
            assert_int_equal(examine(&w), NEW);
            world_deinit(&w);
        }
    }
}

/* Each operation fails once: the call says so or has done its work, no temporary file stays, and
 * trying again works. */
static void a_failing_disk_is_reported_and_leaves_no_litter(void **state)
{
    (void)state;
    const int errors[] = {EIO, ENOSPC, EACCES};
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads * 3; i++) {
        const workload *load = &workloads[i / 3];
        for (uint64_t k = 1;; k++) {
            world w;
            world_init(&w, k);
            load->prepare(&w);
            uint64_t before = sim_disk_operations(w.disk);
            sim_disk_fail_at(w.disk, k, errors[i % 3]);
            fb_status status = load->act(&w);
            bool was_reached = sim_disk_operations(w.disk) - before >= k;
            sim_disk_fail_at(w.disk, 0, 0);
            if (status != FB_OK) {
                assert_int_equal(status, FB_E_IO);
                assert_int_equal(w.err.sys_errno, errors[i % 3]);
                assert_contains(w.err.message, "/ck");
            }
            (void)examine(&w);
            assert_ok(act_replace(&w), &w.err);
            assert_int_equal(examine(&w), NEW);
            world_deinit(&w);
            if (!was_reached) break;
        }
    }
}

/* The last sync of a creation failed, so it was reported as failed; trying again finds the file,
 * and that answer counts as written. */
static void a_second_try_is_as_durable_as_a_first(void **state)
{
    (void)state;
    bool was_reached = true;
    for (uint64_t k = 1; was_reached; k++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            world w;
            world_init(&w, seed);
            uint64_t before = sim_disk_operations(w.disk);
            sim_disk_fail_at(w.disk, k, EIO);
            (void)act_create(&w);
            was_reached = sim_disk_operations(w.disk) - before >= k;
            sim_disk_fail_at(w.disk, 0, 0);
            assert_ok(act_create_or_find(&w), &w.err);
            sim_disk_reboot(w.disk, seed);
            assert_int_equal(examine(&w), NEW);
            world_deinit(&w);
        }
    }
}

static int count_name(void *user, const char *name)
{
    (void)name;
    ++*(int *)user;
    return 0;
}

static void a_full_disk_is_an_error_and_room_makes_it_good(void **state)
{
    (void)state;
    for (uint64_t limit = 1; limit < 3 * CONTENT_BYTES; limit += 100) {
        world w;
        world_init(&w, limit);
        prepare_old(&w);
        sim_disk_set_limit(w.disk, limit);
        fb_status status = act_replace(&w);
        if (status != FB_OK) {
            assert_int_equal(w.err.sys_errno, ENOSPC);
            assert_int_equal(examine(&w), OLD);
        }
        fb_disk *disk = sim_disk_interface(w.disk);
        int count = 0;
        assert_int_equal(disk->ops->list(disk, "/ck/offsets", count_name, &count), 0);
        assert_int_equal(count, 2); /* the file and its checksums */
        sim_disk_set_limit(w.disk, 0);
        assert_ok(act_replace(&w), &w.err);
        assert_int_equal(examine(&w), NEW);
        world_deinit(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_leaves_old_new_or_nothing),
        cmocka_unit_test(what_a_killed_process_left_is_settled_by_the_next),
        cmocka_unit_test(a_failing_disk_is_reported_and_leaves_no_litter),
        cmocka_unit_test(a_second_try_is_as_durable_as_a_first),
        cmocka_unit_test(a_full_disk_is_an_error_and_room_makes_it_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
