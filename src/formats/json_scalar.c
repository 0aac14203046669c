/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, words and strings into columns: what Spark's JacksonParser makes of each, which is not
 * what CAST makes of it. */
#include "base/parse.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "formats/json_reader_impl.h"

static bool put_integer(fb_json_column *column, uint32_t row, int64_t value)
{
    switch (column->type->id) {
    case FB_TYPE_TINYINT: /* 128 to 255 are taken for bytes */
        column->int8s[row] = (int8_t)(uint8_t)value;
        return value >= INT8_MIN && value <= UINT8_MAX;
    case FB_TYPE_SMALLINT:
        column->int16s[row] = (int16_t)value;
        return value >= INT16_MIN && value <= INT16_MAX;
    case FB_TYPE_INT:
        column->int32s[row] = (int32_t)value;
        return value >= INT32_MIN && value <= INT32_MAX;
    default:
        column->int64s[row] = value;
        return true;
    }
}

/* Digits that the scanner has seen, up to 18 of them. */
static int64_t short_integer(fb_slice text)
{
    bool negative = text.data[0] == '-';
    int64_t value = 0;
    for (size_t i = negative; i < text.size; i++)
        value = value * 10 + (text.data[i] - '0');
    return negative ? -value : value;
}

static bool parse_integer(fb_json_kind kind, fb_slice text, int64_t *value)
{
    if (kind != FB_JSON_INTEGER) return false;
    if (text.size > 18) return fb_parse_int64(text, value);
    *value = short_integer(text);
    return true;
}

static bool is_special(fb_slice text, double *value)
{
    static const struct {
        const char *text;
        double value;
    } names[] = {{"NaN", __builtin_nan("")},      {"Infinity", __builtin_inf()},
                 {"+Infinity", __builtin_inf()},  {"+INF", __builtin_inf()},
                 {"-Infinity", -__builtin_inf()}, {"-INF", -__builtin_inf()}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *value = names[i].value;
        if (fb_slice_is(text, names[i].text)) return true;
    }
    return false;
}

static bool put_fraction(fb_json_column *column, uint32_t row, fb_json_kind kind, fb_slice text)
{
    bool is_float = column->type->id == FB_TYPE_FLOAT;
    double value;
    if (kind == FB_JSON_STRING || kind == FB_JSON_SPECIAL) {
        if (!is_special(text, &value)) return false;
        if (is_float)
            column->floats[row] = (float)value;
        else
            column->doubles[row] = value;
        return true;
    }
    if (kind != FB_JSON_INTEGER && kind != FB_JSON_REAL) return false;
    /* An integer has no negative zero. */
    if (kind == FB_JSON_INTEGER && fb_slice_is(text, "-0")) text = FB_SLICE("0");
    return is_float ? fb_number_parse_float(text, &column->floats[row])
                    : fb_number_parse_double(text, &column->doubles[row]);
}

/* A string's text without the commas, which may group the digits. Numbers are bounded by what the
 * digits of a decimal may be. */
static bool without_commas(fb_json_rows *rows, fb_slice *text)
{
    if (!text->size || !memchr(text->data, ',', text->size)) return true;
    char *copy = fb_arena_alloc(rows->arena, text->size);
    if (!copy) return false;
    size_t size = 0;
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] != ',') copy[size++] = text->data[i];
    *text = fb_slice_make(copy, size);
    return true;
}

static bool is_blank_at_end(fb_slice text)
{
    return !text.size || fb_text_trim(text).size != text.size;
}

static fb_json_result put_decimal(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                                  fb_json_kind kind, fb_slice text)
{
    if (kind == FB_JSON_STRING) {
        if (!without_commas(rows, &text)) return FB_JSON_NOMEM;
    } else if (kind != FB_JSON_INTEGER && kind != FB_JSON_REAL) {
        return FB_JSON_BAD;
    }
    const fb_type *type = column->type;
    fb_decimal_digits digits;
    fb_int128 unscaled;
    if (is_blank_at_end(text) || !fb_decimal_digits_parse(text, &digits)) return FB_JSON_BAD;
    if (!fb_decimal_digits_fit(&digits, type->precision, type->scale, &unscaled))
        return FB_JSON_BAD;
    if (fb_type_is_long_decimal(type))
        column->int64s[row] = (int64_t)unscaled;
    else
        column->int128s[row] = unscaled;
    return FB_JSON_OK;
}

/* --- base64 --- */

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Groups of four characters, spaces between groups only, padding required; after a padded group
 * another may follow. FB_JSON_SYNTAX: the string ends behind the first character of a group, on
 * which Jackson loses its place in the line. */
static fb_json_result decode_base64(fb_slice text, char *out, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < text.size;) {
        if ((unsigned char)text.data[i] <= ' ') {
            i++;
            continue;
        }
        size_t left = text.size - i;
        int a = base64_digit(text.data[i]), b = left > 1 ? base64_digit(text.data[i + 1]) : -1;
        if (a < 0) return FB_JSON_BAD;
        if (left == 1) return FB_JSON_SYNTAX;
        if (b < 0 || left < 4) return FB_JSON_BAD;
        bool pad_one = text.data[i + 3] == '=', pad_two = pad_one && text.data[i + 2] == '=';
        int c = pad_two ? 0 : base64_digit(text.data[i + 2]);
        int d = pad_one ? 0 : base64_digit(text.data[i + 3]);
        if (c < 0 || d < 0) return FB_JSON_BAD;
        uint32_t word = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | (uint32_t)d;
        out[(*size)++] = (char)(word >> 16);
        if (!pad_two) out[(*size)++] = (char)(word >> 8);
        if (!pad_one) out[(*size)++] = (char)word;
        i += 4;
    }
    return FB_JSON_OK;
}

static fb_json_result put_binary(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                                 fb_slice text)
{
    char *bytes = fb_arena_alloc(rows->arena, text.size / 4 * 3 + 3);
    if (!bytes) return FB_JSON_NOMEM;
    size_t size;
    fb_json_result result = decode_base64(text, bytes, &size);
    if (result == FB_JSON_OK) column->strings[row] = fb_string_view(fb_slice_make(bytes, size));
    return result;
}

/* --- dates and times --- */

/* "2000-01-01T00:00GMT+01:00", which older writers made, without the GMT. */
static bool without_gmt(fb_json_rows *rows, fb_slice *text)
{
    const char *gmt = memmem(text->data, text->size, "GMT", 3);
    if (!gmt) return true;
    size_t before = (size_t)(gmt - text->data), after = text->size - before - 3;
    char *copy = fb_arena_alloc(rows->arena, text->size);
    if (!copy) return false;
    memcpy(copy, text->data, before);
    memcpy(copy + before, gmt + 3, after);
    *text = fb_slice_make(copy, before + after);
    return true;
}

/* A day of the calendar that was Julian before 1582-10-15, as Spark 1.5 wrote them: the day of the
 * same year, month and day. */
static bool rebase_day(int64_t day, int32_t *out)
{
    const int64_t first_gregorian = -141427;
    if (day < first_gregorian) {
        /* Julian calendar, counted from March of a year that 4 divides. */
        int64_t shifted = day + 719470; /* days since 0000-03-01, Julian */
        int64_t cycle = fb_floor_div(shifted, 1461), in_cycle = fb_floor_mod(shifted, 1461);
        int64_t year_in_cycle = in_cycle / 365 > 3 ? 3 : in_cycle / 365;
        int64_t in_year = in_cycle - year_in_cycle * 365;
        int64_t month = (5 * in_year + 2) / 153;
        int64_t year = cycle * 4 + year_in_cycle + (month >= 10);
        int civil_month = (int)(month < 10 ? month + 3 : month - 9);
        /* A 29th of February that the Gregorian calendar lacks becomes the 1st of March. */
        day = fb_date_from_civil(year, civil_month, 1) + in_year - (153 * month + 2) / 5;
    }
    *out = (int32_t)day;
    return day >= INT32_MIN && day <= INT32_MAX;
}

static fb_json_result put_date(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                               fb_slice text)
{
    int32_t *out = &column->int32s[row];
    if (fb_date_parse(text, out)) return FB_JSON_OK;
    fb_slice cleaned = text;
    if (!without_gmt(rows, &cleaned)) return FB_JSON_NOMEM;
    if (fb_date_parse(cleaned, out)) return FB_JSON_OK;
    int64_t day;
    bool is_day = fb_parse_int64(text, &day) && day >= INT32_MIN && day <= INT32_MAX;
    return is_day && rebase_day(day, out) ? FB_JSON_OK : FB_JSON_BAD;
}

static fb_json_result put_timestamp(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                                    fb_json_kind kind, fb_slice text)
{
    const fb_json_reader *reader = &rows->reader;
    int64_t *out = &column->int64s[row];
    int64_t seconds;
    if (kind != FB_JSON_STRING) {
        if (!parse_integer(kind, text, &seconds)) return FB_JSON_BAD;
        *out = (int64_t)((uint64_t)seconds * (uint64_t)FB_US_PER_SECOND); /* wraps, as in Spark */
        return FB_JSON_OK;
    }
    if (fb_timestamp_parse(text, reader->timezone, reader->now_us, out)) return FB_JSON_OK;
    if (!without_gmt(rows, &text)) return FB_JSON_NOMEM;
    bool ok = fb_timestamp_parse(text, reader->timezone, reader->now_us, out);
    return ok ? FB_JSON_OK : FB_JSON_BAD;
}

/* --- */

static fb_json_result put_value(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                                fb_json_kind kind, fb_slice text)
{
    bool is_string = kind == FB_JSON_STRING, ok = false;
    int64_t integer;
    switch (column->type->id) {
    case FB_TYPE_BOOLEAN:
        column->bools[row] = kind == FB_JSON_TRUE;
        ok = kind == FB_JSON_TRUE || kind == FB_JSON_FALSE;
        break;
    case FB_TYPE_TINYINT:
    case FB_TYPE_SMALLINT:
    case FB_TYPE_INT:
    case FB_TYPE_BIGINT:
        ok = parse_integer(kind, text, &integer) && put_integer(column, row, integer);
        break;
    case FB_TYPE_FLOAT:
    case FB_TYPE_DOUBLE:
        ok = put_fraction(column, row, kind, text);
        break;
    case FB_TYPE_DECIMAL:
        return put_decimal(rows, column, row, kind, text);
    case FB_TYPE_STRING:
        column->strings[row] = fb_string_view(text);
        ok = true;
        break;
    case FB_TYPE_BINARY:
        return is_string ? put_binary(rows, column, row, text) : FB_JSON_BAD;
    case FB_TYPE_DATE:
        return is_string ? put_date(rows, column, row, text) : FB_JSON_BAD;
    case FB_TYPE_TIMESTAMP:
        return put_timestamp(rows, column, row, kind, text);
    case FB_TYPE_TIMESTAMP_NTZ:
        ok = is_string && fb_timestamp_ntz_parse_local(text, &column->int64s[row]);
        break;
    default: /* VOID; nested types have been dealt with */
        break;
    }
    return ok ? FB_JSON_OK : FB_JSON_BAD;
}

fb_json_result fb_json_scalar(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                              fb_json_kind kind, fb_slice text)
{
    if (text.size > UINT32_MAX) return FB_JSON_NOMEM;
    bool was_set = fb_bits_get(column->validity, row);
    uint64_t before[2] = {0}; /* of a member of the same name, which stays when this one is bad */
    size_t width = fb_type_width(column->type);
    char *value = (char *)column->values + (size_t)row * width;
    if (was_set) memcpy(before, value, width);
    fb_json_result result = put_value(rows, column, row, kind, text);
    if (result == FB_JSON_OK)
        fb_json_column_set(column, row);
    else if (was_set)
        memcpy(value, before, width);
    return result;
}
