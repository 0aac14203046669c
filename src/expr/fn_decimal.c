/* SPDX-License-Identifier: Apache-2.0
 *
 * + - * / % div of decimals: Spark's result types, exact results rounded once. Where the result
 * type has room for every result, plain integers do; otherwise each row is fitted. */
#include "base/status.h"
#include "data/decimal.h"
#include "expr/fn_arithmetic.h"

#include <stdio.h>

/* What the binder prepares. */
typedef struct decimal_plan {
    fb_decimal_op op;
    fb_arithmetic_mode mode;
    int precision, scale;         /* of the result */
    fb_int128 factor_a, factor_b; /* plain loops: brings the operands to the result's scale */
} decimal_plan;

enum { MIN_ADJUSTED_SCALE = 6 };

/* Spark's adjustPrecisionScale: when 38 digits do not do, digits behind the point give way, but
 * not below six. */
static void adjust(int precision, int scale, decimal_plan *out)
{
    out->precision = precision;
    out->scale = scale;
    if (precision <= FB_DECIMAL_MAX_PRECISION) return;
    int whole = precision - scale;
    int least = scale < MIN_ADJUSTED_SCALE ? scale : MIN_ADJUSTED_SCALE;
    int left = FB_DECIMAL_MAX_PRECISION - whole;
    out->precision = FB_DECIMAL_MAX_PRECISION;
    out->scale = left > least ? left : least;
}

static int max_of(int a, int b)
{
    return a > b ? a : b;
}

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

static void result_type(const fb_type *a, const fb_type *b, decimal_plan *out)
{
    int whole_a = a->precision - a->scale, whole_b = b->precision - b->scale;
    int scale = max_of(a->scale, b->scale);
    switch (out->op) {
    case FB_DECIMAL_ADD:
    case FB_DECIMAL_SUBTRACT:
        adjust(max_of(whole_a, whole_b) + scale + 1, scale, out);
        break;
    case FB_DECIMAL_MULTIPLY:
        adjust(a->precision + b->precision + 1, a->scale + b->scale, out);
        break;
    case FB_DECIMAL_DIVIDE:
        scale = max_of(MIN_ADJUSTED_SCALE, a->scale + b->precision + 1);
        adjust(whole_a + b->scale + scale, scale, out);
        break;
    case FB_DECIMAL_REMAINDER:
        adjust(min_of(whole_a, whole_b) + scale, scale, out);
        break;
    case FB_DECIMAL_QUOTIENT:
        adjust(max_of(whole_a + b->scale, 1), 0, out);
        break;
    }
}

static fb_decimal decimal_at(const fb_column *column, size_t row)
{
    size_t index = fb_column_index(column, row);
    fb_int128 unscaled =
        fb_type_is_long_decimal(column->type) ? column->int64s[index] : column->int128s[index];
    return (fb_decimal){unscaled, column->type->scale};
}

/* --- plain loops --- */

/* All operands and results in 64 bits. Null rows may hold anything, hence the unsigned sums. */
static fb_status eval_longs(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    const decimal_plan *plan = self->state;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    uint64_t factor_a = (uint64_t)plan->factor_a, factor_b = (uint64_t)plan->factor_b;
    size_t step_a = !args[0].is_constant, step_b = !args[1].is_constant;
    const int64_t *a = args[0].int64s, *b = args[1].int64s;
    int64_t *restrict result = out->int64s;
    if (plan->op == FB_DECIMAL_MULTIPLY) {
        for (size_t i = 0; i < row_count; i++)
            result[i] = (int64_t)((uint64_t)a[i * step_a] * (uint64_t)b[i * step_b]);
        return FB_OK;
    }
    if (plan->op == FB_DECIMAL_SUBTRACT) factor_b = 0 - factor_b;
    for (size_t i = 0; i < row_count; i++)
        result[i] =
            (int64_t)((uint64_t)a[i * step_a] * factor_a + (uint64_t)b[i * step_b] * factor_b);
    return FB_OK;
}

/* Results of up to 38 digits that always fit. */
static fb_status eval_wide(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    const decimal_plan *plan = self->state;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    fb_uint128 factor_a = (fb_uint128)plan->factor_a, factor_b = (fb_uint128)plan->factor_b;
    if (plan->op == FB_DECIMAL_SUBTRACT) factor_b = 0 - factor_b;
    for (size_t i = 0; i < row_count; i++) {
        fb_uint128 a = (fb_uint128)decimal_at(&args[0], i).unscaled;
        fb_uint128 b = (fb_uint128)decimal_at(&args[1], i).unscaled;
        bool multiply = plan->op == FB_DECIMAL_MULTIPLY;
        out->int128s[i] = (fb_int128)(multiply ? a * b : a * factor_a + b * factor_b);
    }
    return FB_OK;
}

/* --- row by row --- */

static fb_status fail_range(fb_eval *eval, const fb_expr *self, const decimal_plan *plan,
                            fb_decimal a, fb_decimal b)
{
    char text[FB_DECIMAL_EXACT_TEXT_MAX];
    size_t size = fb_decimal_print_exact(plan->op, a, b, text);
    return fb_eval_fail(eval, self, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                        "%.*s cannot be represented as Decimal(%d, %d). If necessary set "
                        "\"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return "
                        "NULL instead.",
                        (int)size, text, plan->precision, plan->scale);
}

static bool divides(const decimal_plan *plan)
{
    return plan->op == FB_DECIMAL_DIVIDE || plan->op == FB_DECIMAL_REMAINDER ||
           plan->op == FB_DECIMAL_QUOTIENT;
}

/* One row: false in `*has_value` when there is none and that is no error. */
static fb_status compute(const fb_expr *self, fb_eval *eval, fb_decimal a, fb_decimal b,
                         fb_int128 *value, bool *has_value)
{
    const decimal_plan *plan = self->state;
    *value = 0;
    *has_value = false;
    if (divides(plan) && b.unscaled == 0) {
        if (plan->mode != FB_MODE_ANSI) return FB_OK;
        return plan->op == FB_DECIMAL_REMAINDER ? fb_eval_remainder_by_zero(eval, self)
                                                : fb_eval_divide_by_zero(eval, self);
    }
    *has_value = fb_decimal_compute(plan->op, a, b, plan->precision, plan->scale, value);
    if (*has_value || plan->mode != FB_MODE_ANSI) return FB_OK;
    return fail_range(eval, self, plan, a, b);
}

static fb_status eval_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    bool wide = self->type->id == FB_TYPE_DECIMAL && !fb_type_is_long_decimal(self->type);
    bool owned = false;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    for (size_t i = 0; i < row_count; i++) {
        fb_int128 value = 0;
        bool has_value = false, is_null = fb_column_is_null(out, i);
        if (!is_null)
            FB_TRY(compute(self, eval, decimal_at(&args[0], i), decimal_at(&args[1], i), &value,
                           &has_value));
        if (wide)
            out->int128s[i] = value;
        else
            out->int64s[i] = (int64_t)value; /* div beyond BIGINT wraps, as in Spark */
        if (is_null || has_value) continue;
        if (!owned) FB_TRY(fb_eval_own_validity(eval, row_count, out));
        owned = true;
        fb_bits_clear(out->validity, i);
    }
    return FB_OK;
}

/* --- binding --- */

static fb_decimal_op op_of(const fb_expr *call)
{
    fb_slice name = fb_slice_of(call->function->name);
    if (fb_slice_is(name, "+") || fb_slice_is(name, "try_add")) return FB_DECIMAL_ADD;
    if (fb_slice_is(name, "-") || fb_slice_is(name, "try_subtract")) return FB_DECIMAL_SUBTRACT;
    if (fb_slice_is(name, "*") || fb_slice_is(name, "try_multiply")) return FB_DECIMAL_MULTIPLY;
    if (fb_slice_is(name, "/") || fb_slice_is(name, "try_divide")) return FB_DECIMAL_DIVIDE;
    return fb_slice_is(name, "div") ? FB_DECIMAL_QUOTIENT : FB_DECIMAL_REMAINDER;
}

/* Every result of + - * is exact and fits: adjust() had nothing to give way. */
static bool always_fits(const decimal_plan *plan, const fb_type *a, const fb_type *b)
{
    if (divides(plan)) return false;
    if (plan->op == FB_DECIMAL_MULTIPLY)
        return a->precision + b->precision + 1 <= FB_DECIMAL_MAX_PRECISION;
    int scale = max_of(a->scale, b->scale);
    int whole = max_of(a->precision - a->scale, b->precision - b->scale);
    return whole + scale + 1 <= FB_DECIMAL_MAX_PRECISION;
}

fb_status fb_bind_decimal_arithmetic(fb_binder *binder, fb_expr *call)
{
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    decimal_plan *state = fb_arena_alloc(binder->arena, sizeof *state);
    if (!state) return fb_fail_nomem(binder->err, "an operator");
    *state = (decimal_plan){.op = op_of(call), .mode = fb_arithmetic_mode_of(binder, call)};
    result_type(a, b, state);
    call->type = state->op == FB_DECIMAL_QUOTIENT
                     ? fb_type_of(FB_TYPE_BIGINT)
                     : fb_type_decimal(binder->arena, state->precision, state->scale);
    if (!call->type) return fb_fail_nomem(binder->err, "a type");
    call->state = state;
    bool is_sum = state->op == FB_DECIMAL_ADD || state->op == FB_DECIMAL_SUBTRACT ||
                  state->op == FB_DECIMAL_MULTIPLY;
    /* As Spark says, also where every result fits. */
    call->nullable |= !is_sum || state->mode != FB_MODE_ANSI;
    if (always_fits(state, a, b)) {
        int scale = max_of(a->scale, b->scale);
        state->factor_a = fb_decimal_pow10(scale - a->scale);
        state->factor_b = fb_decimal_pow10(scale - b->scale);
        call->kernel = fb_type_is_long_decimal(call->type) ? eval_longs : eval_wide;
        return FB_OK;
    }
    call->kernel = eval_rows;
    call->can_fail |= state->mode == FB_MODE_ANSI;
    return FB_OK;
}

/* --- signs --- */

enum { SIGN_DIGITS = 34 };

/* Spark negates in 34 digits, ties to even: longer values come back rounded. */
static fb_int128 round_to_sign_digits(fb_int128 value)
{
    bool negative = value < 0;
    fb_int128 rest = negative ? -value : value, power = 1;
    while (rest / power >= fb_decimal_pow10(SIGN_DIGITS))
        power *= 10;
    if (power == 1) return value;
    fb_int128 kept = rest / power, lost = rest % power;
    kept += 2 * lost > power || (2 * lost == power && kept % 2 == 1);
    return negative ? -kept * power : kept * power;
}

static fb_status fail_sign(fb_eval *eval, const fb_expr *self, fb_int128 value)
{
    /* Only 10^precision does not fit; Spark shows it with its digits and with those that it
     * computed in. */
    const fb_type *type = self->type;
    char zeros[FB_DECIMAL_MAX_PRECISION + 1], exact[128], computed[128];
    memset(zeros, '0', sizeof zeros);
    int whole = type->precision - type->scale, dropped = type->precision + 1 - SIGN_DIGITS;
    const char *sign = value < 0 ? "-" : "";
    (void)snprintf(exact, sizeof exact, "%s1%.*s%s%.*s", sign, whole, zeros, type->scale ? "." : "",
                   type->scale, zeros);
    if (type->scale > dropped)
        (void)snprintf(computed, sizeof computed, "%s1%.*s.%.*s", sign, whole, zeros,
                       type->scale - dropped, zeros);
    else if (type->scale == dropped)
        (void)snprintf(computed, sizeof computed, "%s1%.*s", sign, whole, zeros);
    else
        (void)snprintf(computed, sizeof computed, "%s1.%.*sE+%d", sign, SIGN_DIGITS - 1, zeros,
                       whole);
    return fb_eval_fail(eval, self, "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
                        "The %s rounded half up from %s cannot be represented as Decimal(%d, %d).",
                        exact, computed, type->precision, type->scale);
}

static fb_status eval_signs(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    bool absolute = self->state != NULL;
    for (size_t i = 0; i < row_count; i++) {
        fb_int128 value = fb_column_is_null(out, i) ? 0 : args[0].int128s[i];
        out->int128s[i] = value;
        if (absolute && value >= 0) continue;
        out->int128s[i] = round_to_sign_digits(-value);
        if (!fb_decimal_fits(out->int128s[i], self->type->precision))
            return fail_sign(eval, self, out->int128s[i]);
    }
    return FB_OK;
}

static fb_status eval_long_signs(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    bool absolute = self->state != NULL;
    for (size_t i = 0; i < row_count; i++) {
        int64_t value = args[0].int64s[i];
        out->int64s[i] = absolute && value >= 0 ? value : (int64_t)(0 - (uint64_t)value);
    }
    return FB_OK;
}

void fb_bind_decimal_sign(fb_expr *call, bool absolute)
{
    static const char set[] = "";
    call->state = absolute ? set : NULL;
    call->can_fail |= call->type->precision > SIGN_DIGITS;
    call->kernel = fb_type_is_long_decimal(call->type) ? eval_long_signs : eval_signs;
}
