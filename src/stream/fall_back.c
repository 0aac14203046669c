/* SPDX-License-Identifier: Apache-2.0
 *
 * The newest state is missing or damaged: back to the newest version that is whole for all
 * operators and partitions. The batches since then are in the offset log, and run again, for their
 * state alone: what they gave out is out. That is only right if they do the same as the first time:
 * by the same plan, which has to be deterministic, on the same data, in as many partitions. */
#include "checkpoint/pinned_conf.h"
#include "stream/settings.h"
#include "stream/stream_state.h"
#include "stream/whole_versions.h"

#include <inttypes.h>

enum { LOOK_BACK = 100 }; /* versions that are looked at, for people to choose from */

typedef struct fall_back {
    fb_stream *stream;
    const fb_error *damage;
    int64_t wanted; /* version, and the batch that is next */
    int64_t version;
    bool is_whole[LOOK_BACK + 1];
    int64_t least; /* version of is_whole[0] */
    fb_arena arena;
} fall_back;

static fb_status find_version(fall_back *f, fb_error *err)
{
    f->least = f->wanted > LOOK_BACK ? f->wanted - LOOK_BACK : 0;
    uint32_t count = (uint32_t)(f->wanted - f->least) + 1;
    FB_TRY(fb_state_stores_find_whole(f->stream->stores, f->least, count, f->is_whole, err));
    f->version = -1;
    for (int64_t version = f->least; version < f->wanted; version++)
        if (f->is_whole[version - f->least]) f->version = version;
    return FB_OK;
}

static fb_status give_up(fall_back *f, const char *reason, fb_error *err)
{
    fb_buf whole;
    fb_buf_init(&whole, 0);
    fb_whole_versions_print(f->least, f->is_whole, (uint32_t)(f->wanted - f->least), &whole);
    fb_status status = fb_fail_condition(
        err, f->damage->status, f->damage->condition,
        "%s. Version %" PRId64 " of the state is needed; whole are, before it, %s, but %s. Restore "
        "the file from a copy, or use a new checkpointLocation",
        f->damage->message, f->wanted, fb_buf_text(&whole), reason);
    fb_buf_deinit(&whole);
    return status;
}

/* Why the batch cannot be run again; NULL when it can. */
static const char *find_obstacle(fall_back *f, int64_t batch_id, const fb_offset_entry *entry)
{
    const fb_stream *stream = f->stream;
    const char *text = NULL;
    const char *key = "spark.sql.shuffle.partitions";
    fb_slice now, then = fb_pinned_conf_value(entry, key);
    if (entry->plan.size == 0)
        text = "its entry in the offset log does not say by which plan it was run: by Spark, or an "
               "older Forebay";
    else if (!fb_slice_is(entry->plan, stream->fingerprint.text))
        text = "it was run by another query text, other settings or another version of Forebay";
    else if (fb_conf_get(stream->conf, fb_slice_of(key), &now) && !fb_slice_equal(now, then))
        text = "it was run with another spark.sql.shuffle.partitions";
    if (!text) return NULL;
    const char *reason =
        fb_arena_printf(&f->arena, "batch %" PRId64 " cannot be run again: %s", batch_id, text);
    return reason ? reason : text;
}

static fb_status read_entry(fall_back *f, int64_t batch_id, fb_offset_entry *out, fb_error *err)
{
    return fb_checkpoint_read_offsets(f->stream->checkpoint, batch_id, &f->arena, out, err);
}

static fb_status explain(const fall_back *f, int64_t batch_id, fb_status status, fb_error *err)
{
    if (status == FB_OK || status == FB_E_CANCELLED) return status;
    return fb_wrap(err, status,
                   "%s. Version %" PRId64 " of the state is whole, but batch %" PRId64
                   " cannot be run again",
                   f->damage->message, f->version, batch_id);
}

static fb_status check(fall_back *f, fb_error *err)
{
    const fb_stream *stream = f->stream;
    if (f->version < 0) return give_up(f, "none can be gone back to", err);
    int64_t distance = f->wanted - f->version;
    if (distance > stream->max_replay) {
        const char *reason = fb_arena_printf(
            &f->arena,
            "%" PRId64 " batches would have to be run again, and forebay.recovery.maxReplay is "
            "%" PRId64,
            distance, stream->max_replay);
        return reason ? give_up(f, reason, err) : fb_fail_nomem(err, "the fall back");
    }
    if (!stream->fingerprint.is_deterministic)
        return give_up(f,
                       "the query is not deterministic: run again, a batch could give other rows, "
                       "by chance or because "
                       "a source leaves out files that are gone (ignoreMissingFiles)",
                       err);
    for (int64_t batch_id = f->version; batch_id < f->wanted; batch_id++) {
        fb_offset_entry entry;
        fb_status status = read_entry(f, batch_id, &entry, err);
        if (status != FB_OK) return explain(f, batch_id, status, err);
        const char *obstacle = find_obstacle(f, batch_id, &entry);
        if (obstacle) return give_up(f, obstacle, err);
    }
    return FB_OK;
}

/* The batch becomes the batch at hand. */
static fb_status restore(fall_back *f, int64_t batch_id, fb_error *err)
{
    fb_offset_entry entry, previous;
    FB_TRY(read_entry(f, batch_id, &entry, err));
    if (batch_id > 0) FB_TRY(read_entry(f, batch_id - 1, &previous, err));
    FB_TRY(
        fb_stream_restore_batch(f->stream, batch_id, &entry, batch_id > 0 ? &previous : NULL, err));
    return fb_stream_set_starts(f->stream, err);
}

/* The first batch that is run again removes the versions above its own, also of the stores that
 * have them whole: by then all the batches must be known to have their data. */
static fb_status check_sources(fall_back *f, fb_error *err)
{
    uint32_t *split_counts =
        fb_arena_array(&f->arena, f->stream->physical.source_count, sizeof *split_counts);
    if (!split_counts) return fb_fail_nomem(err, "the fall back");
    for (int64_t batch_id = f->version; batch_id < f->wanted; batch_id++) {
        fb_status status = restore(f, batch_id, err);
        if (status == FB_OK) status = fb_stream_plan_sources(f->stream, split_counts, err);
        FB_TRY(explain(f, batch_id, status, err));
    }
    return FB_OK;
}

static fb_status replay(fall_back *f, int64_t batch_id, fb_error *err)
{
    fb_status status = restore(f, batch_id, err);
    if (status == FB_OK) status = fb_stream_replay_batch(f->stream, err);
    return explain(f, batch_id, status, err);
}

static fb_status run(fall_back *f, fb_error *err)
{
    fb_stream *stream = f->stream;
    FB_TRY(find_version(f, err));
    /* The files are well formed, and yet do not fit. */
    if (f->is_whole[f->wanted - f->least]) return fb_pass_on(err, f->damage);
    FB_TRY(check(f, err));
    FB_TRY(check_sources(f, err));
    FB_TRY(fb_state_stores_load(stream->stores, f->version, err));
    for (int64_t batch_id = f->version; batch_id < f->wanted; batch_id++)
        FB_TRY(replay(f, batch_id, err));
    fb_stream_warn(stream,
                   "%s; went back to version %" PRId64 " of the state and ran %" PRId64
                   " %s again, without output",
                   f->damage->message, f->version, f->wanted - f->version,
                   f->wanted - f->version == 1 ? "batch" : "batches");
    return fb_stream_recover(stream, err); /* to where the query was */
}

fb_status fb_stream_fall_back(fb_stream *stream, const fb_error *damage, fb_error *err)
{
    fall_back f = {.stream = stream, .damage = damage, .wanted = stream->batch_id};
    fb_arena_init(&f.arena, 0);
    fb_status status = run(&f, err);
    fb_arena_deinit(&f.arena);
    return status;
}
