/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings to values. What the text of each type may look like is known to data/; this file decides
 * what becomes of the others. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "expr/cast.h"

static bool parse_boolean(fb_slice text, uint8_t *out)
{
    static const struct {
        const char *name;
        uint8_t value;
    } names[] = {
        {"true", 1}, {"t", 1},  {"yes", 1}, {"y", 1},     {"1", 1},
        {"f", 0},    {"no", 0}, {"n", 0},   {"false", 0}, {"0", 0},
    };
    fb_slice trimmed = fb_text_trim(text);
    *out = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!fb_slice_equal_nocase(trimmed, fb_slice_of(names[i].name))) continue;
        *out = names[i].value;
        return true;
    }
    return false;
}

/* The value in the row's place of the column, of an integer type; false when out of its range. */
static bool put_integer(fb_column *out, size_t row, int64_t value)
{
    switch (out->type->id) {
    case FB_TYPE_TINYINT:
        out->int8s[row] = (int8_t)value;
        return out->int8s[row] == value;
    case FB_TYPE_SMALLINT:
        out->int16s[row] = (int16_t)value;
        return out->int16s[row] == value;
    case FB_TYPE_INT:
        out->int32s[row] = (int32_t)value;
        return out->int32s[row] == value;
    default:
        out->int64s[row] = value;
        return true;
    }
}

static fb_status parse_decimal(fb_cast_run *run, size_t row, fb_slice text)
{
    const fb_type *to = run->cast->to;
    fb_decimal_digits digits;
    fb_int128 unscaled;
    fb_cast_put_unscaled(run->out, row, 0);
    if (!fb_decimal_digits_parse(text, &digits)) return fb_cast_malformed(run, row);
    if (!fb_decimal_digits_is_supported(&digits)) {
        if (run->cast->mode != FB_CAST_ANSI) return fb_cast_set_null(run, row);
        return fb_eval_fail(run->eval, run->self, "NUMERIC_OUT_OF_SUPPORTED_RANGE",
                            "The value %.*s cannot be interpreted as a numeric since it has more "
                            "than 38 digits.",
                            FB_SLICE_ARGS(text));
    }
    if (fb_decimal_digits_fit(&digits, to->precision, to->scale, &unscaled)) {
        fb_cast_put_unscaled(run->out, row, unscaled);
        return FB_OK;
    }
    char plain[FB_DECIMAL_EXACT_TEXT_MAX];
    size_t size = fb_decimal_digits_print(&digits, plain);
    return fb_cast_out_of_range(run, row, fb_slice_make(plain, size));
}

static bool parse_value(const fb_cast_run *run, size_t row, fb_slice text)
{
    fb_column *out = run->out;
    const fb_eval_context *context = run->eval->context;
    int64_t integer;
    switch (run->cast->to->id) {
    case FB_TYPE_BOOLEAN:
        return parse_boolean(text, &out->bools[row]);
    case FB_TYPE_FLOAT:
        return fb_number_parse_float(text, &out->floats[row]);
    case FB_TYPE_DOUBLE:
        return fb_number_parse_double(text, &out->doubles[row]);
    case FB_TYPE_DATE:
        return fb_date_parse(text, &out->int32s[row]);
    case FB_TYPE_TIMESTAMP:
        return fb_timestamp_parse(text, context->timezone, context->batch_timestamp_us,
                                  &out->int64s[row]);
    case FB_TYPE_TIMESTAMP_NTZ:
        return fb_timestamp_ntz_parse(text, &out->int64s[row]);
    default: {
        bool allow_fraction = run->cast->mode == FB_CAST_LEGACY;
        bool ok = fb_number_parse_int64(text, allow_fraction, &integer);
        return put_integer(out, row, integer) && ok;
    }
    }
}

fb_status fb_cast_from_string(fb_cast_run *run)
{
    bool is_decimal = run->cast->to->id == FB_TYPE_DECIMAL;
    /* Rows that are left out below must hold something. */
    memset(run->out->values, 0, run->count * fb_type_width(run->cast->to));
    for (size_t i = 0; i < run->count; i++) {
        if (fb_cast_is_null(run, i)) continue;
        fb_slice text = fb_string_slice(&run->in->strings[i]);
        if (is_decimal)
            FB_TRY(parse_decimal(run, i, text));
        else if (!parse_value(run, i, text))
            FB_TRY(fb_cast_malformed(run, i));
    }
    return FB_OK;
}
