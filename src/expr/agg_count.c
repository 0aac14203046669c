/* SPDX-License-Identifier: Apache-2.0
 *
 * count(*), count(x, ...), count_if(x). */
#include "expr/aggregate.h"
#include "expr/bind.h"

static bool all_valid(const fb_column *args, uint32_t arg_count, size_t row)
{
    for (uint32_t i = 0; i < arg_count; i++)
        if (fb_column_is_null(&args[i], row)) return false;
    return true;
}

static bool no_nulls(const fb_column *args, uint32_t arg_count)
{
    for (uint32_t i = 0; i < arg_count; i++)
        if (args[i].validity || args[i].type->id == FB_TYPE_VOID) return false;
    return true;
}

static fb_status count_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                              fb_column *fields, const uint32_t *groups, const fb_column *args,
                              size_t row_count)
{
    (void)eval;
    (void)heap;
    int64_t *counts = fields[0].int64s;
    if (no_nulls(args, call->arg_count)) {
        for (size_t i = 0; i < row_count; i++)
            counts[groups[i]]++;
        return FB_OK;
    }
    for (size_t i = 0; i < row_count; i++)
        counts[groups[i]] += all_valid(args, call->arg_count, i);
    return FB_OK;
}

static fb_status count_if_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                 fb_column *fields, const uint32_t *groups, const fb_column *args,
                                 size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    int64_t *counts = fields[0].int64s;
    for (size_t i = 0; i < row_count; i++)
        counts[groups[i]] += !fb_column_is_null(args, i) && args->bools[fb_column_index(args, i)];
    return FB_OK;
}

static fb_status count_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                             fb_column *fields, const uint32_t *groups, const fb_column *others,
                             size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++)
        fields[0].int64s[groups[i]] += others[0].int64s[i];
    return FB_OK;
}

static fb_status count_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                const fb_column *fields, size_t group_count, fb_column *out)
{
    (void)call;
    FB_TRY(fb_eval_output(eval, group_count, out));
    memcpy(out->int64s, fields[0].int64s, group_count * sizeof *out->int64s);
    return FB_OK;
}

static void set_up(fb_aggregate_call *call)
{
    call->type = fb_type_of(FB_TYPE_BIGINT);
    call->fields[0] = (fb_buffer_field){.name = "count", .type = call->type};
    call->field_count = 1;
    call->update = count_update;
    call->merge = count_merge;
    call->evaluate = count_evaluate;
}

static fb_status bind_count(fb_binder *binder, fb_aggregate_call *call)
{
    (void)binder;
    set_up(call);
    return FB_OK;
}

static fb_status bind_count_if(fb_binder *binder, fb_aggregate_call *call)
{
    const fb_expr *arg = call->args[0];
    if (arg->type->id == FB_TYPE_VOID) {
        const fb_expr **args = fb_arena_array(binder->arena, 1, sizeof *args);
        if (!args) return fb_fail_nomem(binder->err, "an aggregate");
        FB_TRY(fb_bind_implicit_cast(binder, arg, fb_type_of(FB_TYPE_BOOLEAN), &args[0]));
        call->args = args;
    } else if (arg->type->id != FB_TYPE_BOOLEAN) {
        return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                               "The first parameter of `count_if` requires the \"BOOLEAN\" type, "
                               "however the argument has the type \"%s\".",
                               fb_type_sql(arg->type, binder->arena));
    }
    set_up(call);
    call->update = count_if_update;
    return FB_OK;
}

static const fb_aggregate functions[] = {
    {"count", 0, FB_ARGS_ANY, bind_count,
     "count(*), count(expr[, ...]) - rows, or rows in which no expr is NULL"},
    {"count_if", 1, 1, bind_count_if, "count_if(expr) - rows for which expr is true"},
};

const fb_aggregate_list fb_aggregates_count = {functions, sizeof functions / sizeof *functions};
