/* SPDX-License-Identifier: Apache-2.0 */
#include "state/slots.h"

#include "base/assert.h"
#include "base/memory.h"

#include <string.h>

static_assert(FB_SLOT_TAG_BITS + FB_ROW_OFFSET_BITS == 64, "a slot is 8 bytes");
static_assert(8 + FB_SLOT_MAX_BITS <= FB_SLOT_HOME_BITS, "rows of a prefix lie in one run");

/* Full between nine and thirteen sixteenths, each table at its own number: so that tables of about
 * the same size, as hashing makes them, do not all grow within a few batches. */
static uint32_t most_rows(const fb_slots *slots, const fb_slot_table *table, uint32_t bits)
{
    uint32_t number = (uint32_t)(table - slots->tables);
    uint64_t parts = 9 * FB_SLOT_TABLES + 4 * (number * 101 % FB_SLOT_TABLES);
    return (uint32_t)((parts << bits) / (16 * FB_SLOT_TABLES));
}

void fb_slots_init(fb_slots *slots, fb_budget *budget)
{
    memset(slots, 0, sizeof *slots);
    slots->budget = budget;
}

void fb_slots_deinit(fb_slots *slots)
{
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++)
        fb_free(slots->tables[i].slots);
    fb_budget_give(slots->budget, slots->held_bytes);
    fb_slots_init(slots, slots->budget);
}

static void put(fb_slot_table *table, uint64_t slot)
{
    uint32_t mask = fb_slot_mask(table), at = fb_slot_home(table, slot);
    while (table->slots[at])
        at = (at + 1) & mask;
    table->slots[at] = slot;
}

static fb_slots_room resize(fb_slots *slots, fb_slot_table *table, uint32_t bits)
{
    fb_slot_table old = *table;
    size_t new_bytes = sizeof(uint64_t) << bits;
    size_t old_bytes = old.slots ? sizeof(uint64_t) << old.bits : 0;
    if (!fb_budget_take(slots->budget, new_bytes)) return FB_SLOTS_OVER_LIMIT;
    uint64_t *fresh = fb_alloc_zero(1, new_bytes);
    if (!fresh) {
        fb_budget_give(slots->budget, new_bytes);
        return FB_SLOTS_NO_MEMORY;
    }
    table->slots = fresh;
    table->bits = bits;
    if (old.slots)
        for (uint32_t i = 0; i <= fb_slot_mask(&old); i++)
            if (old.slots[i]) put(table, old.slots[i]);
    fb_free(old.slots);
    fb_budget_give(slots->budget, old_bytes);
    slots->held_bytes += new_bytes - old_bytes;
    return FB_SLOTS_ROOM;
}

fb_slots_room fb_slots_reserve(fb_slots *slots, uint64_t hash)
{
    fb_slot_table *table = fb_slots_table(slots, hash);
    if (!table->slots) return resize(slots, table, FB_SLOT_MIN_BITS);
    if (table->count < most_rows(slots, table, table->bits)) return FB_SLOTS_ROOM;
    if (table->bits == FB_SLOT_MAX_BITS) return FB_SLOTS_TOO_MANY;
    return resize(slots, table, table->bits + 1);
}

void fb_slots_expect(fb_slots *slots, uint64_t row_count)
{
    /* Tables get a little more or less than their share. */
    uint64_t share = row_count / FB_SLOT_TABLES, needed = share + share / 16;
    for (uint32_t i = 0; i < FB_SLOT_TABLES; i++) {
        fb_slot_table *table = &slots->tables[i];
        uint32_t bits = FB_SLOT_MIN_BITS;
        while (bits < FB_SLOT_MAX_BITS && most_rows(slots, table, bits) < needed)
            bits++;
        bool is_smaller = !table->slots || table->bits < bits;
        if (needed && is_smaller && resize(slots, table, bits) != FB_SLOTS_ROOM) return;
    }
}

void fb_slots_add(fb_slots *slots, uint64_t hash, uint64_t row)
{
    fb_slot_table *table = fb_slots_table(slots, hash);
    FB_ASSERT(table->slots && table->count < most_rows(slots, table, table->bits));
    put(table, fb_slot_make(hash, row));
    table->count++;
    slots->row_count++;
}

static uint32_t find(const fb_slot_table *table, uint64_t slot)
{
    FB_ASSERT(table->slots);
    uint32_t mask = fb_slot_mask(table), at = fb_slot_home(table, slot);
    while (table->slots[at] != slot) {
        FB_ASSERT(table->slots[at]);
        at = (at + 1) & mask;
    }
    return at;
}

void fb_slots_remove(fb_slots *slots, uint64_t hash, uint64_t row)
{
    fb_slot_table *table = fb_slots_table(slots, hash);
    uint32_t mask = fb_slot_mask(table), hole = find(table, fb_slot_make(hash, row));
    /* A later slot of the run may fill the hole unless its home lies behind the hole. */
    for (uint32_t at = (hole + 1) & mask; table->slots[at]; at = (at + 1) & mask) {
        uint32_t home = fb_slot_home(table, table->slots[at]);
        if (((at - home) & mask) < ((at - hole) & mask)) continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole] = 0;
    table->count--;
    slots->row_count--;
}

void fb_slots_move(fb_slots *slots, uint64_t hash, uint64_t old_row, uint64_t new_row)
{
    fb_slot_table *table = fb_slots_table(slots, hash);
    table->slots[find(table, fb_slot_make(hash, old_row))] = fb_slot_make(hash, new_row);
}

void fb_slots_shrink(fb_slots *slots, fb_slot_table *table, uint32_t keep_count)
{
    uint32_t needed = table->count > keep_count ? table->count : keep_count;
    uint32_t bits = table->bits;
    while (bits > FB_SLOT_MIN_BITS && needed < most_rows(slots, table, bits) / 6)
        bits--;
    /* Failure only means that the table stays as large as it is. */
    if (table->slots && bits < table->bits) (void)!resize(slots, table, bits);
}
