#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/data/pow10_table.c: the powers of ten that printing doubles needs, 128 bits each.

Run from the root of the source tree: python3 scripts/make_pow10_table.py > src/data/pow10_table.c
"""
LOWEST, HIGHEST = -292, 324


def entry(k):
    """10^k scaled to [2^127, 2^128), rounded up."""
    numerator, denominator = (10**k, 1) if k >= 0 else (1, 10**-k)
    shift = 128 - (numerator.bit_length() - denominator.bit_length())
    for s in (shift, shift - 1, shift + 1):
        n, d = (numerator << s, denominator) if s >= 0 else (numerator, denominator << -s)
        value = -(-n // d)
        if 2**127 <= n // d < 2**128:
            return value
    raise AssertionError(k)


print("""/* SPDX-License-Identifier: Apache-2.0
 *
 * Made by scripts/make_pow10_table.py. */
#include "data/pow10_table.h"

const uint64_t fb_pow10_table[FB_POW10_HIGHEST - FB_POW10_LOWEST + 1][2] = {""")
for k in range(LOWEST, HIGHEST + 1):
    v = entry(k)
    print("    {0x%016x, 0x%016x}, /* %d */" % (v >> 64, v & (2**64 - 1), k))
print("};")
