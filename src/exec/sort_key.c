/* SPDX-License-Identifier: Apache-2.0
 *
 *     null      a marker below or above that of values
 *     number    marker, big-endian with the sign turned, so that negative ones come first
 *     string    marker, bytes with 00 as 00 FF, then 00 00
 *     struct    marker, then its fields; null fields first
 *     array     marker, then 01 for a null, 02 and the value for others, 00 at the end
 *
 * For descending order all bits behind the outermost marker are turned. */
#include "exec/sort_key.h"

#include "base/hash.h"

enum { NULL_FIRST = 0, VALUE = 1, NULL_LAST = 2 };
enum { END_OF_ARRAY = 0, NULL_ELEMENT = 1, ELEMENT = 2 };

bool fb_sort_key_is_possible(const fb_type *type)
{
    if (type->id == FB_TYPE_MAP) return false;
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        if (!fb_sort_key_is_possible(type->fields[i].type)) return false;
    return true;
}

static size_t measure_string(fb_slice text)
{
    size_t size = text.size + 2;
    for (size_t i = 0; i < text.size; i++)
        size += text.data[i] == 0;
    return size;
}

/* Without marker; the value is not null. */
static size_t measure_value(const fb_column *column, size_t row)
{
    const fb_type *type = column->type;
    size_t size = 0;
    fb_span span;
    switch (type->id) {
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        return measure_string(fb_column_string(column, row));
    case FB_TYPE_STRUCT:
        for (uint32_t i = 0; i < type->field_count; i++)
            size += 1 + (fb_column_is_null(&column->children[i], row)
                             ? 0
                             : measure_value(&column->children[i], row));
        return size;
    case FB_TYPE_ARRAY:
        span = column->spans[fb_column_index(column, row)];
        for (size_t i = span.start; i < (size_t)span.start + span.count; i++)
            size += 1 + (fb_column_is_null(&column->children[0], i)
                             ? 0
                             : measure_value(&column->children[0], i));
        return size + 1;
    default:
        return fb_type_width(type);
    }
}

void fb_sort_key_measure(const fb_column *column, uint32_t row_count, size_t *sizes)
{
    for (uint32_t i = 0; i < row_count; i++)
        sizes[i] += 1 + (fb_column_is_null(column, i) ? 0 : measure_value(column, i));
}

/* The low `width` bytes, the highest first. */
static uint8_t *write_bits(uint8_t *to, uint64_t bits, size_t width)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(bits >> (8 * (width - 1 - i)));
    return to + width;
}

static uint8_t *write_integer(uint8_t *to, int64_t value, size_t width)
{
    return write_bits(to, (uint64_t)value ^ (uint64_t)1 << (8 * width - 1), width);
}

/* Floats compare as their bits do once the negative ones are turned around. */
static uint8_t *write_double(uint8_t *to, double value)
{
    uint64_t bits = (uint64_t)fb_hash_double_bits(value), sign = (uint64_t)1 << 63;
    return write_bits(to, bits & sign ? ~bits : bits | sign, 8);
}

static uint8_t *write_float(uint8_t *to, float value)
{
    uint32_t bits = (uint32_t)fb_hash_float_bits(value), sign = (uint32_t)1 << 31;
    return write_bits(to, bits & sign ? ~bits : bits | sign, 4);
}

static uint8_t *write_int128(uint8_t *to, fb_int128 value)
{
    to = write_integer(to, (int64_t)(value >> 64), 8);
    return write_bits(to, (uint64_t)value, 8);
}

static uint8_t *write_string(uint8_t *to, fb_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        *to++ = (uint8_t)text.data[i];
        if (text.data[i] == 0) *to++ = 0xff;
    }
    *to++ = 0;
    *to++ = 0;
    return to;
}

static uint8_t *write_value(uint8_t *to, const fb_column *column, size_t row);

static uint8_t *write_struct(uint8_t *to, const fb_column *column, size_t row)
{
    for (uint32_t i = 0; i < column->type->field_count; i++) {
        bool is_null = fb_column_is_null(&column->children[i], row);
        *to++ = is_null ? NULL_FIRST : VALUE;
        if (!is_null) to = write_value(to, &column->children[i], row);
    }
    return to;
}

static uint8_t *write_array(uint8_t *to, const fb_column *elements, fb_span span)
{
    for (size_t i = span.start; i < (size_t)span.start + span.count; i++) {
        bool is_null = fb_column_is_null(elements, i);
        *to++ = is_null ? NULL_ELEMENT : ELEMENT;
        if (!is_null) to = write_value(to, elements, i);
    }
    *to++ = END_OF_ARRAY;
    return to;
}

static uint8_t *write_value(uint8_t *to, const fb_column *column, size_t row)
{
    size_t i = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_BOOLEAN:
    case FB_TYPE_TINYINT:
        return write_integer(to, column->int8s[i], 1);
    case FB_TYPE_SMALLINT:
        return write_integer(to, column->int16s[i], 2);
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        return write_integer(to, column->int32s[i], 4);
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        return write_integer(to, column->int64s[i], 8);
    case FB_TYPE_FLOAT:
        return write_float(to, column->floats[i]);
    case FB_TYPE_DOUBLE:
        return write_double(to, column->doubles[i]);
    case FB_TYPE_DECIMAL:
        return fb_type_is_long_decimal(column->type) ? write_integer(to, column->int64s[i], 8)
                                                     : write_int128(to, column->int128s[i]);
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        return write_string(to, fb_string_slice(&column->strings[i]));
    case FB_TYPE_STRUCT:
        return write_struct(to, column, row);
    case FB_TYPE_ARRAY:
        return write_array(to, &column->children[0], column->spans[i]);
    default:
        FB_UNREACHABLE();
    }
}

void fb_sort_key_write(const fb_column *column, bool descending, bool nulls_last,
                       uint32_t row_count, uint8_t **ends)
{
    for (uint32_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(column, i)) {
            *ends[i]++ = nulls_last ? NULL_LAST : NULL_FIRST;
            continue;
        }
        *ends[i]++ = VALUE;
        uint8_t *start = ends[i];
        ends[i] = write_value(start, column, i);
        for (uint8_t *each = start; descending && each < ends[i]; each++)
            *each = (uint8_t) ~*each;
    }
}
