/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a query goes on, from what its logs say. */
#include "stream/settings.h"
#include "stream/stream_state.h"

/* The lines that an entry of the offset log has: one per use of a source in the plan, in plan
 * order. */
static uint32_t count_uses(const fb_physical *physical)
{
    uint32_t uses = 0;
    for (uint32_t i = 0; i < physical->pipeline_count; i++)
        if (physical->pipelines[i].leaf->kind == FB_PLAN_SOURCE) uses++;
    return uses;
}

/* The first line of a source sets its offset; those of its further uses must say the same: else
 * they belonged to sources of their own, whose rows would be lost or repeated. */
static fb_status restore_offset(fb_stream *stream, uint32_t index, fb_slice offset, bool is_first,
                                bool to_end, fb_error *err)
{
    fb_stream_source *source = &stream->sources[index];
    fb_offset *restored = to_end ? &source->end : &source->committed;
    if (is_first) return fb_offset_set(restored, offset, err);
    fb_slice first = fb_offset_slice(restored);
    if (!first.data == !offset.data && fb_slice_equal(first, offset)) return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0,
                   "checkpoint %s: the query uses source %u more than once, but its offsets in the "
                   "checkpoint differ ('%.*s' and '%.*s'); it belongs to another query: use a new "
                   "checkpointLocation, or restore the old query text",
                   stream->config.checkpoint_root, index, FB_SLICE_ARGS(first),
                   FB_SLICE_ARGS(offset));
}

static fb_status restore_offsets(fb_stream *stream, const fb_offset_entry *entry, bool to_end,
                                 fb_error *err)
{
    const fb_physical *physical = &stream->physical;
    uint32_t uses = count_uses(physical);
    if (entry->source_count != uses)
        return fb_fail(err, FB_E_INVALID, 0,
                       "checkpoint %s: there are %u sources in the checkpoint's offsets and now "
                       "there are %u sources requested by the query; it belongs to another query: "
                       "use a new checkpointLocation, or restore the old query text",
                       stream->config.checkpoint_root, entry->source_count, uses);
    uint32_t line = 0, seen = 0; /* sources are numbered in the order of their first use */
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        const fb_pipeline *pipeline = &physical->pipelines[i];
        if (pipeline->leaf->kind != FB_PLAN_SOURCE) continue;
        bool is_first = pipeline->source_index == seen;
        if (is_first) seen++;
        FB_TRY(restore_offset(stream, pipeline->source_index, entry->offsets[line++], is_first,
                              to_end, err));
    }
    return FB_OK;
}

static fb_status restore_conf(fb_stream *stream, const fb_offset_entry *entry, fb_error *err)
{
    fb_buf changes;
    fb_buf_init(&changes, FB_ERROR_MESSAGE_SIZE / 2); /* told as far as there is room */
    fb_status status = fb_pinned_restore(stream->conf, entry, &changes, err);
    if (status == FB_OK && changes.size)
        fb_stream_warn(stream, "checkpoint %s keeps the settings that it was begun with: %s",
                       stream->config.checkpoint_root, fb_buf_text(&changes));
    fb_buf_deinit(&changes);
    return status;
}

fb_status fb_stream_restore_batch(fb_stream *stream, int64_t batch_id, const fb_offset_entry *entry,
                                  const fb_offset_entry *previous, fb_error *err)
{
    FB_TRY(restore_offsets(stream, entry, true, err));
    for (uint32_t i = 0; i < stream->physical.source_count; i++)
        FB_TRY(fb_offset_set(&stream->sources[i].committed, (fb_slice){0}, err));
    if (previous) FB_TRY(restore_offsets(stream, previous, false, err));
    stream->batch_id = batch_id;
    stream->timestamp_ms = entry->timestamp_ms;
    stream->watermark_ms = entry->watermark_ms;
    stream->previous_watermark_ms = previous ? previous->watermark_ms : 0;
    return FB_OK;
}

static fb_status restore(fb_stream *stream, const fb_recovery *recovery, fb_error *err)
{
    const fb_offset_entry *entry = &recovery->entry;
    FB_TRY(restore_conf(stream, entry, err));
    stream->was_elsewhere = entry->run_id.size == 0;
    stream->is_planned = stream->is_rerun = recovery->rerun;
    if (!recovery->rerun) {
        stream->watermark_ms = recovery->watermark_ms;
        stream->previous_watermark_ms = entry->watermark_ms;
        return restore_offsets(stream, entry, false, err);
    }
    FB_TRY(fb_stream_restore_batch(stream, recovery->next_batch_id, entry,
                                   recovery->has_previous ? &recovery->previous : NULL, err));
    if (recovery->skipped_commits)
        fb_stream_warn(stream,
                       "checkpoint %s: the commit log is more than one batch behind the "
                       "offset log; batch %lld is run again",
                       stream->config.checkpoint_root, (long long)recovery->next_batch_id);
    return FB_OK;
}

static fb_status start_watermark(fb_stream *stream, fb_error *err)
{
    const fb_physical *physical = &stream->physical;
    fb_slice policy =
        fb_setting_get(stream->conf, "spark.sql.streaming.multipleWatermarkPolicy").text;
    return fb_watermark_tracker_init(&stream->watermark, &stream->arena, physical->watermarks,
                                     physical->watermark_count, policy, stream->watermark_ms, err);
}

fb_status fb_stream_recover(fb_stream *stream, fb_error *err)
{
    fb_recovery recovery;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = fb_checkpoint_recover(stream->checkpoint, &arena, &recovery, err);
    if (status == FB_OK && !recovery.is_new) status = restore(stream, &recovery, err);
    if (status == FB_OK) {
        stream->batch_id = stream->first_batch = recovery.next_batch_id;
        stream->is_new = recovery.is_new;
        atomic_store(&stream->last_committed, recovery.next_batch_id - 1);
        status = start_watermark(stream, err);
    }
    fb_arena_deinit(&arena);
    return status;
}
