/* SPDX-License-Identifier: Apache-2.0 */
#include "files/location.h"

#include "base/memory.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

static fb_arena arena;

static const char *resolve(const char *location)
{
    fb_error err = {0};
    const char *path;
    assert_ok(fb_location_resolve(&arena, fb_slice_of(location), &path, &err), &err);
    return path;
}

static void paths_and_file_urls_become_absolute_paths(void **state)
{
    (void)state;
    char here[4096], expected[5000];
    assert_non_null(getcwd(here, sizeof here));
    assert_string_equal(resolve("/a/b"), "/a/b");
    assert_string_equal(resolve("/a//./b/../c/"), "/a/c");
    assert_string_equal(resolve("/../.."), "/");
    assert_string_equal(resolve("file:/a"), "/a");
    assert_string_equal(resolve("file:///a/b"), "/a/b");
    assert_string_equal(resolve("file://localhost/a"), "/a");
    (void)snprintf(expected, sizeof expected, "%s/ck", here);
    assert_string_equal(resolve("ck"), expected);
    assert_string_equal(resolve("./x/../ck"), expected);
}

static void other_schemes_and_hosts_are_refused_by_name(void **state)
{
    (void)state;
    fb_error err = {0};
    const char *path;
    assert_status(fb_location_resolve(&arena, FB_SLICE("hdfs://nn/ck"), &path, &err),
                  FB_E_UNSUPPORTED);
    assert_contains(err.message, "there is no file system for 'hdfs' URLs");
    assert_status(fb_location_resolve(&arena, FB_SLICE("file://host/ck"), &path, &err),
                  FB_E_INVALID);
    assert_status(fb_location_resolve(&arena, FB_SLICE("/a\0b"), &path, &err), FB_E_INVALID);
    assert_null(path);
}

static void out_of_memory_is_an_error_at_every_allocation(void **state)
{
    (void)state;
    fb_status status = FB_E_NOMEM;
    for (uint64_t k = 1; status != FB_OK && k < 20; k++) {
        fb_arena fresh;
        fb_error err = {0};
        const char *path;
        fb_arena_init(&fresh, 0);
        fb_memory_fail_at(k);
        status = fb_location_resolve(&fresh, FB_SLICE("/"), &path, &err);
        fb_memory_fail_at(0);
        assert_true(status == FB_OK || status == FB_E_NOMEM);
        assert_int_equal(status == FB_OK, path != NULL);
        fb_arena_deinit(&fresh);
    }
    assert_int_equal(status, FB_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_file_urls_become_absolute_paths),
        cmocka_unit_test(other_schemes_and_hosts_are_refused_by_name),
        cmocka_unit_test(out_of_memory_is_an_error_at_every_allocation),
    };
    fb_arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fb_arena_deinit(&arena);
    return failed;
}
