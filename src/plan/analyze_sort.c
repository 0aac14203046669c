/* SPDX-License-Identifier: Apache-2.0
 *
 * ORDER BY: what may be a key, ordinals, ALL. */
#include "expr/coerce.h"
#include "plan/analyzer.h"

#include <inttypes.h>

fb_status fb_sort_check_type(fb_analyzer *a, const fb_raw_sort_key *key, const fb_expr *expr)
{
    if (!fb_type_has_map(expr->type)) return FB_OK;
    return fb_analyzer_fail(a, key->expr->position, FB_E_ANALYSIS,
                            "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                            "The `sortorder` does not support ordering on type \"%s\".",
                            fb_type_sql(expr->type, a->arena));
}

fb_status fb_sort_check_ordinal(fb_analyzer *a, const fb_raw_expr *raw, int64_t ordinal,
                                uint32_t count)
{
    if (ordinal >= 1 && ordinal <= count) return FB_OK;
    return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "ORDER_BY_POS_OUT_OF_RANGE",
                            "ORDER BY position %" PRId64 " is not in select list (valid range is "
                            "[1, %u]).",
                            ordinal, count);
}

static bool is_order_by_all(const fb_raw_plan *sort)
{
    const fb_raw_expr *key = sort->sort_key_count == 1 ? sort->sort_keys[0].expr : NULL;
    return key && key->kind == FB_RAW_NAME && key->part_count == 1 &&
           fb_slice_equal_nocase(key->parts[0], FB_SLICE("all"));
}

/* ORDER BY ALL: the ordinals 1, 2, ... in its direction. */
fb_status fb_sort_expand_all(fb_analyzer *a, const fb_raw_plan *sort, uint32_t count,
                             const fb_raw_plan **out)
{
    *out = sort;
    if (!is_order_by_all(sort)) return FB_OK;
    fb_raw_plan *expanded = fb_arena_copy(a->arena, sort, sizeof *sort);
    fb_raw_sort_key *keys = fb_arena_array(a->arena, count, sizeof *keys);
    if (!expanded || !keys) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < count; i++) {
        fb_expr *literal = fb_expr_literal_int(a->arena, (int32_t)i + 1);
        fb_raw_expr *raw = fb_arena_alloc_zero(a->arena, sizeof *raw);
        if (!literal || !raw) return fb_analyzer_nomem(a);
        *raw = (fb_raw_expr){.kind = FB_RAW_LITERAL,
                             .position = sort->sort_keys[0].expr->position,
                             .literal = literal->literal};
        keys[i] = sort->sort_keys[0];
        keys[i].expr = raw;
    }
    expanded->sort_keys = keys;
    expanded->sort_key_count = count;
    *out = expanded;
    return FB_OK;
}

/* SORT above `child`; key i is column items[i] of it. */
fb_status fb_sort_plan(fb_analyzer *a, const fb_raw_plan *sort, const fb_plan *child,
                       const uint32_t *items, const fb_plan **out)
{
    const fb_scope all = {.columns = child->output, .count = child->output_count};
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_SORT, sort->position, child);
    fb_sort_key *keys = fb_arena_array(a->arena, sort->sort_key_count, sizeof *keys);
    if (!plan || !keys) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < sort->sort_key_count; i++) {
        const fb_raw_sort_key *raw = &sort->sort_keys[i];
        keys[i] = (fb_sort_key){.descending = raw->descending, .nulls_last = raw->nulls_last};
        FB_TRY(fb_resolve_column(a, &all, items[i], child->output[items[i]].name,
                                 raw->expr->position, &keys[i].expr));
    }
    plan->output = child->output;
    plan->output_count = child->output_count;
    plan->sort_keys = keys;
    plan->sort_key_count = sort->sort_key_count;
    *out = plan;
    return FB_OK;
}

/* The first `count` columns of `child`. */
fb_status fb_plan_keep_columns(fb_analyzer *a, const fb_plan *child, uint32_t count,
                               const fb_plan **out)
{
    *out = child;
    if (count == child->output_count) return FB_OK;
    const fb_scope all = {.columns = child->output, .count = child->output_count};
    const fb_expr **exprs = fb_arena_array(a->arena, count, sizeof *exprs);
    fb_slice *names = fb_arena_array(a->arena, count, sizeof *names);
    if (!exprs || !names) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = child->output[i].name;
        FB_TRY(fb_resolve_column(a, &all, i, names[i], child->position, &exprs[i]));
    }
    *out = fb_plan_project(a->arena, child->position, child, exprs, names, count);
    return *out ? FB_OK : fb_analyzer_nomem(a);
}

/* --- above anything but a select list --- */

static fb_status analyze_key(fb_analyzer *a, const fb_relation *inner, const fb_raw_sort_key *raw,
                             const fb_expr **out)
{
    int64_t ordinal;
    if (!fb_raw_is_ordinal(raw->expr, &ordinal)) {
        FB_TRY(fb_analyze_expr(a, &inner->scope, raw->expr, out));
        return fb_sort_check_type(a, raw, *out);
    }
    FB_TRY(fb_sort_check_ordinal(a, raw->expr, ordinal, inner->scope.count));
    uint32_t index = (uint32_t)ordinal - 1;
    FB_TRY(fb_resolve_column(a, &inner->scope, index, inner->scope.columns[index].name,
                             raw->expr->position, out));
    return fb_sort_check_type(a, raw, *out);
}

fb_status fb_analyze_sort(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    fb_relation inner;
    const fb_raw_plan *below = raw->children[0];
    if (below->kind == FB_RAW_PROJECT || below->kind == FB_RAW_AGGREGATE)
        return fb_analyze_select(a, below, raw, out);
    FB_TRY(fb_analyze_relation(a, below, &inner));
    FB_TRY(fb_sort_expand_all(a, raw, inner.scope.count, &raw));
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_SORT, raw->position, inner.plan);
    fb_sort_key *keys = fb_arena_array(a->arena, raw->sort_key_count, sizeof *keys);
    if (!plan || !keys) return fb_analyzer_nomem(a);
    for (uint32_t i = 0; i < raw->sort_key_count; i++) {
        keys[i] = (fb_sort_key){.descending = raw->sort_keys[i].descending,
                                .nulls_last = raw->sort_keys[i].nulls_last};
        FB_TRY(analyze_key(a, &inner, &raw->sort_keys[i], &keys[i].expr));
    }
    plan->output = inner.plan->output;
    plan->output_count = inner.plan->output_count;
    plan->sort_keys = keys;
    plan->sort_key_count = raw->sort_key_count;
    *out = (fb_relation){plan, inner.scope};
    return FB_OK;
}
