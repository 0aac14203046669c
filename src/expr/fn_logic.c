/* SPDX-License-Identifier: Apache-2.0
 *
 * Three-valued logic. Spark evaluates the right side of AND and OR only where the left side has
 * not decided, which shows when the right side fails: x <> 0 AND 1 / x > 2. */
#include "base/status.h"
#include "expr/fn_arithmetic.h"
#include "expr/function_lists.h"

/* A BOOLEAN column as two bitmaps, so that logic works on 64 rows at a time. */
typedef struct truth {
    uint64_t *is_true;
    uint64_t *is_false;
} truth;

static bool init_truth(truth *out, fb_arena *arena, size_t words)
{
    out->is_true = fb_arena_array(arena, words, sizeof(uint64_t));
    out->is_false = fb_arena_array(arena, words, sizeof(uint64_t));
    return out->is_true && out->is_false;
}

/* The eight 0/1 bytes at `bytes` as the low bits of a word: the product moves byte i's bit to
 * bit 56 + i without carries between them. */
static inline uint64_t pack8(const uint8_t *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    return (eight * UINT64_C(0x0102040810204080)) >> 56;
}

static uint64_t pack_word(const uint8_t *bools, size_t count)
{
    uint64_t word = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        word |= pack8(bools + i) << i;
    for (; i < count; i++)
        word |= (uint64_t)bools[i] << i;
    return word;
}

static fb_status read_truth(fb_eval *eval, const fb_column *column, size_t row_count, truth *out)
{
    size_t words = fb_bits_words(row_count);
    if (!init_truth(out, eval->arena, words)) return fb_eval_nomem(eval);
    if (column->is_constant || column->type->id == FB_TYPE_VOID) {
        bool is_null = fb_column_is_null(column, 0);
        fb_bits_fill(out->is_true, row_count, !is_null && column->bools[0]);
        fb_bits_fill(out->is_false, row_count, !is_null && !column->bools[0]);
        return FB_OK;
    }
    for (size_t i = 0; i < words; i++) {
        size_t left = row_count - i * 64;
        uint64_t bits = pack_word(column->bools + i * 64, left < 64 ? left : 64);
        uint64_t valid = column->validity ? column->validity[i] : UINT64_MAX;
        out->is_true[i] = bits & valid;
        out->is_false[i] = ~bits & valid;
    }
    return FB_OK;
}

/* Unpacks is_true into bytes; rows that are neither true nor false become null. */
static fb_status write_truth(fb_eval *eval, const truth *value, size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    uint64_t missing = 0;
    size_t words = fb_bits_words(row_count);
    for (size_t i = 0; i < row_count; i++)
        out->bools[i] = (value->is_true[i / 64] >> (i % 64)) & 1;
    for (size_t i = 0; i < words; i++) {
        uint64_t in_range =
            row_count - i * 64 < 64 ? (UINT64_C(1) << (row_count % 64)) - 1 : UINT64_MAX;
        value->is_false[i] |= value->is_true[i]; /* now: validity */
        missing |= ~value->is_false[i] & in_range;
    }
    out->validity = missing ? value->is_false : NULL;
    return FB_OK;
}

static void combine(bool is_and, const truth *a, const truth *b, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        a->is_true[i] = is_and ? a->is_true[i] & b->is_true[i] : a->is_true[i] | b->is_true[i];
        a->is_false[i] = is_and ? a->is_false[i] | b->is_false[i] : a->is_false[i] & b->is_false[i];
    }
}

/* Neither side has nulls and both are flat: no bitmaps needed. */
static fb_status combine_bytes(bool is_and, fb_eval *eval, const fb_column *left,
                               const fb_column *right, size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    const uint8_t *restrict a = left->bools, *restrict b = right->bools;
    uint8_t *restrict result = out->bools;
    if (is_and) {
        for (size_t i = 0; i < row_count; i++)
            result[i] = a[i] & b[i];
    } else {
        for (size_t i = 0; i < row_count; i++)
            result[i] = a[i] | b[i];
    }
    return FB_OK;
}

static bool is_plain(const fb_column *column)
{
    return column->type->id == FB_TYPE_BOOLEAN && !column->is_constant && !column->validity;
}

/* Rows in which the left side leaves the result open. */
static uint32_t list_open(const truth *left, bool is_and, uint32_t row_count, uint32_t *rows)
{
    const uint64_t *decided = is_and ? left->is_false : left->is_true;
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        rows[count] = i;
        count += !fb_bits_get(decided, i);
    }
    return count;
}

/* The right side where it is open; elsewhere its value does not matter. */
static fb_status eval_open(const fb_expr *right, bool is_and, fb_eval *eval, const fb_chunk *input,
                           const truth *left, truth *out)
{
    uint32_t *rows = fb_arena_array(eval->arena, input->row_count, sizeof *rows);
    if (!rows || !init_truth(out, eval->arena, fb_bits_words(input->row_count)))
        return fb_eval_nomem(eval);
    uint32_t count = list_open(left, is_and, input->row_count, rows);
    fb_column column;
    FB_TRY(fb_expr_eval_rows(right, eval, input, rows, count, &column));
    fb_bits_fill(out->is_true, input->row_count, false);
    fb_bits_fill(out->is_false, input->row_count, false);
    for (uint32_t i = 0; i < count; i++) {
        if (fb_column_is_null(&column, i)) continue;
        bool value = column.bools[fb_column_index(&column, i)];
        fb_bits_set(value ? out->is_true : out->is_false, rows[i]);
    }
    return FB_OK;
}

static fb_status eval_and_or(const fb_expr *self, fb_eval *eval, const fb_chunk *input,
                             fb_column *out, bool is_and)
{
    size_t row_count = input->row_count;
    fb_column left, right;
    truth left_truth, right_truth;
    FB_TRY(fb_expr_eval(self->args[0], eval, input, &left));
    if (!self->args[1]->can_fail) {
        FB_TRY(fb_expr_eval(self->args[1], eval, input, &right));
        if (is_plain(&left) && is_plain(&right))
            return combine_bytes(is_and, eval, &left, &right, row_count, out);
        if (left.is_constant && right.is_constant) row_count = 1;
        FB_TRY(read_truth(eval, &left, row_count, &left_truth));
        FB_TRY(read_truth(eval, &right, row_count, &right_truth));
    } else {
        FB_TRY(read_truth(eval, &left, row_count, &left_truth));
        FB_TRY(eval_open(self->args[1], is_and, eval, input, &left_truth, &right_truth));
    }
    combine(is_and, &left_truth, &right_truth, fb_bits_words(row_count));
    FB_TRY(write_truth(eval, &left_truth, row_count, out));
    if (row_count < input->row_count) fb_column_make_constant(out);
    return FB_OK;
}

static fb_status eval_and(const fb_expr *self, fb_eval *eval, const fb_chunk *input, fb_column *out)
{
    return eval_and_or(self, eval, input, out, true);
}

static fb_status eval_or(const fb_expr *self, fb_eval *eval, const fb_chunk *input, fb_column *out)
{
    return eval_and_or(self, eval, input, out, false);
}

static fb_status eval_not(const fb_expr *self, fb_eval *eval, const fb_column *args,
                          size_t row_count, fb_column *out)
{
    (void)self;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    const uint8_t *restrict in = args[0].bools;
    uint8_t *restrict result = out->bools;
    for (size_t i = 0; i < row_count; i++)
        result[i] = in[i] ^ 1;
    return FB_OK;
}

/* --- binding --- */

static fb_status bind_and_or(fb_binder *binder, fb_expr *call)
{
    const fb_type *boolean = fb_type_of(FB_TYPE_BOOLEAN);
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    /* Text is taken for a boolean beside a boolean only. */
    bool has_boolean = a->id == FB_TYPE_BOOLEAN || b->id == FB_TYPE_BOOLEAN;
    bool has_text = a->id == FB_TYPE_STRING || b->id == FB_TYPE_STRING;
    bool has_null = a->id == FB_TYPE_VOID || b->id == FB_TYPE_VOID;
    bool is_allowed = fb_type_equal(a, b) ? has_boolean || has_null
                                          : has_boolean && (has_null || (has_text && binder->ansi));
    if (!is_allowed) return fb_bind_operands_refused(binder, call, "\"BOOLEAN\"");
    FB_TRY(fb_bind_cast_arg(binder, call, 0, boolean));
    FB_TRY(fb_bind_cast_arg(binder, call, 1, boolean));
    call->type = boolean;
    call->lazy_kernel = fb_slice_is(fb_slice_of(call->function->name), "and") ? eval_and : eval_or;
    return FB_OK;
}

static fb_status bind_not(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_BOOLEAN)));
    call->type = fb_type_of(FB_TYPE_BOOLEAN);
    call->kernel = eval_not;
    return FB_OK;
}

static const fb_function functions[] = {
    {.name = "and",
     .min_args = 2,
     .max_args = 2,
     .bind = bind_and_or,
     .usage = "a AND b - true when both are"},
    {.name = "or",
     .min_args = 2,
     .max_args = 2,
     .bind = bind_and_or,
     .usage = "a OR b - true when at least one is"},
    {.name = "not",
     .min_args = 1,
     .max_args = 1,
     .bind = bind_not,
     .usage = "NOT a - the opposite of a BOOLEAN",
     .null_order = FB_NULLS_SKIP},
};

const fb_function_list fb_functions_logic = {functions, sizeof functions / sizeof *functions};
