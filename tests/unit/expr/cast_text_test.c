/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawn from what Spark 4.2.0 gave in the zone America/Los_Angeles. */
#include "cast_support.h"

static const cast_golden values_to_texts_goldens[] = {
    {"-9223372036854775808", "bigint", "string", FB_CAST_ANSI, "-9223372036854775808"},
    {"9223372036854775807", "bigint", "string", FB_CAST_ANSI, "9223372036854775807"},
    {"-9223372036855", "bigint", "string", FB_CAST_ANSI, "-9223372036855"},
    {"9223372036855", "bigint", "string", FB_CAST_ANSI, "9223372036855"},
    {"2147483648", "bigint", "string", FB_CAST_ANSI, "2147483648"},
    {"9223372036855", "bigint", "string", FB_CAST_LEGACY, "9223372036855"},
    {"2147483648", "bigint", "string", FB_CAST_LEGACY, "2147483648"},
    {"100000000", "bigint", "string", FB_CAST_LEGACY, "100000000"},
    {"-9223372036854775808", "bigint", "string", FB_CAST_LEGACY, "-9223372036854775808"},
    {"true", "boolean", "string", FB_CAST_ANSI, "true"},
    {"false", "boolean", "string", FB_CAST_ANSI, "false"},
    {"true", "boolean", "string", FB_CAST_LEGACY, "true"},
    {"false", "boolean", "string", FB_CAST_LEGACY, "false"},
    {"-0044-03-15", "date", "string", FB_CAST_ANSI, "-0044-03-15"},
    {"12024-01-01", "date", "string", FB_CAST_ANSI, "+12024-01-01"},
    {"2024-01-02", "date", "string", FB_CAST_ANSI, "2024-01-02"},
    {"-0.5", "decimal(1,1)", "string", FB_CAST_ANSI, "-0.5"},
    {"-0.5", "decimal(1,1)", "string", FB_CAST_LEGACY, "-0.5"},
    {"1e10", "decimal(11,0)", "string", FB_CAST_ANSI, "10000000000"},
    {"1e10", "decimal(11,0)", "string", FB_CAST_LEGACY, "10000000000"},
    {"0E-18", "decimal(18,18)", "string", FB_CAST_ANSI, "0.000000000000000000"},
    {"0E-18", "decimal(18,18)", "string", FB_CAST_ANSI, "0.000000000000000000"},
    {"0E-18", "decimal(18,18)", "string", FB_CAST_LEGACY, "0E-18"},
    {"-1.5", "decimal(2,1)", "string", FB_CAST_ANSI, "-1.5"},
    {"2.5", "decimal(2,1)", "string", FB_CAST_LEGACY, "2.5"},
    {"-1.5", "decimal(2,1)", "string", FB_CAST_LEGACY, "-1.5"},
    {"9223372036854775807.9", "decimal(20,1)", "string", FB_CAST_ANSI, "9223372036854775807.9"},
    {"9223372036854775808.0", "decimal(20,1)", "string", FB_CAST_ANSI, "9223372036854775808.0"},
    {"9223372036854775808.0", "decimal(20,1)", "string", FB_CAST_LEGACY, "9223372036854775808.0"},
    {"1.50", "decimal(3,2)", "string", FB_CAST_ANSI, "1.50"},
    {"1.50", "decimal(3,2)", "string", FB_CAST_LEGACY, "1.50"},
    {"99999999999999999999999999999999999999", "decimal(38,0)", "string", FB_CAST_ANSI,
     "99999999999999999999999999999999999999"},
    {"99999999999999999999999999999999999999", "decimal(38,0)", "string", FB_CAST_LEGACY,
     "99999999999999999999999999999999999999"},
    {"1e-38", "decimal(38,38)", "string", FB_CAST_LEGACY, "1E-38"},
    {"123456789012345678901234567890.12345678", "decimal(38,8)", "string", FB_CAST_ANSI,
     "123456789012345678901234567890.12345678"},
    {"127.9", "decimal(4,1)", "string", FB_CAST_ANSI, "127.9"},
    {"-128.9", "decimal(4,1)", "string", FB_CAST_ANSI, "-128.9"},
    {"128.0", "decimal(4,1)", "string", FB_CAST_ANSI, "128.0"},
    {"0.0000001", "decimal(7,7)", "string", FB_CAST_ANSI, "0.0000001"},
    {"0.0000001", "decimal(7,7)", "string", FB_CAST_LEGACY, "1E-7"},
    {"-0.0", "double", "string", FB_CAST_ANSI, "-0.0"},
    {"123456789.125", "double", "string", FB_CAST_ANSI, "1.23456789125E8"},
    {"9.99E-4", "double", "string", FB_CAST_ANSI, "9.99E-4"},
    {"-inf", "double", "string", FB_CAST_ANSI, "-Infinity"},
    {"4.9E-324", "double", "string", FB_CAST_ANSI, "4.9E-324"},
    {"9.5367431640625E-7", "double", "string", FB_CAST_ANSI, "9.5367431640625E-7"},
    {"1.0", "double", "string", FB_CAST_ANSI, "1.0"},
    {"2.2250738585072014E-308", "double", "string", FB_CAST_ANSI, "2.2250738585072014E-308"},
    {"1.0", "double", "string", FB_CAST_LEGACY, "1.0"},
    {"9999999.0", "double", "string", FB_CAST_LEGACY, "9999999.0"},
    {"1.7976931348623157E308", "double", "string", FB_CAST_LEGACY, "1.7976931348623157E308"},
    {"2.0E-3", "double", "string", FB_CAST_LEGACY, "0.002"},
    {"9.5367431640625E-7", "double", "string", FB_CAST_LEGACY, "9.5367431640625E-7"},
    {"-0.0", "double", "string", FB_CAST_LEGACY, "-0.0"},
    {"2.2E-322", "double", "string", FB_CAST_LEGACY, "2.2E-322"},
    {"nan", "double", "string", FB_CAST_LEGACY, "NaN"},
    {"9.99E-4", "double", "string", FB_CAST_LEGACY, "9.99E-4"},
    {"2.2250738585072014E-308", "double", "string", FB_CAST_LEGACY, "2.2250738585072014E-308"},
    {"-inf", "double", "string", FB_CAST_LEGACY, "-Infinity"},
    {"4.9E-324", "double", "string", FB_CAST_LEGACY, "4.9E-324"},
    {"1.0E22", "double", "string", FB_CAST_LEGACY, "1.0E22"},
    {"0.001", "double", "string", FB_CAST_LEGACY, "0.001"},
    {"123456789.125", "double", "string", FB_CAST_LEGACY, "1.23456789125E8"},
    {"1.4e-45", "float", "string", FB_CAST_ANSI, "1.4E-45"},
    {"9223372036854775807", "float", "string", FB_CAST_ANSI, "9.223372E18"},
    {"nan", "float", "string", FB_CAST_ANSI, "NaN"},
    {"3.4028235e38", "float", "string", FB_CAST_ANSI, "3.4028235E38"},
    {"-0.0", "float", "string", FB_CAST_ANSI, "-0.0"},
    {"16777216", "float", "string", FB_CAST_ANSI, "1.6777216E7"},
    {"1e10", "float", "string", FB_CAST_ANSI, "1.0E10"},
    {"0.1", "float", "string", FB_CAST_ANSI, "0.1"},
    {"16777216", "float", "string", FB_CAST_LEGACY, "1.6777216E7"},
    {"-0.0", "float", "string", FB_CAST_LEGACY, "-0.0"},
    {"nan", "float", "string", FB_CAST_LEGACY, "NaN"},
    {"-1", "int", "string", FB_CAST_ANSI, "-1"},
    {"0", "int", "string", FB_CAST_ANSI, "0"},
    {"0", "int", "string", FB_CAST_LEGACY, "0"},
    {"32767", "smallint", "string", FB_CAST_LEGACY, "32767"},
    {"1969-12-31 16:00:00.0", "timestamp", "string", FB_CAST_ANSI, "1969-12-31 16:00:00"},
    {"1969-12-31 15:59:59.5", "timestamp", "string", FB_CAST_LEGACY, "1969-12-31 15:59:59.5"},
    {"1969-12-31 16:00:00.0", "timestamp", "string", FB_CAST_LEGACY, "1969-12-31 16:00:00"},
    {"2300-01-01 00:00:00", "timestamp", "string", FB_CAST_LEGACY, "2300-01-01 00:00:00"},
    {"2024-01-02 03:04:05.678", "timestamp", "string", FB_CAST_LEGACY, "2024-01-02 03:04:05.678"},
    {"2024-03-10 02:30:00", "timestamp_ntz", "string", FB_CAST_ANSI, "2024-03-10 02:30:00"},
    {"2024-01-02 03:04:05.678", "timestamp_ntz", "string", FB_CAST_ANSI, "2024-01-02 03:04:05.678"},
    {"2024-01-02 03:04:05.678", "timestamp_ntz", "string", FB_CAST_LEGACY,
     "2024-01-02 03:04:05.678"},
    {"2024-03-10 02:30:00", "timestamp_ntz", "string", FB_CAST_LEGACY, "2024-03-10 02:30:00"},
    {"1", "tinyint", "string", FB_CAST_ANSI, "1"},
    {"127", "tinyint", "string", FB_CAST_ANSI, "127"},
    {"1", "tinyint", "string", FB_CAST_LEGACY, "1"},
};

static void values_become_texts_as_in_spark(void **state)
{
    (void)state;
    cast_test_check(values_to_texts_goldens,
                    sizeof values_to_texts_goldens / sizeof values_to_texts_goldens[0],
                    "America/Los_Angeles");
}

static void integers_become_bytes_without_ansi(void **state)
{
    (void)state;
    static const cast_golden goldens[] = {
        {"9223372036854775807", "bigint", "binary", FB_CAST_LEGACY, "[7F FF FF FF FF FF FF FF]"},
        {"9223372036855", "bigint", "binary", FB_CAST_LEGACY, "[00 00 08 63 7B D0 5A F7]"},
        {"100000000", "bigint", "binary", FB_CAST_LEGACY, "[00 00 00 00 05 F5 E1 00]"},
        {"2147483648", "bigint", "binary", FB_CAST_LEGACY, "[00 00 00 00 80 00 00 00]"},
        {"-9223372036854775808", "bigint", "binary", FB_CAST_LEGACY, "[80 00 00 00 00 00 00 00]"},
        {"-9223372036855", "bigint", "binary", FB_CAST_LEGACY, "[FF FF F7 9C 84 2F A5 09]"},
        {"0", "int", "binary", FB_CAST_LEGACY, "[00 00 00 00]"},
        {"-1", "int", "binary", FB_CAST_LEGACY, "[FF FF FF FF]"},
        {"300", "int", "binary", FB_CAST_LEGACY, "[00 00 01 2C]"},
        {"32767", "smallint", "binary", FB_CAST_LEGACY, "[7F FF]"},
        {"127", "tinyint", "binary", FB_CAST_LEGACY, "[7F]"},
        {"-128", "tinyint", "binary", FB_CAST_LEGACY, "[80]"},
        {"1", "tinyint", "binary", FB_CAST_LEGACY, "[01]"},
    };
    cast_test_check(goldens, sizeof goldens / sizeof goldens[0], "America/Los_Angeles");
}

/* Texts of all lengths around the 12 bytes that a view holds, beside nulls, in one chunk. */
static void a_chunk_of_numbers_keeps_rows_and_nulls_apart(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    fb_column numbers;
    const fb_type *bigint = fb_type_of(FB_TYPE_BIGINT), *string = fb_type_of(FB_TYPE_STRING);
    enum { ROWS = FB_CHUNK_ROWS };
    assert_true(fb_column_init(&numbers, &test.arena, bigint, ROWS));
    assert_true(fb_column_need_validity(&numbers, &test.arena, ROWS));
    int64_t value = 1;
    for (size_t i = 0; i < ROWS; i++) {
        numbers.int64s[i] = i % 2 ? value : -value;
        value = value > INT64_MAX / 7 ? 1 : value * 7;
        if (i % 5 == 0) fb_bits_clear(numbers.validity, i);
    }
    const fb_expr column = {.kind = FB_EXPR_COLUMN, .type = bigint, .nullable = true};
    fb_binder binder = {.arena = &test.arena, .ansi = true, .err = &test.err};
    const fb_expr *cast;
    assert_ok(fb_bind_cast(&binder, &column, string, false, (fb_position){0}, &cast), &test.err);
    assert_false(cast->can_fail);
    fb_eval eval = {.context = &test.context, .arena = &test.arena, .err = &test.err};
    fb_chunk chunk = {.row_count = ROWS, .column_count = 1, .columns = &numbers};
    fb_column texts;
    assert_ok(fb_expr_eval(cast, &eval, &chunk, &texts), &test.err);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(fb_column_is_null(&texts, i), i % 5 == 0);
        if (i % 5 == 0) continue;
        char expected[32];
        (void)snprintf(expected, sizeof expected, "%lld", (long long)numbers.int64s[i]);
        assert_slice_equal(fb_column_string(&texts, i), expected);
    }
    cast_test_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_texts_as_in_spark),
        cmocka_unit_test(integers_become_bytes_without_ansi),
        cmocka_unit_test(a_chunk_of_numbers_keeps_rows_and_nulls_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
