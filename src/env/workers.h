/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool of worker threads that runs the numbered tasks of a stage. With 0 threads the tasks run
 * in the caller's thread one after the other: the deterministic world of tests, and what keeps a
 * small query small. */
#ifndef FB_ENV_WORKERS_H
#define FB_ENV_WORKERS_H

#include "base/status.h"

#include <stdint.h>

typedef struct fb_workers fb_workers;

/* `thread_count` 0: none. Threads start with the first run that has more than one task. */
fb_status fb_workers_create(uint32_t thread_count, fb_workers **out, fb_error *err) FB_CHECKED;
void fb_workers_destroy(fb_workers *workers); /* NULL is fine; no run may be going on */
uint32_t fb_workers_count(const fb_workers *workers);

/* Runs `task(user, index, err)` for index 0..task_count-1, in parallel, the caller's thread
 * included, and returns when all that were started have ended. After a failure no further task
 * starts; the failure with the lowest index is returned, so that the outcome does not depend on
 * timing more than it must. Several threads may call it at once: runs share the workers. */
typedef fb_status (*fb_task)(void *user, uint32_t index, fb_error *err);
fb_status fb_workers_run(fb_workers *workers, fb_task task, void *user, uint32_t task_count,
                         fb_error *err) FB_CHECKED;

#endif
