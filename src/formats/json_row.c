/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_row.h"

#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "data/value_text.h"

#include <math.h>
#include <stdio.h>

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

/* +01:00, -07:52:58, or Z. */
static size_t print_offset(int32_t seconds, char *out, size_t size)
{
    if (seconds == 0) return (size_t)snprintf(out, size, "Z");
    int32_t rest = seconds < 0 ? -seconds : seconds;
    char sign = seconds < 0 ? '-' : '+';
    if (rest % 60)
        return (size_t)snprintf(out, size, "%c%02d:%02d:%02d", sign, rest / 3600, rest / 60 % 60,
                                rest % 60);
    return (size_t)snprintf(out, size, "%c%02d:%02d", sign, rest / 3600, rest / 60 % 60);
}

/* Milliseconds, the rest cut off; `zone` NULL: a wall clock. */
static void put_timestamp(fb_json_writer *json, int64_t us, const fb_timezone *zone)
{
    int64_t second = fb_floor_div(us, FB_US_PER_SECOND);
    int32_t offset_s = zone ? fb_timezone_offset_at(zone, second) : 0;
    int64_t local = second + offset_s;
    int64_t of_day = fb_floor_mod(local, FB_SECONDS_PER_DAY);
    char date[FB_DATE_TEXT_MAX];
    size_t date_size = fb_date_print((int32_t)fb_floor_div(local, FB_SECONDS_PER_DAY), date);
    char time[48];
    int length = snprintf(time, sizeof time, "T%02d:%02d:%02d.%03d", (int)(of_day / 3600),
                          (int)(of_day / 60 % 60), (int)(of_day % 60),
                          (int)(fb_floor_mod(us, FB_US_PER_SECOND) / 1000));
    size_t time_size = (size_t)length;
    if (zone) time_size += print_offset(offset_s, time + time_size, sizeof time - time_size);
    fb_json_raw(json, FB_SLICE("\""));
    fb_buf_add(json->out, date, date_size);
    fb_buf_add(json->out, time, time_size);
    fb_buf_add_char(json->out, '"');
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
                      const fb_timezone *zone);

static void put_fields(fb_json_writer *json, const fb_type *type, const fb_column *columns,
                       size_t row, const fb_timezone *zone)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        fb_json_key_slice(json, type->fields[i].name);
        put_value(json, &columns[i], row, zone);
    }
}

static void put_array(fb_json_writer *json, const fb_column *column, fb_span span,
                      const fb_timezone *zone)
{
    fb_json_begin_array(json);
    for (uint32_t i = 0; i < span.count; i++)
        put_value(json, &column->children[0], (size_t)span.start + i, zone);
    fb_json_end_array(json);
}

/* A map key: the stored value as text. */
static void put_key(fb_json_writer *json, const fb_column *keys, size_t row,
                    const fb_timezone *zone)
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
        fb_value_text_cast(keys, row, zone, &text);
        break;
    }
    fb_json_key_slice(json, fb_buf_slice(&text));
    if (text.failed) json->out->failed = true;
    fb_buf_deinit(&text);
}

static void put_map(fb_json_writer *json, const fb_column *column, fb_span span,
                    const fb_timezone *zone)
{
    fb_json_begin_object(json);
    for (uint32_t i = 0; i < span.count; i++) {
        put_key(json, &column->children[0], (size_t)span.start + i, zone);
        put_value(json, &column->children[1], (size_t)span.start + i, zone);
    }
    fb_json_end_object(json);
}

static void put_nested(fb_json_writer *json, const fb_column *column, size_t index,
                       const fb_timezone *zone)
{
    if (column->type->id == FB_TYPE_ARRAY) {
        put_array(json, column, column->spans[index], zone);
    } else if (column->type->id == FB_TYPE_MAP) {
        put_map(json, column, column->spans[index], zone);
    } else {
        fb_json_begin_object(json);
        put_fields(json, column->type, column->children, index, zone);
        fb_json_end_object(json);
    }
}

static void put_value(fb_json_writer *json, const fb_column *column, size_t row,
                      const fb_timezone *zone)
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
        put_timestamp(json, column->int64s[index], zone);
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        put_timestamp(json, column->int64s[index], NULL);
        break;
    case FB_TYPE_STRUCT:
    case FB_TYPE_ARRAY:
    case FB_TYPE_MAP:
        put_nested(json, column, index, zone);
        break;
    }
}

void fb_json_row_members(fb_json_writer *json, const fb_type *schema, const fb_chunk *chunk,
                         size_t row, const fb_timezone *zone)
{
    put_fields(json, schema, chunk->columns, row, zone);
}
