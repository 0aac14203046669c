/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting as a parameter: until a moment or until woken, in real time or in a test's. */
#ifndef FB_ENV_WAITER_H
#define FB_ENV_WAITER_H

#include "base/status.h"
#include "env/clock.h"

#include <stdint.h>

typedef struct fb_waiter fb_waiter;

/* A waiter for one sleeping thread. With the host's clock it sleeps; with any other it moves a
 * manual clock to the deadline at once, so that simulated time passes in no time. */
fb_status fb_waiter_create(fb_clock *clock, fb_waiter **out, fb_error *err) FB_CHECKED;
void fb_waiter_destroy(fb_waiter *waiter); /* NULL is fine */

/* Returns at `deadline_us` of the monotonic clock (INT64_MAX: never), or as soon as it was woken
 * since the last wait returned. */
void fb_waiter_wait(fb_waiter *waiter, int64_t deadline_us);
/* Any thread; also safe before the wait begins: the wake-up is kept. */
void fb_waiter_wake(fb_waiter *waiter);

#endif
