/* SPDX-License-Identifier: Apache-2.0 */
#include "query_shape.h"

#include <stdio.h>

static const char *const call_texts[CALL_KINDS] = {
    [CALL_COUNT] = "count(*)",
    [CALL_COUNT_V] = "count(v)",
    [CALL_SUM] = "sum(v)",
    [CALL_MIN] = "min(v)",
    [CALL_MAX_S] = "max(s)",
    [CALL_AVERAGE] = "avg(d)",
    [CALL_FILTER] = "count(*) FILTER (WHERE v > 0)",
    [CALL_ANY] = "bool_or(v > 0)",
    [CALL_DECIMAL] = "sum(CAST(v AS DECIMAL(10, 2)))",
};

static const char *const where_texts[WHERE_KINDS] = {
    [WHERE_V] = "v > -50", [WHERE_K] = "k IS NOT NULL", [WHERE_TS] = "ts IS NOT NULL"};

static const char *const mode_texts[] = {"append", "update", "complete"};

const char *query_mode_text(mode_kind mode)
{
    return mode_texts[mode];
}

static uint64_t below(fb_random_seeded *random, uint64_t limit)
{
    return fb_random_seeded_next(random) % limit;
}

static void key_text(const query_shape *q, key_kind kind, char out[64])
{
    static const char *const texts[KEY_KINDS] = {
        [KEY_K] = "k", [KEY_S] = "s", [KEY_MOD] = "k % 3", [KEY_D] = "d", [KEY_TS] = "ts"};
    if (kind != KEY_WINDOW)
        (void)snprintf(out, 64, "%s", texts[kind]);
    else if (q->slide == q->width)
        (void)snprintf(out, 64, "window(ts, '%d seconds')", (int)q->width);
    else
        (void)snprintf(out, 64, "window(ts, '%d seconds', '%d seconds')", (int)q->width,
                       (int)q->slide);
}

bool query_has_key(const query_shape *q, key_kind kind)
{
    bool found = false;
    for (uint32_t i = 0; i < q->key_count; i++)
        found |= q->keys[i] == kind;
    return found;
}

void query_choose(query_shape *q, fb_random_seeded *random)
{
    bool used[KEY_KINDS] = {false};
    q->slide = 5 * (1 + (int64_t)below(random, 3));
    q->width = q->slide * (1 + (int64_t)below(random, 3));
    q->delay = below(random, 4) ? 5 * (int64_t)below(random, 5) : -1;
    for (uint64_t i = below(random, MAX_KEYS + 1); i > 0; i--) {
        key_kind kind = below(random, 2) ? KEY_WINDOW : (key_kind)below(random, KEY_KINDS);
        bool is_time = kind == KEY_WINDOW || kind == KEY_TS;
        if (used[kind] || (is_time && q->has_time_key)) continue;
        used[kind] = true;
        q->has_time_key |= is_time;
        q->keys[q->key_count++] = kind;
    }
    for (uint64_t i = 1 + below(random, MAX_CALLS); i > 0; i--)
        q->calls[q->call_count++] = (call_kind)below(random, CALL_KINDS);
    q->where = (where_kind)below(random, WHERE_KINDS);
    q->has_having = below(random, 4) == 0;
    bool can_append = q->has_time_key && q->delay >= 0;
    q->mode = can_append ? (mode_kind)below(random, 3) : (mode_kind)(1 + below(random, 2));
    bool is_append = q->mode == MODE_APPEND;
    if (is_append && query_has_key(q, KEY_WINDOW) && below(random, 3) == 0)
        q->outer_width = 15 * (1 + (int64_t)below(random, 4));
    q->is_distinct = q->key_count && !query_has_key(q, KEY_WINDOW) && below(random, 4) == 0;
    if (!q->is_distinct) return;
    q->call_count = 0;
    q->has_having = false;
}

static void write_calls(const query_shape *q, char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < q->call_count; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? ", " : "",
                                 call_texts[q->calls[i]]);
}

static void write_keys(const query_shape *q, char *out, size_t room)
{
    char text[64];
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < q->key_count; i++) {
        key_text(q, q->keys[i], text);
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? ", " : "", text);
    }
}

void query_write(const query_shape *q, char *out, size_t room)
{
    char keys[MAX_KEYS * 64], calls[MAX_CALLS * 64], from[200], watermark[80] = "", by[220] = "";
    char inner[600];
    write_keys(q, keys, sizeof keys);
    write_calls(q, calls, sizeof calls);
    if (q->delay >= 0)
        (void)snprintf(watermark, sizeof watermark, " WATERMARK ts DELAY OF INTERVAL %d SECONDS",
                       (int)q->delay);
    (void)snprintf(from, sizeof from, "FROM STREAM events%s%s%s", watermark,
                   q->where ? " WHERE " : "", q->where ? where_texts[q->where] : "");
    if (q->is_distinct) {
        (void)snprintf(out, room, "SELECT DISTINCT %s %s", keys, from);
        return;
    }
    if (q->key_count) (void)snprintf(by, sizeof by, " GROUP BY %s", keys);
    (void)snprintf(inner, sizeof inner, "%s%s%s", from, by,
                   q->has_having ? " HAVING count(*) > 1" : "");
    if (!q->outer_width)
        (void)snprintf(out, room, "SELECT %s%s%s %s", keys, q->key_count ? ", " : "", calls, inner);
    else
        (void)snprintf(out, room,
                       "SELECT window(window_time(window), '%d seconds'), count(*), sum(n) FROM "
                       "(SELECT window, count(*) AS n, %s %s) GROUP BY "
                       "window(window_time(window), '%d seconds')",
                       (int)q->outer_width, calls, inner, (int)q->outer_width);
}
