/* SPDX-License-Identifier: Apache-2.0
 *
 * & | ^ ~ of integers. */
#include "base/status.h"
#include "expr/fn_arithmetic.h"
#include "expr/function_lists.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Bits do not know where values begin: a flat chunk of any integer type is an array of bytes.
 * Constants are repeated before. */
ALWAYS_INLINE void combine(char op, const uint8_t *a, const uint8_t *b, uint8_t *restrict out,
                           size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = op == '&' ? a[i] & b[i] : op == '|' ? a[i] | b[i] : a[i] ^ b[i];
}

static fb_status eval_bits(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    fb_column flat[2];
    for (int i = 0; i < 2; i++)
        if (!fb_column_flatten(&flat[i], eval->arena, &args[i], row_count))
            return fb_eval_nomem(eval);
    size_t bytes = row_count * fb_type_width(self->type);
    switch (self->function->name[0]) {
    case '&':
        combine('&', flat[0].values, flat[1].values, out->values, bytes);
        break;
    case '|':
        combine('|', flat[0].values, flat[1].values, out->values, bytes);
        break;
    default:
        combine('^', flat[0].values, flat[1].values, out->values, bytes);
        break;
    }
    return FB_OK;
}

static fb_status eval_invert(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    const uint8_t *restrict in = args[0].values;
    uint8_t *restrict result = out->values;
    size_t bytes = row_count * fb_type_width(self->type);
    for (size_t i = 0; i < bytes; i++)
        result[i] = (uint8_t)~in[i];
    return FB_OK;
}

static fb_status bind_bits(fb_binder *binder, fb_expr *call)
{
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    if (a->id == FB_TYPE_VOID && b->id == FB_TYPE_VOID)
        FB_TRY(fb_bind_cast_arg(binder, call, 0, fb_type_of(FB_TYPE_INT)));
    FB_TRY(fb_bind_operands(binder, call, "\"INTEGRAL\""));
    const fb_type *type = call->args[0]->type;
    if (!fb_type_equal(type, call->args[1]->type)) return fb_bind_operands_differ(binder, call);
    if (!fb_type_is_integral(type)) return fb_bind_operand_wrong(binder, call, "\"INTEGRAL\"");
    call->type = type;
    call->kernel = eval_bits;
    return FB_OK;
}

static fb_status bind_invert(fb_binder *binder, fb_expr *call)
{
    if (call->args[0]->type->id == FB_TYPE_VOID)
        FB_TRY(fb_bind_cast_arg(binder, call, 0, fb_type_of(FB_TYPE_INT)));
    if (!fb_type_is_integral(call->args[0]->type))
        return fb_bind_type_error(binder, call, 0, "INTEGRAL");
    call->type = call->args[0]->type;
    call->kernel = eval_invert;
    return FB_OK;
}

#define BINARY(symbol, text)                                                            \
    {                                                                                   \
        .name = symbol, .min_args = 2, .max_args = 2, .bind = bind_bits, .usage = text, \
        .null_order = FB_NULLS_SKIP                                                     \
    }

static const fb_function functions[] = {
    BINARY("&", "a & b - bitwise AND"),
    BINARY("|", "a | b - bitwise OR"),
    BINARY("^", "a ^ b - bitwise exclusive OR"),
    {.name = "~",
     .min_args = 1,
     .max_args = 1,
     .bind = bind_invert,
     .usage = "~a - bitwise NOT",
     .null_order = FB_NULLS_SKIP},
};

const fb_function_list fb_functions_bitwise = {functions, sizeof functions / sizeof *functions};
