/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/reporter.h"

#include "tools/command.h"
#include "tools/live_line.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_QUERIES = 64, LIVE_MS = 200, PLAIN_MS = 10000, LINE_BYTES = 512 };

struct reporter {
    reporter_options options;
    bool on_terminal;
    atomic_int running;
    atomic_bool has_failure;
    atomic_bool lost_progress;
    atomic_bool stopping;
    atomic_bool was_used;
    pthread_mutex_t mutex; /* protects all below and the order of what is written */
    live_query queries[MAX_QUERIES];
    int query_count;
    bool line_shown; /* a live line stands on the terminal, without its end */
    bool changed;    /* since the line was written */
    int64_t plain_due_ms;
    int progress_file; /* -1: none */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

reporter *reporter_create(const reporter_options *options)
{
    reporter *self = calloc(1, sizeof *self);
    if (!self) {
        fputs("error: out of memory\n", stderr);
        return NULL;
    }
    self->options = *options;
    self->on_terminal = isatty(STDERR_FILENO) != 0;
    self->progress_file = -1;
    self->plain_due_ms = now_ms() + PLAIN_MS;
    if (options->progress_path) {
        self->progress_file =
            open(options->progress_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (self->progress_file < 0) {
            fprintf(stderr, "error: --progress %s: %s\n", options->progress_path, strerror(errno));
            free(self);
            return NULL;
        }
    }
    pthread_mutex_init(&self->mutex, NULL);
    return self;
}

static const char *query_name(const fb_query *query)
{
    const char *name = fb_query_name(query);
    return name ? name : "query";
}

/* --- the live line; the mutex is held --- */

static void clear_line(reporter *self)
{
    if (!self->line_shown) return;
    fputs("\r\033[K", stderr);
    self->line_shown = false;
    self->changed = true;
}

static void cut_to_terminal(char *line)
{
    struct winsize size;
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 2) cut_line(line, size.ws_col);
}

/* Several queries share the terminal's line; elsewhere each has its own. */
static void write_lines(reporter *self)
{
    char all[MAX_QUERIES * LINE_BYTES] = "";
    size_t used = 0;
    if (self->on_terminal) clear_line(self);
    for (int i = 0; i < self->query_count; i++) {
        char line[LINE_BYTES];
        live_query_print(&self->queries[i], self->on_terminal && self->query_count > 1,
                         (int64_t)time(NULL), line, sizeof line);
        const char *between = i == 0 ? "" : self->on_terminal ? "  |  " : "\n";
        int length = snprintf(all + used, sizeof all - used, "%s%s", between, line);
        if (length > 0) used += (size_t)length;
    }
    if (self->query_count > 0)
        (void)snprintf(all + used, sizeof all - used, " · %.1f MB", resident_mb());
    if (self->on_terminal) cut_to_terminal(all);
    fprintf(stderr, "%s%s", all, self->on_terminal || !all[0] ? "" : "\n");
    fflush(stderr);
    self->line_shown = self->on_terminal && self->query_count > 0;
    self->changed = false;
}

int reporter_refresh(reporter *self)
{
    int next_ms = self->on_terminal ? LIVE_MS : PLAIN_MS;
    if (self->options.quiet) return -1;
    if (pthread_mutex_trylock(&self->mutex)) return LIVE_MS;
    if (self->on_terminal) {
        if (self->changed) write_lines(self);
    } else {
        int64_t left_ms = self->plain_due_ms - now_ms();
        if (left_ms <= 0) {
            if (self->changed) write_lines(self);
            self->plain_due_ms = now_ms() + PLAIN_MS;
            left_ms = PLAIN_MS;
        }
        next_ms = (int)left_ms;
    }
    pthread_mutex_unlock(&self->mutex);
    return next_ms;
}

bool reporter_output(void *user, const char *text, size_t size_bytes)
{
    reporter *self = user;
    pthread_mutex_lock(&self->mutex);
    atomic_store(&self->was_used, true);
    clear_line(self);
    fflush(stderr);
    bool written = fwrite(text, 1, size_bytes, stdout) == size_bytes && fflush(stdout) == 0;
    pthread_mutex_unlock(&self->mutex);
    return written;
}

/* --- what queries tell --- */

static live_query *find_live(reporter *self, const fb_query *query)
{
    for (int i = 0; i < self->query_count; i++)
        if (self->queries[i].query == query) return &self->queries[i];
    return NULL;
}

/* The path as it looks from the working directory. */
static const char *short_path(const char *path)
{
    char directory[4096];
    if (!getcwd(directory, sizeof directory)) return path;
    size_t length = strlen(directory);
    if (strncmp(path, directory, length) == 0 && path[length] == '/') return path + length + 1;
    return path;
}

static void on_started(void *user, fb_query *query)
{
    reporter *self = user;
    atomic_fetch_add(&self->running, 1);
    atomic_store(&self->was_used, true);
    pthread_mutex_lock(&self->mutex);
    if (self->query_count < MAX_QUERIES)
        self->queries[self->query_count++] =
            (live_query){.query = query, .name = query_name(query)};
    if (!self->options.quiet) {
        const char *path = short_path(fb_query_checkpoint(query));
        long long first = (long long)fb_query_first_batch(query);
        clear_line(self);
        if (fb_query_is_temporary(query))
            fprintf(stderr, "%s  started, no checkpointLocation: it begins anew each time\n",
                    query_name(query));
        else if (fb_query_is_new(query))
            fprintf(stderr, "%s  started, checkpoint %s (new)\n", query_name(query), path);
        else
            fprintf(stderr, "%s  resumed at batch %lld (checkpoint %s)\n", query_name(query), first,
                    path);
    }
    pthread_mutex_unlock(&self->mutex);
}

/* Returns 0 or an errno. Piece by piece: a disk that fills up takes a part and then says why. */
static int write_all(int file, const char *bytes, size_t size_bytes)
{
    while (size_bytes) {
        ssize_t written = write(file, bytes, size_bytes);
        if (written < 0) return errno;
        bytes += written;
        size_bytes -= (size_t)written;
    }
    return 0;
}

static void write_progress(reporter *self, const fb_progress *progress)
{
    const char *json = fb_progress_json(progress);
    size_t length = strlen(json);
    char *line = malloc(length + 1);
    int error = ENOMEM;
    if (line) {
        memcpy(line, json, length);
        line[length] = '\n';
        error = write_all(self->progress_file, line, length + 1);
    }
    if (error && !atomic_exchange(&self->lost_progress, true)) {
        clear_line(self);
        fprintf(stderr, "error: --progress %s: %s\n", self->options.progress_path, strerror(error));
    }
    free(line);
}

static void on_progress(void *user, fb_query *query, fb_progress *progress)
{
    reporter *self = user;
    pthread_mutex_lock(&self->mutex);
    if (self->progress_file >= 0) write_progress(self, progress);
    live_query *live = find_live(self, query);
    if (live) {
        fb_progress_release(live->progress);
        live->progress = fb_progress_acquire(progress);
        live->late_groups += fb_progress_late_groups(progress);
        self->changed = true;
    }
    pthread_mutex_unlock(&self->mutex);
}

static void on_warning(void *user, fb_query *query, const char *message)
{
    reporter *self = user;
    pthread_mutex_lock(&self->mutex);
    clear_line(self);
    if (!self->options.quiet) fprintf(stderr, "%s  warning: %s\n", query_name(query), message);
    pthread_mutex_unlock(&self->mutex);
}

static void tell_end(const fb_query *query, bool stopped)
{
    long long last = (long long)fb_query_last_batch(query);
    bool ran = last >= (long long)fb_query_first_batch(query);
    if (!stopped && last < 0)
        fprintf(stderr, "%s  done: there was no data for a first batch\n", query_name(query));
    else if (!stopped && !ran)
        fprintf(stderr, "%s  done: nothing new after batch %lld\n", query_name(query), last);
    else if (!stopped)
        fprintf(stderr, "%s  done after batch %lld\n", query_name(query), last);
    else if (last < 0)
        fprintf(stderr, "%s  stopped before its first batch\n", query_name(query));
    else if (fb_query_is_temporary(query))
        fprintf(stderr, "%s  stopped after batch %lld\n", query_name(query), last);
    else
        fprintf(stderr,
                "%s  stopped after batch %lld; run the same command to continue with batch %lld\n",
                query_name(query), last, last + 1);
}

static void on_terminated(void *user, fb_query *query, const fb_error *failure)
{
    reporter *self = user;
    pthread_mutex_lock(&self->mutex);
    clear_line(self);
    live_query *live = find_live(self, query);
    if (live) {
        fb_progress_release(live->progress);
        *live = self->queries[--self->query_count];
    }
    if (failure) {
        fprintf(stderr, "%s  failed in batch %lld\n", query_name(query),
                (long long)fb_query_last_batch(query) + 1);
        tell_error(failure);
        atomic_store(&self->stopping, true); /* the others: a job is a unit */
    } else if (!self->options.quiet) {
        tell_end(query, atomic_load(&self->stopping));
    }
    pthread_mutex_unlock(&self->mutex);
    if (failure) atomic_store(&self->has_failure, true);
    atomic_fetch_sub(&self->running, 1);
    const uint64_t one = 1;
    ssize_t written = write(self->options.wake_fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full: main is awake then */
}

void reporter_listener(reporter *self, fb_listener *out)
{
    *out = (fb_listener){.user = self,
                         .on_started = on_started,
                         .on_progress = on_progress,
                         .on_warning = on_warning,
                         .on_terminated = on_terminated};
}

void reporter_stopping(reporter *self)
{
    atomic_store(&self->stopping, true);
}

bool reporter_was_used(reporter *self)
{
    return atomic_load(&self->was_used);
}

int reporter_running(reporter *self)
{
    return atomic_load(&self->running);
}

bool reporter_has_failure(reporter *self)
{
    return atomic_load(&self->has_failure);
}

bool reporter_is_good(reporter *self)
{
    return !atomic_load(&self->lost_progress);
}

void reporter_destroy(reporter *self)
{
    if (!self) return;
    clear_line(self);
    for (int i = 0; i < self->query_count; i++)
        fb_progress_release(self->queries[i].progress);
    if (self->progress_file >= 0) close(self->progress_file);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}
