/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the analyzer share. */
#ifndef FB_PLAN_ANALYZER_H
#define FB_PLAN_ANALYZER_H

#include "expr/function.h"
#include "plan/plan.h"

/* An alias of the select list, visible to the items behind it. */
typedef struct fb_lateral_alias {
    fb_slice name;
    const fb_expr *expr;
} fb_lateral_alias;

/* The columns that names can refer to. `columns[i]` is output i of the plan below, perhaps under
 * another name and qualifier. */
typedef struct fb_scope {
    const fb_attribute *columns;
    uint32_t count;
    const fb_lateral_alias *aliases;
    uint32_t alias_count;
} fb_scope;

enum {
    /* What is shared in the text (CASE subjects, aliases, views) is repeated in the plan. */
    FB_ANALYZER_MAX_EXPRS = 1 << 20,
    FB_ANALYZER_MAX_ALIAS_NODES = 200,
    FB_ANALYZER_MAX_PLAN_NODES = 20000,
    FB_ANALYZER_MAX_DEPTH = 700,
};

typedef struct fb_analyzer {
    const fb_analysis *analysis;
    fb_arena *arena;
    fb_binder binder;
    fb_error *err;
    uint32_t expr_count; /* analyzed so far */
} fb_analyzer;

/* A plan and the names of its output. */
typedef struct fb_relation {
    const fb_plan *plan;
    fb_scope scope;
} fb_relation;

/* FB_E_ANALYSIS (or `status`) with Spark's condition, at a place. */
fb_status fb_analyzer_fail(fb_analyzer *a, fb_position position, fb_status status,
                           const char *condition, const char *format, ...) FB_PRINTF(5, 6);
fb_status fb_analyzer_nomem(fb_analyzer *a);
bool fb_analyzer_same_name(const fb_analyzer *a, fb_slice x, fb_slice y);
/* A copy in the analysis' arena; NULL data: no memory. */
fb_slice fb_analyzer_keep(fb_analyzer *a, fb_slice text);

/* Names (resolve.c). *out NULL: there is no such column, and no error. */
fb_status fb_resolve_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                          const fb_expr **out) FB_CHECKED;
/* UNRESOLVED_COLUMN with the nearest names. */
fb_status fb_resolve_fail(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name);
fb_status fb_resolve_field(fb_analyzer *a, const fb_expr *base, fb_slice name, fb_position position,
                           const fb_expr **out) FB_CHECKED;
/* The struct column whose fields `star` (with parts) stands for. */
fb_status fb_resolve_star(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *star,
                          const fb_expr **out) FB_CHECKED;
/* The column at `index` of the scope. */
fb_status fb_resolve_column(fb_analyzer *a, const fb_scope *scope, uint32_t index, fb_slice name,
                            fb_position position, const fb_expr **out) FB_CHECKED;

/* Expressions (analyze_expr.c). */
fb_status fb_analyze_expr(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                          const fb_expr **out) FB_CHECKED;

/* f(*) and f(t.*): the call with a name for each column instead; other calls as they are. */
fb_status fb_analyzer_expand_stars(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *call,
                                   const fb_raw_expr **out) FB_CHECKED;

/* Appends Spark's name for a column of this expression (name.c), which has been analyzed without
 * error. */
fb_status fb_analyzer_print_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                 fb_buf *out) FB_CHECKED;

/* Nodes (node.c); NULL: no memory. `exprs` and `names` are as long as the projection is wide. */
fb_plan *fb_plan_make(fb_arena *arena, fb_plan_kind kind, fb_position position,
                      const fb_plan *child);
/* Keeps the attribute of an expression that is a plain column under its own name. */
fb_plan *fb_plan_project(fb_arena *arena, fb_position position, const fb_plan *child,
                         const fb_expr *const *exprs, const fb_slice *names, uint32_t count);
fb_plan *fb_plan_filter(fb_arena *arena, fb_position position, const fb_plan *child,
                        const fb_expr *condition);
fb_plan *fb_plan_union(fb_arena *arena, fb_position position, const fb_plan *const *children,
                       uint32_t count);

#endif
