/* SPDX-License-Identifier: Apache-2.0
 *
 * Zstandard frames (RFC 8878), one or more in a row, read and written piece by piece. Spark writes
 * them without a checksum; ours have one, and those present are verified. One thread at a time. */
#ifndef FB_FORMATS_ZSTD_FRAME_H
#define FB_FORMATS_ZSTD_FRAME_H

#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>

typedef struct fb_zstd_writer fb_zstd_writer;
typedef struct fb_zstd_reader fb_zstd_reader;

fb_status fb_zstd_writer_create(fb_zstd_writer **out, fb_error *err) FB_CHECKED;
void fb_zstd_writer_destroy(fb_zstd_writer *writer); /* NULL is fine */
/* Compresses `bytes`, the last ones of the frame if `is_last`; what comes out goes to `out`. What
 * cannot be stored shows in out->failed. */
fb_status fb_zstd_writer_add(fb_zstd_writer *writer, fb_slice bytes, bool is_last, fb_buf *out,
                             fb_error *err) FB_CHECKED;

fb_status fb_zstd_reader_create(fb_zstd_reader **out, fb_error *err) FB_CHECKED;
void fb_zstd_reader_destroy(fb_zstd_reader *reader); /* NULL is fine */
/* Appends a piece of at most some 128 KiB to `out` and moves *offset; nothing at the end, which
 * must also be the end of a frame. FB_E_CORRUPT names `name` and the offset. */
fb_status fb_zstd_reader_next(fb_zstd_reader *reader, const char *name, fb_slice stream,
                              size_t *offset, fb_buf *out, fb_error *err) FB_CHECKED;

#endif
