/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay run`: the queries of a script, until they end or a signal comes. */
#include "tools/command.h"
#include "tools/reporter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

typedef struct run_arguments {
    const char *path;
    const char *progress_path;
    bool quiet;
    fb_result_format format;
    conf_list confs;
} run_arguments;

static const option_spec run_options[] = {
    {"--conf", "K=V", "set a configuration key, as SET does in the script; may be repeated"},
    {"--progress", "FILE", "append a line of JSON per batch (Spark's StreamingQueryProgress)"},
    {"--format", "FORMAT", "of what SELECT prints: table (default), csv or jsonl"},
    {"--quiet", NULL, "say nothing but errors on standard error"},
};

static int read_arguments(int argc, char **argv, run_arguments *out)
{
    argument_list args = {.cmd = &command_run, .argc = argc, .argv = argv};
    const char *name, *value;
    while (next_argument(&args, &name, &value)) {
        bool good = true;
        if (!name && out->path)
            return tell_usage_error("more than one script: '%s' and '%s'", out->path, value);
        if (!name)
            out->path = value;
        else if (strcmp(name, "--conf") == 0)
            good = add_conf(&out->confs, value);
        else if (strcmp(name, "--progress") == 0)
            out->progress_path = value;
        else if (strcmp(name, "--format") == 0)
            good = parse_format(value, &out->format);
        else
            out->quiet = true;
        if (!good) return EXIT_USAGE;
    }
    if (args.failed) return EXIT_USAGE;
    if (!out->path) return tell_usage_error("a script is missing: forebay run JOB.sql");
    return EXIT_DONE;
}

/* What wakes the main thread: a query ended, or a signal asks to stop. */
static int wake_fd = -1;
static volatile sig_atomic_t stop_asked;

static struct timespec asked_at;

static int64_t asked_ms_ago(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - asked_at.tv_sec) * 1000 +
           (now.tv_nsec - asked_at.tv_nsec) / 1000000;
}

/* The first signal asks; a later one ends the process at once, since a clean stop waits for as long
 * as a write to a stuck pipe does. Some send the first one twice: timeout(1) to the process and to
 * its group, and a terminal that closes. */
static void ask_to_stop(int number)
{
    enum { SAME_MS = 200 };
    int saved = errno;
    const uint64_t one = 1;
    if (stop_asked) {
        if (number != SIGHUP && asked_ms_ago() >= SAME_MS) {
            (void)signal(number, SIG_DFL);
            (void)raise(number);
        }
        errno = saved;
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &asked_at);
    stop_asked = 1;
    ssize_t written = write(wake_fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full: main is awake then */
    errno = saved;
}

static bool catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before, action = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART};
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0) return false;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] == SIGHUP && !sigaction(SIGHUP, NULL, &before) &&
            before.sa_handler == SIG_IGN)
            continue; /* nohup */
        sigaction(numbers[i], &action, NULL);
    }
    return true;
}

static void stop_all(fb_session *session)
{
    size_t count = fb_session_queries(session, NULL, 0);
    fb_query **queries = calloc(count ? count : 1, sizeof *queries);
    if (!queries) return;
    count = fb_session_queries(session, queries, count);
    for (size_t i = 0; i < count; i++)
        fb_query_stop(queries[i]);
    free(queries);
}

/* A job is a unit: when one of its queries fails, the others are stopped. What counts is what the
 * reporter was told, since it is told before the wake-up: a query that is asked may not yet know
 * that it has ended. */
static int wait_for_end(fb_session *session, reporter *report)
{
    while (!stop_asked && reporter_running(report) > 0 && !reporter_has_failure(report)) {
        struct pollfd file = {.fd = wake_fd, .events = POLLIN};
        int ready = poll(&file, 1, reporter_refresh(report));
        if (ready < 0 && errno != EINTR) break;
        uint64_t count;
        if (read(wake_fd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR) break;
    }
    reporter_stopping(report);
    stop_all(session);
    return reporter_has_failure(report) || !reporter_is_good(report) ? EXIT_FAILED : EXIT_DONE;
}

static int run_session(const run_arguments *arguments, const char *text, size_t size,
                       reporter *report)
{
    const fb_session_options options = {.output = reporter_output, .output_user = report};
    const fb_script_options script_options = {.format = arguments->format};
    const char *name = script_name(arguments->path);
    fb_listener listener;
    fb_session *session;
    fb_error err = {0};
    if (fb_session_create(&options, &session, &err) != FB_OK) return tell_error(&err);
    reporter_listener(report, &listener);
    int result = EXIT_DONE;
    if (!apply_confs(&arguments->confs, session))
        result = EXIT_USAGE;
    else if (fb_session_add_listener(session, &listener, &err) != FB_OK ||
             fb_session_run_script(session, name, text, size, &script_options, &err) != FB_OK)
        result = tell_error(&err);
    else
        result = wait_for_end(session, report);
    if (result == EXIT_DONE && !arguments->quiet && !reporter_was_used(report))
        fprintf(stderr, "%s: no CREATE STREAMING TABLE and no SELECT: nothing was run\n", name);
    fb_session_destroy(session);
    return result;
}

static int run_run(int argc, char **argv)
{
    run_arguments arguments = {0};
    int result = read_arguments(argc, argv, &arguments);
    if (result != EXIT_DONE) return result;
    size_t size;
    char *text = read_script(arguments.path, &size); /* perhaps typed: Ctrl-C still ends that */
    if (!text) return EXIT_FAILED;
    if (!catch_signals()) {
        fprintf(stderr, "error: eventfd: %s\n", strerror(errno));
        free(text);
        return EXIT_FAILED;
    }
    const reporter_options options = {
        .quiet = arguments.quiet, .progress_path = arguments.progress_path, .wake_fd = wake_fd};
    reporter *report = reporter_create(&options);
    result = report ? run_session(&arguments, text, size, report) : EXIT_FAILED;
    reporter_destroy(report);
    free(text);
    return result;
}

const command command_run = {
    .name = "run",
    .arguments = "JOB.sql",
    .help = "run the script's queries until they end or Ctrl-C",
    .options = run_options,
    .option_count = sizeof run_options / sizeof run_options[0],
    .run = run_run,
};
