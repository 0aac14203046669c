/* SPDX-License-Identifier: Apache-2.0
 *
 * A query's life on its logs, without a query: open, plan a batch, write offsets, run (nothing),
 * write the commit, purge. It is killed, or the power cut, at every disk operation, and again in
 * the recovery that follows. Whatever was acknowledged, or shown to a process that acted on it,
 * must still be so: the query's id, the plan of each batch, the commits. */
#include "checkpoint/checkpoint.h"
#include "files/local.h"
#include "sim_disk.h"
#include "test.h"

#include <stdio.h>

enum { BATCHES = 5, SEEDS = 60, TEXT_SIZE = 40 };

/* What the world has been promised. */
typedef struct promise {
    char query_id[FB_UUID_TEXT_SIZE];
    char plans[BATCHES][TEXT_SIZE]; /* the offset of the source; empty: none yet */
    int64_t committed;              /* newest, or -1 */
} promise;

typedef struct world {
    sim_disk *disk;
    fb_random_seeded random;
    fb_clock_manual clock;
    promise promise;
    int run; /* number of the process */
    fb_error err;
} world;

static void world_init(world *w, uint64_t seed)
{
    *w = (world){.disk = sim_disk_create(seed), .promise.committed = -1};
    fb_random_seeded_init(&w->random, seed);
    fb_clock_manual_init(&w->clock, INT64_C(1700000000000000));
}

static void keep_plan(world *w, int64_t batch, fb_slice offset)
{
    char text[TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%.*s", FB_SLICE_ARGS(offset));
    char *kept = w->promise.plans[batch];
    if (kept[0]) assert_string_equal(kept, text);
    memcpy(kept, text, sizeof text);
}

static void check_recovery(world *w, const fb_recovery *found)
{
    promise *p = &w->promise;
    int64_t planned = found->rerun ? found->next_batch_id : found->next_batch_id - 1;
    assert_int_equal(found->is_new, !found->has_entry);
    assert_true(planned >= p->committed);
    if (planned + 1 < BATCHES) assert_true(!p->plans[planned + 1][0]); /* no plan was lost */
    if (found->has_entry) keep_plan(w, planned, found->entry.offsets[0]);
    if (found->has_previous) keep_plan(w, planned - 1, found->previous.offsets[0]);
    assert_int_equal(found->has_previous, planned > 0);
    if (found->rerun)
        assert_int_equal(p->committed, planned - 1);
    else
        p->committed = planned; /* shown, hence promised */
}

static fb_status run_batch(world *w, fb_checkpoint *checkpoint, int64_t batch, bool is_planned)
{
    char text[TEXT_SIZE], run_id[16];
    (void)snprintf(text, sizeof text, "{\"run\":%d,\"batch\":%d}", w->run, (int)batch);
    (void)snprintf(run_id, sizeof run_id, "run-%d", w->run);
    const fb_slice offset = fb_slice_of(text);
    const fb_offset_entry entry = {.timestamp_ms = batch,
                                   .offsets = &offset,
                                   .source_count = 1,
                                   .run_id = fb_slice_of(run_id)};
    if (!is_planned) {
        FB_TRY(fb_checkpoint_write_offsets(checkpoint, batch, &entry, &w->err));
        keep_plan(w, batch, offset);
    }
    FB_TRY(fb_checkpoint_purge(checkpoint, batch, 1, &w->err));
    const fb_commit_entry commit = {.next_watermark_ms = batch, .run_id = fb_slice_of(run_id)};
    FB_TRY(fb_checkpoint_write_commit(checkpoint, batch, &commit, &w->err));
    w->promise.committed = batch;
    return FB_OK;
}

static fb_status run_batches(world *w, fb_checkpoint *checkpoint, fb_arena *arena)
{
    promise *p = &w->promise;
    const char *id = fb_checkpoint_query_id(checkpoint);
    if (p->query_id[0]) assert_string_equal(p->query_id, id);
    memcpy(p->query_id, id, sizeof p->query_id);
    fb_recovery found;
    FB_TRY(fb_checkpoint_recover(checkpoint, arena, &found, &w->err));
    check_recovery(w, &found);
    bool is_planned = found.rerun;
    for (int64_t batch = found.next_batch_id; batch < BATCHES; batch++, is_planned = false)
        FB_TRY(run_batch(w, checkpoint, batch, is_planned));
    return FB_OK;
}

/* One process, from start to end or to its failure. */
static fb_status run_process(world *w)
{
    w->run++;
    fb_filesystem *fs;
    assert_ok(
        fb_filesystem_local_create(sim_disk_interface(w->disk), &w->random.base, &fs, &w->err),
        &w->err);
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    fb_checkpoint *checkpoint;
    fb_status status = fb_checkpoint_open(fs, &w->random.base, &w->clock.base, "/data/ck", "run",
                                          &checkpoint, &w->err);
    if (status == FB_OK) status = run_batches(w, checkpoint, &arena);
    fb_checkpoint_close(checkpoint);
    fb_filesystem_close(fs);
    fb_arena_deinit(&arena);
    return status;
}

static void check_end(world *w)
{
    assert_ok(run_process(w), &w->err);
    assert_int_equal(w->promise.committed, BATCHES - 1);
    fb_slice content;
    char path[32];
    for (int batch = 0; batch < BATCHES; batch++) {
        (void)snprintf(path, sizeof path, "/data/ck/commits/%d", batch);
        if (batch >= BATCHES - 2) assert_true(sim_disk_get(w->disk, path, &content));
    }
}

/* Crashes at operation `first` of the first process and `second` of the second. */
static bool crash_twice(uint64_t first, uint64_t second, uint64_t seed)
{
    world w;
    world_init(&w, seed);
    sim_disk_crash_at(w.disk, first);
    fb_status status = run_process(&w);
    bool has_crashed = sim_disk_is_crashed(w.disk);
    if (!has_crashed) assert_ok(status, &w.err);
    if (seed % 3 == 0)
        sim_disk_kill(w.disk);
    else
        sim_disk_reboot(w.disk, seed);
    sim_disk_crash_at(w.disk, second);
    (void)run_process(&w);
    if (seed % 4 == 0)
        sim_disk_kill(w.disk);
    else
        sim_disk_reboot(w.disk, seed + 1000);
    check_end(&w);
    sim_disk_destroy(w.disk);
    return has_crashed;
}

static void nothing_that_was_promised_is_lost_in_a_crash(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 99);
    bool has_crashed = true;
    uint64_t k = 1;
    for (; has_crashed; k++) {
        has_crashed = false;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            uint64_t second = 1 + fb_random_seeded_next(&random) % 120;
            has_crashed |= crash_twice(k, second, seed);
        }
    }
    assert_true(k > 100);
}

static void an_error_at_any_operation_stops_the_query_and_loses_nothing(void **state)
{
    (void)state;
    const int errors[] = {EIO, ENOSPC};
    for (int i = 0; i < 2; i++) {
        for (uint64_t k = 1;; k++) {
            world w;
            world_init(&w, k);
            sim_disk_fail_at(w.disk, k, errors[i]);
            fb_status status = run_process(&w);
            bool was_reached = sim_disk_operations(w.disk) >= k;
            if (status != FB_OK) {
                assert_int_equal(status, FB_E_IO);
                assert_int_equal(w.err.sys_errno, errors[i]);
                assert_contains(w.err.message, "cannot ");
            }
            sim_disk_fail_at(w.disk, 0, 0);
            check_end(&w);
            sim_disk_destroy(w.disk);
            if (!was_reached) break;
        }
    }
}

static int find_litter(void *user, const char *name)
{
    if (strstr(name, ".tmp")) ++*(int *)user;
    return 0;
}

/* Temporary files of killed processes of ours go at the next start; those of Spark, which may be
 * alive, stay. */
static void a_start_removes_our_litter_only(void **state)
{
    (void)state;
    const char *spark = "/data/ck/offsets/.9.0f6a3c1e-6f0e-4b53-9d5c-2f1a4c7d8e90.tmp";
    int most = 0;
    for (uint64_t k = 1; k < 150; k++) {
        world w;
        world_init(&w, k);
        sim_disk_crash_at(w.disk, k);
        (void)run_process(&w);
        sim_disk_kill(w.disk);
        fb_disk *disk = sim_disk_interface(w.disk);
        int before = 0, after = 0;
        (void)disk->ops->list(disk, "/data/ck/offsets", find_litter, &before);
        bool has_spark = sim_disk_put(w.disk, spark, FB_SLICE("x"));
        check_end(&w);
        assert_int_equal(disk->ops->list(disk, "/data/ck/offsets", find_litter, &after), 0);
        assert_int_equal(after, has_spark);
        if (before > most) most = before;
        sim_disk_destroy(w.disk);
    }
    assert_true(most > 0); /* some crash did leave litter */
}

/* As a program that never syncs leaves it. */
static void leave(world *w, const char *path, const char *content)
{
    fb_disk *disk = sim_disk_interface(w->disk);
    int file;
    assert_int_equal(disk->ops->create(disk, path, &file), 0);
    for (size_t done = 0, step; done < strlen(content); done += step)
        assert_int_equal(
            disk->ops->write(disk, file, content + done, strlen(content) - done, &step), 0);
    assert_int_equal(disk->ops->close(disk, file), 0);
}

static void what_a_start_was_built_on_is_durable_whoever_wrote_it(void **state)
{
    (void)state;
    static const char *const directories[] = {"/data", "/data/ck", "/data/ck/offsets",
                                              "/data/ck/commits"};
    static const struct {
        const char *path, *content;
    } files[] = {
        {"/data/ck/metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}"},
        {"/data/ck/offsets/0", "v1\n{}\n1"},
        {"/data/ck/offsets/1", "v1\n{}\n2"},
        {"/data/ck/commits/1", "v1\n{}"},
    };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        world w;
        world_init(&w, seed);
        fb_disk *disk = sim_disk_interface(w.disk);
        for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
            assert_int_equal(disk->ops->mkdir(disk, directories[i]), 0);
        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
            leave(&w, files[i].path, files[i].content);
        fb_filesystem *fs;
        fb_checkpoint *checkpoint;
        fb_recovery found;
        fb_arena arena;
        fb_arena_init(&arena, 0);
        assert_ok(fb_filesystem_local_create(disk, &w.random.base, &fs, &w.err), &w.err);
        assert_ok(fb_checkpoint_open(fs, &w.random.base, &w.clock.base, "/data/ck", "r",
                                     &checkpoint, &w.err),
                  &w.err);
        assert_ok(fb_checkpoint_recover(checkpoint, &arena, &found, &w.err), &w.err);
        assert_int_equal(found.next_batch_id, 2);
        fb_checkpoint_close(checkpoint);
        fb_filesystem_close(fs);
        fb_arena_deinit(&arena);
        sim_disk_reboot(w.disk, seed);
        for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
            fb_slice content;
            assert_true(sim_disk_get(w.disk, files[i].path, &content));
            assert_slice_equal(content, files[i].content);
        }
        sim_disk_destroy(w.disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_was_promised_is_lost_in_a_crash),
        cmocka_unit_test(an_error_at_any_operation_stops_the_query_and_loses_nothing),
        cmocka_unit_test(a_start_removes_our_litter_only),
        cmocka_unit_test(what_a_start_was_built_on_is_durable_whoever_wrote_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
