/* SPDX-License-Identifier: Apache-2.0
 *
 * Where checkpoints live. Small files, written whole and atomically: that is all a Spark
 * checkpoint needs, and what object stores and databases can give too.
 *
 * Paths are absolute within the file system, '/'-separated, without a trailing slash. Call through
 * the fb_filesystem_* functions, which check arguments. Any thread, several at a time. */
#ifndef FB_FILES_FILESYSTEM_H
#define FB_FILES_FILESYSTEM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_FILESYSTEM_ABI = 1,
    FB_PATH_MAX_BYTES = 4000, /* leaves room for helper names beside the file */
};

typedef struct fb_filesystem fb_filesystem;

typedef struct fb_file_info {
    const char *name; /* last path component; in the caller's arena */
    bool is_directory;
    uint64_t size_bytes;
    int64_t modified_ms; /* since the epoch */
} fb_file_info;

typedef struct fb_file_lock fb_file_lock;

typedef struct fb_filesystem_ops {
    uint32_t abi;
    const char *scheme; /* "file", "memory" */

    /* Required. */
    void (*close)(fb_filesystem *self);
    /* A new file with this content, complete or not there at all, also after a crash; durable when
     * the call returns. FB_E_EXISTS when the name exists: nothing changed, and what is there is
     * durable. After any other failure it may be there or not. Missing parent directories are
     * made. */
    fb_status (*create_atomic)(fb_filesystem *self, const char *path, fb_slice content,
                               fb_error *err);
    /* The same, over an existing file if there is one: readers, also after a crash, see the old or
     * the new content. */
    fb_status (*replace_atomic)(fb_filesystem *self, const char *path, fb_slice content,
                                fb_error *err);
    /* Appends the content to `out`. FB_E_NOT_FOUND; FB_E_LIMIT above `max_bytes`; FB_E_CORRUPT
     * when a checksum beside the file disagrees. */
    fb_status (*read)(fb_filesystem *self, const char *path, size_t max_bytes, fb_buf *out,
                      fb_error *err);
    /* Reads `size_bytes` bytes from `offset` on; fewer only where the file ends. For data of others
     * that is read in pieces: checksums are not looked at. FB_E_NOT_FOUND. */
    fb_status (*read_at)(fb_filesystem *self, const char *path, uint64_t offset, void *bytes,
                         size_t size_bytes, size_t *read_bytes, fb_error *err);
    /* *found false when there is nothing of that name. `info->name` borrowed from `path`. */
    fb_status (*stat)(fb_filesystem *self, const char *path, bool *found, fb_file_info *info,
                      fb_error *err);
    /* The entries of a directory in no particular order, helper files (temporary names,
     * checksums) left out; none when it does not exist. */
    fb_status (*list)(fb_filesystem *self, const char *path, fb_arena *arena, fb_file_info **out,
                      uint32_t *count, fb_error *err);
    fb_status (*mkdirs)(fb_filesystem *self, const char *path, fb_error *err);
    /* Removes a file and its helpers, or an empty directory; not found is success. Need not be
     * durable at once: a removal may come back after a crash. */
    fb_status (*remove)(fb_filesystem *self, const char *path, fb_error *err);

    /* Optional: NULL when the file system has no locks; fb_filesystem_lock then succeeds with a
     * NULL lock (creations that fail if the name exists remain the fence).
     * FB_E_IN_USE with the holder's description as the whole message when another holds it. */
    fb_status (*lock)(fb_filesystem *self, const char *path, fb_slice description,
                      fb_file_lock **out, fb_error *err);
    void (*unlock)(fb_filesystem *self, fb_file_lock *lock);
    /* Optional; NULL where what is visible is durable. Makes a file's content durable, or the names
     * in a directory (those, not what they name). Needed before acting on what a killed process or
     * another program left. Not found is success. */
    fb_status (*sync)(fb_filesystem *self, const char *path, fb_error *err);
    /* Optional; NULL where a killed writer leaves nothing. Removes from a directory the temporary
     * files of killed writers of this kind. Only for who holds the lock that keeps all such
     * writers out. */
    fb_status (*clean)(fb_filesystem *self, const char *path, fb_error *err);
} fb_filesystem_ops;

struct fb_filesystem {
    const fb_filesystem_ops *ops;
};

void fb_filesystem_close(fb_filesystem *fs); /* NULL is fine */
fb_status fb_filesystem_create(fb_filesystem *fs, const char *path, fb_slice content,
                               fb_error *err) FB_CHECKED;
fb_status fb_filesystem_replace(fb_filesystem *fs, const char *path, fb_slice content,
                                fb_error *err) FB_CHECKED;
fb_status fb_filesystem_read(fb_filesystem *fs, const char *path, size_t max_bytes, fb_buf *out,
                             fb_error *err) FB_CHECKED;
fb_status fb_filesystem_read_at(fb_filesystem *fs, const char *path, uint64_t offset, void *bytes,
                                size_t size_bytes, size_t *read_bytes, fb_error *err) FB_CHECKED;
fb_status fb_filesystem_stat(fb_filesystem *fs, const char *path, bool *found, fb_file_info *info,
                             fb_error *err) FB_CHECKED;
fb_status fb_filesystem_list(fb_filesystem *fs, const char *path, fb_arena *arena,
                             fb_file_info **out, uint32_t *count, fb_error *err) FB_CHECKED;
fb_status fb_filesystem_mkdirs(fb_filesystem *fs, const char *path, fb_error *err) FB_CHECKED;
fb_status fb_filesystem_remove(fb_filesystem *fs, const char *path, fb_error *err) FB_CHECKED;
fb_status fb_filesystem_lock(fb_filesystem *fs, const char *path, fb_slice description,
                             fb_file_lock **out, fb_error *err) FB_CHECKED;
void fb_filesystem_unlock(fb_filesystem *fs, fb_file_lock *lock); /* NULL lock is fine */
fb_status fb_filesystem_sync(fb_filesystem *fs, const char *path, fb_error *err) FB_CHECKED;
fb_status fb_filesystem_clean(fb_filesystem *fs, const char *path, fb_error *err) FB_CHECKED;

/* FB_E_INVALID unless `path` is absolute, at most FB_PATH_MAX_BYTES long, and without empty, "."
 * and
 * ".." components. */
fb_status fb_path_check(const char *path, fb_error *err) FB_CHECKED;
/* `directory`/`name`, NUL-terminated. */
fb_status fb_path_join(char out[FB_PATH_MAX_BYTES + 1], const char *directory, const char *name,
                       fb_error *err) FB_CHECKED;
/* The last component; "" of "/". Borrowed from `path`. */
const char *fb_path_name(const char *path);
/* Bytes of `path` before its last '/'; 1 for a name in "/". */
size_t fb_path_parent_size(const char *path);

#endif
