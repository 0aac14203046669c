/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight bytes a step through eight tables ("slicing by 8"): table k holds the sums of a byte that
 * is followed by k zero bytes. */
#include "base/crc32.h"

#include <threads.h>

enum { SLICES = 8 };

typedef uint32_t slice_tables[SLICES][256];

static slice_tables ieee_tables, castagnoli_tables;
static once_flag tables_made = ONCE_FLAG_INIT;

static void make_tables(slice_tables tables, uint32_t polynomial)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte;
        for (int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (sum & 1 ? polynomial : 0);
        tables[0][byte] = sum;
    }
    for (int k = 1; k < SLICES; k++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t shorter = tables[k - 1][byte];
            tables[k][byte] = (shorter >> 8) ^ tables[0][shorter & 0xff];
        }
    }
}

static void make_all_tables(void)
{
    make_tables(ieee_tables, 0xedb88320u);
    make_tables(castagnoli_tables, 0x82f63b78u);
}

static uint32_t update(slice_tables tables, uint32_t sum, fb_slice bytes)
{
    const unsigned char *next = (const unsigned char *)bytes.data;
    size_t left = bytes.size;
    for (; left >= SLICES; left -= SLICES, next += SLICES) {
        uint32_t low = sum ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                              (uint32_t)next[3] << 24);
        sum = tables[7][low & 0xff] ^ tables[6][(low >> 8) & 0xff] ^ tables[5][(low >> 16) & 0xff] ^
              tables[4][low >> 24] ^ tables[3][next[4]] ^ tables[2][next[5]] ^ tables[1][next[6]] ^
              tables[0][next[7]];
    }
    for (; left; left--, next++)
        sum = (sum >> 8) ^ tables[0][(sum ^ *next) & 0xff];
    return sum;
}

uint32_t fb_crc32(fb_slice bytes)
{
    call_once(&tables_made, make_all_tables);
    return ~update(ieee_tables, 0xffffffffu, bytes);
}

uint32_t fb_crc32c(uint32_t before, fb_slice bytes)
{
    call_once(&tables_made, make_all_tables);
    return ~update(castagnoli_tables, ~before, bytes);
}
