/* SPDX-License-Identifier: Apache-2.0
 *
 * Constants: made by the parser and the binders, or by evaluating what refers to no column. */
#include "expr/function.h"

static fb_expr *new_literal(fb_arena *arena, const fb_type *type)
{
    fb_expr *expr = fb_arena_alloc_zero(arena, sizeof *expr);
    if (!expr || !fb_column_init_null(&expr->literal, arena, type)) return NULL;
    expr->kind = FB_EXPR_LITERAL;
    expr->type = type;
    expr->nullable = true;
    expr->deterministic = true;
    return expr;
}

static void set_valid(fb_expr *expr)
{
    expr->literal.validity = NULL;
    expr->nullable = false;
}

fb_expr *fb_expr_literal_null(fb_arena *arena, const fb_type *type)
{
    return new_literal(arena, type);
}

fb_expr *fb_expr_literal_int(fb_arena *arena, int32_t value)
{
    fb_expr *expr = new_literal(arena, fb_type_of(FB_TYPE_INT));
    if (!expr) return NULL;
    set_valid(expr);
    expr->literal.int32s[0] = value;
    return expr;
}

fb_expr *fb_expr_literal_string(fb_arena *arena, fb_slice text)
{
    fb_expr *expr = new_literal(arena, fb_type_of(FB_TYPE_STRING));
    const char *bytes = fb_arena_copy(arena, text.data, text.size);
    if (!expr || !bytes || text.size > UINT32_MAX) return NULL;
    set_valid(expr);
    expr->literal.strings[0] = fb_string_view(fb_slice_make(bytes, text.size));
    return expr;
}

fb_status fb_expr_fold(fb_binder *binder, const fb_eval_context *context, const fb_expr *expr,
                       const fb_expr **out)
{
    *out = NULL;
    FB_ASSERT(fb_expr_is_foldable(expr));
    if (expr->kind == FB_EXPR_LITERAL) {
        *out = expr;
        return FB_OK;
    }
    fb_eval eval = {.context = context, .arena = binder->arena, .err = binder->err};
    const fb_chunk one_row = {.row_count = 1};
    fb_column value;
    FB_TRY(fb_expr_eval(expr, &eval, &one_row, &value));
    if (!value.is_constant) fb_column_make_constant(&value); /* a lazy kernel may answer flat */
    fb_expr *literal = fb_arena_alloc_zero(binder->arena, sizeof *literal);
    if (!literal) return fb_fail_nomem(binder->err, "a constant");
    literal->kind = FB_EXPR_LITERAL;
    literal->type = expr->type;
    literal->nullable = fb_column_is_null(&value, 0);
    literal->deterministic = true;
    literal->position = expr->position;
    literal->literal = value;
    *out = literal;
    return FB_OK;
}
