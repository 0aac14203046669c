/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the rows for which a condition is true, compacted. */
#include "base/memory.h"
#include "exec/operator.h"

typedef struct filter {
    fb_operator base;
    const fb_expr *condition;
    const fb_eval_context *context;
    fb_arena arena; /* of one chunk */
} filter;

static fb_status filter_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    filter *f = (filter *)self;
    fb_arena_reset(&f->arena);
    fb_eval eval = {.context = f->context, .arena = &f->arena, .err = err};
    uint32_t *rows = fb_arena_array(&f->arena, chunk->row_count, sizeof *rows);
    if (!rows) return fb_fail_nomem(err, "a filter's rows");
    uint32_t kept = 0;
    FB_TRY(fb_expr_select(f->condition, &eval, chunk, rows, &kept));
    if (kept == 0) return FB_OK;
    if (kept == chunk->row_count) return fb_operator_push(f->base.next, chunk, err);
    fb_chunk compact;
    if (!fb_chunk_gather(&compact, &f->arena, chunk, rows, kept))
        return fb_fail_nomem(err, "a filter's rows");
    return fb_operator_push(f->base.next, &compact, err);
}

static void filter_close(fb_operator *self)
{
    filter *f = (filter *)self;
    fb_arena_deinit(&f->arena);
    fb_free(f);
}

static const fb_operator_ops filter_ops = {
    .name = "Filter",
    .push = filter_push,
    .close = filter_close,
};

fb_status fb_filter_create(const fb_expr *condition, const fb_eval_context *context,
                           fb_operator *next, fb_operator **out, fb_error *err)
{
    *out = NULL;
    filter *f = fb_alloc_zero(1, sizeof *f);
    if (!f) return fb_fail_nomem(err, "a filter");
    f->base = (fb_operator){.ops = &filter_ops, .next = next};
    f->condition = condition;
    f->context = context;
    fb_arena_init(&f->arena, 0);
    *out = &f->base;
    return FB_OK;
}
