/* SPDX-License-Identifier: Apache-2.0 */
#include "files/filesystem.h"

#include "base/assert.h"

#include <stdio.h>
#include <string.h>

fb_status fb_path_check(const char *path, fb_error *err)
{
    size_t size = strlen(path);
    if (path[0] != '/')
        return fb_fail(err, FB_E_INVALID, 0, "path '%s' is not absolute (must start with '/')",
                       path);
    if (size > FB_PATH_MAX_BYTES)
        return fb_fail(err, FB_E_INVALID, 0, "path '%.60s...' has %zu bytes; at most %d fit", path,
                       size, FB_PATH_MAX_BYTES);
    for (const char *part = path; *part && size > 1;) {
        const char *name = part + 1;
        size_t length = strcspn(name, "/");
        bool dots = (length == 1 && name[0] == '.') || (length == 2 && !strncmp(name, "..", 2));
        if (length == 0 || dots)
            return fb_fail(err, FB_E_INVALID, 0, "path '%s' has an empty, '.' or '..' component",
                           path);
        part = name + length;
    }
    return FB_OK;
}

fb_status fb_path_join(char out[FB_PATH_MAX_BYTES + 1], const char *directory, const char *name,
                       fb_error *err)
{
    const char *slash = strcmp(directory, "/") ? "/" : "";
    int length = snprintf(out, FB_PATH_MAX_BYTES + 1, "%s%s%s", directory, slash, name);
    if (length < 0 || length > FB_PATH_MAX_BYTES)
        return fb_fail(err, FB_E_INVALID, 0, "path of '%.60s' in '%.60s...' has more than %d bytes",
                       name, directory, FB_PATH_MAX_BYTES);
    return FB_OK;
}

const char *fb_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

size_t fb_path_parent_size(const char *path)
{
    const char *slash = strrchr(path, '/');
    FB_ASSERT(slash);
    return slash == path ? 1 : (size_t)(slash - path);
}

/* The root is no file: calls that write or read one refuse it by name. */
static fb_status check_file_path(const char *path, fb_error *err)
{
    FB_TRY(fb_path_check(path, err));
    if (!path[1]) return fb_fail(err, FB_E_INVALID, 0, "path '/' is not a file");
    return FB_OK;
}

void fb_filesystem_close(fb_filesystem *fs)
{
    if (fs) fs->ops->close(fs);
}

fb_status fb_filesystem_create(fb_filesystem *fs, const char *path, fb_slice content, fb_error *err)
{
    FB_TRY(check_file_path(path, err));
    return fs->ops->create_atomic(fs, path, content, err);
}

fb_status fb_filesystem_replace(fb_filesystem *fs, const char *path, fb_slice content,
                                fb_error *err)
{
    FB_TRY(check_file_path(path, err));
    return fs->ops->replace_atomic(fs, path, content, err);
}

fb_status fb_filesystem_read(fb_filesystem *fs, const char *path, size_t max_bytes, fb_buf *out,
                             fb_error *err)
{
    FB_TRY(check_file_path(path, err));
    return fs->ops->read(fs, path, max_bytes, out, err);
}

fb_status fb_filesystem_read_at(fb_filesystem *fs, const char *path, uint64_t offset, void *bytes,
                                size_t size_bytes, size_t *read_bytes, fb_error *err)
{
    *read_bytes = 0;
    FB_TRY(check_file_path(path, err));
    return fs->ops->read_at(fs, path, offset, bytes, size_bytes, read_bytes, err);
}

fb_status fb_filesystem_stat(fb_filesystem *fs, const char *path, bool *found, fb_file_info *info,
                             fb_error *err)
{
    *found = false;
    *info = (fb_file_info){.name = fb_path_name(path)};
    FB_TRY(fb_path_check(path, err));
    return fs->ops->stat(fs, path, found, info, err);
}

fb_status fb_filesystem_list(fb_filesystem *fs, const char *path, fb_arena *arena,
                             fb_file_info **out, uint32_t *count, fb_error *err)
{
    *out = NULL;
    *count = 0;
    FB_TRY(fb_path_check(path, err));
    return fs->ops->list(fs, path, arena, out, count, err);
}

fb_status fb_filesystem_mkdirs(fb_filesystem *fs, const char *path, fb_error *err)
{
    FB_TRY(fb_path_check(path, err));
    return fs->ops->mkdirs(fs, path, err);
}

fb_status fb_filesystem_remove(fb_filesystem *fs, const char *path, fb_error *err)
{
    FB_TRY(check_file_path(path, err));
    return fs->ops->remove(fs, path, err);
}

fb_status fb_filesystem_lock(fb_filesystem *fs, const char *path, fb_slice description,
                             fb_file_lock **out, fb_error *err)
{
    *out = NULL;
    FB_TRY(check_file_path(path, err));
    if (!fs->ops->lock) return FB_OK;
    return fs->ops->lock(fs, path, description, out, err);
}

void fb_filesystem_unlock(fb_filesystem *fs, fb_file_lock *lock)
{
    if (lock) fs->ops->unlock(fs, lock);
}

fb_status fb_filesystem_sync(fb_filesystem *fs, const char *path, fb_error *err)
{
    FB_TRY(fb_path_check(path, err));
    return fs->ops->sync ? fs->ops->sync(fs, path, err) : FB_OK;
}

fb_status fb_filesystem_clean(fb_filesystem *fs, const char *path, fb_error *err)
{
    FB_TRY(fb_path_check(path, err));
    return fs->ops->clean ? fs->ops->clean(fs, path, err) : FB_OK;
}
