/* SPDX-License-Identifier: Apache-2.0 */
#include "files/disk.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(root, sizeof root, "%.40s/fb-XXXXXX", base ? base : "/tmp");
    return !mkdtemp(root);
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(root);
}

static const char *at(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void put(const char *path, const char *text)
{
    fb_disk *disk = fb_disk_posix();
    int file;
    size_t written;
    assert_int_equal(disk->ops->create(disk, path, &file), 0);
    assert_int_equal(disk->ops->write(disk, file, text, strlen(text), &written), 0);
    assert_int_equal(written, strlen(text));
    assert_int_equal(disk->ops->sync(disk, file), 0);
    assert_int_equal(disk->ops->close(disk, file), 0);
}

static void renames_without_replacing_keep_the_old_file(void **state)
{
    (void)state;
    fb_disk *disk = fb_disk_posix();
    put(at("a"), "1");
    put(at("b"), "22");
    assert_int_equal(disk->ops->rename_noreplace(disk, at("a"), at("b")), EEXIST);
    fb_disk_stat info;
    assert_int_equal(disk->ops->stat(disk, at("b"), &info), 0);
    assert_int_equal(info.size_bytes, 2);
    assert_int_equal(disk->ops->rename_noreplace(disk, at("a"), at("c")), 0);
    assert_int_equal(disk->ops->stat(disk, at("a"), &info), ENOENT);
    assert_int_equal(disk->ops->rename(disk, at("c"), at("b")), 0);
    assert_int_equal(disk->ops->stat(disk, at("b"), &info), 0);
    assert_int_equal(info.size_bytes, 1);
    assert_int_equal(disk->ops->create(disk, at("b"), &(int){0}), EEXIST);
    assert_int_equal(disk->ops->unlink(disk, at("b")), 0);
    assert_int_equal(disk->ops->sync_directory(disk, root), 0);
}

/* A child would inherit a descriptor that is not close-on-exec, and with it the lock. */
static void descriptors_do_not_leak_into_children(void **state)
{
    (void)state;
    fb_disk *disk = fb_disk_posix();
    int file, lock;
    assert_int_equal(disk->ops->create(disk, at("a"), &file), 0);
    assert_int_equal(disk->ops->lock(disk, at("lock"), &lock), 0);
    assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(lock, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(disk->ops->lock(disk, at("lock"), &(int){0}), EAGAIN);
    assert_int_equal(disk->ops->unlock(disk, lock), 0);
    assert_int_equal(disk->ops->lock(disk, at("lock"), &lock), 0);
    assert_int_equal(disk->ops->unlock(disk, lock), 0);
    assert_int_equal(disk->ops->close(disk, file), 0);
    assert_int_equal(disk->ops->unlink(disk, at("a")), 0);
    assert_int_equal(disk->ops->unlink(disk, at("lock")), 0);
}

static void a_pipe_in_place_of_a_file_does_not_block(void **state)
{
    (void)state;
    fb_disk *disk = fb_disk_posix();
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    int file;
    char byte;
    size_t size = 1;
    assert_int_equal(disk->ops->open_read(disk, at("pipe"), &file), 0);
    assert_int_equal(disk->ops->read(disk, file, &byte, 1, &size), 0);
    assert_int_equal(size, 0);
    assert_int_equal(disk->ops->close(disk, file), 0);
    assert_int_equal(disk->ops->unlink(disk, at("pipe")), 0);
}

static int stop_at_first(void *user, const char *name)
{
    (void)name;
    return ++*(int *)user == 1 ? ENOMEM : 0;
}

static void a_listing_stops_when_its_taker_fails(void **state)
{
    (void)state;
    fb_disk *disk = fb_disk_posix();
    put(at("a"), "");
    put(at("b"), "");
    int count = 0;
    assert_int_equal(disk->ops->list(disk, root, stop_at_first, &count), ENOMEM);
    assert_int_equal(count, 1);
    assert_int_equal(disk->ops->list(disk, at("a"), stop_at_first, &count), ENOTDIR);
    assert_int_equal(disk->ops->unlink(disk, at("a")), 0);
    assert_int_equal(disk->ops->unlink(disk, at("b")), 0);
    assert_int_equal(disk->ops->mkdir(disk, at("d")), 0);
    assert_int_equal(disk->ops->mkdir(disk, at("d")), EEXIST);
    assert_int_equal(disk->ops->unlink(disk, at("d")), EISDIR);
    assert_int_equal(disk->ops->rmdir(disk, at("d")), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(renames_without_replacing_keep_the_old_file),
        TEST(descriptors_do_not_leak_into_children),
        TEST(a_pipe_in_place_of_a_file_does_not_block),
        TEST(a_listing_stops_when_its_taker_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
