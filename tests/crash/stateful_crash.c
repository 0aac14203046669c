/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries with state, crashed at their k-th disk operation for every k (between the commits of two
 * partitions, while a snapshot is made, while old versions are removed), again while they recover,
 * then run on: each batch reaches the sink with the same rows every time, and the rows of all
 * batches are those of an undisturbed run. The same where the newest state is damaged and the
 * recovery itself is crashed. */
#include "sim_state.h"

enum { LAST_BATCH = 7 };

typedef enum disturbance { POWER_CUT, KILL, IO_ERROR, DISK_FULL, DISTURBANCES } disturbance;

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
    sim_disk_crash_at(world->disk, 0);
    sim_disk_fail_at(world->disk, 0, 0);
}

/* Runs to the end, disturbed at operation k, and again somewhere in the next life. */
static void run_disturbed(sim_world *world, const sim_job *job, disturbance how, uint64_t k,
                          uint64_t seed, const char *expected)
{
    fb_error err = {0};
    disturb(world, how, k);
    fb_status status = sim_world_run(world, job, &err);
    restart(world, how, seed * 31 + k);
    if (status != FB_OK) {
        disturb(world, how, 1 + (k * 7 + seed * 13) % 150);
        status = sim_world_run(world, job, &err);
        restart(world, how, seed * 57 + k);
    }
    if (status != FB_OK) status = sim_world_run(world, job, &err);
    if (status != FB_OK)
        fail_msg("k=%llu seed=%llu how=%d: %s", (unsigned long long)k, (unsigned long long)seed,
                 (int)how, err.message);
    char *all = record_all(&world->record);
    if (!all)
        fail_msg("k=%llu seed=%llu how=%d: %s", (unsigned long long)k, (unsigned long long)seed,
                 (int)how, world->record.complaint);
    assert_in_range(world->record.newest, LAST_BATCH, LAST_BATCH + 2);
    if (strncmp(all, expected, strlen(all)) != 0)
        fail_msg("k=%llu seed=%llu how=%d: rows differ:\n%s\nexpected:\n%s", (unsigned long long)k,
                 (unsigned long long)seed, (int)how, all, expected);
    free(all);
}

static void run_all(const sim_job *job)
{
    uint64_t operations;
    free(sim_state_expected(job, LAST_BATCH, &operations));
    char *expected = sim_state_expected(job, LAST_BATCH + 2, NULL);
    assert_true(operations > 200);
    for (uint64_t k = 1; k <= operations; k++)
        for (int how = POWER_CUT; how < DISTURBANCES; how++) {
            uint64_t seed = 1 + k % 5;
            sim_world world;
            sim_world_init(&world, seed);
            world.record.recognises = seed % 2 == 0;
            run_disturbed(&world, job, (disturbance)how, k, seed, expected);
            sim_world_deinit(&world);
        }
    free(expected);
}

static void windows_come_out_once_and_whole(void **state)
{
    (void)state;
    const sim_job job = sim_state_windows(LAST_BATCH);
    run_all(&job);
}

static void operators_of_a_chain_stay_together(void **state)
{
    (void)state;
    const sim_job job = sim_state_chain(LAST_BATCH);
    run_all(&job);
}

static void counts_go_on_from_where_they_were(void **state)
{
    (void)state;
    const sim_job job = sim_state_counts(LAST_BATCH);
    run_all(&job);
}

static void a_recovery_from_damage_may_itself_be_disturbed(void **state)
{
    (void)state;
    fb_error err = {0};
    const sim_job first = sim_state_counts(4), job = sim_state_counts(LAST_BATCH);
    char *expected = sim_state_expected(&job, LAST_BATCH + 2, NULL);
    for (uint64_t k = 1; k <= 200; k++)
        for (int how = POWER_CUT; how < DISTURBANCES; how++) {
            sim_world world;
            sim_world_init(&world, k);
            assert_ok(sim_world_run(&world, &first, &err), &err);
            sim_state_damage(&world, "0/1/5.delta");
            run_disturbed(&world, &job, (disturbance)how, k, k, expected);
            sim_world_deinit(&world);
        }
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_come_out_once_and_whole),
        cmocka_unit_test(operators_of_a_chain_stay_together),
        cmocka_unit_test(counts_go_on_from_where_they_were),
        cmocka_unit_test(a_recovery_from_damage_may_itself_be_disturbed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
