/* SPDX-License-Identifier: Apache-2.0
 *
 * What a checkpoint is, from its metadata, the newest entries of its logs and the names and sizes
 * of its state files. */
#include "checkpoint/log_check.h"
#include "checkpoint/pinned_conf.h"
#include "data/datetime.h"
#include "files/location.h"
#include "formats/json_writer.h"
#include "session/session_state.h"
#include "session/state_view.h"

#include <forebay/checkpoint.h>

#include <inttypes.h>
#include <stdio.h>

/* The files of one store, of all its partitions. */
typedef struct store_files {
    const fb_operator_metadata *operator_;
    const fb_operator_store *store;
    uint32_t partition_count; /* directories */
    uint32_t snapshot_count, delta_count;
    /* Versions that every partition has files for which is not named by the health; newest 0: none
     */
    int64_t oldest, newest;
    uint64_t size_bytes;
} store_files;

typedef struct info {
    fb_session *session;
    const fb_timezone *timezone;
    fb_state_view view;
    char query_id[FB_UUID_TEXT_SIZE];
    int64_t *planned;
    uint32_t planned_count;
    int64_t *committed;
    uint32_t committed_count;
    bool has_offsets, has_commit;
    fb_offset_entry offsets; /* the newest */
    fb_commit_entry commit;
    const char *provider; /* of state: the name of the class without its packages */
    bool is_rocksdb;
    store_files *stores;
    uint32_t store_count;
    char health[FB_ERROR_MESSAGE_SIZE + 128];
} info;

/* --- reading --- */

/* The first thing that is wrong is what is told. */
static fb_status note(info *f, const fb_error *caught, fb_error *err)
{
    if (caught->status != FB_E_CORRUPT && caught->status != FB_E_NOT_FOUND &&
        caught->status != FB_E_UNSUPPORTED)
        return fb_pass_on(err, caught);
    if (!f->health[0]) (void)snprintf(f->health, sizeof f->health, "%s", caught->message);
    return FB_OK;
}

static fb_status read_query_id(info *f, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    fb_buf content;
    fb_error caught;
    FB_TRY(fb_path_join(path, f->view.root, "metadata", err));
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status =
        fb_filesystem_read(f->view.fs, path, FB_LOG_FILE_MAX_BYTES, &content, &caught);
    if (status == FB_OK)
        status = fb_query_metadata_decode(path, fb_buf_slice(&content), f->query_id, &caught);
    fb_buf_deinit(&content);
    if (status == FB_OK) return FB_OK;
    f->query_id[0] = '\0';
    return note(f, &caught, err);
}

static fb_status read_commit(info *f, const char *directory, fb_error *err)
{
    if (!f->committed_count) return FB_OK;
    int64_t id = f->committed[f->committed_count - 1];
    const fb_metadata_log commits = {f->view.fs, directory};
    const char *name = fb_arena_printf(f->view.arena, "%s/%" PRId64, directory, id);
    if (!name) return fb_fail_nomem(err, "a checkpoint");
    fb_buf content;
    fb_error caught;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_metadata_log_read(&commits, id, &content, &caught);
    if (status == FB_OK)
        status = fb_commit_entry_decode(name, fb_buf_slice(&content), f->view.arena, &f->commit,
                                        &caught);
    fb_buf_deinit(&content);
    f->has_commit = status == FB_OK;
    return f->has_commit ? FB_OK : note(f, &caught, err);
}

static fb_status read_logs(info *f, fb_error *err)
{
    char offsets[FB_PATH_MAX_BYTES + 1], commits[FB_PATH_MAX_BYTES + 1];
    fb_error caught;
    FB_TRY(fb_path_join(offsets, f->view.root, "offsets", err));
    FB_TRY(fb_path_join(commits, f->view.root, "commits", err));
    const fb_metadata_log planned = {f->view.fs, offsets}, committed = {f->view.fs, commits};
    /* Offsets are written first: while the query runs, none of these is missing for that. */
    FB_TRY(
        fb_metadata_log_list(&committed, f->view.arena, &f->committed, &f->committed_count, err));
    FB_TRY(fb_metadata_log_list(&planned, f->view.arena, &f->planned, &f->planned_count, err));
    if (!f->planned_count && !f->committed_count)
        return fb_checkpoint_none(f->view.fs, f->view.root, "batch", err);
    FB_TRY(read_query_id(f, err));
    FB_TRY(read_commit(f, commits, err));
    if (!f->planned_count) return FB_OK;
    int64_t last = f->planned[f->planned_count - 1];
    f->has_offsets = fb_state_view_offsets(&f->view, last, &f->offsets, &caught) == FB_OK;
    if (!f->has_offsets) FB_TRY(note(f, &caught, err));
    if (last == 0 || (f->planned_count > 1 && f->planned[f->planned_count - 2] == last - 1))
        return FB_OK;
    (void)fb_fail(&caught, FB_E_NOT_FOUND, 0,
                  "%s/%" PRId64 " is missing: a restart needs the last two", offsets, last - 1);
    return note(f, &caught, err);
}

static fb_status add_sizes(info *f, const char *directory, store_files *out, fb_error *err)
{
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(f->view.fs, directory, f->view.arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++)
        if (!infos[i].is_directory) out->size_bytes += infos[i].size_bytes;
    return FB_OK;
}

/* The oldest version from which on all up to the newest can be rebuilt, by the names of files.
 * `snapshot` is what the newest begins with: all after it come out on the way. */
static int64_t oldest_of(const fb_state_files *files, const char *directory, int64_t snapshot)
{
    int64_t oldest = snapshot ? snapshot : 1;
    fb_error missing;
    while (oldest > 1 && fb_state_files_chain(files, directory, oldest - 1, INT64_MAX, &snapshot,
                                              &missing) == FB_OK)
        oldest = snapshot ? snapshot : 1;
    return oldest;
}

static fb_status look_at_partition(info *f, const char *directory, int64_t wanted, store_files *out,
                                   fb_error *err)
{
    fb_state_files files;
    fb_error missing;
    int64_t snapshot;
    FB_TRY(add_sizes(f, directory, out, err));
    if (f->is_rocksdb) return FB_OK;
    FB_TRY(fb_state_files_list_live(f->view.fs, directory, wanted, f->view.arena, &files, err));
    out->snapshot_count += files.snapshot_count;
    out->delta_count += files.delta_count;
    if (fb_state_files_chain(&files, directory, wanted, INT64_MAX, &snapshot, &missing) != FB_OK)
        return note(f, &missing, err);
    if (wanted == 0) return FB_OK;
    int64_t oldest = oldest_of(&files, directory, snapshot);
    if (oldest > out->oldest) out->oldest = oldest;
    out->newest = wanted;
    return FB_OK;
}

/* The version that the next batch begins with. */
static int64_t next_version(const info *f)
{
    int64_t planned = f->planned_count ? f->planned[f->planned_count - 1] : -1;
    int64_t committed = f->committed_count ? f->committed[f->committed_count - 1] : -1;
    if (committed < planned) return planned;
    return committed + (committed < INT64_MAX);
}

/* The STRUCT of the keys; NULL when the schema cannot be read, which is noted unless it is only
 * not there. */
static fb_status read_key(info *f, int64_t operator_id, const char *store, const fb_type **key,
                          fb_error *err)
{
    const char *path;
    fb_state_schema schema;
    fb_error caught;
    *key = NULL;
    fb_status status = fb_state_view_schema(&f->view, operator_id, store, &path, &schema, &caught);
    if (status == FB_OK) *key = schema.families[0].key;
    return status == FB_OK || status == FB_E_NOT_FOUND ? FB_OK : note(f, &caught, err);
}

static fb_status look_at_store(info *f, int64_t id, store_files *out, fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    const char *name = fb_arena_strdup(f->view.arena, out->store->name);
    const fb_type *key;
    fb_state_partitions partitions;
    uint32_t first, to;
    int64_t wanted = next_version(f);
    if (!name) return fb_fail_nomem(err, "a checkpoint");
    FB_TRY(read_key(f, id, name, &key, err));
    FB_TRY(
        fb_state_view_partitions(&f->view, &f->offsets, id, out->operator_, key, &partitions, err));
    out->partition_count = partitions.count;
    if (wanted && fb_state_partitions_gap(&partitions, 0, &first, &to)) {
        fb_error missing;
        (void)fb_fail(&missing, FB_E_NOT_FOUND, 0,
                      "%s/%u is missing: there should be %u partitions", partitions.directory,
                      first, partitions.expected);
        FB_TRY(note(f, &missing, err));
    }
    for (uint32_t i = 0; i < partitions.count; i++) {
        FB_TRY(fb_state_directory(directory, f->view.root, id, partitions.ids[i], name, err));
        FB_TRY(look_at_partition(f, directory, wanted, out, err));
    }
    return FB_OK;
}

/* A query goes on without this file, whose stores we then do not know. */
static fb_status miss_metadata(info *f, const char *path, const fb_error *caught, fb_error *err)
{
    if (caught->status != FB_E_NOT_FOUND) return note(f, caught, err);
    fb_error missing;
    (void)fb_fail(&missing, FB_E_NOT_FOUND, 0,
                  "%s does not exist: the files of this operator were not looked at", path);
    return note(f, &missing, err);
}

static fb_status add_operator(info *f, uint32_t id, fb_error *err)
{
    const char *path;
    fb_error caught;
    fb_operator_metadata *metadata = fb_arena_array(f->view.arena, 1, sizeof *metadata);
    if (!metadata) return fb_fail_nomem(err, "a checkpoint");
    if (fb_state_view_operator(&f->view, id, &path, metadata, &caught))
        return miss_metadata(f, path, &caught, err);
    if (metadata->operator_id != id) {
        fb_error wrong;
        (void)fb_fail(&wrong, FB_E_CORRUPT, 0, "%s: operator %" PRId64 ", expected %u", path,
                      metadata->operator_id, id);
        FB_TRY(note(f, &wrong, err));
        metadata->operator_id = id;
    }
    store_files *stores =
        fb_arena_array(f->view.arena, f->store_count + metadata->store_count, sizeof *stores);
    if (!stores) return fb_fail_nomem(err, "a checkpoint");
    if (f->store_count) memcpy(stores, f->stores, f->store_count * sizeof *stores);
    f->stores = stores;
    for (uint32_t i = 0; i < metadata->store_count; i++) {
        store_files *store = &stores[f->store_count++];
        *store = (store_files){.operator_ = metadata, .store = &metadata->stores[i]};
        FB_TRY(look_at_store(f, id, store, err));
    }
    return FB_OK;
}

static fb_status read_state(info *f, fb_error *err)
{
    char state[FB_PATH_MAX_BYTES + 1];
    uint32_t *operators, count;
    fb_slice provider = {NULL, 0};
    if (f->has_offsets)
        provider =
            fb_pinned_conf_value(&f->offsets, "spark.sql.streaming.stateStore.providerClass");
    f->provider = fb_arena_strdup(f->view.arena, provider);
    if (!f->provider) return fb_fail_nomem(err, "a checkpoint");
    const char *dot = strrchr(f->provider, '.');
    if (dot) f->provider = dot + 1;
    f->is_rocksdb = strstr(f->provider, "RocksDB") != NULL;
    FB_TRY(fb_path_join(state, f->view.root, "state", err));
    FB_TRY(fb_state_view_numbers(&f->view, state, &operators, &count, err));
    for (uint32_t i = 0; i < count; i++)
        FB_TRY(add_operator(f, operators[i], err));
    return FB_OK;
}

static void judge(info *f)
{
    int64_t planned = f->planned_count ? f->planned[f->planned_count - 1] : -1;
    int64_t committed = f->committed_count ? f->committed[f->committed_count - 1] : -1;
    if (f->health[0]) return;
    const char *what = f->is_rocksdb && f->store_count
                           ? "the logs are there, state in RocksDB was not looked at"
                           : "all needed files are there";
    if (committed > planned)
        (void)snprintf(f->health, sizeof f->health,
                       "batch %" PRId64 " is committed, but the newest entry of the offset log is "
                       "%" PRId64,
                       committed, planned);
    else if (committed == planned)
        (void)snprintf(f->health, sizeof f->health, "%s; the next batch is %" PRId64, what,
                       planned + 1);
    else
        (void)snprintf(f->health, sizeof f->health,
                       "%s; batch %" PRId64 " is not committed and runs again", what, planned);
}

/* --- text --- */

static void add_ids(fb_buf *out, const char *what, const int64_t *ids, uint32_t count)
{
    if (!count)
        fb_buf_printf(out, "none %s", what);
    else
        fb_buf_printf(out, "%" PRId64 " to %" PRId64 " %s", ids[0], ids[count - 1], what);
}

static void add_time(const info *f, const char *name, int64_t ms, fb_buf *out)
{
    char text[FB_TIMESTAMP_TEXT_MAX];
    int64_t us;
    fb_buf_printf(out, "%-10s  ", name);
    if (!__builtin_mul_overflow(ms, 1000, &us))
        fb_buf_add(out, text, fb_timestamp_print(f->timezone, us, text));
    fb_buf_printf(out, " (%" PRId64 " ms)\n", ms);
}

static void add_stores(const info *f, fb_buf *out)
{
    fb_slice codec =
        fb_pinned_conf_value(&f->offsets, "spark.sql.streaming.stateStore.compression.codec");
    if (f->store_count)
        fb_buf_printf(out, "%-10s  %s, %.*s\n", "state",
                      f->provider[0] ? f->provider : "the session's provider",
                      FB_SLICE_ARGS(codec));
    for (uint32_t i = 0; i < f->store_count; i++) {
        const store_files *s = &f->stores[i];
        fb_buf_printf(out, "%-10s  %" PRId64 " %.*s, store %.*s: %u partitions, ",
                      i ? "" : "operators", s->operator_->operator_id,
                      FB_SLICE_ARGS(s->operator_->operator_name), FB_SLICE_ARGS(s->store->name),
                      s->partition_count);
        if (s->newest)
            fb_buf_printf(out, "batches %" PRId64 " to %" PRId64 " (%u snapshots, %u deltas), ",
                          s->oldest - 1, s->newest - 1, s->snapshot_count, s->delta_count);
        fb_buf_printf(out, "%" PRIu64 " bytes\n", s->size_bytes);
    }
}

static void write_text(const info *f, fb_buf *out)
{
    fb_buf_printf(out, "%-10s  %s\n", "checkpoint", f->view.root);
    fb_buf_printf(out, "%-10s  %s\n", "query", f->query_id[0] ? f->query_id : "unknown");
    fb_buf_printf(out, "%-10s  ", "batches");
    add_ids(out, "planned, ", f->planned, f->planned_count);
    add_ids(out, "committed\n", f->committed, f->committed_count);
    if (f->has_offsets) {
        int64_t watermark_ms = f->offsets.watermark_ms;
        if (f->has_commit && f->commit.next_watermark_ms > watermark_ms)
            watermark_ms = f->commit.next_watermark_ms;
        add_time(f, "planned at", f->offsets.timestamp_ms, out);
        if (watermark_ms > 0)
            add_time(f, "watermark", watermark_ms, out);
        else
            fb_buf_printf(out, "%-10s  none\n", "watermark");
        fb_buf_printf(out, "%-10s  %s", "written by",
                      f->offsets.run_id.size ? "forebay, run " : "spark");
        fb_buf_add_slice(out, f->offsets.run_id);
        fb_buf_add_char(out, '\n');
    }
    for (uint32_t i = 0; i < f->offsets.source_count; i++)
        fb_buf_printf(
            out, "%-10s  %u at %.*s\n", i ? "" : "sources", i,
            FB_SLICE_ARGS(f->offsets.offsets[i].data ? f->offsets.offsets[i] : FB_SLICE("-")));
    add_stores(f, out);
    for (uint32_t i = 0; i < f->offsets.conf_count; i++)
        fb_buf_printf(out, "%-10s  %.*s=%.*s\n", i ? "" : "settings",
                      FB_SLICE_ARGS(f->offsets.conf[i].key),
                      FB_SLICE_ARGS(f->offsets.conf[i].value));
    fb_buf_printf(out, "%-10s  %s\n", "health", f->health);
}

/* --- JSON --- */

static void json_number(fb_json_writer *json, const char *key, int64_t value)
{
    fb_json_key(json, key);
    fb_json_int(json, value);
}

static void json_range(fb_json_writer *json, const char *key, const int64_t *ids, uint32_t count)
{
    fb_json_key(json, key);
    if (!count) {
        fb_json_null(json);
        return;
    }
    fb_json_begin_object(json);
    json_number(json, "oldest", ids[0]);
    json_number(json, "newest", ids[count - 1]);
    fb_json_end_object(json);
}

static void json_stores(const info *f, fb_json_writer *json)
{
    fb_json_key(json, "stores");
    fb_json_begin_array(json);
    for (uint32_t i = 0; i < f->store_count; i++) {
        const store_files *s = &f->stores[i];
        const int64_t batches[] = {s->oldest - 1, s->newest - 1};
        fb_json_begin_object(json);
        json_number(json, "operatorId", s->operator_->operator_id);
        fb_json_key(json, "operatorName");
        fb_json_string(json, s->operator_->operator_name);
        fb_json_key(json, "store");
        fb_json_string(json, s->store->name);
        json_number(json, "partitions", s->partition_count);
        json_range(json, "batches", batches, s->newest ? 2 : 0);
        json_number(json, "snapshots", s->snapshot_count);
        json_number(json, "deltas", s->delta_count);
        json_number(json, "bytes", (int64_t)s->size_bytes);
        fb_json_end_object(json);
    }
    fb_json_end_array(json);
}

static void json_sources(const info *f, fb_json_writer *json)
{
    fb_json_key(json, "sources");
    fb_json_begin_array(json);
    for (uint32_t i = 0; i < f->offsets.source_count; i++) {
        if (f->offsets.offsets[i].data)
            fb_json_string(json, f->offsets.offsets[i]);
        else
            fb_json_null(json);
    }
    fb_json_end_array(json);
    fb_json_key(json, "settings");
    fb_json_begin_object(json);
    for (uint32_t i = 0; i < f->offsets.conf_count; i++) {
        fb_json_key_slice(json, f->offsets.conf[i].key);
        fb_json_string(json, f->offsets.conf[i].value);
    }
    fb_json_end_object(json);
}

static void write_json(const info *f, fb_buf *out)
{
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "checkpoint");
    fb_json_string(&json, fb_slice_of(f->view.root));
    fb_json_key(&json, "queryId");
    if (f->query_id[0])
        fb_json_string(&json, fb_slice_of(f->query_id));
    else
        fb_json_null(&json);
    json_range(&json, "planned", f->planned, f->planned_count);
    json_range(&json, "committed", f->committed, f->committed_count);
    if (f->has_offsets) {
        json_number(&json, "batchTimestampMs", f->offsets.timestamp_ms);
        json_number(&json, "batchWatermarkMs", f->offsets.watermark_ms);
        fb_json_key(&json, "runId");
        if (f->offsets.run_id.size)
            fb_json_string(&json, f->offsets.run_id);
        else
            fb_json_null(&json);
    }
    if (f->has_commit) json_number(&json, "nextBatchWatermarkMs", f->commit.next_watermark_ms);
    json_sources(f, &json);
    json_stores(f, &json);
    fb_json_key(&json, "health");
    fb_json_string(&json, fb_slice_of(f->health));
    fb_json_end_object(&json);
    fb_buf_add_char(out, '\n');
}

static fb_status describe(info *f, const char *location, fb_result_format format, fb_error *err)
{
    FB_TRY(fb_location_resolve(f->view.arena, fb_slice_of(location), &f->view.root, err));
    FB_TRY(fb_session_timezone(f->session, &f->timezone, err));
    f->view.fs = f->session->local;
    FB_TRY(read_logs(f, err));
    FB_TRY(read_state(f, err));
    judge(f);
    fb_buf text;
    fb_buf_init(&text, 0);
    (format == FB_RESULT_JSONL ? write_json : write_text)(f, &text);
    fb_status status = FB_OK;
    if (text.failed)
        status = fb_fail_nomem(err, "the description of a checkpoint");
    else if (!fb_session_print(f->session, fb_buf_text(&text), text.size))
        status = fb_fail(err, FB_E_IO, 0, "the output cannot be written");
    fb_buf_deinit(&text);
    return status;
}

fb_status fb_session_describe_checkpoint(fb_session *session, const char *location,
                                         fb_result_format format, fb_error *err)
{
    if (!location) return fb_fail(err, FB_E_INVALID, 0, "a checkpoint's location is missing");
    if (format == FB_RESULT_CSV)
        return fb_fail(err, FB_E_INVALID, 0, "a checkpoint is described as text or jsonl, not csv");
    fb_arena arena;
    fb_arena_init(&arena, 0);
    info f = {.session = session, .view = {.arena = &arena}};
    fb_status status = describe(&f, location, format, err);
    fb_arena_deinit(&arena);
    return status;
}
