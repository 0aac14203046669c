/* SPDX-License-Identifier: Apache-2.0
 *
 * Covariances and the correlation of two columns, of rows in which neither is NULL; in the order
 * of operations of Spark's Covariance and PearsonCorrelation, so that the last digits agree. */
#include "expr/agg_number.h"
#include "expr/bind.h"

#include <math.h>

enum { COUNT, X_MEAN, Y_MEAN, CO_MOMENT, X_MOMENT, Y_MOMENT };  /* fields */
typedef enum result { POPULATION, SAMPLE, CORRELATION } result; /* variants */

static double at(const fb_column *column, size_t row)
{
    return column->doubles[fb_column_index(column, row)];
}

static fb_status pairs_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                              fb_column *fields, const uint32_t *groups, const fb_column *args,
                              size_t row_count)
{
    (void)eval;
    (void)heap;
    bool correlates = call->variant == CORRELATION;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(&args[0], i) || fb_column_is_null(&args[1], i)) continue;
        uint32_t group = groups[i];
        double x = at(&args[0], i), y = at(&args[1], i);
        double *x_mean = &fields[X_MEAN].doubles[group], *y_mean = &fields[Y_MEAN].doubles[group];
        double count = ++fields[COUNT].doubles[group];
        double dx = x - *x_mean, dy = y - *y_mean;
        double y_step = dy / count;
        *x_mean += dx / count;
        *y_mean += y_step;
        fields[CO_MOMENT].doubles[group] += dx * (y - *y_mean);
        if (!correlates) continue;
        fields[X_MOMENT].doubles[group] += dx * (x - *x_mean);
        fields[Y_MOMENT].doubles[group] += dy * (y - *y_mean);
    }
    return FB_OK;
}

/* From left to right. */
static void add_moments(double *left, double right, double between)
{
    *left = *left + right + between;
}

static fb_status pairs_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                             fb_column *fields, const uint32_t *groups, const fb_column *others,
                             size_t row_count)
{
    (void)eval;
    (void)heap;
    for (size_t i = 0; i < row_count; i++) {
        uint32_t group = groups[i];
        double here = fields[COUNT].doubles[group], there = others[COUNT].doubles[i];
        double count = here + there;
        double dx = others[X_MEAN].doubles[i] - fields[X_MEAN].doubles[group];
        double dy = others[Y_MEAN].doubles[i] - fields[Y_MEAN].doubles[group];
        double x_step = count == 0 ? 0 : dx / count, y_step = count == 0 ? 0 : dy / count;
        fields[COUNT].doubles[group] = count;
        fields[X_MEAN].doubles[group] += x_step * there;
        fields[Y_MEAN].doubles[group] += y_step * there;
        add_moments(&fields[CO_MOMENT].doubles[group], others[CO_MOMENT].doubles[i],
                    dx * y_step * here * there);
        if (call->variant != CORRELATION) continue;
        add_moments(&fields[X_MOMENT].doubles[group], others[X_MOMENT].doubles[i],
                    dx * x_step * here * there);
        add_moments(&fields[Y_MOMENT].doubles[group], others[Y_MOMENT].doubles[i],
                    dy * y_step * here * there);
    }
    return FB_OK;
}

/* Spark divides by the root of the moments as SQL does: a column that does not vary is an error. */
static fb_status correlate(const fb_aggregate_call *call, fb_eval *eval, const fb_column *fields,
                           size_t group, double *value, bool *is_null)
{
    double root = sqrt(fields[X_MOMENT].doubles[group] * fields[Y_MOMENT].doubles[group]);
    *is_null = fields[COUNT].doubles[group] <= 1 || root == 0;
    *value = *is_null ? 0 : fields[CO_MOMENT].doubles[group] / root;
    if (fields[COUNT].doubles[group] <= 1 || root != 0 || !call->ansi) return FB_OK;
    const fb_expr place = {.position = call->position};
    return fb_eval_fail(eval, &place, "DIVIDE_BY_ZERO",
                        "Division by zero in corr: all values of one of its arguments are equal. "
                        "If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
                        "error.");
}

static fb_status pairs_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                const fb_column *fields, size_t group_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, group_count, out));
    FB_TRY(fb_eval_own_validity(eval, group_count, out));
    for (size_t group = 0; group < group_count; group++) {
        double divisor = fields[COUNT].doubles[group] - (call->variant == SAMPLE ? 1 : 0);
        bool is_null = divisor <= 0;
        double value = is_null ? 0 : fields[CO_MOMENT].doubles[group] / divisor;
        if (call->variant == CORRELATION)
            FB_TRY(correlate(call, eval, fields, group, &value, &is_null));
        out->doubles[group] = value;
        if (is_null) fb_bits_clear(out->validity, group);
    }
    return FB_OK;
}

static fb_status bind_pairs(fb_binder *binder, fb_aggregate_call *call, result variant)
{
    static const char *const names[] = {
        [COUNT] = "n",      [X_MEAN] = "xAvg",  [Y_MEAN] = "yAvg",
        [CO_MOMENT] = "ck", [X_MOMENT] = "xMk", [Y_MOMENT] = "yMk",
    };
    call->type = fb_type_of(FB_TYPE_DOUBLE);
    call->nullable = true;
    call->variant = variant;
    call->merge_rounds = true;
    for (uint32_t i = 0; i < 2; i++) {
        FB_TRY(fb_aggregate_check_number(binder, call, i));
        FB_TRY(fb_aggregate_cast_arg(binder, call, i, call->type));
    }
    call->field_count = variant == CORRELATION ? 6 : 4;
    for (uint32_t i = 0; i < call->field_count; i++)
        call->fields[i] = (fb_buffer_field){.name = names[i], .type = call->type};
    call->update = pairs_update;
    call->merge = pairs_merge;
    call->evaluate = pairs_evaluate;
    return FB_OK;
}

static fb_status bind_covariance_of_population(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_pairs(binder, call, POPULATION);
}

static fb_status bind_covariance_of_sample(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_pairs(binder, call, SAMPLE);
}

static fb_status bind_correlation(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_pairs(binder, call, CORRELATION);
}

static const fb_aggregate functions[] = {
    {"corr", 2, 2, bind_correlation, "corr(x, y) - Pearson's correlation of x and y"},
    {"covar_pop", 2, 2, bind_covariance_of_population,
     "covar_pop(x, y) - the covariance of a population"},
    {"covar_samp", 2, 2, bind_covariance_of_sample,
     "covar_samp(x, y) - the covariance of a sample"},
};

const fb_aggregate_list fb_aggregates_pairs = {functions, sizeof functions / sizeof *functions};
