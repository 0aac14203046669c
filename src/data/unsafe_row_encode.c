/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns to rows in two passes: the first computes the sizes of all values from the innermost
 * outward, the second writes. Both go column by column; what depends on the type is decided once
 * per column. The entries of arrays and maps are columns of their own, one row per entry. */
#include "base/hash.h"
#include "data/unsafe_row.h"

#include <string.h>

#define TEMPLATE static inline __attribute__((always_inline))

enum { WIDE_DECIMAL_BYTES = 16 };

/* A column with what the first pass found out about it. */
typedef struct cells {
    fb_column column; /* flat; also null where a struct around it is null */
    size_t row_count;
    uint32_t *sizes; /* padded bytes of each value's variable-width part; NULL: there is none */
    struct cells *children; /* their spans start at 0 and leave no gaps */
} cells;

/* A set of rows (or of structs inside of rows) of equal distance, or anywhere. */
typedef struct row_set {
    char *first;
    size_t stride;
    char **bases; /* NULL: equal distance */
} row_set;

static fb_status measure(const fb_column *in, size_t row_count, bool in_array, fb_arena *arena,
                         cells *out, fb_error *err);

static uint32_t round_up(uint64_t size)
{
    return (uint32_t)((size + 7) & ~(uint64_t)7);
}

static bool is_wide_decimal(const fb_type *type)
{
    return type->id == FB_TYPE_DECIMAL && !fb_type_is_long_decimal(type);
}

static bool is_fixed_width(const fb_type *type)
{
    return !fb_type_is_nested(type) && type->id != FB_TYPE_STRING && type->id != FB_TYPE_BINARY &&
           !is_wide_decimal(type);
}

size_t fb_unsafe_array_width(const fb_type *element)
{
    return is_fixed_width(element) && element->id != FB_TYPE_VOID ? fb_type_width(element) : 8;
}

bool fb_unsafe_row_has_fixed_size(const fb_type *schema, size_t *size_bytes)
{
    size_t total = fb_unsafe_row_fixed_bytes(schema->field_count);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const fb_field *field = &schema->fields[i];
        if (is_fixed_width(field->type)) continue;
        size_t inner = WIDE_DECIMAL_BYTES;
        bool is_plain_struct = field->type->id == FB_TYPE_STRUCT && !field->nullable;
        if (!is_wide_decimal(field->type) &&
            !(is_plain_struct && fb_unsafe_row_has_fixed_size(field->type, &inner)))
            return false;
        total += inner;
    }
    *size_bytes = total;
    return true;
}

static fb_status fail_size(fb_error *err)
{
    return fb_fail(err, FB_E_LIMIT, 0, "a row of state would be larger than %d bytes",
                   FB_UNSAFE_ROW_MAX_BYTES);
}

static fb_status fail_memory(fb_error *err)
{
    return fb_fail_nomem(err, "rows of state");
}

/* --- first pass: sizes --- */

static bool is_null(const cells *in, size_t row)
{
    if (in->column.type->id == FB_TYPE_VOID) return true;
    return in->column.validity && !fb_bits_get(in->column.validity, row);
}

static fb_status measure_strings(cells *out, fb_error *err)
{
    for (size_t i = 0; i < out->row_count; i++) {
        uint32_t size = is_null(out, i) ? 0 : out->column.strings[i].size;
        if (size > FB_UNSAFE_ROW_MAX_BYTES) return fail_size(err);
        out->sizes[i] = round_up(size);
    }
    return FB_OK;
}

/* In a row the 16 bytes are always reserved, so that a value can be changed in place; arrays have
 * no such rule. */
static void measure_decimals(cells *out, bool in_array)
{
    char bytes[WIDE_DECIMAL_BYTES];
    for (size_t i = 0; i < out->row_count; i++) {
        if (!in_array)
            out->sizes[i] = WIDE_DECIMAL_BYTES;
        else if (is_null(out, i))
            out->sizes[i] = 0;
        else
            out->sizes[i] = round_up(fb_hash_decimal_bytes(out->column.int128s[i], bytes));
    }
}

/* What lies in a null struct is null. */
static fb_status inherit_nulls(fb_column *child, const fb_column *parent, size_t row_count,
                               fb_arena *arena, fb_error *err)
{
    if (!parent->validity) return FB_OK;
    size_t words = fb_bits_words(row_count);
    uint64_t *both = fb_arena_array(arena, words, sizeof *both);
    if (!both) return fail_memory(err);
    for (size_t i = 0; i < words; i++)
        both[i] = parent->validity[i] & (child->validity ? child->validity[i] : ~(uint64_t)0);
    child->validity = both;
    return FB_OK;
}

static fb_status add_sizes(uint32_t *sizes, const cells *child, fb_error *err)
{
    if (!child->sizes) return FB_OK;
    uint64_t largest = 0;
    for (size_t i = 0; i < child->row_count; i++) {
        uint64_t sum = (uint64_t)sizes[i] + child->sizes[i];
        sizes[i] = (uint32_t)sum;
        largest = sum > largest ? sum : largest;
    }
    return largest <= FB_UNSAFE_ROW_MAX_BYTES ? FB_OK : fail_size(err);
}

static fb_status measure_struct(fb_arena *arena, cells *out, fb_error *err)
{
    const fb_type *type = out->column.type;
    for (size_t i = 0; i < out->row_count; i++)
        out->sizes[i] = (uint32_t)fb_unsafe_row_fixed_bytes(type->field_count);
    for (uint32_t c = 0; c < type->field_count; c++) {
        fb_column child = out->column.children[c];
        FB_TRY(inherit_nulls(&child, &out->column, out->row_count, arena, err));
        FB_TRY(measure(&child, out->row_count, false, arena, &out->children[c], err));
        FB_TRY(add_sizes(out->sizes, &out->children[c], err));
    }
    for (size_t i = 0; out->column.validity && i < out->row_count; i++)
        if (!fb_bits_get(out->column.validity, i)) out->sizes[i] = 0;
    return FB_OK;
}

/* Gives the arrays spans that follow one another, and the row of the children of each entry. */
static fb_status compact_spans(cells *out, fb_arena *arena, uint32_t **rows, uint32_t *count,
                               fb_error *err)
{
    fb_span *spans = fb_arena_array(arena, out->row_count, sizeof *spans);
    if (!spans) return fail_memory(err);
    uint64_t total = 0;
    for (size_t i = 0; i < out->row_count; i++) {
        uint32_t entries = is_null(out, i) ? 0 : out->column.spans[i].count;
        spans[i] = (fb_span){(uint32_t)total, entries};
        total += entries;
        if (total > UINT32_MAX) return fail_size(err);
    }
    *rows = fb_arena_array(arena, total, sizeof **rows);
    if (!*rows) return fail_memory(err);
    for (size_t i = 0; i < out->row_count; i++)
        for (uint32_t e = 0; e < spans[i].count; e++)
            (*rows)[spans[i].start + e] = out->column.spans[i].start + e;
    out->column.spans = spans;
    *count = (uint32_t)total;
    return FB_OK;
}

static uint64_t array_header_bytes(const cells *elements, uint32_t count)
{
    size_t width = fb_unsafe_array_width(elements->column.type);
    return 8 + fb_unsafe_row_bits_bytes(count) + ((count * (uint64_t)width + 7) & ~(uint64_t)7);
}

static uint64_t array_bytes(const cells *elements, fb_span span)
{
    uint64_t size = array_header_bytes(elements, span.count);
    for (uint32_t e = 0; elements->sizes && e < span.count; e++)
        size += elements->sizes[span.start + e];
    return size;
}

static fb_status measure_entries(fb_arena *arena, cells *out, fb_error *err)
{
    const fb_type *type = out->column.type;
    uint32_t *rows = NULL, count = 0;
    FB_TRY(compact_spans(out, arena, &rows, &count, err));
    for (uint32_t c = 0; c < type->field_count; c++) {
        fb_column child;
        if (!fb_column_gather(&child, arena, &out->column.children[c], rows, count))
            return fail_memory(err);
        FB_TRY(measure(&child, count, true, arena, &out->children[c], err));
    }
    for (size_t i = 0; i < out->row_count; i++) {
        uint64_t size = type->id == FB_TYPE_MAP ? 8 : 0;
        for (uint32_t c = 0; c < type->field_count; c++)
            size += array_bytes(&out->children[c], out->column.spans[i]);
        if (size > FB_UNSAFE_ROW_MAX_BYTES) return fail_size(err);
        out->sizes[i] = is_null(out, i) ? 0 : (uint32_t)size;
    }
    return FB_OK;
}

static fb_status measure(const fb_column *in, size_t row_count, bool in_array, fb_arena *arena,
                         cells *out, fb_error *err)
{
    const fb_type *type = in->type;
    *out = (cells){.row_count = row_count};
    if (!fb_column_flatten(&out->column, arena, in, row_count)) return fail_memory(err);
    if (is_fixed_width(type)) return FB_OK;
    out->sizes = fb_arena_array(arena, row_count, sizeof *out->sizes);
    if (!out->sizes) return fail_memory(err);
    if (type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY) return measure_strings(out, err);
    if (type->id == FB_TYPE_DECIMAL) {
        measure_decimals(out, in_array);
        return FB_OK;
    }
    out->children = fb_arena_array(arena, type->field_count, sizeof *out->children);
    if (!out->children) return fail_memory(err);
    return type->id == FB_TYPE_STRUCT ? measure_struct(arena, out, err)
                                      : measure_entries(arena, out, err);
}

/* --- second pass: bytes; the memory is zero at first --- */

static fb_status write_pieces(const cells *in, char *const *slots, char *const *bases,
                              const uint32_t *offsets, fb_arena *arena, fb_error *err);

TEMPLATE char *row_at(const row_set *rows, bool strided, size_t i)
{
    return strided ? rows->first + i * rows->stride : rows->bases[i];
}

TEMPLATE void write_values(const cells *in, const row_set *rows, bool strided, size_t slot,
                           size_t width)
{
    const char *values = in->column.values;
    const uint64_t *validity = in->column.validity;
    for (size_t i = 0; i < in->row_count; i++)
        if (!validity || fb_bits_get(validity, i))
            memcpy(row_at(rows, strided, i) + slot, values + i * width, width);
}

TEMPLATE void write_width(const cells *in, const row_set *rows, bool strided, size_t slot)
{
    switch (fb_type_width(in->column.type)) {
    case 1:
        write_values(in, rows, strided, slot, 1);
        break;
    case 2:
        write_values(in, rows, strided, slot, 2);
        break;
    case 4:
        write_values(in, rows, strided, slot, 4);
        break;
    case 8:
        write_values(in, rows, strided, slot, 8);
        break;
    default: /* VOID */
        break;
    }
}

static void write_fixed(const cells *in, const row_set *rows, size_t slot)
{
    if (rows->bases)
        write_width(in, rows, false, slot);
    else
        write_width(in, rows, true, slot);
}

static void write_nulls(const cells *in, const row_set *rows, uint32_t field)
{
    if (!in->column.validity && in->column.type->id != FB_TYPE_VOID) return;
    for (size_t i = 0; i < in->row_count; i++)
        if (is_null(in, i)) row_at(rows, !rows->bases, i)[field / 8] |= (char)(1 << (field % 8));
}

static void store_slot(char *slot, uint32_t offset, uint32_t size)
{
    uint64_t value = (uint64_t)offset << 32 | size;
    memcpy(slot, &value, sizeof value);
}

/* Fields of rows. `offsets`: of the free space in each row, moved behind what is written. */
static fb_status write_fields(const cells *fields, uint32_t field_count, size_t row_count,
                              const row_set *rows, uint32_t *offsets, fb_arena *arena,
                              fb_error *err)
{
    size_t slot = fb_unsafe_row_bits_bytes(field_count);
    char **slots = NULL;
    for (uint32_t c = 0; c < field_count; c++, slot += 8) {
        const cells *field = &fields[c];
        write_nulls(field, rows, c);
        if (!field->sizes) {
            write_fixed(field, rows, slot);
            continue;
        }
        if (!slots) slots = fb_arena_array(arena, row_count, sizeof *slots);
        if (!slots) return fail_memory(err);
        for (size_t i = 0; i < row_count; i++)
            slots[i] = rows->bases[i] + slot;
        if (is_wide_decimal(field->column.type)) /* also for nulls */
            for (size_t i = 0; i < row_count; i++)
                store_slot(slots[i], offsets[i], 0);
        FB_TRY(write_pieces(field, slots, rows->bases, offsets, arena, err));
        for (size_t i = 0; i < row_count; i++)
            offsets[i] += field->sizes[i];
    }
    return FB_OK;
}

static fb_status write_structs(const cells *in, char *const *slots, char *const *bases,
                               const uint32_t *offsets, fb_arena *arena, fb_error *err)
{
    uint32_t field_count = in->column.type->field_count;
    size_t fixed_bytes = fb_unsafe_row_fixed_bytes(field_count);
    row_set rows = {.bases = fb_arena_array(arena, in->row_count, sizeof *rows.bases)};
    uint32_t *inner = fb_arena_array(arena, in->row_count, sizeof *inner);
    /* Where null structs are "written", so that their fields need no test of their own. */
    char *nowhere = fb_arena_alloc(arena, fixed_bytes);
    if (!rows.bases || !inner || !nowhere) return fail_memory(err);
    memset(nowhere, 0, fixed_bytes);
    for (size_t i = 0; i < in->row_count; i++) {
        inner[i] = (uint32_t)fixed_bytes;
        rows.bases[i] = nowhere;
        if (is_null(in, i)) continue;
        rows.bases[i] = bases[i] + offsets[i];
        store_slot(slots[i], offsets[i], in->sizes[i]);
    }
    return write_fields(in->children, field_count, in->row_count, &rows, inner, arena, err);
}

/* The elements of fixed width lie in the column as they will in the array. */
static void write_fixed_elements(const cells *elements, fb_span span, char *to)
{
    size_t width = fb_unsafe_array_width(elements->column.type);
    if (span.count == 0 || elements->column.type->id == FB_TYPE_VOID) return;
    memcpy(to, (const char *)elements->column.values + span.start * width, span.count * width);
    for (uint32_t e = 0; elements->column.validity && e < span.count; e++)
        if (is_null(elements, span.start + e)) memset(to + e * width, 0, width);
}

/* One array per row, at arrays[i]; NULL for null rows. */
static fb_status write_arrays(const cells *elements, const fb_span *spans, char *const *arrays,
                              size_t row_count, fb_arena *arena, fb_error *err)
{
    bool in_place = !elements->sizes;
    size_t count = in_place ? 0 : elements->row_count;
    char **slots = fb_arena_array(arena, count, sizeof *slots);
    char **bases = fb_arena_array(arena, count, sizeof *bases);
    uint32_t *offsets = fb_arena_array(arena, count, sizeof *offsets);
    if (!slots || !bases || !offsets) return fail_memory(err);
    for (size_t i = 0; i < row_count; i++) {
        if (!arrays[i]) continue;
        fb_span span = spans[i];
        uint64_t stored_count = span.count;
        memcpy(arrays[i], &stored_count, sizeof stored_count);
        for (uint32_t e = 0; e < span.count; e++)
            if (is_null(elements, span.start + e)) arrays[i][8 + e / 8] |= (char)(1 << (e % 8));
        size_t first = 8 + fb_unsafe_row_bits_bytes(span.count);
        if (in_place) write_fixed_elements(elements, span, arrays[i] + first);
        uint32_t offset = (uint32_t)array_header_bytes(elements, span.count);
        for (uint32_t e = 0; !in_place && e < span.count; e++) {
            slots[span.start + e] = arrays[i] + first + 8 * (size_t)e;
            bases[span.start + e] = arrays[i];
            offsets[span.start + e] = offset;
            offset += elements->sizes[span.start + e];
        }
    }
    return in_place ? FB_OK : write_pieces(elements, slots, bases, offsets, arena, err);
}

static fb_status write_entries(const cells *in, char *const *slots, char *const *bases,
                               const uint32_t *offsets, fb_arena *arena, fb_error *err)
{
    bool is_map = in->column.type->id == FB_TYPE_MAP;
    char **arrays = fb_arena_array(arena, in->row_count, sizeof *arrays);
    if (!arrays) return fail_memory(err);
    for (size_t i = 0; i < in->row_count; i++) {
        arrays[i] = NULL;
        if (is_null(in, i)) continue;
        store_slot(slots[i], offsets[i], in->sizes[i]);
        arrays[i] = bases[i] + offsets[i];
        if (!is_map) continue;
        uint64_t key_bytes = array_bytes(&in->children[0], in->column.spans[i]);
        memcpy(arrays[i], &key_bytes, sizeof key_bytes);
        arrays[i] += sizeof key_bytes;
    }
    FB_TRY(write_arrays(&in->children[0], in->column.spans, arrays, in->row_count, arena, err));
    if (!is_map) return FB_OK;
    for (size_t i = 0; i < in->row_count; i++)
        if (arrays[i]) arrays[i] += array_bytes(&in->children[0], in->column.spans[i]);
    return write_arrays(&in->children[1], in->column.spans, arrays, in->row_count, arena, err);
}

static void write_strings(const cells *in, char *const *slots, char *const *bases,
                          const uint32_t *offsets)
{
    for (size_t i = 0; i < in->row_count; i++) {
        if (is_null(in, i)) continue;
        fb_slice bytes = fb_string_slice(&in->column.strings[i]);
        if (bytes.size) memcpy(bases[i] + offsets[i], bytes.data, bytes.size);
        store_slot(slots[i], offsets[i], (uint32_t)bytes.size);
    }
}

static void write_decimals(const cells *in, char *const *slots, char *const *bases,
                           const uint32_t *offsets)
{
    char bytes[WIDE_DECIMAL_BYTES];
    for (size_t i = 0; i < in->row_count; i++) {
        if (is_null(in, i)) continue;
        size_t size = fb_hash_decimal_bytes(in->column.int128s[i], bytes);
        memcpy(bases[i] + offsets[i], bytes, size);
        store_slot(slots[i], offsets[i], (uint32_t)size);
    }
}

/* Values with a variable-width part: value i at bases[i] + offsets[i], its place in slots[i]. */
static fb_status write_pieces(const cells *in, char *const *slots, char *const *bases,
                              const uint32_t *offsets, fb_arena *arena, fb_error *err)
{
    switch (in->column.type->id) {
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        write_strings(in, slots, bases, offsets);
        return FB_OK;
    case FB_TYPE_DECIMAL:
        write_decimals(in, slots, bases, offsets);
        return FB_OK;
    case FB_TYPE_STRUCT:
        return write_structs(in, slots, bases, offsets, arena, err);
    default:
        return write_entries(in, slots, bases, offsets, arena, err);
    }
}

/* Lays the rows out one after another; `sizes` may be NULL for rows of `fixed_bytes`. */
static fb_status place_rows(const uint32_t *sizes, size_t fixed_bytes, size_t row_count,
                            fb_arena *arena, char **bytes, uint64_t **offsets, fb_error *err)
{
    *offsets = fb_arena_array(arena, row_count + 1, sizeof **offsets);
    if (!*offsets) return fail_memory(err);
    uint64_t total = 0;
    for (size_t i = 0; i < row_count; i++) {
        (*offsets)[i] = total;
        total += sizes ? sizes[i] : fixed_bytes;
    }
    (*offsets)[row_count] = total;
    *bytes = fb_arena_alloc(arena, total);
    if (!*bytes) return fail_memory(err);
    memset(*bytes, 0, total);
    return FB_OK;
}

fb_status fb_unsafe_row_encode(const fb_column *const *columns, uint32_t column_count,
                               size_t row_count, fb_arena *arena, fb_unsafe_rows *out,
                               fb_error *err)
{
    *out = (fb_unsafe_rows){.row_count = 0};
    size_t fixed_bytes = fb_unsafe_row_fixed_bytes(column_count);
    cells *fields = fb_arena_array(arena, column_count, sizeof *fields);
    uint32_t *sizes = NULL;
    if (!fields) return fail_memory(err);
    for (uint32_t c = 0; c < column_count; c++) {
        FB_TRY(measure(columns[c], row_count, false, arena, &fields[c], err));
        if (!fields[c].sizes) continue;
        if (!sizes) {
            sizes = fb_arena_array(arena, row_count, sizeof *sizes);
            if (!sizes) return fail_memory(err);
            for (size_t i = 0; i < row_count; i++)
                sizes[i] = (uint32_t)fixed_bytes;
        }
        FB_TRY(add_sizes(sizes, &fields[c], err));
    }
    char *bytes;
    uint64_t *offsets;
    FB_TRY(place_rows(sizes, fixed_bytes, row_count, arena, &bytes, &offsets, err));
    row_set rows = {.first = bytes, .stride = fixed_bytes};
    if (sizes) {
        rows.bases = fb_arena_array(arena, row_count, sizeof *rows.bases);
        if (!rows.bases) return fail_memory(err);
        for (size_t i = 0; i < row_count; i++) {
            rows.bases[i] = bytes + offsets[i];
            sizes[i] = (uint32_t)fixed_bytes; /* from here on the offset of the free space */
        }
    }
    FB_TRY(write_fields(fields, column_count, row_count, &rows, sizes, arena, err));
    *out = (fb_unsafe_rows){.bytes = bytes, .offsets = offsets, .row_count = row_count};
    return FB_OK;
}
