/* SPDX-License-Identifier: Apache-2.0
 *
 * + - * and their try_ forms, unary minus and plus, abs. */
#include "expr/fn_arithmetic.h"

#include "base/status.h"
#include "expr/function_lists.h"
#include "expr/kernel_arithmetic.h"

#include <math.h>

/* What + - * prepare for their kernel. */
typedef struct operation {
    fb_arithmetic op;
    fb_arithmetic_mode mode;
    fb_type_id id; /* of the operands; INT for a DATE that days are added to */
} operation;

static bool overflows(fb_arithmetic op, fb_type_id id, int64_t a, int64_t b)
{
    int64_t result;
    bool lost = op == FB_ADD        ? __builtin_add_overflow(a, b, &result)
                : op == FB_SUBTRACT ? __builtin_sub_overflow(a, b, &result)
                                    : __builtin_mul_overflow(a, b, &result);
    if (lost) return true;
    switch (id) {
    case FB_TYPE_TINYINT:
        return result != (int8_t)result;
    case FB_TYPE_SMALLINT:
        return result != (int16_t)result;
    case FB_TYPE_INT:
        return result != (int32_t)result;
    default:
        return false;
    }
}

static fb_status fail_overflow(fb_eval *eval, const fb_expr *self, const operation *plan, int64_t a,
                               int64_t b)
{
    static const char *const tries[] = {"try_add", "try_subtract", "try_multiply"};
    static const char symbols[] = {'+', '-', '*'};
    if (plan->id == FB_TYPE_INT || plan->id == FB_TYPE_BIGINT)
        return fb_eval_overflow(eval, self, "overflow", tries[plan->op]);
    return fb_eval_fail(eval, self, "BINARY_ARITHMETIC_OVERFLOW",
                        "%dS %c %dS caused overflow. Use `%s` to ignore overflow problem and "
                        "return NULL.",
                        (int)a, symbols[plan->op], (int)b, tries[plan->op]);
}

/* Some row, perhaps a null one, overflowed: fails at the first that counts, or makes such rows
 * null. */
static fb_status settle_overflow(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    const operation *plan = self->state;
    bool owned = false;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(out, i)) continue;
        int64_t a = fb_column_integer(&args[0], i), b = fb_column_integer(&args[1], i);
        if (!overflows(plan->op, plan->id, a, b)) continue;
        if (plan->mode == FB_MODE_ANSI) return fail_overflow(eval, self, plan, a, b);
        if (!owned) FB_TRY(fb_eval_own_validity(eval, row_count, out));
        owned = true;
        fb_bits_clear(out->validity, i);
    }
    return FB_OK;
}

/* A constant operand of a kernel that has no loop for two of them. */
static bool is_fixed(const fb_column *args, uint32_t index, size_t row_count)
{
    return args[index].is_constant && row_count > 1;
}

static fb_status eval_integers(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    const operation *plan = self->state;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    bool overflow = fb_arithmetic_integers(plan->op, plan->id, args[0].values,
                                           is_fixed(args, 0, row_count), args[1].values,
                                           is_fixed(args, 1, row_count), out->values, row_count);
    if (!overflow || plan->mode == FB_MODE_LEGACY) return FB_OK;
    return settle_overflow(self, eval, args, row_count, out);
}

static fb_status eval_floats(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    const operation *plan = self->state;
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    fb_arithmetic_floats(plan->op, plan->id, args[0].values, is_fixed(args, 0, row_count),
                         args[1].values, is_fixed(args, 1, row_count), out->values, row_count);
    return FB_OK;
}

static fb_arithmetic op_of(const fb_expr *call)
{
    fb_slice name = fb_slice_of(call->function->name);
    if (fb_slice_is(name, "+") || fb_slice_is(name, "try_add")) return FB_ADD;
    return fb_slice_is(name, "-") || fb_slice_is(name, "try_subtract") ? FB_SUBTRACT : FB_MULTIPLY;
}

static fb_status finish(fb_binder *binder, fb_expr *call, const fb_type *type, fb_type_id id,
                        fb_arithmetic_mode mode)
{
    operation *state = fb_arena_alloc(binder->arena, sizeof *state);
    if (!state) return fb_fail_nomem(binder->err, "an operator");
    *state = (operation){.op = op_of(call), .mode = mode, .id = id};
    call->state = state;
    call->type = type;
    if (id == FB_TYPE_FLOAT || id == FB_TYPE_DOUBLE) {
        call->kernel = eval_floats;
        return FB_OK;
    }
    call->kernel = eval_integers;
    call->can_fail |= mode == FB_MODE_ANSI;
    call->nullable |= mode == FB_MODE_TRY;
    return FB_OK;
}

static bool is_day_count(const fb_type *type)
{
    return type->id == FB_TYPE_INT || type->id == FB_TYPE_SMALLINT || type->id == FB_TYPE_TINYINT ||
           type->id == FB_TYPE_VOID;
}

static bool is_moment(const fb_type *type)
{
    return type->id == FB_TYPE_DATE || type->id == FB_TYPE_TIMESTAMP ||
           type->id == FB_TYPE_TIMESTAMP_NTZ;
}

static const char day_counts[] = "(\"INT\" or \"SMALLINT\" or \"TINYINT\")";

/* DATE + days, days + DATE, DATE - days. Java's int addition wraps, and so does Spark's. */
static fb_status bind_days(fb_binder *binder, fb_expr *call, uint32_t date_index)
{
    uint32_t days = 1 - date_index;
    if (!is_day_count(call->args[days]->type))
        return fb_bind_type_error(binder, call, days, day_counts);
    FB_TRY(fb_bind_cast_arg(binder, call, days, fb_type_of(FB_TYPE_INT)));
    return finish(binder, call, fb_type_of(FB_TYPE_DATE), FB_TYPE_INT, FB_MODE_LEGACY);
}

/* DATE + x, x + DATE, x - DATE, TIMESTAMP - x and so on, where x cannot be what it must be. */
static fb_status refuse_moments(fb_binder *binder, const fb_expr *call, const char *allowed)
{
    fb_type_id left = call->args[0]->type->id, right = call->args[1]->type->id;
    if (op_of(call) == FB_SUBTRACT) {
        uint32_t wrong = is_moment(call->args[0]->type) ? 1 : 0;
        bool is_date = (wrong ? left : right) == FB_TYPE_DATE;
        return fb_bind_type_error(binder, call, wrong,
                                  is_date ? "DATE"
                                          : "(\"TIMESTAMP\" or \"TIMESTAMP WITHOUT TIME ZONE\")");
    }
    if (left == FB_TYPE_DATE || right == FB_TYPE_DATE)
        return fb_bind_type_error(binder, call, left == FB_TYPE_DATE ? 1 : 0, day_counts);
    return fb_bind_operands_refused(binder, call, allowed);
}

static fb_status no_intervals(fb_binder *binder, const fb_expr *call)
{
    fb_status status = fb_fail(binder->err, FB_E_UNSUPPORTED, 0,
                               "the difference of two dates or timestamps is an INTERVAL, a type "
                               "that is not supported; use datediff or unix_micros");
    if (!binder->err) return status;
    binder->err->line = call->position.line;
    binder->err->column = call->position.column;
    return status;
}

/* DATE + NULL: Spark takes the NULL for an interval and answers with a TIMESTAMP. */
static fb_status bind_unknown_interval(fb_binder *binder, fb_expr *call, const fb_type *moment)
{
    if (moment->id == FB_TYPE_DATE) moment = fb_type_of(FB_TYPE_TIMESTAMP);
    fb_expr *null = fb_expr_literal_null(binder->arena, moment);
    if (!null) return fb_fail_nomem(binder->err, "an expression");
    null->position = call->position;
    *call = *null;
    return FB_OK;
}

static fb_status bind_moments(fb_binder *binder, fb_expr *call, const char *allowed, bool *done)
{
    fb_arithmetic op = op_of(call);
    bool left = is_moment(call->args[0]->type), right = is_moment(call->args[1]->type);
    *done = op != FB_MULTIPLY && (left || right);
    if (!*done) return FB_OK;
    if (op == FB_ADD && call->args[left]->type->id == FB_TYPE_VOID)
        return bind_unknown_interval(binder, call, call->args[!left]->type);
    bool left_text = call->args[0]->type->id == FB_TYPE_STRING;
    bool right_text = call->args[1]->type->id == FB_TYPE_STRING;
    if (op == FB_SUBTRACT && (left || left_text) && (right || right_text))
        return no_intervals(binder, call);
    if (call->args[0]->type->id == FB_TYPE_DATE && !right) return bind_days(binder, call, 0);
    if (call->args[1]->type->id == FB_TYPE_DATE && op == FB_ADD && !left)
        return bind_days(binder, call, 1);
    return refuse_moments(binder, call, allowed);
}

static fb_status bind_operation(fb_binder *binder, fb_expr *call)
{
    const char *allowed = op_of(call) == FB_MULTIPLY
                              ? "\"NUMERIC\""
                              : "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO "
                                "MONTH\" or \"INTERVAL\")";
    bool done;
    FB_TRY(bind_moments(binder, call, allowed, &done));
    if (done) return FB_OK;
    FB_TRY(fb_bind_operands(binder, call, allowed));
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_DECIMAL) return fb_bind_decimal_arithmetic(binder, call);
    return finish(binder, call, type, type->id, fb_arithmetic_mode_of(binder, call));
}

static fb_status bind_arithmetic(fb_binder *binder, fb_expr *call)
{
    bool is_broad_try = fb_bind_is_broad_try(call);
    FB_TRY(bind_operation(binder, call));
    return is_broad_try ? fb_bind_try(binder, call) : FB_OK;
}

/* --- one operand --- */

static bool is_absolute(const fb_expr *self)
{
    return fb_slice_is(fb_slice_of(self->function->name), "abs");
}

static int64_t least_integer(fb_type_id id)
{
    switch (id) {
    case FB_TYPE_TINYINT:
        return INT8_MIN;
    case FB_TYPE_SMALLINT:
        return INT16_MIN;
    case FB_TYPE_INT:
        return INT32_MIN;
    default:
        return INT64_MIN;
    }
}

static fb_status eval_negate_integers(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    fb_type_id id = self->type->id;
    if (!fb_negate_integers(id, is_absolute(self), args[0].values, out->values, row_count) ||
        !self->state)
        return FB_OK;
    for (size_t i = 0; i < row_count; i++)
        if (!fb_column_is_null(out, i) && fb_column_integer(&args[0], i) == least_integer(id))
            return fb_eval_overflow(eval, self, "overflow", NULL);
    return FB_OK;
}

static fb_status eval_negate_floats(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    bool absolute = is_absolute(self);
    if (self->type->id == FB_TYPE_DOUBLE) {
        for (size_t i = 0; i < row_count; i++)
            out->doubles[i] = absolute ? fabs(args[0].doubles[i]) : -args[0].doubles[i];
    } else {
        for (size_t i = 0; i < row_count; i++)
            out->floats[i] = absolute ? fabsf(args[0].floats[i]) : -args[0].floats[i];
    }
    return FB_OK;
}

static fb_status eval_same(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    (void)self, (void)eval, (void)row_count;
    *out = args[0];
    return FB_OK;
}

static fb_status bind_sign(fb_binder *binder, fb_expr *call)
{
    static const char ansi[] = "";
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_VOID || type->id == FB_TYPE_STRING) {
        type = fb_type_of(FB_TYPE_DOUBLE);
        FB_TRY(fb_bind_cast_arg(binder, call, 0, type));
    }
    if (!fb_type_is_numeric(type))
        return fb_bind_type_error(
            binder, call, 0,
            is_absolute(call)
                ? "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"
                : "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or "
                  "\"INTERVAL\")");
    call->type = type;
    if (fb_slice_is(fb_slice_of(call->function->name), "positive")) {
        call->kernel = eval_same;
    } else if (fb_type_is_integral(type)) {
        call->kernel = eval_negate_integers;
        call->state = binder->ansi ? ansi : NULL; /* set: overflow is an error */
        call->can_fail |= binder->ansi;
    } else if (type->id == FB_TYPE_DECIMAL) {
        fb_bind_decimal_sign(call, is_absolute(call));
    } else {
        call->kernel = eval_negate_floats;
    }
    return FB_OK;
}

#define BINARY(symbol, text)                                                                  \
    {                                                                                         \
        .name = symbol, .min_args = 2, .max_args = 2, .bind = bind_arithmetic, .usage = text, \
        .null_order = FB_NULLS_SKIP                                                           \
    }
#define UNARY(symbol, text)                                                             \
    {                                                                                   \
        .name = symbol, .min_args = 1, .max_args = 1, .bind = bind_sign, .usage = text, \
        .null_order = FB_NULLS_SKIP                                                     \
    }

static const fb_function functions[] = {
    BINARY("+", "a + b - the sum; a DATE plus a number of days"),
    BINARY("-", "a - b - the difference; a DATE minus a number of days"),
    BINARY("*", "a * b - the product"),
    BINARY("try_add", "try_add(a, b) - a + b, or NULL on overflow"),
    BINARY("try_subtract", "try_subtract(a, b) - a - b, or NULL on overflow"),
    BINARY("try_multiply", "try_multiply(a, b) - a * b, or NULL on overflow"),
    UNARY("negative", "-a, negative(a) - the negated value"),
    UNARY("positive", "+a, positive(a) - the value itself"),
    UNARY("abs", "abs(a) - the absolute value"),
};

const fb_function_list fb_functions_arithmetic = {functions, sizeof functions / sizeof *functions};
