/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimals up to 18 digits as the integers that they are, and back. Spark's optimizer computes sums
 * and averages of small decimals this way; no function of SQL is called so. */
#include "data/decimal.h"
#include "expr/bind.h"
#include "expr/kernel.h"

static fb_status eval_unscaled(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    (void)self;
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t i = 0; i < row_count; i++)
        out->int64s[i] = args[0].int64s[fb_column_index(&args[0], i)];
    return fb_eval_merge_validity(eval, args, 1, row_count, out);
}

static fb_status bind_unscaled(fb_binder *binder, fb_expr *call)
{
    (void)binder;
    FB_ASSERT(fb_type_is_long_decimal(call->args[0]->type));
    call->type = fb_type_of(FB_TYPE_BIGINT);
    call->kernel = eval_unscaled;
    return FB_OK;
}

/* The state: whether what does not fit is an error (ANSI) or NULL. */
static fb_status eval_make(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    bool is_owned = false;
    for (size_t i = 0; i < row_count; i++) {
        out->int64s[i] = args[0].int64s[fb_column_index(&args[0], i)];
        if (fb_decimal_fits(out->int64s[i], self->type->precision)) continue;
        if (fb_column_is_null(out, i)) {
            out->int64s[i] = 0;
            continue;
        }
        if (self->state)
            return fb_eval_fail(eval, self, "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
                                "A sum cannot be represented as DECIMAL(%d, %d).",
                                self->type->precision, self->type->scale);
        if (!is_owned) FB_TRY(fb_eval_own_validity(eval, row_count, out));
        is_owned = true;
        fb_bits_clear(out->validity, i);
        out->int64s[i] = 0;
    }
    return FB_OK;
}

static fb_status bind_make(fb_binder *binder, fb_expr *call)
{
    static const char ansi;
    int precision = call->args[1]->literal.int32s[0], scale = call->args[2]->literal.int32s[0];
    FB_ASSERT(call->args[0]->type->id == FB_TYPE_BIGINT);
    call->type = fb_type_decimal(binder->arena, precision, scale);
    if (!call->type) return fb_fail_nomem(binder->err, "a type");
    call->nullable |= !binder->ansi;
    call->can_fail |= binder->ansi;
    call->state = binder->ansi ? &ansi : NULL;
    call->kernel = eval_make;
    return FB_OK;
}

static const fb_function unscaled_value = {
    .name = "UnscaledValue", .min_args = 1, .max_args = 1, .bind = bind_unscaled};
static const fb_function make_decimal = {
    .name = "MakeDecimal", .min_args = 3, .max_args = 3, .bind = bind_make};

fb_status fb_bind_unscaled_value(fb_binder *binder, const fb_expr *decimal, const fb_expr **out)
{
    fb_expr *call;
    FB_TRY(fb_bind_call(binder, &unscaled_value, &decimal, 1, decimal->position, &call));
    *out = call;
    return FB_OK;
}

fb_status fb_bind_make_decimal(fb_binder *binder, const fb_expr *value, int precision, int scale,
                               const fb_expr **out)
{
    fb_expr *call;
    const fb_expr *args[] = {value, fb_expr_literal_int(binder->arena, precision),
                             fb_expr_literal_int(binder->arena, scale)};
    if (!args[1] || !args[2]) return fb_fail_nomem(binder->err, "an expression");
    FB_TRY(fb_bind_call(binder, &make_decimal, args, 3, value->position, &call));
    *out = call;
    return FB_OK;
}
