/* SPDX-License-Identifier: Apache-2.0
 *
 * From an optimised logical plan to what tasks run: pipelines, each from one leaf (a source,
 * literal rows, one row, or the end of a stage) through row-wise steps to the output or into a
 * stage. A stage takes all its input before it gives anything: an aggregation, a sort. UNION ALL is
 * several pipelines one after the other. Immutable once built; lives in the arena given. */
#ifndef FB_EXEC_PHYSICAL_H
#define FB_EXEC_PHYSICAL_H

#include "exec/aggregation.h"
#include "exec/event_time.h"
#include "exec/operator.h"
#include "plan/plan.h"

#include <stdatomic.h>

typedef enum fb_step_kind {
    FB_STEP_FILTER,
    FB_STEP_PROJECT,
    FB_STEP_WATERMARK,
    FB_STEP_WINDOW,
} fb_step_kind;

typedef struct fb_step {
    fb_step_kind kind;
    const fb_plan *plan;
    const fb_expr *condition;    /* FILTER */
    const fb_expr *const *exprs; /* PROJECT */
    uint32_t expr_count;
    uint32_t watermark; /* WATERMARK: its number in the plan */
} fb_step;

#define FB_NO_STAGE UINT32_MAX

typedef struct fb_pipeline {
    const fb_plan *leaf;   /* SOURCE, VALUES, ONE_ROW; or the node of `from_stage` */
    uint32_t source_index; /* SOURCE: in fb_physical.sources */
    const bool *columns;   /* SOURCE: which of its columns are used */
    uint32_t from_stage;   /* whose rows it takes on; FB_NO_STAGE */
    uint32_t into_stage;   /* where it ends; FB_NO_STAGE: the output */
    const fb_step *steps;  /* in the order in which rows meet them */
    uint32_t step_count;
} fb_pipeline;

typedef enum fb_stage_kind {
    FB_STAGE_AGGREGATE, /* a task per state partition; one without keys */
    FB_STAGE_SORT,      /* one task */
} fb_stage_kind;

typedef struct fb_stage {
    fb_stage_kind kind;
    const fb_plan *plan;
    fb_aggregation aggregation; /* AGGREGATE */
    uint32_t operator_id;       /* AGGREGATE: Spark's number: from the output down, left first */
    bool has_watermark;         /* AGGREGATE: some watermark node lies below */
} fb_stage;

typedef struct fb_physical {
    const fb_pipeline *pipelines; /* in the order of their rows */
    uint32_t pipeline_count;
    const fb_stage *stages; /* each behind those that it takes rows from */
    uint32_t stage_count;
    uint32_t aggregate_count;         /* stages with an operator id */
    const fb_plan *const *watermarks; /* WATERMARK nodes, from the output down, left first */
    uint32_t watermark_count;
    const fb_plan_source *const *sources; /* distinct, in plan order from top and left */
    uint32_t source_count;
    const fb_type *schema; /* of the output */
} fb_physical;

fb_status fb_physical_build(fb_arena *arena, const fb_plan *plan, fb_physical *out,
                            fb_error *err) FB_CHECKED;

/* What the operators of one task share. Borrowed. */
typedef struct fb_pipeline_task {
    const fb_eval_context *context;
    fb_event_time_stats *watermarks; /* the task's own, physical->watermark_count of them */
    const atomic_bool *cancelled;
} fb_pipeline_task;

/* A chain of operators for one task that runs `pipeline` and ends in `last`, which it owns from
 * now on, also when the call fails. */
fb_status fb_pipeline_open(const fb_pipeline *pipeline, const fb_pipeline_task *task,
                           fb_operator *last, fb_operator **out, fb_error *err) FB_CHECKED;

/* Pushes the rows of a VALUES or ONE_ROW leaf into `chain` and finishes it. */
fb_status fb_pipeline_run_rows(const fb_pipeline *pipeline, const fb_eval_context *context,
                               fb_operator *chain, fb_error *err) FB_CHECKED;

/* Pushes the rows of one split of a source into `chain`, which the caller finishes behind the last
 * one. `*row_count` receives the rows read. `*cancelled` is looked at between chunks:
 * FB_E_CANCELLED. */
fb_status fb_pipeline_run_split(const fb_pipeline *pipeline, fb_source *source, uint32_t split,
                                fb_operator *chain, const atomic_bool *cancelled,
                                uint64_t *row_count, fb_error *err) FB_CHECKED;

#endif
