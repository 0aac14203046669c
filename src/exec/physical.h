/* SPDX-License-Identifier: Apache-2.0
 *
 * From an optimised logical plan to what tasks run: pipelines, each from one leaf (a source,
 * literal rows, one row) through filters and projections to the output. UNION ALL is several
 * pipelines one after the other. Immutable once built; lives in the arena given. */
#ifndef FB_EXEC_PHYSICAL_H
#define FB_EXEC_PHYSICAL_H

#include "exec/operator.h"
#include "plan/plan.h"

#include <stdatomic.h>

/* A filter (condition) or a projection (exprs). */
typedef struct fb_step {
    const fb_expr *condition; /* NULL: a projection */
    const fb_expr *const *exprs;
    uint32_t expr_count;
} fb_step;

typedef struct fb_pipeline {
    const fb_plan *leaf;   /* SOURCE, VALUES or ONE_ROW */
    uint32_t source_index; /* SOURCE: in fb_physical.sources */
    const bool *columns;   /* SOURCE: which of its columns are used */
    const fb_step *steps;  /* in the order in which rows meet them */
    uint32_t step_count;
} fb_pipeline;

typedef struct fb_physical {
    const fb_pipeline *pipelines; /* in the order of their rows */
    uint32_t pipeline_count;
    const fb_plan_source *const *sources; /* distinct, in plan order from top and left */
    uint32_t source_count;
    const fb_type *schema; /* of the output */
} fb_physical;

fb_status fb_physical_build(fb_arena *arena, const fb_plan *plan, fb_physical *out,
                            fb_error *err) FB_CHECKED;

/* A chain of operators for one task that runs `pipeline` and ends in `last`, which it owns from
 * now on, also when the call fails. */
fb_status fb_pipeline_open(const fb_pipeline *pipeline, const fb_eval_context *context,
                           fb_operator *last, fb_operator **out, fb_error *err) FB_CHECKED;

/* Pushes the rows of a VALUES or ONE_ROW leaf into `chain` and finishes it. */
fb_status fb_pipeline_run_rows(const fb_pipeline *pipeline, const fb_eval_context *context,
                               fb_operator *chain, fb_error *err) FB_CHECKED;

/* Pushes the rows of one split of a source into `chain` and finishes it. `*row_count` receives
 * the rows read. `*cancelled` is looked at between chunks: FB_E_CANCELLED. */
fb_status fb_pipeline_run_split(const fb_pipeline *pipeline, fb_source *source, uint32_t split,
                                fb_operator *chain, const atomic_bool *cancelled,
                                uint64_t *row_count, fb_error *err) FB_CHECKED;

#endif
