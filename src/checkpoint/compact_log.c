/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/compact_log.h"

#include "base/parse.h"
#include "checkpoint/log_text.h"

#include <inttypes.h>
#include <stdio.h>

enum { CLEANUP_DELAY_MS = 10 * 60 * 1000 };

#define COMPACT_SUFFIX ".compact"

/* --- names --- */

static bool is_compact(const fb_compact_log *log, int64_t id)
{
    return (id + 1) % log->interval == 0;
}

static fb_status entry_path(const fb_compact_log *log, int64_t id, char out[FB_PATH_MAX_BYTES + 1],
                            fb_error *err)
{
    char name[40];
    (void)snprintf(name, sizeof name, "%" PRId64 "%s", id,
                   is_compact(log, id) ? COMPACT_SUFFIX : "");
    return fb_path_join(out, log->directory, name, err);
}

/* False: no entry's name. */
static bool parse_name(const char *name, int64_t *id, bool *compact)
{
    fb_slice text = fb_slice_of(name);
    const size_t suffix = strlen(COMPACT_SUFFIX);
    *compact = text.size > suffix && strcmp(name + text.size - suffix, COMPACT_SUFFIX) == 0;
    if (*compact) text.size -= suffix;
    bool is_plain =
        text.size > 0 && name[0] >= '0' && name[0] <= '9' && (name[0] != '0' || text.size == 1);
    return is_plain && fb_parse_int64(text, id) && *id < INT64_MAX;
}

/* The smallest divisor of `count` that is at least the default, so that `count` entries end with a
 * compact one. */
static int64_t derive_interval(int64_t count)
{
    for (int64_t i = FB_COMPACT_LOG_INTERVAL; i <= count / 2; i++)
        if (count % i == 0) return i;
    return count;
}

/* A log of more entries than this has no honest writer, and deriving from it would take long. */
static fb_status check_id(const fb_compact_log *log, int64_t id, fb_error *err)
{
    if (id < INT32_MAX) return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: there is an entry %" PRId64 "; expected at most %d",
                   log->directory, id, INT32_MAX);
}

fb_status fb_compact_log_open(fb_compact_log *log, fb_filesystem *fs, const char *directory,
                              int64_t entries_to_retain, fb_error *err)
{
    *log = (fb_compact_log){.fs = fs,
                            .directory = directory,
                            .latest_id = -1,
                            .interval = FB_COMPACT_LOG_INTERVAL,
                            .entries_to_retain = entries_to_retain > 0 ? entries_to_retain : 1};
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_file_info *infos;
    uint32_t count;
    int64_t last = -1, before_last = -1; /* compact entries */
    fb_status status = fb_filesystem_list(fs, directory, &arena, &infos, &count, err);
    for (uint32_t i = 0; status == FB_OK && i < count; i++) {
        int64_t id;
        bool compact;
        if (infos[i].is_directory || !parse_name(infos[i].name, &id, &compact)) continue;
        status = check_id(log, id, err);
        if (id > log->latest_id) log->latest_id = id;
        if (compact && id > last) {
            before_last = last;
            last = id;
        } else if (compact && id > before_last && id < last) {
            before_last = id;
        }
    }
    fb_arena_deinit(&arena);
    if (before_last >= 0)
        log->interval = last - before_last;
    else if (last >= 0)
        log->interval = derive_interval(last + 1);
    return status;
}

/* --- reading --- */

static fb_status read_file(const fb_compact_log *log, int64_t id, fb_buf *out, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(entry_path(log, id, path, err));
    fb_error caught;
    fb_status status = fb_filesystem_read(log->fs, path, FB_COMPACT_LOG_MAX_BYTES, out, &caught);
    if (status == FB_E_NOT_FOUND)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "%s is missing: entry %" PRId64 " of the log is needed to read on", path,
                       id);
    return status == FB_OK ? FB_OK : fb_pass_on(err, &caught);
}

static fb_status give_items(const fb_compact_log *log, int64_t id, fb_slice content,
                            fb_compact_log_item item, void *user, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(entry_path(log, id, path, err));
    fb_log_lines lines = fb_log_lines_make(path, content);
    uint32_t version;
    FB_TRY(fb_log_lines_version(&lines, false, 1, &version, err));
    for (fb_slice line; fb_log_lines_next(&lines, &line);) {
        fb_status status = item(user, id, line, err);
        if (status != FB_OK)
            return fb_wrap(err, status, "%s: line %u, offset %zu", path, lines.line_number,
                           lines.line_offset);
    }
    return FB_OK;
}

fb_status fb_compact_log_read(const fb_compact_log *log, int64_t id, fb_compact_log_item item,
                              void *user, fb_error *err)
{
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_status status = read_file(log, id, &content, err);
    if (status == FB_OK) status = give_items(log, id, fb_buf_slice(&content), item, user, err);
    fb_buf_deinit(&content);
    return status;
}

/* Entries from here on have all items up to `id`: it is the last compact one, or 0. */
static int64_t first_needed(const fb_compact_log *log, int64_t id)
{
    int64_t compact = (id + 1) / log->interval * log->interval - 1;
    return compact > 0 ? compact : 0;
}

fb_status fb_compact_log_read_all(const fb_compact_log *log, fb_compact_log_item item, void *user,
                                  fb_error *err)
{
    if (log->latest_id < 0) return FB_OK;
    for (int64_t id = first_needed(log, log->latest_id); id <= log->latest_id; id++)
        FB_TRY(fb_compact_log_read(log, id, item, user, err));
    return FB_OK;
}

/* --- writing --- */

static fb_status copy_item(void *user, int64_t id, fb_slice line, fb_error *err)
{
    (void)id;
    fb_buf *out = user;
    fb_buf_add_char(out, '\n');
    fb_buf_add_slice(out, line);
    return out->failed ? fb_fail(err, FB_E_LIMIT, 0, "a compacted log of more than %d bytes",
                                 FB_COMPACT_LOG_MAX_BYTES)
                       : FB_OK;
}

/* "v1" and the items, those of all earlier entries first where a compact file is due. */
static fb_status make_content(const fb_compact_log *log, int64_t id, fb_slice items, fb_buf *out,
                              fb_error *err)
{
    fb_buf_add_text(out, "v1");
    if (is_compact(log, id)) FB_TRY(fb_compact_log_read_all(log, copy_item, out, err));
    if (items.size) fb_buf_add_char(out, '\n');
    if (items.size) fb_buf_add(out, items.data, items.size - 1); /* no LF at the end */
    return out->failed ? fb_fail_nomem(err, "an entry of a log") : FB_OK;
}

/* A creation whose answer was lost finds its own content. */
static fb_status create(const fb_compact_log *log, int64_t id, fb_slice content, fb_error *err)
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
    if (is_same) return FB_OK;
    return fb_fail_condition(err, FB_E_CONFLICT, "CONCURRENT_STREAM_LOG_UPDATE",
                             "Concurrent update to the log. Multiple streaming jobs detected for "
                             "%" PRId64 " (%s exists).",
                             id, path);
}

/* Files in front of the compact one that the oldest entry to be retained needs. */
static fb_status remove_expired(const fb_compact_log *log, int64_t now_ms, fb_error *err)
{
    int64_t oldest = log->latest_id + 1 - log->entries_to_retain;
    if (oldest < log->interval) return FB_OK;
    int64_t compact = oldest - oldest % log->interval - 1;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_file_info *infos;
    uint32_t count;
    fb_status status = fb_filesystem_list(log->fs, log->directory, &arena, &infos, &count, err);
    for (uint32_t i = 0; status == FB_OK && i < count; i++) {
        int64_t id;
        bool is_compact_name;
        char path[FB_PATH_MAX_BYTES + 1];
        if (infos[i].is_directory || !parse_name(infos[i].name, &id, &is_compact_name)) continue;
        if (id >= compact || infos[i].modified_ms > now_ms - CLEANUP_DELAY_MS) continue;
        status = fb_path_join(path, log->directory, infos[i].name, err);
        if (status == FB_OK) status = fb_filesystem_remove(log->fs, path, err);
    }
    fb_arena_deinit(&arena);
    return status;
}

fb_status fb_compact_log_append(fb_compact_log *log, fb_slice items, int64_t now_ms, fb_error *err)
{
    int64_t id = log->latest_id + 1;
    FB_TRY(check_id(log, id, err));
    fb_buf content;
    fb_buf_init(&content, FB_COMPACT_LOG_MAX_BYTES);
    fb_status status = make_content(log, id, items, &content, err);
    if (status == FB_OK) status = create(log, id, fb_buf_slice(&content), err);
    fb_buf_deinit(&content);
    if (status != FB_OK) return status;
    log->latest_id = id;
    return remove_expired(log, now_ms, err);
}
