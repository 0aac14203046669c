/* SPDX-License-Identifier: Apache-2.0
 *
 * Planning a batch: how far it reads, made durable before anything is read. */
#include "stream/settings.h"
#include "stream/stream_state.h"

fb_status fb_stream_set_starts(fb_stream *stream, fb_error *err)
{
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        source->row_count = 0;
        source->start_is_initial = !source->committed.is_set;
        if (source->start_is_initial)
            FB_TRY(fb_source_initial_offset(source->source, &source->start.json,
                                            &source->start.is_set, err));
        else
            FB_TRY(fb_offset_set(&source->start, fb_offset_slice(&source->committed), err));
    }
    return FB_OK;
}

/* The newest offset of each source. There is new data when one differs from what is committed; a
 * source that has nothing committed always does: the first batch runs even if it is empty. */
static fb_status ask_sources(fb_stream *stream, bool *has_new_data, fb_error *err)
{
    fb_read_limit limit =
        stream->config.trigger.kind == FB_TRIGGER_ONCE ? FB_READ_ALL_AVAILABLE : FB_READ_DEFAULT;
    *has_new_data = false;
    FB_TRY(fb_stream_set_starts(stream, err));
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        FB_TRY(fb_source_latest_offset(source->source, fb_offset_slice(&source->start), limit,
                                       &source->end.json, &source->end.is_set, err));
        if (source->end.is_set && !fb_offset_equal(&source->end, &source->committed))
            *has_new_data = true;
    }
    return FB_OK;
}

/* An operator may have rows to let go of now that the watermark has moved. As in Spark, only after
 * a batch of this run, and never where all of the result comes out every time. */
static bool wants_no_data_batch(const fb_stream *stream)
{
    bool has_moved = stream->watermark.global_ms > stream->previous_watermark_ms;
    if (!stream->ran_batch || !stream->runs_no_data_batches || !has_moved ||
        stream->config.sink_config.mode == FB_OUTPUT_COMPLETE)
        return false;
    for (uint32_t i = 0; i < stream->physical.stage_count; i++)
        if (stream->physical.stages[i].kind == FB_STAGE_AGGREGATE &&
            stream->physical.stages[i].has_watermark)
            return true;
    return false;
}

/* The offset log has a line for each use of a source in the plan. */
static fb_status fill_offsets(fb_stream *stream, fb_arena *arena, fb_offset_entry *entry,
                              fb_error *err)
{
    const fb_physical *physical = &stream->physical;
    fb_slice *offsets = fb_arena_array(arena, physical->pipeline_count, sizeof *offsets);
    if (!offsets) return fb_fail_nomem(err, "a batch's plan");
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        const fb_pipeline *pipeline = &physical->pipelines[i];
        if (pipeline->leaf->kind != FB_PLAN_SOURCE) continue;
        offsets[entry->source_count++] =
            fb_offset_slice(&stream->sources[pipeline->source_index].end);
    }
    entry->offsets = offsets;
    return FB_OK;
}

static fb_status write_plan(fb_stream *stream, fb_error *err)
{
    fb_conf_entry pinned[FB_PINNED_CONF_COUNT];
    fb_pinned_from_conf(stream->conf, pinned);
    fb_offset_entry entry = {.watermark_ms = stream->watermark_ms,
                             .timestamp_ms = stream->timestamp_ms,
                             .conf = pinned,
                             .conf_count = FB_PINNED_CONF_COUNT,
                             .run_id = fb_slice_of(stream->run_id),
                             .plan = fb_slice_of(stream->fingerprint.text)};
    fb_arena arena;
    fb_arena_init(&arena, 1024);
    fb_status status = fill_offsets(stream, &arena, &entry, err);
    if (status == FB_OK)
        status = fb_checkpoint_write_offsets(stream->checkpoint, stream->batch_id, &entry, err);
    fb_arena_deinit(&arena);
    return status;
}

/* What lies before the batches that may be run again will not be asked for any more. */
static fb_status release(fb_stream *stream, fb_stream_source *source, fb_error *err)
{
    const fb_offset *end = &source->committed;
    if (!end->is_set) return FB_OK;
    if (stream->max_replay == 0) return fb_source_commit(source->source, fb_offset_slice(end), err);
    fb_offset *slot = &source->history[stream->batch_id % stream->max_replay];
    if (slot->is_set) FB_TRY(fb_source_commit(source->source, fb_offset_slice(slot), err));
    return fb_offset_set(slot, fb_offset_slice(end), err);
}

/* Sources and logs may forget what is not needed again. */
static fb_status release_previous(fb_stream *stream, fb_error *err)
{
    for (uint32_t i = 0; i < stream->physical.source_count; i++)
        FB_TRY(release(stream, &stream->sources[i], err));
    fb_error reason = {0};
    fb_status status = fb_checkpoint_purge(stream->checkpoint, stream->batch_id,
                                           stream->batches_to_retain, &reason);
    if (status != FB_OK) fb_stream_warn(stream, "old log entries stay: %s", reason.message);
    return FB_OK;
}

fb_status fb_stream_construct(fb_stream *stream, fb_error *err)
{
    bool has_new_data;
    int64_t from_us = fb_stream_now_us(stream);
    FB_TRY(ask_sources(stream, &has_new_data, err));
    fb_stream_add_time(stream, FB_TIME_LATEST_OFFSET, from_us);
    stream->watermark_ms = stream->watermark.global_ms;
    if (!has_new_data && !wants_no_data_batch(stream)) return FB_OK;
    stream->timestamp_ms = fb_clock_wall_us(stream->config.clock) / 1000;
    from_us = fb_stream_now_us(stream);
    FB_TRY(write_plan(stream, err));
    stream->is_planned = true;
    fb_stream_add_time(stream, FB_TIME_WAL_COMMIT, from_us);
    return release_previous(stream, err);
}
