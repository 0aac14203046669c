/* SPDX-License-Identifier: Apache-2.0
 *
 * sum of integers (as BIGINT), of FLOAT and DOUBLE (as DOUBLE), and of decimals (with ten digits
 * more). */
#include "data/decimal.h"
#include "expr/agg_number.h"
#include "expr/aggregate.h"
#include "expr/bind.h"

/* --- integers --- */

static fb_status sum_overflow(const fb_aggregate_call *call, fb_eval *eval, const char *what)
{
    const fb_expr place = {.position = call->position};
    return fb_eval_fail(eval, &place, "ARITHMETIC_OVERFLOW",
                        "%s. Use `try_sum` to tolerate overflow and return NULL instead. If "
                        "necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
                        "error.",
                        what);
}

/* A NULL sum is 0 underneath. The bit is written once: stores to one word wait for each other. */
static inline void note_value(fb_column *sum, uint32_t group)
{
    if (!fb_bits_get(sum->validity, group)) fb_bits_set(sum->validity, group);
}

/* The same for many groups: bits of one word, as those of new groups side by side, are gathered. */
static void note_values(fb_column *sum, const uint32_t *groups, size_t row_count)
{
    uint64_t bits = 0;
    uint32_t word = row_count ? groups[0] / 64 : 0;
    for (size_t i = 0; i < row_count; i++) {
        uint32_t group = groups[i];
        if (group / 64 != word) {
            if (fb_bits_get(sum->validity, group)) continue;
            sum->validity[word] |= bits;
            word = group / 64;
            bits = 0;
        }
        bits |= (uint64_t)1 << group % 64;
    }
    if (row_count) sum->validity[word] |= bits;
}

static inline __attribute__((always_inline)) bool add_longs(fb_column *sum, const uint32_t *groups,
                                                            const fb_column *arg, size_t row_count,
                                                            bool has_nulls)
{
    int64_t *totals = sum->int64s;
    const int64_t *values = arg->int64s;
    const size_t step = !arg->is_constant;
    bool overflow = false;
    for (size_t i = 0; i < row_count; i++) {
        if (has_nulls && fb_column_is_null(arg, i)) continue;
        int64_t *total = &totals[groups[i]];
        overflow |= __builtin_add_overflow(*total, values[i * step], total);
        if (has_nulls) note_value(sum, groups[i]);
    }
    if (!has_nulls) note_values(sum, groups, row_count);
    return overflow;
}

static fb_status sum_long_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                 fb_column *fields, const uint32_t *groups, const fb_column *args,
                                 size_t row_count)
{
    (void)heap;
    bool overflow = args->validity ? add_longs(fields, groups, args, row_count, true)
                                   : add_longs(fields, groups, args, row_count, false);
    return overflow && call->ansi ? sum_overflow(call, eval, "long overflow") : FB_OK;
}

/* --- floating point --- */

static inline __attribute__((always_inline)) void add_doubles(fb_column *sum,
                                                              const uint32_t *groups,
                                                              const fb_column *arg,
                                                              size_t row_count, bool has_nulls)
{
    const size_t step = !arg->is_constant;
    for (size_t i = 0; i < row_count; i++) {
        if (has_nulls && fb_column_is_null(arg, i)) continue;
        sum->doubles[groups[i]] += arg->doubles[i * step];
        note_value(sum, groups[i]);
    }
}

static fb_status sum_double_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
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

/* --- decimals: sum and isEmpty; a NULL sum that is not empty has overflowed --- */

static void add_decimal(fb_column *fields, uint32_t group, fb_int128 value)
{
    fb_column *sum = &fields[0];
    fields[1].bools[group] = 0;
    if (fb_buffer_is_null(sum, group)) return;
    fb_int128 total;
    if (fb_decimal_add_unscaled(fb_decimal_at(sum, group), value, sum->type->precision, &total))
        fb_decimal_put(sum, group, total);
    else
        fb_bits_clear(sum->validity, group);
}

static fb_status sum_decimal_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                    fb_column *fields, const uint32_t *groups,
                                    const fb_column *args, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(args, i)) continue;
        add_decimal(fields, groups[i], fb_decimal_at(args, fb_column_index(args, i)));
    }
    return FB_OK;
}

/* --- integers that must not fail: sum and isEmpty as with decimals --- */

static void try_add_long(fb_column *fields, uint32_t group, int64_t value)
{
    fields[1].bools[group] = 0;
    if (fb_buffer_is_null(&fields[0], group)) return;
    int64_t *total = &fields[0].int64s[group];
    if (__builtin_add_overflow(*total, value, total)) fb_bits_clear(fields[0].validity, group);
}

static fb_status try_sum_long_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                     fb_column *fields, const uint32_t *groups,
                                     const fb_column *args, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++)
        if (!fb_column_is_null(args, i))
            try_add_long(fields, groups[i], args->int64s[fb_column_index(args, i)]);
    return FB_OK;
}

static fb_status try_sum_long_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                    fb_column *fields, const uint32_t *groups,
                                    const fb_column *others, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        if (others[1].bools[i]) continue;
        bool is_null = fb_column_is_null(&others[0], i);
        try_add_long(fields, groups[i], is_null ? 0 : others[0].int64s[i]);
        if (is_null) fb_bits_clear(fields[0].validity, groups[i]);
    }
    return FB_OK;
}

/* --- merging and results --- */

static fb_status sum_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                           fb_column *fields, const uint32_t *groups, const fb_column *others,
                           size_t row_count)
{
    return call->update(call, eval, heap, fields, groups, others, row_count);
}

/* A sum that overflowed elsewhere makes this one overflow; one without values changes nothing. */
static fb_status sum_decimal_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                   fb_column *fields, const uint32_t *groups,
                                   const fb_column *others, size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        if (others[1].bools[i]) continue;
        if (!fb_column_is_null(&others[0], i)) {
            add_decimal(fields, groups[i], fb_decimal_at(&others[0], i));
            continue;
        }
        fields[1].bools[groups[i]] = 0;
        fb_bits_clear(fields[0].validity, groups[i]);
    }
    return FB_OK;
}

static fb_status sum_evaluate(const fb_aggregate_call *call, fb_eval *eval, const fb_column *fields,
                              size_t group_count, fb_column *out)
{
    (void)call;
    fb_column view = fields[0];
    if (!fb_column_copy(out, eval->arena, &view, group_count)) return fb_eval_nomem(eval);
    return FB_OK;
}

static fb_status sum_decimal_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                      const fb_column *fields, size_t group_count, fb_column *out)
{
    FB_TRY(sum_evaluate(call, eval, fields, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        bool is_empty = fields[1].bools[group];
        if (!is_empty && fb_column_is_null(&fields[0], group) && call->ansi)
            return sum_overflow(call, eval, "Overflow in sum of decimals");
        if (is_empty) fb_bits_clear(out->validity, group);
    }
    return FB_OK;
}

/* --- binding --- */

static fb_status bind_decimal_sum(fb_binder *binder, fb_aggregate_call *call)
{
    const fb_type *sum = fb_aggregate_sum_type(binder->arena, call->args[0]->type);
    if (!sum) return fb_fail_nomem(binder->err, "an aggregate");
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, sum));
    call->type = sum;
    call->fields[0] = (fb_buffer_field){.name = "sum", .type = sum, .nullable = true};
    call->fields[1] = (fb_buffer_field){
        .name = "isEmpty", .type = fb_type_of(FB_TYPE_BOOLEAN), .starts_true = true};
    call->field_count = 2;
    call->update = sum_decimal_update;
    call->merge = sum_decimal_merge;
    call->evaluate = sum_decimal_evaluate;
    return FB_OK;
}

static fb_status bind_integer_try_sum(fb_binder *binder, fb_aggregate_call *call)
{
    call->type = fb_type_of(FB_TYPE_BIGINT);
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, call->type));
    call->fields[0] = (fb_buffer_field){.name = "sum", .type = call->type, .nullable = true};
    call->fields[1] = (fb_buffer_field){
        .name = "isEmpty", .type = fb_type_of(FB_TYPE_BOOLEAN), .starts_true = true};
    call->field_count = 2;
    call->update = try_sum_long_update;
    call->merge = try_sum_long_merge;
    call->evaluate = sum_decimal_evaluate;
    return FB_OK;
}

static fb_status bind_sum(fb_binder *binder, fb_aggregate_call *call)
{
    call->nullable = true;
    FB_TRY(fb_aggregate_check_number(binder, call, 0));
    const fb_type *arg = call->args[0]->type;
    if (arg->id == FB_TYPE_DECIMAL) return bind_decimal_sum(binder, call);
    bool is_integral = fb_type_is_integral(arg);
    call->type = fb_type_of(is_integral ? FB_TYPE_BIGINT : FB_TYPE_DOUBLE);
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, call->type));
    call->fields[0] =
        (fb_buffer_field){.name = "sum", .type = call->type, .nullable = true, .starts_null = true};
    call->field_count = 1;
    call->update = is_integral ? sum_long_update : sum_double_update;
    call->merge = sum_merge;
    call->evaluate = sum_evaluate;
    return FB_OK;
}

static fb_status bind_try_sum(fb_binder *binder, fb_aggregate_call *call)
{
    call->nullable = true;
    call->ansi = false;
    return fb_type_is_integral(call->args[0]->type) ? bind_integer_try_sum(binder, call)
                                                    : bind_sum(binder, call);
}

static const fb_aggregate functions[] = {
    {"sum", 1, 1, bind_sum, "sum(expr) - the sum of the values that are not NULL"},
    {"try_sum", 1, 1, bind_try_sum, "try_sum(expr) - sum, NULL when it overflows"},
};

const fb_aggregate_list fb_aggregates_sum = {functions, sizeof functions / sizeof *functions};
