/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a physical plan once: one micro-batch of a stream, or a batch query. Stages follow one
 * another; the tasks of a stage run in parallel. Nothing here is durable: stores are committed and
 * sinks told by whoever runs the batch. */
#ifndef FB_EXEC_EXECUTION_H
#define FB_EXEC_EXECUTION_H

#include "base/budget.h"
#include "env/workers.h"
#include "exec/event_time.h"
#include "exec/physical.h"
#include "exec/state_aggregate.h"
#include "sinks/sink.h"

/* A split of a source, for one pipeline that reads it. */
typedef struct fb_input_split {
    uint32_t pipeline;
    fb_source *source;
    uint32_t split;     /* of the source */
    uint64_t row_count; /* out: rows read */
} fb_input_split;

/* What a stateful stage needs and tells, for one batch. Tables are in open transactions. */
typedef struct fb_state_operator {
    fb_state_table *const *tables; /* per partition; NULL: a batch query */
    int64_t late_us, evict_us;     /* exec/state_aggregate.h */
    fb_state_metrics *metrics;     /* out, per partition */
} fb_state_operator;

typedef struct fb_execution {
    const fb_physical *physical;
    const fb_eval_context *context;
    fb_workers *workers;
    fb_clock *clock;
    fb_budget *budget; /* may be NULL */
    const atomic_bool *cancelled;
    fb_output_mode mode;      /* batch queries: COMPLETE */
    uint32_t partition_count; /* of state: spark.sql.shuffle.partitions */

    fb_input_split *inputs; /* in the order of pipelines, then splits */
    uint32_t input_count;
    fb_state_operator *operators;    /* physical->aggregate_count, by operator id */
    fb_event_time_stats *watermarks; /* physical->watermark_count; out */

    fb_chunk_writer write; /* the output; splits as counted by fb_execution_output_count */
    void *user;
} fb_execution;

/* Splits of the output: those of a batch are known before it runs. */
uint32_t fb_execution_output_count(const fb_execution *execution);

fb_status fb_execution_run(const fb_execution *execution, fb_error *err) FB_CHECKED;

#endif
