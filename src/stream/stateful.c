/* SPDX-License-Identifier: Apache-2.0
 *
 * What a query with state has beside its plan: settings that hold for it, stores, and what a batch
 * is given of them. */
#include "checkpoint/pinned_conf.h"
#include "stream/settings.h"
#include "stream/state_metadata.h"
#include "stream/stream_state.h"

#include <inttypes.h>

#define STATE_STORE "spark.sql.streaming.stateStore."

/* --- settings --- */

static fb_slice setting_text(const fb_stream *stream, const char *key)
{
    return fb_setting_get(stream->conf, key).text;
}

/* A setting of which there is only one value that can be used. */
static fb_status refuse(const fb_stream *stream, const char *key, const char *expected,
                        const char *hint, fb_error *err)
{
    return fb_fail(err, FB_E_UNSUPPORTED, 0, "%s is '%.*s', expected %s%s%s: %s", key,
                   FB_SLICE_ARGS(setting_text(stream, key)), expected,
                   stream->is_new ? "" : "; it is pinned by checkpoint ",
                   stream->is_new ? "" : stream->config.checkpoint_root, hint);
}

/* What an entry of the offset log pins comes from outside and was not looked at yet. */
static fb_status check_pinned(const fb_stream *stream, const char *key, fb_error *err)
{
    fb_slice value;
    if (!fb_conf_get(stream->conf, fb_slice_of(key), &value)) return FB_OK;
    fb_status status = fb_setting_check(fb_slice_of(key), value, err);
    return status == FB_OK ? FB_OK
                           : fb_wrap(err, status, "checkpoint %s", stream->config.checkpoint_root);
}

static fb_status check_settings(const fb_stream *stream, fb_error *err)
{
    static const char *const pinned[] = {
        "spark.sql.shuffle.partitions",
        "spark.sql.streaming.multipleWatermarkPolicy",
        STATE_STORE "rowChecksum.enabled",
        "spark.sql.streaming.aggregation.stateFormatVersion",
    };
    for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++)
        FB_TRY(check_pinned(stream, pinned[i], err));
    fb_slice provider = setting_text(stream, STATE_STORE "providerClass");
    static const char hdfs[] = "HDFSBackedStateStoreProvider";
    size_t size = sizeof hdfs - 1;
    if (provider.size < size || memcmp(provider.data + provider.size - size, hdfs, size) != 0)
        return refuse(stream, STATE_STORE "providerClass",
                      "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
                      "state in RocksDB, and with it format version 2 of checkpoints, cannot be "
                      "read; begin with the other provider and a new checkpointLocation",
                      err);
    if (!fb_slice_is(setting_text(stream, STATE_STORE "encodingFormat"), "unsaferow"))
        return refuse(stream, STATE_STORE "encodingFormat", "unsaferow",
                      "begin with a new checkpointLocation", err);
    if (fb_setting_get(stream->conf, "spark.sql.streaming.aggregation.stateFormatVersion").number !=
        2)
        return refuse(stream, "spark.sql.streaming.aggregation.stateFormatVersion", "2",
                      "state of Spark 2.3 and older, or of an offset log without the setting, "
                      "cannot be read; begin with a new checkpointLocation",
                      err);
    return FB_OK;
}

/* --- stores --- */

static fb_status make_operators(fb_stream *stream, fb_error *err)
{
    uint32_t count = stream->physical.aggregate_count;
    stream->operators = fb_arena_alloc_zero(&stream->arena, count * sizeof *stream->operators);
    if (!stream->operators) return fb_fail_nomem(err, "the operators with state");
    for (uint32_t id = 0; id < count; id++) {
        fb_state_operator *operator_ = &stream->operators[id];
        operator_->tables = fb_state_stores_tables(stream->stores, id);
        operator_->metrics = fb_arena_alloc_zero(&stream->arena, stream->partition_count *
                                                                     sizeof *operator_->metrics);
        if (!operator_->metrics) return fb_fail_nomem(err, "the operators with state");
    }
    return FB_OK;
}

static fb_status make_stores(fb_stream *stream, fb_error *err)
{
    const fb_conf *conf = stream->conf;
    fb_state_format format = {.has_checksums =
                                  fb_setting_get(conf, STATE_STORE "rowChecksum.enabled").boolean};
    FB_TRY(
        fb_codec_find(setting_text(stream, STATE_STORE "compression.codec"), &format.codec, err));
    stream->partition_count = (uint32_t)fb_setting_get(conf, "spark.sql.shuffle.partitions").number;
    int64_t min_deltas = fb_setting_get(conf, STATE_STORE "minDeltasForSnapshot").number;
    const fb_state_stores_config config = {.physical = &stream->physical,
                                           .fs = stream->config.fs,
                                           .checkpoint_root = stream->config.checkpoint_root,
                                           .partition_count = stream->partition_count,
                                           .format = format,
                                           .min_deltas = (uint32_t)min_deltas,
                                           .retained = (uint32_t)stream->batches_to_retain,
                                           .budget = &stream->budget,
                                           .workers = stream->config.workers,
                                           .clock = stream->config.clock,
                                           .was_elsewhere = stream->was_elsewhere};
    FB_TRY(fb_state_stores_create(&config, &stream->stores, err));
    bool in_background = fb_workers_count(stream->config.workers) > 0;
    FB_TRY(fb_maintenance_create(stream->stores, in_background, &stream->maintenance, err));
    return make_operators(stream, err);
}

fb_status fb_stream_create_state(fb_stream *stream, fb_error *err)
{
    const fb_physical *physical = &stream->physical;
    int64_t limit_bytes = fb_setting_get(stream->conf, "forebay.memory.limit").number;
    fb_budget_init(&stream->budget, (uint64_t)limit_bytes);
    stream->event_times = fb_arena_alloc_zero(&stream->arena, (physical->watermark_count + 1) *
                                                                  sizeof *stream->event_times);
    if (!stream->event_times) return fb_fail_nomem(err, "the watermarks");
    if (!fb_stream_has_state(stream)) return FB_OK;
    FB_TRY(check_settings(stream, err));
    return make_stores(stream, err);
}

void fb_stream_close_state(fb_stream *stream)
{
    fb_maintenance_destroy(stream->maintenance); /* it works on the stores */
    stream->maintenance = NULL;
    fb_state_stores_destroy(stream->stores);
    stream->stores = NULL;
}

/* --- loading --- */

fb_status fb_stream_prepare_state(fb_stream *stream, fb_error *err)
{
    if (stream->is_state_ready) return FB_OK;
    const fb_state_metadata metadata = {.fs = stream->config.fs,
                                        .checkpoint_root = stream->config.checkpoint_root,
                                        .physical = &stream->physical,
                                        .partition_count = stream->partition_count,
                                        .batch_id = stream->batch_id};
    FB_TRY(fb_state_metadata_check(&metadata, err));
    stream->is_state_ready = true;
    if (!fb_stream_has_state(stream)) return FB_OK;
    FB_TRY(fb_state_metadata_write(&metadata, err));
    fb_error damage = {0};
    fb_status status = fb_state_stores_load(stream->stores, stream->batch_id, &damage);
    if (status == FB_OK) return FB_OK;
    if (status == FB_E_NOT_FOUND || status == FB_E_CORRUPT)
        return fb_stream_fall_back(stream, &damage, err);
    status = fb_pass_on(err, &damage);
    return fb_stream_explain_limit(stream, status, err);
}

/* --- memory --- */

fb_status fb_stream_explain_limit(const fb_stream *stream, fb_status status, fb_error *err)
{
    /* Other things have limits too: a line of a file, a batch's tasks. */
    uint64_t wanted_bytes = fb_budget_refused(&stream->budget);
    if (status != FB_E_LIMIT || wanted_bytes == 0 || !stream->stores) return status;
    fb_buf held;
    fb_buf_init(&held, 0);
    for (uint32_t id = 0; id < stream->physical.aggregate_count; id++) {
        fb_state_usage usage;
        fb_state_stores_usage(stream->stores, id, &usage);
        fb_buf_printf(&held,
                      "%soperator %u (" FB_AGGREGATION_NAME ") %" PRIu64 " bytes for %" PRIu64
                      " rows of state",
                      id ? ", " : "", id, usage.memory_bytes, usage.row_count);
    }
    fb_error reason = err ? *err : (fb_error){.status = status};
    status =
        fb_fail(err, FB_E_LIMIT, 0,
                "forebay.memory.limit is reached: %" PRIu64 " bytes would be in use, more than "
                "%" PRIu64 "; of them are %s (%s). Nothing is lost: start the query again with "
                "a larger forebay.memory.limit",
                wanted_bytes, stream->budget.limit_bytes, fb_buf_text(&held), reason.message);
    fb_buf_deinit(&held);
    return status;
}
