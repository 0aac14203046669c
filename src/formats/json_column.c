/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_reader_impl.h"

static uint32_t count_children(const fb_type *type)
{
    return fb_type_is_nested(type) ? type->field_count : 0;
}

bool fb_json_column_init(fb_json_column *column, fb_arena *arena, const fb_type *type)
{
    *column = (fb_json_column){.type = type, .is_wanted = true};
    uint32_t count = count_children(type);
    if (!count) return true;
    column->children = fb_arena_array(arena, count, sizeof *column->children);
    if (!column->children) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!fb_json_column_init(&column->children[i], arena, type->fields[i].type)) return false;
    return true;
}

/* A larger copy, the new part zero. */
static void *enlarge(fb_arena *arena, const void *old, size_t old_bytes, size_t new_bytes)
{
    char *bytes = fb_arena_alloc(arena, new_bytes ? new_bytes : 1);
    if (!bytes) return NULL;
    if (old_bytes) memcpy(bytes, old, old_bytes);
    memset(bytes + old_bytes, 0, new_bytes - old_bytes);
    return bytes;
}

bool fb_json_column_grow(fb_json_column *column, fb_arena *arena, uint32_t row_count)
{
    if (!column->is_wanted || row_count <= column->capacity) return true;
    uint64_t wanted = (uint64_t)column->capacity * 2;
    if (wanted < row_count) wanted = row_count;
    uint32_t capacity = wanted > UINT32_MAX - 63 ? UINT32_MAX - 63 : (uint32_t)(wanted + 63) & ~63U;
    if (capacity < row_count) return false;
    size_t width = fb_type_width(column->type), old = column->capacity;
    uint64_t *validity = enlarge(arena, column->validity, old / 8, capacity / 8);
    void *values = enlarge(arena, column->values, old * width, capacity * width);
    if (!validity || !values) return false;
    column->validity = validity;
    column->values = values;
    column->capacity = capacity;
    if (column->type->id != FB_TYPE_STRUCT) return true;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        if (!fb_json_column_grow(&column->children[i], arena, capacity)) return false;
    return true;
}

void fb_json_column_clear(fb_json_column *column, uint32_t row)
{
    if (!column->is_wanted || row >= column->capacity) return;
    fb_bits_clear(column->validity, row);
    if (column->type->id != FB_TYPE_STRUCT) return;
    for (uint32_t i = 0; i < column->type->field_count; i++)
        fb_json_column_clear(&column->children[i], row);
}

static bool finish_children(const fb_json_column *column, fb_arena *arena, uint32_t first,
                            uint32_t row_count, fb_column *out)
{
    uint32_t count = count_children(column->type);
    if (!count) return true;
    out->children = fb_arena_array(arena, count, sizeof *out->children);
    if (!out->children) return false;
    bool is_struct = column->type->id == FB_TYPE_STRUCT;
    out->child_rows = is_struct ? 0 : column->children[0].used;
    for (uint32_t i = 0; i < count; i++) {
        const fb_json_column *child = &column->children[i];
        if (!fb_json_column_finish(child, arena, is_struct ? first : 0,
                                   is_struct ? row_count : out->child_rows, &out->children[i]))
            return false;
    }
    return true;
}

bool fb_json_column_finish(const fb_json_column *column, fb_arena *arena, uint32_t first,
                           uint32_t row_count, fb_column *out)
{
    if (!column->is_wanted) return fb_column_init_null(out, arena, column->type);
    *out = (fb_column){.type = column->type};
    /* A child that no row reached has no memory; a column of no rows needs some all the same. */
    if (!column->capacity) return fb_column_init_zero(out, arena, column->type, row_count);
    out->values = (char *)column->values + (size_t)first * fb_type_width(column->type);
    out->validity = column->validity + first / 64;
    if (column->type->id == FB_TYPE_VOID) out->validity = NULL;
    return finish_children(column, arena, first, row_count, out);
}
