/* SPDX-License-Identifier: Apache-2.0
 *
 * The second half of an aggregation, for one partition: merges the groups that the tasks sent,
 * drops those that are late, merges the others into the rows of the state, once per group, removes
 * what the watermark has passed, and emits by output mode:
 *
 *   append    the groups that the watermark has passed, as they leave the state
 *   update    the groups that this batch touched
 *   complete  every group, late or not; nothing ever leaves
 *
 * Without a store (a batch query) every group is emitted as it is.
 *
 * A row of state: the keys as UnsafeRow, and the buffer fields as UnsafeRow (Spark's aggregation
 * state format 2). A group that is new starts from empty buffers into which it is merged, as in
 * Spark, where that can show in the sign of a zero or the bits of a NaN. */
#ifndef FB_EXEC_STATE_AGGREGATE_H
#define FB_EXEC_STATE_AGGREGATE_H

#include "env/clock.h"
#include "exec/aggregation.h"
#include "exec/exchange.h"
#include "exec/operator.h"
#include "sinks/sink.h"
#include "state/store.h"

#include <stdatomic.h>

/* What one batch did to one partition. */
typedef struct fb_state_metrics {
    uint64_t rows_updated;
    uint64_t rows_removed;
    uint64_t rows_dropped; /* late; groups, as Spark counts them */
    int64_t update_us;
    int64_t removal_us;
} fb_state_metrics;

typedef struct fb_state_aggregate {
    const fb_aggregation *aggregation;
    const fb_eval_context *context;
    fb_exchange *exchange;
    uint32_t partition;
    fb_output_mode mode;
    fb_state_table *table; /* in an open transaction; NULL: a batch query */
    /* Thresholds in microseconds, for a key that is event time: late when its time (a window's
     * end) is not above late_us, removed when not above evict_us. */
    int64_t late_us;
    int64_t evict_us;
    fb_clock *clock;   /* for the metrics */
    fb_budget *budget; /* may be NULL */
    const atomic_bool *cancelled;
} fb_state_aggregate;

/* Pushes what is emitted, [keys, results], into `next` and finishes it. `*metrics` is set, also
 * when it fails. The exchange's partition is released as soon as it has been read. Spark's error
 * when append mode has no key that is event time is one of analysis; here it is FB_E_INVALID. */
fb_status fb_state_aggregate_run(const fb_state_aggregate *self, fb_operator *next,
                                 fb_state_metrics *metrics, fb_error *err) FB_CHECKED;

/* The layout of the table, for whoever makes it. `name` is borrowed. */
void fb_state_aggregate_layout(const fb_aggregation *aggregation, const char *name,
                               fb_state_layout *out);

#endif
