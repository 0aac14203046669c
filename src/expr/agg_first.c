/* SPDX-License-Identifier: Apache-2.0
 *
 * first, last, any_value: the value and whether there was one. With a second argument true, rows
 * with NULL are passed over. */
#include "expr/agg_value.h"
#include "expr/bind.h"
#include "expr/buffer_column.h"

enum { VALUE, IS_SET };

static fb_status keep(fb_eval *eval, fb_arena *heap, fb_column *fields, uint32_t group,
                      const fb_column *from, size_t row)
{
    fields[IS_SET].bools[group] = 1;
    return fb_buffer_column_put(&fields[VALUE], heap, group, from, row) ? FB_OK
                                                                        : fb_eval_nomem(eval);
}

static fb_status first_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                              fb_column *fields, const uint32_t *groups, const fb_column *args,
                              size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        if (fields[IS_SET].bools[groups[i]]) continue;
        if (call->ignores_nulls && fb_column_is_null(args, i)) continue;
        FB_TRY(keep(eval, heap, fields, groups[i], args, i));
    }
    return FB_OK;
}

static fb_status last_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                             fb_column *fields, const uint32_t *groups, const fb_column *args,
                             size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        if (call->ignores_nulls && fb_column_is_null(args, i)) continue;
        FB_TRY(keep(eval, heap, fields, groups[i], args, i));
    }
    return FB_OK;
}

static fb_status first_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                             fb_column *fields, const uint32_t *groups, const fb_column *others,
                             size_t row_count)
{
    (void)call;
    for (size_t i = 0; i < row_count; i++)
        if (!fields[IS_SET].bools[groups[i]] && others[IS_SET].bools[i])
            FB_TRY(keep(eval, heap, fields, groups[i], &others[VALUE], i));
    return FB_OK;
}

static fb_status last_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                            fb_column *fields, const uint32_t *groups, const fb_column *others,
                            size_t row_count)
{
    (void)call;
    for (size_t i = 0; i < row_count; i++)
        if (others[IS_SET].bools[i]) FB_TRY(keep(eval, heap, fields, groups[i], &others[VALUE], i));
    return FB_OK;
}

static fb_status first_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                const fb_column *fields, size_t group_count, fb_column *out)
{
    (void)call;
    return fb_aggregate_copy_field(eval, &fields[VALUE], group_count, out);
}

static fb_status read_ignore_nulls(fb_binder *binder, fb_aggregate_call *call)
{
    if (call->arg_count < 2) return FB_OK;
    const fb_expr *flag = call->args[1];
    bool is_constant = flag->kind == FB_EXPR_LITERAL && flag->type->id == FB_TYPE_BOOLEAN &&
                       !fb_column_is_null(&flag->literal, 0);
    if (!is_constant)
        return fb_bind_fail_at(binder, call->position, "_LEGACY_ERROR_TEMP_1210",
                               "The second argument in %s should be a boolean literal.",
                               call->function->name);
    call->ignores_nulls = flag->literal.bools[0];
    call->arg_count = 1;
    return FB_OK;
}

static fb_status bind_value(fb_binder *binder, fb_aggregate_call *call, const char *field)
{
    FB_TRY(read_ignore_nulls(binder, call));
    FB_TRY(fb_aggregate_check_value(binder, call, 0));
    call->type = call->args[0]->type;
    call->nullable = true;
    call->fields[VALUE] =
        (fb_buffer_field){.name = field, .type = call->type, .nullable = true, .starts_null = true};
    call->fields[IS_SET] = (fb_buffer_field){
        .name = "valueSet", .type = fb_type_of(FB_TYPE_BOOLEAN), .is_declared_nullable = true};
    call->field_count = 2;
    call->evaluate = first_evaluate;
    return FB_OK;
}

static fb_status bind_first(fb_binder *binder, fb_aggregate_call *call)
{
    FB_TRY(bind_value(binder, call, "first"));
    call->update = first_update;
    call->merge = first_merge;
    return FB_OK;
}

static fb_status bind_last(fb_binder *binder, fb_aggregate_call *call)
{
    FB_TRY(bind_value(binder, call, "last"));
    call->update = last_update;
    call->merge = last_merge;
    return FB_OK;
}

static const fb_aggregate functions[] = {
    {"any_value", 1, 2, bind_first, "any_value(expr[, ignoreNulls]) - some value: the first"},
    {"first", 1, 2, bind_first, "first(expr[, ignoreNulls]) - the first value"},
    {"first_value", 1, 2, bind_first, "first_value(expr[, ignoreNulls]) - the same as first"},
    {"last", 1, 2, bind_last, "last(expr[, ignoreNulls]) - the last value"},
    {"last_value", 1, 2, bind_last, "last_value(expr[, ignoreNulls]) - the same as last"},
};

const fb_aggregate_list fb_aggregates_first = {functions, sizeof functions / sizeof *functions};
