/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <forebay/forebay.h>

static fb_error err;

static fb_rows *make(const char *schema)
{
    fb_rows *rows;
    assert_ok(fb_rows_create(schema, &rows, &err), &err);
    return rows;
}

static void values_come_back_over_many_chunks(void **state)
{
    (void)state;
    fb_rows *rows = make("i INT, d DOUBLE, s STRING, b BOOLEAN");
    for (int i = 0; i < 10000; i++) {
        assert_ok(fb_rows_add(rows, &err), &err);
        assert_ok(fb_rows_set_int(rows, 0, i, &err), &err);
        if (i % 2) assert_ok(fb_rows_set_double(rows, 1, i / 4.0, &err), &err);
        assert_ok(fb_rows_set_bytes(rows, 2, "0123456789abcdef", (size_t)(i % 17), &err), &err);
        assert_ok(fb_rows_set_int(rows, 3, i % 2, &err), &err);
    }
    assert_int_equal(fb_rows_count(rows), 10000);
    assert_int_equal(fb_rows_column_count(rows), 4);
    assert_int_equal(fb_type_get_id(fb_rows_column_type(rows, 1)), FB_TYPE_DOUBLE);
    for (size_t i = 0; i < 10000; i += 7) {
        int64_t number;
        double fraction;
        const char *bytes;
        size_t size;
        bool is_null;
        assert_ok(fb_rows_get_int(rows, i, 0, &number, &err), &err);
        assert_int_equal(number, i);
        assert_ok(fb_rows_is_null(rows, i, 1, &is_null, &err), &err);
        assert_int_equal(is_null, i % 2 == 0);
        assert_ok(fb_rows_get_double(rows, i, 1, &fraction, &err), &err);
        assert_true(fraction == (i % 2 ? (double)i / 4 : 0));
        assert_ok(fb_rows_get_bytes(rows, i, 2, &bytes, &size, &err), &err);
        assert_int_equal(size, i % 17);
        assert_memory_equal(bytes, "0123456789abcdef", size);
    }
    char *text;
    assert_ok(fb_rows_get_text(rows, 5, 1, &text, &err), &err);
    assert_string_equal(text, "1.25");
    fb_text_free(text);
    fb_rows_destroy(rows);
}

static void a_value_must_fit_its_column(void **state)
{
    (void)state;
    fb_rows *rows = make("t TINYINT, s STRING, f FLOAT, n DECIMAL(10,2)");
    assert_status(fb_rows_set_int(rows, 0, 1, &err), FB_E_INVALID);
    assert_contains(err.message, "there is no row");
    assert_ok(fb_rows_add(rows, &err), &err);
    assert_ok(fb_rows_set_int(rows, 0, -128, &err), &err);
    assert_status(fb_rows_set_int(rows, 0, 128, &err), FB_E_INVALID);
    assert_contains(err.message, "128 does not fit into column 0 (t)");
    assert_status(fb_rows_set_int(rows, 1, 1, &err), FB_E_INVALID);
    assert_contains(err.message, "column 1 (s) is STRING, not an integer");
    assert_status(fb_rows_set_bytes(rows, 0, "x", 1, &err), FB_E_INVALID);
    assert_status(fb_rows_set_double(rows, 3, 1, &err), FB_E_INVALID);
    assert_contains(err.message, "column 3 (n) is DECIMAL(10,2), not FLOAT or DOUBLE");
    assert_status(fb_rows_set_int(rows, 4, 1, &err), FB_E_INVALID);
    assert_contains(err.message, "there is no column 4; the rows have 4");
    int64_t number;
    assert_ok(fb_rows_get_int(rows, 0, 0, &number, &err), &err);
    assert_int_equal(number, -128); /* refused values change nothing */
    fb_rows_destroy(rows);
}

static void a_schema_that_is_none_is_refused(void **state)
{
    (void)state;
    fb_rows *rows;
    assert_status(fb_rows_create("INT", &rows, &err), FB_E_INVALID);
    assert_contains(err.message, "expected columns");
    assert_status(fb_rows_create("a INT,", &rows, &err), FB_E_SYNTAX);
    assert_null(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_over_many_chunks),
        cmocka_unit_test(a_value_must_fit_its_column),
        cmocka_unit_test(a_schema_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
