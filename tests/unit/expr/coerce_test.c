/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/coerce.h"
#include "test.h"

static fb_arena arena;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    return 0;
}

static const char *text(const fb_type *type)
{
    return type ? fb_type_sql(type, &arena) : "none";
}

/* Both ways round: the rules are symmetric. */
static void check(fb_common_rules rules, const fb_type *a, const fb_type *b, const char *expected)
{
    assert_string_equal(text(fb_common_type_by(&arena, rules, a, b)), expected);
    assert_string_equal(text(fb_common_type_by(&arena, rules, b, a)), expected);
}

#define TYPE(id) fb_type_of(FB_TYPE_##id)
#define DECIMAL(precision, scale) fb_type_decimal(&arena, precision, scale)

/* As typeof(coalesce(a, b)) on Spark 4.2.0. */
static void common_types_in_ansi_mode(void **state)
{
    (void)state;
    check(FB_COMMON_ANSI, TYPE(TINYINT), TYPE(SMALLINT), "SMALLINT");
    check(FB_COMMON_ANSI, TYPE(INT), TYPE(BIGINT), "BIGINT");
    check(FB_COMMON_ANSI, TYPE(BIGINT), TYPE(FLOAT), "DOUBLE");
    check(FB_COMMON_ANSI, TYPE(FLOAT), TYPE(DOUBLE), "DOUBLE");
    check(FB_COMMON_ANSI, TYPE(INT), TYPE(STRING), "BIGINT");
    check(FB_COMMON_ANSI, DECIMAL(2, 1), TYPE(STRING), "DOUBLE");
    check(FB_COMMON_ANSI, TYPE(BOOLEAN), TYPE(STRING), "BOOLEAN");
    check(FB_COMMON_ANSI, TYPE(BINARY), TYPE(STRING), "BINARY");
    check(FB_COMMON_ANSI, TYPE(DATE), TYPE(STRING), "DATE");
    check(FB_COMMON_ANSI, TYPE(DATE), TYPE(TIMESTAMP), "TIMESTAMP");
    check(FB_COMMON_ANSI, TYPE(DATE), TYPE(TIMESTAMP_NTZ), "TIMESTAMP_NTZ");
    check(FB_COMMON_ANSI, TYPE(TIMESTAMP), TYPE(TIMESTAMP_NTZ), "TIMESTAMP");
    check(FB_COMMON_ANSI, TYPE(VOID), TYPE(BINARY), "BINARY");
    check(FB_COMMON_ANSI, TYPE(INT), TYPE(BOOLEAN), "none");
    check(FB_COMMON_ANSI, TYPE(INT), TYPE(DATE), "none");
    check(FB_COMMON_ANSI_NO_STRINGS, TYPE(INT), TYPE(STRING), "none");
}

static void common_types_without_ansi_mode(void **state)
{
    (void)state;
    check(FB_COMMON_LEGACY, TYPE(INT), TYPE(FLOAT), "FLOAT");
    check(FB_COMMON_LEGACY, TYPE(INT), TYPE(STRING), "STRING");
    check(FB_COMMON_LEGACY, TYPE(DATE), TYPE(STRING), "STRING");
    check(FB_COMMON_LEGACY, TYPE(BOOLEAN), TYPE(STRING), "none");
    check(FB_COMMON_LEGACY, TYPE(BINARY), TYPE(STRING), "none");
    check(FB_COMMON_LEGACY_NO_STRINGS, TYPE(INT), TYPE(FLOAT), "FLOAT");
    check(FB_COMMON_LEGACY_NO_STRINGS, TYPE(INT), TYPE(STRING), "none");
}

static void decimals_keep_their_integral_digits(void **state)
{
    (void)state;
    check(FB_COMMON_ANSI, DECIMAL(10, 2), DECIMAL(5, 4), "DECIMAL(12,4)");
    check(FB_COMMON_ANSI, DECIMAL(2, 1), TYPE(INT), "DECIMAL(11,1)");
    check(FB_COMMON_ANSI, DECIMAL(2, 1), TYPE(BIGINT), "DECIMAL(21,1)");
    check(FB_COMMON_ANSI, DECIMAL(30, 5), TYPE(BIGINT), "DECIMAL(30,5)");
    check(FB_COMMON_ANSI, DECIMAL(5, 2), TYPE(FLOAT), "DOUBLE");
    check(FB_COMMON_ANSI, DECIMAL(38, 0), DECIMAL(38, 38), "DECIMAL(38,0)");
    check(FB_COMMON_ANSI, DECIMAL(38, 2), DECIMAL(38, 10), "DECIMAL(38,2)");
}

static const fb_type *structure(const char *name, const fb_type *type)
{
    const fb_field field = {.name = fb_slice_of(name), .type = type, .nullable = true};
    return fb_type_struct(&arena, &field, 1);
}

static void nested_types_meet_part_by_part(void **state)
{
    (void)state;
    const fb_type *ints = fb_type_array(&arena, TYPE(INT), false);
    const fb_type *strings = fb_type_array(&arena, TYPE(STRING), true);
    check(FB_COMMON_ANSI, ints, strings, "ARRAY<BIGINT>");
    check(FB_COMMON_ANSI, ints, TYPE(INT), "none");
    check(FB_COMMON_ANSI, TYPE(VOID), ints, "ARRAY<INT>");
    check(FB_COMMON_ANSI, fb_type_map(&arena, TYPE(INT), TYPE(INT), false),
          fb_type_map(&arena, TYPE(BIGINT), DECIMAL(2, 1), false), "MAP<BIGINT, DECIMAL(11,1)>");
    check(FB_COMMON_ANSI, structure("a", TYPE(INT)), structure("a", TYPE(BIGINT)),
          "STRUCT<a: BIGINT>");
    check(FB_COMMON_ANSI, structure("a", TYPE(INT)), structure("b", TYPE(INT)), "none");
    assert_true(fb_type_same_shape(structure("a", TYPE(INT)), structure("b", TYPE(INT))));
    assert_false(fb_type_same_shape(structure("a", TYPE(INT)), structure("a", TYPE(BIGINT))));
    assert_true(fb_type_has_map(
        fb_type_array(&arena, fb_type_map(&arena, TYPE(INT), TYPE(INT), false), false)));
}

static void a_comparison_turns_text_into_the_other_side(void **state)
{
    (void)state;
    const fb_type *string = TYPE(STRING);
    assert_string_equal(text(fb_comparison_type(&arena, true, string, TYPE(INT))), "BIGINT");
    assert_string_equal(text(fb_comparison_type(&arena, false, string, TYPE(INT))), "INT");
    assert_string_equal(text(fb_comparison_type(&arena, false, DECIMAL(5, 2), string)), "DOUBLE");
    assert_string_equal(text(fb_comparison_type(&arena, false, string, TYPE(DATE))), "DATE");
    const fb_type *ints = fb_type_array(&arena, TYPE(INT), false);
    const fb_type *strings = fb_type_array(&arena, string, false);
    assert_string_equal(text(fb_comparison_type(&arena, true, ints, strings)), "none");
}

static void implicit_casts_of_arguments(void **state)
{
    (void)state;
    assert_true(fb_implicit_cast_allowed(true, TYPE(DOUBLE), TYPE(INT)));
    assert_true(fb_implicit_cast_allowed(true, TYPE(STRING), TYPE(INT)));
    assert_true(fb_implicit_cast_allowed(true, TYPE(BINARY), TYPE(STRING)));
    assert_true(fb_implicit_cast_allowed(true, TYPE(DATE), TYPE(TIMESTAMP)));
    assert_true(fb_implicit_cast_allowed(true, TYPE(VOID), TYPE(DATE)));
    assert_true(fb_implicit_cast_allowed(true, TYPE(STRING), TYPE(BOOLEAN)));
    assert_false(fb_implicit_cast_allowed(false, TYPE(STRING), TYPE(BOOLEAN)));
    assert_false(fb_implicit_cast_allowed(true, TYPE(BOOLEAN), TYPE(INT)));
    assert_false(fb_implicit_cast_allowed(true, TYPE(INT), TYPE(DATE)));
    assert_false(fb_implicit_cast_allowed(true, TYPE(BINARY), TYPE(BIGINT)));
    assert_false(
        fb_implicit_cast_allowed(true, fb_type_array(&arena, TYPE(INT), false), TYPE(STRING)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_types_in_ansi_mode),
        cmocka_unit_test(common_types_without_ansi_mode),
        cmocka_unit_test(decimals_keep_their_integral_digits),
        cmocka_unit_test(nested_types_meet_part_by_part),
        cmocka_unit_test(a_comparison_turns_text_into_the_other_side),
        cmocka_unit_test(implicit_casts_of_arguments),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
