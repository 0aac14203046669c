/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and directories of state files. */
#include "base/parse.h"
#include "state/state_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const endings[] = {
    [FB_STATE_DELTA] = ".delta", [FB_STATE_SNAPSHOT] = ".snapshot"};

void fb_state_file_name(fb_state_file_kind kind, int64_t version,
                        char out[FB_STATE_FILE_NAME_BYTES])
{
    (void)snprintf(out, FB_STATE_FILE_NAME_BYTES, "%" PRId64 "%s", version, endings[kind]);
}

bool fb_state_file_parse_name(const char *name, fb_state_file_kind *kind, int64_t *version)
{
    const char *dot = strchr(name, '.');
    if (!dot) return false;
    fb_slice number = {name, (size_t)(dot - name)};
    bool is_plain = number.size > 0 && name[0] >= '1' && name[0] <= '9';
    if (!is_plain || !fb_parse_int64(number, version)) return false;
    for (int i = 0; i < 2; i++) {
        *kind = (fb_state_file_kind)i;
        if (strcmp(dot, endings[i]) == 0) return true;
    }
    return false;
}

fb_status fb_state_directory(char out[FB_PATH_MAX_BYTES + 1], const char *checkpoint,
                             int64_t operator_id, uint32_t partition, const char *store,
                             fb_error *err)
{
    char relative[64];
    bool is_default = strcmp(store, FB_STATE_DEFAULT_STORE) == 0;
    (void)snprintf(relative, sizeof relative, "state/%" PRId64 "/%u", operator_id, partition);
    if (is_default) return fb_path_join(out, checkpoint, relative, err);
    char parent[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(parent, checkpoint, relative, err));
    return fb_path_join(out, parent, store, err);
}

static int compare_versions(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name), ending_size = strlen(ending);
    return size > ending_size && strcmp(name + size - ending_size, ending) == 0;
}

/* Spark takes every name of two parts of which the second is "snapshot" and reads the first as a
 * number. One in unusual writing it takes for that version. */
static bool is_stray_snapshot(const char *name)
{
    return strcmp(strchrnul(name, '.'), ".snapshot") == 0;
}

fb_status fb_state_files_list(fb_filesystem *fs, const char *directory, fb_arena *arena,
                              fb_state_files *out, fb_error *err)
{
    *out = (fb_state_files){.deltas = NULL};
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(fs, directory, arena, &infos, &count, err));
    fb_state_files found = {.deltas = fb_arena_array(arena, count, sizeof(int64_t)),
                            .snapshots = fb_arena_array(arena, count, sizeof(int64_t))};
    if (!found.deltas || !found.snapshots) return fb_fail_nomem(err, "the list of state files");
    for (uint32_t i = 0; i < count; i++) {
        fb_state_file_kind kind;
        int64_t version;
        if (infos[i].is_directory) continue;
        if (ends_with(infos[i].name, ".zip") || ends_with(infos[i].name, ".changelog"))
            found.has_rocksdb = true;
        if (!fb_state_file_parse_name(infos[i].name, &kind, &version)) {
            if (is_stray_snapshot(infos[i].name)) found.stray_snapshot = infos[i].name;
            continue;
        }
        if (kind == FB_STATE_DELTA)
            found.deltas[found.delta_count++] = version;
        else
            found.snapshots[found.snapshot_count++] = version;
    }
    qsort(found.deltas, found.delta_count, sizeof(int64_t), compare_versions);
    qsort(found.snapshots, found.snapshot_count, sizeof(int64_t), compare_versions);
    *out = found;
    return FB_OK;
}

static bool has_version(const int64_t *versions, uint32_t count, int64_t version)
{
    return count && bsearch(&version, versions, count, sizeof version, compare_versions);
}

fb_status fb_state_files_chain(const fb_state_files *files, const char *directory, int64_t version,
                               int64_t max_snapshot, int64_t *snapshot, fb_error *err)
{
    *snapshot = 0;
    int64_t newest = 0;
    for (uint32_t i = 0; i < files->snapshot_count; i++)
        if (files->snapshots[i] <= version && files->snapshots[i] <= max_snapshot)
            newest = files->snapshots[i];
    for (int64_t delta = newest + 1; delta <= version; delta++) {
        if (has_version(files->deltas, files->delta_count, delta)) continue;
        char name[FB_STATE_FILE_NAME_BYTES];
        fb_state_file_name(FB_STATE_DELTA, delta, name);
        return fb_fail_condition(err, FB_E_NOT_FOUND,
                                 "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS",
                                 "%s/%s does not exist; version %" PRId64 " of the state needs it",
                                 directory, name, version);
    }
    *snapshot = newest;
    return FB_OK;
}

fb_status fb_state_files_list_live(fb_filesystem *fs, const char *directory, int64_t version,
                                   fb_arena *arena, fb_state_files *out, fb_error *err)
{
    enum { MAX_TRIES = 3 };
    for (int try = 0; try < MAX_TRIES; try++) {
        int64_t snapshot;
        fb_error missing;
        FB_TRY(fb_state_files_list(fs, directory, arena, out, err));
        if (fb_state_files_chain(out, directory, version, INT64_MAX, &snapshot, &missing) == FB_OK)
            break;
    }
    return FB_OK;
}
