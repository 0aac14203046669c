/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole query in a world that the test owns: simulated disk, clock that moves when the query
 * sleeps, seeded random numbers, tasks in one thread. */
#ifndef FB_TEST_SIM_QUERY_H
#define FB_TEST_SIM_QUERY_H

#include "env/clock.h"
#include "env/random.h"
#include "record_sink.h"
#include "sim_disk.h"
#include "stream/stream.h"

typedef struct sim_world {
    sim_disk *disk;
    fb_clock_manual clock;
    fb_random_seeded random;
    record record;
    void (*after_batch)(struct sim_world *world, int64_t batch_id); /* NULL: nothing */
    char warning[FB_ERROR_MESSAGE_SIZE];                            /* the last one */
    char *progress; /* JSON of the last batch or idle trigger; freed by deinit */
} sim_world;

void sim_world_init(sim_world *world, uint64_t seed);
void sim_world_deinit(sim_world *world);

/* What is to be run; `views` is a script of CREATE VIEW statements, `query` a SELECT. */
typedef struct sim_job {
    const char *views;
    const char *query;
    fb_trigger trigger;
    int64_t batches_to_retain; /* 0: the default */
    int64_t last_batch;        /* the run stops when it is committed */
    fb_output_mode mode;
    bool stops_when_idle;  /* at the first report of an idle trigger */
    uint32_t thread_count; /* 0: all in one thread, the same each time */
} sim_job;

/* One life of the process: opens the checkpoint, runs until `last_batch` is committed or something
 * fails. */
fb_status sim_world_run(sim_world *world, const sim_job *job, fb_error *err);

enum { SIM_CHECKPOINT_SIZE = 16 };
extern const char sim_checkpoint[SIM_CHECKPOINT_SIZE]; /* where the checkpoint lies on the disk */

#endif
