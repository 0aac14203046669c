/* SPDX-License-Identifier: Apache-2.0
 *
 * Growable bytes with a maximum. A failed append is remembered in `failed`, so that a writer may
 * append many pieces and check once. One thread at a time. */
#ifndef FB_BASE_BUF_H
#define FB_BASE_BUF_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fb_buf {
    char *data; /* `data[size]` is NUL once anything was appended */
    size_t size;
    size_t capacity;
    size_t max_bytes;
    bool failed;  /* an append did not fit or memory was out; later appends do nothing */
    bool is_full; /* and that was because of max_bytes */
} fb_buf;

enum { FB_BUF_DEFAULT_MAX = 1 << 30 };

/* `max_bytes` 0 means FB_BUF_DEFAULT_MAX. Allocates nothing yet. */
void fb_buf_init(fb_buf *buf, size_t max_bytes);
void fb_buf_deinit(fb_buf *buf);
void fb_buf_clear(fb_buf *buf); /* size 0, failed false; keeps the memory */

bool fb_buf_reserve(fb_buf *buf, size_t more_bytes);
void fb_buf_add(fb_buf *buf, const void *bytes, size_t size_bytes);
void fb_buf_add_char(fb_buf *buf, char c);
void fb_buf_add_text(fb_buf *buf, const char *text);
void fb_buf_add_slice(fb_buf *buf, fb_slice slice);
void fb_buf_add_repeat(fb_buf *buf, char c, size_t count);
void fb_buf_add_int(fb_buf *buf, int64_t value);
void fb_buf_printf(fb_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline fb_slice fb_buf_slice(const fb_buf *buf)
{
    return (fb_slice){buf->data, buf->size};
}

/* The text, "" when nothing was appended; borrowed until the next append. */
static inline const char *fb_buf_text(const fb_buf *buf)
{
    return buf->data ? buf->data : "";
}

#endif
