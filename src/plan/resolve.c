/* SPDX-License-Identifier: Apache-2.0
 *
 * Names to columns, by Spark's rules: the first part is a qualifier if some column has it, else a
 * column; what follows the column are fields. */
#include "plan/analyzer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_SUGGESTIONS = 5, MAX_LIST_BYTES = 1024, MAX_COMPARED_BYTES = 128 };

/* --- what the analyzer's files share --- */

fb_status fb_analyzer_nomem(fb_analyzer *a)
{
    return fb_fail_nomem(a->err, "a plan");
}

fb_status fb_analyzer_fail(fb_analyzer *a, fb_position position, fb_status status,
                           const char *condition, const char *format, ...)
{
    char message[FB_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0) message[0] = '\0';
    va_end(args);
    (void)fb_fail_condition(a->err, status, condition, "%s", message);
    if (!a->err) return status;
    a->err->line = position.line;
    a->err->column = position.column;
    a->err->length = position.length;
    return status;
}

bool fb_analyzer_same_name(const fb_analyzer *a, fb_slice x, fb_slice y)
{
    if (x.size != y.size) return false;
    /* Names in a wide table differ at their end most often: c1, c2, ... A letter's case is one bit.
     */
    if (x.size && ((x.data[x.size - 1] ^ y.data[y.size - 1]) & ~0x20)) return false;
    return a->analysis->case_sensitive ? fb_slice_equal(x, y) : fb_slice_equal_nocase(x, y);
}

fb_slice fb_analyzer_keep(fb_analyzer *a, fb_slice text)
{
    char *copy = fb_arena_strdup(a->arena, text);
    return (fb_slice){copy, copy ? text.size : 0};
}

/* --- names as text --- */

static void add_quoted(fb_buf *out, fb_slice part)
{
    fb_buf_add_char(out, '`');
    for (size_t i = 0; i < part.size; i++) {
        if (part.data[i] == '`') fb_buf_add_char(out, '`');
        fb_buf_add_char(out, part.data[i]);
    }
    fb_buf_add_char(out, '`');
}

static bool needs_quotes(fb_slice part)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) return true;
    }
    return part.size == 0;
}

static void add_parts(fb_buf *out, const fb_raw_expr *name, bool always_quoted)
{
    for (uint32_t i = 0; i < name->part_count; i++) {
        if (i) fb_buf_add_char(out, '.');
        if (always_quoted || needs_quotes(name->parts[i]))
            add_quoted(out, name->parts[i]);
        else
            fb_buf_add_slice(out, name->parts[i]);
    }
}

static void add_attribute(fb_buf *out, const fb_attribute *column, bool is_qualified)
{
    if (is_qualified && column->qualifier.size) {
        add_quoted(out, column->qualifier);
        fb_buf_add_char(out, '.');
    }
    add_quoted(out, column->name);
}

/* --- suggestions --- */

typedef struct suggestion {
    const char *text;
    uint32_t distance;
} suggestion;

/* Insertions, deletions and replacements; texts are cut at MAX_COMPARED_BYTES. */
static uint32_t edit_distance(const char *x, const char *y)
{
    uint32_t row[MAX_COMPARED_BYTES + 1];
    uint32_t width = (uint32_t)strnlen(y, MAX_COMPARED_BYTES);
    for (uint32_t j = 0; j <= width; j++)
        row[j] = j;
    for (uint32_t i = 0; i < MAX_COMPARED_BYTES && x[i]; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t j = 1; j <= width; j++) {
            uint32_t best = diagonal + (x[i] != y[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[width];
}

static int compare_suggestions(const void *x, const void *y)
{
    const suggestion *a = x, *b = y;
    if (a->distance != b->distance) return a->distance < b->distance ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* The nearest names, as Spark lists them: `a`, `b`. Empty when there are none. */
static fb_status list_nearest(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                              fb_buf *out)
{
    if (!scope->count) return FB_OK;
    suggestion *all = fb_arena_array(a->arena, scope->count, sizeof *all);
    if (!all) return fb_analyzer_nomem(a);
    fb_buf base, text;
    fb_buf_init(&base, 0);
    fb_buf_init(&text, 0);
    add_parts(&base, name, false);
    bool failed = false;
    for (uint32_t i = 0; i < scope->count && !failed; i++) {
        fb_buf_clear(&text);
        add_attribute(&text, &scope->columns[i], name->part_count > 1);
        all[i].text = fb_arena_strdup(a->arena, fb_buf_slice(&text));
        failed = !all[i].text || text.failed;
        if (!failed) all[i].distance = edit_distance(fb_buf_text(&base), all[i].text);
    }
    fb_buf_deinit(&base);
    fb_buf_deinit(&text);
    if (failed) return fb_analyzer_nomem(a);
    qsort(all, scope->count, sizeof *all, compare_suggestions);
    for (uint32_t i = 0; i < scope->count && i < MAX_SUGGESTIONS; i++)
        fb_buf_printf(out, "%s%s", i ? ", " : "", all[i].text);
    return FB_OK;
}

fb_status fb_resolve_fail(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name)
{
    fb_buf quoted, nearest;
    fb_buf_init(&quoted, MAX_LIST_BYTES);
    fb_buf_init(&nearest, MAX_LIST_BYTES);
    add_parts(&quoted, name, true);
    const fb_scope items = {.columns = scope->items ? scope->items->columns : NULL,
                            .count = scope->items ? scope->items->count : 0};
    fb_status status = list_nearest(a, scope->items ? &items : scope, name, &nearest);
    if (status == FB_OK && nearest.size)
        status =
            fb_analyzer_fail(a, name->position, FB_E_ANALYSIS, "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                             "A column, variable, or function parameter with name %s cannot "
                             "be resolved. Did you mean one of the following? [%s].",
                             fb_buf_text(&quoted), fb_buf_text(&nearest));
    else if (status == FB_OK)
        status = fb_analyzer_fail(a, name->position, FB_E_ANALYSIS,
                                  "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                                  "A column, variable, or function parameter with name %s cannot "
                                  "be resolved.",
                                  fb_buf_text(&quoted));
    fb_buf_deinit(&quoted);
    fb_buf_deinit(&nearest);
    return status;
}

/* --- resolution --- */

/* The columns that match; *match is the first of them. */
static uint32_t count_matches(const fb_analyzer *a, const fb_scope *scope,
                              const fb_slice *qualifier, fb_slice name, uint32_t *match)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scope->count; i++) {
        const fb_attribute *column = &scope->columns[i];
        if (!fb_analyzer_same_name(a, column->name, name)) continue;
        if (qualifier && !fb_analyzer_same_name(a, column->qualifier, *qualifier)) continue;
        if (count++ == 0) *match = i;
    }
    return count;
}

static fb_status fail_ambiguous(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                fb_slice name)
{
    fb_buf list, quoted;
    fb_buf_init(&list, MAX_LIST_BYTES);
    fb_buf_init(&quoted, MAX_LIST_BYTES);
    add_parts(&quoted, raw, true);
    for (uint32_t i = 0; i < scope->count; i++) {
        if (!fb_analyzer_same_name(a, scope->columns[i].name, name)) continue;
        if (list.size) fb_buf_add_text(&list, ", ");
        add_attribute(&list, &scope->columns[i], true);
    }
    fb_status status = fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "AMBIGUOUS_REFERENCE",
                                        "Reference %s is ambiguous, could be: [%s].",
                                        fb_buf_text(&quoted), fb_buf_text(&list));
    fb_buf_deinit(&list);
    fb_buf_deinit(&quoted);
    return status;
}

fb_status fb_resolve_column(fb_analyzer *a, const fb_scope *scope, uint32_t index, fb_slice name,
                            fb_position position, const fb_expr **out)
{
    const fb_attribute *column = &scope->columns[index];
    fb_expr *expr = fb_arena_alloc_zero(a->arena, sizeof *expr);
    fb_slice kept = fb_analyzer_keep(a, name);
    if (!expr || !kept.data) return fb_analyzer_nomem(a);
    *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                      .type = column->type,
                      .nullable = column->nullable,
                      .deterministic = true,
                      .position = position,
                      .attribute_id = column->id,
                      .ordinal = index,
                      .name = kept};
    *out = expr;
    return FB_OK;
}

fb_status fb_resolve_field(fb_analyzer *a, const fb_expr *base, fb_slice name, fb_position position,
                           const fb_expr **out)
{
    const fb_function *function = fb_function_find(FB_SLICE("get_field"));
    if (!function)
        return fb_analyzer_fail(a, position, FB_E_UNSUPPORTED, "",
                                "access to the fields of a struct is not supported yet");
    fb_slice kept = fb_analyzer_keep(a, name);
    fb_expr *literal = kept.data ? fb_expr_literal_string(a->arena, kept) : NULL;
    if (!literal) return fb_analyzer_nomem(a);
    const fb_expr *args[] = {base, literal};
    fb_expr *call;
    FB_TRY(fb_bind_call(&a->binder, function, args, 2, position, &call));
    call->name = kept;
    *out = call;
    return FB_OK;
}

/* What is left of `budget` after the nodes of the tree; 0: it has more. */
static uint32_t count_nodes(const fb_expr *expr, uint32_t budget)
{
    if (budget) budget--;
    for (uint32_t i = 0; expr->kind == FB_EXPR_CALL && i < expr->arg_count && budget; i++)
        budget = count_nodes(expr->args[i], budget);
    return budget;
}

/* What a name stands for is walked wherever the name is: it counts there each time. */
static fb_status charge(fb_analyzer *a, const fb_raw_expr *name, const fb_expr *expr)
{
    if (a->expr_count >= FB_ANALYZER_MAX_EXPRS) return FB_OK; /* the next expression fails */
    uint32_t left = FB_ANALYZER_MAX_EXPRS - a->expr_count;
    uint32_t rest = count_nodes(expr, left);
    a->expr_count += left - rest;
    if (rest) return FB_OK;
    return fb_analyzer_fail(a, name->position, FB_E_LIMIT, "",
                            "the query has more than %d expressions, what is named counted "
                            "wherever its name is",
                            FB_ANALYZER_MAX_EXPRS);
}

/* The alias of that name, or NULL. Spark compares them without case whatever the setting. */
static fb_status find_alias(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                            const fb_expr **out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scope->alias_count; i++) {
        if (!fb_slice_equal_nocase(scope->aliases[i].name, name->parts[0])) continue;
        *out = scope->aliases[i].expr;
        count++;
    }
    if (count == 1 && scope->place == FB_PLACE_ARGUMENT)
        return fb_analyzer_fail(
            a, name->position, FB_E_ANALYSIS,
            "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
            "The feature is not supported: Referencing a lateral column alias `%.*s` in an "
            "aggregate function; compute it in a subquery.",
            name->parts[0].size > 80 ? 80 : (int)name->parts[0].size, name->parts[0].data);
    if (count <= 1) return FB_OK;
    return fb_analyzer_fail(a, name->position, FB_E_ANALYSIS, "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                            "Lateral column alias `%.*s` is ambiguous and has %u matches.",
                            FB_SLICE_ARGS(name->parts[0]), count);
}

/* The column that window() in the same select list has made; its name is `window`. */
static const fb_time_column *find_time_column(const fb_analyzer *a, const fb_scope *scope,
                                              const fb_raw_expr *name)
{
    for (uint32_t i = 0; scope->times && i < scope->times->count; i++) {
        const fb_time_column *each = &scope->times->columns[i];
        if (each->window.width_us && fb_analyzer_same_name(a, each->column.name, name->parts[0]))
            return each;
    }
    return NULL;
}

/* Counts the columns that the first parts of the name may mean; *used is the number of parts. */
static uint32_t match_name(const fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                           uint32_t *match, uint32_t *used)
{
    uint32_t count = 0;
    *used = 2;
    if (name->part_count > 1)
        count = count_matches(a, scope, &name->parts[0], name->parts[1], match);
    if (count) return count;
    *used = 1;
    return count_matches(a, scope, NULL, name->parts[0], match);
}

/* An item of the select list, for ORDER BY and HAVING. */
static fb_status find_item(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                           uint32_t *used, const fb_expr **out)
{
    if (!scope->items || scope->place == FB_PLACE_ARGUMENT ||
        scope->place == FB_PLACE_AGGREGATE_FILTER)
        return FB_OK;
    const fb_scope items = {.columns = scope->items->columns, .count = scope->items->count};
    uint32_t match = 0;
    uint32_t count = match_name(a, &items, name, &match, used);
    if (count > 1) return fail_ambiguous(a, &items, name, name->parts[*used - 1]);
    if (!count) return FB_OK;
    *out = scope->items->exprs[match];
    return charge(a, name, *out);
}

/* HAVING and ORDER BY can name a column of the input if a key is made of it. */
static bool is_grouped(const fb_scope *scope, uint32_t column)
{
    return !scope->items || !scope->grouping ||
           fb_grouping_uses(scope->grouping, scope->columns[column].id);
}

/* A name by what it means first: *used parts of it are taken. */
static fb_status resolve_first(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                               uint32_t *used, const fb_expr **out)
{
    uint32_t match = 0;
    if (scope->precedence == FB_OUTPUT_FIRST) FB_TRY(find_item(a, scope, name, used, out));
    if (*out) return FB_OK;
    uint32_t count = match_name(a, scope, name, &match, used);
    if (count && !is_grouped(scope, match)) return find_item(a, scope, name, used, out);
    if (count > 1) return fail_ambiguous(a, scope, name, name->parts[*used - 1]);
    if (count)
        return fb_resolve_column(a, scope, match, name->parts[*used - 1], name->position, out);
    const fb_time_column *time = find_time_column(a, scope, name);
    if (time) return fb_resolve_time_column(a, time, name->position, out);
    FB_TRY(find_item(a, scope, name, used, out));
    if (*out) return FB_OK;
    *used = 1;
    FB_TRY(find_alias(a, scope, name, out));
    if (!*out) return FB_OK;
    if (count_nodes(*out, FB_ANALYZER_MAX_ALIAS_NODES) > 0) return charge(a, name, *out);
    return fb_analyzer_fail(a, name->position, FB_E_LIMIT, "",
                            "the alias %.*s stands for too large an expression to be used in "
                            "the same select list; put it into a subquery",
                            FB_SLICE_ARGS(name->parts[0]));
}

fb_status fb_resolve_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *name,
                          const fb_expr **out)
{
    *out = NULL;
    uint32_t used = 1;
    FB_TRY(resolve_first(a, scope, name, &used, out));
    for (uint32_t i = used; *out && i < name->part_count; i++)
        FB_TRY(fb_resolve_field(a, *out, name->parts[i], name->position, out));
    return FB_OK;
}

fb_status fb_resolve_star(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *star,
                          const fb_expr **out)
{
    fb_raw_expr name = *star;
    name.kind = FB_RAW_NAME;
    FB_TRY(fb_resolve_name(a, scope, &name, out));
    if (!*out) {
        fb_slice last = star->parts[star->part_count - 1];
        return fb_analyzer_fail(a, star->position, FB_E_ANALYSIS, "CANNOT_RESOLVE_STAR_EXPAND",
                                "Cannot resolve `%.*s`.*: there is no view, alias or struct "
                                "column of that name.",
                                last.size > 80 ? 80 : (int)last.size, last.data);
    }
    if ((*out)->type->id != FB_TYPE_STRUCT)
        return fb_analyzer_fail(a, star->position, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_1050",
                                "Can only star expand struct data types, not %s.",
                                fb_type_sql((*out)->type, a->arena));
    return FB_OK;
}
