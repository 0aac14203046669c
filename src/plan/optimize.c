/* SPDX-License-Identifier: Apache-2.0
 *
 * The rewrites that Spark's optimizer does too and that a user can notice, since in ANSI mode an
 * expression may fail on a row: filters move below projections and unions, so that nothing is
 * computed for rows that are dropped anyway, and below watermarks, windows and aggregations where
 * Spark's do; and columns and aggregates that nobody uses are not computed.
 *
 * Expressions refer to the columns of their node's child by position. A dropped column therefore
 * keeps its place and becomes a NULL literal, which costs nothing and leaves positions alone.
 *
 * Constants are not folded here: evaluation computes what depends on no column once per chunk. */
#include "plan/optimizer.h"

#include <string.h>

/* A column used twice doubles the condition with each projection that it passes. */
enum { MAX_PUSHED_NODES = 2000 };

typedef struct rewrite {
    fb_arena *arena;
    fb_error *err;
} rewrite;

static fb_status nomem(const rewrite *r)
{
    return fb_fail_nomem(r->err, "a plan");
}

/* A copy of `plan` with these children. */
static fb_status with_children(rewrite *r, const fb_plan *plan, const fb_plan *const *children,
                               fb_plan **out)
{
    fb_plan *copy = fb_arena_copy(r->arena, plan, sizeof *plan);
    const fb_plan **own =
        fb_arena_copy(r->arena, (const void *)children, plan->child_count * sizeof(fb_plan *));
    if (!copy || !own) return nomem(r);
    copy->children = own;
    *out = copy;
    return FB_OK;
}

/* --- filters move down --- */

/* `expr` with each column replaced by what computes it. */
static fb_status substitute(rewrite *r, const fb_expr *expr, const fb_expr *const *columns,
                            const fb_expr **out)
{
    if (expr->kind == FB_EXPR_COLUMN) {
        *out = columns[expr->ordinal];
        return FB_OK;
    }
    *out = expr;
    if (expr->arg_count == 0) return FB_OK;
    fb_expr *copy = fb_arena_copy(r->arena, expr, sizeof *expr);
    const fb_expr **args = fb_arena_array(r->arena, expr->arg_count, sizeof *args);
    if (!copy || !args) return nomem(r);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        FB_TRY(substitute(r, expr->args[i], columns, &args[i]));
    copy->args = args;
    *out = copy;
    return FB_OK;
}

/* What is left of `budget` after the nodes of the expression, columns replaced; 0: it has more.
 * Without `columns` they count as themselves. */
static uint32_t count_substituted(const fb_expr *expr, const fb_expr *const *columns,
                                  uint32_t budget)
{
    if (columns && expr->kind == FB_EXPR_COLUMN)
        return count_substituted(columns[expr->ordinal], NULL, budget);
    if (budget) budget--;
    for (uint32_t i = 0; i < expr->arg_count && budget; i++)
        budget = count_substituted(expr->args[i], columns, budget);
    return budget;
}

static bool all_deterministic(const fb_plan *project)
{
    for (uint32_t i = 0; i < project->expr_count; i++)
        if (!project->exprs[i]->deterministic) return false;
    return true;
}

static fb_status push_filter(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                             const fb_plan *child, const fb_plan **out);

/* A FILTER node as `filter`, over another child. */
static fb_status place_filter(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                              const fb_plan *child, const fb_plan **out)
{
    fb_plan *copy;
    const fb_expr **exprs = fb_arena_array(r->arena, 1, sizeof *exprs);
    if (!exprs) return nomem(r);
    FB_TRY(with_children(r, filter, &child, &copy));
    exprs[0] = condition;
    copy->exprs = exprs;
    copy->output = child->output;
    copy->output_count = child->output_count;
    *out = copy;
    return FB_OK;
}

static fb_status push_below_project(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                                    const fb_plan *project, const fb_plan **out)
{
    const fb_expr *below;
    const fb_plan *child;
    fb_plan *copy;
    FB_TRY(substitute(r, condition, project->exprs, &below));
    FB_TRY(push_filter(r, filter, below, project->children[0], &child));
    FB_TRY(with_children(r, project, &child, &copy));
    *out = copy;
    return FB_OK;
}

/* The columns of a union's children lie at the same positions as its own. */
static fb_status push_below_union(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                                  const fb_plan *all, const fb_plan **out)
{
    const fb_plan **children = fb_arena_array(r->arena, all->child_count, sizeof *children);
    if (!children) return nomem(r);
    for (uint32_t i = 0; i < all->child_count; i++)
        FB_TRY(push_filter(r, filter, condition, all->children[i], &children[i]));
    fb_plan *copy;
    FB_TRY(with_children(r, all, children, &copy));
    *out = copy;
    return FB_OK;
}

/* --- filters move below nodes that let only some of their conditions pass --- */

/* Whether no column of the expression is at or behind position `limit`, nor at `forbidden`. */
static bool stays_below(const fb_expr *expr, uint32_t limit, uint32_t forbidden)
{
    if (expr->kind == FB_EXPR_COLUMN) return expr->ordinal < limit && expr->ordinal != forbidden;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (!stays_below(expr->args[i], limit, forbidden)) return false;
    return true;
}

static bool has_column(const fb_expr *expr)
{
    if (expr->kind == FB_EXPR_COLUMN) return true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (has_column(expr->args[i])) return true;
    return false;
}

/* A watermark must see the rows that it sees in Spark: what depends on event time stays above.
 * Below an aggregation only whole groups may be dropped. */
static bool may_pass(const fb_expr *condition, const fb_plan *node)
{
    if (!condition->deterministic) return false;
    switch (node->kind) {
    case FB_PLAN_SORT:
        return true;
    case FB_PLAN_WATERMARK:
        return stays_below(condition, UINT32_MAX, node->watermark_column);
    case FB_PLAN_WINDOW:
        return stays_below(condition, node->output_count - 1, UINT32_MAX);
    case FB_PLAN_AGGREGATE:
        return has_column(condition) && stays_below(condition, node->expr_count, UINT32_MAX) &&
               count_substituted(condition, node->exprs, MAX_PUSHED_NODES);
    default:
        return false;
    }
}

/* The parts of a condition that is an AND, in order; at most as many as its tree has nodes. */
static void split(const fb_expr *condition, const fb_expr **parts, uint32_t *count)
{
    bool is_and = condition->kind == FB_EXPR_CALL && condition->arg_count == 2 &&
                  strcmp(condition->function->name, "and") == 0;
    if (!is_and) {
        parts[(*count)++] = condition;
        return;
    }
    split(condition->args[0], parts, count);
    split(condition->args[1], parts, count);
}

static uint32_t count_parts(const fb_expr *condition)
{
    bool is_and = condition->kind == FB_EXPR_CALL && condition->arg_count == 2 &&
                  strcmp(condition->function->name, "and") == 0;
    return is_and ? count_parts(condition->args[0]) + count_parts(condition->args[1]) : 1;
}

/* `parts` below `node`, which lets them pass. */
static fb_status push_below_node(rewrite *r, const fb_plan *filter, const fb_expr *const *parts,
                                 uint32_t count, const fb_plan *node, const fb_plan **out)
{
    const fb_plan *child = node->children[0];
    fb_plan *copy;
    for (uint32_t i = 0; i < count; i++) {
        const fb_expr *part = parts[i];
        if (node->kind == FB_PLAN_AGGREGATE) FB_TRY(substitute(r, part, node->exprs, &part));
        FB_TRY(push_filter(r, filter, part, child, &child));
    }
    FB_TRY(with_children(r, node, &child, &copy));
    *out = copy;
    return FB_OK;
}

/* The filters from `top` down to `end` again, over `base` instead of it. */
static fb_status put_filters_back(rewrite *r, const fb_plan *top, const fb_plan *end,
                                  const fb_plan *base, const fb_plan **out)
{
    *out = base;
    if (top == end) return FB_OK;
    FB_TRY(put_filters_back(r, top->children[0], end, base, out));
    return place_filter(r, top, top->exprs[0], *out, out);
}

/* Those parts of the condition that `node` lets pass go below it; the others stay above `child`,
 * which is `node` or filters that have stayed there before. */
static fb_status push_parts(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                            const fb_plan *child, const fb_plan *node, const fb_plan **out)
{
    uint32_t count = 0, pass_count = 0, stay_count = 0;
    const fb_expr **parts =
        fb_arena_array(r->arena, 3 * (size_t)count_parts(condition), sizeof *parts);
    if (!parts) return nomem(r);
    split(condition, parts, &count);
    const fb_expr **pass = parts + count, **stay = parts + 2 * (size_t)count;
    for (uint32_t i = 0; i < count; i++) {
        if (may_pass(parts[i], node))
            pass[pass_count++] = parts[i];
        else
            stay[stay_count++] = parts[i];
    }
    if (!pass_count) return place_filter(r, filter, condition, child, out);
    const fb_plan *base;
    FB_TRY(push_below_node(r, filter, pass, pass_count, node, &base));
    FB_TRY(put_filters_back(r, child, node, base, out));
    for (uint32_t i = 0; i < stay_count; i++)
        FB_TRY(place_filter(r, filter, stay[i], *out, out));
    return FB_OK;
}

/* `condition` over `child`, as far down as it can go; `filter` is the node that it comes from. */
static fb_status push_filter(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                             const fb_plan *child, const fb_plan **out)
{
    if (condition->deterministic && child->kind == FB_PLAN_PROJECT && all_deterministic(child) &&
        count_substituted(condition, child->exprs, MAX_PUSHED_NODES))
        return push_below_project(r, filter, condition, child, out);
    if (condition->deterministic && child->kind == FB_PLAN_UNION)
        return push_below_union(r, filter, condition, child, out);
    const fb_plan *node = child;
    while (node->kind == FB_PLAN_FILTER && node->exprs[0]->deterministic)
        node = node->children[0];
    return push_parts(r, filter, condition, child, node, out);
}

static fb_status push_filters(rewrite *r, const fb_plan *plan, const fb_plan **out)
{
    *out = plan;
    if (plan->child_count == 0) return FB_OK;
    const fb_plan **children = fb_arena_array(r->arena, plan->child_count, sizeof *children);
    if (!children) return nomem(r);
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(push_filters(r, plan->children[i], &children[i]));
    if (plan->kind == FB_PLAN_FILTER) return push_filter(r, plan, plan->exprs[0], children[0], out);
    fb_plan *copy;
    FB_TRY(with_children(r, plan, children, &copy));
    *out = copy;
    return FB_OK;
}

/* --- unused columns --- */

void fb_expr_mark_columns(const fb_expr *expr, bool *used)
{
    if (expr->kind == FB_EXPR_COLUMN) used[expr->ordinal] = true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        fb_expr_mark_columns(expr->args[i], used);
}

/* The expressions of a projection, those of unused columns as NULL literals; marks in `below` what
 * the others need. */
static fb_status prune_exprs(rewrite *r, const fb_plan *plan, const bool *used, bool *below,
                             const fb_expr *const **out)
{
    const fb_expr **exprs = fb_arena_array(r->arena, plan->expr_count, sizeof *exprs);
    if (!exprs) return nomem(r);
    for (uint32_t i = 0; i < plan->expr_count; i++) {
        exprs[i] = used[i] ? plan->exprs[i] : fb_expr_literal_null(r->arena, plan->exprs[i]->type);
        if (!exprs[i]) return nomem(r);
        if (used[i]) fb_expr_mark_columns(exprs[i], below);
    }
    *out = exprs;
    return FB_OK;
}

static void mark_all(const fb_expr *const *exprs, uint32_t count, bool *used)
{
    for (uint32_t i = 0; i < count; i++)
        fb_expr_mark_columns(exprs[i], used);
}

/* A projection that puts the results of an aggregation without its unused calls where they were. */
static fb_status restore_positions(rewrite *r, const fb_plan *plan, const bool *used,
                                   const fb_plan *pruned, const fb_plan **out)
{
    const fb_expr **exprs = fb_arena_array(r->arena, plan->output_count, sizeof *exprs);
    fb_plan *project = fb_arena_alloc_zero(r->arena, sizeof *project);
    if (!exprs || !project) return nomem(r);
    uint32_t next = 0;
    for (uint32_t i = 0; i < plan->output_count; i++) {
        const fb_attribute *column = &plan->output[i];
        fb_expr *expr = i >= plan->expr_count && !used[i]
                            ? fb_expr_literal_null(r->arena, column->type)
                            : fb_arena_alloc_zero(r->arena, sizeof *expr);
        if (!expr) return nomem(r);
        exprs[i] = expr;
        if (expr->kind == FB_EXPR_LITERAL) continue;
        *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                          .type = column->type,
                          .nullable = column->nullable,
                          .deterministic = true,
                          .position = plan->position,
                          .attribute_id = column->id,
                          .ordinal = next++,
                          .name = column->name};
    }
    const fb_plan **children = fb_arena_array(r->arena, 1, sizeof(fb_plan *));
    if (!children) return nomem(r);
    children[0] = pruned;
    *project = (fb_plan){.kind = FB_PLAN_PROJECT,
                         .position = plan->position,
                         .output = plan->output,
                         .output_count = plan->output_count,
                         .children = children,
                         .child_count = 1,
                         .is_streaming = plan->is_streaming,
                         .exprs = exprs,
                         .expr_count = plan->output_count};
    *out = project;
    return FB_OK;
}

/* The calls that somebody uses, as in Spark: which there are decides what lies in the state. */
static fb_status prune_calls(rewrite *r, const fb_plan *plan, const bool *used, fb_plan *out)
{
    fb_plan_call *calls = fb_arena_array(r->arena, plan->call_count, sizeof *calls);
    fb_attribute *output =
        fb_arena_copy(r->arena, plan->output, plan->output_count * sizeof *output);
    if (!calls || !output) return nomem(r);
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->call_count; i++) {
        if (!used[plan->expr_count + i]) continue;
        output[plan->expr_count + count] = plan->output[plan->expr_count + i];
        calls[count++] = plan->calls[i];
    }
    out->calls = calls;
    out->call_count = count;
    out->output = output;
    out->output_count = plan->expr_count + count;
    return FB_OK;
}

static fb_status prune(rewrite *r, const fb_plan *plan, const bool *used, const fb_plan **out);

static fb_status prune_aggregate(rewrite *r, const fb_plan *plan, const bool *used, bool *below,
                                 const fb_plan **out)
{
    const fb_plan *child;
    fb_plan *copy;
    mark_all(plan->exprs, plan->expr_count, below);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const fb_plan_call *call = &plan->calls[i];
        if (!used[plan->expr_count + i]) continue;
        mark_all(call->call->args, call->call->arg_count, below);
        if (call->filter) fb_expr_mark_columns(call->filter, below);
    }
    FB_TRY(prune(r, plan->children[0], below, &child));
    FB_TRY(with_children(r, plan, &child, &copy));
    FB_TRY(prune_calls(r, plan, used, copy));
    *out = copy;
    if (copy->call_count == plan->call_count) return FB_OK;
    return restore_positions(r, plan, used, copy, out);
}

/* What a node itself needs of its child, whose columns are its own first ones. */
static void mark_own(const fb_plan *plan, bool *below)
{
    switch (plan->kind) {
    case FB_PLAN_FILTER:
        fb_expr_mark_columns(plan->exprs[0], below);
        break;
    case FB_PLAN_WATERMARK:
        below[plan->watermark_column] = true;
        break;
    case FB_PLAN_WINDOW:
        fb_expr_mark_columns(plan->window.time, below);
        break;
    case FB_PLAN_SORT:
        for (uint32_t i = 0; i < plan->sort_key_count; i++)
            fb_expr_mark_columns(plan->sort_keys[i].expr, below);
        break;
    default:
        break;
    }
}

/* `used` says which of the plan's output columns somebody needs. */
static fb_status prune(rewrite *r, const fb_plan *plan, const bool *used, const fb_plan **out)
{
    *out = plan;
    if (plan->child_count == 0) return FB_OK;
    uint32_t width = plan->children[0]->output_count;
    bool *below = fb_arena_alloc_zero(r->arena, (size_t)width * sizeof *below);
    const fb_plan **children = fb_arena_array(r->arena, plan->child_count, sizeof *children);
    if (!below || !children) return nomem(r);
    if (plan->kind == FB_PLAN_AGGREGATE) return prune_aggregate(r, plan, used, below, out);
    const fb_expr *const *exprs = plan->exprs;
    if (plan->kind == FB_PLAN_PROJECT) {
        FB_TRY(prune_exprs(r, plan, used, below, &exprs));
    } else {
        memcpy(below, used, (size_t)width * sizeof *below);
        mark_own(plan, below);
    }
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(prune(r, plan->children[i], below, &children[i]));
    fb_plan *copy;
    FB_TRY(with_children(r, plan, children, &copy));
    copy->exprs = exprs;
    *out = copy;
    return FB_OK;
}

/* Without what computes columns that nobody uses. */
static fb_status prune_all(rewrite *r, const fb_plan *plan, const fb_plan **out)
{
    bool *used = fb_arena_alloc(r->arena, (size_t)plan->output_count * sizeof *used);
    if (!used) return nomem(r);
    memset(used, true, (size_t)plan->output_count * sizeof *used);
    return prune(r, plan, used, out);
}

fb_status fb_plan_optimize(fb_arena *arena, const fb_plan *plan, const fb_plan **out, fb_error *err)
{
    *out = NULL;
    rewrite r = {arena, err};
    const fb_plan *pushed, *pruned, *kept;
    FB_TRY(push_filters(&r, plan, &pushed));
    FB_TRY(prune_all(&r, pushed, &pruned));
    FB_TRY(fb_plan_drop_redundant(arena, pruned, &kept, err));
    *out = kept;
    return kept == pruned ? FB_OK : prune_all(&r, kept, out);
}
