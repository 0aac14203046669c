/* SPDX-License-Identifier: Apache-2.0
 *
 * What the arithmetic operators share: modes, operand types, errors. */
#ifndef FB_EXPR_FN_ARITHMETIC_H
#define FB_EXPR_FN_ARITHMETIC_H

#include "expr/bind.h"

/* What happens to a row that has no result. */
typedef enum fb_arithmetic_mode {
    FB_MODE_ANSI,   /* an error */
    FB_MODE_LEGACY, /* integers wrap, decimals and divisions by zero give null */
    FB_MODE_TRY,    /* null */
} fb_arithmetic_mode;

static inline fb_arithmetic_mode fb_arithmetic_mode_of(const fb_binder *binder, const fb_expr *call)
{
    if (fb_slice_starts_with(fb_slice_of(call->function->name), FB_SLICE("try_")))
        return FB_MODE_TRY;
    return binder->ansi ? FB_MODE_ANSI : FB_MODE_LEGACY;
}

/* A try_ call whose operands are not both numbers, asked before they are cast. */
static inline bool fb_bind_is_broad_try(const fb_expr *call)
{
    return fb_slice_starts_with(fb_slice_of(call->function->name), FB_SLICE("try_")) &&
           !(fb_type_is_numeric(call->args[0]->type) && fb_type_is_numeric(call->args[1]->type));
}

/* Brings both operands of a binary operator to one type by Spark's rules for arithmetic: a
 * numeric type, or two decimals of different precision, which stay as they are. `allowed` is for
 * the message: ("DOUBLE" or "DECIMAL"). */
fb_status fb_bind_operands(fb_binder *binder, fb_expr *call, const char *allowed) FB_CHECKED;
/* An integer literal beside a decimal becomes a decimal of just its digits. */
fb_status fb_bind_literals_to_decimal(fb_binder *binder, fb_expr *call) FB_CHECKED;
/* The two errors of operands. */
fb_status fb_bind_operands_differ(fb_binder *binder, const fb_expr *call);
fb_status fb_bind_operand_wrong(fb_binder *binder, const fb_expr *call, const char *allowed);
/* True when Spark casts both operands to one type, whatever the operator then thinks of it. */
bool fb_bind_operands_meet(const fb_binder *binder, const fb_type *a, const fb_type *b);
/* Of the two errors the one that Spark raises for the operands as they are. */
fb_status fb_bind_operands_refused(fb_binder *binder, const fb_expr *call, const char *allowed);

/* Binds + - * / % div of decimals (fn_decimal.c); the operands are decimals. */
fb_status fb_bind_decimal_arithmetic(fb_binder *binder, fb_expr *call) FB_CHECKED;
/* Binds -a, or |a| when `absolute`, of the decimal type that the call has. */
void fb_bind_decimal_sign(fb_expr *call, bool absolute);

/* Lets a bound try_ call give null for every row in which an operand fails, too (try_eval.c): so
 * does Spark where not both operands were numbers. */
fb_status fb_bind_try(fb_binder *binder, fb_expr *call) FB_CHECKED;

fb_status fb_eval_overflow(fb_eval *eval, const fb_expr *self, const char *what,
                           const char *try_function);
fb_status fb_eval_divide_by_zero(fb_eval *eval, const fb_expr *self);
fb_status fb_eval_remainder_by_zero(fb_eval *eval, const fb_expr *self);

/* An integer of any width, sign-extended. */
static inline int64_t fb_column_integer(const fb_column *column, size_t row)
{
    size_t index = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        return column->int8s[index];
    case FB_TYPE_SMALLINT:
        return column->int16s[index];
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        return column->int32s[index];
    default:
        return column->int64s[index];
    }
}

#endif
