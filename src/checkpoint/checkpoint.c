/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/checkpoint_impl.h"

#include "base/assert.h"
#include "base/memory.h"
#include "checkpoint/owner.h"
#include "checkpoint/query_metadata.h"
#include "env/waiter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    METADATA_MAX_BYTES = 64 * 1024,
    PURGE_LIST_ABOVE = 1000, /* ids to remove from which on a listing is cheaper than trying each */
    SHOWN_NAMES = 3,
    LOCK_WAIT_US = 500000,
    LOCK_PAUSE_US = 10000,
};

/* ---- opening ---- */

/* What lies in a root that may or may not be a checkpoint. */
typedef struct root_content {
    bool has_metadata;
    const char *foreign[SHOWN_NAMES]; /* in the arena, the first ones in alphabetical order */
    uint32_t foreign_count;
} root_content;

static int compare_infos(const void *a, const void *b)
{
    return strcmp(((const fb_file_info *)a)->name, ((const fb_file_info *)b)->name);
}

/* Hidden files are not in a user's way, and a fresh volume has a lost+found. */
static bool is_foreign(const char *name)
{
    static const char *const known[] = {"metadata", "offsets", "commits",
                                        "sources",  "state",   "lost+found"};
    if (name[0] == '.') return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i])) return false;
    return true;
}

static fb_status look_at_root(fb_filesystem *fs, const char *root, fb_arena *arena,
                              root_content *out, fb_error *err)
{
    *out = (root_content){0};
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(fs, root, arena, &infos, &count, err));
    qsort(infos, count, sizeof *infos, compare_infos);
    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(infos[i].name, "metadata")) out->has_metadata = true;
        if (!is_foreign(infos[i].name)) continue;
        if (out->foreign_count < SHOWN_NAMES) out->foreign[out->foreign_count] = infos[i].name;
        out->foreign_count++;
    }
    return FB_OK;
}

/* A directory with other people's files is not written to: most likely the path is wrong. */
static fb_status refuse_foreign(const char *root, const root_content *content, fb_error *err)
{
    if (content->has_metadata || content->foreign_count == 0) return FB_OK;
    fb_buf names;
    fb_buf_init(&names, 0);
    for (uint32_t i = 0; i < content->foreign_count && i < SHOWN_NAMES; i++)
        fb_buf_printf(&names, "%s'%s'", i ? ", " : "", content->foreign[i]);
    if (content->foreign_count > SHOWN_NAMES)
        fb_buf_printf(&names, " and %u more", content->foreign_count - SHOWN_NAMES);
    fb_status status = fb_fail(err, FB_E_INVALID, 0,
                               "%s is no checkpoint: found %s; give an empty or a new directory",
                               root, fb_buf_text(&names));
    fb_buf_deinit(&names);
    return status;
}

/* A process that was killed keeps its locks until its last write to the disk is through: who
 * restarts it at once waits for that. `reason` receives what the holder wrote. */
static fb_status lock_patiently(fb_checkpoint *checkpoint, const char *path, fb_slice description,
                                fb_error *reason)
{
    fb_waiter *waiter;
    fb_clock *clock = checkpoint->clock;
    fb_status status =
        fb_filesystem_lock(checkpoint->fs, path, description, &checkpoint->lock, reason);
    if (status != FB_E_IN_USE || fb_waiter_create(clock, &waiter, NULL) != FB_OK) return status;
    int64_t now_us = fb_clock_monotonic_us(clock), until_us = now_us + LOCK_WAIT_US;
    for (; status == FB_E_IN_USE && now_us < until_us; now_us = fb_clock_monotonic_us(clock)) {
        fb_waiter_wait(waiter, now_us + LOCK_PAUSE_US);
        status = fb_filesystem_lock(checkpoint->fs, path, description, &checkpoint->lock, reason);
    }
    fb_waiter_destroy(waiter);
    return status;
}

static fb_status take_lock(fb_checkpoint *checkpoint, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(path, checkpoint->root, ".forebay.lock", err));
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_owner_describe(checkpoint->clock, &text);
    fb_error reason = {0};
    fb_status status = text.failed ? fb_fail_nomem(&reason, "the owner of a checkpoint")
                                   : lock_patiently(checkpoint, path, fb_buf_slice(&text), &reason);
    if (status == FB_E_IN_USE) {
        fb_buf_clear(&text);
        fb_owner_explain(fb_slice_of(reason.message), checkpoint->clock, &text);
        (void)fb_fail(err, FB_E_IN_USE, 0, "checkpoint %s is in use by %s", checkpoint->root,
                      fb_buf_text(&text));
    } else if (status != FB_OK && err) {
        *err = reason;
    }
    fb_buf_deinit(&text);
    return status;
}

/* A killed process may have made names that a power cut could still undo, and left temporary files.
 * The first must be settled before anything is built on those names; the second are ours to remove,
 * since the lock keeps every other writer of such files out. */
static fb_status settle_directory(fb_filesystem *fs, const char *path, fb_error *err)
{
    FB_TRY(fb_filesystem_clean(fs, path, err));
    return fb_filesystem_sync(fs, path, err);
}

/* The directories above the root were perhaps made by the same process. */
static fb_status settle_ancestors(fb_filesystem *fs, const char *root, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    memcpy(path, root, strlen(root) + 1);
    while (path[1]) {
        path[fb_path_parent_size(path)] = '\0';
        FB_TRY(fb_filesystem_sync(fs, path, err));
    }
    return FB_OK;
}

static fb_status settle(fb_checkpoint *checkpoint, fb_arena *arena, fb_error *err)
{
    fb_filesystem *fs = checkpoint->fs;
    FB_TRY(settle_ancestors(fs, checkpoint->root, err));
    FB_TRY(settle_directory(fs, checkpoint->root, err));
    FB_TRY(settle_directory(fs, checkpoint->offsets.log.directory, err));
    FB_TRY(settle_directory(fs, checkpoint->commits.log.directory, err));

    char sources[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(sources, checkpoint->root, "sources", err));
    FB_TRY(settle_directory(fs, sources, err));
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(fs, sources, arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++) {
        if (!infos[i].is_directory) continue;
        char path[FB_PATH_MAX_BYTES + 1];
        FB_TRY(fb_path_join(path, sources, infos[i].name, err));
        FB_TRY(settle_directory(fs, path, err));
    }
    return FB_OK;
}

static fb_status has_entries(const fb_checkpoint_log *log, fb_arena *arena, bool *out,
                             fb_error *err)
{
    int64_t *ids;
    uint32_t count = 0;
    fb_status status = fb_metadata_log_list(&log->log, arena, &ids, &count, err);
    *out = count > 0;
    return status;
}

static fb_status create_metadata(fb_checkpoint *checkpoint, const char *path, fb_error *err)
{
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_random_uuid(checkpoint->random, checkpoint->query_id);
    fb_query_metadata_encode(checkpoint->query_id, &content);
    fb_status status =
        content.failed ? fb_fail_nomem(err, "the metadata of a query")
                       : fb_filesystem_create(checkpoint->fs, path, fb_buf_slice(&content), err);
    fb_buf_deinit(&content);
    return status;
}

static fb_status load_metadata(fb_checkpoint *checkpoint, fb_arena *arena, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(path, checkpoint->root, "metadata", err));
    bool has_offsets, has_commits;
    FB_TRY(has_entries(&checkpoint->offsets, arena, &has_offsets, err));
    FB_TRY(has_entries(&checkpoint->commits, arena, &has_commits, err));
    checkpoint->is_new = !has_offsets;

    fb_buf content;
    fb_buf_init(&content, 0);
    fb_error caught; /* a new checkpoint has no metadata */
    fb_status status =
        fb_filesystem_read(checkpoint->fs, path, METADATA_MAX_BYTES, &content, &caught);
    if (status == FB_OK)
        status =
            fb_query_metadata_decode(path, fb_buf_slice(&content), checkpoint->query_id, &caught);
    fb_buf_deinit(&content);
    if (status == FB_OK) return fb_filesystem_sync(checkpoint->fs, path, err);
    if (status != FB_E_NOT_FOUND) return fb_pass_on(err, &caught);
    if (has_offsets || has_commits)
        return fb_fail_condition(err, FB_E_CORRUPT, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE",
                                 "Checkpoint location %s is in an inconsistent state: the metadata "
                                 "file is missing but offset and/or commit logs contain data. "
                                 "Please restore the metadata file or create a new checkpoint "
                                 "directory.",
                                 checkpoint->root);
    return create_metadata(checkpoint, path, err);
}

static fb_status open_root(fb_checkpoint *checkpoint, fb_arena *arena, fb_error *err)
{
    root_content content; /* looked at before the lock file could make it worse */
    FB_TRY(look_at_root(checkpoint->fs, checkpoint->root, arena, &content, err));
    FB_TRY(refuse_foreign(checkpoint->root, &content, err));
    FB_TRY(fb_filesystem_mkdirs(checkpoint->fs, checkpoint->root, err));
    FB_TRY(take_lock(checkpoint, err));
    FB_TRY(settle(checkpoint, arena, err));
    return load_metadata(checkpoint, arena, err);
}

static char *join_copy(const char *root, const char *name)
{
    char path[FB_PATH_MAX_BYTES + 1];
    return fb_path_join(path, root, name, NULL) == FB_OK ? fb_strdup(path) : NULL;
}

fb_status fb_checkpoint_open(fb_filesystem *fs, fb_random *random, fb_clock *clock,
                             const char *root, const char *run_id, fb_checkpoint **out,
                             fb_error *err)
{
    *out = NULL;
    FB_TRY(fb_path_check(root, err));
    if (strlen(root) > FB_PATH_MAX_BYTES - 64)
        return fb_fail(err, FB_E_INVALID, 0, "checkpoint location '%.60s...' is too long", root);
    fb_checkpoint *checkpoint = fb_alloc_zero(1, sizeof *checkpoint);
    if (!checkpoint) return fb_fail_nomem(err, "a checkpoint");
    *checkpoint = (fb_checkpoint){
        .fs = fs,
        .random = random,
        .clock = clock,
        .root = fb_strdup(root),
        .run_id = fb_strdup(run_id),
        .offsets.log = {fs, join_copy(root, "offsets")},
        .commits.log = {fs, join_copy(root, "commits")},
    };
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    bool has_all = checkpoint->root && checkpoint->run_id && checkpoint->offsets.log.directory &&
                   checkpoint->commits.log.directory;
    fb_status status =
        has_all ? open_root(checkpoint, &arena, err) : fb_fail_nomem(err, "a checkpoint");
    fb_arena_deinit(&arena);
    if (status != FB_OK)
        fb_checkpoint_close(checkpoint);
    else
        *out = checkpoint;
    return status;
}

void fb_checkpoint_close(fb_checkpoint *checkpoint)
{
    if (!checkpoint) return;
    fb_filesystem_unlock(checkpoint->fs, checkpoint->lock);
    fb_free((char *)checkpoint->offsets.log.directory);
    fb_free((char *)checkpoint->commits.log.directory);
    fb_free(checkpoint->run_id);
    fb_free(checkpoint->root);
    fb_free(checkpoint);
}

const char *fb_checkpoint_query_id(const fb_checkpoint *checkpoint)
{
    return checkpoint->query_id;
}

const char *fb_checkpoint_root(const fb_checkpoint *checkpoint)
{
    return checkpoint->root;
}

bool fb_checkpoint_is_new(const fb_checkpoint *checkpoint)
{
    return checkpoint->is_new;
}

/* ---- entries ---- */

void fb_checkpoint_entry_name(const fb_checkpoint_log *log, int64_t id,
                              char out[FB_ENTRY_NAME_SIZE])
{
    (void)snprintf(out, FB_ENTRY_NAME_SIZE, "%s/%" PRId64, log->log.directory, id);
}

static fb_status write_entry(const fb_checkpoint_log *log, int64_t batch_id, fb_slice content,
                             fb_error *err)
{
    fb_status status = fb_metadata_log_write(&log->log, batch_id, content, err);
    if (status != FB_E_EXISTS) return status;
    char name[FB_ENTRY_NAME_SIZE];
    fb_checkpoint_entry_name(log, batch_id, name);
    return fb_fail_condition(err, FB_E_CONFLICT, "CONCURRENT_STREAM_LOG_UPDATE",
                             "Concurrent update to the log. Multiple streaming jobs detected for "
                             "%" PRId64 ": %s exists already. Please make sure only one streaming "
                             "job runs on a specific checkpoint location at a time.",
                             batch_id, name);
}

/* A directory that is removed under a running query takes the lock with it, and writing would bring
 * back a part of it that no query can start from. */
fb_status fb_checkpoint_check_there(const fb_checkpoint *checkpoint, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    fb_file_info info;
    bool found;
    FB_TRY(fb_path_join(path, checkpoint->root, "metadata", err));
    FB_TRY(fb_filesystem_stat(checkpoint->fs, path, &found, &info, err));
    if (found) return FB_OK;
    return fb_fail(err, FB_E_NOT_FOUND, 0,
                   "checkpoint %s was removed while its query ran; the next start begins anew",
                   checkpoint->root);
}

fb_status fb_checkpoint_write_offsets(fb_checkpoint *checkpoint, int64_t batch_id,
                                      const fb_offset_entry *entry, fb_error *err)
{
    FB_ASSERT(batch_id >= 0);
    FB_TRY(fb_checkpoint_check_there(checkpoint, err));
    fb_buf content;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_offset_entry_encode(entry, &content, err);
    if (status == FB_OK)
        status = write_entry(&checkpoint->offsets, batch_id, fb_buf_slice(&content), err);
    fb_buf_deinit(&content);
    return status;
}

fb_status fb_checkpoint_write_commit(fb_checkpoint *checkpoint, int64_t batch_id,
                                     const fb_commit_entry *entry, fb_error *err)
{
    FB_ASSERT(batch_id >= 0);
    FB_TRY(fb_checkpoint_check_there(checkpoint, err));
    fb_buf content;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_commit_entry_encode(entry, &content, err);
    if (status == FB_OK)
        status = write_entry(&checkpoint->commits, batch_id, fb_buf_slice(&content), err);
    fb_buf_deinit(&content);
    return status;
}

fb_status fb_checkpoint_read_offsets(fb_checkpoint *checkpoint, int64_t batch_id, fb_arena *arena,
                                     fb_offset_entry *out, fb_error *err)
{
    *out = (fb_offset_entry){0};
    char name[FB_ENTRY_NAME_SIZE];
    fb_checkpoint_entry_name(&checkpoint->offsets, batch_id, name);
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_status status = fb_metadata_log_read(&checkpoint->offsets.log, batch_id, &content, err);
    if (status == FB_OK)
        status = fb_offset_entry_decode(name, fb_buf_slice(&content), arena, out, err);
    fb_buf_deinit(&content);
    return status;
}

fb_status fb_checkpoint_read_commit(fb_checkpoint *checkpoint, int64_t batch_id, fb_arena *arena,
                                    fb_commit_entry *out, fb_error *err)
{
    *out = (fb_commit_entry){0};
    char name[FB_ENTRY_NAME_SIZE];
    fb_checkpoint_entry_name(&checkpoint->commits, batch_id, name);
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_status status = fb_metadata_log_read(&checkpoint->commits.log, batch_id, &content, err);
    if (status == FB_OK)
        status = fb_commit_entry_decode(name, fb_buf_slice(&content), arena, out, err);
    fb_buf_deinit(&content);
    return status;
}

/* ---- purge ---- */

/* Removes the entries that a listing shows below `limit`. */
static fb_status purge_listed(fb_checkpoint_log *log, int64_t limit, fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    int64_t *ids;
    uint32_t count;
    fb_status status = fb_metadata_log_list(&log->log, &arena, &ids, &count, err);
    for (uint32_t i = 0; status == FB_OK && i < count && ids[i] < limit; i++)
        status = fb_metadata_log_remove(&log->log, ids[i], err);
    if (status == FB_OK) {
        log->lowest = limit;
        log->knows_lowest = true;
    }
    fb_arena_deinit(&arena);
    return status;
}

static fb_status purge_log(fb_checkpoint_log *log, int64_t limit, fb_error *err)
{
    if (!log->knows_lowest || limit - log->lowest > PURGE_LIST_ABOVE)
        return purge_listed(log, limit, err);
    for (; log->lowest < limit; log->lowest++)
        FB_TRY(fb_metadata_log_remove(&log->log, log->lowest, err));
    return FB_OK;
}

fb_status fb_checkpoint_purge(fb_checkpoint *checkpoint, int64_t batch_id,
                              int64_t batches_to_retain, fb_error *err)
{
    if (batches_to_retain <= 0)
        return fb_fail(err, FB_E_INVALID, 0,
                       "spark.sql.streaming.minBatchesToRetain must be positive, is %" PRId64,
                       batches_to_retain);
    if (batch_id <= batches_to_retain) return FB_OK;
    int64_t limit = batch_id - batches_to_retain;
    FB_TRY(purge_log(&checkpoint->offsets, limit, err));
    return purge_log(&checkpoint->commits, limit, err);
}
