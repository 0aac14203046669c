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
    case FB_PLAN_WINDOW:
    case FB_PLAN_AGGREGATE:
    case FB_PLAN_SORT:
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
