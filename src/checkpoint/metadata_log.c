/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/metadata_log.h"

#include "base/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static fb_status entry_path(const fb_metadata_log *log, int64_t id, char out[FB_PATH_MAX_BYTES + 1],
                            fb_error *err)
{
    char name[24];
    (void)snprintf(name, sizeof name, "%" PRId64, id);
    return fb_path_join(out, log->directory, name, err);
}

/* Decimal, without a sign or leading zeros: the only form that is written. */
static bool parse_name(const char *name, int64_t *id)
{
    fb_slice text = fb_slice_of(name);
    bool is_plain =
        text.size > 0 && name[0] >= '0' && name[0] <= '9' && (name[0] != '0' || text.size == 1);
    return is_plain && fb_parse_int64(text, id);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

fb_status fb_metadata_log_list(const fb_metadata_log *log, fb_arena *arena, int64_t **ids,
                               uint32_t *count, fb_error *err)
{
    *ids = NULL;
    *count = 0;
    fb_file_info *infos;
    uint32_t info_count;
    FB_TRY(fb_filesystem_list(log->fs, log->directory, arena, &infos, &info_count, err));
    int64_t *found = fb_arena_array(arena, info_count, sizeof *found);
    if (!found) return fb_fail_nomem(err, "the list of a log");
    uint32_t found_count = 0;
    for (uint32_t i = 0; i < info_count; i++)
        if (!infos[i].is_directory && parse_name(infos[i].name, &found[found_count])) found_count++;
    qsort(found, found_count, sizeof *found, compare_ids);
    *ids = found;
    *count = found_count;
    return FB_OK;
}

fb_status fb_metadata_log_read(const fb_metadata_log *log, int64_t id, fb_buf *out, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(entry_path(log, id, path, err));
    return fb_filesystem_read(log->fs, path, FB_LOG_FILE_MAX_BYTES, out, err);
}

fb_status fb_metadata_log_write(const fb_metadata_log *log, int64_t id, fb_slice content,
                                fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(entry_path(log, id, path, err));
    fb_status status = fb_filesystem_create(log->fs, path, content, err);
    if (status != FB_E_EXISTS) return status;

    fb_buf present;
    fb_buf_init(&present, 0);
    bool is_same = fb_filesystem_read(log->fs, path, content.size, &present, NULL) == FB_OK &&
                   fb_slice_equal(fb_buf_slice(&present), content);
    fb_buf_deinit(&present);
    return is_same ? FB_OK : FB_E_EXISTS; /* `err` says so already */
}

fb_status fb_metadata_log_remove(const fb_metadata_log *log, int64_t id, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(entry_path(log, id, path, err));
    return fb_filesystem_remove(log->fs, path, err);
}
