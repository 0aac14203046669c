/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench.h"
#include "tools/command.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WAITING_S = 120 };

typedef struct collector {
    pthread_mutex_t mutex; /* protects `run` and `cpu_ns` */
    bench_run *run;
    int64_t began_us;
    int64_t cpu_ns; /* of the process, when the batch before ended */
} collector;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- interrupts --- */

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
    interrupted = 1;
    (void)signal(number, SIG_DFL);
}

void bench_catch_interrupts(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

bool bench_is_interrupted(void)
{
    return interrupted;
}

/* --- one run --- */

static bool grow(bench_run *run)
{
    if (run->batch_count < run->capacity) return true;
    size_t capacity = run->capacity ? run->capacity * 2 : 256;
    bench_batch *batches = realloc(run->batches, capacity * sizeof *batches);
    if (!batches) return false;
    run->batches = batches;
    run->capacity = capacity;
    return true;
}

static void on_progress(void *user, fb_query *query, fb_progress *progress)
{
    (void)query;
    collector *c = user;
    pthread_mutex_lock(&c->mutex);
    bench_run *run = c->run;
    int64_t cpu_ns = cpu_now_ns();
    uint64_t row_count = fb_progress_input_rows(progress);
    if (run->first_batch_us == 0) run->first_batch_us = now_us() - c->began_us;
    if (row_count > 0 && grow(run))
        run->batches[run->batch_count++] =
            (bench_batch){.row_count = row_count,
                          .duration_us = fb_progress_duration_us(progress),
                          .rows_per_s = fb_progress_processed_rate(progress),
                          .cpu_ns_per_row = (double)(cpu_ns - c->cpu_ns) / (double)row_count};
    c->cpu_ns = cpu_ns;
    pthread_mutex_unlock(&c->mutex);
}

static bool is_over(collector *c, const bench_limits *limits)
{
    pthread_mutex_lock(&c->mutex);
    size_t count = c->run->batch_count;
    pthread_mutex_unlock(&c->mutex);
    int64_t passed_s = (now_us() - c->began_us) / 1000000;
    if (limits->most_batches && count >= limits->most_batches) return true;
    if (passed_s < limits->seconds) return false;
    return count >= limits->least_batches || passed_s >= limits->seconds + MOST_WAITING_S;
}

static bool wait_for_batches(fb_session *session, collector *c, const bench_limits *limits)
{
    fb_query *query;
    fb_error err = {0};
    if (fb_session_queries(session, &query, 1) != 1) return false;
    bool ended = false;
    while (!ended && !is_over(c, limits)) {
        if (bench_is_interrupted()) {
            fprintf(stderr, "error: the measurement was interrupted\n");
            return false;
        }
        if (fb_query_await(query, 5, &ended, &err) == FB_OK) continue;
        tell_error(&err);
        return false;
    }
    fb_query_stop(query);
    return true;
}

bool bench_run_script(const char *script, const bench_limits *limits, bench_run *out)
{
    *out = (bench_run){0};
    collector c = {.run = out, .began_us = now_us(), .cpu_ns = cpu_now_ns()};
    const fb_listener listener = {.user = &c, .on_progress = on_progress};
    char thread_text[16];
    (void)snprintf(thread_text, sizeof thread_text, "%d", limits->threads);
    fb_session *session;
    fb_error err = {0};
    if (fb_session_create(NULL, &session, &err) != FB_OK) {
        tell_error(&err);
        return false;
    }
    pthread_mutex_init(&c.mutex, NULL);
    bool good =
        fb_session_set(session, "forebay.threads", thread_text, &err) == FB_OK &&
        fb_session_add_listener(session, &listener, &err) == FB_OK &&
        fb_session_run_script(session, "bench", script, strlen(script), NULL, &err) == FB_OK;
    if (good)
        good = wait_for_batches(session, &c, limits);
    else
        tell_error(&err);
    fb_session_destroy(session);
    pthread_mutex_destroy(&c.mutex);
    return good;
}

void bench_run_free(bench_run *run)
{
    free(run->batches);
    *run = (bench_run){0};
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

bench_spread bench_spread_of(const double *values, size_t count, size_t skip)
{
    bench_spread spread = {0};
    if (count <= skip) return spread;
    spread.count = count - skip;
    double *sorted = malloc(spread.count * sizeof *sorted);
    if (!sorted) return (bench_spread){0};
    memcpy(sorted, values + skip, spread.count * sizeof *sorted);
    qsort(sorted, spread.count, sizeof *sorted, compare);
    spread.median = sorted[spread.count / 2];
    spread.least = sorted[0];
    spread.largest = sorted[spread.count - 1];
    free(sorted);
    return spread;
}

bool bench_directory(const bench_settings *settings, char *out, size_t size)
{
    const char *base = settings->directory ? settings->directory : getenv("TMPDIR");
    int length = snprintf(out, size, "%s/forebay-bench-XXXXXX", base && base[0] ? base : "/tmp");
    if (length > 0 && (size_t)length < size && mkdtemp(out)) return true;
    fprintf(stderr, "error: %s: %s\n", out, strerror(errno));
    return false;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void bench_remove_directory(const char *path)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS))
        fprintf(stderr, "warning: %s stays: %s\n", path, strerror(errno));
}
