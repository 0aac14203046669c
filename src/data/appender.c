/* SPDX-License-Identifier: Apache-2.0 */
#include "data/appender.h"

enum { LEAST_CAPACITY = 16 };

static uint32_t child_count(const fb_type *type)
{
    return fb_type_is_nested(type) ? type->field_count : 0;
}

/* Fields of structs have as many rows as the struct; entries of arrays come as they come. */
static uint32_t child_capacity(const fb_type *type, uint32_t capacity)
{
    return type->id == FB_TYPE_STRUCT ? capacity : 0;
}

bool fb_appender_init(fb_appender *appender, fb_column *column, fb_arena *arena,
                      const fb_type *type, uint32_t capacity)
{
    *appender = (fb_appender){.column = column, .capacity = capacity};
    if (!fb_column_init(column, arena, type, capacity)) return false;
    uint32_t count = child_count(type);
    if (!count) return true;
    appender->children = fb_arena_array(arena, count, sizeof *appender->children);
    if (!appender->children) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!fb_appender_init(&appender->children[i], &column->children[i], arena,
                              type->fields[i].type, child_capacity(type, capacity)))
            return false;
    return true;
}

/* Room for `needed` rows of this column; children see to theirs. */
static bool grow(fb_appender *appender, fb_arena *arena, uint64_t needed)
{
    if (needed <= appender->capacity) return true;
    if (needed > UINT32_MAX) return false;
    uint64_t capacity = (uint64_t)appender->capacity * 2;
    if (capacity < LEAST_CAPACITY) capacity = LEAST_CAPACITY;
    if (capacity < needed) capacity = needed;
    if (capacity > UINT32_MAX) capacity = UINT32_MAX;
    fb_column *column = appender->column;
    size_t width = fb_type_width(column->type);
    if (width) {
        void *values = fb_arena_array(arena, capacity, width);
        if (!values) return false;
        if (appender->row_count) memcpy(values, column->values, appender->row_count * width);
        column->values = values;
    }
    if (column->validity) {
        uint64_t *validity = fb_arena_array(arena, fb_bits_words(capacity), sizeof *validity);
        if (!validity) return false;
        memcpy(validity, column->validity, fb_bits_words(appender->row_count) * sizeof *validity);
        column->validity = validity;
    }
    appender->capacity = (uint32_t)capacity;
    return true;
}

/* Values are moved by width; what is moved this way may be of any type. */
typedef uint16_t __attribute__((may_alias)) two_bytes;
typedef uint32_t __attribute__((may_alias)) four_bytes;
typedef uint64_t __attribute__((may_alias)) eight_bytes;
typedef fb_int128 __attribute__((may_alias)) sixteen_bytes;

/* `mask` is 0 when the first value stands for all rows, otherwise all ones. */
static void add_values(void *to, size_t width, const void *from, const uint32_t *rows,
                       uint32_t count, uint32_t mask)
{
    switch (width) {
    case 0:
        break;
    case 1:
        for (uint32_t i = 0; i < count; i++)
            ((uint8_t *)to)[i] = ((const uint8_t *)from)[rows[i] & mask];
        break;
    case 2:
        for (uint32_t i = 0; i < count; i++)
            ((two_bytes *)to)[i] = ((const two_bytes *)from)[rows[i] & mask];
        break;
    case 4:
        for (uint32_t i = 0; i < count; i++)
            ((four_bytes *)to)[i] = ((const four_bytes *)from)[rows[i] & mask];
        break;
    case 8:
        for (uint32_t i = 0; i < count; i++)
            ((eight_bytes *)to)[i] = ((const eight_bytes *)from)[rows[i] & mask];
        break;
    case 16:
        for (uint32_t i = 0; i < count; i++)
            ((sixteen_bytes *)to)[i] = ((const sixteen_bytes *)from)[rows[i] & mask];
        break;
    default:
        FB_UNREACHABLE();
    }
}

/* Bits at..at+count-1 of `to`, a word at a time. */
static void add_bits(uint64_t *to, uint32_t at, const uint64_t *from, const uint32_t *rows,
                     uint32_t count, uint32_t mask)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t shift = (at + i) % 64;
        uint32_t bits = count - i < 64 - shift ? count - i : 64 - shift;
        uint64_t word = 0;
        for (uint32_t k = 0; k < bits; k++) {
            uint32_t row = rows[i + k] & mask;
            word |= ((from[row / 64] >> (row % 64)) & 1) << k;
        }
        uint64_t below = ((uint64_t)1 << shift) - 1;
        uint64_t *target = &to[(at + i) / 64];
        *target = (*target & below) | word << shift;
        i += bits;
    }
}

static bool add_validity(fb_appender *appender, fb_arena *arena, const fb_column *from,
                         const uint32_t *rows, uint32_t count, uint32_t mask)
{
    fb_column *column = appender->column;
    if (column->type->id == FB_TYPE_VOID) return true;
    if (!from->validity && !column->validity) return true;
    if (!fb_column_need_validity(column, arena, appender->capacity)) return false;
    if (from->validity)
        add_bits(column->validity, appender->row_count, from->validity, rows, count, mask);
    else
        for (uint32_t i = 0; i < count; i++)
            fb_bits_set(column->validity, appender->row_count + i);
    return true;
}

/* Gives the long ones among the strings just added bytes of their own, in one block. */
static bool own_bytes(fb_string *strings, fb_arena *arena, uint32_t count)
{
    size_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        if (strings[i].size > FB_STRING_INLINE) total += strings[i].size;
    if (!total) return true;
    char *bytes = fb_arena_alloc(arena, total);
    if (!bytes) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (strings[i].size <= FB_STRING_INLINE) continue;
        memcpy(bytes, strings[i].far, strings[i].size);
        strings[i].far = bytes;
        bytes += strings[i].size;
    }
    return true;
}

/* Only the entries of the rows that were asked for, and none of rows that are null. */
static bool add_entries(fb_appender *appender, fb_arena *arena, const fb_column *from,
                        const uint32_t *rows, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!fb_column_is_null(from, rows[i]))
            total += from->spans[fb_column_index(from, rows[i])].count;
    uint64_t start = appender->column->child_rows;
    if (start + total > UINT32_MAX) return false;
    uint32_t *entries = fb_arena_array(arena, total, sizeof *entries);
    if (!entries) return false;
    uint32_t at = 0;
    fb_span *spans = appender->column->spans + appender->row_count;
    for (uint32_t i = 0; i < count; i++) {
        fb_span span = from->spans[fb_column_index(from, rows[i])];
        if (fb_column_is_null(from, rows[i])) span.count = 0;
        spans[i] = (fb_span){(uint32_t)start + at, span.count};
        for (uint32_t k = 0; k < span.count; k++)
            entries[at++] = span.start + k;
    }
    for (uint32_t i = 0; i < from->type->field_count; i++)
        if (!fb_appender_add(&appender->children[i], arena, &from->children[i], entries, at))
            return false;
    appender->column->child_rows += at;
    return true;
}

static bool add_fields(fb_appender *appender, fb_arena *arena, const fb_column *from,
                       const uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < from->type->field_count; i++)
        if (!fb_appender_add(&appender->children[i], arena, &from->children[i], rows, count))
            return false;
    return true;
}

bool fb_appender_add(fb_appender *appender, fb_arena *arena, const fb_column *from,
                     const uint32_t *rows, uint32_t count)
{
    if (!grow(appender, arena, (uint64_t)appender->row_count + count)) return false;
    fb_column *column = appender->column;
    uint32_t mask = from->is_constant ? 0 : UINT32_MAX;
    size_t width = fb_type_width(column->type);
    char *to = width ? (char *)column->values + appender->row_count * width : NULL;
    if (!add_validity(appender, arena, from, rows, count, mask)) return false;
    bool added = true;
    switch (column->type->id) {
    case FB_TYPE_STRUCT:
        added = add_fields(appender, arena, from, rows, count);
        break;
    case FB_TYPE_ARRAY:
    case FB_TYPE_MAP:
        added = add_entries(appender, arena, from, rows, count);
        break;
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        add_values(to, width, from->values, rows, count, mask);
        added = own_bytes((fb_string *)(void *)to, arena, count);
        break;
    default:
        add_values(to, width, from->values, rows, count, mask);
        break;
    }
    appender->row_count += count;
    return added;
}
