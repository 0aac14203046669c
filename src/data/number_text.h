/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers to text and back as Spark casts them: integers, and floating point in Java's notation
 * (1.0, 1.0E7, 4.9E-324, NaN, Infinity) with the shortest digits that read back, as JDK 19 and
 * later choose them. Independent of the locale; any thread. */
#ifndef FB_DATA_NUMBER_TEXT_H
#define FB_DATA_NUMBER_TEXT_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_INT64_TEXT_MAX = 20,  /* "-9223372036854775808" */
    FB_DOUBLE_TEXT_MAX = 26, /* "-2.2250738585072014E-308"; also enough for a float */
};

/* "00" to "99", one after the other. */
extern const char fb_digit_pairs[200];

/* Without the spaces and ASCII control characters at both ends (UTF8String.trimAll). */
fb_slice fb_text_trim(fb_slice text);
/* Without what java.lang.String.trim takes off: the same, but DEL stays. */
fb_slice fb_text_trim_java(fb_slice text);

/* Decimal digits in `value`, 1 for 0. */
uint32_t fb_number_count_digits(uint64_t value);
/* No NUL; the length, at most FB_INT64_TEXT_MAX or FB_DOUBLE_TEXT_MAX, is returned. */
size_t fb_number_print_uint64(uint64_t value, char *text);
size_t fb_number_print_int64(int64_t value, char *text);
size_t fb_number_print_double(double value, char text[FB_DOUBLE_TEXT_MAX]);
size_t fb_number_print_float(float value, char text[FB_DOUBLE_TEXT_MAX]);

/* The finite number `digits` * 10^`exponent` that fb_number_print_double writes, for |value|;
 * 0 gives 0 * 10^0. */
void fb_number_shortest(double value, uint64_t *digits, int32_t *exponent);

/* [+-]digits after trimming; with `allow_fraction` (ANSI off) a '.' and digits behind are read
 * and dropped, and "." is 0. False also when the value is no int64. */
bool fb_number_parse_int64(fb_slice text, bool allow_fraction, int64_t *out);
/* What java.lang.Double.parseDouble takes (decimal and hexadecimal, suffix f or d), and inf,
 * infinity, nan without case; the nearest value. */
bool fb_number_parse_double(fb_slice text, double *out);
bool fb_number_parse_float(fb_slice text, float *out);

#endif
