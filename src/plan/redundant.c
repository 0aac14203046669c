/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregations that another one makes redundant, as Spark's RemoveRedundantAggregates has it: which
 * there are decides what state a stream keeps.
 *
 *     max(v) GROUP BY k, of SELECT DISTINCT k, v     the lower one goes: max minds no repetitions
 *     SELECT DISTINCT k, c of count(*) AS c GROUP BY k     the upper one goes: nothing is there
 * twice
 *
 * Between the two are projections and tumbling windows, which give a row for a row. */
#include "plan/optimizer.h"

#include <string.h>

typedef struct rewrite {
    fb_arena *arena;
    fb_error *err;
} rewrite;

static fb_status nomem(const rewrite *r)
{
    return fb_fail_nomem(r->err, "a plan");
}

/* Aggregates with the same result however often a row occurs. */
static bool minds_repetitions(const fb_aggregate *function)
{
    static const char *const names[] = {
        "max",      "min",         "bit_and", "bit_or",     "collect_set",
        "first",    "first_value", "last",    "last_value", "any_value",
        "bool_and", "every",       "any",     "some",       "bool_or",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(function->name, names[i]) == 0) return false;
    return true;
}

/* A PROJECT with the output of `plan`, which it stands for. */
static fb_status project_as(rewrite *r, const fb_plan *plan, const fb_expr *const *exprs,
                            const fb_plan **out)
{
    fb_plan *project = fb_arena_alloc_zero(r->arena, sizeof *project);
    if (!project) return nomem(r);
    *project = (fb_plan){.kind = FB_PLAN_PROJECT,
                         .position = plan->position,
                         .output = plan->output,
                         .output_count = plan->output_count,
                         .children = plan->children,
                         .child_count = 1,
                         .is_streaming = plan->is_streaming,
                         .exprs = exprs,
                         .expr_count = plan->output_count};
    *out = project;
    return FB_OK;
}

static bool is_deterministic(const fb_plan *project)
{
    for (uint32_t i = 0; i < project->expr_count; i++)
        if (!project->exprs[i]->deterministic) return false;
    return true;
}

/* Whether each row of the node is made of one of its child, and of it alone. */
static bool is_row_for_row(const fb_plan *node)
{
    if (node->kind == FB_PLAN_WINDOW) return node->window.slide_us == node->window.width_us;
    return node->kind == FB_PLAN_PROJECT && is_deterministic(node);
}

/* --- the lower one --- */

/* Which columns of the child its parent needs, when it needs `used` of the parent's own. */
static fb_status mark_below(rewrite *r, const fb_plan *node, const bool *used, bool **out)
{
    bool *below = fb_arena_alloc_zero(r->arena, node->children[0]->output_count * sizeof *below);
    if (!below) return nomem(r);
    for (uint32_t i = 0; node->kind == FB_PLAN_PROJECT && i < node->expr_count; i++)
        if (used[i]) fb_expr_mark_columns(node->exprs[i], below);
    if (node->kind == FB_PLAN_WINDOW) {
        memcpy(below, used, node->children[0]->output_count * sizeof *below);
        fb_expr_mark_columns(node->window.time, below);
    }
    *out = below;
    return FB_OK;
}

static fb_status mark_needed(rewrite *r, const fb_plan *aggregate, bool **out)
{
    bool *used = fb_arena_alloc_zero(r->arena, aggregate->children[0]->output_count * sizeof *used);
    if (!used) return nomem(r);
    for (uint32_t i = 0; i < aggregate->expr_count; i++)
        fb_expr_mark_columns(aggregate->exprs[i], used);
    for (uint32_t i = 0; i < aggregate->call_count; i++) {
        const fb_plan_call *call = &aggregate->calls[i];
        for (uint32_t k = 0; k < call->call->arg_count; k++)
            fb_expr_mark_columns(call->call->args[k], used);
        if (call->filter) fb_expr_mark_columns(call->filter, used);
    }
    *out = used;
    return FB_OK;
}

/* The keys of the lower aggregation that are needed, as columns of its input. */
static fb_status replace_lower(rewrite *r, const fb_plan *lower, const bool *used,
                               const fb_plan **out)
{
    const fb_expr **exprs = fb_arena_array(r->arena, lower->output_count, sizeof *exprs);
    if (!exprs) return nomem(r);
    for (uint32_t i = 0; i < lower->output_count; i++) {
        exprs[i] =
            used[i] ? lower->exprs[i] : fb_expr_literal_null(r->arena, lower->output[i].type);
        if (!exprs[i]) return nomem(r);
    }
    return project_as(r, lower, exprs, out);
}

/* The nodes down to the lower aggregation again, over what replaces it. *out: NULL if it has to
 * stay. */
static fb_status drop_lower(rewrite *r, const fb_plan *node, const bool *used, const fb_plan **out)
{
    bool *below = NULL;
    const fb_plan *child;
    *out = NULL;
    if (node->kind == FB_PLAN_AGGREGATE) {
        /* One without keys has a row where there was none. */
        bool is_needed = !node->expr_count;
        for (uint32_t i = node->expr_count; i < node->output_count; i++)
            is_needed |= used[i];
        return is_needed ? FB_OK : replace_lower(r, node, used, out);
    }
    if (!is_row_for_row(node)) return FB_OK;
    FB_TRY(mark_below(r, node, used, &below));
    FB_TRY(drop_lower(r, node->children[0], below, &child));
    if (!child) return FB_OK;
    fb_plan *copy = fb_arena_copy(r->arena, node, sizeof *node);
    if (!copy) return nomem(r);
    copy->children = fb_arena_copy(r->arena, (const void *)&child, sizeof(fb_plan *));
    *out = copy;
    return copy->children ? FB_OK : nomem(r);
}

static fb_status drop_below(rewrite *r, const fb_plan *upper, const fb_plan **out)
{
    bool *used = NULL;
    const fb_plan *child;
    *out = upper;
    for (uint32_t i = 0; i < upper->call_count; i++)
        if (minds_repetitions(upper->calls[i].call->function)) return FB_OK;
    FB_TRY(mark_needed(r, upper, &used));
    FB_TRY(drop_lower(r, upper->children[0], used, &child));
    if (!child) return FB_OK;
    fb_plan *copy = fb_arena_copy(r->arena, upper, sizeof *upper);
    if (!copy) return nomem(r);
    copy->children = fb_arena_copy(r->arena, (const void *)&child, sizeof(fb_plan *));
    *out = copy;
    return copy->children ? FB_OK : nomem(r);
}

/* --- the upper one --- */

#define NO_COLUMN UINT32_MAX

/* The column of the aggregation further down that column `index` of the node is. */
static uint32_t trace(const fb_plan *node, uint32_t index)
{
    for (; node->kind != FB_PLAN_AGGREGATE && index != NO_COLUMN; node = node->children[0]) {
        if (node->kind == FB_PLAN_PROJECT) {
            const fb_expr *expr = node->exprs[index];
            index = expr->kind == FB_EXPR_COLUMN ? expr->ordinal : NO_COLUMN;
        } else if (index >= node->children[0]->output_count) {
            index = NO_COLUMN; /* the window */
        }
    }
    return index;
}

static const fb_plan *find_lower(const fb_plan *node)
{
    while (is_row_for_row(node) || node->kind == FB_PLAN_FILTER || node->kind == FB_PLAN_SORT)
        node = node->children[0];
    return node->kind == FB_PLAN_AGGREGATE ? node : NULL;
}

/* Whether the rows below the aggregation differ in its keys already: they have all of the keys
 * that another one has made them of. */
static fb_status has_distinct_input(rewrite *r, const fb_plan *upper, bool *out)
{
    const fb_plan *lower = find_lower(upper->children[0]);
    *out = false;
    if (!lower || !lower->expr_count) return FB_OK;
    bool *is_there = fb_arena_alloc_zero(r->arena, lower->expr_count * sizeof *is_there);
    if (!is_there) return nomem(r);
    for (uint32_t i = 0; i < upper->expr_count; i++) {
        const fb_expr *key = upper->exprs[i];
        if (key->kind != FB_EXPR_COLUMN) continue;
        uint32_t column = trace(upper->children[0], key->ordinal);
        if (column < lower->expr_count) is_there[column] = true;
    }
    *out = true;
    for (uint32_t i = 0; i < lower->expr_count; i++)
        *out &= is_there[i];
    return FB_OK;
}

/* Spark looks at an aggregation together with the projection above it, and leaves it alone when
 * that computes something. */
static bool computes(const fb_plan *project)
{
    for (uint32_t i = 0; i < project->expr_count; i++)
        if (project->exprs[i]->kind == FB_EXPR_CALL) return true;
    return false;
}

static fb_status drop_around(rewrite *r, const fb_plan *aggregate, bool is_computed_on,
                             const fb_plan **out)
{
    bool is_distinct = false;
    FB_TRY(drop_below(r, aggregate, out));
    if (*out != aggregate || aggregate->call_count || is_computed_on) return FB_OK;
    FB_TRY(has_distinct_input(r, aggregate, &is_distinct));
    return is_distinct ? project_as(r, aggregate, aggregate->exprs, out) : FB_OK;
}

/* `is_computed_on`: a projection right above computes something. */
static fb_status drop(rewrite *r, const fb_plan *plan, bool is_computed_on, const fb_plan **out)
{
    bool is_changed = false;
    *out = plan;
    if (!plan->child_count) return FB_OK;
    const fb_plan **children = fb_arena_array(r->arena, plan->child_count, sizeof *children);
    if (!children) return nomem(r);
    bool is_project = plan->kind == FB_PLAN_PROJECT;
    bool is_computing = is_project && (is_computed_on || computes(plan));
    for (uint32_t i = 0; i < plan->child_count; i++) {
        FB_TRY(drop(r, plan->children[i], is_computing, &children[i]));
        is_changed |= children[i] != plan->children[i];
    }
    if (is_changed) {
        fb_plan *copy = fb_arena_copy(r->arena, plan, sizeof *plan);
        if (!copy) return nomem(r);
        copy->children = children;
        *out = copy;
    }
    return plan->kind == FB_PLAN_AGGREGATE ? drop_around(r, *out, is_computed_on, out) : FB_OK;
}

fb_status fb_plan_drop_redundant(fb_arena *arena, const fb_plan *plan, const fb_plan **out,
                                 fb_error *err)
{
    rewrite r = {arena, err};
    return drop(&r, plan, false, out);
}
