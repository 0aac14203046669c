/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/raw.h"

#include "expr/function.h"

static void print_parts(const fb_slice *parts, uint32_t count, fb_buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i) fb_buf_add_char(out, '.');
        fb_buf_add_slice(out, parts[i]);
    }
}

static void print_args(const fb_raw_expr *expr, fb_buf *out)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        fb_raw_expr_print(expr->args[i], out);
    }
}

/* Strings get quotes; numbers are shown as written. */
static void print_literal(const fb_raw_expr *expr, fb_buf *out)
{
    fb_expr literal = {
        .kind = FB_EXPR_LITERAL, .type = expr->literal.type, .literal = expr->literal};
    bool is_string = expr->literal.type->id == FB_TYPE_STRING;
    if (!is_string && expr->text.size) {
        fb_buf_add_slice(out, expr->text);
        return;
    }
    if (is_string) fb_buf_add_char(out, '\'');
    fb_expr_print(&literal, out);
    if (is_string) fb_buf_add_char(out, '\'');
}

void fb_raw_expr_print(const fb_raw_expr *expr, fb_buf *out)
{
    switch (expr->kind) {
    case FB_RAW_NAME:
        print_parts(expr->parts, expr->part_count, out);
        break;
    case FB_RAW_STAR:
        print_parts(expr->parts, expr->part_count, out);
        fb_buf_add_text(out, expr->part_count ? ".*" : "*");
        break;
    case FB_RAW_LITERAL:
        print_literal(expr, out);
        break;
    case FB_RAW_CALL:
        fb_buf_add_slice(out, expr->name);
        fb_buf_add_text(out, expr->is_distinct ? "(DISTINCT " : "(");
        print_args(expr, out);
        fb_buf_add_char(out, ')');
        if (expr->filter) {
            fb_buf_add_text(out, " FILTER ");
            fb_raw_expr_print(expr->filter, out);
        }
        if (expr->ignores_nulls) fb_buf_add_text(out, " IGNORE NULLS");
        if (expr->respects_nulls) fb_buf_add_text(out, " RESPECT NULLS");
        break;
    case FB_RAW_CAST:
        fb_buf_add_text(out, expr->is_try ? "try_cast(" : "cast(");
        print_args(expr, out);
        fb_buf_add_text(out, " AS ");
        fb_type_print_sql(expr->type, out);
        fb_buf_add_char(out, ')');
        break;
    case FB_RAW_ALIAS:
        print_args(expr, out);
        fb_buf_add_text(out, " AS ");
        fb_buf_add_slice(out, expr->name);
        break;
    case FB_RAW_FIELD:
        print_args(expr, out);
        fb_buf_add_char(out, '.');
        fb_buf_add_slice(out, expr->name);
        break;
    case FB_RAW_INTERVAL:
        fb_buf_add_text(out, "interval ");
        fb_interval_print(&expr->interval, out);
        break;
    }
}

static void print_list(const fb_raw_expr *const *exprs, uint32_t count, fb_buf *out)
{
    fb_buf_add_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        fb_raw_expr_print(exprs[i], out);
    }
    fb_buf_add_char(out, ']');
}

static void print_aggregate(const fb_raw_plan *plan, fb_buf *out)
{
    fb_buf_add_text(out, " by ");
    print_list(plan->groups, plan->group_count, out);
    if (!plan->having) return;
    fb_buf_add_text(out, " having ");
    fb_raw_expr_print(plan->having, out);
}

static void print_sort_keys(const fb_raw_plan *plan, fb_buf *out)
{
    fb_buf_add_text(out, " [");
    for (uint32_t i = 0; i < plan->sort_key_count; i++) {
        const fb_raw_sort_key *key = &plan->sort_keys[i];
        if (i) fb_buf_add_text(out, ", ");
        fb_raw_expr_print(key->expr, out);
        fb_buf_printf(out, " %s NULLS %s", key->descending ? "DESC" : "ASC",
                      key->nulls_last ? "LAST" : "FIRST");
    }
    fb_buf_add_char(out, ']');
}

static void print_node(const fb_raw_plan *plan, fb_buf *out)
{
    static const char *const names[] = {
        [FB_RAW_ONE_ROW] = "OneRow",    [FB_RAW_VALUES] = "Values",
        [FB_RAW_TABLE] = "Relation",    [FB_RAW_READ] = "Read",
        [FB_RAW_PROJECT] = "Project",   [FB_RAW_FILTER] = "Filter",
        [FB_RAW_SUBQUERY] = "Alias",    [FB_RAW_UNION] = "Union",
        [FB_RAW_RESOLVED] = "Frame",    [FB_RAW_AGGREGATE] = "Aggregate",
        [FB_RAW_DISTINCT] = "Distinct", [FB_RAW_WATERMARK] = "Watermark",
        [FB_RAW_SORT] = "Sort",
    };
    fb_buf_add_text(out, names[plan->kind]);
    if (plan->name.size) fb_buf_printf(out, " %.*s", FB_SLICE_ARGS(plan->name));
    if (plan->kind == FB_RAW_TABLE && plan->is_stream) fb_buf_add_text(out, " (stream)");
    if (plan->expr_count) {
        fb_buf_add_char(out, ' ');
        print_list(plan->exprs, plan->expr_count, out);
    }
    if (plan->kind == FB_RAW_AGGREGATE) print_aggregate(plan, out);
    if (plan->kind == FB_RAW_SORT) print_sort_keys(plan, out);
    if (plan->kind == FB_RAW_WATERMARK) {
        fb_buf_add_text(out, " delay ");
        fb_interval_print(&plan->delay, out);
    }
    for (uint32_t i = 0; i < plan->column_name_count; i++)
        fb_buf_printf(out, "%s%.*s", i ? ", " : " (", FB_SLICE_ARGS(plan->column_names[i]));
    if (plan->column_name_count) fb_buf_add_char(out, ')');
    fb_buf_add_char(out, '\n');
}

void fb_raw_plan_print(const fb_raw_plan *plan, uint32_t depth, fb_buf *out)
{
    if (depth) {
        fb_buf_add_repeat(out, ' ', (size_t)(depth - 1) * 3);
        fb_buf_add_text(out, "+- ");
    }
    print_node(plan, out);
    for (uint32_t i = 0; i < plan->child_count; i++)
        fb_raw_plan_print(plan->children[i], depth + 1, out);
}
