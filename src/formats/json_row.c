/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_row.h"

#include "data/decimal.h"
#include "data/number_text.h"
#include "data/value_text.h"

#include <math.h>

/* Bytes in quotes that need no escapes. */
static void put_quoted(fb_json_writer *json, fb_slice text)
{
    fb_json_raw(json, FB_SLICE("\""));
    fb_buf_add_slice(json->out, text);
    fb_buf_add_char(json->out, '"');
}

static void put_double(fb_json_writer *json, double value)
{
    char text[FB_DOUBLE_TEXT_MAX];
    fb_slice slice = {text, fb_number_print_double(value, text)};
    if (isfinite(value))
        fb_json_raw(json, slice);
    else
        put_quoted(json, slice);
}

static void put_float(fb_json_writer *json, float value)
{
    char text[FB_DOUBLE_TEXT_MAX];
    fb_slice slice = {text, fb_number_print_float(value, text)};
    if (isfinite(value))
        fb_json_raw(json, slice);
    else
        put_quoted(json, slice);
}

static void put_date(fb_json_writer *json, int32_t days)
{
    char text[FB_DATE_TEXT_MAX];
    put_quoted(json, (fb_slice){text, fb_date_print(days, text)});
}

static char *put_pair(char *to, int32_t value)
{
    memcpy(to, &fb_digit_pairs[2 * value], 2);
    return to + 2;
}

/* +01:00, -07:52:58, or Z; returns the end. */
static char *put_offset(char *to, int32_t seconds)
{
    if (seconds == 0) {
        *to = 'Z';
        return to + 1;
    }
    int32_t rest = seconds < 0 ? -seconds : seconds;
    *to++ = seconds < 0 ? '-' : '+';
    to = put_pair(to, rest / 3600);
    *to++ = ':';
    to = put_pair(to, rest / 60 % 60);
    if (rest % 60) {
        *to++ = ':';
        to = put_pair(to, rest % 60);
    }
    return to;
}

/* The zone's offset at that instant. */
static int32_t offset_at(fb_json_row_printer *how, int64_t us)
{
    int64_t second = fb_floor_div(us, FB_US_PER_SECOND);
    if (second < how->from_s || second >= how->until_s)
        fb_timezone_range_at(how->zoned.zone, second, &how->from_s, &how->until_s, &how->offset_s);
    return how->offset_s;
}

/* The printer's "date time.fraction" made a "dateTtime.mmm+hh:mm"; what is below a millisecond is
 * cut off. `printer` is one of `how`. */
static void put_timestamp(fb_json_writer *json, fb_json_row_printer *how,
                          fb_timestamp_printer *printer, int64_t us)
{
    enum { TIME_SIZE = 8, OFFSET_MAX = 9 }; /* hh:mm:ss, +hh:mm:ss */
    char text[1 + FB_TIMESTAMP_TEXT_MAX + OFFSET_MAX + 1];
    size_t size = fb_timestamp_printer_put(printer, us, text + 1);
    char *at = memchr(text + 1, ' ', size);
    FB_ASSERT(at);
    *at = 'T';
    at += 1 + TIME_SIZE;
    int32_t ms = (int32_t)(fb_floor_mod(us, FB_US_PER_SECOND) / 1000);
    *at++ = '.';
    *at++ = (char)('0' + ms / 100);
    at = put_pair(at, ms % 100);
    if (printer->zone) at = put_offset(at, offset_at(how, us));
    text[0] = '"';
    *at++ = '"';
    fb_json_raw(json, fb_slice_make(text, (size_t)(at - text)));
}

static void put_base64(fb_json_writer *json, fb_slice bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)bytes.data;
    fb_json_raw(json, FB_SLICE("\""));
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t word = (uint32_t)in[i] << 16;
        if (left > 1) word |= (uint32_t)in[i + 1] << 8;
        if (left > 2) word |= in[i + 2];
        char group[4] = {digits[word >> 18], digits[word >> 12 & 63], digits[word >> 6 & 63],
                         digits[word & 63]};
        if (left < 3) group[3] = '=';
        if (left < 2) group[2] = '=';
        fb_buf_add(json->out, group, sizeof group);
    }
    fb_buf_add_char(json->out, '"');
}

static void put_decimal(fb_json_writer *json, const fb_column *column, size_t index)
{
    fb_decimal value = {.scale = column->type->scale};
    value.unscaled =
        fb_type_is_long_decimal(column->type) ? column->int64s[index] : column->int128s[index];
    char text[FB_DECIMAL_TEXT_MAX];
    fb_json_raw(json, (fb_slice){text, fb_decimal_print_scientific(value, text)});
}

static void put_value(fb_json_writer *json, const fb_column *column, size_t row,
                      fb_json_row_printer *how);

static void put_fields(fb_json_writer *json, const fb_type *type, const fb_column *columns,
                       size_t row, fb_json_row_printer *how)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        fb_json_key_slice(json, type->fields[i].name);
        put_value(json, &columns[i], row, how);
    }
}

static void put_array(fb_json_writer *json, const fb_column *column, fb_span span,
                      fb_json_row_printer *how)
{
    fb_json_begin_array(json);
    for (uint32_t i = 0; i < span.count; i++)
        put_value(json, &column->children[0], (size_t)span.start + i, how);
    fb_json_end_array(json);
}

/* A map key: the stored value as text. */
static void put_key(fb_json_writer *json, const fb_column *keys, size_t row,
                    fb_json_row_printer *how)
{
    size_t index = fb_column_index(keys, row);
    fb_buf text;
    fb_buf_init(&text, 0);
    switch (keys->type->id) {
    case FB_TYPE_DATE:
        fb_buf_add_int(&text, keys->int32s[index]);
        break;
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        fb_buf_add_int(&text, keys->int64s[index]);
        break;
    case FB_TYPE_DECIMAL: {
        fb_json_writer number = fb_json_writer_make(&text);
        put_decimal(&number, keys, index);
        break;
    }
    default:
        fb_value_text_cast(keys, row, how->zoned.zone, &text);
        break;
    }
    fb_json_key_slice(json, fb_buf_slice(&text));
    if (text.failed) json->out->failed = true;
    fb_buf_deinit(&text);
}

static void put_map(fb_json_writer *json, const fb_column *column, fb_span span,
                    fb_json_row_printer *how)
{
    fb_json_begin_object(json);
    for (uint32_t i = 0; i < span.count; i++) {
        put_key(json, &column->children[0], (size_t)span.start + i, how);
        put_value(json, &column->children[1], (size_t)span.start + i, how);
    }
    fb_json_end_object(json);
}

static void put_nested(fb_json_writer *json, const fb_column *column, size_t index,
                       fb_json_row_printer *how)
{
    if (column->type->id == FB_TYPE_ARRAY) {
        put_array(json, column, column->spans[index], how);
    } else if (column->type->id == FB_TYPE_MAP) {
        put_map(json, column, column->spans[index], how);
    } else {
        fb_json_begin_object(json);
        put_fields(json, column->type, column->children, index, how);
        fb_json_end_object(json);
    }
}

static void put_value(fb_json_writer *json, const fb_column *column, size_t row,
                      fb_json_row_printer *how)
{
    if (fb_column_is_null(column, row)) {
        fb_json_null(json);
        return;
    }
    size_t index = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_VOID:
        FB_UNREACHABLE(); /* always null */
    case FB_TYPE_BOOLEAN:
        fb_json_bool(json, column->bools[index]);
        break;
    case FB_TYPE_TINYINT:
        fb_json_int(json, column->int8s[index]);
        break;
    case FB_TYPE_SMALLINT:
        fb_json_int(json, column->int16s[index]);
        break;
    case FB_TYPE_INT:
        fb_json_int(json, column->int32s[index]);
        break;
    case FB_TYPE_BIGINT:
        fb_json_int(json, column->int64s[index]);
        break;
    case FB_TYPE_FLOAT:
        put_float(json, column->floats[index]);
        break;
    case FB_TYPE_DOUBLE:
        put_double(json, column->doubles[index]);
        break;
    case FB_TYPE_DECIMAL:
        put_decimal(json, column, index);
        break;
    case FB_TYPE_STRING:
        fb_json_string(json, fb_string_slice(&column->strings[index]));
        break;
    case FB_TYPE_BINARY:
        put_base64(json, fb_string_slice(&column->strings[index]));
        break;
    case FB_TYPE_DATE:
        put_date(json, column->int32s[index]);
        break;
    case FB_TYPE_TIMESTAMP:
        put_timestamp(json, how, &how->zoned, column->int64s[index]);
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        put_timestamp(json, how, &how->wall, column->int64s[index]);
        break;
    case FB_TYPE_STRUCT:
    case FB_TYPE_ARRAY:
    case FB_TYPE_MAP:
        put_nested(json, column, index, how);
        break;
    }
}

void fb_json_row_printer_init(fb_json_row_printer *printer, const fb_type *schema,
                              const fb_timezone *zone)
{
    *printer = (fb_json_row_printer){.schema = schema};
    fb_timestamp_printer_init(&printer->zoned, zone);
    fb_timestamp_printer_init(&printer->wall, NULL);
}

void fb_json_row_printer_members(fb_json_row_printer *printer, fb_json_writer *json,
                                 const fb_chunk *chunk, size_t row)
{
    put_fields(json, printer->schema, chunk->columns, row, printer);
}
