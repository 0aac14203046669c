/* SPDX-License-Identifier: Apache-2.0 */
#include "env/waiter.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

struct fb_waiter {
    fb_clock *clock;
    fb_clock_manual *manual; /* NULL: real time */
    pthread_mutex_t mutex;   /* protects `woken`; innermost */
    pthread_cond_t changed;
    bool woken;
};

fb_status fb_waiter_create(fb_clock *clock, fb_waiter **out, fb_error *err)
{
    *out = NULL;
    fb_waiter *waiter = fb_alloc_zero(1, sizeof *waiter);
    if (!waiter) return fb_fail_nomem(err, "a waiter");
    waiter->clock = clock;
    if (clock != fb_clock_host()) waiter->manual = (fb_clock_manual *)clock;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&waiter->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&waiter->mutex, NULL);
    *out = waiter;
    return FB_OK;
}

void fb_waiter_destroy(fb_waiter *waiter)
{
    if (!waiter) return;
    pthread_cond_destroy(&waiter->changed);
    pthread_mutex_destroy(&waiter->mutex);
    fb_free(waiter);
}

static void sleep_until(fb_waiter *waiter, int64_t deadline_us)
{
    struct timespec deadline = {.tv_sec = deadline_us / 1000000,
                                .tv_nsec = deadline_us % 1000000 * 1000};
    while (!waiter->woken) {
        if (deadline_us == INT64_MAX)
            pthread_cond_wait(&waiter->changed, &waiter->mutex);
        else if (pthread_cond_timedwait(&waiter->changed, &waiter->mutex, &deadline))
            return;
    }
}

void fb_waiter_wait(fb_waiter *waiter, int64_t deadline_us)
{
    pthread_mutex_lock(&waiter->mutex);
    if (waiter->manual) {
        int64_t left_us = deadline_us - waiter->manual->monotonic_us_now;
        if (!waiter->woken && deadline_us != INT64_MAX && left_us > 0)
            fb_clock_manual_advance(waiter->manual, left_us);
    } else {
        sleep_until(waiter, deadline_us);
    }
    waiter->woken = false;
    pthread_mutex_unlock(&waiter->mutex);
}

void fb_waiter_wake(fb_waiter *waiter)
{
    pthread_mutex_lock(&waiter->mutex);
    waiter->woken = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->mutex);
}
