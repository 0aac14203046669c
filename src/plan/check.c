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

/* --- aggregations and output modes --- */

/* The first node of the kind, from the output down; NULL: none. */
static const fb_plan *find_node(const fb_plan *plan, fb_plan_kind kind)
{
    if (plan->kind == kind) return plan;
    const fb_plan *found = NULL;
    for (uint32_t i = 0; i < plan->child_count && !found; i++)
        found = find_node(plan->children[i], kind);
    return found;
}

/* `hint`: what to do, on a line of its own. */
static fb_status fail_mode(const fb_plan *plan, const char *mode, const char *what,
                           const char *hint, fb_error *err)
{
    return fail_at(plan, err,
                   fb_fail_condition(err, FB_E_ANALYSIS,
                                     "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                                     "Invalid streaming output mode: %s. This output mode is not "
                                     "supported for %s on streaming DataFrames/DataSets.\n%s",
                                     mode, what, hint));
}

/* Both halves of what append mode asks for; a user mostly lacks one. */
static const char *append_hint(const fb_plan *aggregate)
{
    if (find_node(aggregate, FB_PLAN_WATERMARK))
        return "the watermark's column, or a window of it, has to be among the GROUP BY "
               "expressions, so that a group is complete at some time; or outputMode 'update'";
    return "append mode needs FROM STREAM v WATERMARK t DELAY OF INTERVAL ..., and t or "
           "window(t, ...) in GROUP BY; or outputMode 'update' or 'complete'";
}

static bool has_event_time_key(const fb_plan *aggregate)
{
    for (uint32_t i = 0; i < aggregate->expr_count; i++)
        if (aggregate->exprs[i]->kind == FB_EXPR_COLUMN &&
            fb_attribute_is_event_time(&aggregate->output[i]))
            return true;
    return false;
}

/* In append mode a group comes out when the watermark has passed it: there must be one. Spark asks
 * that of the first aggregation, and of the others, in these words, when the query runs. */
static fb_status check_append(const fb_plan *plan, const fb_plan *first, fb_error *err)
{
    bool is_endless = plan->kind == FB_PLAN_AGGREGATE && !has_event_time_key(plan);
    if (is_endless && plan == first)
        return fail_mode(plan, "append", "streaming aggregations without watermark",
                         append_hint(plan), err);
    if (is_endless)
        return fail_at(plan, err,
                       fb_fail_condition(err, FB_E_ANALYSIS,
                                         "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK",
                                         "Append output mode not supported for aggregations on "
                                         "streaming DataFrames/DataSets without watermark.\n%s",
                                         append_hint(plan)));
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(check_append(plan->children[i], first, err));
    return FB_OK;
}

static fb_status check_mode(const fb_plan *plan, fb_output_mode mode, fb_error *err)
{
    const fb_plan *first = find_node(plan, FB_PLAN_AGGREGATE);
    if (mode == FB_OUTPUT_APPEND) return check_append(plan, first, err);
    if (mode == FB_OUTPUT_COMPLETE && !first)
        return fail_mode(plan, "complete", "no streaming aggregations",
                         "without aggregation, outputMode 'append' or 'update'", err);
    return FB_OK;
}

static fb_status fail_3102(const fb_plan *plan, const char *text, fb_error *err)
{
    return fail_at(plan, err,
                   fb_fail_condition(err, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3102", "%s", text));
}

/* The first aggregation with a call of f(DISTINCT x); NULL: none. */
static const fb_plan *find_distinct_call(const fb_plan *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++)
        if (plan->calls[i].is_distinct) return plan;
    const fb_plan *found = NULL;
    for (uint32_t i = 0; i < plan->child_count && !found; i++)
        found = find_distinct_call(plan->children[i]);
    return found;
}

static fb_status check_distinct_calls(const fb_plan *plan, fb_error *err)
{
    const fb_plan *distinct = find_distinct_call(plan);
    if (!distinct) return FB_OK;
    return fail_3102(distinct,
                     "Distinct aggregations are not supported on streaming DataFrames/Datasets. "
                     "Consider using approx_count_distinct() instead.",
                     err);
}

/* What an aggregation emits in update and complete mode may be older than the watermark, so that
 * another one behind it would take it for late. */
static fb_status check_chains(const fb_plan *plan, bool is_below, fb_error *err)
{
    bool is_aggregate = plan->kind == FB_PLAN_AGGREGATE;
    if (is_aggregate && is_below)
        return fail_3102(plan,
                         "Detected pattern of possible 'correctness' issue due to global "
                         "watermark. The query contains stateful operation which can emit rows "
                         "older than the current watermark plus allowed late record delay, which "
                         "are \"late rows\" in downstream stateful operations and these rows can "
                         "be discarded. Chained aggregations need append mode.",
                         err);
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(check_chains(plan->children[i], is_below || is_aggregate, err));
    return FB_OK;
}

/* A sort needs all rows: those of an aggregation in complete mode. */
static fb_status check_sorts(const fb_plan *plan, fb_output_mode mode, fb_error *err)
{
    const fb_plan *aggregate = find_node(plan, FB_PLAN_AGGREGATE);
    bool is_whole = mode == FB_OUTPUT_COMPLETE && aggregate && !aggregate->is_distinct;
    if (plan->kind == FB_PLAN_SORT && plan->is_streaming && !is_whole)
        return fail_3102(plan,
                         "Sorting is not supported on streaming DataFrames/Datasets, unless it is "
                         "on aggregated DataFrame/Dataset in Complete output mode",
                         err);
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(check_sorts(plan->children[i], mode, err));
    return FB_OK;
}

static fb_status check_watermarks(const fb_plan *plan, bool is_below, fb_error *err)
{
    bool is_watermark = plan->kind == FB_PLAN_WATERMARK;
    if (is_watermark && is_below)
        return fail_at(plan, err,
                       fb_fail_condition(err, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3076",
                                         "Redefining watermark is disallowed: another one lies "
                                         "above this"));
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(check_watermarks(plan->children[i], is_below || is_watermark, err));
    return FB_OK;
}

fb_status fb_plan_check_streaming(const fb_plan *plan, fb_output_mode mode, fb_error *err)
{
    if (!plan->is_streaming)
        return fail_at(plan, err,
                       fb_fail_condition(err, FB_E_ANALYSIS, "WRITE_STREAM_NOT_ALLOWED",
                                         "`writeStream` can be called only on streaming "
                                         "Dataset/DataFrame: the query reads no stream; write "
                                         "FROM STREAM view"));
    const fb_plan *mixed = find_mixed_union(plan);
    if (mixed)
        return fail_3102(
            mixed, "Union between streaming and batch DataFrames/Datasets is not supported", err);
    FB_TRY(check_mode(plan, mode, err));
    FB_TRY(check_distinct_calls(plan, err));
    if (mode != FB_OUTPUT_APPEND) FB_TRY(check_chains(plan, false, err));
    FB_TRY(check_sorts(plan, mode, err));
    return check_watermarks(plan, false, err);
}

fb_status fb_plan_check_batch(const fb_plan *plan, fb_error *err)
{
    const fb_plan *distinct = find_distinct_call(plan);
    if (distinct)
        return fail_at(distinct, err,
                       fb_fail(err, FB_E_UNSUPPORTED, 0,
                               "DISTINCT in an aggregate function is not supported yet; count the "
                               "rows of a SELECT DISTINCT"));
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
