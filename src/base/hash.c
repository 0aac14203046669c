/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

/* Values are read as little-endian words whatever the machine. */
static uint32_t read_u32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static uint64_t read_u64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

uint32_t fb_murmur3_bytes(fb_slice bytes, uint32_t seed)
{
    uint32_t h = seed;
    size_t aligned = bytes.size & ~(size_t)3;
    for (size_t i = 0; i < aligned; i += 4)
        h = fb_murmur3_mix_h(h, fb_murmur3_mix_k(read_u32(bytes.data + i)));
    for (size_t i = aligned; i < bytes.size; i++) {
        int32_t extended = (signed char)bytes.data[i];
        h = fb_murmur3_mix_h(h, fb_murmur3_mix_k((uint32_t)extended));
    }
    return fb_murmur3_finish(h, (uint32_t)bytes.size);
}

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static uint64_t xx_finish(uint64_t h)
{
    h ^= h >> 33;
    h *= PRIME_2;
    h ^= h >> 29;
    h *= PRIME_3;
    return h ^ (h >> 32);
}

static uint64_t xx_round(uint64_t lane, uint64_t input)
{
    return rotate_left(lane + input * PRIME_2, 31) * PRIME_1;
}

static uint64_t xx_merge(uint64_t h, uint64_t lane)
{
    return (h ^ xx_round(0, lane)) * PRIME_1 + PRIME_4;
}

uint64_t fb_xxhash64_int(int32_t value, uint64_t seed)
{
    uint64_t h = seed + PRIME_5 + 4;
    h ^= (uint64_t)(uint32_t)value * PRIME_1;
    return xx_finish(rotate_left(h, 23) * PRIME_2 + PRIME_3);
}

uint64_t fb_xxhash64_long(int64_t value, uint64_t seed)
{
    uint64_t h = seed + PRIME_5 + 8;
    h ^= xx_round(0, (uint64_t)value);
    return xx_finish(rotate_left(h, 27) * PRIME_1 + PRIME_4);
}

/* The four lanes over whole 32-byte blocks, merged. */
static uint64_t xx_blocks(const char *data, size_t block_bytes, uint64_t seed)
{
    uint64_t lanes[4] = {seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1};
    for (size_t i = 0; i < block_bytes; i += 32) {
        for (int lane = 0; lane < 4; lane++)
            lanes[lane] = xx_round(lanes[lane], read_u64(data + i + 8 * (size_t)lane));
    }
    uint64_t h = rotate_left(lanes[0], 1) + rotate_left(lanes[1], 7) + rotate_left(lanes[2], 12) +
                 rotate_left(lanes[3], 18);
    for (int lane = 0; lane < 4; lane++)
        h = xx_merge(h, lanes[lane]);
    return h;
}

uint64_t fb_xxhash64_bytes(fb_slice bytes, uint64_t seed)
{
    size_t block_bytes = bytes.size & ~(size_t)31;
    uint64_t h = block_bytes ? xx_blocks(bytes.data, block_bytes, seed) : seed + PRIME_5;
    h += bytes.size;

    size_t i = block_bytes;
    for (; i + 8 <= bytes.size; i += 8) {
        h ^= xx_round(0, read_u64(bytes.data + i));
        h = rotate_left(h, 27) * PRIME_1 + PRIME_4;
    }
    if (i + 4 <= bytes.size) {
        h ^= (uint64_t)read_u32(bytes.data + i) * PRIME_1;
        h = rotate_left(h, 23) * PRIME_2 + PRIME_3;
        i += 4;
    }
    for (; i < bytes.size; i++) {
        h ^= (uint64_t)(unsigned char)bytes.data[i] * PRIME_5;
        h = rotate_left(h, 11) * PRIME_1;
    }
    return xx_finish(h);
}

__extension__ size_t fb_hash_decimal_bytes(__int128 unscaled, char out[16])
{
    size_t size = 1;
    /* One byte more as long as the rest is not just the sign of what is kept. */
    while (size < 16) {
        __extension__ __int128 rest = unscaled >> (8 * size - 1);
        if (rest == 0 || rest == -1) break;
        size++;
    }
    for (size_t i = 0; i < size; i++)
        out[i] = (char)(unsigned char)(unscaled >> (8 * (size - 1 - i)));
    return size;
}

int32_t fb_hash_float_bits(float value)
{
    if (value != value) return 0x7fc00000;
    if (value == 0.0f) return 0;
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

int64_t fb_hash_double_bits(double value)
{
    if (value != value) return 0x7ff8000000000000;
    if (value == 0.0) return 0;
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
