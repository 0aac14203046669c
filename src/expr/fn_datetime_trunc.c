/* SPDX-License-Identifier: Apache-2.0
 *
 * date_trunc and trunc; an unknown unit gives null. */
#include "base/status.h"
#include "expr/kernel.h"
#include "expr/local_time.h"
#include "expr/signature.h"

typedef enum time_unit {
    UNIT_NONE, /* not a unit */
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK, /* the first that trunc of a date knows */
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
} time_unit;

static time_unit parse_unit(fb_slice text)
{
    static const struct {
        const char *name;
        time_unit unit;
    } names[] = {{"microsecond", UNIT_MICROSECOND},
                 {"millisecond", UNIT_MILLISECOND},
                 {"second", UNIT_SECOND},
                 {"minute", UNIT_MINUTE},
                 {"hour", UNIT_HOUR},
                 {"day", UNIT_DAY},
                 {"dd", UNIT_DAY},
                 {"week", UNIT_WEEK},
                 {"mon", UNIT_MONTH},
                 {"month", UNIT_MONTH},
                 {"mm", UNIT_MONTH},
                 {"quarter", UNIT_QUARTER},
                 {"year", UNIT_YEAR},
                 {"yyyy", UNIT_YEAR},
                 {"yy", UNIT_YEAR}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(text, fb_slice_of(names[i].name))) return names[i].unit;
    return UNIT_NONE;
}

/* The unit of a row, parsed anew only when it is another one. */
typedef struct unit_reader {
    const fb_column *column;
    fb_slice text;
    time_unit unit;
    bool is_read;
} unit_reader;

static inline time_unit read_unit(unit_reader *reader, size_t row)
{
    if (reader->is_read && reader->column->is_constant) return reader->unit;
    fb_slice text = fb_column_string(reader->column, row);
    if (reader->is_read && fb_slice_equal(text, reader->text)) return reader->unit;
    reader->is_read = true;
    reader->text = text;
    reader->unit = parse_unit(text);
    return reader->unit;
}

/* The first day of the week (Monday) or of a longer unit. */
static int32_t truncate_date(int32_t days, time_unit unit)
{
    if (unit == UNIT_WEEK)
        return (int32_t)((uint32_t)days + 1 - (uint32_t)fb_date_day_of_week(days));
    fb_civil_date civil = fb_date_to_civil(days);
    int month = 1;
    if (unit == UNIT_MONTH) month = civil.month;
    if (unit == UNIT_QUARTER) month = (civil.month - 1) / 3 * 3 + 1;
    return (int32_t)fb_date_from_civil(civil.year, month, 1);
}

static fb_status trunc_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    unit_reader reader = {.column = &args[1]};
    for (size_t row = 0; row < row_count; row++) {
        time_unit unit = read_unit(&reader, row);
        int32_t days = args[0].int32s[fb_column_index(&args[0], row)];
        out->int32s[row] = unit < UNIT_WEEK ? 0 : truncate_date(days, unit);
        if (unit < UNIT_WEEK) fb_bits_clear(out->validity, row);
    }
    return FB_OK;
}

static int64_t unit_us(time_unit unit)
{
    switch (unit) {
    case UNIT_MILLISECOND:
        return 1000;
    case UNIT_SECOND:
        return FB_US_PER_SECOND;
    case UNIT_MINUTE:
        return 60 * FB_US_PER_SECOND;
    case UNIT_HOUR:
        return 3600 * FB_US_PER_SECOND;
    case UNIT_DAY:
        return FB_US_PER_DAY;
    default:
        return 1;
    }
}

/* Wraps around at the first instant that there is, as Java does. */
static inline int64_t minus(int64_t us, int64_t less)
{
    return (int64_t)((uint64_t)us - (uint64_t)less);
}

/* The instant of a wall clock that lies before that of an instant with offset local->offset. The
 * offset stays where it can (in an overlap both are right). */
static inline int64_t from_local(const fb_local_time *local, int64_t local_us)
{
    int64_t us = minus(local_us, (int64_t)local->offset * FB_US_PER_SECOND);
    int64_t seconds = fb_floor_div(us, FB_US_PER_SECOND);
    if (seconds >= local->from && seconds < local->until) return us;
    if (fb_timezone_offset_at(local->zone, seconds) == local->offset) return us;
    seconds = fb_timezone_to_utc(local->zone, fb_floor_div(local_us, FB_US_PER_SECOND));
    return (int64_t)((uint64_t)seconds * (uint64_t)FB_US_PER_SECOND);
}

/* Midnight at the start of a day, by the zone's rules alone: in an overlap the earlier one. */
static inline int64_t day_start(const fb_local_time *local, int32_t days)
{
    int64_t local_seconds = (int64_t)days * FB_SECONDS_PER_DAY;
    int64_t seconds = local_seconds - local->offset;
    /* Well inside the range of one offset nothing needs to be asked. */
    bool is_far = seconds >= local->from &&
                  (uint64_t)seconds - (uint64_t)local->from >= (uint64_t)FB_SECONDS_PER_DAY;
    if (!is_far || seconds >= local->until)
        seconds = fb_timezone_to_utc(local->zone, local_seconds);
    return (int64_t)((uint64_t)seconds * (uint64_t)FB_US_PER_SECOND);
}

static inline int64_t truncate_timestamp(fb_local_time *local, int64_t us, time_unit unit)
{
    if (unit <= UNIT_SECOND) return minus(us, fb_floor_mod(us, unit_us(unit)));
    int64_t local_us = fb_local_time_at(local, us);
    if (unit >= UNIT_WEEK) {
        int32_t days = (int32_t)fb_floor_div(local_us, FB_US_PER_DAY);
        return day_start(local, truncate_date(days, unit));
    }
    return from_local(local, minus(local_us, fb_floor_mod(local_us, unit_us(unit))));
}

static fb_status date_trunc_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    unit_reader reader = {.column = &args[0]};
    fb_local_time local = fb_local_time_of(eval, args[1].type);
    for (size_t row = 0; row < row_count; row++) {
        out->int64s[row] = 0;
        if (fb_kernel_is_null(out, row)) continue;
        time_unit unit = read_unit(&reader, row);
        if (unit == UNIT_NONE) {
            fb_bits_clear(out->validity, row);
            continue;
        }
        int64_t us = args[1].int64s[fb_column_index(&args[1], row)];
        out->int64s[row] = truncate_timestamp(&local, us, unit);
    }
    return FB_OK;
}

static const fb_signature trunc_signature = {.params = {FB_PARAM_DATE, FB_PARAM_STRING},
                                             .result = FB_TYPE_DATE,
                                             .kernel = trunc_kernel,
                                             .makes_nulls = true};
static const fb_signature date_trunc_signature = {.params = {FB_PARAM_STRING, FB_PARAM_TIMESTAMP},
                                                  .result = FB_TYPE_TIMESTAMP,
                                                  .kernel = date_trunc_kernel,
                                                  .makes_nulls = true};

static const fb_function functions[] = {
    {"trunc", 2, 2, fb_bind_signature, "trunc(d, unit) - start of the week, month, quarter, year",
     .signature = &trunc_signature},
    {"date_trunc", 2, 2, fb_bind_signature,
     "date_trunc(unit, ts) - start of the microsecond, ..., day, week, month, quarter, year",
     .signature = &date_trunc_signature},
};

const fb_function_list fb_functions_datetime_trunc = {functions,
                                                      sizeof functions / sizeof *functions};
