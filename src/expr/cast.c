/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts among the integers and to double; anything else is refused by name. */
#include "base/status.h"
#include "expr/bind.h"

static int64_t integer_at(const fb_column *column, size_t row)
{
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        return column->int8s[row];
    case FB_TYPE_SMALLINT:
        return column->int16s[row];
    case FB_TYPE_INT:
        return column->int32s[row];
    default:
        return column->int64s[row];
    }
}

static fb_status eval_widen(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    (void)self;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    for (size_t i = 0; i < row_count; i++) {
        int64_t value = integer_at(args, i);
        switch (out->type->id) {
        case FB_TYPE_SMALLINT:
            out->int16s[i] = (int16_t)value;
            break;
        case FB_TYPE_INT:
            out->int32s[i] = (int32_t)value;
            break;
        case FB_TYPE_BIGINT:
            out->int64s[i] = value;
            break;
        default:
            out->doubles[i] = (double)value;
            break;
        }
    }
    return FB_OK;
}

static const fb_function cast_function = {.name = "cast", .null_order = FB_NULLS_SKIP};

fb_status fb_bind_cast(fb_binder *binder, const fb_expr *expr, const fb_type *type, bool is_try,
                       fb_position position, const fb_expr **out)
{
    const fb_type *from = expr->type;
    *out = expr;
    if (fb_type_equal(from, type)) return FB_OK;
    fb_expr *call = fb_arena_alloc_zero(binder->arena, sizeof *call);
    const fb_expr **args = fb_arena_array(binder->arena, 1, sizeof *args);
    if (!call || !args) return fb_fail_nomem(binder->err, "a cast");
    args[0] = expr;
    *call = (fb_expr){.kind = FB_EXPR_CALL,
                      .type = type,
                      .nullable = expr->nullable || is_try,
                      .deterministic = expr->deterministic,
                      .can_fail = expr->can_fail,
                      .position = position,
                      .function = &cast_function,
                      .args = args,
                      .arg_count = 1,
                      .kernel = eval_widen};
    bool to_double = type->id == FB_TYPE_DOUBLE && fb_type_is_integral(from);
    bool widens = fb_type_is_integral(from) && fb_type_is_integral(type) && type->id > from->id;
    if (from->id == FB_TYPE_VOID) {
        *out = fb_expr_literal_null(binder->arena, type);
        return *out ? FB_OK : fb_fail_nomem(binder->err, "a cast");
    }
    *out = call;
    if (to_double || widens) return FB_OK;
    *out = NULL;
    return fb_bind_mismatch(binder, call, "CAST_WITHOUT_SUGGESTION",
                            "cannot cast \"%s\" to \"%s\".", fb_type_sql(from, binder->arena),
                            fb_type_sql(type, binder->arena));
}
