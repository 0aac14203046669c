/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_query.h"

#include "session/session_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char sim_checkpoint[SIM_CHECKPOINT_SIZE] = "/data/ck";

void sim_world_init(sim_world *world, uint64_t seed)
{
    world->disk = sim_disk_create(seed);
    fb_clock_manual_init(&world->clock, INT64_C(1700000000000000));
    sim_disk_set_clock(world->disk, &world->clock.base);
    fb_random_seeded_init(&world->random, seed);
    record_init(&world->record);
    world->after_batch = NULL;
    world->warning[0] = '\0';
    world->progress = NULL;
}

void sim_world_deinit(sim_world *world)
{
    record_deinit(&world->record);
    free(world->progress);
    sim_disk_destroy(world->disk);
}

typedef struct life {
    const sim_job *job;
    sim_world *world;
} life;

static void on_progress(void *user, fb_stream *stream, fb_progress *progress)
{
    const life *l = user;
    free(l->world->progress);
    l->world->progress = strdup(fb_progress_json(progress));
    if (l->world->after_batch) l->world->after_batch(l->world, fb_progress_batch_id(progress));
    if (fb_progress_batch_id(progress) >= l->job->last_batch) fb_stream_stop(stream);
}

static void on_idle(void *user, fb_stream *stream, fb_progress *progress)
{
    const life *l = user;
    free(l->world->progress);
    l->world->progress = strdup(fb_progress_json(progress));
    if (l->job->stops_when_idle) fb_stream_stop(stream);
}

static void on_warning(void *user, fb_stream *stream, const char *message)
{
    (void)stream;
    const life *l = user;
    (void)snprintf(l->world->warning, sizeof l->world->warning, "%s", message);
}

static fb_status set_up(fb_session *session, const sim_job *job, fb_frame **frame, fb_error *err)
{
    char text[32];
    FB_TRY(fb_session_set(session, "spark.sql.session.timeZone", "UTC", err));
    if (job->batches_to_retain) {
        (void)snprintf(text, sizeof text, "%lld", (long long)job->batches_to_retain);
        FB_TRY(fb_session_set(session, "spark.sql.streaming.minBatchesToRetain", text, err));
    }
    FB_TRY(fb_session_run_script(session, "views", job->views, strlen(job->views), NULL, err));
    return fb_session_frame(session, job->query, frame, err);
}

/* The seeded numbers are for one thread. */
static fb_random *random_of(sim_world *world, const sim_job *job)
{
    return job->thread_count ? fb_random_host() : &world->random.base;
}

static fb_status run_stream(sim_world *world, const sim_job *job, fb_session *session,
                            const fb_frame *frame, fb_workers *workers, fb_error *err)
{
    life l = {job, world};
    const fb_stream_config config = {
        .name = "simulated",
        .plan = frame->plan,
        .sink = &record_sink,
        .sink_config = {.user = &world->record, .mode = job->mode},
        .trigger = job->trigger,
        .conf = session->conf,
        .fs = session->local,
        .checkpoint_root = sim_checkpoint,
        .timezone = fb_timezone_utc(),
        .clock = &world->clock.base,
        .random = &world->random.base,
        .workers = workers,
        .listener = {
            .user = &l, .on_progress = on_progress, .on_idle = on_idle, .on_warning = on_warning}};
    fb_stream *stream;
    FB_TRY(fb_stream_create(&config, &stream, err));
    fb_status status = fb_stream_run(stream, err);
    fb_stream_destroy(stream);
    return status;
}

fb_status sim_world_run(sim_world *world, const sim_job *job, fb_error *err)
{
    const fb_env env = {sim_disk_interface(world->disk), &world->clock.base, random_of(world, job)};
    fb_session *session = NULL;
    fb_frame *frame = NULL;
    fb_workers *workers = NULL;
    fb_status status = fb_session_create_in(&env, NULL, &session, err);
    if (status == FB_OK) status = set_up(session, job, &frame, err);
    if (status == FB_OK) status = fb_workers_create(job->thread_count, &workers, err);
    if (status == FB_OK) status = run_stream(world, job, session, frame, workers, err);
    fb_workers_destroy(workers);
    fb_frame_destroy(frame);
    fb_session_destroy(session);
    return status;
}
