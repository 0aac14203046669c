/* SPDX-License-Identifier: Apache-2.0 */
#include "files/glob.h"

#include "files/memory.h"
#include "test.h"

typedef struct world {
    fb_filesystem *fs;
    fb_arena arena;
    fb_error err;
} world;

static int set_up(void **state)
{
    static world w;
    static const char *const files[] = {"/data/a.json",        "/data/b.json",     "/data/ab.json",
                                        "/data/c.txt",         "/data/sub/a.json", "/data/x*y",
                                        "/data/\xc3\xa4.json", "/other/a.json"};
    w = (world){0};
    fb_arena_init(&w.arena, 0);
    assert_ok(fb_filesystem_memory_create(&w.fs, &w.err), &w.err);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_ok(fb_filesystem_create(w.fs, files[i], FB_SLICE("x"), &w.err), &w.err);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    fb_filesystem_close(w->fs);
    fb_arena_deinit(&w->arena);
    return 0;
}

static void expect(world *w, const char *pattern, const char *expected)
{
    const char **paths;
    uint32_t count;
    assert_ok(fb_glob_expand(w->fs, pattern, &w->arena, &paths, &count, &w->err), &w->err);
    fb_buf all;
    fb_buf_init(&all, 0);
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(&all, "%s%s", i ? " " : "", paths[i]);
    assert_string_equal(fb_buf_text(&all), expected);
    fb_buf_deinit(&all);
}

static void test_wildcards_match_within_a_name(void **state)
{
    expect(*state, "/data/*.json", "/data/a.json /data/ab.json /data/b.json /data/\xc3\xa4.json");
    expect(*state, "/data/?.json", "/data/a.json /data/b.json /data/\xc3\xa4.json");
    expect(*state, "/*/a.json", "/data/a.json /other/a.json");
    expect(*state, "/data/a*b*.json", "/data/ab.json");
    expect(*state, "/data/*a.json", "/data/a.json");
    expect(*state, "/*/*/*", "/data/sub/a.json");
    expect(*state, "/none/*", "");
    expect(*state, "/data/c.txt/*", "");
}

static void test_classes_match_one_character(void **state)
{
    expect(*state, "/data/[ab].json", "/data/a.json /data/b.json");
    expect(*state, "/data/[b-z].*", "/data/b.json /data/c.txt");
    expect(*state, "/data/[^a-b].*", "/data/c.txt");
}

static void test_braces_are_alternatives(void **state)
{
    expect(*state, "/data/{a,c}.{json,txt}", "/data/a.json /data/c.txt");
    expect(*state, "/{data,other}/a.json", "/data/a.json /other/a.json");
    expect(*state, "/data/{a,a{b,}}.json", "/data/a.json /data/ab.json");
    expect(*state, "/{data/sub,other}/*", "/data/sub/a.json /other/a.json");
}

static void test_a_backslash_takes_the_meaning_away(void **state)
{
    expect(*state, "/data/x\\*y", "/data/x*y");
    expect(*state, "/data/\\?.json", "");
    assert_true(fb_glob_is_pattern(FB_SLICE("/a/x\\*")));
    assert_true(fb_glob_is_pattern(FB_SLICE("/a/{b,c}")));
    assert_false(fb_glob_is_pattern(FB_SLICE("/a/b c#%]}")));
}

static void test_plain_paths_name_themselves_if_they_exist(void **state)
{
    expect(*state, "/data", "/data");
    expect(*state, "/", "/");
    expect(*state, "/data/none", "");
}

static void test_what_does_not_pair_is_refused(void **state)
{
    world *w = *state;
    static const char *const bad[] = {"/data/{a,b", "/data/[ab", "/data/[a/b]", "/data/["};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char **paths;
        uint32_t count;
        assert_status(fb_glob_expand(w->fs, bad[i], &w->arena, &paths, &count, &w->err),
                      FB_E_INVALID);
        assert_contains(w->err.message, bad[i]);
    }
}

static void test_alternatives_are_bounded(void **state)
{
    world *w = *state;
    const char **paths;
    uint32_t count;
    assert_status(fb_glob_expand(w->fs,
                                 "/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
                                 &w->arena, &paths, &count, &w->err),
                  FB_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_wildcards_match_within_a_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_classes_match_one_character, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_braces_are_alternatives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_backslash_takes_the_meaning_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plain_paths_name_themselves_if_they_exist, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_does_not_pair_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_alternatives_are_bounded, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
