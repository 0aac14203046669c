/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `rate-micro-batch`: the same number of rows in every batch. An offset is
 * {"offset":<rows so far>,"timestamp":<ms>}; all rows of a batch carry the timestamp of its start.
 * Nothing depends on the clock, which makes it the source of choice for comparisons. */
#include "sources/source.h"

#include "base/memory.h"
#include "sources/stripes.h"

#include <inttypes.h>
#include <jansson.h>

enum { ROWS_PER_BATCH, NUM_PARTITIONS, START_TIMESTAMP, ADVANCE_MS, OPTION_COUNT };

static const fb_option_spec options[OPTION_COUNT] = {
    [ROWS_PER_BATCH] = {"rowsPerBatch", FB_OPTION_INT, NULL, "rows", "rows of every batch", 1,
                        INT64_MAX},
    [NUM_PARTITIONS] = {"numPartitions", FB_OPTION_INT, "1", "",
                        "stripes that the values of a batch are dealt to, one after the other", 1,
                        FB_STRIPES_MAX},
    [START_TIMESTAMP] = {"startTimestamp", FB_OPTION_INT, "0", "ms",
                         "timestamp of the first batch, since the epoch", 0, INT64_MAX / 1000},
    [ADVANCE_MS] = {"advanceMillisPerBatch", FB_OPTION_INT, "1000", "ms",
                    "time from batch to batch", 0, INT32_MAX},
};

typedef struct position {
    int64_t offset;
    int64_t timestamp_ms;
} position;

typedef struct micro_batch_source {
    fb_source base;
    int64_t rows_per_batch;
    uint32_t stripe_count;
    int64_t start_ms;
    int64_t advance_ms;
    bool is_available_now;
    bool has_last; /* AvailableNow: `last` is where the only batch ends */
    position last;

    /* The planned range. */
    fb_stripes stripes;
    position start;
} micro_batch_source;

static micro_batch_source *micro_batch_of(fb_source *source)
{
    return (micro_batch_source *)source;
}

static fb_status micro_batch_schema(const fb_source_config *config, fb_arena *arena,
                                    const fb_type **out, fb_error *err)
{
    (void)config;
    return fb_stripes_schema(arena, out, err);
}

static fb_status micro_batch_open(const fb_source_config *config, fb_source **out, fb_error *err)
{
    micro_batch_source *self = fb_alloc(sizeof *self);
    if (!self) return fb_fail_nomem(err, "source 'rate-micro-batch'");
    const fb_option_value *values = config->options;
    *self = (micro_batch_source){
        .base.ops = &fb_source_rate_micro_batch,
        .rows_per_batch = values[ROWS_PER_BATCH].number,
        .stripe_count = (uint32_t)values[NUM_PARTITIONS].number,
        .start_ms = values[START_TIMESTAMP].number,
        .advance_ms = values[ADVANCE_MS].number,
    };
    *out = &self->base;
    return FB_OK;
}

static void micro_batch_close(fb_source *source)
{
    fb_free(source);
}

static fb_status micro_batch_describe(fb_source *source, fb_buf *out, fb_error *err)
{
    (void)err;
    const micro_batch_source *self = micro_batch_of(source);
    fb_buf_printf(out,
                  "RatePerMicroBatchStream[rowsPerBatch=%" PRId64 ", numPartitions=%" PRIu32
                  ", startTimestamp=%" PRId64 ", advanceMsPerBatch=%" PRId64 "]",
                  self->rows_per_batch, self->stripe_count, self->start_ms, self->advance_ms);
    return FB_OK;
}

/* --- offsets --- */

static void print_position(position at, fb_buf *out)
{
    fb_buf_printf(out, "{\"offset\":%" PRId64 ",\"timestamp\":%" PRId64 "}", at.offset,
                  at.timestamp_ms);
}

static bool read_member(const json_t *object, const char *name, int64_t max, int64_t *out)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value)) return false;
    *out = json_integer_value(value);
    return *out >= 0 && *out <= max;
}

static fb_status parse_position(const micro_batch_source *self, fb_slice text, position *out,
                                fb_error *err)
{
    *out = (position){.timestamp_ms = self->start_ms};
    if (!text.data) return FB_OK;
    json_t *object = json_loadb(text.data, text.size, 0, NULL);
    bool ok = json_is_object(object) && read_member(object, "offset", INT64_MAX, &out->offset) &&
              read_member(object, "timestamp", INT64_MAX / 1000, &out->timestamp_ms);
    json_decref(object);
    if (ok) return FB_OK;
    return fb_fail(
        err, FB_E_CORRUPT, 0,
        "source 'rate-micro-batch': offset '%.*s': expected "
        "{\"offset\":<rows>,\"timestamp\":<ms>}, both 0 or more; the checkpoint belongs to "
        "another query, or is damaged",
        text.size > 80 ? 80 : (int)text.size, text.data);
}

static fb_status micro_batch_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                            fb_error *err)
{
    (void)err;
    *has_offset = true;
    print_position((position){.timestamp_ms = micro_batch_of(source)->start_ms}, out);
    return FB_OK;
}

static int64_t add_up_to(int64_t a, int64_t b, int64_t max)
{
    return a > max - b ? max : a + b;
}

static fb_status micro_batch_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                           fb_buf *out, bool *has_offset, fb_error *err)
{
    (void)limit; /* there is no end: a batch that takes all is one of rowsPerBatch rows, too */
    micro_batch_source *self = micro_batch_of(source);
    position from;
    FB_TRY(parse_position(self, start, &from, err));
    position next = {
        .offset = add_up_to(from.offset, self->rows_per_batch, INT64_MAX),
        .timestamp_ms = add_up_to(from.timestamp_ms, self->advance_ms, INT64_MAX / 1000),
    };
    if (self->is_available_now && !self->has_last) {
        self->last = next;
        self->has_last = true;
    }
    *has_offset = true;
    print_position(self->has_last ? self->last : next, out);
    return FB_OK;
}

static fb_status micro_batch_prepare_available_now(fb_source *source, fb_error *err)
{
    (void)err;
    micro_batch_of(source)->is_available_now = true;
    return FB_OK;
}

/* --- rows --- */

static fb_status check_order(position from, position to, fb_error *err)
{
    if (from.offset > to.offset)
        return fb_fail_condition(
            err, FB_E_CORRUPT, "MALFORMED_STATE_IN_RATE_PER_MICRO_BATCH_SOURCE.INVALID_OFFSET",
            "Malformed state in RatePerMicroBatch source. The offset value is invalid: startOffset "
            "should less than or equal to the endOffset, but startOffset(%" PRId64
            ") > endOffset(%" PRId64 ").",
            from.offset, to.offset);
    if (from.timestamp_ms > to.timestamp_ms)
        return fb_fail_condition(
            err, FB_E_CORRUPT, "MALFORMED_STATE_IN_RATE_PER_MICRO_BATCH_SOURCE.INVALID_TIMESTAMP",
            "Malformed state in RatePerMicroBatch source. The timestamp value is invalid: "
            "startTimestamp should less than or equal to the endTimestamp, but "
            "startTimestamp(%" PRId64 ") > endTimestamp(%" PRId64 "). A query that runs batch 0 "
            "again with a later 'startTimestamp' does this; it needs a new checkpoint.",
            from.timestamp_ms, to.timestamp_ms);
    return FB_OK;
}

static fb_status micro_batch_plan(fb_source *source, fb_slice start, fb_slice end,
                                  uint32_t *split_count, fb_error *err)
{
    micro_batch_source *self = micro_batch_of(source);
    position from, to;
    FB_TRY(parse_position(self, start, &from, err));
    FB_TRY(parse_position(self, end, &to, err));
    FB_TRY(check_order(from, to, err));
    self->start = from;
    fb_stripes_init(&self->stripes, (uint64_t)(to.offset - from.offset), self->stripe_count);
    *split_count = self->stripes.split_count;
    return FB_OK;
}

static fb_status micro_batch_read(fb_source *source, uint32_t split, uint64_t *cursor,
                                  const bool *columns, fb_arena *arena, fb_chunk *out,
                                  fb_error *err)
{
    const micro_batch_source *self = micro_batch_of(source);
    uint64_t first;
    uint32_t count = fb_stripes_next(&self->stripes, split, cursor, &first);
    if (!count) return FB_OK;
    if (!fb_stripes_chunk(out, arena, count))
        return fb_fail_nomem(err, "rows of source 'rate-micro-batch'");
    out->columns[0].is_constant = true;
    out->columns[0].int64s[0] = self->start.timestamp_ms * 1000;
    if (columns[1])
        fb_stripes_fill(out->columns[1].int64s, count, self->start.offset + (int64_t)first,
                        self->stripes.step);
    return FB_OK;
}

const fb_source_ops fb_source_rate_micro_batch = {
    .abi = FB_SOURCE_ABI,
    .name = "rate-micro-batch",
    .help = "rows (timestamp, value), the same number in every batch",
    .options = options,
    .option_count = OPTION_COUNT,
    .admission_control = true,
    .schema = micro_batch_schema,
    .open = micro_batch_open,
    .close = micro_batch_close,
    .describe = micro_batch_describe,
    .initial_offset = micro_batch_initial_offset,
    .latest_offset = micro_batch_latest_offset,
    .plan = micro_batch_plan,
    .read = micro_batch_read,
    .prepare_available_now = micro_batch_prepare_available_now,
};
