/* SPDX-License-Identifier: Apache-2.0 */
#include "data/value_text.h"

#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"

/* How nulls and binaries are written. */
typedef struct style {
    const fb_timezone *zone;
    fb_slice null_text;
    bool binary_as_hex;
    bool scientific; /* BigDecimal.toString for decimals */
} style;

static void put_value(const fb_column *column, size_t row, const style *how, fb_buf *out);

static void put_int(int64_t value, fb_buf *out)
{
    char text[FB_INT64_TEXT_MAX];
    fb_buf_add(out, text, fb_number_print_int64(value, text));
}

static void put_double(double value, fb_buf *out)
{
    char text[FB_DOUBLE_TEXT_MAX];
    fb_buf_add(out, text, fb_number_print_double(value, text));
}

static void put_float(float value, fb_buf *out)
{
    char text[FB_DOUBLE_TEXT_MAX];
    fb_buf_add(out, text, fb_number_print_float(value, text));
}

static void put_decimal(const fb_column *column, size_t index, const style *how, fb_buf *out)
{
    fb_decimal value = {.scale = column->type->scale};
    value.unscaled =
        fb_type_is_long_decimal(column->type) ? column->int64s[index] : column->int128s[index];
    char text[FB_DECIMAL_TEXT_MAX];
    fb_buf_add(out, text,
               how->scientific ? fb_decimal_print_scientific(value, text)
                               : fb_decimal_print(value, text));
}

static void put_date(int32_t days, fb_buf *out)
{
    char text[FB_DATE_TEXT_MAX];
    fb_buf_add(out, text, fb_date_print(days, text));
}

static void put_timestamp(const fb_timezone *zone, int64_t us, fb_buf *out)
{
    char text[FB_TIMESTAMP_TEXT_MAX];
    fb_buf_add(out, text, fb_timestamp_print(zone, us, text));
}

static void put_hex(fb_slice bytes, fb_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    fb_buf_add_char(out, '[');
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        char text[] = {' ', digits[byte >> 4], digits[byte & 15]};
        fb_buf_add(out, i ? text : text + 1, i ? 3 : 2);
    }
    fb_buf_add_char(out, ']');
}

static void put_array(const fb_column *column, fb_span span, const style *how, fb_buf *out)
{
    fb_buf_add_char(out, '[');
    for (size_t i = 0; i < span.count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        put_value(&column->children[0], span.start + i, how, out);
    }
    fb_buf_add_char(out, ']');
}

static void put_map(const fb_column *column, fb_span span, const style *how, fb_buf *out)
{
    fb_buf_add_char(out, '{');
    for (size_t i = 0; i < span.count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        put_value(&column->children[0], span.start + i, how, out);
        fb_buf_add_text(out, " -> ");
        put_value(&column->children[1], span.start + i, how, out);
    }
    fb_buf_add_char(out, '}');
}

static void put_struct(const fb_column *column, size_t index, const style *how, fb_buf *out)
{
    fb_buf_add_char(out, '{');
    for (uint32_t i = 0; i < column->type->field_count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        put_value(&column->children[i], index, how, out);
    }
    fb_buf_add_char(out, '}');
}

static void put_value(const fb_column *column, size_t row, const style *how, fb_buf *out)
{
    if (fb_column_is_null(column, row)) {
        fb_buf_add_slice(out, how->null_text);
        return;
    }
    size_t index = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_VOID:
        FB_UNREACHABLE(); /* always null */
    case FB_TYPE_BOOLEAN:
        fb_buf_add_text(out, column->bools[index] ? "true" : "false");
        break;
    case FB_TYPE_TINYINT:
        put_int(column->int8s[index], out);
        break;
    case FB_TYPE_SMALLINT:
        put_int(column->int16s[index], out);
        break;
    case FB_TYPE_INT:
        put_int(column->int32s[index], out);
        break;
    case FB_TYPE_BIGINT:
        put_int(column->int64s[index], out);
        break;
    case FB_TYPE_FLOAT:
        put_float(column->floats[index], out);
        break;
    case FB_TYPE_DOUBLE:
        put_double(column->doubles[index], out);
        break;
    case FB_TYPE_DECIMAL:
        put_decimal(column, index, how, out);
        break;
    case FB_TYPE_STRING:
        fb_buf_add_slice(out, fb_string_slice(&column->strings[index]));
        break;
    case FB_TYPE_BINARY:
        if (how->binary_as_hex)
            put_hex(fb_string_slice(&column->strings[index]), out);
        else
            fb_buf_add_slice(out, fb_string_slice(&column->strings[index]));
        break;
    case FB_TYPE_DATE:
        put_date(column->int32s[index], out);
        break;
    case FB_TYPE_TIMESTAMP:
        put_timestamp(how->zone, column->int64s[index], out);
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        put_timestamp(NULL, column->int64s[index], out);
        break;
    case FB_TYPE_STRUCT:
        put_struct(column, index, how, out);
        break;
    case FB_TYPE_ARRAY:
        put_array(column, column->spans[index], how, out);
        break;
    case FB_TYPE_MAP:
        put_map(column, column->spans[index], how, out);
        break;
    }
}

void fb_value_text_show(const fb_column *column, size_t row, const fb_timezone *zone, fb_buf *out)
{
    style how = {.zone = zone, .null_text = FB_SLICE("NULL"), .binary_as_hex = true};
    put_value(column, row, &how, out);
}

void fb_value_text_cast(const fb_column *column, size_t row, const fb_timezone *zone, fb_buf *out)
{
    style how = {.zone = zone, .null_text = FB_SLICE("null")};
    put_value(column, row, &how, out);
}

void fb_value_text_cast_legacy(const fb_column *column, size_t row, const fb_timezone *zone,
                               fb_buf *out)
{
    style how = {.zone = zone, .null_text = FB_SLICE("null"), .scientific = true};
    put_value(column, row, &how, out);
}
