/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/lz4_block.h"

#include "base/assert.h"

#include <lz4.h>

enum {
    HEADER_BYTES = 21,
    MAGIC_BYTES = 8,
    METHOD_RAW = 0x10,
    METHOD_LZ4 = 0x20,
    LEVEL_BASE = 10,     /* level 0 is a block of 1 KiB */
    WRITE_LEVEL = 5,     /* 32 KiB */
    MAX_EXPANSION = 256, /* no byte of an LZ4 block stands for more */
};

static const uint32_t checksum_seed = 0x9747b28c;
static const uint32_t checksum_mask = 0x0fffffff;

typedef struct block_header {
    int method;
    uint32_t max_bytes; /* that a block of this level may have */
    uint32_t stored_bytes;
    uint32_t block_bytes;
    uint32_t checksum;
} block_header;

/* --- checksum --- */

static const uint32_t prime1 = 0x9e3779b1, prime2 = 0x85ebca77, prime3 = 0xc2b2ae3d,
                      prime4 = 0x27d4eb2f, prime5 = 0x165667b1;

static uint32_t rotate(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

static inline uint32_t load32(const char *from)
{
    const uint8_t *bytes = (const uint8_t *)from;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline uint32_t mix_lane(uint32_t lane, const char *from)
{
    return rotate(lane + load32(from) * prime2, 13) * prime1;
}

uint32_t fb_xxh32(fb_slice bytes, uint32_t seed)
{
    const char *at = bytes.data, *end = bytes.data + bytes.size;
    uint32_t hash = seed + prime5;
    if (bytes.size >= 16) {
        /* Four variables: as an array they would go through memory, at twice the time. */
        uint32_t a = seed + prime1 + prime2, b = seed + prime2, c = seed, d = seed - prime1;
        for (; end - at >= 16; at += 16) {
            a = mix_lane(a, at);
            b = mix_lane(b, at + 4);
            c = mix_lane(c, at + 8);
            d = mix_lane(d, at + 12);
        }
        hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    }
    hash += (uint32_t)bytes.size;
    for (; end - at >= 4; at += 4)
        hash = rotate(hash + load32(at) * prime3, 17) * prime4;
    for (; at < end; at++)
        hash = rotate(hash + (uint8_t)*at * prime5, 11) * prime1;
    hash ^= hash >> 15;
    hash *= prime2;
    hash ^= hash >> 13;
    hash *= prime3;
    return hash ^ hash >> 16;
}

static uint32_t block_checksum(fb_slice block)
{
    return fb_xxh32(block, checksum_seed) & checksum_mask;
}

/* --- writing --- */

static void store32(char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(value >> (8 * i));
}

static void store_header(char *to, int method, size_t stored_bytes, size_t block_bytes,
                         uint32_t checksum)
{
    memcpy(to, "LZ4Block", MAGIC_BYTES);
    to[8] = (char)(method | WRITE_LEVEL);
    store32(to + 9, (uint32_t)stored_bytes);
    store32(to + 13, (uint32_t)block_bytes);
    store32(to + 17, checksum);
}

void fb_lz4_block_write(fb_slice block, fb_buf *out)
{
    FB_ASSERT(block.size > 0 && block.size <= FB_LZ4_BLOCK_BYTES);
    size_t room = (size_t)LZ4_compressBound((int)block.size);
    if (!fb_buf_reserve(out, HEADER_BYTES + room)) return;
    char *header = out->data + out->size;
    int size = LZ4_compress_default(block.data, header + HEADER_BYTES, (int)block.size, (int)room);
    bool is_smaller = size > 0 && (size_t)size < block.size;
    if (!is_smaller) {
        memcpy(header + HEADER_BYTES, block.data, block.size);
        size = (int)block.size;
    }
    store_header(header, is_smaller ? METHOD_LZ4 : METHOD_RAW, (size_t)size, block.size,
                 block_checksum(block));
    out->size += HEADER_BYTES + (size_t)size;
    out->data[out->size] = '\0';
}

void fb_lz4_block_write_end(fb_buf *out)
{
    char header[HEADER_BYTES];
    store_header(header, METHOD_RAW, 0, 0, 0);
    fb_buf_add(out, header, sizeof header);
}

/* --- reading --- */

static fb_status fail_at(const char *name, size_t offset, fb_error *err, const char *expected)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected %s", name, offset, expected);
}

static fb_status read_header(const char *name, fb_slice stream, size_t offset, block_header *out,
                             fb_error *err)
{
    size_t left = stream.size - offset;
    const char *bytes = stream.data + offset;
    if (left < HEADER_BYTES) return fail_at(name, offset, err, "an LZ4 block header of 21 bytes");
    if (memcmp(bytes, "LZ4Block", MAGIC_BYTES) != 0)
        return fail_at(name, offset, err, "\"LZ4Block\"");
    uint8_t token = (uint8_t)bytes[8];
    *out = (block_header){.method = token & 0xf0,
                          .max_bytes = (uint32_t)1 << (LEVEL_BASE + (token & 0x0f)),
                          .stored_bytes = load32(bytes + 9),
                          .block_bytes = load32(bytes + 13),
                          .checksum = load32(bytes + 17)};
    if (out->method != METHOD_RAW && out->method != METHOD_LZ4)
        return fail_at(name, offset + 8, err, "method 0x10 (raw) or 0x20 (LZ4)");
    if (out->block_bytes > out->max_bytes)
        return fail_at(name, offset + 13, err, "a block not larger than its level allows");
    if (!out->block_bytes != !out->stored_bytes ||
        (out->method == METHOD_RAW && out->block_bytes != out->stored_bytes))
        return fail_at(name, offset + 9, err, "sizes that agree");
    if (out->block_bytes == 0 && out->checksum != 0)
        return fail_at(name, offset + 17, err, "checksum 0 in the end mark");
    if (out->stored_bytes > left - HEADER_BYTES)
        return fail_at(name, offset + 9, err, "a size within the file");
    return FB_OK;
}

fb_status fb_lz4_block_read(const char *name, fb_slice stream, size_t *offset, fb_buf *out,
                            fb_error *err)
{
    block_header header = {.block_bytes = 0};
    size_t start = *offset;
    while (header.block_bytes == 0) {
        if (*offset == stream.size) return FB_OK;
        start = *offset;
        FB_TRY(read_header(name, stream, start, &header, err));
        *offset = start + HEADER_BYTES + header.stored_bytes;
    }
    /* Before memory is taken on the header's word. */
    if (header.block_bytes / MAX_EXPANSION > header.stored_bytes)
        return fail_at(name, start + 13, err, "a size that LZ4 can reach");
    if (!fb_buf_reserve(out, header.block_bytes)) return fb_fail_nomem(err, "an LZ4 block");
    const char *stored = stream.data + start + HEADER_BYTES;
    fb_slice block = {out->data + out->size, header.block_bytes};
    if (header.method == METHOD_RAW)
        memcpy(out->data + out->size, stored, header.block_bytes);
    else if (LZ4_decompress_safe(stored, out->data + out->size, (int)header.stored_bytes,
                                 (int)header.block_bytes) != (int)header.block_bytes)
        return fail_at(name, start + HEADER_BYTES, err, "a valid LZ4 block");
    if (block_checksum(block) != header.checksum)
        return fail_at(name, start + 17, err, "the checksum of the block");
    out->size += header.block_bytes;
    out->data[out->size] = '\0';
    return FB_OK;
}
