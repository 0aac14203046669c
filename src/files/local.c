/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that are complete or not there, on a disk that after a crash may have kept or lost, each on
 * its own, every write that was not synced and every change of a name whose directory was not.
 *
 * create                             a crash right after this step leaves
 *   1 write and sync .n.<uuid>.tmp     temporary files only
 *   2 the same for its checksums       (the same)
 *   3 if a checksum file of the        (the same)
 *     absent target exists: remove
 *     it, sync the directory
 *   4 rename data, if n is free        nothing, or n complete, both without checksums
 *   5 rename checksums                 of each pair any part: n and .n.crc agree when both are
 * there 6 sync the directory               both
 *
 * Checksums alone (5 kept, 4 lost) are what step 3 removes: without its sync, a crash could bring
 * them back beside the new content. For the same reason a name that was removed a moment ago is not
 * used again before its directory is synced (files/removals.h).
 *
 * replace removes the old checksums and syncs, renames the data and syncs, renames the new
 * checksums and syncs: at no time can content and checksums of different ages survive together. */
#include "files/local.h"

#include "base/memory.h"
#include "files/crc_file.h"
#include "files/local_names.h"
#include "files/removals.h"

#include <errno.h>

enum {
    READ_STEP_BYTES = 16 * 1024,
    READ_ATTEMPTS = 3, /* a reader may meet a replacement between data and checksums */
    LOCK_TEXT_MAX_BYTES = 1024,
};

typedef struct local_filesystem {
    fb_filesystem base;
    fb_disk *disk;
    fb_random *random;
    fb_removals removals;
} local_filesystem;

struct fb_file_lock {
    int file;
};

static fb_status fail_io(fb_error *err, int error, const char *verb, const char *path)
{
    return fb_fail(err, FB_E_IO, error, "cannot %s %s", verb, path);
}

static bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

/* Whether anything has this name. */
static fb_status check_exists(local_filesystem *fs, const char *path, bool *exists, fb_error *err)
{
    fb_disk_stat info;
    int error = fs->disk->ops->stat(fs->disk, path, &info);
    *exists = !error;
    return error && !is_missing(error) ? fail_io(err, error, "look at", path) : FB_OK;
}

static fb_status sync_directory(local_filesystem *fs, const char *directory, fb_error *err)
{
    uint64_t mark = fb_removals_mark(&fs->removals);
    int error = fs->disk->ops->sync_directory(fs->disk, directory);
    if (error) return fail_io(err, error, "sync directory", directory);
    fb_removals_forget(&fs->removals, directory, mark);
    return FB_OK;
}

/* ---- directories ---- */

static fb_status make_directory(local_filesystem *fs, const char *path, fb_error *err)
{
    int error = fs->disk->ops->mkdir(fs->disk, path);
    bool is_ours = !error;
    if (error && error != EEXIST) return fail_io(err, error, "make directory", path);
    if (error) {
        fb_disk_stat info;
        error = fs->disk->ops->stat(fs->disk, path, &info);
        if (error) return fail_io(err, error, "look at", path);
        if (!info.is_directory) return fail_io(err, ENOTDIR, "make directory", path);
    }
    char parent[FB_PATH_MAX_BYTES + 1];
    fb_local_directory_of(path, parent);
    /* Also when another made it: it may not have synced. */
    fb_status status = sync_directory(fs, parent, err);
    /* A second try must not find it and take it for durable. */
    if (status != FB_OK && is_ours) (void)fs->disk->ops->rmdir(fs->disk, path);
    return status;
}

static fb_status local_mkdirs(fb_filesystem *self, const char *path, fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    fb_disk_stat info;
    int error = fs->disk->ops->stat(fs->disk, path, &info);
    if (!error && info.is_directory) return FB_OK;
    if (!error) return fail_io(err, ENOTDIR, "make directory", path);
    if (!is_missing(error)) return fail_io(err, error, "look at", path);

    char ancestor[FB_PATH_MAX_BYTES + 1];
    size_t size = strlen(path);
    size_t known = size; /* up to here the path exists */
    do {
        memcpy(ancestor, path, known);
        ancestor[known] = '\0';
        known = fb_path_parent_size(ancestor);
        ancestor[known] = '\0';
        error = fs->disk->ops->stat(fs->disk, ancestor, &info);
    } while (is_missing(error) && known > 1);
    if (error) return fail_io(err, error, "look at", ancestor);

    while (known < size) {
        size_t name_at = path[known] == '/' ? known + 1 : known;
        known = name_at + strcspn(path + name_at, "/");
        memcpy(ancestor, path, known);
        ancestor[known] = '\0';
        FB_TRY(make_directory(fs, ancestor, err));
    }
    return FB_OK;
}

/* ---- writing ---- */

/* A temporary file with synced content, or none. */
static int write_temp(fb_disk *disk, const char *temp, fb_slice content)
{
    int file;
    int error = disk->ops->create(disk, temp, &file);
    if (error) return error;
    for (size_t done = 0; !error && done < content.size;) {
        size_t step = 0;
        error = disk->ops->write(disk, file, content.data + done, content.size - done, &step);
        done += step;
    }
    if (!error) error = disk->ops->sync(disk, file);
    int close_error = disk->ops->close(disk, file);
    if (!error) error = close_error;
    if (error) (void)disk->ops->unlink(disk, temp);
    return error;
}

static fb_status write_both_temps(local_filesystem *fs, const char *path,
                                  const fb_local_names *names, fb_slice content, fb_slice sums,
                                  fb_error *err)
{
    int error = write_temp(fs->disk, names->temp, content);
    if (error == ENOENT) {
        FB_TRY(local_mkdirs(&fs->base, names->directory, err));
        error = write_temp(fs->disk, names->temp, content);
    }
    if (!error) {
        error = write_temp(fs->disk, names->temp_crc, sums);
        if (error) (void)fs->disk->ops->unlink(fs->disk, names->temp);
    }
    return error ? fail_io(err, error, "write", path) : FB_OK;
}

/* The name is taken. What is there may be what a killed process of ours, or this one in a call that
 * failed, renamed and did not sync; the caller may build on it, so it is made durable. */
static fb_status answer_exists(local_filesystem *fs, const char *path, const fb_local_names *names,
                               fb_error *err)
{
    FB_TRY(fs->base.ops->sync(&fs->base, path, err));
    FB_TRY(sync_directory(fs, names->directory, err));
    return fb_fail(err, FB_E_EXISTS, 0, "%s already exists", path);
}

static fb_status remove_old_sums(local_filesystem *fs, const fb_local_names *names, fb_error *err)
{
    int error = fs->disk->ops->unlink(fs->disk, names->crc);
    if (error && !is_missing(error)) return fail_io(err, error, "remove", names->crc);
    return sync_directory(fs, names->directory, err);
}

static fb_status publish_new(local_filesystem *fs, const char *path, const fb_local_names *names,
                             fb_error *err)
{
    bool has_sums, exists = false;
    FB_TRY(check_exists(fs, names->crc, &has_sums, err));
    if (has_sums) FB_TRY(check_exists(fs, path, &exists, err));
    if (exists) return answer_exists(fs, path, names, err);
    if (has_sums)
        FB_TRY(remove_old_sums(fs, names, err));
    else if (fb_removals_contain(&fs->removals, path))
        FB_TRY(sync_directory(fs, names->directory, err));

    fb_disk *disk = fs->disk;
    int error = disk->ops->rename_noreplace(disk, names->temp, path);
    if (error == EEXIST) return answer_exists(fs, path, names, err);
    if (!error) error = disk->ops->rename(disk, names->temp_crc, names->crc);
    if (error) return fail_io(err, error, "write", path);
    return sync_directory(fs, names->directory, err);
}

static fb_status publish_over(local_filesystem *fs, const char *path, const fb_local_names *names,
                              fb_error *err)
{
    bool has_sums;
    FB_TRY(check_exists(fs, names->crc, &has_sums, err));
    if (has_sums || fb_removals_contain(&fs->removals, path))
        FB_TRY(remove_old_sums(fs, names, err));

    fb_disk *disk = fs->disk;
    int error = disk->ops->rename(disk, names->temp, path);
    if (error) return fail_io(err, error, "write", path);
    FB_TRY(sync_directory(fs, names->directory, err));
    error = disk->ops->rename(disk, names->temp_crc, names->crc);
    if (error) return fail_io(err, error, "write", path);
    return sync_directory(fs, names->directory, err);
}

static fb_status write_file(local_filesystem *fs, const char *path, fb_slice content,
                            fb_status (*publish)(local_filesystem *, const char *,
                                                 const fb_local_names *, fb_error *),
                            fb_error *err)
{
    fb_buf sums;
    fb_buf_init(&sums, 0);
    fb_crc_file_encode(content, &sums);
    if (sums.failed) {
        fb_buf_deinit(&sums);
        return fb_fail_nomem(err, "the checksums of a file");
    }
    fb_local_names names;
    fb_local_names_make(path, fs->random, &names);
    fb_status status = write_both_temps(fs, path, &names, content, fb_buf_slice(&sums), err);
    if (status == FB_OK) {
        status = publish(fs, path, &names, err);
        if (status != FB_OK) { /* whichever was not renamed */
            (void)fs->disk->ops->unlink(fs->disk, names.temp);
            (void)fs->disk->ops->unlink(fs->disk, names.temp_crc);
        }
    }
    fb_buf_deinit(&sums);
    return status;
}

static fb_status local_create_atomic(fb_filesystem *self, const char *path, fb_slice content,
                                     fb_error *err)
{
    return write_file((local_filesystem *)self, path, content, publish_new, err);
}

static fb_status local_replace_atomic(fb_filesystem *self, const char *path, fb_slice content,
                                      fb_error *err)
{
    return write_file((local_filesystem *)self, path, content, publish_over, err);
}

/* ---- reading ---- */

/* Appends at most `max_bytes` and says whether there was more. */
static fb_status read_some(fb_disk *disk, int file, const char *path, size_t max_bytes, fb_buf *out,
                           bool *has_more, fb_error *err)
{
    size_t start = out->size;
    *has_more = false;
    for (;;) {
        /* One byte more than allowed is asked for, to tell a file of just that size. */
        size_t room = max_bytes - (out->size - start) + 1;
        size_t wanted = room < READ_STEP_BYTES ? room : READ_STEP_BYTES;
        if (!fb_buf_reserve(out, wanted)) return fb_fail_nomem(err, path);
        size_t step;
        int error = disk->ops->read(disk, file, out->data + out->size, wanted, &step);
        if (error) return fail_io(err, error, "read", path);
        if (step == 0) break;
        out->size += step;
        if (out->size - start > max_bytes) {
            out->size = start + max_bytes;
            *has_more = true;
            break;
        }
    }
    out->data[out->size] = '\0';
    return FB_OK;
}

static fb_status read_path(fb_disk *disk, const char *path, size_t max_bytes, fb_buf *out,
                           bool *has_more, fb_error *err)
{
    int file;
    int error = disk->ops->open_read(disk, path, &file);
    if (is_missing(error)) return fb_fail(err, FB_E_NOT_FOUND, 0, "%s does not exist", path);
    if (error) return fail_io(err, error, "open", path);
    fb_status status = read_some(disk, file, path, max_bytes, out, has_more, err);
    (void)disk->ops->close(disk, file);
    return status;
}

static fb_status local_read_at(fb_filesystem *self, const char *path, uint64_t offset, void *bytes,
                               size_t size_bytes, size_t *read_bytes, fb_error *err)
{
    fb_disk *disk = ((local_filesystem *)self)->disk;
    int file;
    int error = disk->ops->open_read(disk, path, &file);
    if (is_missing(error)) return fb_fail(err, FB_E_NOT_FOUND, 0, "%s does not exist", path);
    if (error) return fail_io(err, error, "open", path);
    size_t step = 1;
    while (!error && step && *read_bytes < size_bytes) {
        error = disk->ops->read_at(disk, file, offset + *read_bytes, (char *)bytes + *read_bytes,
                                   size_bytes - *read_bytes, &step);
        *read_bytes += error ? 0 : step;
    }
    (void)disk->ops->close(disk, file);
    return error ? fail_io(err, error, "read", path) : FB_OK;
}

static fb_status verify_sums(local_filesystem *fs, const char *path, fb_slice content,
                             fb_error *err)
{
    char crc_path[FB_HELPER_PATH_SIZE];
    fb_local_crc_path(path, crc_path);
    fb_buf sums;
    fb_buf_init(&sums, 0);
    bool has_more;   /* sums of the smallest legal piece, one byte, need this much: */
    fb_error caught; /* Spark may be told to write none */
    fb_status status =
        read_path(fs->disk, crc_path, 16 + 4 * content.size, &sums, &has_more, &caught);
    if (status == FB_OK)
        status = fb_crc_file_verify(path, content, fb_buf_slice(&sums), &caught);
    else if (status == FB_E_NOT_FOUND)
        status = FB_OK;
    fb_buf_deinit(&sums);
    return status == FB_OK ? FB_OK : fb_pass_on(err, &caught);
}

static fb_status local_read(fb_filesystem *self, const char *path, size_t max_bytes, fb_buf *out,
                            fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    size_t start = out->size;
    fb_status status = FB_OK;
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        out->size = start;
        bool has_more;
        status = read_path(fs->disk, path, max_bytes, out, &has_more, err);
        if (status == FB_OK && has_more)
            status = fb_fail(err, FB_E_LIMIT, 0, "%s has more than %zu bytes", path, max_bytes);
        if (status == FB_OK)
            status =
                verify_sums(fs, path, fb_slice_make(out->data + start, out->size - start), err);
        if (status != FB_E_CORRUPT) break;
    }
    if (status != FB_OK) {
        out->size = start;
        if (out->data) out->data[start] = '\0';
    }
    return status;
}

static fb_status local_stat(fb_filesystem *self, const char *path, bool *found, fb_file_info *info,
                            fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    fb_disk_stat stat;
    int error = fs->disk->ops->stat(fs->disk, path, &stat);
    if (is_missing(error)) return FB_OK;
    if (error) return fail_io(err, error, "look at", path);
    *found = true;
    info->is_directory = stat.is_directory;
    info->size_bytes = stat.size_bytes;
    info->modified_ms = stat.modified_ms;
    return FB_OK;
}

typedef struct name_list {
    fb_arena *arena;
    bool (*is_wanted)(const char *name);
    const char **names;
    uint32_t count, capacity;
} name_list;

static int add_name(void *user, const char *name)
{
    name_list *list = user;
    if (!list->is_wanted(name)) return 0;
    if (list->count == list->capacity) {
        if (list->capacity > UINT32_MAX / 2) return ENOMEM;
        uint32_t capacity = list->capacity ? list->capacity * 2 : 32;
        const char **names = fb_arena_array(list->arena, capacity, sizeof *names);
        if (!names) return ENOMEM;
        if (list->count) memcpy(names, list->names, list->count * sizeof *names);
        list->names = names;
        list->capacity = capacity;
    }
    const char *copy = fb_arena_strdup(list->arena, fb_slice_of(name));
    if (!copy) return ENOMEM;
    list->names[list->count++] = copy;
    return 0;
}

static fb_status list_names(local_filesystem *fs, const char *path, name_list *list, fb_error *err)
{
    int error = fs->disk->ops->list(fs->disk, path, add_name, list);
    if (error == ENOMEM) return fb_fail_nomem(err, "the list of a directory");
    return error && error != ENOENT ? fail_io(err, error, "list", path) : FB_OK;
}

static bool is_no_helper(const char *name)
{
    return !fb_local_name_is_helper(name);
}

static fb_status local_list(fb_filesystem *self, const char *path, fb_arena *arena,
                            fb_file_info **out, uint32_t *count, fb_error *err)
{
    name_list list = {.arena = arena, .is_wanted = is_no_helper};
    FB_TRY(list_names((local_filesystem *)self, path, &list, err));
    fb_file_info *infos = fb_arena_array(arena, list.count, sizeof *infos);
    if (!infos) return fb_fail_nomem(err, "the list of a directory");
    uint32_t found_count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        char entry[FB_PATH_MAX_BYTES + 1];
        FB_TRY(fb_path_join(entry, path, list.names[i], err));
        bool found = false; /* stays so when the file was removed meanwhile */
        infos[found_count] = (fb_file_info){.name = list.names[i]};
        FB_TRY(local_stat(self, entry, &found, &infos[found_count], err));
        if (found) found_count++;
    }
    *out = infos;
    *count = found_count;
    return FB_OK;
}

/* ---- the rest ---- */

/* Checksums go first, so that a kill between the two calls leaves no orphan of them. */
static fb_status local_remove(fb_filesystem *self, const char *path, fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    fb_disk *disk = fs->disk;
    char crc_path[FB_HELPER_PATH_SIZE];
    fb_local_crc_path(path, crc_path);
    int crc_error = disk->ops->unlink(disk, crc_path);
    int error = crc_error;
    if (!error || is_missing(error)) error = disk->ops->unlink(disk, path);
    if (error == EISDIR) error = disk->ops->rmdir(disk, path);

    char directory[FB_PATH_MAX_BYTES + 1];
    fb_local_directory_of(path, directory);
    bool has_removed = !crc_error || !error;
    if (has_removed && !fb_removals_add(&fs->removals, directory, path))
        FB_TRY(sync_directory(fs, directory, err));
    return error && !is_missing(error) ? fail_io(err, error, "remove", path) : FB_OK;
}

static fb_status local_sync(fb_filesystem *self, const char *path, fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    fb_disk *disk = fs->disk;
    fb_disk_stat info;
    int error = disk->ops->stat(disk, path, &info);
    if (is_missing(error)) return FB_OK;
    if (error) return fail_io(err, error, "look at", path);
    if (info.is_directory) {
        uint64_t mark = fb_removals_mark(&fs->removals);
        error = disk->ops->sync_directory(disk, path);
        if (!error) fb_removals_forget(&fs->removals, path, mark);
        /* In a directory that we may not open we cannot have made a name: that ends with a sync. */
        if (error == EACCES) error = 0;
    } else {
        int file;
        error = disk->ops->open_read(disk, path, &file);
        if (!error) {
            error = disk->ops->sync(disk, file);
            (void)disk->ops->close(disk, file);
        }
    }
    return error ? fail_io(err, error, "sync", path) : FB_OK;
}

static fb_status local_clean(fb_filesystem *self, const char *path, fb_error *err)
{
    local_filesystem *fs = (local_filesystem *)self;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    name_list list = {.arena = &arena, .is_wanted = fb_local_name_is_ours};
    fb_status status = list_names(fs, path, &list, err);
    for (uint32_t i = 0; status == FB_OK && i < list.count; i++) {
        char entry[FB_PATH_MAX_BYTES + 1];
        status = fb_path_join(entry, path, list.names[i], err);
        if (status != FB_OK) break;
        int error = fs->disk->ops->unlink(fs->disk, entry);
        if (error && !is_missing(error)) status = fail_io(err, error, "remove", entry);
    }
    fb_arena_deinit(&arena);
    return status;
}

/* What the holder wrote: the first line of the lock file. */
static fb_status fail_in_use(fb_disk *disk, const char *path, fb_error *err)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    bool has_more;
    fb_status status = read_path(disk, path, LOCK_TEXT_MAX_BYTES, &text, &has_more, NULL);
    const char *holder = status == FB_OK ? fb_buf_text(&text) : "";
    status = fb_fail(err, FB_E_IN_USE, 0, "%.*s", (int)strcspn(holder, "\n"), holder);
    fb_buf_deinit(&text);
    return status;
}

static fb_status local_lock(fb_filesystem *self, const char *path, fb_slice description,
                            fb_file_lock **out, fb_error *err)
{
    fb_disk *disk = ((local_filesystem *)self)->disk;
    fb_file_lock *lock = fb_alloc(sizeof *lock);
    if (!lock) return fb_fail_nomem(err, "a file lock");
    int error = disk->ops->lock(disk, path, &lock->file);
    if (error) {
        fb_free(lock);
        if (error == EAGAIN) return fail_in_use(disk, path, err);
        return fail_io(err, error, "lock", path);
    }
    /* For the eyes of whom we keep out; the lock holds without it. A longer line of an earlier
     * holder ends behind ours. */
    size_t step;
    for (size_t done = 0; !error && done < description.size; done += step)
        error = disk->ops->write(disk, lock->file, description.data + done, description.size - done,
                                 &step);
    if (!error) (void)disk->ops->write(disk, lock->file, "\n", 1, &step);
    *out = lock;
    return FB_OK;
}

static void local_unlock(fb_filesystem *self, fb_file_lock *lock)
{
    fb_disk *disk = ((local_filesystem *)self)->disk;
    (void)disk->ops->unlock(disk, lock->file);
    fb_free(lock);
}

static void local_close(fb_filesystem *self)
{
    fb_removals_deinit(&((local_filesystem *)self)->removals);
    fb_free(self);
}

static const fb_filesystem_ops local_ops = {
    .abi = FB_FILESYSTEM_ABI,
    .scheme = "file",
    .close = local_close,
    .create_atomic = local_create_atomic,
    .replace_atomic = local_replace_atomic,
    .read = local_read,
    .read_at = local_read_at,
    .stat = local_stat,
    .list = local_list,
    .mkdirs = local_mkdirs,
    .remove = local_remove,
    .lock = local_lock,
    .unlock = local_unlock,
    .sync = local_sync,
    .clean = local_clean,
};

fb_status fb_filesystem_local_create(fb_disk *disk, fb_random *random, fb_filesystem **out,
                                     fb_error *err)
{
    *out = NULL;
    local_filesystem *fs = fb_alloc(sizeof *fs);
    if (!fs) return fb_fail_nomem(err, "a file system");
    fs->base.ops = &local_ops;
    fs->disk = disk;
    fs->random = random;
    fb_removals_init(&fs->removals);
    *out = &fs->base;
    return FB_OK;
}
