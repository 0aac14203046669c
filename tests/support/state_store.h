/* SPDX-License-Identifier: Apache-2.0
 *
 * A store of counts by 8-byte key on a file log, and what a version of it should be. */
#ifndef FB_TEST_STATE_STORE_H
#define FB_TEST_STATE_STORE_H

#include "test.h"

#include "base/memory.h"
#include "files/memory.h"
#include "state/file_log.h"
#include "state/memory_table.h"
#include "state/store.h"

#define STORE_DIRECTORY "/checkpoint/state/0/1"

static const fb_state_layout store_layout = {
    .name = "state/0/1/default", .key_bytes = 8, .value_bytes = 8};

static inline fb_state_log *make_log(fb_filesystem *fs, uint32_t retained)
{
    fb_error err;
    fb_state_log *log;
    fb_state_file_log_options options = {
        .fs = fs, .directory = STORE_DIRECTORY, .min_deltas = 3, .retained = retained};
    assert_ok(fb_state_file_log_create(&options, &log, &err), &err);
    return log;
}

static inline fb_state_store *make_store(fb_state_log *log)
{
    fb_error err;
    fb_state_table *table;
    fb_state_store *store;
    fb_state_memory_table_options options = {.layout = &store_layout};
    assert_ok(fb_state_memory_table_create(&options, &table, &err), &err);
    assert_ok(fb_state_store_create(table, log, &store, &err), &err);
    return store;
}

static inline fb_state_rows one_row(const uint64_t *word)
{
    return (fb_state_rows){.bytes = (const char *)word, .width = 8, .count = 1};
}

static inline void put(fb_state_store *store, uint64_t key, uint64_t value)
{
    fb_error err;
    fb_state_rows keys = one_row(&key), values = one_row(&value);
    assert_ok(fb_state_table_put_many(fb_state_store_table(store), &keys, &values, &err), &err);
}

static inline void take_out(fb_state_store *store, uint64_t key)
{
    fb_error err;
    fb_state_rows keys = one_row(&key);
    assert_ok(fb_state_table_remove_many(fb_state_store_table(store), &keys, NULL, &err), &err);
}

/* 0 when there is none. */
static inline uint64_t get(fb_state_store *store, uint64_t key)
{
    fb_error err;
    fb_state_rows keys = one_row(&key);
    fb_slice value;
    uint64_t out = 0;
    assert_ok(fb_state_table_get_many(fb_state_store_table(store), &keys, &value, &err), &err);
    if (value.data) memcpy(&out, value.data, sizeof out);
    return out;
}

static inline void open_at(fb_state_store *store, int64_t version)
{
    fb_error err;
    assert_ok(fb_state_store_open(store, version, &err), &err);
}

static inline int64_t commit(fb_state_store *store)
{
    fb_error err;
    int64_t version;
    assert_ok(fb_state_store_commit(store, &version, &err), &err);
    return version;
}

/* Version v holds keys v - 9 .. v, key k with value k + v; each version changes all of them. */
static inline void run_version(fb_state_store *store, int64_t version)
{
    open_at(store, version - 1);
    for (int64_t key = version > 9 ? version - 9 : 1; key <= version; key++)
        put(store, (uint64_t)key, (uint64_t)(key + version));
    if (version > 10) take_out(store, (uint64_t)version - 10);
    assert_int_equal(commit(store), version);
}

static inline void check_version(fb_state_store *store, int64_t version)
{
    open_at(store, version);
    for (int64_t key = 1; key <= version + 10; key++) {
        bool is_there = key <= version && key > version - 10;
        assert_int_equal(get(store, (uint64_t)key), is_there ? key + version : 0);
    }
    fb_state_stats stats;
    fb_state_table_stats(fb_state_store_table(store), &stats);
    assert_int_equal(stats.row_count, version < 10 ? version : 10);
    fb_state_store_abort(store);
}

#endif
