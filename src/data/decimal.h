/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal numbers of up to 38 digits: an integer `unscaled` and a scale, value = unscaled *
 * 10^-scale, with the rounding of Spark's Decimal (HALF_UP everywhere). Pure functions; any
 * thread. */
#ifndef FB_DATA_DECIMAL_H
#define FB_DATA_DECIMAL_H

#include "base/int128.h"
#include "base/slice.h"
#include "data/type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_DECIMAL_TEXT_MAX = 48,        /* a stored decimal, plain or with exponent */
    FB_DECIMAL_EXACT_TEXT_MAX = 400, /* what fb_decimal_print_exact and _digits write */
};

typedef struct fb_decimal {
    fb_int128 unscaled; /* less than 10^38 in magnitude */
    int32_t scale;      /* 0..38 */
} fb_decimal;

/* 10^exponent, exponent 0..38. */
fb_int128 fb_decimal_pow10(int exponent);

/* True when `unscaled` has at most `precision` digits. */
static inline bool fb_decimal_fits(fb_int128 unscaled, int precision)
{
    fb_int128 limit = fb_decimal_pow10(precision);
    return unscaled > -limit && unscaled < limit;
}

/* *sum = a + b; false when that needs more than `precision` digits. Two numbers of 38 digits may
 * leave the range of 128 bits. */
static inline bool fb_decimal_add_unscaled(fb_int128 a, fb_int128 b, int precision, fb_int128 *sum)
{
    return !__builtin_add_overflow(a, b, sum) && fb_decimal_fits(*sum, precision);
}

/* The value with `scale` digits behind the point, rounded; false when that needs more than
 * `precision` digits. */
bool fb_decimal_rescale(fb_decimal value, int precision, int scale, fb_int128 *out);
/* The integer part, rounded toward zero. */
fb_int128 fb_decimal_truncate(fb_decimal value);
int fb_decimal_compare(fb_decimal a, fb_decimal b);

typedef enum fb_decimal_op {
    FB_DECIMAL_ADD,
    FB_DECIMAL_SUBTRACT,
    FB_DECIMAL_MULTIPLY,  /* an exact product that does not fit is shown with 39 digits */
    FB_DECIMAL_DIVIDE,    /* and a quotient with 39 digits behind the point, cut */
    FB_DECIMAL_REMAINDER, /* sign of the dividend */
    FB_DECIMAL_QUOTIENT,  /* integer part of the division */
} fb_decimal_op;

/* Computes and fits into decimal(precision, scale); false when the result has too many digits.
 * The divisor is not 0. */
bool fb_decimal_compute(fb_decimal_op op, fb_decimal a, fb_decimal b, int precision, int scale,
                        fb_int128 *out);
/* The result before it is fitted, as Spark's overflow errors show it; no NUL. */
size_t fb_decimal_print_exact(fb_decimal_op op, fb_decimal a, fb_decimal b,
                              char text[FB_DECIMAL_EXACT_TEXT_MAX]);

/* Plain notation (BigDecimal.toPlainString); no NUL; returns the length. */
size_t fb_decimal_print(fb_decimal value, char text[FB_DECIMAL_TEXT_MAX]);
/* BigDecimal.toString: with an exponent when more than six zeros would follow the point. */
size_t fb_decimal_print_scientific(fb_decimal value, char text[FB_DECIMAL_TEXT_MAX]);

/* A decimal number as it is written: sign, digits, exponent. */
typedef struct fb_decimal_digits {
    bool negative;
    uint32_t count;   /* significant digits kept; the ones behind cannot decide a rounding */
    int32_t exponent; /* value = digits * 10^exponent */
    int64_t scale;    /* digits behind the point as written, less the exponent as written */
    uint32_t written; /* digits written, without leading zeros, at least 1 */
    char digit[80];
} fb_decimal_digits;

/* [+-]digits[.digits][e[+-]digits], trimmed; false when malformed or the exponent is no int32. */
bool fb_decimal_digits_parse(fb_slice text, fb_decimal_digits *out);
/* The shortest decimal that reads back as the (finite) double, as Spark converts. */
void fb_decimal_digits_of_double(double value, fb_decimal_digits *out);
/* False: more than 38 digits in front of the point (Spark: NUMERIC_OUT_OF_SUPPORTED_RANGE). */
bool fb_decimal_digits_is_supported(const fb_decimal_digits *digits);
/* Rounded into decimal(precision, scale); false when it does not fit. */
bool fb_decimal_digits_fit(const fb_decimal_digits *digits, int precision, int scale,
                           fb_int128 *out);
/* Plain notation; exponents beyond what fits stay exponents. */
size_t fb_decimal_digits_print(const fb_decimal_digits *digits,
                               char text[FB_DECIMAL_EXACT_TEXT_MAX]);
/* A SQL literal without its suffix: 1.50 is 150 in decimal(3,2). False: malformed, or more than 38
 * digits. */
bool fb_decimal_parse_literal(fb_slice text, fb_int128 *unscaled, int *precision, int *scale);

/* The nearest double or float. */
double fb_decimal_to_double(fb_decimal value);
float fb_decimal_to_float(fb_decimal value);

#endif
