/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/whole_versions.h"

#include "state_store.h"

#include <stdio.h>

static fb_filesystem *fs;
static fb_workers *workers;
static fb_error err;

/* Versions 1 to 9, with a snapshot of version 6. */
static int set_up(void **state)
{
    (void)state;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    assert_ok(fb_workers_create(0, &workers, &err), &err);
    fb_state_store *store = make_store(make_log(fs, 100));
    for (int64_t version = 1; version <= 9; version++) {
        run_version(store, version);
        if (version == 6) assert_ok(fb_state_store_maintain(store, version, &err), &err);
    }
    fb_state_store_close(store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_workers_destroy(workers);
    fb_filesystem_close(fs);
    return 0;
}

/* Which of the versions 0 to 9 the stores in these directories have. */
static void check(const char *const *directories, uint32_t count, const char *expected)
{
    bool is_whole[10];
    fb_buf text;
    fb_buf_init(&text, 0);
    const fb_whole_versions search = {
        .fs = fs, .directories = directories, .directory_count = count, .least = 0, .count = 10};
    assert_ok(fb_whole_versions_find(&search, workers, is_whole, &err), &err);
    fb_whole_versions_print(0, is_whole, 10, &text);
    assert_string_equal(fb_buf_text(&text), expected);
    fb_buf_deinit(&text);
}

static const char *const one[] = {STORE_DIRECTORY};

static void damage(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, STORE_DIRECTORY "/%s", name);
    assert_ok(fb_filesystem_replace(fs, path, FB_SLICE("not a state file"), &err), &err);
}

static void lose(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, STORE_DIRECTORY "/%s", name);
    assert_ok(fb_filesystem_remove(fs, path, &err), &err);
}

static void all_are_whole_at_first(void **state)
{
    (void)state;
    check(one, 1, "0 to 9");
}

static void a_damaged_delta_takes_the_versions_up_to_the_next_snapshot(void **state)
{
    (void)state;
    damage("3.delta");
    check(one, 1, "0 to 2, 6 to 9");
    lose("8.delta");
    check(one, 1, "0 to 2, 6 to 7");
}

static void a_damaged_snapshot_is_no_loss_while_the_deltas_are_there(void **state)
{
    (void)state;
    damage("6.snapshot");
    check(one, 1, "0 to 9");
    lose("1.delta");
    check(one, 1, "0");
}

static void a_version_is_whole_when_every_store_has_it(void **state)
{
    (void)state;
    static const char *const two[] = {STORE_DIRECTORY, "/checkpoint/state/0/2"};
    check(two, 2, "0");
    const char *file = STORE_DIRECTORY "/1.delta";
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(fs, file, 1 << 20, &content, &err), &err);
    assert_ok(
        fb_filesystem_create(fs, "/checkpoint/state/0/2/1.delta", fb_buf_slice(&content), &err),
        &err);
    fb_buf_deinit(&content);
    check(two, 2, "0 to 1");
}

static void versions_may_begin_anywhere(void **state)
{
    (void)state;
    bool is_whole[3];
    lose("2.delta");
    const fb_whole_versions search = {
        .fs = fs, .directories = one, .directory_count = 1, .least = 5, .count = 3};
    assert_ok(fb_whole_versions_find(&search, workers, is_whole, &err), &err);
    assert_false(is_whole[0]);
    assert_true(is_whole[1]);
    assert_true(is_whole[2]);
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_whole_versions_print(5, is_whole, 1, &text);
    assert_string_equal(fb_buf_text(&text), "none");
    fb_buf_deinit(&text);
}

#define in_files(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_files(all_are_whole_at_first),
        in_files(a_damaged_delta_takes_the_versions_up_to_the_next_snapshot),
        in_files(a_damaged_snapshot_is_no_loss_while_the_deltas_are_there),
        in_files(a_version_is_whole_when_every_store_has_it),
        in_files(versions_may_begin_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
