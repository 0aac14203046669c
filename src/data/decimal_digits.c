/* SPDX-License-Identifier: Apache-2.0
 *
 * Written decimal numbers, of any length and exponent, to decimals. */
#include "data/decimal.h"

#include "base/assert.h"
#include "data/number_text.h"

#include <string.h>

/* 38 digits in front of the point, 38 behind it, and the one that rounds. */
static_assert(sizeof((fb_decimal_digits *)0)->digit >= 2 * FB_DECIMAL_MAX_PRECISION + 1,
              "dropped digits must not decide");

enum { MAX_TEXT_BYTES = 1 << 30 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* [e[+-]digits] at the end; the exponent is an int32. */
static bool parse_exponent(const char *at, const char *end, int64_t *out)
{
    *out = 0;
    if (at == end) return true;
    if ((*at | 0x20) != 'e') return false;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        *out = *out * 10 + (*at - '0');
        if (*out > INT32_MAX) return false;
    }
    if (negative) *out = -*out;
    return true;
}

bool fb_decimal_digits_parse(fb_slice text, fb_decimal_digits *out)
{
    fb_slice trimmed = fb_text_trim(text);
    if (trimmed.size == 0 || trimmed.size > MAX_TEXT_BYTES) return false;
    const char *at = trimmed.data, *end = at + trimmed.size;
    *out = (fb_decimal_digits){.negative = *at == '-'};
    if (*at == '-' || *at == '+') at++;
    bool any = false, in_fraction = false;
    int64_t dropped = 0;
    for (; at < end && (is_digit(*at) || (*at == '.' && !in_fraction)); at++) {
        if (*at == '.') {
            in_fraction = true;
            continue;
        }
        any = true;
        out->scale += in_fraction;
        if (*at == '0' && out->written == 0) continue;
        out->written++;
        if (out->count < sizeof out->digit)
            out->digit[out->count++] = *at;
        else
            dropped++;
    }
    int64_t exponent;
    if (!any || !parse_exponent(at, end, &exponent)) return false;
    out->scale -= exponent;
    int64_t least = dropped - out->scale;
    if (least > INT32_MAX || least < INT32_MIN) return false;
    out->exponent = (int32_t)least;
    if (out->written == 0) out->written = 1;
    return true;
}

void fb_decimal_digits_of_double(double value, fb_decimal_digits *out)
{
    uint64_t digits;
    *out = (fb_decimal_digits){.negative = value < 0};
    fb_number_shortest(value, &digits, &out->exponent);
    if (digits == 0) out->exponent = 0;
    out->scale = -out->exponent;
    out->written = fb_number_count_digits(digits);
    if (digits) out->count = (uint32_t)fb_number_print_uint64(digits, out->digit);
}

bool fb_decimal_digits_is_supported(const fb_decimal_digits *digits)
{
    return (int64_t)digits->written - digits->scale <= FB_DECIMAL_MAX_PRECISION;
}

bool fb_decimal_digits_fit(const fb_decimal_digits *digits, int precision, int scale,
                           fb_int128 *out)
{
    *out = 0;
    if (digits->count == 0) return true;
    /* Of the digits, so many are in front of the last place of the result. */
    int64_t kept = digits->count + (int64_t)digits->exponent + scale;
    if (kept > precision) return false;
    if (kept < 0) return true;
    fb_int128 value = 0;
    for (int64_t i = 0; i < kept; i++)
        value = value * 10 + (i < digits->count ? digits->digit[i] - '0' : 0);
    if (kept < digits->count && digits->digit[kept] >= '5') value++;
    if (!fb_decimal_fits(value, precision)) return false;
    *out = digits->negative ? -value : value;
    return true;
}

/* What lies outside is printed with an exponent, so that the text is bounded. */
enum { MIN_PLAIN_POINT = -200, MAX_PLAIN_POINT = 310 };

size_t fb_decimal_digits_print(const fb_decimal_digits *digits,
                               char text[FB_DECIMAL_EXACT_TEXT_MAX])
{
    char *at = text;
    if (digits->negative) *at++ = '-';
    if (digits->count == 0) {
        *at++ = '0';
        return (size_t)(at - text);
    }
    int64_t count = digits->count;
    int64_t point = count + digits->exponent; /* digits in front of it */
    bool is_plain = point >= MIN_PLAIN_POINT && point <= MAX_PLAIN_POINT;
    if (!is_plain) point = count;
    if (point <= 0) {
        *at++ = '0';
        *at++ = '.';
        for (int64_t i = point; i < 0; i++)
            *at++ = '0';
    }
    for (int64_t i = 0; i < count || i < point; i++) {
        if (i > 0 && i == point) *at++ = '.';
        *at++ = i < count ? digits->digit[i] : '0';
    }
    if (!is_plain) {
        *at++ = 'E';
        at += fb_number_print_int64(digits->exponent, at);
    }
    return (size_t)(at - text);
}

bool fb_decimal_parse_literal(fb_slice text, fb_int128 *unscaled, int *precision, int *scale)
{
    fb_decimal_digits digits;
    *unscaled = *precision = *scale = 0;
    if (!fb_decimal_digits_parse(text, &digits)) return false;
    if (digits.scale > FB_DECIMAL_MAX_PRECISION || !fb_decimal_digits_is_supported(&digits))
        return false;
    *scale = digits.scale < 0 ? 0 : (int)digits.scale;
    int64_t needed = (int64_t)digits.written + (digits.scale < 0 ? -digits.scale : 0);
    *precision = (int)(needed > *scale ? needed : *scale);
    if (*precision > FB_DECIMAL_MAX_PRECISION) return false;
    return fb_decimal_digits_fit(&digits, *precision, *scale, unscaled);
}
