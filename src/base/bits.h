/* SPDX-License-Identifier: Apache-2.0
 *
 * Bitmaps in 64-bit words; bit i is word i / 64, bit i % 64. */
#ifndef FB_BASE_BITS_H
#define FB_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t fb_bits_words(size_t bit_count)
{
    return (bit_count + 63) / 64;
}

static inline bool fb_bits_get(const uint64_t *words, size_t index)
{
    return (words[index / 64] >> (index % 64)) & 1;
}

static inline void fb_bits_set(uint64_t *words, size_t index)
{
    words[index / 64] |= (uint64_t)1 << (index % 64);
}

static inline void fb_bits_clear(uint64_t *words, size_t index)
{
    words[index / 64] &= ~((uint64_t)1 << (index % 64));
}

static inline void fb_bits_put(uint64_t *words, size_t index, bool value)
{
    uint64_t mask = (uint64_t)1 << (index % 64);
    words[index / 64] = (words[index / 64] & ~mask) | (value ? mask : 0);
}

static inline void fb_bits_fill(uint64_t *words, size_t bit_count, bool value)
{
    memset(words, value ? 0xff : 0, fb_bits_words(bit_count) * sizeof *words);
}

static inline bool fb_bits_all_set(const uint64_t *words, size_t bit_count)
{
    for (size_t i = 0; i < bit_count / 64; i++)
        if (~words[i]) return false;
    size_t rest = bit_count % 64;
    return rest == 0 || !(~words[bit_count / 64] & (((uint64_t)1 << rest) - 1));
}

/* Set bits among the first `bit_count`. */
static inline size_t fb_bits_count(const uint64_t *words, size_t bit_count)
{
    size_t total = 0;
    for (size_t i = 0; i < bit_count / 64; i++)
        total += (size_t)__builtin_popcountll(words[i]);
    if (bit_count % 64)
        total += (size_t)__builtin_popcountll(words[bit_count / 64] &
                                              (((uint64_t)1 << (bit_count % 64)) - 1));
    return total;
}

#endif
