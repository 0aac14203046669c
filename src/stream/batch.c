/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a planned batch. What it does becomes durable in this order: the state of every
 * partition; the sink's output; the commit log. A crash before the last step runs the batch again,
 * with the same input on the same state. */
#include "base/memory.h"
#include "stream/stream_state.h"

typedef struct batch {
    fb_stream *stream;
    fb_eval_context context;
    fb_execution execution;
    uint32_t input_capacity;
    bool is_silent; /* its output is out already */
} batch;

static fb_status write_to_sink(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    fb_stream *stream = user;
    return fb_sink_write(stream->sink, split, chunk, err);
}

static fb_status drop_output(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)user, (void)split, (void)chunk, (void)err;
    return FB_OK;
}

/* --- input --- */

static fb_status add_inputs(batch *b, uint32_t pipeline, fb_source *source, uint32_t split_count,
                            fb_error *err)
{
    fb_execution *execution = &b->execution;
    if (split_count > UINT32_MAX / 2 - execution->input_count)
        return fb_fail(err, FB_E_LIMIT, 0, "a batch of more than %u splits", UINT32_MAX / 2);
    uint32_t needed = execution->input_count + split_count;
    if (needed > b->input_capacity) {
        fb_input_split *inputs = fb_realloc(execution->inputs, needed * sizeof *inputs);
        if (!inputs) return fb_fail_nomem(err, "a batch's tasks");
        execution->inputs = inputs;
        b->input_capacity = needed;
    }
    for (uint32_t split = 0; split < split_count; split++)
        execution->inputs[execution->input_count++] =
            (fb_input_split){.pipeline = pipeline, .source = source, .split = split};
    return FB_OK;
}

/* Sources without new data have no splits. A source that the plan uses twice is planned once and
 * read by the tasks of each use. */
fb_status fb_stream_plan_sources(fb_stream *stream, uint32_t *split_counts, fb_error *err)
{
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        split_counts[i] = 0;
        if (fb_offset_equal(&source->end, &source->committed) || !source->end.is_set) continue;
        FB_TRY(fb_source_plan(source->source, fb_offset_slice(&source->start),
                              fb_offset_slice(&source->end), &split_counts[i], err));
    }
    return FB_OK;
}

static fb_status plan_inputs(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    const fb_physical *physical = &stream->physical;
    uint32_t *split_counts = fb_alloc_zero(physical->source_count, sizeof *split_counts);
    if (!split_counts) return fb_fail_nomem(err, "a batch's tasks");
    fb_status status = fb_stream_plan_sources(stream, split_counts, err);
    /* Rows of the pipelines follow each other in the order of the plan. */
    for (uint32_t i = 0; status == FB_OK && i < physical->pipeline_count; i++) {
        const fb_pipeline *pipeline = &physical->pipelines[i];
        if (pipeline->leaf->kind != FB_PLAN_SOURCE) continue;
        status = add_inputs(b, i, stream->sources[pipeline->source_index].source,
                            split_counts[pipeline->source_index], err);
    }
    fb_free(split_counts);
    return status;
}

/* --- running --- */

static fb_status compute(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    if (stream->stores) FB_TRY(fb_state_stores_open(stream->stores, stream->batch_id, err));
    if (!b->is_silent)
        FB_TRY(fb_sink_begin(stream->sink, stream->batch_id,
                             fb_execution_output_count(&b->execution), err));
    FB_TRY(fb_execution_run(&b->execution, err));
    if (!stream->stores) return FB_OK;
    FB_TRY(fb_checkpoint_check_there(stream->checkpoint, err));
    return fb_state_stores_commit(stream->stores, err);
}

static fb_status execute(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    fb_status status = compute(b, err);
    if (status == FB_OK && !b->is_silent)
        status = fb_sink_commit(stream->sink, stream->batch_id, &stream->sink_row_count, err);
    if (status == FB_OK) return FB_OK;
    status = fb_stream_explain_limit(stream, status, err);
    if (stream->stores) fb_state_stores_abort(stream->stores);
    if (!b->is_silent) fb_sink_abort(stream->sink, stream->batch_id);
    return status;
}

static void set_thresholds(fb_stream *stream)
{
    for (uint32_t id = 0; id < stream->physical.aggregate_count; id++) {
        stream->operators[id].late_us = fb_watermark_us(stream->previous_watermark_ms);
        stream->operators[id].evict_us = fb_watermark_us(stream->watermark_ms);
    }
}

static fb_status run(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    int64_t from_us = fb_stream_now_us(stream);
    FB_TRY(plan_inputs(b, err));
    fb_stream_add_time(stream, FB_TIME_GET_BATCH, from_us);
    from_us = fb_stream_now_us(stream);
    FB_TRY(fb_stream_prepare_state(stream, err));
    set_thresholds(stream);
    fb_stream_add_time(stream, FB_TIME_QUERY_PLANNING, from_us);
    from_us = fb_stream_now_us(stream);
    stream->sink_row_count = -1;
    /* What its sink already has is run for state and watermark only. */
    if (!b->is_silent || stream->stores || stream->physical.watermark_count)
        FB_TRY(execute(b, err));
    fb_stream_add_time(stream, FB_TIME_ADD_BATCH, from_us);
    for (uint32_t i = 0; i < b->execution.input_count; i++) {
        const fb_input_split *input = &b->execution.inputs[i];
        const fb_pipeline *pipeline = &stream->physical.pipelines[input->pipeline];
        stream->sources[pipeline->source_index].row_count += input->row_count;
    }
    return FB_OK;
}

static fb_status run_batch(fb_stream *stream, bool is_silent, fb_error *err)
{
    batch b = {.stream = stream,
               .is_silent = is_silent,
               .context = {.batch_timestamp_us = stream->timestamp_ms * 1000,
                           .timezone = stream->config.timezone}};
    b.execution = (fb_execution){.physical = &stream->physical,
                                 .context = &b.context,
                                 .workers = stream->config.workers,
                                 .clock = stream->config.clock,
                                 .budget = &stream->budget,
                                 .cancelled = &stream->stopping,
                                 .mode = stream->config.sink_config.mode,
                                 .partition_count = stream->partition_count,
                                 .operators = stream->operators,
                                 .watermarks = stream->event_times,
                                 .write = is_silent ? drop_output : write_to_sink,
                                 .user = stream};
    for (uint32_t i = 0; i < stream->physical.watermark_count; i++)
        stream->event_times[i] = (fb_event_time_stats){.count = 0};
    fb_budget_forget_refusal(&stream->budget);
    fb_status status = run(&b, err);
    fb_free(b.execution.inputs);
    return status;
}

fb_status fb_stream_replay_batch(fb_stream *stream, fb_error *err)
{
    return run_batch(stream, true, err);
}

/* --- committing --- */

static fb_status commit_batch(fb_stream *stream, fb_error *err)
{
    int64_t from_us = fb_stream_now_us(stream);
    fb_watermark_tracker_observe(&stream->watermark, stream->event_times);
    const fb_commit_entry entry = {.next_watermark_ms = stream->watermark.global_ms,
                                   .run_id = fb_slice_of(stream->run_id)};
    FB_TRY(fb_checkpoint_write_commit(stream->checkpoint, stream->batch_id, &entry, err));
    fb_stream_add_time(stream, FB_TIME_COMMIT_OFFSETS, from_us);
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        if (!source->end.is_set) continue;
        FB_TRY(fb_offset_set(&source->committed, fb_offset_slice(&source->end), err));
    }
    atomic_store(&stream->last_committed, stream->batch_id);
    stream->previous_watermark_ms = stream->watermark_ms;
    stream->is_planned = stream->is_rerun = false;
    stream->ran_batch = true;
    return FB_OK;
}

static void maintain(fb_stream *stream)
{
    fb_error failure;
    if (!stream->maintenance) return;
    fb_maintenance_request(stream->maintenance, stream->batch_id + 1);
    if (fb_maintenance_has_failed(stream->maintenance, &failure))
        fb_stream_warn(stream, "old versions of the state stay, or have no snapshot: %s",
                       failure.message);
}

fb_status fb_stream_run_batch(fb_stream *stream, fb_error *err)
{
    FB_TRY(run_batch(stream, stream->batch_id <= stream->sink_last_committed, err));
    FB_TRY(commit_batch(stream, err));
    maintain(stream);
    return FB_OK;
}
