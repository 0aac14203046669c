/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and what is computed of them. Expressions above an aggregation are first bound over its
 * input, calls of aggregates as columns of their own (FB_CALL_ORDINAL), and then rewritten: what
 * equals a key becomes the key's column, and no other column of the input may be left.
 *
 * Keys and calls are what Spark's optimizer leaves of them, since they decide what lies in the
 * state: no key twice, none that is constant, one call for all that are the same, count(*) for a
 * count of what is never null. */
#include "expr/bind.h"
#include "plan/analyzer.h"

#include <string.h>

/* --- raw trees --- */

/* Raw trees share parts (the operand of CASE), so that a short text can be a tree too large to be
 * walked. Analysis refuses those; here they only must end. */
static const fb_raw_expr *find_aggregate(const fb_raw_expr *raw, uint32_t *budget)
{
    if (!*budget) return NULL;
    --*budget;
    if (raw->kind == FB_RAW_CALL && fb_aggregate_find(raw->name)) return raw;
    const fb_raw_expr *found = NULL;
    for (uint32_t i = 0; i < raw->arg_count && !found; i++)
        found = find_aggregate(raw->args[i], budget);
    return found;
}

const fb_raw_expr *fb_raw_find_aggregate(const fb_raw_expr *raw)
{
    uint32_t budget = FB_ANALYZER_MAX_EXPRS;
    return find_aggregate(raw, &budget);
}

/* The text of an expression in a message, cut. */
static const char *text_of(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw)
{
    fb_buf text;
    fb_buf_init(&text, 500);
    const char *copy = NULL;
    if (fb_analyzer_print_name(a, scope, raw, &text) != FB_OK) {
        fb_buf_clear(&text);
        fb_raw_expr_print(raw, &text);
    }
    if (!text.failed || text.is_full) copy = fb_arena_strdup(a->arena, fb_buf_slice(&text));
    fb_buf_deinit(&text);
    return copy ? copy : "?";
}

/* --- calls --- */

bool fb_expr_has_call(const fb_expr *expr)
{
    if (expr->kind == FB_EXPR_COLUMN) return expr->ordinal >= FB_CALL_ORDINAL;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (fb_expr_has_call(expr->args[i])) return true;
    return false;
}

static bool is_same_function(const fb_aggregate_call *x, const fb_aggregate_call *y)
{
    if (x->update != y->update || x->merge != y->merge || x->evaluate != y->evaluate ||
        x->variant != y->variant || x->ignores_nulls != y->ignores_nulls || x->ansi != y->ansi ||
        x->field_count != y->field_count || x->arg_count != y->arg_count ||
        !fb_type_equal(x->type, y->type))
        return false;
    for (uint32_t i = 0; i < x->field_count; i++)
        if (strcmp(x->fields[i].name, y->fields[i].name) != 0) return false;
    for (uint32_t i = 0; i < x->arg_count; i++)
        if (!fb_expr_same(x->args[i], y->args[i])) return false;
    return true;
}

static bool is_same_call(const fb_plan_call *x, const fb_plan_call *y)
{
    if (x->is_distinct != y->is_distinct || !x->filter != !y->filter) return false;
    if (x->filter && !fb_expr_same(x->filter, y->filter)) return false;
    return is_same_function(x->call, y->call);
}

static fb_status grow_calls(fb_analyzer *a, fb_grouping *grouping)
{
    if (grouping->call_count < grouping->call_capacity) return FB_OK;
    uint32_t capacity = grouping->call_capacity ? grouping->call_capacity * 2 : 8;
    fb_plan_call *calls = fb_arena_array(a->arena, capacity, sizeof *calls);
    fb_attribute *columns = fb_arena_array(a->arena, capacity, sizeof *columns);
    if (!calls || !columns) return fb_analyzer_nomem(a);
    if (grouping->call_count) {
        memcpy(calls, grouping->calls, grouping->call_count * sizeof *calls);
        memcpy(columns, grouping->call_columns, grouping->call_count * sizeof *columns);
    }
    grouping->calls = calls;
    grouping->call_columns = columns;
    grouping->call_capacity = capacity;
    return FB_OK;
}

/* The column of the call, which is added unless it is there. */
static fb_status add_call(fb_analyzer *a, fb_grouping *grouping, const fb_plan_call *call,
                          const fb_raw_expr *raw, const fb_expr **out)
{
    uint32_t index = 0;
    while (index < grouping->call_count && !is_same_call(&grouping->calls[index], call))
        index++;
    if (index == FB_ANALYZER_MAX_GROUPED)
        return fb_analyzer_fail(a, raw->position, FB_E_LIMIT, "",
                                "a query cannot have more than %d different aggregates",
                                FB_ANALYZER_MAX_GROUPED);
    if (index == grouping->call_count) {
        FB_TRY(grow_calls(a, grouping));
        grouping->calls[index] = *call;
        grouping->call_columns[index] =
            (fb_attribute){.id = fb_attribute_new_id(),
                           .name = fb_slice_of(call->call->function->name),
                           .type = call->call->type,
                           .nullable = call->call->nullable};
        grouping->call_count++;
    }
    fb_expr *expr = fb_arena_alloc_zero(a->arena, sizeof *expr);
    if (!expr) return fb_analyzer_nomem(a);
    const fb_attribute *column = &grouping->call_columns[index];
    *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                      .type = column->type,
                      .nullable = column->nullable,
                      .deterministic = true,
                      .position = raw->position,
                      .attribute_id = column->id,
                      .ordinal = FB_CALL_ORDINAL + index,
                      .name = column->name};
    *out = expr;
    return FB_OK;
}

/* An aggregate where none may be. */
static fb_status fail_place(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw)
{
    switch (scope->place) {
    case FB_PLACE_ARGUMENT:
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "NESTED_AGGREGATE_FUNCTION",
                                "It is not allowed to use an aggregate function in the argument "
                                "of another aggregate function. Please use the inner aggregate "
                                "function in a sub-query.");
    case FB_PLACE_GROUP_BY:
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "GROUP_BY_AGGREGATE",
                                "Aggregate functions are not allowed in GROUP BY, but found %s.",
                                text_of(a, scope, raw));
    case FB_PLACE_AGGREGATE_FILTER:
    case FB_PLACE_SELECT:
    case FB_PLACE_OTHER:
        break;
    }
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "",
                            "the aggregate function %s is only allowed in the select list, HAVING "
                            "and ORDER BY of a query",
                            text_of(a, scope, raw));
}

static bool is_star_count(const fb_raw_expr *raw)
{
    return fb_slice_equal_nocase(raw->name, FB_SLICE("count")) && raw->arg_count == 1 &&
           raw->args[0]->kind == FB_RAW_STAR;
}

/* The name before the star of count(t.*); NULL: there is none, or it is that of a struct. */
static const fb_slice *find_qualifier(const fb_analyzer *a, const fb_scope *scope,
                                      const fb_raw_expr *star)
{
    for (uint32_t i = 0; star->part_count == 1 && i < scope->count; i++)
        if (fb_analyzer_same_name(a, scope->columns[i].qualifier, star->parts[0]))
            return &star->parts[0];
    return NULL;
}

static fb_status expand_count(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr **raw)
{
    bool is_count = fb_slice_equal_nocase((*raw)->name, FB_SLICE("count"));
    if (is_count && !(*raw)->arg_count)
        return fb_analyzer_fail(a, (*raw)->position, FB_E_ANALYSIS,
                                "WRONG_NUM_ARGS.WITH_SUGGESTION",
                                "The `count` requires >= 1 parameters but the actual number is 0; "
                                "write count(*).");
    const fb_slice *qualifier =
        is_star_count(*raw) ? find_qualifier(a, scope, (*raw)->args[0]) : NULL;
    if (qualifier)
        return fb_analyzer_fail(
            a, (*raw)->position, FB_E_ANALYSIS,
            "INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT",
            "count(`%.*s`.*) is not allowed. Use count(*) or expand the columns manually, e.g. "
            "count(col1, col2).",
            FB_SLICE_ARGS(*qualifier));
    if (is_star_count(*raw) && !(*raw)->args[0]->part_count) return FB_OK;
    return fb_analyzer_expand_stars(a, scope, *raw, raw);
}

static fb_status analyze_arguments(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                   const fb_expr ***out)
{
    const fb_expr **args = fb_arena_array(a->arena, raw->arg_count, sizeof *args);
    if (!args) return fb_analyzer_nomem(a);
    fb_scope inner = *scope;
    inner.place = FB_PLACE_ARGUMENT;
    inner.grouping = NULL;
    for (uint32_t i = 0; i < raw->arg_count; i++) {
        FB_TRY(fb_analyze_expr(a, &inner, raw->args[i], &args[i]));
        if (fb_expr_has_call(args[i])) return fail_place(a, &inner, raw->args[i]);
        if (!args[i]->deterministic)
            return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS,
                                    "AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
                                    "Non-deterministic expression \"%s\" should not appear in the "
                                    "arguments of an aggregate function.",
                                    text_of(a, scope, raw));
    }
    *out = args;
    return FB_OK;
}

static fb_status analyze_aggregate_filter(fb_analyzer *a, const fb_scope *scope,
                                          const fb_raw_expr *raw, const fb_expr **out)
{
    fb_scope inner = *scope;
    inner.place = FB_PLACE_AGGREGATE_FILTER;
    inner.grouping = NULL;
    const fb_raw_expr *nested = fb_raw_find_aggregate(raw);
    if (nested)
        return fb_analyzer_fail(
            a, nested->position, FB_E_ANALYSIS, "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE",
            "The FILTER expression \"%s\" in an aggregate function is invalid. Expected a FILTER "
            "expression without an aggregation, but found \"%s\".",
            text_of(a, &inner, raw), text_of(a, &inner, nested));
    FB_TRY(fb_analyze_expr(a, &inner, raw, out));
    const char *what = NULL, *condition = NULL;
    if ((*out)->type->id != FB_TYPE_BOOLEAN) {
        condition = "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN";
        what = "of the BOOLEAN type";
    } else if (!(*out)->deterministic) {
        condition = "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC";
        what = "which is deterministic";
    }
    if (!what) return FB_OK;
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, condition,
                            "The FILTER expression \"%s\" in an aggregate function is invalid. "
                            "Expected a FILTER expression %s.",
                            text_of(a, &inner, raw), what);
}

static bool is_true(const fb_expr *condition)
{
    return condition->kind == FB_EXPR_LITERAL && !condition->nullable &&
           condition->literal.bools[0];
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* IGNORE NULLS, or RESPECT NULLS, which changes nothing but for lists: these leave NULL out. */
static fb_status analyze_nulls(fb_analyzer *a, const fb_raw_expr *raw, fb_aggregate_call *call)
{
    static const char *const values[] = {"first", "first_value", "last", "last_value", "any_value"};
    static const char *const lists[] = {"array_agg", "collect_list", "collect_set"};
    const char *name = call->function->name;
    bool is_list = is_one_of(name, lists, sizeof lists / sizeof *lists);
    bool is_value = is_one_of(name, values, sizeof values / sizeof *values);
    if (is_list && raw->respects_nulls)
        return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                                "RESPECT NULLS of %s is not supported yet", name);
    if (!raw->ignores_nulls || is_list) return FB_OK;
    call->ignores_nulls = true;
    if (is_value) return FB_OK;
    return fb_analyzer_fail(
        a, raw->position, FB_E_ANALYSIS, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
        "Invalid SQL syntax: The function `%s` does not support IGNORE NULLS.", name);
}

/* count(x) of what is never null is count(*), with which it shares its buffer. */
static void simplify_count(fb_aggregate_call *call)
{
    if (strcmp(call->function->name, "count") != 0) return;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->nullable) return;
    call->arg_count = 0;
}

/* count(NULL) is no aggregate, but 0. */
static bool counts_nothing(const fb_aggregate_call *call)
{
    if (strcmp(call->function->name, "count") != 0) return false;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind != FB_EXPR_LITERAL || !call->args[i]->nullable) return false;
    return call->arg_count > 0;
}

static fb_status make_zero(fb_analyzer *a, const fb_expr **out)
{
    const fb_expr *zero = fb_expr_literal_int(a->arena, 0);
    if (!zero) return fb_analyzer_nomem(a);
    return fb_bind_implicit_cast(&a->binder, zero, fb_type_of(FB_TYPE_BIGINT), out);
}

fb_status fb_analyze_aggregate_call(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                    const fb_expr **out)
{
    if (!scope->grouping) return fail_place(a, scope, raw);
    const fb_expr **args = NULL;
    fb_plan_call call = {.is_distinct = raw->is_distinct};
    FB_TRY(expand_count(a, scope, &raw));
    bool is_star = is_star_count(raw); /* of a struct there are its fields by now */
    if (!is_star) FB_TRY(analyze_arguments(a, scope, raw, &args));
    fb_aggregate_call *bound;
    const fb_aggregate *function = fb_aggregate_find(raw->name);
    const fb_type *decimal = NULL;
    const fb_aggregate *small =
        is_star ? NULL : fb_decimal_aggregate(function, args, raw->arg_count);
    if (small) {
        function = small;
        decimal = args[0]->type;
        FB_TRY(fb_bind_unscaled_value(&a->binder, args[0], &args[0]));
    }
    FB_TRY(fb_aggregate_bind(&a->binder, function, args, is_star ? 0 : raw->arg_count,
                             raw->position, &bound));
    FB_TRY(analyze_nulls(a, raw, bound));
    if (!raw->is_distinct) simplify_count(bound);
    if (counts_nothing(bound)) return make_zero(a, out);
    call.call = bound;
    if (raw->filter) FB_TRY(analyze_aggregate_filter(a, scope, raw->filter, &call.filter));
    if (call.filter && is_true(call.filter)) call.filter = NULL;
    FB_TRY(add_call(a, scope->grouping, &call, raw, out));
    if (!decimal) return FB_OK;
    return fb_scale_decimal_aggregate(a, function, *out, decimal, out);
}

/* --- keys --- */

static const fb_attribute *input_column(const fb_scope *scope, const fb_expr *expr)
{
    if (expr->kind != FB_EXPR_COLUMN) return NULL;
    if (expr->ordinal < scope->count) return &scope->columns[expr->ordinal];
    for (uint32_t i = 0; scope->times && i < scope->times->count; i++)
        if (scope->times->columns[i].ordinal == expr->ordinal)
            return &scope->times->columns[i].column;
    return NULL;
}

/* Spark's name of a key in the state: the column's as GROUP BY has it. */
static fb_attribute key_column(const fb_scope *scope, const fb_expr *expr)
{
    const fb_attribute *input = scope ? input_column(scope, expr) : NULL;
    if (!input)
        return (fb_attribute){.id = fb_attribute_new_id(),
                              .name = FB_SLICE("_groupingexpression"),
                              .type = expr->type,
                              .nullable = expr->nullable};
    fb_attribute key = *input;
    key.name = expr->name;
    key.qualifier = (fb_slice){0};
    return key;
}

static fb_status grow_keys(fb_analyzer *a, fb_grouping *grouping)
{
    uint32_t count = grouping->key_count;
    if (count < grouping->key_capacity) return FB_OK;
    uint32_t capacity = count ? count * 2 : 8;
    const fb_expr **keys = fb_arena_array(a->arena, capacity, sizeof *keys);
    fb_attribute *columns = fb_arena_array(a->arena, capacity, sizeof *columns);
    if (!keys || !columns) return fb_analyzer_nomem(a);
    if (count) {
        memcpy(keys, grouping->keys, count * sizeof *keys);
        memcpy(columns, grouping->key_columns, count * sizeof *columns);
    }
    grouping->keys = keys;
    grouping->key_columns = columns;
    grouping->key_capacity = capacity;
    return FB_OK;
}

static fb_status put_key(fb_analyzer *a, fb_grouping *grouping, const fb_expr *expr,
                         const fb_attribute *column)
{
    if (grouping->key_count == FB_ANALYZER_MAX_GROUPED)
        return fb_analyzer_fail(a, expr->position, FB_E_LIMIT, "",
                                "a query cannot have more than %d expressions in GROUP BY",
                                FB_ANALYZER_MAX_GROUPED);
    FB_TRY(grow_keys(a, grouping));
    grouping->keys[grouping->key_count] = expr;
    grouping->key_columns[grouping->key_count++] = *column;
    return FB_OK;
}

fb_status fb_grouping_add_key(fb_analyzer *a, fb_grouping *grouping, const fb_expr *expr,
                              bool is_column, const fb_scope *scope)
{
    if (fb_expr_is_foldable(expr)) return FB_OK;
    for (uint32_t i = 0; i < grouping->key_count; i++)
        if (fb_expr_same(grouping->keys[i], expr)) return FB_OK;
    if (fb_type_has_map(expr->type))
        return fb_analyzer_fail(a, expr->position, FB_E_UNSUPPORTED, "",
                                "grouping by a MAP is not supported yet");
    if (!expr->deterministic)
        return fb_analyzer_fail(a, expr->position, FB_E_UNSUPPORTED, "",
                                "grouping by an expression that is not deterministic is not "
                                "supported; compute it in a subquery");
    const fb_attribute column = key_column(is_column ? scope : NULL, expr);
    return put_key(a, grouping, expr, &column);
}

/* Constants alone: one group where there are rows, as any constant would make it. */
fb_status fb_grouping_add_constant_key(fb_analyzer *a, fb_grouping *grouping)
{
    const fb_expr *zero = fb_expr_literal_int(a->arena, 0);
    if (!zero) return fb_analyzer_nomem(a);
    const fb_attribute column = {
        .id = fb_attribute_new_id(), .name = FB_SLICE("0"), .type = zero->type};
    return put_key(a, grouping, zero, &column);
}

static bool refers_to(const fb_expr *expr, uint64_t attribute_id)
{
    if (expr->kind == FB_EXPR_COLUMN) return expr->attribute_id == attribute_id;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (refers_to(expr->args[i], attribute_id)) return true;
    return false;
}

bool fb_grouping_uses(const fb_grouping *grouping, uint64_t attribute_id)
{
    for (uint32_t i = 0; i < grouping->key_count; i++)
        if (refers_to(grouping->keys[i], attribute_id)) return true;
    return false;
}

/* --- over the groups --- */

static fb_status refer_to(fb_analyzer *a, const fb_attribute *column, uint32_t ordinal,
                          const fb_expr *from, const fb_expr **out)
{
    fb_expr *expr = fb_arena_alloc_zero(a->arena, sizeof *expr);
    if (!expr) return fb_analyzer_nomem(a);
    *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                      .type = column->type,
                      .nullable = column->nullable,
                      .deterministic = true,
                      .position = from->position,
                      .attribute_id = column->id,
                      .ordinal = ordinal,
                      .name = from->kind == FB_EXPR_COLUMN ? from->name : column->name};
    *out = expr;
    return FB_OK;
}

/* The item of the select list that HAVING means by the name of a column which is no key, though one
 * is made of it: k in SELECT upper(k) AS k ... GROUP BY upper(k). */
static const fb_expr *find_item_instead(const fb_analyzer *a, const fb_grouping *grouping,
                                        const fb_expr *column)
{
    const fb_expr *found = NULL;
    for (uint32_t i = 0; grouping->items && i < grouping->items->count; i++) {
        const fb_expr *item = grouping->items->exprs[i];
        if (item->kind == FB_EXPR_COLUMN && item->attribute_id == column->attribute_id) continue;
        if (!fb_analyzer_same_name(a, grouping->items->columns[i].name, column->name) ||
            !fb_type_equal(item->type, column->type))
            continue;
        if (found) return NULL;
        found = item;
    }
    return found;
}

static fb_status fail_column(fb_analyzer *a, const fb_grouping *grouping, const fb_expr *column)
{
    if (!grouping->has_group_by)
        return fb_analyzer_fail(a, column->position, FB_E_ANALYSIS, "MISSING_GROUP_BY",
                                "The query does not include a GROUP BY clause. Add GROUP BY or "
                                "turn it into the window functions using OVER clauses.");
    int shown = column->name.size > 80 ? 80 : (int)column->name.size;
    return fb_analyzer_fail(
        a, column->position, FB_E_ANALYSIS, "MISSING_AGGREGATION",
        "The non-aggregating expression \"%.*s\" is based on columns which are not participating "
        "in the GROUP BY clause. Add the columns or the expression to the GROUP BY, aggregate the "
        "expression, or use \"any_value(%.*s)\" if you do not care which of the values within a "
        "group is returned.",
        shown, column->name.data, shown, column->name.data);
}

/* What a column that is no key is over the groups. An item is made of keys and calls, so that it
 * does not lead here again. */
static fb_status rewrite_column(fb_analyzer *a, const fb_grouping *grouping, const fb_expr *column,
                                const fb_expr **out)
{
    const fb_expr *item = find_item_instead(a, grouping, column);
    if (!item) return fail_column(a, grouping, column);
    fb_grouping plain = *grouping;
    plain.items = NULL;
    return fb_grouping_rewrite(a, &plain, item, out);
}

fb_status fb_grouping_rewrite(fb_analyzer *a, const fb_grouping *grouping, const fb_expr *expr,
                              const fb_expr **out)
{
    for (uint32_t i = 0; i < grouping->key_count; i++)
        if (fb_expr_same(grouping->keys[i], expr))
            return refer_to(a, &grouping->key_columns[i], i, expr, out);
    if (expr->kind == FB_EXPR_COLUMN) {
        if (expr->ordinal < FB_CALL_ORDINAL) return rewrite_column(a, grouping, expr, out);
        uint32_t call = expr->ordinal - FB_CALL_ORDINAL;
        return refer_to(a, &grouping->call_columns[call], grouping->key_count + call, expr, out);
    }
    *out = expr;
    if (!expr->arg_count) return FB_OK;
    fb_expr *copy = fb_arena_copy(a->arena, expr, sizeof *expr);
    const fb_expr **args = fb_arena_array(a->arena, expr->arg_count, sizeof *args);
    if (!copy || !args) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        FB_TRY(fb_grouping_rewrite(a, grouping, expr->args[i], &args[i]));
    copy->args = args;
    *out = copy;
    return FB_OK;
}

fb_status fb_grouping_plan(fb_analyzer *a, const fb_grouping *grouping, fb_position position,
                           const fb_plan *child, fb_plan **out)
{
    uint32_t width = grouping->key_count + grouping->call_count;
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_AGGREGATE, position, child);
    fb_attribute *output = fb_arena_array(a->arena, width, sizeof *output);
    if (!plan || !output) return fb_analyzer_nomem(a);
    if (grouping->key_count)
        memcpy(output, grouping->key_columns, grouping->key_count * sizeof *output);
    if (grouping->call_count)
        memcpy(output + grouping->key_count, grouping->call_columns,
               grouping->call_count * sizeof *output);
    plan->output = output;
    plan->output_count = width;
    plan->exprs = grouping->keys;
    plan->expr_count = grouping->key_count;
    plan->calls = grouping->calls;
    plan->call_count = grouping->call_count;
    *out = plan;
    return FB_OK;
}
