/* SPDX-License-Identifier: Apache-2.0
 *
 * One mutex protects the list of runs and everything in them; tasks run outside it. A run lives on
 * its caller's stack, so nothing is allocated per run: the caller leaves only when no worker is
 * inside it. */
#include "env/workers.h"

#include "base/assert.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

typedef struct run {
    struct run *next;
    fb_task task;
    void *user;
    uint32_t task_count;
    uint32_t next_task; /* tasks below it have been started */
    uint32_t running;
    uint32_t failed_index; /* UINT32_MAX: none failed */
    fb_status status;
    fb_error error;
    pthread_cond_t ended;
} run;

struct fb_workers {
    pthread_mutex_t mutex; /* innermost lock: nothing else is taken while it is held */
    pthread_cond_t work_arrived;
    run *runs; /* with tasks left to start, oldest first */
    uint32_t thread_count;
    uint32_t started_count;
    bool stopping;
    pthread_t *threads;
};

static bool has_work(const run *r)
{
    return r->next_task < r->task_count && r->failed_index == UINT32_MAX;
}

static void unlink_run(fb_workers *workers, run *r)
{
    for (run **link = &workers->runs; *link; link = &(*link)->next) {
        if (*link == r) {
            *link = r->next;
            return;
        }
    }
}

/* Takes the next task of `r`, runs it without the lock, and notes how it ended. */
static void run_one_task(fb_workers *workers, run *r)
{
    uint32_t index = r->next_task++;
    r->running++;
    if (!has_work(r)) unlink_run(workers, r);
    pthread_mutex_unlock(&workers->mutex);
    fb_error error = {0};
    fb_status status = r->task(r->user, index, &error);
    pthread_mutex_lock(&workers->mutex);
    r->running--;
    if (status != FB_OK && index < r->failed_index) {
        if (r->failed_index == UINT32_MAX) unlink_run(workers, r);
        r->failed_index = index;
        r->status = status;
        r->error = error;
    }
    if (r->running == 0 && !has_work(r)) pthread_cond_signal(&r->ended);
}

static void *worker_main(void *argument)
{
    fb_workers *workers = argument;
    pthread_mutex_lock(&workers->mutex);
    while (!workers->stopping) {
        if (workers->runs)
            run_one_task(workers, workers->runs);
        else
            pthread_cond_wait(&workers->work_arrived, &workers->mutex);
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

/* Starts threads up to `wanted`; fewer are no error, the caller's thread always works too. */
static void start_threads(fb_workers *workers, uint32_t wanted)
{
    while (workers->started_count < workers->thread_count && workers->started_count < wanted) {
        pthread_t *thread = &workers->threads[workers->started_count];
        if (pthread_create(thread, NULL, worker_main, workers)) return;
        workers->started_count++;
    }
}

fb_status fb_workers_create(uint32_t thread_count, fb_workers **out, fb_error *err)
{
    *out = NULL;
    fb_workers *workers = fb_alloc_zero(1, sizeof *workers);
    if (!workers) return fb_fail_nomem(err, "the worker pool");
    workers->threads = fb_alloc_zero(thread_count, sizeof *workers->threads);
    if (!workers->threads) {
        fb_free(workers);
        return fb_fail_nomem(err, "the worker pool");
    }
    workers->thread_count = thread_count;
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->work_arrived, NULL);
    *out = workers;
    return FB_OK;
}

void fb_workers_destroy(fb_workers *workers)
{
    if (!workers) return;
    pthread_mutex_lock(&workers->mutex);
    FB_ASSERT(!workers->runs);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->work_arrived);
    pthread_mutex_unlock(&workers->mutex);
    for (uint32_t i = 0; i < workers->started_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->work_arrived);
    pthread_mutex_destroy(&workers->mutex);
    fb_free(workers->threads);
    fb_free(workers);
}

uint32_t fb_workers_count(const fb_workers *workers)
{
    return workers->thread_count;
}

static fb_status run_alone(fb_task task, void *user, uint32_t task_count, fb_error *err)
{
    for (uint32_t i = 0; i < task_count; i++)
        FB_TRY(task(user, i, err));
    return FB_OK;
}

static void append_run(fb_workers *workers, run *r)
{
    run **link = &workers->runs;
    while (*link)
        link = &(*link)->next;
    *link = r;
}

fb_status fb_workers_run(fb_workers *workers, fb_task task, void *user, uint32_t task_count,
                         fb_error *err)
{
    if (workers->thread_count == 0 || task_count <= 1)
        return run_alone(task, user, task_count, err);
    run r = {.task = task, .user = user, .task_count = task_count, .failed_index = UINT32_MAX};
    pthread_cond_init(&r.ended, NULL);
    pthread_mutex_lock(&workers->mutex);
    start_threads(workers, task_count - 1);
    append_run(workers, &r);
    pthread_cond_broadcast(&workers->work_arrived);
    while (has_work(&r))
        run_one_task(workers, &r);
    while (r.running > 0)
        pthread_cond_wait(&r.ended, &workers->mutex);
    pthread_mutex_unlock(&workers->mutex);
    pthread_cond_destroy(&r.ended);
    if (r.failed_index == UINT32_MAX) return FB_OK;
    if (err) *err = r.error;
    return r.status;
}
