/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "cast_support.h"

static const fb_expr *bind(cast_test *test, const fb_expr *expr, const fb_type *to, bool is_try)
{
    fb_binder binder = {.arena = &test->arena, .ansi = true, .err = &test->err};
    const fb_expr *cast;
    assert_ok(fb_bind_cast(&binder, expr, to, is_try, (fb_position){0}, &cast), &test->err);
    return cast;
}

static void a_cast_to_the_same_type_is_no_cast(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    const fb_expr *one = fb_expr_literal_int(&test.arena, 1);
    assert_ptr_equal(bind(&test, one, fb_type_of(FB_TYPE_INT), false), one);
    cast_test_deinit(&test);
}

static void a_cast_is_printed_as_it_was_written(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    const fb_expr *one = fb_expr_literal_int(&test.arena, 1);
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_expr_print(bind(&test, one, fb_type_of(FB_TYPE_STRING), false), &text);
    fb_buf_add_char(&text, ' ');
    fb_expr_print(bind(&test, one, fb_type_decimal(&test.arena, 5, 2), true), &text);
    assert_slice_equal(fb_buf_slice(&text), "CAST(1 AS STRING) TRY_CAST(1 AS DECIMAL(5,2))");
    fb_buf_deinit(&text);
    cast_test_deinit(&test);
}

static void null_becomes_null_of_every_type(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    const fb_type *nothing = fb_type_of(FB_TYPE_VOID);
    const fb_type *array = fb_type_array(&test.arena, fb_type_of(FB_TYPE_INT), true);
    const fb_type *const targets[] = {fb_type_of(FB_TYPE_INT), fb_type_of(FB_TYPE_STRING),
                                      fb_type_of(FB_TYPE_TIMESTAMP), array};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        assert_string_equal(cast_test_run(&test, NULL, nothing, targets[i], FB_CAST_ANSI), "NULL");
    assert_string_equal(
        cast_test_run(&test, NULL, fb_type_of(FB_TYPE_STRING), targets[0], FB_CAST_ANSI), "NULL");
    cast_test_deinit(&test);
}

/* What lies in null rows never fails, whatever it is. */
static void null_rows_do_not_fail(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    fb_eval eval = {.context = &test.context, .arena = &test.arena, .err = &test.err};
    for (int from = FB_TYPE_BOOLEAN; from <= FB_TYPE_TIMESTAMP_NTZ; from++) {
        const fb_type *source = from == FB_TYPE_DECIMAL ? fb_type_decimal(&test.arena, 38, 0)
                                                        : fb_type_of((fb_type_id)from);
        fb_column column;
        assert_true(fb_column_init(&column, &test.arena, source, 2));
        if (from != FB_TYPE_STRING && from != FB_TYPE_BINARY)
            memset(column.values, 0x7f, 2 * fb_type_width(source));
        assert_true(fb_column_need_validity(&column, &test.arena, 2));
        fb_bits_fill(column.validity, 2, false);
        const fb_expr expr = {.kind = FB_EXPR_COLUMN, .type = source, .nullable = true};
        fb_chunk chunk = {.row_count = 2, .column_count = 1, .columns = &column};
        for (int to = FB_TYPE_BOOLEAN; to <= FB_TYPE_TIMESTAMP_NTZ; to++) {
            const fb_type *target = to == FB_TYPE_DECIMAL ? fb_type_decimal(&test.arena, 3, 1)
                                                          : fb_type_of((fb_type_id)to);
            if (!fb_cast_is_allowed(source, target, FB_CAST_ANSI)) continue;
            fb_column out;
            assert_ok(fb_expr_eval(bind(&test, &expr, target, false), &eval, &chunk, &out),
                      &test.err);
            assert_true(fb_column_is_null(&out, 0) && fb_column_is_null(&out, 1));
        }
    }
    cast_test_deinit(&test);
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    const fb_expr *cast =
        bind(&test, fb_expr_literal_int(&test.arena, 1), fb_type_of(FB_TYPE_STRING), false);
    fb_arena empty;
    fb_arena_init(&empty, 1);
    fb_eval eval = {.context = &test.context, .arena = &empty, .err = &test.err};
    fb_chunk one_row = {.row_count = 1};
    fb_column out;
    for (uint64_t k = 1;; k++) {
        fb_memory_fail_at(k);
        fb_status status = fb_expr_eval(cast, &eval, &one_row, &out);
        fb_memory_fail_at(0);
        fb_arena_deinit(&empty);
        if (status == FB_OK) break;
        assert_int_equal(status, FB_E_NOMEM);
        assert_true(k < 100);
    }
    cast_test_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cast_to_the_same_type_is_no_cast),
        cmocka_unit_test(a_cast_is_printed_as_it_was_written),
        cmocka_unit_test(null_becomes_null_of_every_type),
        cmocka_unit_test(null_rows_do_not_fail),
        cmocka_unit_test(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
