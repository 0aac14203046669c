/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters of UTF-8 text as Spark counts them: the first byte alone says how many bytes belong
 * to a character, bytes that cannot begin one count as one each. Texts need not be valid. */
#ifndef FB_BASE_UTF8_H
#define FB_BASE_UTF8_H

#include "base/slice.h"

#include <stdint.h>

enum { FB_UTF8_REPLACEMENT = 0xfffd, FB_UTF8_MAX_BYTES = 4 };

/* Bytes of the character that begins with `first`: 1 to 4. */
static inline size_t fb_utf8_size(unsigned char first)
{
    if (first < 0xc2 || first > 0xf4) return 1;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The same, but never more than `left` (at least 1), for a character cut off at the end. */
static inline size_t fb_utf8_size_within(unsigned char first, size_t left)
{
    size_t size = fb_utf8_size(first);
    return size < left ? size : left;
}

bool fb_utf8_is_ascii(fb_slice text);
/* Characters in the text. */
size_t fb_utf8_count(fb_slice text);
/* Byte offset of character `index` (counted from 0), or text.size when there are fewer. */
size_t fb_utf8_offset(fb_slice text, size_t index);

/* Reads the character at `*offset` and moves behind it; U+FFFD for one malformed byte sequence.
 * `*offset` must be below text.size. */
uint32_t fb_utf8_next(fb_slice text, size_t *offset);
/* Writes up to FB_UTF8_MAX_BYTES; returns how many. */
size_t fb_utf8_put(uint32_t character, char *out);

#endif
