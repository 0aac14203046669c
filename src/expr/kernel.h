/* SPDX-License-Identifier: Apache-2.0
 *
 * What kernels of functions share: the usual start, and room for the strings of a chunk. */
#ifndef FB_EXPR_KERNEL_H
#define FB_EXPR_KERNEL_H

#include "expr/expr.h"

#include <limits.h>

/* Room for the values, and null where an argument is null. */
fb_status fb_kernel_begin(const fb_expr *self, fb_eval *eval, const fb_column *args,
                          size_t row_count, fb_column *out) FB_CHECKED;

/* The same, with a validity bitmap that the kernel may clear bits of. */
fb_status fb_kernel_begin_nullable(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out) FB_CHECKED;

static inline bool fb_kernel_is_null(const fb_column *out, size_t row)
{
    return out->validity && !fb_bits_get(out->validity, row);
}

/* Bytes of result strings, taken from the evaluation's arena in large pieces. */
typedef struct fb_text_block {
    fb_eval *eval;
    char *at;
    char *end;
    fb_status status; /* why there was no room */
} fb_text_block;

/* The longest string that Spark can hold. */
enum { FB_TEXT_MAX_BYTES = INT_MAX - 15 };

/* Room for `size` bytes, which the next call gives out again unless fb_text_take keeps them.
 * NULL, and an error in `status`, when memory is out or the string would be too long. */
char *fb_text_grow(fb_text_block *block, const fb_expr *self, size_t size);
static inline char *fb_text_room(fb_text_block *block, const fb_expr *self, size_t size)
{
    if ((size_t)(block->end - block->at) >= size && block->at) return block->at;
    return fb_text_grow(block, self, size);
}

/* The first `size` bytes of the room that was given last, as a string. */
static inline fb_string fb_text_take(fb_text_block *block, size_t size)
{
    fb_string string = fb_string_view((fb_slice){block->at, size});
    if (size > FB_STRING_INLINE) block->at += size;
    return string;
}

/* Fills `size` bytes with `piece` (not empty) over and over, the last one cut. */
void fb_text_repeat(char *to, fb_slice piece, size_t size);

#endif
