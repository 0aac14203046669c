/* SPDX-License-Identifier: Apache-2.0
 *
 * Floating point is printed with R. Giulietti's Schubfach ("The Schubfach way to render doubles",
 * 2020): v = c * 2^q is scaled by a power of ten so that at most two candidates of the shortest
 * length and four of one digit more lie around it; their order relative to the rounding interval
 * is decided on products that are rounded to odd. */
#include "data/number_text.h"

#include "base/int128.h"
#include "data/pow10_table.h"

#include <string.h>

const char fb_digit_pairs[200] = {
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293"
    "949596979899"};

static fb_slice trim(fb_slice text, bool del_too)
{
    size_t from = 0, until = text.size;
    while (from < until &&
           ((unsigned char)text.data[from] <= ' ' || (del_too && text.data[from] == 0x7f)))
        from++;
    while (until > from && ((unsigned char)text.data[until - 1] <= ' ' ||
                            (del_too && text.data[until - 1] == 0x7f)))
        until--;
    return fb_slice_make(text.data + from, until - from);
}

fb_slice fb_text_trim(fb_slice text)
{
    return trim(text, true);
}

fb_slice fb_text_trim_java(fb_slice text)
{
    return trim(text, false);
}

uint32_t fb_number_count_digits(uint64_t value)
{
    static const uint64_t powers[] = {
        0,
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
        1000000000000000000,
        10000000000000000000u,
    };
    /* 1233 / 4096 is a little more than log10(2), so the estimate is at most one too high. */
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(value | 1);
    uint32_t estimate = bits * 1233 >> 12;
    return estimate + (value >= powers[estimate]);
}

size_t fb_number_print_uint64(uint64_t value, char *text)
{
    uint32_t size = fb_number_count_digits(value);
    char *at = text + size;
    while (value >= 100) {
        at -= 2;
        memcpy(at, &fb_digit_pairs[value % 100 * 2], 2);
        value /= 100;
    }
    if (value >= 10)
        memcpy(text, &fb_digit_pairs[value * 2], 2);
    else
        *text = (char)('0' + value);
    return size;
}

size_t fb_number_print_int64(int64_t value, char *text)
{
    if (value >= 0) return fb_number_print_uint64((uint64_t)value, text);
    *text = '-';
    return fb_number_print_uint64(-(uint64_t)value, text + 1) + 1;
}

/* floor(log10(2^q)), or of 3/4 of it; exact for every exponent of a double. */
static int32_t floor_log10_pow2(int32_t q, bool three_quarters)
{
    /* log10(2) and log10(3/4) in units of 2^-40. */
    int64_t log = q * INT64_C(330985980543) - (three_quarters ? INT64_C(137373022085) : 0);
    return (int32_t)(log >> 40);
}

/* floor(log2(10^k)). */
static int32_t floor_log2_pow10(int32_t k)
{
    return (int32_t)(k * INT64_C(3652490315061) >> 40);
}

/* The product of a 128-bit fraction and `factor`, cut to its highest 64 bits; the last bit is set
 * when anything else of the product is, beyond what the fraction's rounding up can cause. */
static uint64_t multiply_to_odd(const uint64_t fraction[2], uint64_t factor)
{
    uint64_t low = (uint64_t)((fb_uint128)fraction[1] * factor >> 64);
    fb_uint128 sum = (fb_uint128)fraction[0] * factor + low;
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

/* The shortest decimal of at least two digits that reads back as c * 2^q. `lower_is_near`: the
 * next lower number is only half as far away as the next higher one. */
static void find_shortest(uint64_t c, int32_t q, bool lower_is_near, bool is_odd, uint64_t *digits,
                          int32_t *exponent)
{
    int32_t k = floor_log10_pow2(q, lower_is_near);
    int32_t shift = q + floor_log2_pow10(-k) + 1;
    const uint64_t *power = fb_pow10_table[-k - FB_POW10_LOWEST];
    /* Four times the value and the ends of its interval, in units of 10^k. */
    uint64_t low = multiply_to_odd(power, (4 * c - 2 + lower_is_near) << shift);
    uint64_t middle = multiply_to_odd(power, 4 * c << shift);
    uint64_t high = multiply_to_odd(power, (4 * c + 2) << shift);
    /* The ends belong to the interval of an even number only. */
    low += is_odd;
    high -= is_odd;
    *exponent = k;
    uint64_t below = middle / 4;
    if (below >= 100) {
        uint64_t short_below = below / 10 * 10;
        bool below_reads_back = low <= short_below * 4;
        bool above_reads_back = (short_below + 10) * 4 <= high;
        if (below_reads_back != above_reads_back) {
            *digits = below_reads_back ? short_below : short_below + 10;
            return;
        }
    }
    bool below_reads_back = low <= below * 4;
    bool above_reads_back = (below + 1) * 4 <= high;
    uint64_t half = below * 4 + 2;
    bool below_is_nearer = middle < half || (middle == half && below % 2 == 0);
    if (below_reads_back != above_reads_back) below_is_nearer = below_reads_back;
    *digits = below_is_nearer ? below : below + 1;
}

enum { DOUBLE_FRACTION_BITS = 52, DOUBLE_MIN_EXPONENT = -1074 };
enum { FLOAT_FRACTION_BITS = 23, FLOAT_MIN_EXPONENT = -149 };

/* `fraction` and `biased` are the fields of a finite, non-zero IEEE number. */
static void shortest_of_fields(uint64_t fraction, uint32_t biased, int fraction_bits,
                               int min_exponent, uint64_t *digits, int32_t *exponent)
{
    uint64_t hidden = (uint64_t)1 << fraction_bits;
    uint64_t c = biased ? fraction | hidden : fraction;
    int32_t q = min_exponent + (biased ? (int32_t)biased - 1 : 0);
    bool is_odd = c % 2;
    find_shortest(c, q, fraction == 0 && biased > 1, is_odd, digits, exponent);
    if (!biased && *digits <= 10) {
        /* One digit would do to read the smallest numbers back, but two are printed: ten times as
         * many steps give the second. */
        find_shortest(c * 10, q, false, is_odd, digits, exponent);
        *exponent -= 1;
    }
    while (*digits % 10 == 0) {
        *digits /= 10;
        *exponent += 1;
    }
}

static void shortest_double(double value, uint64_t *digits, int32_t *exponent)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    shortest_of_fields(bits & (((uint64_t)1 << DOUBLE_FRACTION_BITS) - 1),
                       (uint32_t)(bits >> DOUBLE_FRACTION_BITS) & 0x7ff, DOUBLE_FRACTION_BITS,
                       DOUBLE_MIN_EXPONENT, digits, exponent);
}

static void shortest_float(float value, uint64_t *digits, int32_t *exponent)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    shortest_of_fields(bits & (((uint32_t)1 << FLOAT_FRACTION_BITS) - 1),
                       (bits >> FLOAT_FRACTION_BITS) & 0xff, FLOAT_FRACTION_BITS,
                       FLOAT_MIN_EXPONENT, digits, exponent);
}

void fb_number_shortest(double value, uint64_t *digits, int32_t *exponent)
{
    *digits = 0;
    *exponent = 0;
    if (value != 0) shortest_double(value, digits, exponent);
}

static size_t put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return size;
}

static size_t put_zeros(char *at, int32_t count)
{
    if (count > 0) memset(at, '0', (size_t)count);
    return count > 0 ? (size_t)count : 0;
}

/* Java's notation: plain from 0.001 to below 10^7, else d.dddE±x; at least one digit behind the
 * point. `point` is the number of digits in front of it. */
static size_t put_java(uint64_t digits, int32_t exponent, char *text)
{
    char digit[FB_INT64_TEXT_MAX];
    int32_t count = (int32_t)fb_number_print_uint64(digits, digit);
    int32_t point = count + exponent;
    bool is_plain = point > -3 && point <= 7;
    int32_t whole = is_plain ? point : 1; /* digits in front of the point */
    char *at = text;
    if (whole <= 0) {
        at += put_text(at, "0.");
        at += put_zeros(at, -whole);
        memcpy(at, digit, (size_t)count);
        return (size_t)(at + count - text);
    }
    int32_t taken = whole < count ? whole : count;
    memcpy(at, digit, (size_t)taken);
    at += taken;
    at += put_zeros(at, whole - taken);
    *at++ = '.';
    if (taken == count) *at++ = '0';
    memcpy(at, digit + taken, (size_t)(count - taken));
    at += count - taken;
    if (!is_plain) {
        *at++ = 'E';
        at += fb_number_print_int64(point - 1, at);
    }
    return (size_t)(at - text);
}

/* What is not a finite, non-zero number; 0 when it is one. */
static size_t put_special(double value, char *text)
{
    if (value != value) return put_text(text, "NaN");
    bool negative = __builtin_signbit(value);
    if (value == 0) return put_text(text, negative ? "-0.0" : "0.0");
    if (__builtin_isinf(value)) return put_text(text, negative ? "-Infinity" : "Infinity");
    return 0;
}

size_t fb_number_print_double(double value, char text[FB_DOUBLE_TEXT_MAX])
{
    size_t size = put_special(value, text);
    if (size) return size;
    uint64_t digits;
    int32_t exponent;
    shortest_double(value, &digits, &exponent);
    if (value < 0) text[size++] = '-';
    return size + put_java(digits, exponent, text + size);
}

size_t fb_number_print_float(float value, char text[FB_DOUBLE_TEXT_MAX])
{
    size_t size = put_special((double)value, text);
    if (size) return size;
    uint64_t digits;
    int32_t exponent;
    shortest_float(value, &digits, &exponent);
    if (value < 0) text[size++] = '-';
    return size + put_java(digits, exponent, text + size);
}
