/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SCRIPT_BYTES = 4096, PATH_BYTES = 1024, WARM_UP = 1, LEAST = 3, MOST_BATCHES = 1024 };

/* --- rows per second --- */

/* Bytes of memory that the process has had at most, as megabytes. */
static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* Returns the median of the rates. */
static double print_rates(const char *name, int threads, const bench_run *run)
{
    double rates[MOST_BATCHES], cpu_ns[MOST_BATCHES], row_counts[MOST_BATCHES];
    size_t count = run->batch_count < MOST_BATCHES ? run->batch_count : MOST_BATCHES;
    for (size_t i = 0; i < count; i++) {
        rates[i] = run->batches[i].rows_per_s;
        cpu_ns[i] = run->batches[i].cpu_ns_per_row;
        row_counts[i] = (double)run->batches[i].row_count;
    }
    bench_spread rate = bench_spread_of(rates, count, WARM_UP);
    printf("rows_per_s=%.0f name=%s threads=%d cpu_ns_per_row=%.1f min=%.0f max=%.0f batches=%zu "
           "batch_rows=%.0f peak_mb=%.0f\n",
           rate.median, name, threads, bench_spread_of(cpu_ns, count, WARM_UP).median, rate.least,
           rate.largest, rate.count, bench_spread_of(row_counts, count, WARM_UP).median, peak_mb());
    fflush(stdout);
    return rate.median;
}

/* In a directory of its own, so that nothing goes on from what an earlier run left. */
static bool measure_in(const char *directory, const bench_settings *settings, const bench_job *job,
                       int threads, double *rows_per_s)
{
    char script[SCRIPT_BYTES];
    int length = snprintf(script, sizeof script,
                          "CREATE TEMPORARY VIEW numbers USING %s;\n"
                          "CREATE STREAMING TABLE bench USING noop\n"
                          "OPTIONS (checkpointLocation '%s/checkpoint'%s) AS %s;\n",
                          job->source, directory, job->sink_options, job->select);
    if (length < 0 || (size_t)length >= sizeof script) {
        fprintf(stderr, "error: %s: the name is too long\n", directory);
        return false;
    }
    bench_run run;
    /* The first batch of `rate` is empty and comes at once, the first with rows a second later. */
    const bench_limits limits = {
        .threads = threads, .seconds = settings->seconds + 2, .least_batches = WARM_UP + LEAST};
    bool good = bench_run_script(script, &limits, &run);
    if (good && run.batch_count <= WARM_UP) {
        fprintf(stderr, "error: %s measured nothing: %zu batches ended, the first %d are warm-up\n",
                job->name, run.batch_count, WARM_UP);
        good = false;
    }
    if (good) *rows_per_s = print_rates(job->name, threads, &run);
    bench_run_free(&run);
    return good;
}

static bool measure(const bench_settings *settings, const bench_job *job, int threads,
                    double *rows_per_s)
{
    char directory[PATH_BYTES];
    if (!bench_directory(settings, directory, sizeof directory)) return false;
    bool good = measure_in(directory, settings, job, threads, rows_per_s);
    bench_remove_directory(directory);
    return good;
}

bool bench_rows(const bench_settings *settings, const bench_job *job)
{
    double one, two;
    if (settings->threads) return measure(settings, job, settings->threads, &one);
    if (!measure(settings, job, 1, &one) || !measure(settings, job, 2, &two)) return false;
    printf("speedup=%.2f name=%s threads=2\n", two / one, job->name);
    return true;
}

/* Every second brings a batch, whose processing is what is measured; the wait is not. */
static bool run_casts(const bench_settings *settings)
{
    const bench_job job = {
        .name = "stateless_casts",
        .source = "rate OPTIONS (rowsPerSecond '25000000')",
        .sink_options = "",
        .select = "SELECT CAST(timestamp AS STRING), CAST(value AS STRING) FROM STREAM numbers"};
    return bench_rows(settings, &job);
}

static bool run_arithmetic(const bench_settings *settings)
{
    const bench_job job = {.name = "stateless_arithmetic",
                           .source = "rate OPTIONS (rowsPerSecond '80000000')",
                           .sink_options = "",
                           .select =
                               "SELECT value * 3 + 7 AS a, value - 11 AS b FROM STREAM numbers\n"
                               "WHERE value % 8 <> 3"};
    return bench_rows(settings, &job);
}

/* --- the cost of a batch --- */

static bool write_durably(const char *path, const char *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return false;
    bool good = write(file, bytes, size) == (ssize_t)size && fsync(file) == 0;
    return close(file) == 0 && good;
}

/* The system calls of one file, without the engine. */
bool bench_write_file(const char *directory, const char *name, size_t size)
{
    static const char zeros[1 << 16];
    char names[4][PATH_BYTES + 64];
    static const char *const patterns[4] = {"%s/.%s.tmp", "%s/.%s.crc.tmp", "%s/%s", "%s/.%s.crc"};
    for (int i = 0; i < 4; i++)
        if (snprintf(names[i], sizeof names[i], patterns[i], directory, name) < 0) return false;
    size_t crc_bytes = 8 + 4 * ((size + 511) / 512);
    if (size > sizeof zeros || crc_bytes > sizeof zeros) return false;
    if (!write_durably(names[0], zeros, size)) return false;
    if (!write_durably(names[1], zeros, crc_bytes)) return false;
    if (rename(names[0], names[2]) || rename(names[1], names[3])) return false;
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return false;
    bool good = fsync(file) == 0;
    close(file);
    return good;
}

double bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* An offset entry has 1.2 KB, a commit entry 0.1 KB. */
static bool measure_floor(const char *directory, int64_t first_id, size_t count, double *times_us)
{
    for (size_t i = 0; i < count; i++) {
        double from_us = bench_now_us();
        char offset_entry[32], commit_entry[32];
        int64_t id = first_id + 2 * (int64_t)i;
        (void)snprintf(offset_entry, sizeof offset_entry, "%lld", (long long)id);
        (void)snprintf(commit_entry, sizeof commit_entry, "%lld", (long long)id + 1);
        if (!bench_write_file(directory, offset_entry, 1225) ||
            !bench_write_file(directory, commit_entry, 87)) {
            fprintf(stderr, "error: %s: %s\n", directory, strerror(errno));
            return false;
        }
        times_us[i] = bench_now_us() - from_us;
    }
    return true;
}

enum { ROUNDS = 4, ROUND_BATCHES = 60, SAMPLES = ROUNDS * ROUND_BATCHES };

static bool measure_batches(const char *script, double *times_us, size_t *count)
{
    bench_run run;
    const bench_limits limits = {
        .threads = 1, .seconds = 30, .least_batches = 4, .most_batches = ROUND_BATCHES};
    bool good = bench_run_script(script, &limits, &run);
    for (size_t i = 3; i < run.batch_count && *count < SAMPLES; i++)
        times_us[(*count)++] = (double)run.batches[i].duration_us;
    bench_run_free(&run);
    return good;
}

/* Engine and floor take turns, so that a noisy disk disturbs both alike. */
static bool run_empty_batch_in(const char *directory)
{
    char script[SCRIPT_BYTES];
    int length = snprintf(script, sizeof script,
                          "CREATE TEMPORARY VIEW v USING `rate-micro-batch` OPTIONS (rowsPerBatch "
                          "'1');\nCREATE STREAMING TABLE bench USING noop\nOPTIONS "
                          "(checkpointLocation '%s/checkpoint')\nAS SELECT value FROM STREAM v "
                          "WHERE value < 0;\n",
                          directory);
    if (length < 0 || (size_t)length >= sizeof script) return false;
    static double engine_us[SAMPLES], floor_us[SAMPLES];
    size_t engine_count = 0, floor_count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (!measure_batches(script, engine_us, &engine_count)) return false;
        if (!measure_floor(directory, round * 2 * ROUND_BATCHES, ROUND_BATCHES,
                           floor_us + floor_count))
            return false;
        floor_count += ROUND_BATCHES;
    }
    bench_spread engine = bench_spread_of(engine_us, engine_count, 0);
    bench_spread floor = bench_spread_of(floor_us, floor_count, 0);
    printf("batch_us=%.0f name=empty_batch floor_us=%.0f ratio=%.2f min=%.0f floor_min=%.0f "
           "batches=%zu\n",
           engine.median, floor.median, floor.median > 0 ? engine.median / floor.median : 0,
           engine.least, floor.least, engine.count);
    return true;
}

static bool run_empty_batch(const bench_settings *settings)
{
    char directory[PATH_BYTES];
    if (!bench_directory(settings, directory, sizeof directory)) return false;
    bool good = run_empty_batch_in(directory);
    bench_remove_directory(directory);
    return good;
}

/* From nothing to the first committed batch of a new query, within one process. */
static bool run_first_batch(const bench_settings *settings)
{
    enum { STARTS = 7 };
    double times_us[STARTS];
    for (int i = 0; i < STARTS; i++) {
        char directory[PATH_BYTES], script[SCRIPT_BYTES];
        if (!bench_directory(settings, directory, sizeof directory)) return false;
        int length =
            snprintf(script, sizeof script,
                     "CREATE TEMPORARY VIEW numbers USING rate OPTIONS (rowsPerSecond '90000');\n"
                     "CREATE STREAMING TABLE bench USING noop OPTIONS (checkpointLocation "
                     "'%s/checkpoint')\nAS SELECT CAST(timestamp AS STRING), CAST(value AS STRING) "
                     "FROM STREAM numbers;\n",
                     directory);
        bench_run run = {0};
        const bench_limits limits = {.threads = 1, .seconds = 10, .most_batches = 1};
        bool good =
            length > 0 && (size_t)length < sizeof script && bench_run_script(script, &limits, &run);
        times_us[i] = (double)run.first_batch_us;
        bench_run_free(&run);
        bench_remove_directory(directory);
        if (!good) return false;
    }
    bench_spread spread = bench_spread_of(times_us, STARTS, 1);
    printf("first_batch_ms=%.2f name=first_batch min=%.2f max=%.2f starts=%zu\n",
           spread.median / 1e3, spread.least / 1e3, spread.largest / 1e3, spread.count);
    return true;
}

const bench_workload bench_workloads[] = {
    {"stateless_casts", "rate -> timestamp and value as strings -> noop", run_casts},
    {"stateless_arithmetic", "rate -> filter and arithmetic on longs -> noop", run_arithmetic},
    {"windowed_count", "rate -> count by window and value % 1000 -> noop", bench_windowed_count},
    {"million_keys", "rate -> sum and count by 1 M keys in random order -> noop",
     bench_million_keys},
    {"ten_million_keys", "the same by 10 M keys", bench_ten_million_keys},
    {"zipf_keys", "the same by 1 M keys of which some are frequent", bench_zipf_keys},
    {"string_keys", "the same by 1 M strings", bench_string_keys},
    {"empty_batch", "a batch without rows, against its files and syncs alone", run_empty_batch},
    {"small_stateful_batch", "10 rows, 8 partitions of state, against files and syncs alone",
     bench_small_stateful_batch},
    {"small_batch_large_state", "the same with 10 M rows in the state",
     bench_small_batch_large_state},
    {"first_batch", "from nothing to the first committed batch of a new query", run_first_batch},
};
const size_t bench_workload_count = sizeof bench_workloads / sizeof bench_workloads[0];
