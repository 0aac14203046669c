/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT DISTINCT: the groups of all columns, of which nothing is computed. */
#include "expr/coerce.h"
#include "plan/analyzer.h"

static fb_status check_type(fb_analyzer *a, const fb_raw_plan *raw, const fb_attribute *column)
{
    if (!fb_type_has_map(column->type)) return FB_OK;
    return fb_analyzer_fail(
        a, raw->position, FB_E_ANALYSIS, "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
        "The feature is not supported: Cannot have MAP type columns in DataFrame which calls set "
        "operations (INTERSECT, EXCEPT, etc.), but the type of column `%.*s` is \"%s\".",
        column->name.size > 80 ? 80 : (int)column->name.size, column->name.data,
        fb_type_sql(column->type, a->arena));
}

fb_status fb_analyze_distinct(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    fb_relation inner;
    FB_TRY(fb_analyze_relation(a, raw->children[0], &inner));
    uint32_t count = inner.plan->output_count;
    const fb_scope all = {.columns = inner.plan->output, .count = count};
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_AGGREGATE, raw->position, inner.plan);
    const fb_expr **keys = fb_arena_array(a->arena, count, sizeof *keys);
    if (!plan || !keys) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < count; i++) {
        FB_TRY(check_type(a, raw, &inner.scope.columns[i]));
        FB_TRY(fb_resolve_column(a, &all, i, all.columns[i].name, raw->position, &keys[i]));
    }
    plan->output = inner.plan->output;
    plan->output_count = count;
    plan->exprs = keys;
    plan->expr_count = count;
    plan->is_distinct = true;
    *out = (fb_relation){plan, inner.scope};
    return FB_OK;
}
