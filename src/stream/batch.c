/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a planned batch: the plan over the splits of the sources; then the sink commits; then the
 * commit log. A crash before the last step runs the batch again, with the same input. */
#include "base/memory.h"
#include "exec/execution.h"
#include "stream/stream_state.h"

#include <stdlib.h>

typedef struct batch {
    fb_stream *stream;
    fb_eval_context context;
    fb_input_split *inputs;
    uint32_t input_count;
    uint32_t input_capacity;
    fb_event_time_stats *watermarks;
} batch;

static fb_status write_to_sink(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    fb_stream *stream = user;
    return fb_sink_write(stream->sink, split, chunk, err);
}

static fb_status add_inputs(batch *b, uint32_t pipeline, fb_source *source, uint32_t split_count,
                            fb_error *err)
{
    if (split_count > UINT32_MAX / 2 - b->input_count)
        return fb_fail(err, FB_E_LIMIT, 0, "a batch of more than %u splits", UINT32_MAX / 2);
    uint32_t needed = b->input_count + split_count;
    if (needed > b->input_capacity) {
        fb_input_split *inputs = fb_realloc(b->inputs, needed * sizeof *inputs);
        if (!inputs) return fb_fail_nomem(err, "a batch's tasks");
        b->inputs = inputs;
        b->input_capacity = needed;
    }
    for (uint32_t split = 0; split < split_count; split++)
        b->inputs[b->input_count++] =
            (fb_input_split){.pipeline = pipeline, .source = source, .split = split};
    return FB_OK;
}

/* Sources without new data have no splits. A source that the plan uses twice is planned once and
 * read by the tasks of each use. */
static fb_status plan_inputs(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        if (fb_offset_equal(&source->end, &source->committed) || !source->end.is_set) continue;
        uint32_t split_count;
        FB_TRY(fb_source_plan(source->source, fb_offset_slice(&source->start),
                              fb_offset_slice(&source->end), &split_count, err));
        for (uint32_t j = 0; j < stream->physical.pipeline_count; j++) {
            const fb_pipeline *pipeline = &stream->physical.pipelines[j];
            if (pipeline->leaf->kind != FB_PLAN_SOURCE || pipeline->source_index != i) continue;
            FB_TRY(add_inputs(b, j, source->source, split_count, err));
        }
    }
    return FB_OK;
}

static int compare_inputs(const void *left, const void *right)
{
    const fb_input_split *a = left, *b = right;
    if (a->pipeline != b->pipeline) return a->pipeline < b->pipeline ? -1 : 1;
    return (a->split > b->split) - (a->split < b->split);
}

static fb_status execute(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    const fb_execution execution = {.physical = &stream->physical,
                                    .context = &b->context,
                                    .workers = stream->config.workers,
                                    .clock = stream->config.clock,
                                    .cancelled = &stream->stopping,
                                    .mode = stream->config.sink_config.mode,
                                    .partition_count = 1,
                                    .inputs = b->inputs,
                                    .input_count = b->input_count,
                                    .watermarks = b->watermarks,
                                    .write = write_to_sink,
                                    .user = stream};
    FB_TRY(
        fb_sink_begin(stream->sink, stream->batch_id, fb_execution_output_count(&execution), err));
    fb_status status = fb_execution_run(&execution, err);
    if (status == FB_OK)
        status = fb_sink_commit(stream->sink, stream->batch_id, &stream->sink_row_count, err);
    if (status != FB_OK) fb_sink_abort(stream->sink, stream->batch_id);
    return status;
}

static fb_status run_inputs(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    int64_t from_us = fb_stream_now_us(stream);
    b->watermarks = fb_alloc_zero(stream->physical.watermark_count, sizeof *b->watermarks);
    if (!b->watermarks) return fb_fail_nomem(err, "a batch's watermarks");
    FB_TRY(plan_inputs(b, err));
    /* Rows of the pipelines follow each other in the order of the plan. */
    if (b->input_count) qsort(b->inputs, b->input_count, sizeof *b->inputs, compare_inputs);
    fb_stream_add_time(stream, FB_TIME_GET_BATCH, from_us);
    fb_stream_add_time(stream, FB_TIME_QUERY_PLANNING, fb_stream_now_us(stream));
    from_us = fb_stream_now_us(stream);
    stream->sink_row_count = -1;
    /* A sink that already has this batch (a crash came before the commit log) keeps what it has. */
    if (stream->batch_id > stream->sink_last_committed) FB_TRY(execute(b, err));
    fb_stream_add_time(stream, FB_TIME_ADD_BATCH, from_us);
    for (uint32_t i = 0; i < b->input_count; i++) {
        const fb_pipeline *pipeline = &stream->physical.pipelines[b->inputs[i].pipeline];
        stream->sources[pipeline->source_index].row_count += b->inputs[i].row_count;
    }
    return FB_OK;
}

static fb_status commit_batch(fb_stream *stream, fb_error *err)
{
    int64_t from_us = fb_stream_now_us(stream);
    const fb_commit_entry entry = {.next_watermark_ms = stream->watermark_ms,
                                   .run_id = fb_slice_of(stream->run_id)};
    FB_TRY(fb_checkpoint_write_commit(stream->checkpoint, stream->batch_id, &entry, err));
    fb_stream_add_time(stream, FB_TIME_COMMIT_OFFSETS, from_us);
    for (uint32_t i = 0; i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        if (!source->end.is_set) continue;
        FB_TRY(fb_offset_set(&source->committed, fb_offset_slice(&source->end), err));
    }
    atomic_store(&stream->last_committed, stream->batch_id);
    stream->is_planned = stream->is_rerun = false;
    stream->ran_batch = true;
    return FB_OK;
}

fb_status fb_stream_run_batch(fb_stream *stream, fb_error *err)
{
    batch b = {.stream = stream,
               .context = {.batch_timestamp_us = stream->timestamp_ms * 1000,
                           .timezone = stream->config.timezone}};
    fb_status status = run_inputs(&b, err);
    fb_free(b.inputs);
    fb_free(b.watermarks);
    return status == FB_OK ? commit_batch(stream, err) : status;
}
