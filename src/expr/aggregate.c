/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/aggregate.h"

#include "expr/bind.h"

#include <stdio.h>

static const fb_aggregate_list *const lists[] = {
    &fb_aggregates_average, &fb_aggregates_bits,     &fb_aggregates_by,    &fb_aggregates_collect,
    &fb_aggregates_count,   &fb_aggregates_extremum, &fb_aggregates_first, &fb_aggregates_moments,
    &fb_aggregates_pairs,   &fb_aggregates_sum,
};

enum { LIST_COUNT = sizeof lists / sizeof lists[0] };

const fb_aggregate_list *const *fb_aggregate_lists(uint32_t *count)
{
    *count = LIST_COUNT;
    return lists;
}

const fb_aggregate *fb_aggregate_find(fb_slice name)
{
    for (uint32_t i = 0; i < LIST_COUNT; i++)
        for (uint32_t j = 0; j < lists[i]->count; j++)
            if (fb_slice_equal_nocase(name, fb_slice_of(lists[i]->functions[j].name)))
                return &lists[i]->functions[j];
    return NULL;
}

static fb_status check_arg_count(fb_binder *binder, const fb_aggregate_call *call)
{
    const fb_aggregate *function = call->function;
    if (call->arg_count >= function->min_args &&
        (function->max_args == FB_ARGS_ANY || call->arg_count <= function->max_args))
        return FB_OK;
    char expected[32];
    if (function->max_args == FB_ARGS_ANY)
        (void)snprintf(expected, sizeof expected, "> %d", function->min_args - 1);
    else if (function->min_args == function->max_args)
        (void)snprintf(expected, sizeof expected, "%d", function->min_args);
    else
        (void)snprintf(expected, sizeof expected, "[%d, %d]", function->min_args,
                       function->max_args);
    return fb_bind_fail_at(binder, call->position, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                           "The `%s` requires %s parameters but the actual number is %u.",
                           function->name, expected, call->arg_count);
}

fb_status fb_aggregate_bind(fb_binder *binder, const fb_aggregate *function,
                            const fb_expr *const *args, uint32_t arg_count, fb_position position,
                            fb_aggregate_call **out)
{
    *out = NULL;
    fb_aggregate_call *call = fb_arena_alloc_zero(binder->arena, sizeof *call);
    const fb_expr **own =
        fb_arena_copy(binder->arena, (const void *)args, arg_count * sizeof(const fb_expr *));
    if (!call || !own) return fb_fail_nomem(binder->err, "an aggregate");
    call->function = function;
    call->args = own;
    call->arg_count = arg_count;
    call->position = position;
    call->ansi = binder->ansi;
    FB_TRY(check_arg_count(binder, call));
    FB_TRY(function->bind(binder, call));
    FB_ASSERT(call->type && call->update && call->merge && call->evaluate);
    FB_ASSERT(call->field_count > 0 && call->field_count <= FB_AGGREGATE_MAX_FIELDS);
    *out = call;
    return FB_OK;
}
