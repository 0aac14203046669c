/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys as columns in front of their words. */
#include "exec/group_table.h"

#include "base/memory.h"
#include "exec/group_words.h"

struct fb_group_table {
    fb_arena arena; /* the layout */
    fb_group_layout layout;
    fb_group_words words;
};

fb_status fb_group_table_create(const fb_type *const *key_types, uint32_t key_count,
                                fb_budget *budget, fb_group_table **out, fb_error *err)
{
    *out = NULL;
    fb_group_table *table = fb_alloc_zero(1, sizeof *table);
    if (!table) return fb_fail_nomem(err, "a table of groups");
    fb_arena_init(&table->arena, 1024);
    fb_status status =
        fb_group_layout_build(&table->layout, &table->arena, key_types, NULL, key_count, err);
    if (status == FB_OK) status = fb_group_words_init(&table->words, &table->layout, budget, err);
    if (status == FB_OK)
        *out = table;
    else
        fb_group_table_destroy(table);
    return status;
}

void fb_group_table_destroy(fb_group_table *table)
{
    if (!table) return;
    fb_group_words_deinit(&table->words);
    fb_arena_deinit(&table->arena);
    fb_free(table);
}

fb_status fb_group_table_find(fb_group_table *table, const fb_column *keys, size_t row_count,
                              fb_arena *scratch, uint32_t *groups, fb_error *err)
{
    fb_group_block rows;
    FB_TRY(fb_group_block_build(&rows, &table->layout, keys, row_count, scratch, err));
    return fb_group_words_find(&table->words, &rows, groups, err);
}

uint32_t fb_group_table_count(const fb_group_table *table)
{
    return table->words.count;
}

fb_status fb_group_table_keys(const fb_group_table *table, uint32_t first, uint32_t count,
                              fb_arena *arena, fb_column *out, fb_error *err)
{
    FB_ASSERT(count <= table->words.count && first <= table->words.count - count);
    const fb_group_entries entries = fb_group_words_from(&table->words, first);
    return fb_group_keys_decode(&table->layout, &entries, count, arena, out, err);
}

void fb_group_table_clear(fb_group_table *table)
{
    fb_group_words_clear(&table->words);
}

size_t fb_group_table_bytes(const fb_group_table *table)
{
    return fb_group_words_bytes(&table->words);
}
