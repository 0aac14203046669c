/* SPDX-License-Identifier: Apache-2.0
 *
 * Written decimal numbers, of any length and exponent, to decimals. */
#include "data/decimal.h"

#include "base/assert.h"
#include "base/utf8.h"
#include "data/number_text.h"

#include <string.h>

/* 38 digits in front of the point, 38 behind it, and the one that rounds. */
static_assert(sizeof((fb_decimal_digits *)0)->digit >= 2 * FB_DECIMAL_MAX_PRECISION + 1,
              "dropped digits must not decide");

enum { MAX_TEXT_BYTES = 1 << 30 };

/* The zeros of the decimal digits outside of ASCII that java.math.BigDecimal reads: Unicode's
 * category Nd in the basic plane. Nine more follow each. */
static const uint16_t other_zeros[] = {
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
};

static int other_digit(fb_slice text, size_t *at)
{
    size_t offset = *at;
    uint32_t character = fb_utf8_next(text, &offset);
    for (size_t i = 0; i < sizeof other_zeros / sizeof other_zeros[0]; i++) {
        if (character < other_zeros[i] || character > other_zeros[i] + 9u) continue;
        *at = offset;
        return (int)(character - other_zeros[i]);
    }
    return -1;
}

/* The digit at `*at`, which moves behind it; -1: none. */
static int take_digit(fb_slice text, size_t *at)
{
    if (*at == text.size) return -1;
    char c = text.data[*at];
    if ((unsigned char)c >= 0x80) return other_digit(text, at);
    if (c < '0' || c > '9') return -1;
    (*at)++;
    return c - '0';
}

static bool take_sign(fb_slice text, size_t *at)
{
    if (*at == text.size || (text.data[*at] != '-' && text.data[*at] != '+')) return false;
    return text.data[(*at)++] == '-';
}

/* [e[+-]digits] at the end; the exponent is an int32. */
static bool parse_exponent(fb_slice text, size_t at, int64_t *out)
{
    *out = 0;
    if (at == text.size) return true;
    if ((text.data[at] | 0x20) != 'e') return false;
    at++;
    bool negative = take_sign(text, &at);
    if (at == text.size) return false;
    while (at < text.size) {
        int digit = take_digit(text, &at);
        if (digit < 0) return false;
        *out = *out * 10 + digit;
        if (*out > INT32_MAX) return false;
    }
    if (negative) *out = -*out;
    return true;
}

bool fb_decimal_digits_parse(fb_slice text, fb_decimal_digits *out)
{
    fb_slice trimmed = fb_text_trim_java(text);
    if (trimmed.size == 0 || trimmed.size > MAX_TEXT_BYTES) return false;
    size_t at = 0;
    *out = (fb_decimal_digits){.negative = take_sign(trimmed, &at)};
    bool any = false, in_fraction = false;
    int64_t dropped = 0;
    for (;;) {
        if (at < trimmed.size && trimmed.data[at] == '.' && !in_fraction) {
            in_fraction = true;
            at++;
            continue;
        }
        int digit = take_digit(trimmed, &at);
        if (digit < 0) break;
        any = true;
        out->scale += in_fraction;
        if (digit == 0 && out->written == 0) continue;
        out->written++;
        if (out->count < sizeof out->digit)
            out->digit[out->count++] = (char)('0' + digit);
        else
            dropped++;
    }
    int64_t exponent;
    if (!any || !parse_exponent(trimmed, at, &exponent)) return false;
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
