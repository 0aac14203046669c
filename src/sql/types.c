/* SPDX-License-Identifier: Apache-2.0
 *
 * Type names in SQL. */
#include "sql/build.h"

#include "base/buf.h"
#include "base/options.h"
#include "base/parse.h"

static const struct {
    const char *name;
    fb_type_id id;
} plain_types[] = {
    {"BOOLEAN", FB_TYPE_BOOLEAN},
    {"TINYINT", FB_TYPE_TINYINT},
    {"BYTE", FB_TYPE_TINYINT},
    {"SMALLINT", FB_TYPE_SMALLINT},
    {"SHORT", FB_TYPE_SMALLINT},
    {"INT", FB_TYPE_INT},
    {"INTEGER", FB_TYPE_INT},
    {"BIGINT", FB_TYPE_BIGINT},
    {"LONG", FB_TYPE_BIGINT},
    {"FLOAT", FB_TYPE_FLOAT},
    {"REAL", FB_TYPE_FLOAT},
    {"DOUBLE", FB_TYPE_DOUBLE},
    {"STRING", FB_TYPE_STRING},
    {"BINARY", FB_TYPE_BINARY},
    {"DATE", FB_TYPE_DATE},
    {"TIMESTAMP", FB_TYPE_TIMESTAMP},
    {"TIMESTAMP_LTZ", FB_TYPE_TIMESTAMP},
    {"TIMESTAMP_NTZ", FB_TYPE_TIMESTAMP_NTZ},
    {"VOID", FB_TYPE_VOID},
};

static const char *const type_names[] = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INT",           "BIGINT",        "FLOAT",  "DOUBLE",
    "STRING",  "BINARY",  "DATE",     "TIMESTAMP",     "DECIMAL",       "STRUCT", "ARRAY",
    "MAP",     "INTEGER", "LONG",     "TIMESTAMP_NTZ", "TIMESTAMP_LTZ",
};

static bool name_is(fb_sql_token name, const char *text)
{
    return fb_slice_equal_nocase(name.text, fb_slice_of(text));
}

static const fb_type *fail_unknown(fb_sql_build *sql, fb_sql_token name)
{
    const char *nearest =
        fb_nearest_name(name.text, type_names, sizeof type_names / sizeof *type_names);
    (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "UNSUPPORTED_DATATYPE",
                      "unsupported data type '%.*s'%s%s%s",
                      name.text.size > 60 ? 60 : (int)name.text.size, name.text.data,
                      nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    return NULL;
}

static const fb_type *make_decimal(fb_sql_build *sql, fb_sql_token name,
                                   const fb_sql_token *numbers, uint32_t number_count)
{
    int64_t digits[2] = {10, 0};
    for (uint32_t i = 0; i < number_count; i++)
        if (!fb_parse_int64(numbers[i].text, &digits[i])) digits[i] = INT64_MAX;
    if (digits[0] > FB_DECIMAL_MAX_PRECISION) {
        (void)fb_sql_fail(sql, fb_sql_token_span(numbers[0]), FB_E_SYNTAX,
                          "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                          "decimal precision %.*s exceeds max precision %d",
                          numbers[0].text.size > 20 ? 20 : (int)numbers[0].text.size,
                          numbers[0].text.data, FB_DECIMAL_MAX_PRECISION);
        return NULL;
    }
    if (digits[0] < 1 || digits[1] > digits[0]) {
        (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "",
                          "a decimal needs a precision of 1 to %d and a scale that is not larger",
                          FB_DECIMAL_MAX_PRECISION);
        return NULL;
    }
    const fb_type *type = fb_type_decimal(sql->arena, (int)digits[0], (int)digits[1]);
    if (!type) (void)fb_sql_fail_nomem(sql);
    return type;
}

/* Spark casts to STRING where CHAR(n) or VARCHAR(n) is written, whatever the length. In a schema it
 * refuses them: see fb_sql_check_schema_type. */
static const fb_type *make_sized_string(fb_sql_build *sql, fb_sql_token name,
                                        const fb_sql_token *numbers, uint32_t number_count)
{
    int64_t length;
    int size = (int)name.text.size;
    if (number_count == 0) {
        (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "DATATYPE_MISSING_SIZE",
                          "the type %.*s needs a length, as in %.*s(10)", size, name.text.data,
                          size, name.text.data);
        return NULL;
    }
    if (number_count > 1 || !fb_parse_int64(numbers[0].text, &length) || length > INT32_MAX) {
        (void)fb_sql_fail(sql, fb_sql_token_span(numbers[number_count - 1]), FB_E_SYNTAX,
                          "UNSUPPORTED_DATATYPE", "the type %.*s takes one length, at most %d",
                          size, name.text.data, INT32_MAX);
        return NULL;
    }
    if (!sql->sized_string.text.data) sql->sized_string = name;
    return fb_type_of(FB_TYPE_STRING);
}

bool fb_sql_check_schema_type(fb_sql_build *sql)
{
    fb_sql_token name = sql->sized_string;
    if (!name.text.data) return true;
    (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_UNSUPPORTED,
                      "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING",
                      "the type %.*s is not supported in a schema; use STRING", (int)name.text.size,
                      name.text.data);
    return false;
}

const fb_type *fb_sql_named_type(fb_sql_build *sql, fb_sql_token name, const fb_sql_token *numbers,
                                 uint32_t number_count)
{
    if (sql->status != FB_OK) return NULL;
    if (name_is(name, "DECIMAL") || name_is(name, "DEC") || name_is(name, "NUMERIC"))
        return make_decimal(sql, name, numbers, number_count);
    if (name_is(name, "CHAR") || name_is(name, "CHARACTER") || name_is(name, "VARCHAR"))
        return make_sized_string(sql, name, numbers, number_count);
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++) {
        if (!name_is(name, plain_types[i].name)) continue;
        if (!number_count) return fb_type_of(plain_types[i].id);
        (void)fb_sql_fail(sql, fb_sql_token_span(numbers[0]), FB_E_SYNTAX, "UNSUPPORTED_DATATYPE",
                          "the type %s takes no number in parentheses", plain_types[i].name);
        return NULL;
    }
    if (name_is(name, "STRUCT") || name_is(name, "ARRAY") || name_is(name, "MAP")) {
        (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "INCOMPLETE_TYPE_DEFINITION",
                          "the type %.*s needs its elements in angle brackets, as in %s",
                          (int)name.text.size, name.text.data,
                          name_is(name, "STRUCT")  ? "STRUCT<a: INT>"
                          : name_is(name, "ARRAY") ? "ARRAY<INT>"
                                                   : "MAP<STRING, INT>");
        return NULL;
    }
    return fail_unknown(sql, name);
}

const fb_type *fb_sql_generic_type(fb_sql_build *sql, fb_sql_token name, const fb_type *const *args,
                                   uint32_t arg_count)
{
    if (sql->status != FB_OK) return NULL;
    const fb_type *type = NULL;
    if (name_is(name, "ARRAY") && arg_count == 1) {
        type = fb_type_array(sql->arena, args[0], true);
    } else if (name_is(name, "MAP") && arg_count == 2) {
        type = fb_type_map(sql->arena, args[0], args[1], true);
    } else if (name_is(name, "STRUCT") && arg_count == 0) {
        type = fb_type_struct(sql->arena, NULL, 0);
    } else {
        (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                          "%.*s has the wrong elements; expected ARRAY<type>, MAP<type, type> or "
                          "STRUCT<name: type, ...>",
                          (int)name.text.size, name.text.data);
        return NULL;
    }
    if (!type) (void)fb_sql_fail_nomem(sql);
    return type;
}

/* {"comment":"..."} */
static fb_slice comment_metadata(fb_sql_build *sql, fb_slice comment)
{
    if (!comment.data) return (fb_slice){0};
    fb_buf json;
    fb_buf_init(&json, 0);
    fb_buf_add_text(&json, "{\"comment\":\"");
    for (size_t i = 0; i < comment.size; i++) {
        unsigned char c = (unsigned char)comment.data[i];
        if (c < ' ')
            fb_buf_printf(&json, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            fb_buf_printf(&json, "\\%c", c);
        else
            fb_buf_add_char(&json, (char)c);
    }
    fb_buf_add_text(&json, "\"}");
    char *copy = json.failed ? NULL : fb_arena_strdup(sql->arena, fb_buf_slice(&json));
    fb_slice metadata = {copy, copy ? json.size : 0};
    if (!copy) (void)fb_sql_fail_nomem(sql);
    fb_buf_deinit(&json);
    return metadata;
}

const fb_type *fb_sql_struct_type(fb_sql_build *sql, fb_sql_vector fields)
{
    if (sql->status != FB_OK) return NULL;
    const fb_sql_field *given = fields.items;
    fb_field *made = fb_arena_array(sql->arena, fields.count, sizeof *made);
    if (!made) {
        (void)fb_sql_fail_nomem(sql);
        return NULL;
    }
    for (uint32_t i = 0; i < fields.count; i++)
        made[i] = (fb_field){.name = given[i].name,
                             .type = given[i].type,
                             .nullable = !given[i].is_not_null,
                             .metadata = comment_metadata(sql, given[i].comment)};
    const fb_type *type =
        sql->status == FB_OK ? fb_type_struct(sql->arena, made, fields.count) : NULL;
    if (!type) (void)fb_sql_fail_nomem(sql);
    return type;
}
