/* SPDX-License-Identifier: Apache-2.0 */
#include "files/memory.h"
#include "state/state_file.h"
#include "test.h"

#include <stdio.h>

static void only_plain_versions_are_names_of_state_files(void **state)
{
    (void)state;
    fb_state_file_kind kind;
    int64_t version;
    assert_true(fb_state_file_parse_name("12.delta", &kind, &version));
    assert_int_equal(kind, FB_STATE_DELTA);
    assert_int_equal(version, 12);
    assert_true(fb_state_file_parse_name("3.snapshot", &kind, &version));
    assert_int_equal(kind, FB_STATE_SNAPSHOT);
    static const char *const foreign[] = {"notes.txt",
                                          "notes.delta",
                                          "notes.snapshot",
                                          "0.delta",
                                          "01.delta",
                                          "-1.delta",
                                          "+1.delta",
                                          "1.delta.crc",
                                          ".1.delta.x",
                                          "1.zip",
                                          "delta",
                                          ".delta",
                                          "99999999999999999999.delta"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(fb_state_file_parse_name(foreign[i], &kind, &version));
    char name[FB_STATE_FILE_NAME_BYTES];
    fb_state_file_name(FB_STATE_SNAPSHOT, INT64_MAX, name);
    assert_string_equal(name, "9223372036854775807.snapshot");
}

static void stores_lie_where_spark_puts_them(void **state)
{
    (void)state;
    char path[FB_PATH_MAX_BYTES + 1];
    fb_error err;
    assert_ok(fb_state_directory(path, "/ck", 0, 3, "default", &err), &err);
    assert_string_equal(path, "/ck/state/0/3");
    assert_ok(fb_state_directory(path, "/ck", 2, 0, "left-keyToNumValues", &err), &err);
    assert_string_equal(path, "/ck/state/2/0/left-keyToNumValues");
}

static void the_chain_of_a_version_starts_at_the_newest_snapshot(void **state)
{
    (void)state;
    static const char *const names[] = {"1.delta",     "2.delta",   "3.delta",    "5.delta",
                                        "10.delta",    "9.delta",   "3.snapshot", "8.snapshot",
                                        "notes.delta", "x.snapshot"};
    fb_filesystem *fs;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/s/%s", names[i]);
        assert_ok(fb_filesystem_create(fs, path, FB_SLICE("x"), &err), &err);
    }
    fb_state_files files;
    assert_ok(fb_state_files_list(fs, "/s", &arena, &files, &err), &err);
    assert_int_equal(files.delta_count, 6);
    assert_int_equal(files.deltas[5], 10);
    assert_int_equal(files.snapshot_count, 2);
    assert_false(files.has_rocksdb);
    int64_t snapshot;
    assert_ok(fb_state_files_chain(&files, "/s", 10, INT64_MAX, &snapshot, &err), &err);
    assert_int_equal(snapshot, 8);
    assert_ok(fb_state_files_chain(&files, "/s", 3, INT64_MAX, &snapshot, &err), &err);
    assert_int_equal(snapshot, 3);
    assert_ok(fb_state_files_chain(&files, "/s", 3, 2, &snapshot, &err), &err);
    assert_int_equal(snapshot, 0);
    assert_ok(fb_state_files_chain(&files, "/s", 0, INT64_MAX, &snapshot, &err), &err);
    assert_status(fb_state_files_chain(&files, "/s", 10, 7, &snapshot, &err), FB_E_NOT_FOUND);
    assert_string_equal(err.message, "/s/4.delta does not exist; version 10 of the state needs it");
    assert_ok(fb_state_files_list(fs, "/none", &arena, &files, &err), &err);
    assert_int_equal(files.delta_count + files.snapshot_count, 0);
    assert_ok(fb_filesystem_create(fs, "/r/4.zip", FB_SLICE("x"), &err), &err);
    assert_ok(fb_state_files_list(fs, "/r", &arena, &files, &err), &err);
    assert_true(files.has_rocksdb);
    fb_filesystem_close(fs);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_plain_versions_are_names_of_state_files),
        cmocka_unit_test(stores_lie_where_spark_puts_them),
        cmocka_unit_test(the_chain_of_a_version_starts_at_the_newest_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
