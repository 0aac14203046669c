/* SPDX-License-Identifier: Apache-2.0
 *
 * Eviction by event time. Bucket after bucket: the rows that are due are taken out of the bucket,
 * sorted, shown and removed. Only the last bucket holds both rows that are due and rows that are
 * not; when nothing is due, the first one says so. */
#include "state/memory_table_impl.h"

#include "base/assert.h"
#include "base/memory.h"
#include "state/row_sort.h"

#include <stdlib.h>
#include <string.h>

typedef struct due_rows {
    fb_row_order *rows;
    fb_row_order *scratch;
    uint32_t count;
    uint64_t held_bytes;
} due_rows;

/* The time of a row that an entry of a bucket stands for, if it does so still. */
static bool time_in_bucket(const fb_state_memory_table *table, int64_t number, uint64_t row,
                           int64_t *time)
{
    if (!fb_row_heap_is_live(&table->rows, row)) return false;
    const char *bytes = fb_row_at(&table->rows, row);
    return fb_state_time_of(&table->layout.time, fb_state_memory_row_key(table, bytes),
                            fb_state_memory_row_value(table, bytes), time) &&
           *time >> table->times.shift == number;
}

static int compare_offsets(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void fb_state_memory_time_compact(fb_state_memory_table *table, fb_time_bucket *bucket)
{
    /* A row that went and was restored has two entries. */
    qsort(bucket->rows, bucket->count, sizeof *bucket->rows, compare_offsets);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < bucket->count; i++) {
        int64_t time;
        if (kept && bucket->rows[kept - 1] == bucket->rows[i]) continue;
        if (time_in_bucket(table, bucket->number, bucket->rows[i], &time))
            bucket->rows[kept++] = bucket->rows[i];
    }
    bucket->count = kept;
}

static fb_status rebuild_times(fb_state_memory_table *table, fb_error *err)
{
    table->has_times = true;
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++) {
        const fb_slot_table *slots = &table->slots.tables[i];
        for (uint32_t at = 0; slots->slots && at <= fb_slot_mask(slots) && table->has_times; at++)
            if (slots->slots[at]) fb_state_memory_time_add(table, fb_slot_row(slots->slots[at]));
    }
    return table->has_times ? FB_OK : fb_state_memory_fail_room(table, true, err);
}

static fb_status reserve_due(fb_state_memory_table *table, uint32_t count, due_rows *due,
                             fb_error *err)
{
    uint64_t size_bytes = (uint64_t)count * sizeof *due->rows;
    if (!fb_budget_take(table->budget, 2 * size_bytes))
        return fb_state_memory_fail_room(table, true, err);
    due->held_bytes = 2 * size_bytes;
    due->rows = fb_alloc(size_bytes);
    due->scratch = fb_alloc(size_bytes);
    return due->rows && due->scratch ? FB_OK : fb_state_memory_fail_room(table, false, err);
}

static void release_due(fb_state_memory_table *table, due_rows *due)
{
    fb_free(due->rows);
    fb_free(due->scratch);
    fb_budget_give(table->budget, due->held_bytes);
}

static bool is_in_order(const fb_state_memory_table *table, const fb_row_order *a,
                        const fb_row_order *b)
{
    if (a->time != b->time) return a->time < b->time;
    if (a->hash != b->hash) return a->hash < b->hash;
    return fb_slice_compare(fb_state_memory_row_key(table, fb_row_at(&table->rows, a->row)),
                            fb_state_memory_row_key(table, fb_row_at(&table->rows, b->row))) <= 0;
}

/* Sorts the rows and drops second entries of the same row. */
static void sort_due(const fb_state_memory_table *table, due_rows *due)
{
    fb_row_sort(due->rows, due->scratch, due->count);
    for (uint32_t i = 1; i < due->count; i++) {
        fb_row_order row = due->rows[i];
        uint32_t at = i;
        for (; at > 0 && !is_in_order(table, &due->rows[at - 1], &row); at--)
            due->rows[at] = due->rows[at - 1];
        due->rows[at] = row;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < due->count; i++)
        if (!kept || due->rows[kept - 1].row != due->rows[i].row) due->rows[kept++] = due->rows[i];
    due->count = kept;
}

/* Moves the rows below `time` from the first bucket to `due`. */
static void take_due(fb_state_memory_table *table, int64_t time, due_rows *due)
{
    fb_time_bucket *bucket = &table->times.buckets[0];
    uint32_t kept = 0;
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < bucket->count; i++) {
        uint64_t row = bucket->rows[i];
        int64_t row_time;
        if (!time_in_bucket(table, bucket->number, row, &row_time)) continue;
        if (row_time >= time) {
            bucket->rows[kept++] = row;
            if (row_time < least) least = row_time;
            continue;
        }
        fb_slice key = fb_state_memory_row_key(table, fb_row_at(&table->rows, row));
        due->rows[due->count++] = (fb_row_order){row_time, fb_state_memory_hash(table, key), row};
    }
    bucket->count = kept;
    bucket->least = least;
}

static fb_status remove_due(fb_state_memory_table *table, const due_rows *due, fb_state_visit visit,
                            void *user, fb_error *err)
{
    fb_state_memory_batch batch = {.table = table, .visit = visit, .user = user};
    for (uint32_t start = 0; start < due->count; start += FB_MEMORY_VISIT_ROWS) {
        uint32_t end =
            due->count - start < FB_MEMORY_VISIT_ROWS ? due->count : start + FB_MEMORY_VISIT_ROWS;
        for (uint32_t i = start; i < end && visit; i++) {
            const char *row = fb_row_at(&table->rows, due->rows[i].row);
            FB_TRY(fb_state_memory_batch_add(&batch, fb_state_memory_row_key(table, row),
                                             fb_state_memory_row_value(table, row), err));
        }
        FB_TRY(fb_state_memory_batch_flush(&batch, err));
        for (uint32_t i = start; i < end; i++)
            FB_TRY(fb_state_memory_remove(table, due->rows[i].hash, due->rows[i].row, err));
    }
    return FB_OK;
}

static fb_status evict_bucket(fb_state_memory_table *table, int64_t time, fb_state_visit visit,
                              void *user, uint64_t *evicted, fb_error *err)
{
    due_rows due = {0};
    fb_status status = reserve_due(table, table->times.buckets[0].count, &due, err);
    if (status == FB_OK) {
        take_due(table, time, &due);
        sort_due(table, &due);
        status = remove_due(table, &due, visit, user, err);
        if (status == FB_OK) {
            *evicted += due.count;
        } else {
            /* Rows that are still there have lost their entries. */
            fb_time_index_deinit(&table->times);
            table->has_times = false;
        }
    }
    release_due(table, &due);
    return status;
}

fb_status fb_state_memory_evict_before(fb_state_table *self, int64_t time, fb_state_visit visit,
                                       void *user, uint64_t *evicted, fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    if (!table->has_times) FB_TRY(rebuild_times(table, err));
    while (table->has_times && table->times.count && table->times.buckets[0].least < time)
        FB_TRY(evict_bucket(table, time, visit, user, evicted, err));
    return FB_OK;
}
