/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON has the members, order and number texts of Spark 4.2.0. */
#include "stream/progress.h"

#include "base/memory.h"
#include "data/datetime.h"
#include "formats/json_writer.h"
#include "stream/watermark_tracker.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* spark.sql.streaming.stateStore.numStateStoreInstanceMetricsToReport of Spark. */
enum { SHOWN_SNAPSHOTS = 5 };

struct fb_progress {
    atomic_uint references;
    int64_t batch_id;
    uint64_t row_count;
    int64_t duration_us;
    double input_rate, processed_rate;
    uint32_t operator_count;
    uint64_t state_rows, state_bytes, late_groups;
    bool has_watermark;
    int64_t watermark_ms;
    char watermark[FB_TIMESTAMP_TEXT_MAX + 1];
    fb_buf json;
};

static const char *const step_names[FB_TIME_COUNT] = {
    [FB_TIME_ADD_BATCH] = "addBatch",           [FB_TIME_COMMIT_OFFSETS] = "commitOffsets",
    [FB_TIME_GET_BATCH] = "getBatch",           [FB_TIME_LATEST_OFFSET] = "latestOffset",
    [FB_TIME_QUERY_PLANNING] = "queryPlanning", [FB_TIME_TRIGGER_EXECUTION] = "triggerExecution",
    [FB_TIME_WAL_COMMIT] = "walCommit",
};

static double input_rate(uint64_t row_count, const fb_progress_input *input)
{
    /* The first trigger has no predecessor: Spark divides by infinity. */
    if (input->since_last_trigger_us <= 0) return 0;
    return (double)row_count / ((double)input->since_last_trigger_us / 1e6);
}

static double processed_rate(uint64_t row_count, const fb_progress_input *input)
{
    double duration_us = input->duration_us < 1000 ? 1000 : (double)input->duration_us;
    return (double)row_count / (duration_us / 1e6);
}

static void write_key_text(fb_json_writer *json, const char *key, fb_slice text)
{
    fb_json_key(json, key);
    if (text.data)
        fb_json_string(json, text);
    else
        fb_json_null(json);
}

static void write_key_json(fb_json_writer *json, const char *key, fb_slice text)
{
    fb_json_key(json, key);
    if (text.data)
        fb_json_raw(json, text);
    else
        fb_json_null(json);
}

/* One decimal, half up; what is no number is left out. */
static void write_rate(fb_json_writer *json, const char *key, double rate)
{
    if (!isfinite(rate)) return;
    char text[400];
    int length = snprintf(text, sizeof text, "%.1f", floor(rate * 10 + 0.5) / 10);
    if (length <= 0 || (size_t)length >= sizeof text) return;
    fb_json_key(json, key);
    fb_json_raw(json, fb_slice_make(text, (size_t)length));
}

static void write_rates(fb_json_writer *json, uint64_t row_count, const fb_progress_input *input)
{
    fb_json_key(json, "numInputRows");
    fb_json_int(json, (int64_t)row_count);
    write_rate(json, "inputRowsPerSecond", input_rate(row_count, input));
    write_rate(json, "processedRowsPerSecond", processed_rate(row_count, input));
}

static void write_timestamp(fb_json_writer *json, const char *key, int64_t wall_ms)
{
    fb_civil_time time = fb_timestamp_to_civil(fb_watermark_us(wall_ms));
    char text[64];
    int length = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", time.date.year,
                          time.date.month, time.date.day, time.hour, time.minute, time.second,
                          time.microsecond / 1000);
    fb_json_key(json, key);
    fb_json_string(json, fb_slice_make(text, length > 0 ? (size_t)length : 0));
}

static void write_durations(fb_json_writer *json, const fb_progress_input *input)
{
    fb_json_key(json, "durationMs");
    fb_json_begin_object(json);
    for (int i = 0; i < FB_TIME_COUNT; i++) {
        if (input->step_us[i] < 0) continue;
        fb_json_key(json, step_names[i]);
        fb_json_int(json, input->step_us[i] / 1000);
    }
    fb_json_end_object(json);
}

static void write_sources(fb_json_writer *json, const fb_progress_input *input)
{
    fb_json_key(json, "sources");
    fb_json_begin_array(json);
    for (uint32_t i = 0; i < input->source_count; i++) {
        const fb_source_progress *source = &input->sources[i];
        fb_json_begin_object(json);
        write_key_text(json, "description", source->description);
        write_key_json(json, "startOffset", source->start_offset);
        write_key_json(json, "endOffset", source->end_offset);
        write_key_json(json, "latestOffset", source->latest_offset);
        write_rates(json, source->row_count, input);
        fb_json_end_object(json);
    }
    fb_json_end_array(json);
}

static void write_event_time(fb_json_writer *json, const fb_event_time_progress *times)
{
    if (!times->has_watermark) return;
    fb_json_key(json, "eventTime");
    fb_json_begin_object(json);
    if (times->has_times) {
        write_timestamp(json, "avg", times->average_ms);
        write_timestamp(json, "max", times->max_ms);
        write_timestamp(json, "min", times->min_ms);
    }
    write_timestamp(json, "watermark", times->watermark_ms);
    fb_json_end_object(json);
}

static void write_int(fb_json_writer *json, const char *key, int64_t value)
{
    fb_json_key(json, key);
    fb_json_int(json, value);
}

/* The stores whose newest snapshot is oldest, as many as Spark tells; in the order of their names
 * as texts. */
static void write_snapshots(fb_json_writer *json, const fb_operator_progress *operator_)
{
    uint32_t shown[SHOWN_SNAPSHOTS], count = 0;
    const int64_t *snapshots = operator_->snapshots;
    for (uint32_t i = 0; i < operator_->store_count; i++) {
        uint32_t at = count < SHOWN_SNAPSHOTS ? count++ : SHOWN_SNAPSHOTS;
        for (; at > 0 && snapshots[shown[at - 1]] > snapshots[i]; at--)
            if (at < SHOWN_SNAPSHOTS) shown[at] = shown[at - 1];
        if (at < SHOWN_SNAPSHOTS) shown[at] = i;
    }
    char names[SHOWN_SNAPSHOTS][64];
    for (uint32_t i = 0; i < count; i++)
        (void)snprintf(names[i], sizeof names[i], "SnapshotLastUploaded.partition_%u_default",
                       shown[i]);
    for (uint32_t done = 0; done < count; done++) {
        uint32_t least = done;
        for (uint32_t i = done + 1; i < count; i++)
            if (strcmp(names[i], names[least]) < 0) least = i;
        write_int(json, names[least], snapshots[shown[least]]);
        memcpy(names[least], names[done], sizeof names[least]);
        shown[least] = shown[done];
    }
}

static void write_operator(fb_json_writer *json, const fb_operator_progress *operator_)
{
    fb_json_begin_object(json);
    write_key_text(json, "operatorName", operator_->name);
    write_int(json, "numRowsTotal", (int64_t)operator_->rows_total);
    write_int(json, "numRowsUpdated", (int64_t)operator_->rows_updated);
    write_int(json, "allUpdatesTimeMs", operator_->update_us / 1000);
    write_int(json, "numRowsRemoved", (int64_t)operator_->rows_removed);
    write_int(json, "allRemovalsTimeMs", operator_->removal_us / 1000);
    write_int(json, "commitTimeMs", operator_->commit_us / 1000);
    write_int(json, "memoryUsedBytes", (int64_t)operator_->memory_bytes);
    write_int(json, "numRowsDroppedByWatermark", (int64_t)operator_->rows_dropped);
    write_int(json, "numShufflePartitions", operator_->partition_count);
    write_int(json, "numStateStoreInstances", operator_->store_count);
    fb_json_key(json, "customMetrics");
    fb_json_begin_object(json);
    write_snapshots(json, operator_);
    write_int(json, "forceSnapshotCount", 0);
    write_int(json, "loadedMapCacheHitCount", (int64_t)operator_->memory_hits);
    write_int(json, "loadedMapCacheMissCount", (int64_t)operator_->memory_misses);
    write_int(json, "numSnapshotsAutoRepaired", 0);
    write_int(json, "stateOnCurrentVersionSizeBytes", (int64_t)operator_->memory_bytes);
    fb_json_end_object(json);
    fb_json_end_object(json);
}

static void write_progress(fb_buf *out, const fb_progress_input *input, uint64_t row_count)
{
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    write_key_text(&json, "id", input->id);
    write_key_text(&json, "runId", input->run_id);
    write_key_text(&json, "name", input->name);
    write_timestamp(&json, "timestamp", input->trigger_wall_ms);
    fb_json_key(&json, "batchId");
    fb_json_int(&json, input->batch_id);
    fb_json_key(&json, "batchDuration");
    fb_json_int(&json, input->duration_us / 1000);
    write_rates(&json, row_count, input);
    write_durations(&json, input);
    write_event_time(&json, &input->event_time);
    fb_json_key(&json, "stateOperators");
    fb_json_begin_array(&json);
    for (uint32_t i = 0; i < input->operator_count; i++)
        write_operator(&json, &input->operators[i]);
    fb_json_end_array(&json);
    write_sources(&json, input);
    fb_json_key(&json, "sink");
    fb_json_begin_object(&json);
    write_key_text(&json, "description", input->sink_description);
    fb_json_key(&json, "numOutputRows");
    fb_json_int(&json, input->sink_row_count);
    fb_json_end_object(&json);
    fb_json_end_object(&json);
}

static void sum_operators(fb_progress *progress, const fb_progress_input *input)
{
    progress->operator_count = input->operator_count;
    for (uint32_t i = 0; i < input->operator_count; i++) {
        progress->state_rows += input->operators[i].rows_total;
        progress->state_bytes += input->operators[i].memory_bytes;
        progress->late_groups += input->operators[i].rows_dropped;
    }
}

static void keep_watermark(fb_progress *progress, const fb_event_time_progress *times)
{
    progress->has_watermark = times->has_watermark;
    if (!times->has_watermark) return;
    progress->watermark_ms = times->watermark_ms;
    size_t length = fb_timestamp_print(times->timezone, fb_watermark_us(times->watermark_ms),
                                       progress->watermark);
    progress->watermark[length] = '\0';
}

fb_status fb_progress_create(const fb_progress_input *input, fb_progress **out, fb_error *err)
{
    *out = NULL;
    fb_progress *progress = fb_alloc_zero(1, sizeof *progress);
    if (!progress) return fb_fail_nomem(err, "progress");
    for (uint32_t i = 0; i < input->source_count; i++)
        progress->row_count += input->sources[i].row_count;
    atomic_init(&progress->references, 1);
    progress->batch_id = input->batch_id;
    progress->duration_us = input->duration_us;
    progress->input_rate = input_rate(progress->row_count, input);
    progress->processed_rate = processed_rate(progress->row_count, input);
    sum_operators(progress, input);
    keep_watermark(progress, &input->event_time);
    fb_buf_init(&progress->json, 0);
    write_progress(&progress->json, input, progress->row_count);
    if (progress->json.failed) {
        fb_progress_release(progress);
        return fb_fail_nomem(err, "progress");
    }
    *out = progress;
    return FB_OK;
}

fb_progress *fb_progress_acquire(fb_progress *progress)
{
    atomic_fetch_add_explicit(&progress->references, 1, memory_order_relaxed);
    return progress;
}

void fb_progress_release(fb_progress *progress)
{
    if (!progress) return;
    if (atomic_fetch_sub_explicit(&progress->references, 1, memory_order_acq_rel) != 1) return;
    fb_buf_deinit(&progress->json);
    fb_free(progress);
}

const char *fb_progress_json(const fb_progress *progress)
{
    return fb_buf_text(&progress->json);
}

int64_t fb_progress_batch_id(const fb_progress *progress)
{
    return progress->batch_id;
}

uint64_t fb_progress_input_rows(const fb_progress *progress)
{
    return progress->row_count;
}

int64_t fb_progress_duration_us(const fb_progress *progress)
{
    return progress->duration_us;
}

double fb_progress_input_rate(const fb_progress *progress)
{
    return progress->input_rate;
}

double fb_progress_processed_rate(const fb_progress *progress)
{
    return progress->processed_rate;
}

uint32_t fb_progress_operator_count(const fb_progress *progress)
{
    return progress->operator_count;
}

uint64_t fb_progress_state_rows(const fb_progress *progress)
{
    return progress->state_rows;
}

uint64_t fb_progress_state_bytes(const fb_progress *progress)
{
    return progress->state_bytes;
}

uint64_t fb_progress_late_groups(const fb_progress *progress)
{
    return progress->late_groups;
}

const char *fb_progress_watermark(const fb_progress *progress, int64_t *ms)
{
    if (ms) *ms = progress->watermark_ms;
    return progress->has_watermark ? progress->watermark : NULL;
}
