/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a store in the order of their versions, each read once: deltas change one table,
 * from which every version comes out in turn; a snapshot becomes a table of its own, is compared
 * with the first and takes its place. */
#include "state/store_check.h"

#include "state/file_log_impl.h"
#include "state/memory_table.h"

#include <inttypes.h>
#include <stdio.h>

enum { UNKNOWN_VERSION = -1 };

typedef struct walk {
    const fb_state_store_check *check;
    fb_state_file_log log;
    fb_arena *arena; /* of the list of files */
    fb_state_files files;
    bool is_outdated; /* the list: a file was purged since */
    fb_state_store_totals *totals;
    fb_state_table *table;
    int64_t version;                     /* of the table */
    char broken[FB_PATH_MAX_BYTES + 32]; /* the last file that broke the chain, and how */
    /* Versions that should be there and cannot be rebuilt, in a row; 0: none. */
    int64_t lost_from, lost_to;
    char lost_why[FB_ERROR_MESSAGE_SIZE / 2];
} walk;

static fb_status open_table(const fb_state_store_check *check, fb_state_table **out, fb_error *err)
{
    fb_state_layout layout = {
        .name = check->directory, .key_bytes = FB_STATE_VARIABLE, .value_bytes = FB_STATE_VARIABLE};
    fb_state_memory_table_options options = {.layout = &layout, .budget = check->budget};
    FB_TRY(fb_state_memory_table_create(&options, out, err));
    return fb_state_table_begin(*out, FB_STATE_LOAD, err);
}

static uint64_t row_count(const fb_state_table *table)
{
    fb_state_stats stats;
    fb_state_table_stats(table, &stats);
    return stats.row_count;
}

/* --- one file --- */

typedef struct pass {
    walk *walk;
    fb_state_file_kind kind;
    fb_state_table *table;  /* that the file changes; NULL: none */
    fb_state_table *before; /* what a snapshot has to be equal to; NULL: not known */
    fb_state_open_file *file;
    fb_state_row_check rows;
    fb_state_loader loader;
} pass;

static void tell(pass *p, uint64_t offset, const char *what)
{
    if (fb_state_row_check_counts(&p->rows))
        fb_findings_damage(p->walk->check->findings, "%s: offset %" PRIu64 " of the payload: %s",
                           p->file->path, offset, what);
}

static fb_status compare(pass *p, const fb_state_record *records, const uint64_t *offsets,
                         uint32_t count, fb_error *err)
{
    fb_slice values[FB_STATE_RECORDS];
    fb_state_rows keys = {fb_buf_text(&p->loader.keys), p->loader.key_offsets, 0, count};
    FB_TRY(fb_state_table_get_many(p->before, &keys, values, err));
    for (uint32_t i = 0; i < count; i++) {
        if (!values[i].data)
            tell(p, offsets[i], "the deltas up to this version leave no row with this key");
        else if (!fb_slice_equal(values[i], records[i].value))
            tell(p, offsets[i], "the deltas up to this version leave another value");
    }
    return FB_OK;
}

static fb_status take_records(pass *p, const fb_state_record *records, uint32_t count,
                              fb_error *err)
{
    uint64_t offsets[FB_STATE_RECORDS];
    for (uint32_t i = 0; i < count; i++)
        offsets[i] = fb_state_file_reader_offset(&p->file->reader, &records[i]);
    FB_TRY(fb_state_row_check_run(&p->rows, records, offsets, count, err));
    if (!p->table) return FB_OK;
    uint64_t before = row_count(p->table);
    if (p->kind == FB_STATE_SNAPSHOT && before == 0)
        fb_state_loader_expect(&p->loader, &p->file->reader, count);
    FB_TRY(fb_state_loader_apply(&p->loader, records, count, err));
    if (p->kind == FB_STATE_DELTA) return FB_OK;
    if (row_count(p->table) != before + count)
        tell(p, offsets[0], "a key occurs twice, here or in one of the next records");
    return p->before ? compare(p, records, offsets, count, err) : FB_OK;
}

static fb_status read_records(pass *p, fb_error *err)
{
    fb_state_record records[FB_STATE_RECORDS];
    for (size_t count = 1; count;) {
        FB_TRY(fb_state_file_reader_next(&p->file->reader, records, FB_STATE_RECORDS, &count, err));
        if (count) FB_TRY(take_records(p, records, (uint32_t)count, err));
    }
    return FB_OK;
}

/* Goes through a file; *is_whole false when it is damaged, which is then a finding. */
static fb_status read_file(walk *w, fb_state_file_kind kind, int64_t version, fb_state_table *table,
                           fb_state_table *before, bool *is_whole, fb_error *err)
{
    fb_state_open_file file;
    fb_error caught;
    pass p = {.walk = w, .kind = kind, .table = table, .before = before, .file = &file};
    p.rows = (fb_state_row_check){.store = w->check, .path = file.path};
    fb_arena_init(&p.rows.arena, 0);
    fb_state_loader_init(&p.loader, table);
    p.loader.path = file.path;
    fb_status status = fb_state_log_open_file(&w->log, kind, version, &file, &caught);
    w->totals->file_count++;
    w->totals->size_bytes += file.content.size;
    if (status == FB_OK) status = read_records(&p, &caught);
    fb_state_row_check_finish(&p.rows);
    fb_state_log_close_file(&file);
    fb_state_loader_deinit(&p.loader);
    fb_arena_deinit(&p.rows.arena);
    *is_whole = status == FB_OK;
    if (status == FB_OK) return FB_OK;
    bool is_gone = status == FB_E_NOT_FOUND; /* since it was listed */
    (void)snprintf(w->broken, sizeof w->broken, "%s %s", file.path,
                   is_gone ? "was removed meanwhile" : "is damaged");
    w->is_outdated = w->is_outdated || is_gone;
    return is_gone ? FB_OK : fb_findings_take(w->check->findings, &caught, err);
}

/* --- all files --- */

static void forget(walk *w)
{
    w->version = UNKNOWN_VERSION;
}

static fb_status take_delta(walk *w, int64_t version, fb_error *err)
{
    bool is_whole, has_base = w->version == version - 1;
    if (!has_base) forget(w);
    FB_TRY(read_file(w, FB_STATE_DELTA, version, has_base ? w->table : NULL, NULL, &is_whole, err));
    if (has_base && is_whole)
        w->version = version;
    else
        forget(w);
    return FB_OK;
}

static fb_status take_snapshot(walk *w, int64_t version, fb_error *err)
{
    fb_state_table *table = NULL;
    bool is_whole = false;
    fb_state_table *before = w->version == version ? w->table : NULL;
    fb_status status = open_table(w->check, &table, err);
    if (status == FB_OK)
        status = read_file(w, FB_STATE_SNAPSHOT, version, table, before, &is_whole, err);
    if (is_whole && before && row_count(before) != row_count(table))
        fb_findings_damage(w->check->findings,
                           "%s/%" PRId64 ".snapshot: %" PRIu64 " rows, expected the %" PRIu64
                           " that the deltas up to this version leave",
                           w->check->directory, version, row_count(table), row_count(before));
    if (is_whole) {
        fb_state_table_close(w->table);
        w->table = table;
        w->version = version;
    } else {
        fb_state_table_close(table);
    }
    return status;
}

static void tell_lost(walk *w)
{
    if (w->lost_from && w->lost_from == w->lost_to)
        fb_findings_damage(w->check->findings, "%s: version %" PRId64 " cannot be rebuilt: %s",
                           w->check->directory, w->lost_from, w->lost_why);
    else if (w->lost_from)
        fb_findings_damage(w->check->findings,
                           "%s: versions %" PRId64 " to %" PRId64 " cannot be rebuilt: %s",
                           w->check->directory, w->lost_from, w->lost_to, w->lost_why);
    w->lost_from = 0;
}

/* Whether a running query has given up a version since the versions were listed: it purges the
 * offset log first, then the state. */
static fb_status was_purged(const walk *w, int64_t version, bool *was_purged, fb_error *err)
{
    char name[24], path[FB_PATH_MAX_BYTES + 1];
    fb_file_info info;
    bool is_there = true;
    if (w->check->offsets) {
        (void)snprintf(name, sizeof name, "%" PRId64, version - 1);
        FB_TRY(fb_path_join(path, w->check->offsets, name, err));
        FB_TRY(fb_filesystem_stat(w->check->fs, path, &is_there, &info, err));
    }
    *was_purged = !is_there;
    return FB_OK;
}

static fb_status require(walk *w, int64_t version, fb_error *err)
{
    fb_error missing;
    int64_t snapshot;
    bool purged;
    if (w->version == version) {
        tell_lost(w);
        return FB_OK;
    }
    FB_TRY(was_purged(w, version, &purged, err));
    if (purged) return FB_OK;
    w->lost_to = version;
    if (w->lost_from) return FB_OK;
    w->lost_from = version;
    bool has_files = fb_state_files_chain(&w->files, w->check->directory, version, INT64_MAX,
                                          &snapshot, &missing) == FB_OK;
    (void)snprintf(w->lost_why, sizeof w->lost_why, "%.*s", (int)sizeof w->lost_why - 1,
                   has_files ? w->broken : missing.message);
    return FB_OK;
}

static int64_t next_of(const int64_t *versions, uint32_t count, uint32_t index)
{
    return index < count ? versions[index] : INT64_MAX;
}

static void skip_to(const int64_t *versions, uint32_t count, int64_t version, uint32_t *index)
{
    while (*index < count && versions[*index] <= version)
        ++*index;
}

static int64_t newest_of(const walk *w)
{
    const fb_state_store_check *check = w->check;
    return check->version_count ? check->versions[check->version_count - 1] : 0;
}

static fb_status list_files(walk *w, fb_error *err)
{
    w->is_outdated = false;
    return fb_state_files_list_live(w->check->fs, w->check->directory, newest_of(w), w->arena,
                                    &w->files, err);
}

static fb_status take_files(walk *w, fb_error *err)
{
    const fb_state_store_check *check = w->check;
    const fb_state_files *files = &w->files;
    uint32_t d = 0, s = 0, r = 0;
    int64_t newest = newest_of(w);
    for (;;) {
        int64_t delta = next_of(files->deltas, files->delta_count, d);
        int64_t snapshot = next_of(files->snapshots, files->snapshot_count, s);
        int64_t required = next_of(check->versions, check->version_count, r);
        int64_t version = delta < snapshot ? delta : snapshot;
        if (required < version) version = required;
        if (version > newest || version == INT64_MAX) break;
        if (delta == version) FB_TRY(take_delta(w, version, err));
        if (snapshot == version) FB_TRY(take_snapshot(w, version, err));
        if (required == version) {
            FB_TRY(require(w, version, err));
            r++;
        }
        if (w->is_outdated) {
            /* What was purged has a newer snapshot in its place. */
            FB_TRY(list_files(w, err));
            d = s = 0;
        }
        skip_to(files->deltas, files->delta_count, version, &d);
        skip_to(files->snapshots, files->snapshot_count, version, &s);
    }
    tell_lost(w);
    w->totals->later_count += files->delta_count - d + files->snapshot_count - s;
    if (w->version == newest) w->totals->row_count += row_count(w->table);
    return FB_OK;
}

fb_status fb_state_store_check_files(const fb_state_store_check *check,
                                     fb_state_store_totals *totals, fb_error *err)
{
    fb_arena arena;
    walk w = {.check = check, .totals = totals, .arena = &arena};
    w.log = (fb_state_file_log){
        .fs = check->fs, .directory = (char *)check->directory, .format = check->format};
    fb_arena_init(&arena, 0);
    fb_status status = list_files(&w, err);
    if (status == FB_OK && w.files.stray_snapshot)
        fb_findings_damage(check->findings,
                           "%s/%s: the name is no version: Spark does not load a store with it",
                           check->directory, w.files.stray_snapshot);
    if (status == FB_OK) status = open_table(check, &w.table, err);
    if (status == FB_OK) status = take_files(&w, err);
    fb_state_table_close(w.table);
    fb_arena_deinit(&arena);
    return status;
}
