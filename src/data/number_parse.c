/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to numbers. The grammar is checked here; the C library only rounds, and gets a text whose
 * length is bounded: digits beyond the point where they could still decide a tie are replaced by a
 * single one. */
#include "data/number_text.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    /* The longest exact tie between two doubles has 767 significant digits. */
    MAX_DIGITS = 800,
    /* Where any number is 0 or infinite whatever its digits; keeps exponents in an int32. */
    MAX_EXPONENT = 100000,
    MAX_INPUT_BYTES = 1 << 28,
};

bool fb_number_parse_int64(fb_slice text, bool allow_fraction, int64_t *out)
{
    *out = 0;
    fb_slice trimmed = fb_text_trim(text);
    const char *at = trimmed.data, *end = at + trimmed.size;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    int64_t value = 0; /* kept negative: there is one more of those */
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *at - '0', &value))
            return false;
    }
    if (allow_fraction && at < end && *at == '.') {
        for (at++; at < end && *at >= '0' && *at <= '9';)
            at++;
    }
    if (at != end || (!negative && value == INT64_MIN)) return false;
    *out = negative ? value : -value;
    return true;
}

/* A number taken apart: sign, up to MAX_DIGITS digits and an exponent of 10 or 2. */
typedef struct number {
    bool negative;
    bool is_hex;
    int64_t exponent;
    size_t count;
    char digits[MAX_DIGITS + 1]; /* one more for the stand-in of what was dropped */
} number;

static bool is_digit_of(char c, bool is_hex)
{
    if (c >= '0' && c <= '9') return true;
    return is_hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

/* digits[.digits] or .digits, without leading zeros. */
static bool take_digits(const char **at, const char *end, number *out)
{
    bool any = false, in_fraction = false, dropped = false;
    int64_t unit = out->is_hex ? 4 : 1; /* a hexadecimal digit is four binary places */
    for (; *at < end; (*at)++) {
        char c = **at;
        if (c == '.' && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (!is_digit_of(c, out->is_hex)) break;
        any = true;
        if (in_fraction) out->exponent -= unit;
        if (c == '0' && out->count == 0) continue;
        if (out->count < MAX_DIGITS) {
            out->digits[out->count++] = c;
            continue;
        }
        dropped |= c != '0';
        out->exponent += unit;
    }
    if (dropped) {
        out->digits[out->count++] = '1';
        out->exponent -= unit;
    }
    return any;
}

static bool take_exponent(const char **at, const char *end, number *out)
{
    char letter = out->is_hex ? 'p' : 'e';
    if (*at == end || (**at | 0x20) != letter) return !out->is_hex;
    (*at)++;
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+')) (*at)++;
    const char *start = *at;
    int64_t value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        if (value < INT64_MAX / 20) value = value * 10 + (**at - '0');
    out->exponent += negative ? -value : value;
    return *at > start;
}

static bool parse_number(fb_slice text, number *out)
{
    const char *at = text.data, *end = at + text.size;
    out->negative = out->is_hex = false;
    out->exponent = 0;
    out->count = 0;
    if (at < end && (*at == '-' || *at == '+')) out->negative = *at++ == '-';
    if (end - at > 2 && at[0] == '0' && (at[1] | 0x20) == 'x') {
        out->is_hex = true;
        at += 2;
    }
    if (!take_digits(&at, end, out) || !take_exponent(&at, end, out)) return false;
    if (at < end && ((*at | 0x20) == 'f' || (*at | 0x20) == 'd')) at++;
    return at == end;
}

static locale_t c_locale;

static void make_c_locale(void)
{
    /* The C library keeps this one ready; nothing is allocated and nothing to be freed. */
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t the_c_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_c_locale);
    return c_locale;
}

/* Writes the number in strtod's syntax, NUL-terminated. */
static void render(const number *n, char text[MAX_DIGITS + 40])
{
    size_t size = 0;
    if (n->negative) text[size++] = '-';
    if (n->is_hex) {
        text[size++] = '0';
        text[size++] = 'x';
    }
    memcpy(text + size, n->digits, n->count);
    size += n->count;
    if (n->count == 0) text[size++] = '0';
    int64_t exponent = n->exponent;
    if (exponent > MAX_EXPONENT) exponent = MAX_EXPONENT;
    if (exponent < -MAX_EXPONENT) exponent = -MAX_EXPONENT;
    text[size++] = n->is_hex ? 'p' : 'e';
    size += fb_number_print_int64(exponent, text + size);
    text[size] = '\0';
}

/* inf, infinity, nan in any case, and Java's own spelling of NaN with a sign. */
static bool parse_special(fb_slice text, double *out)
{
    bool is_signed = text.size && (text.data[0] == '-' || text.data[0] == '+');
    bool negative = is_signed && text.data[0] == '-';
    fb_slice name = fb_slice_make(text.data + is_signed, text.size - is_signed);
    if (fb_slice_equal_nocase(name, FB_SLICE("inf")) ||
        fb_slice_equal_nocase(name, FB_SLICE("infinity"))) {
        *out = negative ? -__builtin_inf() : __builtin_inf();
        return true;
    }
    *out = __builtin_nan("");
    return is_signed ? fb_slice_is(name, "NaN") : fb_slice_equal_nocase(name, FB_SLICE("nan"));
}

/* Powers of ten that are doubles. */
static const double small_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Up to 15 digits and a small power of ten are both exact, so that one operation rounds once. */
static bool parse_exactly(const number *n, double *out)
{
    if (n->is_hex || n->count > 15 || n->exponent < -22 || n->exponent > 22) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < n->count; i++)
        value = value * 10 + (uint64_t)(n->digits[i] - '0');
    double magnitude = n->exponent < 0 ? (double)value / small_powers[-n->exponent]
                                       : (double)value * small_powers[n->exponent];
    *out = n->negative ? -magnitude : magnitude;
    return true;
}

bool fb_number_parse_double(fb_slice text, double *out)
{
    *out = 0;
    number n;
    fb_slice trimmed = fb_text_trim_java(text);
    if (trimmed.size > MAX_INPUT_BYTES) return false;
    if (!parse_number(trimmed, &n)) return parse_special(trimmed, out);
    if (parse_exactly(&n, out)) return true;
    char buffer[MAX_DIGITS + 40];
    render(&n, buffer);
    *out = strtod_l(buffer, NULL, the_c_locale());
    return true;
}

bool fb_number_parse_float(fb_slice text, float *out)
{
    *out = 0;
    number n;
    fb_slice trimmed = fb_text_trim_java(text);
    if (trimmed.size > MAX_INPUT_BYTES) return false;
    if (!parse_number(trimmed, &n)) {
        double special;
        if (!parse_special(trimmed, &special)) return false;
        *out = (float)special;
        return true;
    }
    char buffer[MAX_DIGITS + 40];
    render(&n, buffer);
    *out = strtof_l(buffer, NULL, the_c_locale());
    return true;
}
