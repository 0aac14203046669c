/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/kernel.h"

#include "base/status.h"
#include "expr/function.h"

/* Large enough to be rare, small enough to stay in the cache. */
enum { TEXT_BLOCK_BYTES = 32 * 1024 };

fb_status fb_kernel_begin(const fb_expr *self, fb_eval *eval, const fb_column *args,
                          size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    return fb_eval_merge_validity(eval, args, self->arg_count, row_count, out);
}

fb_status fb_kernel_begin_nullable(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    return fb_eval_own_validity(eval, row_count, out);
}

char *fb_text_grow(fb_text_block *block, const fb_expr *self, size_t size)
{
    if (size > FB_TEXT_MAX_BYTES) {
        block->status = fb_fail(block->eval->err, FB_E_LIMIT, 0,
                                "%s: the result would have %zu bytes, a string at most %d",
                                self->function->name, size, FB_TEXT_MAX_BYTES);
        return NULL;
    }
    size_t bytes = size > TEXT_BLOCK_BYTES ? size : TEXT_BLOCK_BYTES;
    char *start = fb_arena_alloc(block->eval->arena, bytes);
    if (!start) {
        block->status = fb_eval_nomem(block->eval);
        return NULL;
    }
    block->at = start;
    block->end = start + bytes;
    return start;
}

void fb_text_repeat(char *to, fb_slice piece, size_t size)
{
    /* Doubles what is there, so that a short piece costs few copies. */
    size_t done = piece.size < size ? piece.size : size;
    memcpy(to, piece.data, done);
    while (done < size) {
        size_t more = done <= size - done ? done : size - done;
        memcpy(to + done, to, more);
        done += more;
    }
}
