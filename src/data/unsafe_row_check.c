/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows compared with the only way in which Spark writes their values. A program that looks for
 * damage uses this; whoever only reads is safe without it. */
#include "data/decimal.h"
#include "data/unsafe_row.h"

#include <inttypes.h>
#include <stdio.h>

enum { WIDE_DECIMAL_BYTES = 16 };

/* A row, array or map while it is checked. */
typedef struct walk {
    const char *bytes;
    size_t size;
    size_t next;       /* where the next variable-width piece must lie */
    size_t row_offset; /* of `bytes` in the outermost row, for errors */
} walk;

static fb_status check_fields(const fb_type *schema, walk *row, fb_error *err);
static fb_status check_array(const fb_type *element, bool contains_null, walk *array,
                             fb_error *err);

static uint64_t load_word(const char *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static bool is_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i]) return false;
    return true;
}

static bool is_wide_decimal(const fb_type *type)
{
    return type->id == FB_TYPE_DECIMAL && !fb_type_is_long_decimal(type);
}

static fb_status fail_at(const walk *in, size_t offset, fb_error *err, const char *problem)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "offset %zu: %s", in->row_offset + offset, problem);
}

/* Bytes for the value follow at in->next; takes them and the padding behind. */
static fb_status take_piece(walk *in, size_t slot, size_t size, size_t reserved, fb_error *err)
{
    uint64_t offset = load_word(in->bytes + slot) >> 32;
    if (offset != in->next)
        return fail_at(in, slot, err, "the offset is not where the pieces before it end");
    if (reserved > in->size - in->next)
        return fail_at(in, slot, err, "offset and size do not fit into the row");
    if (!is_zero(in->bytes + in->next + size, reserved - size))
        return fail_at(in, in->next + size, err, "padding is not zero");
    in->next += reserved;
    return FB_OK;
}

/* A value of `width` bytes at `at`, not null. */
static fb_status check_fixed(const fb_type *type, const walk *in, size_t at, fb_error *err)
{
    if (type->id == FB_TYPE_BOOLEAN && (uint8_t)in->bytes[at] > 1)
        return fail_at(in, at, err, "a boolean is neither 0 nor 1");
    if (type->id == FB_TYPE_DECIMAL) {
        int64_t value = (int64_t)load_word(in->bytes + at);
        if (!fb_decimal_fits(value, type->precision))
            return fail_at(in, at, err, "the decimal has more digits than its type");
    }
    return FB_OK;
}

static fb_status check_decimal(const fb_type *type, const walk *in, size_t at, size_t size,
                               fb_error *err)
{
    const uint8_t *bytes = (const uint8_t *)in->bytes + at;
    bool is_longer =
        size > 1 && ((bytes[0] == 0 && bytes[1] < 0x80) || (bytes[0] == 0xff && bytes[1] >= 0x80));
    if (is_longer) return fail_at(in, at, err, "the decimal has more bytes than it needs");
    fb_uint128 value = bytes[0] >= 0x80 ? ~(fb_uint128)0 : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    if (!fb_decimal_fits((fb_int128)value, type->precision))
        return fail_at(in, at, err, "the decimal has more digits than its type");
    return FB_OK;
}

static fb_status check_map(const fb_type *type, walk *map, fb_error *err)
{
    uint64_t key_bytes = map->size < 8 ? 0 : load_word(map->bytes);
    if (map->size < 8 || key_bytes > map->size - 8)
        return fail_at(map, 0, err, "the map is too short for its keys");
    walk keys = {map->bytes + 8, (size_t)key_bytes, 0, map->row_offset + 8};
    walk values = {keys.bytes + keys.size, map->size - 8 - keys.size, 0,
                   keys.row_offset + keys.size};
    FB_TRY(check_array(type->fields[0].type, false, &keys, err));
    FB_TRY(check_array(type->fields[1].type, type->fields[1].nullable, &values, err));
    if (load_word(keys.bytes) != load_word(values.bytes))
        return fail_at(map, 0, err, "the map has other numbers of keys and values");
    return FB_OK;
}

/* A value with a variable-width part, not null, whose slot is at `slot`. */
static fb_status check_piece(const fb_type *type, walk *in, bool in_array, size_t slot,
                             fb_error *err)
{
    size_t size = (uint32_t)load_word(in->bytes + slot), at = in->next;
    bool is_decimal = type->id == FB_TYPE_DECIMAL;
    if (is_decimal && (size < 1 || size > WIDE_DECIMAL_BYTES))
        return fail_at(in, slot, err, "a decimal must have 1 to 16 bytes");
    size_t reserved = is_decimal && !in_array ? WIDE_DECIMAL_BYTES : (size + 7) / 8 * 8;
    FB_TRY(take_piece(in, slot, size, reserved, err));
    walk inner = {in->bytes + at, size, 0, in->row_offset + at};
    switch (type->id) {
    case FB_TYPE_DECIMAL:
        return check_decimal(type, in, at, size, err);
    case FB_TYPE_STRUCT:
        return check_fields(type, &inner, err);
    case FB_TYPE_ARRAY:
        return check_array(type->fields[0].type, type->fields[0].nullable, &inner, err);
    case FB_TYPE_MAP:
        return check_map(type, &inner, err);
    default:
        return FB_OK;
    }
}

static bool has_piece(const fb_type *type)
{
    return fb_type_is_nested(type) || type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY ||
           is_wide_decimal(type);
}

/* The null bits at `bits` are those of the first `count` only. */
static bool bits_are_clean(const char *bits, size_t count)
{
    size_t bytes = fb_unsafe_row_bits_bytes(count);
    if (count % 8 && (uint8_t)bits[count / 8] >> (count % 8)) return false;
    size_t used = (count + 7) / 8;
    return is_zero(bits + used, bytes - used);
}

static bool bit_is_set(const char *bits, size_t index)
{
    return (bits[index / 8] >> (index % 8)) & 1;
}

static fb_status check_element(const fb_type *type, bool contains_null, walk *array, size_t index,
                               size_t width, size_t at, fb_error *err)
{
    if (bit_is_set(array->bytes + 8, index)) {
        if (!contains_null) return fail_at(array, at, err, "null where the type has none");
        return is_zero(array->bytes + at, width)
                   ? FB_OK
                   : fail_at(array, at, err, "a null element is not zero");
    }
    return has_piece(type) ? check_piece(type, array, true, at, err)
                           : check_fixed(type, array, at, err);
}

static fb_status check_array(const fb_type *element, bool contains_null, walk *array, fb_error *err)
{
    size_t width = fb_unsafe_array_width(element);
    if (array->size < 8) return fail_at(array, 0, err, "an array without a count");
    uint64_t count = load_word(array->bytes);
    size_t room = array->size - 8;
    if (count > room / width || fb_unsafe_row_bits_bytes(count) + count * width > room)
        return fail_at(array, 0, err, "the array is too short for its number of elements");
    size_t first = 8 + fb_unsafe_row_bits_bytes(count), end = first + count * width;
    array->next = (end + 7) / 8 * 8;
    if (array->next > array->size || !is_zero(array->bytes + end, array->next - end))
        return fail_at(array, end, err, "padding is not zero");
    if (!bits_are_clean(array->bytes + 8, count))
        return fail_at(array, 8, err, "null bits behind the last element");
    for (size_t i = 0; i < count; i++)
        FB_TRY(check_element(element, contains_null, array, i, width, first + i * width, err));
    if (array->next != array->size)
        return fail_at(array, array->next, err, "bytes behind the last element");
    return FB_OK;
}

static fb_status check_null_field(const fb_field *field, walk *row, size_t slot, fb_error *err)
{
    if (!field->nullable) return fail_at(row, slot, err, "null where the type has none");
    uint64_t value = load_word(row->bytes + slot);
    if (!is_wide_decimal(field->type))
        return value == 0 ? FB_OK : fail_at(row, slot, err, "the slot of a null is not zero");
    if ((uint32_t)value) return fail_at(row, slot, err, "a null decimal has a size");
    return take_piece(row, slot, 0, WIDE_DECIMAL_BYTES, err);
}

static fb_status check_field(const fb_field *field, walk *row, size_t index, size_t slot,
                             fb_error *err)
{
    if (bit_is_set(row->bytes, index)) return check_null_field(field, row, slot, err);
    if (has_piece(field->type)) return check_piece(field->type, row, false, slot, err);
    if (field->type->id == FB_TYPE_VOID)
        return fail_at(row, slot, err, "a field of type void is not null");
    size_t width = fb_type_width(field->type);
    if (!is_zero(row->bytes + slot + width, 8 - width))
        return fail_at(row, slot, err, "unused bytes of the slot are not zero");
    return check_fixed(field->type, row, slot, err);
}

static fb_status check_fields(const fb_type *schema, walk *row, fb_error *err)
{
    size_t bits = fb_unsafe_row_bits_bytes(schema->field_count);
    row->next = fb_unsafe_row_fixed_bytes(schema->field_count);
    if (row->size < row->next) return fail_at(row, 0, err, "the row is too short for its fields");
    if (schema->field_count && !bits_are_clean(row->bytes, schema->field_count))
        return fail_at(row, 0, err, "null bits behind the last field");
    for (uint32_t c = 0; c < schema->field_count; c++) {
        fb_status status = check_field(&schema->fields[c], row, c, bits + 8 * (size_t)c, err);
        if (status != FB_OK)
            return fb_wrap(err, status, "field '%.*s'", FB_SLICE_ARGS(schema->fields[c].name));
    }
    if (row->next != row->size) return fail_at(row, row->next, err, "bytes behind the last field");
    return FB_OK;
}

fb_status fb_unsafe_row_check(const fb_type *schema, fb_slice row, fb_error *err)
{
    walk outermost = {.bytes = row.data, .size = row.size};
    return check_fields(schema, &outermost, err);
}
