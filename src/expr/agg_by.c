/* SPDX-License-Identifier: Apache-2.0
 *
 * max_by, min_by: a value, and the ordering that it has won with. Of equal orderings the later
 * row's value wins, as in Spark, while the ordering stays the first. */
#include "expr/agg_value.h"
#include "expr/bind.h"
#include "expr/buffer_column.h"
#include "expr/kernel_compare.h"

enum { VALUE, ORDERING };

/* Arguments and buffers have the same two columns: values and orderings. */
static fb_status fold(fb_eval *eval, fb_arena *heap, fb_column *fields, const uint32_t *groups,
                      const fb_column *from, size_t row_count, int sign)
{
    fb_column *best = &fields[ORDERING];
    for (size_t i = 0; i < row_count; i++) {
        uint32_t group = groups[i];
        if (fb_column_is_null(&from[ORDERING], i)) continue;
        int order = fb_buffer_is_null(best, group)
                        ? 1
                        : sign * fb_compare_rows(&from[ORDERING], i, best, group);
        if (order < 0) continue;
        if (!fb_buffer_column_put(&fields[VALUE], heap, group, &from[VALUE], i))
            return fb_eval_nomem(eval);
        if (order > 0 && !fb_buffer_column_put(best, heap, group, &from[ORDERING], i))
            return fb_eval_nomem(eval);
    }
    return FB_OK;
}

static fb_status max_by_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *args,
                               size_t row_count)
{
    (void)call;
    return fold(eval, heap, fields, groups, args, row_count, 1);
}

static fb_status min_by_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *args,
                               size_t row_count)
{
    (void)call;
    return fold(eval, heap, fields, groups, args, row_count, -1);
}

static fb_status by_evaluate(const fb_aggregate_call *call, fb_eval *eval, const fb_column *fields,
                             size_t group_count, fb_column *out)
{
    (void)call;
    return fb_aggregate_copy_field(eval, &fields[VALUE], group_count, out);
}

static fb_status bind_by(fb_binder *binder, fb_aggregate_call *call, fb_aggregate_update update)
{
    static const char *const names[] = {
        [VALUE] = "valueWithExtremumOrdering",
        [ORDERING] = "extremumOrdering",
    };
    if (call->arg_count > 2) return fb_aggregate_unsupported(binder, call, "with three arguments");
    FB_TRY(fb_aggregate_check_value(binder, call, VALUE));
    FB_TRY(fb_aggregate_check_value(binder, call, ORDERING));
    FB_TRY(fb_aggregate_check_order(binder, call, ORDERING));
    call->type = call->args[VALUE]->type;
    call->nullable = true;
    call->field_count = 2;
    for (int i = 0; i < 2; i++)
        call->fields[i] = (fb_buffer_field){
            .name = names[i], .type = call->args[i]->type, .nullable = true, .starts_null = true};
    call->update = call->merge = update;
    call->evaluate = by_evaluate;
    return FB_OK;
}

static fb_status bind_max_by(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_by(binder, call, max_by_update);
}

static fb_status bind_min_by(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_by(binder, call, min_by_update);
}

static const fb_aggregate functions[] = {
    {"max_by", 2, 3, bind_max_by, "max_by(x, y) - the value of x where y is largest"},
    {"min_by", 2, 3, bind_min_by, "min_by(x, y) - the value of x where y is smallest"},
};

const fb_aggregate_list fb_aggregates_by = {functions, sizeof functions / sizeof *functions};
