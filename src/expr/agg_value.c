/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/agg_value.h"

#include "expr/bind.h"

fb_status fb_aggregate_unsupported(fb_binder *binder, const fb_aggregate_call *call,
                                   const char *what)
{
    fb_status status = fb_fail(binder->err, FB_E_UNSUPPORTED, 0, "%s %s is not supported yet",
                               call->function->name, what);
    if (binder->err) {
        binder->err->line = call->position.line;
        binder->err->column = call->position.column;
    }
    return status;
}

fb_status fb_aggregate_check_value(fb_binder *binder, const fb_aggregate_call *call, uint32_t arg)
{
    if (call->args[arg]->type->id != FB_TYPE_VOID) return FB_OK;
    return fb_aggregate_unsupported(binder, call, "of VOID");
}

static bool has_order(const fb_type *type)
{
    if (type->id == FB_TYPE_MAP) return false;
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        if (!has_order(type->fields[i].type)) return false;
    return true;
}

fb_status fb_aggregate_check_order(fb_binder *binder, const fb_aggregate_call *call, uint32_t arg)
{
    const fb_type *type = call->args[arg]->type;
    if (has_order(type)) return FB_OK;
    return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                           "The `%s` does not support ordering on type \"%s\".",
                           call->function->name, fb_type_sql(type, binder->arena));
}

/* Nested values stay where they are: copying a part of the groups would copy the entries of all. */
fb_status fb_aggregate_copy_field(fb_eval *eval, const fb_column *field, size_t group_count,
                                  fb_column *out)
{
    *out = *field;
    if (fb_type_is_nested(field->type)) return FB_OK;
    return fb_column_copy(out, eval->arena, field, group_count) ? FB_OK : fb_eval_nomem(eval);
}
