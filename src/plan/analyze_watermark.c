/* SPDX-License-Identifier: Apache-2.0
 *
 * WATERMARK: from here on one of the columns is event time, and no other. */
#include "plan/analyzer.h"

#include <inttypes.h>

/* --- the column --- */

static fb_status fail_type(fb_analyzer *a, const fb_raw_plan *raw, const fb_attribute *column)
{
    return fb_analyzer_fail(a, raw->exprs[0]->position, FB_E_ANALYSIS,
                            "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
                            "The event time `%.*s` has the invalid type \"%s\", but expected "
                            "\"TIMESTAMP\".",
                            column->name.size > 80 ? 80 : (int)column->name.size, column->name.data,
                            fb_type_sql(column->type, a->arena));
}

/* A TIMESTAMP, or a window of them. */
static bool is_event_time_type(const fb_type *type)
{
    if (type->id != FB_TYPE_STRUCT) return type->id == FB_TYPE_TIMESTAMP;
    for (uint32_t i = 0; i < type->field_count; i++)
        if (fb_slice_is(type->fields[i].name, "end"))
            return type->fields[i].type->id == FB_TYPE_TIMESTAMP;
    return false;
}

/* The relation with one more column, before its own. */
static fb_status add_column(fb_analyzer *a, fb_relation *inner, const fb_expr *expr, fb_slice name)
{
    uint32_t count = inner->plan->output_count;
    const fb_scope all = {.columns = inner->plan->output, .count = count};
    const fb_expr **exprs = fb_arena_array(a->arena, (size_t)count + 1, sizeof *exprs);
    fb_slice *names = fb_arena_array(a->arena, (size_t)count + 1, sizeof *names);
    fb_attribute *columns = fb_arena_array(a->arena, (size_t)count + 1, sizeof *columns);
    if (!exprs || !names || !columns) return fb_analyzer_nomem(a);
    exprs[0] = expr;
    names[0] = name;
    for (uint32_t i = 0; i < count; i++) {
        names[i + 1] = inner->plan->output[i].name;
        FB_TRY(fb_resolve_column(a, &all, i, names[i + 1], expr->position, &exprs[i + 1]));
    }
    const fb_plan *plan =
        fb_plan_project(a->arena, expr->position, inner->plan, exprs, names, count + 1);
    if (!plan) return fb_analyzer_nomem(a);
    columns[0] = plan->output[0];
    if (count) memcpy(columns + 1, inner->scope.columns, count * sizeof *columns);
    inner->plan = plan;
    inner->scope.columns = columns;
    inner->scope.count = count + 1;
    return FB_OK;
}

/* The position of the column that the clause names; an expression becomes a column first. */
static fb_status find_column(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *inner,
                             uint32_t *out)
{
    const fb_raw_expr *named = raw->exprs[0];
    const fb_raw_expr *value = named->kind == FB_RAW_ALIAS ? named->args[0] : named;
    const fb_expr *expr;
    FB_TRY(fb_analyze_expr(a, &inner->scope, value, &expr));
    if (named == value && expr->kind == FB_EXPR_COLUMN) {
        *out = expr->ordinal;
        return FB_OK;
    }
    bool is_field = named == value && named->kind == FB_RAW_NAME;
    if (named == value && !is_field)
        return fb_analyzer_fail(a, named->position, FB_E_ANALYSIS,
                                "REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE",
                                "The watermark clause requires an explicit name if an expression "
                                "is specified. Give it one with AS.");
    fb_slice name =
        fb_analyzer_keep(a, is_field ? named->parts[named->part_count - 1] : named->name);
    if (!name.data) return fb_analyzer_nomem(a);
    *out = 0;
    return add_column(a, inner, expr, name);
}

/* --- the node --- */

static fb_status mark_columns(fb_analyzer *a, fb_attribute *columns, uint32_t count,
                              uint32_t event_time, const char *delay)
{
    for (uint32_t i = 0; i < count; i++) {
        fb_slice *metadata = &columns[i].metadata;
        bool is_kept = true;
        if (i == event_time)
            is_kept =
                fb_metadata_with(a->arena, *metadata, FB_METADATA_WATERMARK_DELAY, delay, metadata);
        else if (fb_attribute_is_event_time(&columns[i]))
            is_kept =
                fb_metadata_without(a->arena, *metadata, FB_METADATA_WATERMARK_DELAY, metadata);
        if (!is_kept) return fb_analyzer_nomem(a);
    }
    return FB_OK;
}

fb_status fb_analyze_watermark(fb_analyzer *a, const fb_raw_plan *raw, fb_relation *out)
{
    uint32_t column = 0;
    int64_t delay_us = 0;
    fb_relation inner;
    FB_TRY(fb_analyze_relation(a, raw->children[0], &inner));
    FB_TRY(find_column(a, raw, &inner, &column));
    *out = inner;
    if (!inner.plan->is_streaming) return FB_OK; /* has no meaning, as in Spark */
    if (!is_event_time_type(inner.scope.columns[column].type))
        return fail_type(a, raw, &inner.scope.columns[column]);
    if (!fb_interval_length_us(&raw->delay, FB_INTERVAL_DAYS_PER_MONTH, &delay_us) || delay_us < 0)
        return fb_analyzer_fail(a, raw->delay_position, FB_E_ANALYSIS, "",
                                "the delay of a watermark must not be negative and at most "
                                "292,000 years");
    uint32_t count = inner.plan->output_count;
    fb_plan *plan = fb_plan_make(a->arena, FB_PLAN_WATERMARK, raw->position, inner.plan);
    fb_attribute *output = fb_arena_copy(a->arena, inner.plan->output, count * sizeof *output);
    fb_attribute *columns = fb_arena_copy(a->arena, inner.scope.columns, count * sizeof *columns);
    const char *delay = fb_arena_printf(a->arena, "%" PRId64, delay_us / 1000);
    if (!plan || !output || !columns || !delay) return fb_analyzer_nomem(a);
    FB_TRY(mark_columns(a, output, count, column, delay));
    FB_TRY(mark_columns(a, columns, count, column, delay));
    plan->output = output;
    plan->output_count = count;
    plan->watermark_column = column;
    plan->delay_ms = delay_us / 1000;
    out->plan = plan;
    out->scope.columns = columns;
    return FB_OK;
}
