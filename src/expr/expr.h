/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed, bound expressions over the columns of a chunk, and their evaluation.
 *
 * An expression tree is immutable after binding, lives in the arena of its plan and may be
 * evaluated by many threads at once, each with an fb_eval of its own.
 *
 * Division of work: `bind` (once per query) checks types, inserts casts and picks a kernel;
 * a kernel (once per chunk) loops over rows without branching on type. */
#ifndef FB_EXPR_EXPR_H
#define FB_EXPR_EXPR_H

#include "base/arena.h"
#include "data/chunk.h"
#include "env/timezone.h"

typedef struct fb_expr fb_expr;
typedef struct fb_eval fb_eval;
typedef struct fb_function fb_function;

typedef enum fb_expr_kind {
    FB_EXPR_COLUMN,  /* a column of the input, found by attribute identity, then by ordinal */
    FB_EXPR_LITERAL, /* a constant column */
    FB_EXPR_CALL,    /* a function (operators and CAST included) applied to arguments */
} fb_expr_kind;

/* Computes a call for `row_count` rows. `args` are the evaluated arguments, each flat or
 * constant; when all of them are constant and the function is deterministic, row_count is 1 and
 * the caller makes the result constant. `out->type` is set; the kernel sets the rest (usually
 * starting with fb_eval_output). */
typedef fb_status (*fb_kernel)(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out);

/* Computes a call that decides itself for which rows its arguments are evaluated (AND, CASE,
 * COALESCE, ...): an argument that is not reached for a row must not fail on it. */
typedef fb_status (*fb_lazy_kernel)(const fb_expr *self, fb_eval *eval, const fb_chunk *input,
                                    fb_column *out);

/* Place in the SQL text; line 0 when the expression was not written in SQL. */
typedef struct fb_position {
    uint32_t line, column; /* counted from 1; columns are characters */
    uint32_t length;       /* characters to underline; 0: unknown */
} fb_position;

struct fb_expr {
    fb_expr_kind kind;
    const fb_type *type;
    bool nullable;
    bool deterministic; /* same input, same output, within one batch */
    bool can_fail;      /* evaluation may raise an error for some row */
    bool is_implicit;   /* a cast that coercion put in; not printed */
    fb_position position;

    /* FB_EXPR_COLUMN */
    uint64_t attribute_id;
    uint32_t ordinal; /* in the input chunk; set by fb_expr_resolve_ordinals */
    fb_slice name;    /* also of struct fields asked for by name */

    /* FB_EXPR_LITERAL: a constant column, memory in the plan's arena */
    fb_column literal;

    /* FB_EXPR_CALL */
    const fb_function *function;
    const fb_expr *const *args;
    uint32_t arg_count;
    fb_kernel kernel; /* one of the two is set */
    fb_lazy_kernel lazy_kernel;
    const void *state; /* what bind prepared for the kernel; immutable */
};

/* Facts that hold for a whole batch; shared by all tasks. */
typedef struct fb_eval_context {
    int64_t batch_timestamp_us;  /* current_timestamp(), whole milliseconds */
    const fb_timezone *timezone; /* session time zone */
} fb_eval_context;

/* One thread's evaluation. */
struct fb_eval {
    const fb_eval_context *context;
    fb_arena *arena; /* results live here until its owner resets it */
    fb_error *err;
};

/* The value of `expr` for each row of `input`: a flat column of input->row_count rows, or a
 * constant one. Borrows memory of `input` and of eval->arena. */
fb_status fb_expr_eval(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                       fb_column *out) FB_CHECKED;

/* The value for the rows `rows[0..row_count)` of `input` only (nothing else is computed or may
 * fail), as a flat or constant column of row_count rows. The rows ascend. */
fb_status fb_expr_eval_rows(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                            const uint32_t *rows, uint32_t row_count, fb_column *out) FB_CHECKED;

/* Evaluates a BOOLEAN expression; `rows` (room for input->row_count) receives the indexes of the
 * rows for which it is true. */
fb_status fb_expr_select(const fb_expr *expr, fb_eval *eval, const fb_chunk *input, uint32_t *rows,
                         uint32_t *row_count) FB_CHECKED;

/* True when the expression refers to no column and is deterministic. */
bool fb_expr_is_foldable(const fb_expr *expr);

/* Makes the tree refer to chunk columns: every FB_EXPR_COLUMN below gets the position of its
 * attribute in `attribute_ids`. Changes the tree, so before sharing it. Asserts that all exist. */
void fb_expr_resolve_ordinals(fb_expr *expr, const uint64_t *attribute_ids, uint32_t count);

/* --- for kernels --- */

/* Allocates out->values for row_count rows of out->type. */
fb_status fb_eval_output(fb_eval *eval, size_t row_count, fb_column *out) FB_CHECKED;

/* out->validity = rows in which no argument is null (shared or fresh memory; NULL when no
 * argument has nulls). The usual start of a null-intolerant kernel, after fb_eval_output. */
fb_status fb_eval_merge_validity(fb_eval *eval, const fb_column *args, uint32_t arg_count,
                                 size_t row_count, fb_column *out) FB_CHECKED;

/* Gives `out` a validity bitmap of its own, equal to the one it has; before a kernel clears bits
 * with fb_bits_clear, since fb_eval_merge_validity may have shared an argument's. */
fb_status fb_eval_own_validity(fb_eval *eval, size_t row_count, fb_column *out) FB_CHECKED;

/* A string of the evaluation's arena with these bytes. For single values; kernels over rows take
 * one block for a chunk. */
fb_status fb_eval_string(fb_eval *eval, fb_slice text, fb_string *out) FB_CHECKED;

/* Raises Spark's error `condition` for a row of `self`; the message is Spark's, the place in the
 * SQL text is added. Returns FB_E_COMPUTE. */
fb_status fb_eval_fail(fb_eval *eval, const fb_expr *self, const char *condition,
                       const char *format, ...) FB_PRINTF(4, 5);
fb_status fb_eval_nomem(fb_eval *eval);

#endif
