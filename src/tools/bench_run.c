/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench.h"
#include "tools/command.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct collector {
    pthread_mutex_t mutex; /* protects `run` */
    bench_run *run;
    int64_t began_us;
    bool failed;
} collector;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool grow(bench_run *run)
{
    if (run->batch_count < run->capacity) return true;
    size_t capacity = run->capacity ? run->capacity * 2 : 256;
    double *rates = realloc(run->rows_per_s, capacity * sizeof *rates);
    if (!rates) return false;
    run->rows_per_s = rates;
    int64_t *durations = realloc(run->duration_us, capacity * sizeof *durations);
    if (!durations) return false;
    run->duration_us = durations;
    run->capacity = capacity;
    return true;
}

static void on_progress(void *user, fb_query *query, fb_progress *progress)
{
    (void)query;
    collector *c = user;
    pthread_mutex_lock(&c->mutex);
    bench_run *run = c->run;
    if (run->first_batch_us == 0) run->first_batch_us = now_us() - c->began_us;
    if (fb_progress_input_rows(progress) > 0 && grow(run)) {
        run->rows_per_s[run->batch_count] = fb_progress_processed_rate(progress);
        run->duration_us[run->batch_count++] = fb_progress_duration_us(progress);
    }
    pthread_mutex_unlock(&c->mutex);
}

static size_t batches_done(collector *c)
{
    pthread_mutex_lock(&c->mutex);
    size_t count = c->run->batch_count;
    pthread_mutex_unlock(&c->mutex);
    return count;
}

enum { LEAST_BATCHES = 4, LONGEST_S = 60 };

static bool is_over(collector *c, int seconds, size_t max_batches)
{
    size_t done = batches_done(c);
    int64_t passed_s = (now_us() - c->began_us) / 1000000;
    if (max_batches && done >= max_batches) return true;
    return passed_s >= seconds && (done >= LEAST_BATCHES || passed_s >= LONGEST_S);
}

static bool wait_for_batches(fb_session *session, collector *c, int seconds, size_t max_batches)
{
    fb_query *query;
    fb_error err = {0};
    if (fb_session_queries(session, &query, 1) != 1) return false;
    bool ended = false;
    while (!ended && !is_over(c, seconds, max_batches)) {
        if (fb_query_await(query, 5, &ended, &err) == FB_OK) continue;
        tell_error(&err);
        return false;
    }
    fb_query_stop(query);
    return true;
}

bool bench_run_script(const char *script, int threads, int seconds, size_t max_batches,
                      bench_run *out)
{
    *out = (bench_run){0};
    collector c = {.run = out, .began_us = now_us()};
    const fb_listener listener = {.user = &c, .on_progress = on_progress};
    char thread_text[16];
    (void)snprintf(thread_text, sizeof thread_text, "%d", threads);
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
        good = wait_for_batches(session, &c, seconds, max_batches);
    else
        tell_error(&err);
    fb_session_destroy(session);
    pthread_mutex_destroy(&c.mutex);
    return good;
}

void bench_run_free(bench_run *run)
{
    free(run->rows_per_s);
    free(run->duration_us);
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
