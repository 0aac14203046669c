/* SPDX-License-Identifier: Apache-2.0
 *
 * A streaming query's life: open, recover, run batch after batch, end. Knows the interfaces of
 * sources, sinks and checkpoints, and the order in which their effects become durable
 * (ARCHITECTURE.md, "a checkpoint's way").
 *
 * fb_stream_run does everything in the thread that calls it, tasks aside, so that a whole query can
 * run inside a deterministic test. */
#ifndef FB_STREAM_STREAM_H
#define FB_STREAM_STREAM_H

#include "base/conf.h"
#include "env/clock.h"
#include "env/random.h"
#include "env/workers.h"
#include "files/filesystem.h"
#include "plan/plan.h"
#include "sinks/sink.h"
#include "stream/progress.h"

typedef struct fb_stream fb_stream;

typedef enum fb_trigger_kind {
    FB_TRIGGER_INTERVAL,      /* every interval_ms, aligned to the epoch; 0: back to back */
    FB_TRIGGER_ONCE,          /* one batch with all that is there */
    FB_TRIGGER_AVAILABLE_NOW, /* what is there at the start, in batches of the usual size */
} fb_trigger_kind;

typedef struct fb_trigger {
    fb_trigger_kind kind;
    int64_t interval_ms;
} fb_trigger;

/* What happens to a query, told in the query's thread; calls must be short. Any may be NULL. */
typedef struct fb_stream_listener {
    void *user;
    void (*on_progress)(void *user, fb_stream *stream, fb_progress *progress);
    /* A trigger without a batch; told at most every noDataProgressEventInterval. */
    void (*on_idle)(void *user, fb_stream *stream, fb_progress *progress);
    /* A recovered setting, a gap in the logs, ...: one line for a person. */
    void (*on_warning)(void *user, fb_stream *stream, const char *message);
    /* A trigger found no new data, or the query ended: wakes who waits for that. */
    void (*on_no_new_data)(void *user, fb_stream *stream);
} fb_stream_listener;

/* Borrowed for the life of the stream, except `conf` (copied). */
typedef struct fb_stream_config {
    const char *name; /* or NULL */
    const fb_plan *plan;
    const fb_sink_ops *sink;
    fb_sink_config sink_config; /* without schema and time zone, which the stream fills in */
    fb_trigger trigger;
    const fb_conf *conf;
    fb_filesystem *fs;
    const char *checkpoint_root;
    bool checkpoint_is_temporary; /* removed at the end unless the query failed */
    const fb_timezone *timezone;
    fb_clock *clock;
    fb_random *random;
    fb_workers *workers;
    fb_stream_listener listener;
} fb_stream_config;

/* Opens checkpoint, sources and sink and decides where to go on. Checks the plan for streaming. */
fb_status fb_stream_create(const fb_stream_config *config, fb_stream **out,
                           fb_error *err) FB_CHECKED;
void fb_stream_destroy(fb_stream *stream); /* must not be running; NULL is fine */

/* Runs until stopped, failed or finished. FB_OK also after fb_stream_stop. */
fb_status fb_stream_run(fb_stream *stream, fb_error *err) FB_CHECKED;

/* Any thread: asks the run to end soon; a batch in flight is abandoned. */
void fb_stream_stop(fb_stream *stream);
/* Any thread: a source may have data, look again. */
void fb_stream_wake(fb_stream *stream);

const char *fb_stream_id(const fb_stream *stream);
const char *fb_stream_run_id(const fb_stream *stream);
const char *fb_stream_name(const fb_stream *stream);
/* No batch was planned before this run. Any thread, as the following. */
bool fb_stream_is_new(const fb_stream *stream);
int64_t fb_stream_first_batch(const fb_stream *stream);
int64_t fb_stream_last_committed(const fb_stream *stream);

#endif
