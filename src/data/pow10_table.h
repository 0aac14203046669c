/* SPDX-License-Identifier: Apache-2.0
 *
 * Powers of ten to 128 bits, for printing floating point. */
#ifndef FB_DATA_POW10_TABLE_H
#define FB_DATA_POW10_TABLE_H

#include <stdint.h>

enum { FB_POW10_LOWEST = -292, FB_POW10_HIGHEST = 324 };

/* 10^(FB_POW10_LOWEST + i) / 2^e, rounded up, with e such that it lies in [2^127, 2^128): high
 * and low half. */
extern const uint64_t fb_pow10_table[FB_POW10_HIGHEST - FB_POW10_LOWEST + 1][2];

#endif
