/* SPDX-License-Identifier: Apache-2.0
 *
 * Division by a number that is the same for many dividends: a multiplication and two shifts instead
 * of the machine's slow division (Granlund and Montgomery, "Division by Invariant Integers using
 * Multiplication", 1994). Exact for every dividend. */
#ifndef FB_BASE_DIVIDER_H
#define FB_BASE_DIVIDER_H

#include "base/int128.h"

#include <stdint.h>

typedef struct fb_divider {
    uint64_t divisor;
    uint64_t multiplier;
    unsigned first_shift, second_shift;
} fb_divider;

/* `divisor` is not 0. */
static inline fb_divider fb_divider_make(uint64_t divisor)
{
    unsigned bits = divisor > 1 ? 64 - (unsigned)__builtin_clzll(divisor - 1) : 0;
    fb_uint128 power = (fb_uint128)1 << bits;
    return (fb_divider){.divisor = divisor,
                        .multiplier = (uint64_t)(((power - divisor) << 64) / divisor + 1),
                        .first_shift = bits > 0,
                        .second_shift = bits > 0 ? bits - 1 : 0};
}

static inline uint64_t fb_divider_quotient(const fb_divider *divider, uint64_t dividend)
{
    uint64_t high = (uint64_t)((fb_uint128)divider->multiplier * dividend >> 64);
    return (high + ((dividend - high) >> divider->first_shift)) >> divider->second_shift;
}

static inline uint64_t fb_divider_remainder(const fb_divider *divider, uint64_t dividend)
{
    return dividend - fb_divider_quotient(divider, dividend) * divider->divisor;
}

#endif
