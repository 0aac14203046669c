/* SPDX-License-Identifier: Apache-2.0
 *
 * Measures a piece of work: runs it once to warm up, then several times, and prints the fastest
 * and the median as one line of key=value, rows_per_s= first. */
#ifndef FB_BENCH_H
#define FB_BENCH_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_RUNS = 7 };

static inline double bench_now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `work` returns how many rows it made; 0 is a failure. Returns false then. */
static inline bool bench_run(const char *name, uint64_t (*work)(void *user), void *user)
{
    double times[BENCH_RUNS];
    uint64_t rows = work(user);
    for (int i = 0; i < BENCH_RUNS && rows; i++) {
        double start = bench_now_s();
        rows = work(user);
        times[i] = bench_now_s() - start;
    }
    if (!rows) {
        (void)fprintf(stderr, "%s: failed\n", name);
        return false;
    }
    qsort(times, BENCH_RUNS, sizeof *times, bench_compare);
    (void)printf("rows_per_s=%.0f bench=%s rows=%" PRIu64 " min_ms=%.3f median_ms=%.3f\n",
                 (double)rows / times[0], name, rows, times[0] * 1e3, times[BENCH_RUNS / 2] * 1e3);
    return true;
}

#endif
