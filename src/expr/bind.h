/* SPDX-License-Identifier: Apache-2.0
 *
 * Helpers of binders beyond those in expr/function.h. */
#ifndef FB_EXPR_BIND_H
#define FB_EXPR_BIND_H

#include "expr/coerce.h"
#include "expr/function.h"

/* FB_E_ANALYSIS with Spark's condition and a place in the text. */
fb_status fb_bind_fail_at(fb_binder *binder, fb_position position, const char *condition,
                          const char *format, ...) FB_PRINTF(4, 5);
/* DATATYPE_MISMATCH.<condition>: "Cannot resolve "call" due to data type mismatch: ...". */
fb_status fb_bind_mismatch(fb_binder *binder, const fb_expr *call, const char *condition,
                           const char *format, ...) FB_PRINTF(4, 5);
/* WRONG_NUM_ARGS where min_args and max_args cannot say it; `expected` as in "2n (n > 0)". */
fb_status fb_bind_arg_count_error(fb_binder *binder, const fb_expr *call, const char *expected);

/* Replaces argument `index` of a call that is being bound. */
void fb_bind_set_arg(fb_expr *call, uint32_t index, const fb_expr *arg);
/* A cast that coercion needs: like fb_bind_cast, but not printed. */
fb_status fb_bind_implicit_cast(fb_binder *binder, const fb_expr *expr, const fb_type *type,
                                const fb_expr **out) FB_CHECKED;

/* Casts exprs[0..count) to their common type, in place; `call` and `name` are for the message. */
fb_status fb_bind_common_exprs(fb_binder *binder, const fb_expr *call, const fb_expr **exprs,
                               uint32_t count, fb_common_rules rules, const char *name,
                               const fb_type **type) FB_CHECKED;
/* Casts the arguments first..last-1 to their common type; `name` is for the message. */
fb_status fb_bind_common_range(fb_binder *binder, fb_expr *call, uint32_t first, uint32_t last,
                               fb_common_rules rules, const char *name,
                               const fb_type **type) FB_CHECKED;

/* The integer behind a decimal of up to 18 digits, and the decimal of an integer (fn_unscaled.c).
 */
fb_status fb_bind_unscaled_value(fb_binder *binder, const fb_expr *decimal,
                                 const fb_expr **out) FB_CHECKED;
fb_status fb_bind_make_decimal(fb_binder *binder, const fb_expr *value, int precision, int scale,
                               const fb_expr **out) FB_CHECKED;

#endif
