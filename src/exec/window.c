/* SPDX-License-Identifier: Apache-2.0
 *
 * The window operator. The latest window of a time starts at time - (time - start) mod slide, the
 * one before it a slide earlier, and so on while the window still reaches the time.
 *
 * Tumbling windows share the columns of the input and cost a remainder per row, or a comparison
 * where all rows of a chunk are in the same one: then the window is a constant column. Overlapping
 * ones repeat rows, at most FB_CHUNK_ROWS in a chunk. */
#include "base/divider.h"
#include "base/memory.h"
#include "exec/event_time.h"
#include "expr/fn_arithmetic.h"

typedef struct window {
    fb_operator base;
    const fb_time_window *spec;
    const fb_type *type;
    const fb_eval_context *context;
    const atomic_bool *cancelled;
    fb_divider slide;
    uint64_t shift;        /* turns (time + 2^63) mod slide into (time - start) mod slide */
    int64_t safe_from_us;  /* times in safe_from..safe_until overflow nowhere; */
    int64_t safe_until_us; /* none when safe_from is larger */
    uint32_t overlap;      /* windows that a time may be in */
    fb_arena arena;        /* of one pushed chunk */
    fb_arena output_arena; /* of one overlapping chunk that is pushed on */
} window;

/* --- where windows start --- */

static uint64_t floor_mod(fb_int128 value, uint64_t divisor)
{
    fb_int128 rest = value % (fb_int128)divisor;
    return (uint64_t)(rest < 0 ? rest + (fb_int128)divisor : rest);
}

/* How far into its latest window a time is: below the slide. Any time. */
static inline int64_t offset_in_window(const window *w, int64_t time_us)
{
    uint64_t biased = (uint64_t)time_us ^ ((uint64_t)1 << 63);
    uint64_t offset = fb_divider_remainder(&w->slide, biased) + w->shift;
    return (int64_t)(offset >= w->slide.divisor ? offset - w->slide.divisor : offset);
}

/* Spark computes all windows that a time might be in, also those that then turn out not to reach
 * it, and fails when one does not fit. */
static fb_status check_time(const window *w, int64_t time_us, fb_eval *eval)
{
    int64_t unused, last;
    bool below = __builtin_sub_overflow(time_us, w->spec->start_us, &unused) ||
                 __builtin_sub_overflow(time_us, offset_in_window(w, time_us), &last);
    if (below) return fb_eval_overflow(eval, w->spec->time, "overflow", "try_subtract");
    if (__builtin_add_overflow(last, w->spec->width_us, &unused))
        return fb_eval_overflow(eval, w->spec->time, "overflow", "try_add");
    fb_int128 first = last - (fb_int128)(w->overlap - 1) * w->spec->slide_us;
    if (first < INT64_MIN) return fb_eval_overflow(eval, w->spec->time, "overflow", "try_subtract");
    return FB_OK;
}

static fb_status check_times(const window *w, const int64_t *times_us, size_t count, fb_eval *eval)
{
    bool all_safe = true;
    for (size_t i = 0; i < count; i++)
        all_safe &= (times_us[i] >= w->safe_from_us) & (times_us[i] <= w->safe_until_us);
    for (size_t i = 0; !all_safe && i < count; i++)
        FB_TRY(check_time(w, times_us[i], eval));
    return FB_OK;
}

/* --- chunks --- */

/* The columns of `rows` and a column of `count` windows, whose times the caller writes. */
static bool with_window(const window *w, fb_arena *arena, const fb_chunk *rows, uint32_t count,
                        fb_chunk *out)
{
    *out = (fb_chunk){.row_count = rows->row_count, .column_count = rows->column_count + 1};
    out->columns = fb_arena_array(arena, out->column_count, sizeof *out->columns);
    if (!out->columns) return false;
    if (rows->column_count)
        memcpy(out->columns, rows->columns, rows->column_count * sizeof *out->columns);
    return fb_column_init(&out->columns[rows->column_count], arena, w->type, count);
}

/* Whether all times lie in the window of the first one, as those of neighbours often do. */
static bool in_one_window(const window *w, const int64_t *times_us, size_t count, int64_t start_us)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < count; i++)
        outside |= (uint64_t)times_us[i] - (uint64_t)start_us >= w->slide.divisor;
    return !outside;
}

static fb_status push_tumbling(window *w, const fb_chunk *rows, const int64_t *times_us,
                               fb_error *err)
{
    fb_chunk out;
    int64_t first_us = times_us[0] - offset_in_window(w, times_us[0]);
    bool is_one = in_one_window(w, times_us, rows->row_count, first_us);
    if (!with_window(w, &w->arena, rows, is_one ? 1 : rows->row_count, &out))
        return fb_fail_nomem(err, "time windows");
    fb_column *column = &out.columns[rows->column_count];
    int64_t *starts = column->children[0].int64s, *ends = column->children[1].int64s;
    int64_t width_us = w->spec->width_us;
    for (uint32_t i = 0; i < (is_one ? 1 : rows->row_count); i++) {
        starts[i] = times_us[i] - offset_in_window(w, times_us[i]);
        ends[i] = starts[i] + width_us;
    }
    if (is_one) fb_column_make_constant(column);
    return fb_operator_push(w->base.next, &out, err);
}

/* The rows of the next chunk of overlapping windows. */
typedef struct expansion {
    uint32_t rows[FB_CHUNK_ROWS];
    int64_t starts_us[FB_CHUNK_ROWS];
    uint32_t count;
} expansion;

static fb_status flush(window *w, const fb_chunk *rows, expansion *e, fb_error *err)
{
    if (e->count == 0) return FB_OK;
    if (atomic_load_explicit(w->cancelled, memory_order_relaxed))
        return fb_fail(err, FB_E_CANCELLED, 0, "the query was stopped");
    fb_chunk repeated, out;
    fb_arena_reset(&w->output_arena);
    if (!fb_chunk_gather(&repeated, &w->output_arena, rows, e->rows, e->count) ||
        !with_window(w, &w->output_arena, &repeated, e->count, &out))
        return fb_fail_nomem(err, "time windows");
    const fb_column *column = &out.columns[rows->column_count];
    memcpy(column->children[0].int64s, e->starts_us, e->count * sizeof *e->starts_us);
    for (uint32_t i = 0; i < e->count; i++)
        column->children[1].int64s[i] = e->starts_us[i] + w->spec->width_us;
    e->count = 0;
    return fb_operator_push(w->base.next, &out, err);
}

static fb_status push_sliding(window *w, const fb_chunk *rows, const int64_t *times_us,
                              fb_error *err)
{
    expansion *e = fb_arena_alloc(&w->arena, sizeof *e);
    if (!e) return fb_fail_nomem(err, "time windows");
    e->count = 0;
    for (uint32_t row = 0; row < rows->row_count; row++) {
        uint64_t time_us = (uint64_t)times_us[row];
        uint64_t offset_us = (uint64_t)offset_in_window(w, times_us[row]);
        /* Unsigned, because width + slide may be more than an int64; starts fit, by check_times. */
        for (; offset_us < (uint64_t)w->spec->width_us; offset_us += w->slide.divisor) {
            if (e->count == FB_CHUNK_ROWS) FB_TRY(flush(w, rows, e, err));
            e->rows[e->count] = row;
            e->starts_us[e->count++] = (int64_t)(time_us - offset_us);
        }
    }
    return flush(w, rows, e, err);
}

/* Drops the rows without time; `*times` becomes flat. */
static bool drop_nulls(window *w, const fb_chunk *in, fb_column *times, fb_chunk *out)
{
    const fb_column all = *times;
    *out = *in;
    if (!all.validity) return fb_column_flatten(times, &w->arena, &all, in->row_count);
    uint32_t *rows = fb_arena_array(&w->arena, in->row_count, sizeof *rows);
    if (!rows) return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < in->row_count; i++) {
        rows[kept] = i;
        kept += !fb_column_is_null(&all, i);
    }
    out->row_count = kept;
    if (kept == 0) return true;
    if (kept == in->row_count) return fb_column_flatten(times, &w->arena, &all, kept);
    return fb_column_gather(times, &w->arena, &all, rows, kept) &&
           fb_chunk_gather(out, &w->arena, in, rows, kept);
}

static fb_status window_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    window *w = (window *)self;
    fb_arena_reset(&w->arena);
    fb_eval eval = {.context = w->context, .arena = &w->arena, .err = err};
    fb_column times;
    fb_chunk rows;
    FB_TRY(fb_expr_eval(w->spec->time, &eval, chunk, &times));
    if (!drop_nulls(w, chunk, &times, &rows)) return fb_fail_nomem(err, "time windows");
    if (rows.row_count == 0) return FB_OK;
    FB_TRY(check_times(w, times.int64s, rows.row_count, &eval));
    return w->spec->slide_us == w->spec->width_us ? push_tumbling(w, &rows, times.int64s, err)
                                                  : push_sliding(w, &rows, times.int64s, err);
}

static void window_close(fb_operator *self)
{
    window *w = (window *)self;
    fb_arena_deinit(&w->arena);
    fb_arena_deinit(&w->output_arena);
    fb_free(w);
}

static const fb_operator_ops window_ops = {
    .name = "TimeWindow",
    .push = window_push,
    .close = window_close,
};

/* Every window that is computed for a time lies within width + slide of it. */
static void set_safe_range(window *w)
{
    fb_int128 reach = (fb_int128)w->spec->width_us + 2 * (fb_int128)w->spec->slide_us;
    fb_int128 from = INT64_MIN + reach, until = INT64_MAX - reach;
    w->safe_from_us = from <= until ? (int64_t)from : INT64_MAX;
    w->safe_until_us = from <= until ? (int64_t)until : INT64_MIN;
}

fb_status fb_window_create(const fb_time_window *spec, const fb_type *type,
                           const fb_eval_context *context, const atomic_bool *cancelled,
                           fb_operator *next, fb_operator **out, fb_error *err)
{
    *out = NULL;
    int64_t overlap = (spec->width_us - 1) / spec->slide_us + 1;
    FB_ASSERT(overlap <= UINT32_MAX); /* analysis allows far fewer */
    window *w = fb_alloc_zero(1, sizeof *w);
    if (!w) return fb_fail_nomem(err, "a time window");
    w->base = (fb_operator){.ops = &window_ops, .next = next};
    w->spec = spec;
    w->type = type;
    w->context = context;
    w->cancelled = cancelled;
    w->slide = fb_divider_make((uint64_t)spec->slide_us);
    w->shift = floor_mod(INT64_MIN - (fb_int128)spec->start_us, w->slide.divisor);
    w->overlap = (uint32_t)overlap;
    set_safe_range(w);
    fb_arena_init(&w->arena, 0);
    fb_arena_init(&w->output_arena, 0);
    *out = &w->base;
    return FB_OK;
}
