/* SPDX-License-Identifier: Apache-2.0
 *
 * IN lists, greatest, least: one value against many. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/function_lists.h"
#include "expr/kernel_compare.h"

/* --- IN --- */

/* What is known of each row: whether an equal item was found, or might be a null one. */
typedef struct membership {
    uint8_t *found;
    uint8_t *unknown;
} membership;

static void compare_flat(fb_comparison op, const fb_column *a, const fb_column *b, size_t row_count,
                         uint8_t *out)
{
    if (!fb_type_is_nested(a->type) && a->type->id != FB_TYPE_VOID) {
        fb_compare_values(op, a->type, a->values, b->values, b->is_constant, out, row_count);
        return;
    }
    for (size_t i = 0; i < row_count; i++) {
        int order = fb_compare_rows(a, i, b, i);
        out[i] = op == FB_EQUAL ? order == 0 : op == FB_LESS ? order < 0 : order > 0;
    }
}

/* An item that cannot fail: compared with all rows at once. */
static fb_status match_all(const fb_expr *item, fb_eval *eval, const fb_chunk *input,
                           const fb_column *value, const membership *result)
{
    fb_column column;
    uint8_t *equal = fb_arena_alloc(eval->arena, input->row_count);
    if (!equal) return fb_eval_nomem(eval);
    FB_TRY(fb_expr_eval(item, eval, input, &column));
    compare_flat(FB_EQUAL, value, &column, input->row_count, equal);
    if (!column.validity && column.type->id != FB_TYPE_VOID) {
        for (size_t i = 0; i < input->row_count; i++)
            result->found[i] |= equal[i];
        return FB_OK;
    }
    for (size_t i = 0; i < input->row_count; i++) {
        bool is_null = fb_column_is_null(&column, i);
        result->found[i] |= equal[i] & !is_null;
        result->unknown[i] |= is_null;
    }
    return FB_OK;
}

/* An item that may fail is evaluated only where nothing was found yet. */
static fb_status match_open(const fb_expr *item, fb_eval *eval, const fb_chunk *input,
                            const fb_column *value, const membership *result)
{
    uint32_t count = 0;
    uint32_t *rows = fb_arena_array(eval->arena, input->row_count, sizeof *rows);
    if (!rows) return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < input->row_count; i++) {
        rows[count] = i;
        count += !result->found[i] & !fb_column_is_null(value, i);
    }
    if (count == 0) return FB_OK;
    fb_column column;
    FB_TRY(fb_expr_eval_rows(item, eval, input, rows, count, &column));
    for (uint32_t i = 0; i < count; i++) {
        if (fb_column_is_null(&column, i))
            result->unknown[rows[i]] = true;
        else if (fb_compare_rows(value, rows[i], &column, i) == 0)
            result->found[rows[i]] = true;
    }
    return FB_OK;
}

static fb_status eval_in(const fb_expr *self, fb_eval *eval, const fb_chunk *input, fb_column *out)
{
    size_t row_count = input->row_count;
    fb_column value, constant;
    FB_TRY(fb_eval_output(eval, row_count, out));
    membership result = {.found = out->bools,
                         .unknown = fb_arena_alloc_zero(eval->arena, row_count)};
    if (!result.unknown) return fb_eval_nomem(eval);
    memset(result.found, 0, row_count);
    FB_TRY(fb_expr_eval(self->args[0], eval, input, &constant));
    if (!fb_column_flatten(&value, eval->arena, &constant, row_count)) return fb_eval_nomem(eval);
    for (uint32_t i = 1; i < self->arg_count; i++) {
        const fb_expr *item = self->args[i];
        FB_TRY(item->can_fail ? match_open(item, eval, input, &value, &result)
                              : match_all(item, eval, input, &value, &result));
    }
    FB_TRY(fb_eval_merge_validity(eval, &value, 1, row_count, out));
    FB_TRY(fb_eval_own_validity(eval, row_count, out));
    for (size_t i = 0; i < row_count; i++) {
        bool is_null = (result.unknown[i] & !result.found[i]) | fb_column_is_null(&value, i);
        fb_bits_put(out->validity, i, !is_null);
    }
    return FB_OK;
}

static fb_status bind_in(fb_binder *binder, fb_expr *call)
{
    const fb_type *type;
    FB_TRY(fb_bind_common_args(binder, call, 0, &type));
    if (type->id == FB_TYPE_VOID) /* NULL IN (NULL) */
        for (uint32_t i = 0; i < call->arg_count; i++)
            FB_TRY(fb_bind_cast_arg(binder, call, i, fb_type_of(FB_TYPE_BOOLEAN)));
    if (fb_type_has_map(type))
        return fb_bind_mismatch(binder, call, "INVALID_ORDERING_TYPE",
                                "The `in` does not support ordering on type \"%s\".",
                                fb_type_sql(type, binder->arena));
    call->type = fb_type_of(FB_TYPE_BOOLEAN);
    call->lazy_kernel = eval_in;
    return FB_OK;
}

/* --- greatest, least --- */

static fb_status eval_extreme(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    fb_comparison better = self->function->name[0] == 'g' ? FB_GREATER : FB_LESS;
    uint32_t *rows = fb_arena_array(eval->arena, row_count, sizeof *rows);
    uint8_t *wins = fb_arena_alloc(eval->arena, row_count);
    if (!rows || !wins) return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < row_count; i++)
        rows[i] = i;
    if (!fb_column_init_zero(out, eval->arena, self->type, row_count) ||
        !fb_column_scatter(out, eval->arena, row_count, rows, row_count, &args[0]))
        return fb_eval_nomem(eval);
    for (uint32_t k = 1; k < self->arg_count; k++) {
        fb_column arg, part;
        if (!fb_column_flatten(&arg, eval->arena, &args[k], row_count)) return fb_eval_nomem(eval);
        compare_flat(better, &arg, out, row_count, wins);
        uint32_t count = 0;
        for (uint32_t i = 0; i < row_count; i++) {
            rows[count] = i;
            count += (wins[i] | fb_column_is_null(out, i)) & !fb_column_is_null(&arg, i);
        }
        if (!fb_column_gather(&part, eval->arena, &arg, rows, count) ||
            !fb_column_scatter(out, eval->arena, row_count, rows, count, &part))
            return fb_eval_nomem(eval);
    }
    return FB_OK;
}

static fb_status bind_extreme(fb_binder *binder, fb_expr *call)
{
    const char *name = call->function->name;
    fb_common_rules rules = binder->ansi ? FB_COMMON_ANSI_NO_STRINGS : FB_COMMON_LEGACY_NO_STRINGS;
    if (call->arg_count < 2) return fb_bind_arg_count_error(binder, call, "> 1");
    FB_TRY(fb_bind_common_range(binder, call, 0, call->arg_count, rules, name, &call->type));
    if (fb_type_has_map(call->type))
        return fb_bind_mismatch(binder, call, "INVALID_ORDERING_TYPE",
                                "The `%s` does not support ordering on type \"%s\".", name,
                                fb_type_sql(call->type, binder->arena));
    call->nullable = true;
    for (uint32_t i = 0; i < call->arg_count; i++)
        call->nullable &= call->args[i]->nullable;
    call->kernel = eval_extreme;
    return FB_OK;
}

static const fb_function functions[] = {
    {.name = "in",
     .min_args = 2,
     .max_args = FB_ARGS_ANY,
     .bind = bind_in,
     .usage = "a IN (b, ...) - true where a equals one of them"},
    {.name = "greatest",
     .min_args = 2,
     .max_args = FB_ARGS_ANY,
     .bind = bind_extreme,
     .usage = "greatest(a, b, ...) - the greatest that is not NULL",
     .null_order = FB_NULLS_EVALUATED},
    {.name = "least",
     .min_args = 2,
     .max_args = FB_ARGS_ANY,
     .bind = bind_extreme,
     .usage = "least(a, b, ...) - the least that is not NULL",
     .null_order = FB_NULLS_EVALUATED},
};

const fb_function_list fb_functions_in = {functions, sizeof functions / sizeof *functions};
