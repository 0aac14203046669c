/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions of the memory table. Taking one back needs no memory: the small tables keep the room
 * for the rows that they had when it began, detached rows still lie where they lay, and rows go
 * before rows come. */
#include "state/memory_table_impl.h"

#include "base/assert.h"

#include <string.h>

enum { RESTORED_STAMP = 1, PREFETCH_ROWS = 16 };

static uint64_t hash_of(const fb_state_memory_table *table, uint64_t row)
{
    return fb_state_memory_hash(table,
                                fb_state_memory_row_key(table, fb_row_at(&table->rows, row)));
}

/* After four billion transactions the stamps begin again. */
static void restart_stamps(fb_state_memory_table *table)
{
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++) {
        fb_slot_table *slots = &table->slots.tables[i];
        for (uint32_t at = 0; slots->slots && at <= fb_slot_mask(slots); at++)
            if (slots->slots[at])
                fb_row_header_at(&table->rows, fb_slot_row(slots->slots[at]))->stamp =
                    RESTORED_STAMP;
    }
    table->epoch = RESTORED_STAMP;
}

fb_status fb_state_memory_begin(fb_state_table *self, fb_state_mode mode, fb_error *err)
{
    (void)err;
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    if (mode == FB_STATE_LOAD) self->ops->clear(self);
    if (table->epoch == UINT32_MAX) restart_stamps(table);
    table->epoch++;
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++)
        table->counts_before[i] = table->slots.tables[i].count;
    return FB_OK;
}

static bool holds_row(const fb_touch *touch)
{
    return touch->old_row != FB_TOUCH_CREATED && touch->old_row != FB_TOUCH_IN_PLACE;
}

static void shrink_tables(fb_state_memory_table *table)
{
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++)
        fb_slots_shrink(&table->slots, &table->slots.tables[i], table->counts_before[i]);
}

void fb_state_memory_commit(fb_state_table *self)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    if (self->mode == FB_STATE_LOAD) {
        shrink_tables(table);
        return;
    }
    for (uint32_t i = 0; i < table->last.count; i++) {
        const fb_touch *touch = fb_touch_log_at(&table->last, i);
        if (holds_row(touch)) fb_state_memory_free_row(table, touch->old_row);
    }
    fb_touch_log_clear(&table->last);
    fb_touch_log swap = table->last;
    table->last = table->current;
    table->current = swap;
    table->has_last = true;
    shrink_tables(table);
}

bool fb_state_memory_can_roll_back(const fb_state_table *self)
{
    return ((const fb_state_memory_table *)self)->has_last;
}

static void restore_value(fb_state_memory_table *table, const fb_touch *touch)
{
    bool moves_time = table->layout.time.in_value;
    fb_slice value = fb_state_memory_row_value(table, fb_row_at(&table->rows, touch->row));
    if (moves_time) fb_state_memory_time_remove(table, touch->row);
    if (value.size) memcpy((char *)value.data, touch->old_value, value.size);
    if (moves_time) fb_state_memory_time_add(table, touch->row);
}

static void restore_row(fb_state_memory_table *table, uint64_t row)
{
    fb_row_header_at(&table->rows, row)->stamp = RESTORED_STAMP;
    fb_state_memory_time_add(table, row);
}

/* Undoes what left a row in the table. */
static void undo_present(fb_state_memory_table *table, const fb_touch *touch)
{
    if (touch->old_row == FB_TOUCH_IN_PLACE) {
        restore_value(table, touch);
        return;
    }
    uint64_t hash = hash_of(table, touch->row);
    fb_state_memory_time_remove(table, touch->row);
    if (touch->old_row == FB_TOUCH_CREATED) {
        fb_slots_remove(&table->slots, hash, touch->row);
    } else {
        fb_slots_move(&table->slots, hash, touch->row, touch->old_row);
        restore_row(table, touch->old_row);
    }
    fb_state_memory_free_row(table, touch->row);
}

void fb_state_memory_rollback(fb_state_table *self)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    fb_touch_log *log = self->mode == FB_STATE_CLOSED ? &table->last : &table->current;
    for (uint32_t i = log->count; i-- > 0;) {
        const fb_touch *touch = fb_touch_log_at(log, i);
        if (touch->row) undo_present(table, touch);
    }
    for (uint32_t i = log->count; i-- > 0;) {
        const fb_touch *touch = fb_touch_log_at(log, i);
        if (touch->row || !holds_row(touch)) continue;
        fb_slots_add(&table->slots, hash_of(table, touch->old_row), touch->old_row);
        restore_row(table, touch->old_row);
    }
    fb_touch_log_clear(log);
    if (self->mode == FB_STATE_CLOSED) table->has_last = false;
}

fb_status fb_state_memory_batch_flush(fb_state_memory_batch *batch, fb_error *err)
{
    uint32_t count = batch->count;
    batch->count = 0;
    return count ? batch->visit(batch->user, batch->keys, batch->values, count, err) : FB_OK;
}

fb_status fb_state_memory_visit_changes(fb_state_table *self, fb_state_visit visit, void *user,
                                        fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    const fb_touch_log *log = &table->current;
    fb_state_memory_batch batch = {.table = table, .visit = visit, .user = user};
    for (uint32_t i = 0; i < log->count; i++) {
        if (i + PREFETCH_ROWS < log->count) {
            uint64_t next = fb_touch_log_at(log, i + PREFETCH_ROWS)->row;
            if (next) __builtin_prefetch(fb_row_at(&table->rows, next));
        }
        const fb_touch *touch = fb_touch_log_at(log, i);
        if (!touch->row && !holds_row(touch)) continue;
        const char *row = fb_row_at(&table->rows, touch->row ? touch->row : touch->old_row);
        fb_slice value = {NULL, 0};
        if (touch->row) value = fb_state_memory_row_value(table, row);
        FB_TRY(fb_state_memory_batch_add(&batch, fb_state_memory_row_key(table, row), value, err));
    }
    return fb_state_memory_batch_flush(&batch, err);
}
