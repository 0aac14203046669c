/* SPDX-License-Identifier: Apache-2.0
 *
 * Variances and standard deviations from central moments, updated and merged as in Chan, Golub and
 * LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), in
 * the order of operations of Spark's CentralMomentAgg, so that the last digits agree. */
#include "expr/agg_number.h"

#include <math.h>

enum { COUNT, MEAN, M2 };      /* fields */
enum { SAMPLE = 1, ROOT = 2 }; /* variants */

static fb_status moments_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                fb_column *fields, const uint32_t *groups, const fb_column *args,
                                size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(args, i)) continue;
        uint32_t group = groups[i];
        double count = fields[COUNT].doubles[group] + 1;
        double delta = args->doubles[fb_column_index(args, i)] - fields[MEAN].doubles[group];
        double step = delta / count;
        fields[COUNT].doubles[group] = count;
        fields[MEAN].doubles[group] += step;
        fields[M2].doubles[group] += delta * (delta - step);
    }
    return FB_OK;
}

static fb_status moments_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *others,
                               size_t row_count)
{
    (void)call;
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        uint32_t group = groups[i];
        double here = fields[COUNT].doubles[group], there = others[COUNT].doubles[i];
        double count = here + there;
        double delta = others[MEAN].doubles[i] - fields[MEAN].doubles[group];
        double step = count == 0 ? 0 : delta / count;
        fields[COUNT].doubles[group] = count;
        fields[MEAN].doubles[group] += step * there;
        double m2 = fields[M2].doubles[group] + others[M2].doubles[i];
        fields[M2].doubles[group] = m2 + delta * step * here * there;
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
    static const char *const names[] = {[COUNT] = "n", [MEAN] = "avg", [M2] = "m2"};
    FB_TRY(fb_aggregate_check_number(binder, call));
    call->type = fb_type_of(FB_TYPE_DOUBLE);
    call->nullable = true;
    call->variant = variant;
    call->merge_rounds = true; /* the mean is divided by the count and multiplied again */
    FB_TRY(fb_aggregate_cast_arg(binder, call, call->type));
    call->field_count = 3;
    for (int i = 0; i < 3; i++)
        call->fields[i] = (fb_buffer_field){.name = names[i], .type = call->type};
    call->update = moments_update;
    call->merge = moments_merge;
    call->evaluate = moments_evaluate;
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

static const fb_aggregate functions[] = {
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
