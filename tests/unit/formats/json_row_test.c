/* SPDX-License-Identifier: Apache-2.0
 *
 * The expected texts were printed by Spark 4.2.0's to_json, with the session time zone
 * America/Los_Angeles. */
#include "formats/json_row.h"

#include "cells.h"

#include <math.h>

static cells made;
static fb_buf out;
static const fb_timezone *zone;

static int set_up(void **state)
{
    (void)state;
    fb_error err;
    assert_ok(fb_timezone_find(FB_SLICE("America/Los_Angeles"), &zone, &err), &err);
    fb_buf_init(&out, 0);
    cells_init(&made, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_buf_deinit(&out);
    cells_deinit(&made);
    return 0;
}

static fb_column *add(const char *name, fb_type_id type)
{
    return cells_add(&made, name, fb_type_of(type));
}

static void check(const char *expected)
{
    cells_finish(&made);
    fb_json_writer json = fb_json_writer_make(&out);
    fb_json_begin_object(&json);
    fb_json_row_printer printer;
    fb_json_row_printer_init(&printer, made.schema, zone);
    fb_json_row_printer_members(&printer, &json, &made.chunk, 0);
    fb_json_end_object(&json);
    assert_false(out.failed);
    assert_string_equal(fb_buf_text(&out), expected);
}

static void numbers_are_written_as_java_does(void **state)
{
    (void)state;
    add("a", FB_TYPE_TINYINT)->int8s[0] = -1;
    add("b", FB_TYPE_SMALLINT)->int16s[0] = 2;
    add("c", FB_TYPE_INT)->int32s[0] = INT32_MIN;
    add("d", FB_TYPE_BIGINT)->int64s[0] = INT64_MAX;
    add("e", FB_TYPE_FLOAT)->floats[0] = 0.1F;
    add("f", FB_TYPE_DOUBLE)->doubles[0] = 1e7;
    add("g", FB_TYPE_DOUBLE)->doubles[0] = NAN;
    add("h", FB_TYPE_DOUBLE)->doubles[0] = -INFINITY;
    add("i", FB_TYPE_FLOAT)->floats[0] = INFINITY;
    add("j", FB_TYPE_DOUBLE)->doubles[0] = -0.0;
    add("k", FB_TYPE_DOUBLE)->doubles[0] = 1e-5;
    add("l", FB_TYPE_BOOLEAN)->bools[0] = 1;
    check("{\"a\":-1,\"b\":2,\"c\":-2147483648,\"d\":9223372036854775807,\"e\":0.1,\"f\":1.0E7,"
          "\"g\":\"NaN\",\"h\":\"-Infinity\",\"i\":\"Infinity\",\"j\":-0.0,\"k\":1.0E-5,"
          "\"l\":true}");
}

static void add_decimal(const char *name, int precision, int scale, int64_t unscaled)
{
    const fb_type *type = fb_type_decimal(&made.arena, precision, scale);
    fb_column *column = cells_add(&made, name, type);
    if (fb_type_is_long_decimal(type))
        column->int64s[0] = unscaled;
    else
        column->int128s[0] = unscaled;
}

static void decimals_get_an_exponent_where_java_gives_one(void **state)
{
    (void)state;
    add_decimal("a", 3, 2, 150);
    add_decimal("b", 38, 10, 0);
    add_decimal("c", 38, 10, 1);
    add_decimal("d", 38, 0, INT64_C(1234567890123456789));
    add_decimal("e", 10, 7, -12);
    add_decimal("f", 10, 7, 1);
    add_decimal("g", 10, 6, 0);
    check("{\"a\":1.50,\"b\":0E-10,\"c\":1E-10,\"d\":1234567890123456789,\"e\":-0.0000012,"
          "\"f\":1E-7,\"g\":0.000000}");
}

static void times_are_iso_8601_in_the_sessions_zone(void **state)
{
    (void)state;
    add("a", FB_TYPE_DATE)->int32s[0] = 19782;
    add("b", FB_TYPE_TIMESTAMP)->int64s[0] = INT64_C(1704096000123456);
    add("c", FB_TYPE_TIMESTAMP_NTZ)->int64s[0] = INT64_C(1704067200123456);
    add("d", FB_TYPE_TIMESTAMP)->int64s[0] = INT64_C(1719817200000000);
    add("e", FB_TYPE_TIMESTAMP)->int64s[0] = INT64_C(-2745418022000000);
    add("f", FB_TYPE_TIMESTAMP)->int64s[0] = INT64_C(28799999999);
    add("g", FB_TYPE_DATE)->int32s[0] = 3789391;
    check("{\"a\":\"2024-02-29\",\"b\":\"2024-01-01T00:00:00.123-08:00\","
          "\"c\":\"2024-01-01T00:00:00.123\",\"d\":\"2024-07-01T00:00:00.000-07:00\","
          "\"e\":\"1883-01-01T00:00:00.000-07:52:58\",\"f\":\"1969-12-31T23:59:59.999-08:00\","
          "\"g\":\"+12345-01-01\"}");
}

static void utc_is_z(void **state)
{
    (void)state;
    zone = fb_timezone_utc();
    add("t", FB_TYPE_TIMESTAMP)->int64s[0] = -1;
    check("{\"t\":\"1969-12-31T23:59:59.999Z\"}");
}

static void add_bytes(const char *name, fb_type_id type, const void *bytes, size_t size)
{
    add(name, type)->strings[0] = fb_string_view(fb_slice_make(bytes, size));
}

static void texts_are_escaped_and_bytes_are_base64(void **state)
{
    (void)state;
    add_bytes("a", FB_TYPE_STRING, "a\"b\\c/\n\t\r\b", 10);
    add_bytes("b", FB_TYPE_STRING, "\0\x01\x0b\x1f\x7f", 5);
    add_bytes("c", FB_TYPE_STRING, "é中😀", strlen("é中😀"));
    add_bytes("d", FB_TYPE_BINARY, "\x01\x02\xff", 3);
    add_bytes("e", FB_TYPE_BINARY, "\x01", 1);
    add_bytes("f", FB_TYPE_BINARY, "", 0);
    add_bytes("g", FB_TYPE_BINARY, "\xfb\xff", 2);
    add_bytes("h\"i", FB_TYPE_STRING, "a\xff\x62", 3);
    check("{\"a\":\"a\\\"b\\\\c/\\n\\t\\r\\b\",\"b\":\"\\u0000\\u0001\\u000B\\u001F\x7f\","
          "\"c\":\"é中😀\",\"d\":\"AQL/\",\"e\":\"AQ==\",\"f\":\"\",\"g\":\"+/8=\","
          "\"h\\\"i\":\"a\xef\xbf\xbd\x62\"}");
}

static void nulls_are_written(void **state)
{
    (void)state;
    add("a", FB_TYPE_VOID);
    cells_null(&made, add("b", FB_TYPE_INT), 0);
    check("{\"a\":null,\"b\":null}");
}

/* An array or map column with all `count` entries in its only row. */
static fb_column *add_entries(const char *name, const fb_type *type, uint32_t count)
{
    assert_non_null(type);
    fb_column *column = cells_add(&made, name, type);
    column->spans[0] = (fb_span){0, count};
    column->child_rows = count;
    for (uint32_t i = 0; i < type->field_count; i++)
        assert_true(fb_column_init(&column->children[i], &made.arena, type->fields[i].type, count));
    return column;
}

static void nested_values_nest(void **state)
{
    (void)state;
    const fb_type *number = fb_type_of(FB_TYPE_INT);
    fb_column *array = add_entries("x", fb_type_array(&made.arena, number, true), 3);
    array->children[0].int32s[0] = 1;
    array->children[0].int32s[2] = 3;
    assert_true(fb_column_need_validity(&array->children[0], &made.arena, 3));
    fb_bits_clear(array->children[0].validity, 1);
    add_entries("empty", fb_type_array(&made.arena, number, true), 0);
    const fb_field fields[] = {{.name = FB_SLICE("a"), .type = number},
                               {.name = FB_SLICE("b"), .type = fb_type_of(FB_TYPE_VOID)}};
    fb_column *tuple = cells_add(&made, "s", fb_type_struct(&made.arena, fields, 2));
    tuple->children[0].int32s[0] = 7;
    check("{\"x\":[1,null,3],\"empty\":[],\"s\":{\"a\":7,\"b\":null}}");
}

static void map_keys_are_stored_values(void **state)
{
    (void)state;
    const fb_type *number = fb_type_of(FB_TYPE_INT);
    fb_column *map =
        add_entries("m", fb_type_map(&made.arena, fb_type_of(FB_TYPE_STRING), number, true), 2);
    map->children[0].strings[0] = fb_string_view(FB_SLICE("k\""));
    map->children[0].strings[1] = fb_string_view(FB_SLICE("l"));
    map->children[1].int32s[0] = 1;
    assert_true(fb_column_need_validity(&map->children[1], &made.arena, 2));
    fb_bits_clear(map->children[1].validity, 1);
    map =
        add_entries("o", fb_type_map(&made.arena, fb_type_of(FB_TYPE_TIMESTAMP), number, true), 1);
    map->children[0].int64s[0] = INT64_C(1704096000000000);
    map->children[1].int32s[0] = 1;
    map = add_entries("p", fb_type_map(&made.arena, fb_type_of(FB_TYPE_DATE), number, true), 1);
    map->children[0].int32s[0] = 19723;
    map->children[1].int32s[0] = 1;
    const fb_type *decimal = fb_type_decimal(&made.arena, 3, 2);
    map = add_entries("q", fb_type_map(&made.arena, decimal, number, true), 1);
    map->children[0].int64s[0] = 150;
    map->children[1].int32s[0] = 2;
    map = add_entries("r", fb_type_map(&made.arena, fb_type_of(FB_TYPE_DOUBLE), number, true), 1);
    map->children[0].doubles[0] = 1e7;
    map->children[1].int32s[0] = 2;
    check("{\"m\":{\"k\\\"\":1,\"l\":null},\"o\":{\"1704096000000000\":1},\"p\":{\"19723\":1},"
          "\"q\":{\"1.50\":2},\"r\":{\"1.0E7\":2}}");
}

static void nested_and_binary_keys_are_their_texts(void **state)
{
    (void)state;
    const fb_type *number = fb_type_of(FB_TYPE_INT);
    const fb_type *pair =
        fb_type_struct(&made.arena,
                       (const fb_field[]){{.name = FB_SLICE("a"), .type = number},
                                          {.name = FB_SLICE("b"), .type = number}},
                       2);
    fb_column *map = add_entries("m", fb_type_map(&made.arena, pair, number, true), 1);
    map->children[0].children[0].int32s[0] = 1;
    map->children[0].children[1].int32s[0] = 2;
    map->children[1].int32s[0] = 3;
    map = add_entries("n", fb_type_map(&made.arena, fb_type_of(FB_TYPE_BINARY), number, true), 1);
    map->children[0].strings[0] = fb_string_view(FB_SLICE("ab"));
    map->children[1].int32s[0] = 4;
    check("{\"m\":{\"{1, 2}\":3},\"n\":{\"ab\":4}}");
}

static void a_constant_column_has_its_value_in_every_row(void **state)
{
    (void)state;
    made.chunk.row_count = 3;
    fb_column *column = add("a", FB_TYPE_INT);
    column->int32s[0] = 5;
    column->is_constant = true;
    cells_numbers(&made, "b", 10);
    cells_finish(&made);
    fb_json_writer json = fb_json_writer_make(&out);
    fb_json_begin_object(&json);
    fb_json_row_printer printer;
    fb_json_row_printer_init(&printer, made.schema, zone);
    fb_json_row_printer_members(&printer, &json, &made.chunk, 2);
    fb_json_end_object(&json);
    assert_string_equal(fb_buf_text(&out), "{\"a\":5,\"b\":12}");
}

int main(void)
{
#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        JSON_TEST(numbers_are_written_as_java_does),
        JSON_TEST(decimals_get_an_exponent_where_java_gives_one),
        JSON_TEST(times_are_iso_8601_in_the_sessions_zone),
        JSON_TEST(utc_is_z),
        JSON_TEST(texts_are_escaped_and_bytes_are_base64),
        JSON_TEST(nulls_are_written),
        JSON_TEST(nested_values_nest),
        JSON_TEST(map_keys_are_stored_values),
        JSON_TEST(nested_and_binary_keys_are_their_texts),
        JSON_TEST(a_constant_column_has_its_value_in_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
