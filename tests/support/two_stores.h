/* SPDX-License-Identifier: Apache-2.0
 *
 * The stores of a plan made by hand: operator 0 counts by an INT key, operator 1 without key, over
 * a file system in memory. */
#ifndef FB_TEST_TWO_STORES_H
#define FB_TEST_TWO_STORES_H

#include "test.h"

#include "files/memory.h"
#include "stream/state_stores.h"

#define TWO_ROOT "/data/ck"

enum { TWO_PARTITIONS = 2 };

typedef struct two_stores {
    fb_filesystem *fs;
    fb_workers *workers;
    fb_clock_manual clock;
    fb_arena arena;
    fb_stage stages[2];
    fb_physical physical;
    fb_state_stores *stores;
    fb_error err;
} two_stores;

static inline const fb_type *two_struct(fb_arena *arena, const char *name, fb_type_id id)
{
    const fb_field field = {.name = fb_slice_of(name), .type = fb_type_of(id)};
    return fb_type_struct(arena, &field, 1);
}

/* A process begins; `retained` versions are kept, a snapshot comes after 2 deltas. */
static inline void two_start(two_stores *two, uint32_t retained)
{
    const fb_state_stores_config config = {.physical = &two->physical,
                                           .fs = two->fs,
                                           .checkpoint_root = TWO_ROOT,
                                           .partition_count = TWO_PARTITIONS,
                                           .min_deltas = 2,
                                           .retained = retained,
                                           .workers = two->workers,
                                           .clock = &two->clock.base};
    assert_ok(fb_state_stores_create(&config, &two->stores, &two->err), &two->err);
}

static inline void two_init(two_stores *two, uint32_t thread_count)
{
    *two = (two_stores){.physical = {.stage_count = 2, .aggregate_count = 2}};
    fb_arena_init(&two->arena, 0);
    fb_clock_manual_init(&two->clock, 0);
    assert_ok(fb_filesystem_memory_create(&two->fs, &two->err), &two->err);
    assert_ok(fb_workers_create(thread_count, &two->workers, &two->err), &two->err);
    const fb_type *count = two_struct(&two->arena, "count", FB_TYPE_BIGINT);
    two->stages[0] = (fb_stage){.kind = FB_STAGE_AGGREGATE,
                                .operator_id = 1,
                                .aggregation = {.key_schema = fb_type_struct(&two->arena, NULL, 0),
                                                .value_schema = count,
                                                .event_time_key = -1}};
    two->stages[1] =
        (fb_stage){.kind = FB_STAGE_AGGREGATE,
                   .operator_id = 0,
                   .aggregation = {.key_count = 1,
                                   .key_schema = two_struct(&two->arena, "k", FB_TYPE_INT),
                                   .value_schema = count,
                                   .event_time_key = -1}};
    two->physical.stages = two->stages;
    two_start(two, 100);
}

static inline void two_deinit(two_stores *two)
{
    fb_state_stores_destroy(two->stores);
    fb_workers_destroy(two->workers);
    fb_filesystem_close(two->fs);
    fb_arena_deinit(&two->arena);
}

/* Row `key` of operator 0, partition 1, becomes `value`. */
static inline void two_put(two_stores *two, uint64_t key, uint64_t value)
{
    const uint64_t key_row[2] = {0, key}, value_row[2] = {0, value};
    fb_state_rows keys = {.bytes = (const char *)key_row, .width = 16, .count = 1};
    fb_state_rows values = {.bytes = (const char *)value_row, .width = 16, .count = 1};
    fb_state_table *table = fb_state_stores_tables(two->stores, 0)[1];
    assert_ok(fb_state_table_put_many(table, &keys, &values, &two->err), &two->err);
}

static inline uint64_t two_get(two_stores *two, uint64_t key)
{
    const uint64_t key_row[2] = {0, key};
    fb_state_rows keys = {.bytes = (const char *)key_row, .width = 16, .count = 1};
    fb_state_table *table = fb_state_stores_tables(two->stores, 0)[1];
    fb_slice value;
    uint64_t words[2] = {0};
    assert_ok(fb_state_table_get_many(table, &keys, &value, &two->err), &two->err);
    if (value.data) memcpy(words, value.data, sizeof words);
    return words[1];
}

/* Batch `version` - 1: key 7 becomes 10 * `version`. */
static inline void two_run(two_stores *two, int64_t version)
{
    assert_ok(fb_state_stores_open(two->stores, version - 1, &two->err), &two->err);
    two_put(two, 7, (uint64_t)(10 * version));
    assert_ok(fb_state_stores_commit(two->stores, &two->err), &two->err);
}

static inline bool two_has(two_stores *two, const char *name)
{
    char path[FB_PATH_MAX_BYTES + 1];
    bool found;
    fb_file_info info;
    assert_ok(fb_path_join(path, TWO_ROOT "/state", name, &two->err), &two->err);
    assert_ok(fb_filesystem_stat(two->fs, path, &found, &info, &two->err), &two->err);
    return found;
}

#endif
