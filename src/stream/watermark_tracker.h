/* SPDX-License-Identifier: Apache-2.0
 *
 * The watermark of a query: per WATERMARK node the largest event time seen by this run less the
 * node's delay, and from these the one watermark that counts. It never goes back. What the nodes
 * saw is not kept in the checkpoint: after a restart the global value stands until the nodes
 * exceed it. One thread at a time. */
#ifndef FB_STREAM_WATERMARK_TRACKER_H
#define FB_STREAM_WATERMARK_TRACKER_H

#include "exec/event_time.h"

typedef struct fb_watermark_tracker {
    const fb_plan *const *nodes; /* borrowed */
    uint32_t count;
    int64_t *node_ms;   /* 0 as long as a node has no data: with the least of all it holds back */
    bool *has_data;     /* per node, in this run */
    bool takes_largest; /* else the least of all nodes' */
    int64_t global_ms;
} fb_watermark_tracker;

/* `policy` is spark.sql.streaming.multipleWatermarkPolicy; `global_ms` what the checkpoint says.
 * Lives in `arena`. */
fb_status fb_watermark_tracker_init(fb_watermark_tracker *tracker, fb_arena *arena,
                                    const fb_plan *const *nodes, uint32_t count, fb_slice policy,
                                    int64_t global_ms, fb_error *err) FB_CHECKED;

/* What the nodes saw in a batch. */
void fb_watermark_tracker_observe(fb_watermark_tracker *tracker, const fb_event_time_stats *stats);

/* A watermark as a threshold in microseconds, the unit of timestamps. */
int64_t fb_watermark_us(int64_t watermark_ms);

#endif
