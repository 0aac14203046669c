/* SPDX-License-Identifier: Apache-2.0
 *
 * The watermark operator: statistics of the event times that pass. */
#include "exec/event_time.h"

#include "base/int128.h"
#include "base/memory.h"

/* Spark's average is a running mean, whose rounding shows in the millisecond that progress prints.
 * It costs a division per row: batches of up to this many rows, such as people compare with Spark,
 * have it; later chunks are summed exactly and merged as Spark merges partitions. */
enum { RUNNING_ROWS = 4096 };

void fb_event_time_merge(fb_event_time_stats *into, const fb_event_time_stats *other)
{
    if (other->count == 0) return;
    if (into->count == 0) {
        *into = *other;
        return;
    }
    if (other->min_ms < into->min_ms) into->min_ms = other->min_ms;
    if (other->max_ms > into->max_ms) into->max_ms = other->max_ms;
    into->count += other->count;
    into->average_ms +=
        (other->average_ms - into->average_ms) * (double)other->count / (double)into->count;
}

typedef struct watermark {
    fb_operator base;
    uint32_t column;
    fb_event_time_stats *stats;
    fb_arena arena; /* of one chunk */
} watermark;

static int64_t to_ms(int64_t us)
{
    return us / 1000 - (us % 1000 < 0);
}

/* The times of a column without nulls. */
static void add_one_by_one(fb_event_time_stats *stats, const int64_t *times_us, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t ms = to_ms(times_us[i]);
        if (stats->count == 0) *stats = (fb_event_time_stats){.min_ms = ms, .max_ms = ms};
        if (ms < stats->min_ms) stats->min_ms = ms;
        if (ms > stats->max_ms) stats->max_ms = ms;
        stats->count++;
        stats->average_ms += ((double)ms - stats->average_ms) / (double)stats->count;
    }
}

/* Sum of the times in whole milliseconds. Those of a chunk mostly lie within the hour that 32 bits
 * of microseconds hold; then they are divided as such, from a whole millisecond on. */
static fb_int128 sum_ms(const int64_t *times_us, size_t count, int64_t min_us, int64_t max_us)
{
    fb_int128 sum = 0;
    uint64_t offsets_ms = 0;
    int64_t base_ms = to_ms(min_us);
    if ((fb_int128)max_us - (fb_int128)base_ms * 1000 > UINT32_MAX) {
        for (size_t i = 0; i < count; i++)
            sum += to_ms(times_us[i]);
        return sum;
    }
    uint64_t base_us = (uint64_t)base_ms * 1000;
    for (size_t i = 0; i < count; i++)
        offsets_ms += (uint32_t)((uint64_t)times_us[i] - base_us) / 1000;
    return (fb_int128)base_ms * (fb_int128)count + offsets_ms;
}

static void add_together(fb_event_time_stats *stats, const int64_t *times_us, size_t count)
{
    int64_t min = INT64_MAX, max = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        min = times_us[i] < min ? times_us[i] : min;
        max = times_us[i] > max ? times_us[i] : max;
    }
    fb_int128 sum = sum_ms(times_us, count, min, max);
    const fb_event_time_stats all = {.min_ms = to_ms(min),
                                     .max_ms = to_ms(max),
                                     .average_ms = (double)sum / (double)count,
                                     .count = count};
    fb_event_time_merge(stats, &all);
}

static void add_times(fb_event_time_stats *stats, const int64_t *times_us, size_t count)
{
    size_t few = 0;
    if (stats->count < RUNNING_ROWS) {
        few = RUNNING_ROWS - (size_t)stats->count;
        if (few > count) few = count;
        add_one_by_one(stats, times_us, few);
    }
    if (few < count) add_together(stats, times_us + few, count - few);
}

/* The column that holds the times, and whether row i of it counts. A window's time is its end. */
static bool is_null(const fb_column *column, const fb_column *times, size_t row)
{
    return fb_column_is_null(column, row) || fb_column_is_null(times, row);
}

static fb_status watermark_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    watermark *w = (watermark *)self;
    const fb_column *column = &chunk->columns[w->column];
    const fb_column *times = column->type->id == FB_TYPE_STRUCT ? &column->children[1] : column;
    if (!column->validity && !times->validity && !times->is_constant) {
        add_times(w->stats, times->int64s, chunk->row_count);
        return fb_operator_push(w->base.next, chunk, err);
    }
    fb_arena_reset(&w->arena);
    int64_t *values = fb_arena_array(&w->arena, chunk->row_count, sizeof *values);
    if (!values) return fb_fail_nomem(err, "event times");
    for (size_t i = 0; i < chunk->row_count; i++)
        values[i] = is_null(column, times, i) ? 0 : times->int64s[fb_column_index(times, i)];
    add_times(w->stats, values, chunk->row_count);
    return fb_operator_push(w->base.next, chunk, err);
}

static void watermark_close(fb_operator *self)
{
    watermark *w = (watermark *)self;
    fb_arena_deinit(&w->arena);
    fb_free(w);
}

static const fb_operator_ops watermark_ops = {
    .name = "EventTimeWatermark",
    .push = watermark_push,
    .close = watermark_close,
};

fb_status fb_watermark_create(uint32_t column, fb_event_time_stats *stats, fb_operator *next,
                              fb_operator **out, fb_error *err)
{
    *out = NULL;
    watermark *w = fb_alloc_zero(1, sizeof *w);
    if (!w) return fb_fail_nomem(err, "a watermark");
    w->base = (fb_operator){.ops = &watermark_ops, .next = next};
    w->column = column;
    w->stats = stats;
    fb_arena_init(&w->arena, 0);
    *out = &w->base;
    return FB_OK;
}
