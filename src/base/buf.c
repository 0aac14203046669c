/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fb_buf_init(fb_buf *buf, size_t max_bytes)
{
    *buf = (fb_buf){.max_bytes = max_bytes ? max_bytes : FB_BUF_DEFAULT_MAX};
}

void fb_buf_deinit(fb_buf *buf)
{
    fb_free(buf->data);
    *buf = (fb_buf){.max_bytes = buf->max_bytes};
}

void fb_buf_clear(fb_buf *buf)
{
    buf->size = 0;
    buf->failed = buf->is_full = false;
    if (buf->data) buf->data[0] = '\0';
}

bool fb_buf_reserve(fb_buf *buf, size_t more_bytes)
{
    if (buf->failed) return false;
    if (more_bytes > buf->max_bytes - buf->size) {
        buf->failed = buf->is_full = true;
        return false;
    }
    if (more_bytes < buf->capacity - buf->size) return true; /* one byte stays for the NUL */
    size_t needed = buf->size + more_bytes + 1;
    size_t capacity = buf->capacity < 128 ? 128 : buf->capacity;
    while (capacity < needed)
        capacity *= 2;
    char *data = fb_realloc(buf->data, capacity);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void fb_buf_add(fb_buf *buf, const void *bytes, size_t size_bytes)
{
    if (!fb_buf_reserve(buf, size_bytes)) return;
    if (size_bytes) memcpy(buf->data + buf->size, bytes, size_bytes);
    buf->size += size_bytes;
    buf->data[buf->size] = '\0';
}

void fb_buf_add_char(fb_buf *buf, char c)
{
    fb_buf_add(buf, &c, 1);
}

void fb_buf_add_text(fb_buf *buf, const char *text)
{
    fb_buf_add(buf, text, strlen(text));
}

void fb_buf_add_slice(fb_buf *buf, fb_slice slice)
{
    fb_buf_add(buf, slice.data, slice.size);
}

void fb_buf_add_repeat(fb_buf *buf, char c, size_t count)
{
    if (!fb_buf_reserve(buf, count)) return;
    memset(buf->data + buf->size, c, count);
    buf->size += count;
    buf->data[buf->size] = '\0';
}

void fb_buf_add_int(fb_buf *buf, int64_t value)
{
    /* By hand: rows of numbers are printed through this. */
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) digits[--at] = '-';
    fb_buf_add(buf, digits + at, sizeof digits - at);
}

void fb_buf_printf(fb_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) buf->failed = true;
    if (length >= 0 && fb_buf_reserve(buf, (size_t)length)) {
        (void)vsnprintf(buf->data + buf->size, (size_t)length + 1, format, again);
        buf->size += (size_t)length;
    }
    va_end(again);
}
