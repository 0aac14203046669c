/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan as an indented tree, root first, in the form of Spark's analysed plans. */
#include "plan/plan.h"

#include <inttypes.h>

enum { MAX_DEPTH = 1000 };

static void print_attributes(const fb_plan *plan, fb_buf *out)
{
    fb_buf_add_char(out, '[');
    for (uint32_t i = 0; i < plan->output_count; i++)
        fb_buf_printf(out, "%s%.*s#%" PRIu64, i ? ", " : "", FB_SLICE_ARGS(plan->output[i].name),
                      plan->output[i].id);
    fb_buf_add_char(out, ']');
}

/* Expressions that only pass a column on are shown as the column, others with their new name. */
static void print_projection(const fb_plan *plan, fb_buf *out)
{
    fb_buf_add_text(out, "Project [");
    for (uint32_t i = 0; i < plan->expr_count; i++) {
        const fb_attribute *attribute = &plan->output[i];
        const fb_expr *expr = plan->exprs[i];
        if (i) fb_buf_add_text(out, ", ");
        fb_expr_print(expr, out);
        if (expr->kind == FB_EXPR_COLUMN && expr->attribute_id == attribute->id)
            fb_buf_printf(out, "#%" PRIu64, attribute->id);
        else
            fb_buf_printf(out, " AS %.*s#%" PRIu64, FB_SLICE_ARGS(attribute->name), attribute->id);
    }
    fb_buf_add_char(out, ']');
}

static void print_source(const fb_plan *plan, fb_buf *out)
{
    const fb_plan_source *source = plan->source;
    fb_buf_printf(out, "StreamingRelation %s", source->ops->name);
    if (source->view_name.size) fb_buf_printf(out, " %.*s", FB_SLICE_ARGS(source->view_name));
    fb_buf_add_char(out, ' ');
    print_attributes(plan, out);
}

static void print_exprs(const fb_expr *const *exprs, uint32_t count, fb_buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i) fb_buf_add_text(out, ", ");
        fb_expr_print(exprs[i], out);
    }
}

/* count(1) FILTER (WHERE ...) AS count#5 */
static void print_call(const fb_plan_call *call, const fb_attribute *result, fb_buf *out)
{
    fb_buf_printf(out, "%s(%s", call->call->function->name, call->is_distinct ? "DISTINCT " : "");
    if (call->call->arg_count)
        print_exprs(call->call->args, call->call->arg_count, out);
    else
        fb_buf_add_char(out, '1');
    fb_buf_add_text(out, call->call->ignores_nulls ? ") IGNORE NULLS" : ")");
    if (call->filter) {
        fb_buf_add_text(out, " FILTER (WHERE ");
        fb_expr_print(call->filter, out);
        fb_buf_add_char(out, ')');
    }
    fb_buf_printf(out, " AS %.*s#%" PRIu64, FB_SLICE_ARGS(result->name), result->id);
}

static void print_aggregate(const fb_plan *plan, fb_buf *out)
{
    fb_buf_add_text(out, "Aggregate [");
    print_exprs(plan->exprs, plan->expr_count, out);
    fb_buf_add_text(out, "], [");
    for (uint32_t i = 0; i < plan->output_count; i++) {
        const fb_attribute *column = &plan->output[i];
        if (i) fb_buf_add_text(out, ", ");
        if (i < plan->expr_count)
            fb_buf_printf(out, "%.*s#%" PRIu64, FB_SLICE_ARGS(column->name), column->id);
        else
            print_call(&plan->calls[i - plan->expr_count], column, out);
    }
    fb_buf_add_char(out, ']');
}

static void print_watermark(const fb_plan *plan, fb_buf *out)
{
    const fb_attribute *column = &plan->output[plan->watermark_column];
    fb_buf_printf(out, "EventTimeWatermark %.*s#%" PRIu64 ": ", FB_SLICE_ARGS(column->name),
                  column->id);
    fb_type_print_simple(column->type, out);
    const fb_interval delay = {.us = plan->delay_ms * 1000};
    fb_buf_add_text(out, ", ");
    fb_interval_print(&delay, out);
}

static void print_window(const fb_plan *plan, fb_buf *out)
{
    const fb_time_window *window = &plan->window;
    const fb_attribute *column = &plan->output[plan->output_count - 1];
    fb_buf_add_text(out, "TimeWindow window(");
    fb_expr_print(window->time, out);
    fb_buf_printf(out, ", %" PRId64 ", %" PRId64 ", %" PRId64 ") AS %.*s#%" PRIu64,
                  window->width_us, window->slide_us, window->start_us, FB_SLICE_ARGS(column->name),
                  column->id);
}

static void print_sort(const fb_plan *plan, fb_buf *out)
{
    fb_buf_add_text(out, "Sort [");
    for (uint32_t i = 0; i < plan->sort_key_count; i++) {
        const fb_sort_key *key = &plan->sort_keys[i];
        if (i) fb_buf_add_text(out, ", ");
        fb_expr_print(key->expr, out);
        fb_buf_printf(out, " %s NULLS %s", key->descending ? "DESC" : "ASC",
                      key->nulls_last ? "LAST" : "FIRST");
    }
    fb_buf_add_text(out, "], true");
}

static void print_node(const fb_plan *plan, fb_buf *out)
{
    switch (plan->kind) {
    case FB_PLAN_ONE_ROW:
        fb_buf_add_text(out, "OneRowRelation");
        break;
    case FB_PLAN_VALUES:
        fb_buf_add_text(out, "LocalRelation ");
        print_attributes(plan, out);
        fb_buf_printf(out, ", %u rows", plan->row_count);
        break;
    case FB_PLAN_SOURCE:
        print_source(plan, out);
        break;
    case FB_PLAN_PROJECT:
        print_projection(plan, out);
        break;
    case FB_PLAN_FILTER:
        fb_buf_add_text(out, "Filter ");
        fb_expr_print(plan->exprs[0], out);
        break;
    case FB_PLAN_UNION:
        fb_buf_add_text(out, "Union");
        break;
    case FB_PLAN_WATERMARK:
        print_watermark(plan, out);
        break;
    case FB_PLAN_WINDOW:
        print_window(plan, out);
        break;
    case FB_PLAN_AGGREGATE:
        print_aggregate(plan, out);
        break;
    case FB_PLAN_SORT:
        print_sort(plan, out);
        break;
    }
}

/* `prefix` holds a bar for each level above in which a sibling follows further down. */
static void print_tree(const fb_plan *plan, fb_slice prefix, bool is_last, int depth, fb_buf *out)
{
    fb_buf below;
    fb_buf_init(&below, 0);
    fb_buf_add_slice(&below, prefix);
    fb_buf_add_slice(out, prefix);
    if (depth > 0) {
        fb_buf_add_text(out, is_last ? "+- " : ":- ");
        fb_buf_add_text(&below, is_last ? "   " : ":  ");
    }
    print_node(plan, out);
    fb_buf_add_char(out, '\n');
    if (below.failed || depth > MAX_DEPTH) out->failed = true;
    for (uint32_t i = 0; i < plan->child_count && !out->failed; i++)
        print_tree(plan->children[i], fb_buf_slice(&below), i + 1 == plan->child_count, depth + 1,
                   out);
    fb_buf_deinit(&below);
}

fb_status fb_plan_explain(const fb_plan *plan, fb_buf *out, fb_error *err)
{
    fb_buf_add_text(out, "== Logical Plan ==\n");
    print_tree(plan, (fb_slice){0}, true, 0, out);
    if (!out->failed) return FB_OK;
    if (!out->is_full) return fb_fail_nomem(err, "the text of a plan");
    return fb_fail(err, FB_E_LIMIT, 0, "the plan is too large to be printed");
}
