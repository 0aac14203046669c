/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/temporary.h"

#include "files/memory.h"
#include "test.h"

static void a_tree_is_removed_with_all_that_is_in_it(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    assert_ok(fb_filesystem_create(fs, "/t/a", FB_SLICE("1"), &err), &err);
    assert_ok(fb_filesystem_create(fs, "/t/d/e/b", FB_SLICE("2"), &err), &err);
    assert_ok(fb_filesystem_create(fs, "/u/c", FB_SLICE("3"), &err), &err);
    assert_ok(fb_remove_tree(fs, "/t", &err), &err);
    assert_ok(fb_filesystem_stat(fs, "/t", &found, &info, &err), &err);
    assert_false(found);
    assert_ok(fb_filesystem_stat(fs, "/u/c", &found, &info, &err), &err);
    assert_true(found);
    assert_ok(fb_remove_tree(fs, "/t", &err), &err); /* again: nothing to do */
    fb_filesystem_close(fs);
}

static void nesting_beyond_a_checkpoint_s_is_refused(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    assert_ok(fb_filesystem_create(fs, "/t/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/f",
                                   FB_SLICE("x"), &err),
              &err);
    assert_status(fb_remove_tree(fs, "/t", &err), FB_E_LIMIT);
    fb_filesystem_close(fs);
}

static void paths_differ_and_follow_tmpdir(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_random_seeded random;
    fb_random_seeded_init(&random, 1);
    const char *first = fb_temporary_path(&arena, &random.base);
    const char *second = fb_temporary_path(&arena, &random.base);
    assert_contains(first, "/temporary-");
    assert_string_not_equal(first, second);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_removed_with_all_that_is_in_it),
        cmocka_unit_test(nesting_beyond_a_checkpoint_s_is_refused),
        cmocka_unit_test(paths_differ_and_follow_tmpdir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
