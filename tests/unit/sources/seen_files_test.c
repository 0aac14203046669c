/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/seen_files.h"

#include "base/memory.h"
#include "test.h"

#include <stdio.h>

static void test_a_file_is_new_once(void **state)
{
    (void)state;
    fb_seen_files seen;
    fb_seen_files_init(&seen, false, 1000);
    assert_true(fb_seen_files_is_new(&seen, "/in/a", 5000));
    assert_true(fb_seen_files_add(&seen, "/in/a", 5000));
    assert_false(fb_seen_files_is_new(&seen, "/in/a", 5000));
    assert_false(fb_seen_files_is_new(&seen, "/in/a", 9000)); /* changed: its name counts */
    assert_true(fb_seen_files_is_new(&seen, "/other/a", 5000));
    fb_seen_files_deinit(&seen);
}

static void test_age_counts_from_the_newest_file(void **state)
{
    (void)state;
    fb_seen_files seen;
    fb_seen_files_init(&seen, false, 1000);
    assert_true(fb_seen_files_is_new(&seen, "/in/old", 1)); /* nothing is too old at first */
    assert_true(fb_seen_files_add(&seen, "/in/old", 1));
    assert_true(fb_seen_files_add(&seen, "/in/new", 5000));
    fb_seen_files_purge(&seen);
    assert_int_equal(seen.count, 1);
    assert_false(fb_seen_files_is_new(&seen, "/in/old", 1));
    assert_false(fb_seen_files_is_new(&seen, "/in/late", 3999));
    assert_true(fb_seen_files_is_new(&seen, "/in/late", 4000));
    assert_false(fb_seen_files_is_new(&seen, "/in/new", 5000));
    fb_seen_files_deinit(&seen);
}

static void test_names_may_count_without_directories(void **state)
{
    (void)state;
    fb_seen_files seen;
    fb_seen_files_init(&seen, true, INT64_MAX);
    assert_true(fb_seen_files_add(&seen, "/in/a", -5));
    assert_false(fb_seen_files_is_new(&seen, "/other/a", 1));
    assert_true(fb_seen_files_is_new(&seen, "/in/b", 0));
    fb_seen_files_purge(&seen);
    assert_int_equal(seen.count, 1);
    fb_seen_files_deinit(&seen);
}

static void test_many_files_are_kept_apart(void **state)
{
    (void)state;
    enum { FILES = 5000 };
    fb_seen_files seen;
    fb_seen_files_init(&seen, false, 1999);
    char path[32];
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof path, "/in/%d.json", i);
        assert_true(fb_seen_files_add(&seen, path, i));
    }
    fb_seen_files_purge(&seen);
    assert_int_equal(seen.count, 2000);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof path, "/in/%d.json", i);
        assert_false(fb_seen_files_is_new(&seen, path, i));
        assert_int_equal(fb_seen_files_is_new(&seen, path, FILES), i < FILES - 2000);
    }
    fb_seen_files_deinit(&seen);
}

static void test_memory_that_runs_out_is_reported(void **state)
{
    (void)state;
    for (uint64_t at = 1; at <= 2; at++) {
        fb_seen_files seen;
        fb_seen_files_init(&seen, false, 1);
        fb_memory_fail_at(at);
        assert_false(fb_seen_files_add(&seen, "/in/a", 1));
        fb_memory_fail_at(0);
        assert_true(fb_seen_files_is_new(&seen, "/in/a", 1));
        fb_seen_files_deinit(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_new_once),
        cmocka_unit_test(test_age_counts_from_the_newest_file),
        cmocka_unit_test(test_names_may_count_without_directories),
        cmocka_unit_test(test_many_files_are_kept_apart),
        cmocka_unit_test(test_memory_that_runs_out_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
