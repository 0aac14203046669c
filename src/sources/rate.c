/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `rate`: rows (timestamp, value) that come into being with the clock.
 *
 * An offset is a number of whole seconds since the creation of the source. The creation time is
 * kept in entry 0 of the source's log in the checkpoint, so that a second has the same rows before
 * and after a restart. All arithmetic is Spark's, rounding included. */
#include "sources/source.h"

#include "base/memory.h"
#include "base/parse.h"
#include "checkpoint/metadata_log.h"
#include "sources/stripes.h"

#include <inttypes.h>

enum { ROWS_PER_SECOND, RAMP_UP_TIME, NUM_PARTITIONS, OPTION_COUNT };

static const fb_option_spec options[OPTION_COUNT] = {
    [ROWS_PER_SECOND] = {"rowsPerSecond", FB_OPTION_INT, "1", "rows/s",
                         "rows that come into being per second", 1, INT64_MAX},
    [RAMP_UP_TIME] = {"rampUpTime", FB_OPTION_DURATION, "0s", "s",
                      "time until the full rate is reached, in whole seconds", 0, INT64_MAX},
    [NUM_PARTITIONS] = {"numPartitions", FB_OPTION_INT, "1", "",
                        "stripes that the values of a batch are dealt to, one after the other", 1,
                        FB_STRIPES_MAX},
};

typedef struct rate_source {
    fb_source base;
    fb_clock *clock;
    int64_t rows_per_second;
    int64_t ramp_up_s;
    int64_t max_s; /* no later second has a value that fits in 64 bits */
    uint32_t stripe_count;
    fb_slice stripes_given; /* numPartitions as written; data NULL: not */
    int64_t creation_ms;
    int64_t last_ms; /* the latest time seen: the clock may jump back, offsets must not */
    bool is_frozen;  /* AvailableNow */

    /* The planned range. */
    fb_stripes stripes;
    int64_t first_value;
    int64_t start_us;
    double ms_per_row;
} rate_source;

static rate_source *rate_of(fb_source *source)
{
    return (rate_source *)source;
}

static fb_status read_options(const fb_source_config *config, rate_source *self, fb_error *err)
{
    const fb_option_value *values = config->options;
    self->rows_per_second = values[ROWS_PER_SECOND].number;
    self->ramp_up_s = values[RAMP_UP_TIME].number / 1000000;
    self->max_s = INT64_MAX / self->rows_per_second;
    self->stripe_count = (uint32_t)values[NUM_PARTITIONS].number;
    if (values[NUM_PARTITIONS].is_given) self->stripes_given = values[NUM_PARTITIONS].text;
    if (self->ramp_up_s <= self->max_s) return FB_OK;
    return fb_fail_condition(err, FB_E_INVALID, "INCORRECT_RAMP_UP_RATE",
                             "Max offset with %" PRId64 " rowsPerSecond is %" PRId64
                             ", but 'rampUpTimeSeconds' is %" PRId64 ".",
                             self->rows_per_second, self->max_s, self->ramp_up_s);
}

static fb_status rate_schema(const fb_source_config *config, fb_arena *arena, const fb_type **out,
                             fb_error *err)
{
    rate_source checked = {0};
    FB_TRY(read_options(config, &checked, err));
    return fb_stripes_schema(arena, out, err);
}

/* --- the log: "v1\n<creation time in ms>" --- */

static fb_status parse_log(fb_slice content, const char *directory, int64_t *creation_ms,
                           fb_error *err)
{
    const char *end = content.size ? memchr(content.data, '\n', content.size) : NULL;
    fb_slice version = {content.data, end ? (size_t)(end - content.data) : 0};
    if (!end || !version.size || version.data[0] != 'v')
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "%s/0: Log file was malformed: failed to detect the log file version line.",
                       directory);
    if (!fb_slice_is(version, "v1"))
        return fb_fail_condition(err, FB_E_CORRUPT, "MALFORMED_LOG_FILE",
                                 "%s/0: Log file was malformed: failed to read correct log version "
                                 "from %.*s.",
                                 directory, version.size > 40 ? 40 : (int)version.size,
                                 version.data);
    fb_slice number = {end + 1, content.size - version.size - 1};
    if (fb_parse_int64(number, creation_ms) && *creation_ms >= INT64_MIN / 1000 &&
        *creation_ms <= INT64_MAX / 1000)
        return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0,
                   "%s/0: offset %zu: expected the source's creation time, milliseconds since the "
                   "epoch",
                   directory, version.size + 1);
}

/* The creation time from the log; a new source writes it down. */
static fb_status load_creation(rate_source *self, const fb_source_config *config, fb_error *err)
{
    fb_metadata_log log = {.fs = config->fs, .directory = config->log_directory};
    fb_buf content;
    fb_buf_init(&content, 0); /* the log bounds what it reads */
    fb_error missing;         /* a new source has no entry */
    fb_status status = fb_metadata_log_read(&log, 0, &content, &missing);
    if (status == FB_OK) {
        status = parse_log(fb_buf_slice(&content), config->log_directory, &self->creation_ms, err);
    } else if (status == FB_E_NOT_FOUND) {
        self->creation_ms = fb_clock_wall_us(config->clock) / 1000;
        fb_buf_clear(&content);
        fb_buf_printf(&content, "v1\n%" PRId64, self->creation_ms);
        status = content.failed ? fb_fail_nomem(err, "the log of source 'rate'")
                                : fb_metadata_log_write(&log, 0, fb_buf_slice(&content), err);
    } else {
        status = fb_pass_on(err, &missing);
    }
    fb_buf_deinit(&content);
    return status;
}

static fb_status rate_open(const fb_source_config *config, fb_source **out, fb_error *err)
{
    FB_ASSERT(config->fs && config->log_directory && config->clock);
    rate_source checked = {.base.ops = &fb_source_rate, .clock = config->clock};
    FB_TRY(read_options(config, &checked, err));
    FB_TRY(load_creation(&checked, config, err));
    checked.last_ms = checked.creation_ms;
    rate_source *self = fb_alloc(sizeof *self);
    if (!self) return fb_fail_nomem(err, "source 'rate'");
    *self = checked;
    *out = &self->base;
    return FB_OK;
}

static void rate_close(fb_source *source)
{
    fb_free(source);
}

static fb_status rate_describe(fb_source *source, fb_buf *out, fb_error *err)
{
    (void)err;
    const rate_source *self = rate_of(source);
    /* Spark's text; it has no closing bracket either. */
    fb_buf_printf(out,
                  "RateStreamV2[rowsPerSecond=%" PRId64 ", rampUpTimeSeconds=%" PRId64
                  ", numPartitions=",
                  self->rows_per_second, self->ramp_up_s);
    fb_buf_add_slice(out, self->stripes_given.data ? self->stripes_given : FB_SLICE("default"));
    return FB_OK;
}

/* --- offsets --- */

/* The text of an offset as seconds; no text: the beginning. */
static fb_status parse_offset(const rate_source *self, fb_slice text, int64_t *seconds,
                              fb_error *err)
{
    *seconds = 0;
    if (!text.data) return FB_OK;
    if (!fb_parse_int64(text, seconds) || *seconds < 0)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source 'rate': offset '%.*s': expected a number of seconds, 0 or more; the "
                       "checkpoint belongs to another query, or is damaged",
                       text.size > 80 ? 80 : (int)text.size, text.data);
    if (*seconds > self->max_s)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source 'rate': Max offset with %" PRId64 " rowsPerSecond is %" PRId64
                       ", but it's %" PRId64 " now.",
                       self->rows_per_second, self->max_s, *seconds);
    int64_t end_us;
    if (__builtin_mul_overflow(*seconds, INT64_C(1000000), &end_us) ||
        __builtin_add_overflow(end_us, self->creation_ms * 1000, &end_us))
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source 'rate': offset '%" PRId64 "': its timestamps do not fit in 64 bits",
                       *seconds);
    return FB_OK;
}

static fb_status rate_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                     fb_error *err)
{
    (void)source, (void)err;
    *has_offset = true;
    fb_buf_add_char(out, '0');
    return FB_OK;
}

static void see_time(rate_source *self, int64_t ms)
{
    if (ms > self->last_ms) self->last_ms = ms;
}

static fb_status rate_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                    fb_buf *out, bool *has_offset, fb_error *err)
{
    (void)limit;
    rate_source *self = rate_of(source);
    int64_t start_s;
    FB_TRY(parse_offset(self, start, &start_s, err));
    /* A batch is never behind its start, also where the clock is behind the one that wrote it. */
    see_time(self, self->creation_ms + start_s * 1000);
    if (!self->is_frozen) see_time(self, fb_clock_wall_us(self->clock) / 1000);
    *has_offset = true;
    fb_buf_add_int(out, (self->last_ms - self->creation_ms) / 1000);
    return FB_OK;
}

static fb_status rate_prepare_available_now(fb_source *source, fb_error *err)
{
    (void)err;
    rate_source *self = rate_of(source);
    see_time(self, fb_clock_wall_us(self->clock) / 1000);
    self->is_frozen = true;
    return FB_OK;
}

/* The next whole second after the newest that was handed out. */
static int64_t rate_next_poll_us(fb_source *source, int64_t now_us)
{
    enum { MAX_DELAY_MS = 1000 }; /* a clock set back may be set forward again */
    const rate_source *self = rate_of(source);
    int64_t newest_s = (self->last_ms - self->creation_ms) / 1000;
    int64_t wall_us = fb_clock_wall_us(self->clock);
    int64_t delay_ms = self->creation_ms + (newest_s + 1) * 1000 - wall_us / 1000;
    if (delay_ms <= 0) return now_us;
    if (delay_ms > MAX_DELAY_MS) delay_ms = MAX_DELAY_MS;
    return now_us + delay_ms * 1000 - wall_us % 1000;
}

/* --- rows --- */

/* The first value of second `s`; also the number of rows before it. No overflow: s <= max_s. */
static int64_t value_at_second(const rate_source *self, int64_t s)
{
    int64_t ramp_s = s < self->ramp_up_s ? s : self->ramp_up_s;
    int64_t step = self->rows_per_second / (self->ramp_up_s + 1);
    int64_t value =
        ramp_s % 2 ? (ramp_s + 1) / 2 * step * ramp_s : ramp_s / 2 * step * (ramp_s + 1);
    return value + (s - ramp_s) * self->rows_per_second;
}

static fb_status rate_plan(fb_source *source, fb_slice start, fb_slice end, uint32_t *split_count,
                           fb_error *err)
{
    rate_source *self = rate_of(source);
    int64_t start_s, end_s;
    FB_TRY(parse_offset(self, start, &start_s, err));
    FB_TRY(parse_offset(self, end, &end_s, err));
    if (start_s > end_s)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source 'rate': startSeconds(%" PRId64 ") > endSeconds(%" PRId64 ")",
                       start_s, end_s);
    see_time(self, self->creation_ms + end_s * 1000);
    int64_t first = value_at_second(self, start_s);
    int64_t row_count = value_at_second(self, end_s) - first;
    fb_stripes_init(&self->stripes, (uint64_t)row_count, self->stripe_count);
    self->first_value = first;
    self->start_us = (self->creation_ms + start_s * 1000) * 1000;
    self->ms_per_row = row_count ? (double)((end_s - start_s) * 1000) / (double)row_count : 0;
    *split_count = self->stripes.split_count;
    return FB_OK;
}

/* Written in vectors: gcc 12 leaves the plain loop scalar at -O2. */
typedef double reals __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

/* Spark computes a row's distance from the start of the batch in double, rounds it half up to
 * whole milliseconds and multiplies by 1000. Adding 2^52 to a double of at most 2^51 rounds it half
 * to even; where that went down by exactly a half, one is missing. The same addition leaves a whole
 * number in the low bits of the sum, hence no conversion instruction is needed, and all of it is
 * vector code on the plainest processor. */
static inline void put_us(int64_t *out, reals position, double ms_per_row, int64_t start_us)
{
    const double two52 = 4503599627370496.0;
    const uint64_t two52_bits = UINT64_C(0x4330000000000000);
    reals ms = position * ms_per_row;
    reals even = (ms + two52) - two52;
    words missing = (words)(ms - even == 0.5) & (words)(reals){1, 1};
    words us =
        (words)((even + (reals)missing) * 1000.0 + two52) + ((uint64_t)start_us - two52_bits);
    memcpy(out, &us, sizeof us);
}

static void fill_small_timestamps(int64_t *out, uint32_t count, double first, double step,
                                  double ms_per_row, int64_t start_us)
{
    static_assert(FB_STRIPES_BLOCK == 4 * sizeof(words) / sizeof(int64_t), "four pairs a turn");
    reals a = {first, first + step}, b = a + 2 * step, c = b + 2 * step, d = c + 2 * step;
    const double block = FB_STRIPES_BLOCK * step;
    for (const int64_t *end = out + count; out < end; out += FB_STRIPES_BLOCK) {
        put_us(out, a, ms_per_row, start_us);
        put_us(out + 2, b, ms_per_row, start_us);
        put_us(out + 4, c, ms_per_row, start_us);
        put_us(out + 6, d, ms_per_row, start_us);
        a += block;
        b += block;
        c += block;
        d += block;
    }
}

/* The same where positions or times are beyond what the quick loop takes: one row after the
 * other. Positions above 2^53 are rounded to a double, as in Spark. */
static void fill_large_timestamps(int64_t *out, uint32_t count, uint64_t position, uint64_t step,
                                  double ms_per_row, int64_t start_us)
{
    for (uint32_t i = 0; i < count; i++, position += step) {
        double ms = (double)position * ms_per_row;
        int64_t whole = (int64_t)ms;
        whole += ms - (double)whole >= 0.5;
        out[i] = start_us + whole * 1000;
    }
}

static void fill_timestamps(const rate_source *self, int64_t *out, uint32_t count, uint64_t first)
{
    const fb_stripes *stripes = &self->stripes;
    /* Times below 2^52 us (142 years) and rows that a double counts exactly, with the room for the
     * rows past the last one that a block computes. */
    uint64_t last = first + (uint64_t)(count + 8) * stripes->step;
    bool is_small = last < UINT64_C(1) << 50 && (double)last * self->ms_per_row < 4.5e12;
    if (is_small)
        fill_small_timestamps(out, count, (double)first, (double)stripes->step, self->ms_per_row,
                              self->start_us);
    else
        fill_large_timestamps(out, count, first, stripes->step, self->ms_per_row, self->start_us);
}

static fb_status rate_read(fb_source *source, uint32_t split, uint64_t *cursor, const bool *columns,
                           fb_arena *arena, fb_chunk *out, fb_error *err)
{
    const rate_source *self = rate_of(source);
    uint64_t first;
    uint32_t count = fb_stripes_next(&self->stripes, split, cursor, &first);
    if (!count) return FB_OK;
    if (!fb_stripes_chunk(out, arena, count)) return fb_fail_nomem(err, "rows of source 'rate'");
    if (columns[0]) fill_timestamps(self, out->columns[0].int64s, count, first);
    if (columns[1])
        fb_stripes_fill(out->columns[1].int64s, count, self->first_value + (int64_t)first,
                        self->stripes.step);
    return FB_OK;
}

const fb_source_ops fb_source_rate = {
    .abi = FB_SOURCE_ABI,
    .name = "rate",
    .help = "rows (timestamp, value) at a given rate",
    .options = options,
    .option_count = OPTION_COUNT,
    .schema = rate_schema,
    .open = rate_open,
    .close = rate_close,
    .describe = rate_describe,
    .initial_offset = rate_initial_offset,
    .latest_offset = rate_latest_offset,
    .plan = rate_plan,
    .read = rate_read,
    .prepare_available_now = rate_prepare_available_now,
    .next_poll_us = rate_next_poll_us,
};
