/* SPDX-License-Identifier: Apache-2.0
 *
 * What a running job says on standard error: a line when a query starts, resumes, warns or ends,
 * and in between one live line per query, rewritten in place on a terminal, else every ten seconds.
 * Also writes progress reports to a file. Called from queries' threads and from main's. */
#ifndef FB_TOOLS_REPORTER_H
#define FB_TOOLS_REPORTER_H

#include <forebay/forebay.h>

#include <stdbool.h>

typedef struct reporter reporter;

typedef struct reporter_options {
    bool quiet;                /* errors only */
    const char *progress_path; /* receives a line of JSON per batch; NULL: none */
    int wake_fd;               /* an eventfd that is signalled when a query ends */
} reporter_options;

/* NULL with a message when the progress file cannot be written. */
reporter *reporter_create(const reporter_options *options);
void reporter_destroy(reporter *self);

void reporter_listener(reporter *self, fb_listener *out);
/* fb_session_options.output: standard output, without tearing the live line. */
bool reporter_output(void *self, const char *text, size_t size_bytes);
/* Queries that were started and have not ended; whether one of them failed. Neither waits. */
int reporter_running(reporter *self);
bool reporter_has_failure(reporter *self);
/* Refreshes the live line unless output is being written, which may take long; returns the
 * milliseconds after which to call again. */
int reporter_refresh(reporter *self);
/* From now on queries end because they were asked to, not because their input is used up. */
void reporter_stopping(reporter *self);
/* Has a query started, or was anything printed? */
bool reporter_was_used(reporter *self);
/* False once a progress report could not be written. */
bool reporter_is_good(reporter *self);

#endif
