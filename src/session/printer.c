/* SPDX-License-Identifier: Apache-2.0 */
#include "session/printer.h"

#include "data/value_text.h"
#include "session/session_state.h"

enum { FLUSH_BYTES = 64 * 1024 };

static fb_status flush(fb_printer *p, fb_error *err)
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

static void add_csv_header(fb_printer *p)
{
    for (uint32_t i = 0; i < p->schema->field_count; i++) {
        if (i) fb_buf_add_char(&p->text, ',');
        add_csv_cell(&p->text, p->schema->fields[i].name);
    }
    fb_buf_add_char(&p->text, '\n');
}

static void add_csv_row(fb_printer *p, const fb_chunk *chunk, uint32_t row)
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

static void add_json_row(fb_printer *p, const fb_chunk *chunk, uint32_t row)
{
    fb_json_writer json = fb_json_writer_make(&p->text);
    fb_json_begin_object(&json);
    fb_json_row_printer_members(&p->json_rows, &json, chunk, row);
    fb_json_end_object(&json);
    fb_buf_add_char(&p->text, '\n');
}

void fb_printer_init(fb_printer *printer, fb_session *session, const fb_type *schema,
                     const fb_timezone *timezone, fb_result_format format)
{
    *printer =
        (fb_printer){.session = session, .format = format, .schema = schema, .timezone = timezone};
    printer->show_format =
        (fb_show_format){.schema = schema, .timezone = timezone, .row_limit = UINT64_MAX};
    fb_show_init(&printer->show, &printer->show_format);
    fb_json_row_printer_init(&printer->json_rows, schema, timezone);
    fb_buf_init(&printer->text, 0);
    fb_buf_init(&printer->cell, 0);
    if (format == FB_RESULT_CSV) add_csv_header(printer);
}

void fb_printer_deinit(fb_printer *printer)
{
    fb_show_deinit(&printer->show);
    fb_buf_deinit(&printer->text);
    fb_buf_deinit(&printer->cell);
}

fb_status fb_printer_add(fb_printer *printer, const fb_chunk *chunk, fb_error *err)
{
    if (printer->format == FB_RESULT_TABLE) return fb_show_add(&printer->show, chunk, err);
    for (uint32_t row = 0; row < chunk->row_count; row++) {
        if (printer->format == FB_RESULT_CSV)
            add_csv_row(printer, chunk, row);
        else
            add_json_row(printer, chunk, row);
        if (printer->text.size >= FLUSH_BYTES) FB_TRY(flush(printer, err));
    }
    return FB_OK;
}

fb_status fb_printer_finish(fb_printer *printer, fb_error *err)
{
    if (printer->format == FB_RESULT_TABLE) {
        const fb_show *part = &printer->show;
        fb_show_print(&printer->show_format, &part, 1, &printer->text);
        fb_buf_add_char(&printer->text, '\n');
    }
    return flush(printer, err);
}
