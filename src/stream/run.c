/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop over triggers. */
#include "stream/stream_state.h"
#include "stream/temporary.h"

static bool is_stopping(const fb_stream *stream)
{
    return atomic_load_explicit(&stream->stopping, memory_order_relaxed);
}

/* Delays are settings: as long as they like. */
static int64_t later(int64_t now_us, int64_t delay_us)
{
    return delay_us > INT64_MAX - now_us ? INT64_MAX : now_us + delay_us;
}

/* Nothing to read: until the first source expects data, at least the polling delay. */
static void wait_for_data(fb_stream *stream)
{
    int64_t now_us = fb_stream_now_us(stream);
    int64_t deadline_us = INT64_MAX;
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        int64_t next_us =
            fb_source_next_poll_us(stream->sources[i].source, now_us, stream->polling_delay_us);
        if (next_us < deadline_us) deadline_us = next_us;
    }
    int64_t earliest_us = later(now_us, stream->polling_delay_us);
    if (deadline_us < earliest_us) deadline_us = earliest_us;
    int64_t report_us = later(stream->last_progress_us, stream->idle_event_interval_us);
    if (report_us > now_us && report_us < deadline_us) deadline_us = report_us;
    fb_waiter_wait(stream->waiter, deadline_us);
}

/* Ticks are multiples of the interval since the epoch; the one after the moment at which this
 * trigger began. A batch that took longer is followed by the next at once. No wait is longer than
 * an interval, also when the wall clock is set back meanwhile. */
static void wait_for_tick(fb_stream *stream)
{
    int64_t interval_us = stream->config.trigger.interval_ms * 1000;
    int64_t began_us = stream->times.wall_ms * 1000;
    int64_t tick_us = began_us / interval_us * interval_us + interval_us;
    int64_t latest_us = later(fb_stream_now_us(stream), interval_us);
    while (!is_stopping(stream)) {
        int64_t now_us = fb_stream_now_us(stream);
        int64_t left_us = tick_us - fb_clock_wall_us(stream->config.clock);
        if (left_us <= 0 || now_us >= latest_us) return;
        int64_t deadline_us = later(now_us, left_us);
        fb_waiter_wait(stream->waiter, deadline_us < latest_us ? deadline_us : latest_us);
    }
}

static fb_status prepare(fb_stream *stream, fb_error *err)
{
    stream->last_progress_us = fb_stream_now_us(stream);
    /* Damage is told at once, not with the first input. */
    if (stream->batch_id > 0) FB_TRY(fb_stream_prepare_state(stream, err));
    if (stream->config.trigger.kind != FB_TRIGGER_AVAILABLE_NOW) return FB_OK;
    for (uint32_t i = 0; i < stream->physical.source_count; i++)
        FB_TRY(fb_source_prepare_available_now(stream->sources[i].source, err));
    return FB_OK;
}

static void tell_no_new_data(fb_stream *stream)
{
    const fb_stream_listener *listener = &stream->config.listener;
    if (listener->on_no_new_data) listener->on_no_new_data(listener->user, stream);
}

static fb_status loop(fb_stream *stream, fb_error *err)
{
    FB_TRY(prepare(stream, err));
    while (!is_stopping(stream)) {
        bool ran;
        FB_TRY(fb_stream_trigger(stream, &ran, err));
        if (!ran) tell_no_new_data(stream);
        switch (stream->config.trigger.kind) {
        case FB_TRIGGER_ONCE:
            return FB_OK;
        case FB_TRIGGER_AVAILABLE_NOW:
            if (!ran) return FB_OK;
            break;
        case FB_TRIGGER_INTERVAL:
            if (stream->config.trigger.interval_ms > 0)
                wait_for_tick(stream);
            else if (!ran)
                wait_for_data(stream);
            break;
        }
    }
    return FB_OK;
}

fb_status fb_stream_run(fb_stream *stream, fb_error *err)
{
    stream->has_run = true;
    fb_stream_tell_warnings(stream);
    fb_status status = loop(stream, err);
    if (status == FB_E_CANCELLED && is_stopping(stream)) status = FB_OK;
    fb_stream_close_outside(stream);
    if (status == FB_OK && stream->config.checkpoint_is_temporary) {
        fb_error reason = {0};
        if (fb_remove_tree(stream->config.fs, stream->config.checkpoint_root, &reason) != FB_OK)
            fb_stream_warn(stream, "the temporary checkpoint stays: %s", reason.message);
    }
    tell_no_new_data(stream);
    return status;
}
