/* SPDX-License-Identifier: Apache-2.0
 *
 * Unresolved expressions and plans: what the SQL parser and the C API both build, before names
 * and types are known. Plain trees in an arena; immutable once built. */
#ifndef FB_PLAN_RAW_H
#define FB_PLAN_RAW_H

#include "base/arena.h"
#include "base/buf.h"
#include "data/column.h"
#include "data/interval.h"
#include "expr/expr.h"

typedef struct fb_raw_expr fb_raw_expr;
typedef struct fb_raw_plan fb_raw_plan;

typedef enum fb_raw_expr_kind {
    FB_RAW_NAME,     /* parts[]: a, t.a, a.field, t.a.field */
    FB_RAW_STAR,     /* * or parts[].* */
    FB_RAW_LITERAL,  /* value: constant column of its own type */
    FB_RAW_CALL,     /* name(args[]): functions, and operators under their function name */
    FB_RAW_CAST,     /* args[0] to type; is_try */
    FB_RAW_ALIAS,    /* args[0] AS name */
    FB_RAW_FIELD,    /* args[0].name, where args[0] is not a plain name */
    FB_RAW_INTERVAL, /* INTERVAL ...: `interval`, of years and months or of days and less */
} fb_raw_expr_kind;

struct fb_raw_expr {
    fb_raw_expr_kind kind;
    fb_position position;
    const fb_slice *parts; /* NAME, STAR */
    uint32_t part_count;
    fb_slice name; /* CALL (as written), ALIAS, FIELD */
    const fb_raw_expr *const *args;
    uint32_t arg_count;
    fb_column literal;    /* LITERAL */
    fb_interval interval; /* INTERVAL */
    const fb_type *type;  /* CAST */
    bool is_try;
    bool is_typed_literal;     /* CAST: written DATE '...', TIMESTAMP '...' */
    bool is_distinct;          /* CALL: f(DISTINCT ...) */
    bool ignores_nulls;        /* CALL: f(...) IGNORE NULLS */
    bool respects_nulls;       /* CALL: f(...) RESPECT NULLS */
    const fb_raw_expr *filter; /* CALL: f(...) FILTER (WHERE filter), or NULL */
    fb_slice text;             /* the source text of the whole expression; empty from the C API */
};

/* A key with its value, from OPTIONS (...) or .option(). */
typedef struct fb_option {
    fb_slice key;
    fb_slice value;
    fb_position key_position, value_position;
} fb_option;

typedef struct fb_option_list {
    const fb_option *items;
    uint32_t count;
} fb_option_list;

/* ORDER BY expr [ASC | DESC] [NULLS FIRST | LAST]. */
typedef struct fb_raw_sort_key {
    const fb_raw_expr *expr;
    bool descending;
    bool nulls_last; /* where nothing was said: as `descending` */
} fb_raw_sort_key;

typedef enum fb_raw_plan_kind {
    FB_RAW_ONE_ROW,   /* SELECT without FROM: one row, no columns */
    FB_RAW_VALUES,    /* rows[row * column_count + column]; columns are col1, col2, ... */
    FB_RAW_TABLE,     /* a view by name; is_stream when written as STREAM v or STREAM(v) */
    FB_RAW_READ,      /* a source: format, schema (or NULL), options */
    FB_RAW_PROJECT,   /* exprs[] over children[0] */
    FB_RAW_FILTER,    /* exprs[0] over children[0] */
    FB_RAW_AGGREGATE, /* exprs[] by groups[], only groups for which `having` is true. Without
                         groups: one row. A PROJECT whose exprs call aggregates is one too */
    FB_RAW_DISTINCT,  /* children[0] without repeated rows */
    FB_RAW_WATERMARK, /* children[0]; exprs[0] is the column, or an expression with its alias that
                         becomes another column; `delay` */
    FB_RAW_SORT,      /* children[0] by sort_keys[] */
    FB_RAW_SUBQUERY,  /* children[0] AS name (column_names...) */
    FB_RAW_UNION,     /* UNION ALL of children[] */
    FB_RAW_RESOLVED,  /* `resolved` as it is: a frame of the C API */
} fb_raw_plan_kind;

struct fb_raw_plan {
    fb_raw_plan_kind kind;
    fb_position position;
    const fb_raw_plan *const *children;
    uint32_t child_count;
    const fb_raw_expr *const *exprs;
    uint32_t expr_count;
    /* AGGREGATE: columns, expressions, ordinals, aliases. ALL comes as the only group, a NAME, for
     * a column may have that name; so it does as the only key of SORT. */
    const fb_raw_expr *const *groups;
    uint32_t group_count;
    const fb_raw_expr *having; /* AGGREGATE, or NULL */
    fb_interval delay;         /* WATERMARK: not negative; a month counts 31 days */
    fb_position delay_position;
    const fb_raw_sort_key *sort_keys; /* SORT */
    uint32_t sort_key_count;
    uint32_t column_count;        /* VALUES: exprs per row */
    const fb_slice *column_names; /* SUBQUERY */
    uint32_t column_name_count;
    bool is_view;                   /* SUBQUERY: CREATE VIEW name (column_names) */
    fb_slice name;                  /* TABLE, SUBQUERY: alias; READ: format */
    bool is_stream;                 /* TABLE, READ */
    const fb_type *schema;          /* READ: STRUCT given by the user, or NULL */
    fb_option_list options;         /* READ */
    const struct fb_plan *resolved; /* RESOLVED; lives at least as long as the analysis' result */
};

typedef enum fb_statement_kind {
    FB_STATEMENT_SET,          /* SET key = value; key empty: SET alone; value absent: show it */
    FB_STATEMENT_RESET,        /* RESET [key] */
    FB_STATEMENT_VIEW,         /* CREATE [OR REPLACE] TEMPORARY VIEW name ... ; plan */
    FB_STATEMENT_STREAM_TABLE, /* CREATE STREAMING TABLE name USING format OPTIONS(...) AS plan */
    FB_STATEMENT_SELECT,       /* plan */
    FB_STATEMENT_EXPLAIN,      /* EXPLAIN of `explained` */
} fb_statement_kind;

typedef struct fb_statement {
    fb_statement_kind kind;
    fb_position position;
    fb_slice text; /* the statement as written, without the semicolon */
    fb_slice name; /* VIEW, STREAM_TABLE */
    fb_position name_position;
    bool or_replace, if_not_exists;
    fb_slice key, value; /* SET, RESET */
    bool has_value;
    fb_slice format; /* STREAM_TABLE: the sink */
    fb_position format_position;
    fb_option_list options;
    const fb_raw_plan *plan;
    const struct fb_statement *explained;
    bool explain_extended;
} fb_statement;

typedef struct fb_script {
    const fb_statement *statements;
    uint32_t count;
} fb_script;

/* The trees as text, operators as functions: or(=(a, 1), b). For EXPLAIN EXTENDED and tests. */
void fb_raw_expr_print(const fb_raw_expr *expr, fb_buf *out);
/* One node a line, children indented below. */
void fb_raw_plan_print(const fb_raw_plan *plan, uint32_t depth, fb_buf *out);

#endif
