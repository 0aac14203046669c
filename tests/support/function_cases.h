/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a table of function calls with the results that real Spark gave (*_cases.inc, made by
 * tests/spark/make_function_cases.py): once with literals, once with columns of three rows, the
 * middle one null. */
#ifndef FB_TEST_FUNCTION_CASES_H
#define FB_TEST_FUNCTION_CASES_H

#include "test.h"

#include "data/chunk.h"
#include "data/datetime.h"
#include "data/number_text.h"
#include "expr/function.h"

#include <stdio.h>
#include <stdlib.h>

enum { CASE_MAX_ARGS = 8, CASE_TEXT_MAX = 1024 };

typedef struct case_arg {
    const char *type; /* Spark's simpleString; NULL: no argument */
    const char
        *text; /* hexadecimal for binary, comma-separated with ~ for null in arrays; NULL: null */
} case_arg;

typedef struct function_case {
    const char *name;
    case_arg args[CASE_MAX_ARGS];
    const char *type;      /* of the result */
    const char *value;     /* NULL: null */
    const char *condition; /* of the error that is expected instead */
    const char *message;
} function_case;

typedef struct case_run {
    fb_arena arena;
    fb_error err;
    fb_eval_context context;
    fb_binder binder;
    char what[CASE_TEXT_MAX]; /* the call, for failures */
} case_run;

static int case_hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static fb_string case_string(fb_arena *arena, fb_slice text)
{
    char *copy = fb_arena_copy(arena, text.data, text.size);
    assert_non_null(copy);
    return fb_string_view((fb_slice){copy, text.size});
}

static fb_string case_binary(fb_arena *arena, const char *hex)
{
    size_t size = strlen(hex) / 2;
    char *bytes = fb_arena_alloc(arena, size);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(case_hex_digit(hex[2 * i]) << 4 | case_hex_digit(hex[2 * i + 1]));
    return fb_string_view((fb_slice){bytes, size});
}

static fb_int128 case_decimal(const char *text, int scale)
{
    fb_int128 value = 0;
    bool negative = *text == '-';
    int decimals = -1;
    for (text += negative; *text; text++) {
        if (*text == '.') {
            decimals = 0;
            continue;
        }
        value = value * 10 + (*text - '0');
        if (decimals >= 0) decimals++;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < scale; i++)
        value *= 10;
    return negative ? -value : value;
}

static const fb_type *case_type(case_run *run, const char *name)
{
    static const struct {
        const char *name;
        fb_type_id id;
    } types[] = {{"void", FB_TYPE_VOID},
                 {"boolean", FB_TYPE_BOOLEAN},
                 {"tinyint", FB_TYPE_TINYINT},
                 {"smallint", FB_TYPE_SMALLINT},
                 {"int", FB_TYPE_INT},
                 {"bigint", FB_TYPE_BIGINT},
                 {"float", FB_TYPE_FLOAT},
                 {"double", FB_TYPE_DOUBLE},
                 {"string", FB_TYPE_STRING},
                 {"binary", FB_TYPE_BINARY},
                 {"date", FB_TYPE_DATE},
                 {"timestamp", FB_TYPE_TIMESTAMP},
                 {"timestamp_ntz", FB_TYPE_TIMESTAMP_NTZ}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(name, types[i].name)) return fb_type_of(types[i].id);
    int precision, scale;
    if (sscanf(name, "decimal(%d,%d)", &precision, &scale) == 2)
        return fb_type_decimal(&run->arena, precision, scale);
    if (!strcmp(name, "array<string>"))
        return fb_type_array(&run->arena, fb_type_of(FB_TYPE_STRING), true);
    if (!strcmp(name, "array<int>"))
        return fb_type_array(&run->arena, fb_type_of(FB_TYPE_INT), true);
    fail_msg("type %s", name);
    return NULL;
}

/* One array of strings as the only row of `column`. */
static void case_put_array(case_run *run, fb_column *column, const char *text)
{
    const fb_type *string = fb_type_of(FB_TYPE_STRING);
    uint32_t count = *text ? 1 : 0;
    for (const char *c = text; *c; c++)
        count += *c == ',';
    column->children = fb_arena_alloc(&run->arena, sizeof *column->children);
    assert_non_null(column->children);
    assert_true(fb_column_init(column->children, &run->arena, string, count));
    assert_true(fb_column_need_validity(column->children, &run->arena, count));
    for (uint32_t i = 0; i < count; i++) {
        size_t size = strcspn(text, ",");
        if (*text == '~') fb_bits_clear(column->children->validity, i);
        column->children->strings[i] = case_string(&run->arena, (fb_slice){text, size});
        text += size + 1;
    }
    column->child_rows = count;
    column->spans[0] = (fb_span){0, count};
}

static void case_put(case_run *run, fb_column *column, size_t row, const char *text)
{
    const fb_type *type = column->type;
    fb_slice slice = fb_slice_of(text);
    int64_t number = 0;
    if (fb_type_is_integral(type)) assert_true(fb_number_parse_int64(slice, false, &number));
    switch (type->id) {
    case FB_TYPE_BOOLEAN:
        column->bools[row] = !strcmp(text, "true");
        break;
    case FB_TYPE_TINYINT:
        column->int8s[row] = (int8_t)number;
        break;
    case FB_TYPE_SMALLINT:
        column->int16s[row] = (int16_t)number;
        break;
    case FB_TYPE_INT:
        column->int32s[row] = (int32_t)number;
        break;
    case FB_TYPE_BIGINT:
        column->int64s[row] = number;
        break;
    case FB_TYPE_FLOAT:
        assert_true(fb_number_parse_float(slice, &column->floats[row]));
        break;
    case FB_TYPE_DOUBLE:
        assert_true(fb_number_parse_double(slice, &column->doubles[row]));
        break;
    case FB_TYPE_DECIMAL:
        if (fb_type_is_long_decimal(type))
            column->int64s[row] = (int64_t)case_decimal(text, type->scale);
        else
            column->int128s[row] = case_decimal(text, type->scale);
        break;
    case FB_TYPE_STRING:
        column->strings[row] = case_string(&run->arena, slice);
        break;
    case FB_TYPE_BINARY:
        column->strings[row] = case_binary(&run->arena, text);
        break;
    case FB_TYPE_DATE:
        assert_true(fb_date_parse(slice, &column->int32s[row]));
        break;
    case FB_TYPE_TIMESTAMP:
        assert_true(fb_timestamp_parse(slice, run->context.timezone, 0, &column->int64s[row]));
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        assert_true(fb_timestamp_ntz_parse(slice, &column->int64s[row]));
        break;
    case FB_TYPE_ARRAY:
        case_put_array(run, column, text);
        break;
    default:
        fail_msg("value of type %d", type->id);
    }
}

static size_t case_print_decimal(fb_int128 value, int scale, char *out)
{
    char digits[48];
    size_t count = 0, size = 0;
    bool negative = value < 0;
    fb_uint128 rest = negative ? -(fb_uint128)value : (fb_uint128)value;
    do {
        digits[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest || count <= (size_t)scale);
    if (negative) out[size++] = '-';
    while (count) {
        out[size++] = digits[--count];
        if (count && count == (size_t)scale) out[size++] = '.';
    }
    return size;
}

/* The value as CAST(... AS STRING), binary in hexadecimal digits. */
static size_t case_print(const fb_column *column, size_t row, const fb_timezone *zone,
                         char out[CASE_TEXT_MAX])
{
    size_t i = fb_column_index(column, row);
    switch (column->type->id) {
    case FB_TYPE_BOOLEAN:
        return (size_t)snprintf(out, 8, "%s", column->bools[i] ? "true" : "false");
    case FB_TYPE_TINYINT:
        return fb_number_print_int64(column->int8s[i], out);
    case FB_TYPE_SMALLINT:
        return fb_number_print_int64(column->int16s[i], out);
    case FB_TYPE_INT:
        return fb_number_print_int64(column->int32s[i], out);
    case FB_TYPE_BIGINT:
        return fb_number_print_int64(column->int64s[i], out);
    case FB_TYPE_FLOAT:
        return fb_number_print_float(column->floats[i], out);
    case FB_TYPE_DOUBLE:
        return fb_number_print_double(column->doubles[i], out);
    case FB_TYPE_DECIMAL: {
        bool is_long = fb_type_is_long_decimal(column->type);
        fb_int128 value = is_long ? column->int64s[i] : column->int128s[i];
        return case_print_decimal(value, column->type->scale, out);
    }
    case FB_TYPE_DATE:
        return fb_date_print(column->int32s[i], out);
    case FB_TYPE_TIMESTAMP:
        return fb_timestamp_print(zone, column->int64s[i], out);
    case FB_TYPE_TIMESTAMP_NTZ:
        return fb_timestamp_print(NULL, column->int64s[i], out);
    default:
        break;
    }
    fb_slice text = fb_column_string(column, row);
    assert_true(text.size < CASE_TEXT_MAX / 2);
    if (column->type->id == FB_TYPE_STRING) {
        memcpy(out, text.data, text.size);
        return text.size;
    }
    for (size_t k = 0; k < text.size; k++)
        (void)snprintf(out + 2 * k, 3, "%02X", (unsigned char)text.data[k]);
    return 2 * text.size;
}

/* How far a DOUBLE may be from Spark's, in units of the last place; for elementary functions. */
static int64_t case_ulps;

/* The texts are those of doubles of the same sign that are that near. */
static bool case_is_near(fb_slice text, const char *expected)
{
    double a, b;
    if (!fb_number_parse_double(text, &a)) return false;
    if (!fb_number_parse_double(fb_slice_of(expected), &b)) return false;
    int64_t bits_a, bits_b;
    memcpy(&bits_a, &a, sizeof a);
    memcpy(&bits_b, &b, sizeof b);
    return llabs(bits_a - bits_b) <= case_ulps;
}

/* All wrong results are printed before the test fails. */
static int case_failures;

static FB_PRINTF(1, 2) void case_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprint_error(format, args);
    va_end(args);
    print_error("\n");
    case_failures++;
}

static void case_describe(case_run *run, const function_case *test)
{
    size_t size = (size_t)snprintf(run->what, sizeof run->what, "%s", test->name);
    for (size_t i = 0; i < CASE_MAX_ARGS && test->args[i].type && size < sizeof run->what; i++)
        size +=
            (size_t)snprintf(run->what + size, sizeof run->what - size, "%c%s '%s'", i ? ',' : '(',
                             test->args[i].type, test->args[i].text ? test->args[i].text : "NULL");
}

static void case_init(case_run *run, const function_case *test)
{
    memset(run, 0, sizeof *run);
    fb_arena_init(&run->arena, 0);
    assert_ok(fb_timezone_find(FB_SLICE("America/Los_Angeles"), &run->context.timezone, &run->err),
              &run->err);
    run->binder = (fb_binder){
        .arena = &run->arena, .ansi = true, .timezone = run->context.timezone, .err = &run->err};
    case_describe(run, test);
}

static fb_expr *case_argument(case_run *run, const case_arg *arg, bool as_column, uint32_t ordinal,
                              fb_column *column)
{
    const fb_type *type = case_type(run, arg->type);
    fb_expr *literal = fb_expr_literal_null(&run->arena, type);
    assert_non_null(literal);
    if (arg->text) {
        assert_true(fb_column_init(&literal->literal, &run->arena, type, 1));
        case_put(run, &literal->literal, 0, arg->text);
        literal->literal.is_constant = true;
        literal->nullable = false;
    }
    if (!as_column) return literal;
    fb_column flat;
    assert_true(fb_column_flatten(&flat, &run->arena, &literal->literal, 3));
    assert_true(fb_column_gather(column, &run->arena, &flat, (uint32_t[]){0, 1, 2}, 3));
    assert_true(fb_column_need_validity(column, &run->arena, 3));
    column->validity[0] &= ~(uint64_t)2;
    *literal = (fb_expr){.kind = FB_EXPR_COLUMN,
                         .type = type,
                         .nullable = true,
                         .deterministic = true,
                         .ordinal = ordinal};
    return literal;
}

static fb_status case_eval(case_run *run, const function_case *test, bool as_columns,
                           fb_column *out)
{
    const fb_expr *args[CASE_MAX_ARGS];
    fb_column columns[CASE_MAX_ARGS];
    uint32_t count = 0;
    for (; count < CASE_MAX_ARGS && test->args[count].type; count++)
        args[count] = case_argument(run, &test->args[count], as_columns, count, &columns[count]);
    const fb_function *function = fb_function_find(fb_slice_of(test->name));
    if (!function) fail_msg("no function %s", test->name);
    fb_expr *call;
    FB_TRY(fb_bind_call(&run->binder, function, args, count, (fb_position){0}, &call));
    fb_eval eval = {.context = &run->context, .arena = &run->arena, .err = &run->err};
    fb_chunk chunk = {.row_count = as_columns ? 3 : 1, .column_count = count, .columns = columns};
    FB_TRY(fb_expr_eval(call, &eval, &chunk, out));
    if (!call->nullable && fb_column_is_null(out, 0)) fail_msg("%s: null, not nullable", run->what);
    return FB_OK;
}

static void case_check_row(case_run *run, const function_case *test, const fb_column *out,
                           size_t row)
{
    bool is_null = fb_column_is_null(out, row);
    if (is_null && !test->value) return;
    char text[CASE_TEXT_MAX];
    size_t size = is_null ? 0 : case_print(out, row, run->context.timezone, text);
    if (is_null || !test->value)
        case_fail("%s), row %zu: got \"%.*s\", expected %s", run->what, row, (int)size,
                  is_null ? "null" : text, test->value ? test->value : "null");
    else if (!fb_slice_is((fb_slice){text, size}, test->value) &&
             !(case_ulps && case_is_near((fb_slice){text, size}, test->value)))
        case_fail("%s), row %zu: got \"%.*s\", expected \"%s\"", run->what, row, (int)size, text,
                  test->value);
}

/* False: the arguments may only be constants. */
static bool case_allows_columns(const fb_error *err)
{
    return !strstr(err->condition, "NON_FOLDABLE");
}

static void case_check(const function_case *test, bool as_columns)
{
    case_run run;
    case_init(&run, test);
    fb_column out;
    fb_status status = case_eval(&run, test, as_columns, &out);
    bool skip = as_columns && status != FB_OK && !case_allows_columns(&run.err);
    if (skip) {
        fb_arena_deinit(&run.arena);
        return;
    }
    if (test->condition) {
        if (status == FB_OK)
            case_fail("%s): no error, expected %s", run.what, test->condition);
        else if (strcmp(run.err.condition, test->condition))
            case_fail("%s): got %s \"%s\", expected %s", run.what, run.err.condition,
                      run.err.message, test->condition);
        else if (!as_columns && test->message && !strstr(run.err.message, test->message))
            case_fail("%s): got \"%s\", expected \"%s\"", run.what, run.err.message, test->message);
    } else if (status != FB_OK) {
        case_fail("%s): %s \"%s\"", run.what, run.err.condition, run.err.message);
    } else {
        fb_buf type;
        fb_buf_init(&type, 0);
        fb_type_print_simple(out.type, &type);
        if (strcmp(fb_buf_text(&type), test->type))
            case_fail("%s): type %s, expected %s", run.what, fb_buf_text(&type), test->type);
        fb_buf_deinit(&type);
        case_check_row(&run, test, &out, 0);
        if (as_columns) case_check_row(&run, test, &out, 2);
    }
    fb_arena_deinit(&run.arena);
}

static void case_check_all(const function_case *tests, size_t count)
{
    case_failures = 0;
    for (size_t i = 0; i < count; i++) {
        case_check(&tests[i], false);
        case_check(&tests[i], true);
    }
    if (case_failures) fail_msg("%d wrong results", case_failures);
}

#endif
