/* SPDX-License-Identifier: Apache-2.0 */
#include "state/file_log_impl.h"

#include "base/memory.h"

fb_status fb_state_log_path(const fb_state_file_log *log, fb_state_file_kind kind, int64_t version,
                            char path[FB_PATH_MAX_BYTES + 1], fb_error *err)
{
    char name[FB_STATE_FILE_NAME_BYTES];
    fb_state_file_name(kind, version, name);
    return fb_path_join(path, log->directory, name, err);
}

fb_status fb_state_log_open_file(const fb_state_file_log *log, fb_state_file_kind kind,
                                 int64_t version, fb_state_open_file *file, fb_error *err)
{
    file->has_reader = false;
    fb_buf_init(&file->content, FB_STATE_FILE_MAX_BYTES);
    FB_TRY(fb_state_log_path(log, kind, version, file->path, err));
    FB_TRY(fb_filesystem_read(log->fs, file->path, FB_STATE_FILE_MAX_BYTES, &file->content, err));
    FB_TRY(fb_state_file_reader_init(&file->reader, kind, log->format, file->path,
                                     fb_buf_slice(&file->content), err));
    file->has_reader = true;
    return FB_OK;
}

void fb_state_log_close_file(fb_state_open_file *file)
{
    if (file->has_reader) fb_state_file_reader_deinit(&file->reader);
    fb_buf_deinit(&file->content);
}

fb_status fb_state_log_read_file(const fb_state_file_log *log, fb_state_file_kind kind,
                                 int64_t version, fb_state_apply apply, void *user, fb_error *err)
{
    fb_state_open_file file;
    fb_state_record records[FB_STATE_RECORDS];
    size_t count = 1;
    fb_status status = fb_state_log_open_file(log, kind, version, &file, err);
    while (status == FB_OK && count) {
        status = fb_state_file_reader_next(&file.reader, records, FB_STATE_RECORDS, &count, err);
        if (status == FB_OK && count) status = apply(user, records, count, err);
    }
    fb_state_log_close_file(&file);
    return status;
}

/* --- append --- */

static fb_status write_changes(void *user, const fb_slice *keys, const fb_slice *values,
                               uint32_t count, fb_error *err)
{
    fb_state_record records[FB_STATE_RECORDS];
    for (uint32_t done = 0; done < count;) {
        uint32_t size = 0;
        for (; size < FB_STATE_RECORDS && done < count; size++, done++)
            records[size] = (fb_state_record){keys[done], values[done], !values[done].data};
        FB_TRY(fb_state_file_writer_add(user, records, size, err));
    }
    return FB_OK;
}

static fb_status file_append(fb_state_log *self, int64_t version, fb_state_table *table,
                             fb_error *err)
{
    fb_state_file_log *log = (fb_state_file_log *)self;
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_state_log_path(log, FB_STATE_DELTA, version, path, err));
    fb_state_file_writer writer;
    fb_buf content;
    fb_buf_init(&content, FB_STATE_FILE_MAX_BYTES);
    fb_status status =
        fb_state_file_writer_init(&writer, FB_STATE_DELTA, log->format, &content, err);
    if (status == FB_OK) {
        status = fb_state_table_visit_changes(table, write_changes, &writer, err);
        if (status == FB_OK) status = fb_state_file_writer_finish(&writer, err);
        fb_state_file_writer_deinit(&writer);
    }
    if (status == FB_OK) status = fb_filesystem_create(log->fs, path, fb_buf_slice(&content), err);
    fb_buf_deinit(&content);
    return status;
}

/* --- load --- */

static fb_status load_file(const fb_state_file_log *log, fb_state_file_kind kind, int64_t version,
                           fb_state_loader *loader, fb_error *err)
{
    fb_state_open_file file;
    fb_state_record records[FB_STATE_RECORDS];
    size_t count = 0;
    bool is_first = kind == FB_STATE_SNAPSHOT;
    fb_status status = fb_state_log_open_file(log, kind, version, &file, err);
    loader->path = file.path;
    do {
        if (status == FB_OK)
            status =
                fb_state_file_reader_next(&file.reader, records, FB_STATE_RECORDS, &count, err);
        if (status != FB_OK || count == 0) break;
        if (is_first) fb_state_loader_expect(loader, &file.reader, count);
        is_first = false;
        status = fb_state_loader_apply(loader, records, count, err);
    } while (status == FB_OK);
    fb_state_log_close_file(&file);
    return status;
}

static fb_status load_from(fb_state_file_log *log, int64_t snapshot, int64_t version,
                           fb_state_table *table, fb_error *err)
{
    fb_state_loader loader;
    fb_state_loader_init(&loader, table);
    fb_status status = FB_OK;
    for (int64_t file = snapshot ? snapshot : 1; file <= version && status == FB_OK; file++) {
        fb_state_file_kind kind = file == snapshot ? FB_STATE_SNAPSHOT : FB_STATE_DELTA;
        status = load_file(log, kind, file, &loader, err);
    }
    fb_state_loader_deinit(&loader);
    return status;
}

/* One try by the files that are listed; *snapshot is the one it began with, -1 when files are
 * missing already in the list. */
static fb_status try_load(fb_state_file_log *log, int64_t version, int64_t max_snapshot,
                          fb_state_table *table, int64_t *snapshot, fb_error *err)
{
    fb_state_files files;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    *snapshot = -1;
    fb_status status = fb_state_files_list(log->fs, log->directory, &arena, &files, err);
    int64_t newest;
    if (status == FB_OK)
        status = fb_state_files_chain(&files, log->directory, version, max_snapshot, &newest, err);
    if (status == FB_OK) {
        *snapshot = newest;
        status = load_from(log, newest, version, table, err);
    }
    fb_arena_deinit(&arena);
    return status;
}

/* A damaged snapshot is no loss while an older one and the deltas since are there. A file that went
 * after it was listed was purged beside us: then there is a newer snapshot. */
static fb_status file_load(fb_state_log *self, int64_t version, fb_state_table *table,
                           fb_error *err)
{
    enum { MAX_PURGES = 8 };
    fb_state_file_log *log = (fb_state_file_log *)self;
    fb_error first = {0}, error;
    int64_t max_snapshot = INT64_MAX, snapshot;
    for (int purges = 0;;) {
        fb_status status = try_load(log, version, max_snapshot, table, &snapshot, &error);
        if (status == FB_OK) return FB_OK;
        bool was_purged = status == FB_E_NOT_FOUND && snapshot >= 0 && purges++ < MAX_PURGES;
        bool was_damaged = status == FB_E_CORRUPT && snapshot > 0;
        if (!was_purged && first.status == FB_OK) first = error;
        if (!was_purged && !was_damaged) return fb_pass_on(err, &first);
        if (was_damaged) max_snapshot = snapshot - 1;
        fb_state_table_clear(table);
        FB_TRY(fb_state_table_begin(table, FB_STATE_LOAD, err));
    }
}

/* --- discard --- */

static fb_status remove_above(fb_state_file_log *log, fb_state_file_kind kind,
                              const int64_t *versions, uint32_t count, int64_t version,
                              fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    /* The newest first: should it end half way, what is left is a chain. */
    for (uint32_t i = count; i > 0 && versions[i - 1] > version; i--) {
        FB_TRY(fb_state_log_path(log, kind, versions[i - 1], path, err));
        FB_TRY(fb_filesystem_remove(log->fs, path, err));
    }
    return FB_OK;
}

static fb_status file_discard_after(fb_state_log *self, int64_t version, fb_error *err)
{
    fb_state_file_log *log = (fb_state_file_log *)self;
    fb_state_files files;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = fb_state_files_list(log->fs, log->directory, &arena, &files, err);
    if (status == FB_OK)
        status = remove_above(log, FB_STATE_SNAPSHOT, files.snapshots, files.snapshot_count,
                              version, err);
    if (status == FB_OK)
        status = remove_above(log, FB_STATE_DELTA, files.deltas, files.delta_count, version, err);
    /* A removal that came back in a crash would be taken for a version of this run. */
    if (status == FB_OK) status = fb_filesystem_sync(log->fs, log->directory, err);
    fb_arena_deinit(&arena);
    return status;
}

static void file_close(fb_state_log *self)
{
    fb_state_file_log *log = (fb_state_file_log *)self;
    fb_free(log->directory);
    fb_free(log);
}

static const fb_state_log_ops file_ops = {
    .abi = FB_STATE_LOG_ABI,
    .name = "files",
    .close = file_close,
    .append = file_append,
    .load = file_load,
    .discard_after = file_discard_after,
    .maintain = fb_state_file_log_maintain,
};

fb_status fb_state_file_log_create(const fb_state_file_log_options *options, fb_state_log **out,
                                   fb_error *err)
{
    *out = NULL;
    FB_TRY(fb_path_check(options->directory, err));
    fb_state_file_log *log = fb_alloc_zero(1, sizeof *log);
    if (log) log->directory = fb_strdup(options->directory);
    if (!log || !log->directory) {
        fb_free(log);
        return fb_fail_nomem(err, "a state log");
    }
    log->base.ops = &file_ops;
    log->fs = options->fs;
    log->format = options->format;
    log->min_deltas = options->min_deltas ? options->min_deltas : FB_STATE_MIN_DELTAS;
    log->retained = options->retained ? options->retained : FB_STATE_RETAINED;
    if (log->retained < FB_STATE_RETAINED_AT_LEAST) log->retained = FB_STATE_RETAINED_AT_LEAST;
    log->budget = options->budget;
    *out = &log->base;
    return FB_OK;
}
