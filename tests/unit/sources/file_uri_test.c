/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/file_uri.h"

#include "test.h"

static void expect(const char *path, const char *uri)
{
    fb_buf text;
    fb_arena arena;
    fb_buf_init(&text, 0);
    fb_arena_init(&arena, 0);
    fb_file_uri_put(path, &text);
    assert_string_equal(fb_buf_text(&text), uri);
    const char *back;
    assert_true(fb_file_uri_path(fb_buf_slice(&text), &arena, &back));
    assert_string_equal(back, path);
    fb_buf_deinit(&text);
    fb_arena_deinit(&arena);
}

static void test_paths_are_escaped_as_java_does(void **state)
{
    (void)state;
    expect("/in/a.json", "file:///in/a.json");
    /* Spark 4.2.0 wrote the next one. */
    expect("/order/b c%41&\xc3\xa4+#?.json", "file:///order/b%20c%2541&\xc3\xa4+%23%3F.json");
    expect("/[x]{y}|\"<>^`\\", "file:///%5Bx%5D%7By%7D%7C%22%3C%3E%5E%60%5C");
    expect("/a_-!.~'()*,;:$&+=@", "file:///a_-!.~'()*,;:$&+=@");
    expect("/tab\there\x7f", "file:///tab%09here%7F");
    expect("/nbsp\xc2\xa0\xe2\x80\xa8", "file:///nbsp%C2%A0%E2%80%A8");
}

static void test_other_forms_are_read(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const char *path;
    assert_true(fb_file_uri_path(FB_SLICE("file:/in/a%2fb"), &arena, &path));
    assert_string_equal(path, "/in/a/b");
    static const char *const bad[] = {"/in/a",  "file://host/a", "hdfs://h/a",
                                      "file:a", "file:///a%2",   "file:///a%zz",
                                      "",       "file:///a%00b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(fb_file_uri_path(fb_slice_of(bad[i]), &arena, &path));
        if (path) fail_msg("%s", bad[i]);
    }
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_are_escaped_as_java_does),
        cmocka_unit_test(test_other_forms_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
