/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of single rows. Every first change of a row in a transaction leaves a touch from which
 * the row can be restored: of a value changed in place its old bytes, of a row that was removed or
 * that got a value of another size the old row itself, detached: out of the index, with stamp 0,
 * but not freed. */
#include "state/memory_table_impl.h"

#include "base/assert.h"

#include <inttypes.h>
#include <string.h>

fb_status fb_state_memory_fail_room(const fb_state_memory_table *table, bool over_limit,
                                    fb_error *err)
{
    fb_state_stats stats;
    fb_state_table_stats(&table->base, &stats);
    if (!over_limit)
        return fb_fail(err, FB_E_NOMEM, 0,
                       "%s: out of memory with %" PRIu64 " rows in %" PRIu64 " bytes",
                       table->layout.name, stats.row_count, stats.memory_bytes);
    uint64_t limit = table->budget ? table->budget->limit_bytes : 0;
    if (!limit)
        return fb_fail(err, FB_E_LIMIT, 0,
                       "%s: %" PRIu64 " rows in %" PRIu64
                       " bytes; more do not fit into one partition",
                       table->layout.name, stats.row_count, stats.memory_bytes);
    return fb_fail(err, FB_E_LIMIT, 0,
                   "%s: the memory limit of %" PRIu64 " bytes is reached: %" PRIu64
                   " are in use, %" PRIu64 " of them for the %" PRIu64 " rows of this store",
                   table->layout.name, limit, fb_budget_used(table->budget), stats.memory_bytes,
                   stats.row_count);
}

static fb_status reserve_slot(fb_state_memory_table *table, uint64_t hash, fb_error *err)
{
    fb_slots_room room = fb_slots_reserve(&table->slots, hash);
    if (room == FB_SLOTS_ROOM) return FB_OK;
    if (room == FB_SLOTS_TOO_MANY)
        return fb_fail(err, FB_E_LIMIT, 0,
                       "%s: %" PRIu64 " rows; more do not fit into one partition",
                       table->layout.name, table->slots.row_count);
    return fb_state_memory_fail_room(table, room == FB_SLOTS_OVER_LIMIT, err);
}

/* The entry for the first change of a row; counted when all that can fail has been done. */
static fb_status next_touch(fb_state_memory_table *table, fb_touch **out, fb_error *err)
{
    bool over_limit;
    *out = fb_touch_log_next(&table->current, &over_limit);
    return *out ? FB_OK : fb_state_memory_fail_room(table, over_limit, err);
}

static bool is_touched(const fb_state_memory_table *table, const fb_row_header *header)
{
    return header->stamp == table->epoch;
}

static fb_status alloc_row(fb_state_memory_table *table, fb_slice key, size_t value_bytes,
                           uint64_t *out, fb_error *err)
{
    size_t value_at = fb_state_memory_value_at(table, key.size);
    if (key.size > INT32_MAX || value_bytes > INT32_MAX)
        return fb_fail(err, FB_E_LIMIT, 0, "%s: a row of %zu bytes key and %zu bytes value",
                       table->layout.name, key.size, value_bytes);
    bool over_limit;
    *out = fb_row_heap_alloc(&table->rows, value_at + value_bytes, &over_limit);
    if (!*out) return fb_state_memory_fail_room(table, over_limit, err);
    char *row = fb_row_at(&table->rows, *out);
    if (table->has_sizes) {
        fb_row_sizes sizes = {(uint32_t)key.size, (uint32_t)value_bytes};
        memcpy(row + sizeof(fb_row_header), &sizes, sizeof sizes);
    }
    fb_state_memory_copy(row + table->key_at, key.data, key.size);
    return FB_OK;
}

void fb_state_memory_free_row(fb_state_memory_table *table, uint64_t row)
{
    fb_row_heap_free(&table->rows, row,
                     fb_state_memory_row_bytes(table, fb_row_at(&table->rows, row)));
}

fb_status fb_state_memory_create(fb_state_memory_table *table, uint64_t hash, fb_slice key,
                                 size_t value_bytes, uint64_t *out, fb_error *err)
{
    fb_touch *touch = NULL;
    FB_TRY(reserve_slot(table, hash, err));
    if (table->base.mode == FB_STATE_CHANGE) FB_TRY(next_touch(table, &touch, err));
    FB_TRY(alloc_row(table, key, value_bytes, out, err));
    fb_row_header *header = fb_row_header_at(&table->rows, *out);
    header->stamp = table->epoch;
    header->touch = table->current.count;
    if (touch) {
        touch->row = *out;
        touch->old_row = FB_TOUCH_CREATED;
        table->current.count++;
    }
    fb_slots_add(&table->slots, hash, *out);
    return FB_OK;
}

fb_status fb_state_memory_touch(fb_state_memory_table *table, uint64_t row, fb_error *err)
{
    char *bytes = fb_row_at(&table->rows, row);
    fb_row_header *header = (fb_row_header *)(void *)bytes;
    if (is_touched(table, header) || table->base.mode == FB_STATE_LOAD) return FB_OK;
    fb_touch *touch;
    FB_TRY(next_touch(table, &touch, err));
    touch->row = row;
    touch->old_row = FB_TOUCH_IN_PLACE;
    fb_slice value = fb_state_memory_row_value(table, bytes);
    fb_state_memory_copy(touch->old_value, value.data, value.size);
    header->stamp = table->epoch;
    header->touch = table->current.count++;
    return FB_OK;
}

/* Takes a row out of the table: `row` is not in the index any more. Its touch, which has room for
 * the first time if the row has none yet, says how to restore it; returned for the new row. */
static fb_touch *detach(fb_state_memory_table *table, uint64_t row, fb_touch *fresh)
{
    char *bytes = fb_row_at(&table->rows, row);
    fb_row_header *header = (fb_row_header *)(void *)bytes;
    if (!is_touched(table, header)) {
        fresh->old_row = row;
        header->touch = table->current.count++;
        header->stamp = 0;
        return fresh;
    }
    fb_touch *touch = fb_touch_log_at(&table->current, header->touch);
    if (touch->old_row == FB_TOUCH_IN_PLACE) {
        fb_slice value = fb_state_memory_row_value(table, bytes);
        if (value.size) memcpy((char *)value.data, touch->old_value, value.size);
        touch->old_row = row;
        header->stamp = 0;
    } else {
        fb_state_memory_free_row(table, row);
    }
    return touch;
}

fb_status fb_state_memory_replace(fb_state_memory_table *table, uint64_t hash, uint64_t row,
                                  fb_slice value, fb_error *err)
{
    char *old_bytes = fb_row_at(&table->rows, row);
    fb_row_header *old = (fb_row_header *)(void *)old_bytes;
    bool is_load = table->base.mode == FB_STATE_LOAD;
    fb_touch *fresh = NULL;
    uint64_t new_row;
    if (!is_load && !is_touched(table, old)) FB_TRY(next_touch(table, &fresh, err));
    FB_TRY(alloc_row(table, fb_state_memory_row_key(table, old_bytes), value.size, &new_row, err));
    uint32_t place = fresh ? table->current.count : old->touch;
    fb_state_memory_time_remove(table, row);
    fb_slots_move(&table->slots, hash, row, new_row);
    char *bytes = fb_row_at(&table->rows, new_row);
    if (value.size)
        memcpy((char *)fb_state_memory_row_value(table, bytes).data, value.data, value.size);
    if (is_load)
        fb_state_memory_free_row(table, row);
    else
        detach(table, row, fresh)->row = new_row;
    fb_row_header *header = (fb_row_header *)(void *)bytes;
    header->stamp = table->epoch;
    header->touch = place;
    fb_state_memory_time_add(table, new_row);
    return FB_OK;
}

fb_status fb_state_memory_remove(fb_state_memory_table *table, uint64_t hash, uint64_t row,
                                 fb_error *err)
{
    fb_row_header *header = fb_row_header_at(&table->rows, row);
    bool is_load = table->base.mode == FB_STATE_LOAD;
    fb_touch *fresh = NULL;
    if (!is_load && !is_touched(table, header)) FB_TRY(next_touch(table, &fresh, err));
    fb_state_memory_time_remove(table, row);
    fb_slots_remove(&table->slots, hash, row);
    if (is_load)
        fb_state_memory_free_row(table, row);
    else
        detach(table, row, fresh)->row = 0;
    return FB_OK;
}

static bool time_of(const fb_state_memory_table *table, uint64_t row, int64_t *out)
{
    const char *bytes = fb_row_at(&table->rows, row);
    return fb_state_time_of(&table->layout.time, fb_state_memory_row_key(table, bytes),
                            fb_state_memory_row_value(table, bytes), out);
}

void fb_state_memory_time_add(fb_state_memory_table *table, uint64_t row)
{
    int64_t time;
    bool over_limit;
    if (!table->has_times || !time_of(table, row, &time)) return;
    if (fb_time_index_add(&table->times, time, row, &over_limit)) return;
    /* The next eviction tries again, and fails if there is still no room. */
    fb_time_index_deinit(&table->times);
    table->has_times = false;
}

void fb_state_memory_time_remove(fb_state_memory_table *table, uint64_t row)
{
    int64_t time;
    if (!table->has_times || !time_of(table, row, &time)) return;
    fb_time_bucket *bucket = fb_time_index_find(&table->times, time);
    FB_ASSERT(bucket && bucket->live_count);
    if (--bucket->live_count == 0)
        fb_time_index_drop(&table->times, (uint32_t)(bucket - table->times.buckets), 1);
    else if (bucket->count / 4 > bucket->live_count + 64)
        fb_state_memory_time_compact(table, bucket);
}
