/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a query starts, from the newest offset entry L and the newest commit C:
 *
 *   no L           batch 0; commits/ and state/ must be empty
 *   C = L          batch L+1, from the offsets of L
 *   C < L, no C    batch L again, exactly as it was planned, from the offsets of L-1
 *   C > L          refused
 *
 * The table with reasons is in docs/formats/checkpoint.md. */
#include "checkpoint/checkpoint_impl.h"
#include "checkpoint/pinned_conf.h"

#include <inttypes.h>

static fb_status fail_not_empty(const char *location, fb_error *err)
{
    return fb_fail_condition(err, FB_E_INVALID, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY",
                             "The checkpoint location %s should be empty on batch 0. Please either "
                             "use a new checkpoint location, or delete the existing data in the "
                             "checkpoint location.",
                             location);
}

static fb_status start_anew(fb_checkpoint *checkpoint, uint32_t commit_count, fb_arena *arena,
                            fb_recovery *out, fb_error *err)
{
    if (commit_count) return fail_not_empty(checkpoint->commits.log.directory, err);
    char state[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(state, checkpoint->root, "state", err));
    fb_file_info *infos;
    uint32_t count;
    FB_TRY(fb_filesystem_list(checkpoint->fs, state, arena, &infos, &count, err));
    if (count) return fail_not_empty(state, err);
    out->is_new = true;
    return FB_OK;
}

/* Reads an entry that batches will be built on: it must not vanish in a power cut after them. */
static fb_status read_settled(fb_checkpoint *checkpoint, int64_t id, fb_arena *arena,
                              fb_offset_entry *out, fb_error *err)
{
    char path[FB_ENTRY_NAME_SIZE];
    fb_checkpoint_entry_name(&checkpoint->offsets, id, path);
    FB_TRY(fb_filesystem_sync(checkpoint->fs, path, err));
    return fb_checkpoint_read_offsets(checkpoint, id, arena, out, err);
}

static fb_status read_previous(fb_checkpoint *checkpoint, int64_t last, fb_arena *arena,
                               fb_recovery *out, fb_error *err)
{
    if (last == 0) return FB_OK;
    fb_status status = read_settled(checkpoint, last - 1, arena, &out->previous, err);
    if (status == FB_E_NOT_FOUND)
        return fb_fail(err, FB_E_NOT_FOUND, 0,
                       "batch %" PRId64 " doesn't exist: %s has entry %" PRId64
                       ", and a restart needs the one before it too",
                       last - 1, checkpoint->offsets.log.directory, last);
    out->has_previous = status == FB_OK;
    return status;
}

static fb_status continue_after(fb_checkpoint *checkpoint, int64_t last, fb_arena *arena,
                                fb_recovery *out, fb_error *err)
{
    char path[FB_ENTRY_NAME_SIZE];
    fb_checkpoint_entry_name(&checkpoint->commits, last, path);
    FB_TRY(fb_filesystem_sync(checkpoint->fs, path, err));
    fb_commit_entry commit;
    FB_TRY(fb_checkpoint_read_commit(checkpoint, last, arena, &commit, err));
    out->next_batch_id = last + 1;
    out->watermark_ms = commit.next_watermark_ms > out->entry.watermark_ms
                            ? commit.next_watermark_ms
                            : out->entry.watermark_ms;
    return FB_OK;
}

/* A batch whose number of partitions differs from its predecessor's is an offline repartition of
 * the state that did not finish. */
static fb_status repeat(int64_t last, int64_t last_commit, fb_recovery *out, fb_error *err)
{
    if (out->has_previous) {
        const char *key = "spark.sql.shuffle.partitions";
        fb_slice now = fb_pinned_conf_value(&out->entry, key);
        fb_slice before = fb_pinned_conf_value(&out->previous, key);
        if (now.data && before.data && !fb_slice_equal(now, before))
            return fb_fail_condition(err, FB_E_INVALID, "STREAMING_UNFINISHED_REPARTITION_DETECTED",
                                     "The latest batch %" PRId64 " is for an unfinished state "
                                     "repartitioning (last committed batch is %" PRId64
                                     "; %s is %.*s, was %.*s). Please retry the repartitioning "
                                     "operation and let it finish successfully before starting "
                                     "the streaming query.",
                                     last, last_commit, key, FB_SLICE_ARGS(now),
                                     FB_SLICE_ARGS(before));
    }
    out->next_batch_id = last;
    out->rerun = true;
    out->watermark_ms = out->entry.watermark_ms;
    out->skipped_commits = last_commit < last - 1;
    return FB_OK;
}

static fb_status recover(fb_checkpoint *checkpoint, fb_arena *arena, fb_recovery *out,
                         fb_error *err)
{
    int64_t *offset_ids, *commit_ids;
    uint32_t offset_count, commit_count;
    FB_TRY(fb_metadata_log_list(&checkpoint->offsets.log, arena, &offset_ids, &offset_count, err));
    FB_TRY(fb_metadata_log_list(&checkpoint->commits.log, arena, &commit_ids, &commit_count, err));
    checkpoint->offsets.lowest = offset_count ? offset_ids[0] : 0;
    checkpoint->commits.lowest = commit_count ? commit_ids[0] : 0;
    checkpoint->offsets.knows_lowest = checkpoint->commits.knows_lowest = true;
    if (offset_count == 0) return start_anew(checkpoint, commit_count, arena, out, err);

    int64_t last = offset_ids[offset_count - 1];
    int64_t last_commit = commit_count ? commit_ids[commit_count - 1] : -1;
    if (last_commit > last)
        return fb_fail_condition(err, FB_E_CONFLICT, "CONCURRENT_STREAM_LOG_UPDATE",
                                 "%s has entry %" PRId64 ", newer than the newest entry of %s, "
                                 "%" PRId64 ": entries of the offset log are missing",
                                 checkpoint->commits.log.directory, last_commit,
                                 checkpoint->offsets.log.directory, last);
    if (last == INT64_MAX)
        return fb_fail(err, FB_E_CORRUPT, 0, "%s has entry %" PRId64 ": no batch can follow it",
                       checkpoint->offsets.log.directory, last);
    FB_TRY(read_settled(checkpoint, last, arena, &out->entry, err));
    out->has_entry = true;
    FB_TRY(read_previous(checkpoint, last, arena, out, err));
    if (last_commit == last) return continue_after(checkpoint, last, arena, out, err);
    return repeat(last, last_commit, out, err);
}

fb_status fb_checkpoint_recover(fb_checkpoint *checkpoint, fb_arena *arena, fb_recovery *out,
                                fb_error *err)
{
    *out = (fb_recovery){0};
    fb_status status = recover(checkpoint, arena, out, err);
    if (status != FB_OK) *out = (fb_recovery){0};
    return status;
}
