/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows to the session's output as they come (CSV, JSON lines) or as one table. One thread at a
 * time. */
#ifndef FB_SESSION_PRINTER_H
#define FB_SESSION_PRINTER_H

#include "data/show.h"
#include "formats/json_row.h"

#include <forebay/session.h>

typedef struct fb_printer {
    fb_session *session;
    fb_result_format format;
    const fb_type *schema;
    const fb_timezone *timezone;
    fb_show_format show_format;
    fb_show show;
    fb_json_row_printer json_rows;
    fb_buf text; /* not yet printed */
    fb_buf cell;
} fb_printer;

/* `schema` is a STRUCT; all is borrowed. */
void fb_printer_init(fb_printer *printer, fb_session *session, const fb_type *schema,
                     const fb_timezone *timezone, fb_result_format format);
void fb_printer_deinit(fb_printer *printer);
fb_status fb_printer_add(fb_printer *printer, const fb_chunk *chunk, fb_error *err) FB_CHECKED;
/* What is still held, and the table. */
fb_status fb_printer_finish(fb_printer *printer, fb_error *err) FB_CHECKED;

#endif
