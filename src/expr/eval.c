/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluation of bound trees over chunks, and what kernels need for it. */
#include "expr/expr.h"

#include "base/status.h"
#include "expr/function.h"

#include <stdarg.h>
#include <stdio.h>

/* --- for kernels --- */

fb_status fb_eval_nomem(fb_eval *eval)
{
    return fb_fail_nomem(eval->err, "the values of an expression");
}

fb_status fb_eval_output(fb_eval *eval, size_t row_count, fb_column *out)
{
    return fb_column_init(out, eval->arena, out->type, row_count) ? FB_OK : fb_eval_nomem(eval);
}

/* `validity` &= that of a flat column. */
static void intersect(uint64_t *validity, const uint64_t *other, size_t words)
{
    for (size_t i = 0; i < words; i++)
        validity[i] &= other[i];
}

fb_status fb_eval_merge_validity(fb_eval *eval, const fb_column *args, uint32_t arg_count,
                                 size_t row_count, fb_column *out)
{
    size_t words = fb_bits_words(row_count);
    uint64_t *shared = NULL; /* an argument's bitmap, as long as only one has nulls */
    uint64_t *owned = NULL;
    out->validity = NULL;
    if (out->type->id == FB_TYPE_VOID) return FB_OK;
    for (uint32_t i = 0; i < arg_count; i++) {
        const fb_column *arg = &args[i];
        bool all_null = arg->is_constant && fb_column_is_null(arg, 0);
        if (all_null || arg->type->id == FB_TYPE_VOID) {
            owned = fb_arena_array(eval->arena, words, sizeof *owned);
            if (!owned) return fb_eval_nomem(eval);
            fb_bits_fill(owned, row_count, false);
            out->validity = owned;
            return FB_OK;
        }
        if (arg->is_constant || !arg->validity || arg->validity == shared) continue;
        if (!shared) {
            shared = arg->validity;
            continue;
        }
        if (!owned) {
            owned = fb_arena_copy(eval->arena, shared, words * sizeof *owned);
            if (!owned) return fb_eval_nomem(eval);
        }
        intersect(owned, arg->validity, words);
    }
    out->validity = owned ? owned : shared;
    return FB_OK;
}

fb_status fb_eval_own_validity(fb_eval *eval, size_t row_count, fb_column *out)
{
    if (!out->validity)
        return fb_column_need_validity(out, eval->arena, row_count) ? FB_OK : fb_eval_nomem(eval);
    size_t bytes = fb_bits_words(out->is_constant ? 1 : row_count) * sizeof(uint64_t);
    out->validity = fb_arena_copy(eval->arena, out->validity, bytes);
    return out->validity ? FB_OK : fb_eval_nomem(eval);
}

fb_status fb_eval_string(fb_eval *eval, fb_slice text, fb_string *out)
{
    *out = (fb_string){.size = 0};
    if (text.size > UINT32_MAX)
        return fb_fail(eval->err, FB_E_LIMIT, 0, "a string of %zu bytes: the most is %u", text.size,
                       UINT32_MAX);
    if (text.size > FB_STRING_INLINE) {
        text.data = fb_arena_copy(eval->arena, text.data, text.size);
        if (!text.data) return fb_eval_nomem(eval);
    }
    *out = fb_string_view(text);
    return FB_OK;
}

fb_status fb_eval_fail(fb_eval *eval, const fb_expr *self, const char *condition,
                       const char *format, ...)
{
    char message[FB_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fb_status status = fb_fail_condition(eval->err, FB_E_COMPUTE, condition, "%s", message);
    if (!eval->err) return status;
    if (length < 0 || (size_t)length >= sizeof message) eval->err->truncated = true;
    eval->err->line = self->position.line;
    eval->err->column = self->position.column;
    return status;
}

/* --- evaluation --- */

/* Without rows nothing is computed, so that a constant that would fail does not. */
static fb_status no_rows(fb_eval *eval, const fb_expr *expr, fb_column *out)
{
    return fb_column_init(out, eval->arena, expr->type, 0) ? FB_OK : fb_eval_nomem(eval);
}

/* Evaluates `expr` where `validity` has its bit set; zero and null-free elsewhere. */
static fb_status eval_where(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                            const uint64_t *validity, fb_column *out)
{
    uint32_t count = 0;
    uint32_t *rows = fb_arena_array(eval->arena, input->row_count, sizeof *rows);
    if (!rows) return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < input->row_count; i++) {
        rows[count] = i;
        count += fb_bits_get(validity, i);
    }
    fb_column part;
    if (count == 0)
        return fb_column_init_null(out, eval->arena, expr->type) ? FB_OK : fb_eval_nomem(eval);
    FB_TRY(fb_expr_eval_rows(expr, eval, input, rows, count, &part));
    if (part.is_constant) {
        *out = part;
        return FB_OK;
    }
    return fb_column_init_zero(out, eval->arena, expr->type, input->row_count) &&
                   fb_column_scatter(out, eval->arena, input->row_count, rows, count, &part)
               ? FB_OK
               : fb_eval_nomem(eval);
}

static fb_status eval_args(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                           fb_column *args)
{
    fb_null_order order = expr->function->null_order;
    uint32_t count = expr->arg_count;
    for (uint32_t done = 0; done < count; done++) {
        bool reverse = order == FB_NULLS_SKIP_REVERSE;
        uint32_t index = reverse ? count - 1 - done : done;
        const fb_expr *arg = expr->args[index];
        fb_column before = {.type = fb_type_of(FB_TYPE_BOOLEAN)};
        if (order != FB_NULLS_EVALUATED && done > 0 && arg->can_fail)
            FB_TRY(fb_eval_merge_validity(eval, reverse ? &args[index + 1] : args, done,
                                          input->row_count, &before));
        if (before.validity)
            FB_TRY(eval_where(arg, eval, input, before.validity, &args[index]));
        else
            FB_TRY(fb_expr_eval(arg, eval, input, &args[index]));
    }
    return FB_OK;
}

static fb_status eval_call(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                           fb_column *out)
{
    *out = (fb_column){.type = expr->type};
    if (expr->lazy_kernel) return expr->lazy_kernel(expr, eval, input, out);
    fb_column *args = fb_arena_array(eval->arena, expr->arg_count, sizeof *args);
    if (!args) return fb_eval_nomem(eval);
    FB_TRY(eval_args(expr, eval, input, args));
    bool all_constant = expr->deterministic;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        all_constant &= args[i].is_constant;
    size_t row_count = all_constant ? 1 : input->row_count;
    FB_TRY(expr->kernel(expr, eval, args, row_count, out));
    FB_DEBUG_ASSERT(out->type == expr->type || fb_type_equal(out->type, expr->type));
    if (all_constant && !out->is_constant) fb_column_make_constant(out);
    return FB_OK;
}

fb_status fb_expr_eval(const fb_expr *expr, fb_eval *eval, const fb_chunk *input, fb_column *out)
{
    if (input->row_count == 0) return no_rows(eval, expr, out);
    switch (expr->kind) {
    case FB_EXPR_COLUMN:
        FB_ASSERT(expr->ordinal < input->column_count);
        *out = input->columns[expr->ordinal];
        return FB_OK;
    case FB_EXPR_LITERAL:
        *out = expr->literal;
        return FB_OK;
    case FB_EXPR_CALL:
        return eval_call(expr, eval, input, out);
    }
    FB_UNREACHABLE();
}

/* Gathers the columns that `expr` refers to and that `out` does not have yet. */
static fb_status gather_columns(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                                const uint32_t *rows, uint32_t row_count, fb_chunk *out)
{
    if (expr->kind == FB_EXPR_COLUMN) {
        FB_ASSERT(expr->ordinal < input->column_count);
        fb_column *column = &out->columns[expr->ordinal];
        if (column->type) return FB_OK;
        return fb_column_gather(column, eval->arena, &input->columns[expr->ordinal], rows,
                                row_count)
                   ? FB_OK
                   : fb_eval_nomem(eval);
    }
    if (expr->kind != FB_EXPR_CALL) return FB_OK;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        FB_TRY(gather_columns(expr->args[i], eval, input, rows, row_count, out));
    return FB_OK;
}

fb_status fb_expr_eval_rows(const fb_expr *expr, fb_eval *eval, const fb_chunk *input,
                            const uint32_t *rows, uint32_t row_count, fb_column *out)
{
    FB_ASSERT(row_count <= input->row_count);
    if (row_count == input->row_count) return fb_expr_eval(expr, eval, input, out);
    fb_chunk part = {.row_count = row_count, .column_count = input->column_count};
    part.columns = fb_arena_alloc_zero(eval->arena, input->column_count * sizeof *part.columns);
    if (!part.columns) return fb_eval_nomem(eval);
    if (row_count) FB_TRY(gather_columns(expr, eval, input, rows, row_count, &part));
    return fb_expr_eval(expr, eval, &part, out);
}

/* Appends the index of each set byte; no branch per row. */
static uint32_t list_true(const uint8_t *bools, uint32_t row_count, uint32_t *rows)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        rows[count] = i;
        count += bools[i];
    }
    return count;
}

static uint32_t list_valid_true(const uint8_t *bools, const uint64_t *validity, uint32_t row_count,
                                uint32_t *rows)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        rows[count] = i;
        count += bools[i] & (uint32_t)(validity[i / 64] >> (i % 64));
    }
    return count;
}

fb_status fb_expr_select(const fb_expr *expr, fb_eval *eval, const fb_chunk *input, uint32_t *rows,
                         uint32_t *row_count)
{
    *row_count = 0;
    fb_column column;
    FB_TRY(fb_expr_eval(expr, eval, input, &column));
    FB_ASSERT(column.type->id == FB_TYPE_BOOLEAN);
    if (column.is_constant) {
        if (fb_column_is_null(&column, 0) || !column.bools[0]) return FB_OK;
        for (uint32_t i = 0; i < input->row_count; i++)
            rows[i] = i;
        *row_count = input->row_count;
    } else if (column.validity) {
        *row_count = list_valid_true(column.bools, column.validity, input->row_count, rows);
    } else {
        *row_count = list_true(column.bools, input->row_count, rows);
    }
    return FB_OK;
}

/* --- trees --- */

bool fb_expr_is_foldable(const fb_expr *expr)
{
    switch (expr->kind) {
    case FB_EXPR_COLUMN:
        return false;
    case FB_EXPR_LITERAL:
        return true;
    case FB_EXPR_CALL:
        break;
    }
    if (!expr->deterministic) return false;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (!fb_expr_is_foldable(expr->args[i])) return false;
    return true;
}

void fb_expr_resolve_ordinals(fb_expr *expr, const uint64_t *attribute_ids, uint32_t count)
{
    if (expr->kind == FB_EXPR_COLUMN) {
        uint32_t ordinal = 0;
        while (ordinal < count && attribute_ids[ordinal] != expr->attribute_id)
            ordinal++;
        FB_ASSERT(ordinal < count);
        expr->ordinal = ordinal;
    }
    if (expr->kind != FB_EXPR_CALL) return;
    for (uint32_t i = 0; i < expr->arg_count; i++) /* the tree is not shared yet */
        fb_expr_resolve_ordinals((fb_expr *)expr->args[i], attribute_ids, count);
}
