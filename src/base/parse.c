/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <stdint.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip(fb_slice *text, size_t count)
{
    text->data += count;
    text->size -= count;
}

static void skip_spaces(fb_slice *text)
{
    while (text->size && is_space(text->data[0]))
        skip(text, 1);
}

static fb_slice trim(fb_slice text)
{
    skip_spaces(&text);
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* Cuts the leading run of digits or letters off `text`. */
static fb_slice take(fb_slice *text, bool (*belongs)(char c))
{
    size_t size = 0;
    while (size < text->size && belongs(text->data[size]))
        size++;
    fb_slice taken = {text->data, size};
    skip(text, size);
    return taken;
}

bool fb_parse_uint64(fb_slice text, uint64_t *out)
{
    *out = 0;
    if (!text.size) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) return false;
        if (__builtin_mul_overflow(value, 10u, &value)) return false;
        if (__builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value)) return false;
    }
    *out = value;
    return true;
}

bool fb_parse_int64(fb_slice text, int64_t *out)
{
    *out = 0;
    bool is_negative = text.size && text.data[0] == '-';
    if (text.size && (text.data[0] == '-' || text.data[0] == '+')) skip(&text, 1);
    uint64_t magnitude;
    if (!fb_parse_uint64(text, &magnitude)) return false;
    if (magnitude > (uint64_t)INT64_MAX + (is_negative ? 1 : 0)) return false;
    /* Unsigned negation is defined for INT64_MIN, too. */
    *out = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}

bool fb_parse_bool(fb_slice text, bool *out)
{
    *out = fb_slice_equal_nocase(text, FB_SLICE("true"));
    return *out || fb_slice_equal_nocase(text, FB_SLICE("false"));
}

/* --- durations --- */

typedef struct time_unit {
    const char *name;
    int64_t us;
} time_unit;

#define SECOND_US INT64_C(1000000)

static const time_unit short_units[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", SECOND_US},
    {"m", 60 * SECOND_US},
    {"min", 60 * SECOND_US},
    {"h", 3600 * SECOND_US},
    {"d", 86400 * SECOND_US},
    {NULL, 0},
};

/* Months and years have no fixed length. */
static const time_unit interval_units[] = {
    {"microsecond", 1},
    {"millisecond", 1000},
    {"second", SECOND_US},
    {"minute", 60 * SECOND_US},
    {"hour", 3600 * SECOND_US},
    {"day", 86400 * SECOND_US},
    {"week", 7 * 86400 * SECOND_US},
    {NULL, 0},
};

static int64_t find_unit(const time_unit *units, fb_slice word)
{
    for (const time_unit *unit = units; unit->name; unit++)
        if (fb_slice_equal_nocase(word, fb_slice_of(unit->name))) return unit->us;
    return 0;
}

/* "second" and "seconds". */
static int64_t find_interval_unit(fb_slice word)
{
    int64_t us = find_unit(interval_units, word);
    if (us || word.size < 2 || (word.data[word.size - 1] | 0x20) != 's') return us;
    return find_unit(interval_units, (fb_slice){word.data, word.size - 1});
}

/* "[+-]digits[.digits] unit"; a fraction is for seconds only, as in Spark. */
static bool take_interval_part(fb_slice *text, int64_t *out)
{
    bool is_negative = text->data[0] == '-';
    if (is_negative || text->data[0] == '+') {
        skip(text, 1);
        skip_spaces(text);
    }
    int64_t whole;
    if (!fb_parse_int64(take(text, is_digit), &whole)) return false;
    int64_t fraction_us = 0;
    bool has_fraction = text->size && text->data[0] == '.';
    if (has_fraction) {
        skip(text, 1);
        fb_slice digits = take(text, is_digit);
        if (!digits.size || digits.size > 9) return false;
        int64_t scale = SECOND_US;
        for (size_t i = 0; i < digits.size && scale > 1; i++) {
            scale /= 10;
            fraction_us += (digits.data[i] - '0') * scale;
        }
    }
    skip_spaces(text);
    int64_t unit_us = find_interval_unit(take(text, is_letter));
    if (!unit_us || (has_fraction && unit_us != SECOND_US)) return false;
    if (__builtin_mul_overflow(whole, unit_us, out)) return false;
    if (__builtin_add_overflow(*out, fraction_us, out)) return false;
    if (is_negative) *out = -*out;
    return true;
}

static bool parse_interval(fb_slice text, int64_t *out)
{
    fb_slice rest = text;
    if (fb_slice_equal_nocase(take(&rest, is_letter), FB_SLICE("interval"))) {
        if (!rest.size || !is_space(rest.data[0])) return false;
        skip_spaces(&rest);
        text = rest;
    }
    if (!text.size) return false;
    int64_t total = 0;
    while (text.size) {
        int64_t part;
        if (!take_interval_part(&text, &part)) return false;
        if (__builtin_add_overflow(total, part, &total)) return false;
        if (text.size && !is_space(text.data[0])) return false;
        skip_spaces(&text);
    }
    *out = total;
    return true;
}

bool fb_parse_duration_us(fb_slice text, bool default_ms, int64_t *out)
{
    *out = 0;
    text = trim(text);
    fb_slice rest = text;
    bool has_sign = rest.size && (rest.data[0] == '-' || rest.data[0] == '+');
    if (has_sign) skip(&rest, 1);
    fb_slice digits = take(&rest, is_digit);
    fb_slice number = {text.data, digits.size + (has_sign ? 1 : 0)};
    int64_t unit_us = rest.size ? find_unit(short_units, rest) : default_ms ? 1000 : SECOND_US;
    if (!digits.size || !unit_us) return parse_interval(text, out);
    int64_t value;
    if (!fb_parse_int64(number, &value)) return false;
    if (__builtin_mul_overflow(value, unit_us, &value)) return false;
    *out = value;
    return true;
}

/* --- sizes --- */

/* The power of two behind "", b, k, kb, kib, ... p; -1 for others. */
static int size_shift(fb_slice unit)
{
    static const char letters[] = "bkmgtp";
    if (!unit.size) return 0;
    const char *letter = strchr(letters, unit.data[0] | 0x20);
    if (!letter) return -1;
    fb_slice tail = {unit.data + 1, unit.size - 1};
    bool known = !tail.size || (letter != letters && (fb_slice_equal_nocase(tail, FB_SLICE("b")) ||
                                                      fb_slice_equal_nocase(tail, FB_SLICE("ib"))));
    return known ? (int)(letter - letters) * 10 : -1;
}

bool fb_parse_size_bytes(fb_slice text, uint64_t *out)
{
    *out = 0;
    text = trim(text);
    uint64_t whole;
    if (!fb_parse_uint64(take(&text, is_digit), &whole)) return false;
    fb_slice fraction = {NULL, 0};
    if (text.size && text.data[0] == '.') {
        skip(&text, 1);
        fraction = take(&text, is_digit);
        if (!fraction.size || fraction.size > 9) return false;
    }
    skip_spaces(&text);
    int shift = size_shift(text);
    if (shift < 0 || (fraction.size && shift == 0)) return false;
    if (__builtin_mul_overflow(whole, UINT64_C(1) << shift, &whole)) return false;
    /* At most nine digits of a unit of at most 2^50: fits in 128 bits, rounds down. */
    uint64_t digits = 0, scale = 1;
    for (size_t i = 0; i < fraction.size; i++) {
        digits = digits * 10 + (uint64_t)(fraction.data[i] - '0');
        scale *= 10;
    }
    __extension__ unsigned __int128 part = (unsigned __int128)digits << shift;
    return !__builtin_add_overflow(whole, (uint64_t)(part / scale), out);
}
