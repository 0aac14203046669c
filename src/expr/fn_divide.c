/* SPDX-License-Identifier: Apache-2.0
 *
 * / div % and their try_ forms. / is a division of doubles unless a decimal takes part; div and %
 * stay with integers. */
#include "base/divider.h"
#include "base/status.h"
#include "expr/fn_arithmetic.h"
#include "expr/function_lists.h"
#include "expr/kernel_arithmetic.h"

#include <math.h>

static fb_arithmetic_mode mode_of(const fb_expr *self)
{
    return *(const fb_arithmetic_mode *)self->state;
}

static bool is_remainder(const fb_expr *self)
{
    fb_slice name = fb_slice_of(self->function->name);
    return fb_slice_is(name, "%") || fb_slice_is(name, "mod") || fb_slice_is(name, "try_mod");
}

static bool is_zero(const fb_column *column, size_t row)
{
    size_t index = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_FLOAT:
        return column->floats[index] == 0;
    case FB_TYPE_DOUBLE:
        return column->doubles[index] == 0;
    default:
        return fb_column_integer(column, row) == 0;
    }
}

/* Some divisor, perhaps of a null row, is zero. */
static fb_status settle_zeros(const fb_expr *self, fb_eval *eval, const fb_column *divisor,
                              size_t row_count, fb_column *out)
{
    bool owned = false;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(out, i) || !is_zero(divisor, i)) continue;
        if (mode_of(self) == FB_MODE_ANSI)
            return is_remainder(self) ? fb_eval_remainder_by_zero(eval, self)
                                      : fb_eval_divide_by_zero(eval, self);
        if (!owned) FB_TRY(fb_eval_own_validity(eval, row_count, out));
        owned = true;
        fb_bits_clear(out->validity, i);
    }
    return FB_OK;
}

static fb_status eval_divide(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    bool many = row_count > 1;
    bool zeros = fb_divide_doubles(args[0].doubles, many && args[0].is_constant, args[1].doubles,
                                   many && args[1].is_constant, out->doubles, row_count);
    return zeros ? settle_zeros(self, eval, &args[1], row_count, out) : FB_OK;
}

/* --- integers --- */

/* What div and % share: divisors that the machine cannot take (0, and -1 for the least value) are
 * replaced by 1; the caller corrects the rows it hears about. */
typedef struct odd_divisors {
    bool zero;
    bool minus_one_of_least;
} odd_divisors;

/* By one number for all rows, neither 0 nor -1. */
static void divide_by_constant(const fb_column *dividends, int64_t divisor, bool remainder,
                               int64_t *restrict out, size_t row_count)
{
    const fb_divider by = fb_divider_make(divisor < 0 ? -(uint64_t)divisor : (uint64_t)divisor);
    const int64_t *a = dividends->int64s;
    for (size_t i = 0; i < row_count; i++) {
        uint64_t sign = (uint64_t)(a[i] >> 63); /* all bits of a negative number */
        uint64_t size = ((uint64_t)a[i] ^ sign) - sign;
        uint64_t result =
            remainder ? fb_divider_remainder(&by, size) : fb_divider_quotient(&by, size);
        if (!remainder) sign ^= (uint64_t)(divisor >> 63);
        out[i] = (int64_t)((result ^ sign) - sign);
    }
}

static odd_divisors divide_longs(const fb_column *args, bool remainder, int64_t *restrict out,
                                 size_t row_count)
{
    int64_t constant = args[1].is_constant && !args[0].is_constant ? args[1].int64s[0] : 0;
    if (constant != 0 && constant != -1) {
        divide_by_constant(&args[0], constant, remainder, out, row_count);
        return (odd_divisors){false, false};
    }
    const int64_t *a = args[0].int64s, *b = args[1].int64s;
    size_t step_a = !args[0].is_constant, step_b = !args[1].is_constant;
    odd_divisors odd = {false, false};
    for (size_t i = 0; i < row_count; i++) {
        int64_t x = a[i * step_a], y = b[i * step_b];
        bool zero = y == 0, least = x == INT64_MIN && y == -1;
        odd.zero |= zero;
        odd.minus_one_of_least |= least;
        y = (zero | least) ? 1 : y;
        out[i] = remainder ? (least ? 0 : x % y) : x / y;
    }
    return odd;
}

/* MIN div -1 is out of range; the wrapped result (MIN) is in `out` already. */
static fb_status settle_least(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(out, i) || fb_column_integer(&args[0], i) != INT64_MIN ||
            fb_column_integer(&args[1], i) != -1)
            continue;
        if (mode_of(self) == FB_MODE_ANSI)
            return fb_eval_overflow(eval, self, "Overflow in integral divide", "try_divide");
    }
    return FB_OK;
}

static fb_status eval_div(const fb_expr *self, fb_eval *eval, const fb_column *args,
                          size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    odd_divisors odd = divide_longs(args, false, out->int64s, row_count);
    if (odd.zero) FB_TRY(settle_zeros(self, eval, &args[1], row_count, out));
    return odd.minus_one_of_least ? settle_least(self, eval, args, row_count, out) : FB_OK;
}

static bool remainder_floats(const fb_column *args, size_t row_count, fb_column *out)
{
    bool zeros = false;
    for (size_t i = 0; i < row_count; i++) {
        size_t a = fb_column_index(&args[0], i), b = fb_column_index(&args[1], i);
        if (out->type->id == FB_TYPE_DOUBLE) {
            zeros |= args[1].doubles[b] == 0;
            out->doubles[i] = fmod(args[0].doubles[a], args[1].doubles[b]);
        } else {
            zeros |= args[1].floats[b] == 0;
            out->floats[i] = fmodf(args[0].floats[a], args[1].floats[b]);
        }
    }
    return zeros;
}

static fb_status eval_remainder(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    bool zeros;
    if (fb_type_is_fractional(self->type))
        zeros = remainder_floats(args, row_count, out);
    else if (self->type->id == FB_TYPE_BIGINT)
        zeros = divide_longs(args, true, out->int64s, row_count).zero;
    else
        zeros = fb_remainder_integers(self->type->id, args[0].values, args[0].is_constant,
                                      args[1].values, args[1].is_constant, out->values, row_count);
    return zeros ? settle_zeros(self, eval, &args[1], row_count, out) : FB_OK;
}

/* --- binding --- */

static fb_status finish(fb_binder *binder, fb_expr *call, const fb_type *type, fb_kernel kernel)
{
    fb_arithmetic_mode *mode = fb_arena_alloc(binder->arena, sizeof *mode);
    if (!mode) return fb_fail_nomem(binder->err, "an operator");
    *mode = fb_arithmetic_mode_of(binder, call);
    call->state = mode;
    call->type = type;
    call->kernel = kernel;
    call->nullable = true;
    call->can_fail |= *mode == FB_MODE_ANSI;
    return FB_OK;
}

static fb_status bind_quotient(fb_binder *binder, fb_expr *call)
{
    static const char allowed[] = "(\"DOUBLE\" or \"DECIMAL\")";
    const fb_type *wide = fb_type_of(FB_TYPE_DOUBLE);
    FB_TRY(fb_bind_operands(binder, call, allowed));
    if (call->args[0]->type->id == FB_TYPE_DECIMAL) return fb_bind_decimal_arithmetic(binder, call);
    FB_TRY(fb_bind_cast_arg(binder, call, 0, wide));
    FB_TRY(fb_bind_cast_arg(binder, call, 1, wide));
    return finish(binder, call, wide, eval_divide);
}

static fb_status bind_div(fb_binder *binder, fb_expr *call)
{
    static const char allowed[] = "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or "
                                  "\"INTERVAL DAY TO SECOND\")";
    const fb_type *wide = fb_type_of(FB_TYPE_BIGINT);
    for (uint32_t i = 0; i < 2; i++) { /* NULL is a BIGINT here */
        const fb_type *type = call->args[i]->type, *other = call->args[1 - i]->type;
        bool is_long = fb_type_is_integral(type) && other->id != FB_TYPE_DECIMAL;
        if (is_long || type->id == FB_TYPE_VOID) FB_TRY(fb_bind_cast_arg(binder, call, i, wide));
    }
    for (uint32_t i = 0; i < 2; i++)
        if (call->args[i]->type->id == FB_TYPE_BIGINT &&
            fb_type_is_fractional(call->args[1 - i]->type))
            return fb_bind_operands_differ(binder, call);
    bool meet = fb_bind_operands_meet(binder, call->args[0]->type, call->args[1]->type);
    FB_TRY(fb_bind_operands(binder, call, allowed));
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_DECIMAL) return fb_bind_decimal_arithmetic(binder, call);
    if (!fb_type_is_integral(type))
        return meet ? fb_bind_operand_wrong(binder, call, allowed)
                    : fb_bind_operands_differ(binder, call);
    FB_TRY(fb_bind_cast_arg(binder, call, 0, wide));
    FB_TRY(fb_bind_cast_arg(binder, call, 1, wide));
    return finish(binder, call, wide, eval_div);
}

static fb_status bind_rest(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_operands(binder, call, "\"NUMERIC\""));
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_DECIMAL) return fb_bind_decimal_arithmetic(binder, call);
    return finish(binder, call, type, eval_remainder);
}

static fb_status bind_divide(fb_binder *binder, fb_expr *call)
{
    bool is_broad_try = fb_bind_is_broad_try(call);
    FB_TRY(bind_quotient(binder, call));
    return is_broad_try ? fb_bind_try(binder, call) : FB_OK;
}

static fb_status bind_remainder(fb_binder *binder, fb_expr *call)
{
    bool is_broad_try = fb_bind_is_broad_try(call);
    FB_TRY(bind_rest(binder, call));
    return is_broad_try ? fb_bind_try(binder, call) : FB_OK;
}

#define BINARY(symbol, binding, text)                                                 \
    {                                                                                 \
        .name = symbol, .min_args = 2, .max_args = 2, .bind = binding, .usage = text, \
        .null_order = FB_NULLS_SKIP_REVERSE                                           \
    }

static const fb_function functions[] = {
    BINARY("/", bind_divide, "a / b - the quotient, a DOUBLE or a DECIMAL"),
    BINARY("div", bind_div, "a div b - the integral part of the quotient"),
    BINARY("%", bind_remainder, "a % b - the remainder, with the sign of a"),
    BINARY("mod", bind_remainder, "mod(a, b) - the remainder, with the sign of a"),
    BINARY("try_divide", bind_divide, "try_divide(a, b) - a / b, or NULL when b is 0"),
    BINARY("try_mod", bind_remainder, "try_mod(a, b) - a % b, or NULL when b is 0"),
};

const fb_function_list fb_functions_divide = {functions, sizeof functions / sizeof *functions};
