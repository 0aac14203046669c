/* SPDX-License-Identifier: Apache-2.0
 *
 * Hadoop's checksum file: `name` is guarded by the hidden `.name.crc` beside it.
 *
 *   0  4  'c' 'r' 'c' 0
 *   4  4  bytes per sum, big-endian (512)
 *   8  4  CRC-32 of each started piece of that size, big-endian */
#ifndef FB_FILES_CRC_FILE_H
#define FB_FILES_CRC_FILE_H

#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"

/* Appends the checksum file of `content`; shortage of memory shows in out->failed. */
void fb_crc_file_encode(fb_slice content, fb_buf *out);

/* FB_E_CORRUPT with `path` and the offset of the first piece that disagrees, or when there are
 * fewer sums than pieces. As in Hadoop nothing is checked when `crc_file` has no valid start:
 * programs that do not sync leave empty ones behind. */
fb_status fb_crc_file_verify(const char *path, fb_slice content, fb_slice crc_file,
                             fb_error *err) FB_CHECKED;

#endif
