/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of scalar functions, operators and casts included, and what their binders need.
 *
 * A function is one entry: name, argument count, `bind`. Files fn_*.c each export one array of
 * entries; function.c lists the arrays. Operators are functions with their symbol as name:
 * + - * / % div  = <=> <> < <= > >=  and or not  & | ^ ~  ||, and isnull isnotnull in like between
 * case_when get_field positive negative. */
#ifndef FB_EXPR_FUNCTION_H
#define FB_EXPR_FUNCTION_H

#include "expr/expr.h"

enum { FB_ARGS_ANY = 255 };

typedef struct fb_signature fb_signature;

/* Whether an argument is evaluated for a row in which an earlier one is null: shows only where
 * that argument fails. */
typedef enum fb_null_order {
    FB_NULLS_SKIP,         /* no, from left to right: nearly all of Spark's functions */
    FB_NULLS_SKIP_REVERSE, /* no, from right to left: divisions look at the divisor first */
    FB_NULLS_EVALUATED,    /* yes: a null argument does not make the result null */
} fb_null_order;

/* What binding may use; one per analysis, one thread. */
typedef struct fb_binder {
    fb_arena *arena;             /* expressions and types are made here */
    bool ansi;                   /* spark.sql.ansi.enabled */
    bool case_sensitive;         /* spark.sql.caseSensitive, for names of struct fields */
    const fb_timezone *timezone; /* session time zone, for casts of literals */
    fb_error *err;
} fb_binder;

struct fb_function {
    const char *name;           /* lower case */
    uint8_t min_args, max_args; /* FB_ARGS_ANY: no maximum */
    /* Checks `call->args` (bound, typed), replaces them where they need a cast, and sets
     * call->type, nullable, can_fail, kernel or lazy_kernel, state. `deterministic`, `function`
     * and `position` are set before; `nullable` and `can_fail` come in as "any argument's". */
    fb_status (*bind)(fb_binder *binder, fb_expr *call);
    const char *usage; /* one line for help: "substring(str, pos[, len]) - ..." */
    bool volatile_;    /* not deterministic */
    fb_null_order null_order;
    const fb_signature *signature; /* where bind is fb_bind_signature (expr/signature.h) */
};

typedef struct fb_function_list {
    const fb_function *functions;
    uint32_t count;
} fb_function_list;

/* All lists, for help and nearest-name suggestions. */
const fb_function_list *const *fb_function_lists(uint32_t *count);
const fb_function *fb_function_find(fb_slice name); /* without case; NULL: none */
/* The function whose name is nearest to a misspelt one, or NULL. */
const char *fb_function_nearest(fb_slice name);

/* A call of `function`, bound. Checks the number of arguments. */
fb_status fb_bind_call(fb_binder *binder, const fb_function *function, const fb_expr *const *args,
                       uint32_t arg_count, fb_position position, fb_expr **out) FB_CHECKED;
/* The same by name (an operator or function that exists: asserted). */
fb_status fb_bind_named(fb_binder *binder, const char *name, const fb_expr *const *args,
                        uint32_t arg_count, fb_position position, fb_expr **out) FB_CHECKED;

/* Explicit CAST (try_cast when `is_try`) to `type`; fails with
 * DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION (or CAST_WITH_CONF_SUGGESTION) where Spark does not
 * allow it. The same expression when the type is already equal. */
fb_status fb_bind_cast(fb_binder *binder, const fb_expr *expr, const fb_type *type, bool is_try,
                       fb_position position, const fb_expr **out) FB_CHECKED;
/* Implicit cast of argument `index` of `call` to `type`, where Spark's (ANSI) coercion allows
 * it; otherwise DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE. */
fb_status fb_bind_coerce(fb_binder *binder, fb_expr *call, uint32_t index,
                         const fb_type *type) FB_CHECKED;
/* Replaces argument `index` by its cast to `type` without asking the implicit rules. */
fb_status fb_bind_cast_arg(fb_binder *binder, fb_expr *call, uint32_t index,
                           const fb_type *type) FB_CHECKED;

/* Spark's least common type (ANSI: TypeCoercion "findWiderTypeForTwo" family) of two types for
 * comparison, CASE, COALESCE, IN, UNION, greatest; NULL when there is none. */
const fb_type *fb_common_type(fb_arena *arena, const fb_type *a, const fb_type *b);
/* The tightest DECIMAL that holds all values of an integral type. */
const fb_type *fb_decimal_for(fb_arena *arena, const fb_type *type);

/* Casts all arguments from `first` on to their common type and returns it in `*type`; fails with
 * DATATYPE_MISMATCH.DATA_DIFF_TYPES when there is none. */
fb_status fb_bind_common_args(fb_binder *binder, fb_expr *call, uint32_t first,
                              const fb_type **type) FB_CHECKED;

/* DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE in Spark's words. `required_type` is a type's name, or
 * a choice with the quotes in it: ("DOUBLE" or "FLOAT"). */
fb_status fb_bind_type_error(fb_binder *binder, const fb_expr *call, uint32_t arg_index,
                             const char *required_type);

/* Evaluates a foldable expression once; the literal keeps type, position. */
fb_status fb_expr_fold(fb_binder *binder, const fb_eval_context *context, const fb_expr *expr,
                       const fb_expr **out) FB_CHECKED;

fb_expr *fb_expr_literal_null(fb_arena *arena, const fb_type *type);
fb_expr *fb_expr_literal_int(fb_arena *arena, int32_t value);
fb_expr *fb_expr_literal_string(fb_arena *arena, fb_slice text);

/* SQL text of an expression as Spark prints it in messages and EXPLAIN: (a + 1),
 * CAST(x AS STRING). Appends. */
void fb_expr_print(const fb_expr *expr, fb_buf *out);

#endif
