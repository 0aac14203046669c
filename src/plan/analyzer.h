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

/* Where an expression stands: what may be in it, and how Spark calls what may not. */
typedef enum fb_place {
    FB_PLACE_OTHER,
    FB_PLACE_SELECT, /* aggregates, if the scope has a grouping */
    FB_PLACE_GROUP_BY,
    FB_PLACE_ARGUMENT, /* of an aggregate */
    FB_PLACE_AGGREGATE_FILTER,
} fb_place;

/* Which of two meanings of a name wins: a column of the input, or an item of the select list. */
typedef enum fb_precedence {
    FB_INPUT_FIRST,  /* the items are lateral aliases at most */
    FB_OUTPUT_FIRST, /* ORDER BY */
    FB_GROUPS_FIRST, /* HAVING: columns that groups are made of, then items */
} fb_precedence;

typedef struct fb_time_columns fb_time_columns;
typedef struct fb_grouping fb_grouping;

/* The items of a select list as names above it see them. */
typedef struct fb_items {
    const fb_attribute *columns; /* name, qualifier, type */
    const fb_expr *const *exprs; /* over the input; calls of aggregates as FB_CALL_ORDINAL */
    uint32_t count;
} fb_items;

/* The columns that names can refer to. `columns[i]` is output i of the plan below, perhaps under
 * another name and qualifier. */
typedef struct fb_scope {
    const fb_attribute *columns;
    uint32_t count;
    const fb_lateral_alias *aliases;
    uint32_t alias_count;
    const fb_items *items; /* ORDER BY, HAVING */
    fb_precedence precedence;
    fb_place place;
    fb_time_columns *times; /* NULL: no window() here */
    fb_grouping *grouping;  /* NULL: no aggregates here */
} fb_scope;

/* What ordinals of FB_EXPR_COLUMN mean while a select list is analyzed, beside columns of the
 * input. */
enum {
    FB_CALL_ORDINAL = 0x40000000, /* and above: an aggregate call of the grouping */
};

enum {
    /* What is shared in the text (CASE subjects, aliases, views) is repeated in the plan. */
    FB_ANALYZER_MAX_EXPRS = 1 << 20,
    FB_ANALYZER_MAX_ALIAS_NODES = 200,
    FB_ANALYZER_MAX_GROUPED = 4000, /* keys, and aggregates, of a select list: each is compared
                                     * with all others */
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

/* Times (analyze_time.c): the columns that window() and window_time() ask for, put to the right of
 * an input's own. */
typedef struct fb_time_column {
    const fb_expr *argument; /* the time, or the window of window_time() */
    fb_time_window window;   /* width_us 0: window_time() */
    fb_attribute column;
    uint32_t ordinal;
} fb_time_column;

struct fb_time_columns {
    const fb_plan *plan; /* the input, with the columns so far */
    bool is_closed;      /* HAVING and ORDER BY see the columns, but add none */
    fb_time_column *columns;
    uint32_t count, capacity;
};

bool fb_is_time_function(fb_slice name);
fb_status fb_resolve_time_column(fb_analyzer *a, const fb_time_column *column, fb_position position,
                                 const fb_expr **out) FB_CHECKED;
fb_status fb_analyze_time_call(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                               const fb_expr **out) FB_CHECKED;
/* Analyzes the calls of window() in `raw` ahead of the rest, since names may refer to the column
 * before the text gets to them. */
fb_status fb_analyze_windows_of(fb_analyzer *a, const fb_scope *scope,
                                const fb_raw_expr *raw) FB_CHECKED;

/* Aggregation (analyze_aggregate.c). */
struct fb_grouping {
    bool has_group_by; /* else one group */
    const fb_expr **keys;
    fb_attribute *key_columns;
    uint32_t key_count, key_capacity;
    fb_plan_call *calls;
    fb_attribute *call_columns;
    uint32_t call_count, call_capacity;
    const fb_items *items; /* HAVING: what names may mean that are no keys; else NULL */
};

/* The first aggregate call in the tree; NULL: none. */
const fb_raw_expr *fb_raw_find_aggregate(const fb_raw_expr *raw);
fb_status fb_analyze_aggregate_call(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                    const fb_expr **out) FB_CHECKED;
bool fb_expr_has_call(const fb_expr *expr);
/* Adds a key unless it is there or a constant. `is_column`: it keeps the name that it has. */
fb_status fb_grouping_add_key(fb_analyzer *a, fb_grouping *grouping, const fb_expr *expr,
                              bool is_column, const fb_scope *scope) FB_CHECKED;
/* The key of a GROUP BY that has nothing but constants. */
fb_status fb_grouping_add_constant_key(fb_analyzer *a, fb_grouping *grouping) FB_CHECKED;
/* `expr`, which is over the input, over the groups: keys, then calls. Fails with Spark's condition
 * when it refers to a column that is neither. */
fb_status fb_grouping_rewrite(fb_analyzer *a, const fb_grouping *grouping, const fb_expr *expr,
                              const fb_expr **out) FB_CHECKED;
/* Whether a key refers to the column. */
bool fb_grouping_uses(const fb_grouping *grouping, uint64_t attribute_id);
fb_status fb_grouping_plan(fb_analyzer *a, const fb_grouping *grouping, fb_position position,
                           const fb_plan *child, fb_plan **out) FB_CHECKED;

/* Sums and averages of small decimals (decimal_aggregate.c): the function to be called with
 * UnscaledValue(argument) instead, or NULL, and the result that its own stands for. */
const fb_aggregate *fb_decimal_aggregate(const fb_aggregate *function, const fb_expr *const *args,
                                         uint32_t arg_count);
fb_status fb_scale_decimal_aggregate(fb_analyzer *a, const fb_aggregate *function,
                                     const fb_expr *result, const fb_type *type,
                                     const fb_expr **out) FB_CHECKED;

/* Select lists (analyze_select.c): PROJECT, AGGREGATE, DISTINCT of one, and a SORT over it. */
fb_status fb_analyze_select(fb_analyzer *a, const fb_raw_plan *raw, const fb_raw_plan *sort,
                            fb_relation *out) FB_CHECKED;
/* The name of an item without alias. */
fb_status fb_automatic_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                            const fb_expr *expr, fb_slice *out) FB_CHECKED;
/* A whole number as it is written, for GROUP BY 1 and ORDER BY -1. */
bool fb_raw_is_ordinal(const fb_raw_expr *raw, int64_t *out);

/* ORDER BY (analyze_sort.c). */
fb_status fb_sort_expand_all(fb_analyzer *a, const fb_raw_plan *sort, uint32_t count,
                             const fb_raw_plan **out) FB_CHECKED;
fb_status fb_sort_check_ordinal(fb_analyzer *a, const fb_raw_expr *raw, int64_t ordinal,
                                uint32_t count) FB_CHECKED;
fb_status fb_sort_check_type(fb_analyzer *a, const fb_raw_sort_key *key,
                             const fb_expr *expr) FB_CHECKED;
/* SORT above `child`; key i is column items[i] of it. */
fb_status fb_sort_plan(fb_analyzer *a, const fb_raw_plan *sort, const fb_plan *child,
                       const uint32_t *items, const fb_plan **out) FB_CHECKED;
/* The first `count` columns of `child`. */
fb_status fb_plan_keep_columns(fb_analyzer *a, const fb_plan *child, uint32_t count,
                               const fb_plan **out) FB_CHECKED;
fb_status fb_analyze_sort(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out) FB_CHECKED;
fb_status fb_analyze_distinct(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out) FB_CHECKED;
fb_status fb_analyze_watermark(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out) FB_CHECKED;

/* What analyze.c gives them. */
fb_status fb_analyze_relation(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out) FB_CHECKED;
fb_status fb_relation_of(fb_analyzer *a, const fb_plan *plan, fb_slice qualifier,
                         fb_relation *out) FB_CHECKED;

/* Whether two expressions always have the same value: Spark's semantic equality (same.c). */
bool fb_expr_same(const fb_expr *x, const fb_expr *y);

/* Metadata of attributes (metadata.c): JSON objects, members in the order of their keys. The empty
 * slice means {}. False: no memory. */
bool fb_metadata_has(fb_slice metadata, const char *key);
bool fb_metadata_with(fb_arena *arena, fb_slice metadata, const char *key, const char *value,
                      fb_slice *out);
bool fb_metadata_without(fb_arena *arena, fb_slice metadata, const char *key, fb_slice *out);

/* Nodes (node.c); NULL: no memory. `exprs` and `names` are as long as the projection is wide. */
fb_plan *fb_plan_make(fb_arena *arena, fb_plan_kind kind, fb_position position,
                      const fb_plan *child);
/* Keeps the attribute of an expression that is a plain column under its own name. */
fb_plan *fb_plan_project(fb_arena *arena, fb_position position, const fb_plan *child,
                         const fb_expr *const *exprs, const fb_slice *names, uint32_t count);
/* Marks the columns whose names nobody wrote, as Spark does. False: no memory. */
bool fb_plan_mark_automatic(fb_arena *arena, fb_plan *project, const bool *is_automatic);
fb_plan *fb_plan_filter(fb_arena *arena, fb_position position, const fb_plan *child,
                        const fb_expr *condition);
fb_plan *fb_plan_union(fb_arena *arena, fb_position position, const fb_plan *const *children,
                       uint32_t count);

#endif
