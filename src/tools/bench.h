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

/* A batch with rows. */
typedef struct bench_batch {
    uint64_t row_count;
    int64_t duration_us;
    double rows_per_s;
    double cpu_ns_per_row; /* of all threads, since the batch before */
} bench_batch;

/* The batches that one run of a script did, in order; the first ones are warm-up. */
typedef struct bench_run {
    bench_batch *batches;
    size_t batch_count, capacity;
    int64_t first_batch_us; /* from before the session was made to the end of the first batch */
} bench_run;

/* When a run is over: after `seconds`, but not before `least_batches` are done (for which it has
 * MOST_WAITING_S more), or when `most_batches` are (0: no maximum). */
typedef struct bench_limits {
    int threads;
    int seconds;
    size_t least_batches, most_batches;
} bench_limits;

/* False, with a message: the script failed, or the user interrupted it. */
bool bench_run_script(const char *script, const bench_limits *limits, bench_run *out);
void bench_run_free(bench_run *run);

/* From here on SIGINT, SIGTERM and SIGHUP end the measurement, so that its files do not stay; a
 * second one ends the process. */
void bench_catch_interrupts(void);
bool bench_is_interrupted(void);

/* Median of the values after the first `skip`; also their least and largest. 0 when there are
 * none. */
typedef struct bench_spread {
    double median, least, largest;
    size_t count;
} bench_spread;
bench_spread bench_spread_of(const double *values, size_t count, size_t skip);

/* A query whose rows a second are measured. */
typedef struct bench_job {
    const char *name;
    const char *source;       /* of the view `numbers`: "rate OPTIONS (...)" */
    const char *sink_options; /* "" or ", name 'value'..." */
    const char *select;
} bench_job;

/* Measures it with one thread and with two, or as the settings say; prints the lines. */
bool bench_rows(const bench_settings *settings, const bench_job *job);

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
bool bench_small_batch_large_state(const bench_settings *settings);

/* A fresh directory below settings->directory; false with a message. */
bool bench_directory(const bench_settings *settings, char *out, size_t size);
void bench_remove_directory(const char *path);

#endif
