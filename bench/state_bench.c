/* SPDX-License-Identifier: Apache-2.0
 *
 * The state table in memory: changes in place in random order, the list of a large version's
 * changes, scans, bytes of a row. Keys and values are UnsafeRows of one long: 16 bytes each.
 *
 *     state_bench [ROWS]... [store ROWS]...
 *
 * ROWS: a table of so many rows; store ROWS: its versions on files in memory. Without arguments:
 * tables of 1,000,000 and 10,000,000 rows and a store of 1,000,000. */
#include "bench.h"

#include "files/memory.h"
#include "state/file_log.h"
#include "state/memory_table.h"
#include "state/store.h"

#include <stdbool.h>
#include <string.h>

enum { CHUNK = 4096, ROW_BYTES = 32 };

typedef struct world {
    fb_state_table *table;
    uint64_t row_count;
    uint64_t next; /* state of the random sequence */
    fb_error err;
    uint64_t sum; /* so that reads are not left out */
} world;

/* Of this thread only: what other programs take is not the table's. */
static double cpu_now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t next_random(world *w)
{
    uint64_t z = w->next += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static bool ok(world *w, fb_status status)
{
    if (status != FB_OK) (void)fprintf(stderr, "%s\n", w->err.message);
    return status == FB_OK;
}

/* One chunk of changes. */
static bool update(world *w, const uint64_t *numbers, uint32_t count)
{
    static uint64_t keys[CHUNK * 2];
    static void *values[CHUNK];
    for (uint32_t i = 0; i < count; i++) {
        keys[2 * i] = 0;
        keys[2 * i + 1] = numbers[i];
    }
    fb_state_rows rows = {.bytes = (const char *)keys, .width = 16, .count = count};
    if (!ok(w, fb_state_table_update_begin(w->table, &rows, values, NULL, &w->err))) return false;
    for (uint32_t i = 0; i < count; i++)
        ((uint64_t *)values[i])[1] += numbers[i];
    return ok(w, fb_state_table_update_end(w->table, &w->err));
}

static int compare_times(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How long 4,096 insertions take while the table grows. */
static void print_growth(const world *w, double *took_s, uint64_t count)
{
    qsort(took_s, count, sizeof *took_s, compare_times);
    (void)printf("slowest_chunk_cpu_ms=%.3f bench=state_growth rows=%" PRIu64
                 " median_cpu_ms=%.3f p99_cpu_ms=%.3f\n",
                 took_s[count - 1] * 1e3, w->row_count, took_s[count / 2] * 1e3,
                 took_s[count * 99 / 100] * 1e3);
}

static bool fill(world *w)
{
    uint64_t numbers[CHUNK], chunk_count = 0;
    double *took_s = calloc(w->row_count / CHUNK + 1, sizeof *took_s);
    if (!took_s) return false;
    if (!ok(w, fb_state_table_begin(w->table, FB_STATE_CHANGE, &w->err))) return false;
    for (uint64_t done = 0; done < w->row_count;) {
        uint32_t count = 0;
        while (count < CHUNK && done < w->row_count)
            numbers[count++] = done++;
        double start = cpu_now_s();
        if (!update(w, numbers, count)) return false;
        took_s[chunk_count++] = cpu_now_s() - start;
    }
    print_growth(w, took_s, chunk_count);
    free(took_s);
    return ok(w, fb_state_table_commit(w->table, &w->err));
}

/* As many changes as there are rows, in random order, in one transaction. */
static uint64_t work_update(void *user)
{
    world *w = user;
    uint64_t numbers[CHUNK];
    if (!ok(w, fb_state_table_begin(w->table, FB_STATE_CHANGE, &w->err))) return 0;
    for (uint64_t done = 0; done < w->row_count; done += CHUNK) {
        for (uint32_t i = 0; i < CHUNK; i++)
            numbers[i] = next_random(w) % w->row_count;
        if (!update(w, numbers, CHUNK)) return 0;
    }
    return ok(w, fb_state_table_commit(w->table, &w->err)) ? w->row_count : 0;
}

/* The same with the random numbers only: what the measurement itself costs. */
static uint64_t work_random(void *user)
{
    world *w = user;
    for (uint64_t done = 0; done < w->row_count; done++)
        w->sum += next_random(w) % w->row_count;
    return w->row_count;
}

static fb_status add_up(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                        fb_error *err)
{
    (void)err;
    world *w = user;
    for (uint32_t i = 0; i < count; i++)
        w->sum += (uint64_t)keys[i].data[8] + (uint64_t)values[i].data[8];
    return FB_OK;
}

static uint64_t work_visit(void *user)
{
    world *w = user;
    return ok(w, fb_state_table_visit_all(w->table, add_up, w, &w->err)) ? w->row_count : 0;
}

static fb_status copy_out(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                          fb_error *err)
{
    (void)err;
    static char delta[64 << 10];
    world *w = user;
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(delta + size, keys[i].data, 16);
        memcpy(delta + size + 16, values[i].data, 16);
        size += ROW_BYTES;
    }
    w->sum += (uint64_t)delta[size - 1];
    return FB_OK;
}

static uint64_t work_changes(void *user)
{
    world *w = user;
    fb_status status = fb_state_table_visit_changes(w->table, copy_out, w, &w->err);
    return ok(w, status) ? w->row_count : 0;
}

static uint64_t work_evict_nothing(void *user)
{
    world *w = user;
    uint64_t evicted;
    if (!ok(w, fb_state_table_begin(w->table, FB_STATE_CHANGE, &w->err))) return 0;
    fb_status status = fb_state_table_evict_before(w->table, -1, NULL, NULL, &evicted, &w->err);
    if (!ok(w, status)) return 0;
    return ok(w, fb_state_table_commit(w->table, &w->err)) ? w->row_count : 0;
}

/* A version that changes nothing and evicts nothing, over all the rows. */
static bool print_empty_version(world *w)
{
    enum { VERSIONS = 1000 };
    double start = bench_now_s();
    for (int i = 0; i < VERSIONS; i++)
        if (!work_evict_nothing(w)) return false;
    (void)printf("ns_per_version=%.0f bench=state_evict_nothing rows=%" PRIu64 "\n",
                 (bench_now_s() - start) / VERSIONS * 1e9, w->row_count);
    return true;
}

static void print_bytes(world *w)
{
    fb_state_stats stats;
    fb_state_table_stats(w->table, &stats);
    double bytes = (double)stats.memory_bytes / (double)stats.row_count;
    (void)printf("bytes_per_row=%.1f bench=state_memory rows=%" PRIu64 " of_row_bytes=%.2f\n",
                 bytes, stats.row_count, bytes / ROW_BYTES);
}

static bool make(world *w, uint64_t row_count, bool has_time)
{
    fb_state_layout layout = {.name = "bench", .key_bytes = 16, .value_bytes = 16};
    layout.time = (fb_state_time){.present = has_time, .field_count = 1};
    fb_state_memory_table_options options = {.layout = &layout};
    *w = (world){.row_count = row_count, .next = 1};
    return ok(w, fb_state_memory_table_create(&options, &w->table, &w->err));
}

static bool run(uint64_t row_count)
{
    world w;
    char name[64];
    (void)snprintf(name, sizeof name, "state_update_%" PRIu64, row_count);
    bool good = make(&w, row_count, false) && fill(&w);
    good = good && bench_run(name, work_update, &w);
    /* The undo of the last transactions, and the room for it, go with the next few. */
    for (int i = 0; i < 4 && good; i++)
        good = ok(&w, fb_state_table_begin(w.table, FB_STATE_CHANGE, &w.err)) &&
               ok(&w, fb_state_table_commit(w.table, &w.err));
    if (good) print_bytes(&w);
    good = good && bench_run("state_random_numbers_alone", work_random, &w) &&
           bench_run("state_visit_all", work_visit, &w);
    good = good && ok(&w, fb_state_table_begin(w.table, FB_STATE_CHANGE, &w.err));
    uint64_t numbers[CHUNK];
    for (uint64_t done = 0; good && done < row_count; done += CHUNK) {
        for (uint32_t i = 0; i < CHUNK; i++)
            numbers[i] = (done + i) * 7919 % row_count;
        good = update(&w, numbers, CHUNK);
    }
    good = good && bench_run("state_list_of_changes", work_changes, &w);
    fb_state_table_close(w.table);
    good = good && make(&w, row_count, true) && fill(&w) && print_empty_version(&w);
    if (good) print_bytes(&w);
    fb_state_table_close(w.table);
    return good;
}

/* --- versions on files, in memory: what the disk takes comes on top --- */

typedef struct versions {
    world w;
    fb_filesystem *fs;
    fb_state_store *store;
    int64_t load_version;
    double commit_cpu_s;
} versions;

static uint64_t work_commit(void *user)
{
    versions *v = user;
    int64_t version;
    world *w = &v->w;
    fb_status status = fb_state_store_open(v->store, fb_state_store_version(v->store), &w->err);
    w->table = fb_state_store_table(v->store);
    uint64_t numbers[CHUNK];
    for (uint64_t done = 0; status == FB_OK && done < w->row_count; done += CHUNK) {
        for (uint32_t i = 0; i < CHUNK; i++)
            numbers[i] = (done + i) * 7919 % w->row_count;
        if (!update(w, numbers, CHUNK)) return 0;
    }
    double start = cpu_now_s();
    if (status == FB_OK) status = fb_state_store_commit(v->store, &version, &w->err);
    v->commit_cpu_s = cpu_now_s() - start;
    return ok(w, status) ? w->row_count : 0;
}

static bool make_log(versions *v, fb_state_log **log)
{
    fb_state_file_log_options options = {.fs = v->fs, .directory = "/state", .min_deltas = 1};
    return ok(&v->w, fb_state_file_log_create(&options, log, &v->w.err));
}

/* A new table from the files of a version; returns the records that were read. */
static uint64_t work_load(void *user)
{
    versions *v = user;
    world w;
    fb_state_log *log;
    if (!make(&w, v->w.row_count, false) || !make_log(v, &log)) return 0;
    fb_status status = fb_state_table_begin(w.table, FB_STATE_LOAD, &w.err);
    if (status == FB_OK) status = fb_state_log_load(log, v->load_version, w.table, &w.err);
    if (status == FB_OK) status = fb_state_table_commit(w.table, &w.err);
    fb_state_log_close(log);
    fb_state_table_close(w.table);
    bool is_snapshot = v->load_version == fb_state_store_version(v->store);
    return ok(&w, status) ? w.row_count * (is_snapshot ? 1 : (uint64_t)v->load_version) : 0;
}

static bool run_store(uint64_t row_count)
{
    versions v = {.fs = NULL};
    fb_state_log *log = NULL;
    if (!make(&v.w, row_count, false)) return false;
    bool good = ok(&v.w, fb_filesystem_memory_create(&v.fs, &v.w.err)) && make_log(&v, &log) &&
                ok(&v.w, fb_state_store_create(v.w.table, log, &v.store, &v.w.err)) &&
                bench_run("state_update_and_commit", work_commit, &v);
    if (good)
        (void)printf("rows_per_s=%.0f bench=state_commit_alone rows=%" PRIu64 " cpu_ms=%.3f\n",
                     (double)row_count / v.commit_cpu_s, row_count, v.commit_cpu_s * 1e3);
    double start = cpu_now_s();
    int64_t version = good ? fb_state_store_version(v.store) : 0;
    good = good && ok(&v.w, fb_state_store_maintain(v.store, version, &v.w.err));
    if (good)
        (void)printf("rows_per_s=%.0f bench=state_fold rows=%" PRIu64 " cpu_ms=%.3f\n",
                     (double)row_count * (double)version / (cpu_now_s() - start),
                     row_count * (uint64_t)version, (cpu_now_s() - start) * 1e3);
    v.load_version = version - 1;
    good = good && bench_run("state_load_of_deltas", work_load, &v);
    v.load_version = version;
    good = good && bench_run("state_load_of_a_snapshot", work_load, &v);
    fb_state_store_close(v.store);
    fb_filesystem_close(v.fs);
    return good;
}

int main(int argc, char **argv)
{
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        bool is_store = strcmp(argv[i], "store") == 0 && i + 1 < argc;
        good =
            is_store ? run_store(strtoull(argv[++i], NULL, 10)) : run(strtoull(argv[i], NULL, 10));
    }
    if (argc == 1) good = run(1000000) && run(10000000) && run_store(1000000);
    return good ? 0 : 1;
}
