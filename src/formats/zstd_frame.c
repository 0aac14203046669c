/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's contexts come from its own allocator: the functions that take another one are not
 * part of its stable interface. */
#include "formats/zstd_frame.h"

#include "base/memory.h"

#include <zstd.h>

enum {
    LEVEL = 1,           /* Spark's default */
    WINDOW_LOG_MAX = 27, /* 128 MiB: no frame may ask for more memory */
};

struct fb_zstd_writer {
    ZSTD_CCtx *context;
};

struct fb_zstd_reader {
    ZSTD_DCtx *context;
    bool is_inside; /* of a frame that has not ended yet */
};

fb_status fb_zstd_writer_create(fb_zstd_writer **out, fb_error *err)
{
    *out = NULL;
    fb_zstd_writer *writer = fb_alloc_zero(1, sizeof *writer);
    if (writer) writer->context = ZSTD_createCCtx();
    if (!writer || !writer->context) {
        fb_zstd_writer_destroy(writer);
        return fb_fail_nomem(err, "a zstd writer");
    }
    (void)ZSTD_CCtx_setParameter(writer->context, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_setParameter(writer->context, ZSTD_c_checksumFlag, 1);
    *out = writer;
    return FB_OK;
}

void fb_zstd_writer_destroy(fb_zstd_writer *writer)
{
    if (!writer) return;
    (void)ZSTD_freeCCtx(writer->context);
    fb_free(writer);
}

fb_status fb_zstd_writer_add(fb_zstd_writer *writer, fb_slice bytes, bool is_last, fb_buf *out,
                             fb_error *err)
{
    ZSTD_inBuffer in = {bytes.data, bytes.size, 0};
    size_t left = 1;
    while (left != 0 && (is_last || in.pos < in.size)) {
        size_t room = ZSTD_CStreamOutSize();
        if (!fb_buf_reserve(out, room)) return fb_fail_nomem(err, "compressed bytes");
        ZSTD_outBuffer to = {out->data + out->size, room, 0};
        left =
            ZSTD_compressStream2(writer->context, &to, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return fb_fail(err, FB_E_NOMEM, 0, "zstd: %s", ZSTD_getErrorName(left));
        out->size += to.pos;
        out->data[out->size] = '\0';
    }
    return FB_OK;
}

fb_status fb_zstd_reader_create(fb_zstd_reader **out, fb_error *err)
{
    *out = NULL;
    fb_zstd_reader *reader = fb_alloc_zero(1, sizeof *reader);
    if (reader) reader->context = ZSTD_createDCtx();
    if (!reader || !reader->context) {
        fb_zstd_reader_destroy(reader);
        return fb_fail_nomem(err, "a zstd reader");
    }
    (void)ZSTD_DCtx_setParameter(reader->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    *out = reader;
    return FB_OK;
}

void fb_zstd_reader_destroy(fb_zstd_reader *reader)
{
    if (!reader) return;
    (void)ZSTD_freeDCtx(reader->context);
    fb_free(reader);
}

fb_status fb_zstd_reader_next(fb_zstd_reader *reader, const char *name, fb_slice stream,
                              size_t *offset, fb_buf *out, fb_error *err)
{
    size_t room = ZSTD_DStreamOutSize();
    if (!fb_buf_reserve(out, room)) return fb_fail_nomem(err, "decompressed bytes");
    ZSTD_outBuffer to = {out->data + out->size, room, 0};
    ZSTD_inBuffer in = {stream.data, stream.size, *offset};
    while (to.pos == 0) {
        /* At the end of the input there may still be output inside of the decoder. */
        if (in.pos == in.size && !reader->is_inside) break;
        size_t before = in.pos;
        size_t left = ZSTD_decompressStream(reader->context, &to, &in);
        if (ZSTD_isError(left))
            return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected a valid zstd frame: %s",
                           name, before, ZSTD_getErrorName(left));
        reader->is_inside = left != 0;
        if (left != 0 && in.pos == in.size && before == in.pos && to.pos == 0)
            return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected more of a zstd frame",
                           name, in.pos);
    }
    *offset = in.pos;
    out->size += to.pos;
    out->data[out->size] = '\0';
    return FB_OK;
}
