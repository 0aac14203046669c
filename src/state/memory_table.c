/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls for many keys go through blocks of keys in three passes, so that the processor fetches many
 * rows at once: hash all and fetch their slots; find the likely row in the slots and fetch it; only
 * then compare, create and change. */
#include "state/memory_table_impl.h"

#include "base/bits.h"
#include "base/memory.h"

#include <string.h>

enum { BLOCK_KEYS = 128 };

uint64_t fb_state_memory_hash(const fb_state_memory_table *table, fb_slice key)
{
    uint64_t hash = table->hash ? table->hash(key) : fb_state_hash(key, 0);
    if (table->layout.prefix_count == 0) return hash;
    const uint64_t own_bits = ((uint64_t)1 << (64 - FB_SLOT_HOME_BITS)) - 1;
    uint64_t prefix = fb_state_prefix_hash(&table->layout, key, table->layout.column_count);
    return (prefix & ~own_bits) | (hash & own_bits);
}

static inline bool bytes_equal(const char *a, const char *b, size_t size)
{
    for (; size >= 8; size -= 8, a += 8, b += 8) {
        uint64_t x, y;
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        if (x != y) return false;
    }
    return size == 0 || memcmp(a, b, size) == 0;
}

static inline bool key_equals(const fb_state_memory_table *table, uint64_t row, fb_slice key)
{
    const char *bytes = fb_row_at(&table->rows, row);
    if (table->has_sizes && fb_state_memory_row_sizes(bytes)->key_bytes != key.size) return false;
    return bytes_equal(bytes + table->key_at, key.data, key.size);
}

uint64_t fb_state_memory_find(const fb_state_memory_table *table, uint64_t hash, fb_slice key)
{
    const fb_slot_table *slots = &table->slots.tables[hash >> 56];
    if (!slots->slots) return 0;
    uint64_t wanted = fb_slot_make(hash, 0), slot;
    uint32_t mask = fb_slot_mask(slots), at = fb_slot_home(slots, wanted);
    for (; (slot = slots->slots[at]); at = (at + 1) & mask)
        if (fb_slot_tag(slot) == fb_slot_tag(wanted) && key_equals(table, fb_slot_row(slot), key))
            return fb_slot_row(slot);
    return 0;
}

/* Keys of a block on their way through the passes. */
typedef struct key_block {
    uint64_t hashes[BLOCK_KEYS];
    uint64_t likely[BLOCK_KEYS]; /* the first row with the right tag; 0: there is none */
} key_block;

/* Pass two of one key. */
static inline uint64_t fetch_likely(const fb_state_memory_table *table, uint64_t hash)
{
    const fb_slot_table *slots = &table->slots.tables[hash >> 56];
    if (!slots->slots) return 0;
    uint64_t wanted = fb_slot_make(hash, 0), slot;
    uint32_t mask = fb_slot_mask(slots), at = fb_slot_home(slots, wanted);
    for (; (slot = slots->slots[at]); at = (at + 1) & mask)
        if (fb_slot_tag(slot) == fb_slot_tag(wanted)) {
            /* A row that is changed in place is touched to its end, which often lies in the next
             * cache line. */
            const char *row = fb_row_at(&table->rows, fb_slot_row(slot));
            __builtin_prefetch(row, 1);
            __builtin_prefetch(row + (table->has_sizes ? 64 : table->row_bytes - 1), 1);
            return fb_slot_row(slot);
        }
    return 0;
}

/* Passes one and two over keys start .. start + count - 1. */
static void prepare(const fb_state_memory_table *table, const fb_state_rows *keys, uint32_t start,
                    uint32_t count, key_block *block)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash = fb_state_memory_hash(table, fb_state_row(keys, start + i));
        const fb_slot_table *slots = &table->slots.tables[hash >> 56];
        if (slots->slots)
            __builtin_prefetch(slots->slots + fb_slot_home(slots, fb_slot_make(hash, 0)));
        block->hashes[i] = hash;
    }
    for (uint32_t i = 0; i < count; i++)
        block->likely[i] = fetch_likely(table, block->hashes[i]);
}

/* Only while no row of the block was removed or moved since prepare; new rows do no harm. */
static inline uint64_t find_prepared(const fb_state_memory_table *table, const key_block *block,
                                     uint32_t i, fb_slice key)
{
    uint64_t row = block->likely[i];
    if (row && key_equals(table, row, key)) return row;
    return fb_state_memory_find(table, block->hashes[i], key);
}

static uint32_t block_size(uint32_t start, uint32_t count)
{
    return count - start < BLOCK_KEYS ? count - start : BLOCK_KEYS;
}

/* A size that contradicts the layout would break every later row. */
static fb_status check_sizes(const fb_state_memory_table *table, const char *what, int64_t expected,
                             const fb_state_rows *rows, fb_error *err)
{
    if (expected == FB_STATE_VARIABLE) return FB_OK;
    uint32_t bad = 0;
    if (rows->offsets) {
        for (uint32_t i = 0; i < rows->count; i++)
            bad |= rows->offsets[i + 1] - rows->offsets[i] != (uint64_t)expected;
    } else if (rows->count) {
        bad = rows->width != (uint64_t)expected;
    }
    if (!bad) return FB_OK;
    for (uint32_t i = 0; i < rows->count; i++) {
        size_t size = fb_state_row(rows, i).size;
        if (size != (size_t)expected)
            return fb_fail(err, FB_E_INVALID, 0, "%s: %s %u has %zu bytes, expected %lld",
                           table->layout.name, what, i, size, (long long)expected);
    }
    return FB_OK;
}

static fb_status memory_get_many(fb_state_table *self, const fb_state_rows *keys, fb_slice *values,
                                 fb_error *err)
{
    const fb_state_memory_table *table = (const fb_state_memory_table *)self;
    FB_TRY(check_sizes(table, "key", table->layout.key_bytes, keys, err));
    key_block block;
    for (uint32_t start = 0, count; start < keys->count; start += count) {
        count = block_size(start, keys->count);
        prepare(table, keys, start, count, &block);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t row = find_prepared(table, &block, i, fb_state_row(keys, start + i));
            values[start + i] = (fb_slice){NULL, 0};
            if (row)
                values[start + i] = fb_state_memory_row_value(table, fb_row_at(&table->rows, row));
        }
    }
    return FB_OK;
}

static fb_status create_zero(fb_state_memory_table *table, uint64_t hash, fb_slice key,
                             uint64_t *row, fb_error *err)
{
    size_t size = (size_t)table->layout.value_bytes;
    FB_TRY(fb_state_memory_create(table, hash, key, size, row, err));
    memset(fb_row_at(&table->rows, *row) + fb_state_memory_value_at(table, key.size), 0, size);
    fb_state_memory_time_add(table, *row);
    return FB_OK;
}

static fb_status memory_update_begin(fb_state_table *self, const fb_state_rows *keys, void **values,
                                     uint64_t *created, fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    FB_TRY(check_sizes(table, "key", table->layout.key_bytes, keys, err));
    if (created) fb_bits_fill(created, keys->count, false);
    key_block block;
    for (uint32_t start = 0, count; start < keys->count; start += count) {
        count = block_size(start, keys->count);
        prepare(table, keys, start, count, &block);
        for (uint32_t i = 0; i < count; i++) {
            fb_slice key = fb_state_row(keys, start + i);
            uint64_t row = find_prepared(table, &block, i, key);
            if (row) {
                FB_TRY(fb_state_memory_touch(table, row, err));
            } else {
                FB_TRY(create_zero(table, block.hashes[i], key, &row, err));
                if (created) fb_bits_set(created, start + i);
            }
            values[start + i] =
                fb_row_at(&table->rows, row) + fb_state_memory_value_at(table, key.size);
        }
    }
    return FB_OK;
}

/* The values were changed where they lie. */
static fb_status memory_update_end(fb_state_table *self, fb_error *err)
{
    (void)self;
    (void)err;
    return FB_OK;
}

static fb_status put_in_place(fb_state_memory_table *table, uint64_t row, fb_slice value,
                              fb_error *err)
{
    FB_TRY(fb_state_memory_touch(table, row, err));
    bool moves_time = table->layout.time.in_value;
    if (moves_time) fb_state_memory_time_remove(table, row);
    fb_slice old = fb_state_memory_row_value(table, fb_row_at(&table->rows, row));
    if (value.size) memcpy((char *)old.data, value.data, value.size);
    if (moves_time) fb_state_memory_time_add(table, row);
    return FB_OK;
}

static fb_status put(fb_state_memory_table *table, uint64_t hash, fb_slice key, fb_slice value,
                     fb_error *err)
{
    uint64_t row = fb_state_memory_find(table, hash, key);
    if (row && table->layout.value_bytes != FB_STATE_VARIABLE)
        return put_in_place(table, row, value, err);
    if (row) return fb_state_memory_replace(table, hash, row, value, err);
    FB_TRY(fb_state_memory_create(table, hash, key, value.size, &row, err));
    char *to = fb_row_at(&table->rows, row) + fb_state_memory_value_at(table, key.size);
    if (value.size) memcpy(to, value.data, value.size);
    fb_state_memory_time_add(table, row);
    return FB_OK;
}

static fb_status memory_put_many(fb_state_table *self, const fb_state_rows *keys,
                                 const fb_state_rows *values, fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    FB_TRY(check_sizes(table, "key", table->layout.key_bytes, keys, err));
    FB_TRY(check_sizes(table, "value", table->layout.value_bytes, values, err));
    key_block block;
    for (uint32_t start = 0, count; start < keys->count; start += count) {
        count = block_size(start, keys->count);
        prepare(table, keys, start, count, &block);
        for (uint32_t i = 0; i < count; i++)
            FB_TRY(put(table, block.hashes[i], fb_state_row(keys, start + i),
                       fb_state_row(values, start + i), err));
    }
    return FB_OK;
}

static fb_status memory_remove_many(fb_state_table *self, const fb_state_rows *keys,
                                    uint64_t *removed, fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    FB_TRY(check_sizes(table, "key", table->layout.key_bytes, keys, err));
    key_block block;
    for (uint32_t start = 0, count; start < keys->count; start += count) {
        count = block_size(start, keys->count);
        prepare(table, keys, start, count, &block);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t row =
                fb_state_memory_find(table, block.hashes[i], fb_state_row(keys, start + i));
            if (!row) continue;
            FB_TRY(fb_state_memory_remove(table, block.hashes[i], row, err));
            ++*removed;
        }
    }
    return FB_OK;
}

static void memory_stats(const fb_state_table *self, fb_state_stats *out)
{
    const fb_state_memory_table *table = (const fb_state_memory_table *)self;
    *out = (fb_state_stats){
        .row_count = table->slots.row_count,
        .memory_bytes = sizeof *table + table->slots.held_bytes + table->rows.held_bytes +
                        table->current.held_bytes + table->last.held_bytes +
                        table->times.held_bytes,
    };
}

static void memory_expect_rows(fb_state_table *self, uint64_t row_count)
{
    fb_slots_expect(&((fb_state_memory_table *)self)->slots, row_count);
}

static void memory_clear(fb_state_table *self)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    fb_slots_deinit(&table->slots);
    fb_row_heap_deinit(&table->rows);
    fb_touch_log_deinit(&table->current);
    fb_touch_log_deinit(&table->last);
    fb_time_index_deinit(&table->times);
    table->has_last = false;
    table->has_times = table->layout.time.present;
}

static void memory_close(fb_state_table *self)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    memory_clear(self);
    fb_free((char *)table->layout.name);
    fb_free((fb_state_column *)table->layout.prefix_columns);
    fb_free(table);
}

static const fb_state_table_ops memory_ops = {
    .abi = FB_STATE_TABLE_ABI,
    .name = "memory",
    .close = memory_close,
    .begin = fb_state_memory_begin,
    .commit = fb_state_memory_commit,
    .rollback = fb_state_memory_rollback,
    .can_roll_back = fb_state_memory_can_roll_back,
    .clear = memory_clear,
    .stats = memory_stats,
    .get_many = memory_get_many,
    .update_begin = memory_update_begin,
    .update_end = memory_update_end,
    .put_many = memory_put_many,
    .remove_many = memory_remove_many,
    .visit_all = fb_state_memory_visit_all,
    .visit_changes = fb_state_memory_visit_changes,
    .visit_prefix = fb_state_memory_visit_prefix,
    .evict_before = fb_state_memory_evict_before,
    .expect_rows = memory_expect_rows,
};

static bool copy_layout(fb_state_memory_table *table, const fb_state_layout *layout)
{
    table->layout = *layout;
    table->layout.name = fb_strdup(layout->name);
    table->layout.prefix_columns = NULL;
    if (!table->layout.name) return false;
    if (layout->prefix_count == 0) return true;
    size_t size = layout->prefix_count * sizeof(fb_state_column);
    fb_state_column *columns = fb_alloc(size);
    if (columns) memcpy(columns, layout->prefix_columns, size);
    table->layout.prefix_columns = columns;
    return columns != NULL;
}

fb_status fb_state_memory_table_create(const fb_state_memory_table_options *options,
                                       fb_state_table **out, fb_error *err)
{
    *out = NULL;
    FB_TRY(fb_state_layout_check(options->layout, err));
    fb_state_memory_table *table = fb_alloc_zero(1, sizeof *table);
    if (!table) return fb_fail_nomem(err, "a state table");
    bool copied = copy_layout(table, options->layout);
    table->base.ops = &memory_ops;
    table->base.layout = &table->layout;
    table->hash = options->hash;
    table->budget = options->budget;
    const fb_state_layout *layout = &table->layout;
    bool is_fixed = layout->value_bytes != FB_STATE_VARIABLE;
    table->has_sizes = layout->key_bytes == FB_STATE_VARIABLE || !is_fixed;
    table->key_at = sizeof(fb_row_header) + (table->has_sizes ? sizeof(fb_row_sizes) : 0);
    if (!table->has_sizes) {
        table->value_at = (uint32_t)fb_state_memory_value_at(table, (size_t)layout->key_bytes);
        table->row_bytes = table->value_at + (size_t)layout->value_bytes;
    }
    table->epoch = 1;
    table->has_times = layout->time.present;
    fb_slots_init(&table->slots, table->budget);
    fb_row_heap_init(&table->rows, table->budget);
    fb_touch_log_init(&table->current, is_fixed ? (uint32_t)layout->value_bytes : 0, table->budget);
    fb_touch_log_init(&table->last, is_fixed ? (uint32_t)layout->value_bytes : 0, table->budget);
    fb_time_index_init(&table->times, table->budget);
    if (!copied) {
        memory_close(&table->base);
        return fb_fail_nomem(err, "a state table");
    }
    *out = &table->base;
    return FB_OK;
}
