/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

bool fb_utf8_is_ascii(fb_slice text)
{
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 8 <= text.size; i += 8) {
        uint64_t word;
        memcpy(&word, text.data + i, sizeof word);
        seen |= word;
    }
    for (; i < text.size; i++)
        seen |= (unsigned char)text.data[i];
    return !(seen & UINT64_C(0x8080808080808080));
}

size_t fb_utf8_count(fb_slice text)
{
    if (fb_utf8_is_ascii(text)) return text.size;
    size_t count = 0;
    for (size_t i = 0; i < text.size; count++)
        i += fb_utf8_size((unsigned char)text.data[i]);
    return count;
}

size_t fb_utf8_offset(fb_slice text, size_t index)
{
    size_t offset = 0;
    while (index-- && offset < text.size)
        offset += fb_utf8_size((unsigned char)text.data[offset]);
    return offset < text.size ? offset : text.size;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bounds of the second byte keep out overlong forms, surrogates and what lies above U+10FFFF. */
static bool is_second_byte(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return is_continuation(second);
    }
}

uint32_t fb_utf8_next(fb_slice text, size_t *offset)
{
    const unsigned char *at = (const unsigned char *)text.data + *offset;
    size_t left = text.size - *offset;
    if (at[0] < 0x80) {
        *offset += 1;
        return at[0];
    }
    size_t size = fb_utf8_size(at[0]);
    if (size == 1 || left < 2 || !is_second_byte(at[0], at[1])) {
        *offset += 1;
        return FB_UTF8_REPLACEMENT;
    }
    uint32_t character = at[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if (i >= left || !is_continuation(at[i])) {
            *offset += i;
            return FB_UTF8_REPLACEMENT;
        }
        character = character << 6 | (at[i] & 0x3fu);
    }
    *offset += size;
    return character;
}

size_t fb_utf8_put(uint32_t character, char *out)
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (char)(0xc0 | character >> 6);
        out[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (char)(0xe0 | character >> 12);
        out[1] = (char)(0x80 | (character >> 6 & 0x3f));
        out[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | character >> 18);
    out[1] = (char)(0x80 | (character >> 12 & 0x3f));
    out[2] = (char)(0x80 | (character >> 6 & 0x3f));
    out[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}
