/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/snappy_stream.h"

#include "base/assert.h"

#include <snappy-c.h>

enum {
    HEADER_BYTES = 16,
    MAGIC_BYTES = 8,
    CHUNK_MAX_BYTES = 64 * 1024 * 1024, /* snappy-java can be told to write larger ones */
    MAX_EXPANSION = 64,                 /* a copy element: 64 bytes out of at least two */
};

static const char magic[MAGIC_BYTES] = {'\x82', 'S', 'N', 'A', 'P', 'P', 'Y', '\0'};

static uint32_t load32(const char *from)
{
    const uint8_t *bytes = (const uint8_t *)from;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void fb_snappy_stream_write_header(fb_buf *out)
{
    static const char versions[8] = {0, 0, 0, 1, 0, 0, 0, 1};
    fb_buf_add(out, magic, sizeof magic);
    fb_buf_add(out, versions, sizeof versions);
}

void fb_snappy_stream_write(fb_slice chunk, fb_buf *out)
{
    FB_ASSERT(chunk.size > 0 && chunk.size <= FB_SNAPPY_CHUNK_BYTES);
    size_t size = snappy_max_compressed_length(chunk.size);
    if (!fb_buf_reserve(out, 4 + size)) return;
    char *to = out->data + out->size;
    snappy_status status = snappy_compress(chunk.data, chunk.size, to + 4, &size);
    FB_ASSERT(status == SNAPPY_OK); /* the room is enough */
    for (int i = 0; i < 4; i++)
        to[i] = (char)(size >> (24 - 8 * i));
    out->size += 4 + size;
    out->data[out->size] = '\0';
}

static fb_status fail_at(const char *name, size_t offset, fb_error *err, const char *expected)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected %s", name, offset, expected);
}

static bool is_header(fb_slice stream, size_t offset)
{
    return stream.size - offset >= MAGIC_BYTES &&
           memcmp(stream.data + offset, magic, MAGIC_BYTES) == 0;
}

static fb_status read_header(const char *name, fb_slice stream, size_t *offset, fb_error *err)
{
    if (!is_header(stream, *offset) || stream.size - *offset < HEADER_BYTES)
        return fail_at(name, *offset, err, "the header of a snappy stream, 16 bytes");
    if (load32(stream.data + *offset + 12) > 1)
        return fail_at(name, *offset + 12, err, "a stream that version 1 can read");
    *offset += HEADER_BYTES;
    return FB_OK;
}

fb_status fb_snappy_stream_read(const char *name, fb_slice stream, size_t *offset, fb_buf *out,
                                fb_error *err)
{
    if (*offset == 0) FB_TRY(read_header(name, stream, offset, err));
    while (is_header(stream, *offset))
        FB_TRY(read_header(name, stream, offset, err));
    if (*offset == stream.size) return FB_OK;
    size_t left = stream.size - *offset;
    if (left < 4) return fail_at(name, *offset, err, "the size of a snappy chunk, 4 bytes");
    const char *stored = stream.data + *offset + 4;
    uint32_t stored_bytes = load32(stream.data + *offset);
    if (stored_bytes == 0 || stored_bytes > left - 4)
        return fail_at(name, *offset, err, "a chunk size within the file");
    size_t chunk_bytes = 0;
    bool is_valid = snappy_uncompressed_length(stored, stored_bytes, &chunk_bytes) == SNAPPY_OK &&
                    chunk_bytes <= CHUNK_MAX_BYTES && chunk_bytes / MAX_EXPANSION <= stored_bytes;
    if (!is_valid) return fail_at(name, *offset + 4, err, "the length of a snappy block");
    if (!fb_buf_reserve(out, chunk_bytes)) return fb_fail_nomem(err, "a snappy chunk");
    if (snappy_uncompress(stored, stored_bytes, out->data + out->size, &chunk_bytes) != SNAPPY_OK)
        return fail_at(name, *offset + 4, err, "a valid snappy block");
    out->size += chunk_bytes;
    out->data[out->size] = '\0';
    *offset += 4 + stored_bytes;
    return FB_OK;
}
