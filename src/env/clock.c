/* SPDX-License-Identifier: Apache-2.0 */
#include "env/clock.h"

#include "base/assert.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);
    FB_ASSERT(!failed); /* both clocks exist on every Linux; nothing else can go wrong */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t host_wall_us(fb_clock *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t host_monotonic_us(fb_clock *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

static const fb_clock_ops host_ops = {
    .wall_us = host_wall_us,
    .monotonic_us = host_monotonic_us,
};

fb_clock *fb_clock_host(void)
{
    static fb_clock host = {&host_ops};
    return &host;
}

static int64_t manual_wall_us(fb_clock *self)
{
    return ((fb_clock_manual *)self)->wall_us_now;
}

static int64_t manual_monotonic_us(fb_clock *self)
{
    return ((fb_clock_manual *)self)->monotonic_us_now;
}

static const fb_clock_ops manual_ops = {
    .wall_us = manual_wall_us,
    .monotonic_us = manual_monotonic_us,
};

void fb_clock_manual_init(fb_clock_manual *clock, int64_t wall_us)
{
    *clock = (fb_clock_manual){.base = {&manual_ops}, .wall_us_now = wall_us};
}

void fb_clock_manual_advance(fb_clock_manual *clock, int64_t us)
{
    FB_ASSERT(us >= 0);
    clock->wall_us_now += us;
    clock->monotonic_us_now += us;
}
