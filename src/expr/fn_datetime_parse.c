/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to timestamps and dates by a pattern: to_timestamp, to_date, unix_timestamp. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/local_time.h"
#include "expr/pattern_reader.h"
#include "expr/signature.h"

typedef enum parse_result { PARSE_TIMESTAMP, PARSE_DATE, PARSE_SECONDS } parse_result;

static fb_status fail_parse(fb_eval *eval, const fb_expr *self, parse_result result, fb_slice text,
                            const char *reason)
{
    if (!reason[0]) return fb_eval_fail(eval, self, "", "long overflow");
    return fb_eval_fail(eval, self, "CANNOT_PARSE_TIMESTAMP",
                        "Text '%.*s' %s. Use `%s` to tolerate invalid input string and return "
                        "NULL instead.",
                        FB_SLICE_ARGS(text), reason,
                        result == PARSE_DATE ? "try_to_date" : "try_to_timestamp");
}

static inline void put_parsed(fb_column *out, size_t row, parse_result result, fb_local_time *local,
                              int64_t us)
{
    switch (result) {
    case PARSE_TIMESTAMP:
        out->int64s[row] = us;
        break;
    case PARSE_SECONDS:
        out->int64s[row] = us / FB_US_PER_SECOND; /* toward zero, unlike unix_seconds */
        break;
    case PARSE_DATE:
        out->int32s[row] = (int32_t)fb_floor_div(fb_local_time_at(local, us), FB_US_PER_DAY);
        break;
    }
}

/* Texts that do not fit are errors where the call can fail, null otherwise. */
static inline fb_status parse_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, parse_result result, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    fb_pattern_reader reader = {.column = self->arg_count > 1 ? &args[1] : NULL,
                                .for_parsing = true};
    fb_local_time local = {.zone = eval->context->timezone};
    bool is_strict = self->state != NULL;
    for (size_t row = 0; row < row_count; row++) {
        put_parsed(out, row, result, &local, 0);
        if (fb_kernel_is_null(out, row)) continue;
        FB_TRY(fb_pattern_reader_seek(&reader, self, eval, row));
        fb_slice text = fb_column_string(&args[0], row);
        char reason[FB_PATTERN_REASON_MAX];
        int64_t us;
        if (fb_pattern_parse(reader.pattern, local.zone, text, &us, reason))
            put_parsed(out, row, result, &local, us);
        else if (is_strict)
            return fail_parse(eval, self, result, text, reason);
        else
            fb_bits_clear(out->validity, row);
    }
    return FB_OK;
}

static fb_status parse_timestamp_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                        size_t row_count, fb_column *out)
{
    return parse_rows(self, eval, args, row_count, PARSE_TIMESTAMP, out);
}

static fb_status parse_date_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    return parse_rows(self, eval, args, row_count, PARSE_DATE, out);
}

static fb_status parse_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    return parse_rows(self, eval, args, row_count, PARSE_SECONDS, out);
}

/* The pattern of what is no text is not used, but a null one still makes a null. */
static fb_status identity_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    fb_column flat;
    if (!fb_column_flatten(&flat, eval->arena, &args[0], row_count)) return fb_eval_nomem(eval);
    out->values = flat.values;
    return fb_eval_merge_validity(eval, args, self->arg_count, row_count, out);
}

static fb_status whole_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                      size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int64s[row] = args[0].int64s[fb_column_index(&args[0], row)] / FB_US_PER_SECOND;
    return FB_OK;
}

static fb_status current_seconds_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                        size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    FB_TRY(fb_eval_output(eval, row_count, out));
    int64_t now = fb_floor_div(eval->context->batch_timestamp_us, FB_US_PER_SECOND);
    for (size_t row = 0; row < row_count; row++)
        out->int64s[row] = now;
    return FB_OK;
}

/* --- binding --- */

static bool is_text(const fb_type *type)
{
    return type->id == FB_TYPE_STRING;
}

static fb_status bind_parse(fb_binder *binder, fb_expr *call, fb_type_id result, fb_kernel kernel,
                            bool is_try)
{
    static const bool strict = true;
    if (call->arg_count > 1) FB_TRY(fb_bind_coerce(binder, call, 1, fb_type_of(FB_TYPE_STRING)));
    call->type = fb_type_of(result);
    call->nullable |= !binder->ansi || is_try;
    call->can_fail = true; /* the pattern may be wrong in any case */
    call->state = binder->ansi && !is_try ? &strict : NULL;
    call->kernel = kernel;
    return FB_OK;
}

/* The call is a cast of its first argument. */
static fb_status bind_as_cast(fb_binder *binder, fb_expr *call, fb_type_id id, bool is_try)
{
    const fb_expr *cast;
    FB_TRY(fb_bind_cast(binder, call->args[0], fb_type_of(id), is_try, call->position, &cast));
    fb_bind_set_arg(call, 0, cast);
    if (call->arg_count > 1) FB_TRY(fb_bind_coerce(binder, call, 1, fb_type_of(FB_TYPE_STRING)));
    call->type = fb_type_of(id);
    call->kernel = identity_kernel;
    return FB_OK;
}

static fb_status bind_to_timestamp_as(fb_binder *binder, fb_expr *call, bool is_try)
{
    fb_type_id id = call->args[0]->type->id;
    if (id == FB_TYPE_BOOLEAN || id == FB_TYPE_BINARY)
        FB_TRY(fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_STRING)));
    if (call->arg_count < 2 || !is_text(call->args[0]->type))
        return bind_as_cast(binder, call, FB_TYPE_TIMESTAMP, is_try);
    return bind_parse(binder, call, FB_TYPE_TIMESTAMP, parse_timestamp_kernel, is_try);
}

static fb_status bind_to_timestamp(fb_binder *binder, fb_expr *call)
{
    return bind_to_timestamp_as(binder, call, false);
}

static fb_status bind_try_to_timestamp(fb_binder *binder, fb_expr *call)
{
    return bind_to_timestamp_as(binder, call, true);
}

static bool is_datetime(const fb_type *type)
{
    return type->id == FB_TYPE_DATE || type->id == FB_TYPE_TIMESTAMP ||
           type->id == FB_TYPE_TIMESTAMP_NTZ;
}

static fb_status bind_to_date(fb_binder *binder, fb_expr *call)
{
    /* Numbers go through their text, which then is no date. */
    if (!is_datetime(call->args[0]->type) && call->args[0]->type->id != FB_TYPE_VOID)
        FB_TRY(fb_bind_coerce(binder, call, 0, fb_type_of(FB_TYPE_STRING)));
    if (call->arg_count < 2 || !is_text(call->args[0]->type))
        return bind_as_cast(binder, call, FB_TYPE_DATE, false);
    return bind_parse(binder, call, FB_TYPE_DATE, parse_date_kernel, false);
}

static fb_status bind_to_ntz(fb_binder *binder, fb_expr *call)
{
    return bind_as_cast(binder, call, FB_TYPE_TIMESTAMP_NTZ, false);
}

/* Seconds of what is no text: of a TIMESTAMP_NTZ as if it were in UTC. */
static fb_status bind_unix_timestamp(fb_binder *binder, fb_expr *call)
{
    call->type = fb_type_of(FB_TYPE_BIGINT);
    call->nullable |= !binder->ansi;
    if (!call->arg_count) {
        call->kernel = current_seconds_kernel;
        return FB_OK;
    }
    const fb_type *type = call->args[0]->type;
    if (type->id == FB_TYPE_VOID)
        FB_TRY(fb_bind_cast_arg(binder, call, 0, fb_type_of(FB_TYPE_STRING)));
    else if (!is_text(type) && !is_datetime(type))
        return fb_bind_type_error(binder, call, 0,
                                  "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")");
    bool has_pattern = call->arg_count > 1 && call->args[1]->type->id != FB_TYPE_VOID;
    if (has_pattern && !is_text(call->args[1]->type))
        return fb_bind_type_error(binder, call, 1, "STRING");
    if (is_text(call->args[0]->type))
        return bind_parse(binder, call, FB_TYPE_BIGINT, parse_seconds_kernel, false);
    if (type->id == FB_TYPE_DATE)
        FB_TRY(fb_bind_cast_arg(binder, call, 0, fb_type_of(FB_TYPE_TIMESTAMP)));
    if (call->arg_count > 1) FB_TRY(fb_bind_coerce(binder, call, 1, fb_type_of(FB_TYPE_STRING)));
    call->kernel = whole_seconds_kernel;
    return FB_OK;
}

static const fb_function functions[] = {
    {"to_timestamp", 1, 2, bind_to_timestamp,
     .usage = "to_timestamp(text[, pattern]) - by the pattern, or like CAST"},
    {"try_to_timestamp", 1, 2, bind_try_to_timestamp,
     .usage = "try_to_timestamp(text[, pattern]) - null where to_timestamp fails"},
    {"to_timestamp_ltz", 1, 2, bind_to_timestamp,
     .usage = "to_timestamp_ltz(text[, pattern]) - same as to_timestamp"},
    {"to_timestamp_ntz", 1, 1, bind_to_ntz,
     .usage = "to_timestamp_ntz(text) - a TIMESTAMP_NTZ, like CAST"},
    {"to_date", 1, 2, bind_to_date, .usage = "to_date(text[, pattern]) - likewise a date"},
    {"unix_timestamp", 0, 2, bind_unix_timestamp,
     .usage = "unix_timestamp([x[, pattern]]) - seconds since 1970-01-01 00:00:00 UTC"},
    {"to_unix_timestamp", 1, 2, bind_unix_timestamp,
     .usage = "to_unix_timestamp(x[, pattern]) - same as unix_timestamp"},
};

const fb_function_list fb_functions_datetime_parse = {functions,
                                                      sizeof functions / sizeof *functions};
