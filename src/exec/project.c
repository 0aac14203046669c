/* SPDX-License-Identifier: Apache-2.0
 *
 * Computes the output columns from the input columns. */
#include "base/memory.h"
#include "exec/operator.h"

typedef struct project {
    fb_operator base;
    const fb_expr *const *exprs;
    uint32_t expr_count;
    const fb_eval_context *context;
    fb_arena arena; /* of one chunk */
    fb_column *columns;
} project;

static fb_status project_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    project *p = (project *)self;
    fb_arena_reset(&p->arena);
    fb_eval eval = {.context = p->context, .arena = &p->arena, .err = err};
    for (uint32_t i = 0; i < p->expr_count; i++)
        FB_TRY(fb_expr_eval(p->exprs[i], &eval, chunk, &p->columns[i]));
    fb_chunk out = {
        .row_count = chunk->row_count, .column_count = p->expr_count, .columns = p->columns};
    return fb_operator_push(p->base.next, &out, err);
}

static void project_close(fb_operator *self)
{
    project *p = (project *)self;
    fb_arena_deinit(&p->arena);
    fb_free(p->columns);
    fb_free(p);
}

static const fb_operator_ops project_ops = {
    .name = "Project",
    .push = project_push,
    .close = project_close,
};

fb_status fb_project_create(const fb_expr *const *exprs, uint32_t expr_count,
                            const fb_eval_context *context, fb_operator *next, fb_operator **out,
                            fb_error *err)
{
    *out = NULL;
    project *p = fb_alloc_zero(1, sizeof *p);
    fb_column *columns = fb_alloc_zero(expr_count, sizeof *columns);
    if (!p || !columns) {
        fb_free(p);
        fb_free(columns);
        return fb_fail_nomem(err, "a projection");
    }
    p->base = (fb_operator){.ops = &project_ops, .next = next};
    p->exprs = exprs;
    p->expr_count = expr_count;
    p->context = context;
    p->columns = columns;
    fb_arena_init(&p->arena, 0);
    *out = &p->base;
    return FB_OK;
}
