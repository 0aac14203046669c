/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/file_list.h"

#include "files/glob.h"

#include <stdlib.h>

enum { MAX_FILES = 1 << 28 };

typedef struct file_list {
    fb_filesystem *fs;
    fb_arena *arena;
    fb_input_file *files;
    uint32_t count, capacity;
} file_list;

static bool starts_with(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_hidden(const char *name)
{
    fb_slice text = fb_slice_of(name);
    const size_t suffix = strlen("._COPYING_");
    if (starts_with(name, "_common_metadata") || starts_with(name, "_metadata")) return false;
    return (name[0] == '_' && !strchr(name, '=')) || name[0] == '.' ||
           (text.size >= suffix && strcmp(name + text.size - suffix, "._COPYING_") == 0);
}

static fb_status add(file_list *list, const char *path, const fb_file_info *info, fb_error *err)
{
    if (list->count == list->capacity) {
        if (list->count >= MAX_FILES)
            return fb_fail(err, FB_E_LIMIT, 0, "more than %d input files", MAX_FILES);
        uint32_t capacity = list->capacity ? list->capacity * 2 : 64;
        fb_input_file *files = fb_arena_array(list->arena, capacity, sizeof *files);
        if (!files) return fb_fail_nomem(err, "a list of input files");
        if (list->count) memcpy(files, list->files, list->count * sizeof *files);
        list->files = files;
        list->capacity = capacity;
    }
    if (!path) return fb_fail_nomem(err, "a list of input files");
    list->files[list->count++] = (fb_input_file){path, info->size_bytes, info->modified_ms};
    return FB_OK;
}

static fb_status add_directory(file_list *list, const char *directory, fb_error *err)
{
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(list->fs, directory, list->arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++) {
        const char *name = infos[i].name;
        char path[FB_PATH_MAX_BYTES + 1];
        if (is_hidden(name)) continue;
        FB_TRY(fb_path_join(path, directory, name, err));
        if (!infos[i].is_directory)
            FB_TRY(add(list, fb_arena_strdup(list->arena, fb_slice_of(path)), &infos[i], err));
        else if (strchr(name, '='))
            return fb_fail(err, FB_E_UNSUPPORTED, 0,
                           "%s: directories that stand for a partition column (name=value) are not "
                           "read; name them in the path, as in %s/*=*",
                           path, directory);
    }
    return FB_OK;
}

/* What stands in a plain path must be a directory of files that no log of Spark's governs. */
static fb_status check_root(fb_filesystem *fs, const char *path, fb_error *err)
{
    fb_file_info info;
    bool found;
    FB_TRY(fb_filesystem_stat(fs, path, &found, &info, err));
    if (!found)
        return fb_fail_condition(err, FB_E_NOT_FOUND, "PATH_NOT_FOUND",
                                 "Path does not exist: file:%s.", path);
    if (!info.is_directory)
        return fb_fail(err, FB_E_INVALID, 0,
                       "path '%s' is a file; expected a directory, or a pattern such as '%s*'",
                       path, path);
    char log[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(log, path, "_spark_metadata", err));
    FB_TRY(fb_filesystem_stat(fs, log, &found, &info, err));
    if (!found) return FB_OK;
    return fb_fail(
        err, FB_E_UNSUPPORTED, 0,
        "%s was written by a streaming file sink, whose log (_spark_metadata) says which "
        "files count; reading by that log is not supported",
        path);
}

static int by_time(const fb_input_file *a, const fb_input_file *b)
{
    return (a->modified_ms > b->modified_ms) - (a->modified_ms < b->modified_ms);
}

static int oldest_first(const void *a, const void *b)
{
    int order = by_time(a, b);
    return order ? order
                 : strcmp(((const fb_input_file *)a)->path, ((const fb_input_file *)b)->path);
}

static int newest_first(const void *a, const void *b)
{
    int order = by_time(b, a);
    return order ? order
                 : strcmp(((const fb_input_file *)a)->path, ((const fb_input_file *)b)->path);
}

fb_status fb_file_list(fb_filesystem *fs, const char *path, bool latest_first, fb_arena *arena,
                       fb_input_file **out, uint32_t *count, fb_error *err)
{
    *out = NULL;
    *count = 0;
    file_list list = {.fs = fs, .arena = arena};
    const char **roots = &path;
    uint32_t root_count = 1;
    if (fb_glob_is_pattern(fb_slice_of(path)))
        FB_TRY(fb_glob_expand(fs, path, arena, &roots, &root_count, err));
    else
        FB_TRY(check_root(fs, path, err));
    for (uint32_t i = 0; i < root_count; i++) {
        fb_file_info info;
        bool found;
        FB_TRY(fb_filesystem_stat(fs, roots[i], &found, &info, err));
        if (found && info.is_directory)
            FB_TRY(add_directory(&list, roots[i], err));
        else if (found && !is_hidden(fb_path_name(roots[i])))
            FB_TRY(add(&list, roots[i], &info, err));
    }
    if (list.count)
        qsort(list.files, list.count, sizeof *list.files,
              latest_first ? newest_first : oldest_first);
    *out = list.files;
    *count = list.count;
    return FB_OK;
}
