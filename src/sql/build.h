/* SPDX-License-Identifier: Apache-2.0
 *
 * What the grammar's actions call: makers of the trees of plan/raw.h.
 *
 * After the first failure (syntax, limits, no memory) `status` is set, the makers return empty
 * values without looking at their arguments, and the driver stops at the next token. */
#ifndef FB_SQL_BUILD_H
#define FB_SQL_BUILD_H

#include "base/arena.h"
#include "plan/raw.h"
#include "sql/lexer.h"

enum {
    /* Trees are walked recursively: a bound keeps every walk within a thread's stack. */
    FB_SQL_MAX_DEPTH = 600,
    FB_SQL_MAX_CTES = 64,
    /* Every option is compared with those before it. */
    FB_SQL_MAX_OPTIONS = 1000,
    FB_SQL_MAX_OPTION_NAME_BYTES = 1000,
    /* An entry of WITH is put in wherever it is named: a short text may mean a huge query. */
    FB_SQL_MAX_PLAN_NODES = 20000,
};

typedef struct fb_sql_vector {
    void *items;
    uint32_t count, capacity;
} fb_sql_vector;

/* Where something is written. `text` runs from its first to its last byte. */
typedef struct fb_sql_span {
    fb_slice text;
    uint32_t line, column;
} fb_sql_span;

typedef struct fb_sql_expr {
    const fb_raw_expr *node;
    fb_sql_span span; /* parentheses included, unlike node->text */
    uint32_t depth;
} fb_sql_expr;

typedef struct fb_sql_plan {
    const fb_raw_plan *node;
    uint32_t depth;
    uint32_t size; /* nodes, entries of WITH counted wherever they are named */
} fb_sql_plan;

/* Expressions separated by commas. */
typedef struct fb_sql_exprs {
    fb_sql_vector nodes; /* of const fb_raw_expr * */
    uint32_t depth;      /* of the deepest */
    uint32_t row_width;  /* rows of VALUES: expressions per row */
} fb_sql_exprs;

/* GROUP BY ... */
typedef struct fb_sql_groups {
    fb_sql_exprs exprs;
    bool is_given;
} fb_sql_groups;

/* ORDER BY ... */
typedef struct fb_sql_sort {
    fb_sql_token at;
    fb_sql_vector keys; /* of fb_raw_sort_key; empty: none */
} fb_sql_sort;

/* A number of an INTERVAL with its unit, or a text with two. */
typedef struct fb_sql_interval_part {
    fb_slice value;
    fb_sql_span span; /* of the value */
    bool is_string;
    bool is_negative;      /* a minus stands before it */
    fb_sql_token from, to; /* units; the second has kind 0 where there is one */
} fb_sql_interval_part;

typedef struct fb_sql_interval {
    fb_interval value;
    fb_sql_span span;
} fb_sql_interval;

/* WATERMARK column DELAY OF delay */
typedef struct fb_sql_watermark {
    fb_sql_token at; /* kind 0: none */
    fb_sql_expr column;
    fb_sql_interval delay;
} fb_sql_watermark;

/* What may stand behind the parentheses of a call. */
typedef struct fb_sql_tail {
    fb_sql_expr filter;
    bool ignores_nulls, respects_nulls;
    fb_sql_token end; /* its last token; kind 0: nothing stands there */
} fb_sql_tail;

typedef struct fb_sql_alias {
    fb_slice name;         /* empty: none */
    fb_sql_vector columns; /* of fb_slice */
    fb_sql_span span;
} fb_sql_alias;

/* A column of CREATE VIEW (...): a new name for AS, a field for USING. */
typedef struct fb_sql_field {
    fb_slice name;
    const fb_type *type; /* NULL: only a name was given */
    bool is_not_null;
    fb_slice comment;
    fb_sql_span span;
} fb_sql_field;

typedef struct fb_sql_cte {
    fb_slice name;
    fb_sql_plan plan;
} fb_sql_cte;

typedef struct fb_sql_build {
    fb_arena *arena;
    const char *file;
    fb_slice text; /* the whole script */
    fb_error *err;
    fb_status status;
    fb_sql_token token;               /* the one that the parser is at */
    bool is_stuck;                    /* the grammar met a token that does not fit */
    fb_sql_cte ctes[FB_SQL_MAX_CTES]; /* visible names, innermost last */
    uint32_t cte_count;
    fb_sql_token sized_string; /* the first CHAR or VARCHAR of the text, which means STRING */
    /* Results; which one is set depends on what was asked for. */
    fb_statement *statement;
    const fb_raw_expr *expression;
    fb_raw_sort_key sort_key;
    const fb_type *type;
} fb_sql_build;

/* --- errors (errors.c) --- */

fb_status fb_sql_fail(fb_sql_build *sql, fb_sql_span at, fb_status status, const char *condition,
                      const char *format, ...) FB_PRINTF(5, 6);
fb_status fb_sql_fail_nomem(fb_sql_build *sql);
/* `feature` is Spark's, but not Forebay's. */
void fb_sql_unsupported(fb_sql_build *sql, fb_sql_token at, const char *feature);

/* --- places --- */

fb_sql_span fb_sql_token_span(fb_sql_token token);
fb_sql_span fb_sql_join(fb_sql_span first, fb_sql_span last);
fb_position fb_sql_position(fb_sql_span span);

/* --- vectors --- */

/* Appends a copy of `*item`. */
fb_sql_vector fb_sql_append(fb_sql_build *sql, fb_sql_vector vector, const void *item,
                            size_t size_bytes);
fb_sql_exprs fb_sql_add_expr(fb_sql_build *sql, fb_sql_exprs list, fb_sql_expr expr);
fb_sql_exprs fb_sql_prepend(fb_sql_build *sql, fb_sql_expr first, fb_sql_exprs rest);

/* --- names and literals (literal.c) --- */

fb_slice fb_sql_ident(fb_sql_build *sql, fb_sql_token token); /* without backquotes */
/* The value of a STRING token: quotes off, escapes resolved. */
fb_slice fb_sql_string(fb_sql_build *sql, fb_sql_token token);
fb_slice fb_sql_concat(fb_sql_build *sql, fb_slice a, fb_slice b);
/* A key or value of OPTIONS, a string. */
typedef struct fb_sql_text {
    fb_slice value;
    fb_sql_span span;
} fb_sql_text;
/* 'a' 'b' is one string: its parts, joined at the end. */
typedef struct fb_sql_strings {
    fb_sql_vector parts; /* of fb_slice */
    fb_sql_span span;
} fb_sql_strings;
fb_sql_strings fb_sql_add_string(fb_sql_build *sql, fb_sql_strings list, fb_sql_token string);
fb_sql_text fb_sql_join_strings(fb_sql_build *sql, fb_sql_strings list);
fb_sql_expr fb_sql_string_literal(fb_sql_build *sql, fb_sql_span span, fb_slice value);
fb_sql_expr fb_sql_number(fb_sql_build *sql, fb_sql_token number, const fb_sql_token *minus);
fb_sql_expr fb_sql_bool(fb_sql_build *sql, fb_sql_token token, bool value);
fb_sql_expr fb_sql_null(fb_sql_build *sql, fb_sql_token token);
/* DATE '...', X'...', and so on. */
fb_sql_expr fb_sql_typed_literal(fb_sql_build *sql, fb_sql_token type, fb_slice value,
                                 fb_sql_span span);

/* --- expressions (expression.c) --- */

/* `depth`: 1 for a leaf. */
fb_sql_expr fb_sql_node(fb_sql_build *sql, fb_sql_span span, uint32_t depth, fb_raw_expr node);

fb_sql_expr fb_sql_name(fb_sql_build *sql, fb_sql_token token);
fb_sql_expr fb_sql_member(fb_sql_build *sql, fb_sql_expr base, fb_sql_token name);
fb_sql_expr fb_sql_star(fb_sql_build *sql, const fb_sql_expr *base, fb_sql_token star);
/* A call that the source text spells in some other way than name(args). */
fb_sql_expr fb_sql_call(fb_sql_build *sql, const char *name, fb_sql_span span,
                        const fb_sql_expr *args, uint32_t arg_count);
fb_sql_expr fb_sql_binary(fb_sql_build *sql, const char *name, fb_sql_expr a, fb_sql_expr b);
/* a AND b AND ...: a tree that Spark balances too. `operands`: of fb_sql_expr, at least one. */
fb_sql_expr fb_sql_balance(fb_sql_build *sql, const char *name, fb_sql_vector operands);
fb_sql_expr fb_sql_unary(fb_sql_build *sql, const char *name, fb_sql_token op, fb_sql_expr a);
/* name(args) as written; `base` must be a name. */
fb_sql_expr fb_sql_function(fb_sql_build *sql, fb_sql_expr base, fb_sql_exprs args,
                            bool is_distinct, fb_sql_token open, fb_sql_token close,
                            fb_sql_tail tail);
/* first(a IGNORE NULLS), a form that three functions have. */
fb_sql_expr fb_sql_ignoring_function(fb_sql_build *sql, fb_sql_expr base, fb_sql_expr arg,
                                     fb_sql_token open, fb_sql_token ignore, fb_sql_token close);
fb_sql_expr fb_sql_keyword_function(fb_sql_build *sql, fb_sql_token name, fb_sql_exprs args,
                                    fb_sql_token close);
/* `a` [NOT] name ...: the call, negated when `is_not`. */
fb_sql_expr fb_sql_negate(fb_sql_build *sql, fb_sql_expr expr, bool is_not);
fb_sql_expr fb_sql_in(fb_sql_build *sql, fb_sql_expr value, fb_sql_exprs list, fb_sql_token close,
                      bool is_not);
fb_sql_expr fb_sql_cast(fb_sql_build *sql, fb_sql_span span, fb_sql_expr expr, const fb_type *type,
                        bool is_try);
/* `whens`: condition, value, condition, value, ... */
fb_sql_expr fb_sql_case(fb_sql_build *sql, fb_sql_span span, const fb_sql_expr *subject,
                        fb_sql_exprs whens, const fb_sql_expr *otherwise);
/* (a, b, ...) */
fb_sql_expr fb_sql_row(fb_sql_build *sql, fb_sql_span span, fb_sql_exprs items);
fb_sql_expr fb_sql_paren(fb_sql_expr inner, fb_sql_token open, fb_sql_token close);
fb_sql_expr fb_sql_aliased(fb_sql_build *sql, fb_sql_expr expr, fb_sql_token alias);
fb_sql_expr fb_sql_trim(fb_sql_build *sql, fb_sql_span span, const fb_sql_token *side,
                        const fb_sql_expr *what, fb_sql_expr from);

/* --- intervals (interval.c) --- */

/* `parts`: of fb_sql_interval_part, at least one. */
fb_sql_interval fb_sql_interval_of(fb_sql_build *sql, fb_sql_token at, fb_sql_vector parts);
/* INTERVAL '1 day 2 hours' */
fb_sql_interval fb_sql_interval_text(fb_sql_build *sql, fb_sql_token at, fb_sql_text text);
fb_sql_expr fb_sql_interval_literal(fb_sql_build *sql, fb_sql_interval interval);
/* False, and an error, when the delay of a watermark is negative. */
bool fb_sql_check_delay(fb_sql_build *sql, fb_sql_interval delay);

/* --- types (types.c) --- */

/* False, and an error, when the text names CHAR(n) or VARCHAR(n), which a schema must not hold. */
bool fb_sql_check_schema_type(fb_sql_build *sql);
/* A type by name, with up to two numbers in parentheses. */
const fb_type *fb_sql_named_type(fb_sql_build *sql, fb_sql_token name, const fb_sql_token *numbers,
                                 uint32_t number_count);
const fb_type *fb_sql_generic_type(fb_sql_build *sql, fb_sql_token name, const fb_type *const *args,
                                   uint32_t arg_count);
/* `fields`: of fb_sql_field. */
const fb_type *fb_sql_struct_type(fb_sql_build *sql, fb_sql_vector fields);

/* --- plans and statements (query.c, statement.c) --- */

fb_sql_plan fb_sql_one_row(fb_sql_build *sql, fb_sql_token at);
fb_sql_exprs fb_sql_add_row(fb_sql_build *sql, fb_sql_exprs rows, fb_sql_expr row, bool is_first);
fb_sql_plan fb_sql_values(fb_sql_build *sql, fb_sql_token at, fb_sql_exprs rows,
                          fb_sql_alias alias);
/* `name` must be a name; it may stand for an entry of WITH. */
fb_sql_plan fb_sql_table(fb_sql_build *sql, fb_sql_expr name, bool is_stream);
fb_sql_plan fb_sql_subquery(fb_sql_build *sql, fb_sql_plan plan, fb_sql_alias alias);
/* A query in parentheses: what it reads gives no qualifiers to who reads it. */
fb_sql_plan fb_sql_hide(fb_sql_build *sql, fb_sql_plan plan);
fb_sql_plan fb_sql_select(fb_sql_build *sql, fb_sql_token at, fb_sql_exprs items, fb_sql_plan from,
                          const fb_sql_expr *where, fb_sql_groups groups,
                          const fb_sql_expr *having);
fb_sql_plan fb_sql_distinct(fb_sql_build *sql, fb_sql_token at, fb_sql_plan plan);
/* `plan` itself where there is nothing to do. */
fb_sql_plan fb_sql_sorted(fb_sql_build *sql, fb_sql_plan plan, fb_sql_sort sort);
fb_sql_plan fb_sql_watermarked(fb_sql_build *sql, fb_sql_plan plan, fb_sql_watermark watermark);
fb_sql_plan fb_sql_union(fb_sql_build *sql, fb_sql_token at, fb_sql_plan a, fb_sql_plan b);
/* `first`: where the names of this WITH begin in sql->ctes. */
void fb_sql_add_cte(fb_sql_build *sql, uint32_t first, fb_sql_token name, fb_sql_vector columns,
                    fb_sql_plan plan, fb_sql_span span);

typedef struct fb_sql_target {
    fb_sql_token name, format;
    bool or_replace, if_not_exists;
    fb_sql_vector fields;  /* of fb_sql_field */
    fb_sql_vector options; /* of fb_option */
} fb_sql_target;

fb_statement *fb_sql_select_statement(fb_sql_build *sql, fb_sql_plan plan);
fb_statement *fb_sql_view_using(fb_sql_build *sql, fb_sql_target target);
fb_statement *fb_sql_view_as(fb_sql_build *sql, fb_sql_target target, fb_sql_plan plan);
fb_statement *fb_sql_stream_table(fb_sql_build *sql, fb_sql_target target, fb_sql_plan plan);
fb_statement *fb_sql_explain(fb_sql_build *sql, fb_sql_token at, fb_statement *explained,
                             bool is_extended);
fb_sql_vector fb_sql_add_option(fb_sql_build *sql, fb_sql_vector options, fb_sql_text key,
                                fb_sql_text value);
fb_sql_text fb_sql_dotted(fb_sql_build *sql, fb_sql_text key, fb_sql_token part);
/* SET and RESET, whose text is not made of tokens. */
fb_status fb_sql_parse_setting(fb_sql_build *sql, fb_sql_span text, fb_statement *out);

/* --- the generated grammar --- */

typedef enum fb_sql_goal {
    FB_SQL_STATEMENT,
    FB_SQL_EXPRESSION,
    FB_SQL_SORT_KEY,
    FB_SQL_SCHEMA
} fb_sql_goal;

fb_status fb_sql_run_grammar(fb_sql_build *sql, fb_sql_goal goal, const fb_sql_token *tokens,
                             uint32_t count);

/* Token kinds that may come after tokens[0..count); kinds[] has room for `capacity`. */
uint32_t fb_sql_expected(fb_sql_goal goal, const fb_sql_token *tokens, uint32_t count,
                         uint16_t *kinds, uint32_t capacity);
/* Whether tokens[0..count), then `kind`, then `next`, would be accepted so far. */
bool fb_sql_would_accept(fb_sql_goal goal, const fb_sql_token *tokens, uint32_t count,
                         uint16_t kind, const fb_sql_token *next);
/* Reports the token at `index` as the one that does not fit. */
void fb_sql_syntax_error(fb_sql_build *sql, fb_sql_goal goal, const fb_sql_token *tokens,
                         uint32_t index);

#endif
