/* SPDX-License-Identifier: Apache-2.0
 *
 * The rewrites that Spark's optimizer does too and that a user can notice, since in ANSI mode an
 * expression may fail on a row: filters move below projections and unions, so that nothing is
 * computed for rows that are dropped anyway; and columns that nobody uses are not computed.
 *
 * Expressions refer to the columns of their node's child by position. A dropped column therefore
 * keeps its place and becomes a NULL literal, which costs nothing and leaves positions alone.
 *
 * Constants are not folded here: evaluation computes what depends on no column once per chunk. */
#include "plan/plan.h"

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

/* `condition` over `child`, as far down as it can go; `filter` is the node that it comes from. */
static fb_status push_filter(rewrite *r, const fb_plan *filter, const fb_expr *condition,
                             const fb_plan *child, const fb_plan **out)
{
    if (condition->deterministic && child->kind == FB_PLAN_PROJECT && all_deterministic(child) &&
        count_substituted(condition, child->exprs, MAX_PUSHED_NODES))
        return push_below_project(r, filter, condition, child, out);
    if (condition->deterministic && child->kind == FB_PLAN_UNION)
        return push_below_union(r, filter, condition, child, out);
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

static void mark(const fb_expr *expr, bool *used)
{
    if (expr->kind == FB_EXPR_COLUMN) used[expr->ordinal] = true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        mark(expr->args[i], used);
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
        if (used[i]) mark(exprs[i], below);
    }
    *out = exprs;
    return FB_OK;
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
    const fb_expr *const *exprs = plan->exprs;
    if (plan->kind == FB_PLAN_PROJECT) {
        FB_TRY(prune_exprs(r, plan, used, below, &exprs));
    } else {
        memcpy(below, used, (size_t)width * sizeof *below);
        if (plan->kind == FB_PLAN_FILTER) mark(plan->exprs[0], below);
    }
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(prune(r, plan->children[i], below, &children[i]));
    fb_plan *copy;
    FB_TRY(with_children(r, plan, children, &copy));
    copy->exprs = exprs;
    *out = copy;
    return FB_OK;
}

fb_status fb_plan_optimize(fb_arena *arena, const fb_plan *plan, const fb_plan **out, fb_error *err)
{
    *out = NULL;
    rewrite r = {arena, err};
    const fb_plan *pushed;
    FB_TRY(push_filters(&r, plan, &pushed));
    bool *used = fb_arena_alloc(arena, (size_t)plan->output_count * sizeof *used);
    if (!used) return nomem(&r);
    memset(used, true, (size_t)plan->output_count * sizeof *used);
    return prune(&r, pushed, used, out);
}
