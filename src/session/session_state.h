/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this floor share about a session. */
#ifndef FB_SESSION_SESSION_STATE_H
#define FB_SESSION_SESSION_STATE_H

#include "base/conf.h"
#include "env/clock.h"
#include "env/random.h"
#include "env/timezone.h"
#include "env/workers.h"
#include "files/disk.h"
#include "files/filesystem.h"
#include "plan/plan.h"
#include "session/plan_memory.h"
#include "sinks/sink.h"
#include "stream/stream.h"

#include <forebay/session.h>

#include <pthread.h>

/* The outside world of a session: the host's, or a test's. Borrowed; members may be NULL for the
 * host's. */
typedef struct fb_env {
    fb_disk *disk;
    fb_clock *clock;
    fb_random *random;
} fb_env;

typedef struct fb_view {
    char *name;
    fb_plan_memory *memory;
    const fb_plan *plan;
} fb_view;

struct fb_session {
    fb_env env; /* no member is NULL */
    fb_session_options options;
    fb_conf *conf;
    fb_filesystem *local;
    fb_workers *workers; /* made by the first query; NULL before */
    fb_view *views;
    uint32_t view_count, view_capacity;
    const char **view_names; /* parallel to `views`, for suggestions */
    fb_listener *listeners;
    uint32_t listener_count;
    fb_query **script_queries; /* owned */
    uint32_t script_query_count;
    pthread_mutex_t output_mutex; /* one text at a time; innermost */
    pthread_mutex_t mutex;        /* protects `active`; taken before a query's own */
    fb_query *active;             /* list through fb_query.next_active */
    fb_plan_memory *analyzing;    /* the memory that needs the views found; see catalog.c */
    fb_status analyzing_status;
};

struct fb_frame {
    fb_session *session;
    fb_plan_memory *memory;
    const fb_plan *plan;
};

/* fb_session_create in another world; for tests. */
fb_status fb_session_create_in(const fb_env *env, const fb_session_options *options,
                               fb_session **out, fb_error *err) FB_CHECKED;

/* session.c */
fb_status fb_session_conf_set(fb_session *session, fb_slice key, fb_slice value,
                              fb_error *err) FB_CHECKED;
fb_status fb_session_timezone(fb_session *session, const fb_timezone **out,
                              fb_error *err) FB_CHECKED;
/* Prints; false when that failed. `user` is the session: fits fb_output. */
bool fb_session_print(void *session, const char *text, size_t size_bytes);
fb_status fb_session_workers(fb_session *session, fb_workers **out, fb_error *err) FB_CHECKED;

/* catalog.c: views, and analysis that sees them. Plans are made in `memory`. */
fb_status fb_session_analyze(fb_session *session, fb_plan_memory *memory, const fb_raw_plan *raw,
                             const fb_plan **out, fb_error *err) FB_CHECKED;
fb_status fb_session_analyze_read(fb_session *session, fb_plan_memory *memory,
                                  const fb_raw_plan *read, void *user, const fb_plan **out,
                                  fb_error *err) FB_CHECKED;
fb_status fb_session_put_view(fb_session *session, fb_slice name, bool or_replace,
                              fb_plan_memory *memory, const fb_plan *plan,
                              fb_error *err) FB_CHECKED;
void fb_session_drop_views(fb_session *session);

/* frame.c: takes over the reference to `memory`, also when it fails. */
fb_status fb_frame_make(fb_session *session, fb_plan_memory *memory, const fb_plan *plan,
                        fb_frame **out, fb_error *err) FB_CHECKED;

/* query_options.c: what a query is to be started with, from sink options and common ones. */
typedef struct fb_query_plan {
    const fb_sink_ops *sink;
    fb_option_value *sink_options;
    fb_output_mode mode;
    fb_trigger trigger;
    fb_slice name;       /* empty: none */
    fb_slice checkpoint; /* as given; empty: none */
    /* The SQL text that the query comes from, to show where a row failed; name NULL: none. */
    const char *script_name;
    fb_slice script_text;
} fb_query_plan;
/* On failure err->line and column are those of the option in question, `*length` what to
 * underline. The result lives in `arena`; its texts are borrowed from `options`. */
fb_status fb_query_plan_parse(fb_arena *arena, fb_slice format, fb_position format_position,
                              const fb_option_list *options, fb_query_plan *out, uint32_t *length,
                              fb_error *err) FB_CHECKED;

/* query.c */
fb_status fb_query_start(fb_session *session, fb_plan_memory *memory, const fb_plan *plan,
                         const fb_query_plan *how, fb_query **out, fb_error *err) FB_CHECKED;

/* The table behind the memory sink; NULL for other sinks. Lives as long as the query. */
struct fb_memory_table *fb_query_memory_table(fb_query *query);

/* result.c: runs a batch plan and prints its rows. */
fb_status fb_session_print_rows(fb_session *session, const fb_plan *plan, fb_result_format format,
                                fb_error *err) FB_CHECKED;

#endif
