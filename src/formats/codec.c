/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/codec.h"

#include "base/assert.h"
#include "formats/lz4_block.h"
#include "formats/snappy_stream.h"

enum { BLOCK_BYTES = FB_LZ4_BLOCK_BYTES };
static_assert(FB_LZ4_BLOCK_BYTES == (int)FB_SNAPPY_CHUNK_BYTES, "one block size for both");

static const char *const names[] = {
    [FB_CODEC_LZ4] = "lz4", [FB_CODEC_ZSTD] = "zstd", [FB_CODEC_SNAPPY] = "snappy"};

enum { CODEC_COUNT = sizeof names / sizeof names[0] };

fb_status fb_codec_find(fb_slice name, fb_codec *out, fb_error *err)
{
    *out = FB_CODEC_LZ4;
    for (int i = 0; i < CODEC_COUNT; i++) {
        if (!fb_slice_equal_nocase(name, fb_slice_of(names[i]))) continue;
        *out = (fb_codec)i;
        return FB_OK;
    }
    if (fb_slice_equal_nocase(name, FB_SLICE("lzf")))
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "state compressed with lzf cannot be read or written; "
                       "supported are lz4, zstd and snappy");
    return fb_fail(err, FB_E_INVALID, 0,
                   "unknown compression '%.*s' of state; expected lz4, zstd or snappy",
                   FB_SLICE_ARGS(name));
}

const char *fb_codec_name(fb_codec codec)
{
    FB_ASSERT((unsigned)codec < CODEC_COUNT);
    return names[codec];
}

/* --- writing --- */

fb_status fb_codec_writer_init(fb_codec_writer *writer, fb_codec codec, fb_buf *out, fb_error *err)
{
    *writer = (fb_codec_writer){.codec = codec, .out = out};
    fb_buf_init(&writer->block, 0);
    if (codec == FB_CODEC_SNAPPY) fb_snappy_stream_write_header(out);
    return codec == FB_CODEC_ZSTD ? fb_zstd_writer_create(&writer->zstd, err) : FB_OK;
}

void fb_codec_writer_deinit(fb_codec_writer *writer)
{
    fb_buf_deinit(&writer->block);
    fb_zstd_writer_destroy(writer->zstd);
    writer->zstd = NULL;
}

static fb_status check_stored(const fb_codec_writer *writer, fb_error *err)
{
    if (writer->block.failed) return fb_fail_nomem(err, "a block to be compressed");
    if (!writer->out->failed) return FB_OK;
    if (writer->out->is_full)
        return fb_fail(err, FB_E_LIMIT, 0, "compressed bytes exceed the limit of %zu",
                       writer->out->max_bytes);
    return fb_fail_nomem(err, "compressed bytes");
}

static void write_block(fb_codec_writer *writer, fb_slice block)
{
    if (writer->codec == FB_CODEC_LZ4)
        fb_lz4_block_write(block, writer->out);
    else
        fb_snappy_stream_write(block, writer->out);
}

fb_status fb_codec_writer_add(fb_codec_writer *writer, fb_slice bytes, fb_error *err)
{
    if (writer->codec == FB_CODEC_ZSTD)
        return fb_zstd_writer_add(writer->zstd, bytes, false, writer->out, err);
    while (bytes.size > 0) {
        /* A full block is compressed where it lies. */
        size_t taken = BLOCK_BYTES - writer->block.size;
        if (taken > bytes.size) taken = bytes.size;
        if (taken == BLOCK_BYTES) {
            write_block(writer, (fb_slice){bytes.data, BLOCK_BYTES});
        } else {
            fb_buf_add(&writer->block, bytes.data, taken);
            if (writer->block.size == BLOCK_BYTES) {
                write_block(writer, fb_buf_slice(&writer->block));
                fb_buf_clear(&writer->block);
            }
        }
        bytes = (fb_slice){bytes.data + taken, bytes.size - taken};
        FB_TRY(check_stored(writer, err));
    }
    return FB_OK;
}

fb_status fb_codec_writer_finish(fb_codec_writer *writer, fb_error *err)
{
    if (writer->codec == FB_CODEC_ZSTD)
        return fb_zstd_writer_add(writer->zstd, (fb_slice){0}, true, writer->out, err);
    if (writer->block.size > 0) write_block(writer, fb_buf_slice(&writer->block));
    fb_buf_clear(&writer->block);
    if (writer->codec == FB_CODEC_LZ4) fb_lz4_block_write_end(writer->out);
    return check_stored(writer, err);
}

fb_status fb_codec_compress(fb_codec codec, fb_slice bytes, fb_buf *out, fb_error *err)
{
    fb_codec_writer writer;
    FB_TRY(fb_codec_writer_init(&writer, codec, out, err));
    fb_status status = fb_codec_writer_add(&writer, bytes, err);
    if (status == FB_OK) status = fb_codec_writer_finish(&writer, err);
    fb_codec_writer_deinit(&writer);
    return status;
}

/* --- reading --- */

fb_status fb_codec_reader_init(fb_codec_reader *reader, fb_codec codec, const char *name,
                               fb_slice stream, fb_error *err)
{
    *reader = (fb_codec_reader){.codec = codec, .name = name, .stream = stream};
    return codec == FB_CODEC_ZSTD ? fb_zstd_reader_create(&reader->zstd, err) : FB_OK;
}

void fb_codec_reader_deinit(fb_codec_reader *reader)
{
    fb_zstd_reader_destroy(reader->zstd);
    reader->zstd = NULL;
}

fb_status fb_codec_reader_next(fb_codec_reader *reader, fb_buf *out, fb_error *err)
{
    switch (reader->codec) {
    case FB_CODEC_LZ4:
        return fb_lz4_block_read(reader->name, reader->stream, &reader->offset, out, err);
    case FB_CODEC_ZSTD:
        return fb_zstd_reader_next(reader->zstd, reader->name, reader->stream, &reader->offset, out,
                                   err);
    default:
        return fb_snappy_stream_read(reader->name, reader->stream, &reader->offset, out, err);
    }
}

fb_status fb_codec_decompress(fb_codec codec, const char *name, fb_slice stream, size_t max_bytes,
                              fb_buf *out, fb_error *err)
{
    fb_codec_reader reader;
    FB_TRY(fb_codec_reader_init(&reader, codec, name, stream, err));
    size_t start = out->size, before;
    fb_status status;
    do {
        before = out->size;
        status = fb_codec_reader_next(&reader, out, err);
        if (status == FB_OK && out->size - start > max_bytes)
            status = fb_fail(err, FB_E_LIMIT, 0, "%s: more than %zu bytes when decompressed", name,
                             max_bytes);
    } while (status == FB_OK && out->size > before);
    fb_codec_reader_deinit(&reader);
    return status;
}
