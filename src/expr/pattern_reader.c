/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/pattern_reader.h"

fb_status fb_pattern_reader_seek(fb_pattern_reader *reader, const fb_expr *self, fb_eval *eval,
                                 size_t row)
{
    if (reader->pattern && (!reader->column || reader->column->is_constant)) return FB_OK;
    fb_slice text = FB_SLICE("yyyy-MM-dd HH:mm:ss");
    if (reader->column) text = fb_column_string(reader->column, row);
    if (reader->pattern && fb_slice_equal(text, fb_pattern_text(reader->pattern))) return FB_OK;
    fb_status status = fb_pattern_compile(eval->arena, text, eval->context->timezone,
                                          reader->for_parsing, &reader->pattern, eval->err);
    if (status != FB_OK && eval->err) {
        eval->err->line = self->position.line;
        eval->err->column = self->position.column;
    }
    return status;
}
