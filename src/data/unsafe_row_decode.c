/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows to columns, field by field. Every offset, size and count is checked against the row or
 * array that it lies in before it is used. */
#include "data/decimal.h"
#include "data/unsafe_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEMPLATE static inline __attribute__((always_inline))

enum { PLACE_MAX_BYTES = 256 };

/* Where a value is, for errors: "row 3: field 'a.b'" and so on, from the innermost outward. */
typedef struct place {
    const struct place *outer;
    fb_slice name;
    const uint32_t *rows; /* the outer row of each row; NULL: the same */
} place;

/* Values to be decoded: value i has its slot's content in slots[i] and its bytes, if they lie
 * elsewhere, in holders[i]. */
typedef struct cells {
    const fb_slice *holders;
    const uint64_t *slots;
    size_t count;
    const place *where;
} cells;

static fb_status decode_pieces(const cells *in, fb_arena *arena, fb_column *out, fb_error *err);
static fb_status decode_fields(const fb_type *schema, const fb_slice *rows, size_t row_count,
                               const place *where, fb_arena *arena, fb_column *columns,
                               fb_error *err);

static fb_status fail_memory(fb_error *err)
{
    return fb_fail_nomem(err, "decoded rows of state");
}

/* Appends the names from the outermost inward; returns the number of the outermost row. */
static size_t print_place(const place *where, size_t row, char text[PLACE_MAX_BYTES])
{
    if (where->rows) row = where->rows[row];
    if (where->outer) row = print_place(where->outer, row, text);
    size_t used = strlen(text);
    (void)snprintf(text + used, PLACE_MAX_BYTES - used, "%s%.*s", used ? "." : "",
                   FB_SLICE_ARGS(where->name));
    return row;
}

static fb_status fail_at(const place *where, size_t row, fb_error *err, const char *problem)
{
    char text[PLACE_MAX_BYTES] = "";
    size_t outermost = print_place(where, row, text);
    return fb_fail(err, FB_E_CORRUPT, 0, "row %zu: field '%s': %s", outermost, text, problem);
}

static uint64_t load_word(const char *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static bool is_null(const fb_column *column, size_t row)
{
    return column->validity && !fb_bits_get(column->validity, row);
}

/* --- fixed-width fields --- */

/* The null bits of field `field`; none when no row has it set. */
static bool read_validity(const fb_slice *rows, size_t row_count, uint32_t field, fb_arena *arena,
                          fb_column *out)
{
    uint64_t any = 0;
    size_t byte = field / 8, bit = field % 8;
    for (size_t i = 0; i < row_count; i++)
        any |= (uint64_t)(rows[i].data[byte] >> bit) & 1;
    if (!any || out->type->id == FB_TYPE_VOID) return true;
    out->validity = fb_arena_array(arena, fb_bits_words(row_count), sizeof(uint64_t));
    if (!out->validity) return false;
    fb_bits_fill(out->validity, row_count, false);
    for (size_t i = 0; i < row_count; i++)
        if (!((rows[i].data[byte] >> bit) & 1)) fb_bits_set(out->validity, i);
    return true;
}

TEMPLATE void read_values(const fb_slice *rows, size_t row_count, size_t slot, size_t width,
                          char *values)
{
    for (size_t i = 0; i < row_count; i++)
        memcpy(values + i * width, rows[i].data + slot, width);
}

/* False for types whose slots are not the values themselves. */
static bool read_fixed(const fb_slice *rows, size_t row_count, size_t slot, fb_column *out)
{
    switch (out->type->id) {
    case FB_TYPE_VOID:
        return true;
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < row_count; i++)
            out->bools[i] = rows[i].data[slot] != 0;
        return true;
    case FB_TYPE_TINYINT:
        read_values(rows, row_count, slot, 1, out->values);
        return true;
    case FB_TYPE_SMALLINT:
        read_values(rows, row_count, slot, 2, out->values);
        return true;
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
    case FB_TYPE_FLOAT:
        read_values(rows, row_count, slot, 4, out->values);
        return true;
    case FB_TYPE_BIGINT:
    case FB_TYPE_DOUBLE:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        read_values(rows, row_count, slot, 8, out->values);
        return true;
    case FB_TYPE_DECIMAL:
        if (!fb_type_is_long_decimal(out->type)) return false;
        read_values(rows, row_count, slot, 8, out->values);
        return true;
    default:
        return false;
    }
}

/* Columns promise decimals within their precision to whoever computes with them. */
static fb_status check_decimals(fb_column *column, size_t count, const place *where, fb_error *err)
{
    if (!fb_type_is_long_decimal(column->type)) return FB_OK;
    int64_t limit = (int64_t)fb_decimal_pow10(column->type->precision);
    for (size_t i = 0; i < count; i++) {
        int64_t value = column->int64s[i];
        if (value > -limit && value < limit) continue;
        if (!is_null(column, i))
            return fail_at(where, i, err, "the decimal has more digits than its type");
        column->int64s[i] = 0;
    }
    return FB_OK;
}

/* --- values with a variable-width part --- */

/* The bytes of each value; empty where it is null. */
static fb_status find_pieces(const cells *in, const fb_column *out, fb_arena *arena,
                             fb_slice **pieces, fb_error *err)
{
    *pieces = fb_arena_array(arena, in->count, sizeof **pieces);
    if (!*pieces) return fail_memory(err);
    for (size_t i = 0; i < in->count; i++) {
        (*pieces)[i] = (fb_slice){0};
        if (is_null(out, i)) continue;
        uint64_t offset = in->slots[i] >> 32, size = (uint32_t)in->slots[i];
        if (offset > in->holders[i].size || size > in->holders[i].size - offset) {
            char problem[120];
            (void)snprintf(problem, sizeof problem,
                           "offset %" PRIu64 " and size %" PRIu64 " do not fit into %zu bytes",
                           offset, size, in->holders[i].size);
            return fail_at(in->where, i, err, problem);
        }
        (*pieces)[i] = (fb_slice){in->holders[i].data + offset, (size_t)size};
    }
    return FB_OK;
}

static fb_int128 read_decimal(fb_slice bytes)
{
    fb_uint128 value = bytes.data[0] < 0 ? ~(fb_uint128)0 : 0;
    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | (uint8_t)bytes.data[i];
    return (fb_int128)value;
}

static fb_status decode_decimals(const cells *in, const fb_slice *pieces, fb_column *out,
                                 fb_error *err)
{
    for (size_t i = 0; i < in->count; i++) {
        out->int128s[i] = 0;
        if (is_null(out, i)) continue;
        if (pieces[i].size < 1 || pieces[i].size > 16)
            return fail_at(in->where, i, err, "a decimal must have 1 to 16 bytes");
        fb_int128 value = read_decimal(pieces[i]);
        if (!fb_decimal_fits(value, out->type->precision))
            return fail_at(in->where, i, err, "the decimal has more digits than its type");
        out->int128s[i] = value;
    }
    return FB_OK;
}

/* Null structs are read from a row whose fields are all null. */
static fb_status decode_structs(const cells *in, fb_slice *pieces, fb_arena *arena, fb_column *out,
                                fb_error *err)
{
    uint32_t field_count = out->type->field_count;
    size_t fixed_bytes = fb_unsafe_row_fixed_bytes(field_count);
    char *nulls = fb_arena_alloc_zero(arena, fixed_bytes);
    if (!nulls) return fail_memory(err);
    if (fixed_bytes) memset(nulls, 0xff, fb_unsafe_row_bits_bytes(field_count));
    for (size_t i = 0; i < in->count; i++) {
        if (is_null(out, i))
            pieces[i] = (fb_slice){nulls, fixed_bytes};
        else if (pieces[i].size < fixed_bytes)
            return fail_at(in->where, i, err, "the struct is too short for its fields");
    }
    return decode_fields(out->type, pieces, in->count, in->where, arena, out->children, err);
}

/* --- arrays and maps --- */

/* Reads the counts of arrays; what follows each count is left in arrays[i]. */
static fb_status read_spans(const cells *in, const fb_type *element, const fb_slice *arrays,
                            const fb_column *owner, fb_span *spans, uint32_t *total, fb_error *err)
{
    size_t width = fb_unsafe_array_width(element);
    uint64_t sum = 0;
    for (size_t i = 0; i < in->count; i++) {
        spans[i] = (fb_span){(uint32_t)sum, 0};
        if (is_null(owner, i)) continue;
        if (arrays[i].size < 8) return fail_at(in->where, i, err, "an array without a count");
        uint64_t count = load_word(arrays[i].data);
        size_t room = arrays[i].size - 8;
        /* Compared by division first: the product must not overflow. */
        if (count > room / width || fb_unsafe_row_bits_bytes(count) + count * width > room)
            return fail_at(in->where, i, err, "the array is too short for its number of elements");
        sum += count;
        if (sum > UINT32_MAX)
            return fb_fail(err, FB_E_LIMIT, 0, "too many array elements in one chunk of rows");
        spans[i].count = (uint32_t)count;
    }
    *total = (uint32_t)sum;
    return FB_OK;
}

static bool read_element_validity(const fb_slice *arrays, const fb_span *spans, size_t row_count,
                                  uint32_t total, fb_arena *arena, fb_column *out)
{
    for (size_t i = 0; i < row_count; i++) {
        if (spans[i].count == 0) continue; /* also where there is no array */
        const char *bits = arrays[i].data + 8;
        for (uint32_t e = 0; e < spans[i].count; e++) {
            if (!((bits[e / 8] >> (e % 8)) & 1)) continue;
            if (!fb_column_need_validity(out, arena, total)) return false;
            if (out->validity) fb_bits_clear(out->validity, spans[i].start + e);
        }
    }
    return true;
}

static void read_fixed_elements(const fb_slice *arrays, const fb_span *spans, size_t row_count,
                                fb_column *out)
{
    size_t width = fb_type_width(out->type);
    for (size_t i = 0; width && i < row_count; i++) {
        if (spans[i].count == 0) continue;
        const char *first = arrays[i].data + 8 + fb_unsafe_row_bits_bytes(spans[i].count);
        memcpy((char *)out->values + spans[i].start * width, first, spans[i].count * width);
        for (uint32_t e = 0; out->type->id == FB_TYPE_BOOLEAN && e < spans[i].count; e++)
            out->bools[spans[i].start + e] = out->bools[spans[i].start + e] != 0;
    }
}

/* The elements of arrays that read_spans has checked. */
static fb_status decode_elements(const fb_slice *arrays, const fb_span *spans, size_t row_count,
                                 uint32_t total, const place *where, fb_arena *arena,
                                 const fb_type *type, fb_column *out, fb_error *err)
{
    if (!fb_column_init(out, arena, type, total) ||
        !read_element_validity(arrays, spans, row_count, total, arena, out))
        return fail_memory(err);
    uint32_t *rows = fb_arena_array(arena, total, sizeof *rows);
    if (!rows) return fail_memory(err);
    for (size_t i = 0; i < row_count; i++)
        for (uint32_t e = 0; e < spans[i].count; e++)
            rows[spans[i].start + e] = (uint32_t)i;
    place element = {.outer = where, .name = FB_SLICE("element"), .rows = rows};
    fb_type_id id = type->id;
    bool is_fixed = !fb_type_is_nested(type) && id != FB_TYPE_STRING && id != FB_TYPE_BINARY &&
                    (id != FB_TYPE_DECIMAL || fb_type_is_long_decimal(type));
    if (is_fixed) {
        read_fixed_elements(arrays, spans, row_count, out);
        return check_decimals(out, total, &element, err);
    }
    fb_slice *holders = fb_arena_array(arena, total, sizeof *holders);
    uint64_t *slots = fb_arena_array(arena, total, sizeof *slots);
    if (!holders || !slots) return fail_memory(err);
    for (size_t i = 0; i < row_count; i++) {
        if (spans[i].count == 0) continue;
        const char *first = arrays[i].data + 8 + fb_unsafe_row_bits_bytes(spans[i].count);
        for (uint32_t e = 0; e < spans[i].count; e++) {
            holders[spans[i].start + e] = arrays[i];
            slots[spans[i].start + e] = load_word(first + 8 * (size_t)e);
        }
    }
    cells in = {.holders = holders, .slots = slots, .count = total, .where = &element};
    return decode_pieces(&in, arena, out, err);
}

static fb_status decode_arrays(const cells *in, const fb_slice *pieces, fb_arena *arena,
                               fb_column *out, fb_error *err)
{
    const fb_type *element = out->type->fields[0].type;
    FB_TRY(read_spans(in, element, pieces, out, out->spans, &out->child_rows, err));
    return decode_elements(pieces, out->spans, in->count, out->child_rows, in->where, arena,
                           element, &out->children[0], err);
}

static fb_status decode_maps(const cells *in, fb_slice *pieces, fb_arena *arena, fb_column *out,
                             fb_error *err)
{
    const fb_type *key = out->type->fields[0].type, *value = out->type->fields[1].type;
    fb_slice *keys = fb_arena_array(arena, in->count, sizeof *keys);
    fb_span *spans = fb_arena_array(arena, in->count, sizeof *spans);
    if (!keys || !spans) return fail_memory(err);
    for (size_t i = 0; i < in->count; i++) {
        keys[i] = (fb_slice){0};
        if (is_null(out, i)) continue;
        uint64_t key_bytes = pieces[i].size < 8 ? 0 : load_word(pieces[i].data);
        if (pieces[i].size < 8 || key_bytes > pieces[i].size - 8)
            return fail_at(in->where, i, err, "the map is too short for its keys");
        keys[i] = (fb_slice){pieces[i].data + 8, (size_t)key_bytes};
        pieces[i] = (fb_slice){keys[i].data + key_bytes, pieces[i].size - 8 - (size_t)key_bytes};
    }
    FB_TRY(read_spans(in, key, keys, out, out->spans, &out->child_rows, err));
    uint32_t value_count;
    FB_TRY(read_spans(in, value, pieces, out, spans, &value_count, err));
    for (size_t i = 0; i < in->count; i++)
        if (spans[i].count != out->spans[i].count)
            return fail_at(in->where, i, err, "the map has other numbers of keys and values");
    FB_TRY(decode_elements(keys, spans, in->count, value_count, in->where, arena, key,
                           &out->children[0], err));
    return decode_elements(pieces, spans, in->count, value_count, in->where, arena, value,
                           &out->children[1], err);
}

static fb_status decode_pieces(const cells *in, fb_arena *arena, fb_column *out, fb_error *err)
{
    fb_slice *pieces;
    FB_TRY(find_pieces(in, out, arena, &pieces, err));
    switch (out->type->id) {
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        for (size_t i = 0; i < in->count; i++)
            out->strings[i] = fb_string_view(pieces[i]);
        return FB_OK;
    case FB_TYPE_DECIMAL:
        return decode_decimals(in, pieces, out, err);
    case FB_TYPE_STRUCT:
        return decode_structs(in, pieces, arena, out, err);
    case FB_TYPE_ARRAY:
        return decode_arrays(in, pieces, arena, out, err);
    default:
        return decode_maps(in, pieces, arena, out, err);
    }
}

/* The rows are long enough for their slots, the columns initialised. */
static fb_status decode_fields(const fb_type *schema, const fb_slice *rows, size_t row_count,
                               const place *where, fb_arena *arena, fb_column *columns,
                               fb_error *err)
{
    size_t slot = fb_unsafe_row_bits_bytes(schema->field_count);
    uint64_t *slots = NULL;
    for (uint32_t c = 0; c < schema->field_count; c++, slot += 8) {
        fb_column *out = &columns[c];
        place field = {.outer = where, .name = schema->fields[c].name};
        if (!read_validity(rows, row_count, c, arena, out)) return fail_memory(err);
        if (read_fixed(rows, row_count, slot, out)) {
            FB_TRY(check_decimals(out, row_count, &field, err));
            continue;
        }
        if (!slots) slots = fb_arena_array(arena, row_count, sizeof *slots);
        if (!slots) return fail_memory(err);
        for (size_t i = 0; i < row_count; i++)
            slots[i] = load_word(rows[i].data + slot);
        cells in = {.holders = rows, .slots = slots, .count = row_count, .where = &field};
        FB_TRY(decode_pieces(&in, arena, out, err));
    }
    return FB_OK;
}

fb_status fb_unsafe_row_decode(const fb_type *schema, const fb_slice *rows, size_t row_count,
                               fb_arena *arena, fb_chunk *out, fb_error *err)
{
    *out = (fb_chunk){.row_count = 0};
    size_t fixed_bytes = fb_unsafe_row_fixed_bytes(schema->field_count);
    if (row_count > UINT32_MAX)
        return fb_fail(err, FB_E_LIMIT, 0, "too many rows of state in one chunk");
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].size < fixed_bytes || (fixed_bytes == 0 && rows[i].size != 0))
            return fb_fail(err, FB_E_CORRUPT, 0, "row %zu has %zu bytes; %u fields need %s %zu", i,
                           rows[i].size, schema->field_count, fixed_bytes ? "at least" : "exactly",
                           fixed_bytes);
    fb_chunk chunk;
    if (!fb_chunk_init(&chunk, arena, schema, (uint32_t)row_count)) return fail_memory(err);
    FB_TRY(decode_fields(schema, rows, row_count, NULL, arena, chunk.columns, err));
    *out = chunk;
    return FB_OK;
}
