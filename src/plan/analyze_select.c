/* SPDX-License-Identifier: Apache-2.0
 *
 * Select lists, with or without groups, and what belongs to them: HAVING, and an ORDER BY right
 * above, which may name what the list leaves out.
 *
 *     SORT?  PROJECT  FILTER (HAVING)?  AGGREGATE?  WINDOW?  input */
#include "plan/analyzer.h"

#include <inttypes.h>

typedef struct select_list {
    const fb_raw_plan *raw;
    fb_scope scope; /* of the input, with the aliases so far */
    fb_time_columns times;
    fb_grouping grouping;
    bool is_aggregate;
    bool has_star;

    /* The items. */
    const fb_expr **exprs; /* over the input */
    fb_slice *names;
    bool *is_automatic;
    uint32_t count, capacity;
    fb_lateral_alias *aliases;
    fb_attribute *columns; /* for names in HAVING and ORDER BY */
    fb_items items;

    const fb_expr *having; /* over the groups */
} select_list;

/* --- items --- */

static fb_status grow(fb_analyzer *a, select_list *list)
{
    if (list->count < list->capacity) return FB_OK;
    uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
    const fb_expr **exprs = fb_arena_array(a->arena, capacity, sizeof *exprs);
    fb_slice *names = fb_arena_array(a->arena, capacity, sizeof *names);
    bool *is_automatic = fb_arena_array(a->arena, capacity, sizeof *is_automatic);
    if (!exprs || !names || !is_automatic) return fb_analyzer_nomem(a);
    if (list->count) {
        memcpy(exprs, list->exprs, list->count * sizeof *exprs);
        memcpy(names, list->names, list->count * sizeof *names);
        memcpy(is_automatic, list->is_automatic, list->count * sizeof *is_automatic);
    }
    list->exprs = exprs;
    list->names = names;
    list->is_automatic = is_automatic;
    list->capacity = capacity;
    return FB_OK;
}

static fb_status add_item(fb_analyzer *a, select_list *list, const fb_expr *expr, fb_slice name,
                          bool is_automatic)
{
    FB_TRY(grow(a, list));
    list->exprs[list->count] = expr;
    list->names[list->count] = name;
    list->is_automatic[list->count++] = is_automatic;
    return FB_OK;
}

static fb_status add_columns(fb_analyzer *a, select_list *list, const fb_slice *qualifier,
                             fb_position position)
{
    for (uint32_t i = 0; i < list->scope.count; i++) {
        const fb_attribute *column = &list->scope.columns[i];
        const fb_expr *expr;
        if (qualifier && !fb_analyzer_same_name(a, column->qualifier, *qualifier)) continue;
        FB_TRY(fb_resolve_column(a, &list->scope, i, column->name, position, &expr));
        FB_TRY(add_item(a, list, expr, column->name, false));
    }
    return FB_OK;
}

/* s.*: the fields of a struct. */
static fb_status add_fields(fb_analyzer *a, select_list *list, const fb_raw_expr *star)
{
    const fb_expr *base;
    FB_TRY(fb_resolve_star(a, &list->scope, star, &base));
    for (uint32_t i = 0; i < base->type->field_count; i++) {
        const fb_expr *field;
        FB_TRY(fb_resolve_field(a, base, base->type->fields[i].name, star->position, &field));
        FB_TRY(add_item(a, list, field, base->type->fields[i].name, false));
    }
    return FB_OK;
}

static fb_status add_star(fb_analyzer *a, select_list *list, const fb_raw_expr *star)
{
    list->has_star = true;
    if (!star->part_count) return add_columns(a, list, NULL, star->position);
    uint32_t before = list->count;
    if (star->part_count == 1) FB_TRY(add_columns(a, list, &star->parts[0], star->position));
    return list->count > before ? FB_OK : add_fields(a, list, star);
}

/* Spark's name of a column without alias: that of the column, a cast around it or not; else the
 * expression as SQL. */
fb_status fb_automatic_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                            const fb_expr *expr, fb_slice *out)
{
    const fb_raw_expr *inner = raw;
    bool is_cast = raw->kind == FB_RAW_CAST && !raw->is_typed_literal;
    if (is_cast && (expr->kind == FB_EXPR_COLUMN || /* of the column's own type */
                    (expr->kind == FB_EXPR_CALL && expr->arg_count > 0 &&
                     expr->args[0]->kind == FB_EXPR_COLUMN)))
        inner = raw->args[0];
    if (inner->kind == FB_RAW_NAME && !(expr->kind == FB_EXPR_CALL && !expr->arg_count)) {
        *out = fb_analyzer_keep(a, inner->parts[inner->part_count - 1]);
        return out->data ? FB_OK : fb_analyzer_nomem(a);
    }
    fb_buf text;
    fb_buf_init(&text, 64 << 20);
    fb_status status = fb_analyzer_print_name(a, scope, raw, &text);
    /* Of 64 MiB; memory that runs out before that is another matter. */
    if (!status && text.failed && text.size > (32 << 20))
        status = fb_analyzer_fail(a, raw->position, FB_E_LIMIT, "",
                                  "the name of this column would be too long; give it one with AS");
    char *copy = status || text.failed ? NULL : fb_arena_strdup(a->arena, fb_buf_slice(&text));
    *out = (fb_slice){copy, copy ? text.size : 0};
    fb_buf_deinit(&text);
    if (status) return status;
    return copy ? FB_OK : fb_analyzer_nomem(a);
}

/* Columns, what is in them, their casts, and literals keep a name that was there. */
static bool is_named_by_nobody(const fb_raw_expr *raw, const fb_expr *expr)
{
    if (raw->kind == FB_RAW_NAME) return false;
    bool is_cast = raw->kind == FB_RAW_CAST && expr->kind == FB_EXPR_CALL && expr->arg_count == 1;
    if (is_cast && expr->args[0]->kind == FB_EXPR_COLUMN)
        return expr->args[0]->ordinal >= FB_CALL_ORDINAL;
    while (expr->kind == FB_EXPR_CALL && (strcmp(expr->function->name, "get_field") == 0 ||
                                          strcmp(expr->function->name, "get_item") == 0))
        expr = expr->args[0];
    if (expr->kind == FB_EXPR_COLUMN) return expr->ordinal >= FB_CALL_ORDINAL;
    return expr->kind != FB_EXPR_LITERAL;
}

static fb_status add_expr(fb_analyzer *a, select_list *list, const fb_raw_expr *raw)
{
    const fb_expr *expr;
    fb_slice name;
    if (raw->kind != FB_RAW_ALIAS) {
        FB_TRY(fb_analyze_expr(a, &list->scope, raw, &expr));
        FB_TRY(fb_automatic_name(a, &list->scope, raw, expr, &name));
        return add_item(a, list, expr, name, is_named_by_nobody(raw, expr));
    }
    FB_TRY(fb_analyze_expr(a, &list->scope, raw->args[0], &expr));
    name = fb_analyzer_keep(a, raw->name);
    if (!name.data) return fb_analyzer_nomem(a);
    /* An alias may be used by the items behind it; one that is not deterministic would be
     * computed twice. */
    if (expr->deterministic)
        list->aliases[list->scope.alias_count++] = (fb_lateral_alias){name, expr};
    return add_item(a, list, expr, name, false);
}

static fb_status add_items(fb_analyzer *a, select_list *list)
{
    const fb_raw_plan *raw = list->raw;
    list->aliases = fb_arena_array(a->arena, raw->expr_count, sizeof *list->aliases);
    if (!list->aliases) return fb_analyzer_nomem(a);
    list->scope.aliases = list->aliases;
    for (uint32_t i = 0; i < raw->expr_count; i++) {
        if (raw->exprs[i]->kind == FB_RAW_STAR)
            FB_TRY(add_star(a, list, raw->exprs[i]));
        else
            FB_TRY(add_expr(a, list, raw->exprs[i]));
    }
    if (list->count) return FB_OK;
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "",
                            "the select list has no columns: there is nothing for '*'");
}

/* The items as names in HAVING and ORDER BY see them. A column keeps its qualifier. */
static fb_status name_items(fb_analyzer *a, select_list *list)
{
    list->columns = fb_arena_alloc_zero(a->arena, list->count * sizeof *list->columns);
    if (!list->columns) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < list->count; i++) {
        const fb_expr *expr = list->exprs[i];
        fb_attribute *column = &list->columns[i];
        column->name = list->names[i];
        column->type = expr->type;
        if (expr->kind == FB_EXPR_COLUMN && expr->ordinal < list->scope.count)
            column->qualifier = list->scope.columns[expr->ordinal].qualifier;
    }
    list->items = (fb_items){list->columns, list->exprs, list->count};
    return FB_OK;
}

/* --- GROUP BY --- */

bool fb_raw_is_ordinal(const fb_raw_expr *raw, int64_t *out)
{
    bool is_negative =
        raw->kind == FB_RAW_CALL && raw->arg_count == 1 && fb_slice_is(raw->name, "negative");
    if (is_negative) raw = raw->args[0];
    if (raw->kind != FB_RAW_LITERAL || raw->literal.type->id != FB_TYPE_INT ||
        fb_column_is_null(&raw->literal, 0))
        return false;
    *out = raw->literal.int32s[0];
    if (is_negative) *out = -*out;
    return true;
}

static fb_status group_by_ordinal(fb_analyzer *a, const select_list *list, const fb_raw_expr *raw,
                                  int64_t ordinal, const fb_expr **out)
{
    if (list->has_star)
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "STAR_GROUP_BY_POS",
                                "Star (*) is not allowed in a select list when GROUP BY an ordinal "
                                "position is used.");
    if (ordinal < 1 || ordinal > list->count)
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "GROUP_BY_POS_OUT_OF_RANGE",
                                "GROUP BY position %" PRId64 " is not in select list (valid range "
                                "is [1, %u]).",
                                ordinal, list->count);
    *out = list->exprs[ordinal - 1];
    if (!fb_expr_has_call(*out)) return FB_OK;
    int shown = list->names[ordinal - 1].size > 200 ? 200 : (int)list->names[ordinal - 1].size;
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "GROUP_BY_POS_AGGREGATE",
                            "GROUP BY %" PRId64 " refers to an expression %.*s that contains an "
                            "aggregate function. Aggregate functions are not allowed in GROUP BY.",
                            ordinal, shown, list->names[ordinal - 1].data);
}

/* GROUP BY's names are columns, then aliases of items, of equal ones the first. */
static fb_status make_group_scope(fb_analyzer *a, const select_list *list, fb_scope *out)
{
    fb_lateral_alias *aliases = fb_arena_array(a->arena, list->scope.alias_count, sizeof *aliases);
    if (!aliases) return fb_analyzer_nomem(a);
    *out = list->scope;
    out->place = FB_PLACE_GROUP_BY;
    out->grouping = NULL;
    out->aliases = aliases;
    out->alias_count = 0;
    for (uint32_t i = 0; i < list->scope.alias_count; i++) {
        bool is_first = true;
        for (uint32_t k = 0; k < out->alias_count; k++)
            is_first &= !fb_slice_equal_nocase(aliases[k].name, list->aliases[i].name);
        if (is_first) aliases[out->alias_count++] = list->aliases[i];
    }
    return FB_OK;
}

static fb_status add_group(fb_analyzer *a, select_list *list, const fb_scope *scope,
                           const fb_raw_expr *raw)
{
    int64_t ordinal;
    const fb_expr *expr;
    if (fb_raw_is_ordinal(raw, &ordinal))
        FB_TRY(group_by_ordinal(a, list, raw, ordinal, &expr));
    else
        FB_TRY(fb_analyze_expr(a, scope, raw, &expr));
    if (fb_expr_has_call(expr))
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "GROUP_BY_AGGREGATE",
                                "Aggregate functions are not allowed in GROUP BY, but found one "
                                "behind the alias %.*s.",
                                (int)(raw->text.size > 80 ? 80 : raw->text.size),
                                raw->text.data ? raw->text.data : "");
    /* A cast to the type that a column has already is the column, but its key is not. */
    bool is_column = raw->kind != FB_RAW_CAST;
    return fb_grouping_add_key(a, &list->grouping, expr, is_column, &list->scope);
}

/* GROUP BY ALL, unless there is a column of that name: every item without an aggregate. */
static fb_status is_group_by_all(fb_analyzer *a, const fb_scope *scope, const fb_raw_plan *raw,
                                 bool *out)
{
    const fb_expr *column = NULL;
    const fb_raw_expr *group = raw->group_count == 1 ? raw->groups[0] : NULL;
    *out = group && group->kind == FB_RAW_NAME && group->part_count == 1 &&
           fb_slice_equal_nocase(group->parts[0], FB_SLICE("all"));
    if (*out) FB_TRY(fb_resolve_name(a, scope, group, &column));
    *out &= column == NULL;
    return FB_OK;
}

static fb_status add_groups(fb_analyzer *a, select_list *list)
{
    fb_scope scope;
    bool is_all;
    const fb_raw_plan *raw = list->raw;
    FB_TRY(make_group_scope(a, list, &scope));
    FB_TRY(is_group_by_all(a, &scope, raw, &is_all));
    list->grouping.has_group_by = raw->group_count > 0;
    if (is_all) {
        for (uint32_t i = 0; i < list->count; i++)
            if (!fb_expr_has_call(list->exprs[i]))
                FB_TRY(fb_grouping_add_key(a, &list->grouping, list->exprs[i], true, &list->scope));
        return FB_OK;
    }
    for (uint32_t i = 0; i < raw->group_count; i++)
        FB_TRY(add_group(a, list, &scope, raw->groups[i]));
    if (raw->group_count && !list->grouping.key_count)
        return fb_grouping_add_constant_key(a, &list->grouping);
    return FB_OK;
}

/* That the items are made of keys and calls. */
static fb_status check_grouped(fb_analyzer *a, const select_list *list)
{
    const fb_expr *over_groups;
    for (uint32_t i = 0; i < list->count; i++)
        FB_TRY(fb_grouping_rewrite(a, &list->grouping, list->exprs[i], &over_groups));
    return FB_OK;
}

/* --- HAVING --- */

static fb_status add_having(fb_analyzer *a, select_list *list)
{
    const fb_expr *condition;
    fb_scope scope = list->scope;
    scope.items = &list->items;
    scope.precedence = FB_GROUPS_FIRST;
    scope.alias_count = 0;
    FB_TRY(fb_analyze_expr(a, &scope, list->raw->having, &condition));
    FB_TRY(fb_bind_cast(&a->binder, condition, fb_type_of(FB_TYPE_BOOLEAN), false,
                        list->raw->having->position, &condition));
    fb_grouping grouping = list->grouping;
    grouping.items = &list->items;
    return fb_grouping_rewrite(a, &grouping, condition, &list->having);
}

/* --- ORDER BY --- */

/* The item that the key is, or `count`. */
static uint32_t find_item(const fb_expr *const *exprs, uint32_t count, const fb_expr *key)
{
    for (uint32_t i = 0; i < count; i++)
        if (exprs[i] == key || fb_expr_same(exprs[i], key)) return i;
    return count;
}

/* A key that is no item becomes one that nobody sees. */
static fb_status add_sort_key(fb_analyzer *a, select_list *list, const fb_scope *scope,
                              const fb_raw_sort_key *raw, uint32_t visible, uint32_t *item)
{
    int64_t ordinal;
    const fb_expr *key;
    if (fb_raw_is_ordinal(raw->expr, &ordinal)) {
        FB_TRY(fb_sort_check_ordinal(a, raw->expr, ordinal, visible));
        *item = (uint32_t)ordinal - 1;
        return fb_sort_check_type(a, raw, list->exprs[*item]);
    }
    FB_TRY(fb_analyze_expr(a, scope, raw->expr, &key));
    FB_TRY(fb_sort_check_type(a, raw, key));
    *item = find_item(list->exprs, list->count, key);
    if (*item < list->count) return FB_OK;
    if (!key->deterministic)
        return fb_analyzer_fail(a, raw->expr->position, FB_E_UNSUPPORTED, "",
                                "ORDER BY of an expression that is not deterministic is not "
                                "supported; give it a column of its own in a subquery");
    return add_item(a, list, key, FB_SLICE("_sort"), false);
}

static fb_status add_sort_keys(fb_analyzer *a, select_list *list, const fb_raw_plan *sort,
                               uint32_t *items)
{
    fb_scope scope = list->scope;
    uint32_t visible = list->count;
    scope.items = &list->items;
    scope.precedence = FB_OUTPUT_FIRST;
    scope.alias_count = 0;
    for (uint32_t i = 0; i < sort->sort_key_count; i++)
        FB_TRY(add_sort_key(a, list, &scope, &sort->sort_keys[i], visible, &items[i]));
    return FB_OK;
}

/* --- the nodes --- */

/* What the items are computed from: the groups, or the input. Changes the items to be over it. */
static fb_status make_input(fb_analyzer *a, select_list *list, const fb_plan **out)
{
    *out = list->times.plan;
    if (!list->is_aggregate) return FB_OK;
    fb_plan *plan;
    for (uint32_t i = 0; i < list->count; i++)
        FB_TRY(fb_grouping_rewrite(a, &list->grouping, list->exprs[i], &list->exprs[i]));
    FB_TRY(fb_grouping_plan(a, &list->grouping, list->raw->position, list->times.plan, &plan));
    if (list->having) plan = fb_plan_filter(a->arena, list->raw->position, plan, list->having);
    *out = plan;
    return plan ? FB_OK : fb_analyzer_nomem(a);
}

static fb_status make_nodes(fb_analyzer *a, select_list *list, const fb_raw_plan *sort,
                            const uint32_t *sort_items, uint32_t visible, const fb_plan **out)
{
    const fb_plan *input;
    FB_TRY(make_input(a, list, &input));
    fb_plan *project = fb_plan_project(a->arena, list->raw->position, input, list->exprs,
                                       list->names, list->count);
    if (!project || !fb_plan_mark_automatic(a->arena, project, list->is_automatic))
        return fb_analyzer_nomem(a);
    *out = project;
    if (!sort) return FB_OK;
    FB_TRY(fb_sort_plan(a, sort, project, sort_items, out));
    return fb_plan_keep_columns(a, *out, visible, out);
}

static bool calls_aggregates(const fb_raw_plan *raw)
{
    if (raw->kind == FB_RAW_AGGREGATE) return true;
    for (uint32_t i = 0; i < raw->expr_count; i++)
        if (fb_raw_find_aggregate(raw->exprs[i])) return true;
    return false;
}

static fb_status find_windows(fb_analyzer *a, const select_list *list)
{
    for (uint32_t i = 0; i < list->raw->group_count; i++)
        FB_TRY(fb_analyze_windows_of(a, &list->scope, list->raw->groups[i]));
    for (uint32_t i = 0; i < list->raw->expr_count; i++)
        FB_TRY(fb_analyze_windows_of(a, &list->scope, list->raw->exprs[i]));
    return FB_OK;
}

fb_status fb_analyze_select(fb_analyzer *a, const fb_raw_plan *raw, const fb_raw_plan *sort,
                            fb_relation *out)
{
    fb_relation inner;
    FB_TRY(fb_analyze_relation(a, raw->children[0], &inner));
    select_list list = {.raw = raw, .scope = inner.scope, .is_aggregate = calls_aggregates(raw)};
    list.times.plan = inner.plan;
    list.scope.place = FB_PLACE_SELECT;
    list.scope.times = &list.times;
    if (list.is_aggregate) list.scope.grouping = &list.grouping;
    FB_TRY(find_windows(a, &list));
    FB_TRY(add_items(a, &list));
    FB_TRY(name_items(a, &list));
    if (list.is_aggregate) FB_TRY(add_groups(a, &list));
    if (list.is_aggregate && (raw->having || sort)) FB_TRY(check_grouped(a, &list));
    list.times.is_closed = true;
    if (raw->having) FB_TRY(add_having(a, &list));

    uint32_t visible = list.count, *sort_items = NULL;
    if (sort) {
        FB_TRY(fb_sort_expand_all(a, sort, visible, &sort));
        sort_items = fb_arena_array(a->arena, sort->sort_key_count, sizeof *sort_items);
        if (!sort_items) return fb_analyzer_nomem(a);
        FB_TRY(add_sort_keys(a, &list, sort, sort_items));
    }
    const fb_plan *plan;
    FB_TRY(make_nodes(a, &list, sort, sort_items, visible, &plan));
    return fb_relation_of(a, plan, (fb_slice){0}, out);
}
