/* SPDX-License-Identifier: Apache-2.0
 *
 * Types of the operands of binary arithmetic, and the errors that arithmetic raises. */
#include "base/status.h"
#include "expr/fn_arithmetic.h"

/* The decimal with just the digits of a literal: 1 + 1.5 is DECIMAL(3,1), not DECIMAL(12,1). */
static const fb_type *literal_decimal(fb_arena *arena, const fb_expr *expr)
{
    int digits = 1;
    for (int64_t rest = fb_column_integer(&expr->literal, 0) / 10; rest; rest /= 10)
        digits++;
    return fb_type_decimal(arena, digits, 0);
}

/* Spark forgot the literals of TINYINT: they are DECIMAL(3,0) as any TINYINT. */
static bool is_integer_literal(const fb_expr *expr)
{
    return expr->kind == FB_EXPR_LITERAL && fb_type_is_integral(expr->type) &&
           expr->type->id != FB_TYPE_TINYINT && !fb_column_is_null(&expr->literal, 0);
}

/* One side is decimal: the other becomes decimal too, or both become double. */
static fb_status bind_with_decimal(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_literals_to_decimal(binder, call));
    for (uint32_t i = 0; i < 2; i++) {
        const fb_expr *arg = call->args[i];
        if (fb_type_is_fractional(arg->type))
            return fb_bind_cast_arg(binder, call, 1 - i, fb_type_of(FB_TYPE_DOUBLE));
        if (arg->type->id == FB_TYPE_DECIMAL) continue;
        const fb_type *decimal = fb_decimal_for(binder->arena, arg->type);
        if (!decimal) return fb_fail_nomem(binder->err, "a type");
        FB_TRY(fb_bind_cast_arg(binder, call, i, decimal));
    }
    return FB_OK;
}

fb_status fb_bind_literals_to_decimal(fb_binder *binder, fb_expr *call)
{
    for (uint32_t i = 0; i < 2; i++) {
        const fb_expr *arg = call->args[i];
        if (call->args[1 - i]->type->id != FB_TYPE_DECIMAL || !is_integer_literal(arg)) continue;
        const fb_type *decimal = literal_decimal(binder->arena, arg);
        if (!decimal) return fb_fail_nomem(binder->err, "a type");
        FB_TRY(fb_bind_cast_arg(binder, call, i, decimal));
    }
    return FB_OK;
}

/* Without ANSI mode, text in arithmetic is a double. */
static fb_status cast_legacy_strings(fb_binder *binder, fb_expr *call)
{
    for (uint32_t i = 0; i < 2 && !binder->ansi; i++)
        if (call->args[i]->type->id == FB_TYPE_STRING)
            FB_TRY(fb_bind_cast_arg(binder, call, i, fb_type_of(FB_TYPE_DOUBLE)));
    return FB_OK;
}

fb_status fb_bind_operands_differ(fb_binder *binder, const fb_expr *call)
{
    return fb_bind_mismatch(binder, call, "BINARY_OP_DIFF_TYPES",
                            "the left and right operands of the binary operator have incompatible "
                            "types (\"%s\" and \"%s\").",
                            fb_type_sql(call->args[0]->type, binder->arena),
                            fb_type_sql(call->args[1]->type, binder->arena));
}

fb_status fb_bind_operand_wrong(fb_binder *binder, const fb_expr *call, const char *allowed)
{
    return fb_bind_mismatch(binder, call, "BINARY_OP_WRONG_TYPE",
                            "the binary operator requires the input type %s, not \"%s\".", allowed,
                            fb_type_sql(call->args[0]->type, binder->arena));
}

bool fb_bind_operands_meet(const fb_binder *binder, const fb_type *a, const fb_type *b)
{
    if (binder->ansi && (a->id == FB_TYPE_STRING || b->id == FB_TYPE_STRING)) return true;
    return fb_type_equal(a, b) || (a->id == FB_TYPE_DECIMAL && b->id == FB_TYPE_DOUBLE) ||
           (a->id == FB_TYPE_DOUBLE && b->id == FB_TYPE_DECIMAL);
}

fb_status fb_bind_operands_refused(fb_binder *binder, const fb_expr *call, const char *allowed)
{
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    return fb_bind_operands_meet(binder, a, b) ? fb_bind_operand_wrong(binder, call, allowed)
                                               : fb_bind_operands_differ(binder, call);
}

fb_status fb_bind_operands(fb_binder *binder, fb_expr *call, const char *allowed)
{
    FB_TRY(cast_legacy_strings(binder, call));
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    if (a->id == FB_TYPE_VOID && b->id == FB_TYPE_VOID) {
        FB_TRY(fb_bind_cast_arg(binder, call, 0, fb_type_of(FB_TYPE_DOUBLE)));
        return fb_bind_cast_arg(binder, call, 1, fb_type_of(FB_TYPE_DOUBLE));
    }
    bool has_decimal = a->id == FB_TYPE_DECIMAL || b->id == FB_TYPE_DECIMAL;
    if (has_decimal && fb_type_is_numeric(a) && fb_type_is_numeric(b)) {
        FB_TRY(bind_with_decimal(binder, call));
        a = call->args[0]->type, b = call->args[1]->type;
        if (a->id == FB_TYPE_DECIMAL && b->id == FB_TYPE_DECIMAL) return FB_OK;
    }
    const fb_type *type =
        fb_common_type_by(binder->arena, binder->ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY, a, b);
    /* Numbers always have a common type. */
    if (!type && fb_type_is_numeric(a) && fb_type_is_numeric(b))
        return fb_fail_nomem(binder->err, "an expression");
    if (!type) return fb_bind_operands_differ(binder, call);
    if (!fb_type_is_numeric(type)) return fb_bind_operands_refused(binder, call, allowed);
    FB_TRY(fb_bind_cast_arg(binder, call, 0, type));
    return fb_bind_cast_arg(binder, call, 1, type);
}

/* --- errors of rows --- */

#define BYPASS "If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error."

fb_status fb_eval_overflow(fb_eval *eval, const fb_expr *self, const char *what,
                           const char *try_function)
{
    if (!try_function) return fb_eval_fail(eval, self, "ARITHMETIC_OVERFLOW", "%s. " BYPASS, what);
    return fb_eval_fail(eval, self, "ARITHMETIC_OVERFLOW",
                        "%s. Use '%s' to tolerate overflow and return NULL instead. " BYPASS, what,
                        try_function);
}

fb_status fb_eval_divide_by_zero(fb_eval *eval, const fb_expr *self)
{
    return fb_eval_fail(eval, self, "DIVIDE_BY_ZERO",
                        "Division by zero. Use `try_divide` to tolerate divisor being 0 and "
                        "return NULL instead. " BYPASS);
}

fb_status fb_eval_remainder_by_zero(fb_eval *eval, const fb_expr *self)
{
    return fb_eval_fail(eval, self, "REMAINDER_BY_ZERO",
                        "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return "
                        "NULL instead. " BYPASS);
}
