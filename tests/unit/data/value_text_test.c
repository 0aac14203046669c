/* SPDX-License-Identifier: Apache-2.0 */
#include "data/value_text.h"

#include "cells.h"

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

static void check(const fb_column *column, const char *shown, const char *cast)
{
    fb_buf_clear(&out);
    fb_value_text_show(column, 0, zone, &out);
    assert_string_equal(fb_buf_text(&out), shown);
    fb_buf_clear(&out);
    fb_value_text_cast(column, 0, zone, &out);
    assert_string_equal(fb_buf_text(&out), cast);
}

static fb_column *add(fb_type_id type)
{
    return cells_add(&made, "x", fb_type_of(type));
}

static void scalars_are_written_as_spark_casts_them(void **state)
{
    (void)state;
    fb_column *column = add(FB_TYPE_BOOLEAN);
    column->bools[0] = 0;
    check(column, "false", "false");
    column = add(FB_TYPE_TINYINT);
    column->int8s[0] = -128;
    check(column, "-128", "-128");
    column = add(FB_TYPE_DOUBLE);
    column->doubles[0] = 1e7;
    check(column, "1.0E7", "1.0E7");
    column = add(FB_TYPE_FLOAT);
    column->floats[0] = 0.1F;
    check(column, "0.1", "0.1");
    column = add(FB_TYPE_DATE);
    column->int32s[0] = 19782;
    check(column, "2024-02-29", "2024-02-29");
    column = add(FB_TYPE_TIMESTAMP);
    column->int64s[0] = INT64_C(1704096000500000);
    check(column, "2024-01-01 00:00:00.5", "2024-01-01 00:00:00.5");
    column = add(FB_TYPE_TIMESTAMP_NTZ);
    column->int64s[0] = INT64_C(1704096000500000);
    check(column, "2024-01-01 08:00:00.5", "2024-01-01 08:00:00.5");
    column = cells_add(&made, "d", fb_type_decimal(&made.arena, 38, 10));
    column->int128s[0] = 1;
    check(column, "0.0000000001", "0.0000000001");
}

static void only_show_knows_null_in_capitals_and_bytes_in_hex(void **state)
{
    (void)state;
    fb_column *column = add(FB_TYPE_INT);
    column->int32s[0] = 0;
    cells_null(&made, column, 0);
    check(column, "NULL", "null");
    check(add(FB_TYPE_VOID), "NULL", "null");
    column = add(FB_TYPE_BINARY);
    column->strings[0] = fb_string_view(FB_SLICE("\x01\xff"));
    check(column, "[01 FF]", "\x01\xff");
    column->strings[0] = fb_string_view(FB_SLICE(""));
    check(column, "[]", "");
}

static void nested_values_have_brackets_and_arrows(void **state)
{
    (void)state;
    const fb_type *text = fb_type_of(FB_TYPE_STRING);
    fb_column *map = cells_add(&made, "m", fb_type_map(&made.arena, text, text, true));
    map->spans[0] = (fb_span){0, 2};
    map->child_rows = 2;
    for (int i = 0; i < 2; i++)
        assert_true(fb_column_init(&map->children[i], &made.arena, text, 2));
    map->children[0].strings[0] = fb_string_view(FB_SLICE("k"));
    map->children[0].strings[1] = fb_string_view(FB_SLICE("l"));
    map->children[1].strings[1] = fb_string_view(FB_SLICE("v"));
    assert_true(fb_column_need_validity(&map->children[1], &made.arena, 2));
    fb_bits_clear(map->children[1].validity, 0);
    check(map, "{k -> NULL, l -> v}", "{k -> null, l -> v}");
    const fb_field fields[] = {{.name = FB_SLICE("a"), .type = fb_type_of(FB_TYPE_BIGINT)},
                               {.name = FB_SLICE("b"), .type = fb_type_of(FB_TYPE_VOID)}};
    fb_column *tuple = cells_add(&made, "s", fb_type_struct(&made.arena, fields, 2));
    tuple->children[0].int64s[0] = 1;
    check(tuple, "{1, NULL}", "{1, null}");
    fb_column *array = cells_add(&made, "a", fb_type_array(&made.arena, text, true));
    array->spans[0] = (fb_span){0, 2};
    array->children[0] = map->children[1];
    check(array, "[NULL, v]", "[null, v]");
    array->spans[0].count = 0;
    check(array, "[]", "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scalars_are_written_as_spark_casts_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_show_knows_null_in_capitals_and_bytes_in_hex, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nested_values_have_brackets_and_arrows, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
