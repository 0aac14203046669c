/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the memory table: memory_table.c answers calls for many keys, memory_row.c changes
 * single rows, memory_version.c begins, commits and takes back, memory_visit.c walks. */
#ifndef FB_STATE_MEMORY_TABLE_IMPL_H
#define FB_STATE_MEMORY_TABLE_IMPL_H

#include "state/memory_table.h"
#include "state/slots.h"
#include "state/time_index.h"
#include "state/touch_log.h"

#include <string.h>

typedef struct fb_state_memory_table {
    fb_state_table base;
    fb_state_layout layout;
    uint64_t (*hash)(fb_slice key);
    fb_budget *budget;
    bool has_sizes;    /* rows carry the sizes of key and value */
    uint32_t key_at;   /* where the key begins in a row */
    uint32_t value_at; /* where the value begins, when keys have a fixed size */
    size_t row_bytes;  /* of a row, when both sizes are fixed */
    uint32_t epoch;    /* stamp of the open or last transaction */
    bool has_last;     /* `last` takes back the last committed transaction */
    bool has_times;    /* `times` is complete; otherwise it is rebuilt before an eviction */
    fb_slots slots;
    fb_row_heap rows;
    fb_touch_log current; /* of the open transaction */
    fb_touch_log last;
    fb_time_index times;
    uint32_t counts_before[FB_SLOT_TABLES]; /* rows per small table when `current` began */
} fb_state_memory_table;

/* Sizes in a row of variable sizes. */
typedef struct fb_row_sizes {
    uint32_t key_bytes;
    uint32_t value_bytes;
} fb_row_sizes;

static inline const fb_row_sizes *fb_state_memory_row_sizes(const char *row)
{
    return (const fb_row_sizes *)(const void *)(row + sizeof(fb_row_header));
}

static inline fb_slice fb_state_memory_row_key(const fb_state_memory_table *table, const char *row)
{
    size_t size = table->has_sizes ? fb_state_memory_row_sizes(row)->key_bytes
                                   : (size_t)table->layout.key_bytes;
    return (fb_slice){row + table->key_at, size};
}

static inline size_t fb_state_memory_value_at(const fb_state_memory_table *table, size_t key_bytes)
{
    return table->key_at + (key_bytes + 7) / 8 * 8;
}

static inline fb_slice fb_state_memory_row_value(const fb_state_memory_table *table,
                                                 const char *row)
{
    if (!table->has_sizes)
        return (fb_slice){row + table->value_at, (size_t)table->layout.value_bytes};
    const fb_row_sizes *sizes = fb_state_memory_row_sizes(row);
    return (fb_slice){row + fb_state_memory_value_at(table, sizes->key_bytes), sizes->value_bytes};
}

static inline size_t fb_state_memory_row_bytes(const fb_state_memory_table *table, const char *row)
{
    if (!table->has_sizes) return table->row_bytes;
    const fb_row_sizes *sizes = fb_state_memory_row_sizes(row);
    return fb_state_memory_value_at(table, sizes->key_bytes) + sizes->value_bytes;
}

/* Values are mostly a few words: cheaper than a call. */
static inline void fb_state_memory_copy(char *to, const char *from, size_t size)
{
    for (; size >= 8; size -= 8, to += 8, from += 8)
        memcpy(to, from, 8);
    if (size) memcpy(to, from, size);
}

uint64_t fb_state_memory_hash(const fb_state_memory_table *table, fb_slice key);

/* The offset of the row of a key, 0 when there is none. */
uint64_t fb_state_memory_find(const fb_state_memory_table *table, uint64_t hash, fb_slice key);

/* memory_row.c. Each may fail for want of memory and then leaves the row as it was. A new value is
 * left to the caller, who calls fb_state_memory_time_add when it is there. */
fb_status fb_state_memory_create(fb_state_memory_table *table, uint64_t hash, fb_slice key,
                                 size_t value_bytes, uint64_t *out, fb_error *err) FB_CHECKED;
/* Before the value of a row changes in place. */
fb_status fb_state_memory_touch(fb_state_memory_table *table, uint64_t row,
                                fb_error *err) FB_CHECKED;
/* A row with the same key and another value in place of `row`. */
fb_status fb_state_memory_replace(fb_state_memory_table *table, uint64_t hash, uint64_t row,
                                  fb_slice value, fb_error *err) FB_CHECKED;
fb_status fb_state_memory_remove(fb_state_memory_table *table, uint64_t hash, uint64_t row,
                                 fb_error *err) FB_CHECKED;
void fb_state_memory_free_row(fb_state_memory_table *table, uint64_t row);
/* Event time: to be called with the row as it lies in the table. */
void fb_state_memory_time_add(fb_state_memory_table *table, uint64_t row);
void fb_state_memory_time_remove(fb_state_memory_table *table, uint64_t row);

/* memory_version.c */
fb_status fb_state_memory_begin(fb_state_table *self, fb_state_mode mode, fb_error *err);
void fb_state_memory_commit(fb_state_table *self);
void fb_state_memory_rollback(fb_state_table *self);
bool fb_state_memory_can_roll_back(const fb_state_table *self);
fb_status fb_state_memory_visit_changes(fb_state_table *self, fb_state_visit visit, void *user,
                                        fb_error *err);

/* memory_visit.c */
fb_status fb_state_memory_visit_all(fb_state_table *self, fb_state_visit visit, void *user,
                                    fb_error *err);
fb_status fb_state_memory_visit_prefix(fb_state_table *self, fb_slice prefix, fb_state_visit visit,
                                       void *user, fb_error *err);

/* memory_evict.c */
fb_status fb_state_memory_evict_before(fb_state_table *self, int64_t time, fb_state_visit visit,
                                       void *user, uint64_t *evicted, fb_error *err);
/* Drops from a bucket what is no row of it any more. */
void fb_state_memory_time_compact(fb_state_memory_table *table, fb_time_bucket *bucket);

/* FB_E_NOMEM, or FB_E_LIMIT with the sizes. */
fb_status fb_state_memory_fail_room(const fb_state_memory_table *table, bool over_limit,
                                    fb_error *err);

enum { FB_MEMORY_VISIT_ROWS = 256 };

/* Rows collected for a visitor. */
typedef struct fb_state_memory_batch {
    const fb_state_memory_table *table;
    fb_state_visit visit;
    void *user;
    uint32_t count;
    fb_slice keys[FB_MEMORY_VISIT_ROWS];
    fb_slice values[FB_MEMORY_VISIT_ROWS];
} fb_state_memory_batch;

fb_status fb_state_memory_batch_flush(fb_state_memory_batch *batch, fb_error *err) FB_CHECKED;

static inline fb_status fb_state_memory_batch_add(fb_state_memory_batch *batch, fb_slice key,
                                                  fb_slice value, fb_error *err)
{
    batch->keys[batch->count] = key;
    batch->values[batch->count] = value;
    if (++batch->count < FB_MEMORY_VISIT_ROWS) return FB_OK;
    return fb_state_memory_batch_flush(batch, err);
}

#endif
