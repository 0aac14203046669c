/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and timestamps to each other and to numbers. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "expr/cast.h"

/* Spark's message for a day or local time that has no timestamp; it has no condition. */
static fb_status out_of_time(fb_cast_run *run, size_t row)
{
    if (run->cast->mode == FB_CAST_TRY) return fb_cast_set_null(run, row);
    return fb_eval_fail(run->eval, run->self, "", "long overflow");
}

static fb_status all_null(fb_cast_run *run)
{
    return fb_cast_from_void(run);
}

fb_status fb_cast_from_date(fb_cast_run *run)
{
    const fb_timezone *zone = run->eval->context->timezone;
    const int32_t *days = run->in->int32s;
    int64_t *out = run->out->int64s;
    bool is_local = run->cast->to->id == FB_TYPE_TIMESTAMP_NTZ;
    /* ANSI off: numbers and booleans of dates are null. */
    if (!is_local && run->cast->to->id != FB_TYPE_TIMESTAMP) return all_null(run);
    for (size_t i = 0; i < run->count; i++) {
        bool ok = is_local ? !__builtin_mul_overflow(days[i], FB_US_PER_DAY, &out[i])
                           : fb_date_to_timestamp(zone, days[i], &out[i]);
        if (!ok && !fb_cast_is_null(run, i)) FB_TRY(out_of_time(run, i));
    }
    return FB_OK;
}

/* The range of instants with one offset, kept from row to row. */
typedef struct offset_range {
    const fb_timezone *zone;
    int64_t from, until;
    int32_t offset;
} offset_range;

static int32_t offset_at(offset_range *range, int64_t seconds)
{
    if (seconds < range->from || seconds >= range->until)
        fb_timezone_range_at(range->zone, seconds, &range->from, &range->until, &range->offset);
    return range->offset;
}

static void timestamps_to_dates(const fb_cast_run *run)
{
    offset_range range = {.zone = run->eval->context->timezone};
    for (size_t i = 0; i < run->count; i++) {
        int64_t seconds = fb_floor_div(run->in->int64s[i], FB_US_PER_SECOND);
        seconds += offset_at(&range, seconds);
        run->out->int32s[i] = (int32_t)fb_floor_div(seconds, FB_SECONDS_PER_DAY);
    }
}

static fb_status timestamps_to_local(fb_cast_run *run)
{
    offset_range range = {.zone = run->eval->context->timezone};
    for (size_t i = 0; i < run->count; i++) {
        int64_t us = run->in->int64s[i];
        int32_t offset = offset_at(&range, fb_floor_div(us, FB_US_PER_SECOND));
        bool overflow = __builtin_add_overflow(us, offset * FB_US_PER_SECOND, &run->out->int64s[i]);
        if (overflow && !fb_cast_is_null(run, i)) FB_TRY(out_of_time(run, i));
    }
    return FB_OK;
}

/* Whole seconds, rounded down. Without ANSI too many of them for a small integer are null, other
 * than with integers. */
static fb_status timestamps_to_integers(fb_cast_run *run)
{
    fb_column *out = run->out;
    for (size_t i = 0; i < run->count; i++) {
        int64_t seconds = fb_floor_div(run->in->int64s[i], FB_US_PER_SECOND);
        bool fits = true;
        switch (run->cast->to->id) {
        case FB_TYPE_TINYINT:
            out->int8s[i] = (int8_t)seconds;
            fits = out->int8s[i] == seconds;
            break;
        case FB_TYPE_SMALLINT:
            out->int16s[i] = (int16_t)seconds;
            fits = out->int16s[i] == seconds;
            break;
        case FB_TYPE_INT:
            out->int32s[i] = (int32_t)seconds;
            fits = out->int32s[i] == seconds;
            break;
        default:
            out->int64s[i] = seconds;
            break;
        }
        if (!fits && !fb_cast_is_null(run, i)) FB_TRY(fb_cast_overflow(run, i));
    }
    return FB_OK;
}

static fb_status timestamps_to_decimals(fb_cast_run *run)
{
    const fb_type *to = run->cast->to;
    for (size_t i = 0; i < run->count; i++) {
        fb_decimal value = {run->in->int64s[i], 6};
        fb_int128 unscaled;
        bool fits = fb_decimal_rescale(value, to->precision, to->scale, &unscaled);
        fb_cast_put_unscaled(run->out, i, fits ? unscaled : 0);
        if (fits || fb_cast_is_null(run, i)) continue;
        char text[FB_DECIMAL_TEXT_MAX];
        size_t size = fb_decimal_print(value, text);
        FB_TRY(fb_cast_out_of_range(run, i, fb_slice_make(text, size)));
    }
    return FB_OK;
}

fb_status fb_cast_from_timestamp(fb_cast_run *run)
{
    const int64_t *us = run->in->int64s;
    switch (run->cast->to->id) {
    case FB_TYPE_DATE:
        timestamps_to_dates(run);
        return FB_OK;
    case FB_TYPE_TIMESTAMP_NTZ:
        return timestamps_to_local(run);
    case FB_TYPE_BOOLEAN:
        for (size_t i = 0; i < run->count; i++)
            run->out->bools[i] = us[i] != 0;
        return FB_OK;
    case FB_TYPE_FLOAT:
        for (size_t i = 0; i < run->count; i++)
            run->out->floats[i] = (float)((double)us[i] / (double)FB_US_PER_SECOND);
        return FB_OK;
    case FB_TYPE_DOUBLE:
        for (size_t i = 0; i < run->count; i++)
            run->out->doubles[i] = (double)us[i] / (double)FB_US_PER_SECOND;
        return FB_OK;
    case FB_TYPE_DECIMAL:
        return timestamps_to_decimals(run);
    default:
        return timestamps_to_integers(run);
    }
}

fb_status fb_cast_from_timestamp_ntz(fb_cast_run *run)
{
    const fb_timezone *zone = run->eval->context->timezone;
    const int64_t *us = run->in->int64s;
    bool to_date = run->cast->to->id == FB_TYPE_DATE;
    for (size_t i = 0; i < run->count; i++) {
        if (to_date) {
            run->out->int32s[i] = (int32_t)fb_floor_div(us[i], FB_US_PER_DAY);
        } else if (!fb_timestamp_from_local(zone, us[i], &run->out->int64s[i]) &&
                   !fb_cast_is_null(run, i)) {
            FB_TRY(out_of_time(run, i));
        }
    }
    return FB_OK;
}
