/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic works in 128 bits where the intermediate fits and falls back to 512 bits. */
#include "data/decimal.h"

#include "base/assert.h"
#include "base/wide.h"
#include "data/number_text.h"

#include <string.h>

enum {
    MAX_PRECISION = FB_DECIMAL_MAX_PRECISION,
    /* Spark cuts products to so many digits and quotients to so many behind the point: one more
     * than it can store, so that fitting them still sees what decides the rounding. */
    WORKING_DIGITS = MAX_PRECISION + 1,
};

#define P18 1000000000000000000
static const fb_int128 powers[MAX_PRECISION + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    P18,
    (fb_int128)P18 * 10,
    (fb_int128)P18 * 100,
    (fb_int128)P18 * 1000,
    (fb_int128)P18 * 10000,
    (fb_int128)P18 * 100000,
    (fb_int128)P18 * 1000000,
    (fb_int128)P18 * 10000000,
    (fb_int128)P18 * 100000000,
    (fb_int128)P18 * 1000000000,
    (fb_int128)P18 * 10000000000,
    (fb_int128)P18 * 100000000000,
    (fb_int128)P18 * 1000000000000,
    (fb_int128)P18 * 10000000000000,
    (fb_int128)P18 * 100000000000000,
    (fb_int128)P18 * 1000000000000000,
    (fb_int128)P18 * 10000000000000000,
    (fb_int128)P18 * 100000000000000000,
    (fb_int128)P18 *P18,
    (fb_int128)P18 *P18 * 10,
    (fb_int128)P18 *P18 * 100,
};

fb_int128 fb_decimal_pow10(int exponent)
{
    return powers[exponent];
}

static fb_uint128 magnitude(fb_int128 value)
{
    return value < 0 ? -(fb_uint128)value : (fb_uint128)value;
}

static fb_int128 divide_half_up(fb_int128 value, fb_int128 divisor)
{
    fb_int128 quotient = value / divisor;
    fb_uint128 rest = magnitude(value % divisor), divisor_magnitude = magnitude(divisor);
    if (rest < divisor_magnitude - rest) return quotient;
    return (value < 0) != (divisor < 0) ? quotient - 1 : quotient + 1;
}

/* `value` * 10^-from_scale in decimal(precision, scale). Any 128-bit value. */
static bool fit(fb_int128 value, int from_scale, int precision, int scale, fb_int128 *out)
{
    *out = value;
    if (scale < from_scale) {
        *out = divide_half_up(value, powers[from_scale - scale]);
    } else if (scale > from_scale &&
               __builtin_mul_overflow(value, powers[scale - from_scale], out)) {
        *out = 0;
        return false;
    }
    return fb_decimal_fits(*out, precision);
}

bool fb_decimal_rescale(fb_decimal value, int precision, int scale, fb_int128 *out)
{
    return fit(value.unscaled, value.scale, precision, scale, out);
}

fb_int128 fb_decimal_truncate(fb_decimal value)
{
    return value.unscaled / powers[value.scale];
}

/* A result before it is fitted. */
typedef struct exact {
    fb_wide magnitude;
    bool negative;
    int scale;
} exact;

static fb_wide scale_up(fb_int128 value, int digits)
{
    fb_wide wide = fb_wide_of(magnitude(value));
    if (digits == 0) return wide;
    fb_wide power = fb_wide_pow10((uint32_t)digits);
    return fb_wide_multiply(&wide, &power);
}

static exact add_exactly(fb_decimal a, fb_decimal b)
{
    exact result = {.scale = a.scale > b.scale ? a.scale : b.scale};
    fb_wide x = scale_up(a.unscaled, result.scale - a.scale);
    fb_wide y = scale_up(b.unscaled, result.scale - b.scale);
    bool a_negative = a.unscaled < 0, b_negative = b.unscaled < 0;
    if (a_negative == b_negative) {
        result.magnitude = fb_wide_add(&x, &y);
        result.negative = a_negative;
    } else if (fb_wide_compare(&x, &y) >= 0) {
        result.magnitude = fb_wide_subtract(&x, &y);
        result.negative = a_negative;
    } else {
        result.magnitude = fb_wide_subtract(&y, &x);
        result.negative = b_negative;
    }
    return result;
}

static exact multiply_exactly(fb_decimal a, fb_decimal b)
{
    exact result = {.negative = (a.unscaled < 0) != (b.unscaled < 0), .scale = a.scale + b.scale};
    fb_wide x = fb_wide_of(magnitude(a.unscaled)), y = fb_wide_of(magnitude(b.unscaled));
    result.magnitude = fb_wide_multiply(&x, &y);
    char text[FB_WIDE_TEXT_MAX];
    int digits = (int)fb_wide_print(&result.magnitude, text);
    if (digits <= WORKING_DIGITS) return result;
    fb_wide power = fb_wide_pow10((uint32_t)(digits - WORKING_DIGITS));
    result.magnitude = fb_wide_divide(&result.magnitude, &power, NULL);
    result.scale -= digits - WORKING_DIGITS;
    return result;
}

static exact divide_exactly(fb_decimal a, fb_decimal b, bool to_integer)
{
    FB_ASSERT(b.unscaled != 0);
    exact result = {.negative = (a.unscaled < 0) != (b.unscaled < 0),
                    .scale = to_integer ? 0 : WORKING_DIGITS};
    int shift = result.scale - a.scale + b.scale;
    fb_wide x = scale_up(a.unscaled, shift > 0 ? shift : 0);
    fb_wide y = scale_up(b.unscaled, shift < 0 ? -shift : 0);
    result.magnitude = fb_wide_divide(&x, &y, NULL);
    return result;
}

static exact remainder_exactly(fb_decimal a, fb_decimal b)
{
    FB_ASSERT(b.unscaled != 0);
    exact result = {.negative = a.unscaled<0, .scale = a.scale> b.scale ? a.scale : b.scale};
    fb_wide x = scale_up(a.unscaled, result.scale - a.scale);
    fb_wide y = scale_up(b.unscaled, result.scale - b.scale);
    (void)fb_wide_divide(&x, &y, &result.magnitude);
    return result;
}

static exact compute_exactly(fb_decimal_op op, fb_decimal a, fb_decimal b)
{
    switch (op) {
    case FB_DECIMAL_SUBTRACT:
        b.unscaled = -b.unscaled;
        return add_exactly(a, b);
    case FB_DECIMAL_ADD:
        return add_exactly(a, b);
    case FB_DECIMAL_MULTIPLY:
        return multiply_exactly(a, b);
    case FB_DECIMAL_DIVIDE:
        return divide_exactly(a, b, false);
    case FB_DECIMAL_QUOTIENT:
        return divide_exactly(a, b, true);
    case FB_DECIMAL_REMAINDER:
        break;
    }
    return remainder_exactly(a, b);
}

static bool fit_exact(const exact *value, int precision, int scale, fb_int128 *out)
{
    *out = 0;
    fb_wide scaled = value->magnitude;
    int digits = scale - value->scale;
    if (digits != 0) {
        fb_wide power = fb_wide_pow10((uint32_t)(digits < 0 ? -digits : digits));
        if (digits < 0) {
            scaled = fb_wide_divide_half_up(&scaled, &power);
        } else {
            /* What has more than 38 digits before it is scaled up does not fit either. */
            fb_uint128 small;
            if (!fb_wide_to_uint128(&scaled, &small)) return false;
            scaled = fb_wide_multiply(&scaled, &power);
        }
    }
    fb_uint128 result;
    if (!fb_wide_to_uint128(&scaled, &result)) return false;
    if (result >= (fb_uint128)powers[precision]) return false;
    *out = value->negative ? -(fb_int128)result : (fb_int128)result;
    return true;
}

/* The common case, or false when 128 bits do not suffice. `*unscaled` gets the scale `*scale`. */
static bool compute_narrowly(fb_decimal_op op, fb_decimal a, fb_decimal b, int target_scale,
                             fb_int128 *unscaled, int *scale)
{
    fb_int128 x = a.unscaled, y = b.unscaled;
    int common = a.scale > b.scale ? a.scale : b.scale;
    *scale = common;
    if (op == FB_DECIMAL_MULTIPLY) {
        *scale = a.scale + b.scale;
        return !__builtin_mul_overflow(x, y, unscaled);
    }
    if (op == FB_DECIMAL_DIVIDE) {
        int shift = target_scale - a.scale + b.scale;
        *scale = target_scale;
        if (shift < 0 || shift > MAX_PRECISION || __builtin_mul_overflow(x, powers[shift], &x))
            return false;
        *unscaled = divide_half_up(x, y);
        return true;
    }
    if (__builtin_mul_overflow(x, powers[common - a.scale], &x) ||
        __builtin_mul_overflow(y, powers[common - b.scale], &y))
        return false;
    if (op == FB_DECIMAL_ADD) return !__builtin_add_overflow(x, y, unscaled);
    if (op == FB_DECIMAL_SUBTRACT) return !__builtin_sub_overflow(x, y, unscaled);
    *unscaled = op == FB_DECIMAL_REMAINDER ? x % y : x / y;
    if (op == FB_DECIMAL_QUOTIENT) *scale = 0;
    return true;
}

bool fb_decimal_compute(fb_decimal_op op, fb_decimal a, fb_decimal b, int precision, int scale,
                        fb_int128 *out)
{
    fb_int128 unscaled;
    int from_scale;
    if (compute_narrowly(op, a, b, scale, &unscaled, &from_scale) && from_scale <= MAX_PRECISION)
        return fit(unscaled, from_scale, precision, scale, out);
    exact result = compute_exactly(op, a, b);
    return fit_exact(&result, precision, scale, out);
}

int fb_decimal_compare(fb_decimal a, fb_decimal b)
{
    int common = a.scale > b.scale ? a.scale : b.scale;
    fb_int128 x, y;
    if (!__builtin_mul_overflow(a.unscaled, powers[common - a.scale], &x) &&
        !__builtin_mul_overflow(b.unscaled, powers[common - b.scale], &y))
        return (x > y) - (x < y);
    b.unscaled = -b.unscaled;
    exact difference = add_exactly(a, b);
    fb_wide zero = fb_wide_of(0);
    if (fb_wide_compare(&difference.magnitude, &zero) == 0) return 0;
    return difference.negative ? -1 : 1;
}

/* Plain notation from the digits of an integer. */
static size_t put_plain(bool negative, const char *digit, size_t count, int scale, char *text)
{
    char *at = text;
    if (negative) *at++ = '-';
    if (scale <= 0) {
        memcpy(at, digit, count);
        at += count;
        bool is_zero = count == 1 && digit[0] == '0';
        for (int i = 0; i < -scale && !is_zero; i++)
            *at++ = '0';
        return (size_t)(at - text);
    }
    size_t behind = (size_t)scale;
    size_t before = count > behind ? count - behind : 0;
    if (before == 0) *at++ = '0';
    memcpy(at, digit, before);
    at += before;
    *at++ = '.';
    for (size_t i = count; i < behind; i++)
        *at++ = '0';
    memcpy(at, digit + before, count - before);
    return (size_t)(at - text) + count - before;
}

static size_t print_magnitude(fb_int128 value, char digit[FB_DECIMAL_TEXT_MAX])
{
    fb_uint128 left = magnitude(value);
    if (left <= UINT64_MAX) return fb_number_print_uint64((uint64_t)left, digit);
    size_t size = fb_number_print_uint64((uint64_t)(left / P18 / P18), digit);
    if (left < (fb_uint128)P18 * P18) size = 0;
    for (int i = 0; i < 2; i++) {
        uint64_t group = (uint64_t)(i == 0 ? left / P18 % P18 : left % P18);
        char part[FB_INT64_TEXT_MAX];
        size_t count = fb_number_print_uint64(group + P18, part); /* a leading 1 keeps the zeros */
        size_t skip = 1;
        while (size == 0 && part[skip] == '0')
            skip++;
        memcpy(digit + size, part + skip, count - skip);
        size += count - skip;
    }
    return size;
}

size_t fb_decimal_print(fb_decimal value, char text[FB_DECIMAL_TEXT_MAX])
{
    char digit[FB_DECIMAL_TEXT_MAX];
    size_t count = print_magnitude(value.unscaled, digit);
    return put_plain(value.unscaled < 0, digit, count, value.scale, text);
}

size_t fb_decimal_print_scientific(fb_decimal value, char text[FB_DECIMAL_TEXT_MAX])
{
    char digit[FB_DECIMAL_TEXT_MAX];
    size_t count = print_magnitude(value.unscaled, digit);
    int exponent = (int)count - 1 - value.scale;
    if (exponent >= -6) return put_plain(value.unscaled < 0, digit, count, value.scale, text);
    size_t size = 0;
    if (value.unscaled < 0) text[size++] = '-';
    size += put_plain(false, digit, count, (int)count - 1, text + size);
    text[size++] = 'E';
    return size + fb_number_print_int64(exponent, text + size);
}

size_t fb_decimal_print_exact(fb_decimal_op op, fb_decimal a, fb_decimal b,
                              char text[FB_DECIMAL_EXACT_TEXT_MAX])
{
    exact result = compute_exactly(op, a, b);
    char digit[FB_WIDE_TEXT_MAX];
    size_t count = fb_wide_print(&result.magnitude, digit);
    return put_plain(result.negative, digit, count, result.scale, text);
}

double fb_decimal_to_double(fb_decimal value)
{
    char text[FB_DECIMAL_TEXT_MAX];
    double result;
    (void)fb_number_parse_double(fb_slice_make(text, fb_decimal_print(value, text)), &result);
    return result;
}

float fb_decimal_to_float(fb_decimal value)
{
    char text[FB_DECIMAL_TEXT_MAX];
    float result;
    (void)fb_number_parse_float(fb_slice_make(text, fb_decimal_print(value, text)), &result);
    return result;
}
