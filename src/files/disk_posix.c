/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_disk on the kernel's file systems. */
#include "files/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One call moves at most this much: write(2) of 2 GiB and more is cut by the kernel anyway. */
enum { MAX_TRANSFER_BYTES = 1 << 30 };

static int open_file(const char *path, int flags, int *file)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, 0666); /* the umask decides, as for every program */
    while (fd < 0 && errno == EINTR);
    *file = fd;
    return fd < 0 ? errno : 0;
}

static int posix_create(fb_disk *self, const char *path, int *file)
{
    (void)self;
    return open_file(path, O_WRONLY | O_CREAT | O_EXCL, file);
}

static int posix_open_read(fb_disk *self, const char *path, int *file)
{
    (void)self;
    /* A pipe that took the name of a file must not make us wait for its writer. */
    return open_file(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, file);
}

static int posix_write(fb_disk *self, int file, const void *bytes, size_t size_bytes,
                       size_t *written)
{
    (void)self;
    *written = 0;
    if (size_bytes > MAX_TRANSFER_BYTES) size_bytes = MAX_TRANSFER_BYTES;
    ssize_t done;
    do
        done = write(file, bytes, size_bytes);
    while (done < 0 && errno == EINTR);
    if (done < 0) return errno;
    if (done == 0 && size_bytes) return EIO; /* POSIX leaves the reason open; looping would hang */
    *written = (size_t)done;
    return 0;
}

static int posix_read(fb_disk *self, int file, void *bytes, size_t size_bytes, size_t *read_bytes)
{
    (void)self;
    *read_bytes = 0;
    if (size_bytes > MAX_TRANSFER_BYTES) size_bytes = MAX_TRANSFER_BYTES;
    ssize_t done;
    do
        done = read(file, bytes, size_bytes);
    while (done < 0 && errno == EINTR);
    if (done < 0) return errno;
    *read_bytes = (size_t)done;
    return 0;
}

static int posix_read_at(fb_disk *self, int file, uint64_t offset, void *bytes, size_t size_bytes,
                         size_t *read_bytes)
{
    (void)self;
    *read_bytes = 0;
    if (offset > INT64_MAX) return EOVERFLOW;
    if (size_bytes > MAX_TRANSFER_BYTES) size_bytes = MAX_TRANSFER_BYTES;
    ssize_t done;
    do
        done = pread(file, bytes, size_bytes, (off_t)offset);
    while (done < 0 && errno == EINTR);
    if (done < 0) return errno;
    *read_bytes = (size_t)done;
    return 0;
}

static int sync_fd(int fd)
{
    int failed;
    do
        failed = fsync(fd);
    while (failed && errno == EINTR);
    return failed ? errno : 0;
}

static int posix_sync(fb_disk *self, int file)
{
    (void)self;
    return sync_fd(file);
}

static int posix_close(fb_disk *self, int file)
{
    (void)self;
    /* Linux has released the descriptor even when it says EINTR. */
    return close(file) && errno != EINTR ? errno : 0;
}

static int posix_rename(fb_disk *self, const char *from, const char *to)
{
    (void)self;
    return rename(from, to) ? errno : 0;
}

static int posix_rename_noreplace(fb_disk *self, const char *from, const char *to)
{
    (void)self;
    if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE)) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    /* The file system does not know the flag (NFS, some FUSE). A link fails on an existing name
     * too; a crash before the unlink leaves the temporary name as a second one, which is cleaned
     * like any other leftover. */
    if (link(from, to)) return errno;
    (void)unlink(from);
    return 0;
}

static int posix_unlink(fb_disk *self, const char *path)
{
    (void)self;
    return unlink(path) ? errno : 0;
}

static int posix_rmdir(fb_disk *self, const char *path)
{
    (void)self;
    return rmdir(path) ? errno : 0;
}

static int posix_mkdir(fb_disk *self, const char *path)
{
    (void)self;
    return mkdir(path, 0777) ? errno : 0;
}

static int posix_sync_directory(fb_disk *self, const char *path)
{
    (void)self;
    int fd;
    int error = open_file(path, O_RDONLY | O_DIRECTORY, &fd);
    if (error) return error;
    error = sync_fd(fd);
    (void)close(fd);
    /* Some network file systems refuse to sync a directory since theirs are synchronous. */
    return error == EINVAL ? 0 : error;
}

static int posix_stat(fb_disk *self, const char *path, fb_disk_stat *out)
{
    (void)self;
    struct stat info;
    if (stat(path, &info)) return errno;
    *out = (fb_disk_stat){
        .is_directory = S_ISDIR(info.st_mode),
        .size_bytes = (uint64_t)info.st_size,
        .modified_ms = (int64_t)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000,
    };
    return 0;
}

static int posix_list(fb_disk *self, const char *path, int (*entry)(void *user, const char *name),
                      void *user)
{
    (void)self;
    int fd;
    int error = open_file(path, O_RDONLY | O_DIRECTORY, &fd);
    if (error) return error;
    DIR *directory = fdopendir(fd);
    if (!directory) {
        error = errno;
        (void)close(fd);
        return error;
    }
    for (;;) {
        errno = 0;
        struct dirent *found = readdir(directory);
        if (!found) {
            error = errno;
            break;
        }
        const char *name = found->d_name;
        if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
        error = entry(user, name);
        if (error) break;
    }
    (void)closedir(directory);
    return error;
}

/* An open-file-description lock belongs to this descriptor alone: unlike classic POSIX locks it
 * also keeps a second query of the same process out, and no other close() drops it. */
static int posix_lock(fb_disk *self, const char *path, int *file)
{
    (void)self;
    int fd;
    int error = open_file(path, O_RDWR | O_CREAT, &fd);
    *file = -1;
    if (error) return error;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole)) {
        error = errno == EACCES ? EAGAIN : errno;
        (void)close(fd);
        return error;
    }
    *file = fd;
    return 0;
}

static int posix_unlock(fb_disk *self, int file)
{
    return posix_close(self, file);
}

fb_disk *fb_disk_posix(void)
{
    static const fb_disk_ops ops = {
        .create = posix_create,
        .open_read = posix_open_read,
        .write = posix_write,
        .read = posix_read,
        .read_at = posix_read_at,
        .sync = posix_sync,
        .close = posix_close,
        .rename = posix_rename,
        .rename_noreplace = posix_rename_noreplace,
        .unlink = posix_unlink,
        .rmdir = posix_rmdir,
        .mkdir = posix_mkdir,
        .sync_directory = posix_sync_directory,
        .stat = posix_stat,
        .list = posix_list,
        .lock = posix_lock,
        .unlock = posix_unlock,
    };
    static fb_disk posix = {&ops};
    return &posix;
}
