/* SPDX-License-Identifier: Apache-2.0
 *
 * Values to strings. The texts of a chunk go into a few blocks of the evaluation's arena; short
 * ones lie in the view itself. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "data/value_text.h"
#include "expr/cast.h"
#include "expr/kernel.h"

/* The room that print_one may fill. */
enum { ROOM_BYTES = FB_DECIMAL_TEXT_MAX };
static_assert((int)ROOM_BYTES >= (int)FB_TIMESTAMP_TEXT_MAX &&
                  (int)ROOM_BYTES >= (int)FB_DOUBLE_TEXT_MAX,
              "one room for all");

/* Inlined into each loop below with a constant type, so that no loop branches on it. */
static inline __attribute__((always_inline)) size_t print_one(const fb_cast_run *run,
                                                              fb_type_id type, size_t i, char *text,
                                                              fb_timestamp_printer *printer)
{
    const fb_column *in = run->in;
    switch (type) {
    case FB_TYPE_TINYINT:
        return fb_number_print_int64(in->int8s[i], text);
    case FB_TYPE_SMALLINT:
        return fb_number_print_int64(in->int16s[i], text);
    case FB_TYPE_INT:
        return fb_number_print_int64(in->int32s[i], text);
    case FB_TYPE_BIGINT:
        return fb_number_print_int64(in->int64s[i], text);
    case FB_TYPE_FLOAT:
        return fb_number_print_float(in->floats[i], text);
    case FB_TYPE_DOUBLE:
        return fb_number_print_double(in->doubles[i], text);
    case FB_TYPE_DATE:
        return fb_date_print(in->int32s[i], text);
    case FB_TYPE_DECIMAL: {
        fb_decimal value = {fb_cast_unscaled(in, i), in->type->scale};
        return run->cast->mode == FB_CAST_LEGACY ? fb_decimal_print_scientific(value, text)
                                                 : fb_decimal_print(value, text);
    }
    default:
        return fb_timestamp_printer_put(printer, in->int64s[i], text);
    }
}

static inline __attribute__((always_inline)) fb_status print_all(fb_cast_run *run, fb_type_id type)
{
    fb_text_block block = {.eval = run->eval};
    fb_timestamp_printer printer;
    fb_timestamp_printer_init(&printer,
                              type == FB_TYPE_TIMESTAMP ? run->eval->context->timezone : NULL);
    for (size_t i = 0; i < run->count; i++) {
        char *text = fb_text_room(&block, run->self, ROOM_BYTES);
        if (!text) return block.status;
        run->out->strings[i] = fb_text_take(&block, print_one(run, type, i, text, &printer));
    }
    return FB_OK;
}

static fb_status print_booleans(fb_cast_run *run)
{
    const fb_string names[] = {fb_string_view(FB_SLICE("false")), fb_string_view(FB_SLICE("true"))};
    for (size_t i = 0; i < run->count; i++)
        run->out->strings[i] = names[run->in->bools[i] != 0];
    return FB_OK;
}

static fb_status print_nested(fb_cast_run *run)
{
    const fb_timezone *zone = run->eval->context->timezone;
    fb_buf text;
    fb_buf_init(&text, FB_TEXT_MAX_BYTES);
    fb_status status = FB_OK;
    for (size_t i = 0; i < run->count && status == FB_OK; i++) {
        if (fb_cast_is_null(run, i)) continue; /* the view is zero already */
        fb_buf_clear(&text);
        if (run->cast->mode == FB_CAST_LEGACY)
            fb_value_text_cast_legacy(run->in, i, zone, &text);
        else
            fb_value_text_cast(run->in, i, zone, &text);
        if (text.failed)
            status = fb_eval_nomem(run->eval);
        else
            status = fb_eval_string(run->eval, fb_buf_slice(&text), &run->out->strings[i]);
    }
    fb_buf_deinit(&text);
    return status;
}

fb_status fb_cast_to_string(fb_cast_run *run)
{
    switch (run->in->type->id) {
    case FB_TYPE_BOOLEAN:
        return print_booleans(run);
    case FB_TYPE_TINYINT:
        return print_all(run, FB_TYPE_TINYINT);
    case FB_TYPE_SMALLINT:
        return print_all(run, FB_TYPE_SMALLINT);
    case FB_TYPE_INT:
        return print_all(run, FB_TYPE_INT);
    case FB_TYPE_BIGINT:
        return print_all(run, FB_TYPE_BIGINT);
    case FB_TYPE_FLOAT:
        return print_all(run, FB_TYPE_FLOAT);
    case FB_TYPE_DOUBLE:
        return print_all(run, FB_TYPE_DOUBLE);
    case FB_TYPE_DECIMAL:
        return print_all(run, FB_TYPE_DECIMAL);
    case FB_TYPE_DATE:
        return print_all(run, FB_TYPE_DATE);
    case FB_TYPE_TIMESTAMP:
        return print_all(run, FB_TYPE_TIMESTAMP);
    case FB_TYPE_TIMESTAMP_NTZ:
        return print_all(run, FB_TYPE_TIMESTAMP_NTZ);
    default:
        return print_nested(run);
    }
}

/* The value's bytes, highest first. */
fb_status fb_cast_integer_to_binary(fb_cast_run *run)
{
    size_t width = fb_type_width(run->in->type);
    for (size_t i = 0; i < run->count; i++) {
        const unsigned char *bytes = (const unsigned char *)run->in->values + i * width;
        fb_string *out = &run->out->strings[i];
        char reversed[8];
        for (size_t k = 0; k < width; k++)
            reversed[k] = (char)bytes[width - 1 - k];
        *out = fb_string_view(fb_slice_make(reversed, width));
    }
    return FB_OK;
}
