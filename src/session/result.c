/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT outside a stream: the rows of a batch plan, printed as they come (CSV, JSON lines) or as
 * one table. */
#include "data/show.h"
#include "data/value_text.h"
#include "exec/physical.h"
#include "formats/json_row.h"
#include "session/session_state.h"

enum { FLUSH_BYTES = 64 * 1024 };

typedef struct printer {
    fb_session *session;
    fb_result_format format;
    const fb_type *schema;
    const fb_timezone *timezone;
    fb_show_format show_format;
    fb_show show;
    fb_json_row_printer json_rows;
    fb_buf text; /* not yet printed */
    fb_buf cell;
} printer;

static fb_status flush(printer *p, fb_error *err)
{
    if (p->text.failed) return fb_fail_nomem(err, "the result");
    if (p->text.size && !fb_session_print(p->session, fb_buf_text(&p->text), p->text.size))
        return fb_fail(err, FB_E_IO, 0, "the output cannot be written");
    fb_buf_clear(&p->text);
    return FB_OK;
}

/* RFC 4180: quotes around what holds a separator, a quote or a line end; quotes doubled. */
static void add_csv_cell(fb_buf *out, fb_slice cell)
{
    bool plain = true;
    for (size_t i = 0; i < cell.size && plain; i++)
        plain = !memchr(",\"\r\n", cell.data[i], 4);
    if (plain) {
        fb_buf_add_slice(out, cell);
        return;
    }
    fb_buf_add_char(out, '"');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.data[i] == '"') fb_buf_add_char(out, '"');
        fb_buf_add_char(out, cell.data[i]);
    }
    fb_buf_add_char(out, '"');
}

static void add_csv_header(printer *p)
{
    for (uint32_t i = 0; i < p->schema->field_count; i++) {
        if (i) fb_buf_add_char(&p->text, ',');
        add_csv_cell(&p->text, p->schema->fields[i].name);
    }
    fb_buf_add_char(&p->text, '\n');
}

static void add_csv_row(printer *p, const fb_chunk *chunk, uint32_t row)
{
    for (uint32_t i = 0; i < chunk->column_count; i++) {
        if (i) fb_buf_add_char(&p->text, ',');
        if (fb_column_is_null(&chunk->columns[i], row)) continue;
        fb_buf_clear(&p->cell);
        fb_value_text_cast(&chunk->columns[i], row, p->timezone, &p->cell);
        if (p->cell.failed) p->text.failed = true;
        add_csv_cell(&p->text, fb_buf_slice(&p->cell));
    }
    fb_buf_add_char(&p->text, '\n');
}

static void add_json_row(printer *p, const fb_chunk *chunk, uint32_t row)
{
    fb_json_writer json = fb_json_writer_make(&p->text);
    fb_json_begin_object(&json);
    fb_json_row_printer_members(&p->json_rows, &json, chunk, row);
    fb_json_end_object(&json);
    fb_buf_add_char(&p->text, '\n');
}

static fb_status print_chunk(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)split;
    printer *p = user;
    if (p->format == FB_RESULT_TABLE) return fb_show_add(&p->show, chunk, err);
    for (uint32_t row = 0; row < chunk->row_count; row++) {
        if (p->format == FB_RESULT_CSV)
            add_csv_row(p, chunk, row);
        else
            add_json_row(p, chunk, row);
        if (p->text.size >= FLUSH_BYTES) FB_TRY(flush(p, err));
    }
    return FB_OK;
}

static fb_status run_pipelines(printer *p, const fb_physical *physical, fb_error *err)
{
    const fb_eval_context context = {.batch_timestamp_us = fb_clock_wall_us(p->session->env.clock),
                                     .timezone = p->timezone};
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        fb_operator *output, *chain;
        FB_TRY(fb_output_create(print_chunk, p, i, &output, err));
        FB_TRY(fb_pipeline_open(&physical->pipelines[i], &context, output, &chain, err));
        fb_status status = fb_pipeline_run_rows(&physical->pipelines[i], &context, chain, err);
        fb_operator_close_chain(chain);
        if (status != FB_OK) return status;
    }
    return FB_OK;
}

static fb_status print_all(printer *p, const fb_physical *physical, fb_error *err)
{
    if (p->format == FB_RESULT_CSV) add_csv_header(p);
    FB_TRY(run_pipelines(p, physical, err));
    if (p->format == FB_RESULT_TABLE) {
        const fb_show *part = &p->show;
        fb_show_print(&p->show_format, &part, 1, &p->text);
        fb_buf_add_char(&p->text, '\n');
    }
    return flush(p, err);
}

fb_status fb_session_print_rows(fb_session *session, const fb_plan *plan, fb_result_format format,
                                fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_physical physical;
    printer p = {.session = session, .format = format};
    fb_buf_init(&p.text, 0);
    fb_buf_init(&p.cell, 0);
    fb_status status = fb_plan_check_batch(plan, err);
    if (status == FB_OK) status = fb_session_timezone(session, &p.timezone, err);
    if (status == FB_OK) status = fb_plan_optimize(&arena, plan, &plan, err);
    if (status == FB_OK) status = fb_physical_build(&arena, plan, &physical, err);
    if (status == FB_OK) {
        p.schema = physical.schema;
        p.show_format =
            (fb_show_format){.schema = p.schema, .timezone = p.timezone, .row_limit = UINT64_MAX};
        fb_show_init(&p.show, &p.show_format);
        fb_json_row_printer_init(&p.json_rows, p.schema, p.timezone);
        status = print_all(&p, &physical, err);
        fb_show_deinit(&p.show);
    }
    fb_buf_deinit(&p.text);
    fb_buf_deinit(&p.cell);
    fb_arena_deinit(&arena);
    return status;
}
