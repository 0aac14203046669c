/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/buffer_column.h"

#include "base/memory.h"

enum { LEAST_ENTRIES = 16 };

static uint32_t child_count(const fb_type *type)
{
    return fb_type_is_nested(type) ? type->field_count : 0;
}

static bool is_text(const fb_type *type)
{
    return type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY;
}

/* --- memory --- */

bool fb_buffer_column_init(fb_column *column, const fb_type *type)
{
    *column = (fb_column){.type = type};
    uint32_t count = child_count(type);
    if (!count) return true;
    column->children = fb_alloc_zero(count, sizeof *column->children);
    if (!column->children) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!fb_buffer_column_init(&column->children[i], type->fields[i].type)) return false;
    return true;
}

/* `in_heap`: entries, whose values are the heap's. */
static void deinit(fb_column *column, bool in_heap)
{
    bool entries_in_heap = in_heap || column->type->id != FB_TYPE_STRUCT;
    for (uint32_t i = 0; column->children && i < child_count(column->type); i++)
        if (column->children[i].type) deinit(&column->children[i], entries_in_heap);
    fb_free(column->children);
    if (!in_heap) {
        fb_free(column->values);
        fb_free(column->validity);
    }
}

void fb_buffer_column_deinit(fb_column *column)
{
    if (column->type) deinit(column, false);
    *column = (fb_column){0};
}

bool fb_buffer_column_grow(fb_column *column, bool nullable, uint32_t capacity)
{
    size_t width = fb_type_width(column->type);
    if (width) {
        void *values = fb_realloc(column->values, (size_t)capacity * width);
        if (!values) return false;
        column->values = values;
    }
    if (nullable) {
        size_t bytes = fb_bits_words(capacity) * sizeof *column->validity;
        uint64_t *validity = fb_realloc(column->validity, bytes);
        if (!validity) return false;
        column->validity = validity;
    }
    if (column->type->id != FB_TYPE_STRUCT) return true;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        if (!fb_buffer_column_grow(&column->children[i], true, capacity)) return false;
    return true;
}

void fb_buffer_column_start(fb_column *column, bool starts_null, uint32_t from, uint32_t until)
{
    size_t width = fb_type_width(column->type);
    if (width) memset((char *)column->values + from * width, 0, (until - from) * width);
    for (uint32_t group = from; column->validity && group < until; group++)
        fb_bits_put(column->validity, group, !starts_null);
    if (column->type->id != FB_TYPE_STRUCT) return;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        fb_buffer_column_start(&column->children[i], true, from, until);
}

static void clear(fb_column *column, bool in_heap)
{
    bool entries_in_heap = in_heap || column->type->id != FB_TYPE_STRUCT;
    column->child_rows = 0;
    if (in_heap) {
        column->values = NULL;
        column->validity = NULL;
    }
    for (uint32_t i = 0; i < child_count(column->type); i++)
        clear(&column->children[i], entries_in_heap);
}

void fb_buffer_column_clear(fb_column *column)
{
    clear(column, false);
}

size_t fb_buffer_column_bytes(const fb_column *column, uint32_t capacity)
{
    size_t bytes = capacity * fb_type_width(column->type);
    if (column->validity) bytes += fb_bits_words(capacity) * sizeof *column->validity;
    if (column->type->id != FB_TYPE_STRUCT) return bytes;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        bytes += fb_buffer_column_bytes(&column->children[i], capacity);
    return bytes;
}

/* --- entries of arrays and maps --- */

/* How many entries a column with `count` of them has room for: doubled whenever they are used up,
 * so that the count alone tells. */
static uint64_t room_for(uint32_t count)
{
    uint64_t room = LEAST_ENTRIES;
    while (room < count)
        room *= 2;
    return count ? room : 0;
}

/* Moves the `count` entries to a place with room for more. */
static bool widen(fb_column *entries, fb_arena *heap, uint32_t count, uint64_t room)
{
    size_t width = fb_type_width(entries->type);
    uint64_t *validity = fb_arena_array(heap, fb_bits_words(room), sizeof *validity);
    if (!validity) return false;
    if (count) memcpy(validity, entries->validity, fb_bits_words(count) * sizeof *validity);
    entries->validity = validity;
    if (width) {
        void *values = fb_arena_array(heap, room, width);
        if (!values) return false;
        if (count) memcpy(values, entries->values, count * width);
        memset((char *)values + count * width, 0, (room - count) * width);
        entries->values = values;
    }
    if (entries->type->id != FB_TYPE_STRUCT) return true;
    for (uint32_t i = 0; i < entries->type->field_count; i++)
        if (!widen(&entries->children[i], heap, count, room)) return false;
    return true;
}

/* A place for `count` entries: that of the group's entries before, or behind all others. */
static bool place_entries(fb_column *column, fb_arena *heap, fb_span *span, uint32_t count)
{
    bool fits = count <= span->count;
    span->count = count;
    if (fits) return true;
    uint32_t used = column->child_rows, needed;
    if (__builtin_add_overflow(used, count, &needed)) return false;
    uint64_t room = room_for(needed);
    for (uint32_t i = 0; i < column->type->field_count; i++)
        if (room > room_for(used) && !widen(&column->children[i], heap, used, room)) return false;
    span->start = used;
    column->child_rows = needed;
    return true;
}

static bool put_entries(fb_column *column, fb_arena *heap, uint32_t group, const fb_column *from,
                        size_t row)
{
    fb_span source = from->spans[fb_column_index(from, row)];
    fb_span *span = &column->spans[group];
    if (!place_entries(column, heap, span, source.count)) return false;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        for (uint32_t j = 0; j < source.count; j++)
            if (!fb_buffer_column_put(&column->children[i], heap, span->start + j,
                                      &from->children[i], source.start + j))
                return false;
    return true;
}

/* --- rows --- */

/* Bytes of a long text; `size` before them is how many fit. */
static char *make_place(fb_arena *heap, uint32_t size_bytes)
{
    uint64_t *place = fb_arena_alloc(heap, sizeof *place + size_bytes);
    if (!place) return NULL;
    *place = size_bytes;
    return (char *)(place + 1);
}

static uint64_t place_size(const char *place)
{
    uint64_t size_bytes;
    memcpy(&size_bytes, place - sizeof size_bytes, sizeof size_bytes);
    return size_bytes;
}

/* A short text loses the place of a long one before it, which is rare. */
static bool put_text(fb_string *kept, fb_arena *heap, const fb_string *text)
{
    if (text->size <= FB_STRING_INLINE) {
        *kept = *text;
        return true;
    }
    char *place = kept->size > FB_STRING_INLINE ? (char *)kept->far : NULL;
    if (!place || place_size(place) < text->size) place = make_place(heap, text->size);
    if (!place) return false;
    *kept = *text;
    memcpy(place, text->far, text->size);
    kept->far = place;
    return true;
}

bool fb_buffer_column_put(fb_column *column, fb_arena *heap, uint32_t group, const fb_column *from,
                          size_t row)
{
    if (fb_column_is_null(from, row)) {
        fb_bits_clear(column->validity, group);
        return true;
    }
    if (column->validity) fb_bits_set(column->validity, group);
    if (column->type->id == FB_TYPE_STRUCT) {
        for (uint32_t i = 0; i < column->type->field_count; i++)
            if (!fb_buffer_column_put(&column->children[i], heap, group, &from->children[i], row))
                return false;
        return true;
    }
    if (fb_type_is_nested(column->type)) return put_entries(column, heap, group, from, row);
    size_t index = fb_column_index(from, row);
    if (is_text(column->type))
        return put_text(&column->strings[group], heap, &from->strings[index]);
    size_t width = fb_type_width(column->type);
    memcpy((char *)column->values + group * width, (const char *)from->values + index * width,
           width);
    return true;
}
