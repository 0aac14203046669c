/* SPDX-License-Identifier: Apache-2.0
 *
 * Borrowed bytes: a pointer and a length, never NUL-terminated by promise. */
#ifndef FB_BASE_SLICE_H
#define FB_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

typedef struct fb_slice {
    const char *data; /* may be NULL when size is 0 */
    size_t size;
} fb_slice;

/* A slice of a string literal. */
#define FB_SLICE(literal) ((fb_slice){"" literal, sizeof(literal) - 1})
/* For printf's "%.*s". */
#define FB_SLICE_ARGS(slice) (int)(slice).size, (slice).data ? (slice).data : ""

static inline fb_slice fb_slice_of(const char *text)
{
    return (fb_slice){text, text ? strlen(text) : 0};
}

static inline fb_slice fb_slice_make(const void *data, size_t size)
{
    return (fb_slice){data, size};
}

static inline bool fb_slice_equal(fb_slice a, fb_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* ASCII letters compare without case; other bytes exactly. */
static inline bool fb_slice_equal_nocase(fb_slice a, fb_slice b)
{
    return a.size == b.size && (a.size == 0 || strncasecmp(a.data, b.data, a.size) == 0);
}

static inline bool fb_slice_is(fb_slice a, const char *text)
{
    return fb_slice_equal(a, fb_slice_of(text));
}

static inline bool fb_slice_starts_with(fb_slice a, fb_slice prefix)
{
    return a.size >= prefix.size &&
           (prefix.size == 0 || memcmp(a.data, prefix.data, prefix.size) == 0);
}

/* Unsigned bytes, the shorter first when one is a prefix of the other. */
static inline int fb_slice_compare(fb_slice a, fb_slice b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    if (order) return order;
    return (a.size > b.size) - (a.size < b.size);
}

#endif
