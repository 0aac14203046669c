/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/physical.h"

#include "base/assert.h"

#include <string.h>

/* The walk from the root: steps are met in the reverse of the order in which rows meet them. */
typedef struct builder {
    fb_arena *arena;
    fb_pipeline *pipelines;
    uint32_t pipeline_count, pipeline_capacity;
    const fb_plan_source **sources;
    uint32_t source_count, source_capacity;
    fb_error *err;
} builder;

/* A step and those that rows meet after it. */
typedef struct step_list {
    fb_step step;
    const struct step_list *after;
} step_list;

/* Room for one more item; the old array stays in the arena. NULL: no memory. */
static void *grow(builder *b, void *items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
    if (count < *capacity) return items;
    uint32_t wanted = *capacity ? *capacity * 2 : 4;
    void *bigger = fb_arena_array(b->arena, wanted, item_bytes);
    if (!bigger) return NULL;
    if (count) memcpy(bigger, items, count * item_bytes);
    *capacity = wanted;
    return bigger;
}

static void mark_columns(const fb_expr *expr, bool *columns)
{
    if (expr->kind == FB_EXPR_COLUMN) columns[expr->ordinal] = true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        mark_columns(expr->args[i], columns);
}

/* The source's columns that some step refers to; all when they reach the output as they are. */
static bool *used_columns(builder *b, const fb_plan *leaf, const step_list *steps)
{
    bool *columns = fb_arena_alloc_zero(b->arena, leaf->output_count * sizeof *columns);
    if (!columns) return NULL;
    for (; steps; steps = steps->after) {
        if (steps->step.kind == FB_STEP_FILTER) {
            mark_columns(steps->step.condition, columns);
            continue;
        }
        for (uint32_t i = 0; i < steps->step.expr_count; i++)
            mark_columns(steps->step.exprs[i], columns);
        return columns;
    }
    memset(columns, true, leaf->output_count * sizeof *columns);
    return columns;
}

static fb_status find_source(builder *b, const fb_plan_source *source, uint32_t *index)
{
    for (*index = 0; *index < b->source_count; (*index)++)
        if (b->sources[*index] == source) return FB_OK;
    const fb_plan_source **sources =
        grow(b, (void *)b->sources, b->source_count, &b->source_capacity, sizeof(fb_plan_source *));
    if (!sources) return fb_fail_nomem(b->err, "the physical plan");
    b->sources = sources;
    b->sources[b->source_count++] = source;
    return FB_OK;
}

static fb_status add_pipeline(builder *b, const fb_plan *leaf, const step_list *steps)
{
    fb_pipeline pipeline = {.leaf = leaf, .from_stage = FB_NO_STAGE, .into_stage = FB_NO_STAGE};
    for (const step_list *each = steps; each; each = each->after)
        pipeline.step_count++;
    fb_step *flat = fb_arena_array(b->arena, pipeline.step_count, sizeof *flat);
    if (!flat) return fb_fail_nomem(b->err, "the physical plan");
    pipeline.steps = flat;
    for (const step_list *each = steps; each; each = each->after)
        *flat++ = each->step;
    if (leaf->kind == FB_PLAN_SOURCE) {
        pipeline.columns = used_columns(b, leaf, steps);
        if (!pipeline.columns) return fb_fail_nomem(b->err, "the physical plan");
        FB_TRY(find_source(b, leaf->source, &pipeline.source_index));
    }
    fb_pipeline *pipelines =
        grow(b, b->pipelines, b->pipeline_count, &b->pipeline_capacity, sizeof *pipelines);
    if (!pipelines) return fb_fail_nomem(b->err, "the physical plan");
    b->pipelines = pipelines;
    b->pipelines[b->pipeline_count++] = pipeline;
    return FB_OK;
}

static fb_status walk(builder *b, const fb_plan *plan, const step_list *after)
{
    step_list *here;
    switch (plan->kind) {
    case FB_PLAN_ONE_ROW:
    case FB_PLAN_VALUES:
    case FB_PLAN_SOURCE:
        return add_pipeline(b, plan, after);
    case FB_PLAN_UNION:
        for (uint32_t i = 0; i < plan->child_count; i++)
            FB_TRY(walk(b, plan->children[i], after));
        return FB_OK;
    case FB_PLAN_PROJECT:
    case FB_PLAN_FILTER:
        here = fb_arena_alloc_zero(b->arena, sizeof *here);
        if (!here) return fb_fail_nomem(b->err, "the physical plan");
        here->after = after;
        if (plan->kind == FB_PLAN_FILTER)
            here->step =
                (fb_step){.kind = FB_STEP_FILTER, .plan = plan, .condition = plan->exprs[0]};
        else
            here->step = (fb_step){.kind = FB_STEP_PROJECT,
                                   .plan = plan,
                                   .exprs = plan->exprs,
                                   .expr_count = plan->expr_count};
        return walk(b, plan->children[0], here);
    case FB_PLAN_WATERMARK:
    case FB_PLAN_WINDOW:
    case FB_PLAN_AGGREGATE:
    case FB_PLAN_SORT:
        return fb_fail(b->err, FB_E_UNSUPPORTED, 0, "a plan with state cannot be run");
    }
    FB_UNREACHABLE();
}

fb_status fb_physical_build(fb_arena *arena, const fb_plan *plan, fb_physical *out, fb_error *err)
{
    *out = (fb_physical){0};
    builder b = {.arena = arena, .err = err};
    const fb_type *schema = fb_plan_schema(plan, arena);
    if (!schema) return fb_fail_nomem(err, "the physical plan");
    FB_TRY(walk(&b, plan, NULL));
    *out = (fb_physical){.pipelines = b.pipelines,
                         .pipeline_count = b.pipeline_count,
                         .sources = b.sources,
                         .source_count = b.source_count,
                         .schema = schema};
    return FB_OK;
}
