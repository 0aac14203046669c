/* SPDX-License-Identifier: Apache-2.0
 *
 * What an AGGREGATE node of the plan computes, in the form that its two halves share: groups are
 * formed by every task on its own (exec/partial_aggregate.h), travel to the partition of their key
 * (exec/exchange.h), and are merged there, with what the state has of them
 * (exec/state_aggregate.h).
 *
 * A group travels as a row of columns: its keys, then its buffer fields (expr/aggregate.h).
 * Immutable; any thread. */
#ifndef FB_EXEC_AGGREGATION_H
#define FB_EXEC_AGGREGATION_H

#include "plan/plan.h"

typedef struct fb_aggregation {
    const fb_plan *plan; /* AGGREGATE */
    uint32_t key_count;  /* plan->exprs; types in key_schema */
    const fb_aggregate_call *const *calls;
    const fb_expr *const *filters; /* per call; NULL: all rows count */
    uint32_t call_count;
    uint32_t field_count;      /* buffer fields of all calls */
    const fb_type *key_schema; /* STRUCT: keys as the state has them, names and metadata included */
    const fb_type *value_schema; /* STRUCT: buffer fields */
    int event_time_key;          /* the key that is event time, or -1 */
    bool event_time_is_window;   /* then its end counts */
} fb_aggregation;

/* In `arena`. */
fb_status fb_aggregation_build(fb_arena *arena, const fb_plan *plan, fb_aggregation *out,
                               fb_error *err) FB_CHECKED;

/* Columns of a group on its way. */
static inline uint32_t fb_aggregation_width(const fb_aggregation *aggregation)
{
    return aggregation->key_count + aggregation->field_count;
}

#endif
