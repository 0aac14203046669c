/* SPDX-License-Identifier: Apache-2.0
 *
 * The schemas of a group, as Spark writes them into state/<operator>/0/_metadata/schema. */
#include "exec/aggregation.h"

static fb_status split_calls(fb_arena *arena, const fb_plan *plan, fb_aggregation *out,
                             fb_error *err)
{
    const fb_aggregate_call **calls = fb_arena_array(arena, plan->call_count, sizeof *calls);
    const fb_expr **filters = fb_arena_array(arena, plan->call_count, sizeof *filters);
    if (!calls || !filters) return fb_fail_nomem(err, "an aggregation");
    for (uint32_t i = 0; i < plan->call_count; i++) {
        calls[i] = plan->calls[i].call;
        filters[i] = plan->calls[i].filter;
        out->field_count += calls[i]->field_count;
    }
    out->calls = calls;
    out->filters = filters;
    out->call_count = plan->call_count;
    return FB_OK;
}

static const fb_type *key_schema(fb_arena *arena, const fb_plan *plan)
{
    fb_field *fields = fb_arena_array(arena, plan->expr_count, sizeof *fields);
    if (!fields) return NULL;
    for (uint32_t i = 0; i < plan->expr_count; i++) {
        const fb_attribute *key = &plan->output[i];
        fields[i] = (fb_field){.name = key->name,
                               .type = key->type,
                               .nullable = key->nullable,
                               .metadata = key->metadata};
    }
    return fb_type_struct(arena, fields, plan->expr_count);
}

/* Spark's operators look at one event time only. The same column may be a key twice. */
static fb_status find_event_time(const fb_plan *plan, fb_aggregation *out, fb_error *err)
{
    out->event_time_key = -1;
    for (uint32_t i = 0; i < plan->expr_count; i++) {
        const fb_attribute *key = &plan->output[i];
        if (!fb_attribute_is_event_time(key)) continue;
        const fb_attribute *first =
            out->event_time_key < 0 ? NULL : &plan->output[out->event_time_key];
        if (first && first->id != key->id)
            return fb_fail_condition(
                err, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3077",
                "More than one event time columns are available. Please ensure there is at most "
                "one event time column per stream. event time columns: (%.*s, %.*s)",
                FB_SLICE_ARGS(first->name), FB_SLICE_ARGS(key->name));
        if (!first) out->event_time_key = (int)i;
    }
    if (out->event_time_key < 0) return FB_OK;
    out->event_time_is_window = plan->output[out->event_time_key].type->id == FB_TYPE_STRUCT;
    return FB_OK;
}

fb_status fb_aggregation_build(fb_arena *arena, const fb_plan *plan, fb_aggregation *out,
                               fb_error *err)
{
    *out = (fb_aggregation){.plan = plan, .key_count = plan->expr_count};
    FB_TRY(split_calls(arena, plan, out, err));
    out->key_schema = key_schema(arena, plan);
    out->value_schema = fb_buffers_schema(out->calls, out->call_count, arena);
    if (!out->key_schema || !out->value_schema) return fb_fail_nomem(err, "an aggregation");
    return find_event_time(plan, out, err);
}
