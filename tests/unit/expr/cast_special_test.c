/* SPDX-License-Identifier: Apache-2.0 */
#include "cast_support.h"

/* CAST('word' AS type); the batch's time is 2024-01-02 03:04:05.678 UTC. */
static void assert_cast(const char *word, const char *type, const char *expected)
{
    cast_test test;
    cast_test_init(&test, "America/Los_Angeles");
    fb_binder binder = {.arena = &test.arena, .ansi = true, .err = &test.err};
    const fb_expr *text = fb_expr_literal_string(&test.arena, fb_slice_of(word));
    const fb_expr *cast;
    fb_position nowhere = {0};
    const fb_type *to = cast_test_type(&test, type);
    assert_ok(fb_bind_cast(&binder, text, to, false, nowhere, &cast), &test.err);
    const char *got = cast_test_eval(&test, cast);
    if (strncmp(got, expected, strlen(expected)) != 0)
        fail_msg("'%s' as %s: got \"%s\", expected \"%s\"", word, type, got, expected);
    cast_test_deinit(&test);
}

static void words_are_the_time_of_the_batch(void **state)
{
    (void)state;
    assert_cast("now", "timestamp", "2024-01-01 19:04:05.678");
    assert_cast(" Today ", "timestamp", "2024-01-01 00:00:00");
    assert_cast("tomorrow", "timestamp", "2024-01-02 00:00:00");
    assert_cast("EPOCH", "timestamp", "1969-12-31 16:00:00");
    assert_cast("now", "timestamp_ntz", "2024-01-01 19:04:05.678");
    assert_cast("yesterday", "timestamp_ntz", "2023-12-31 00:00:00");
    assert_cast("epoch", "timestamp_ntz", "1970-01-01 00:00:00");
    assert_cast("now", "date", "2024-01-01");
    assert_cast("tomorrow", "date", "2024-01-02");
    assert_cast("epoch", "date", "1970-01-01");
}

static void a_zone_behind_the_word_must_exist_and_is_ignored(void **state)
{
    (void)state;
    assert_cast("today UTC", "date", "2024-01-01");
    assert_cast("epoch Z", "timestamp", "1969-12-31 16:00:00");
    assert_cast("now CET", "date", "CAST_INVALID_INPUT: The value 'now CET'");
    assert_cast("today nowhere", "date", "CAST_INVALID_INPUT");
    assert_cast("todays", "timestamp", "CAST_INVALID_INPUT");
    assert_cast("now", "int", "CAST_INVALID_INPUT");
}

/* In a column the words mean nothing. */
static void only_literals_are_special(void **state)
{
    (void)state;
    cast_test test;
    cast_test_init(&test, "UTC");
    const fb_type *string = fb_type_of(FB_TYPE_STRING);
    const fb_expr column = {.kind = FB_EXPR_COLUMN, .type = string};
    const fb_expr *args[] = {&column};
    fb_expr call = {
        .kind = FB_EXPR_CALL, .type = fb_type_of(FB_TYPE_DATE), .args = args, .arg_count = 1};
    assert_false(fb_cast_bind_special(&call));
    args[0] = fb_expr_literal_null(&test.arena, string);
    assert_false(fb_cast_bind_special(&call));
    args[0] = fb_expr_literal_string(&test.arena, FB_SLICE("now"));
    assert_true(fb_cast_bind_special(&call));
    cast_test_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_time_of_the_batch),
        cmocka_unit_test(a_zone_behind_the_word_must_exist_and_is_ignored),
        cmocka_unit_test(only_literals_are_special),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
