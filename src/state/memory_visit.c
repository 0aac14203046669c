/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks over the memory table, one small table after the other, its rows in the order of their
 * tags. Where a row lies also depends on when it came; its tag does not, so that the same rows come
 * in the same order after any history. */
#include "state/memory_table_impl.h"

#include "base/memory.h"

enum { PREFETCH_ROWS = 16 };

static fb_slice key_of(const fb_state_memory_table *table, uint64_t slot)
{
    return fb_state_memory_row_key(table, fb_row_at(&table->rows, fb_slot_row(slot)));
}

static bool comes_before(const fb_state_memory_table *table, uint64_t a, uint64_t b)
{
    if (fb_slot_tag(a) != fb_slot_tag(b)) return fb_slot_tag(a) < fb_slot_tag(b);
    return fb_slice_compare(key_of(table, a), key_of(table, b)) < 0;
}

/* Slots come nearly sorted, so that insertion is the fastest sort. */
static void sort_slots(const fb_state_memory_table *table, uint64_t *slots, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint64_t slot = slots[i];
        uint32_t at = i;
        for (; at > 0 && comes_before(table, slot, slots[at - 1]); at--)
            slots[at] = slots[at - 1];
        slots[at] = slot;
    }
}

static fb_status add_rows(fb_state_memory_batch *batch, const uint64_t *slots, uint32_t count,
                          fb_error *err)
{
    const fb_state_memory_table *table = batch->table;
    for (uint32_t i = 0; i < count; i++) {
        if (i + PREFETCH_ROWS < count)
            __builtin_prefetch(fb_row_at(&table->rows, fb_slot_row(slots[i + PREFETCH_ROWS])));
        const char *row = fb_row_at(&table->rows, fb_slot_row(slots[i]));
        FB_TRY(fb_state_memory_batch_add(batch, fb_state_memory_row_key(table, row),
                                         fb_state_memory_row_value(table, row), err));
    }
    return FB_OK;
}

/* The used slots of a small table, those that lie before their home because the run went over the
 * end of the table last. */
static uint32_t collect(const fb_slot_table *table, uint64_t *out)
{
    uint32_t count = 0, mask = fb_slot_mask(table), wrapped_end = 0;
    for (uint32_t at = 0; at <= mask; at++) {
        uint64_t slot = table->slots[at];
        if (!slot) continue;
        if (fb_slot_home(table, slot) > at)
            wrapped_end = at + 1;
        else
            out[count++] = slot;
    }
    for (uint32_t at = 0; at < wrapped_end; at++)
        if (table->slots[at] && fb_slot_home(table, table->slots[at]) > at)
            out[count++] = table->slots[at];
    return count;
}

static uint32_t largest_count(const fb_state_memory_table *table)
{
    uint32_t largest = 0;
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++)
        if (table->slots.tables[i].count > largest) largest = table->slots.tables[i].count;
    return largest;
}

fb_status fb_state_memory_visit_all(fb_state_table *self, fb_state_visit visit, void *user,
                                    fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    uint32_t largest = largest_count(table);
    if (!largest) return FB_OK;
    uint64_t *slots = fb_alloc(largest * sizeof *slots);
    if (!slots) return fb_state_memory_fail_room(table, false, err);
    fb_state_memory_batch batch = {.table = table, .visit = visit, .user = user};
    fb_status status = FB_OK;
    for (uint32_t i = 0; i < FB_SLOT_TABLES && status == FB_OK; i++) {
        if (!table->slots.tables[i].count) continue;
        uint32_t count = collect(&table->slots.tables[i], slots);
        sort_slots(table, slots, count);
        status = add_rows(&batch, slots, count, err);
    }
    if (status == FB_OK) status = fb_state_memory_batch_flush(&batch, err);
    fb_free(slots);
    return status;
}

/* The slots of the run of a prefix whose rows have it; all of them when `out` is NULL: how many
 * there may be. */
static uint32_t collect_prefix(fb_state_memory_table *table, uint64_t hash, fb_slice prefix,
                               uint64_t *out)
{
    const fb_slot_table *slots = fb_slots_table(&table->slots, hash);
    if (!slots->slots) return 0;
    const uint32_t check_bits = FB_SLOT_TAG_BITS - FB_SLOT_MAX_BITS;
    uint64_t wanted = fb_slot_make(hash, 0);
    uint32_t count = 0, mask = fb_slot_mask(slots), at = fb_slot_home(slots, wanted);
    for (; slots->slots[at]; at = (at + 1) & mask) {
        uint64_t slot = slots->slots[at];
        if (fb_slot_tag(slot) >> check_bits != fb_slot_tag(wanted) >> check_bits) continue;
        if (out && !fb_state_prefix_matches(&table->layout, key_of(table, slot), prefix)) continue;
        if (out) out[count] = slot;
        count++;
    }
    return count;
}

fb_status fb_state_memory_visit_prefix(fb_state_table *self, fb_slice prefix, fb_state_visit visit,
                                       void *user, fb_error *err)
{
    fb_state_memory_table *table = (fb_state_memory_table *)self;
    uint64_t hash = fb_state_prefix_hash(&table->layout, prefix, table->layout.prefix_count);
    enum { FEW = 64 };
    uint64_t few[FEW], *slots = few;
    uint32_t most = collect_prefix(table, hash, prefix, NULL);
    if (most > FEW && !(slots = fb_alloc(most * sizeof *slots)))
        return fb_state_memory_fail_room(table, false, err);
    uint32_t count = collect_prefix(table, hash, prefix, slots);
    sort_slots(table, slots, count);
    fb_state_memory_batch batch = {.table = table, .visit = visit, .user = user};
    fb_status status = add_rows(&batch, slots, count, err);
    if (status == FB_OK) status = fb_state_memory_batch_flush(&batch, err);
    if (slots != few) fb_free(slots);
    return status;
}
