/* SPDX-License-Identifier: Apache-2.0
 *
 * Work on all stores is one task per store. Most of it waits for the disk, so it has threads of its
 * own, more than there are processors: the syncs of different stores overlap. Where the query has
 * no threads, in tests, it has none either. */
#include "stream/state_stores.h"

#include "base/memory.h"
#include "exec/state_aggregate.h"
#include "state/memory_table.h"
#include "stream/whole_versions.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_IO_THREADS = 16 };

typedef struct stored_partition {
    fb_state_store *store;
    const char *name; /* "state/0/3/default", in the arena */
    const char *directory;
    bool is_settled; /* leftovers of an earlier process are cleared away */
    bool was_loaded; /* since it was last opened */
    uint64_t memory_hits;
    uint64_t memory_misses;
    int64_t commit_us;
    atomic_int_fast64_t snapshot;
} stored_partition;

/* The partitions of one operator lie side by side. */
typedef struct stored_operator {
    uint32_t first;
    uint32_t count;
} stored_operator;

struct fb_state_stores {
    fb_state_stores_config config;
    fb_arena arena;
    stored_operator *operators; /* by id */
    stored_partition *partitions;
    fb_state_table **tables; /* of the partitions */
    uint32_t count;          /* of partitions, over all operators */
    fb_workers *io;
    int64_t version; /* asked for by the call that is running */
};

/* --- making them --- */

static fb_status make_store(fb_state_stores *stores, const fb_stage *stage, uint32_t partition,
                            uint32_t index, fb_error *err)
{
    const fb_state_stores_config *config = &stores->config;
    stored_partition *p = &stores->partitions[index];
    char directory[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_state_directory(directory, config->checkpoint_root, stage->operator_id, partition,
                              FB_STATE_DEFAULT_STORE, err));
    p->directory = fb_arena_strdup(&stores->arena, fb_slice_of(directory));
    p->name = fb_arena_printf(&stores->arena, "state/%u/%u/default", stage->operator_id, partition);
    if (!p->directory || !p->name) return fb_fail_nomem(err, "a state store");
    atomic_init(&p->snapshot, -1);

    fb_state_layout layout;
    fb_state_aggregate_layout(&stage->aggregation, p->name, &layout);
    const fb_state_memory_table_options table_options = {.layout = &layout,
                                                         .budget = config->budget};
    const fb_state_file_log_options log_options = {.fs = config->fs,
                                                   .directory = p->directory,
                                                   .format = config->format,
                                                   .min_deltas = config->min_deltas,
                                                   .retained = config->retained,
                                                   .budget = config->budget};
    fb_state_table *table;
    fb_state_log *log;
    FB_TRY(fb_state_memory_table_create(&table_options, &table, err));
    fb_status status = fb_state_file_log_create(&log_options, &log, err);
    if (status != FB_OK) {
        fb_state_table_close(table);
        return status;
    }
    FB_TRY(fb_state_store_create(table, log, &p->store, err));
    stores->tables[index] = table;
    return FB_OK;
}

static uint32_t partitions_of(const fb_state_stores *stores, const fb_stage *stage)
{
    return stage->aggregation.key_count ? stores->config.partition_count : 1;
}

static fb_status make_stores(fb_state_stores *stores, fb_error *err)
{
    const fb_physical *physical = stores->config.physical;
    stores->operators =
        fb_arena_alloc_zero(&stores->arena, physical->aggregate_count * sizeof *stores->operators);
    if (!stores->operators) return fb_fail_nomem(err, "the state stores");
    for (uint32_t i = 0; i < physical->stage_count; i++) {
        const fb_stage *stage = &physical->stages[i];
        if (stage->kind != FB_STAGE_AGGREGATE) continue;
        uint32_t count = partitions_of(stores, stage);
        stores->operators[stage->operator_id] =
            (stored_operator){.first = stores->count, .count = count};
        stores->count += count;
    }
    stores->partitions = fb_alloc_zero(stores->count, sizeof *stores->partitions);
    stores->tables = fb_alloc_zero(stores->count, sizeof(fb_state_table *));
    if (!stores->partitions || !stores->tables) return fb_fail_nomem(err, "the state stores");
    for (uint32_t i = 0; i < physical->stage_count; i++) {
        const fb_stage *stage = &physical->stages[i];
        if (stage->kind != FB_STAGE_AGGREGATE) continue;
        uint32_t first = stores->operators[stage->operator_id].first;
        for (uint32_t p = 0; p < partitions_of(stores, stage); p++)
            FB_TRY(make_store(stores, stage, p, first + p, err));
    }
    uint32_t threads = stores->count < MAX_IO_THREADS ? stores->count : MAX_IO_THREADS;
    bool has_threads = fb_workers_count(stores->config.workers) > 0;
    /* The thread that asks works too. */
    return fb_workers_create(has_threads ? threads - 1 : 0, &stores->io, err);
}

fb_status fb_state_stores_create(const fb_state_stores_config *config, fb_state_stores **out,
                                 fb_error *err)
{
    *out = NULL;
    fb_state_stores *stores = fb_alloc_zero(1, sizeof *stores);
    if (!stores) return fb_fail_nomem(err, "the state stores");
    stores->config = *config;
    fb_arena_init(&stores->arena, 4096);
    fb_status status = make_stores(stores, err);
    if (status != FB_OK)
        fb_state_stores_destroy(stores);
    else
        *out = stores;
    return status;
}

void fb_state_stores_destroy(fb_state_stores *stores)
{
    if (!stores) return;
    fb_workers_destroy(stores->io);
    for (uint32_t i = 0; stores->partitions && i < stores->count; i++)
        fb_state_store_close(stores->partitions[i].store);
    fb_free(stores->partitions);
    fb_free(stores->tables);
    fb_arena_deinit(&stores->arena);
    fb_free(stores);
}

/* --- all of them at once --- */

static fb_status for_each(fb_state_stores *stores, fb_task task, fb_error *err)
{
    return fb_workers_run(stores->io, task, stores, stores->count, err);
}

/* Another program's files may still be in the system's cache only, and what is built on them is
 * not to outlive them. */
static fb_status sync_files(fb_filesystem *fs, const char *directory, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    fb_file_info *infos;
    uint32_t count;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = fb_filesystem_list(fs, directory, &arena, &infos, &count, err);
    for (uint32_t i = 0; status == FB_OK && i < count; i++) {
        if (infos[i].is_directory) continue;
        status = fb_path_join(path, directory, infos[i].name, err);
        if (status == FB_OK) status = fb_filesystem_sync(fs, path, err);
    }
    fb_arena_deinit(&arena);
    return status;
}

/* What a killed process left: temporary files, and names that a power cut could still undo. */
static fb_status settle(const fb_state_stores *stores, stored_partition *p, fb_error *err)
{
    if (p->is_settled) return FB_OK;
    fb_filesystem *fs = stores->config.fs;
    FB_TRY(fb_filesystem_clean(fs, p->directory, err));
    if (stores->config.was_elsewhere) FB_TRY(sync_files(fs, p->directory, err));
    FB_TRY(fb_filesystem_sync(fs, p->directory, err));
    p->is_settled = true;
    return FB_OK;
}

static fb_status load_one(void *user, uint32_t index, fb_error *err)
{
    fb_state_stores *stores = user;
    stored_partition *p = &stores->partitions[index];
    FB_TRY(settle(stores, p, err));
    if (fb_state_store_version(p->store) == stores->version) return FB_OK;
    FB_TRY(fb_state_store_open(p->store, stores->version, err));
    fb_state_store_abort(p->store);
    p->memory_misses++;
    p->was_loaded = true;
    return FB_OK;
}

static fb_status discard_one(void *user, uint32_t index, fb_error *err)
{
    const fb_state_stores *stores = user;
    return fb_state_store_discard_newer(stores->partitions[index].store, err);
}

fb_status fb_state_stores_load(fb_state_stores *stores, int64_t version, fb_error *err)
{
    stores->version = version;
    bool is_there = true;
    for (uint32_t i = 0; i < stores->count && is_there; i++) {
        const stored_partition *p = &stores->partitions[i];
        is_there = p->is_settled && fb_state_store_version(p->store) == version;
    }
    if (is_there) return FB_OK;
    FB_TRY(for_each(stores, load_one, err));
    /* When all have the version, and at once: a process that still runs elsewhere, because nothing
     * locks the directory there, is not to take our versions for leftovers at its first commit. */
    return for_each(stores, discard_one, err);
}

static fb_status open_one(void *user, uint32_t index, fb_error *err)
{
    fb_state_stores *stores = user;
    stored_partition *p = &stores->partitions[index];
    /* Spark asks for a version twice, to read and to write. */
    if (stores->version > 0) p->memory_hits += p->was_loaded ? 1 : 2;
    p->was_loaded = false;
    return fb_state_store_open(p->store, stores->version, err);
}

fb_status fb_state_stores_open(fb_state_stores *stores, int64_t version, fb_error *err)
{
    FB_TRY(fb_state_stores_load(stores, version, err));
    for (uint32_t i = 0; i < stores->count; i++)
        FB_TRY(open_one(stores, i, err));
    return FB_OK;
}

/* Leftovers above the version were removed when it was loaded, and the checkpoint is locked: a file
 * that is there now is somebody else's. */
static fb_status commit_one(void *user, uint32_t index, fb_error *err)
{
    fb_state_stores *stores = user;
    stored_partition *p = &stores->partitions[index];
    int64_t version, from_us = fb_clock_monotonic_us(stores->config.clock);
    fb_error caught;
    fb_status status = fb_state_store_commit(p->store, &version, &caught);
    p->commit_us = fb_clock_monotonic_us(stores->config.clock) - from_us;
    if (status != FB_E_EXISTS) return status == FB_OK ? FB_OK : fb_pass_on(err, &caught);
    return fb_fail_condition(err, FB_E_CONFLICT, "CONCURRENT_STREAM_LOG_UPDATE",
                             "%s. Multiple streaming jobs detected; please make sure only one "
                             "streaming job runs on a specific checkpoint location at a time",
                             caught.message);
}

fb_status fb_state_stores_commit(fb_state_stores *stores, fb_error *err)
{
    return for_each(stores, commit_one, err);
}

void fb_state_stores_abort(fb_state_stores *stores)
{
    for (uint32_t i = 0; i < stores->count; i++)
        fb_state_store_abort(stores->partitions[i].store);
}

/* --- what they hold --- */

fb_state_table *const *fb_state_stores_tables(const fb_state_stores *stores, uint32_t operator_id)
{
    return stores->tables + stores->operators[operator_id].first;
}

void fb_state_stores_usage(const fb_state_stores *stores, uint32_t operator_id, fb_state_usage *out)
{
    const stored_operator *op = &stores->operators[operator_id];
    *out = (fb_state_usage){.store_count = op->count};
    for (uint32_t i = 0; i < op->count; i++) {
        const stored_partition *p = &stores->partitions[op->first + i];
        fb_state_stats stats;
        fb_state_table_stats(stores->tables[op->first + i], &stats);
        out->row_count += stats.row_count;
        out->memory_bytes += stats.memory_bytes;
        out->memory_hits += p->memory_hits;
        out->memory_misses += p->memory_misses;
        out->commit_us += p->commit_us;
    }
}

int64_t fb_state_stores_snapshot(const fb_state_stores *stores, uint32_t operator_id,
                                 uint32_t partition)
{
    uint32_t index = stores->operators[operator_id].first + partition;
    return atomic_load(&stores->partitions[index].snapshot);
}

/* --- maintenance --- */

static fb_status maintain_one(const fb_state_stores *stores, stored_partition *p, int64_t version,
                              fb_error *err)
{
    char name[FB_STATE_FILE_NAME_BYTES], path[FB_PATH_MAX_BYTES + 1];
    bool found;
    fb_file_info info;
    fb_state_file_name(FB_STATE_SNAPSHOT, version, name);
    FB_TRY(fb_state_store_maintain(p->store, version, err));
    FB_TRY(fb_path_join(path, p->directory, name, err));
    FB_TRY(fb_filesystem_stat(stores->config.fs, path, &found, &info, err));
    if (found) atomic_store(&p->snapshot, version);
    return FB_OK;
}

/* What is wrong with one store is not to let the files of the others grow in number for ever. */
fb_status fb_state_stores_maintain(fb_state_stores *stores, int64_t version, fb_error *err)
{
    fb_error first = {0}, error;
    for (uint32_t i = 0; i < stores->count; i++) {
        fb_status status = maintain_one(stores, &stores->partitions[i], version, &error);
        if (status != FB_OK && first.status == FB_OK) first = error;
    }
    return first.status == FB_OK ? FB_OK : fb_pass_on(err, &first);
}

/* --- damage --- */

fb_status fb_state_stores_find_whole(fb_state_stores *stores, int64_t least, uint32_t count,
                                     bool *is_whole, fb_error *err)
{
    const char **directories = fb_alloc_zero(stores->count, sizeof *directories);
    if (!directories) return fb_fail_nomem(err, "the versions of the state");
    for (uint32_t i = 0; i < stores->count; i++)
        directories[i] = stores->partitions[i].directory;
    const fb_whole_versions search = {.fs = stores->config.fs,
                                      .directories = directories,
                                      .directory_count = stores->count,
                                      .format = stores->config.format,
                                      .least = least,
                                      .count = count};
    fb_status status = fb_whole_versions_find(&search, stores->io, is_whole, err);
    fb_free(directories);
    return status;
}
