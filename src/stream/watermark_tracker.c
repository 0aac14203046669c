/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/watermark_tracker.h"

fb_status fb_watermark_tracker_init(fb_watermark_tracker *tracker, fb_arena *arena,
                                    const fb_plan *const *nodes, uint32_t count, fb_slice policy,
                                    int64_t global_ms, fb_error *err)
{
    *tracker = (fb_watermark_tracker){
        .nodes = nodes,
        .count = count,
        .node_ms = fb_arena_alloc_zero(arena, (count + 1) * sizeof *tracker->node_ms),
        .has_data = fb_arena_alloc_zero(arena, (count + 1) * sizeof *tracker->has_data),
        .takes_largest = fb_slice_equal_nocase(policy, FB_SLICE("max")),
        .global_ms = global_ms};
    return tracker->node_ms && tracker->has_data ? FB_OK : fb_fail_nomem(err, "the watermarks");
}

static int64_t less_delay(int64_t time_ms, int64_t delay_ms)
{
    int64_t out;
    return __builtin_sub_overflow(time_ms, delay_ms, &out) ? INT64_MIN : out;
}

void fb_watermark_tracker_observe(fb_watermark_tracker *tracker, const fb_event_time_stats *stats)
{
    if (tracker->count == 0) return;
    int64_t chosen_ms = 0;
    for (uint32_t i = 0; i < tracker->count; i++) {
        int64_t *node_ms = &tracker->node_ms[i];
        if (stats[i].count > 0) {
            int64_t new_ms = less_delay(stats[i].max_ms, tracker->nodes[i]->delay_ms);
            if (!tracker->has_data[i] || new_ms > *node_ms) *node_ms = new_ms;
            tracker->has_data[i] = true;
        }
        bool is_better = tracker->takes_largest ? *node_ms > chosen_ms : *node_ms < chosen_ms;
        if (i == 0 || is_better) chosen_ms = *node_ms;
    }
    if (chosen_ms > tracker->global_ms) tracker->global_ms = chosen_ms;
}

int64_t fb_watermark_us(int64_t watermark_ms)
{
    int64_t out;
    if (!__builtin_mul_overflow(watermark_ms, (int64_t)1000, &out)) return out;
    return watermark_ms < 0 ? INT64_MIN : INT64_MAX;
}
