/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of metadata: put in, taken out, found. */
#include "plan/analyzer.h"
#include "test.h"

static fb_arena arena;

static void assert_with(const char *before, const char *key, const char *value, const char *after)
{
    fb_slice out;
    assert_true(fb_metadata_with(&arena, fb_slice_of(before), key, value, &out));
    assert_slice_equal(out, after);
}

static void assert_without(const char *before, const char *key, const char *after)
{
    fb_slice out;
    assert_true(fb_metadata_without(&arena, fb_slice_of(before), key, &out));
    assert_slice_equal(out, after);
}

static void members_are_put_in_in_the_order_of_their_keys(void **state)
{
    (void)state;
    assert_with("", "b", "1", "{\"b\":1}");
    assert_with("{\"b\":1}", "c", "true", "{\"b\":1,\"c\":true}");
    assert_with("{\"b\":1}", "a", "\"x\"", "{\"a\":\"x\",\"b\":1}");
    assert_with("{\"a\":1,\"c\":3}", "b", "2", "{\"a\":1,\"b\":2,\"c\":3}");
    assert_with("{\"a\":1,\"b\":2,\"c\":3}", "b", "4", "{\"a\":1,\"b\":4,\"c\":3}");
    assert_with("{}", "a", "1", "{\"a\":1}");
}

static void members_are_taken_out(void **state)
{
    (void)state;
    assert_without("{\"a\":1,\"b\":2,\"c\":3}", "a", "{\"b\":2,\"c\":3}");
    assert_without("{\"a\":1,\"b\":2,\"c\":3}", "b", "{\"a\":1,\"c\":3}");
    assert_without("{\"a\":1,\"b\":2,\"c\":3}", "c", "{\"a\":1,\"b\":2}");
    assert_without("{\"a\":1}", "a", "");
    assert_without("{\"a\":1}", "b", "{\"a\":1}");
    assert_without("", "b", "");
}

static void strings_and_nested_objects_are_no_members(void **state)
{
    (void)state;
    const char *text = "{\"comment\":\"a,\\\"b\\\":1}\",\"deep\":{\"b\":[1,{\"b\":2}]},\"z\":1}";
    assert_false(fb_metadata_has(fb_slice_of(text), "b"));
    assert_true(fb_metadata_has(fb_slice_of(text), "comment"));
    assert_true(fb_metadata_has(fb_slice_of(text), "deep"));
    assert_true(fb_metadata_has(fb_slice_of(text), "z"));
    assert_without(text, "deep", "{\"comment\":\"a,\\\"b\\\":1}\",\"z\":1}");
}

static void what_is_no_object_has_no_members(void **state)
{
    (void)state;
    static const char *const texts[] = {"",          "{",        "}",         "{\"",   "{\"a",
                                        "{\"a\"",    "{\"a\":",  "[\"a\":1]", "{a:1}", "{\"a\\",
                                        "{\"a\":\"", "{\"a\":[", "{\"\":1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(fb_metadata_has(fb_slice_of(texts[i]), "b"));
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_put_in_in_the_order_of_their_keys),
        cmocka_unit_test(members_are_taken_out),
        cmocka_unit_test(strings_and_nested_objects_are_no_members),
        cmocka_unit_test(what_is_no_object_has_no_members),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
