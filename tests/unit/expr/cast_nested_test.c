/* SPDX-License-Identifier: Apache-2.0 */
#include "cast_support.h"

/* A column of strings; NULL is null. */
static fb_column strings(cast_test *test, const char *const *texts, size_t count)
{
    fb_column column;
    assert_true(fb_column_init(&column, &test->arena, fb_type_of(FB_TYPE_STRING), count));
    assert_true(fb_column_need_validity(&column, &test->arena, count));
    for (size_t i = 0; i < count; i++) {
        if (texts[i])
            column.strings[i] = fb_string_view(fb_slice_of(texts[i]));
        else
            fb_bits_clear(column.validity, i);
    }
    return column;
}

/* Casts the column's rows and compares them, joined by " | ", or the error. */
static void assert_cast(cast_test *test, fb_column *in, uint32_t rows, const fb_type *to,
                        fb_cast_mode mode, const char *expected)
{
    fb_binder binder = {.arena = &test->arena, .ansi = mode != FB_CAST_LEGACY, .err = &test->err};
    const fb_expr column = {
        .kind = FB_EXPR_COLUMN, .type = in->type, .nullable = true, .name = FB_SLICE("c")};
    fb_eval eval = {.context = &test->context, .arena = &test->arena, .err = &test->err};
    fb_chunk chunk = {.row_count = rows, .column_count = 1, .columns = in};
    const fb_expr *cast;
    fb_column out;
    bool is_try = mode == FB_CAST_TRY;
    if (fb_bind_cast(&binder, &column, to, is_try, (fb_position){0}, &cast) != FB_OK ||
        fb_expr_eval(cast, &eval, &chunk, &out) != FB_OK) {
        assert_contains(cast_test_failure(test), expected);
        return;
    }
    fb_buf text;
    fb_buf_init(&text, 0);
    for (uint32_t i = 0; i < rows; i++) {
        if (i) fb_buf_add_text(&text, " | ");
        fb_value_text_show(&out, i, test->context.timezone, &text);
    }
    assert_slice_equal(fb_buf_slice(&text), expected);
    fb_buf_deinit(&text);
}

/* Rows ['1', NULL] | NULL | ['2'] over entries 1, NULL, junk, 2: the junk belongs to no row. */
static fb_column example_array(cast_test *test)
{
    static const char *const entries[] = {"1", NULL, "junk", "2"};
    fb_column array;
    const fb_type *type = fb_type_array(&test->arena, fb_type_of(FB_TYPE_STRING), true);
    assert_true(fb_column_init(&array, &test->arena, type, 3));
    assert_true(fb_column_need_validity(&array, &test->arena, 3));
    fb_bits_clear(array.validity, 1);
    array.spans[0] = (fb_span){0, 2};
    array.spans[1] = (fb_span){2, 1};
    array.spans[2] = (fb_span){3, 1};
    array.children[0] = strings(test, entries, 4);
    array.child_rows = 4;
    return array;
}

static void arrays_are_cast_entry_by_entry(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    fb_column array = example_array(&test);
    const fb_type *ints = fb_type_array(&test.arena, fb_type_of(FB_TYPE_INT), true);
    assert_cast(&test, &array, 3, ints, FB_CAST_ANSI, "[1, NULL] | NULL | [2]");
    assert_cast(&test, &array, 3, fb_type_of(FB_TYPE_STRING), FB_CAST_ANSI,
                "[1, null] | NULL | [2]");
    array.spans[0] = (fb_span){1, 2};
    assert_cast(&test, &array, 3, ints, FB_CAST_ANSI, "CAST_INVALID_INPUT: The value 'junk'");
    assert_cast(&test, &array, 3, ints, FB_CAST_TRY, "[NULL, NULL] | NULL | [2]");
    assert_cast(&test, &array, 3, ints, FB_CAST_LEGACY, "[NULL, NULL] | NULL | [2]");
    cast_test_deinit(&test);
}

static void structs_are_cast_field_by_field(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    static const char *const a[] = {"1", "junk", "3"};
    const fb_field from[] = {{.name = FB_SLICE("a"), fb_type_of(FB_TYPE_STRING), .nullable = true}};
    const fb_field to[] = {{.name = FB_SLICE("x"), fb_type_of(FB_TYPE_DOUBLE), .nullable = true}};
    fb_column row;
    assert_true(fb_column_init(&row, &test.arena, fb_type_struct(&test.arena, from, 1), 3));
    row.children[0] = strings(&test, a, 3);
    const fb_type *target = fb_type_struct(&test.arena, to, 1);
    assert_cast(&test, &row, 3, target, FB_CAST_TRY, "{1.0} | {NULL} | {3.0}");
    assert_cast(&test, &row, 3, target, FB_CAST_ANSI, "CAST_INVALID_INPUT: The value 'junk'");
    /* Below a null row nothing can fail. */
    assert_true(fb_column_need_validity(&row, &test.arena, 3));
    fb_bits_clear(row.validity, 1);
    assert_cast(&test, &row, 3, target, FB_CAST_ANSI, "{1.0} | NULL | {3.0}");
    const fb_field two[] = {to[0], to[0]};
    assert_cast(&test, &row, 3, fb_type_struct(&test.arena, two, 2), FB_CAST_ANSI,
                "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION: Cannot resolve \"c\" due to data type "
                "mismatch: cannot cast \"STRUCT<a: STRING>\" to \"STRUCT<x: DOUBLE, x: DOUBLE>\".");
    cast_test_deinit(&test);
}

static void keys_of_maps_may_not_become_null(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    static const char *const keys[] = {"1", "2"}, *const values[] = {"x", NULL};
    const fb_type *string = fb_type_of(FB_TYPE_STRING), *integer = fb_type_of(FB_TYPE_INT);
    fb_column map;
    const fb_type *type = fb_type_map(&test.arena, string, string, true);
    assert_true(fb_column_init(&map, &test.arena, type, 1));
    map.spans[0] = (fb_span){0, 2};
    map.child_rows = 2;
    map.children[0] = strings(&test, keys, 2);
    map.children[1] = strings(&test, values, 2);
    const fb_type *target = fb_type_map(&test.arena, integer, string, true);
    assert_cast(&test, &map, 1, target, FB_CAST_ANSI, "{1 -> x, 2 -> NULL}");
    assert_cast(&test, &map, 1, target, FB_CAST_TRY, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
    assert_cast(&test, &map, 1, target, FB_CAST_LEGACY,
                "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
    cast_test_deinit(&test);
}

/* A constant stays one row. */
static void constants_are_cast_once(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    fb_column array = example_array(&test);
    array.is_constant = true;
    const fb_type *ints = fb_type_array(&test.arena, fb_type_of(FB_TYPE_INT), true);
    assert_cast(&test, &array, 2, ints, FB_CAST_ANSI, "[1, NULL] | [1, NULL]");
    cast_test_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_cast_entry_by_entry),
        cmocka_unit_test(structs_are_cast_field_by_field),
        cmocka_unit_test(keys_of_maps_may_not_become_null),
        cmocka_unit_test(constants_are_cast_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
