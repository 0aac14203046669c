/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/physical.h"

#include "base/assert.h"

#include <string.h>

/* The walk from the root: steps are met in the reverse of the order in which rows meet them, and
 * stages in that of the order in which they run. */
typedef struct builder {
    fb_arena *arena;
    fb_pipeline *pipelines;
    uint32_t pipeline_count, pipeline_capacity;
    fb_stage *stages; /* numbered as they are met */
    uint32_t stage_count, stage_capacity;
    uint32_t aggregate_count;
    const fb_plan **watermarks;
    uint32_t watermark_count, watermark_capacity;
    const fb_plan_source **sources;
    uint32_t source_count, source_capacity;
    fb_error *err;
} builder;

/* A step and those that rows meet after it. */
typedef struct step_list {
    fb_step step;
    const struct step_list *after;
} step_list;

/* Where rows go: through steps, then into a stage. */
typedef struct way {
    const step_list *steps;
    uint32_t stage; /* FB_NO_STAGE: the output */
} way;

static fb_status nomem(const builder *b)
{
    return fb_fail_nomem(b->err, "the physical plan");
}

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

/* --- columns in use --- */

/* The columns of a source, as far as they are known to be used. Steps add theirs behind them. */
typedef struct column_set {
    bool *used;
    uint32_t count;
} column_set;

static void use(column_set *columns, uint32_t ordinal)
{
    if (ordinal < columns->count) columns->used[ordinal] = true;
}

static void use_expr(column_set *columns, const fb_expr *expr)
{
    if (expr->kind == FB_EXPR_COLUMN) use(columns, expr->ordinal);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        use_expr(columns, expr->args[i]);
}

static void use_aggregation(column_set *columns, const fb_plan *plan)
{
    for (uint32_t i = 0; i < plan->expr_count; i++)
        use_expr(columns, plan->exprs[i]);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const fb_plan_call *call = &plan->calls[i];
        for (uint32_t k = 0; k < call->call->arg_count; k++)
            use_expr(columns, call->call->args[k]);
        if (call->filter) use_expr(columns, call->filter);
    }
}

/* Returns whether the columns end here: behind it there are others. */
static bool use_step(column_set *columns, const fb_step *step)
{
    switch (step->kind) {
    case FB_STEP_FILTER:
        use_expr(columns, step->condition);
        return false;
    case FB_STEP_PROJECT:
        for (uint32_t i = 0; i < step->expr_count; i++)
            use_expr(columns, step->exprs[i]);
        return true;
    case FB_STEP_WATERMARK:
        use(columns, step->plan->watermark_column);
        return false;
    case FB_STEP_WINDOW:
        use_expr(columns, step->plan->window.time);
        return false;
    }
    FB_UNREACHABLE();
}

/* All, when they reach the output or a sort as they are. */
static bool *used_columns(builder *b, const fb_plan *leaf, way to)
{
    column_set columns = {.count = leaf->output_count};
    columns.used = fb_arena_alloc_zero(b->arena, leaf->output_count * sizeof *columns.used);
    if (!columns.used) return NULL;
    for (; to.steps; to.steps = to.steps->after)
        if (use_step(&columns, &to.steps->step)) return columns.used;
    if (to.stage != FB_NO_STAGE && b->stages[to.stage].kind == FB_STAGE_AGGREGATE)
        use_aggregation(&columns, b->stages[to.stage].plan);
    else
        memset(columns.used, true, leaf->output_count * sizeof *columns.used);
    return columns.used;
}

/* --- pipelines and stages --- */

static fb_status find_source(builder *b, const fb_plan_source *source, uint32_t *index)
{
    for (*index = 0; *index < b->source_count; (*index)++)
        if (b->sources[*index] == source) return FB_OK;
    const fb_plan_source **sources =
        grow(b, (void *)b->sources, b->source_count, &b->source_capacity, sizeof(fb_plan_source *));
    if (!sources) return nomem(b);
    b->sources = sources;
    b->sources[b->source_count++] = source;
    return FB_OK;
}

static fb_status add_pipeline(builder *b, const fb_plan *leaf, uint32_t from_stage, way to)
{
    fb_pipeline pipeline = {.leaf = leaf, .from_stage = from_stage, .into_stage = to.stage};
    for (const step_list *each = to.steps; each; each = each->after)
        pipeline.step_count++;
    fb_step *flat = fb_arena_array(b->arena, pipeline.step_count, sizeof *flat);
    if (!flat) return nomem(b);
    pipeline.steps = flat;
    for (const step_list *each = to.steps; each; each = each->after)
        *flat++ = each->step;
    if (leaf->kind == FB_PLAN_SOURCE) {
        pipeline.columns = used_columns(b, leaf, to);
        if (!pipeline.columns) return nomem(b);
        FB_TRY(find_source(b, leaf->source, &pipeline.source_index));
    }
    fb_pipeline *pipelines =
        grow(b, b->pipelines, b->pipeline_count, &b->pipeline_capacity, sizeof *pipelines);
    if (!pipelines) return nomem(b);
    b->pipelines = pipelines;
    b->pipelines[b->pipeline_count++] = pipeline;
    return FB_OK;
}

static bool has_watermark(const fb_plan *plan)
{
    if (plan->kind == FB_PLAN_WATERMARK) return true;
    for (uint32_t i = 0; i < plan->child_count; i++)
        if (has_watermark(plan->children[i])) return true;
    return false;
}

static fb_status add_stage(builder *b, const fb_plan *plan, uint32_t *index)
{
    fb_stage *stages = grow(b, b->stages, b->stage_count, &b->stage_capacity, sizeof *stages);
    if (!stages) return nomem(b);
    b->stages = stages;
    *index = b->stage_count++;
    fb_stage *stage = &stages[*index];
    *stage = (fb_stage){.kind = FB_STAGE_SORT, .plan = plan};
    if (plan->kind == FB_PLAN_SORT) return FB_OK;
    stage->kind = FB_STAGE_AGGREGATE;
    stage->operator_id = b->aggregate_count++;
    stage->has_watermark = has_watermark(plan);
    return fb_aggregation_build(b->arena, plan, &stage->aggregation, b->err);
}

static fb_status add_watermark(builder *b, const fb_plan *plan, uint32_t *index)
{
    const fb_plan **watermarks = grow(b, (void *)b->watermarks, b->watermark_count,
                                      &b->watermark_capacity, sizeof(fb_plan *));
    if (!watermarks) return nomem(b);
    b->watermarks = watermarks;
    *index = b->watermark_count++;
    b->watermarks[*index] = plan;
    return FB_OK;
}

static fb_status make_step(builder *b, const fb_plan *plan, fb_step *out)
{
    *out = (fb_step){.plan = plan};
    switch (plan->kind) {
    case FB_PLAN_FILTER:
        out->kind = FB_STEP_FILTER;
        out->condition = plan->exprs[0];
        return FB_OK;
    case FB_PLAN_PROJECT:
        out->kind = FB_STEP_PROJECT;
        out->exprs = plan->exprs;
        out->expr_count = plan->expr_count;
        return FB_OK;
    case FB_PLAN_WATERMARK:
        out->kind = FB_STEP_WATERMARK;
        return add_watermark(b, plan, &out->watermark);
    case FB_PLAN_WINDOW:
        out->kind = FB_STEP_WINDOW;
        return FB_OK;
    default:
        FB_UNREACHABLE();
    }
}

static fb_status walk(builder *b, const fb_plan *plan, way to)
{
    step_list *here;
    uint32_t stage = FB_NO_STAGE;
    switch (plan->kind) {
    case FB_PLAN_ONE_ROW:
    case FB_PLAN_VALUES:
    case FB_PLAN_SOURCE:
        return add_pipeline(b, plan, FB_NO_STAGE, to);
    case FB_PLAN_UNION:
        for (uint32_t i = 0; i < plan->child_count; i++)
            FB_TRY(walk(b, plan->children[i], to));
        return FB_OK;
    case FB_PLAN_PROJECT:
    case FB_PLAN_FILTER:
    case FB_PLAN_WATERMARK:
    case FB_PLAN_WINDOW:
        here = fb_arena_alloc_zero(b->arena, sizeof *here);
        if (!here) return nomem(b);
        FB_TRY(make_step(b, plan, &here->step));
        here->after = to.steps;
        return walk(b, plan->children[0], (way){here, to.stage});
    case FB_PLAN_AGGREGATE:
    case FB_PLAN_SORT:
        FB_TRY(add_stage(b, plan, &stage));
        FB_TRY(add_pipeline(b, plan, stage, to));
        return walk(b, plan->children[0], (way){NULL, stage});
    }
    FB_UNREACHABLE();
}

/* Stages were met from the output down: the other way round, each is behind those that feed it. */
static void reverse_stages(builder *b)
{
    for (uint32_t i = 0; i < b->stage_count / 2; i++) {
        fb_stage other = b->stages[b->stage_count - 1 - i];
        b->stages[b->stage_count - 1 - i] = b->stages[i];
        b->stages[i] = other;
    }
    for (uint32_t i = 0; i < b->pipeline_count; i++) {
        fb_pipeline *pipeline = &b->pipelines[i];
        if (pipeline->from_stage != FB_NO_STAGE)
            pipeline->from_stage = b->stage_count - 1 - pipeline->from_stage;
        if (pipeline->into_stage != FB_NO_STAGE)
            pipeline->into_stage = b->stage_count - 1 - pipeline->into_stage;
    }
}

fb_status fb_physical_build(fb_arena *arena, const fb_plan *plan, fb_physical *out, fb_error *err)
{
    *out = (fb_physical){0};
    builder b = {.arena = arena, .err = err};
    const fb_type *schema = fb_plan_schema(plan, arena);
    if (!schema) return nomem(&b);
    FB_TRY(walk(&b, plan, (way){NULL, FB_NO_STAGE}));
    reverse_stages(&b);
    *out = (fb_physical){.pipelines = b.pipelines,
                         .pipeline_count = b.pipeline_count,
                         .stages = b.stages,
                         .stage_count = b.stage_count,
                         .aggregate_count = b.aggregate_count,
                         .watermarks = b.watermarks,
                         .watermark_count = b.watermark_count,
                         .sources = b.sources,
                         .source_count = b.source_count,
                         .schema = schema};
    return FB_OK;
}
