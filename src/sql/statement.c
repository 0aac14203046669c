/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements for the grammar's actions, and SET and RESET, which are not made of tokens. */
#include "sql/build.h"

#include "env/timezone.h"
#include "grammar.h"

static fb_statement *make_statement(fb_sql_build *sql, fb_statement_kind kind)
{
    if (sql->status != FB_OK) return NULL;
    fb_statement *statement = fb_arena_alloc_zero(sql->arena, sizeof *statement);
    if (!statement) {
        (void)fb_sql_fail_nomem(sql);
        return NULL;
    }
    statement->kind = kind;
    return statement;
}

fb_statement *fb_sql_select_statement(fb_sql_build *sql, fb_sql_plan plan)
{
    fb_statement *statement = make_statement(sql, FB_STATEMENT_SELECT);
    if (statement) statement->plan = plan.node;
    return statement;
}

fb_statement *fb_sql_explain(fb_sql_build *sql, fb_sql_token at, fb_statement *explained,
                             bool is_extended)
{
    if (sql->status == FB_OK && explained->kind == FB_STATEMENT_EXPLAIN)
        fb_sql_unsupported(sql, at, "EXPLAIN of EXPLAIN");
    fb_statement *statement = make_statement(sql, FB_STATEMENT_EXPLAIN);
    if (!statement) return NULL;
    statement->explained = explained;
    statement->explain_extended = is_extended;
    return statement;
}

static fb_statement *make_target(fb_sql_build *sql, fb_statement_kind kind, fb_sql_target target)
{
    fb_statement *statement = make_statement(sql, kind);
    if (!statement) return NULL;
    statement->name = fb_sql_ident(sql, target.name);
    statement->name_position = fb_sql_position(fb_sql_token_span(target.name));
    statement->or_replace = target.or_replace;
    statement->if_not_exists = target.if_not_exists;
    if (kind == FB_STATEMENT_VIEW && target.if_not_exists)
        (void)fb_sql_fail(sql, fb_sql_token_span(target.name), FB_E_SYNTAX,
                          "_LEGACY_ERROR_TEMP_0053",
                          "it is not allowed to define a TEMPORARY view with IF NOT EXISTS");
    return statement;
}

fb_statement *fb_sql_view_using(fb_sql_build *sql, fb_sql_target target)
{
    fb_statement *statement = make_target(sql, FB_STATEMENT_VIEW, target);
    if (!statement || sql->status != FB_OK) return NULL;
    fb_raw_plan *read = fb_arena_alloc_zero(sql->arena, sizeof *read);
    if (!read) {
        (void)fb_sql_fail_nomem(sql);
        return NULL;
    }
    *read = (fb_raw_plan){.kind = FB_RAW_READ,
                          .position = fb_sql_position(fb_sql_token_span(target.format)),
                          .name = fb_sql_ident(sql, target.format),
                          .is_stream = true,
                          .options = {target.options.items, target.options.count}};
    const fb_sql_field *fields = target.fields.items;
    for (uint32_t i = 0; i < target.fields.count; i++) {
        if (fields[i].type) continue;
        (void)fb_sql_fail(sql, fields[i].span, FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                          "the column %.*s needs a type", FB_SLICE_ARGS(fields[i].name));
        return NULL;
    }
    if (target.fields.count && !fb_sql_check_schema_type(sql)) return NULL;
    if (target.fields.count) read->schema = fb_sql_struct_type(sql, target.fields);
    statement->plan = read;
    return statement;
}

fb_statement *fb_sql_view_as(fb_sql_build *sql, fb_sql_target target, fb_sql_plan plan)
{
    fb_statement *statement = make_target(sql, FB_STATEMENT_VIEW, target);
    if (!statement || sql->status != FB_OK) return NULL;
    const fb_sql_field *fields = target.fields.items;
    fb_sql_vector names = {0};
    for (uint32_t i = 0; i < target.fields.count; i++) {
        if (fields[i].type) {
            (void)fb_sql_fail(sql, fields[i].span, FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                              "the column %.*s of a view AS SELECT takes no type",
                              FB_SLICE_ARGS(fields[i].name));
            return NULL;
        }
        names = fb_sql_append(sql, names, &fields[i].name, sizeof fields[i].name);
    }
    if (names.count) {
        plan = fb_sql_subquery(
            sql, plan, (fb_sql_alias){statement->name, names, fb_sql_token_span(target.name)});
        if (!plan.node) return NULL;
        /* Made a moment ago, and nobody else's yet. */
        ((fb_raw_plan *)plan.node)->is_view = true;
    }
    statement->plan = plan.node;
    return statement;
}

fb_statement *fb_sql_stream_table(fb_sql_build *sql, fb_sql_target target, fb_sql_plan plan)
{
    fb_statement *statement = make_target(sql, FB_STATEMENT_STREAM_TABLE, target);
    if (!statement) return NULL;
    statement->format = fb_sql_ident(sql, target.format);
    statement->format_position = fb_sql_position(fb_sql_token_span(target.format));
    statement->options = (fb_option_list){target.options.items, target.options.count};
    statement->plan = plan.node;
    return statement;
}

/* --- OPTIONS --- */

fb_sql_text fb_sql_dotted(fb_sql_build *sql, fb_sql_text key, fb_sql_token part)
{
    if (key.value.size > FB_SQL_MAX_OPTION_NAME_BYTES) return key; /* add_option refuses it */
    fb_slice dotted = fb_sql_concat(sql, key.value, FB_SLICE("."));
    key.value = fb_sql_concat(sql, dotted, fb_sql_ident(sql, part));
    key.span = fb_sql_join(key.span, fb_sql_token_span(part));
    return key;
}

fb_sql_vector fb_sql_add_option(fb_sql_build *sql, fb_sql_vector options, fb_sql_text key,
                                fb_sql_text value)
{
    if (options.count == FB_SQL_MAX_OPTIONS || key.value.size > FB_SQL_MAX_OPTION_NAME_BYTES) {
        (void)fb_sql_fail(sql, key.span, FB_E_LIMIT, "",
                          "more than %d options, or a name of more than %d bytes",
                          FB_SQL_MAX_OPTIONS, FB_SQL_MAX_OPTION_NAME_BYTES);
        return options;
    }
    const fb_option *given = options.items;
    for (uint32_t i = 0; i < options.count; i++) {
        if (!fb_slice_equal_nocase(given[i].key, key.value)) continue;
        (void)fb_sql_fail(sql, key.span, FB_E_SYNTAX, "DUPLICATE_KEY",
                          "found duplicate keys '%.*s'", FB_SLICE_ARGS(key.value));
        return options;
    }
    fb_option option = {key.value, value.value, fb_sql_position(key.span),
                        fb_sql_position(value.span)};
    return fb_sql_append(sql, options, &option, sizeof option);
}

/* --- SET and RESET --- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static fb_slice trim(fb_slice text)
{
    while (text.size && is_space(text.data[0]))
        text = (fb_slice){text.data + 1, text.size - 1};
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == ':';
}

/* The bytes of the backquoted text that `text` starts with; 0: it does not, or is not closed. */
static size_t quoted_size(fb_slice text)
{
    if (!text.size || text.data[0] != '`') return 0;
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] != '`') continue;
        if (i + 1 == text.size || text.data[i + 1] != '`') return i + 1;
        i++;
    }
    return 0;
}

static fb_slice unquote(fb_sql_build *sql, fb_slice text)
{
    return fb_sql_ident(sql, (fb_sql_token){.text = text, .kind = FB_TK_QUOTED});
}

/* Cuts the first word off: letters, digits, _ . : or anything in backquotes. */
static fb_slice take_key(fb_sql_build *sql, fb_slice *text)
{
    size_t size = quoted_size(*text);
    bool is_quoted = size > 0;
    while (!is_quoted && size < text->size && is_key_char(text->data[size]))
        size++;
    fb_slice key = {text->data, size};
    *text = trim((fb_slice){text->data + size, text->size - size});
    return is_quoted ? unquote(sql, key) : key;
}

static fb_slice take_word(fb_slice *text)
{
    size_t size = 0;
    while (size < text->size && is_key_char(text->data[size]))
        size++;
    fb_slice word = {text->data, size};
    *text = trim((fb_slice){text->data + size, text->size - size});
    return word;
}

static fb_status parse_time_zone(fb_sql_build *sql, fb_sql_span span, fb_slice rest,
                                 fb_statement *out)
{
    out->key = FB_SLICE("spark.sql.session.timeZone");
    out->has_value = true;
    if (fb_slice_equal_nocase(rest, FB_SLICE("local"))) {
        out->value = fb_slice_of(fb_timezone_id(fb_timezone_host()));
        return FB_OK;
    }
    bool is_string = rest.size >= 2 && (rest.data[0] == '\'' || rest.data[0] == '"') &&
                     rest.data[rest.size - 1] == rest.data[0];
    if (!is_string)
        return fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_SET_SYNTAX",
                           "expected SET TIME ZONE 'zone' or SET TIME ZONE LOCAL");
    out->value = (fb_slice){rest.data + 1, rest.size - 2};
    return FB_OK;
}

static fb_status parse_set(fb_sql_build *sql, fb_sql_span span, fb_slice rest, fb_statement *out)
{
    fb_slice words = rest;
    if (fb_slice_equal_nocase(take_word(&words), FB_SLICE("time")) &&
        fb_slice_equal_nocase(take_word(&words), FB_SLICE("zone")))
        return parse_time_zone(sql, span, words, out);
    if (!rest.size || fb_slice_is(rest, "-v")) return FB_OK;
    out->key = take_key(sql, &rest);
    out->has_value = rest.size > 0;
    if (!out->key.size || (rest.size && rest.data[0] != '='))
        return fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_SET_SYNTAX",
                           "expected SET, SET key or SET key=value; special characters in the key "
                           "and semicolons in the value need backquotes: SET `key`=`value`");
    if (!out->has_value) return sql->status;
    out->value = trim((fb_slice){rest.data + 1, rest.size - 1});
    if (out->value.size && quoted_size(out->value) == out->value.size)
        out->value = unquote(sql, out->value);
    return sql->status;
}

fb_status fb_sql_parse_setting(fb_sql_build *sql, fb_sql_span span, fb_statement *out)
{
    fb_slice rest = trim(span.text);
    bool is_set = fb_slice_equal_nocase(take_word(&rest), FB_SLICE("set"));
    *out = (fb_statement){.kind = is_set ? FB_STATEMENT_SET : FB_STATEMENT_RESET,
                          .position = fb_sql_position(span),
                          .text = span.text};
    if (is_set) return parse_set(sql, span, rest, out);
    if (!rest.size) return FB_OK;
    out->key = take_key(sql, &rest);
    if (!out->key.size || rest.size)
        return fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_RESET_COMMAND_FORMAT",
                           "expected RESET or RESET key; special characters in the key need "
                           "backquotes: RESET `key`");
    return sql->status;
}
