/* SPDX-License-Identifier: Apache-2.0
 *
 * What one trigger did: Spark's StreamingQueryProgress. Immutable once made and counted, so that
 * listeners, the command and later servers may keep it as long as they like; any thread. */
#ifndef FB_STREAM_PROGRESS_H
#define FB_STREAM_PROGRESS_H

#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"
#include "env/timezone.h"

#include <forebay/query.h>

#include <stdbool.h>
#include <stdint.h>

/* The timed steps of a trigger, in the order of their names in the JSON. */
typedef enum fb_step_time {
    FB_TIME_ADD_BATCH,
    FB_TIME_COMMIT_OFFSETS,
    FB_TIME_GET_BATCH,
    FB_TIME_LATEST_OFFSET,
    FB_TIME_QUERY_PLANNING,
    FB_TIME_TRIGGER_EXECUTION,
    FB_TIME_WAL_COMMIT,
    FB_TIME_COUNT,
} fb_step_time;

typedef struct fb_source_progress {
    fb_slice description;
    fb_slice start_offset, end_offset, latest_offset; /* JSON; data NULL: null */
    uint64_t row_count;
} fb_source_progress;

/* What an operator with state did in the newest batch, summed over its partitions, and what it
 * holds. */
typedef struct fb_operator_progress {
    fb_slice name;
    uint64_t rows_total, rows_updated, rows_removed, rows_dropped;
    int64_t update_us, removal_us, commit_us;
    uint64_t memory_bytes;
    uint64_t memory_hits, memory_misses; /* Spark's counts of versions found in memory or not */
    uint32_t partition_count;            /* of the query */
    uint32_t store_count;
    const int64_t *snapshots; /* per store: the newest made by this run; -1: none */
} fb_operator_progress;

/* Event times in milliseconds. */
typedef struct fb_event_time_progress {
    bool has_watermark; /* the plan has one */
    bool has_times;     /* the batch had rows: the three that follow */
    int64_t average_ms, max_ms, min_ms;
    int64_t watermark_ms;        /* in force in the batch */
    const fb_timezone *timezone; /* for people; when has_watermark */
} fb_event_time_progress;

/* What a progress object is made from; borrowed for the call. */
typedef struct fb_progress_input {
    fb_slice id, run_id, name; /* name.data NULL: the query has none */
    int64_t trigger_wall_ms;
    int64_t batch_id;
    int64_t duration_us;            /* of the whole trigger */
    int64_t since_last_trigger_us;  /* start to start; 0: the first trigger */
    int64_t step_us[FB_TIME_COUNT]; /* -1: the step was not reached */
    const fb_source_progress *sources;
    uint32_t source_count;
    fb_event_time_progress event_time;
    const fb_operator_progress *operators; /* by id */
    uint32_t operator_count;
    fb_slice sink_description;
    int64_t sink_row_count; /* -1: unknown */
} fb_progress_input;

fb_status fb_progress_create(const fb_progress_input *input, fb_progress **out,
                             fb_error *err) FB_CHECKED;

#endif
