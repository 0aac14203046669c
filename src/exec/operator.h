/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical operators: chunks are pushed through a chain of them, the last of which hands them to
 * the sink. A chain belongs to one task and one batch; the physical plan that it is made from is
 * shared and immutable.
 *
 * A pushed chunk is borrowed for the call: an operator that keeps rows copies them. One thread at a
 * time. */
#ifndef FB_EXEC_OPERATOR_H
#define FB_EXEC_OPERATOR_H

#include "data/chunk.h"
#include "expr/expr.h"

typedef struct fb_operator fb_operator;

typedef struct fb_operator_ops {
    const char *name; /* in errors and traces */
    fb_status (*push)(fb_operator *self, const fb_chunk *chunk, fb_error *err);
    /* The end of this batch's input; what is still held goes downstream. NULL: nothing is held. */
    fb_status (*finish)(fb_operator *self, fb_error *err);
    void (*close)(fb_operator *self);
} fb_operator_ops;

/* Every operator's struct starts with this. */
struct fb_operator {
    const fb_operator_ops *ops;
    fb_operator *next; /* downstream; NULL for the last. Owned by the chain, not by `self` */
};

/* Empty chunks are not pushed on. */
fb_status fb_operator_push(fb_operator *self, const fb_chunk *chunk, fb_error *err) FB_CHECKED;
/* Finishes `self` and then everything downstream. */
fb_status fb_operator_finish(fb_operator *self, fb_error *err) FB_CHECKED;
/* Closes `self` and everything downstream. NULL is fine. */
void fb_operator_close_chain(fb_operator *self);

/* The operators. `context` and expressions are borrowed and outlive the operator. */
fb_status fb_filter_create(const fb_expr *condition, const fb_eval_context *context,
                           fb_operator *next, fb_operator **out, fb_error *err) FB_CHECKED;
fb_status fb_project_create(const fb_expr *const *exprs, uint32_t expr_count,
                            const fb_eval_context *context, fb_operator *next, fb_operator **out,
                            fb_error *err) FB_CHECKED;

/* The end of a chain: every chunk goes to `write(user, split, chunk, err)`. */
typedef fb_status (*fb_chunk_writer)(void *user, uint32_t split, const fb_chunk *chunk,
                                     fb_error *err);
fb_status fb_output_create(fb_chunk_writer write, void *user, uint32_t split, fb_operator **out,
                           fb_error *err) FB_CHECKED;

#endif
