/* SPDX-License-Identifier: Apache-2.0
 *
 * What a streaming query and a batch query may contain: the part of Spark's
 * UnsupportedOperationChecker that concerns the operators there are. */
#include "plan/plan.h"

static fb_status fail_at(const fb_plan *plan, fb_error *err, fb_status status)
{
    if (err) {
        err->line = plan->position.line;
        err->column = plan->position.column;
    }
    return status;
}

/* The first UNION of a stream with rows that do not stream; NULL: none. */
static const fb_plan *find_mixed_union(const fb_plan *plan)
{
    for (uint32_t i = 0; i < plan->child_count; i++) {
        const fb_plan *found = find_mixed_union(plan->children[i]);
        if (found) return found;
        if (plan->kind == FB_PLAN_UNION &&
            plan->children[i]->is_streaming != plan->children[0]->is_streaming)
            return plan;
    }
    return NULL;
}

fb_status fb_plan_check_streaming(const fb_plan *plan, fb_error *err)
{
    if (!plan->is_streaming)
        return fail_at(plan, err,
                       fb_fail_condition(err, FB_E_ANALYSIS, "WRITE_STREAM_NOT_ALLOWED",
                                         "`writeStream` can be called only on streaming "
                                         "Dataset/DataFrame: the query reads no stream; write "
                                         "FROM STREAM view"));
    const fb_plan *mixed = find_mixed_union(plan);
    if (!mixed) return FB_OK;
    return fail_at(mixed, err,
                   fb_fail_condition(err, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3102",
                                     "Union between streaming and batch DataFrames/Datasets is "
                                     "not supported"));
}

fb_status fb_plan_check_batch(const fb_plan *plan, fb_error *err)
{
    if (!plan->is_streaming) return FB_OK;
    return fail_at(plan, err,
                   fb_fail_condition(err, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3102",
                                     "Queries with streaming sources must be executed with "
                                     "writeStream.start(): put the SELECT into CREATE STREAMING "
                                     "TABLE"));
}
