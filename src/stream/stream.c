/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and closing a stream. */
#include "stream/stream.h"

#include "base/memory.h"
#include "stream/settings.h"
#include "stream/stream_state.h"
#include "stream/temporary.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

fb_status fb_offset_set(fb_offset *offset, fb_slice json, fb_error *err)
{
    fb_buf_clear(&offset->json);
    offset->is_set = json.data != NULL;
    fb_buf_add_slice(&offset->json, json);
    return offset->json.failed ? fb_fail_nomem(err, "an offset") : FB_OK;
}

bool fb_offset_equal(const fb_offset *a, const fb_offset *b)
{
    if (a->is_set != b->is_set) return false;
    return !a->is_set || fb_slice_equal(fb_buf_slice(&a->json), fb_buf_slice(&b->json));
}

fb_slice fb_offset_slice(const fb_offset *offset)
{
    return offset->is_set ? fb_slice_make(fb_buf_text(&offset->json), offset->json.size)
                          : (fb_slice){0};
}

static void keep_warning(fb_stream *stream, const char *message)
{
    fb_pending_warning *kept = fb_arena_alloc(&stream->arena, sizeof *kept);
    char *copy = kept ? fb_arena_strdup(&stream->arena, fb_slice_of(message)) : NULL;
    if (!copy) return; /* a query that starts without its warning is better than none */
    *kept = (fb_pending_warning){.message = copy};
    *stream->warnings_end = kept;
    stream->warnings_end = &kept->next;
}

static void tell_warning(fb_stream *stream, const char *message)
{
    const fb_stream_listener *listener = &stream->config.listener;
    if (listener->on_warning) listener->on_warning(listener->user, stream, message);
}

void fb_stream_warn(fb_stream *stream, const char *format, ...)
{
    char message[FB_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args); /* a cut warning still warns */
    va_end(args);
    if (stream->has_run)
        tell_warning(stream, message);
    else
        keep_warning(stream, message);
}

void fb_stream_tell_warnings(fb_stream *stream)
{
    for (const fb_pending_warning *each = stream->warnings; each; each = each->next)
        tell_warning(stream, each->message);
}

static void wake_from_source(void *user)
{
    fb_stream_wake(user);
}

static fb_status open_source(fb_stream *stream, uint32_t index, fb_error *err)
{
    const fb_plan_source *plan = stream->physical.sources[index];
    fb_stream_source *source = &stream->sources[index];
    source->log_directory =
        fb_arena_printf(&stream->arena, "%s/sources/%u", stream->config.checkpoint_root, index);
    if (!source->log_directory) return fb_fail_nomem(err, "a source");
    source->config = (fb_source_config){.options = plan->options,
                                        .schema = plan->given_schema,
                                        .fs = stream->config.fs,
                                        .log_directory = source->log_directory,
                                        .clock = stream->config.clock,
                                        .timezone = stream->config.timezone,
                                        .log_entries_to_retain = stream->batches_to_retain,
                                        .user = plan->user,
                                        .wake = wake_from_source,
                                        .wake_user = stream};
    FB_TRY(fb_source_open(plan->ops, &source->config, &source->source, err));
    return fb_source_describe(source->source, &source->description, err);
}

static fb_status make_history(fb_stream *stream, fb_stream_source *source, fb_error *err)
{
    if (stream->max_replay == 0) return FB_OK;
    source->history =
        fb_arena_alloc_zero(&stream->arena, (size_t)stream->max_replay * sizeof(fb_offset));
    if (!source->history) return fb_fail_nomem(err, "the sources");
    for (int64_t i = 0; i < stream->max_replay; i++)
        fb_buf_init(&source->history[i].json, 0);
    return FB_OK;
}

static fb_status open_sources(fb_stream *stream, fb_error *err)
{
    uint32_t count = stream->physical.source_count;
    stream->sources = fb_alloc_zero(count, sizeof *stream->sources);
    if (!stream->sources) return fb_fail_nomem(err, "the sources");
    for (uint32_t i = 0; i < count; i++) {
        fb_stream_source *source = &stream->sources[i];
        fb_buf_init(&source->description, 0);
        fb_buf_init(&source->committed.json, 0);
        fb_buf_init(&source->start.json, 0);
        fb_buf_init(&source->end.json, 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        FB_TRY(make_history(stream, &stream->sources[i], err));
        FB_TRY(open_source(stream, i, err));
    }
    return FB_OK;
}

static fb_status open_sink(fb_stream *stream, fb_error *err)
{
    stream->config.sink_config.schema = stream->physical.schema;
    stream->config.sink_config.timezone = stream->config.timezone;
    fb_buf_init(&stream->sink_description, 0);
    FB_TRY(fb_sink_open(stream->config.sink, &stream->config.sink_config, &stream->sink, err));
    FB_TRY(fb_sink_describe(stream->sink, &stream->sink_description, err));
    return fb_sink_last_committed(stream->sink, &stream->sink_last_committed, err);
}

static fb_status plan_stream(fb_stream *stream, fb_error *err)
{
    const fb_plan *optimized;
    FB_TRY(fb_plan_check_streaming(stream->config.plan, stream->config.sink_config.mode, err));
    FB_TRY(fb_plan_optimize(&stream->arena, stream->config.plan, &optimized, err));
    FB_TRY(fb_physical_build(&stream->arena, optimized, &stream->physical, err));
    if (!fb_stream_has_state(stream)) return FB_OK;
    bool ansi = fb_setting_get(stream->conf, "spark.sql.ansi.enabled").boolean;
    return fb_fingerprint_make(optimized, stream->config.sink_config.mode, ansi,
                               stream->config.timezone, &stream->fingerprint, err);
}

static void read_settings(fb_stream *stream)
{
    const fb_conf *conf = stream->conf;
    stream->batches_to_retain =
        fb_setting_get(conf, "spark.sql.streaming.minBatchesToRetain").number;
    stream->polling_delay_us = fb_setting_get(conf, "spark.sql.streaming.pollingDelay").number;
    stream->idle_event_interval_us =
        fb_setting_get(conf, "spark.sql.streaming.noDataProgressEventInterval").number;
    stream->runs_no_data_batches =
        fb_setting_get(conf, "spark.sql.streaming.noDataMicroBatches.enabled").boolean;
    if (!fb_stream_has_state(stream)) return;
    stream->max_replay = fb_setting_get(conf, "forebay.recovery.maxReplay").number;
    /* A batch that is run again needs the entry before its own. */
    if (stream->batches_to_retain <= stream->max_replay)
        stream->batches_to_retain = stream->max_replay + 1;
}

static fb_status open_stream(fb_stream *stream, fb_error *err)
{
    const fb_stream_config *config = &stream->config;
    FB_TRY(fb_conf_copy(config->conf, &stream->conf, err));
    FB_TRY(fb_waiter_create(config->clock, &stream->waiter, err));
    FB_TRY(plan_stream(stream, err));
    read_settings(stream);
    FB_TRY(fb_checkpoint_open(config->fs, config->random, config->clock, config->checkpoint_root,
                              stream->run_id, &stream->checkpoint, err));
    memcpy(stream->id, fb_checkpoint_query_id(stream->checkpoint), sizeof stream->id);
    FB_TRY(open_sources(stream, err));
    FB_TRY(open_sink(stream, err));
    FB_TRY(fb_stream_recover(stream, err));
    return fb_stream_create_state(stream, err);
}

fb_status fb_stream_create(const fb_stream_config *config, fb_stream **out, fb_error *err)
{
    *out = NULL;
    fb_stream *stream = fb_alloc_zero(1, sizeof *stream);
    if (!stream) return fb_fail_nomem(err, "a query");
    stream->config = *config;
    stream->sink_last_committed = -1;
    stream->warnings_end = &stream->warnings;
    stream->times.previous_start_us = -1;
    atomic_init(&stream->stopping, false);
    atomic_init(&stream->last_committed, -1);
    fb_arena_init(&stream->arena, 0);
    fb_random_uuid(config->random, stream->run_id);
    fb_status status = open_stream(stream, err);
    if (status != FB_OK) {
        fb_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return FB_OK;
}

void fb_stream_close_outside(fb_stream *stream)
{
    fb_stream_close_state(stream);
    fb_sink_close(stream->sink);
    stream->sink = NULL;
    for (uint32_t i = 0; stream->sources && i < stream->physical.source_count; i++) {
        fb_source_close(stream->sources[i].source);
        stream->sources[i].source = NULL;
    }
    fb_checkpoint_close(stream->checkpoint);
    stream->checkpoint = NULL;
}

static void forget_checkpoint(fb_stream *stream)
{
    fb_status status = fb_remove_tree(stream->config.fs, stream->config.checkpoint_root, NULL);
    (void)status; /* what is told is why the query did not start */
}

void fb_stream_destroy(fb_stream *stream)
{
    if (!stream) return;
    fb_stream_close_outside(stream);
    /* A start that failed leaves nothing that nobody knows of. */
    if (!stream->has_run && stream->config.checkpoint_is_temporary) forget_checkpoint(stream);
    for (uint32_t i = 0; stream->sources && i < stream->physical.source_count; i++) {
        fb_stream_source *source = &stream->sources[i];
        fb_buf_deinit(&source->description);
        fb_buf_deinit(&source->committed.json);
        fb_buf_deinit(&source->start.json);
        fb_buf_deinit(&source->end.json);
        for (int64_t j = 0; source->history && j < stream->max_replay; j++)
            fb_buf_deinit(&source->history[j].json);
    }
    fb_free(stream->sources);
    fb_buf_deinit(&stream->sink_description);
    fb_waiter_destroy(stream->waiter);
    fb_conf_destroy(stream->conf);
    fb_arena_deinit(&stream->arena);
    fb_free(stream);
}

void fb_stream_stop(fb_stream *stream)
{
    atomic_store(&stream->stopping, true);
    fb_waiter_wake(stream->waiter);
}

void fb_stream_wake(fb_stream *stream)
{
    fb_waiter_wake(stream->waiter);
}

const char *fb_stream_id(const fb_stream *stream)
{
    return stream->id;
}

const char *fb_stream_run_id(const fb_stream *stream)
{
    return stream->run_id;
}

const char *fb_stream_name(const fb_stream *stream)
{
    return stream->config.name;
}

bool fb_stream_is_new(const fb_stream *stream)
{
    return stream->is_new;
}

int64_t fb_stream_first_batch(const fb_stream *stream)
{
    return stream->first_batch;
}

int64_t fb_stream_last_committed(const fb_stream *stream)
{
    return atomic_load(&((fb_stream *)stream)->last_committed);
}
