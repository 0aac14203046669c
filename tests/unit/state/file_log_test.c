/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a store over many versions: snapshots by folding, what is kept, what damage does. */
#include "findings.h"
#include "state/store_check.h"
#include "state_store.h"

#include <stdio.h>

static fb_filesystem *make_fs(void)
{
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    return fs;
}

static void list(fb_filesystem *fs, fb_arena *arena, fb_state_files *files)
{
    fb_error err;
    assert_ok(fb_state_files_list(fs, STORE_DIRECTORY, arena, files, &err), &err);
}

static void run_to(fb_state_store *store, int64_t first, int64_t last)
{
    fb_error err;
    for (int64_t version = first; version <= last; version++) {
        run_version(store, version);
        assert_ok(fb_state_store_maintain(store, version, &err), &err);
    }
}

/* Each row once, and each snapshot what the deltas leave. */
static void expect_whole(fb_filesystem *fs, int64_t first, int64_t last)
{
    fb_error err;
    fb_buf lines;
    int64_t versions[64];
    fb_findings findings = findings_to(&lines);
    fb_state_store_totals totals = {0};
    fb_state_store_check check = {
        .fs = fs, .directory = STORE_DIRECTORY, .versions = versions, .findings = &findings};
    while (first <= last)
        versions[check.version_count++] = first++;
    assert_ok(fb_state_store_check_files(&check, &totals, &err), &err);
    assert_string_equal(fb_buf_text(&lines), "");
    fb_buf_deinit(&lines);
}

static void folded_snapshots_hold_what_the_table_holds(void **state)
{
    (void)state;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    run_to(store, 1, 40);
    fb_state_store_close(store);
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_state_files files;
    list(fs, &arena, &files);
    assert_in_range(files.snapshot_count, 5, 10);
    expect_whole(fs, 1, 40);
    for (int64_t version = 40; version > 0; version--) {
        store = make_store(make_log(fs, 0));
        check_version(store, version);
        fb_state_store_close(store);
    }
    fb_arena_deinit(&arena);
    fb_filesystem_close(fs);
}

static void only_retained_versions_keep_their_files(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 6));
    run_to(store, 1, 60);
    fb_state_store_close(store);
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_state_files files;
    list(fs, &arena, &files);
    assert_in_range(files.delta_count, 7, 20);
    store = make_store(make_log(fs, 6));
    for (int64_t version = 54; version <= 60; version++)
        check_version(store, version);
    assert_status(fb_state_store_open(store, 20, &err), FB_E_NOT_FOUND);
    check_version(store, 60);
    fb_state_store_close(store);
    fb_arena_deinit(&arena);
    fb_filesystem_close(fs);
}

static int64_t newest_snapshot(fb_filesystem *fs)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_state_files files;
    list(fs, &arena, &files);
    int64_t newest = files.snapshot_count ? files.snapshots[files.snapshot_count - 1] : 0;
    fb_arena_deinit(&arena);
    return newest;
}

/* A version with changes of `count` of 3000 rows, and its housekeeping. */
static void change_rows(fb_state_store *store, int64_t version, uint64_t count)
{
    fb_error err;
    open_at(store, version - 1);
    for (uint64_t i = 0; i < count; i++)
        put(store, (i + (uint64_t)version * 700) % 3000, i * (uint64_t)version * 977);
    assert_int_equal(commit(store), version);
    assert_ok(fb_state_store_maintain(store, version, &err), &err);
}

static void a_snapshot_is_due_by_the_size_or_the_number_of_its_deltas(void **state)
{
    (void)state;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    change_rows(store, 1, 3000);
    for (int64_t version = 2; version <= 4; version++)
        change_rows(store, version, 1);
    assert_int_equal(newest_snapshot(fs), 4);
    /* More than three deltas of a fifth of the rows are half of them. */
    for (int64_t version = 5; version <= 7; version++)
        change_rows(store, version, 600);
    assert_int_equal(newest_snapshot(fs), 4);
    change_rows(store, 8, 600);
    assert_int_equal(newest_snapshot(fs), 8);
    /* However small, fifty are enough. */
    for (int64_t version = 9; version <= 57; version++)
        change_rows(store, version, 1);
    assert_int_equal(newest_snapshot(fs), 8);
    change_rows(store, 58, 1);
    assert_int_equal(newest_snapshot(fs), 58);
    expect_whole(fs, 1, 58);
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

static void whoever_asks_for_one_version_keeps_two(void **state)
{
    (void)state;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 1));
    for (int64_t version = 1; version <= 30; version++) {
        run_to(store, version, version);
        if (version <= 2) continue;
        fb_state_store *other = make_store(make_log(fs, 1));
        check_version(other, version - 2);
        fb_state_store_close(other);
    }
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

static void overwrite(fb_filesystem *fs, const char *path, const char *text)
{
    fb_error err;
    assert_ok(fb_filesystem_replace(fs, path, fb_slice_of(text), &err), &err);
}

static void a_damaged_snapshot_is_replaced_by_an_older_one_and_deltas(void **state)
{
    (void)state;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    run_to(store, 1, 12);
    fb_state_store_close(store);
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_state_files files;
    list(fs, &arena, &files);
    assert_true(files.snapshot_count >= 2);
    char path[64];
    int64_t newest = files.snapshots[files.snapshot_count - 1];
    (void)snprintf(path, sizeof path, STORE_DIRECTORY "/%d.snapshot", (int)newest);
    overwrite(fs, path, "LZ4Block is not what this is");
    store = make_store(make_log(fs, 0));
    check_version(store, 12);
    fb_state_store_close(store);
    fb_arena_deinit(&arena);
    fb_filesystem_close(fs);
}

static void a_damaged_or_missing_delta_is_named(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    for (int64_t version = 1; version <= 6; version++)
        run_version(store, version);
    overwrite(fs, STORE_DIRECTORY "/4.delta", "garbage");
    assert_status(fb_state_store_open(store, 4, &err), FB_E_CORRUPT);
    assert_contains(err.message, "state/0/1/default: cannot load version 4");
    assert_contains(err.message, STORE_DIRECTORY "/4.delta");
    check_version(store, 3);
    assert_ok(fb_filesystem_remove(fs, STORE_DIRECTORY "/2.delta", &err), &err);
    assert_status(fb_state_store_open(store, 2, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "2.delta");
    check_version(store, 1);
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

static void rows_of_another_size_than_the_schema_says_are_damage(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    run_version(store, 1);
    fb_state_store_close(store);
    fb_state_layout layout = {.name = "other", .key_bytes = 16, .value_bytes = 8};
    fb_state_memory_table_options options = {.layout = &layout};
    fb_state_table *table;
    assert_ok(fb_state_memory_table_create(&options, &table, &err), &err);
    assert_ok(fb_state_store_create(table, make_log(fs, 0), &store, &err), &err);
    assert_status(fb_state_store_open(store, 1, &err), FB_E_CORRUPT);
    assert_contains(err.message, "1.delta: a key of 8 bytes, expected 16");
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

/* Every allocation of a fold fails once: no snapshot, and no file lost. */
static void want_of_memory_makes_no_snapshot(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs = make_fs();
    fb_state_store *store = make_store(make_log(fs, 0));
    for (int64_t version = 1; version <= 12; version++)
        run_version(store, version);
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_state_files files;
    bool failed = true;
    for (uint64_t at = 1; failed; at++) {
        fb_memory_fail_at(at);
        fb_status status = fb_state_store_maintain(store, 12, &err);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        list(fs, &arena, &files);
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        assert_int_equal(files.delta_count, 12);
    }
    assert_int_equal(files.snapshot_count, 1);
    fb_state_store_close(store);
    store = make_store(make_log(fs, 0));
    check_version(store, 12);
    fb_state_store_close(store);
    fb_arena_deinit(&arena);
    fb_filesystem_close(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded_snapshots_hold_what_the_table_holds),
        cmocka_unit_test(only_retained_versions_keep_their_files),
        cmocka_unit_test(a_snapshot_is_due_by_the_size_or_the_number_of_its_deltas),
        cmocka_unit_test(whoever_asks_for_one_version_keeps_two),
        cmocka_unit_test(a_damaged_snapshot_is_replaced_by_an_older_one_and_deltas),
        cmocka_unit_test(a_damaged_or_missing_delta_is_named),
        cmocka_unit_test(rows_of_another_size_than_the_schema_says_are_damage),
        cmocka_unit_test(want_of_memory_makes_no_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
