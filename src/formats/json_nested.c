/* SPDX-License-Identifier: Apache-2.0
 *
 * Values into columns: structs, arrays, maps. A struct with a field that does not fit is a struct
 * with a null; an array or map with an element that does not fit does not fit itself. */
#include "formats/json_reader_impl.h"

/* The column of the field called `name`; NULL: there is none, or nobody wants it. Members usually
 * come in the order of the schema, or in the same order in every line. */
static fb_json_column *find_field(fb_json_column *column, fb_slice name)
{
    const fb_type *type = column->type;
    for (uint32_t i = 0, at = column->next; i < type->field_count; i++, at++) {
        if (at >= type->field_count) at = 0;
        if (!fb_slice_equal(type->fields[at].name, name)) continue;
        column->next = at + 1;
        fb_json_column *field = &column->children[at];
        return field->is_wanted && !field->is_hidden ? field : NULL;
    }
    return NULL;
}

static fb_json_result read_member(fb_json_rows *rows, fb_json_column *column, uint32_t row)
{
    fb_slice name;
    fb_json_result result = fb_json_scan_name(&rows->scan, &name);
    if (result != FB_JSON_OK) return result;
    fb_json_column *field = find_field(column, name);
    if (!field) return fb_json_scan_skip(&rows->scan);
    result = fb_json_read(rows, field, row);
    return result == FB_JSON_BAD ? FB_JSON_OK : result;
}

static fb_json_result read_struct(fb_json_rows *rows, fb_json_column *column, uint32_t row)
{
    bool ended;
    fb_json_result result = fb_json_scan_open(&rows->scan, '}', &ended);
    if (result != FB_JSON_OK) return result;
    /* The second of two members of the same name owes nothing to the first. */
    if (fb_bits_get(column->validity, row)) fb_json_column_clear(column, row);
    column->next = 0;
    while (!ended) {
        result = read_member(rows, column, row);
        if (result == FB_JSON_OK) result = fb_json_scan_next(&rows->scan, '}', &ended);
        if (result != FB_JSON_OK) return result;
    }
    fb_json_column_set(column, row);
    return FB_JSON_OK;
}

/* A new row in a child of an array or map. */
static bool add_row(fb_json_rows *rows, fb_json_column *child, uint32_t *row)
{
    if (child->used == UINT32_MAX) return false;
    if (!fb_json_column_grow(child, rows->arena, child->used + 1)) return false;
    *row = child->used++;
    return true;
}

static fb_json_result read_element(fb_json_rows *rows, fb_json_column *column)
{
    bool is_map = column->type->id == FB_TYPE_MAP;
    fb_json_column *values = &column->children[is_map ? 1 : 0];
    uint32_t row;
    if (is_map) {
        fb_slice name;
        fb_json_result result = fb_json_scan_name(&rows->scan, &name);
        if (result != FB_JSON_OK) return result;
        fb_json_column *keys = &column->children[0];
        if (name.size > UINT32_MAX || !add_row(rows, keys, &row)) return FB_JSON_NOMEM;
        keys->strings[row] = fb_string_view(name);
        fb_json_column_set(keys, row);
    }
    if (!add_row(rows, values, &row)) return FB_JSON_NOMEM;
    return fb_json_read(rows, values, row);
}

/* An array or a map; both are runs of rows of their children. */
static fb_json_result read_elements(fb_json_rows *rows, fb_json_column *column, uint32_t row)
{
    char closing = column->type->id == FB_TYPE_MAP ? '}' : ']';
    uint32_t start = column->children[0].used;
    bool ended, all_fit = true;
    fb_json_result result = fb_json_scan_open(&rows->scan, closing, &ended);
    if (result != FB_JSON_OK) return result;
    while (!ended) {
        result = read_element(rows, column);
        if (result == FB_JSON_BAD) all_fit = false;
        if (result == FB_JSON_OK || result == FB_JSON_BAD)
            result = fb_json_scan_next(&rows->scan, closing, &ended);
        if (result != FB_JSON_OK) return result;
    }
    if (!all_fit) return FB_JSON_BAD;
    column->spans[row] = (fb_span){start, column->children[0].used - start};
    fb_json_column_set(column, row);
    return FB_JSON_OK;
}

/* A value of another kind than the column is made for. */
static fb_json_result skip_misfit(fb_json_rows *rows, fb_json_kind kind)
{
    fb_json_result result = FB_JSON_OK;
    fb_slice text;
    if (kind == FB_JSON_STRING)
        result = fb_json_scan_string(&rows->scan, &text);
    else if (kind == FB_JSON_OBJECT || kind == FB_JSON_ARRAY)
        result = fb_json_scan_skip(&rows->scan);
    return result == FB_JSON_OK ? FB_JSON_BAD : result;
}

/* Strings take every value: its text as it is written. */
static fb_json_result read_text(fb_json_rows *rows, fb_json_kind kind, fb_slice *text)
{
    if (kind == FB_JSON_STRING) return fb_json_scan_string(&rows->scan, text);
    if (kind != FB_JSON_OBJECT && kind != FB_JSON_ARRAY) return FB_JSON_OK;
    const char *start = rows->scan.at;
    fb_json_result result = fb_json_scan_skip(&rows->scan);
    *text = fb_slice_make(start, (size_t)(rows->scan.at - start));
    return result;
}

static fb_json_result read_value(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                                 fb_json_kind kind, fb_slice text)
{
    fb_type_id id = column->type->id;
    if (id == FB_TYPE_STRUCT || id == FB_TYPE_MAP) {
        if (kind != FB_JSON_OBJECT) return skip_misfit(rows, kind);
        return id == FB_TYPE_STRUCT ? read_struct(rows, column, row)
                                    : read_elements(rows, column, row);
    }
    if (id == FB_TYPE_ARRAY)
        return kind == FB_JSON_ARRAY ? read_elements(rows, column, row) : skip_misfit(rows, kind);
    const char *start = rows->scan.at;
    if (id == FB_TYPE_STRING || kind == FB_JSON_STRING) {
        fb_json_result result = read_text(rows, kind, &text);
        if (result != FB_JSON_OK) return result;
    } else if (kind == FB_JSON_OBJECT || kind == FB_JSON_ARRAY) {
        return skip_misfit(rows, kind);
    }
    fb_json_result result = fb_json_scalar(rows, column, row, kind, text);
    /* Jackson decodes base64 on its way through the line, but not in single quotes. */
    return result == FB_JSON_SYNTAX && *start == '\'' ? FB_JSON_BAD : result;
}

fb_json_result fb_json_read(fb_json_rows *rows, fb_json_column *column, uint32_t row)
{
    fb_json_kind kind;
    fb_slice text;
    fb_json_result result = fb_json_scan_value(&rows->scan, &kind, &text);
    if (result != FB_JSON_OK) return result;
    if (kind == FB_JSON_NULL) {
        fb_json_column_clear(column, row);
        return FB_JSON_OK;
    }
    result = read_value(rows, column, row, kind, text);
    if (result == FB_JSON_BAD) rows->is_bad = true;
    return result;
}
