/* SPDX-License-Identifier: Apache-2.0
 *
 * The private logs of sources, as far as their form is common to all: a version, then lines of
 * JSON; and, where an offset is a number of a file log (`{"logOffset":3}`), all its entries. */
#include "checkpoint/compact_log.h"
#include "checkpoint/log_check.h"
#include "checkpoint/log_text.h"

#include "base/parse.h"

typedef struct source_walk {
    fb_filesystem *fs;
    const fb_findings *findings;
    fb_log_check *check;
    fb_arena arena;
} source_walk;

static fb_status check_lines(const char *path, fb_slice content, fb_error *err)
{
    /* Kafka's begins with a zero byte. */
    if (content.size && content.data[0] == '\0')
        content = fb_slice_make(content.data + 1, content.size - 1);
    fb_log_lines lines = fb_log_lines_make(path, content);
    uint32_t version;
    FB_TRY(fb_log_lines_version(&lines, false, 1, &version, err));
    for (fb_slice line; fb_log_lines_next(&lines, &line);) {
        json_t *json;
        FB_TRY(fb_log_json(&lines, line, &json, err));
        json_decref(json);
    }
    return FB_OK;
}

static fb_status check_file(source_walk *w, const char *path, fb_error *err)
{
    fb_buf content;
    fb_error caught;
    fb_buf_init(&content, FB_COMPACT_LOG_MAX_BYTES);
    fb_status status = fb_filesystem_read(w->fs, path, FB_COMPACT_LOG_MAX_BYTES, &content, &caught);
    if (status == FB_OK) status = check_lines(path, fb_buf_slice(&content), &caught);
    fb_buf_deinit(&content);
    w->check->file_count++;
    if (status == FB_E_NOT_FOUND) return FB_OK; /* since it was listed: purged */
    return status == FB_OK ? FB_OK : fb_findings_take(w->findings, &caught, err);
}

static bool is_entry_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && (name[digits] == '\0' || strcmp(name + digits, ".compact") == 0);
}

static fb_status ignore_item(void *user, int64_t id, fb_slice line, fb_error *err)
{
    (void)user, (void)id, (void)line, (void)err;
    return FB_OK;
}

/* The number of entries of a file log that an offset tells of; -1 for other offsets. */
static int64_t log_offset_of(fb_slice offset)
{
    json_t *json = json_loadb(offset.data, offset.size, 0, NULL);
    const json_t *member = json_object_get(json, "logOffset");
    int64_t number = json_is_integer(member) ? json_integer_value(member) : -1;
    json_decref(json);
    return number;
}

static fb_status check_file_log(source_walk *w, const char *directory, int64_t wanted,
                                fb_error *err)
{
    fb_compact_log log;
    fb_error caught;
    fb_status status = fb_compact_log_open(&log, w->fs, directory, 1, &caught);
    if (status == FB_OK && log.latest_id < wanted) {
        fb_findings_damage(w->findings,
                           "%s: the newest entry is %lld; the offset log is at entry %lld",
                           directory, (long long)log.latest_id, (long long)wanted);
        return FB_OK;
    }
    if (status == FB_OK) status = fb_compact_log_read_all(&log, ignore_item, NULL, &caught);
    return status == FB_OK ? FB_OK : fb_findings_take(w->findings, &caught, err);
}

static fb_status check_source(source_walk *w, const char *directory, fb_slice offset, fb_error *err)
{
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(w->fs, directory, &w->arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++) {
        if (infos[i].is_directory || !is_entry_name(infos[i].name)) continue;
        char path[FB_PATH_MAX_BYTES + 1];
        FB_TRY(fb_path_join(path, directory, infos[i].name, err));
        FB_TRY(check_file(w, path, err));
    }
    int64_t wanted = offset.data ? log_offset_of(offset) : -1;
    return wanted < 0 ? FB_OK : check_file_log(w, directory, wanted, err);
}

/* A source that is read twice has two offsets and one log: then numbers tell nothing. */
static fb_status check_all(source_walk *w, const char *root, fb_error *err)
{
    char sources[FB_PATH_MAX_BYTES + 1], directory[FB_PATH_MAX_BYTES + 1];
    const fb_offset_entry *newest = &w->check->newest;
    fb_file_info *infos;
    uint32_t count, logs = 0;
    FB_TRY(fb_path_join(sources, root, "sources", err));
    FB_TRY(fb_filesystem_list(w->fs, sources, &w->arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++)
        logs += infos[i].is_directory;
    if (w->check->has_newest && newest->source_count && !logs && newest->offsets[0].data &&
        log_offset_of(newest->offsets[0]) >= 0)
        fb_findings_damage(w->findings, "%s/0 is missing: the log of the files that were read",
                           sources);
    for (uint32_t i = 0; i < count; i++) {
        if (!infos[i].is_directory) continue;
        uint64_t number;
        bool has_offset = w->check->has_newest && logs == newest->source_count &&
                          fb_parse_uint64(fb_slice_of(infos[i].name), &number) && number < logs;
        fb_slice offset = has_offset ? newest->offsets[number] : (fb_slice){NULL, 0};
        FB_TRY(fb_path_join(directory, sources, infos[i].name, err));
        FB_TRY(check_source(w, directory, offset, err));
    }
    return FB_OK;
}

fb_status fb_checkpoint_check_sources(fb_filesystem *fs, const char *root,
                                      const fb_findings *findings, fb_log_check *check,
                                      fb_error *err)
{
    source_walk w = {.fs = fs, .findings = findings, .check = check};
    fb_arena_init(&w.arena, 0);
    fb_status status = check_all(&w, root, err);
    fb_arena_deinit(&w.arena);
    return status;
}
