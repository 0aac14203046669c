/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of snappy-java's SnappyOutputStream: a header of 16 bytes ("\x82SNAPPY\0", version 1,
 * compatible version 1), then chunks: size as 4 bytes, big-endian, and a raw snappy block. There
 * is neither end mark nor checksum. A further header may stand between chunks, where streams were
 * joined. Any thread. */
#ifndef FB_FORMATS_SNAPPY_STREAM_H
#define FB_FORMATS_SNAPPY_STREAM_H

#include "base/buf.h"
#include "base/status.h"

enum { FB_SNAPPY_CHUNK_BYTES = 32 * 1024 };

/* What cannot be stored shows in out->failed. */
void fb_snappy_stream_write_header(fb_buf *out);
void fb_snappy_stream_write(fb_slice chunk, fb_buf *out); /* up to FB_SNAPPY_CHUNK_BYTES */

/* Appends the next chunk at *offset to `out` and moves *offset behind it; nothing at the end. The
 * first call, at offset 0, reads the header. */
fb_status fb_snappy_stream_read(const char *name, fb_slice stream, size_t *offset, fb_buf *out,
                                fb_error *err) FB_CHECKED;

#endif
