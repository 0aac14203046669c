/* SPDX-License-Identifier: Apache-2.0
 *
 * Unresolved plans to resolved ones. Views and aliases leave no node behind: they only give the
 * columns of a plan other names in the scope of what is above. */
#include "base/options.h"
#include "expr/bind.h"
#include "plan/analyzer.h"

#include <stdio.h>

/* A scope of the plan's own columns under `qualifier` (may be empty). */
fb_status fb_relation_of(fb_analyzer *a, const fb_plan *plan, fb_slice qualifier, fb_relation *out)
{
    fb_attribute *columns = fb_arena_array(a->arena, plan->output_count, sizeof *columns);
    if (!columns) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < plan->output_count; i++) {
        columns[i] = plan->output[i];
        columns[i].qualifier = qualifier;
    }
    *out = (fb_relation){plan, {.columns = columns, .count = plan->output_count}};
    return FB_OK;
}

/* --- relations --- */

static fb_status analyze_table(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    const fb_catalog *catalog = a->analysis->catalog;
    const fb_plan *plan = catalog ? catalog->find_view(catalog->user, raw->name) : NULL;
    if (!plan) {
        const char *const *names = NULL;
        uint32_t count = catalog ? catalog->view_names(catalog->user, &names) : 0;
        const char *nearest = fb_nearest_name(raw->name, names, count);
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "TABLE_OR_VIEW_NOT_FOUND",
                                "The table or view `%.*s` cannot be found%s%s%s",
                                raw->name.size > 80 ? 80 : (int)raw->name.size, raw->name.data,
                                nearest ? "; did you mean " : ".", nearest ? nearest : "",
                                nearest ? "?" : "");
    }
    if (raw->is_stream && !plan->is_streaming)
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "",
                                "%.*s is not a streaming view; read it without STREAM",
                                FB_SLICE_ARGS(raw->name));
    fb_slice qualifier = fb_analyzer_keep(a, raw->name);
    if (!qualifier.data) return fb_analyzer_nomem(a);
    return fb_relation_of(a, plan, qualifier, out);
}

/* An alias or a view with another number of columns than the query has. */
static fb_status fail_arity(fb_analyzer *a, const fb_raw_plan *raw, uint32_t count)
{
    uint32_t given = raw->column_name_count;
    if (!raw->is_view)
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "ASSIGNMENT_ARITY_MISMATCH",
                                "The number of columns or variables assigned or aliased: %u does "
                                "not match the number of source expressions: %u.",
                                given, count);
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS,
                            given < count
                                ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                                : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                            "Cannot create view `%.*s`: it names %u columns, the query has %u.",
                            FB_SLICE_ARGS(raw->name), given, count);
}

static fb_status analyze_subquery(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    fb_relation inner;
    FB_TRY(fb_analyze_relation(a, raw->children[0], &inner));
    if (raw->column_name_count && raw->column_name_count != inner.scope.count)
        return fail_arity(a, raw, inner.scope.count);
    fb_attribute *columns = fb_arena_array(a->arena, inner.scope.count, sizeof *columns);
    fb_slice qualifier = fb_analyzer_keep(a, raw->name);
    if (!columns || !qualifier.data) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < inner.scope.count; i++) {
        columns[i] = inner.scope.columns[i];
        columns[i].qualifier = qualifier;
        if (!raw->column_name_count) continue;
        columns[i].name = fb_analyzer_keep(a, raw->column_names[i]);
        if (!columns[i].name.data) return fb_analyzer_nomem(a);
    }
    *out = (fb_relation){inner.plan, {.columns = columns, .count = inner.scope.count}};
    return FB_OK;
}

static fb_status check_no_aggregate(fb_analyzer *a, const fb_scope *scope,
                                    const fb_raw_expr *condition)
{
    const fb_raw_expr *aggregate = fb_raw_find_aggregate(condition);
    if (!aggregate) return FB_OK;
    fb_buf whole, part;
    fb_buf_init(&whole, 500);
    fb_buf_init(&part, 500);
    fb_status status = fb_analyzer_print_name(a, scope, condition, &whole);
    if (status == FB_OK) status = fb_analyzer_print_name(a, scope, aggregate, &part);
    if (status == FB_OK)
        status = fb_analyzer_fail(a, aggregate->position, FB_E_ANALYSIS, "INVALID_WHERE_CONDITION",
                                  "The WHERE condition \"%s\" contains invalid expressions: %s. "
                                  "Rewrite the query to avoid window functions, aggregate "
                                  "functions, and generator functions in the WHERE clause.",
                                  fb_buf_text(&whole), fb_buf_text(&part));
    fb_buf_deinit(&whole);
    fb_buf_deinit(&part);
    return status;
}

static fb_status analyze_filter(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    fb_relation inner;
    const fb_expr *condition;
    FB_TRY(fb_analyze_relation(a, raw->children[0], &inner));
    FB_TRY(check_no_aggregate(a, &inner.scope, raw->exprs[0]));
    FB_TRY(fb_analyze_expr(a, &inner.scope, raw->exprs[0], &condition));
    if (condition->type->id != FB_TYPE_BOOLEAN) {
        fb_buf text;
        fb_buf_init(&text, 0);
        fb_expr_print(condition, &text);
        int shown = text.size > 500 ? 500 : (int)text.size;
        fb_status status = fb_analyzer_fail(
            a, raw->exprs[0]->position, FB_E_ANALYSIS, "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
            "Cannot resolve \"%.*s\" due to data type mismatch: Filter expression \"%.*s\" of "
            "type \"%s\" is not a boolean.",
            shown, fb_buf_text(&text), shown, fb_buf_text(&text),
            fb_type_sql(condition->type, a->arena));
        fb_buf_deinit(&text);
        return status;
    }
    out->plan = fb_plan_filter(a->arena, raw->position, inner.plan, condition);
    out->scope = inner.scope;
    return out->plan ? FB_OK : fb_analyzer_nomem(a);
}

/* --- VALUES --- */

static fb_status fail_values(fb_analyzer *a, const fb_raw_expr *raw, const char *condition,
                             const char *what, uint32_t column)
{
    char full[FB_ERROR_CONDITION_SIZE];
    int length = snprintf(full, sizeof full, "INVALID_INLINE_TABLE.%s", condition);
    if (length < 0) full[0] = '\0';
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, full,
                            "Invalid inline table. %s in the column `col%u` for inline table.",
                            what, column + 1);
}

static fb_status analyze_cells(fb_analyzer *a, const fb_raw_plan *raw, const fb_expr **cells)
{
    const fb_scope nothing = {0};
    for (uint32_t i = 0; i < raw->expr_count; i++) {
        FB_TRY(fb_analyze_expr(a, &nothing, raw->exprs[i], &cells[i]));
        if (!fb_expr_is_foldable(cells[i]))
            return fail_values(a, raw->exprs[i], "CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
                               "Cannot evaluate the expression", i % raw->column_count);
    }
    return FB_OK;
}

/* Casts the cells of a column to their common type. */
static fb_status widen_cells(fb_analyzer *a, const fb_raw_plan *raw, const fb_expr **cells,
                             uint32_t column, fb_attribute *out)
{
    uint32_t step = raw->column_count;
    const fb_type *type = cells[column]->type;
    fb_common_rules rules =
        a->binder.ansi ? FB_COMMON_ANSI_NO_STRINGS : FB_COMMON_LEGACY_NO_STRINGS;
    for (uint32_t i = column + step; i < raw->expr_count; i += step) {
        if (fb_type_equal(type, cells[i]->type)) continue;
        type = fb_common_type_by(a->arena, rules, type, cells[i]->type);
        if (!type)
            return fail_values(a, raw->exprs[i], "INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                               "Found incompatible types", column);
    }
    bool nullable = false;
    for (uint32_t i = column; i < raw->expr_count; i += step) {
        if (!fb_type_equal(cells[i]->type, type))
            FB_TRY(fb_bind_implicit_cast(&a->binder, cells[i], type, &cells[i]));
        nullable |= cells[i]->nullable;
    }
    char *name = fb_arena_printf(a->arena, "col%u", column + 1);
    if (!name) return fb_analyzer_nomem(a);
    *out = (fb_attribute){
        .id = fb_attribute_new_id(), .name = fb_slice_of(name), .type = type, .nullable = nullable};
    return FB_OK;
}

static fb_status analyze_values(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_VALUES, raw->position, NULL);
    const fb_expr **cells = fb_arena_array(a->arena, raw->expr_count, sizeof *cells);
    fb_attribute *output = fb_arena_array(a->arena, raw->column_count, sizeof *output);
    if (!plan || !cells || !output) return fb_analyzer_nomem(a);
    FB_TRY(analyze_cells(a, raw, cells));
    for (uint32_t column = 0; column < raw->column_count; column++)
        FB_TRY(widen_cells(a, raw, cells, column, &output[column]));
    plan->output = output;
    plan->output_count = raw->column_count;
    plan->exprs = cells;
    plan->expr_count = raw->expr_count;
    plan->row_count = raw->expr_count / raw->column_count;
    return fb_relation_of(a, plan, (fb_slice){0}, out);
}

/* --- UNION ALL --- */

/* Unions lean to the left; all of them become children of one. */
static uint32_t count_branches(const fb_raw_plan *raw)
{
    if (raw->kind != FB_RAW_UNION) return 1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < raw->child_count; i++)
        count += count_branches(raw->children[i]);
    return count;
}

static fb_status analyze_branches(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *branches,
                                  uint32_t *count)
{
    if (raw->kind != FB_RAW_UNION) return fb_analyze_relation(a, raw, &branches[(*count)++]);
    for (uint32_t i = 0; i < raw->child_count; i++)
        FB_TRY(analyze_branches(a, raw->children[i], branches, count));
    return FB_OK;
}

static const char *ordinal_word(fb_analyzer *a, uint32_t index)
{
    static const char *const words[] = {"first", "second", "third", "fourth", "fifth", "sixth"};
    if (index < sizeof words / sizeof *words) return words[index];
    const char *text = fb_arena_printf(a->arena, "%u-th", index + 1);
    return text ? text : "?";
}

/* Equal but for the names of fields, which UNION does not look at. */
static bool is_same_structure(const fb_type *x, const fb_type *y)
{
    if (x->id != y->id || x->field_count != y->field_count) return false;
    if (!fb_type_is_nested(x)) return fb_type_equal(x, y);
    for (uint32_t i = 0; i < x->field_count; i++)
        if (!is_same_structure(x->fields[i].type, y->fields[i].type)) return false;
    return true;
}

static fb_status widen_column(fb_analyzer *a, const fb_raw_plan *raw, const fb_relation *branches,
                              uint32_t count, uint32_t column, const fb_type **out)
{
    const fb_type *type = branches[0].scope.columns[column].type;
    fb_common_rules rules = a->binder.ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY;
    for (uint32_t i = 1; i < count; i++) {
        const fb_type *other = branches[i].scope.columns[column].type;
        if (fb_type_equal(type, other)) continue;
        const fb_type *wider = fb_common_type_by(a->arena, rules, type, other);
        if (!wider && is_same_structure(type, other)) wider = type;
        if (!wider)
            return fb_analyzer_fail(
                a, raw->position, FB_E_ANALYSIS, "INCOMPATIBLE_COLUMN_TYPE",
                "UNION can only be performed on tables with compatible column types. The %s column "
                "of the %s table is \"%s\" type which is not compatible with \"%s\" at the same "
                "column of the first table.",
                ordinal_word(a, column), ordinal_word(a, i), fb_type_sql(other, a->arena),
                fb_type_sql(type, a->arena));
        type = wider;
    }
    *out = type;
    return FB_OK;
}

/* The branch with the names of its scope and columns of these types. */
static fb_status convert_branch(fb_analyzer *a, const fb_relation *branch,
                                const fb_type *const *types, const fb_plan **out)
{
    uint32_t count = branch->scope.count;
    const fb_expr **exprs = fb_arena_array(a->arena, count, sizeof *exprs);
    fb_slice *names = fb_arena_array(a->arena, count, sizeof *names);
    if (!exprs || !names) return fb_analyzer_nomem(a);
    bool is_same = true;
    for (uint32_t i = 0; i < count; i++) {
        const fb_attribute *column = &branch->scope.columns[i];
        names[i] = column->name;
        FB_TRY(fb_resolve_column(a, &branch->scope, i, names[i], (fb_position){0}, &exprs[i]));
        is_same &= fb_slice_equal(names[i], branch->plan->output[i].name);
        if (fb_type_equal(column->type, types[i])) continue;
        FB_TRY(fb_bind_implicit_cast(&a->binder, exprs[i], types[i], &exprs[i]));
        is_same = false;
    }
    *out = branch->plan;
    if (is_same) return FB_OK;
    *out = fb_plan_project(a->arena, branch->plan->position, branch->plan, exprs, names, count);
    return *out ? FB_OK : fb_analyzer_nomem(a);
}

static fb_status analyze_union(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    uint32_t capacity = count_branches(raw), count = 0;
    fb_relation *branches = fb_arena_array(a->arena, capacity, sizeof *branches);
    const fb_plan **children = fb_arena_array(a->arena, capacity, sizeof *children);
    if (!branches || !children) return fb_analyzer_nomem(a);
    FB_TRY(analyze_branches(a, raw, branches, &count));
    uint32_t width = branches[0].scope.count;
    for (uint32_t i = 1; i < count; i++)
        if (branches[i].scope.count != width)
            return fb_analyzer_fail(
                a, raw->position, FB_E_ANALYSIS, "NUM_COLUMNS_MISMATCH",
                "UNION can only be performed on inputs with the same number of columns, but the "
                "first input has %u columns and the %s input has %u columns.",
                width, ordinal_word(a, i), branches[i].scope.count);
    const fb_type **types = fb_arena_array(a->arena, width, sizeof *types);
    if (!types) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < width; i++)
        FB_TRY(widen_column(a, raw, branches, count, i, &types[i]));
    for (uint32_t i = 0; i < count; i++)
        FB_TRY(convert_branch(a, &branches[i], types, &children[i]));
    const fb_plan *plan = fb_plan_union(a->arena, raw->position, children, count);
    if (!plan) return fb_analyzer_nomem(a);
    return fb_relation_of(a, plan, (fb_slice){0}, out);
}

/* --- all kinds --- */

fb_status fb_analyze_relation(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    const fb_plan *plan;
    *out = (fb_relation){0};
    switch (raw->kind) {
    case FB_RAW_ONE_ROW:
        plan = fb_plan_make(a->arena, FB_PLAN_ONE_ROW, raw->position, NULL);
        if (!plan) return fb_analyzer_nomem(a);
        return fb_relation_of(a, plan, (fb_slice){0}, out);
    case FB_RAW_VALUES:
        return analyze_values(a, raw, out);
    case FB_RAW_TABLE:
        return analyze_table(a, raw, out);
    case FB_RAW_READ:
        FB_TRY(fb_analyze_read(a->analysis, raw, NULL, &plan, a->err));
        return fb_relation_of(a, plan, (fb_slice){0}, out);
    case FB_RAW_RESOLVED:
        return fb_relation_of(a, raw->resolved, (fb_slice){0}, out);
    case FB_RAW_PROJECT:
    case FB_RAW_AGGREGATE:
        return fb_analyze_select(a, raw, NULL, out);
    case FB_RAW_FILTER:
        return analyze_filter(a, raw, out);
    case FB_RAW_SUBQUERY:
        return analyze_subquery(a, raw, out);
    case FB_RAW_UNION:
        return analyze_union(a, raw, out);
    case FB_RAW_DISTINCT:
        return fb_analyze_distinct(a, raw, out);
    case FB_RAW_WATERMARK:
        return fb_analyze_watermark(a, raw, out);
    case FB_RAW_SORT:
        return fb_analyze_sort(a, raw, out);
    }
    return FB_E_INVALID;
}

/* Views are put in wherever they are named, so that a few short statements can mean a plan that
 * is too large or too deep to be walked. */
static uint32_t count_plan(const fb_plan *plan, uint32_t depth, uint32_t budget)
{
    if (depth == FB_ANALYZER_MAX_DEPTH) return 0;
    if (budget) budget--;
    for (uint32_t i = 0; i < plan->child_count && budget; i++)
        budget = count_plan(plan->children[i], depth + 1, budget);
    return budget;
}

static fb_status check_size(fb_analyzer *a, const fb_plan *plan)
{
    if (count_plan(plan, 0, FB_ANALYZER_MAX_PLAN_NODES)) return FB_OK;
    return fb_analyzer_fail(a, plan->position, FB_E_LIMIT, "",
                            "the query is nested more than %d deep or has more than %d parts, its "
                            "views put in",
                            FB_ANALYZER_MAX_DEPTH, FB_ANALYZER_MAX_PLAN_NODES);
}

fb_status fb_analyze(const fb_analysis *analysis, const fb_raw_plan *raw, const fb_plan **out,
                     fb_error *err)
{
    *out = NULL;
    fb_analyzer a = {.analysis = analysis,
                     .arena = analysis->arena,
                     .binder = {.arena = analysis->arena,
                                .ansi = analysis->ansi,
                                .case_sensitive = analysis->case_sensitive,
                                .timezone = analysis->timezone,
                                .err = err},
                     .err = err};
    fb_relation root;
    FB_TRY(fb_analyze_relation(&a, raw, &root));
    /* Column names of an alias at the top exist in the scope only. */
    const fb_type **types = fb_arena_array(a.arena, root.scope.count, sizeof *types);
    if (!types) return fb_analyzer_nomem(&a);
    for (uint32_t i = 0; i < root.scope.count; i++)
        types[i] = root.scope.columns[i].type;
    const fb_plan *plan;
    FB_TRY(convert_branch(&a, &root, types, &plan));
    FB_TRY(check_size(&a, plan));
    *out = plan;
    return FB_OK;
}
