/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields of dates and times: year() to second(), date_part and EXTRACT. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/local_time.h"
#include "expr/signature.h"

#define TEMPLATE static inline __attribute__((always_inline))

/* --- of dates --- */

static int32_t year_of(int32_t days)
{
    return fb_date_to_civil(days).year;
}

static int32_t quarter_of(int32_t days)
{
    return (fb_date_to_civil(days).month + 2) / 3;
}

static int32_t month_of(int32_t days)
{
    return fb_date_to_civil(days).month;
}

static int32_t day_of(int32_t days)
{
    return fb_date_to_civil(days).day;
}

static int32_t day_of_year(int32_t days)
{
    return fb_date_day_of_year(days);
}

static int32_t iso_day_of_week(int32_t days)
{
    return fb_date_day_of_week(days);
}

/* Sunday 1 .. Saturday 7. */
static int32_t day_of_week(int32_t days)
{
    return fb_date_day_of_week(days) % 7 + 1;
}

/* Monday 0 .. Sunday 6. */
static int32_t weekday_of(int32_t days)
{
    return fb_date_day_of_week(days) - 1;
}

/* The Thursday of the week decides which year the week belongs to (ISO 8601). */
static int32_t thursday_of(int32_t days)
{
    return (int32_t)((uint32_t)days + 4 - (uint32_t)fb_date_day_of_week(days));
}

static int32_t week_of_year(int32_t days)
{
    return (fb_date_day_of_year(thursday_of(days)) + 6) / 7;
}

static int32_t year_of_week(int32_t days)
{
    return fb_date_to_civil(thursday_of(days)).year;
}

TEMPLATE fb_status map_dates(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, int32_t (*field)(int32_t days), fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] = field(args[0].int32s[fb_column_index(&args[0], row)]);
    return FB_OK;
}

#define DATE_FIELD(name, function)                                                            \
    static fb_status name##_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args, \
                                   size_t row_count, fb_column *out)                          \
    {                                                                                         \
        return map_dates(self, eval, args, row_count, function, out);                         \
    }                                                                                         \
    static const fb_signature name##_signature = {                                            \
        .params = {FB_PARAM_DATE}, .result = FB_TYPE_INT, .kernel = name##_kernel};

DATE_FIELD(year, year_of)
DATE_FIELD(quarter, quarter_of)
DATE_FIELD(month, month_of)
DATE_FIELD(day, day_of)
DATE_FIELD(dayofyear, day_of_year)
DATE_FIELD(dayofweek, day_of_week)
DATE_FIELD(dayofweek_iso, iso_day_of_week)
DATE_FIELD(weekday, weekday_of)
DATE_FIELD(weekofyear, week_of_year)
DATE_FIELD(yearofweek, year_of_week)

/* --- of wall clocks --- */

typedef enum clock_field { CLOCK_HOUR, CLOCK_MINUTE, CLOCK_SECOND } clock_field;

TEMPLATE fb_status map_clocks(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, clock_field field, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_local_time local = fb_local_time_of(eval, args[0].type);
    for (size_t row = 0; row < row_count; row++) {
        int64_t us = args[0].int64s[fb_column_index(&args[0], row)];
        int64_t of_day = fb_floor_mod(fb_local_time_at(&local, us), FB_US_PER_DAY);
        int32_t seconds = (int32_t)(of_day / FB_US_PER_SECOND);
        switch (field) {
        case CLOCK_HOUR:
            out->int32s[row] = seconds / 3600;
            break;
        case CLOCK_MINUTE:
            out->int32s[row] = seconds / 60 % 60;
            break;
        case CLOCK_SECOND:
            out->int32s[row] = seconds % 60;
            break;
        }
    }
    return FB_OK;
}

static fb_status hour_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    return map_clocks(self, eval, args, row_count, CLOCK_HOUR, out);
}

static fb_status minute_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    return map_clocks(self, eval, args, row_count, CLOCK_MINUTE, out);
}

static fb_status second_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    return map_clocks(self, eval, args, row_count, CLOCK_SECOND, out);
}

static const fb_signature hour_signature = {
    .params = {FB_PARAM_WALL_CLOCK}, .result = FB_TYPE_INT, .kernel = hour_kernel};
static const fb_signature minute_signature = {
    .params = {FB_PARAM_WALL_CLOCK}, .result = FB_TYPE_INT, .kernel = minute_kernel};
static const fb_signature second_signature = {
    .params = {FB_PARAM_WALL_CLOCK}, .result = FB_TYPE_INT, .kernel = second_kernel};

/* Seconds with their fraction, as EXTRACT(SECOND ...) gives them: DECIMAL(8,6). */
static fb_status fraction_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_local_time local = fb_local_time_of(eval, args[0].type);
    for (size_t row = 0; row < row_count; row++) {
        int64_t us = args[0].int64s[fb_column_index(&args[0], row)];
        out->int64s[row] = fb_floor_mod(fb_local_time_at(&local, us), 60 * FB_US_PER_SECOND);
    }
    return FB_OK;
}

static const fb_signature fraction_signature = {
    .params = {FB_PARAM_WALL_CLOCK}, .result = FB_TYPE_INT, .kernel = fraction_kernel};

/* --- names --- */

TEMPLATE fb_status map_names(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, int32_t (*field)(int32_t days),
                             const char names[][4], fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int32_t value = field(args[0].int32s[fb_column_index(&args[0], row)]);
        out->strings[row] = fb_string_view((fb_slice){names[value - 1], 3});
    }
    return FB_OK;
}

static fb_status dayname_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    static const char names[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return map_names(self, eval, args, row_count, iso_day_of_week, names, out);
}

static fb_status monthname_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    static const char names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return map_names(self, eval, args, row_count, month_of, names, out);
}

static const fb_signature dayname_signature = {
    .params = {FB_PARAM_DATE}, .result = FB_TYPE_STRING, .kernel = dayname_kernel};
static const fb_signature monthname_signature = {
    .params = {FB_PARAM_DATE}, .result = FB_TYPE_STRING, .kernel = monthname_kernel};

/* --- date_part, EXTRACT --- */

typedef struct part_name {
    const char *name; /* lower case */
    const fb_signature *signature;
} part_name;

static const part_name part_names[] = {
    {"year", &year_signature},
    {"y", &year_signature},
    {"years", &year_signature},
    {"yr", &year_signature},
    {"yrs", &year_signature},
    {"yearofweek", &yearofweek_signature},
    {"quarter", &quarter_signature},
    {"qtr", &quarter_signature},
    {"month", &month_signature},
    {"mon", &month_signature},
    {"mons", &month_signature},
    {"months", &month_signature},
    {"week", &weekofyear_signature},
    {"w", &weekofyear_signature},
    {"weeks", &weekofyear_signature},
    {"day", &day_signature},
    {"d", &day_signature},
    {"days", &day_signature},
    {"dayofweek", &dayofweek_signature},
    {"dow", &dayofweek_signature},
    {"dayofweek_iso", &dayofweek_iso_signature},
    {"dow_iso", &dayofweek_iso_signature},
    {"doy", &dayofyear_signature},
    {"hour", &hour_signature},
    {"h", &hour_signature},
    {"hours", &hour_signature},
    {"hr", &hour_signature},
    {"hrs", &hour_signature},
    {"minute", &minute_signature},
    {"m", &minute_signature},
    {"min", &minute_signature},
    {"mins", &minute_signature},
    {"minutes", &minute_signature},
    {"second", &fraction_signature},
    {"s", &fraction_signature},
    {"sec", &fraction_signature},
    {"seconds", &fraction_signature},
    {"secs", &fraction_signature},
};

static fb_status null_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    (void)self, (void)args, (void)row_count;
    return fb_column_init_null(out, eval->arena, out->type) ? FB_OK : fb_eval_nomem(eval);
}

static fb_status fail_part(fb_binder *binder, const fb_expr *call, fb_slice name)
{
    fb_buf source;
    fb_buf_init(&source, FB_ERROR_MESSAGE_SIZE);
    fb_expr_print(call->args[1], &source);
    fb_status status = fb_bind_fail_at(binder, call->position, "INVALID_EXTRACT_FIELD",
                                       "Cannot extract `%.*s` from \"%s\".", FB_SLICE_ARGS(name),
                                       fb_buf_text(&source));
    fb_buf_deinit(&source);
    return status;
}

static const fb_signature *find_part(fb_slice name)
{
    for (size_t i = 0; i < sizeof part_names / sizeof *part_names; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(part_names[i].name)))
            return part_names[i].signature;
    return NULL;
}

static fb_status bind_part(fb_binder *binder, fb_expr *call)
{
    if (!fb_expr_is_foldable(call->args[0]))
        return fb_bind_mismatch(binder, call, "NON_FOLDABLE_INPUT",
                                "the input `field` should be a foldable \"STRING\" expression.");
    FB_TRY(fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_STRING)));
    const fb_eval_context context = {.timezone = binder->timezone};
    const fb_expr *field;
    FB_TRY(fb_expr_fold(binder, &context, call->args[0], &field));
    fb_bind_set_arg(call, 0, field);
    if (fb_column_is_null(&field->literal, 0)) {
        call->type = fb_type_of(FB_TYPE_DOUBLE);
        call->nullable = true;
        call->kernel = null_kernel;
        return FB_OK;
    }
    fb_slice name = fb_column_string(&field->literal, 0);
    const fb_signature *signature = find_part(name);
    if (!signature) return fail_part(binder, call, name);
    /* What remains is a call of the field's function. */
    call->args++;
    call->arg_count = 1;
    FB_TRY(fb_bind_with(binder, call, signature));
    if (signature == &fraction_signature) call->type = fb_type_decimal(binder->arena, 8, 6);
    return call->type ? FB_OK : fb_fail_nomem(binder->err, "an expression");
}

/* --- the table --- */

static const fb_function functions[] = {
    {"year", 1, 1, fb_bind_signature, "year(d) - the year", .signature = &year_signature},
    {"quarter", 1, 1, fb_bind_signature, "quarter(d) - 1 to 4", .signature = &quarter_signature},
    {"month", 1, 1, fb_bind_signature, "month(d) - 1 to 12", .signature = &month_signature},
    {"day", 1, 1, fb_bind_signature, "day(d) - day of the month", .signature = &day_signature},
    {"dayofmonth", 1, 1, fb_bind_signature, "dayofmonth(d) - same as day",
     .signature = &day_signature},
    {"dayofyear", 1, 1, fb_bind_signature, "dayofyear(d) - 1 to 366",
     .signature = &dayofyear_signature},
    {"dayofweek", 1, 1, fb_bind_signature, "dayofweek(d) - Sunday 1 to Saturday 7",
     .signature = &dayofweek_signature},
    {"weekday", 1, 1, fb_bind_signature, "weekday(d) - Monday 0 to Sunday 6",
     .signature = &weekday_signature},
    {"weekofyear", 1, 1, fb_bind_signature, "weekofyear(d) - week of ISO 8601",
     .signature = &weekofyear_signature},
    {"dayname", 1, 1, fb_bind_signature, "dayname(d) - Mon to Sun",
     .signature = &dayname_signature},
    {"monthname", 1, 1, fb_bind_signature, "monthname(d) - Jan to Dec",
     .signature = &monthname_signature},
    {"hour", 1, 1, fb_bind_signature, "hour(ts) - 0 to 23", .signature = &hour_signature},
    {"minute", 1, 1, fb_bind_signature, "minute(ts) - 0 to 59", .signature = &minute_signature},
    {"second", 1, 1, fb_bind_signature, "second(ts) - 0 to 59", .signature = &second_signature},
    {"date_part", 2, 2, bind_part, .usage = "date_part(field, x) - the field of that name"},
    {"datepart", 2, 2, bind_part, .usage = "datepart(field, x) - same as date_part"},
    {"extract", 2, 2, bind_part, .usage = "extract(field FROM x) - the field of that name"},
};

const fb_function_list fb_functions_datetime_field = {functions,
                                                      sizeof functions / sizeof *functions};
