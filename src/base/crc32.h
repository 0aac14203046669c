/* SPDX-License-Identifier: Apache-2.0
 *
 * CRC-32 with the polynomial of IEEE 802.3, as in zlib, zip, and Hadoop's checksum files; and
 * CRC-32C, with Castagnoli's, of Spark's checksums of state rows. */
#ifndef FB_BASE_CRC32_H
#define FB_BASE_CRC32_H

#include "base/slice.h"

#include <stdint.h>

/* Any thread. */
uint32_t fb_crc32(fb_slice bytes);
/* Of `bytes` behind others whose sum is `before`; 0 when there are none. Any thread. */
uint32_t fb_crc32c(uint32_t before, fb_slice bytes);

#endif
