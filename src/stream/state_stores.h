/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a query: a store for each operator and partition. All of them move together: a batch
 * opens version N of each (N is its number), and commits version N + 1 of each, also where nothing
 * changed, as Spark does. Called by the query's thread, except maintain. */
#ifndef FB_STREAM_STATE_STORES_H
#define FB_STREAM_STATE_STORES_H

#include "env/clock.h"
#include "env/workers.h"
#include "exec/physical.h"
#include "files/filesystem.h"
#include "state/file_log.h"
#include "state/store.h"

typedef struct fb_state_stores fb_state_stores;

typedef struct fb_state_stores_config {
    const fb_physical *physical; /* borrowed, as all of this */
    fb_filesystem *fs;
    const char *checkpoint_root;
    uint32_t partition_count;
    fb_state_format format;
    uint32_t min_deltas;
    uint32_t retained;
    fb_budget *budget; /* may be NULL */
    fb_workers *workers;
    fb_clock *clock;
    bool was_elsewhere; /* the files are another program's, which may not have synced them */
} fb_state_stores_config;

/* What a progress report says of one operator, beyond what the batch did. */
typedef struct fb_state_usage {
    uint32_t store_count;
    uint64_t row_count;
    uint64_t memory_bytes;
    uint64_t memory_hits; /* in Spark's count: versions that were found in memory, or in files */
    uint64_t memory_misses;
    int64_t commit_us; /* of the newest commit, summed over the stores */
} fb_state_usage;

/* Reads nothing yet. */
fb_status fb_state_stores_create(const fb_state_stores_config *config, fb_state_stores **out,
                                 fb_error *err) FB_CHECKED;
void fb_state_stores_destroy(fb_state_stores *stores); /* NULL is fine */

/* Reads a version, so that the next open of it is quick, and removes newer ones that an earlier
 * process left. FB_E_NOT_FOUND and FB_E_CORRUPT name what is missing or damaged. */
fb_status fb_state_stores_load(fb_state_stores *stores, int64_t version, fb_error *err) FB_CHECKED;
/* Begins a transaction in every store, on top of `version`. */
fb_status fb_state_stores_open(fb_state_stores *stores, int64_t version, fb_error *err) FB_CHECKED;
/* Returns when version + 1 of every store is durable. After a failure some may be: who opens the
 * version again overwrites them. FB_E_CONFLICT: another query writes to the checkpoint. */
fb_status fb_state_stores_commit(fb_state_stores *stores, fb_error *err) FB_CHECKED;
/* Takes open transactions back; nothing without one. */
void fb_state_stores_abort(fb_state_stores *stores);

/* The tables of an operator, by partition; those of an aggregation without keys are one. */
fb_state_table *const *fb_state_stores_tables(const fb_state_stores *stores, uint32_t operator_id);
void fb_state_stores_usage(const fb_state_stores *stores, uint32_t operator_id,
                           fb_state_usage *out);
/* The newest snapshot that this run made, -1: none. */
int64_t fb_state_stores_snapshot(const fb_state_stores *stores, uint32_t operator_id,
                                 uint32_t partition);

/* Snapshots and removal of old versions, up to `version`, whose batch is committed. Any thread, one
 * at a time, also while the others work on batches. */
fb_status fb_state_stores_maintain(fb_state_stores *stores, int64_t version,
                                   fb_error *err) FB_CHECKED;

/* Which versions from `least` to `least + count - 1` can be loaded by every store: reads every file
 * whole. Version 0 always can. */
fb_status fb_state_stores_find_whole(fb_state_stores *stores, int64_t least, uint32_t count,
                                     bool *is_whole, fb_error *err) FB_CHECKED;

#endif
