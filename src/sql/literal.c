/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, strings and numbers as the lexer finds them, to values. */
#include "sql/build.h"

#include "base/parse.h"
#include "grammar.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

/* --- names and strings --- */

fb_slice fb_sql_ident(fb_sql_build *sql, fb_sql_token token)
{
    if (token.kind != FB_TK_QUOTED) return token.text;
    char *name = fb_arena_alloc(sql->arena, token.text.size);
    if (!name) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_slice){0};
    }
    size_t size = 0;
    for (size_t i = 1; i + 1 < token.text.size; i++) {
        name[size++] = token.text.data[i];
        if (token.text.data[i] == '`') i++; /* doubled */
    }
    return (fb_slice){name, size};
}

/* Up to `most` digits of `base` (8 or 16); the number of digits read, 0 when fewer than `least`. */
static size_t read_digits(fb_slice text, uint32_t base, size_t least, size_t most, uint32_t *value)
{
    size_t count = 0;
    *value = 0;
    for (; count < most && count < text.size; count++) {
        char c = text.data[count];
        uint32_t digit = base;
        if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') digit = (uint32_t)((c | 0x20) - 'a') + 10;
        if (digit >= base) break;
        *value = *value * base + digit;
    }
    return count < least ? 0 : count;
}

static size_t write_utf8(uint32_t code, char *out)
{
    /* Half of a surrogate pair is no character: Java writes it as a question mark. */
    if (code >= 0xd800 && code < 0xe000) code = '?';
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static bool is_high_surrogate(uint32_t code)
{
    return code >= 0xd800 && code < 0xdc00;
}

/* What follows a backslash, at `text`. Returns the bytes read, *written those written; an escape
 * is never shorter than the text that it stands for. */
static size_t read_escape(fb_slice text, char *out, size_t *written)
{
    uint32_t code, low;
    fb_slice rest = {text.data + 1, text.size - 1};
    size_t digits = 0;
    if (text.data[0] == 'u') digits = read_digits(rest, 16, 4, 4, &code);
    if (text.data[0] == 'U') digits = read_digits(rest, 16, 8, 8, &code);
    if (digits && code <= 0x10ffff) {
        size_t used = 1 + digits;
        fb_slice next = {text.data + used + 2, text.size > used + 2 ? text.size - used - 2 : 0};
        if (is_high_surrogate(code) && next.size && memcmp(next.data - 2, "\\u", 2) == 0 &&
            read_digits(next, 16, 4, 4, &low) && low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            used += 6;
        }
        *written = write_utf8(code, out);
        return used;
    }
    if (text.data[0] >= '0' && text.data[0] <= '1' && read_digits(text, 8, 3, 3, &code)) {
        *written = write_utf8(code, out);
        return 3;
    }
    static const char from[] = "0bnrtZ", to[] = "\0\b\n\r\t\x1a";
    const char *known = strchr(from, text.data[0]);
    *written = 0;
    /* \% and \_ stay escaped, for LIKE. */
    if (text.data[0] == '%' || text.data[0] == '_') out[(*written)++] = '\\';
    out[(*written)++] = known ? to[known - from] : text.data[0];
    return 1;
}

fb_slice fb_sql_string(fb_sql_build *sql, fb_sql_token token)
{
    fb_slice text = token.text;
    bool is_raw = text.data[0] == 'r' || text.data[0] == 'R';
    size_t skipped = is_raw ? 2 : 1;
    char quote = text.data[skipped - 1];
    text = (fb_slice){text.data + skipped, text.size - skipped - 1};
    if (is_raw) return text;
    char *value = fb_arena_alloc(sql->arena, text.size + 1);
    if (!value) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_slice){0};
    }
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        if (text.data[i] == '\\' && i + 1 < text.size) {
            size_t written;
            i += 1 + read_escape((fb_slice){text.data + i + 1, text.size - i - 1}, value + size,
                                 &written);
            size += written;
        } else {
            i += text.data[i] == quote ? 2 : 1; /* doubled */
            value[size++] = text.data[i - 1];
        }
    }
    return (fb_slice){value, size};
}

fb_slice fb_sql_concat(fb_sql_build *sql, fb_slice a, fb_slice b)
{
    char *value = fb_arena_alloc(sql->arena, a.size + b.size + 1);
    if (!value) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_slice){0};
    }
    if (a.size) memcpy(value, a.data, a.size);
    if (b.size) memcpy(value + a.size, b.data, b.size);
    return (fb_slice){value, a.size + b.size};
}

fb_sql_strings fb_sql_add_string(fb_sql_build *sql, fb_sql_strings list, fb_sql_token string)
{
    fb_slice value = fb_sql_string(sql, string);
    fb_sql_span span = fb_sql_token_span(string);
    list.span = list.parts.count ? fb_sql_join(list.span, span) : span;
    list.parts = fb_sql_append(sql, list.parts, &value, sizeof value);
    return list;
}

fb_sql_text fb_sql_join_strings(fb_sql_build *sql, fb_sql_strings list)
{
    if (sql->status != FB_OK) return (fb_sql_text){0};
    const fb_slice *parts = list.parts.items;
    if (list.parts.count == 1) return (fb_sql_text){parts[0], list.span};
    size_t size = 0;
    for (uint32_t i = 0; i < list.parts.count; i++)
        size += parts[i].size;
    char *value = fb_arena_alloc(sql->arena, size + 1);
    if (!value) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_sql_text){0};
    }
    size = 0;
    for (uint32_t i = 0; i < list.parts.count; i++) {
        if (parts[i].size) memcpy(value + size, parts[i].data, parts[i].size);
        size += parts[i].size;
    }
    return (fb_sql_text){{value, size}, list.span};
}

/* --- literals --- */

static fb_sql_expr make_literal(fb_sql_build *sql, fb_sql_span span, const fb_type *type,
                                const void *value, size_t size_bytes)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    fb_raw_expr *node = fb_arena_alloc_zero(sql->arena, sizeof *node);
    void *copy = size_bytes ? fb_arena_copy(sql->arena, value, size_bytes) : NULL;
    if (!node || !type || (size_bytes && !copy)) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_sql_expr){0};
    }
    node->kind = FB_RAW_LITERAL;
    node->position = fb_sql_position(span);
    node->text = span.text;
    node->literal = (fb_column){.type = type, .is_constant = true, .values = copy};
    return (fb_sql_expr){node, span, 1};
}

fb_sql_expr fb_sql_string_literal(fb_sql_build *sql, fb_sql_span span, fb_slice value)
{
    fb_string string = fb_string_view(value);
    return make_literal(sql, span, fb_type_of(FB_TYPE_STRING), &string, sizeof string);
}

fb_sql_expr fb_sql_bool(fb_sql_build *sql, fb_sql_token token, bool value)
{
    uint8_t byte = value;
    return make_literal(sql, fb_sql_token_span(token), fb_type_of(FB_TYPE_BOOLEAN), &byte, 1);
}

fb_sql_expr fb_sql_null(fb_sql_build *sql, fb_sql_token token)
{
    return make_literal(sql, fb_sql_token_span(token), fb_type_of(FB_TYPE_VOID), NULL, 0);
}

static fb_sql_expr fail_range(fb_sql_build *sql, fb_sql_span span, fb_slice digits,
                              const char *type, const char *min, const char *max)
{
    (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_NUMERIC_LITERAL_RANGE",
                      "numeric literal %.*s is outside the valid range for %s with minimum value "
                      "of %s and maximum value of %s",
                      digits.size > 60 ? 60 : (int)digits.size, digits.data, type, min, max);
    return (fb_sql_expr){0};
}

/* "12.50" with its sign: an unscaled value, and a DECIMAL as wide as it needs to be. */
static fb_sql_expr make_decimal(fb_sql_build *sql, fb_sql_span span, fb_slice digits, bool is_minus)
{
    fb_uint128 unscaled = 0;
    int64_t scale = 0, exponent = 0, precision = 0;
    bool has_point = false;
    size_t i = 0;
    for (; i < digits.size && (digits.data[i] | 0x20) != 'e'; i++) {
        if (digits.data[i] == '.') {
            has_point = true;
            continue;
        }
        scale += has_point;
        if (unscaled || digits.data[i] != '0') precision++;
        if (precision <= FB_DECIMAL_MAX_PRECISION)
            unscaled = unscaled * 10 + (fb_uint128)(digits.data[i] - '0');
    }
    fb_slice exponent_text = {digits.data + i + 1, i < digits.size ? digits.size - i - 1 : 0};
    if (exponent_text.size && (!fb_parse_int64(exponent_text, &exponent) || exponent > INT32_MAX ||
                               exponent < INT32_MIN)) {
        (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_NUMERIC_LITERAL_RANGE",
                          "the exponent of this number is too large");
        return (fb_sql_expr){0};
    }
    scale -= exponent;
    if (scale < 0 && unscaled) precision -= scale;
    for (; scale < 0; scale++)
        if (precision <= FB_DECIMAL_MAX_PRECISION)
            unscaled *= 10;
        else
            scale = -1;
    if (precision < 1) precision = 1;
    if (precision < scale) precision = scale;
    if (precision > FB_DECIMAL_MAX_PRECISION) {
        (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                          "decimal precision %lld exceeds max precision %d", (long long)precision,
                          FB_DECIMAL_MAX_PRECISION);
        return (fb_sql_expr){0};
    }
    fb_int128 wide = is_minus ? -(fb_int128)unscaled : (fb_int128)unscaled;
    const fb_type *type = fb_type_decimal(sql->arena, (int)precision, (int)scale);
    int64_t narrow = (int64_t)wide;
    bool is_long = precision <= FB_DECIMAL_MAX_LONG_PRECISION;
    return is_long ? make_literal(sql, span, type, &narrow, sizeof narrow)
                   : make_literal(sql, span, type, &wide, sizeof wide);
}

/* strtod in the C locale, whatever the host program has set. `exact`: as precise as there is, to
 * see what lies just above the largest number. */
static bool parse_floating(fb_slice digits, bool is_minus, long double *exact, double *wide,
                           float *narrow)
{
    char text[512];
    if (digits.size + 2 > sizeof text) return false;
    text[0] = is_minus ? '-' : '+';
    memcpy(text + 1, digits.data, digits.size);
    text[digits.size + 1] = '\0';
    locale_t c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0) return false;
    *exact = strtold_l(text, NULL, c_locale);
    *wide = strtod_l(text, NULL, c_locale);
    *narrow = strtof_l(text, NULL, c_locale);
    freelocale(c_locale);
    return true;
}

static fb_sql_expr make_floating(fb_sql_build *sql, fb_sql_span span, fb_slice digits,
                                 bool is_minus, bool is_float)
{
    long double exact;
    double wide;
    float narrow;
    if (!parse_floating(digits, is_minus, &exact, &wide, &narrow)) {
        (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_NUMERIC_LITERAL_RANGE",
                          "this number has too many digits");
        return (fb_sql_expr){0};
    }
    if (is_float && fabsl(exact) > FLT_MAX)
        return fail_range(sql, span, digits, "float", "-3.4028234663852886E+38",
                          "3.4028234663852886E+38");
    if (!is_float && fabsl(exact) > DBL_MAX)
        return fail_range(sql, span, digits, "double", "-1.7976931348623157E+308",
                          "1.7976931348623157E+308");
    return is_float ? make_literal(sql, span, fb_type_of(FB_TYPE_FLOAT), &narrow, sizeof narrow)
                    : make_literal(sql, span, fb_type_of(FB_TYPE_DOUBLE), &wide, sizeof wide);
}

typedef struct integer_range {
    const char *name, *min_text, *max_text;
    int64_t min, max;
} integer_range;

static const integer_range *range_of(uint16_t kind)
{
    static const integer_range tinyint = {"tinyint", "-128", "127", INT8_MIN, INT8_MAX};
    static const integer_range smallint = {"smallint", "-32768", "32767", INT16_MIN, INT16_MAX};
    static const integer_range bigint = {"bigint", "-9223372036854775808", "9223372036854775807",
                                         INT64_MIN, INT64_MAX};
    return kind == FB_TK_TINYINT ? &tinyint : kind == FB_TK_SMALLINT ? &smallint : &bigint;
}

static fb_sql_expr make_integer(fb_sql_build *sql, fb_sql_span span, fb_slice digits, bool is_minus,
                                uint16_t kind)
{
    uint64_t magnitude;
    uint64_t limit = (uint64_t)INT64_MAX + (is_minus ? 1 : 0);
    bool fits = fb_parse_uint64(digits, &magnitude) && magnitude <= limit;
    int64_t value = fits ? (int64_t)(is_minus ? 0 - magnitude : magnitude) : 0;
    if (kind == FB_TK_INTEGER) {
        if (!fits) return make_decimal(sql, span, digits, is_minus);
        kind = FB_TK_BIGINT;
        if (value >= INT32_MIN && value <= INT32_MAX) {
            int32_t narrow = (int32_t)value;
            return make_literal(sql, span, fb_type_of(FB_TYPE_INT), &narrow, sizeof narrow);
        }
    }
    const integer_range *range = range_of(kind);
    if (!fits || value < range->min || value > range->max)
        return fail_range(sql, span, digits, range->name, range->min_text, range->max_text);
    int16_t value16 = (int16_t)value;
    int8_t value8 = (int8_t)value;
    if (kind == FB_TK_TINYINT)
        return make_literal(sql, span, fb_type_of(FB_TYPE_TINYINT), &value8, 1);
    if (kind == FB_TK_SMALLINT)
        return make_literal(sql, span, fb_type_of(FB_TYPE_SMALLINT), &value16, sizeof value16);
    return make_literal(sql, span, fb_type_of(FB_TYPE_BIGINT), &value, sizeof value);
}

fb_sql_expr fb_sql_number(fb_sql_build *sql, fb_sql_token number, const fb_sql_token *minus)
{
    fb_sql_span span = fb_sql_token_span(number);
    if (minus) span = fb_sql_join(fb_sql_token_span(*minus), span);
    fb_slice digits = number.text;
    bool is_minus = minus != NULL;
    switch (number.kind) {
    case FB_TK_INTEGER:
        return make_integer(sql, span, digits, is_minus, number.kind);
    case FB_TK_BIGINT:
    case FB_TK_SMALLINT:
    case FB_TK_TINYINT:
        digits.size--;
        return make_integer(sql, span, digits, is_minus, number.kind);
    case FB_TK_BIGDECIMAL:
        digits.size -= 2;
        return make_decimal(sql, span, digits, is_minus);
    case FB_TK_FLOAT:
        digits.size--;
        return make_floating(sql, span, digits, is_minus, true);
    case FB_TK_DOUBLE: {
        char last = digits.data[digits.size - 1];
        if (last == 'd' || last == 'D') digits.size--;
        return make_floating(sql, span, digits, is_minus, false);
    }
    default:
        return make_decimal(sql, span, digits, is_minus);
    }
}

/* X'1F': an odd number of digits gets a zero in front. */
static fb_sql_expr make_binary(fb_sql_build *sql, fb_sql_span span, fb_slice digits)
{
    size_t size = (digits.size + 1) / 2;
    char *bytes = fb_arena_alloc(sql->arena, size + 1);
    if (!bytes) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_sql_expr){0};
    }
    for (size_t i = digits.size, at = size; at-- > 0;) {
        uint32_t low, high = 0;
        fb_slice digit = {digits.data + --i, 1};
        bool ok = read_digits(digit, 16, 1, 1, &low) == 1;
        if (i > 0) {
            digit.data = digits.data + --i;
            ok = ok && read_digits(digit, 16, 1, 1, &high) == 1;
        }
        if (!ok) {
            (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_TYPED_LITERAL",
                              "the value of the typed literal \"X\" is invalid: '%.*s'; expected "
                              "hexadecimal digits",
                              digits.size > 60 ? 60 : (int)digits.size, digits.data);
            return (fb_sql_expr){0};
        }
        bytes[at] = (char)(high << 4 | low);
    }
    fb_string string = fb_string_view((fb_slice){bytes, size});
    return make_literal(sql, span, fb_type_of(FB_TYPE_BINARY), &string, sizeof string);
}

fb_sql_expr fb_sql_typed_literal(fb_sql_build *sql, fb_sql_token type, fb_slice value,
                                 fb_sql_span span)
{
    static const struct {
        const char *name;
        fb_type_id id;
    } types[] = {{"date", FB_TYPE_DATE},
                 {"timestamp", FB_TYPE_TIMESTAMP},
                 {"timestamp_ltz", FB_TYPE_TIMESTAMP},
                 {"timestamp_ntz", FB_TYPE_TIMESTAMP_NTZ}};
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    if (fb_slice_equal_nocase(type.text, FB_SLICE("x"))) return make_binary(sql, span, value);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!fb_slice_equal_nocase(type.text, fb_slice_of(types[i].name))) continue;
        fb_sql_expr text = fb_sql_string_literal(sql, span, value);
        fb_sql_expr cast = fb_sql_cast(sql, span, text, fb_type_of(types[i].id), false);
        /* Made by fb_sql_cast a moment ago, and nobody else's yet. */
        if (cast.node) ((fb_raw_expr *)cast.node)->is_typed_literal = true;
        return cast;
    }
    (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "UNSUPPORTED_TYPED_LITERAL",
                      "literals of the type \"%.*s\" are not supported; expected DATE, TIMESTAMP, "
                      "TIMESTAMP_NTZ, TIMESTAMP_LTZ or X",
                      type.text.size > 60 ? 60 : (int)type.text.size, type.text.data);
    return (fb_sql_expr){0};
}
