/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of a state table: 256 small open-addressing tables chosen by the top bits of a row's
 * hash, each doubled or halved alone, so that growth never stalls a batch. A slot is 8 bytes:
 *
 *     bits 36..63   tag: bits 28..55 of the hash
 *     bits  0..35   offset of the row; 0: the slot is empty
 *
 * The place of a slot is the top bits of its tag, so that a table grows without a look at its rows
 * and its slots lie nearly in the order of the tags. Rows are removed by moving the run behind
 * them up: there are no tombstones. One thread at a time. */
#ifndef FB_STATE_SLOTS_H
#define FB_STATE_SLOTS_H

#include "state/row_heap.h"

enum {
    FB_SLOT_TABLES = 256,
    FB_SLOT_TAG_BITS = 28,
    FB_SLOT_MIN_BITS = 4,
    /* The other 8 bits of the tag tell rows apart whose first 28 bits are the same: those of one
     * prefix (memory_table.h). */
    FB_SLOT_MAX_BITS = 20,
    FB_SLOT_HOME_BITS = 28, /* bits of a hash that decide where its row may lie */
};

typedef struct fb_slot_table {
    uint64_t *slots; /* NULL while there was never a row */
    uint32_t bits;   /* log2 of the number of slots */
    uint32_t count;
} fb_slot_table;

typedef struct fb_slots {
    fb_slot_table tables[FB_SLOT_TABLES];
    uint64_t row_count;
    uint64_t held_bytes;
    fb_budget *budget;
} fb_slots;

typedef enum fb_slots_room {
    FB_SLOTS_ROOM,
    FB_SLOTS_NO_MEMORY,
    FB_SLOTS_OVER_LIMIT,
    FB_SLOTS_TOO_MANY, /* the table has FB_SLOT_MAX_BITS */
} fb_slots_room;

void fb_slots_init(fb_slots *slots, fb_budget *budget);
void fb_slots_deinit(fb_slots *slots);

static inline fb_slot_table *fb_slots_table(fb_slots *slots, uint64_t hash)
{
    return &slots->tables[hash >> 56];
}

static inline uint64_t fb_slot_make(uint64_t hash, uint64_t row)
{
    return (hash >> 28 << FB_ROW_OFFSET_BITS) | row;
}

static inline uint64_t fb_slot_row(uint64_t slot)
{
    return slot & (((uint64_t)1 << FB_ROW_OFFSET_BITS) - 1);
}

static inline uint64_t fb_slot_tag(uint64_t slot)
{
    return slot >> FB_ROW_OFFSET_BITS;
}

static inline uint32_t fb_slot_home(const fb_slot_table *table, uint64_t slot)
{
    return (uint32_t)(slot >> (64 - table->bits));
}

static inline uint32_t fb_slot_mask(const fb_slot_table *table)
{
    return ((uint32_t)1 << table->bits) - 1;
}

/* Makes room for one more row in the table of `hash`; where rows lie may change. */
fb_slots_room fb_slots_reserve(fb_slots *slots, uint64_t hash);
/* Makes room for so many rows in all, as far as memory goes. */
void fb_slots_expect(fb_slots *slots, uint64_t row_count);
/* Adds a row that is not there; room was reserved. */
void fb_slots_add(fb_slots *slots, uint64_t hash, uint64_t row);
/* Removes or changes the slot of a row that is there. */
void fb_slots_remove(fb_slots *slots, uint64_t hash, uint64_t row);
void fb_slots_move(fb_slots *slots, uint64_t hash, uint64_t old_row, uint64_t new_row);
/* Halves the table while it is mostly empty and would also be with `keep_count` rows. Does nothing
 * when memory is out. */
void fb_slots_shrink(fb_slots *slots, fb_slot_table *table, uint32_t keep_count);

#endif
