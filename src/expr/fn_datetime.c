/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic with dates, dates from numbers, timestamps to and from numbers, the batch's time. */
#include "base/status.h"
#include "data/decimal.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/local_time.h"
#include "expr/signature.h"

#include <math.h>
#include <stdio.h>

/* --- date_add, date_sub, datediff: 32-bit sums that wrap around --- */

static inline fb_status add_days(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, uint32_t sign, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        uint32_t date = (uint32_t)args[0].int32s[fb_column_index(&args[0], row)];
        uint32_t days = (uint32_t)args[1].int32s[fb_column_index(&args[1], row)];
        out->int32s[row] = (int32_t)(date + sign * days);
    }
    return FB_OK;
}

static fb_status date_add_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    return add_days(self, eval, args, row_count, 1, out);
}

static fb_status date_sub_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    return add_days(self, eval, args, row_count, UINT32_MAX, out);
}

/* --- add_months, last_day, next_day --- */

/* Years beyond the range of dates, where the calendar's arithmetic still holds. */
enum { MAX_YEAR = 5900000 };

static fb_status add_months_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        fb_civil_date civil = fb_date_to_civil(args[0].int32s[fb_column_index(&args[0], row)]);
        int64_t months = (int64_t)civil.year * 12 + civil.month - 1 +
                         args[1].int32s[fb_column_index(&args[1], row)];
        int64_t year = fb_floor_div(months, 12);
        int month = (int)fb_floor_mod(months, 12) + 1;
        int64_t days = INT64_MAX;
        if (year > -MAX_YEAR && year < MAX_YEAR) {
            int last = fb_date_days_in_month(year, month);
            days = fb_date_from_civil(year, month, civil.day < last ? civil.day : last);
        }
        out->int32s[row] = (int32_t)days;
        if (days == (int32_t)days || fb_kernel_is_null(out, row)) continue;
        return fb_eval_fail(eval, self, "ARITHMETIC_OVERFLOW",
                            "overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" "
                            "to bypass this error.");
    }
    return FB_OK;
}

static fb_status last_day_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int32_t days = args[0].int32s[fb_column_index(&args[0], row)];
        fb_civil_date civil = fb_date_to_civil(days);
        uint32_t left = (uint32_t)(fb_date_days_in_month(civil.year, civil.month) - civil.day);
        out->int32s[row] = (int32_t)((uint32_t)days + left);
    }
    return FB_OK;
}

/* Monday 1 .. Sunday 7; 0: no day of the week. */
static int parse_weekday(fb_slice text)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    for (int i = 0; i < 7; i++) {
        fb_slice name = fb_slice_of(names[i]);
        bool fits = text.size == 2 || text.size == 3 || text.size == name.size;
        if (fits && fb_slice_equal_nocase(text, (fb_slice){name.data, text.size})) return i + 1;
    }
    return 0;
}

static fb_status next_day_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int32_t days = args[0].int32s[fb_column_index(&args[0], row)];
        fb_slice name = fb_column_string(&args[1], row);
        int weekday = parse_weekday(name);
        uint32_t ahead = (uint32_t)((weekday - fb_date_day_of_week(days) + 13) % 7 + 1);
        out->int32s[row] = (int32_t)((uint32_t)days + ahead);
        if (weekday || fb_kernel_is_null(out, row)) continue;
        if (self->state)
            return fb_eval_fail(eval, self, "ILLEGAL_DAY_OF_WEEK",
                                "Illegal input for day of week: %.*s.", FB_SLICE_ARGS(name));
        fb_bits_clear(out->validity, row);
    }
    return FB_OK;
}

/* In ANSI mode a row without a result is an error, which the kernel sees by its state. */
static void set_strict(const fb_binder *binder, fb_expr *call)
{
    static const bool strict = true;
    call->state = binder->ansi ? &strict : NULL;
    call->can_fail |= binder->ansi;
}

static const fb_signature next_day_signature = {.params = {FB_PARAM_DATE, FB_PARAM_STRING},
                                                .result = FB_TYPE_DATE,
                                                .kernel = next_day_kernel,
                                                .makes_nulls = true};

static fb_status bind_next_day(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_with(binder, call, &next_day_signature));
    set_strict(binder, call);
    return FB_OK;
}

/* --- make_date --- */

/* NULL, or in Java's words what is wrong. */
static const char *check_civil(int32_t year, int32_t month, int32_t day, char reason[128])
{
    static const char *const months[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                         "MAY",       "JUNE",     "JULY",     "AUGUST",
                                         "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
    int size = 0;
    if (month < 1 || month > 12)
        size =
            snprintf(reason, 128, "Invalid value for MonthOfYear (valid values 1 - 12): %d", month);
    else if (day < 1 || day > 31)
        size =
            snprintf(reason, 128, "Invalid value for DayOfMonth (valid values 1 - 28/31): %d", day);
    else if (day <= fb_date_days_in_month(year, month))
        return NULL;
    else if (day == 29)
        size = snprintf(reason, 128, "Invalid date 'February 29' as '%d' is not a leap year", year);
    else
        size = snprintf(reason, 128, "Invalid date '%s %d'", months[month - 1], day);
    return size > 0 ? reason : "Invalid date";
}

static fb_status make_date_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int32_t fields[3];
        for (int i = 0; i < 3; i++)
            fields[i] = args[i].int32s[fb_column_index(&args[i], row)];
        out->int32s[row] = 0;
        if (fb_kernel_is_null(out, row)) continue;
        char reason[128];
        const char *wrong = check_civil(fields[0], fields[1], fields[2], reason);
        int64_t days = INT64_MAX;
        if (!wrong && fields[0] > -MAX_YEAR && fields[0] < MAX_YEAR)
            days = fb_date_from_civil(fields[0], fields[1], fields[2]);
        if (!wrong && days != (int32_t)days) wrong = "integer overflow";
        if (!wrong)
            out->int32s[row] = (int32_t)days;
        else if (self->state)
            return fb_eval_fail(eval, self, "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
                                "%s. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to "
                                "bypass this error.",
                                wrong);
        else
            fb_bits_clear(out->validity, row);
    }
    return FB_OK;
}

static const fb_signature make_date_signature = {
    .params = {FB_PARAM_INT}, .result = FB_TYPE_DATE, .kernel = make_date_kernel};

static fb_status bind_make_date(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_with(binder, call, &make_date_signature));
    call->nullable |= !binder->ansi;
    set_strict(binder, call);
    return FB_OK;
}

/* --- numbers of dates and timestamps --- */

static inline fb_status divide_us(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, int64_t divisor, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int64s[row] = fb_floor_div(args[0].int64s[fb_column_index(&args[0], row)], divisor);
    return FB_OK;
}

static fb_status unix_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, fb_column *out)
{
    return divide_us(self, eval, args, row_count, FB_US_PER_SECOND, out);
}

static fb_status unix_millis_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    return divide_us(self, eval, args, row_count, 1000, out);
}

static fb_status unix_micros_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    return divide_us(self, eval, args, row_count, 1, out);
}

/* The same bits under another type. */
static fb_status copy_days_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] = args[0].int32s[fb_column_index(&args[0], row)];
    return FB_OK;
}

static inline fb_status multiply_us(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, int64_t factor, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int64_t value = args[0].int64s[fb_column_index(&args[0], row)];
        if (!__builtin_mul_overflow(value, factor, &out->int64s[row])) continue;
        if (!fb_kernel_is_null(out, row)) return fb_eval_fail(eval, self, "", "long overflow");
    }
    return FB_OK;
}

static fb_status seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    return multiply_us(self, eval, args, row_count, FB_US_PER_SECOND, out);
}

static fb_status millis_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    return multiply_us(self, eval, args, row_count, 1000, out);
}

static fb_status micros_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    return multiply_us(self, eval, args, row_count, 1, out);
}

/* Digits are cut, sizes saturate, NaN and infinity are null. */
static fb_status double_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                       size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        double us = args[0].doubles[fb_column_index(&args[0], row)] * 1e6;
        bool is_finite = isfinite(args[0].doubles[fb_column_index(&args[0], row)]);
        if (!is_finite) fb_bits_clear(out->validity, row);
        if (!is_finite)
            out->int64s[row] = 0;
        else if (us >= 9223372036854775808.0)
            out->int64s[row] = INT64_MAX;
        else
            out->int64s[row] = us < -9223372036854775808.0 ? INT64_MIN : (int64_t)us;
    }
    return FB_OK;
}

static fb_status decimal_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                        size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    const fb_type *type = args[0].type;
    int scale = type->scale;
    fb_int128 divisor = scale > 6 ? fb_decimal_pow10(scale - 6) : 1;
    fb_int128 factor = scale < 6 ? fb_decimal_pow10(6 - scale) : 1;
    for (size_t row = 0; row < row_count; row++) {
        size_t i = fb_column_index(&args[0], row);
        fb_int128 value = fb_type_is_long_decimal(type) ? args[0].int64s[i] : args[0].int128s[i];
        fb_int128 us;
        bool is_cut = value % divisor != 0;
        bool overflows = __builtin_mul_overflow(value / divisor, factor, &us);
        out->int64s[row] = overflows ? 0 : (int64_t)us;
        overflows |= !overflows && us != (int64_t)us;
        if ((!is_cut && !overflows) || fb_kernel_is_null(out, row)) continue;
        return fb_eval_fail(eval, self, "", is_cut ? "Rounding necessary" : "Overflow");
    }
    return FB_OK;
}

static const fb_signature seconds_signature = {.params = {FB_PARAM_BIGINT},
                                               .result = FB_TYPE_TIMESTAMP,
                                               .kernel = seconds_kernel,
                                               .can_fail = true};
static const fb_signature double_seconds_signature = {.params = {FB_PARAM_DOUBLE},
                                                      .result = FB_TYPE_TIMESTAMP,
                                                      .kernel = double_seconds_kernel,
                                                      .makes_nulls = true};

static fb_status bind_timestamp_seconds(fb_binder *binder, fb_expr *call)
{
    const fb_type *type = call->args[0]->type;
    if (fb_type_is_fractional(type)) return fb_bind_with(binder, call, &double_seconds_signature);
    if (type->id != FB_TYPE_DECIMAL) {
        if (!fb_type_is_integral(type) && type->id != FB_TYPE_VOID)
            return fb_bind_type_error(binder, call, 0, "NUMERIC");
        return fb_bind_with(binder, call, &seconds_signature);
    }
    call->type = fb_type_of(FB_TYPE_TIMESTAMP);
    call->kernel = decimal_seconds_kernel;
    call->can_fail = true;
    return FB_OK;
}

/* --- wall clocks of other zones --- */

/* The zone of a row, looked up anew only when it is another one. */
typedef struct zone_reader {
    const fb_column *column;
    fb_slice text;
    const fb_timezone *zone;
} zone_reader;

static inline fb_status read_zone(zone_reader *reader, fb_eval *eval, size_t row)
{
    if (reader->zone && reader->column->is_constant) return FB_OK;
    fb_slice text = fb_column_string(reader->column, row);
    if (reader->zone && fb_slice_equal(text, reader->text)) return FB_OK;
    reader->text = text;
    return fb_timezone_find(text, &reader->zone, eval->err);
}

static inline fb_status move_zone(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, bool from_utc, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    zone_reader reader = {.column = &args[1]};
    for (size_t row = 0; row < row_count; row++) {
        out->int64s[row] = 0;
        if (fb_kernel_is_null(out, row)) continue;
        FB_TRY(read_zone(&reader, eval, row));
        int64_t us = args[0].int64s[fb_column_index(&args[0], row)];
        bool ok = from_utc ? fb_timestamp_to_local(reader.zone, us, &out->int64s[row])
                           : fb_timestamp_from_local(reader.zone, us, &out->int64s[row]);
        if (!ok) return fb_eval_fail(eval, self, "", "long overflow");
    }
    return FB_OK;
}

static fb_status from_utc_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    return move_zone(self, eval, args, row_count, true, out);
}

static fb_status to_utc_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    return move_zone(self, eval, args, row_count, false, out);
}

/* --- the table --- */

#define DATE FB_PARAM_DATE
#define TIMESTAMP FB_PARAM_TIMESTAMP

static const fb_signature date_add_signature = {
    .params = {DATE, FB_PARAM_DAYS}, .result = FB_TYPE_DATE, .kernel = date_add_kernel};
static const fb_signature date_sub_signature = {
    .params = {DATE, FB_PARAM_DAYS}, .result = FB_TYPE_DATE, .kernel = date_sub_kernel};

static const fb_signature datediff_signature = {
    .params = {DATE}, .result = FB_TYPE_INT, .kernel = date_sub_kernel /* the same difference */};
static const fb_signature add_months_signature = {.params = {DATE, FB_PARAM_INT},
                                                  .result = FB_TYPE_DATE,
                                                  .kernel = add_months_kernel,
                                                  .can_fail = true};
static const fb_signature last_day_signature = {
    .params = {DATE}, .result = FB_TYPE_DATE, .kernel = last_day_kernel};
static const fb_signature unix_seconds_signature = {
    .params = {TIMESTAMP}, .result = FB_TYPE_BIGINT, .kernel = unix_seconds_kernel};
static const fb_signature unix_millis_signature = {
    .params = {TIMESTAMP}, .result = FB_TYPE_BIGINT, .kernel = unix_millis_kernel};
static const fb_signature unix_micros_signature = {
    .params = {TIMESTAMP}, .result = FB_TYPE_BIGINT, .kernel = unix_micros_kernel};
static const fb_signature unix_date_signature = {
    .params = {DATE}, .result = FB_TYPE_INT, .kernel = copy_days_kernel};
static const fb_signature from_unix_date_signature = {
    .params = {FB_PARAM_INT}, .result = FB_TYPE_DATE, .kernel = copy_days_kernel};
static const fb_signature millis_signature = {.params = {FB_PARAM_BIGINT},
                                              .result = FB_TYPE_TIMESTAMP,
                                              .kernel = millis_kernel,
                                              .can_fail = true};
static const fb_signature micros_signature = {
    .params = {FB_PARAM_BIGINT}, .result = FB_TYPE_TIMESTAMP, .kernel = micros_kernel};
static const fb_signature from_utc_signature = {.params = {TIMESTAMP, FB_PARAM_STRING},
                                                .result = FB_TYPE_TIMESTAMP,
                                                .kernel = from_utc_kernel,
                                                .can_fail = true};
static const fb_signature to_utc_signature = {.params = {TIMESTAMP, FB_PARAM_STRING},
                                              .result = FB_TYPE_TIMESTAMP,
                                              .kernel = to_utc_kernel,
                                              .can_fail = true};

static const fb_function functions[] = {
    {"date_add", 2, 2, fb_bind_signature, "date_add(d, days) - days later",
     .signature = &date_add_signature},
    {"dateadd", 2, 2, fb_bind_signature, "dateadd(d, days) - same as date_add",
     .signature = &date_add_signature},
    {"date_sub", 2, 2, fb_bind_signature, "date_sub(d, days) - days earlier",
     .signature = &date_sub_signature},
    {"datediff", 2, 2, fb_bind_signature, "datediff(end, start) - days between",
     .signature = &datediff_signature},
    {"date_diff", 2, 2, fb_bind_signature, "date_diff(end, start) - same as datediff",
     .signature = &datediff_signature},
    {"add_months", 2, 2, fb_bind_signature,
     "add_months(d, n) - months later, the last day of a shorter month",
     .signature = &add_months_signature},
    {"last_day", 1, 1, fb_bind_signature, "last_day(d) - of the month",
     .signature = &last_day_signature},
    {"next_day", 2, 2, bind_next_day, .usage = "next_day(d, weekday) - the next such day"},
    {"make_date", 3, 3, bind_make_date, .usage = "make_date(year, month, day)"},
    {"unix_seconds", 1, 1, fb_bind_signature, "unix_seconds(ts) - since 1970-01-01 00:00:00 UTC",
     .signature = &unix_seconds_signature},
    {"unix_millis", 1, 1, fb_bind_signature, "unix_millis(ts) - milliseconds likewise",
     .signature = &unix_millis_signature},
    {"unix_micros", 1, 1, fb_bind_signature, "unix_micros(ts) - microseconds likewise",
     .signature = &unix_micros_signature},
    {"unix_date", 1, 1, fb_bind_signature, "unix_date(d) - days since 1970-01-01",
     .signature = &unix_date_signature},
    {"date_from_unix_date", 1, 1, fb_bind_signature,
     "date_from_unix_date(days) - the date so many days after 1970-01-01",
     .signature = &from_unix_date_signature},
    {"timestamp_seconds", 1, 1, bind_timestamp_seconds,
     .usage = "timestamp_seconds(n) - so long after 1970-01-01 00:00:00 UTC"},
    {"timestamp_millis", 1, 1, fb_bind_signature, "timestamp_millis(n) - milliseconds likewise",
     .signature = &millis_signature},
    {"timestamp_micros", 1, 1, fb_bind_signature, "timestamp_micros(n) - microseconds likewise",
     .signature = &micros_signature},
    {"from_utc_timestamp", 2, 2, fb_bind_signature,
     "from_utc_timestamp(ts, zone) - what clocks there show when they show ts in UTC",
     .signature = &from_utc_signature},
    {"to_utc_timestamp", 2, 2, fb_bind_signature,
     "to_utc_timestamp(ts, zone) - what clocks show in UTC when they show ts there",
     .signature = &to_utc_signature},
};

const fb_function_list fb_functions_datetime = {functions, sizeof functions / sizeof *functions};
