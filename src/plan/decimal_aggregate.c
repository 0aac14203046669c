/* SPDX-License-Identifier: Apache-2.0
 *
 * sum and avg of small decimals are those of the integers behind them, as Spark's optimizer has it
 * (DecimalAggregates): the state then holds a BIGINT or a DOUBLE. */
#include "expr/bind.h"
#include "plan/analyzer.h"

#include <math.h>
#include <string.h>

enum {
    MAX_SUM_PRECISION = FB_DECIMAL_MAX_LONG_PRECISION - 10, /* the sum has ten digits more */
    MAX_AVERAGE_PRECISION = 15 - 4,                         /* so that a DOUBLE is exact enough */
};

static bool is_average(const fb_aggregate *function)
{
    return strcmp(function->name, "avg") == 0 || strcmp(function->name, "mean") == 0 ||
           strcmp(function->name, "try_avg") == 0;
}

static bool is_sum(const fb_aggregate *function)
{
    return strcmp(function->name, "sum") == 0 || strcmp(function->name, "try_sum") == 0;
}

const fb_aggregate *fb_decimal_aggregate(const fb_aggregate *function, const fb_expr *const *args,
                                         uint32_t arg_count)
{
    if (arg_count != 1 || args[0]->type->id != FB_TYPE_DECIMAL) return NULL;
    int precision = args[0]->type->precision;
    if (is_sum(function) && precision <= MAX_SUM_PRECISION)
        return fb_aggregate_find(FB_SLICE("sum"));
    if (is_average(function) && precision <= MAX_AVERAGE_PRECISION)
        return fb_aggregate_find(FB_SLICE("avg"));
    return NULL;
}

/* average / 10^scale as DECIMAL(p + 4, s + 4) */
static fb_status scale_average(fb_analyzer *a, const fb_expr *average, const fb_type *type,
                               const fb_expr **out)
{
    fb_expr *power = fb_expr_literal_null(a->arena, fb_type_of(FB_TYPE_DOUBLE));
    const fb_type *result = fb_type_decimal(a->arena, type->precision + 4, type->scale + 4);
    if (!power || !result) return fb_analyzer_nomem(a);
    power->literal.validity = NULL;
    power->nullable = false;
    power->literal.doubles[0] = pow(10, type->scale);
    const fb_expr *args[] = {average, power};
    fb_expr *quotient;
    FB_TRY(fb_bind_named(&a->binder, "/", args, 2, average->position, &quotient));
    return fb_bind_implicit_cast(&a->binder, quotient, result, out);
}

fb_status fb_scale_decimal_aggregate(fb_analyzer *a, const fb_aggregate *function,
                                     const fb_expr *result, const fb_type *type,
                                     const fb_expr **out)
{
    if (is_average(function)) return scale_average(a, result, type, out);
    return fb_bind_make_decimal(&a->binder, result, type->precision + 10, type->scale, out);
}
