/* SPDX-License-Identifier: Apache-2.0 */
#include "files/removals.h"

#include "test.h"

#include <stdio.h>

static void a_removal_is_open_until_its_directory_is_synced(void **state)
{
    (void)state;
    fb_removals removals;
    fb_removals_init(&removals);
    assert_false(fb_removals_contain(&removals, "/a/1"));
    assert_true(fb_removals_add(&removals, "/a", "/a/1"));
    assert_true(fb_removals_add(&removals, "/b", "/b/1"));
    uint64_t mark = fb_removals_mark(&removals);
    assert_true(fb_removals_add(&removals, "/a", "/a/2")); /* while the sync runs */
    fb_removals_forget(&removals, "/a", mark);
    assert_false(fb_removals_contain(&removals, "/a/1"));
    assert_true(fb_removals_contain(&removals, "/a/2"));
    assert_true(fb_removals_contain(&removals, "/b/1"));
    fb_removals_deinit(&removals);
}

static void a_full_list_says_so_and_forgets_nothing(void **state)
{
    (void)state;
    fb_removals removals;
    fb_removals_init(&removals);
    char path[32];
    for (int i = 0; i < FB_REMOVALS_MAX; i++) {
        (void)snprintf(path, sizeof path, "/a/%d", i);
        assert_true(fb_removals_add(&removals, "/a", path));
    }
    assert_false(fb_removals_add(&removals, "/a", "/a/more"));
    assert_true(fb_removals_contain(&removals, "/a/0"));
    fb_removals_forget(&removals, "/a", fb_removals_mark(&removals));
    assert_true(fb_removals_add(&removals, "/a", "/a/more"));
    fb_removals_deinit(&removals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_removal_is_open_until_its_directory_is_synced),
        cmocka_unit_test(a_full_list_says_so_and_forgets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
