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
#include <sys/signalfd.h>
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

/* Both are blocked before any thread starts and read from a descriptor. */
static int open_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool any_active(fb_session *session, bool *failed)
{
    size_t count = fb_session_queries(session, NULL, 0);
    fb_query **queries = calloc(count ? count : 1, sizeof *queries);
    bool active = false;
    if (!queries) return false;
    count = fb_session_queries(session, queries, count);
    for (size_t i = 0; i < count; i++) {
        bool ended = false;
        if (fb_query_await(queries[i], 0, &ended, NULL) != FB_OK) *failed = true;
        if (!ended) active = true;
    }
    free(queries);
    return active;
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

/* A job is a unit: when one of its queries fails, the others are stopped. */
static int wait_for_end(fb_session *session, reporter *report, int signals, int wake)
{
    bool failed = false, stopping = false;
    while (!stopping && any_active(session, &failed) && !failed) {
        struct pollfd files[] = {{.fd = signals, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
        int ready = poll(files, 2, reporter_refresh(report));
        if (ready < 0 && errno != EINTR) break;
        struct signalfd_siginfo signal_info;
        uint64_t count;
        if (read(signals, &signal_info, sizeof signal_info) > 0) stopping = true;
        if (read(wake, &count, sizeof count) < 0 && errno != EAGAIN) break;
    }
    if (stopping) reporter_stopping(report);
    stop_all(session);
    (void)any_active(session, &failed);
    return failed || !reporter_is_good(report) ? EXIT_FAILED : EXIT_DONE;
}

static int run_session(const run_arguments *arguments, reporter *report, int signals, int wake)
{
    const fb_session_options options = {.output = reporter_output, .output_user = report};
    const fb_script_options script_options = {.format = arguments->format};
    fb_listener listener;
    fb_session *session;
    fb_error err = {0};
    size_t size;
    char *text = read_script(arguments->path, &size);
    if (!text) return EXIT_FAILED;
    if (fb_session_create(&options, &session, &err) != FB_OK) {
        free(text);
        return tell_error(&err);
    }
    reporter_listener(report, &listener);
    int result = EXIT_DONE;
    if (!apply_confs(&arguments->confs, session))
        result = EXIT_USAGE;
    else if (fb_session_add_listener(session, &listener, &err) != FB_OK ||
             fb_session_run_script(session, arguments->path, text, size, &script_options, &err) !=
                 FB_OK)
        result = tell_error(&err);
    else
        result = wait_for_end(session, report, signals, wake);
    fb_session_destroy(session);
    free(text);
    return result;
}

static int run_run(int argc, char **argv)
{
    run_arguments arguments = {0};
    int result = read_arguments(argc, argv, &arguments);
    if (result != EXIT_DONE) return result;
    int signals = open_signals();
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const reporter_options options = {
        .quiet = arguments.quiet, .progress_path = arguments.progress_path, .wake_fd = wake};
    reporter *report = signals >= 0 && wake >= 0 ? reporter_create(&options) : NULL;
    result = report ? run_session(&arguments, report, signals, wake) : EXIT_FAILED;
    reporter_destroy(report);
    if (signals >= 0) close(signals);
    if (wake >= 0) close(wake);
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
