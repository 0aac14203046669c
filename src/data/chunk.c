/* SPDX-License-Identifier: Apache-2.0 */
#include "data/chunk.h"

static bool alloc_columns(fb_chunk *out, fb_arena *arena, uint32_t column_count, uint32_t row_count)
{
    *out = (fb_chunk){.row_count = row_count, .column_count = column_count};
    out->columns = fb_arena_array(arena, column_count, sizeof *out->columns);
    return out->columns != NULL;
}

bool fb_chunk_init(fb_chunk *out, fb_arena *arena, const fb_type *schema, uint32_t row_count)
{
    FB_ASSERT(schema->id == FB_TYPE_STRUCT);
    if (!alloc_columns(out, arena, schema->field_count, row_count)) return false;
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (!fb_column_init(&out->columns[i], arena, schema->fields[i].type, row_count))
            return false;
    return true;
}

bool fb_chunk_gather(fb_chunk *out, fb_arena *arena, const fb_chunk *in, const uint32_t *rows,
                     uint32_t row_count)
{
    if (!alloc_columns(out, arena, in->column_count, row_count)) return false;
    for (uint32_t i = 0; i < in->column_count; i++)
        if (!fb_column_gather(&out->columns[i], arena, &in->columns[i], rows, row_count))
            return false;
    return true;
}

bool fb_chunk_copy(fb_chunk *out, fb_arena *arena, const fb_chunk *in)
{
    if (!alloc_columns(out, arena, in->column_count, in->row_count)) return false;
    for (uint32_t i = 0; i < in->column_count; i++)
        if (!fb_column_copy(&out->columns[i], arena, &in->columns[i], in->row_count)) return false;
    return true;
}

static void verify_string(const fb_string *string)
{
    if (string->size > FB_STRING_INLINE) {
        FB_ASSERT(string->far && memcmp(string->far, string->prefix, sizeof string->prefix) == 0);
        return;
    }
    const char *bytes = string->prefix;
    for (uint32_t i = string->size; i < FB_STRING_INLINE; i++)
        FB_ASSERT(bytes[i] == 0);
}

static void verify_column(const fb_column *column, size_t row_count)
{
    const fb_type *type = column->type;
    size_t rows = column->is_constant ? 1 : row_count;
    FB_ASSERT(rows == 0 || fb_type_width(type) == 0 || column->values);
    switch (type->id) {
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < rows; i++)
            FB_ASSERT(column->bools[i] <= 1);
        break;
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        for (size_t i = 0; i < rows; i++)
            verify_string(&column->strings[i]);
        break;
    case FB_TYPE_STRUCT:
        for (uint32_t i = 0; i < type->field_count; i++) {
            FB_ASSERT(column->children[i].is_constant == column->is_constant);
            verify_column(&column->children[i], rows);
        }
        break;
    case FB_TYPE_ARRAY:
    case FB_TYPE_MAP:
        for (size_t i = 0; i < rows; i++) {
            FB_ASSERT(column->spans[i].start <= column->child_rows);
            FB_ASSERT(column->spans[i].count <= column->child_rows - column->spans[i].start);
        }
        for (uint32_t i = 0; i < type->field_count; i++) {
            FB_ASSERT(!column->children[i].is_constant);
            verify_column(&column->children[i], column->child_rows);
        }
        break;
    default:
        break;
    }
}

void fb_chunk_verify(const fb_chunk *chunk, const fb_type *schema)
{
    FB_ASSERT(schema->id == FB_TYPE_STRUCT && schema->field_count == chunk->column_count);
    for (uint32_t i = 0; i < chunk->column_count; i++) {
        FB_ASSERT(fb_type_equal(chunk->columns[i].type, schema->fields[i].type));
        verify_column(&chunk->columns[i], chunk->row_count);
    }
}
