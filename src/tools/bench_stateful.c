/* SPDX-License-Identifier: Apache-2.0
 *
 * Workloads with state. The checkpoint, with a delta for every partition and batch, is on the disk
 * of --dir; rows of the rate source make batches of a second's rows at least. */
#include "tools/bench.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SCRIPT_BYTES = 4096, PATH_BYTES = 1024 };

#define UPDATE ", outputMode 'update'"

/* Timestamps that rise within a batch; what waits for the next second is not measured. */
bool bench_windowed_count(const bench_settings *settings)
{
    const bench_job job = {
        .name = "windowed_count",
        .source = "rate OPTIONS (rowsPerSecond '20000000')",
        .sink_options = UPDATE,
        .select = "SELECT window, value % 1000 AS k, count(*) AS c FROM STREAM numbers "
                  "WATERMARK timestamp DELAY OF INTERVAL 10 SECONDS "
                  "GROUP BY window(timestamp, '10 seconds'), value % 1000"};
    return bench_rows(settings, &job);
}

/* Batches of the same size, however long they take. */
#define SUM_BY(workload, rows, key)                                                           \
    {                                                                                         \
        .name = (workload), .source = "`rate-micro-batch` OPTIONS (rowsPerBatch '" rows "')", \
        .sink_options = UPDATE,                                                               \
        .select = "SELECT " key " AS k, sum(value) AS s, count(*) AS c FROM STREAM numbers "  \
                  "GROUP BY " key                                                             \
    }

bool bench_million_keys(const bench_settings *settings)
{
    const bench_job job = SUM_BY("million_keys", "10000000", "pmod(xxhash64(value), 1000000)");
    return bench_rows(settings, &job);
}

bool bench_ten_million_keys(const bench_settings *settings)
{
    const bench_job job = SUM_BY("ten_million_keys", "10000000", "pmod(xxhash64(value), 10000000)");
    return bench_rows(settings, &job);
}

/* Uniform below a limit that itself is one of five powers of 16: key k comes about 1 / k times as
 * often as key 1. */
bool bench_zipf_keys(const bench_settings *settings)
{
    const bench_job job =
        SUM_BY("zipf_keys", "10000000",
               "pmod(xxhash64(value), CASE value % 5 WHEN 0 THEN 16L WHEN 1 THEN 256L "
               "WHEN 2 THEN 4096L WHEN 3 THEN 65536L ELSE 1048576L END)");
    return bench_rows(settings, &job);
}

bool bench_string_keys(const bench_settings *settings)
{
    const bench_job job =
        SUM_BY("string_keys", "10000000",
               "concat('customer-', CAST(pmod(xxhash64(value), 1000000) AS STRING))");
    return bench_rows(settings, &job);
}

/* --- the cost of a batch --- */

enum {
    PARTITIONS = 8,
    ROUNDS = 4,
    ROUND_BATCHES = 40,
    SKIPPED = 3,
    SAMPLES = ROUNDS * ROUND_BATCHES
};

typedef struct delta_writer {
    char directory[PATH_BYTES];
    char name[32];
    bool good;
} delta_writer;

static void *write_delta(void *argument)
{
    delta_writer *self = argument;
    self->good = bench_write_file(self->directory, self->name, 160);
    return NULL;
}

/* The files of a batch: an entry of each log, and between them a delta for every partition, written
 * at once. */
static bool write_batch(const char *directory, int64_t id)
{
    delta_writer writers[PARTITIONS];
    pthread_t threads[PARTITIONS];
    char offset_entry[32], commit_entry[32];
    (void)snprintf(offset_entry, sizeof offset_entry, "o%lld", (long long)id);
    (void)snprintf(commit_entry, sizeof commit_entry, "c%lld", (long long)id);
    if (!bench_write_file(directory, offset_entry, 1225)) return false;
    int started = 0;
    for (; started < PARTITIONS; started++) {
        delta_writer *writer = &writers[started];
        int length =
            snprintf(writer->directory, sizeof writer->directory, "%s/%d", directory, started);
        (void)snprintf(writer->name, sizeof writer->name, "%lld.delta", (long long)id);
        if (length < 0 || (size_t)length >= sizeof writer->directory) break;
        if (mkdir(writer->directory, 0777) != 0 && errno != EEXIST) break;
        if (pthread_create(&threads[started], NULL, write_delta, writer) != 0) break;
    }
    bool good = started == PARTITIONS;
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        good = good && writers[i].good;
    }
    return good && bench_write_file(directory, commit_entry, 87);
}

static bool measure_floor(const char *directory, int64_t first_id, double *times_us)
{
    for (int i = 0; i < ROUND_BATCHES; i++) {
        double from_us = bench_now_us();
        if (!write_batch(directory, first_id + i)) {
            fprintf(stderr, "error: %s: %s\n", directory, strerror(errno));
            return false;
        }
        times_us[i] = bench_now_us() - from_us;
    }
    return true;
}

/* A script that counts rows by value, `rows` of them in each batch. */
static bool write_script(const char *directory, const char *rows, const char *key, char *out)
{
    int length = snprintf(out, SCRIPT_BYTES,
                          "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                          "'%s');\nCREATE STREAMING TABLE bench USING noop\nOPTIONS "
                          "(checkpointLocation '%s/checkpoint', outputMode 'update')\nAS SELECT "
                          "%s AS k, count(*) AS c FROM STREAM v GROUP BY %s;\n",
                          rows, directory, key, key);
    return length > 0 && length < SCRIPT_BYTES;
}

static bool measure_batches(const char *script, double *times_us, size_t *count)
{
    bench_run run;
    const bench_limits limits = {
        .threads = 2, .seconds = 30, .least_batches = SKIPPED + 1, .most_batches = ROUND_BATCHES};
    bool good = bench_run_script(script, &limits, &run);
    for (size_t i = SKIPPED; i < run.batch_count && *count < SAMPLES; i++)
        times_us[(*count)++] = (double)run.batches[i].duration_us;
    bench_run_free(&run);
    return good;
}

/* One batch that leaves as many rows of state. */
static bool fill_state(const char *directory, const char *rows, const char *key)
{
    char script[SCRIPT_BYTES];
    bench_run run;
    const bench_limits limits = {.threads = 2, .seconds = 1, .least_batches = 1, .most_batches = 1};
    if (!write_script(directory, rows, key, script)) return false;
    bool good = bench_run_script(script, &limits, &run) && run.batch_count > 0;
    bench_run_free(&run);
    return good;
}

/* Engine and floor take turns, so that a noisy disk disturbs both alike. */
static bool run_small_batches(const char *directory, const char *name, const char *key)
{
    char script[SCRIPT_BYTES];
    static double engine_us[SAMPLES], floor_us[SAMPLES];
    size_t engine_count = 0;
    if (!write_script(directory, "10", key, script)) return false;
    for (int round = 0; round < ROUNDS; round++) {
        if (!measure_batches(script, engine_us, &engine_count)) return false;
        if (!measure_floor(directory, round * ROUND_BATCHES, floor_us + round * ROUND_BATCHES))
            return false;
    }
    if (!engine_count) {
        fprintf(stderr, "error: %s measured nothing: not even %d batches ended\n", name,
                SKIPPED + 1);
        return false;
    }
    bench_spread engine = bench_spread_of(engine_us, engine_count, 0);
    bench_spread floor = bench_spread_of(floor_us, SAMPLES, 0);
    printf("batch_us=%.0f name=%s floor_us=%.0f ratio=%.2f min=%.0f floor_min=%.0f batches=%zu\n",
           engine.median, name, floor.median, floor.median > 0 ? engine.median / floor.median : 0,
           engine.least, floor.least, engine.count);
    return true;
}

bool bench_small_stateful_batch(const bench_settings *settings)
{
    char directory[PATH_BYTES];
    if (!bench_directory(settings, directory, sizeof directory)) return false;
    bool good = run_small_batches(directory, "small_stateful_batch", "value % 100");
    bench_remove_directory(directory);
    return good;
}

bool bench_small_batch_large_state(const bench_settings *settings)
{
    static const char key[] = "value % 10000000";
    char directory[PATH_BYTES];
    if (!bench_directory(settings, directory, sizeof directory)) return false;
    bool good = fill_state(directory, "10000000", key) &&
                run_small_batches(directory, "small_batch_large_state", key);
    bench_remove_directory(directory);
    return good;
}
