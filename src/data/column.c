/* SPDX-License-Identifier: Apache-2.0 */
#include "data/column.h"

static uint32_t child_count(const fb_type *type)
{
    return fb_type_is_nested(type) ? type->field_count : 0;
}

/* Strings are zeroed because readers may look at those of null rows, spans because a producer may
 * skip null rows. */
static bool must_be_zeroed(const fb_type *type)
{
    switch (type->id) {
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
    case FB_TYPE_ARRAY:
    case FB_TYPE_MAP:
        return true;
    default:
        return false;
    }
}

bool fb_column_init(fb_column *out, fb_arena *arena, const fb_type *type, size_t row_count)
{
    *out = (fb_column){.type = type};
    size_t width = fb_type_width(type);
    if (width) {
        out->values = fb_arena_array(arena, row_count, width);
        if (!out->values) return false;
        if (must_be_zeroed(type)) memset(out->values, 0, row_count * width);
    }
    uint32_t children = child_count(type);
    if (!children) return true;
    out->children = fb_arena_array(arena, children, sizeof *out->children);
    if (!out->children) return false;
    size_t child_rows = type->id == FB_TYPE_STRUCT ? row_count : 0;
    for (uint32_t i = 0; i < children; i++)
        if (!fb_column_init(&out->children[i], arena, type->fields[i].type, child_rows))
            return false;
    return true;
}

bool fb_column_need_validity(fb_column *column, fb_arena *arena, size_t row_count)
{
    if (column->validity || column->type->id == FB_TYPE_VOID) return true;
    size_t bits = column->is_constant ? 1 : row_count;
    column->validity = fb_arena_array(arena, fb_bits_words(bits), sizeof(uint64_t));
    if (!column->validity) return false;
    fb_bits_fill(column->validity, bits, true);
    return true;
}

void fb_column_make_constant(fb_column *column)
{
    column->is_constant = true;
    if (column->type->id != FB_TYPE_STRUCT) return;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        fb_column_make_constant(&column->children[i]);
}

static void clear_values(fb_column *column, size_t row_count)
{
    size_t width = fb_type_width(column->type);
    if (width) memset(column->values, 0, row_count * width);
    if (column->type->id != FB_TYPE_STRUCT) return;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        clear_values(&column->children[i], row_count);
}

bool fb_column_init_zero(fb_column *out, fb_arena *arena, const fb_type *type, size_t row_count)
{
    if (!fb_column_init(out, arena, type, row_count)) return false;
    clear_values(out, row_count);
    return true;
}

bool fb_column_init_null(fb_column *out, fb_arena *arena, const fb_type *type)
{
    if (!fb_column_init_zero(out, arena, type, 1)) return false;
    fb_column_make_constant(out);
    if (!fb_column_need_validity(out, arena, 1)) return false;
    if (out->validity) fb_bits_clear(out->validity, 0);
    return true;
}

/* Values are moved by width; what is moved this way may be of any type. */
typedef uint16_t __attribute__((may_alias)) two_bytes;
typedef uint32_t __attribute__((may_alias)) four_bytes;
typedef uint64_t __attribute__((may_alias)) eight_bytes;
typedef fb_int128 __attribute__((may_alias)) sixteen_bytes;

static void gather_values(void *to, const void *from, size_t width, const uint32_t *rows,
                          size_t count)
{
    switch (width) {
    case 1:
        for (size_t i = 0; i < count; i++)
            ((uint8_t *)to)[i] = ((const uint8_t *)from)[rows[i]];
        break;
    case 2:
        for (size_t i = 0; i < count; i++)
            ((two_bytes *)to)[i] = ((const two_bytes *)from)[rows[i]];
        break;
    case 4:
        for (size_t i = 0; i < count; i++)
            ((four_bytes *)to)[i] = ((const four_bytes *)from)[rows[i]];
        break;
    case 8:
        for (size_t i = 0; i < count; i++)
            ((eight_bytes *)to)[i] = ((const eight_bytes *)from)[rows[i]];
        break;
    case 16:
        for (size_t i = 0; i < count; i++)
            ((sixteen_bytes *)to)[i] = ((const sixteen_bytes *)from)[rows[i]];
        break;
    default:
        FB_UNREACHABLE();
    }
}

static void gather_bits(uint64_t *to, const uint64_t *from, const uint32_t *rows, size_t count)
{
    for (size_t word = 0; word * 64 < count; word++) {
        size_t bits = count - word * 64 < 64 ? count - word * 64 : 64;
        uint64_t value = 0;
        for (size_t i = 0; i < bits; i++) {
            uint32_t row = rows[word * 64 + i];
            value |= ((from[row / 64] >> (row % 64)) & 1) << i;
        }
        to[word] = value;
    }
}

bool fb_column_gather(fb_column *out, fb_arena *arena, const fb_column *in, const uint32_t *rows,
                      size_t row_count)
{
    *out = *in;
    if (in->is_constant) return true;
    size_t width = fb_type_width(in->type);
    if (width) {
        out->values = fb_arena_array(arena, row_count, width);
        if (!out->values) return false;
        gather_values(out->values, in->values, width, rows, row_count);
    }
    if (in->validity) {
        out->validity = fb_arena_array(arena, fb_bits_words(row_count), sizeof(uint64_t));
        if (!out->validity) return false;
        gather_bits(out->validity, in->validity, rows, row_count);
    }
    if (in->type->id != FB_TYPE_STRUCT) return true; /* spans still point into shared children */
    out->children = fb_arena_array(arena, in->type->field_count, sizeof *out->children);
    if (!out->children) return false;
    for (uint32_t i = 0; i < in->type->field_count; i++)
        if (!fb_column_gather(&out->children[i], arena, &in->children[i], rows, row_count))
            return false;
    return true;
}

/* Doubles what is there, so that many rows cost few copies. */
static void repeat_value(void *to, const void *from, size_t width, size_t count)
{
    size_t total = width * count, done = width;
    if (!count) return;
    memcpy(to, from, width);
    while (done < total) {
        size_t more = done <= total - done ? done : total - done;
        memcpy((char *)to + done, to, more);
        done += more;
    }
}

bool fb_column_slice(fb_column *out, fb_arena *arena, const fb_column *in, size_t first,
                     size_t row_count)
{
    FB_ASSERT(first % 64 == 0);
    *out = *in;
    if (in->is_constant) return true;
    size_t width = fb_type_width(in->type);
    if (width && first) out->values = (char *)in->values + first * width;
    if (in->validity) out->validity = in->validity + first / 64;
    if (in->validity && fb_bits_all_set(out->validity, row_count)) out->validity = NULL;
    if (in->type->id != FB_TYPE_STRUCT) return true;
    out->children = fb_arena_array(arena, in->type->field_count, sizeof *out->children);
    if (!out->children) return false;
    for (uint32_t i = 0; i < in->type->field_count; i++)
        if (!fb_column_slice(&out->children[i], arena, &in->children[i], first, row_count))
            return false;
    return true;
}

bool fb_column_flatten(fb_column *out, fb_arena *arena, const fb_column *in, size_t row_count)
{
    *out = *in;
    if (!in->is_constant) return true;
    out->is_constant = false;
    size_t width = fb_type_width(in->type);
    if (width) {
        out->values = fb_arena_array(arena, row_count, width);
        if (!out->values) return false;
        repeat_value(out->values, in->values, width, row_count);
    }
    if (in->validity) {
        out->validity = fb_arena_array(arena, fb_bits_words(row_count), sizeof(uint64_t));
        if (!out->validity) return false;
        fb_bits_fill(out->validity, row_count, fb_bits_get(in->validity, 0));
    }
    if (in->type->id != FB_TYPE_STRUCT) return true;
    out->children = fb_arena_array(arena, in->type->field_count, sizeof *out->children);
    if (!out->children) return false;
    for (uint32_t i = 0; i < in->type->field_count; i++)
        if (!fb_column_flatten(&out->children[i], arena, &in->children[i], row_count)) return false;
    return true;
}

/* Gives the long strings of a column bytes of their own, in one block. */
static bool copy_string_bytes(fb_string *strings, fb_arena *arena, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (strings[i].size > FB_STRING_INLINE) total += strings[i].size;
    if (!total) return true;
    char *bytes = fb_arena_alloc(arena, total);
    if (!bytes) return false;
    for (size_t i = 0; i < count; i++) {
        if (strings[i].size <= FB_STRING_INLINE) continue;
        memcpy(bytes, strings[i].far, strings[i].size);
        strings[i].far = bytes;
        bytes += strings[i].size;
    }
    return true;
}

bool fb_column_copy(fb_column *out, fb_arena *arena, const fb_column *in, size_t row_count)
{
    *out = *in;
    size_t rows = in->is_constant ? 1 : row_count;
    size_t width = fb_type_width(in->type);
    if (width) {
        out->values = fb_arena_copy(arena, in->values, rows * width);
        if (!out->values) return false;
    }
    if (in->validity) {
        out->validity = fb_arena_copy(arena, in->validity, fb_bits_words(rows) * sizeof(uint64_t));
        if (!out->validity) return false;
    }
    if (in->type->id == FB_TYPE_STRING || in->type->id == FB_TYPE_BINARY)
        return copy_string_bytes(out->strings, arena, rows);
    uint32_t children = child_count(in->type);
    if (!children) return true;
    out->children = fb_arena_array(arena, children, sizeof *out->children);
    if (!out->children) return false;
    size_t child_rows = in->type->id == FB_TYPE_STRUCT ? rows : in->child_rows;
    for (uint32_t i = 0; i < children; i++)
        if (!fb_column_copy(&out->children[i], arena, &in->children[i], child_rows)) return false;
    return true;
}

/* --- writing rows over others --- */

/* `step` is 0 when the first value goes to all rows. */
static void scatter_values(void *to, const uint32_t *rows, size_t count, const void *from,
                           size_t width, size_t step)
{
    switch (width) {
    case 0:
        break;
    case 1:
        for (size_t i = 0; i < count; i++)
            ((uint8_t *)to)[rows[i]] = ((const uint8_t *)from)[i * step];
        break;
    case 2:
        for (size_t i = 0; i < count; i++)
            ((two_bytes *)to)[rows[i]] = ((const two_bytes *)from)[i * step];
        break;
    case 4:
        for (size_t i = 0; i < count; i++)
            ((four_bytes *)to)[rows[i]] = ((const four_bytes *)from)[i * step];
        break;
    case 8:
        for (size_t i = 0; i < count; i++)
            ((eight_bytes *)to)[rows[i]] = ((const eight_bytes *)from)[i * step];
        break;
    case 16:
        for (size_t i = 0; i < count; i++)
            ((sixteen_bytes *)to)[rows[i]] = ((const sixteen_bytes *)from)[i * step];
        break;
    default:
        FB_UNREACHABLE();
    }
}

static bool scatter_validity(fb_column *to, fb_arena *arena, size_t to_row_count,
                             const uint32_t *rows, size_t count, const fb_column *from)
{
    if (!from->validity && !to->validity) return true;
    if (!fb_column_need_validity(to, arena, to_row_count)) return false;
    if (!to->validity) return true; /* VOID */
    for (size_t i = 0; i < count; i++)
        fb_bits_put(to->validity, rows[i], !fb_column_is_null(from, i));
    return true;
}

/* `b` after `a`, both flat. */
static bool concat(fb_column *out, fb_arena *arena, const fb_column *a, uint32_t a_rows,
                   const fb_column *b, uint32_t b_rows)
{
    uint32_t longest = a_rows > b_rows ? a_rows : b_rows;
    uint32_t *rows = fb_arena_array(arena, longest, sizeof *rows);
    if (!rows || !fb_column_init(out, arena, a->type, (size_t)a_rows + b_rows)) return false;
    for (uint32_t i = 0; i < a_rows; i++)
        rows[i] = i;
    if (!fb_column_scatter(out, arena, (size_t)a_rows + b_rows, rows, a_rows, a)) return false;
    for (uint32_t i = 0; i < b_rows; i++)
        rows[i] = a_rows + i;
    return fb_column_scatter(out, arena, (size_t)a_rows + b_rows, rows, b_rows, b);
}

/* Appends the entries of `from` to those of `to` and shifts the spans just written. */
static bool scatter_entries(fb_column *to, fb_arena *arena, const uint32_t *rows, size_t count,
                            const fb_column *from)
{
    if (from->child_rows == 0 || count == 0) return true;
    if (to->child_rows > UINT32_MAX - from->child_rows) return false;
    uint32_t children = child_count(to->type);
    fb_column *joined = fb_arena_array(arena, children, sizeof *joined);
    if (!joined) return false;
    for (uint32_t i = 0; i < children; i++)
        if (!concat(&joined[i], arena, &to->children[i], to->child_rows, &from->children[i],
                    from->child_rows))
            return false;
    for (size_t i = 0; i < count; i++)
        to->spans[rows[i]].start += to->child_rows;
    to->children = joined;
    to->child_rows += from->child_rows;
    return true;
}

bool fb_column_scatter(fb_column *to, fb_arena *arena, size_t to_row_count, const uint32_t *rows,
                       size_t count, const fb_column *from)
{
    FB_ASSERT(!to->is_constant);
    size_t width = fb_type_width(to->type);
    scatter_values(to->values, rows, count, from->values, width, !from->is_constant);
    if (!scatter_validity(to, arena, to_row_count, rows, count, from)) return false;
    if (to->type->id == FB_TYPE_ARRAY || to->type->id == FB_TYPE_MAP)
        return scatter_entries(to, arena, rows, count, from);
    if (to->type->id != FB_TYPE_STRUCT) return true;
    for (uint32_t i = 0; i < to->type->field_count; i++)
        if (!fb_column_scatter(&to->children[i], arena, to_row_count, rows, count,
                               &from->children[i]))
            return false;
    return true;
}

bool fb_column_put(fb_column *to, fb_arena *arena, size_t to_row, size_t to_row_count,
                   const fb_column *from, size_t from_row)
{
    FB_ASSERT(to_row < to_row_count && to_row_count <= UINT32_MAX);
    uint32_t from_index = (uint32_t)fb_column_index(from, from_row);
    uint32_t to_index = (uint32_t)to_row;
    fb_column row;
    return fb_column_gather(&row, arena, from, &from_index, 1) &&
           fb_column_scatter(to, arena, to_row_count, &to_index, 1, &row);
}
