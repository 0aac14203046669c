/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding of CAST and TRY_CAST. */
#include "expr/cast.h"

#include "base/status.h"
#include "expr/bind.h"

static fb_status cast_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    bool is_constant = args[0].is_constant;
    FB_TRY(fb_cast_column(self, eval, self->state, &args[0], is_constant ? 1 : row_count, out));
    if (is_constant) fb_column_make_constant(out);
    return FB_OK;
}

static const fb_function cast_function = {
    .name = "cast", .min_args = 1, .max_args = 1, .null_order = FB_NULLS_SKIP};
static const fb_function try_cast_function = {
    .name = "try_cast", .min_args = 1, .max_args = 1, .null_order = FB_NULLS_SKIP};

static fb_status (*scalar_convert(const fb_type *from, const fb_type *to))(fb_cast_run *)
{
    if (to->id == FB_TYPE_STRING && from->id != FB_TYPE_BINARY) return fb_cast_to_string;
    switch (from->id) {
    case FB_TYPE_BOOLEAN:
        return fb_cast_from_integer;
    case FB_TYPE_TINYINT:
    case FB_TYPE_SMALLINT:
    case FB_TYPE_INT:
    case FB_TYPE_BIGINT:
        return to->id == FB_TYPE_BINARY ? fb_cast_integer_to_binary : fb_cast_from_integer;
    case FB_TYPE_FLOAT:
    case FB_TYPE_DOUBLE:
        return fb_cast_from_double;
    case FB_TYPE_DECIMAL:
        return fb_cast_from_decimal;
    case FB_TYPE_STRING:
        return to->id == FB_TYPE_BINARY ? fb_cast_same : fb_cast_from_string;
    case FB_TYPE_DATE:
        return fb_cast_from_date;
    case FB_TYPE_TIMESTAMP:
        return fb_cast_from_timestamp;
    case FB_TYPE_TIMESTAMP_NTZ:
        return fb_cast_from_timestamp_ntz;
    default:
        return fb_cast_same; /* BINARY to STRING: the bytes are the text */
    }
}

/* Fills in how `from` becomes `to`, which is allowed. */
static fb_status plan_cast(fb_binder *binder, const fb_type *from, const fb_type *to,
                           fb_cast_mode mode, fb_cast *out)
{
    *out = (fb_cast){.from = from, .to = to, .mode = mode};
    if (from->id == FB_TYPE_VOID) {
        out->convert = fb_cast_from_void;
    } else if (!fb_type_is_nested(to) || fb_type_equal(from, to)) {
        bool is_same = fb_type_equal(from, to);
        out->convert = is_same ? fb_cast_same : scalar_convert(from, to);
    } else {
        fb_cast *children = fb_arena_array(binder->arena, to->field_count, sizeof *children);
        if (!children) return fb_fail_nomem(binder->err, "a cast");
        for (uint32_t i = 0; i < to->field_count; i++)
            FB_TRY(plan_cast(binder, from->fields[i].type, to->fields[i].type, mode, &children[i]));
        out->children = children;
        out->convert = to->id == FB_TYPE_STRUCT ? fb_cast_struct : fb_cast_entries;
    }
    return FB_OK;
}

fb_status fb_bind_cast(fb_binder *binder, const fb_expr *expr, const fb_type *type, bool is_try,
                       fb_position position, const fb_expr **out)
{
    *out = expr;
    if (fb_type_equal(expr->type, type)) return FB_OK;
    fb_cast_mode mode = is_try ? FB_CAST_TRY : binder->ansi ? FB_CAST_ANSI : FB_CAST_LEGACY;
    fb_expr *call = fb_arena_alloc_zero(binder->arena, sizeof *call);
    const fb_expr **args = fb_arena_array(binder->arena, 1, sizeof *args);
    fb_cast *cast = fb_arena_alloc_zero(binder->arena, sizeof *cast);
    if (!call || !args || !cast) return fb_fail_nomem(binder->err, "a cast");
    args[0] = expr;
    *call = (fb_expr){
        .kind = FB_EXPR_CALL,
        .type = type,
        .deterministic = expr->deterministic,
        .position = position,
        .function = is_try ? &try_cast_function : &cast_function,
        .args = args,
        .arg_count = 1,
        .state = cast,
    };
    if (!fb_cast_is_allowed(expr->type, type, mode)) return fb_cast_mismatch(binder, call, mode);
    FB_TRY(plan_cast(binder, expr->type, type, mode, cast));
    call->nullable = expr->nullable || (is_try ? !fb_cast_is_upcast(expr->type, type)
                                               : fb_cast_may_give_null(expr->type, type));
    call->can_fail = expr->can_fail || fb_cast_can_fail(expr->type, type, mode);
    call->kernel = cast_kernel;
    (void)fb_cast_bind_special(call);
    *out = call;
    return FB_OK;
}
