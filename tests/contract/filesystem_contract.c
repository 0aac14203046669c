/* SPDX-License-Identifier: Apache-2.0
 *
 * What every fb_filesystem promises, run on each of them. */
#include "base/memory.h"
#include "files/local.h"
#include "files/memory.h"
#include "sim_disk.h"
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct fixture {
    fb_filesystem *fs;
    fb_filesystem *twin; /* another process's view of the same files; NULL: there is none */
    sim_disk *disk;
    char root[64]; /* an existing, empty directory */
    fb_arena arena;
    fb_error err;
} fixture;

static fixture shared;

static int set_up_common(void **state)
{
    shared = (fixture){.root = "/t"};
    fb_arena_init(&shared.arena, 0);
    *state = &shared;
    return 0;
}

static int set_up_local(fb_disk *disk)
{
    fixture *f = &shared;
    fb_status status = fb_filesystem_local_create(disk, fb_random_host(), &f->fs, &f->err);
    if (status == FB_OK)
        status = fb_filesystem_local_create(disk, fb_random_host(), &f->twin, &f->err);
    return status != FB_OK;
}

static int set_up_posix(void **state)
{
    (void)set_up_common(state);
    const char *base = getenv("TMPDIR");
    (void)snprintf(shared.root, sizeof shared.root, "%.40s/fb-XXXXXX", base ? base : "/tmp");
    return !mkdtemp(shared.root) || set_up_local(fb_disk_posix());
}

static int set_up_sim(void **state)
{
    (void)set_up_common(state);
    shared.disk = sim_disk_create(7);
    return set_up_local(sim_disk_interface(shared.disk)) ||
           fb_filesystem_mkdirs(shared.fs, shared.root, &shared.err) != FB_OK;
}

static int set_up_memory(void **state)
{
    (void)set_up_common(state);
    return fb_filesystem_memory_create(&shared.fs, &shared.err) != FB_OK ||
           fb_filesystem_mkdirs(shared.fs, shared.root, &shared.err) != FB_OK;
}

static void remove_tree(fixture *f, const char *path)
{
    fb_file_info *infos;
    uint32_t count;
    assert_ok(fb_filesystem_list(f->fs, path, &f->arena, &infos, &count, &f->err), &f->err);
    for (uint32_t i = 0; i < count; i++) {
        char below[FB_PATH_MAX_BYTES + 1];
        assert_ok(fb_path_join(below, path, infos[i].name, &f->err), &f->err);
        if (infos[i].is_directory)
            remove_tree(f, below);
        else
            assert_ok(fb_filesystem_remove(f->fs, below, &f->err), &f->err);
    }
    assert_ok(fb_filesystem_remove(f->fs, path, &f->err), &f->err);
}

/* Removing the directory also shows that no helper file stayed behind in it. */
static int tear_down(void **state)
{
    fixture *f = *state;
    remove_tree(f, f->root);
    fb_filesystem_close(f->twin);
    fb_filesystem_close(f->fs);
    if (f->disk) sim_disk_destroy(f->disk);
    fb_arena_deinit(&f->arena);
    return 0;
}

static const char *at(fixture *f, const char *name)
{
    const char *path = fb_arena_printf(&f->arena, "%s/%s", f->root, name);
    assert_non_null(path);
    return path;
}

static void assert_content(fixture *f, const char *path, const char *expected)
{
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(f->fs, path, 1 << 20, &content, &f->err), &f->err);
    assert_slice_equal(fb_buf_slice(&content), expected);
    fb_buf_deinit(&content);
}

static void a_created_file_is_read_back(void **state)
{
    fixture *f = *state;
    const char *path = at(f, "a");
    assert_ok(fb_filesystem_create(f->fs, path, FB_SLICE("hello"), &f->err), &f->err);
    assert_content(f, path, "hello");
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_stat(f->fs, path, &found, &info, &f->err), &f->err);
    assert_true(found);
    assert_false(info.is_directory);
    assert_string_equal(info.name, "a");
    assert_int_equal(info.size_bytes, 5);
    assert_ok(fb_filesystem_sync(f->fs, path, &f->err), &f->err);
}

static void expect_piece(fixture *f, uint64_t offset, size_t size, const char *expected)
{
    char bytes[16];
    size_t got;
    assert_ok(fb_filesystem_read_at(f->fs, at(f, "a"), offset, bytes, size, &got, &f->err),
              &f->err);
    assert_slice_equal(fb_slice_make(bytes, got), expected);
}

static void pieces_are_read_from_anywhere(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_create(f->fs, at(f, "a"), FB_SLICE("0123456789"), &f->err), &f->err);
    expect_piece(f, 0, 10, "0123456789");
    expect_piece(f, 3, 4, "3456");
    expect_piece(f, 8, 16, "89"); /* the file ends */
    expect_piece(f, 10, 4, "");
    expect_piece(f, UINT64_C(1) << 40, 4, "");
    char bytes[4];
    size_t got = 1;
    assert_status(fb_filesystem_read_at(f->fs, at(f, "b"), 0, bytes, 4, &got, &f->err),
                  FB_E_NOT_FOUND);
    assert_contains(f->err.message, "/b does not exist");
    assert_int_equal(got, 0);
}

static void reading_appends_to_the_buffer(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_create(f->fs, at(f, "a"), FB_SLICE("world"), &f->err), &f->err);
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_buf_add_text(&content, "hello ");
    assert_ok(fb_filesystem_read(f->fs, at(f, "a"), 5, &content, &f->err), &f->err);
    assert_string_equal(fb_buf_text(&content), "hello world");
    /* A failed read leaves the buffer as it was. */
    assert_status(fb_filesystem_read(f->fs, at(f, "a"), 4, &content, &f->err), FB_E_LIMIT);
    assert_contains(f->err.message, "/a has more than 4 bytes");
    assert_status(fb_filesystem_read(f->fs, at(f, "b"), 4, &content, &f->err), FB_E_NOT_FOUND);
    assert_contains(f->err.message, "/b does not exist");
    assert_string_equal(fb_buf_text(&content), "hello world");
    fb_buf_deinit(&content);
}

static void empty_and_large_files_are_kept_whole(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_create(f->fs, at(f, "empty"), (fb_slice){0}, &f->err), &f->err);
    assert_content(f, at(f, "empty"), "");
    fb_buf large, back;
    fb_buf_init(&large, 0);
    fb_buf_init(&back, 0);
    for (int i = 0; i < 20000; i++)
        fb_buf_printf(&large, "line %d\n", i);
    assert_ok(fb_filesystem_create(f->fs, at(f, "large"), fb_buf_slice(&large), &f->err), &f->err);
    assert_ok(fb_filesystem_read(f->fs, at(f, "large"), 1 << 20, &back, &f->err), &f->err);
    assert_true(fb_slice_equal(fb_buf_slice(&large), fb_buf_slice(&back)));
    fb_buf_deinit(&large);
    fb_buf_deinit(&back);
}

static void creating_an_existing_name_fails_and_changes_nothing(void **state)
{
    fixture *f = *state;
    const char *path = at(f, "a");
    assert_ok(fb_filesystem_create(f->fs, path, FB_SLICE("first"), &f->err), &f->err);
    assert_status(fb_filesystem_create(f->fs, path, FB_SLICE("second"), &f->err), FB_E_EXISTS);
    assert_contains(f->err.message, "/a already exists");
    assert_content(f, path, "first");
    if (!f->twin) return;
    assert_status(fb_filesystem_create(f->twin, path, FB_SLICE("third"), &f->err), FB_E_EXISTS);
    assert_content(f, path, "first");
}

static void replacing_works_with_and_without_an_old_file(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_replace(f->fs, at(f, "a"), FB_SLICE("one"), &f->err), &f->err);
    assert_content(f, at(f, "a"), "one");
    assert_ok(fb_filesystem_replace(f->fs, at(f, "a"), FB_SLICE("two and more"), &f->err), &f->err);
    assert_content(f, at(f, "a"), "two and more");
    assert_ok(fb_filesystem_replace(f->fs, at(f, "a"), (fb_slice){0}, &f->err), &f->err);
    assert_content(f, at(f, "a"), "");
}

static void missing_parents_are_made(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_create(f->fs, at(f, "x/y/z"), FB_SLICE("1"), &f->err), &f->err);
    assert_content(f, at(f, "x/y/z"), "1");
    assert_ok(fb_filesystem_mkdirs(f->fs, at(f, "x/y"), &f->err), &f->err);
    assert_ok(fb_filesystem_mkdirs(f->fs, at(f, "p/q/r/s"), &f->err), &f->err);
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_stat(f->fs, at(f, "p/q/r/s"), &found, &info, &f->err), &f->err);
    assert_true(found && info.is_directory);
    assert_status(fb_filesystem_mkdirs(f->fs, at(f, "x/y/z"), &f->err), FB_E_IO);
    assert_status(fb_filesystem_mkdirs(f->fs, at(f, "x/y/z/w"), &f->err), FB_E_IO);
    assert_contains(f->err.message, "Not a directory");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const fb_file_info *)a)->name, ((const fb_file_info *)b)->name);
}

static void a_listing_has_files_and_directories_of_one_level(void **state)
{
    fixture *f = *state;
    const char *const names[] = {"d/b", "d/c/x", "d-e", "d/a"};
    for (size_t i = 0; i < 4; i++)
        assert_ok(fb_filesystem_create(f->fs, at(f, names[i]), FB_SLICE("12"), &f->err), &f->err);
    fb_file_info *infos;
    uint32_t count;
    assert_ok(fb_filesystem_list(f->fs, at(f, "d"), &f->arena, &infos, &count, &f->err), &f->err);
    assert_int_equal(count, 3);
    qsort(infos, count, sizeof *infos, compare_names);
    assert_string_equal(infos[0].name, "a");
    assert_string_equal(infos[1].name, "b");
    assert_string_equal(infos[2].name, "c");
    assert_int_equal(infos[1].size_bytes, 2);
    assert_true(infos[2].is_directory);
    assert_ok(fb_filesystem_list(f->fs, at(f, "no"), &f->arena, &infos, &count, &f->err), &f->err);
    assert_int_equal(count, 0);
}

static void removing_is_complete_and_may_be_repeated(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_create(f->fs, at(f, "d/a"), FB_SLICE("old"), &f->err), &f->err);
    assert_status(fb_filesystem_remove(f->fs, at(f, "d"), &f->err), FB_E_IO);
    for (int i = 0; i < 2; i++)
        assert_ok(fb_filesystem_remove(f->fs, at(f, "d/a"), &f->err), &f->err);
    assert_ok(fb_filesystem_create(f->fs, at(f, "d/a"), FB_SLICE("new"), &f->err), &f->err);
    assert_content(f, at(f, "d/a"), "new");
    assert_ok(fb_filesystem_remove(f->fs, at(f, "d/a"), &f->err), &f->err);
    for (int i = 0; i < 2; i++)
        assert_ok(fb_filesystem_remove(f->fs, at(f, "d"), &f->err), &f->err);
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_stat(f->fs, at(f, "d"), &found, &info, &f->err), &f->err);
    assert_false(found);
}

static void a_lock_keeps_others_out_and_names_its_holder(void **state)
{
    fixture *f = *state;
    fb_filesystem *other = f->twin ? f->twin : f->fs;
    const char *path = at(f, ".lock");
    fb_file_lock *lock, *second;
    for (int round = 0; round < 2; round++) {
        fb_slice holder = round ? FB_SLICE("short") : FB_SLICE("a longer description");
        assert_ok(fb_filesystem_lock(f->fs, path, holder, &lock, &f->err), &f->err);
        assert_non_null(lock);
        assert_status(fb_filesystem_lock(other, path, FB_SLICE("me"), &second, &f->err),
                      FB_E_IN_USE);
        assert_null(second);
        assert_slice_equal(holder, f->err.message);
        fb_filesystem_unlock(f->fs, lock);
    }
    assert_ok(fb_filesystem_lock(other, path, FB_SLICE("me"), &second, &f->err), &f->err);
    fb_filesystem_unlock(other, second);
    if (f->twin) assert_ok(fb_filesystem_remove(f->fs, path, &f->err), &f->err);
}

static void paths_are_checked_before_anything_happens(void **state)
{
    fixture *f = *state;
    char *too_long = fb_arena_alloc(&f->arena, FB_PATH_MAX_BYTES + 2);
    memset(too_long, 'x', FB_PATH_MAX_BYTES + 1);
    too_long[0] = '/';
    too_long[FB_PATH_MAX_BYTES + 1] = '\0';
    const char *const bad[] = {"",       "relative", "/",   "/a/",   "//a",
                               "/a/./b", "/a/../b",  "/..", too_long};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_status(fb_filesystem_create(f->fs, bad[i], FB_SLICE("x"), &f->err), FB_E_INVALID);
        assert_status(fb_filesystem_remove(f->fs, bad[i], &f->err), FB_E_INVALID);
    }
}

static void content_of_a_directory_is_an_error(void **state)
{
    fixture *f = *state;
    assert_ok(fb_filesystem_mkdirs(f->fs, at(f, "d"), &f->err), &f->err);
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_status(fb_filesystem_read(f->fs, at(f, "d"), 10, &content, &f->err), FB_E_IO);
    fb_buf_deinit(&content);
    assert_status(fb_filesystem_replace(f->fs, at(f, "d"), FB_SLICE("x"), &f->err), FB_E_IO);
    assert_status(fb_filesystem_create(f->fs, at(f, "d"), FB_SLICE("x"), &f->err), FB_E_EXISTS);
}

/* Each allocation of a small life fails once: the call says so and nothing is half done. */
static void failing_allocations_are_survived(void **state)
{
    fixture *f = *state;
    int failures = 0;
    for (uint64_t k = 1;; k++) {
        fb_status status[4];
        fb_buf content;
        fb_buf_init(&content, 0);
        fb_file_info *infos;
        uint32_t count;
        fb_arena arena;
        fb_arena_init(&arena, 256);
        fb_file_lock *lock;
        const char *path = at(f, "d/file"), *directory = at(f, "d"), *lock_path = at(f, "lock");
        fb_memory_fail_at(k);
        uint64_t before = fb_memory_allocations();
        status[0] = fb_filesystem_replace(f->fs, path, FB_SLICE("content"), &f->err);
        status[1] = fb_filesystem_read(f->fs, path, 100, &content, &f->err);
        status[2] = fb_filesystem_list(f->fs, directory, &arena, &infos, &count, &f->err);
        status[3] = fb_filesystem_lock(f->fs, lock_path, FB_SLICE("me"), &lock, &f->err);
        bool has_failed = fb_memory_allocations() - before >= k;
        fb_memory_fail_at(0);
        fb_filesystem_unlock(f->fs, lock);
        for (int i = 0; i < 4; i++) {
            bool is_absent = i == 1 && status[i] == FB_E_NOT_FOUND;
            if (!is_absent && status[i] != FB_OK) assert_int_equal(status[i], FB_E_NOMEM);
            failures += status[i] == FB_E_NOMEM;
        }
        if (status[1] == FB_OK) assert_string_equal(fb_buf_text(&content), "content");
        fb_buf_deinit(&content);
        fb_arena_deinit(&arena);
        assert_ok(fb_filesystem_remove(f->fs, path, &f->err), &f->err);
        if (!has_failed) break;
    }
    assert_true(failures >= 4);
    assert_ok(fb_filesystem_remove(f->fs, at(f, "lock"), &f->err), &f->err);
}

enum { CREATORS = 4, NAMES = 40 };

typedef struct creator {
    fixture *f;
    char content[8];
    int won;
    fb_status worst;
} creator;

static void *create_all(void *user)
{
    creator *self = user;
    for (int i = 0; i < NAMES; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "%s/deep/%d", self->f->root, i);
        fb_status status =
            fb_filesystem_create(self->f->fs, path, fb_slice_of(self->content), NULL);
        if (status == FB_OK)
            self->won++;
        else if (status != FB_E_EXISTS)
            self->worst = status;
    }
    return NULL;
}

static void of_many_creators_of_a_name_one_wins(void **state)
{
    fixture *f = *state;
    pthread_t threads[CREATORS];
    creator creators[CREATORS];
    for (int i = 0; i < CREATORS; i++) {
        creators[i] = (creator){.f = f, .content = {(char)('a' + i)}};
        assert_int_equal(pthread_create(&threads[i], NULL, create_all, &creators[i]), 0);
    }
    int won = 0;
    for (int i = 0; i < CREATORS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(creators[i].worst, FB_OK);
        won += creators[i].won;
    }
    assert_int_equal(won, NAMES);
    for (int i = 0; i < NAMES; i++) {
        fb_buf content;
        fb_buf_init(&content, 0);
        const char *path = at(f, fb_arena_printf(&f->arena, "deep/%d", i));
        assert_ok(fb_filesystem_read(f->fs, path, 100, &content, &f->err), &f->err);
        int writer = content.size == 1 ? content.data[0] - 'a' : -1;
        assert_in_range(writer, 0, CREATORS - 1);
        creators[writer].won--;
        fb_buf_deinit(&content);
    }
    for (int i = 0; i < CREATORS; i++)
        assert_int_equal(creators[i].won, 0); /* each has what it was told */
}

static const struct {
    const char *name;
    CMUnitTestFunction run;
} clauses[] = {
    {"a created file is read back", a_created_file_is_read_back},
    {"reading appends to the buffer", reading_appends_to_the_buffer},
    {"pieces are read from anywhere", pieces_are_read_from_anywhere},
    {"empty and large files are kept whole", empty_and_large_files_are_kept_whole},
    {"creating an existing name changes nothing",
     creating_an_existing_name_fails_and_changes_nothing},
    {"replacing works with and without an old file", replacing_works_with_and_without_an_old_file},
    {"missing parents are made", missing_parents_are_made},
    {"a listing has one level", a_listing_has_files_and_directories_of_one_level},
    {"removing is complete and may be repeated", removing_is_complete_and_may_be_repeated},
    {"a lock names its holder", a_lock_keeps_others_out_and_names_its_holder},
    {"paths are checked first", paths_are_checked_before_anything_happens},
    {"content of a directory is an error", content_of_a_directory_is_an_error},
    {"of many creators of a name one wins", of_many_creators_of_a_name_one_wins},
    {"failing allocations are survived", failing_allocations_are_survived},
};

static const struct {
    const char *name;
    CMFixtureFunction set_up;
} filesystems[] = {{"posix", set_up_posix}, {"sim", set_up_sim}, {"memory", set_up_memory}};

enum {
    CLAUSES = sizeof clauses / sizeof *clauses,
    FILESYSTEMS = sizeof filesystems / sizeof *filesystems,
};

int main(void)
{
    static char names[FILESYSTEMS * CLAUSES][80];
    struct CMUnitTest tests[FILESYSTEMS * CLAUSES];
    for (int i = 0; i < FILESYSTEMS * CLAUSES; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s: %s", filesystems[i / CLAUSES].name,
                       clauses[i % CLAUSES].name);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = clauses[i % CLAUSES].run,
                                       .setup_func = filesystems[i / CLAUSES].set_up,
                                       .teardown_func = tear_down};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
