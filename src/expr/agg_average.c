/* SPDX-License-Identifier: Apache-2.0
 *
 * avg: a sum and a count. Integers are summed as DOUBLE, as Spark does. */
#include "data/decimal.h"
#include "expr/agg_number.h"

static inline __attribute__((always_inline)) void add_doubles(fb_column *fields,
                                                              const uint32_t *groups,
                                                              const fb_column *arg,
                                                              size_t row_count, bool has_nulls)
{
    double *sums = fields[0].doubles;
    int64_t *counts = fields[1].int64s;
    const size_t step = !arg->is_constant;
    for (size_t i = 0; i < row_count; i++) {
        if (has_nulls && fb_column_is_null(arg, i)) continue;
        sums[groups[i]] += arg->doubles[i * step];
        counts[groups[i]]++;
    }
}

static fb_status average_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                fb_column *fields, const uint32_t *groups, const fb_column *args,
                                size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    if (args->validity)
        add_doubles(fields, groups, args, row_count, true);
    else
        add_doubles(fields, groups, args, row_count, false);
    return FB_OK;
}

static fb_status average_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *others,
                               size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        fields[0].doubles[groups[i]] += others[0].doubles[i];
        fields[1].int64s[groups[i]] += others[1].int64s[i];
    }
    return FB_OK;
}

static fb_status average_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                  const fb_column *fields, size_t group_count, fb_column *out)
{
    (void)call;
    FB_TRY(fb_eval_output(eval, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        int64_t count = fields[1].int64s[group];
        out->doubles[group] = count ? fields[0].doubles[group] / (double)count : 0;
        if (count == 0) fb_bits_clear(out->validity, group);
    }
    return FB_OK;
}

/* --- decimals: a NULL sum has overflowed --- */

static void add_decimal(fb_column *fields, uint32_t group, bool is_null, fb_int128 value,
                        int64_t count)
{
    fb_column *sum = &fields[0];
    fields[1].int64s[group] += count;
    if (fb_buffer_is_null(sum, group)) return;
    fb_int128 total;
    if (!is_null &&
        fb_decimal_add_unscaled(fb_decimal_at(sum, group), value, sum->type->precision, &total))
        fb_decimal_put(sum, group, total);
    else
        fb_bits_clear(sum->validity, group);
}

static fb_status average_decimal_update(const fb_aggregate_call *call, fb_eval *eval,
                                        fb_arena *heap, fb_column *fields, const uint32_t *groups,
                                        const fb_column *args, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++)
        if (!fb_column_is_null(args, i))
            add_decimal(fields, groups[i], false, fb_decimal_at(args, fb_column_index(args, i)), 1);
    return FB_OK;
}

static fb_status average_decimal_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                       fb_column *fields, const uint32_t *groups,
                                       const fb_column *others, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++)
        add_decimal(fields, groups[i], fb_column_is_null(&others[0], i),
                    fb_decimal_at(&others[0], i), others[1].int64s[i]);
    return FB_OK;
}

static fb_status sum_overflow(const fb_aggregate_call *call, fb_eval *eval)
{
    const fb_expr place = {.position = call->position};
    return fb_eval_fail(eval, &place, "ARITHMETIC_OVERFLOW",
                        "Overflow in sum of decimals. Use `try_avg` to tolerate overflow and "
                        "return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to "
                        "\"false\" to bypass this error.");
}

static fb_status average_overflow(const fb_aggregate_call *call, fb_eval *eval, fb_decimal sum,
                                  fb_decimal count)
{
    const fb_expr place = {.position = call->position};
    char text[FB_DECIMAL_EXACT_TEXT_MAX];
    size_t size = fb_decimal_print_exact(FB_DECIMAL_DIVIDE, sum, count, text);
    return fb_eval_fail(eval, &place, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                        "%.*s cannot be represented as Decimal(%d, %d). If necessary set "
                        "\"spark.sql.ansi.enabled\" to "
                        "\"false\" to bypass this error, and return NULL instead.",
                        (int)size, text, call->type->precision, call->type->scale);
}

/* The average of one group; *is_null: there is none. */
static fb_status divide(const fb_aggregate_call *call, fb_eval *eval, const fb_column *fields,
                        size_t group, fb_int128 *out, bool *is_null)
{
    int64_t count = fields[1].int64s[group];
    *is_null = true;
    *out = 0;
    if (count == 0) return FB_OK;
    if (fb_column_is_null(&fields[0], group)) return call->ansi ? sum_overflow(call, eval) : FB_OK;
    const fb_decimal sum = {fb_decimal_at(&fields[0], group), fields[0].type->scale};
    const fb_decimal divisor = {count, 0};
    *is_null = !fb_decimal_compute(FB_DECIMAL_DIVIDE, sum, divisor, call->type->precision,
                                   call->type->scale, out);
    if (!*is_null) return FB_OK;
    *out = 0;
    return call->ansi ? average_overflow(call, eval, sum, divisor) : FB_OK;
}

static fb_status average_decimal_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                          const fb_column *fields, size_t group_count,
                                          fb_column *out)
{
    FB_TRY(fb_eval_output(eval, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        fb_int128 average;
        bool is_null;
        FB_TRY(divide(call, eval, fields, group, &average, &is_null));
        if (is_null) fb_bits_clear(out->validity, group);
        fb_decimal_put(out, group, average);
    }
    return FB_OK;
}

/* --- binding --- */

static int at_most(int digits)
{
    return digits < FB_DECIMAL_MAX_PRECISION ? digits : FB_DECIMAL_MAX_PRECISION;
}

static fb_status bind_decimal_average(fb_binder *binder, fb_aggregate_call *call)
{
    const fb_type *arg = call->args[0]->type;
    const fb_type *sum = fb_aggregate_sum_type(binder->arena, arg);
    call->type =
        fb_type_decimal(binder->arena, at_most(arg->precision + 4), at_most(arg->scale + 4));
    if (!sum || !call->type) return fb_fail_nomem(binder->err, "an aggregate");
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, sum));
    call->fields[0] = (fb_buffer_field){.name = "sum", .type = sum, .nullable = true};
    call->update = average_decimal_update;
    call->merge = average_decimal_merge;
    call->evaluate = average_decimal_evaluate;
    return FB_OK;
}

static fb_status bind_average(fb_binder *binder, fb_aggregate_call *call)
{
    call->nullable = true;
    FB_TRY(fb_aggregate_check_number(binder, call, 0));
    call->fields[1] =
        (fb_buffer_field){.name = "count", .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true};
    call->field_count = 2;
    if (call->args[0]->type->id == FB_TYPE_DECIMAL) return bind_decimal_average(binder, call);
    call->type = fb_type_of(FB_TYPE_DOUBLE);
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, call->type));
    call->fields[0] = (fb_buffer_field){.name = "sum", .type = call->type, .nullable = true};
    call->update = average_update;
    call->merge = average_merge;
    call->evaluate = average_evaluate;
    return FB_OK;
}

/* A sum of decimals that overflows makes NULL, as without ANSI; others do not overflow. */
static fb_status bind_try_average(fb_binder *binder, fb_aggregate_call *call)
{
    call->ansi = false;
    return bind_average(binder, call);
}

static const fb_aggregate functions[] = {
    {"avg", 1, 1, bind_average, "avg(expr) - the mean of the values that are not NULL"},
    {"mean", 1, 1, bind_average, "mean(expr) - the same as avg"},
    {"try_avg", 1, 1, bind_try_average, "try_avg(expr) - avg, NULL when it overflows"},
};

const fb_aggregate_list fb_aggregates_average = {functions, sizeof functions / sizeof *functions};
