/* SPDX-License-Identifier: Apache-2.0
 *
 * Unsigned 512-bit integers: room for every intermediate of arithmetic on two 38-digit decimals
 * (a division to 39 digits behind the point needs 115 digits). Overflow asserts. */
#ifndef FB_BASE_WIDE_H
#define FB_BASE_WIDE_H

#include "base/int128.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FB_WIDE_WORDS = 16,
    FB_WIDE_TEXT_MAX = 155, /* decimal digits of 2^512 - 1 */
    FB_WIDE_MAX_POW10 = 154,
};

typedef struct fb_wide {
    uint32_t word[FB_WIDE_WORDS]; /* least significant first */
} fb_wide;

fb_wide fb_wide_of(fb_uint128 value);
fb_wide fb_wide_pow10(uint32_t exponent); /* up to FB_WIDE_MAX_POW10 */
/* False when the value has more than 128 bits. */
bool fb_wide_to_uint128(const fb_wide *value, fb_uint128 *out);

int fb_wide_compare(const fb_wide *a, const fb_wide *b);
fb_wide fb_wide_add(const fb_wide *a, const fb_wide *b);
fb_wide fb_wide_subtract(const fb_wide *a, const fb_wide *b); /* a >= b */
fb_wide fb_wide_multiply(const fb_wide *a, const fb_wide *b);
/* a / b and what remains; b is not 0. `rest` may be NULL. */
fb_wide fb_wide_divide(const fb_wide *a, const fb_wide *b, fb_wide *rest);
/* a / b to the nearest integer, halves away from zero. */
fb_wide fb_wide_divide_half_up(const fb_wide *a, const fb_wide *b);

/* Decimal digits, no NUL; returns their number, at least 1. */
size_t fb_wide_print(const fb_wide *value, char text[FB_WIDE_TEXT_MAX]);

#endif
