/* SPDX-License-Identifier: Apache-2.0 */
#include "data/type.h"

#include "base/assert.h"

#include <string.h>

static const fb_type plain_types[] = {
    [FB_TYPE_VOID] = {.id = FB_TYPE_VOID},
    [FB_TYPE_BOOLEAN] = {.id = FB_TYPE_BOOLEAN},
    [FB_TYPE_TINYINT] = {.id = FB_TYPE_TINYINT},
    [FB_TYPE_SMALLINT] = {.id = FB_TYPE_SMALLINT},
    [FB_TYPE_INT] = {.id = FB_TYPE_INT},
    [FB_TYPE_BIGINT] = {.id = FB_TYPE_BIGINT},
    [FB_TYPE_FLOAT] = {.id = FB_TYPE_FLOAT},
    [FB_TYPE_DOUBLE] = {.id = FB_TYPE_DOUBLE},
    [FB_TYPE_STRING] = {.id = FB_TYPE_STRING},
    [FB_TYPE_BINARY] = {.id = FB_TYPE_BINARY},
    [FB_TYPE_DATE] = {.id = FB_TYPE_DATE},
    [FB_TYPE_TIMESTAMP] = {.id = FB_TYPE_TIMESTAMP},
    [FB_TYPE_TIMESTAMP_NTZ] = {.id = FB_TYPE_TIMESTAMP_NTZ},
};

/* Names and widths by fb_type_id; the kinds with parameters append theirs. */
static const struct {
    const char *sql;
    const char *simple;
    uint8_t width_bytes;
} kinds[] = {
    [FB_TYPE_VOID] = {"VOID", "void", 0},
    [FB_TYPE_BOOLEAN] = {"BOOLEAN", "boolean", 1},
    [FB_TYPE_TINYINT] = {"TINYINT", "tinyint", 1},
    [FB_TYPE_SMALLINT] = {"SMALLINT", "smallint", 2},
    [FB_TYPE_INT] = {"INT", "int", 4},
    [FB_TYPE_BIGINT] = {"BIGINT", "bigint", 8},
    [FB_TYPE_FLOAT] = {"FLOAT", "float", 4},
    [FB_TYPE_DOUBLE] = {"DOUBLE", "double", 8},
    [FB_TYPE_DECIMAL] = {"DECIMAL", "decimal", 16},
    [FB_TYPE_STRING] = {"STRING", "string", 16},
    [FB_TYPE_BINARY] = {"BINARY", "binary", 16},
    [FB_TYPE_DATE] = {"DATE", "date", 4},
    [FB_TYPE_TIMESTAMP] = {"TIMESTAMP", "timestamp", 8},
    [FB_TYPE_TIMESTAMP_NTZ] = {"TIMESTAMP_NTZ", "timestamp_ntz", 8},
    [FB_TYPE_STRUCT] = {"STRUCT", "struct", 0},
    [FB_TYPE_ARRAY] = {"ARRAY", "array", 8},
    [FB_TYPE_MAP] = {"MAP", "map", 8},
};

fb_type_id fb_type_get_id(const fb_type *type)
{
    return type->id;
}

int fb_type_precision(const fb_type *type)
{
    return type->precision;
}

int fb_type_scale(const fb_type *type)
{
    return type->scale;
}

const fb_type *fb_type_of(fb_type_id id)
{
    FB_ASSERT(id <= FB_TYPE_TIMESTAMP_NTZ && id != FB_TYPE_DECIMAL);
    return &plain_types[id];
}

static fb_type *new_type(fb_arena *arena, fb_type_id id)
{
    fb_type *type = fb_arena_alloc(arena, sizeof *type);
    if (type) *type = (fb_type){.id = id};
    return type;
}

const fb_type *fb_type_decimal(fb_arena *arena, int precision, int scale)
{
    FB_ASSERT(precision >= 1 && precision <= FB_DECIMAL_MAX_PRECISION);
    FB_ASSERT(scale >= 0 && scale <= precision);
    fb_type *type = new_type(arena, FB_TYPE_DECIMAL);
    if (!type) return NULL;
    type->precision = (uint8_t)precision;
    type->scale = (uint8_t)scale;
    return type;
}

const fb_type *fb_type_struct(fb_arena *arena, const fb_field *fields, uint32_t count)
{
    fb_type *type = new_type(arena, FB_TYPE_STRUCT);
    if (!type) return NULL;
    fb_field *copy = fb_arena_array(arena, count, sizeof *copy);
    if (!copy) return NULL;
    if (count) memcpy(copy, fields, count * sizeof *copy);
    type->field_count = count;
    type->fields = copy;
    return type;
}

const fb_type *fb_type_array(fb_arena *arena, const fb_type *element, bool contains_null)
{
    const fb_field field = {.name = FB_SLICE("element"), element, .nullable = contains_null};
    fb_type *type = (fb_type *)fb_type_struct(arena, &field, 1);
    if (type) type->id = FB_TYPE_ARRAY;
    return type;
}

const fb_type *fb_type_map(fb_arena *arena, const fb_type *key, const fb_type *value,
                           bool value_contains_null)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("key"), key, .nullable = false},
        {.name = FB_SLICE("value"), value, .nullable = value_contains_null},
    };
    fb_type *type = (fb_type *)fb_type_struct(arena, fields, 2);
    if (type) type->id = FB_TYPE_MAP;
    return type;
}

static bool copy_slice(fb_arena *arena, fb_slice *slice)
{
    if (slice->size == 0) return true;
    slice->data = fb_arena_copy(arena, slice->data, slice->size);
    return slice->data != NULL;
}

const fb_type *fb_type_copy(fb_arena *arena, const fb_type *type)
{
    if (type->id == FB_TYPE_DECIMAL) return fb_type_decimal(arena, type->precision, type->scale);
    if (!fb_type_is_nested(type)) return fb_type_of(type->id);
    fb_type *copy = (fb_type *)fb_type_struct(arena, type->fields, type->field_count);
    if (!copy) return NULL;
    copy->id = type->id;
    fb_field *fields = (fb_field *)copy->fields;
    for (uint32_t i = 0; i < type->field_count; i++) {
        fields[i].type = fb_type_copy(arena, type->fields[i].type);
        if (!fields[i].type || !copy_slice(arena, &fields[i].name) ||
            !copy_slice(arena, &fields[i].metadata))
            return NULL;
    }
    return copy;
}

bool fb_type_equal(const fb_type *a, const fb_type *b)
{
    if (a == b) return true;
    if (a->id != b->id || a->precision != b->precision || a->scale != b->scale ||
        a->field_count != b->field_count)
        return false;
    for (uint32_t i = 0; i < a->field_count; i++) {
        if (!fb_slice_equal(a->fields[i].name, b->fields[i].name)) return false;
        if (!fb_type_equal(a->fields[i].type, b->fields[i].type)) return false;
    }
    return true;
}

size_t fb_type_width(const fb_type *type)
{
    return fb_type_is_long_decimal(type) ? sizeof(int64_t) : kinds[type->id].width_bytes;
}

static bool is_plain_identifier(fb_slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return name.size > 0;
}

/* Spark quotes a field's name only where a parser could not read it back otherwise. */
static void print_identifier(fb_slice name, fb_buf *out)
{
    if (is_plain_identifier(name)) {
        fb_buf_add_slice(out, name);
        return;
    }
    fb_buf_add_char(out, '`');
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '`') fb_buf_add_char(out, '`');
        fb_buf_add_char(out, name.data[i]);
    }
    fb_buf_add_char(out, '`');
}

static void print_type(const fb_type *type, bool sql, fb_buf *out)
{
    fb_buf_add_text(out, sql ? kinds[type->id].sql : kinds[type->id].simple);
    if (type->id == FB_TYPE_DECIMAL) fb_buf_printf(out, "(%d,%d)", type->precision, type->scale);
    if (!fb_type_is_nested(type)) return;
    fb_buf_add_char(out, '<');
    for (uint32_t i = 0; i < type->field_count; i++) {
        const fb_field *field = &type->fields[i];
        if (i) fb_buf_add_text(out, sql ? ", " : ",");
        if (type->id == FB_TYPE_STRUCT && sql) {
            print_identifier(field->name, out);
            fb_buf_add_text(out, ": ");
        } else if (type->id == FB_TYPE_STRUCT) {
            fb_buf_add_slice(out, field->name);
            fb_buf_add_char(out, ':');
        }
        print_type(field->type, sql, out);
        if (type->id == FB_TYPE_STRUCT && sql && !field->nullable)
            fb_buf_add_text(out, " NOT NULL");
    }
    fb_buf_add_char(out, '>');
}

void fb_type_print_sql(const fb_type *type, fb_buf *out)
{
    print_type(type, true, out);
}

void fb_type_print_simple(const fb_type *type, fb_buf *out)
{
    print_type(type, false, out);
}

const char *fb_type_sql(const fb_type *type, fb_arena *arena)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_type_print_sql(type, &text);
    const char *copy = text.failed ? NULL : fb_arena_strdup(arena, fb_buf_slice(&text));
    fb_buf_deinit(&text);
    return copy ? copy : "?";
}
