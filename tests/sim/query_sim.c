/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole queries under a seed: several lives of a process, each of which may end at any disk
 * operation by power cut, kill or error, with clocks that jump between and during lives and
 * triggers that change from start to start. However it goes, each batch reaches the sink with the
 * same rows every time, and the rows of all batches are what the sources were to give.
 *
 *     sim_query [FIRST_SEED [COUNT]]        without arguments: the kept seeds, then a fixed range
 */
#include "sim_query.h"

#include "session/session_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIVES = 60, QUIET_LIVES = 12, DEFAULT_SEEDS = 120 };

/* Seeds that once failed. */
static const uint64_t kept_seeds[] = {1};

typedef struct shape {
    const char *views;
    const char *query;
    const char *keys; /* first letters of its rows' sequences; NULL: one sequence, in any order */
    fb_output_mode mode;
} shape;

#define ONE_PARTITION                         \
    "SET spark.sql.shuffle.partitions = 1;\n" \
    "SET spark.sql.streaming.stateStore.minDeltasForSnapshot = 2;\n"

static const shape shapes[] = {
    {"CREATE TEMPORARY VIEW a USING rate OPTIONS (rowsPerSecond '9', rampUpTime '3');",
     "SELECT 'a', value FROM STREAM a", "a", FB_OUTPUT_APPEND},
    {"CREATE TEMPORARY VIEW a USING `rate-micro-batch` OPTIONS (rowsPerBatch '11');",
     "SELECT 'a', value FROM STREAM a", "a", FB_OUTPUT_APPEND},
    {"CREATE TEMPORARY VIEW a USING rate OPTIONS (rowsPerSecond '3');\n"
     "CREATE TEMPORARY VIEW b USING `rate-micro-batch` OPTIONS (rowsPerBatch '2');\n"
     "CREATE TEMPORARY VIEW c USING rate OPTIONS (rowsPerSecond '1000', rampUpTime '2');",
     "SELECT 'b', value FROM STREAM b UNION ALL SELECT 'a', value FROM STREAM a\n"
     "UNION ALL SELECT 'c', value FROM STREAM c",
     "abc", FB_OUTPUT_APPEND},
    {"CREATE TEMPORARY VIEW a USING rate OPTIONS (rowsPerSecond '20');",
     "SELECT 'a', value FROM STREAM a UNION ALL SELECT 'b', value FROM STREAM a", "ab",
     FB_OUTPUT_APPEND},
    /* State: a row that came twice, or into a state that had it, would count above one. */
    {ONE_PARTITION "CREATE TEMPORARY VIEW a USING rate OPTIONS (rowsPerSecond '9');",
     "SELECT 'a', value + (count(*) - 1) * 1000000 FROM STREAM a GROUP BY value", NULL,
     FB_OUTPUT_UPDATE},
    /* Each batch is a window of its own; they come out one by one, two batches later. */
    {ONE_PARTITION "CREATE TEMPORARY VIEW a USING `rate-micro-batch` OPTIONS (rowsPerBatch '11', "
                   "advanceMillisPerBatch '1000', numPartitions '3');",
     "SELECT 'a', min(value) div 11 + (count(*) - 11) * 1000000 FROM STREAM a WATERMARK timestamp "
     "DELAY OF INTERVAL 500 MILLISECONDS GROUP BY window(timestamp, '1 second')",
     "a", FB_OUTPUT_APPEND},
};

enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };

static uint64_t below(fb_random_seeded *random, uint64_t limit)
{
    return fb_random_seeded_next(random) % limit;
}

/* --- what must hold --- */

/* The rows "k n" of each key k count 0, 1, 2, ... */
static bool check_rows(const char *all, const char *keys, char *why, size_t size)
{
    long long next[8] = {0};
    for (const char *line = all; *line; line = strchr(line, '\n') + 1) {
        const char *key = strchr(keys, line[0]);
        long long value = strtoll(line + 2, NULL, 10);
        if (!key || value != next[key - keys]) {
            (void)snprintf(why, size, "row %c %lld where %lld was due", line[0], value,
                           key ? next[key - keys] : -1);
            return false;
        }
        next[key - keys]++;
    }
    return true;
}

static int compare_values(const void *a, const void *b)
{
    long long left = *(const long long *)a, right = *(const long long *)b;
    return (left > right) - (left < right);
}

/* The same where rows of a batch come in the order of groups. */
static bool check_set(const char *all, char *why, size_t size)
{
    size_t count = 0, capacity = strlen(all) / 2 + 1;
    long long *values = malloc(capacity * sizeof *values);
    if (!values) return false;
    for (const char *line = all; *line; line = strchr(line, '\n') + 1)
        values[count++] = strtoll(line + 2, NULL, 10);
    qsort(values, count, sizeof *values, compare_values);
    size_t i = 0;
    while (i < count && values[i] == (long long)i)
        i++;
    if (i < count) (void)snprintf(why, size, "value %lld where %zu was due", values[i], i);
    free(values);
    return i == count;
}

/* --- lives --- */

static void choose_trigger(fb_random_seeded *random, sim_job *job)
{
    static const fb_trigger triggers[] = {{FB_TRIGGER_INTERVAL, 0},
                                          {FB_TRIGGER_INTERVAL, 700},
                                          {FB_TRIGGER_INTERVAL, 5000},
                                          {FB_TRIGGER_ONCE, 0},
                                          {FB_TRIGGER_AVAILABLE_NOW, 0}};
    job->trigger = triggers[below(random, 5)];
}

/* NTP, a suspended laptop, an operator: the wall clock moves by up to an hour either way, the other
 * only forward. */
static void jump_clock(fb_random_seeded *random, sim_world *world)
{
    int64_t jump_us = (int64_t)below(random, 7200) * 1000000 - INT64_C(3600000000);
    if (below(random, 3) == 0) world->clock.wall_us_now += jump_us;
    fb_clock_manual_advance(&world->clock, (int64_t)below(random, 4000000));
}

static void end_life(fb_random_seeded *random, sim_world *world, bool was_crash)
{
    if (was_crash && below(random, 2))
        sim_disk_reboot(world->disk, fb_random_seeded_next(random));
    else if (was_crash)
        sim_disk_kill(world->disk);
}

/* One life; `*quiet` says that nothing disturbs it. */
static fb_status live(fb_random_seeded *random, sim_world *world, sim_job *job, bool quiet,
                      fb_error *err)
{
    bool crash = !quiet && below(random, 4) < 2;
    bool fault = !quiet && !crash && below(random, 2);
    choose_trigger(random, job);
    job->last_batch = world->record.newest + 1 + (int64_t)below(random, 4);
    if (crash) sim_disk_crash_at(world->disk, 1 + below(random, 120));
    if (fault)
        sim_disk_fail_at(world->disk, 1 + below(random, 120), below(random, 2) ? EIO : ENOSPC);
    if (!quiet && below(random, 8) == 0) world->record.fail_at_batch = world->record.newest + 1;
    fb_status status = sim_world_run(world, job, err);
    bool crashed = sim_disk_is_crashed(world->disk);
    end_life(random, world, crashed);
    sim_disk_crash_at(world->disk, 0);
    sim_disk_fail_at(world->disk, 0, 0);
    return status;
}

static bool run_lives(fb_random_seeded *random, sim_world *world, sim_job *job, char *why,
                      size_t size)
{
    fb_error err = {0};
    for (int i = 0; i < MAX_LIVES && world->record.newest < 100; i++) {
        bool quiet = i >= MAX_LIVES - QUIET_LIVES;
        jump_clock(random, world);
        fb_status status = live(random, world, job, quiet, &err);
        bool refused_by_sink = strstr(err.message, "the sink refuses") != NULL;
        if (status == FB_E_CORRUPT || (quiet && status != FB_OK && !refused_by_sink)) {
            (void)snprintf(why, size, "life %d: %s", i, err.message);
            return false;
        }
        if (world->record.complaint[0]) {
            (void)snprintf(why, size, "life %d: %s", i, world->record.complaint);
            return false;
        }
        err = (fb_error){0};
    }
    return true;
}

static bool run_seed(uint64_t seed)
{
    char why[FB_ERROR_MESSAGE_SIZE + 100] = "";
    fb_random_seeded random;
    sim_world world;
    fb_random_seeded_init(&random, seed);
    sim_world_init(&world, seed);
    world.record.recognises = below(&random, 2);
    const shape *s = &shapes[below(&random, SHAPE_COUNT)];
    sim_job job = {.views = s->views,
                   .query = s->query,
                   .mode = s->mode,
                   .batches_to_retain = 1 + (int64_t)below(&random, 5)};
    bool good = run_lives(&random, &world, &job, why, sizeof why);
    char *all = good ? record_all(&world.record) : NULL;
    if (good && !all) (void)snprintf(why, sizeof why, "%s", world.record.complaint);
    good = all && world.record.newest > 0 &&
           (s->keys ? check_rows(all, s->keys, why, sizeof why) : check_set(all, why, sizeof why));
    if (!good)
        printf("seed %" PRIu64 " failed: %s (newest batch %lld)\n", seed, why,
               (long long)world.record.newest);
    free(all);
    sim_world_deinit(&world);
    return good;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : DEFAULT_SEEDS;
    uint64_t failed = 0, ran = 0;
    for (size_t i = 0; argc == 1 && i < sizeof kept_seeds / sizeof kept_seeds[0]; i++, ran++)
        failed += !run_seed(kept_seeds[i]);
    for (uint64_t i = 0; i < count; i++, ran++)
        failed += !run_seed(first + i);
    printf("%" PRIu64 " seeds, %" PRIu64 " failed\n", ran, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
