/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/file_uri.h"

#include "base/utf8.h"

/* Spaces and control characters beyond ASCII (Character.isSpaceChar, isISOControl). */
static bool is_other_space(uint32_t code)
{
    return (code >= 0x80 && code <= 0xa0) || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

static bool is_allowed(unsigned char c)
{
    bool is_alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_alphanumeric || (c && strchr("_-!.~'()*,;:$&+=/@", c));
}

void fb_file_uri_put(const char *path, fb_buf *out)
{
    fb_slice text = fb_slice_of(path);
    fb_buf_add_text(out, "file://");
    for (size_t at = 0; at < text.size;) {
        size_t start = at;
        uint32_t code = fb_utf8_next(text, &at);
        bool keeps = code < 0x80 ? is_allowed((unsigned char)code) : !is_other_space(code);
        if (keeps) fb_buf_add(out, path + start, at - start);
        for (; !keeps && start < at; start++)
            fb_buf_printf(out, "%%%02X", (unsigned char)path[start]);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool fb_file_uri_path(fb_slice uri, fb_arena *arena, const char **path)
{
    *path = NULL;
    if (fb_slice_starts_with(uri, FB_SLICE("file:///")))
        uri = fb_slice_make(uri.data + 7, uri.size - 7);
    else if (fb_slice_starts_with(uri, FB_SLICE("file:/")) &&
             !fb_slice_starts_with(uri, FB_SLICE("file://")))
        uri = fb_slice_make(uri.data + 5, uri.size - 5);
    else
        return true;
    char *out = fb_arena_alloc(arena, uri.size + 1), *to = out;
    if (!out) return false;
    for (size_t i = 0; i < uri.size; i++) {
        char c = uri.data[i];
        if (c == '%') {
            int high = i + 2 < uri.size ? hex_digit(uri.data[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(uri.data[i + 2]) : -1;
            if (low < 0) return true;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c) return true;
        *to++ = c;
    }
    *to = '\0';
    *path = out;
    return true;
}
