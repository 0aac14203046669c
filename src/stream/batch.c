/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a planned batch: every split of every pipeline is a task; then the sink commits; then the
 * commit log. A crash before the last step runs the batch again, with the same input. */
#include "base/memory.h"
#include "stream/stream_state.h"

#include <stdlib.h>

/* One task: a split of a pipeline. Its number among all tasks is its place in the output. */
typedef struct batch_task {
    const fb_pipeline *pipeline;
    uint32_t split; /* of the source */
    uint64_t row_count;
} batch_task;

typedef struct batch {
    fb_stream *stream;
    fb_eval_context context;
    batch_task *tasks;
    uint32_t task_count;
    uint32_t task_capacity;
} batch;

static fb_status write_to_sink(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    fb_stream *stream = user;
    return fb_sink_write(stream->sink, split, chunk, err);
}

static fb_status run_task(void *user, uint32_t index, fb_error *err)
{
    batch *b = user;
    fb_stream *stream = b->stream;
    batch_task *task = &b->tasks[index];
    fb_source *source = stream->sources[task->pipeline->source_index].source;
    fb_operator *output, *chain;
    FB_TRY(fb_output_create(write_to_sink, stream, index, &output, err));
    FB_TRY(fb_pipeline_open(task->pipeline, &b->context, NULL, output, &chain, err));
    fb_status status = fb_pipeline_run_split(task->pipeline, source, task->split, chain,
                                             &stream->stopping, &task->row_count, err);
    fb_operator_close_chain(chain);
    return status;
}

static fb_status add_tasks(batch *b, const fb_pipeline *pipeline, uint32_t split_count,
                           fb_error *err)
{
    if (split_count > UINT32_MAX / 2 - b->task_count)
        return fb_fail(err, FB_E_LIMIT, 0, "a batch of more than %u splits", UINT32_MAX / 2);
    uint32_t needed = b->task_count + split_count;
    if (needed > b->task_capacity) {
        batch_task *tasks = fb_realloc(b->tasks, needed * sizeof *tasks);
        if (!tasks) return fb_fail_nomem(err, "a batch's tasks");
        b->tasks = tasks;
        b->task_capacity = needed;
    }
    for (uint32_t split = 0; split < split_count; split++)
        b->tasks[b->task_count++] = (batch_task){.pipeline = pipeline, .split = split};
    return FB_OK;
}

/* Sources without new data have no tasks. A source that the plan uses twice is planned once and
 * read by the tasks of each use. */
static fb_status plan_tasks(batch *b, fb_error *err)
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
            if (pipeline->source_index != i) continue;
            FB_TRY(add_tasks(b, pipeline, split_count, err));
        }
    }
    return FB_OK;
}

static int compare_tasks(const void *left, const void *right)
{
    const batch_task *a = left, *b = right;
    if (a->pipeline != b->pipeline) return a->pipeline < b->pipeline ? -1 : 1;
    return (a->split > b->split) - (a->split < b->split);
}

static fb_status execute(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    FB_TRY(fb_sink_begin(stream->sink, stream->batch_id, b->task_count, err));
    fb_status status = fb_workers_run(stream->config.workers, run_task, b, b->task_count, err);
    if (status == FB_OK)
        status = fb_sink_commit(stream->sink, stream->batch_id, &stream->sink_row_count, err);
    if (status != FB_OK) fb_sink_abort(stream->sink, stream->batch_id);
    return status;
}

static fb_status run_tasks(batch *b, fb_error *err)
{
    fb_stream *stream = b->stream;
    int64_t from_us = fb_stream_now_us(stream);
    FB_TRY(plan_tasks(b, err));
    /* Rows of the pipelines follow each other in the order of the plan. */
    if (b->task_count) qsort(b->tasks, b->task_count, sizeof *b->tasks, compare_tasks);
    fb_stream_add_time(stream, FB_TIME_GET_BATCH, from_us);
    fb_stream_add_time(stream, FB_TIME_QUERY_PLANNING, fb_stream_now_us(stream));
    from_us = fb_stream_now_us(stream);
    stream->sink_row_count = -1;
    /* A sink that already has this batch (a crash came before the commit log) keeps what it has. */
    if (stream->batch_id > stream->sink_last_committed) FB_TRY(execute(b, err));
    fb_stream_add_time(stream, FB_TIME_ADD_BATCH, from_us);
    for (uint32_t i = 0; i < b->task_count; i++)
        stream->sources[b->tasks[i].pipeline->source_index].row_count += b->tasks[i].row_count;
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
    fb_status status = run_tasks(&b, err);
    fb_free(b.tasks);
    return status == FB_OK ? commit_batch(stream, err) : status;
}
