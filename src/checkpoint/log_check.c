/* SPDX-License-Identifier: Apache-2.0
 *
 * Offset and commit log are walked side by side, batch by batch, with no more than two entries in
 * memory. */
#include "checkpoint/log_check.h"

#include <inttypes.h>

typedef struct walk {
    fb_filesystem *fs;
    const char *root;
    const fb_findings *findings;
    fb_log_check *check;
    fb_metadata_log offsets, commits;
    bool has_state;    /* then no batch may be missing in the commit log */
    fb_arena entry;    /* what is read of one batch */
    int64_t watermark; /* no later batch may have a lower one */
    bool has_sources;  /* `source_count` is known */
    uint32_t source_count;
} walk;

static fb_status check_metadata(walk *w, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(path, w->root, "metadata", err));
    fb_buf content;
    fb_error caught;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_filesystem_read(w->fs, path, FB_LOG_FILE_MAX_BYTES, &content, &caught);
    if (status == FB_OK)
        status =
            fb_query_metadata_decode(path, fb_buf_slice(&content), w->check->query_id, &caught);
    fb_buf_deinit(&content);
    w->check->file_count++;
    if (status == FB_OK) return FB_OK;
    w->check->query_id[0] = '\0';
    if (status == FB_E_NOT_FOUND) {
        fb_findings_damage(w->findings, "%s is missing: Spark does not start without it", path);
        return FB_OK;
    }
    return fb_findings_take(w->findings, &caught, err);
}

/* Reads an entry into w->entry; *content has no data when there is a finding. */
static fb_status read_entry(walk *w, const fb_metadata_log *log, int64_t id, const char **name,
                            fb_slice *content, fb_error *err)
{
    *content = (fb_slice){NULL, 0};
    *name = fb_arena_printf(&w->entry, "%s/%" PRId64, log->directory, id);
    if (!*name) return fb_fail_nomem(err, "a log entry");
    fb_buf bytes;
    fb_error caught;
    fb_buf_init(&bytes, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_metadata_log_read(log, id, &bytes, &caught);
    char *copy = status == FB_OK ? fb_arena_strdup(&w->entry, fb_buf_slice(&bytes)) : NULL;
    *content = (fb_slice){copy, bytes.size};
    fb_buf_deinit(&bytes);
    w->check->file_count++;
    /* It was listed: a running query has purged it. */
    if (status == FB_E_NOT_FOUND) return FB_OK;
    if (status != FB_OK) return fb_findings_take(w->findings, &caught, err);
    return copy ? FB_OK : fb_fail_nomem(err, "a log entry");
}

static void check_watermark(walk *w, const char *name, int64_t watermark_ms)
{
    if (watermark_ms < w->watermark)
        fb_findings_damage(w->findings,
                           "%s: the watermark is %" PRId64 " ms, expected at least that of the "
                           "entry before, %" PRId64 " ms",
                           name, watermark_ms, w->watermark);
    else
        w->watermark = watermark_ms;
}

/* The lists of version 2 leave out sources without an offset. */
static void check_sources(walk *w, const char *name, fb_slice content, const fb_offset_entry *entry)
{
    if (!fb_slice_starts_with(content, FB_SLICE("v1"))) return;
    if (w->has_sources && entry->source_count != w->source_count)
        fb_findings_damage(w->findings, "%s: offsets of %u sources, expected %u as before", name,
                           entry->source_count, w->source_count);
    w->has_sources = true;
    w->source_count = entry->source_count;
}

static fb_status check_offsets(walk *w, int64_t id, fb_arena *arena, fb_error *err)
{
    const char *name;
    fb_slice content;
    bool is_newest = id == w->check->planned[w->check->planned_count - 1];
    FB_TRY(read_entry(w, &w->offsets, id, &name, &content, err));
    if (!content.data) return FB_OK;
    fb_offset_entry entry;
    fb_error caught;
    if (fb_offset_entry_decode(name, content, is_newest ? arena : &w->entry, &entry, &caught))
        return fb_findings_take(w->findings, &caught, err);
    check_watermark(w, name, entry.watermark_ms);
    check_sources(w, name, content, &entry);
    if (is_newest) {
        w->check->has_newest = true;
        w->check->newest = entry;
    }
    return FB_OK;
}

static fb_status check_commit(walk *w, int64_t id, fb_error *err)
{
    const char *name;
    fb_slice content;
    FB_TRY(read_entry(w, &w->commits, id, &name, &content, err));
    if (!content.data) return FB_OK;
    fb_commit_entry entry;
    fb_error caught;
    if (fb_commit_entry_decode(name, content, &w->entry, &entry, &caught))
        return fb_findings_take(w->findings, &caught, err);
    /* A commit of old Spark has no watermark. */
    if (entry.next_watermark_ms) check_watermark(w, name, entry.next_watermark_ms);
    return FB_OK;
}

/* Only a query without state may skip entries: Spark's asynchronous progress tracking. */
static void check_gap(const walk *w, const fb_metadata_log *log, int64_t before, int64_t id)
{
    if (id <= before + 1) return;
    void (*tell)(const fb_findings *, const char *, ...) =
        w->has_state ? fb_findings_damage : fb_findings_remark;
    if (id == before + 2)
        tell(w->findings, "%s/%" PRId64 " is missing between its neighbours", log->directory,
             before + 1);
    else
        tell(w->findings, "%s/%" PRId64 " to %" PRId64 " are missing between their neighbours",
             log->directory, before + 1, id - 1);
}

/* Old batches lose their offsets first, so that commits without them are what a purge leaves that
 * is not at its end: of a running query, or of one that was killed. */
static void miss_offsets(const walk *w, int64_t id)
{
    const fb_log_check *check = w->check;
    if (check->planned_count && id < check->planned[0])
        fb_findings_remark(w->findings,
                           "%s/%" PRId64 " is there, %s/%" PRId64 " is not: an old batch that was "
                           "not purged to its end",
                           w->commits.directory, id, w->offsets.directory, id);
    else
        fb_findings_damage(w->findings, "%s/%" PRId64 " is missing; the batch is in the commit log",
                           w->offsets.directory, id);
}

static fb_status check_batches(walk *w, fb_arena *arena, fb_error *err)
{
    const fb_log_check *check = w->check;
    uint32_t o = 0, c = 0;
    while (o < check->planned_count || c < check->committed_count) {
        int64_t planned = o < check->planned_count ? check->planned[o] : INT64_MAX;
        int64_t committed = c < check->committed_count ? check->committed[c] : INT64_MAX;
        int64_t id = planned < committed ? planned : committed;
        if (planned == id) {
            if (o) check_gap(w, &w->offsets, check->planned[o - 1], id);
            FB_TRY(check_offsets(w, id, arena, err));
            o++;
        } else {
            miss_offsets(w, id);
        }
        if (committed == id) {
            if (c) check_gap(w, &w->commits, check->committed[c - 1], id);
            FB_TRY(check_commit(w, id, err));
            c++;
        }
        fb_arena_reset(&w->entry);
        if (id == INT64_MAX) break;
    }
    return FB_OK;
}

/* A batch that is not committed runs again from the offsets of the one before. */
static void check_restart(const walk *w)
{
    const fb_log_check *check = w->check;
    if (!check->planned_count) return;
    int64_t last = check->planned[check->planned_count - 1];
    if (last > 0 &&
        (check->planned_count < 2 || check->planned[check->planned_count - 2] < last - 1))
        fb_findings_damage(w->findings, "%s/%" PRId64 " is missing: a restart needs the last two",
                           w->offsets.directory, last - 1);
    int64_t committed = check->committed_count ? check->committed[check->committed_count - 1] : -1;
    if (!check->committed_count && last > 0)
        fb_findings_remark(w->findings, "%s: there is no entry: only batch %" PRId64 " runs again",
                           w->commits.directory, last);
    else if (committed < last - 1)
        fb_findings_remark(w->findings,
                           "%s: the newest entry is %" PRId64 ", that of %s is %" PRId64
                           ": only the last batch runs again",
                           w->commits.directory, committed, w->offsets.directory, last);
}

/* A query may be running: it writes the offsets of a batch before its commit, and purges them first
 * too. So the commit log is listed before the offset log, and again where that seems to be far
 * ahead. */
static fb_status list_batches(walk *w, fb_arena *arena, fb_error *err)
{
    fb_log_check *check = w->check;
    FB_TRY(
        fb_metadata_log_list(&w->commits, arena, &check->committed, &check->committed_count, err));
    FB_TRY(fb_metadata_log_list(&w->offsets, arena, &check->planned, &check->planned_count, err));
    int64_t last = check->planned_count ? check->planned[check->planned_count - 1] : -1;
    int64_t committed = check->committed_count ? check->committed[check->committed_count - 1] : -1;
    if (last - 1 <= committed) return FB_OK;
    FB_TRY(
        fb_metadata_log_list(&w->commits, arena, &check->committed, &check->committed_count, err));
    /* What was planned and committed meanwhile is not looked at. */
    while (check->committed_count && check->committed[check->committed_count - 1] > last)
        check->committed_count--;
    return FB_OK;
}

fb_status fb_checkpoint_none(fb_filesystem *fs, const char *root, const char *what, fb_error *err)
{
    bool found;
    fb_file_info info;
    FB_TRY(fb_filesystem_stat(fs, root, &found, &info, err));
    if (!found) return fb_fail(err, FB_E_NOT_FOUND, 0, "%s: no such directory", root);
    return fb_fail(err, FB_E_NOT_FOUND, 0,
                   "%s: no checkpoint with a %s; expected the checkpointLocation of a query", root,
                   what);
}

static fb_status check_all(walk *w, fb_arena *arena, fb_error *err)
{
    char offsets[FB_PATH_MAX_BYTES + 1], commits[FB_PATH_MAX_BYTES + 1];
    char state[FB_PATH_MAX_BYTES + 1];
    fb_log_check *check = w->check;
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_path_join(offsets, w->root, "offsets", err));
    FB_TRY(fb_path_join(commits, w->root, "commits", err));
    FB_TRY(fb_path_join(state, w->root, "state", err));
    w->offsets = (fb_metadata_log){w->fs, offsets};
    w->commits = (fb_metadata_log){w->fs, commits};
    FB_TRY(list_batches(w, arena, err));
    FB_TRY(fb_filesystem_list(w->fs, state, arena, &infos, &count, err));
    w->has_state = count > 0;
    if (!check->planned_count && !check->committed_count)
        return fb_checkpoint_none(w->fs, w->root, "batch", err);
    FB_TRY(check_metadata(w, err));
    FB_TRY(check_batches(w, arena, err));
    check_restart(w);
    return fb_checkpoint_check_sources(w->fs, w->root, w->findings, check, err);
}

fb_status fb_checkpoint_check_logs(fb_filesystem *fs, const char *root, fb_arena *arena,
                                   const fb_findings *findings, fb_log_check *out, fb_error *err)
{
    *out = (fb_log_check){.planned = NULL};
    walk w = {.fs = fs, .root = root, .findings = findings, .check = out, .watermark = INT64_MIN};
    fb_arena_init(&w.entry, 0);
    fb_status status = check_all(&w, arena, err);
    fb_arena_deinit(&w.entry);
    return status;
}
