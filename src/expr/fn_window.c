/* SPDX-License-Identifier: Apache-2.0
 *
 * window_time(window): the last microsecond in a time window. window() itself is no function of a
 * row, since a row may be in several windows (plan/analyze_time.c). */
#include "expr/bind.h"
#include "expr/function_lists.h"

static fb_status eval_window_time(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    (void)self;
    const fb_column *end = &args[0].children[1];
    const fb_column both[] = {args[0], *end};
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t i = 0; i < row_count; i++)
        out->int64s[i] = (int64_t)((uint64_t)end->int64s[fb_column_index(end, i)] - 1);
    return fb_eval_merge_validity(eval, both, 2, row_count, out);
}

static fb_status bind_window_time(fb_binder *binder, fb_expr *call)
{
    const fb_type *type = call->args[0]->type;
    if (type->id != FB_TYPE_STRUCT) return fb_bind_type_error(binder, call, 0, "STRUCT");
    const fb_type *end = type->field_count == 2 ? type->fields[1].type : type;
    if (end->id != FB_TYPE_TIMESTAMP && end->id != FB_TYPE_TIMESTAMP_NTZ)
        return fb_bind_type_error(binder, call, 0, "STRUCT<start: TIMESTAMP, end: TIMESTAMP>");
    call->type = end;
    call->nullable = true;
    call->kernel = eval_window_time;
    return FB_OK;
}

static const fb_function functions[] = {
    {"window_time", 1, 1, bind_window_time,
     .usage = "window_time(window) - the last microsecond in a time window"},
};

const fb_function_list fb_functions_window = {functions, sizeof functions / sizeof *functions};
