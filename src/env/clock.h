/* SPDX-License-Identifier: Apache-2.0
 *
 * Time as a parameter: the host's clock, or one that a test moves. */
#ifndef FB_ENV_CLOCK_H
#define FB_ENV_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_clock fb_clock;

typedef struct fb_clock_ops {
    int64_t (*wall_us)(fb_clock *self);      /* since the epoch, UTC; may jump */
    int64_t (*monotonic_us)(fb_clock *self); /* never goes back */
} fb_clock_ops;

/* Base of every implementation. */
struct fb_clock {
    const fb_clock_ops *ops;
};

static inline int64_t fb_clock_wall_us(fb_clock *clock)
{
    return clock->ops->wall_us(clock);
}
static inline int64_t fb_clock_monotonic_us(fb_clock *clock)
{
    return clock->ops->monotonic_us(clock);
}

/* The host's clocks. Static; any thread. */
fb_clock *fb_clock_host(void);

/* A clock that stands still until moved; for tests and simulation. One thread at a time. */
typedef struct fb_clock_manual {
    fb_clock base;
    int64_t wall_us_now;
    int64_t monotonic_us_now;
} fb_clock_manual;
void fb_clock_manual_init(fb_clock_manual *clock, int64_t wall_us);
void fb_clock_manual_advance(fb_clock_manual *clock, int64_t us); /* both clocks */

#endif
