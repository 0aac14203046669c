/* SPDX-License-Identifier: Apache-2.0
 *
 * try_add, try_divide and so on of operands that have to be cast: whatever fails on the way to a
 * row's result makes it null, an operand's cast included. */
#include "base/status.h"
#include "expr/fn_arithmetic.h"

/* What the call is without the try. */
typedef struct inner_call {
    fb_kernel kernel;
    const void *state;
} inner_call;

typedef struct attempt {
    const fb_expr *inner;
    fb_eval *eval;
    fb_eval quiet; /* the same with an error of its own: most are not for anybody's eyes */
    const fb_chunk *input;
    fb_column *out;
} attempt;

static fb_status set_null(const attempt *try, uint32_t row)
{
    fb_column null;
    fb_arena *arena = try->eval->arena;
    return fb_column_init_null(&null, arena, try->out->type) &&
                   fb_column_scatter(try->out, arena, try->input->row_count, &row, 1, &null)
               ? FB_OK
               : fb_eval_nomem(try->eval);
}

/* Halves the rows until those that fail are alone, so that a few cost little. */
static fb_status try_rows(const attempt *try, const uint32_t *rows, uint32_t count)
{
    fb_column part;
    fb_eval quiet = try->quiet;
    fb_status status = fb_expr_eval_rows(try->inner, &quiet, try->input, rows, count, &part);
    if (status == FB_OK)
        return fb_column_scatter(try->out, try->eval->arena, try->input->row_count, rows, count,
                                 &part)
                   ? FB_OK
                   : fb_eval_nomem(try->eval);
    if (status != FB_E_COMPUTE) {
        if (try->eval->err) *try->eval->err = *quiet.err;
        return status;
    }
    if (count == 1) return set_null(try, rows[0]);
    FB_TRY(try_rows(try, rows, count / 2));
    return try_rows(try, rows + count / 2, count - count / 2);
}

static fb_status eval_try(const fb_expr *self, fb_eval *eval, const fb_chunk *input, fb_column *out)
{
    const inner_call *call = self->state;
    fb_expr inner = *self;
    inner.lazy_kernel = NULL;
    inner.kernel = call->kernel;
    inner.state = call->state;
    fb_error ignored = {0};
    attempt try = {.inner = &inner, .eval = eval, .quiet = *eval, .input = input, .out = out};
    try.quiet.err = &ignored;
    uint32_t *rows = fb_arena_array(eval->arena, input->row_count, sizeof *rows);
    if (!rows || !fb_column_init_zero(out, eval->arena, self->type, input->row_count))
        return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < input->row_count; i++)
        rows[i] = i;
    return try_rows(&try, rows, input->row_count);
}

fb_status fb_bind_try(fb_binder *binder, fb_expr *call)
{
    call->nullable |= call->type->id == FB_TYPE_DATE; /* also where nothing can fail, says Spark */
    if (call->kind != FB_EXPR_CALL || !call->can_fail) return FB_OK;
    inner_call *state = fb_arena_alloc(binder->arena, sizeof *state);
    if (!state) return fb_fail_nomem(binder->err, "an operator");
    *state = (inner_call){call->kernel, call->state};
    call->state = state;
    call->kernel = NULL;
    call->lazy_kernel = eval_try;
    call->nullable = true;
    call->can_fail = false;
    return FB_OK;
}
