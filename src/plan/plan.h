/* SPDX-License-Identifier: Apache-2.0
 *
 * Resolved logical plans: every column has an identity and a type, every expression is bound.
 * Immutable after analysis; live in the arena that the analysis was given. */
#ifndef FB_PLAN_PLAN_H
#define FB_PLAN_PLAN_H

#include "base/options.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "expr/function.h"
#include "plan/raw.h"
#include "sinks/sink.h"
#include "sources/source.h"

/* A column of a relation. The id is unique within the process, so that names need not be. */
typedef struct fb_attribute {
    uint64_t id;
    fb_slice name;
    fb_slice qualifier; /* view or alias it came through; empty: none */
    const fb_type *type;
    bool nullable;
    fb_slice metadata; /* JSON object or empty */
} fb_attribute;

typedef enum fb_plan_kind {
    FB_PLAN_ONE_ROW,
    FB_PLAN_VALUES, /* rows of literals */
    FB_PLAN_SOURCE, /* a streaming source; one object may occur twice (self-union): read once */
    FB_PLAN_PROJECT,
    FB_PLAN_FILTER,
    FB_PLAN_UNION,     /* children with equal column types */
    FB_PLAN_WATERMARK, /* the child's rows; one of its columns is event time from here on */
    FB_PLAN_WINDOW, /* the child's columns and one more: each row once per time window it is in */
    FB_PLAN_AGGREGATE, /* one row per group: the keys, then the results of the calls */
    FB_PLAN_SORT,      /* the child's rows in order */
} fb_plan_kind;

/* A streaming relation. The same view used twice gives the same object. */
typedef struct fb_plan_source {
    const fb_source_ops *ops;
    const fb_option_value *options; /* parsed */
    const fb_type *given_schema;    /* or NULL */
    const fb_type *schema;          /* STRUCT of all its columns */
    fb_slice view_name;             /* for messages and EXPLAIN */
    void *user;                     /* fb_source_config.user */
} fb_plan_source;

/* window(time, width, slide, start), checked: width > 0, 0 < slide <= width, |start| < slide. */
typedef struct fb_time_window {
    const fb_expr *time; /* TIMESTAMP or TIMESTAMP_NTZ; rows where it is null are dropped */
    int64_t width_us;
    int64_t slide_us;
    int64_t start_us;
} fb_time_window;

/* An aggregate function of an AGGREGATE node. */
typedef struct fb_plan_call {
    const fb_aggregate_call *call; /* arguments refer to the child's columns */
    const fb_expr *filter;         /* FILTER (WHERE ...): rows that count; NULL: all */
} fb_plan_call;

typedef struct fb_sort_key {
    const fb_expr *expr;
    bool descending;
    bool nulls_last;
} fb_sort_key;

typedef struct fb_plan fb_plan;
struct fb_plan {
    fb_plan_kind kind;
    fb_position position;
    const fb_attribute *output; /* what comes out, in order */
    uint32_t output_count;
    const fb_plan *const *children;
    uint32_t child_count;
    bool is_streaming;

    const fb_plan_source *source; /* SOURCE: output are all its columns */
    uint32_t watermark_column;    /* WATERMARK: position among the columns */
    int64_t delay_ms;             /* WATERMARK: not negative */
    fb_time_window window;        /* WINDOW: its column is the last of the output */
    const fb_plan_call *calls;    /* AGGREGATE: results are output[expr_count..] */
    uint32_t call_count;
    const fb_sort_key *sort_keys; /* SORT */
    uint32_t sort_key_count;
    /* PROJECT: one per output column. AGGREGATE: the keys. FILTER: exprs[0]. VALUES: row by row,
     * foldable. Columns are referred to by attribute id; ordinals are those of the only child's
     * output. */
    const fb_expr *const *exprs;
    uint32_t expr_count;
    uint32_t row_count; /* VALUES */
};

/* What metadata of attributes says (Spark's keys). */
#define FB_METADATA_WATERMARK_DELAY "spark.watermarkDelayMs" /* event time: a number */
#define FB_METADATA_TIME_WINDOW "spark.timeWindow"           /* made by window(): true */

/* Whether the attribute is event time: rows of the column are late or not by a watermark. */
bool fb_attribute_is_event_time(const fb_attribute *attribute);

/* An identity that no column has yet. Any thread. */
uint64_t fb_attribute_new_id(void);

/* The STRUCT of a plan's output. NULL: no memory. */
const fb_type *fb_plan_schema(const fb_plan *plan, fb_arena *arena);

/* --- analysis --- */

/* Looks up what the text names. One per session; calls come from the session's thread. */
typedef struct fb_catalog {
    void *user;
    /* The resolved plan of a view, or NULL. Names compare without case. */
    const fb_plan *(*find_view)(void *user, fb_slice name);
    /* All view names, for suggestions. */
    uint32_t (*view_names)(void *user, const char *const **names);
} fb_catalog;

typedef struct fb_analysis {
    fb_arena *arena; /* where the result lives */
    const fb_catalog *catalog;
    bool ansi;           /* spark.sql.ansi.enabled */
    bool case_sensitive; /* spark.sql.caseSensitive, default false */
    const fb_timezone *timezone;
} fb_analysis;

/* Resolves names (Spark's rules, hidden qualifiers, struct fields), stars, functions, types and
 * coercions; parses and checks source options. Errors are FB_E_ANALYSIS with Spark's condition
 * (UNRESOLVED_COLUMN.WITH_SUGGESTION, TABLE_OR_VIEW_NOT_FOUND, UNRESOLVED_ROUTINE,
 * DATATYPE_MISMATCH.*, AMBIGUOUS_REFERENCE, ...) and err->line and column set. */
fb_status fb_analyze(const fb_analysis *analysis, const fb_raw_plan *raw, const fb_plan **out,
                     fb_error *err) FB_CHECKED;

/* Reads a source with options: the FB_RAW_READ case, for CREATE VIEW USING and read_stream. */
fb_status fb_analyze_read(const fb_analysis *analysis, const fb_raw_plan *read, void *user,
                          const fb_plan **out, fb_error *err) FB_CHECKED;

/* Spark's UnsupportedOperationChecker for streaming queries, and that a batch query has no
 * streaming source. */
fb_status fb_plan_check_streaming(const fb_plan *plan, fb_output_mode mode,
                                  fb_error *err) FB_CHECKED;
fb_status fb_plan_check_batch(const fb_plan *plan, fb_error *err) FB_CHECKED;
/* That no two columns have the same name, as CREATE VIEW asks for. */
fb_status fb_plan_check_names(const fb_plan *plan, bool case_sensitive, fb_arena *arena,
                              fb_error *err) FB_CHECKED;

/* Moves filters below projections and unions and drops what computes unused columns (optimize.c).
 * The result lives in `arena` and refers to nodes of `plan`. */
fb_status fb_plan_optimize(fb_arena *arena, const fb_plan *plan, const fb_plan **out,
                           fb_error *err) FB_CHECKED;

/* EXPLAIN's text. */
fb_status fb_plan_explain(const fb_plan *plan, fb_buf *out, fb_error *err) FB_CHECKED;

#endif
