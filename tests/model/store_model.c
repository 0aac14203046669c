/* SPDX-License-Identifier: Apache-2.0
 *
 * A store on a file log against a naive list of versions: random versions, aborts, batches that go
 * back one or many versions, new owners that find what an earlier one left, folding and purging at
 * random moments. Every version that is retained must be found, as it was.
 *
 *     store_model [FIRST_SEED [COUNT]]      without arguments: the kept seeds, then a fixed range
 */
#include "base/memory.h"
#include "env/random.h"
#include "files/memory.h"
#include "state/file_log.h"
#include "state/memory_table.h"
#include "state/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 200, VERSIONS = 120, RETAINED = 12, STEPS = 200, DEFAULT_SEEDS = 40 };

/* Seeds that once failed. */
static const uint64_t kept_seeds[] = {1, 5111};

typedef struct world {
    fb_random_seeded random;
    fb_filesystem *fs;
    fb_state_format format;
    fb_state_store *store;
    uint64_t versions[VERSIONS + 1][KEYS]; /* 0: no such row */
    int64_t newest;
    int64_t oldest; /* that must still be there: purging never goes beyond */
    fb_error err;
} world;

static const char *failure;

static bool expect(bool condition, const char *what)
{
    if (!condition && !failure) failure = what;
    return condition;
}

static bool ok(world *w, fb_status status, const char *what)
{
    (void)w;
    return expect(status == FB_OK, what);
}

static uint64_t below(world *w, uint64_t limit)
{
    return fb_random_seeded_next(&w->random) % limit;
}

static void new_owner(world *w)
{
    fb_state_layout layout = {.name = "store", .key_bytes = 8, .value_bytes = 8};
    fb_state_memory_table_options table_options = {.layout = &layout};
    fb_state_file_log_options log_options = {
        .fs = w->fs, .directory = "/s", .format = w->format, .min_deltas = 3};
    log_options.retained = RETAINED;
    fb_state_table *table;
    fb_state_log *log;
    fb_state_store_close(w->store);
    w->store = NULL;
    if (ok(w, fb_state_memory_table_create(&table_options, &table, &w->err), "a table") &&
        ok(w, fb_state_file_log_create(&log_options, &log, &w->err), "a log"))
        (void)ok(w, fb_state_store_create(table, log, &w->store, &w->err), "a store");
}

static void check(world *w, const uint64_t *model)
{
    uint64_t keys[KEYS], count = 0;
    fb_slice values[KEYS];
    for (uint64_t i = 0; i < KEYS; i++)
        keys[i] = i;
    fb_state_table *table = fb_state_store_table(w->store);
    fb_state_rows rows = {.bytes = (const char *)keys, .width = 8, .count = KEYS};
    if (!ok(w, fb_state_table_get_many(table, &rows, values, &w->err), "get")) return;
    for (int i = 0; i < KEYS; i++) {
        uint64_t value = 0;
        if (values[i].data) memcpy(&value, values[i].data, 8);
        expect(value == model[i], "a row of the version");
        count += model[i] != 0;
    }
    fb_state_stats stats;
    fb_state_table_stats(table, &stats);
    expect(stats.row_count == count, "the rows of the version and no others");
}

static void change(world *w, uint64_t *model)
{
    fb_state_table *table = fb_state_store_table(w->store);
    for (uint64_t i = below(w, 60); i > 0 && !failure; i--) {
        uint64_t key = below(w, KEYS), value = 1 + below(w, 1000000);
        fb_state_rows keys = {.bytes = (const char *)&key, .width = 8, .count = 1};
        fb_state_rows values = {.bytes = (const char *)&value, .width = 8, .count = 1};
        bool removes = below(w, 3) == 0;
        model[key] = removes ? 0 : value;
        (void)ok(w,
                 removes ? fb_state_table_remove_many(table, &keys, NULL, &w->err)
                         : fb_state_table_put_many(table, &keys, &values, &w->err),
                 "a change");
    }
}

/* Builds on `base`; what was newer is lost when the batch commits. */
static void run_batch(world *w, int64_t base)
{
    if (!ok(w, fb_state_store_open(w->store, base, &w->err), "a retained version opens")) return;
    check(w, w->versions[base]);
    uint64_t model[KEYS];
    memcpy(model, w->versions[base], sizeof model);
    change(w, model);
    if (below(w, 6) == 0 || base == VERSIONS) {
        fb_state_store_abort(w->store);
        return;
    }
    if (below(w, 8) == 0) fb_memory_fail_at(1 + below(w, 10));
    int64_t version;
    fb_status status = fb_state_store_commit(w->store, &version, &w->err);
    fb_memory_fail_at(0);
    if (status != FB_OK) {
        expect(status == FB_E_NOMEM, "only want of memory fails a commit");
        fb_state_store_abort(w->store);
        /* Nobody knows whether what lay above is still there. */
        w->newest = base;
        return;
    }
    expect(version == base + 1, "the next version");
    memcpy(w->versions[version], model, sizeof model);
    w->newest = version;
}

/* As the engine: only up to versions that are never taken back, and those stay in reach. */
static void maintain(world *w)
{
    int64_t version = w->newest - 1 > w->oldest ? w->newest - 1 : w->oldest;
    (void)ok(w, fb_state_store_maintain(w->store, version, &w->err), "maintenance");
    if (version - RETAINED > w->oldest) w->oldest = version - RETAINED;
}

static bool run_seed(uint64_t seed)
{
    static world w;
    memset(&w, 0, sizeof w);
    failure = NULL;
    fb_random_seeded_init(&w.random, seed);
    w.format = (fb_state_format){(fb_codec)below(&w, 3), below(&w, 2)};
    if (ok(&w, fb_filesystem_memory_create(&w.fs, &w.err), "a file system")) new_owner(&w);
    for (int i = 0; i < STEPS && !failure; i++) {
        uint64_t what = below(&w, 20);
        int64_t back = 0;
        if (what == 10) back = (int64_t)below(&w, (uint64_t)(w.newest - w.oldest) + 1);
        if (what >= 18) back = w.newest > w.oldest;
        if (what == 4)
            new_owner(&w);
        else if (what <= 8)
            maintain(&w);
        else
            run_batch(&w, w.newest - back);
    }
    fb_state_store_close(w.store);
    fb_filesystem_close(w.fs);
    if (failure) (void)fprintf(stderr, "seed %" PRIu64 ": %s (%s)\n", seed, failure, w.err.message);
    return failure == NULL;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : DEFAULT_SEEDS;
    bool good = true;
    for (size_t i = 0; argc == 1 && i < sizeof kept_seeds / sizeof *kept_seeds; i++)
        good &= run_seed(kept_seeds[i]);
    for (uint64_t seed = first; seed < first + count && good; seed++)
        good &= run_seed(seed);
    return good ? 0 : 1;
}
