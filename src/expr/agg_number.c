/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/agg_number.h"

#include "expr/bind.h"

fb_status fb_aggregate_cast_arg(fb_binder *binder, fb_aggregate_call *call, uint32_t arg,
                                const fb_type *type)
{
    const fb_expr **args =
        fb_arena_copy(binder->arena, (const void *)call->args, call->arg_count * sizeof *args);
    if (!args) return fb_fail_nomem(binder->err, "an aggregate");
    FB_TRY(fb_bind_implicit_cast(binder, call->args[arg], type, &args[arg]));
    call->args = args;
    return FB_OK;
}

fb_status fb_aggregate_check_number(fb_binder *binder, fb_aggregate_call *call, uint32_t arg)
{
    static const char *const ordinals[] = {"first", "second"};
    const fb_type *type = call->args[arg]->type;
    if (fb_type_is_numeric(type)) return FB_OK;
    if (type->id == FB_TYPE_STRING || type->id == FB_TYPE_TIMESTAMP || type->id == FB_TYPE_VOID)
        return fb_aggregate_cast_arg(binder, call, arg, fb_type_of(FB_TYPE_DOUBLE));
    return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                           "The %s parameter of `%s` requires the \"NUMERIC\" type, however the "
                           "argument has the type \"%s\".",
                           ordinals[arg], call->function->name, fb_type_sql(type, binder->arena));
}

const fb_type *fb_aggregate_sum_type(fb_arena *arena, const fb_type *decimal)
{
    int precision = decimal->precision + 10;
    if (precision > FB_DECIMAL_MAX_PRECISION) precision = FB_DECIMAL_MAX_PRECISION;
    return fb_type_decimal(arena, precision, decimal->scale);
}
