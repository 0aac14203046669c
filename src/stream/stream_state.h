/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this floor share about one running query. Touched by the query's thread only,
 * except the atomics and what tasks read while a batch runs. */
#ifndef FB_STREAM_STREAM_STATE_H
#define FB_STREAM_STREAM_STATE_H

#include "checkpoint/checkpoint.h"
#include "env/waiter.h"
#include "exec/execution.h"
#include "stream/fingerprint.h"
#include "stream/maintenance.h"
#include "stream/state_stores.h"
#include "stream/stream.h"
#include "stream/watermark_tracker.h"

#include <stdatomic.h>

/* An offset that may be absent. */
typedef struct fb_offset {
    bool is_set;
    fb_buf json;
} fb_offset;

/* One distinct source of the query. */
typedef struct fb_stream_source {
    fb_source *source;
    fb_source_config config;
    char *log_directory;
    fb_buf description;
    fb_offset committed; /* everything up to it is in committed batches */
    fb_offset start;     /* of the batch at hand: `committed`, or the source's initial offset */
    bool start_is_initial;
    fb_offset end;
    uint64_t row_count; /* read by the batch at hand, summed over the plan's uses of the source */
    fb_offset
        *history; /* ends of the last max_replay batches, by batch: data since may be needed */
} fb_stream_source;

/* Measures one trigger. */
typedef struct fb_trigger_times {
    int64_t wall_ms;
    int64_t start_us;
    int64_t previous_start_us; /* of the trigger before; -1: none */
    int64_t step_us[FB_TIME_COUNT];
} fb_trigger_times;

/* What is to be said once the query runs. */
typedef struct fb_pending_warning {
    struct fb_pending_warning *next;
    const char *message;
} fb_pending_warning;

struct fb_stream {
    fb_stream_config config;
    char id[FB_UUID_TEXT_SIZE];
    char run_id[FB_UUID_TEXT_SIZE];
    fb_conf *conf;  /* of the session, overruled by the checkpoint */
    fb_arena arena; /* lives as long as the stream */
    fb_physical physical;
    fb_stream_source *sources; /* physical.source_count */
    fb_sink *sink;
    fb_buf sink_description;
    fb_checkpoint *checkpoint;
    fb_waiter *waiter;
    atomic_bool stopping;
    bool has_run;                      /* or is running */
    fb_pending_warning *warnings;      /* of fb_stream_create, in the arena */
    fb_pending_warning **warnings_end; /* where the next one goes */
    atomic_int_fast64_t last_committed;
    int64_t first_batch;
    bool is_new; /* no batch was planned before this run */

    int64_t batch_id; /* at hand or next */
    bool is_planned;  /* its entry is in the offset log */
    bool is_rerun;    /* it was planned by an earlier run */
    bool ran_batch;   /* in this run */
    fb_watermark_tracker watermark;
    int64_t watermark_ms;          /* in force in the batch at hand: what it has passed leaves */
    int64_t previous_watermark_ms; /* in force in the batch before: what it has passed is late */
    bool runs_no_data_batches;
    int64_t timestamp_ms;
    int64_t sink_last_committed;
    int64_t batches_to_retain;
    int64_t polling_delay_us;
    int64_t idle_event_interval_us;
    int64_t last_progress_us; /* monotonic; when progress was last told */
    fb_trigger_times times;
    int64_t sink_row_count;
    fb_event_time_stats *event_times; /* seen by the newest batch; physical.watermark_count */

    /* Of queries with state; NULL and 0 in others. */
    fb_state_stores *stores;
    fb_maintenance *maintenance;
    fb_budget budget;             /* of tables, groups and what is between them */
    fb_state_operator *operators; /* physical.aggregate_count; of the newest batch */
    uint32_t partition_count;
    bool is_state_ready; /* compared with the checkpoint, and loaded */
    bool was_elsewhere;  /* the batch before this run was another program's */
    fb_fingerprint fingerprint;
    int64_t max_replay; /* batches that may be run again to rebuild the state */
};

static inline bool fb_stream_has_state(const fb_stream *stream)
{
    return stream->physical.aggregate_count > 0;
}

/* stream.c: closes sink, sources and checkpoint: the run is over, another may begin. */
void fb_stream_close_outside(fb_stream *stream);

/* recover.c: brings the state to where the logs say the query is. */
fb_status fb_stream_recover(fb_stream *stream, fb_error *err) FB_CHECKED;

/* construct.c: asks the sources for the next batch and, when there is one, makes its plan durable
 * in the offset log. */
fb_status fb_stream_construct(fb_stream *stream, fb_error *err) FB_CHECKED;

/* construct.c: `start` of every source, for the batch that comes next. */
fb_status fb_stream_set_starts(fb_stream *stream, fb_error *err) FB_CHECKED;

/* batch.c: runs the planned batch: tasks, state, sink, commit log. */
fb_status fb_stream_run_batch(fb_stream *stream, fb_error *err) FB_CHECKED;
/* batch.c: has every source prepare the batch's range for reading; how many splits each has. */
fb_status fb_stream_plan_sources(fb_stream *stream, uint32_t *split_counts,
                                 fb_error *err) FB_CHECKED;
/* batch.c: runs a batch of long ago for its state alone. */
fb_status fb_stream_replay_batch(fb_stream *stream, fb_error *err) FB_CHECKED;

/* stateful.c: what a query with state needs beside its plan; after recovery, which knows the
 * settings that hold. Refuses state that cannot be read, by name. */
fb_status fb_stream_create_state(fb_stream *stream, fb_error *err) FB_CHECKED;
/* stateful.c: compares the state in the checkpoint with the plan and loads it, once per run. */
fb_status fb_stream_prepare_state(fb_stream *stream, fb_error *err) FB_CHECKED;
/* stateful.c: an error of a batch, with what is known of the memory in use when that was it. */
fb_status fb_stream_explain_limit(const fb_stream *stream, fb_status status, fb_error *err);
void fb_stream_close_state(fb_stream *stream);

/* fall_back.c: the state of the next batch cannot be loaded, because of `damage`: goes back to the
 * newest version that can, and runs the batches since then again. */
fb_status fb_stream_fall_back(fb_stream *stream, const fb_error *damage, fb_error *err) FB_CHECKED;

/* recover.c: the batch that an entry of the offset log planned is the batch at hand. `previous` is
 * the entry before, NULL in batch 0. */
fb_status fb_stream_restore_batch(fb_stream *stream, int64_t batch_id, const fb_offset_entry *entry,
                                  const fb_offset_entry *previous, fb_error *err) FB_CHECKED;

/* trigger.c: one look at the sources and, if there is data, one batch. */
fb_status fb_stream_trigger(fb_stream *stream, bool *ran, fb_error *err) FB_CHECKED;

/* Offset helpers. */
fb_status fb_offset_set(fb_offset *offset, fb_slice json, fb_error *err) FB_CHECKED;
bool fb_offset_equal(const fb_offset *a, const fb_offset *b);
/* The JSON, data NULL when absent; borrowed until the offset changes. */
fb_slice fb_offset_slice(const fb_offset *offset);

/* Before the run, while nobody has the stream yet, warnings are kept; fb_stream_tell_warnings is
 * the first thing of a run. */
void fb_stream_warn(fb_stream *stream, const char *format, ...) FB_PRINTF(2, 3);
void fb_stream_tell_warnings(fb_stream *stream);

/* Adds the time since `from_us` to a step of the current trigger. */
void fb_stream_add_time(fb_stream *stream, fb_step_time step, int64_t from_us);
static inline int64_t fb_stream_now_us(fb_stream *stream)
{
    return fb_clock_monotonic_us(stream->config.clock);
}

#endif
