/* SPDX-License-Identifier: Apache-2.0
 *
 * Random queries (query_shape.c) and what should come out of them, from all rows that ever came
 * (query_evaluator.c); for query_model.c. */
#ifndef FB_TEST_QUERY_SHAPE_H
#define FB_TEST_QUERY_SHAPE_H

#include "env/random.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MAX_EVENTS = 1500,
    MAX_GROUPS = 4000,
    MAX_KEYS = 3,
    MAX_CALLS = 4,
    MAX_LINES = 4000,
    LINE_BYTES = 300,
    OUTER_GROUPS = 100,
    FOREVER = 86400, /* all times lie within a day, 2024-01-01; in seconds from its beginning */
};

/* --- queries --- */

typedef enum key_kind { KEY_K, KEY_S, KEY_MOD, KEY_D, KEY_TS, KEY_WINDOW, KEY_KINDS } key_kind;

typedef enum call_kind {
    CALL_COUNT,
    CALL_COUNT_V,
    CALL_SUM,
    CALL_MIN,
    CALL_MAX_S,
    CALL_AVERAGE,
    CALL_FILTER,
    CALL_ANY,
    CALL_DECIMAL,
    CALL_KINDS,
} call_kind;

typedef enum where_kind { WHERE_NONE, WHERE_V, WHERE_K, WHERE_TS, WHERE_KINDS } where_kind;

typedef enum mode_kind { MODE_APPEND, MODE_UPDATE, MODE_COMPLETE } mode_kind;

typedef struct query_shape {
    key_kind keys[MAX_KEYS];
    uint32_t key_count;
    call_kind calls[MAX_CALLS];
    uint32_t call_count;
    where_kind where;
    bool has_having;   /* count(*) > 1 */
    bool has_time_key; /* a window, or ts itself */
    int64_t delay;     /* of the watermark; -1: there is none */
    int64_t width, slide;
    mode_kind mode;
    bool is_distinct;    /* SELECT DISTINCT keys */
    int64_t outer_width; /* of windows over the windows of the groups; 0: there are none */
} query_shape;

bool query_has_key(const query_shape *q, key_kind kind);
const char *query_mode_text(mode_kind mode);
void query_choose(query_shape *q, fb_random_seeded *random);
/* Over the streaming view `events` with the columns of an event. */
void query_write(const query_shape *q, char *out, size_t room);

/* --- rows --- */

typedef struct event {
    bool has_ts, has_k, has_s, has_d, has_v;
    int64_t ts; /* seconds */
    int64_t k, s, v;
    int64_t halves; /* d, times two */
} event;

typedef struct lines {
    char (*texts)[LINE_BYTES];
    uint32_t count;
} lines;

/* Does nothing behind the last line there is room for, but counts. */
void lines_add(lines *to, const char *text);

/* --- evaluation --- */

typedef struct model_group {
    char key[LINE_BYTES]; /* texts of the keys */
    int64_t time;         /* event time, or FOREVER: it never passes */
    bool is_here, is_touched;
    uint32_t *events;
    uint32_t count, capacity;
} model_group;

/* What the second of two aggregations keeps of a window. */
typedef struct outer_group {
    int64_t start;
    int64_t groups, rows;
    bool is_here;
} outer_group;

typedef struct evaluator {
    query_shape shape;
    event events[MAX_EVENTS];
    uint32_t event_count;
    model_group groups[MAX_GROUPS];
    uint32_t group_count;
    outer_group outer[OUTER_GROUPS];
    uint32_t outer_count;
    int64_t late, watermark; /* seconds */
    lines expected;
    const char *failure; /* NULL: none */
} evaluator;

/* Events `first`.. are a batch: `expected` are the rows of it and, when it moved the watermark, of
 * the batch without data that follows. */
void evaluator_push(evaluator *w, uint32_t first);
void evaluator_deinit(evaluator *w);

#endif
