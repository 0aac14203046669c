/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that were collected become one table, each with a key in bytes (exec/sort_key.h); a
 * merge sort moves the first eight bytes of the keys and looks at the others where those are
 * equal. Its output is gathered from the table, a chunk at a time. */
#include "exec/sort.h"

#include "base/memory.h"
#include "data/appender.h"
#include "exec/sort_key.h"

#include <inttypes.h>

typedef struct sort_entry {
    uint64_t prefix; /* the first bytes of the key as a number, zeros behind its end */
    const uint8_t *key;
    uint32_t row; /* in the table */
} sort_entry;

typedef struct sorter {
    const fb_sort *spec;
    fb_arena rows; /* the table */
    fb_arena keys; /* sizes and bytes of keys */
    fb_arena scratch;
    fb_chunk table;
    fb_appender *appenders;
    sort_entry *entries;
    sort_entry *spare;
    uint32_t row_count; /* of all chunks */
    uint64_t counted_bytes;
} sorter;

/* --- collecting --- */

typedef struct collect {
    fb_operator base;
    fb_exchange *exchange;
    uint32_t lane;
} collect;

static fb_status collect_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    collect *c = (collect *)self;
    return fb_exchange_write(c->exchange, c->lane, chunk, err);
}

static fb_status collect_finish(fb_operator *self, fb_error *err)
{
    (void)err;
    collect *c = (collect *)self;
    fb_exchange_finish_lane(c->exchange, c->lane, false);
    return FB_OK;
}

static void collect_close(fb_operator *self)
{
    fb_free(self);
}

static const fb_operator_ops collect_ops = {
    .name = "Collect",
    .push = collect_push,
    .finish = collect_finish,
    .close = collect_close,
};

fb_status fb_collect_create(fb_exchange *exchange, uint32_t lane, fb_operator **out, fb_error *err)
{
    *out = NULL;
    collect *c = fb_alloc_zero(1, sizeof *c);
    if (!c) return fb_fail_nomem(err, "a sort");
    c->base = (fb_operator){.ops = &collect_ops};
    c->exchange = exchange;
    c->lane = lane;
    *out = &c->base;
    return FB_OK;
}

/* --- the table and its keys --- */

static fb_status nomem(fb_error *err)
{
    return fb_fail_nomem(err, "rows to be sorted");
}

static fb_status count_memory(sorter *s, fb_error *err)
{
    uint64_t bytes = s->rows.total_bytes + s->keys.total_bytes + s->scratch.total_bytes +
                     2 * (uint64_t)s->row_count * sizeof *s->entries;
    if (bytes <= s->counted_bytes) return FB_OK;
    if (!fb_budget_take(s->spec->budget, bytes - s->counted_bytes))
        return fb_fail(err, FB_E_LIMIT, 0,
                       "the memory limit of %" PRIu64
                       " bytes is reached while %u rows are put in order",
                       s->spec->budget->limit_bytes, s->row_count);
    s->counted_bytes = bytes;
    return FB_OK;
}

static fb_status open_table(sorter *s, fb_error *err)
{
    const fb_exchange *exchange = s->spec->exchange;
    const fb_plan *plan = s->spec->plan;
    uint64_t row_count = 0;
    for (uint32_t i = 0; i < fb_exchange_chunk_count(exchange, 0); i++)
        row_count += fb_exchange_chunk(exchange, 0, i)->row_count;
    if (row_count > UINT32_MAX)
        return fb_fail(err, FB_E_LIMIT, 0, "%llu rows; at most %u can be sorted",
                       (unsigned long long)row_count, UINT32_MAX);
    s->row_count = (uint32_t)row_count;
    FB_TRY(count_memory(s, err)); /* of the entries, before they are there */
    s->entries = fb_alloc_zero(s->row_count, sizeof *s->entries);
    s->spare = fb_alloc_zero(s->row_count, sizeof *s->spare);
    s->table.column_count = plan->output_count;
    s->table.columns = fb_arena_array(&s->rows, plan->output_count, sizeof *s->table.columns);
    s->appenders = fb_arena_array(&s->rows, plan->output_count, sizeof *s->appenders);
    if (!s->entries || !s->spare || !s->table.columns || !s->appenders) return nomem(err);
    for (uint32_t i = 0; i < plan->output_count; i++)
        if (!fb_appender_init(&s->appenders[i], &s->table.columns[i], &s->rows,
                              plan->output[i].type, s->row_count))
            return nomem(err);
    return count_memory(s, err);
}

/* A key is stored as its size, then its bytes, so that an entry needs a pointer only. */
static size_t key_size(const uint8_t *key)
{
    size_t size;
    memcpy(&size, key - sizeof size, sizeof size);
    return size;
}

static uint64_t key_prefix(const uint8_t *key)
{
    size_t size = key_size(key);
    uint64_t prefix = 0;
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix = prefix << 8 | (i < size ? key[i] : 0);
    return prefix;
}

/* Room for the keys of a chunk: ends[i] is where that of row i begins. */
static bool place_keys(sorter *s, const fb_column *columns, uint32_t row_count, uint8_t **ends)
{
    size_t *sizes = fb_arena_alloc_zero(&s->scratch, row_count * sizeof *sizes);
    if (!sizes) return false;
    for (uint32_t i = 0; i < s->spec->plan->sort_key_count; i++)
        fb_sort_key_measure(&columns[i], row_count, sizes);
    size_t total = 0;
    for (uint32_t i = 0; i < row_count; i++)
        total += sizeof *sizes + sizes[i];
    uint8_t *bytes = fb_arena_alloc(&s->keys, total);
    if (!bytes) return false;
    for (uint32_t i = 0; i < row_count; i++) {
        memcpy(bytes, &sizes[i], sizeof *sizes);
        ends[i] = bytes + sizeof *sizes;
        bytes = ends[i] + sizes[i];
    }
    return true;
}

/* Keys of the rows that the table gets next. */
static fb_status add_keys(sorter *s, const fb_chunk *chunk, fb_error *err)
{
    const fb_plan *plan = s->spec->plan;
    fb_eval eval = {.context = s->spec->context, .arena = &s->scratch, .err = err};
    fb_column *columns = fb_arena_array(&s->scratch, plan->sort_key_count, sizeof *columns);
    uint8_t **ends = fb_arena_array(&s->scratch, chunk->row_count, sizeof *ends);
    if (!columns || !ends) return nomem(err);
    for (uint32_t i = 0; i < plan->sort_key_count; i++)
        FB_TRY(fb_expr_eval(plan->sort_keys[i].expr, &eval, chunk, &columns[i]));
    if (!place_keys(s, columns, chunk->row_count, ends)) return nomem(err);
    uint32_t first = s->table.row_count;
    for (uint32_t i = 0; i < chunk->row_count; i++)
        s->entries[first + i] = (sort_entry){.key = ends[i], .row = first + i};
    for (uint32_t i = 0; i < plan->sort_key_count; i++)
        fb_sort_key_write(&columns[i], plan->sort_keys[i].descending, plan->sort_keys[i].nulls_last,
                          chunk->row_count, ends);
    for (uint32_t i = 0; i < chunk->row_count; i++)
        s->entries[first + i].prefix = key_prefix(s->entries[first + i].key);
    return FB_OK;
}

static fb_status add_rows(sorter *s, const fb_chunk *chunk, fb_error *err)
{
    uint32_t *rows = fb_arena_array(&s->scratch, chunk->row_count, sizeof *rows);
    if (!rows) return nomem(err);
    for (uint32_t i = 0; i < chunk->row_count; i++)
        rows[i] = i;
    for (uint32_t i = 0; i < chunk->column_count; i++)
        if (!fb_appender_add(&s->appenders[i], &s->rows, &chunk->columns[i], rows,
                             chunk->row_count))
            return nomem(err);
    s->table.row_count += chunk->row_count;
    return FB_OK;
}

static fb_status check_running(const sorter *s, fb_error *err)
{
    if (!atomic_load_explicit(s->spec->cancelled, memory_order_relaxed)) return FB_OK;
    return fb_fail(err, FB_E_CANCELLED, 0, "the query was stopped");
}

static fb_status take_chunks(sorter *s, fb_error *err)
{
    fb_exchange *exchange = s->spec->exchange;
    for (uint32_t i = 0; i < fb_exchange_chunk_count(exchange, 0); i++) {
        const fb_chunk *chunk = fb_exchange_chunk(exchange, 0, i);
        fb_arena_reset(&s->scratch);
        FB_TRY(check_running(s, err));
        FB_TRY(add_keys(s, chunk, err));
        FB_TRY(add_rows(s, chunk, err));
        FB_TRY(count_memory(s, err));
    }
    fb_exchange_release(exchange, 0);
    return FB_OK;
}

/* --- the order --- */

static bool is_before(const sort_entry *a, const sort_entry *b)
{
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    /* No key is the beginning of another: one that ends within the prefix is equal. */
    size_t a_size = key_size(a->key), b_size = key_size(b->key);
    if (a_size <= sizeof a->prefix || b_size <= sizeof a->prefix) return false;
    return memcmp(a->key, b->key, a_size < b_size ? a_size : b_size) < 0;
}

/* Stable: of equal entries the left one goes first. */
static void merge(const sort_entry *from, uint32_t left, uint32_t middle, uint32_t right,
                  sort_entry *to)
{
    uint32_t a = left, b = middle;
    for (uint32_t i = left; i < right; i++) {
        bool take_right = b < right && (a == middle || is_before(&from[b], &from[a]));
        to[i] = take_right ? from[b++] : from[a++];
    }
}

/* Bottom-up merge sort. */
static fb_status sort_entries(sorter *s, fb_error *err)
{
    uint64_t count = s->row_count;
    for (uint64_t width = 1; width < count; width *= 2) {
        FB_TRY(check_running(s, err));
        for (uint64_t left = 0; left < count; left += 2 * width) {
            uint64_t middle = left + width < count ? left + width : count;
            uint64_t right = middle + width < count ? middle + width : count;
            merge(s->entries, (uint32_t)left, (uint32_t)middle, (uint32_t)right, s->spare);
        }
        sort_entry *sorted = s->spare;
        s->spare = s->entries;
        s->entries = sorted;
    }
    return FB_OK;
}

static fb_status push_sorted(sorter *s, fb_operator *next, fb_error *err)
{
    uint32_t rows[FB_CHUNK_ROWS];
    for (uint32_t first = 0; first < s->row_count;) {
        uint32_t count =
            s->row_count - first < FB_CHUNK_ROWS ? s->row_count - first : FB_CHUNK_ROWS;
        for (uint32_t i = 0; i < count; i++)
            rows[i] = s->entries[first + i].row;
        fb_chunk chunk;
        fb_arena_reset(&s->scratch);
        FB_TRY(check_running(s, err));
        if (!fb_chunk_gather(&chunk, &s->scratch, &s->table, rows, count)) return nomem(err);
        FB_TRY(fb_operator_push(next, &chunk, err));
        first += count;
    }
    return fb_operator_finish(next, err);
}

static fb_status check_keys(const fb_plan *plan, fb_error *err)
{
    for (uint32_t i = 0; i < plan->sort_key_count; i++)
        if (!fb_sort_key_is_possible(plan->sort_keys[i].expr->type))
            return fb_fail(err, FB_E_UNSUPPORTED, 0, "ORDER BY cannot compare maps");
    return FB_OK;
}

fb_status fb_sort_run(const fb_sort *self, fb_operator *next, fb_error *err)
{
    sorter s = {.spec = self};
    fb_arena_init(&s.rows, 0);
    fb_arena_init(&s.keys, 0);
    fb_arena_init(&s.scratch, 0);
    fb_status status = check_keys(self->plan, err);
    if (status == FB_OK) status = open_table(&s, err);
    if (status == FB_OK) status = take_chunks(&s, err);
    if (status == FB_OK) status = sort_entries(&s, err);
    if (status == FB_OK) status = push_sorted(&s, next, err);
    fb_budget_give(self->budget, s.counted_bytes);
    fb_free(s.entries);
    fb_free(s.spare);
    fb_arena_deinit(&s.rows);
    fb_arena_deinit(&s.keys);
    fb_arena_deinit(&s.scratch);
    return status;
}
