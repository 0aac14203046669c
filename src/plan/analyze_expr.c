/* SPDX-License-Identifier: Apache-2.0
 *
 * Unresolved expressions to bound ones. */
#include "plan/analyzer.h"

#include <stdio.h>

/* --- functions --- */

/* Spark's aggregates and generators, which are known by name and not there yet. */
static bool is_known_missing(fb_slice name)
{
    static const char *const names[] = {
        "<<",           ">>",
        ">>>",          "approx_count_distinct",
        "explode",      "median",
        "ilike",        "percentile",
        "regexp",       "regexp_like",
        "rlike",        "session_window",
        "timestampadd", "timestampdiff",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(names[i]))) return true;
    return false;
}

/* dateadd(DAY, 1, d), whose first argument is no column. */
static bool is_unit_function(const fb_raw_expr *raw)
{
    static const char *const names[] = {"dateadd", "date_add", "datediff", "date_diff"};
    for (size_t i = 0; raw->arg_count == 3 && i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(raw->name, fb_slice_of(names[i]))) return true;
    return false;
}

static fb_status fail_function(fb_analyzer *a, const fb_raw_expr *raw)
{
    int shown = raw->name.size > 80 ? 80 : (int)raw->name.size;
    if (is_unit_function(raw))
        return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                                "%.*s with a unit and three arguments is not supported yet", shown,
                                raw->name.data);
    if (is_known_missing(raw->name))
        return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                                "the function %.*s is not supported yet", shown, raw->name.data);
    const char *nearest = fb_function_nearest(raw->name);
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "UNRESOLVED_ROUTINE",
                            "Cannot resolve routine `%.*s`%s%s%s", shown, raw->name.data,
                            nearest ? "; did you mean " : ".", nearest ? nearest : "",
                            nearest ? "?" : "");
}

/* The name that an argument gives to a field of struct(...). */
static fb_slice field_name(fb_analyzer *a, const fb_raw_expr *raw, uint32_t index)
{
    if (raw->kind == FB_RAW_ALIAS || raw->kind == FB_RAW_FIELD)
        return fb_analyzer_keep(a, raw->name);
    if (raw->kind == FB_RAW_NAME) return fb_analyzer_keep(a, raw->parts[raw->part_count - 1]);
    char *name = fb_arena_printf(a->arena, "col%u", index + 1);
    return fb_slice_of(name);
}

/* struct(a, b AS c) is named_struct('a', a, 'c', b). */
static fb_status analyze_struct(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                const fb_function *named_struct, const fb_expr **out)
{
    const fb_expr **args = fb_arena_array(a->arena, 2 * (size_t)raw->arg_count, sizeof *args);
    if (!args) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < raw->arg_count; i++) {
        const fb_raw_expr *arg = raw->args[i];
        fb_slice name = field_name(a, arg, i);
        if (!name.data) return fb_analyzer_nomem(a);
        args[2 * i] = fb_expr_literal_string(a->arena, name);
        if (!args[2 * i]) return fb_analyzer_nomem(a);
        if (arg->kind == FB_RAW_ALIAS) arg = arg->args[0];
        FB_TRY(fb_analyze_expr(a, scope, arg, &args[2 * i + 1]));
    }
    fb_expr *call;
    FB_TRY(fb_bind_call(&a->binder, named_struct, args, 2 * raw->arg_count, raw->position, &call));
    *out = call;
    return FB_OK;
}

/* (a, b), which Spark names by the columns too, and struct(a, b AS c), whose names binding would
 * not see, or not where `a` is an alias of the select list. */
static bool needs_named_struct(const fb_raw_expr *raw)
{
    if (!fb_slice_equal_nocase(raw->name, FB_SLICE("struct"))) return false;
    bool found = raw->text.size && raw->text.data[0] == '(';
    for (uint32_t i = 0; i < raw->arg_count; i++)
        found |= raw->args[i]->kind == FB_RAW_ALIAS || raw->args[i]->kind == FB_RAW_NAME;
    return found;
}

static bool is_under_star(const fb_analyzer *a, const fb_attribute *column, const fb_raw_expr *star)
{
    if (!star->part_count) return true;
    return star->part_count == 1 && fb_analyzer_same_name(a, column->qualifier, star->parts[0]);
}

static fb_status make_name(fb_analyzer *a, const fb_raw_expr *star, const fb_slice *before,
                           uint32_t before_count, fb_slice last, const fb_raw_expr **out)
{
    fb_slice *parts = fb_arena_array(a->arena, (size_t)before_count + 1, sizeof *parts);
    fb_raw_expr *name = fb_arena_alloc_zero(a->arena, sizeof *name);
    if (!parts || !name) return fb_analyzer_nomem(a);
    if (before_count) memcpy(parts, before, before_count * sizeof *parts);
    parts[before_count] = last;
    *name = (fb_raw_expr){.kind = FB_RAW_NAME,
                          .position = star->position,
                          .parts = parts,
                          .part_count = before_count + 1,
                          .text = star->text};
    *out = name;
    return FB_OK;
}

/* A list of arguments that grows. */
typedef struct arguments {
    const fb_raw_expr **items;
    uint32_t count, capacity;
} arguments;

static fb_status add_argument(fb_analyzer *a, arguments *list, const fb_raw_expr *argument)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
        const fb_raw_expr **items = fb_arena_array(a->arena, capacity, sizeof *items);
        if (!items) return fb_analyzer_nomem(a);
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = argument;
    return FB_OK;
}

static fb_status add_columns(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *star,
                             arguments *list)
{
    const fb_raw_expr *name;
    for (uint32_t i = 0; i < scope->count; i++) {
        const fb_attribute *column = &scope->columns[i];
        if (!is_under_star(a, column, star)) continue;
        uint32_t qualified = column->qualifier.size ? 1 : 0;
        FB_TRY(make_name(a, star, &column->qualifier, qualified, column->name, &name));
        FB_TRY(add_argument(a, list, name));
    }
    return FB_OK;
}

static fb_status add_fields(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *star,
                            arguments *list)
{
    const fb_expr *base;
    const fb_raw_expr *name;
    FB_TRY(fb_resolve_star(a, scope, star, &base));
    for (uint32_t i = 0; i < base->type->field_count; i++) {
        fb_slice field = base->type->fields[i].name;
        FB_TRY(make_name(a, star, star->parts, star->part_count, field, &name));
        FB_TRY(add_argument(a, list, name));
    }
    return FB_OK;
}

static bool has_star(const fb_raw_expr *call)
{
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind == FB_RAW_STAR) return true;
    return false;
}

fb_status fb_analyzer_expand_stars(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *call,
                                   const fb_raw_expr **out)
{
    *out = call;
    if (!has_star(call)) return FB_OK;
    arguments list = {0};
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const fb_raw_expr *argument = call->args[i];
        uint32_t before = list.count;
        if (argument->kind != FB_RAW_STAR) {
            FB_TRY(add_argument(a, &list, argument));
            continue;
        }
        FB_TRY(add_columns(a, scope, argument, &list));
        if (list.count == before && argument->part_count)
            FB_TRY(add_fields(a, scope, argument, &list));
    }
    fb_raw_expr *expanded = fb_arena_copy(a->arena, call, sizeof *call);
    if (!expanded) return fb_analyzer_nomem(a);
    expanded->args = list.items;
    expanded->arg_count = list.count;
    *out = expanded;
    return FB_OK;
}

/* What only aggregates take. */
static fb_status check_plain(fb_analyzer *a, const fb_raw_expr *raw, const char *name)
{
    const char *what = raw->is_distinct     ? "DISTINCT"
                       : raw->filter        ? "FILTER CLAUSE"
                       : raw->ignores_nulls ? "IGNORE NULLS"
                                            : NULL;
    if (!what) return FB_OK;
    return fb_analyzer_fail(
        a, raw->position, FB_E_ANALYSIS, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
        "Invalid SQL syntax: The function `%s` does not support %s.", name, what);
}

static fb_status analyze_call(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                              const fb_expr **out)
{
    if (fb_aggregate_find(raw->name)) return fb_analyze_aggregate_call(a, scope, raw, out);
    if (fb_is_time_function(raw->name)) return fb_analyze_time_call(a, scope, raw, out);
    FB_TRY(fb_analyzer_expand_stars(a, scope, raw, &raw));
    const fb_function *function = fb_function_find(raw->name);
    const fb_function *named_struct = fb_function_find(FB_SLICE("named_struct"));
    if (needs_named_struct(raw) && named_struct)
        return analyze_struct(a, scope, raw, named_struct, out);
    if (!function || is_unit_function(raw)) return fail_function(a, raw);
    FB_TRY(check_plain(a, raw, function->name));
    const fb_expr **args = fb_arena_array(a->arena, raw->arg_count, sizeof *args);
    if (!args) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < raw->arg_count; i++)
        FB_TRY(fb_analyze_expr(a, scope, raw->args[i], &args[i]));
    fb_expr *call;
    FB_TRY(fb_bind_call(&a->binder, function, args, raw->arg_count, raw->position, &call));
    *out = call;
    return FB_OK;
}

/* --- the other kinds --- */

static fb_status analyze_literal(fb_analyzer *a, const fb_raw_expr *raw, const fb_expr **out)
{
    fb_expr *literal = fb_arena_alloc_zero(a->arena, sizeof *literal);
    if (!literal) return fb_analyzer_nomem(a);
    *literal = (fb_expr){.kind = FB_EXPR_LITERAL,
                         .nullable = fb_column_is_null(&raw->literal, 0),
                         .deterministic = true,
                         .position = raw->position};
    if (!fb_column_copy(&literal->literal, a->arena, &raw->literal, 1)) return fb_analyzer_nomem(a);
    literal->type = fb_type_copy(a->arena, raw->literal.type);
    if (!literal->type) return fb_analyzer_nomem(a);
    literal->literal.type = literal->type;
    fb_column_make_constant(&literal->literal);
    *out = literal;
    return FB_OK;
}

/* Functions that Spark lets one write without parentheses. */
static bool is_bare_function(const fb_raw_expr *name)
{
    static const char *const names[] = {"current_timestamp", "current_date", "current_time"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(name->parts[0], fb_slice_of(names[i])))
            return name->part_count == 1;
    return false;
}

static fb_status analyze_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                              const fb_expr **out)
{
    FB_TRY(fb_resolve_name(a, scope, raw, out));
    if (*out) return FB_OK;
    if (!is_bare_function(raw)) return fb_resolve_fail(a, scope, raw);
    fb_raw_expr call = {.kind = FB_RAW_CALL, .position = raw->position, .name = raw->parts[0]};
    return analyze_call(a, scope, &call, out);
}

/* Whether the text of a TIMESTAMP literal is a time without a date: it means today's, so that it
 * must not be computed before the batch. */
static bool is_time_only(fb_slice text)
{
    return text.size && memchr(text.data, ':', text.size) &&
           !memchr(text.data + 1, '-', text.size - 1);
}

static fb_status analyze_typed_literal(fb_analyzer *a, const fb_raw_expr *raw, const fb_expr *cast,
                                       const fb_expr **out)
{
    fb_slice text = fb_column_string(&raw->args[0]->literal, 0);
    if (is_time_only(text)) {
        *out = cast;
        return FB_OK;
    }
    fb_eval_context context = {.timezone = a->analysis->timezone};
    fb_status status = fb_expr_fold(&a->binder, &context, cast, out);
    if (status == FB_OK || status == FB_E_NOMEM) return status;
    return fb_analyzer_fail(a, raw->position, FB_E_SYNTAX, "INVALID_TYPED_LITERAL",
                            "The value of the typed literal \"%s\" is invalid: '%.*s'.",
                            fb_type_sql(raw->type, a->arena), text.size > 80 ? 80 : (int)text.size,
                            text.data ? text.data : "");
}

static fb_status analyze_cast(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                              const fb_expr **out)
{
    const fb_expr *value;
    FB_TRY(fb_analyze_expr(a, scope, raw->args[0], &value));
    const fb_type *type = fb_type_copy(a->arena, raw->type);
    if (!type) return fb_analyzer_nomem(a);
    FB_TRY(fb_bind_cast(&a->binder, value, type, raw->is_try, raw->position, out));
    if (!raw->is_typed_literal) return FB_OK;
    return analyze_typed_literal(a, raw, *out, out);
}

static fb_status analyze_kind(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                              const fb_expr **out)
{
    const fb_expr *base;
    switch (raw->kind) {
    case FB_RAW_NAME:
        return analyze_name(a, scope, raw, out);
    case FB_RAW_LITERAL:
        return analyze_literal(a, raw, out);
    case FB_RAW_CALL:
        return analyze_call(a, scope, raw, out);
    case FB_RAW_CAST:
        return analyze_cast(a, scope, raw, out);
    case FB_RAW_FIELD:
        FB_TRY(fb_analyze_expr(a, scope, raw->args[0], &base));
        return fb_resolve_field(a, base, raw->name, raw->position, out);
    case FB_RAW_ALIAS:
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "",
                                "an alias is only allowed in the select list and in struct(...)");
    case FB_RAW_STAR:
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "INVALID_USAGE_OF_STAR_OR_REGEX",
                                "Invalid usage of '*' in an expression.");
    case FB_RAW_INTERVAL:
        return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                                "INTERVAL is only supported in WATERMARK yet");
    }
    return FB_E_INVALID;
}

fb_status fb_analyze_expr(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                          const fb_expr **out)
{
    *out = NULL;
    if (++a->expr_count > FB_ANALYZER_MAX_EXPRS)
        return fb_analyzer_fail(a, raw->position, FB_E_LIMIT, "",
                                "the query has more than %d expressions, the operand of CASE "
                                "counted for each WHEN",
                                FB_ANALYZER_MAX_EXPRS);
    fb_status status = analyze_kind(a, scope, raw, out);
    fb_error *err = a->err;
    /* Binders know where an expression starts, but not how long it is. */
    bool is_here = status != FB_OK && err && !err->length && err->line == raw->position.line &&
                   err->column == raw->position.column;
    if (is_here) err->length = raw->position.length;
    return status;
}
