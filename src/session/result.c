/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT outside a stream: the rows of a batch plan, printed. */
#include "exec/physical.h"
#include "session/printer.h"
#include "session/session_state.h"

static fb_status print_chunk(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)split;
    return fb_printer_add(user, chunk, err);
}

static fb_status run_pipelines(fb_printer *printer, const fb_physical *physical, fb_error *err)
{
    const fb_eval_context context = {.batch_timestamp_us =
                                         fb_clock_wall_us(printer->session->env.clock),
                                     .timezone = printer->timezone};
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        fb_operator *output, *chain;
        FB_TRY(fb_output_create(print_chunk, printer, i, &output, err));
        FB_TRY(fb_pipeline_open(&physical->pipelines[i], &context, NULL, output, &chain, err));
        fb_status status = fb_pipeline_run_rows(&physical->pipelines[i], &context, chain, err);
        fb_operator_close_chain(chain);
        if (status != FB_OK) return status;
    }
    return FB_OK;
}

static fb_status print_physical(fb_session *session, const fb_physical *physical,
                                fb_result_format format, fb_error *err)
{
    const fb_timezone *timezone;
    FB_TRY(fb_session_timezone(session, &timezone, err));
    fb_printer printer;
    fb_printer_init(&printer, session, physical->schema, timezone, format);
    fb_status status = run_pipelines(&printer, physical, err);
    if (status == FB_OK) status = fb_printer_finish(&printer, err);
    fb_printer_deinit(&printer);
    return status;
}

fb_status fb_session_print_rows(fb_session *session, const fb_plan *plan, fb_result_format format,
                                fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_physical physical;
    fb_status status = fb_plan_check_batch(plan, err);
    if (status == FB_OK) status = fb_plan_optimize(&arena, plan, &plan, err);
    if (status == FB_OK) status = fb_physical_build(&arena, plan, &physical, err);
    if (status == FB_OK) status = print_physical(session, &physical, format, err);
    fb_arena_deinit(&arena);
    return status;
}
