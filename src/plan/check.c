/* SPDX-License-Identifier: Apache-2.0
 *
 * What a streaming query and a batch query may contain: the part of Spark's
 * UnsupportedOperationChecker that concerns the operators there are. */
#include "plan/plan.h"

#include <stdlib.h>

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

fb_status fb_plan_check_streaming(const fb_plan *plan, fb_output_mode mode, fb_error *err)
{
    (void)mode;
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

static int compare_names(const void *x, const void *y)
{
    const fb_slice *a = x, *b = y;
    size_t common = a->size < b->size ? a->size : b->size;
    int order = common ? memcmp(a->data, b->data, common) : 0;
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static fb_slice lower_copy(fb_arena *arena, fb_slice name)
{
    char *copy = fb_arena_strdup(arena, name);
    for (size_t i = 0; copy && i < name.size; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] - 'A' + 'a');
    return (fb_slice){copy, copy ? name.size : 0};
}

fb_status fb_plan_check_names(const fb_plan *plan, bool case_sensitive, fb_arena *arena,
                              fb_error *err)
{
    fb_slice *names = fb_arena_array(arena, plan->output_count, sizeof *names);
    if (!names) return fb_fail_nomem(err, "a plan");
    for (uint32_t i = 0; i < plan->output_count; i++) {
        fb_slice name = plan->output[i].name;
        names[i] = case_sensitive ? name : lower_copy(arena, name);
        if (name.size && !names[i].data) return fb_fail_nomem(err, "a plan");
    }
    qsort(names, plan->output_count, sizeof *names, compare_names);
    for (uint32_t i = 1; i < plan->output_count; i++)
        if (fb_slice_equal(names[i - 1], names[i]))
            return fail_at(plan, err,
                           fb_fail_condition(err, FB_E_ANALYSIS, "COLUMN_ALREADY_EXISTS",
                                             "The column `%.*s` already exists. Choose another "
                                             "name or rename the existing column.",
                                             names[i].size > 80 ? 80 : (int)names[i].size,
                                             names[i].data));
    return FB_OK;
}
