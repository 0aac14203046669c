/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers to numbers, booleans and timestamps. Integers are widened to 64 bits and floats to
 * doubles first, so that there is one loop per source and one per target, not one per pair. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "expr/cast.h"

#include <math.h>

/* --- integers --- */

/* The source's values as int64, borrowed where they are. NULL: no memory. */
static const int64_t *widen_integers(const fb_cast_run *run)
{
    const fb_column *in = run->in;
    if (in->type->id == FB_TYPE_BIGINT) return in->int64s;
    int64_t *wide = fb_arena_array(run->eval->arena, run->count, sizeof *wide);
    if (!wide) return NULL;
    switch (in->type->id) {
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < run->count; i++)
            wide[i] = in->bools[i];
        break;
    case FB_TYPE_TINYINT:
        for (size_t i = 0; i < run->count; i++)
            wide[i] = in->int8s[i];
        break;
    case FB_TYPE_SMALLINT:
        for (size_t i = 0; i < run->count; i++)
            wide[i] = in->int16s[i];
        break;
    default:
        for (size_t i = 0; i < run->count; i++)
            wide[i] = in->int32s[i];
        break;
    }
    return wide;
}

/* Stores the lowest bits of each value; true when some value, null rows included, lost others. */
static bool narrow(const int64_t *values, size_t count, fb_column *out)
{
    int64_t lost = 0;
    switch (out->type->id) {
    case FB_TYPE_TINYINT:
        for (size_t i = 0; i < count; i++) {
            out->int8s[i] = (int8_t)values[i];
            lost |= values[i] ^ out->int8s[i];
        }
        break;
    case FB_TYPE_SMALLINT:
        for (size_t i = 0; i < count; i++) {
            out->int16s[i] = (int16_t)values[i];
            lost |= values[i] ^ out->int16s[i];
        }
        break;
    case FB_TYPE_INT:
        for (size_t i = 0; i < count; i++) {
            out->int32s[i] = (int32_t)values[i];
            lost |= values[i] ^ out->int32s[i];
        }
        break;
    default:
        memcpy(out->int64s, values, count * sizeof *values);
        break;
    }
    return lost != 0;
}

/* Bounds of the integer types. */
static void integer_range(const fb_type *type, int64_t *least, int64_t *most)
{
    static const int64_t highest[] = {INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX};
    *most = highest[type->id - FB_TYPE_TINYINT];
    *least = -*most - 1;
}

static fb_status integers_to_integers(fb_cast_run *run, const int64_t *values)
{
    bool any_lost = narrow(values, run->count, run->out);
    if (!any_lost || run->cast->mode == FB_CAST_LEGACY) return FB_OK;
    int64_t least, most;
    integer_range(run->cast->to, &least, &most);
    for (size_t i = 0; i < run->count; i++)
        if ((values[i] < least || values[i] > most) && !fb_cast_is_null(run, i))
            FB_TRY(fb_cast_overflow(run, i));
    return FB_OK;
}

static fb_status put_decimal(fb_cast_run *run, size_t row, fb_decimal value)
{
    const fb_type *to = run->cast->to;
    fb_int128 unscaled;
    if (fb_decimal_rescale(value, to->precision, to->scale, &unscaled)) {
        fb_cast_put_unscaled(run->out, row, unscaled);
        return FB_OK;
    }
    fb_cast_put_unscaled(run->out, row, 0);
    if (fb_cast_is_null(run, row)) return FB_OK;
    char text[FB_DECIMAL_TEXT_MAX];
    return fb_cast_out_of_range(run, row, fb_slice_make(text, fb_decimal_print(value, text)));
}

static fb_status integers_to_decimals(fb_cast_run *run, const int64_t *values)
{
    for (size_t i = 0; i < run->count; i++)
        FB_TRY(put_decimal(run, i, (fb_decimal){values[i], 0}));
    return FB_OK;
}

/* Seconds, which stop at the ends of the range; true is one microsecond. */
static void integers_to_timestamps(const fb_cast_run *run, const int64_t *values)
{
    int64_t unit = run->in->type->id == FB_TYPE_BOOLEAN ? 1 : FB_US_PER_SECOND;
    for (size_t i = 0; i < run->count; i++)
        if (__builtin_mul_overflow(values[i], unit, &run->out->int64s[i]))
            run->out->int64s[i] = values[i] < 0 ? INT64_MIN : INT64_MAX;
}

fb_status fb_cast_from_integer(fb_cast_run *run)
{
    const int64_t *values = widen_integers(run);
    if (!values) return fb_eval_nomem(run->eval);
    switch (run->cast->to->id) {
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < run->count; i++)
            run->out->bools[i] = values[i] != 0;
        return FB_OK;
    case FB_TYPE_FLOAT:
        for (size_t i = 0; i < run->count; i++)
            run->out->floats[i] = (float)values[i];
        return FB_OK;
    case FB_TYPE_DOUBLE:
        for (size_t i = 0; i < run->count; i++)
            run->out->doubles[i] = (double)values[i];
        return FB_OK;
    case FB_TYPE_DECIMAL:
        return integers_to_decimals(run, values);
    case FB_TYPE_TIMESTAMP:
        integers_to_timestamps(run, values);
        return FB_OK;
    default:
        return integers_to_integers(run, values);
    }
}

/* --- floating point --- */

static const double *widen_floats(const fb_cast_run *run)
{
    if (run->in->type->id == FB_TYPE_DOUBLE) return run->in->doubles;
    double *wide = fb_arena_array(run->eval->arena, run->count, sizeof *wide);
    if (!wide) return NULL;
    for (size_t i = 0; i < run->count; i++)
        wide[i] = (double)run->in->floats[i];
    return wide;
}

/* Java's conversion: toward zero, stopping at the ends, NaN is 0. */
static int64_t saturate(double value, double least, double most)
{
    if (value != value) return 0;
    if (value >= most) return most >= 0x1p63 ? INT64_MAX : (int64_t)most;
    return value <= least ? (int64_t)least : (int64_t)value;
}

/* What is cut off does not count, except that 2^63 itself is taken for the highest BIGINT: Spark
 * compares with that number as a double. */
static bool fits_integer(const fb_type *type, double value)
{
    if (type->id == FB_TYPE_BIGINT) return value >= -0x1p63 && value <= 0x1p63;
    int64_t least, most;
    integer_range(type, &least, &most);
    return value > (double)least - 1 && value < (double)most + 1;
}

static fb_status doubles_to_integers(fb_cast_run *run, const double *values)
{
    const fb_type *to = run->cast->to;
    int64_t *wide = fb_arena_array(run->eval->arena, run->count, sizeof *wide);
    if (!wide) return fb_eval_nomem(run->eval);
    /* Small integers go through INT and wrap from there. */
    bool is_long = to->id == FB_TYPE_BIGINT;
    for (size_t i = 0; i < run->count; i++)
        wide[i] = is_long ? saturate(values[i], -0x1p63, 0x1p63)
                          : saturate(values[i], INT32_MIN, INT32_MAX);
    (void)narrow(wide, run->count, run->out);
    if (run->cast->mode == FB_CAST_LEGACY) return FB_OK;
    for (size_t i = 0; i < run->count; i++)
        if (!fits_integer(to, values[i]) && !fb_cast_is_null(run, i))
            FB_TRY(fb_cast_overflow(run, i));
    return FB_OK;
}

static fb_status doubles_to_decimals(fb_cast_run *run, const double *values)
{
    const fb_type *to = run->cast->to;
    for (size_t i = 0; i < run->count; i++) {
        fb_cast_put_unscaled(run->out, i, 0);
        if (fb_cast_is_null(run, i)) continue;
        if (!isfinite(values[i])) { /* null in every mode */
            FB_TRY(fb_cast_set_null(run, i));
            continue;
        }
        fb_decimal_digits digits;
        fb_int128 unscaled;
        fb_decimal_digits_of_double(values[i], &digits);
        if (fb_decimal_digits_fit(&digits, to->precision, to->scale, &unscaled)) {
            fb_cast_put_unscaled(run->out, i, unscaled);
            continue;
        }
        char text[FB_DECIMAL_EXACT_TEXT_MAX];
        size_t size = fb_decimal_digits_print(&digits, text);
        FB_TRY(fb_cast_out_of_range(run, i, fb_slice_make(text, size)));
    }
    return FB_OK;
}

static fb_status timestamp_overflow(fb_cast_run *run, size_t row, double us)
{
    char text[FB_DOUBLE_TEXT_MAX + 2];
    size_t size = fb_number_print_double(us, text);
    if (isfinite(us)) text[size++] = 'D';
    text[size] = '\0';
    return fb_cast_overflow_of(run, row, text, "DOUBLE", "BIGINT");
}

static fb_status doubles_to_timestamps(fb_cast_run *run, const double *values)
{
    const fb_type *bigint = fb_type_of(FB_TYPE_BIGINT);
    for (size_t i = 0; i < run->count; i++) {
        double us = values[i] * (double)FB_US_PER_SECOND;
        run->out->int64s[i] = saturate(us, -0x1p63, 0x1p63);
        bool is_finite = isfinite(values[i]);
        if ((is_finite && fits_integer(bigint, us)) || fb_cast_is_null(run, i)) continue;
        if (!is_finite)
            FB_TRY(fb_cast_malformed(run, i));
        else if (run->cast->mode != FB_CAST_LEGACY)
            FB_TRY(timestamp_overflow(run, i, us));
    }
    return FB_OK;
}

fb_status fb_cast_from_double(fb_cast_run *run)
{
    const double *values = widen_floats(run);
    if (!values) return fb_eval_nomem(run->eval);
    switch (run->cast->to->id) {
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < run->count; i++)
            run->out->bools[i] = values[i] != 0;
        return FB_OK;
    case FB_TYPE_FLOAT:
        for (size_t i = 0; i < run->count; i++)
            run->out->floats[i] = (float)values[i];
        return FB_OK;
    case FB_TYPE_DOUBLE:
        memcpy(run->out->doubles, values, run->count * sizeof *values);
        return FB_OK;
    case FB_TYPE_DECIMAL:
        return doubles_to_decimals(run, values);
    case FB_TYPE_TIMESTAMP:
        return doubles_to_timestamps(run, values);
    default:
        return doubles_to_integers(run, values);
    }
}

/* --- decimals --- */

/* Spark goes through a double on the way from a large decimal to INT and smaller, when it checks
 * the range: 99.999999999999999999 becomes 100. */
static bool goes_through_double(const fb_cast_run *run)
{
    return run->cast->mode != FB_CAST_LEGACY && run->cast->to->id != FB_TYPE_BIGINT &&
           !fb_type_is_long_decimal(run->in->type);
}

static fb_status large_decimals_to_integers(fb_cast_run *run)
{
    double *values = fb_arena_array(run->eval->arena, run->count, sizeof *values);
    if (!values) return fb_eval_nomem(run->eval);
    for (size_t i = 0; i < run->count; i++) {
        fb_decimal value = {run->in->int128s[i], run->in->type->scale};
        values[i] = fb_cast_is_null(run, i) ? 0 : fb_decimal_to_double(value);
    }
    return doubles_to_integers(run, values);
}

static fb_status decimals_to_integers(fb_cast_run *run)
{
    int64_t *wide = fb_arena_array(run->eval->arena, run->count, sizeof *wide);
    if (!wide) return fb_eval_nomem(run->eval);
    const fb_column *in = run->in;
    int scale = in->type->scale;
    for (size_t i = 0; i < run->count; i++)
        wide[i] = (int64_t)fb_decimal_truncate((fb_decimal){fb_cast_unscaled(in, i), scale});
    (void)narrow(wide, run->count, run->out);
    if (run->cast->mode == FB_CAST_LEGACY) return FB_OK;
    int64_t least, most;
    integer_range(run->cast->to, &least, &most);
    for (size_t i = 0; i < run->count; i++) {
        fb_int128 whole = fb_decimal_truncate((fb_decimal){fb_cast_unscaled(in, i), scale});
        if ((whole < least || whole > most) && !fb_cast_is_null(run, i))
            FB_TRY(fb_cast_overflow(run, i));
    }
    return FB_OK;
}

/* To 34 significant digits, ties to even: scala.math.BigDecimal multiplies so. */
static fb_int128 round_to_decimal128(fb_int128 value)
{
    enum { DECIMAL128_DIGITS = 34 };
    int extra = 0;
    while (!fb_decimal_fits(value, DECIMAL128_DIGITS + extra))
        extra++;
    if (!extra) return value;
    fb_int128 unit = fb_decimal_pow10(extra), quotient = value / unit, rest = value % unit;
    fb_int128 magnitude = rest < 0 ? -rest : rest;
    bool up = magnitude * 2 > unit || (magnitude * 2 == unit && quotient % 2 != 0);
    if (up) quotient += value < 0 ? -1 : 1;
    return quotient * unit;
}

/* Microseconds, cut toward zero; Spark keeps their lowest 64 bits without a check. */
static int64_t timestamp_of_decimal(fb_decimal value)
{
    value.unscaled = round_to_decimal128(value.unscaled);
    if (value.scale >= 6) return (int64_t)(value.unscaled / fb_decimal_pow10(value.scale - 6));
    fb_uint128 unit = (fb_uint128)fb_decimal_pow10(6 - value.scale);
    return (int64_t)((fb_uint128)value.unscaled * unit);
}

fb_status fb_cast_from_decimal(fb_cast_run *run)
{
    const fb_column *in = run->in;
    fb_column *out = run->out;
    int scale = in->type->scale;
    if (fb_type_is_integral(run->cast->to))
        return goes_through_double(run) ? large_decimals_to_integers(run)
                                        : decimals_to_integers(run);
    for (size_t i = 0; i < run->count; i++) {
        fb_decimal value = {fb_cast_unscaled(in, i), scale};
        switch (run->cast->to->id) {
        case FB_TYPE_BOOLEAN:
            out->bools[i] = value.unscaled != 0;
            break;
        case FB_TYPE_FLOAT:
            out->floats[i] = fb_cast_is_null(run, i) ? 0 : fb_decimal_to_float(value);
            break;
        case FB_TYPE_DOUBLE:
            out->doubles[i] = fb_cast_is_null(run, i) ? 0 : fb_decimal_to_double(value);
            break;
        case FB_TYPE_TIMESTAMP:
            out->int64s[i] = fb_cast_is_null(run, i) ? 0 : timestamp_of_decimal(value);
            break;
        default:
            FB_TRY(put_decimal(run, i, value));
            break;
        }
    }
    return FB_OK;
}
