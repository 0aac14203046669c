/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/type_json.h"

#include "base/parse.h"

#include <jansson.h>

/* Spark's JSON names, which are not those of its SQL. */
static const struct type_name {
    const char *name;
    fb_type_id id;
} type_names[] = {{"void", FB_TYPE_VOID},
                  {"boolean", FB_TYPE_BOOLEAN},
                  {"byte", FB_TYPE_TINYINT},
                  {"short", FB_TYPE_SMALLINT},
                  {"integer", FB_TYPE_INT},
                  {"long", FB_TYPE_BIGINT},
                  {"float", FB_TYPE_FLOAT},
                  {"double", FB_TYPE_DOUBLE},
                  {"string", FB_TYPE_STRING},
                  {"binary", FB_TYPE_BINARY},
                  {"date", FB_TYPE_DATE},
                  {"timestamp", FB_TYPE_TIMESTAMP},
                  {"timestamp_ntz", FB_TYPE_TIMESTAMP_NTZ}};

enum { NAME_COUNT = sizeof type_names / sizeof type_names[0] };

typedef struct parser {
    const char *name;
    fb_arena *arena;
    fb_error *err;
} parser;

static fb_status parse_type(const parser *p, const json_t *json, int depth, const fb_type **out);

static fb_status fail_memory(const parser *p)
{
    return fb_fail_nomem(p->err, "a schema");
}

static fb_status fail_corrupt(const parser *p, const char *expected)
{
    return fb_fail(p->err, FB_E_CORRUPT, 0, "%s: expected %s", p->name, expected);
}

static fb_slice text_of(const json_t *json)
{
    return (fb_slice){json_string_value(json), json_string_length(json)};
}

/* "decimal(10,2)"; false when it is none. */
static bool parse_decimal(fb_slice text, int64_t *precision, int64_t *scale)
{
    static const fb_slice prefix = {"decimal(", 8};
    if (!fb_slice_starts_with(text, prefix) || text.data[text.size - 1] != ')') return false;
    fb_slice inside = {text.data + prefix.size, text.size - prefix.size - 1};
    const char *comma = memchr(inside.data, ',', inside.size);
    if (!comma) return false;
    fb_slice left = {inside.data, (size_t)(comma - inside.data)};
    fb_slice right = {comma + 1, inside.size - left.size - 1};
    return fb_parse_int64(left, precision) && fb_parse_int64(right, scale);
}

static fb_status parse_name(const parser *p, fb_slice text, const fb_type **out)
{
    for (int i = 0; i < NAME_COUNT; i++) {
        if (!fb_slice_is(text, type_names[i].name)) continue;
        *out = fb_type_of(type_names[i].id);
        return FB_OK;
    }
    int64_t precision = 10, scale = 0;
    if (!fb_slice_is(text, "decimal") && !parse_decimal(text, &precision, &scale))
        return fb_fail(p->err, FB_E_UNSUPPORTED, 0, "%s: values of type '%.*s' are not supported",
                       p->name, text.size < 80 ? (int)text.size : 80, text.data);
    if (precision < 1 || precision > FB_DECIMAL_MAX_PRECISION || scale < 0 || scale > precision)
        return fail_corrupt(p, "a decimal of 1 to 38 digits");
    *out = fb_type_decimal(p->arena, (int)precision, (int)scale);
    return *out ? FB_OK : fail_memory(p);
}

static int append(const char *bytes, size_t size, void *out)
{
    fb_buf_add(out, bytes, size);
    return ((fb_buf *)out)->failed ? -1 : 0;
}

/* The text of an object, for {} an empty one. */
static fb_status copy_metadata(const parser *p, const json_t *json, fb_slice *out)
{
    *out = (fb_slice){0};
    if (json_object_size(json) == 0) return FB_OK;
    fb_buf text;
    fb_buf_init(&text, 0);
    const char *copy = NULL;
    if (json_dump_callback(json, append, &text, JSON_COMPACT) == 0)
        copy = fb_arena_strdup(p->arena, fb_buf_slice(&text));
    if (copy) *out = (fb_slice){copy, text.size};
    fb_buf_deinit(&text);
    return copy ? FB_OK : fail_memory(p);
}

static fb_status parse_field(const parser *p, const json_t *json, int depth, fb_field *out)
{
    const json_t *name = json_object_get(json, "name");
    const json_t *nullable = json_object_get(json, "nullable");
    const json_t *metadata = json_object_get(json, "metadata");
    if (!json_is_string(name) || !json_is_boolean(nullable) ||
        (metadata && !json_is_object(metadata)))
        return fail_corrupt(p, "a field with 'name', 'type', 'nullable' and 'metadata'");
    *out = (fb_field){.nullable = json_is_true(nullable)};
    const char *copy = fb_arena_strdup(p->arena, text_of(name));
    if (!copy) return fail_memory(p);
    out->name = (fb_slice){copy, json_string_length(name)};
    FB_TRY(copy_metadata(p, metadata, &out->metadata));
    return parse_type(p, json_object_get(json, "type"), depth, &out->type);
}

static fb_status parse_struct(const parser *p, const json_t *json, int depth, const fb_type **out)
{
    const json_t *list = json_object_get(json, "fields");
    if (!json_is_array(list)) return fail_corrupt(p, "a struct with 'fields'");
    size_t count = json_array_size(list);
    fb_field *fields = fb_arena_array(p->arena, count, sizeof *fields);
    if (!fields) return fail_memory(p);
    for (size_t i = 0; i < count; i++)
        FB_TRY(parse_field(p, json_array_get(list, i), depth, &fields[i]));
    *out = fb_type_struct(p->arena, fields, (uint32_t)count);
    return *out ? FB_OK : fail_memory(p);
}

static fb_status parse_array(const parser *p, const json_t *json, int depth, const fb_type **out)
{
    const json_t *contains_null = json_object_get(json, "containsNull");
    const fb_type *element;
    if (!json_is_boolean(contains_null))
        return fail_corrupt(p, "an array with 'elementType' and 'containsNull'");
    FB_TRY(parse_type(p, json_object_get(json, "elementType"), depth, &element));
    *out = fb_type_array(p->arena, element, json_is_true(contains_null));
    return *out ? FB_OK : fail_memory(p);
}

static fb_status parse_map(const parser *p, const json_t *json, int depth, const fb_type **out)
{
    const json_t *contains_null = json_object_get(json, "valueContainsNull");
    const fb_type *key, *value;
    if (!json_is_boolean(contains_null))
        return fail_corrupt(p, "a map with 'keyType', 'valueType' and 'valueContainsNull'");
    FB_TRY(parse_type(p, json_object_get(json, "keyType"), depth, &key));
    FB_TRY(parse_type(p, json_object_get(json, "valueType"), depth, &value));
    *out = fb_type_map(p->arena, key, value, json_is_true(contains_null));
    return *out ? FB_OK : fail_memory(p);
}

static fb_status parse_type(const parser *p, const json_t *json, int depth, const fb_type **out)
{
    *out = NULL;
    if (depth > FB_TYPE_JSON_MAX_DEPTH)
        return fb_fail(p->err, FB_E_UNSUPPORTED, 0, "%s: types nested more than %d deep", p->name,
                       FB_TYPE_JSON_MAX_DEPTH);
    if (json_is_string(json)) return parse_name(p, text_of(json), out);
    const json_t *kind = json_object_get(json, "type");
    if (!json_is_string(kind)) return fail_corrupt(p, "a type, as its name or an object");
    if (fb_slice_is(text_of(kind), "struct")) return parse_struct(p, json, depth + 1, out);
    if (fb_slice_is(text_of(kind), "array")) return parse_array(p, json, depth + 1, out);
    if (fb_slice_is(text_of(kind), "map")) return parse_map(p, json, depth + 1, out);
    return fb_fail(p->err, FB_E_UNSUPPORTED, 0, "%s: values of type '%.80s' are not supported",
                   p->name, json_string_value(kind));
}

fb_status fb_type_json_parse(const char *name, fb_slice text, fb_arena *arena, const fb_type **out,
                             fb_error *err)
{
    *out = NULL;
    json_error_t reason = {.position = 0};
    json_t *json = json_loadb(text.size ? text.data : "", text.size,
                              JSON_DECODE_ANY | JSON_ALLOW_NUL, &reason);
    if (!json && json_error_code(&reason) == json_error_out_of_memory)
        return fb_fail_nomem(err, "a schema");
    if (!json)
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: expected a type as JSON: %s", name, reason.text);
    parser p = {name, arena, err};
    fb_status status = parse_type(&p, json, 0, out);
    json_decref(json);
    return status;
}

fb_status fb_type_json_parse_struct(const char *name, fb_slice text, fb_arena *arena,
                                    const fb_type **out, fb_error *err)
{
    FB_TRY(fb_type_json_parse(name, text, arena, out, err));
    if ((*out)->id == FB_TYPE_STRUCT) return FB_OK;
    *out = NULL;
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: expected a struct", name);
}

/* --- writing --- */

static void write_field(const fb_field *field, fb_json_writer *json)
{
    fb_json_begin_object(json);
    fb_json_key(json, "name");
    fb_json_string(json, field->name);
    fb_json_key(json, "type");
    fb_type_json_write(field->type, json);
    fb_json_key(json, "nullable");
    fb_json_bool(json, field->nullable);
    fb_json_key(json, "metadata");
    fb_json_raw(json, field->metadata.size ? field->metadata : FB_SLICE("{}"));
    fb_json_end_object(json);
}

static void write_scalar(const fb_type *type, fb_json_writer *json)
{
    if (type->id == FB_TYPE_DECIMAL) {
        fb_buf name;
        fb_buf_init(&name, 0);
        fb_buf_printf(&name, "decimal(%d,%d)", type->precision, type->scale);
        fb_json_string(json, fb_buf_slice(&name));
        if (name.failed) json->out->failed = true;
        fb_buf_deinit(&name);
        return;
    }
    for (int i = 0; i < NAME_COUNT; i++)
        if (type_names[i].id == type->id) fb_json_string(json, fb_slice_of(type_names[i].name));
}

static void write_member(const char *key, const fb_type *type, fb_json_writer *json)
{
    fb_json_key(json, key);
    fb_type_json_write(type, json);
}

void fb_type_json_write(const fb_type *type, fb_json_writer *json)
{
    if (!fb_type_is_nested(type)) {
        write_scalar(type, json);
        return;
    }
    fb_json_begin_object(json);
    fb_json_key(json, "type");
    if (type->id == FB_TYPE_STRUCT) {
        fb_json_string(json, FB_SLICE("struct"));
        fb_json_key(json, "fields");
        fb_json_begin_array(json);
        for (uint32_t i = 0; i < type->field_count; i++)
            write_field(&type->fields[i], json);
        fb_json_end_array(json);
    } else if (type->id == FB_TYPE_ARRAY) {
        fb_json_string(json, FB_SLICE("array"));
        write_member("elementType", type->fields[0].type, json);
        fb_json_key(json, "containsNull");
        fb_json_bool(json, type->fields[0].nullable);
    } else {
        fb_json_string(json, FB_SLICE("map"));
        write_member("keyType", type->fields[0].type, json);
        write_member("valueType", type->fields[1].type, json);
        fb_json_key(json, "valueContainsNull");
        fb_json_bool(json, type->fields[1].nullable);
    }
    fb_json_end_object(json);
}
