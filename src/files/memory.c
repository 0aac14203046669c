/* SPDX-License-Identifier: Apache-2.0
 *
 * Files as one array sorted by path: few and small in every use, and all below a directory lie
 * together. "/" is always there and not in the array. */
#include "files/memory.h"

#include "base/memory.h"
#include "env/clock.h"

#include <errno.h>
#include <pthread.h>

typedef struct memory_file {
    char *path;    /* owned */
    char *content; /* owned; NULL for a directory */
    size_t size_bytes;
    int64_t modified_ms;
} memory_file;

struct fb_file_lock {
    fb_file_lock *next;
    char *path; /* both owned */
    char *description;
};

typedef struct memory_filesystem {
    fb_filesystem base;
    pthread_mutex_t mutex; /* guards all below; no other lock is taken inside */
    memory_file *files;
    uint32_t count, capacity;
    fb_file_lock *locks;
} memory_filesystem;

static memory_filesystem *enter(fb_filesystem *self)
{
    memory_filesystem *fs = (memory_filesystem *)self;
    (void)pthread_mutex_lock(&fs->mutex);
    return fs;
}

static fb_status leave(memory_filesystem *fs, fb_status status)
{
    (void)pthread_mutex_unlock(&fs->mutex);
    return status;
}

/* Where the first `size` bytes of `path` are or would go. */
static uint32_t find(const memory_filesystem *fs, const char *path, size_t size, bool *found)
{
    uint32_t low = 0, high = fs->count;
    fb_slice wanted = fb_slice_make(path, size);
    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = fb_slice_compare(fb_slice_of(fs->files[middle].path), wanted);
        if (order == 0) *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static memory_file *lookup(const memory_filesystem *fs, const char *path)
{
    bool found;
    uint32_t index = find(fs, path, strlen(path), &found);
    return found ? &fs->files[index] : NULL;
}

static char *copy_bytes(fb_slice bytes)
{
    char *copy = fb_alloc(bytes.size + 1);
    if (!copy) return NULL;
    if (bytes.size) memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = '\0';
    return copy;
}

/* Takes `content` over when it succeeds. */
static fb_status insert(memory_filesystem *fs, uint32_t index, fb_slice path, char *content,
                        size_t size_bytes, fb_error *err)
{
    if (fs->count == fs->capacity) {
        uint32_t capacity = fs->capacity ? fs->capacity * 2 : 16;
        memory_file *files =
            capacity > fs->capacity ? fb_realloc(fs->files, capacity * sizeof *files) : NULL;
        if (!files) return fb_fail_nomem(err, "a file in memory");
        fs->files = files;
        fs->capacity = capacity;
    }
    char *name = copy_bytes(path);
    if (!name) return fb_fail_nomem(err, "a file in memory");
    memory_file *slot = fs->files + index;
    memmove(slot + 1, slot, (fs->count - index) * sizeof *slot);
    *slot = (memory_file){name, content, size_bytes, fb_clock_wall_us(fb_clock_host()) / 1000};
    fs->count++;
    return FB_OK;
}

/* Makes the directory that is the first `size` bytes of `path`, and those above it. */
static fb_status make_directories(memory_filesystem *fs, const char *path, size_t size,
                                  fb_error *err)
{
    for (size_t end = 1; end < size;) {
        end += strcspn(path + end, "/");
        if (end > size) end = size;
        bool found;
        uint32_t index = find(fs, path, end, &found);
        if (found && fs->files[index].content)
            return fb_fail(err, FB_E_IO, ENOTDIR, "cannot make directory %.*s", (int)end, path);
        if (!found) FB_TRY(insert(fs, index, fb_slice_make(path, end), NULL, 0, err));
        end++;
    }
    return FB_OK;
}

static fb_status store(memory_filesystem *fs, const char *path, fb_slice content, bool replace,
                       fb_error *err)
{
    FB_TRY(make_directories(fs, path, fb_path_parent_size(path), err));
    memory_file *old = lookup(fs, path);
    if (old && !replace) return fb_fail(err, FB_E_EXISTS, 0, "%s already exists", path);
    if (old && !old->content) return fb_fail(err, FB_E_IO, EISDIR, "cannot write %s", path);
    char *copy = copy_bytes(content);
    if (!copy) return fb_fail_nomem(err, "a file in memory");
    if (old) {
        fb_free(old->content);
        old->content = copy;
        old->size_bytes = content.size;
        old->modified_ms = fb_clock_wall_us(fb_clock_host()) / 1000;
        return FB_OK;
    }
    bool found;
    uint32_t index = find(fs, path, strlen(path), &found);
    fb_status status = insert(fs, index, fb_slice_of(path), copy, content.size, err);
    if (status != FB_OK) fb_free(copy);
    return status;
}

static fb_status memory_create_atomic(fb_filesystem *self, const char *path, fb_slice content,
                                      fb_error *err)
{
    memory_filesystem *fs = enter(self);
    return leave(fs, store(fs, path, content, false, err));
}

static fb_status memory_replace_atomic(fb_filesystem *self, const char *path, fb_slice content,
                                       fb_error *err)
{
    memory_filesystem *fs = enter(self);
    return leave(fs, store(fs, path, content, true, err));
}

static fb_status read_file(const memory_filesystem *fs, const char *path, size_t max_bytes,
                           fb_buf *out, fb_error *err)
{
    const memory_file *file = lookup(fs, path);
    if (!file) return fb_fail(err, FB_E_NOT_FOUND, 0, "%s does not exist", path);
    if (!file->content) return fb_fail(err, FB_E_IO, EISDIR, "cannot read %s", path);
    if (file->size_bytes > max_bytes)
        return fb_fail(err, FB_E_LIMIT, 0, "%s has more than %zu bytes", path, max_bytes);
    if (!fb_buf_reserve(out, file->size_bytes)) return fb_fail_nomem(err, path);
    fb_buf_add(out, file->content, file->size_bytes);
    return FB_OK;
}

static fb_status memory_read(fb_filesystem *self, const char *path, size_t max_bytes, fb_buf *out,
                             fb_error *err)
{
    memory_filesystem *fs = enter(self);
    return leave(fs, read_file(fs, path, max_bytes, out, err));
}

static fb_status memory_read_at(fb_filesystem *self, const char *path, uint64_t offset, void *bytes,
                                size_t size_bytes, size_t *read_bytes, fb_error *err)
{
    memory_filesystem *fs = enter(self);
    const memory_file *file = lookup(fs, path);
    if (!file) return leave(fs, fb_fail(err, FB_E_NOT_FOUND, 0, "%s does not exist", path));
    if (!file->content) return leave(fs, fb_fail(err, FB_E_IO, EISDIR, "cannot read %s", path));
    if (offset < file->size_bytes) {
        size_t left = file->size_bytes - (size_t)offset;
        *read_bytes = size_bytes < left ? size_bytes : left;
        memcpy(bytes, file->content + offset, *read_bytes);
    }
    return leave(fs, FB_OK);
}

static void describe(const memory_file *file, fb_file_info *info)
{
    info->is_directory = !file->content;
    info->size_bytes = file->size_bytes;
    info->modified_ms = file->modified_ms;
}

static fb_status memory_stat(fb_filesystem *self, const char *path, bool *found, fb_file_info *info,
                             fb_error *err)
{
    (void)err;
    memory_filesystem *fs = enter(self);
    const memory_file *file = lookup(fs, path);
    if (file) describe(file, info);
    if (!path[1]) info->is_directory = true;
    *found = file || !path[1];
    return leave(fs, FB_OK);
}

/* Calls for every entry directly in `path`; returns how many. */
static uint32_t collect(const memory_filesystem *fs, const char *path, fb_arena *arena,
                        fb_file_info *infos, bool *failed)
{
    size_t prefix_size = path[1] ? strlen(path) + 1 : 1;
    bool found;
    uint32_t index = path[1] ? find(fs, path, strlen(path), &found) : 0;
    uint32_t count = 0;
    for (; index < fs->count; index++) {
        const memory_file *file = &fs->files[index];
        if (strncmp(file->path, path, prefix_size - 1) > 0) break;
        bool is_below = strlen(file->path) > prefix_size && file->path[prefix_size - 1] == '/' &&
                        !strncmp(file->path, path, prefix_size - 1);
        if (!is_below || strchr(file->path + prefix_size, '/')) continue;
        if (infos) {
            const char *name = fb_arena_strdup(arena, fb_slice_of(file->path + prefix_size));
            if (!name) *failed = true;
            infos[count] = (fb_file_info){.name = name};
            describe(file, &infos[count]);
        }
        count++;
    }
    return count;
}

static fb_status memory_list(fb_filesystem *self, const char *path, fb_arena *arena,
                             fb_file_info **out, uint32_t *count, fb_error *err)
{
    memory_filesystem *fs = enter(self);
    bool failed = false;
    uint32_t entry_count = collect(fs, path, arena, NULL, &failed);
    fb_file_info *infos = fb_arena_array(arena, entry_count, sizeof *infos);
    if (infos) (void)collect(fs, path, arena, infos, &failed);
    if (!infos || failed) return leave(fs, fb_fail_nomem(err, "the list of a directory"));
    *out = infos;
    *count = entry_count;
    return leave(fs, FB_OK);
}

static fb_status memory_mkdirs(fb_filesystem *self, const char *path, fb_error *err)
{
    memory_filesystem *fs = enter(self);
    return leave(fs, make_directories(fs, path, strlen(path), err));
}

static fb_status memory_remove(fb_filesystem *self, const char *path, fb_error *err)
{
    memory_filesystem *fs = enter(self);
    bool found, failed;
    uint32_t index = find(fs, path, strlen(path), &found);
    if (!found) return leave(fs, FB_OK);
    memory_file *file = &fs->files[index];
    if (!file->content && collect(fs, path, NULL, NULL, &failed))
        return leave(fs, fb_fail(err, FB_E_IO, ENOTEMPTY, "cannot remove %s", path));
    fb_free(file->path);
    fb_free(file->content);
    fs->count--;
    memmove(file, file + 1, (fs->count - index) * sizeof *file);
    return leave(fs, FB_OK);
}

static void free_lock(fb_file_lock *lock)
{
    fb_free(lock->path);
    fb_free(lock->description);
    fb_free(lock);
}

static fb_status memory_lock(fb_filesystem *self, const char *path, fb_slice description,
                             fb_file_lock **out, fb_error *err)
{
    memory_filesystem *fs = enter(self);
    for (const fb_file_lock *lock = fs->locks; lock; lock = lock->next)
        if (!strcmp(lock->path, path))
            return leave(fs, fb_fail(err, FB_E_IN_USE, 0, "%s", lock->description));
    fb_file_lock *lock = fb_alloc_zero(1, sizeof *lock);
    if (!lock) return leave(fs, fb_fail_nomem(err, "a file lock"));
    lock->path = fb_strdup(path);
    lock->description = copy_bytes(description);
    if (!lock->path || !lock->description) {
        free_lock(lock);
        return leave(fs, fb_fail_nomem(err, "a file lock"));
    }
    lock->next = fs->locks;
    fs->locks = lock;
    *out = lock;
    return leave(fs, FB_OK);
}

static void memory_unlock(fb_filesystem *self, fb_file_lock *lock)
{
    memory_filesystem *fs = enter(self);
    fb_file_lock **link = &fs->locks;
    while (*link != lock)
        link = &(*link)->next;
    *link = lock->next;
    free_lock(lock);
    (void)leave(fs, FB_OK);
}

static void memory_close(fb_filesystem *self)
{
    memory_filesystem *fs = (memory_filesystem *)self;
    for (uint32_t i = 0; i < fs->count; i++) {
        fb_free(fs->files[i].path);
        fb_free(fs->files[i].content);
    }
    while (fs->locks) {
        fb_file_lock *lock = fs->locks;
        fs->locks = lock->next;
        free_lock(lock);
    }
    fb_free(fs->files);
    (void)pthread_mutex_destroy(&fs->mutex);
    fb_free(fs);
}

static const fb_filesystem_ops memory_ops = {
    .abi = FB_FILESYSTEM_ABI,
    .scheme = "memory",
    .close = memory_close,
    .create_atomic = memory_create_atomic,
    .replace_atomic = memory_replace_atomic,
    .read = memory_read,
    .read_at = memory_read_at,
    .stat = memory_stat,
    .list = memory_list,
    .mkdirs = memory_mkdirs,
    .remove = memory_remove,
    .lock = memory_lock,
    .unlock = memory_unlock,
};

fb_status fb_filesystem_memory_create(fb_filesystem **out, fb_error *err)
{
    *out = NULL;
    memory_filesystem *fs = fb_alloc_zero(1, sizeof *fs);
    if (!fs) return fb_fail_nomem(err, "a file system");
    fs->base.ops = &memory_ops;
    fs->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    *out = &fs->base;
    return FB_OK;
}
