/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/signature.h"

#include "expr/coerce.h"

static fb_param param_of(const fb_signature *signature, uint32_t index)
{
    uint32_t i = index < FB_SIGNATURE_PARAMS ? index : FB_SIGNATURE_PARAMS - 1;
    while (i && signature->params[i] == FB_PARAM_NONE)
        i--;
    return signature->params[i];
}

static fb_type_id type_of(fb_param param)
{
    switch (param) {
    case FB_PARAM_STRING:
    case FB_PARAM_BYTES:
        return FB_TYPE_STRING;
    case FB_PARAM_BINARY:
        return FB_TYPE_BINARY;
    case FB_PARAM_INT:
    case FB_PARAM_DAYS:
        return FB_TYPE_INT;
    case FB_PARAM_BIGINT:
        return FB_TYPE_BIGINT;
    case FB_PARAM_DOUBLE:
        return FB_TYPE_DOUBLE;
    case FB_PARAM_DATE:
        return FB_TYPE_DATE;
    case FB_PARAM_TIMESTAMP:
    case FB_PARAM_WALL_CLOCK:
        return FB_TYPE_TIMESTAMP;
    case FB_PARAM_NONE:
        break;
    }
    FB_UNREACHABLE();
}

/* The parameter takes the argument as it is. */
static bool keeps(fb_param param, fb_type_id id)
{
    return (param == FB_PARAM_BYTES && id == FB_TYPE_BINARY) ||
           (param == FB_PARAM_WALL_CLOCK && id == FB_TYPE_TIMESTAMP_NTZ);
}

static bool is_wider_than_int(const fb_type *type)
{
    return fb_type_is_numeric(type) && type->id > FB_TYPE_INT;
}

static fb_status bind_arg(fb_binder *binder, fb_expr *call, uint32_t index, fb_param param)
{
    const fb_type *from = call->args[index]->type;
    if (keeps(param, from->id)) return FB_OK;
    const fb_type *to = fb_type_of(type_of(param));
    if (param == FB_PARAM_DAYS && is_wider_than_int(from))
        return fb_bind_type_error(binder, call, index, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
    if (param == FB_PARAM_BYTES && !fb_implicit_cast_allowed(binder->ansi, from, to))
        return fb_bind_type_error(binder, call, index, "(\"STRING\" or \"BINARY\")");
    return fb_bind_coerce(binder, call, index, to);
}

/* Text and bytes do not mix: where there is text, bytes become text. */
static fb_status unify_bytes(fb_binder *binder, fb_expr *call, const fb_signature *signature)
{
    bool has_string = false;
    for (uint32_t i = 0; i < call->arg_count; i++)
        has_string |=
            param_of(signature, i) == FB_PARAM_BYTES && call->args[i]->type->id == FB_TYPE_STRING;
    if (!has_string) return FB_OK;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        if (param_of(signature, i) != FB_PARAM_BYTES) continue;
        if (call->args[i]->type->id == FB_TYPE_STRING) continue;
        FB_TRY(fb_bind_cast_arg(binder, call, i, fb_type_of(FB_TYPE_STRING)));
    }
    return FB_OK;
}

fb_status fb_bind_with(fb_binder *binder, fb_expr *call, const fb_signature *signature)
{
    for (uint32_t i = 0; i < call->arg_count; i++)
        FB_TRY(bind_arg(binder, call, i, param_of(signature, i)));
    FB_TRY(unify_bytes(binder, call, signature));
    if (signature->result != FB_TYPE_VOID)
        call->type = fb_type_of(signature->result);
    else
        call->type = call->args[0]->type;
    call->kernel = signature->kernel;
    call->can_fail |= signature->can_fail;
    call->nullable |= signature->makes_nulls;
    return FB_OK;
}

fb_status fb_bind_signature(fb_binder *binder, fb_expr *call)
{
    return fb_bind_with(binder, call, call->function->signature);
}
