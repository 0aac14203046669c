/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversion of a column, and what becomes of rows that cannot be converted. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "data/value_text.h"
#include "expr/cast.h"

#include <math.h>

fb_status fb_cast_column(const fb_expr *self, fb_eval *eval, const fb_cast *cast,
                         const fb_column *in, size_t count, fb_column *out)
{
    *out = (fb_column){.type = cast->to};
    bool allocates = cast->convert != fb_cast_same && cast->convert != fb_cast_from_void;
    if (allocates && !fb_column_init(out, eval->arena, cast->to, count)) return fb_eval_nomem(eval);
    if (in->type->id != FB_TYPE_VOID) out->validity = in->validity;
    fb_cast_run run = {
        .self = self, .eval = eval, .cast = cast, .in = in, .out = out, .count = count};
    return cast->convert(&run);
}

fb_status fb_cast_from_void(fb_cast_run *run)
{
    if (!fb_column_init_zero(run->out, run->eval->arena, run->cast->to, run->count) ||
        !fb_column_need_validity(run->out, run->eval->arena, run->count))
        return fb_eval_nomem(run->eval);
    fb_bits_fill(run->out->validity, run->count, false);
    return FB_OK;
}

fb_status fb_cast_same(fb_cast_run *run)
{
    const fb_type *type = run->out->type;
    *run->out = *run->in;
    run->out->type = type;
    run->out->is_constant = false;
    return FB_OK;
}

fb_status fb_cast_set_null(fb_cast_run *run, size_t row)
{
    if (!run->owns_validity) {
        FB_TRY(fb_eval_own_validity(run->eval, run->count, run->out));
        run->owns_validity = true;
    }
    fb_bits_clear(run->out->validity, row);
    return FB_OK;
}

/* The value as a SQL literal, as Spark's messages show it. */
static void print_sql_value(const fb_cast_run *run, size_t row, fb_buf *out)
{
    const fb_column *in = run->in;
    const fb_timezone *zone = run->eval->context->timezone;
    switch (in->type->id) {
    case FB_TYPE_STRING: {
        fb_slice text = fb_column_string(in, row);
        fb_buf_add_char(out, '\'');
        for (size_t i = 0; i < text.size; i++) {
            if (text.data[i] == '\'' || text.data[i] == '\\') fb_buf_add_char(out, '\\');
            fb_buf_add_char(out, text.data[i]);
        }
        fb_buf_add_char(out, '\'');
        return;
    }
    case FB_TYPE_DATE:
        fb_buf_add_text(out, "DATE '");
        break;
    case FB_TYPE_TIMESTAMP:
        fb_buf_add_text(out, "TIMESTAMP '");
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        fb_buf_add_text(out, "TIMESTAMP_NTZ '");
        break;
    default:
        break;
    }
    fb_value_text_cast(in, row, zone, out);
    switch (in->type->id) {
    case FB_TYPE_TINYINT:
        fb_buf_add_char(out, 'Y');
        break;
    case FB_TYPE_SMALLINT:
        fb_buf_add_char(out, 'S');
        break;
    case FB_TYPE_BIGINT:
        fb_buf_add_char(out, 'L');
        break;
    case FB_TYPE_DOUBLE:
        if (isfinite(in->doubles[row])) fb_buf_add_char(out, 'D');
        break;
    case FB_TYPE_DECIMAL:
        fb_buf_add_text(out, "BD");
        break;
    case FB_TYPE_DATE:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        fb_buf_add_char(out, '\'');
        break;
    default:
        break;
    }
}

static fb_status fail_overflow(fb_cast_run *run, const char *value, const char *from,
                               const char *to)
{
    return fb_eval_fail(run->eval, run->self, "CAST_OVERFLOW",
                        "The value %s of the type \"%s\" cannot be cast to \"%s\" due to an "
                        "overflow. Use `try_cast` to tolerate overflow and return NULL instead.",
                        value, from, to);
}

static fb_status fail_malformed(fb_cast_run *run, const char *value, const char *from,
                                const char *to)
{
    return fb_eval_fail(run->eval, run->self, "CAST_INVALID_INPUT",
                        "The value %s of the type \"%s\" cannot be cast to \"%s\" because it is "
                        "malformed. Correct the value as per the syntax, or change its target "
                        "type. Use `try_cast` to tolerate malformed input and return NULL "
                        "instead.",
                        value, from, to);
}

static fb_status fail_on_value(fb_cast_run *run, size_t row,
                               fb_status (*fail)(fb_cast_run *, const char *, const char *,
                                                 const char *))
{
    fb_arena *arena = run->eval->arena;
    const fb_type *from = run->in->type;
    /* Spark widens a float before it makes a timestamp of it, and says so. */
    bool is_widened = from->id == FB_TYPE_FLOAT && run->cast->to->id == FB_TYPE_TIMESTAMP;
    fb_buf value;
    fb_buf_init(&value, 0);
    print_sql_value(run, row, &value);
    fb_status status =
        fail(run, fb_buf_text(&value), is_widened ? "DOUBLE" : fb_type_sql(from, arena),
             fb_type_sql(run->cast->to, arena));
    fb_buf_deinit(&value);
    return status;
}

fb_status fb_cast_malformed(fb_cast_run *run, size_t row)
{
    if (run->cast->mode != FB_CAST_ANSI) return fb_cast_set_null(run, row);
    return fail_on_value(run, row, fail_malformed);
}

fb_status fb_cast_overflow(fb_cast_run *run, size_t row)
{
    if (run->cast->mode != FB_CAST_ANSI) return fb_cast_set_null(run, row);
    return fail_on_value(run, row, fail_overflow);
}

fb_status fb_cast_overflow_of(fb_cast_run *run, size_t row, const char *value, const char *from,
                              const char *to)
{
    if (run->cast->mode != FB_CAST_ANSI) return fb_cast_set_null(run, row);
    return fail_overflow(run, value, from, to);
}

fb_status fb_cast_out_of_range(fb_cast_run *run, size_t row, fb_slice plain)
{
    if (run->cast->mode != FB_CAST_ANSI) return fb_cast_set_null(run, row);
    return fb_eval_fail(run->eval, run->self, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                        "%.*s cannot be represented as Decimal(%d, %d). If necessary set "
                        "\"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return "
                        "NULL instead.",
                        FB_SLICE_ARGS(plain), run->cast->to->precision, run->cast->to->scale);
}
