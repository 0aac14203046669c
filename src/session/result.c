/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT outside a stream: the rows of a batch plan, printed. Literal rows are few: all tasks run
 * in the caller's thread. What they put out is kept until all have run, because the first task to
 * run is not the one whose rows are printed first. */
#include "base/memory.h"
#include "exec/execution.h"
#include "session/printer.h"
#include "session/session_state.h"
#include "stream/settings.h"

static fb_status keep_chunk(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    return fb_exchange_write(user, split, chunk, err);
}

static fb_status run_plan(fb_session *session, const fb_physical *physical,
                          const fb_timezone *timezone, fb_workers *workers, fb_exchange **rows,
                          fb_error *err)
{
    atomic_bool never = false;
    const fb_eval_context context = {.batch_timestamp_us = fb_clock_wall_us(session->env.clock),
                                     .timezone = timezone};
    fb_event_time_stats *watermarks = fb_alloc_zero(physical->watermark_count, sizeof *watermarks);
    if (!watermarks) return fb_fail_nomem(err, "a query");
    fb_execution execution = {
        .physical = physical,
        .context = &context,
        .workers = workers,
        .clock = session->env.clock,
        .cancelled = &never,
        .mode = FB_OUTPUT_COMPLETE,
        .partition_count =
            (uint32_t)fb_setting_get(session->conf, "spark.sql.shuffle.partitions").number,
        .watermarks = watermarks,
        .write = keep_chunk};
    fb_status status =
        fb_exchange_create(fb_execution_output_count(&execution), 1, 0, NULL, rows, err);
    execution.user = *rows;
    if (status == FB_OK) status = fb_execution_run(&execution, err);
    fb_free(watermarks);
    return status;
}

static fb_status print_rows(fb_session *session, const fb_exchange *rows, const fb_type *schema,
                            const fb_timezone *timezone, fb_result_format format, fb_error *err)
{
    fb_printer printer;
    fb_printer_init(&printer, session, schema, timezone, format);
    fb_status status = FB_OK;
    for (uint32_t i = 0; status == FB_OK && i < fb_exchange_chunk_count(rows, 0); i++)
        status = fb_printer_add(&printer, fb_exchange_chunk(rows, 0, i), err);
    if (status == FB_OK) status = fb_printer_finish(&printer, err);
    fb_printer_deinit(&printer);
    return status;
}

static fb_status print_physical(fb_session *session, const fb_physical *physical,
                                fb_result_format format, fb_error *err)
{
    const fb_timezone *timezone;
    fb_workers *workers;
    fb_exchange *rows = NULL;
    FB_TRY(fb_session_timezone(session, &timezone, err));
    FB_TRY(fb_workers_create(0, &workers, err));
    fb_status status = run_plan(session, physical, timezone, workers, &rows, err);
    if (status == FB_OK)
        status = print_rows(session, rows, physical->schema, timezone, format, err);
    fb_exchange_destroy(rows);
    fb_workers_destroy(workers);
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
