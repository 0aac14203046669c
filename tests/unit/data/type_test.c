/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "data/type.h"
#include "test.h"

static const fb_type *example(fb_arena *arena)
{
    const fb_field inner[] = {
        {.name = FB_SLICE("a"), fb_type_of(FB_TYPE_INT), .nullable = true},
        {.name = FB_SLICE("two words"), fb_type_decimal(arena, 10, 2), .nullable = false},
    };
    const fb_type *pair = fb_type_struct(arena, inner, 2);
    return fb_type_map(arena, fb_type_of(FB_TYPE_STRING), fb_type_array(arena, pair, true), false);
}

static void assert_names(const fb_type *type, const char *sql, const char *simple)
{
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_type_print_sql(type, &out);
    assert_string_equal(fb_buf_text(&out), sql);
    fb_buf_clear(&out);
    fb_type_print_simple(type, &out);
    assert_string_equal(fb_buf_text(&out), simple);
    fb_buf_deinit(&out);
}

static void names_are_those_of_spark(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    assert_names(fb_type_of(FB_TYPE_VOID), "VOID", "void");
    assert_names(fb_type_of(FB_TYPE_TIMESTAMP_NTZ), "TIMESTAMP_NTZ", "timestamp_ntz");
    assert_names(example(&arena),
                 "MAP<STRING, ARRAY<STRUCT<a: INT, `two words`: DECIMAL(10,2) NOT NULL>>>",
                 "map<string,array<struct<a:int,two words:decimal(10,2)>>>");
    assert_string_equal(fb_type_sql(fb_type_decimal(&arena, 38, 0), &arena), "DECIMAL(38,0)");
    const fb_field quoted = {.name = FB_SLICE("a`b"), fb_type_of(FB_TYPE_DATE), .nullable = true};
    assert_names(fb_type_struct(&arena, &quoted, 1), "STRUCT<`a``b`: DATE>", "struct<a`b:date>");
    fb_arena_deinit(&arena);
}

static void equality_looks_at_shape_and_names_only(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *bigint = fb_type_of(FB_TYPE_BIGINT);
    assert_true(
        fb_type_equal(fb_type_array(&arena, bigint, true), fb_type_array(&arena, bigint, false)));
    assert_false(fb_type_equal(fb_type_decimal(&arena, 10, 2), fb_type_decimal(&arena, 10, 1)));
    const fb_field upper = {.name = FB_SLICE("A"), bigint, .nullable = true};
    const fb_field lower = {.name = FB_SLICE("a"), bigint, .nullable = true};
    assert_false(
        fb_type_equal(fb_type_struct(&arena, &upper, 1), fb_type_struct(&arena, &lower, 1)));
    assert_false(fb_type_equal(bigint, fb_type_of(FB_TYPE_INT)));
    fb_arena_deinit(&arena);
}

static void a_copy_outlives_the_original(void **state)
{
    (void)state;
    fb_arena first, second;
    fb_arena_init(&first, 0);
    fb_arena_init(&second, 0);
    const fb_type *copy = fb_type_copy(&second, example(&first));
    fb_arena_deinit(&first);
    assert_non_null(copy);
    assert_string_equal(fb_type_sql(copy, &second),
                        "MAP<STRING, ARRAY<STRUCT<a: INT, `two words`: DECIMAL(10,2) NOT NULL>>>");
    assert_false(copy->fields[1].nullable);
    fb_arena_deinit(&second);
}

static void widths_follow_the_representation(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    assert_int_equal(fb_type_width(fb_type_decimal(&arena, 18, 0)), 8);
    assert_int_equal(fb_type_width(fb_type_decimal(&arena, 19, 0)), 16);
    assert_int_equal(fb_type_width(fb_type_of(FB_TYPE_STRING)), 16);
    assert_int_equal(fb_type_width(fb_type_of(FB_TYPE_VOID)), 0);
    assert_int_equal(fb_type_width(example(&arena)), 8);
    fb_arena_deinit(&arena);
}

static void every_failing_allocation_gives_null(void **state)
{
    (void)state;
    fb_arena source;
    fb_arena_init(&source, 0);
    const fb_type *type = example(&source);
    fb_arena arena;
    fb_arena_init(&arena, 1);
    fb_memory_fail_at(1);
    assert_null(fb_type_copy(&arena, type));
    fb_memory_fail_at(2);
    assert_string_equal(fb_type_sql(type, &arena), "?");
    fb_memory_fail_at(0);
    fb_arena_deinit(&arena);
    fb_arena_deinit(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_spark),
        cmocka_unit_test(equality_looks_at_shape_and_names_only),
        cmocka_unit_test(a_copy_outlives_the_original),
        cmocka_unit_test(widths_follow_the_representation),
        cmocka_unit_test(every_failing_allocation_gives_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
