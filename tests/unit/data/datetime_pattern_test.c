/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of wrong patterns; prints and texts are compared with Spark's in
 * unit/expr/fn_datetime_format_test.c. */
#include "data/datetime_pattern.h"

#include "base/memory.h"
#include "test.h"

static fb_status compile(fb_arena *arena, const char *text, bool for_parsing,
                         const fb_pattern **out, fb_error *err)
{
    *err = (fb_error){0};
    return fb_pattern_compile(arena, fb_slice_of(text), fb_timezone_utc(), for_parsing, out, err);
}

static void print(const char *text, int64_t us, const char *expected)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_pattern *pattern;
    fb_error err;
    assert_ok(compile(&arena, text, false, &pattern, &err), &err);
    char out[256];
    assert_true(fb_pattern_max_bytes(pattern) <= sizeof out);
    fb_slice printed = {out, fb_pattern_print(pattern, fb_timezone_utc(), us, 0, out)};
    assert_slice_equal(printed, expected);
    assert_true(printed.size <= fb_pattern_max_bytes(pattern));
    fb_arena_deinit(&arena);
}

static void refuse(const char *text, bool for_parsing, fb_status status, const char *condition)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_pattern *pattern;
    fb_error err;
    assert_status(compile(&arena, text, for_parsing, &pattern, &err), status);
    assert_null(pattern);
    assert_string_equal(err.condition, condition);
    fb_arena_deinit(&arena);
}

static void quotes_brackets_and_other_characters_are_literal(void **state)
{
    (void)state;
    print("", 0, "");
    print("''", 0, "'");
    print("'it''s' y", 0, "it's 1970");
    print("yyyy''MM", 0, "1970'01");
    print("[yyyy[-MM]]", 0, "1970-01");
    print("[yyyy", 0, "1970");
    print("yyyy年", 0, "1970年");
}

static void the_longest_numbers_fit_the_promised_size(void **state)
{
    (void)state;
    print("yyyyyy G VV OOOO xxxxx EEEE QQQQ MMMM", INT64_MAX,
          "294247 AD UTC GMT +00:00 Sunday 1st quarter January");
    print("yyyy", INT64_MIN, "-290308");
    print("z zzzz", 0, "UTC Coordinated Universal Time");
}

static void wrong_patterns_have_sparks_conditions(void **state)
{
    (void)state;
    static const char *const old =
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION";
    refuse("yyyyyyy", false, FB_E_COMPUTE, old);
    refuse("MMMMM", false, FB_E_COMPUTE, old);
    refuse("yyyy]", false, FB_E_COMPUTE, old);
    refuse("{y}", false, FB_E_COMPUTE, old);
    refuse("E", true, FB_E_COMPUTE, old);
    refuse("Q", true, FB_E_COMPUTE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER");
    refuse("QQQQQ", false, FB_E_COMPUTE, "INVALID_DATETIME_PATTERN.LENGTH");
    refuse("'open", false, FB_E_COMPUTE, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION");
    refuse("e", false, FB_E_COMPUTE,
           "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN");
    refuse("z", true, FB_E_UNSUPPORTED, "");
}

static void nesting_and_size_are_bounded(void **state)
{
    (void)state;
    char text[5000];
    memset(text, '[', sizeof text);
    text[4000] = '\0';
    refuse(text, true, FB_E_COMPUTE,
           "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION");
    memset(text, '-', sizeof text);
    text[sizeof text - 1] = '\0';
    refuse(text, true, FB_E_LIMIT, "");
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 1);
    const fb_pattern *pattern;
    fb_error err;
    fb_memory_fail_at(1);
    assert_status(compile(&arena, "yyyy-MM-dd", false, &pattern, &err), FB_E_NOMEM);
    fb_memory_fail_at(0);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_brackets_and_other_characters_are_literal),
        cmocka_unit_test(the_longest_numbers_fit_the_promised_size),
        cmocka_unit_test(wrong_patterns_have_sparks_conditions),
        cmocka_unit_test(nesting_and_size_are_bounded),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
