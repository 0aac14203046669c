/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wide.h"

#include "base/assert.h"

#include <string.h>

fb_wide fb_wide_of(fb_uint128 value)
{
    fb_wide wide = {{0}};
    for (int i = 0; i < 4; i++)
        wide.word[i] = (uint32_t)(value >> (32 * i));
    return wide;
}

bool fb_wide_to_uint128(const fb_wide *value, fb_uint128 *out)
{
    *out = 0;
    for (int i = 4; i < FB_WIDE_WORDS; i++)
        if (value->word[i]) return false;
    for (int i = 3; i >= 0; i--)
        *out = *out << 32 | value->word[i];
    return true;
}

/* The number of words without the leading zeros. */
static int length(const fb_wide *value)
{
    int count = FB_WIDE_WORDS;
    while (count > 0 && value->word[count - 1] == 0)
        count--;
    return count;
}

int fb_wide_compare(const fb_wide *a, const fb_wide *b)
{
    for (int i = FB_WIDE_WORDS - 1; i >= 0; i--)
        if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

fb_wide fb_wide_add(const fb_wide *a, const fb_wide *b)
{
    fb_wide sum;
    uint64_t carry = 0;
    for (int i = 0; i < FB_WIDE_WORDS; i++) {
        carry += (uint64_t)a->word[i] + b->word[i];
        sum.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    FB_ASSERT(carry == 0);
    return sum;
}

fb_wide fb_wide_subtract(const fb_wide *a, const fb_wide *b)
{
    fb_wide difference;
    int64_t carry = 0;
    for (int i = 0; i < FB_WIDE_WORDS; i++) {
        carry += (int64_t)a->word[i] - b->word[i];
        difference.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    FB_ASSERT(carry == 0);
    return difference;
}

fb_wide fb_wide_multiply(const fb_wide *a, const fb_wide *b)
{
    fb_wide product = {{0}};
    int a_length = length(a), b_length = length(b);
    FB_ASSERT(a_length + b_length <= FB_WIDE_WORDS + 1);
    for (int i = 0; i < a_length; i++) {
        uint64_t carry = 0;
        for (int k = 0; k < b_length && i + k < FB_WIDE_WORDS; k++) {
            carry += (uint64_t)a->word[i] * b->word[k] + product.word[i + k];
            product.word[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        if (i + b_length < FB_WIDE_WORDS)
            product.word[i + b_length] = (uint32_t)carry;
        else
            FB_ASSERT(carry == 0);
    }
    return product;
}

fb_wide fb_wide_pow10(uint32_t exponent)
{
    FB_ASSERT(exponent <= FB_WIDE_MAX_POW10);
    fb_wide power = fb_wide_of(1), factor = fb_wide_of(10);
    for (;;) {
        if (exponent & 1) power = fb_wide_multiply(&power, &factor);
        exponent >>= 1;
        if (!exponent) return power;
        factor = fb_wide_multiply(&factor, &factor);
    }
}

static fb_wide divide_by_word(const fb_wide *a, uint32_t divisor, fb_wide *rest)
{
    fb_wide quotient;
    uint64_t carry = 0;
    for (int i = FB_WIDE_WORDS - 1; i >= 0; i--) {
        carry = carry << 32 | a->word[i];
        quotient.word[i] = (uint32_t)(carry / divisor);
        carry %= divisor;
    }
    if (rest) *rest = fb_wide_of(carry);
    return quotient;
}

/* Takes `factor` times the divisor from the dividend's words at `at`; gives one divisor back and
 * one less as result when the estimate was too high. */
static uint32_t subtract_multiple(uint32_t *at, const uint32_t *divisor, int count, uint64_t factor)
{
    int64_t borrow = 0;
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        carry += factor * divisor[i];
        borrow += (int64_t)at[i] - (uint32_t)carry;
        at[i] = (uint32_t)borrow;
        borrow >>= 32;
        carry >>= 32;
    }
    borrow += (int64_t)at[count] - (int64_t)carry;
    at[count] = (uint32_t)borrow;
    if (borrow >= 0) return (uint32_t)factor;
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        sum += (uint64_t)at[i] + divisor[i];
        at[i] = (uint32_t)sum;
        sum >>= 32;
    }
    at[count] += (uint32_t)sum;
    return (uint32_t)factor - 1;
}

static void shift_left(const uint32_t *from, int count, int bits, uint32_t *to)
{
    uint32_t carry = 0;
    for (int i = 0; i < count; i++) {
        uint64_t shifted = (uint64_t)from[i] << bits;
        to[i] = (uint32_t)shifted | carry;
        carry = (uint32_t)(shifted >> 32);
    }
    to[count] = carry;
}

/* Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D. */
fb_wide fb_wide_divide(const fb_wide *a, const fb_wide *b, fb_wide *rest)
{
    int a_length = length(a), count = length(b);
    FB_ASSERT(count > 0);
    if (count == 1) return divide_by_word(a, b->word[0], rest);
    fb_wide quotient = {{0}};
    if (a_length < count) {
        if (rest) *rest = *a;
        return quotient;
    }
    /* With the divisor's highest bit set, estimates are at most two too high. */
    int bits = __builtin_clz(b->word[count - 1]);
    uint32_t dividend[FB_WIDE_WORDS + 1], divisor[FB_WIDE_WORDS + 1];
    shift_left(a->word, a_length, bits, dividend);
    shift_left(b->word, count, bits, divisor);
    for (int i = a_length - count; i >= 0; i--) {
        uint64_t top = (uint64_t)dividend[i + count] << 32 | dividend[i + count - 1];
        uint64_t estimate = top / divisor[count - 1], left = top % divisor[count - 1];
        while (estimate > UINT32_MAX ||
               estimate * divisor[count - 2] > (left << 32 | dividend[i + count - 2])) {
            estimate--;
            left += divisor[count - 1];
            if (left > UINT32_MAX) break;
        }
        quotient.word[i] = subtract_multiple(dividend + i, divisor, count, estimate);
    }
    if (!rest) return quotient;
    *rest = (fb_wide){{0}};
    for (int i = 0; i < count; i++)
        rest->word[i] = (uint32_t)(((uint64_t)dividend[i + 1] << 32 | dividend[i]) >> bits);
    return quotient;
}

fb_wide fb_wide_divide_half_up(const fb_wide *a, const fb_wide *b)
{
    fb_wide rest;
    fb_wide quotient = fb_wide_divide(a, b, &rest);
    fb_wide other_half = fb_wide_subtract(b, &rest);
    if (fb_wide_compare(&rest, &other_half) < 0) return quotient;
    fb_wide one = fb_wide_of(1);
    return fb_wide_add(&quotient, &one);
}

size_t fb_wide_print(const fb_wide *value, char text[FB_WIDE_TEXT_MAX])
{
    enum { GROUP_DIGITS = 9, GROUP = 1000000000 };
    char reversed[FB_WIDE_TEXT_MAX + GROUP_DIGITS];
    size_t size = 0;
    fb_wide left = *value;
    do {
        fb_wide group;
        left = divide_by_word(&left, GROUP, &group);
        uint32_t digits = group.word[0];
        for (int i = 0; i < GROUP_DIGITS; i++, digits /= 10)
            reversed[size++] = (char)('0' + digits % 10);
    } while (length(&left) > 0);
    while (size > 1 && reversed[size - 1] == '0')
        size--;
    for (size_t i = 0; i < size; i++)
        text[i] = reversed[size - 1 - i];
    return size;
}
