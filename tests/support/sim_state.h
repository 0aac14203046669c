/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries with state for tests of crashes and damage: two partitions, a snapshot after three
 * deltas, few versions kept. */
#ifndef FB_TEST_SIM_STATE_H
#define FB_TEST_SIM_STATE_H

#include "sim_query.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define SIM_STATE_SETTINGS                    \
    "SET spark.sql.shuffle.partitions = 2;\n" \
    "SET spark.sql.streaming.stateStore.minDeltasForSnapshot = 2;\n"
/* A batch is a second: six rows with its time. */
#define SIM_STATE_VIEW                                                             \
    SIM_STATE_SETTINGS "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS " \
                       "(rowsPerBatch '6', advanceMillisPerBatch '1000', "         \
                       "startTimestamp '1700000000000', numPartitions '2');"

/* Windows of two seconds, final a second after their end: those of batches 0 and 1 come out in
 * batch 4. */
#define SIM_STATE_WINDOWS                                                                      \
    "SELECT unix_seconds(window.start), value % 3 AS k, count(*), sum(value) FROM STREAM v "   \
    "WATERMARK timestamp DELAY OF INTERVAL 1 SECOND GROUP BY window(timestamp, '2 seconds'), " \
    "value % 3"

static inline sim_job sim_state_windows(int64_t last_batch)
{
    return (sim_job){.views = SIM_STATE_VIEW,
                     .query = SIM_STATE_WINDOWS,
                     .batches_to_retain = 2,
                     .last_batch = last_batch};
}

/* Windows of windows: the second of two operators takes what the first lets go of. */
#define SIM_STATE_CHAIN                                                                     \
    "SELECT unix_seconds(window.start), sum(c), sum(s) FROM (SELECT window AS w, "          \
    "count(*) AS c, sum(value) AS s FROM STREAM v WATERMARK timestamp DELAY OF INTERVAL 1 " \
    "SECOND GROUP BY window(timestamp, '2 seconds'), value % 3) GROUP BY window(w, '4 seconds')"

static inline sim_job sim_state_chain(int64_t last_batch)
{
    return (sim_job){.views = SIM_STATE_VIEW,
                     .query = SIM_STATE_CHAIN,
                     .batches_to_retain = 2,
                     .last_batch = last_batch};
}

/* Counts that never end, of which each batch changes some. */
static inline sim_job sim_state_counts(int64_t last_batch)
{
    return (sim_job){.views = SIM_STATE_VIEW,
                     .query = "SELECT value % 7 AS k, count(*), max(value) FROM STREAM v "
                              "GROUP BY value % 7",
                     .batches_to_retain = 2,
                     .last_batch = last_batch,
                     .mode = FB_OUTPUT_UPDATE};
}

/* The rows that an undisturbed run gives up to batch `last`; to be freed. */
static inline char *sim_state_expected(const sim_job *job, int64_t last, uint64_t *operations)
{
    fb_error err = {0};
    sim_world world;
    sim_job longer = *job;
    longer.last_batch = last;
    sim_world_init(&world, 1);
    uint64_t before = sim_disk_operations(world.disk);
    assert_ok(sim_world_run(&world, &longer, &err), &err);
    if (operations) *operations = sim_disk_operations(world.disk) - before;
    char *all = record_all(&world.record);
    assert_non_null(all);
    sim_world_deinit(&world);
    return all;
}

static inline void sim_state_path(const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/state/%s", sim_checkpoint, name);
}

/* Bits of the file change, as on a bad disk; its hidden checksum stays. */
static inline void sim_state_damage(sim_world *world, const char *name)
{
    char path[128];
    sim_state_path(name, path);
    assert_true(sim_disk_flip(world->disk, path, 30, 0x41));
}

static inline void sim_state_remove(sim_world *world, const char *name)
{
    char path[128];
    sim_state_path(name, path);
    fb_disk *disk = sim_disk_interface(world->disk);
    assert_int_equal(disk->ops->unlink(disk, path), 0);
}

static inline bool sim_state_has(sim_world *world, const char *name)
{
    char path[128];
    fb_slice content;
    sim_state_path(name, path);
    return sim_disk_get(world->disk, path, &content);
}

#endif
