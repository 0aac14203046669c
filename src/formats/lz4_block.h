/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of lz4-java's LZ4BlockOutputStream (not the LZ4 frame format): independent blocks,
 * each behind a header of 21 bytes, little-endian:
 *
 *     0   "LZ4Block"
 *     8   method (0x10 raw, 0x20 LZ4) | level; a block holds at most 1 << (10 + level) bytes
 *     9   bytes that follow the header
 *     13  bytes of the block decompressed
 *     17  the low 28 bits of XXH32 of these, seed 0x9747b28c
 *
 * A header with both sizes zero ends the stream; another may follow it. Any thread. */
#ifndef FB_FORMATS_LZ4_BLOCK_H
#define FB_FORMATS_LZ4_BLOCK_H

#include "base/buf.h"
#include "base/status.h"

enum { FB_LZ4_BLOCK_BYTES = 32 * 1024 }; /* of the blocks that Spark and this program write */

/* Appends one block of up to FB_LZ4_BLOCK_BYTES, raw when it does not shrink; what cannot be
 * stored shows in out->failed. */
void fb_lz4_block_write(fb_slice block, fb_buf *out);
void fb_lz4_block_write_end(fb_buf *out);

/* Appends the next block at *offset to `out` and moves *offset behind it. At the end of the stream
 * nothing is appended; a stream may also end without its end mark, where a block could begin.
 * FB_E_CORRUPT names `name`, the offset and what was expected. */
fb_status fb_lz4_block_read(const char *name, fb_slice stream, size_t *offset, fb_buf *out,
                            fb_error *err) FB_CHECKED;

/* XXH32 as published; exposed for tests. */
uint32_t fb_xxh32(fb_slice bytes, uint32_t seed);

#endif
