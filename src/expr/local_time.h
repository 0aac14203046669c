/* SPDX-License-Identifier: Apache-2.0
 *
 * Wall clocks of many instants: the zone is asked once per range of equal offset. */
#ifndef FB_EXPR_LOCAL_TIME_H
#define FB_EXPR_LOCAL_TIME_H

#include "data/datetime.h"
#include "expr/expr.h"

typedef struct fb_local_time {
    const fb_timezone *zone; /* NULL: the values are wall clocks already (TIMESTAMP_NTZ) */
    int64_t from, until;     /* UTC seconds with `offset`; empty at first */
    int32_t offset;          /* seconds */
} fb_local_time;

static inline fb_local_time fb_local_time_of(const fb_eval *eval, const fb_type *type)
{
    bool has_zone = type->id == FB_TYPE_TIMESTAMP;
    return (fb_local_time){.zone = has_zone ? eval->context->timezone : NULL};
}

/* Microseconds of the wall clock; those of null rows may wrap around. */
static inline int64_t fb_local_time_at(fb_local_time *local, int64_t us)
{
    if (!local->zone) return us;
    int64_t seconds = fb_floor_div(us, FB_US_PER_SECOND);
    if (seconds < local->from || seconds >= local->until)
        fb_timezone_range_at(local->zone, seconds, &local->from, &local->until, &local->offset);
    return (int64_t)((uint64_t)us + (uint64_t)local->offset * (uint64_t)FB_US_PER_SECOND);
}

#endif
