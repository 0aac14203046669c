/* SPDX-License-Identifier: Apache-2.0
 *
 * Plan nodes with the attributes of their output. */
#include "plan/analyzer.h"

fb_plan *fb_plan_make(fb_arena *arena, fb_plan_kind kind, fb_position position,
                      const fb_plan *child)
{
    fb_plan *plan = fb_arena_alloc_zero(arena, sizeof *plan);
    if (!plan) return NULL;
    plan->kind = kind;
    plan->position = position;
    if (!child) return plan;
    plan->children = fb_arena_copy(arena, &child, sizeof child);
    plan->child_count = 1;
    plan->is_streaming = child->is_streaming;
    return plan->children ? plan : NULL;
}

/* A field of a struct has the metadata that its type gives it. */
static fb_slice field_metadata(const fb_expr *expr)
{
    bool is_field =
        expr->kind == FB_EXPR_CALL && fb_slice_is(FB_SLICE("get_field"), expr->function->name);
    const fb_type *type = is_field ? expr->args[0]->type : NULL;
    for (uint32_t i = 0; type && i < type->field_count; i++)
        if (fb_slice_equal(type->fields[i].name, expr->name)) return type->fields[i].metadata;
    return (fb_slice){0};
}

static fb_attribute make_attribute(const fb_plan *child, const fb_expr *expr, fb_slice name)
{
    if (expr->kind == FB_EXPR_COLUMN && expr->ordinal < child->output_count) {
        const fb_attribute *same = &child->output[expr->ordinal];
        if (fb_slice_equal(same->name, name)) {
            fb_attribute kept = *same;
            kept.qualifier = (fb_slice){0};
            return kept;
        }
        return (fb_attribute){.id = fb_attribute_new_id(),
                              .name = name,
                              .type = expr->type,
                              .nullable = expr->nullable,
                              .metadata = same->metadata};
    }
    return (fb_attribute){.id = fb_attribute_new_id(),
                          .name = name,
                          .type = expr->type,
                          .nullable = expr->nullable,
                          .metadata = field_metadata(expr)};
}

fb_plan *fb_plan_project(fb_arena *arena, fb_position position, const fb_plan *child,
                         const fb_expr *const *exprs, const fb_slice *names, uint32_t count)
{
    fb_plan *plan = fb_plan_make(arena, FB_PLAN_PROJECT, position, child);
    fb_attribute *output = fb_arena_array(arena, count, sizeof *output);
    if (!plan || !output) return NULL;
    for (uint32_t i = 0; i < count; i++)
        output[i] = make_attribute(child, exprs[i], names[i]);
    plan->output = output;
    plan->output_count = count;
    plan->exprs = exprs;
    plan->expr_count = count;
    return plan;
}

bool fb_plan_mark_automatic(fb_arena *arena, fb_plan *project, const bool *is_automatic)
{
    fb_attribute *output =
        fb_arena_copy(arena, project->output, project->output_count * sizeof *output);
    if (!output) return false;
    for (uint32_t i = 0; i < project->output_count; i++)
        if (is_automatic[i] && !fb_metadata_with(arena, output[i].metadata, FB_METADATA_AUTOMATIC,
                                                 "\"true\"", &output[i].metadata))
            return false;
    project->output = output;
    return true;
}

fb_plan *fb_plan_filter(fb_arena *arena, fb_position position, const fb_plan *child,
                        const fb_expr *condition)
{
    fb_plan *plan = fb_plan_make(arena, FB_PLAN_FILTER, position, child);
    if (!plan) return NULL;
    plan->exprs = fb_arena_copy(arena, &condition, sizeof condition);
    plan->expr_count = 1;
    plan->output = child->output;
    plan->output_count = child->output_count;
    return plan->exprs ? plan : NULL;
}

fb_plan *fb_plan_union(fb_arena *arena, fb_position position, const fb_plan *const *children,
                       uint32_t count)
{
    fb_plan *plan = fb_plan_make(arena, FB_PLAN_UNION, position, NULL);
    uint32_t width = children[0]->output_count;
    fb_attribute *output = fb_arena_array(arena, width, sizeof *output);
    if (!plan || !output) return NULL;
    for (uint32_t i = 0; i < width; i++) {
        const fb_attribute *first = &children[0]->output[i];
        output[i] = (fb_attribute){.id = fb_attribute_new_id(),
                                   .name = first->name,
                                   .type = first->type,
                                   .nullable = first->nullable,
                                   .metadata = first->metadata};
        for (uint32_t k = 1; k < count; k++)
            output[i].nullable |= children[k]->output[i].nullable;
    }
    for (uint32_t k = 0; k < count; k++)
        plan->is_streaming |= children[k]->is_streaming;
    plan->output = output;
    plan->output_count = width;
    plan->children = children;
    plan->child_count = count;
    return plan;
}
