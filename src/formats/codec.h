/* SPDX-License-Identifier: Apache-2.0
 *
 * The compressions of state files, by the names of spark.sql.streaming.stateStore.compression.codec
 * (a checkpoint pins it), piece by piece or as a whole. One thread at a time per reader or
 * writer. */
#ifndef FB_FORMATS_CODEC_H
#define FB_FORMATS_CODEC_H

#include "base/buf.h"
#include "base/status.h"
#include "formats/zstd_frame.h"

/* Append only. */
typedef enum fb_codec {
    FB_CODEC_LZ4 = 0, /* Spark's default */
    FB_CODEC_ZSTD = 1,
    FB_CODEC_SNAPPY = 2,
} fb_codec;

/* By Spark's name, in any case. FB_E_UNSUPPORTED names `lzf` as what Spark can and this program
 * cannot; FB_E_INVALID for any other. */
fb_status fb_codec_find(fb_slice name, fb_codec *out, fb_error *err) FB_CHECKED;
const char *fb_codec_name(fb_codec codec);

/* Compresses into a buffer of the caller's. What cannot be stored there fails add or finish. */
typedef struct fb_codec_writer {
    fb_codec codec;
    fb_buf *out;  /* borrowed */
    fb_buf block; /* LZ4, snappy: what waits until a block is full */
    fb_zstd_writer *zstd;
} fb_codec_writer;

fb_status fb_codec_writer_init(fb_codec_writer *writer, fb_codec codec, fb_buf *out,
                               fb_error *err) FB_CHECKED;
void fb_codec_writer_deinit(fb_codec_writer *writer);
fb_status fb_codec_writer_add(fb_codec_writer *writer, fb_slice bytes, fb_error *err) FB_CHECKED;
fb_status fb_codec_writer_finish(fb_codec_writer *writer, fb_error *err) FB_CHECKED;

/* Decompresses a stream that lies in memory, which is borrowed. */
typedef struct fb_codec_reader {
    fb_codec codec;
    const char *name; /* of the file, for errors; borrowed */
    fb_slice stream;
    size_t offset; /* in the stream */
    fb_zstd_reader *zstd;
} fb_codec_reader;

fb_status fb_codec_reader_init(fb_codec_reader *reader, fb_codec codec, const char *name,
                               fb_slice stream, fb_error *err) FB_CHECKED;
void fb_codec_reader_deinit(fb_codec_reader *reader);
/* Appends the next piece to `out`; nothing at the end of the stream. FB_E_CORRUPT names the file,
 * the offset and what was expected there. */
fb_status fb_codec_reader_next(fb_codec_reader *reader, fb_buf *out, fb_error *err) FB_CHECKED;

/* A whole buffer; appends to `out`. */
fb_status fb_codec_compress(fb_codec codec, fb_slice bytes, fb_buf *out, fb_error *err) FB_CHECKED;
/* FB_E_LIMIT when there are more than `max_bytes`. */
fb_status fb_codec_decompress(fb_codec codec, const char *name, fb_slice stream, size_t max_bytes,
                              fb_buf *out, fb_error *err) FB_CHECKED;

#endif
