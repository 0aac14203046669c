/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots by folding files: the deltas since the last snapshot become a map from key to last
 * operation, the snapshot streams through it, and the keys that it did not have follow. The live
 * table is not touched, so this runs beside the batches; it holds the deltas and the two
 * snapshots as they lie in the files. */
#include "state/file_log_impl.h"

#include "base/memory.h"
#include "state/memory_table.h"

/* The last operation on each key: in one of the two tables. */
typedef struct fold {
    const fb_state_file_log *log;
    fb_state_table *puts;
    fb_state_table *removals;
    fb_state_loader put_loader;
    fb_state_loader removal_loader;
    fb_state_file_writer writer;
    bool has_writer;
    fb_buf content;
} fold;

static fb_status open_table(const fb_state_file_log *log, const char *name, int64_t value_bytes,
                            fb_state_table **out, fb_error *err)
{
    fb_state_layout layout = {
        .name = name, .key_bytes = FB_STATE_VARIABLE, .value_bytes = value_bytes};
    fb_state_memory_table_options options = {.layout = &layout, .budget = log->budget};
    FB_TRY(fb_state_memory_table_create(&options, out, err));
    return fb_state_table_begin(*out, FB_STATE_LOAD, err);
}

static fb_status fold_open(fold *f, const fb_state_file_log *log, fb_error *err)
{
    f->log = log;
    f->puts = f->removals = NULL;
    f->has_writer = false;
    fb_buf_init(&f->content, FB_STATE_FILE_MAX_BYTES);
    fb_state_loader_init(&f->put_loader, NULL);
    fb_state_loader_init(&f->removal_loader, NULL);
    FB_TRY(open_table(log, "rows of a snapshot", FB_STATE_VARIABLE, &f->puts, err));
    FB_TRY(open_table(log, "removals since a snapshot", 0, &f->removals, err));
    f->put_loader.table = f->puts;
    f->removal_loader.table = f->removals;
    FB_TRY(fb_state_file_writer_init(&f->writer, FB_STATE_SNAPSHOT, log->format, &f->content, err));
    f->has_writer = true;
    return FB_OK;
}

static void fold_close(fold *f)
{
    if (f->has_writer) fb_state_file_writer_deinit(&f->writer);
    fb_state_loader_deinit(&f->put_loader);
    fb_state_loader_deinit(&f->removal_loader);
    fb_state_table_close(f->puts);
    fb_state_table_close(f->removals);
    fb_buf_deinit(&f->content);
}

/* Records of a delta, in runs of one kind: each takes its key out of the other table. */
static fb_status add_delta(void *user, const fb_state_record *records, size_t count, fb_error *err)
{
    fold *f = user;
    for (size_t start = 0, end; start < count; start = end) {
        fb_state_record run[FB_STATE_RECORDS];
        bool is_removal = records[start].is_removal;
        for (end = start; end < count && records[end].is_removal == is_removal; end++) {
            run[end - start] = records[end];
            if (is_removal) run[end - start].value = (fb_slice){"", 0};
        }
        fb_state_loader *into = is_removal ? &f->removal_loader : &f->put_loader;
        fb_state_loader *out_of = is_removal ? &f->put_loader : &f->removal_loader;
        FB_TRY(fb_state_loader_remove(out_of, run, end - start, err));
        FB_TRY(fb_state_loader_put(into, run, end - start, err));
    }
    return FB_OK;
}

/* Rows of the old snapshot: unchanged ones pass, changed ones are replaced and are then done. */
static fb_status pass_snapshot(void *user, const fb_state_record *records, size_t count,
                               fb_error *err)
{
    fold *f = user;
    fb_state_record out[FB_STATE_RECORDS], changed[FB_STATE_RECORDS];
    fb_slice values[FB_STATE_RECORDS], removed[FB_STATE_RECORDS];
    uint64_t offsets[FB_STATE_RECORDS + 1] = {0};
    fb_buf *bytes = &f->removal_loader.keys;
    fb_buf_clear(bytes);
    for (size_t i = 0; i < count; i++) {
        fb_buf_add_slice(bytes, records[i].key);
        offsets[i + 1] = bytes->size;
    }
    if (bytes->failed) return fb_fail_nomem(err, "keys of a snapshot");
    fb_state_rows keys = {fb_buf_text(bytes), offsets, 0, (uint32_t)count};
    FB_TRY(fb_state_table_get_many(f->puts, &keys, values, err));
    FB_TRY(fb_state_table_get_many(f->removals, &keys, removed, err));
    size_t out_count = 0, changed_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (removed[i].data) continue;
        out[out_count] = records[i];
        if (values[i].data) {
            out[out_count].value = values[i];
            changed[changed_count++] = records[i];
        }
        out_count++;
    }
    FB_TRY(fb_state_file_writer_add(&f->writer, out, out_count, err));
    return fb_state_loader_remove(&f->put_loader, changed, changed_count, err);
}

static fb_status add_rest(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                          fb_error *err)
{
    fold *f = user;
    for (uint32_t i = 0; i < count; i++) {
        fb_state_record record = {keys[i], values[i], false};
        FB_TRY(fb_state_file_writer_add(&f->writer, &record, 1, err));
    }
    return FB_OK;
}

static fb_status fold_files(fold *f, int64_t snapshot, int64_t version, fb_error *err)
{
    for (int64_t file = snapshot + 1; file <= version; file++)
        FB_TRY(fb_state_log_read_file(f->log, FB_STATE_DELTA, file, add_delta, f, err));
    if (snapshot)
        FB_TRY(fb_state_log_read_file(f->log, FB_STATE_SNAPSHOT, snapshot, pass_snapshot, f, err));
    FB_TRY(fb_state_table_visit_all(f->puts, add_rest, f, err));
    return fb_state_file_writer_finish(&f->writer, err);
}

static fb_status make_snapshot(const fb_state_file_log *log, int64_t snapshot, int64_t version,
                               fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_state_log_path(log, FB_STATE_SNAPSHOT, version, path, err));
    fold *f = fb_alloc(sizeof *f);
    if (!f) return fb_fail_nomem(err, "a snapshot");
    fb_status status = fold_open(f, log, err);
    if (status == FB_OK) status = fold_files(f, snapshot, version, err);
    if (status == FB_OK)
        status = fb_filesystem_replace(log->fs, path, fb_buf_slice(&f->content), err);
    fold_close(f);
    fb_free(f);
    return status == FB_OK ? FB_OK : fb_wrap(err, status, "%s", path);
}

static fb_status size_of(const fb_state_file_log *log, fb_state_file_kind kind, int64_t version,
                         uint64_t *size_bytes, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    fb_file_info info;
    bool found;
    FB_TRY(fb_state_log_path(log, kind, version, path, err));
    FB_TRY(fb_filesystem_stat(log->fs, path, &found, &info, err));
    *size_bytes = found ? info.size_bytes : 0;
    return FB_OK;
}

/* More than min_deltas, and together half as large as the snapshot: so that the writing of a large
 * state's snapshots is at most twice that of its changes. */
static fb_status is_due(const fb_state_file_log *log, int64_t snapshot, int64_t version, bool *due,
                        fb_error *err)
{
    int64_t deltas = version - snapshot;
    *due = deltas >= FB_STATE_MAX_DELTAS && deltas > log->min_deltas;
    if (*due || deltas <= log->min_deltas) return FB_OK;
    uint64_t of_snapshot = 0, of_deltas = 0, size;
    if (snapshot) FB_TRY(size_of(log, FB_STATE_SNAPSHOT, snapshot, &of_snapshot, err));
    for (int64_t file = snapshot + 1; file <= version; file++) {
        FB_TRY(size_of(log, FB_STATE_DELTA, file, &size, err));
        of_deltas += size;
    }
    *due = of_deltas >= of_snapshot / 2;
    return FB_OK;
}

static fb_status remove_below(const fb_state_file_log *log, fb_state_file_kind kind,
                              const int64_t *versions, uint32_t count, int64_t version,
                              fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    for (uint32_t i = 0; i < count && versions[i] < version; i++) {
        FB_TRY(fb_state_log_path(log, kind, versions[i], path, err));
        FB_TRY(fb_filesystem_remove(log->fs, path, err));
    }
    return FB_OK;
}

/* What the oldest retained version does not need. */
static fb_status purge(const fb_state_file_log *log, const fb_state_files *files, int64_t version,
                       fb_error *err)
{
    int64_t oldest = version - log->retained, first;
    if (oldest < 1) return FB_OK;
    /* Where there is no whole chain, nothing is removed. */
    fb_error ignored;
    if (fb_state_files_chain(files, log->directory, oldest, INT64_MAX, &first, &ignored) != FB_OK)
        return FB_OK;
    FB_TRY(remove_below(log, FB_STATE_DELTA, files->deltas, files->delta_count, first, err));
    return remove_below(log, FB_STATE_SNAPSHOT, files->snapshots, files->snapshot_count, first,
                        err);
}

fb_status fb_state_file_log_maintain(fb_state_log *self, int64_t version, fb_error *err)
{
    fb_state_file_log *log = (fb_state_file_log *)self;
    fb_state_files files;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    int64_t snapshot;
    bool due = false;
    fb_status status = fb_state_files_list(log->fs, log->directory, &arena, &files, err);
    if (status == FB_OK)
        status = fb_state_files_chain(&files, log->directory, version, INT64_MAX, &snapshot, err);
    if (status == FB_OK) status = is_due(log, snapshot, version, &due, err);
    if (status == FB_OK && due) status = make_snapshot(log, snapshot, version, err);
    if (status == FB_OK) status = purge(log, &files, version, err);
    fb_arena_deinit(&arena);
    return status;
}
