/* SPDX-License-Identifier: Apache-2.0
 *
 * pmod: the remainder with the sign of the divisor where that is positive. */
#include "base/divider.h"
#include "base/status.h"
#include "data/decimal.h"
#include "expr/fn_arithmetic.h"
#include "expr/kernel.h"

#include <math.h>

/* A zero divisor in ANSI mode fails, otherwise gives null; in a null row it does not matter. */
static fb_status zero_divisor(fb_eval *eval, const fb_expr *self, fb_column *out, size_t row)
{
    if (fb_kernel_is_null(out, row)) return FB_OK;
    if (self->state) return fb_eval_remainder_by_zero(eval, self);
    fb_bits_clear(out->validity, row);
    return FB_OK;
}

/* Sums wrap as Java's do. */
static int32_t pmod_int(int32_t a, int32_t n)
{
    if (n == -1) return 0; /* INT_MIN % -1 traps */
    int32_t rest = a % n;
    return rest < 0 ? (int32_t)((uint32_t)rest + (uint32_t)n) % n : rest;
}

static int64_t pmod_long(int64_t a, int64_t n)
{
    if (n == -1) return 0;
    int64_t rest = a % n;
    return rest < 0 ? (int64_t)((uint64_t)rest + (uint64_t)n) % n : rest;
}

static double pmod_double(double a, double n)
{
    double rest = fmod(a, n);
    return rest < 0 ? fmod(rest + n, n) : rest;
}

static float pmod_float(float a, float n)
{
    float rest = fmodf(a, n);
    return rest < 0 ? fmodf(rest + n, n) : rest;
}

static bool is_zero_at(const fb_column *column, size_t i)
{
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        return column->int8s[i] == 0;
    case FB_TYPE_SMALLINT:
        return column->int16s[i] == 0;
    case FB_TYPE_INT:
        return column->int32s[i] == 0;
    case FB_TYPE_BIGINT:
        return column->int64s[i] == 0;
    case FB_TYPE_FLOAT:
        return column->floats[i] == 0;
    default:
        return column->doubles[i] == 0;
    }
}

static void put_pmod(const fb_column *a, size_t i, const fb_column *n, size_t k, fb_column *out,
                     size_t row)
{
    switch (out->type->id) {
    case FB_TYPE_TINYINT:
        out->int8s[row] = (int8_t)pmod_int(a->int8s[i], n->int8s[k]);
        break;
    case FB_TYPE_SMALLINT:
        out->int16s[row] = (int16_t)pmod_int(a->int16s[i], n->int16s[k]);
        break;
    case FB_TYPE_INT:
        out->int32s[row] = pmod_int(a->int32s[i], n->int32s[k]);
        break;
    case FB_TYPE_BIGINT:
        out->int64s[row] = pmod_long(a->int64s[i], n->int64s[k]);
        break;
    case FB_TYPE_FLOAT:
        out->floats[row] = pmod_float(a->floats[i], n->floats[k]);
        break;
    default:
        out->doubles[row] = pmod_double(a->doubles[i], n->doubles[k]);
        break;
    }
}

/* A positive divisor that is the same for all rows, dividends without gaps. */
static void pmod_constant(const int64_t *values, size_t row_count, uint64_t n, int64_t *out)
{
    const fb_divider divider = fb_divider_make(n);
    for (size_t i = 0; i < row_count; i++) {
        uint64_t sign = (uint64_t)(values[i] >> 63), value = (uint64_t)values[i];
        uint64_t rest = fb_divider_remainder(&divider, (value ^ sign) - sign);
        out[i] = (int64_t)((rest ^ sign) - sign + (rest ? n & sign : 0));
    }
}

static fb_status pmod_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    if (self->type->id == FB_TYPE_BIGINT && !args[0].is_constant && args[1].is_constant &&
        args[1].int64s[0] > 0) {
        FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
        pmod_constant(args[0].int64s, row_count, (uint64_t)args[1].int64s[0], out->int64s);
        return FB_OK;
    }
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    memset(out->values, 0, row_count * fb_type_width(out->type));
    for (size_t row = 0; row < row_count; row++) {
        size_t i = fb_column_index(&args[0], row), k = fb_column_index(&args[1], row);
        if (is_zero_at(&args[1], k))
            FB_TRY(zero_divisor(eval, self, out, row));
        else
            put_pmod(&args[0], i, &args[1], k, out, row);
    }
    return FB_OK;
}

static fb_decimal decimal_at(const fb_column *column, size_t row)
{
    size_t i = fb_column_index(column, row);
    bool is_long = fb_type_is_long_decimal(column->type);
    return (fb_decimal){is_long ? column->int64s[i] : column->int128s[i], column->type->scale};
}

/* Exact, so that only a positive divisor changes a negative rest, and the sum of both fits. */
static bool pmod_decimal(fb_decimal a, fb_decimal n, const fb_type *type, fb_int128 *out)
{
    fb_decimal rest = {.scale = a.scale > n.scale ? a.scale : n.scale};
    if (!fb_decimal_compute(FB_DECIMAL_REMAINDER, a, n, FB_DECIMAL_MAX_PRECISION, rest.scale,
                            &rest.unscaled))
        return false;
    if (rest.unscaled >= 0 || n.unscaled < 0)
        return fb_decimal_rescale(rest, type->precision, type->scale, out);
    return fb_decimal_compute(FB_DECIMAL_ADD, rest, n, type->precision, type->scale, out);
}

static fb_status pmod_decimal_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    memset(out->values, 0, row_count * fb_type_width(out->type));
    bool is_long = fb_type_is_long_decimal(out->type);
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_decimal a = decimal_at(&args[0], row), n = decimal_at(&args[1], row);
        if (n.unscaled == 0) {
            FB_TRY(zero_divisor(eval, self, out, row));
            continue;
        }
        fb_int128 value;
        if (!pmod_decimal(a, n, out->type, &value))
            fb_bits_clear(out->validity, row);
        else if (is_long)
            out->int64s[row] = (int64_t)value;
        else
            out->int128s[row] = value;
    }
    return FB_OK;
}

/* The result of a remainder: no larger than either side. */
static const fb_type *remainder_type(fb_binder *binder, const fb_type *a, const fb_type *b)
{
    int scale = a->scale > b->scale ? a->scale : b->scale;
    int digits_a = a->precision - a->scale, digits_b = b->precision - b->scale;
    int precision = (digits_a < digits_b ? digits_a : digits_b) + scale;
    if (precision > FB_DECIMAL_MAX_PRECISION) precision = FB_DECIMAL_MAX_PRECISION;
    return fb_type_decimal(binder->arena, precision > 0 ? precision : 1, scale);
}

static fb_status bind_decimals(fb_binder *binder, fb_expr *call)
{
    call->type = remainder_type(binder, call->args[0]->type, call->args[1]->type);
    call->kernel = pmod_decimal_kernel;
    return call->type ? FB_OK : fb_fail_nomem(binder->err, "an expression");
}

static fb_status bind_pmod(fb_binder *binder, fb_expr *call)
{
    static const bool fails_on_zero = true;
    call->can_fail |= binder->ansi;
    call->state = binder->ansi ? &fails_on_zero : NULL;
    call->nullable = true; /* Spark says so, also where division by zero is an error */
    FB_TRY(fb_bind_operands(binder, call, "\"NUMERIC\""));
    call->type = call->args[0]->type;
    if (call->type->id == FB_TYPE_DECIMAL) return bind_decimals(binder, call);
    call->kernel = pmod_kernel;
    return FB_OK;
}

static const fb_function functions[] = {
    {"pmod", 2, 2, bind_pmod, .usage = "pmod(a, n) - the remainder that is not negative",
     .null_order = FB_NULLS_SKIP_REVERSE},
};

const fb_function_list fb_functions_pmod = {functions, sizeof functions / sizeof *functions};
