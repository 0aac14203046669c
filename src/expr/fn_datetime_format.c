/* SPDX-License-Identifier: Apache-2.0
 *
 * Timestamps to text by a pattern, and the batch's time. */
#include "base/status.h"
#include "expr/kernel.h"
#include "expr/local_time.h"
#include "expr/pattern_reader.h"
#include "expr/signature.h"

/* --- date_format, from_unixtime --- */

static inline fb_status format_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, int64_t unit_us, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_pattern_reader reader = {.column = self->arg_count > 1 ? &args[1] : NULL};
    fb_local_time local = {.zone = eval->context->timezone};
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        FB_TRY(fb_pattern_reader_seek(&reader, self, eval, row));
        /* Seconds too large for a timestamp wrap around, as in Spark. */
        uint64_t value = (uint64_t)args[0].int64s[fb_column_index(&args[0], row)];
        int64_t local_us = fb_local_time_at(&local, (int64_t)(value * (uint64_t)unit_us));
        char *at = fb_text_room(&text, self, fb_pattern_max_bytes(reader.pattern));
        if (!at) return text.status;
        size_t size = fb_pattern_print(reader.pattern, local.zone, local_us, local.offset, at);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static fb_status date_format_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    return format_rows(self, eval, args, row_count, 1, out);
}

static fb_status from_unixtime_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    return format_rows(self, eval, args, row_count, FB_US_PER_SECOND, out);
}

/* --- the batch's time --- */

static fb_status fill_longs(fb_eval *eval, size_t row_count, int64_t value, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int64s[row] = value;
    return FB_OK;
}

static fb_status current_timestamp_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                          size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    return fill_longs(eval, row_count, eval->context->batch_timestamp_us, out);
}

static fb_status localtimestamp_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                       size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    fb_local_time local = {.zone = eval->context->timezone};
    int64_t now = fb_local_time_at(&local, eval->context->batch_timestamp_us);
    return fill_longs(eval, row_count, now, out);
}

static fb_status current_date_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    FB_TRY(fb_eval_output(eval, row_count, out));
    int32_t today = fb_timestamp_date(eval->context->timezone, eval->context->batch_timestamp_us);
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] = today;
    return FB_OK;
}

static fb_status current_timezone_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                         size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    FB_TRY(fb_eval_output(eval, row_count, out));
    fb_string id;
    fb_slice text = fb_slice_of(fb_timezone_id(eval->context->timezone));
    FB_TRY(fb_eval_string(eval, text, &id));
    for (size_t row = 0; row < row_count; row++)
        out->strings[row] = id;
    return FB_OK;
}

/* --- the table --- */

static const fb_signature date_format_signature = {.params = {FB_PARAM_TIMESTAMP, FB_PARAM_STRING},
                                                   .result = FB_TYPE_STRING,
                                                   .kernel = date_format_kernel,
                                                   .can_fail = true};
static const fb_signature from_unixtime_signature = {.params = {FB_PARAM_BIGINT, FB_PARAM_STRING},
                                                     .result = FB_TYPE_STRING,
                                                     .kernel = from_unixtime_kernel,
                                                     .makes_nulls = true,
                                                     .can_fail = true};
static const fb_signature current_timestamp_signature = {.result = FB_TYPE_TIMESTAMP,
                                                         .kernel = current_timestamp_kernel};
static const fb_signature localtimestamp_signature = {.result = FB_TYPE_TIMESTAMP_NTZ,
                                                      .kernel = localtimestamp_kernel};
static const fb_signature current_date_signature = {.result = FB_TYPE_DATE,
                                                    .kernel = current_date_kernel};
static const fb_signature current_timezone_signature = {.result = FB_TYPE_STRING,
                                                        .kernel = current_timezone_kernel};

static const fb_function functions[] = {
    {"date_format", 2, 2, fb_bind_signature, "date_format(ts, pattern) - yyyy-MM-dd and the like",
     .signature = &date_format_signature},
    {"from_unixtime", 1, 2, fb_bind_signature,
     "from_unixtime(seconds[, pattern]) - the time as text", .signature = &from_unixtime_signature},
    {"current_timestamp", 0, 0, fb_bind_signature, "current_timestamp() - when the batch began",
     .signature = &current_timestamp_signature},
    {"now", 0, 0, fb_bind_signature, "now() - same as current_timestamp",
     .signature = &current_timestamp_signature},
    {"localtimestamp", 0, 0, fb_bind_signature, "localtimestamp() - the same without time zone",
     .signature = &localtimestamp_signature},
    {"current_date", 0, 0, fb_bind_signature, "current_date() - the date of current_timestamp",
     .signature = &current_date_signature},
    {"curdate", 0, 0, fb_bind_signature, "curdate() - same as current_date",
     .signature = &current_date_signature},
    {"current_timezone", 0, 0, fb_bind_signature, "current_timezone() - the session's time zone",
     .signature = &current_timezone_signature},
};

const fb_function_list fb_functions_datetime_format = {functions,
                                                       sizeof functions / sizeof *functions};
