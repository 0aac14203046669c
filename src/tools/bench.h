/* SPDX-License-Identifier: Apache-2.0
 *
 * The workloads of `forebay bench`. */
#ifndef FB_TOOLS_BENCH_H
#define FB_TOOLS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bench_settings {
    int seconds;           /* per measurement */
    int threads;           /* 0: the workload's own choice */
    const char *directory; /* for checkpoints; NULL: TMPDIR or /tmp */
} bench_settings;

typedef struct bench_workload {
    const char *name;
    const char *help;
    bool (*run)(const bench_settings *settings); /* false: it failed, with a message */
} bench_workload;

extern const bench_workload bench_workloads[];
extern const size_t bench_workload_count;

/* --- what workloads are made of --- */

/* Batches that one run of a script did. */
typedef struct bench_run {
    double *rows_per_s; /* per batch with rows, in order; the first two are warm-up */
    int64_t *duration_us;
    size_t batch_count, capacity;
    int64_t first_batch_us; /* from before the session was made to the end of the first batch */
} bench_run;

/* Runs the script for that many seconds (or until `max_batches` batches are done; 0: no maximum)
 * with `threads` threads; longer, up to a minute, where four batches take longer. */
bool bench_run_script(const char *script, int threads, int seconds, size_t max_batches,
                      bench_run *out);
void bench_run_free(bench_run *run);

/* Median of the values after the first `skip`; also their least and largest. 0 when there are
 * none. */
typedef struct bench_spread {
    double median, least, largest;
    size_t count;
} bench_spread;
bench_spread bench_spread_of(const double *values, size_t count, size_t skip);

/* Measures SELECT over rows of a source, `numbers`, with one thread and with two, or as the
 * settings say; prints the lines. `source` is "format OPTIONS (...)", `sink_options` is empty or
 * ", name 'value'...". */
bool bench_select(const bench_settings *settings, const char *name, const char *source,
                  const char *sink_options, const char *select);

/* Written, synced and renamed as the engine does it: the file `name` of that many bytes in
 * `directory`, and its checksum file; the directory is synced too. */
bool bench_write_file(const char *directory, const char *name, size_t size);
double bench_now_us(void);

/* bench_stateful.c */
bool bench_windowed_count(const bench_settings *settings);
bool bench_million_keys(const bench_settings *settings);
bool bench_ten_million_keys(const bench_settings *settings);
bool bench_zipf_keys(const bench_settings *settings);
bool bench_string_keys(const bench_settings *settings);
bool bench_small_stateful_batch(const bench_settings *settings);

/* A fresh directory below settings->directory; false with a message. */
bool bench_directory(const bench_settings *settings, char *out, size_t size);
void bench_remove_directory(const char *path);

#endif
