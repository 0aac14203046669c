/* SPDX-License-Identifier: Apache-2.0
 *
 * One task's run of a pipeline: operators are opened from the last to the first, then the leaf's
 * rows are pushed through them. */
#include "exec/physical.h"

static fb_status open_step(const fb_step *step, const fb_pipeline_task *task, fb_operator *next,
                           fb_operator **out, fb_error *err)
{
    const fb_plan *plan = step->plan;
    switch (step->kind) {
    case FB_STEP_FILTER:
        return fb_filter_create(step->condition, task->context, next, out, err);
    case FB_STEP_PROJECT:
        return fb_project_create(step->exprs, step->expr_count, task->context, next, out, err);
    case FB_STEP_WATERMARK:
        return fb_watermark_create(plan->watermark_column, &task->watermarks[step->watermark], next,
                                   out, err);
    case FB_STEP_WINDOW:
        return fb_window_create(&plan->window, plan->output[plan->output_count - 1].type,
                                task->context, task->cancelled, next, out, err);
    }
    FB_UNREACHABLE();
}

fb_status fb_pipeline_open(const fb_pipeline *pipeline, const fb_pipeline_task *task,
                           fb_operator *last, fb_operator **out, fb_error *err)
{
    *out = NULL;
    fb_operator *chain = last;
    for (uint32_t i = pipeline->step_count; i-- > 0;) {
        fb_operator *first;
        fb_status status = open_step(&pipeline->steps[i], task, chain, &first, err);
        if (status != FB_OK) {
            fb_operator_close_chain(chain);
            return status;
        }
        chain = first;
    }
    *out = chain;
    return FB_OK;
}

/* One chunk per row: literal rows are few, and a row's arrays and maps need no joining. */
static fb_status push_value_rows(const fb_plan *leaf, fb_eval *eval, fb_operator *chain)
{
    const fb_chunk no_columns = {.row_count = 1};
    fb_column *columns = fb_arena_array(eval->arena, leaf->output_count, sizeof *columns);
    if (!columns) return fb_eval_nomem(eval);
    const fb_expr *const *cell = leaf->exprs;
    for (uint32_t row = 0; row < leaf->row_count; row++) {
        for (uint32_t i = 0; i < leaf->output_count; i++)
            FB_TRY(fb_expr_eval(*cell++, eval, &no_columns, &columns[i]));
        const fb_chunk chunk = {
            .row_count = 1, .column_count = leaf->output_count, .columns = columns};
        FB_TRY(fb_operator_push(chain, &chunk, eval->err));
    }
    return FB_OK;
}

fb_status fb_pipeline_run_rows(const fb_pipeline *pipeline, const fb_eval_context *context,
                               fb_operator *chain, fb_error *err)
{
    const fb_chunk one_row = {.row_count = 1};
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    fb_eval eval = {.context = context, .arena = &arena, .err = err};
    fb_status status = pipeline->leaf->kind == FB_PLAN_ONE_ROW
                           ? fb_operator_push(chain, &one_row, err)
                           : push_value_rows(pipeline->leaf, &eval, chain);
    fb_arena_deinit(&arena);
    return status == FB_OK ? fb_operator_finish(chain, err) : status;
}

fb_status fb_pipeline_run_split(const fb_pipeline *pipeline, fb_source *source, uint32_t split,
                                fb_operator *chain, const atomic_bool *cancelled,
                                uint64_t *row_count, fb_error *err)
{
    *row_count = 0;
    uint64_t cursor = 0;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = FB_OK;
    while (status == FB_OK) {
        fb_chunk chunk;
        fb_arena_reset(&arena);
        if (atomic_load_explicit(cancelled, memory_order_relaxed)) {
            status = fb_fail(err, FB_E_CANCELLED, 0, "the query was stopped");
            break;
        }
        status = fb_source_read(source, split, &cursor, pipeline->columns, &arena, &chunk, err);
        if (status != FB_OK || chunk.row_count == 0) break;
        *row_count += chunk.row_count;
        status = fb_operator_push(chain, &chunk, err);
    }
    fb_arena_deinit(&arena);
    return status;
}
