/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines to rows, and what becomes of malformed ones. */
#include "formats/json_reader.h"

#include "formats/json_reader_impl.h"

enum { MAX_ROWS_OF_A_LINE = 1 << 20 };

static bool is_corrupt_column(const fb_json_reader *reader, uint32_t index)
{
    return fb_slice_equal(reader->schema->fields[index].name, reader->corrupt_column);
}

static fb_status check_type(fb_slice column, const fb_type *type, fb_error *err)
{
    if (!fb_type_is_nested(type)) return FB_OK;
    if (type->id == FB_TYPE_MAP && type->fields[0].type->id != FB_TYPE_STRING)
        return fb_fail(err, FB_E_ANALYSIS, 0,
                       "column '%.*s': the keys of a map that is read from JSON are STRING",
                       FB_SLICE_ARGS(column));
    for (uint32_t i = 0; i < type->field_count; i++)
        FB_TRY(check_type(column, type->fields[i].type, err));
    return FB_OK;
}

fb_status fb_json_reader_check(const fb_json_reader *reader, fb_error *err)
{
    for (uint32_t i = 0; i < reader->schema->field_count; i++) {
        const fb_field *field = &reader->schema->fields[i];
        if (is_corrupt_column(reader, i) &&
            (field->type->id != FB_TYPE_STRING || !field->nullable)) {
            fb_arena arena;
            fb_arena_init(&arena, 256);
            fb_status status = fb_fail_condition(
                err, FB_E_ANALYSIS, "INVALID_CORRUPT_RECORD_TYPE",
                "The column `%.*s` for corrupt records must have the nullable STRING type, but got "
                "\"%s\".",
                FB_SLICE_ARGS(field->name), fb_type_sql(field->type, &arena));
            fb_arena_deinit(&arena);
            return status;
        }
        FB_TRY(check_type(field->name, field->type, err));
    }
    return FB_OK;
}

fb_status fb_json_rows_create(const fb_json_reader *reader, fb_arena *arena, fb_json_rows **out,
                              fb_error *err)
{
    *out = NULL;
    fb_json_rows *rows = fb_arena_alloc_zero(arena, sizeof *rows);
    if (!rows || !fb_json_column_init(&rows->root, arena, reader->schema))
        return fb_fail_nomem(err, "rows of JSON");
    rows->reader = *reader;
    rows->arena = arena;
    for (uint32_t i = 0; i < reader->schema->field_count; i++) {
        fb_json_column *column = &rows->root.children[i];
        column->is_wanted = !reader->columns || reader->columns[i];
        column->is_hidden = is_corrupt_column(reader, i);
        if (column->is_wanted && column->is_hidden) rows->corrupt = column;
    }
    if (!fb_json_column_grow(&rows->root, arena, FB_CHUNK_ROWS))
        return fb_fail_nomem(err, "rows of JSON");
    *out = rows;
    return FB_OK;
}

uint32_t fb_json_rows_count(const fb_json_rows *rows)
{
    return rows->row_count;
}

void fb_json_rows_truncate(fb_json_rows *rows, uint32_t row_count)
{
    for (uint32_t row = row_count; row < rows->row_count; row++)
        fb_json_column_clear(&rows->root, row);
    rows->row_count = row_count;
}

/* Room for one more row. */
static fb_json_result reserve_row(fb_json_rows *rows)
{
    bool ok = rows->row_count < UINT32_MAX &&
              fb_json_column_grow(&rows->root, rows->arena, rows->row_count + 1);
    return ok ? FB_JSON_OK : FB_JSON_NOMEM;
}

/* An object as the next row. */
static fb_json_result read_row(fb_json_rows *rows)
{
    fb_json_result result = reserve_row(rows);
    if (result != FB_JSON_OK) return result;
    /* Counted first, so that truncation finds a row that was begun. */
    uint32_t row = rows->row_count++;
    return fb_json_read(rows, &rows->root, row);
}

static bool at_object(fb_json_scan *scan)
{
    fb_json_scan_space(scan);
    return scan->at < scan->end && *scan->at == '{';
}

static fb_json_result read_array(fb_json_rows *rows)
{
    bool ended;
    uint32_t first = rows->row_count;
    fb_json_result result = fb_json_scan_open(&rows->scan, ']', &ended);
    while (result == FB_JSON_OK && !ended) {
        if (!at_object(&rows->scan) || rows->row_count - first >= MAX_ROWS_OF_A_LINE)
            return FB_JSON_SYNTAX;
        result = read_row(rows);
        if (result == FB_JSON_OK) result = fb_json_scan_next(&rows->scan, ']', &ended);
    }
    return result;
}

static fb_json_result read_line(fb_json_rows *rows)
{
    fb_json_scan *scan = &rows->scan;
    if (scan->end - scan->at >= 3 && memcmp(scan->at, "\xef\xbb\xbf", 3) == 0) scan->at += 3;
    if (at_object(scan)) return read_row(rows);
    if (scan->at == scan->end) return FB_JSON_OK;
    return *scan->at == '[' ? read_array(rows) : FB_JSON_SYNTAX;
}

static fb_status fail_fast(fb_slice line, fb_error *err)
{
    enum { SHOWN = 200 };
    return fb_fail_condition(
        err, FB_E_CORRUPT, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
        "Malformed records are detected in record parsing: %.*s%s. Parse Mode: FAILFAST. To "
        "process "
        "malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.",
        line.size > SHOWN ? SHOWN : (int)line.size, line.data, line.size > SHOWN ? "..." : "");
}

/* The rows from `first` on came of a malformed line; those of a line that is no JSON at all are
 * replaced by one without values. */
static fb_json_result keep_malformed(fb_json_rows *rows, uint32_t first, bool is_json,
                                     fb_slice line)
{
    if (!is_json) {
        fb_json_rows_truncate(rows, first);
        if (reserve_row(rows) != FB_JSON_OK) return FB_JSON_NOMEM;
        rows->row_count++;
    }
    for (uint32_t row = first; rows->corrupt && row < rows->row_count; row++) {
        rows->corrupt->strings[row] = fb_string_view(line);
        fb_json_column_set(rows->corrupt, row);
    }
    return FB_JSON_OK;
}

fb_status fb_json_rows_add(fb_json_rows *rows, fb_slice line, fb_error *err)
{
    if (line.size > INT32_MAX)
        return fb_fail(err, FB_E_LIMIT, 0, "a line of more than %d bytes", INT32_MAX);
    uint32_t first = rows->row_count;
    rows->is_bad = false;
    rows->scan =
        (fb_json_scan){.at = line.data, .end = line.data + line.size, .arena = rows->arena};
    fb_json_result result = read_line(rows);
    bool is_json = result == FB_JSON_OK;
    if (result == FB_JSON_NOMEM || (is_json && !rows->is_bad))
        return is_json ? FB_OK : fb_fail_nomem(err, "rows of JSON");
    if (rows->reader.mode == FB_JSON_PERMISSIVE) {
        result = keep_malformed(rows, first, is_json, line);
        return result == FB_JSON_OK ? FB_OK : fb_fail_nomem(err, "rows of JSON");
    }
    fb_json_rows_truncate(rows, first);
    return rows->reader.mode == FB_JSON_FAILFAST ? fail_fast(line, err) : FB_OK;
}

fb_status fb_json_rows_chunk(fb_json_rows *rows, uint32_t first, uint32_t count, fb_chunk *out,
                             fb_error *err)
{
    FB_ASSERT(first % FB_CHUNK_ROWS == 0 && first <= rows->row_count);
    FB_ASSERT(count <= rows->row_count - first);
    uint32_t column_count = rows->reader.schema->field_count;
    *out = (fb_chunk){.row_count = count, .column_count = column_count};
    out->columns = fb_arena_array(rows->arena, column_count, sizeof *out->columns);
    bool ok = out->columns != NULL;
    for (uint32_t i = 0; ok && i < column_count; i++)
        ok = fb_json_column_finish(&rows->root.children[i], rows->arena, first, count,
                                   &out->columns[i]);
    return ok ? FB_OK : fb_fail_nomem(err, "rows of JSON");
}
