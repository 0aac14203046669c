/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/file_list.h"

#include "env/random.h"
#include "files/local.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct world {
    char root[64];
    fb_random_seeded random;
    fb_filesystem *fs;
    fb_arena arena;
    fb_error err;
} world;

static void put(const world *w, const char *name, int64_t modified_s)
{
    char path[128];
    assert_true(snprintf(path, sizeof path, "%s/%s", w->root, name) < (int)sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("{}\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    const struct timespec times[2] = {{.tv_sec = modified_s}, {.tv_sec = modified_s}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_directory(const world *w, const char *name)
{
    char path[128];
    assert_true(snprintf(path, sizeof path, "%s/%s", w->root, name) < (int)sizeof path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
    static world w;
    w = (world){.root = "/tmp/forebay_file_list_XXXXXX"};
    assert_non_null(mkdtemp(w.root));
    fb_random_seeded_init(&w.random, 1);
    fb_arena_init(&w.arena, 0);
    assert_ok(fb_filesystem_local_create(fb_disk_posix(), &w.random.base, &w.fs, &w.err), &w.err);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", w->root);
    assert_int_equal(system(command), 0);
    fb_filesystem_close(w->fs);
    fb_arena_deinit(&w->arena);
    return 0;
}

static fb_status list(world *w, const char *pattern, bool latest_first, fb_input_file **files,
                      uint32_t *count)
{
    char path[128];
    assert_true(snprintf(path, sizeof path, "%s%s", w->root, pattern) < (int)sizeof path);
    return fb_file_list(w->fs, path, latest_first, &w->arena, files, count, &w->err);
}

static void expect(world *w, const char *pattern, bool latest_first, const char *expected)
{
    fb_input_file *files;
    uint32_t count;
    assert_ok(list(w, pattern, latest_first, &files, &count), &w->err);
    fb_buf names;
    fb_buf_init(&names, 0);
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(&names, "%s ", files[i].path + strlen(w->root));
    assert_string_equal(fb_buf_text(&names), expected);
    fb_buf_deinit(&names);
}

static void test_files_come_by_modification_time(void **state)
{
    world *w = *state;
    put(w, "c", 300);
    put(w, "b", 300);
    put(w, "z", 100);
    put(w, "e", 200);
    expect(w, "", false, "/z /e /b /c ");
    expect(w, "", true, "/b /c /e /z ");
}

static void test_hidden_files_and_subdirectories_are_left_out(void **state)
{
    world *w = *state;
    put(w, "_hidden", 1);
    put(w, ".dot", 1);
    put(w, "x._COPYING_", 1);
    put(w, "_a=b", 2);
    put(w, "_metadata", 3);
    make_directory(w, "sub");
    put(w, "sub/below", 4);
    expect(w, "", false, "/_a=b /_metadata ");
    expect(w, "/*", false, "/_a=b /_metadata /sub/below ");
    expect(w, "/s*/b*", false, "/sub/below ");
    expect(w, "/none*", false, "");
}

static void test_what_cannot_be_read_is_refused_by_name(void **state)
{
    world *w = *state;
    fb_input_file *files;
    uint32_t count;
    assert_status(list(w, "/none", false, &files, &count), FB_E_NOT_FOUND);
    assert_string_equal(w->err.condition, "PATH_NOT_FOUND");
    put(w, "file", 1);
    assert_status(list(w, "/file", false, &files, &count), FB_E_INVALID);
    assert_contains(w->err.message, "is a file; expected a directory");
    make_directory(w, "k=1");
    assert_status(list(w, "", false, &files, &count), FB_E_UNSUPPORTED);
    assert_contains(w->err.message, "/k=1: directories that stand for a partition column");
    make_directory(w, "sink");
    make_directory(w, "sink/_spark_metadata");
    assert_status(list(w, "/sink", false, &files, &count), FB_E_UNSUPPORTED);
    assert_contains(w->err.message, "_spark_metadata");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_come_by_modification_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hidden_files_and_subdirectories_are_left_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_refused_by_name, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
