/* SPDX-License-Identifier: Apache-2.0
 *
 * One trigger: look at the sources, run a batch when there is something to do, tell what was
 * done. */
#include "stream/state_metadata.h"
#include "stream/stream_state.h"

void fb_stream_add_time(fb_stream *stream, fb_step_time step, int64_t from_us)
{
    int64_t *total_us = &stream->times.step_us[step];
    int64_t taken_us = fb_stream_now_us(stream) - from_us;
    *total_us = (*total_us < 0 ? 0 : *total_us) + taken_us;
}

static void begin_times(fb_stream *stream)
{
    fb_trigger_times *times = &stream->times;
    times->wall_ms = fb_clock_wall_us(stream->config.clock) / 1000;
    times->start_us = fb_stream_now_us(stream);
    for (int i = 0; i < FB_TIME_COUNT; i++)
        times->step_us[i] = -1;
}

static void fill_source_progress(const fb_stream_source *source, const fb_plan_source *plan,
                                 bool ran, fb_source_progress *out)
{
    *out = (fb_source_progress){.description = fb_buf_slice(&source->description),
                                .end_offset = fb_offset_slice(&source->end),
                                .row_count = source->row_count};
    if (!ran)
        out->start_offset = fb_offset_slice(&source->committed);
    else if (!source->start_is_initial)
        out->start_offset = fb_offset_slice(&source->start);
    if (!plan->ops->admission_control) out->latest_offset = out->end_offset;
}

/* Of the newest batch of this run; a trigger without a batch updated and dropped nothing. */
static fb_status fill_operator_progress(fb_stream *stream, uint32_t id, bool ran, fb_arena *arena,
                                        fb_operator_progress *out, fb_error *err)
{
    fb_state_usage usage;
    fb_state_stores_usage(stream->stores, id, &usage);
    int64_t *snapshots = fb_arena_array(arena, usage.store_count, sizeof *snapshots);
    if (!snapshots) return fb_fail_nomem(err, "progress");
    *out = (fb_operator_progress){.name = FB_SLICE(FB_AGGREGATION_NAME),
                                  .rows_total = usage.row_count,
                                  .commit_us = usage.commit_us,
                                  .memory_bytes = usage.memory_bytes,
                                  .memory_hits = usage.memory_hits,
                                  .memory_misses = usage.memory_misses,
                                  .partition_count = stream->partition_count,
                                  .store_count = usage.store_count,
                                  .snapshots = snapshots};
    for (uint32_t i = 0; i < usage.store_count; i++) {
        const fb_state_metrics *metrics = &stream->operators[id].metrics[i];
        snapshots[i] = fb_state_stores_snapshot(stream->stores, id, i);
        out->rows_removed += metrics->rows_removed;
        out->update_us += metrics->update_us;
        out->removal_us += metrics->removal_us;
        if (!ran) continue;
        out->rows_updated += metrics->rows_updated;
        out->rows_dropped += metrics->rows_dropped;
    }
    return FB_OK;
}

static fb_status fill_operators(fb_stream *stream, bool ran, fb_arena *arena,
                                fb_progress_input *input, fb_error *err)
{
    if (!stream->stores || !stream->ran_batch) return FB_OK;
    uint32_t count = stream->physical.aggregate_count;
    fb_operator_progress *operators = fb_arena_array(arena, count, sizeof *operators);
    if (!operators) return fb_fail_nomem(err, "progress");
    for (uint32_t id = 0; id < count; id++)
        FB_TRY(fill_operator_progress(stream, id, ran, arena, &operators[id], err));
    input->operators = operators;
    input->operator_count = count;
    return FB_OK;
}

/* Times are those of the first watermark node that saw any. */
static void fill_event_time(const fb_stream *stream, bool ran, fb_event_time_progress *out)
{
    uint32_t count = stream->physical.watermark_count;
    *out = (fb_event_time_progress){.has_watermark = count > 0,
                                    .watermark_ms = stream->watermark_ms,
                                    .timezone = stream->config.timezone};
    for (uint32_t i = 0; ran && i < count && !out->has_times; i++) {
        const fb_event_time_stats *seen = &stream->event_times[i];
        out->has_times = seen->count > 0;
        if (!out->has_times) continue;
        out->average_ms = (int64_t)seen->average_ms;
        out->max_ms = seen->max_ms;
        out->min_ms = seen->min_ms;
    }
}

static fb_status make_progress(fb_stream *stream, bool ran, int64_t batch_id, fb_arena *arena,
                               fb_progress **out, fb_error *err)
{
    const fb_trigger_times *times = &stream->times;
    uint32_t count = stream->physical.source_count;
    fb_source_progress *sources = fb_arena_array(arena, count, sizeof *sources);
    if (!sources) return fb_fail_nomem(err, "progress");
    for (uint32_t i = 0; i < count; i++)
        fill_source_progress(&stream->sources[i], stream->physical.sources[i], ran, &sources[i]);
    fb_progress_input input = {
        .id = fb_slice_of(fb_stream_id(stream)),
        .run_id = fb_slice_of(stream->run_id),
        .name = fb_slice_of(stream->config.name),
        .trigger_wall_ms = times->wall_ms,
        .batch_id = batch_id,
        .duration_us = fb_stream_now_us(stream) - times->start_us,
        .since_last_trigger_us =
            times->previous_start_us < 0 ? 0 : times->start_us - times->previous_start_us,
        .sources = sources,
        .source_count = count,
        .sink_description = fb_buf_slice(&stream->sink_description),
        .sink_row_count = ran ? stream->sink_row_count : 0};
    for (int i = 0; i < FB_TIME_COUNT; i++)
        input.step_us[i] = times->step_us[i];
    input.step_us[FB_TIME_TRIGGER_EXECUTION] = input.duration_us;
    fill_event_time(stream, ran, &input.event_time);
    FB_TRY(fill_operators(stream, ran, arena, &input, err));
    return fb_progress_create(&input, out, err);
}

/* Every batch is told; idle triggers at most every noDataProgressEventInterval. */
static fb_status tell_progress(fb_stream *stream, bool ran, int64_t batch_id, fb_error *err)
{
    const fb_stream_listener *listener = &stream->config.listener;
    int64_t now_us = fb_stream_now_us(stream);
    if (!ran && now_us - stream->last_progress_us < stream->idle_event_interval_us) return FB_OK;
    stream->last_progress_us = now_us;
    fb_progress *progress;
    fb_arena arena;
    fb_arena_init(&arena, 1024);
    fb_status status = make_progress(stream, ran, batch_id, &arena, &progress, err);
    fb_arena_deinit(&arena);
    if (status != FB_OK) return status;
    if (ran && listener->on_progress) listener->on_progress(listener->user, stream, progress);
    if (!ran && listener->on_idle) listener->on_idle(listener->user, stream, progress);
    fb_progress_release(progress);
    return FB_OK;
}

fb_status fb_stream_trigger(fb_stream *stream, bool *ran, fb_error *err)
{
    begin_times(stream);
    int64_t batch_id = stream->batch_id;
    if (stream->is_planned)
        FB_TRY(fb_stream_set_starts(stream, err));
    else
        FB_TRY(fb_stream_construct(stream, err));
    *ran = stream->is_planned;
    if (*ran) {
        FB_TRY(fb_stream_run_batch(stream, err));
        stream->batch_id++;
    }
    FB_TRY(tell_progress(stream, *ran, batch_id, err));
    stream->times.previous_start_us = stream->times.start_us;
    return FB_OK;
}
