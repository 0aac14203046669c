/* SPDX-License-Identifier: Apache-2.0
 *
 * Event time in a chain of operators: what a watermark node sees, and the time windows of rows. */
#ifndef FB_EXEC_EVENT_TIME_H
#define FB_EXEC_EVENT_TIME_H

#include "exec/operator.h"
#include "plan/plan.h"

#include <stdatomic.h>

/* Event times in milliseconds that passed a watermark node, late ones included. A null counts as
 * 0, as in Spark. */
typedef struct fb_event_time_stats {
    int64_t min_ms, max_ms;
    double average_ms;
    uint64_t count; /* 0: the others are unspecified */
} fb_event_time_stats;

/* As Spark merges the statistics of partitions: the same average, to the last bit. */
void fb_event_time_merge(fb_event_time_stats *into, const fb_event_time_stats *other);

/* Passes everything on and notes the times of column `column` (TIMESTAMP, or a window: its end)
 * in `*stats`, which belongs to the task. */
fb_status fb_watermark_create(uint32_t column, fb_event_time_stats *stats, fb_operator *next,
                              fb_operator **out, fb_error *err) FB_CHECKED;

/* Adds the window column, of `type`: STRUCT of start and end. A row in several windows occurs
 * several times, latest window first; rows without time are dropped. A window that does not fit
 * the range of timestamps is an error, as in Spark's ANSI mode. `*cancelled` is looked at before
 * each chunk that a row's windows make. */
fb_status fb_window_create(const fb_time_window *window, const fb_type *type,
                           const fb_eval_context *context, const atomic_bool *cancelled,
                           fb_operator *next, fb_operator **out, fb_error *err) FB_CHECKED;

#endif
