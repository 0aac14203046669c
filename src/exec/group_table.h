/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers groups: rows with equal keys get the same number, counted from 0 in the order of first
 * occurrence. Keys are compared as Spark compares them: null equals null, NaN equals NaN, -0.0
 * equals 0.0. Keys of fixed width are kept as a few words, others as bytes of the table's own; a
 * chunk of rows is hashed, then looked up with prefetching.
 *
 * One thread at a time. */
#ifndef FB_EXEC_GROUP_TABLE_H
#define FB_EXEC_GROUP_TABLE_H

#include "base/budget.h"
#include "data/column.h"

typedef struct fb_group_table fb_group_table;

/* Types are borrowed. `budget` (may be NULL) counts the table's memory. */
fb_status fb_group_table_create(const fb_type *const *key_types, uint32_t key_count,
                                fb_budget *budget, fb_group_table **out, fb_error *err) FB_CHECKED;
void fb_group_table_destroy(fb_group_table *table); /* NULL is fine */

/* groups[i] = number of the group of row i. Columns may be constant. `scratch` is used for the
 * call. FB_E_LIMIT when the budget is spent; the table is then good for destroy only. */
fb_status fb_group_table_find(fb_group_table *table, const fb_column *keys, size_t row_count,
                              fb_arena *scratch, uint32_t *groups, fb_error *err) FB_CHECKED;
uint32_t fb_group_table_count(const fb_group_table *table);
/* The keys of groups first..first+count-1 as flat columns in `arena`; strings may point into the
 * table. */
fb_status fb_group_table_keys(const fb_group_table *table, uint32_t first, uint32_t count,
                              fb_arena *arena, fb_column *out, fb_error *err) FB_CHECKED;
/* Forgets all groups, keeps the memory. */
void fb_group_table_clear(fb_group_table *table);
size_t fb_group_table_bytes(const fb_group_table *table);

#endif
