/* SPDX-License-Identifier: Apache-2.0
 *
 * round, bround, ceil, floor: all numbers to a scale that is the same for all rows. */
#include "base/status.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/signature.h"

#include <math.h>
#include <stdio.h>

#define TEMPLATE static inline __attribute__((always_inline))

typedef enum rounding { ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_CEILING, ROUND_FLOOR } rounding;

/* What the binder leaves for the kernels. */
typedef struct round_state {
    rounding mode;
    int32_t scale;
    bool is_checked; /* ANSI: an integer that overflows is an error, not wrapped */
} round_state;

/* `value` / 10^`digits` as an integer, rounded. Beyond 38 digits only the sign is left of it. */
static fb_int128 divide_rounded(fb_int128 value, int64_t digits, rounding mode)
{
    if (digits <= 0) return value;
    fb_int128 quotient = 0, rest = value, divisor = 0;
    if (digits <= FB_DECIMAL_MAX_PRECISION) {
        divisor = fb_decimal_pow10((int)digits);
        quotient = value / divisor;
        rest = value % divisor;
    }
    fb_int128 away = value < 0 ? -1 : 1;
    fb_int128 size = rest < 0 ? -rest : rest;
    fb_int128 other = divisor - size; /* without the overflow that 2 * size may have */
    switch (mode) {
    case ROUND_CEILING:
        return quotient + (rest > 0);
    case ROUND_FLOOR:
        return quotient - (rest < 0);
    case ROUND_HALF_UP:
        return divisor && size >= other ? quotient + away : quotient;
    case ROUND_HALF_EVEN:
        if (!divisor || size < other) return quotient;
        return size > other || quotient % 2 ? quotient + away : quotient;
    }
    FB_UNREACHABLE();
}

/* --- integers --- */

static fb_status fail_overflow(fb_eval *eval, const fb_expr *self)
{
    return fb_eval_fail(eval, self, "ARITHMETIC_OVERFLOW",
                        "Overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to "
                        "bypass this error.");
}

/* Only negative scales come here; a number that is not even half of 10^-scale becomes 0. */
static fb_int128 round_integer(int64_t value, const round_state *state)
{
    int32_t digits = -state->scale;
    if (digits > 20) return 0;
    return divide_rounded(value, digits, state->mode) * fb_decimal_pow10(digits);
}

static int64_t integer_at(const fb_column *column, size_t i)
{
    switch (column->type->id) {
    case FB_TYPE_TINYINT:
        return column->int8s[i];
    case FB_TYPE_SMALLINT:
        return column->int16s[i];
    case FB_TYPE_INT:
        return column->int32s[i];
    default:
        return column->int64s[i];
    }
}

/* False when the value was cut. */
static bool put_integer(fb_column *out, size_t row, fb_int128 value)
{
    switch (out->type->id) {
    case FB_TYPE_TINYINT:
        return (out->int8s[row] = (int8_t)value) == value;
    case FB_TYPE_SMALLINT:
        return (out->int16s[row] = (int16_t)value) == value;
    case FB_TYPE_INT:
        return (out->int32s[row] = (int32_t)value) == value;
    default:
        return (out->int64s[row] = (int64_t)value) == value;
    }
}

static fb_status round_integer_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    const round_state *state = self->state;
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int64_t value = integer_at(&args[0], fb_column_index(&args[0], row));
        if (put_integer(out, row, round_integer(value, state)) || !state->is_checked) continue;
        if (!fb_kernel_is_null(out, row)) return fail_overflow(eval, self);
    }
    return FB_OK;
}

/* --- floating point: the decimal that is printed is rounded, as BigDecimal does --- */

enum { EXACT_POWER = 22, MAX_DOUBLE_DIGITS = 17, NUMBER_TEXT_MAX = 40 };

/* `units` * 10^-`scale`, correctly rounded. Ten to the 22nd is the last exact power. */
static double double_of(int64_t units, int32_t scale)
{
    static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool is_exact = units < INT64_C(1) << 53 && units > -(INT64_C(1) << 53);
    if (is_exact && scale >= 0 && scale <= EXACT_POWER) return (double)units / powers[scale];
    if (is_exact && scale < 0 && scale >= -EXACT_POWER) return (double)units * powers[-scale];
    char text[NUMBER_TEXT_MAX];
    int size = snprintf(text, sizeof text, "%llde%d", (long long)units, -scale);
    double value = 0;
    bool ok = size > 0 && fb_number_parse_double((fb_slice){text, (size_t)size}, &value);
    FB_ASSERT(ok);
    return value;
}

static double round_double(double value, const round_state *state)
{
    if (!isfinite(value)) return value;
    uint64_t digits;
    int32_t exponent;
    fb_number_shortest(fabs(value), &digits, &exponent);
    int64_t dropped = -(int64_t)exponent - state->scale;
    if (dropped <= 0) return value == 0 ? 0.0 : value; /* BigDecimal knows no -0.0 */
    if (dropped > MAX_DOUBLE_DIGITS + 1) return 0;
    int64_t units = value < 0 ? -(int64_t)digits : (int64_t)digits;
    units = (int64_t)divide_rounded(units, dropped, state->mode);
    return units ? double_of(units, state->scale) : 0;
}

static fb_status round_double_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->doubles[row] =
            round_double(args[0].doubles[fb_column_index(&args[0], row)], self->state);
    return FB_OK;
}

/* The digits are those of the float as a double. */
static fb_status round_float_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        double value = (double)args[0].floats[fb_column_index(&args[0], row)];
        out->floats[row] = (float)round_double(value, self->state);
    }
    return FB_OK;
}

/* --- decimals --- */

static fb_int128 decimal_at(const fb_column *column, size_t i)
{
    return fb_type_is_long_decimal(column->type) ? column->int64s[i] : column->int128s[i];
}

static void put_decimal(fb_column *out, size_t row, fb_int128 value)
{
    if (fb_type_is_long_decimal(out->type))
        out->int64s[row] = (int64_t)value;
    else
        out->int128s[row] = value;
}

static fb_status fail_range(fb_eval *eval, const fb_expr *self, fb_int128 units, int32_t zeros)
{
    static const char *const names[] = {[ROUND_HALF_UP] = "half up",
                                        [ROUND_HALF_EVEN] = "half even",
                                        [ROUND_CEILING] = "ceiling",
                                        [ROUND_FLOOR] = "floor"};
    char digits[FB_DECIMAL_TEXT_MAX];
    size_t size = fb_decimal_print((fb_decimal){.unscaled = units}, digits);
    size_t sign = units < 0;
    const round_state *state = self->state;
    return fb_eval_fail(eval, self, "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
                        " The %.*s%.*s rounded %s from %.*s.%.*sE+%zu cannot be represented as "
                        "Decimal(%d, %d).",
                        (int)size, digits, zeros, "00000000000000000000000000000000000000",
                        names[state->mode], (int)(sign + 1), digits, (int)(size - sign - 1),
                        digits + sign + 1, size - sign - 1 + (size_t)zeros, self->type->precision,
                        self->type->scale);
}

static fb_status round_decimal_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    const round_state *state = self->state;
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    int64_t dropped = (int64_t)args[0].type->scale - state->scale;
    int32_t zeros = state->scale < 0 ? -state->scale : 0; /* put back behind the digits */
    int precision = self->type->precision;
    for (size_t row = 0; row < row_count; row++) {
        fb_int128 value = decimal_at(&args[0], fb_column_index(&args[0], row));
        value = divide_rounded(value, dropped, state->mode);
        bool fits = zeros >= precision ? value == 0 : fb_decimal_fits(value, precision - zeros);
        put_decimal(out, row, fits && zeros && value ? value * fb_decimal_pow10(zeros) : value);
        if (!fits && !fb_kernel_is_null(out, row)) return fail_range(eval, self, value, zeros);
    }
    return FB_OK;
}

/* --- ceil and floor to integers --- */

/* Saturates; NaN is 0. */
static int64_t double_to_long(double value)
{
    if (isnan(value)) return 0;
    if (value >= 9223372036854775808.0) return INT64_MAX;
    if (value < -9223372036854775808.0) return INT64_MIN;
    return (int64_t)value;
}

TEMPLATE fb_status whole_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, bool up, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        double value = args[0].doubles[fb_column_index(&args[0], row)];
        out->int64s[row] = double_to_long(up ? ceil(value) : floor(value));
    }
    return FB_OK;
}

static fb_status ceil_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    return whole_rows(self, eval, args, row_count, true, out);
}

static fb_status floor_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    return whole_rows(self, eval, args, row_count, false, out);
}

/* An integer is its own ceiling and floor. */
static fb_status same_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    (void)self, (void)row_count;
    *out = args[0];
    if (!out->is_constant) return FB_OK;
    return fb_column_flatten(out, eval->arena, &args[0], row_count) ? FB_OK : fb_eval_nomem(eval);
}

/* --- binding --- */

/* The value of the scale, which has to be known now. */
static fb_status fold_scale(fb_binder *binder, fb_expr *call, int32_t *scale, bool *is_null)
{
    FB_TRY(fb_bind_coerce(binder, call, 1, fb_type_of(FB_TYPE_INT)));
    const fb_eval_context context = {.timezone = binder->timezone};
    const fb_expr *folded;
    FB_TRY(fb_expr_fold(binder, &context, call->args[1], &folded));
    *is_null = fb_column_is_null(&folded->literal, 0);
    *scale = *is_null ? 0 : folded->literal.int32s[0];
    fb_bind_set_arg(call, 1, folded);
    return FB_OK;
}

/* Digits in front of the point may become one more: 9.9 is rounded to 10. */
static const fb_type *rounded_decimal(fb_binder *binder, const fb_type *type, int32_t scale)
{
    int32_t digits = type->precision - type->scale + 1;
    int32_t kept = 0;
    if (scale < 0) {
        if (scale < -FB_DECIMAL_MAX_PRECISION) scale = -FB_DECIMAL_MAX_PRECISION;
        if (digits < -scale + 1) digits = -scale + 1;
    } else {
        kept = scale < type->scale ? scale : type->scale;
    }
    int32_t precision = digits + kept;
    if (precision > FB_DECIMAL_MAX_PRECISION) precision = FB_DECIMAL_MAX_PRECISION;
    return fb_type_decimal(binder->arena, precision, kept);
}

static fb_status bind_state(fb_binder *binder, fb_expr *call, rounding mode, int32_t scale)
{
    round_state *state = fb_arena_alloc(binder->arena, sizeof *state);
    if (!state) return fb_fail_nomem(binder->err, "an expression");
    /* More digits than any number has do not matter, but would overflow in sums. */
    int32_t bounded = scale < -10000 ? -10000 : scale > 10000 ? 10000 : scale;
    *state = (round_state){.mode = mode, .scale = bounded, .is_checked = binder->ansi};
    call->state = state;
    return FB_OK;
}

static fb_status bind_rounded(fb_binder *binder, fb_expr *call, rounding mode)
{
    int32_t scale = 0;
    bool is_null = false;
    if (call->arg_count > 1) {
        if (!fb_expr_is_foldable(call->args[1]))
            return fb_bind_mismatch(binder, call, "NON_FOLDABLE_INPUT",
                                    "the input `scale` should be a foldable \"INT\" expression.");
        FB_TRY(fold_scale(binder, call, &scale, &is_null));
    }
    FB_TRY(bind_state(binder, call, mode, scale));
    const fb_type *type = call->args[0]->type;
    if (!fb_type_is_numeric(type)) {
        FB_TRY(fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_DOUBLE)));
        type = call->args[0]->type;
    }
    call->type = type;
    if (type->id == FB_TYPE_DECIMAL) {
        call->type = rounded_decimal(binder, type, scale);
        if (!call->type) return fb_fail_nomem(binder->err, "an expression");
        call->kernel = round_decimal_kernel;
        call->can_fail = true;
    } else if (fb_type_is_integral(type)) {
        call->kernel = scale < 0 || is_null ? round_integer_kernel : same_kernel;
        call->can_fail |= scale < 0;
    } else {
        call->kernel = type->id == FB_TYPE_FLOAT ? round_float_kernel : round_double_kernel;
    }
    return FB_OK;
}

/* Spark says of all roundings that they may be NULL. */
static fb_status bind_round(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_rounded(binder, call, ROUND_HALF_UP));
    call->nullable = true;
    return FB_OK;
}

static fb_status bind_bround(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_rounded(binder, call, ROUND_HALF_EVEN));
    call->nullable = true;
    return FB_OK;
}

/* With a scale everything becomes a decimal. */
static fb_status bind_scaled(fb_binder *binder, fb_expr *call, rounding mode)
{
    bool is_null = true;
    int32_t scale = 0;
    if (fb_expr_is_foldable(call->args[1]) && call->args[1]->type->id == FB_TYPE_INT)
        FB_TRY(fold_scale(binder, call, &scale, &is_null));
    if (is_null)
        return fb_bind_fail_at(binder, call->args[1]->position, "NON_FOLDABLE_ARGUMENT",
                               "The function `%s` requires the parameter `scale` to be a foldable "
                               "expression of the type \"INT\", but the actual argument is a "
                               "non-foldable.",
                               call->function->name);
    const fb_type *type = call->args[0]->type;
    if (type->id != FB_TYPE_DECIMAL) {
        const fb_type *wanted = fb_type_is_numeric(type) ? fb_decimal_for(binder->arena, type)
                                                         : fb_type_decimal(binder->arena, 38, 18);
        if (!wanted) return fb_fail_nomem(binder->err, "an expression");
        FB_TRY(fb_bind_coerce(binder, call, 0, wanted));
        type = wanted;
    }
    FB_TRY(bind_state(binder, call, mode, scale));
    call->type = rounded_decimal(binder, type, scale);
    if (!call->type) return fb_fail_nomem(binder->err, "an expression");
    call->kernel = round_decimal_kernel;
    call->can_fail = true;
    return FB_OK;
}

static fb_status bind_whole(fb_binder *binder, fb_expr *call, rounding mode)
{
    if (call->arg_count > 1) return bind_scaled(binder, call, mode);
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_DECIMAL) {
        FB_TRY(bind_state(binder, call, mode, 0));
        int32_t digits = type->precision - type->scale + 1;
        call->type = type->scale ? fb_type_decimal(binder->arena, digits, 0) : type;
        call->kernel = round_decimal_kernel;
        return call->type ? FB_OK : fb_fail_nomem(binder->err, "an expression");
    }
    call->type = fb_type_of(FB_TYPE_BIGINT);
    if (fb_type_is_integral(type)) {
        call->kernel = same_kernel;
        return fb_bind_cast_arg(binder, call, 0, call->type);
    }
    call->kernel = mode == ROUND_CEILING ? ceil_kernel : floor_kernel;
    if (!fb_implicit_cast_allowed(binder->ansi, type, fb_type_of(FB_TYPE_DOUBLE)))
        return fb_bind_type_error(binder, call, 0, "(\"DOUBLE\" or \"DECIMAL\" or \"BIGINT\")");
    return fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_DOUBLE));
}

static fb_status bind_ceil(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_whole(binder, call, ROUND_CEILING));
    call->nullable = true;
    return FB_OK;
}

static fb_status bind_floor(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_whole(binder, call, ROUND_FLOOR));
    call->nullable = true;
    return FB_OK;
}

static const fb_function functions[] = {
    {"round", 1, 2, bind_round, .usage = "round(x[, scale]) - halves away from zero"},
    {"bround", 1, 2, bind_bround, .usage = "bround(x[, scale]) - halves to the even neighbour"},
    {"ceil", 1, 2, bind_ceil, .usage = "ceil(x[, scale]) - the least number not below x"},
    {"ceiling", 1, 2, bind_ceil, .usage = "ceiling(x[, scale]) - same as ceil"},
    {"floor", 1, 2, bind_floor, .usage = "floor(x[, scale]) - the largest number not above x"},
};

const fb_function_list fb_functions_round = {functions, sizeof functions / sizeof *functions};
