/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a query goes on, from what its logs say. */
#include "stream/settings.h"
#include "stream/stream_state.h"

/* The index of the source behind each line of the offset log: one line per use of a source in the
 * plan, in plan order. */
static uint32_t count_uses(const fb_physical *physical)
{
    uint32_t uses = 0;
    for (uint32_t i = 0; i < physical->pipeline_count; i++)
        if (physical->pipelines[i].leaf->kind == FB_PLAN_SOURCE) uses++;
    return uses;
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
    uint32_t line = 0;
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        const fb_pipeline *pipeline = &physical->pipelines[i];
        if (pipeline->leaf->kind != FB_PLAN_SOURCE) continue;
        fb_stream_source *source = &stream->sources[pipeline->source_index];
        fb_slice offset = entry->offsets[line++];
        FB_TRY(fb_offset_set(to_end ? &source->end : &source->committed, offset, err));
    }
    return FB_OK;
}

static fb_status restore_conf(fb_stream *stream, const fb_offset_entry *entry, fb_error *err)
{
    uint32_t changed;
    fb_slice first = {0};
    FB_TRY(fb_pinned_restore(stream->conf, entry, &changed, &first, err));
    if (changed > 0)
        fb_stream_warn(stream,
                       "%u settings keep the values that checkpoint %s was begun with, "
                       "not the session's: %.*s%s",
                       changed, stream->config.checkpoint_root, FB_SLICE_ARGS(first),
                       changed > 1 ? ", ..." : "");
    return FB_OK;
}

static fb_status restore(fb_stream *stream, const fb_recovery *recovery, fb_error *err)
{
    FB_TRY(restore_conf(stream, &recovery->entry, err));
    FB_TRY(restore_offsets(stream, &recovery->entry, recovery->rerun, err));
    if (recovery->rerun) {
        stream->is_planned = stream->is_rerun = true;
        stream->timestamp_ms = recovery->entry.timestamp_ms;
        if (recovery->has_previous)
            FB_TRY(restore_offsets(stream, &recovery->previous, false, err));
    }
    if (recovery->skipped_commits)
        fb_stream_warn(stream,
                       "checkpoint %s: the commit log is more than one batch behind the "
                       "offset log; batch %lld is run again",
                       stream->config.checkpoint_root, (long long)recovery->next_batch_id);
    return FB_OK;
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
        stream->watermark_ms = recovery.watermark_ms;
        atomic_store(&stream->last_committed, recovery.next_batch_id - 1);
    }
    fb_arena_deinit(&arena);
    return status;
}
