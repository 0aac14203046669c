/* SPDX-License-Identifier: Apache-2.0 */
#include "query_shape.h"

#include "data/number_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool expect(evaluator *w, bool condition, const char *what)
{
    if (!condition && !w->failure) w->failure = what;
    return condition;
}

void lines_add(lines *to, const char *text)
{
    if (to->count < MAX_LINES) (void)snprintf(to->texts[to->count], LINE_BYTES, "%s", text);
    to->count++;
}

static bool passes(const evaluator *w, const event *e)
{
    switch (w->shape.where) {
    case WHERE_V:
        return e->has_v && e->v > -50;
    case WHERE_K:
        return e->has_k;
    case WHERE_TS:
        return e->has_ts;
    default:
        return true;
    }
}

static void time_text(int64_t seconds, char out[32])
{
    (void)snprintf(out, 32, "2024-01-01 %02d:%02d:%02d", (int)(seconds / 3600),
                   (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void double_text(double value, char out[FB_DOUBLE_TEXT_MAX + 1])
{
    out[fb_number_print_double(value, out)] = '\0';
}

/* The text of a key; `start` is that of the window. */
static void key_value(const evaluator *w, key_kind kind, const event *e, int64_t start,
                      char out[80])
{
    char text[32], end[32], number[FB_DOUBLE_TEXT_MAX + 1];
    bool has[KEY_KINDS] = {[KEY_K] = e->has_k, [KEY_S] = e->has_s,   [KEY_MOD] = e->has_k,
                           [KEY_D] = e->has_d, [KEY_TS] = e->has_ts, [KEY_WINDOW] = true};
    (void)snprintf(out, 80, "NULL");
    if (!has[kind]) return;
    switch (kind) {
    case KEY_S:
        (void)snprintf(out, 80, "s%d", (int)e->s);
        break;
    case KEY_D:
        double_text((double)e->halves / 2, number);
        (void)snprintf(out, 80, "%s", number);
        break;
    case KEY_TS:
        time_text(e->ts, text);
        (void)snprintf(out, 80, "%s", text);
        break;
    case KEY_WINDOW:
        time_text(start, text);
        time_text(start + w->shape.width, end);
        (void)snprintf(out, 80, "{%s, %s}", text, end);
        break;
    default:
        (void)snprintf(out, 80, "%" PRId64, kind == KEY_K ? e->k : e->k % 3);
        break;
    }
}

static model_group *find_group(evaluator *w, const char *key, int64_t time)
{
    for (uint32_t i = 0; i < w->group_count; i++)
        if (!strcmp(w->groups[i].key, key)) return &w->groups[i];
    if (!expect(w, w->group_count < MAX_GROUPS, "room for groups")) return &w->groups[0];
    model_group *fresh = &w->groups[w->group_count++];
    (void)snprintf(fresh->key, sizeof fresh->key, "%s", key);
    fresh->time = time;
    return fresh;
}

static bool is_past(const evaluator *w, int64_t time, int64_t watermark)
{
    return w->shape.delay >= 0 && w->shape.mode != MODE_COMPLETE && time <= watermark;
}

static void keep_event(model_group *g, uint32_t number)
{
    if (g->count == g->capacity) {
        g->capacity = g->capacity ? 2 * g->capacity : 8;
        g->events = realloc(g->events, g->capacity * sizeof *g->events);
    }
    g->events[g->count++] = number;
    g->is_here = g->is_touched = true;
}

/* Adds an event to its group in the window that starts at `start`. */
static void add_to_group(evaluator *w, uint32_t number, int64_t start)
{
    const query_shape *q = &w->shape;
    const event *e = &w->events[number];
    char key[LINE_BYTES] = "", text[80];
    size_t used = 0;
    int64_t time = FOREVER;
    for (uint32_t i = 0; i < q->key_count; i++) {
        key_value(w, q->keys[i], e, start, text);
        used += (size_t)snprintf(key + used, sizeof key - used, "%s|", text);
        if (q->keys[i] == KEY_TS && e->has_ts) time = e->ts;
        if (q->keys[i] == KEY_WINDOW) time = start + q->width;
    }
    if (!is_past(w, time, w->late)) keep_event(find_group(w, key, time), number);
}

static void add_event(evaluator *w, uint32_t number)
{
    const query_shape *q = &w->shape;
    const event *e = &w->events[number];
    if (!passes(w, e)) return;
    if (!query_has_key(q, KEY_WINDOW)) {
        add_to_group(w, number, 0);
        return;
    }
    if (!e->has_ts) return; /* in no window */
    int64_t last = e->ts - e->ts % q->slide;
    for (int64_t start = last; start > e->ts - q->width; start -= q->slide)
        add_to_group(w, number, start);
}

typedef struct sums {
    int64_t rows, vs, v, least, positive, ds, halves;
    int64_t largest; /* number of the largest s, by text */
    bool has_s;
} sums;

static bool is_larger(int64_t a, int64_t b)
{
    char x[24], y[24];
    (void)snprintf(x, sizeof x, "%" PRId64, a);
    (void)snprintf(y, sizeof y, "%" PRId64, b);
    return strcmp(x, y) > 0;
}

static sums sum_up(const evaluator *w, const model_group *g)
{
    sums sum = {0};
    for (uint32_t i = 0; i < g->count; i++) {
        const event *e = &w->events[g->events[i]];
        sum.rows++;
        if (e->has_v && (!sum.vs++ || e->v < sum.least)) sum.least = e->v;
        if (e->has_v) sum.v += e->v;
        sum.positive += e->has_v && e->v > 0;
        if (e->has_s && (!sum.has_s || is_larger(e->s, sum.largest))) sum.largest = e->s;
        sum.has_s |= e->has_s;
        sum.ds += e->has_d;
        if (e->has_d) sum.halves += e->halves;
    }
    return sum;
}

static void call_value(call_kind kind, const sums *sum, char out[80])
{
    char number[FB_DOUBLE_TEXT_MAX + 1];
    bool has_value = true;
    switch (kind) {
    case CALL_COUNT:
        (void)snprintf(out, 80, "%" PRId64, sum->rows);
        break;
    case CALL_COUNT_V:
        (void)snprintf(out, 80, "%" PRId64, sum->vs);
        break;
    case CALL_FILTER:
        (void)snprintf(out, 80, "%" PRId64, sum->positive);
        break;
    case CALL_MAX_S:
        has_value = sum->has_s;
        (void)snprintf(out, 80, "s%" PRId64, sum->largest);
        break;
    case CALL_AVERAGE:
        has_value = sum->ds;
        double_text(has_value ? (double)sum->halves / 2 / (double)sum->ds : 0, number);
        (void)snprintf(out, 80, "%s", number);
        break;
    case CALL_ANY:
        has_value = sum->vs;
        (void)snprintf(out, 80, "%s", sum->positive ? "true" : "false");
        break;
    default:
        has_value = sum->vs;
        (void)snprintf(out, 80, "%" PRId64 "%s", kind == CALL_MIN ? sum->least : sum->v,
                       kind == CALL_DECIMAL ? ".00" : "");
        break;
    }
    if (!has_value) (void)snprintf(out, 80, "NULL");
}

/* A group comes out of the first of two aggregations: it belongs to the window of its last moment.
 */
static void add_to_outer(evaluator *w, const model_group *g, int64_t rows)
{
    int64_t start = (g->time - 1) / w->shape.outer_width * w->shape.outer_width;
    outer_group *to = NULL;
    for (uint32_t i = 0; i < w->outer_count; i++)
        if (w->outer[i].start == start) to = &w->outer[i];
    if (!to) {
        if (!expect(w, w->outer_count < OUTER_GROUPS, "room for outer groups")) return;
        to = &w->outer[w->outer_count++];
        *to = (outer_group){.start = start, .is_here = true};
    }
    (void)expect(w, to->is_here, "no group is late for the second aggregation");
    to->groups++;
    to->rows += rows;
}

static void expect_outer(evaluator *w, int64_t watermark)
{
    for (uint32_t i = 0; i < w->outer_count; i++) {
        outer_group *g = &w->outer[i];
        int64_t end = g->start + w->shape.outer_width;
        char line[LINE_BYTES], from[32], until[32];
        if (!g->is_here || end > watermark) continue;
        time_text(g->start, from);
        time_text(end, until);
        (void)snprintf(line, sizeof line, "{%s, %s}|%" PRId64 "|%" PRId64, from, until, g->groups,
                       g->rows);
        lines_add(&w->expected, line);
        g->is_here = false;
    }
}

static void expect_group(evaluator *w, const model_group *g)
{
    char line[LINE_BYTES], text[80];
    sums sum = sum_up(w, g);
    if (w->shape.has_having && sum.rows <= 1) return;
    if (w->shape.outer_width) {
        add_to_outer(w, g, sum.rows);
        return;
    }
    size_t used = (size_t)snprintf(line, sizeof line, "%s", g->key);
    for (uint32_t i = 0; i < w->shape.call_count; i++) {
        call_value(w->shape.calls[i], &sum, text);
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? "|" : "", text);
    }
    if (!w->shape.call_count) line[used - 1] = '\0'; /* the bar behind the last key */
    lines_add(&w->expected, line);
}

/* One micro-batch over events first .. event_count - 1. */
static void evaluate_batch(evaluator *w, uint32_t first, int64_t watermark)
{
    for (uint32_t i = 0; i < w->group_count; i++)
        w->groups[i].is_touched = false;
    for (uint32_t i = first; i < w->event_count; i++)
        add_event(w, i);
    if (!w->shape.key_count) {
        model_group *only = find_group(w, "", FOREVER);
        only->is_here = only->is_touched = true;
    }
    for (uint32_t i = 0; i < w->group_count; i++) {
        model_group *g = &w->groups[i];
        bool leaves = g->is_here && is_past(w, g->time, watermark);
        bool emits = w->shape.mode == MODE_COMPLETE ? g->is_here : g->is_touched;
        if (w->shape.mode == MODE_APPEND) emits = leaves;
        if (emits) expect_group(w, g);
        if (!leaves) continue;
        g->is_here = false;
        g->count = 0;
    }
    if (w->shape.outer_width) expect_outer(w, watermark);
}

/* Where the batch's events move the watermark. What a filter takes away on other columns than the
 * time is gone before the watermark sees it. */
static int64_t next_watermark(const evaluator *w, uint32_t first)
{
    int64_t next = w->watermark;
    if (w->shape.delay < 0) return next;
    for (uint32_t i = first; i < w->event_count; i++) {
        const event *e = &w->events[i];
        if (e->has_ts && passes(w, e) && e->ts - w->shape.delay > next)
            next = e->ts - w->shape.delay;
    }
    return next;
}

void evaluator_push(evaluator *w, uint32_t first)
{
    w->expected.count = 0;
    evaluate_batch(w, first, w->watermark);
    int64_t next = next_watermark(w, first);
    w->late = w->watermark;
    if (next == w->watermark) return;
    if (w->shape.mode != MODE_COMPLETE) {
        evaluate_batch(w, w->event_count, next);
        w->late = next;
    }
    w->watermark = next;
}

void evaluator_deinit(evaluator *w)
{
    for (uint32_t i = 0; i < w->group_count; i++)
        free(w->groups[i].events);
    free(w->expected.texts);
}
