/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/group_words.h"

#include "base/memory.h"

enum {
    LEAST_CAPACITY = 64,
    HEAP_BLOCK_BYTES = 4096, /* there may be hundreds of tables */
    CACHED_SLOTS = 1 << 12,  /* up to here slots and keys lie in the first cache */
    FETCHED_ROWS = 64,       /* cache lines on their way at once */
};

fb_status fb_group_words_init(fb_group_words *table, const fb_group_layout *layout,
                              fb_budget *budget, fb_error *err)
{
    *table = (fb_group_words){.layout = layout, .budget = budget};
    fb_arena_init(&table->heap, HEAP_BLOCK_BYTES);
    fb_status status = fb_group_index_init(&table->index, budget);
    if (status == FB_OK) return FB_OK;
    fb_group_words_deinit(table);
    if (status == FB_E_NOMEM) return fb_fail_nomem(err, "a table of groups");
    return fb_fail(err, status, 0, "no memory is left for groups of a batch");
}

void fb_group_words_deinit(fb_group_words *table)
{
    fb_group_index_deinit(&table->index);
    fb_free(table->entries);
    fb_free(table->nulls);
    fb_arena_deinit(&table->heap);
    fb_budget_give(table->budget, table->held_bytes);
    *table = (fb_group_words){0};
}

void fb_group_words_clear(fb_group_words *table)
{
    fb_group_index_clear(&table->index);
    fb_arena_reset(&table->heap);
    if (table->nulls) memset(table->nulls, 0, table->capacity * sizeof *table->nulls);
    table->count = 0;
}

size_t fb_group_words_bytes(const fb_group_words *table)
{
    return (size_t)(table->held_bytes + table->index.held_bytes);
}

/* --- new groups --- */

static fb_status hold(fb_group_words *table, uint64_t size_bytes)
{
    if (!fb_budget_take(table->budget, size_bytes)) return FB_E_LIMIT;
    table->held_bytes += size_bytes;
    return FB_OK;
}

static fb_status grow(fb_group_words *table)
{
    uint64_t capacity = table->capacity ? (uint64_t)table->capacity * 2 : LEAST_CAPACITY;
    if (capacity > FB_NO_GROUP) capacity = FB_NO_GROUP;
    if (capacity == table->capacity) return FB_E_LIMIT;
    uint64_t entry_bytes = fb_group_layout_stride(table->layout) * sizeof *table->entries;
    uint64_t null_bytes = table->nulls ? sizeof *table->nulls : 0;
    uint64_t more = capacity - table->capacity;
    FB_TRY(hold(table, more * (entry_bytes + null_bytes)));
    uint64_t *entries = fb_realloc(table->entries, capacity * entry_bytes);
    if (!entries) return FB_E_NOMEM;
    table->entries = entries;
    if (table->nulls) {
        uint64_t *nulls = fb_realloc(table->nulls, capacity * sizeof *nulls);
        if (!nulls) return FB_E_NOMEM;
        memset(nulls + table->capacity, 0, more * sizeof *nulls);
        table->nulls = nulls;
    }
    table->capacity = (uint32_t)capacity;
    return FB_OK;
}

static fb_status need_nulls(fb_group_words *table)
{
    if (table->nulls) return FB_OK;
    FB_TRY(hold(table, table->capacity * sizeof *table->nulls));
    table->nulls = fb_alloc_zero(table->capacity, sizeof *table->nulls);
    return table->nulls ? FB_OK : FB_E_NOMEM;
}

/* Copies the long strings of a row and notes where. */
static fb_status keep_strings(fb_group_words *table, const fb_group_block *rows, size_t row,
                              uint64_t *addresses)
{
    size_t before = table->heap.total_bytes;
    for (uint32_t i = 0; i < table->layout->string_count; i++) {
        const fb_string *string = &rows->strings[i][row];
        addresses[i] = 0;
        if (string->size <= FB_STRING_INLINE) continue;
        const char *copy = fb_arena_copy(&table->heap, string->far, string->size);
        if (!copy) return FB_E_NOMEM;
        memcpy(&addresses[i], &copy, sizeof copy);
    }
    return hold(table, table->heap.total_bytes - before);
}

static fb_status add_group(fb_group_words *table, const fb_group_block *rows, size_t row)
{
    const fb_group_layout *layout = table->layout;
    if (table->count == table->capacity) FB_TRY(grow(table));
    uint64_t *entry = table->entries + (size_t)table->count * fb_group_layout_stride(layout);
    for (uint32_t word = 0; word < layout->word_count; word++)
        entry[word] = rows->words[word][row];
    if (layout->string_count) FB_TRY(keep_strings(table, rows, row, entry + layout->word_count));
    if (rows->nulls && rows->nulls[row]) FB_TRY(need_nulls(table));
    if (table->nulls) table->nulls[table->count] = rows->nulls ? rows->nulls[row] : 0;
    FB_TRY(fb_group_index_add(&table->index, fb_group_tag(rows->hashes[row]), table->count));
    table->count++;
    return FB_OK;
}

static fb_status explain(const fb_group_words *table, fb_status status, fb_error *err)
{
    if (status == FB_E_NOMEM) return fb_fail_nomem(err, "the groups of a batch");
    return fb_fail(
        err, status, 0,
        "groups of a batch: %u groups in %zu bytes are more than the memory limit allows",
        table->count, fb_group_words_bytes(table));
}

/* --- search --- */

static bool same_strings(const fb_group_words *table, const fb_group_block *rows, size_t row,
                         const uint64_t *addresses)
{
    for (uint32_t i = 0; i < table->layout->string_count; i++) {
        const fb_string *string = &rows->strings[i][row];
        if (string->size <= FB_STRING_INLINE) continue;
        const char *kept;
        memcpy(&kept, &addresses[i], sizeof kept);
        if (memcmp(kept, string->far, string->size) != 0) return false;
    }
    return true;
}

/* How keys are compared: numbers of words that are known to the compiler make short loops. */
typedef struct comparison {
    uint32_t words;
    uint32_t stride;
    bool has_more; /* strings, or nulls */
} comparison;

static inline __attribute__((always_inline)) bool same_key(const fb_group_words *table,
                                                           const fb_group_block *rows, size_t row,
                                                           uint32_t group, comparison by)
{
    const uint64_t *entry = table->entries + (size_t)group * by.stride;
    uint64_t difference = 0;
    for (uint32_t word = 0; word < by.words; word++)
        difference |= entry[word] ^ rows->words[word][row];
    if (!by.has_more || difference) return !difference;
    uint64_t own_nulls = table->nulls ? table->nulls[group] : 0;
    uint64_t row_nulls = rows->nulls ? rows->nulls[row] : 0;
    return own_nulls == row_nulls && same_strings(table, rows, row, entry + by.words);
}

/* The group of a row that is not in its bucket, or is new. */
static __attribute__((noinline)) fb_status
look_up(fb_group_words *table, const fb_group_block *rows, size_t row, uint32_t *out)
{
    const comparison by = {table->layout->word_count, fb_group_layout_stride(table->layout), true};
    uint32_t tag = fb_group_tag(rows->hashes[row]);
    const fb_group_segment *segment = fb_group_index_segment(&table->index, tag);
    uint32_t at = fb_group_segment_home(segment, tag);
    while ((*out = fb_group_segment_find(segment, tag, &at)) != FB_NO_GROUP) {
        if (same_key(table, rows, row, *out, by)) return FB_OK;
        at = (at + 1) & fb_group_segment_mask(segment);
    }
    *out = table->count;
    return add_group(table, rows, row);
}

/* While slots and keys lie in the cache: from row `first` to the first one, which is returned, that
 * must be looked up. */
static inline __attribute__((always_inline)) size_t find_cached(const fb_group_words *table,
                                                                const fb_group_block *rows,
                                                                size_t first, uint32_t *groups,
                                                                comparison by)
{
    const fb_group_segment segment = *table->index.directory[0];
    for (size_t row = first; row < rows->row_count; row++) {
        uint32_t tag = fb_group_tag(rows->hashes[row]);
        const uint64_t *bucket = segment.slots + fb_group_segment_home(&segment, tag);
        uint32_t group = fb_group_bucket_find(bucket, tag);
        if (group == FB_NO_GROUP || !same_key(table, rows, row, group, by)) return row;
        groups[row] = group;
    }
    return rows->row_count;
}

/* Fetches the kept strings of candidates. */
static void fetch_strings(const fb_group_words *table, const uint32_t *groups, size_t count)
{
    uint32_t words = table->layout->word_count, strings = table->layout->string_count;
    for (size_t i = 0; strings && i < count; i++) {
        if (groups[i] == FB_NO_GROUP) continue;
        const uint64_t *addresses = table->entries + (size_t)groups[i] * (words + strings) + words;
        for (uint32_t j = 0; j < strings; j++)
            __builtin_prefetch((const void *)(uintptr_t)addresses[j]);
    }
}

/* In a few rounds, each over so many rows that what the next one needs has come from memory. */
static inline __attribute__((always_inline)) fb_status find_fetched(fb_group_words *table,
                                                                    const fb_group_block *rows,
                                                                    size_t first, size_t count,
                                                                    uint32_t *groups, comparison by)
{
    const uint64_t *buckets[FETCHED_ROWS];
    for (size_t i = 0; i < count; i++) {
        uint32_t tag = fb_group_tag(rows->hashes[first + i]);
        const fb_group_segment *segment = fb_group_index_segment(&table->index, tag);
        buckets[i] = segment->slots + fb_group_segment_home(segment, tag);
        __builtin_prefetch(buckets[i]);
    }
    const uint64_t *entries = table->entries;
    for (size_t i = 0; i < count; i++) {
        uint32_t group = fb_group_bucket_find(buckets[i], fb_group_tag(rows->hashes[first + i]));
        groups[first + i] = group;
        if (group != FB_NO_GROUP) __builtin_prefetch(entries + (size_t)group * by.stride);
    }
    if (by.has_more) fetch_strings(table, groups + first, count);
    for (size_t i = first; i < first + count; i++)
        if (groups[i] == FB_NO_GROUP || !same_key(table, rows, i, groups[i], by))
            FB_TRY(look_up(table, rows, i, &groups[i]));
    return FB_OK;
}

static inline __attribute__((always_inline)) fb_status
find_rows(fb_group_words *table, const fb_group_block *rows, uint32_t *groups, comparison by)
{
    size_t row = 0, count = rows->row_count;
    while (row < count && table->index.slot_count <= CACHED_SLOTS) {
        row = find_cached(table, rows, row, groups, by);
        if (row == count) break;
        FB_TRY(look_up(table, rows, row, &groups[row]));
        row++;
    }
    for (; row < count; row += FETCHED_ROWS) {
        size_t left = count - row;
        FB_TRY(
            find_fetched(table, rows, row, left < FETCHED_ROWS ? left : FETCHED_ROWS, groups, by));
    }
    return FB_OK;
}

fb_status fb_group_words_find(fb_group_words *table, const fb_group_block *rows, uint32_t *groups,
                              fb_error *err)
{
    const fb_group_layout *layout = table->layout;
    const comparison by = {layout->word_count, fb_group_layout_stride(layout), true};
    bool has_more = layout->string_count || table->nulls || rows->nulls;
    fb_status status;
    if (by.words == 1 && !has_more)
        status = find_rows(table, rows, groups, (comparison){1, 1, false});
    else if (by.words == 2 && !has_more)
        status = find_rows(table, rows, groups, (comparison){2, 2, false});
    else
        status = find_rows(table, rows, groups, by);
    return status == FB_OK ? FB_OK : explain(table, status, err);
}
