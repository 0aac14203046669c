/* SPDX-License-Identifier: Apache-2.0
 *
 * Variances and standard deviations from central moments, updated and merged as in Chan, Golub and
 * LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), in
 * the order of operations of Spark's CentralMomentAgg, so that the last digits agree. */
#include "expr/agg_number.h"

#include <math.h>

enum { COUNT, MEAN, M2, M3, M4 }; /* fields */
enum {
    SAMPLE = 1,
    ROOT = 2,
    SKEWNESS = 4,
    KURTOSIS = 8,
    BEYOND_SQUARES = SKEWNESS | KURTOSIS,
}; /* variants */

/* The third and fourth moment, from the second with the new value. */
static void add_higher(const fb_aggregate_call *call, fb_column *fields, uint32_t group,
                       double delta, double step)
{
    double delta2 = delta * delta, step2 = step * step, m2 = fields[M2].doubles[group];
    double m3 = fields[M3].doubles[group] - 3.0 * step * m2 + delta * (delta2 - step2);
    fields[M3].doubles[group] = m3;
    if (call->variant == KURTOSIS)
        fields[M4].doubles[group] = fields[M4].doubles[group] - 4.0 * step * m3 - 6.0 * step2 * m2 +
                                    delta * (delta * delta2 - step * step2);
}

static fb_status moments_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                fb_column *fields, const uint32_t *groups, const fb_column *args,
                                size_t row_count)
{
    (void)eval;
    (void)heap;
    bool beyond_squares = call->variant & BEYOND_SQUARES;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(args, i)) continue;
        uint32_t group = groups[i];
        double count = fields[COUNT].doubles[group] + 1;
        double delta = args->doubles[fb_column_index(args, i)] - fields[MEAN].doubles[group];
        double step = delta / count;
        fields[COUNT].doubles[group] = count;
        fields[MEAN].doubles[group] += step;
        fields[M2].doubles[group] += delta * (delta - step);
        if (beyond_squares) add_higher(call, fields, group, delta, step);
    }
    return FB_OK;
}

/* Before the lower moments are merged. */
static void merge_higher(const fb_aggregate_call *call, fb_column *fields, uint32_t group,
                         const fb_column *others, size_t row, double delta, double step)
{
    double n1 = fields[COUNT].doubles[group], n2 = others[COUNT].doubles[row];
    double m2_1 = fields[M2].doubles[group], m2_2 = others[M2].doubles[row];
    double m3_1 = fields[M3].doubles[group], m3_2 = others[M3].doubles[row];
    if (call->variant == KURTOSIS)
        fields[M4].doubles[group] =
            fields[M4].doubles[group] + others[M4].doubles[row] +
            step * step * step * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
            6.0 * step * step * (n1 * n1 * m2_2 + n2 * n2 * m2_1) +
            4.0 * step * (n1 * m3_2 - n2 * m3_1);
    fields[M3].doubles[group] = m3_1 + m3_2 + step * step * delta * n1 * n2 * (n1 - n2) +
                                3.0 * step * (n1 * m2_2 - n2 * m2_1);
}

static fb_status moments_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *others,
                               size_t row_count)
{
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        uint32_t group = groups[i];
        double here = fields[COUNT].doubles[group], there = others[COUNT].doubles[i];
        double count = here + there;
        double delta = others[MEAN].doubles[i] - fields[MEAN].doubles[group];
        double step = count == 0 ? 0 : delta / count;
        if (call->variant & BEYOND_SQUARES)
            merge_higher(call, fields, group, others, i, delta, step);
        fields[COUNT].doubles[group] = count;
        fields[MEAN].doubles[group] += step * there;
        double m2 = fields[M2].doubles[group] + others[M2].doubles[i];
        fields[M2].doubles[group] = m2 + delta * step * here * there;
    }
    return FB_OK;
}

/* NULL where no two values differ. */
static fb_status higher_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                 const fb_column *fields, size_t group_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        double count = fields[COUNT].doubles[group], m2 = fields[M2].doubles[group];
        bool is_null = count == 0 || m2 == 0;
        if (is_null)
            out->doubles[group] = 0;
        else if (call->variant == SKEWNESS)
            out->doubles[group] = sqrt(count) * fields[M3].doubles[group] / sqrt(m2 * m2 * m2);
        else
            out->doubles[group] = count * fields[M4].doubles[group] / (m2 * m2) - 3.0;
        if (is_null) fb_bits_clear(out->validity, group);
    }
    return FB_OK;
}

/* Of a sample the divisor is one less than the count; NULL without a divisor. */
static fb_status moments_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                  const fb_column *fields, size_t group_count, fb_column *out)
{
    bool is_sample = call->variant & SAMPLE, is_root = call->variant & ROOT;
    FB_TRY(fb_eval_output(eval, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        double divisor = fields[COUNT].doubles[group] - (is_sample ? 1 : 0);
        double variance = divisor > 0 ? fields[M2].doubles[group] / divisor : 0;
        out->doubles[group] = is_root ? sqrt(variance) : variance;
        if (divisor <= 0) fb_bits_clear(out->validity, group);
    }
    return FB_OK;
}

static fb_status bind_moments(fb_binder *binder, fb_aggregate_call *call, unsigned variant)
{
    static const char *const names[] = {
        [COUNT] = "n", [MEAN] = "avg", [M2] = "m2", [M3] = "m3", [M4] = "m4"};
    FB_TRY(fb_aggregate_check_number(binder, call, 0));
    call->type = fb_type_of(FB_TYPE_DOUBLE);
    call->nullable = true;
    call->variant = variant;
    call->merge_rounds = true; /* the mean is divided by the count and multiplied again */
    FB_TRY(fb_aggregate_cast_arg(binder, call, 0, call->type));
    call->field_count = variant == KURTOSIS ? 5 : variant == SKEWNESS ? 4 : 3;
    for (uint32_t i = 0; i < call->field_count; i++)
        call->fields[i] = (fb_buffer_field){.name = names[i], .type = call->type};
    call->update = moments_update;
    call->merge = moments_merge;
    call->evaluate = variant & BEYOND_SQUARES ? higher_evaluate : moments_evaluate;
    return FB_OK;
}

static fb_status bind_variance_of_population(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, 0);
}

static fb_status bind_variance_of_sample(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, SAMPLE);
}

static fb_status bind_deviation_of_population(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, ROOT);
}

static fb_status bind_deviation_of_sample(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, SAMPLE | ROOT);
}

static fb_status bind_skewness(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, SKEWNESS);
}

static fb_status bind_kurtosis(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_moments(binder, call, KURTOSIS);
}

static const fb_aggregate functions[] = {
    {"kurtosis", 1, 1, bind_kurtosis,
     "kurtosis(expr) - how heavy the tails are, 0 for normal ones"},
    {"skewness", 1, 1, bind_skewness, "skewness(expr) - how far from symmetric the values are"},
    {"std", 1, 1, bind_deviation_of_sample, "std(expr) - the same as stddev_samp"},
    {"stddev", 1, 1, bind_deviation_of_sample, "stddev(expr) - the same as stddev_samp"},
    {"stddev_pop", 1, 1, bind_deviation_of_population,
     "stddev_pop(expr) - the standard deviation of a population"},
    {"stddev_samp", 1, 1, bind_deviation_of_sample,
     "stddev_samp(expr) - the standard deviation of a sample"},
    {"var_pop", 1, 1, bind_variance_of_population, "var_pop(expr) - the variance of a population"},
    {"var_samp", 1, 1, bind_variance_of_sample, "var_samp(expr) - the variance of a sample"},
    {"variance", 1, 1, bind_variance_of_sample, "variance(expr) - the same as var_samp"},
};

const fb_aggregate_list fb_aggregates_moments = {functions, sizeof functions / sizeof *functions};
