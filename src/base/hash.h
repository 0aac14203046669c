/* SPDX-License-Identifier: Apache-2.0
 *
 * The two hashes of Spark SQL, bit for bit: hash() (Murmur3 x86 32) decides the partition of a
 * key and so the file a state row lies in; xxhash64() is XXH64. Both chain: the hash of the
 * columns before is the seed of the next. Any thread. */
#ifndef FB_BASE_HASH_H
#define FB_BASE_HASH_H

#include "base/slice.h"

#include <stdint.h>

enum { FB_HASH_SEED = 42 }; /* of the first column */

/* Murmur3 of a 4-byte or 8-byte integer. */
static inline uint32_t fb_murmur3_mix_k(uint32_t k)
{
    k *= 0xcc9e2d51u;
    k = (k << 15) | (k >> 17);
    return k * 0x1b873593u;
}

static inline uint32_t fb_murmur3_mix_h(uint32_t h, uint32_t k)
{
    h ^= k;
    h = (h << 13) | (h >> 19);
    return h * 5 + 0xe6546b64u;
}

static inline uint32_t fb_murmur3_finish(uint32_t h, uint32_t size_bytes)
{
    h ^= size_bytes;
    h ^= h >> 16;
    h *= 0x85ebca6bu;
    h ^= h >> 13;
    h *= 0xc2b2ae35u;
    return h ^ (h >> 16);
}

static inline uint32_t fb_murmur3_int(int32_t value, uint32_t seed)
{
    uint32_t h = fb_murmur3_mix_h(seed, fb_murmur3_mix_k((uint32_t)value));
    return fb_murmur3_finish(h, 4);
}

static inline uint32_t fb_murmur3_long(int64_t value, uint32_t seed)
{
    uint64_t bits = (uint64_t)value;
    uint32_t h = fb_murmur3_mix_h(seed, fb_murmur3_mix_k((uint32_t)bits));
    h = fb_murmur3_mix_h(h, fb_murmur3_mix_k((uint32_t)(bits >> 32)));
    return fb_murmur3_finish(h, 8);
}

/* Spark's own variant: every byte of the tail is mixed as a word of its own, sign-extended. */
uint32_t fb_murmur3_bytes(fb_slice bytes, uint32_t seed);

/* XXH64 of a 4-byte or 8-byte integer. */
uint64_t fb_xxhash64_int(int32_t value, uint64_t seed);
uint64_t fb_xxhash64_long(int64_t value, uint64_t seed);
uint64_t fb_xxhash64_bytes(fb_slice bytes, uint64_t seed);

/* Big-endian two's complement with the fewest bytes, as java.math.BigInteger.toByteArray: what
 * both functions hash of a DECIMAL above 18 digits. Writes at most 16 bytes, returns how many. */
__extension__ size_t fb_hash_decimal_bytes(__int128 unscaled, char out[16]);

/* The bits that are hashed of a FLOAT or DOUBLE: -0.0 as 0.0, every NaN as the canonical one. */
int32_t fb_hash_float_bits(float value);
int64_t fb_hash_double_bits(double value);

#endif
