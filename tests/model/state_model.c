/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory table against a naive list of versions: random transactions of puts, updates in place,
 * removals and evictions, which are committed, aborted, taken back after their commit, loaded anew;
 * after each, every key, the whole, each prefix and the list of changes must be the model's. One
 * allocation in some transactions fails, or the memory limit is reached: the transaction then ends
 * with the named error and goes back.
 *
 *     state_model [FIRST_SEED [COUNT]]      without arguments: the kept seeds, then a fixed range
 */
#include "base/budget.h"
#include "base/memory.h"
#include "env/random.h"
#include "state/memory_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_KEYS = 600,
    MAX_KEY_BYTES = 48,
    MAX_VALUE_BYTES = 160,
    MAX_BATCH = 300,
    STEPS = 60,
    DEFAULT_SEEDS = 160,
    PREFIXES = 17,
};

/* Seeds that once failed. */
static const uint64_t kept_seeds[] = {1};

/* A version of the state: what each key holds. */
typedef struct cell {
    bool present;
    uint32_t size;
    _Alignas(8) char value[MAX_VALUE_BYTES];
} cell;

typedef struct version {
    cell cells[MAX_KEYS];
} version;

typedef struct key {
    uint32_t size;
    char bytes[MAX_KEY_BYTES];
} key;

typedef struct world {
    fb_random_seeded random;
    fb_state_layout layout;
    uint64_t (*hash)(fb_slice key);
    fb_budget budget;
    fb_state_table *table;
    uint32_t key_count;
    key keys[MAX_KEYS];
    version committed, before, working;
    bool has_before;
    bool may_fail; /* an allocation or the limit may end the transaction */
    fb_error err;
} world;

static const char *failure; /* the first thing that was wrong */

static bool expect(bool condition, const char *what)
{
    if (!condition && !failure) failure = what;
    return condition;
}

static uint64_t below(world *w, uint64_t limit)
{
    return fb_random_seeded_next(&w->random) % limit;
}

static uint64_t few_hashes(fb_slice bytes)
{
    return fb_state_hash(bytes, 0) % 7 * 0x0123456789abcdefu;
}

static uint64_t one_table(fb_slice bytes)
{
    return fb_state_hash(bytes, 0) >> 8;
}

/* --- worlds --- */

static bool has_rows_of_columns(const world *w)
{
    return w->layout.time.present || w->layout.prefix_count;
}

/* Key number `i`: an UnsafeRow (group, time) or bytes of a fixed or any size. */
static void make_key(world *w, uint32_t i)
{
    key *k = &w->keys[i];
    uint64_t number = i * 0x9e3779b97f4a7c15u;
    memset(k, 0, sizeof *k);
    if (has_rows_of_columns(w)) {
        uint64_t words[3] = {0, i % PREFIXES, i / PREFIXES * 700000u};
        if (i % 31 == 30) { /* without a time */
            words[0] = 2;
            words[2] = 0;
            words[1] = i + 1000;
        }
        k->size = sizeof words;
        memcpy(k->bytes, words, sizeof words);
        return;
    }
    k->size =
        w->layout.key_bytes == FB_STATE_VARIABLE ? 8 + i % 5 * 8 : (uint32_t)w->layout.key_bytes;
    if (k->size >= 8) memcpy(k->bytes, &number, 8);
    if (k->size >= 12) memcpy(k->bytes + k->size - 4, &i, 4);
}

static void make_layout(world *w)
{
    static const fb_state_column columns[] = {FB_STATE_COLUMN_FIXED};
    static const int64_t sizes[] = {8, 16, 24, FB_STATE_VARIABLE};
    w->layout = (fb_state_layout){.name = "model"};
    w->layout.key_bytes = sizes[below(w, 4)];
    w->layout.value_bytes = (int64_t[]){0, 8, 16, 40, FB_STATE_VARIABLE}[below(w, 5)];
    w->key_count = 1 + (uint32_t)below(w, below(w, 2) ? MAX_KEYS : 30);
    switch (below(w, 5)) {
    case 0:
        w->layout.time = (fb_state_time){.present = true, .field_count = 2, .field = 1};
        break;
    case 1:
        w->layout.time = (fb_state_time){.present = true, .in_value = true, .field_count = 1};
        w->layout.value_bytes = below(w, 2) ? 16 : FB_STATE_VARIABLE;
        break;
    case 2:
        w->layout.prefix_count = 1;
        w->layout.column_count = 2;
        w->layout.prefix_columns = columns;
        break;
    default:
        break;
    }
    if (has_rows_of_columns(w)) w->layout.key_bytes = below(w, 2) ? 24 : FB_STATE_VARIABLE;
    if (!has_rows_of_columns(w) && below(w, 20) == 0) {
        w->layout.key_bytes = 0;
        w->key_count = 1;
    }
    uint64_t which = below(w, 4);
    w->hash = which == 0 ? few_hashes : which == 1 ? one_table : NULL;
    for (uint32_t i = 0; i < w->key_count; i++)
        make_key(w, i);
}

static bool make_table(world *w, fb_state_table **out)
{
    fb_state_memory_table_options options = {.layout = &w->layout, .budget = &w->budget};
    options.hash = w->hash;
    return expect(fb_state_memory_table_create(&options, out, &w->err) == FB_OK, "a table is made");
}

/* --- looking --- */

static uint32_t find_key(const world *w, fb_slice bytes)
{
    for (uint32_t i = 0; i < w->key_count; i++)
        if (w->keys[i].size == bytes.size && memcmp(w->keys[i].bytes, bytes.data, bytes.size) == 0)
            return i;
    expect(false, "a key that nobody put");
    return 0;
}

static bool cell_equals(const cell *c, fb_slice value)
{
    if (!c->present) return value.data == NULL;
    return value.data && value.size == c->size && memcmp(c->value, value.data, c->size) == 0;
}

typedef struct seen {
    world *w;
    const version *model;
    uint32_t count;
    uint32_t order[MAX_KEYS * 2];
} seen;

static fb_status look(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                      fb_error *err)
{
    (void)err;
    seen *s = user;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = find_key(s->w, keys[i]);
        expect(cell_equals(&s->model->cells[k], values[i]), "a row that was visited");
        if (expect(s->count < MAX_KEYS * 2, "rows are visited once")) s->order[s->count++] = k;
    }
    return FB_OK;
}

static void check_reads(world *w, const version *model)
{
    uint32_t present = 0;
    for (uint32_t i = 0; i < w->key_count; i++) {
        fb_state_rows one = {.bytes = w->keys[i].bytes, .width = w->keys[i].size, .count = 1};
        fb_slice value;
        if (!expect(fb_state_table_get_many(w->table, &one, &value, &w->err) == FB_OK, "get"))
            return;
        expect(cell_equals(&model->cells[i], value), "get_many finds what was put");
        present += model->cells[i].present;
    }
    seen s = {.w = w, .model = model};
    expect(fb_state_table_visit_all(w->table, look, &s, &w->err) == FB_OK, "visit_all");
    expect(s.count == present, "visit_all visits each row once");
    fb_state_stats stats;
    fb_state_table_stats(w->table, &stats);
    expect(stats.row_count == present, "the number of rows");
}

static void check_prefixes(world *w, const version *model)
{
    for (uint64_t group = 0; w->layout.prefix_count && group < PREFIXES; group++) {
        uint64_t words[2] = {0, group};
        seen s = {.w = w, .model = model};
        fb_slice prefix = {(const char *)words, sizeof words};
        expect(fb_state_table_visit_prefix(w->table, prefix, look, &s, &w->err) == FB_OK,
               "visit_prefix");
        uint32_t wanted = 0;
        for (uint32_t i = 0; i < w->key_count; i++) {
            uint64_t of_key;
            memcpy(&of_key, w->keys[i].bytes + 8, 8);
            wanted += model->cells[i].present && of_key == group;
        }
        expect(s.count == wanted, "visit_prefix visits the rows of the prefix");
    }
}

typedef struct replayed {
    world *w;
    version model;
} replayed;

static fb_status replay(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                        fb_error *err)
{
    (void)err;
    replayed *r = user;
    for (uint32_t i = 0; i < count; i++) {
        cell *c = &r->model.cells[find_key(r->w, keys[i])];
        expect(values[i].data || c->present, "a removal of what is there");
        c->present = values[i].data != NULL;
        c->size = (uint32_t)values[i].size;
        if (values[i].size) memcpy(c->value, values[i].data, values[i].size);
    }
    return FB_OK;
}

/* The changes, applied to the version before, give the version. */
static void check_changes(world *w)
{
    static replayed r;
    r.w = w;
    r.model = w->committed;
    if (w->err.status != FB_OK) return;
    expect(fb_state_table_visit_changes(w->table, replay, &r, &w->err) == FB_OK, "visit_changes");
    for (uint32_t i = 0; i < w->key_count; i++) {
        const cell *c = &w->working.cells[i];
        fb_slice value = {c->present ? c->value : NULL, c->present ? c->size : 0};
        expect(cell_equals(&r.model.cells[i], value), "the changes make the version");
    }
}

/* --- changing --- */

typedef struct batch {
    uint32_t keys[MAX_BATCH];
    char key_bytes[MAX_BATCH * MAX_KEY_BYTES];
    char value_bytes[MAX_BATCH * MAX_VALUE_BYTES];
    uint64_t key_offsets[MAX_BATCH + 1];
    uint64_t value_offsets[MAX_BATCH + 1];
    fb_state_rows key_rows;
    fb_state_rows value_rows;
} batch;

static void make_batch(world *w, batch *b)
{
    uint32_t count = (uint32_t)below(w, MAX_BATCH);
    b->key_offsets[0] = b->value_offsets[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = b->keys[i] = (uint32_t)below(w, w->key_count);
        memcpy(b->key_bytes + b->key_offsets[i], w->keys[k].bytes, w->keys[k].size);
        b->key_offsets[i + 1] = b->key_offsets[i] + w->keys[k].size;
        bool is_fixed = w->layout.value_bytes != FB_STATE_VARIABLE;
        uint32_t size = is_fixed ? (uint32_t)w->layout.value_bytes
                                 : (uint32_t)(1 + below(w, MAX_VALUE_BYTES / 8)) * 8;
        if (!is_fixed && w->layout.time.in_value && size < 16) size = 16;
        char *value = b->value_bytes + b->value_offsets[i];
        for (uint32_t at = 0; at < size; at++)
            value[at] = (char)below(w, 256);
        if (w->layout.time.in_value) {
            uint64_t words[2] = {below(w, 20) == 0, below(w, 40) * 600000};
            memcpy(value, words, sizeof words);
        }
        b->value_offsets[i + 1] = b->value_offsets[i] + size;
    }
    b->key_rows = (fb_state_rows){b->key_bytes, b->key_offsets, 0, count};
    b->value_rows = (fb_state_rows){b->value_bytes, b->value_offsets, 0, count};
    if (w->layout.key_bytes >= 0 && below(w, 2)) {
        b->key_rows.offsets = NULL;
        b->key_rows.width = (uint64_t)w->layout.key_bytes;
    }
}

static void model_put(world *w, uint32_t k, fb_slice value)
{
    cell *c = &w->working.cells[k];
    c->present = true;
    c->size = (uint32_t)value.size;
    if (value.size) memcpy(c->value, value.data, value.size);
}

static fb_status put_some(world *w, batch *b)
{
    for (uint32_t i = 0; i < b->key_rows.count; i++)
        model_put(w, b->keys[i], fb_state_row(&b->value_rows, i));
    return fb_state_table_put_many(w->table, &b->key_rows, &b->value_rows, &w->err);
}

/* Adds to the first word of every value; new ones begin with zeros. */
static fb_status update_some(world *w, batch *b)
{
    void *values[MAX_BATCH];
    uint64_t created[MAX_BATCH / 64 + 1];
    FB_TRY(fb_state_table_update_begin(w->table, &b->key_rows, values, created, &w->err));
    for (uint32_t i = 0; i < b->key_rows.count; i++) {
        cell *c = &w->working.cells[b->keys[i]];
        expect((created[i / 64] >> (i % 64) & 1) == !c->present, "created tells new rows");
        if (!c->present) *c = (cell){.present = true, .size = (uint32_t)w->layout.value_bytes};
        if (c->size) {
            ++*(uint64_t *)values[i];
            ++*(uint64_t *)(void *)c->value;
        }
    }
    return fb_state_table_update_end(w->table, &w->err);
}

static fb_status remove_some(world *w, batch *b)
{
    uint64_t removed, wanted = 0;
    for (uint32_t i = 0; i < b->key_rows.count; i++) {
        wanted += w->working.cells[b->keys[i]].present;
        w->working.cells[b->keys[i]].present = false;
    }
    FB_TRY(fb_state_table_remove_many(w->table, &b->key_rows, &removed, &w->err));
    expect(removed == wanted, "remove_many counts");
    return FB_OK;
}

static bool time_of(const world *w, uint32_t k, const cell *c, int64_t *time)
{
    const char *row = w->layout.time.in_value ? c->value : w->keys[k].bytes;
    uint64_t nulls;
    uint32_t field = w->layout.time.field;
    memcpy(&nulls, row, 8);
    memcpy(time, row + 8 + field * 8, 8);
    return !(nulls >> field & 1);
}

static fb_status evict_some(world *w)
{
    static version before;
    before = w->working;
    int64_t bound = (int64_t)below(w, 40) * 650000;
    uint64_t evicted;
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < w->key_count; i++) {
        cell *c = &w->working.cells[i];
        int64_t time;
        if (!c->present || !time_of(w, i, c, &time) || time >= bound) continue;
        c->present = false;
        wanted++;
    }
    seen s = {.w = w, .model = &before};
    FB_TRY(fb_state_table_evict_before(w->table, bound, look, &s, &evicted, &w->err));
    expect(evicted == wanted && s.count == wanted, "an eviction takes what is due");
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < s.count; i++) {
        int64_t time = 0;
        (void)time_of(w, s.order[i], &before.cells[s.order[i]], &time);
        expect(time >= last, "evicted in the order of time");
        last = time;
    }
    return FB_OK;
}

static fb_status change(world *w)
{
    static batch b;
    make_batch(w, &b);
    bool is_fixed = w->layout.value_bytes != FB_STATE_VARIABLE;
    switch (below(w, 4)) {
    case 0:
        return remove_some(w, &b);
    case 1:
        if (is_fixed && !w->layout.time.in_value) return update_some(w, &b);
        return put_some(w, &b);
    case 2:
        if (w->layout.time.present) return evict_some(w);
        return put_some(w, &b);
    default:
        return put_some(w, &b);
    }
}

/* --- versions --- */

static void one_transaction(world *w)
{
    w->err = (fb_error){0};
    w->working = w->committed;
    if (!expect(fb_state_table_begin(w->table, FB_STATE_CHANGE, &w->err) == FB_OK, "begin")) return;
    uint64_t limit = w->budget.limit_bytes;
    if (w->may_fail && below(w, 4) == 0) fb_memory_fail_at(1 + below(w, 12));
    if (w->may_fail && below(w, 4) == 0)
        w->budget.limit_bytes = fb_budget_used(&w->budget) + below(w, 200000);
    fb_status status = FB_OK;
    for (uint64_t i = below(w, 6); i > 0 && status == FB_OK; i--)
        status = change(w);
    fb_memory_fail_at(0);
    w->budget.limit_bytes = limit;
    if (status != FB_OK) {
        expect(status == FB_E_NOMEM || status == FB_E_LIMIT, "only want of memory fails");
        expect(strstr(w->err.message, "model") != NULL, "the error names the store");
    }
    if (status != FB_OK || below(w, 5) == 0) {
        fb_state_table_abort(w->table);
    } else {
        check_reads(w, &w->working);
        check_changes(w);
        expect(fb_state_table_commit(w->table, &w->err) == FB_OK, "commit");
        w->before = w->committed;
        w->committed = w->working;
        w->has_before = true;
    }
    check_reads(w, &w->committed);
    check_prefixes(w, &w->committed);
}

static void go_back(world *w)
{
    fb_status status = fb_state_table_roll_back(w->table, &w->err);
    expect(status == (w->has_before ? FB_OK : FB_E_NOT_FOUND), "two versions are within reach");
    if (status != FB_OK) return;
    w->committed = w->before;
    w->has_before = false;
    check_reads(w, &w->committed);
}

/* A table that was filled at once visits the same rows in the same order. */
static void load_anew(world *w)
{
    seen old = {.w = w, .model = &w->committed}, fresh = old;
    expect(fb_state_table_visit_all(w->table, look, &old, &w->err) == FB_OK, "visit_all");
    fb_state_table *table;
    if (!make_table(w, &table)) return;
    expect(fb_state_table_begin(table, FB_STATE_LOAD, &w->err) == FB_OK, "begin a load");
    uint32_t first = (uint32_t)below(w, w->key_count);
    for (uint32_t i = 0; i < w->key_count; i++) {
        uint32_t k = (i + first) % w->key_count;
        const cell *c = &w->committed.cells[k];
        fb_state_rows one = {.bytes = w->keys[k].bytes, .width = w->keys[k].size, .count = 1};
        fb_state_rows value = {.bytes = c->value, .width = c->size, .count = 1};
        if (c->present)
            expect(fb_state_table_put_many(table, &one, &value, &w->err) == FB_OK, "load a row");
    }
    expect(fb_state_table_commit(table, &w->err) == FB_OK, "commit a load");
    fb_state_table_close(w->table);
    w->table = table;
    w->has_before = false;
    expect(fb_state_table_visit_all(w->table, look, &fresh, &w->err) == FB_OK, "visit_all");
    expect(fresh.count == old.count &&
               memcmp(fresh.order, old.order, old.count * sizeof *old.order) == 0,
           "the order of rows depends on the keys only");
}

static bool run_seed(uint64_t seed)
{
    static world w;
    memset(&w, 0, sizeof w);
    failure = NULL;
    fb_random_seeded_init(&w.random, seed);
    fb_budget_init(&w.budget, (uint64_t)1 << 30);
    make_layout(&w);
    w.may_fail = below(&w, 2);
    if (make_table(&w, &w.table)) {
        for (uint32_t i = 0; i < STEPS && !failure; i++) {
            uint64_t what = below(&w, 12);
            if (what == 0)
                load_anew(&w);
            else if (what == 1)
                go_back(&w);
            else
                one_transaction(&w);
        }
    }
    fb_state_table_close(w.table);
    expect(fb_budget_used(&w.budget) == 0, "all memory is given back");
    if (failure) (void)fprintf(stderr, "seed %" PRIu64 ": %s (%s)\n", seed, failure, w.err.message);
    return failure == NULL;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : DEFAULT_SEEDS;
    bool ok = true;
    for (size_t i = 0; argc == 1 && i < sizeof kept_seeds / sizeof *kept_seeds; i++)
        ok &= run_seed(kept_seeds[i]);
    for (uint64_t seed = first; seed < first + count && ok; seed++)
        ok &= run_seed(seed);
    return ok ? 0 : 1;
}
