/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in memory for programs. Chunks that are being filled have room for FB_CHUNK_ROWS rows. */
#include "session/rows.h"

#include "base/memory.h"
#include "data/value_text.h"
#include "sql/parse.h"

#include <forebay/session.h>

fb_status fb_rows_create_empty(fb_rows **out, fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    if (!*out) return fb_fail_nomem(err, "rows");
    fb_arena_init(&(*out)->arena, 0);
    return FB_OK;
}

fb_status fb_rows_name_columns(fb_rows *rows, fb_error *err)
{
    uint32_t count = rows->schema->field_count;
    rows->names = fb_arena_array(&rows->arena, count, sizeof *rows->names);
    if (!rows->names) return fb_fail_nomem(err, "rows");
    for (uint32_t i = 0; i < count; i++) {
        rows->names[i] = fb_arena_strdup(&rows->arena, rows->schema->fields[i].name);
        if (!rows->names[i]) return fb_fail_nomem(err, "rows");
    }
    return FB_OK;
}

fb_status fb_rows_create(const char *schema, fb_rows **out, fb_error *err)
{
    *out = NULL;
    if (!schema) return fb_fail(err, FB_E_INVALID, 0, "a schema is a text such as \"a INT\"");
    fb_rows *rows;
    FB_TRY(fb_rows_create_empty(&rows, err));
    fb_status status = fb_sql_parse_schema(&rows->arena, fb_slice_of(schema), &rows->schema, err);
    if (status == FB_OK && rows->schema->id != FB_TYPE_STRUCT)
        status =
            fb_fail(err, FB_E_INVALID, 0, "\"%s\" is a type; expected columns: \"a INT\"", schema);
    if (status == FB_OK) status = fb_rows_name_columns(rows, err);
    if (status != FB_OK) {
        fb_rows_destroy(rows);
        return status;
    }
    *out = rows;
    return FB_OK;
}

void fb_rows_destroy(fb_rows *rows)
{
    if (!rows) return;
    fb_arena_deinit(&rows->arena);
    fb_free(rows->chunks);
    fb_free(rows->ends);
    fb_free(rows);
}

size_t fb_rows_count(const fb_rows *rows)
{
    return rows->row_count;
}

size_t fb_rows_column_count(const fb_rows *rows)
{
    return rows->schema->field_count;
}

const char *fb_rows_column_name(const fb_rows *rows, size_t column)
{
    return column < rows->schema->field_count ? rows->names[column] : NULL;
}

const fb_type *fb_rows_column_type(const fb_rows *rows, size_t column)
{
    return column < rows->schema->field_count ? rows->schema->fields[column].type : NULL;
}

/* --- writing --- */

fb_status fb_rows_append(fb_rows *rows, const fb_chunk *chunk, fb_error *err)
{
    if (rows->chunk_count == rows->chunk_capacity) {
        uint32_t capacity = rows->chunk_capacity ? rows->chunk_capacity * 2 : 4;
        fb_chunk *chunks = fb_realloc(rows->chunks, capacity * sizeof *chunks);
        if (!chunks) return fb_fail_nomem(err, "rows");
        rows->chunks = chunks;
        size_t *ends = fb_realloc(rows->ends, capacity * sizeof *ends);
        if (!ends) return fb_fail_nomem(err, "rows");
        rows->ends = ends;
        rows->chunk_capacity = capacity;
    }
    rows->row_count += chunk->row_count;
    rows->ends[rows->chunk_count] = rows->row_count;
    rows->chunks[rows->chunk_count++] = *chunk;
    return FB_OK;
}

/* A chunk with room for FB_CHUNK_ROWS rows, all NULL, of which none is there yet. */
static fb_status append_empty_chunk(fb_rows *rows, fb_error *err)
{
    fb_chunk chunk;
    if (!fb_chunk_init(&chunk, &rows->arena, rows->schema, FB_CHUNK_ROWS))
        return fb_fail_nomem(err, "rows");
    for (uint32_t i = 0; i < chunk.column_count; i++) {
        fb_column *column = &chunk.columns[i];
        if (column->type->id == FB_TYPE_VOID) continue;
        if (!fb_column_need_validity(column, &rows->arena, FB_CHUNK_ROWS))
            return fb_fail_nomem(err, "rows");
        fb_bits_fill(column->validity, FB_CHUNK_ROWS, false);
        if (column->values) memset(column->values, 0, fb_type_width(column->type) * FB_CHUNK_ROWS);
    }
    chunk.row_count = 0;
    return fb_rows_append(rows, &chunk, err);
}

static fb_status refuse_result(const fb_rows *rows, fb_error *err)
{
    if (!rows->is_result) return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0,
                   "rows that a query gave cannot be changed; make new ones with fb_rows_create");
}

fb_status fb_rows_add(fb_rows *rows, fb_error *err)
{
    FB_TRY(refuse_result(rows, err));
    if (rows->chunk_count == 0 || rows->chunks[rows->chunk_count - 1].row_count == FB_CHUNK_ROWS)
        FB_TRY(append_empty_chunk(rows, err));
    rows->chunks[rows->chunk_count - 1].row_count++;
    rows->ends[rows->chunk_count - 1]++;
    rows->row_count++;
    return FB_OK;
}

static fb_status wrong_type(const fb_rows *rows, size_t column, const char *wanted, fb_error *err)
{
    fb_buf type;
    fb_buf_init(&type, 0);
    fb_type_print_sql(rows->schema->fields[column].type, &type);
    fb_status status = fb_fail(err, FB_E_INVALID, 0, "column %zu (%s) is %s, not %s", column,
                               rows->names[column], fb_buf_text(&type), wanted);
    fb_buf_deinit(&type);
    return status;
}

/* The last row's place in a column; the row's number there in `*row`. */
static fb_status last_row(fb_rows *rows, size_t column, fb_column **out, uint32_t *row,
                          fb_error *err)
{
    FB_TRY(refuse_result(rows, err));
    if (column >= rows->schema->field_count)
        return fb_fail(err, FB_E_INVALID, 0, "there is no column %zu; the rows have %u", column,
                       rows->schema->field_count);
    if (rows->row_count == 0)
        return fb_fail(err, FB_E_INVALID, 0, "there is no row to set a value in");
    fb_chunk *chunk = &rows->chunks[rows->chunk_count - 1];
    *out = &chunk->columns[column];
    *row = chunk->row_count - 1;
    return FB_OK;
}

/* Stores `value` when it is within the type; `*fits` tells. False: the type holds no integers. */
static bool put_int(fb_column *column, uint32_t row, int64_t value, bool *fits)
{
    *fits = true;
    switch (column->type->id) {
    case FB_TYPE_BOOLEAN:
        *fits = value == 0 || value == 1;
        if (*fits) column->bools[row] = (uint8_t)value;
        return true;
    case FB_TYPE_TINYINT:
        *fits = value >= INT8_MIN && value <= INT8_MAX;
        if (*fits) column->int8s[row] = (int8_t)value;
        return true;
    case FB_TYPE_SMALLINT:
        *fits = value >= INT16_MIN && value <= INT16_MAX;
        if (*fits) column->int16s[row] = (int16_t)value;
        return true;
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        *fits = value >= INT32_MIN && value <= INT32_MAX;
        if (*fits) column->int32s[row] = (int32_t)value;
        return true;
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        column->int64s[row] = value;
        return true;
    default:
        return false;
    }
}

fb_status fb_rows_set_int(fb_rows *rows, size_t column, int64_t value, fb_error *err)
{
    fb_column *to = NULL;
    uint32_t row = 0;
    bool fits;
    FB_TRY(last_row(rows, column, &to, &row, err));
    if (!put_int(to, row, value, &fits)) return wrong_type(rows, column, "an integer", err);
    if (!fits)
        return fb_fail(err, FB_E_INVALID, 0, "%lld does not fit into column %zu (%s)",
                       (long long)value, column, rows->names[column]);
    fb_bits_set(to->validity, row);
    return FB_OK;
}

fb_status fb_rows_set_double(fb_rows *rows, size_t column, double value, fb_error *err)
{
    fb_column *to = NULL;
    uint32_t row = 0;
    FB_TRY(last_row(rows, column, &to, &row, err));
    if (to->type->id == FB_TYPE_DOUBLE)
        to->doubles[row] = value;
    else if (to->type->id == FB_TYPE_FLOAT)
        to->floats[row] = (float)value;
    else
        return wrong_type(rows, column, "FLOAT or DOUBLE", err);
    fb_bits_set(to->validity, row);
    return FB_OK;
}

fb_status fb_rows_set_bytes(fb_rows *rows, size_t column, const void *bytes, size_t size_bytes,
                            fb_error *err)
{
    fb_column *to = NULL;
    uint32_t row = 0;
    FB_TRY(last_row(rows, column, &to, &row, err));
    if (to->type->id != FB_TYPE_STRING && to->type->id != FB_TYPE_BINARY)
        return wrong_type(rows, column, "STRING or BINARY", err);
    if (size_bytes > INT32_MAX)
        return fb_fail(err, FB_E_INVALID, 0, "a value of %zu bytes; at most 2 GiB", size_bytes);
    const void *copy = fb_arena_copy(&rows->arena, bytes, size_bytes);
    if (!copy) return fb_fail_nomem(err, "rows");
    to->strings[row] = fb_string_view(fb_slice_make(copy, size_bytes));
    fb_bits_set(to->validity, row);
    return FB_OK;
}

/* --- reading --- */

/* The column that holds row `row`, and its number there. */
static fb_status find_value(const fb_rows *rows, size_t row, size_t column, const fb_column **out,
                            size_t *row_there, fb_error *err)
{
    if (row >= rows->row_count || column >= rows->schema->field_count)
        return fb_fail(err, FB_E_INVALID, 0,
                       "there is no row %zu, column %zu; the rows are %zu times %u", row, column,
                       rows->row_count, rows->schema->field_count);
    uint32_t low = 0, high = rows->chunk_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows->ends[middle] > row)
            high = middle;
        else
            low = middle + 1;
    }
    *out = &rows->chunks[low].columns[column];
    *row_there = row - (rows->ends[low] - rows->chunks[low].row_count);
    return FB_OK;
}

fb_status fb_rows_is_null(const fb_rows *rows, size_t row, size_t column, bool *out, fb_error *err)
{
    const fb_column *from;
    size_t there;
    *out = false;
    FB_TRY(find_value(rows, row, column, &from, &there, err));
    *out = fb_column_is_null(from, there);
    return FB_OK;
}

fb_status fb_rows_get_int(const fb_rows *rows, size_t row, size_t column, int64_t *out,
                          fb_error *err)
{
    const fb_column *from;
    size_t there;
    *out = 0;
    FB_TRY(find_value(rows, row, column, &from, &there, err));
    bool is_null = fb_column_is_null(from, there);
    size_t i = fb_column_index(from, there);
    switch (from->type->id) {
    case FB_TYPE_BOOLEAN:
        *out = is_null ? 0 : from->bools[i];
        return FB_OK;
    case FB_TYPE_TINYINT:
        *out = is_null ? 0 : from->int8s[i];
        return FB_OK;
    case FB_TYPE_SMALLINT:
        *out = is_null ? 0 : from->int16s[i];
        return FB_OK;
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        *out = is_null ? 0 : from->int32s[i];
        return FB_OK;
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        *out = is_null ? 0 : from->int64s[i];
        return FB_OK;
    default:
        return wrong_type(rows, column, "an integer", err);
    }
}

fb_status fb_rows_get_double(const fb_rows *rows, size_t row, size_t column, double *out,
                             fb_error *err)
{
    const fb_column *from;
    size_t there;
    *out = 0;
    FB_TRY(find_value(rows, row, column, &from, &there, err));
    bool is_null = fb_column_is_null(from, there);
    size_t i = fb_column_index(from, there);
    if (from->type->id == FB_TYPE_DOUBLE)
        *out = is_null ? 0 : from->doubles[i];
    else if (from->type->id == FB_TYPE_FLOAT)
        *out = is_null ? 0 : (double)from->floats[i];
    else
        return wrong_type(rows, column, "FLOAT or DOUBLE", err);
    return FB_OK;
}

fb_status fb_rows_get_bytes(const fb_rows *rows, size_t row, size_t column, const char **bytes,
                            size_t *size_bytes, fb_error *err)
{
    const fb_column *from;
    size_t there;
    *bytes = "";
    *size_bytes = 0;
    FB_TRY(find_value(rows, row, column, &from, &there, err));
    if (from->type->id != FB_TYPE_STRING && from->type->id != FB_TYPE_BINARY)
        return wrong_type(rows, column, "STRING or BINARY", err);
    if (fb_column_is_null(from, there)) return FB_OK;
    fb_slice value = fb_column_string(from, there);
    *bytes = value.data;
    *size_bytes = value.size;
    return FB_OK;
}

fb_status fb_rows_get_text(const fb_rows *rows, size_t row, size_t column, char **out,
                           fb_error *err)
{
    const fb_column *from;
    size_t there;
    *out = NULL;
    FB_TRY(find_value(rows, row, column, &from, &there, err));
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_value_text_cast(from, there, fb_timezone_utc(), &text);
    if (!text.failed) *out = fb_strdup(fb_buf_text(&text));
    fb_buf_deinit(&text);
    return *out ? FB_OK : fb_fail_nomem(err, "a value's text");
}
