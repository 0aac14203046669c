/* SPDX-License-Identifier: Apache-2.0 */
#include "files/crc_file.h"

#include "base/crc32.h"

#include <inttypes.h>

enum { HEADER_BYTES = 8, SUM_BYTES = 4, DEFAULT_PIECE_BYTES = 512 };

static const char magic[4] = {'c', 'r', 'c', 0};

static void add_be32(fb_buf *out, uint32_t value)
{
    const unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                    (unsigned char)(value >> 8), (unsigned char)value};
    fb_buf_add(out, bytes, sizeof bytes);
}

static uint32_t read_be32(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static fb_slice piece_at(fb_slice content, size_t offset, size_t piece_bytes)
{
    size_t left = content.size - offset;
    return fb_slice_make(content.data + offset, left < piece_bytes ? left : piece_bytes);
}

void fb_crc_file_encode(fb_slice content, fb_buf *out)
{
    fb_buf_add(out, magic, sizeof magic);
    add_be32(out, DEFAULT_PIECE_BYTES);
    for (size_t offset = 0; offset < content.size; offset += DEFAULT_PIECE_BYTES)
        add_be32(out, fb_crc32(piece_at(content, offset, DEFAULT_PIECE_BYTES)));
}

fb_status fb_crc_file_verify(const char *path, fb_slice content, fb_slice crc_file, fb_error *err)
{
    if (crc_file.size < HEADER_BYTES || memcmp(crc_file.data, magic, sizeof magic)) return FB_OK;
    uint32_t piece_bytes = read_be32(crc_file.data + sizeof magic);
    if (piece_bytes == 0 || piece_bytes > INT32_MAX) return FB_OK;

    size_t sum_count = (crc_file.size - HEADER_BYTES) / SUM_BYTES;
    for (size_t piece = 0, offset = 0; offset < content.size; piece++, offset += piece_bytes) {
        if (piece == sum_count)
            return fb_fail(err, FB_E_CORRUPT, 0,
                           "%s: offset %zu: its checksum file ends after %zu sums, expected %zu",
                           path, offset, sum_count, (content.size - 1) / piece_bytes + 1);
        uint32_t expected = read_be32(crc_file.data + HEADER_BYTES + piece * SUM_BYTES);
        uint32_t computed = fb_crc32(piece_at(content, offset, piece_bytes));
        if (computed != expected)
            return fb_fail(err, FB_E_CORRUPT, 0,
                           "%s: offset %zu: checksum of the %zu bytes from here is 0x%08" PRIx32
                           ", expected 0x%08" PRIx32,
                           path, offset, piece_at(content, offset, piece_bytes).size, computed,
                           expected);
    }
    return FB_OK;
}
