/* SPDX-License-Identifier: Apache-2.0
 *
 * Radix sort from the lowest byte on. Bytes that are the same in all rows, such as all of the time
 * when one window is evicted, cost one look. */
#include "state/row_sort.h"

#include <string.h>

enum { HASH_BYTES = 4, KEY_BYTES = HASH_BYTES + 8, VALUES = 256 };

/* Byte `place` of the key, counted from the lowest. */
static inline unsigned byte_of(const fb_row_order *row, unsigned place)
{
    if (place < HASH_BYTES) return (unsigned)(row->hash >> (32 + 8 * place)) & 0xff;
    /* So that negative times come first. */
    uint64_t time = (uint64_t)row->time ^ (uint64_t)1 << 63;
    return (unsigned)(time >> (8 * (place - HASH_BYTES))) & 0xff;
}

void fb_row_sort(fb_row_order *rows, fb_row_order *scratch, uint64_t count)
{
    fb_row_order *from = rows, *to = scratch;
    for (unsigned place = 0; place < KEY_BYTES && count > 1; place++) {
        uint64_t starts[VALUES] = {0};
        for (uint64_t i = 0; i < count; i++)
            starts[byte_of(&from[i], place)]++;
        if (starts[byte_of(&from[0], place)] == count) continue;
        uint64_t start = 0;
        for (unsigned value = 0; value < VALUES; value++) {
            uint64_t size = starts[value];
            starts[value] = start;
            start += size;
        }
        for (uint64_t i = 0; i < count; i++)
            to[starts[byte_of(&from[i], place)]++] = from[i];
        fb_row_order *swap = from;
        from = to;
        to = swap;
    }
    if (from != rows) memcpy(rows, from, count * sizeof *rows);
}
