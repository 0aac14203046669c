/* SPDX-License-Identifier: Apache-2.0
 *
 * Random streaming aggregations, as SQL, against a naive evaluator that keeps every row: keys,
 * windows, watermarks, filters before and after, output modes; a stream that the program feeds, and
 * restarts between batches. What comes out for each push, no-data batches included, must be the
 * multiset of rows that the evaluator expects.
 *
 *     query_model [FIRST_SEED [COUNT]]      without arguments: a fixed range */
#include "query_shape.h"
#include "session/session_state.h"
#include "sim_disk.h"

#include <forebay/forebay.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUSHES = 8, PUSH_ROWS = 40, DEFAULT_SEEDS = 300 };

static const int64_t day_us = 1704067200000000; /* 2024-01-01 */

static const char schema[] = "ts TIMESTAMP, k BIGINT, s STRING, d DOUBLE, v BIGINT";
enum { COLUMN_TS, COLUMN_K, COLUMN_S, COLUMN_D, COLUMN_V };

typedef struct world {
    fb_random_seeded random;
    char sql[1000];
    evaluator model;
    lines got;

    sim_disk *disk;
    fb_session *session;
    fb_memory_stream *stream;
    fb_frame *frame;
    fb_query *query;
    size_t batches_read; /* of this run of the query */
    fb_error err;
} world;

static const char *failure;

static bool expect(bool condition, const char *what)
{
    if (!condition && !failure) failure = what;
    return condition;
}

static bool ok(fb_status status, const char *what)
{
    return expect(status == FB_OK, what);
}

static uint64_t below(world *w, uint64_t limit)
{
    return fb_random_seeded_next(&w->random) % limit;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(a, b);
}

static event random_event(world *w, int64_t now)
{
    event e = {
        .has_ts = below(w, 10) > 0,
        .has_k = below(w, 8) > 0,
        .has_s = below(w, 8) > 0,
        .has_d = below(w, 8) > 0,
        .has_v = below(w, 6) > 0,
        .ts = now - (int64_t)below(w, 40),
        .k = (int64_t)below(w, 12) - 3,
        .s = (int64_t)below(w, 15),
        .v = (int64_t)below(w, 200) - 100,
        .halves = (int64_t)below(w, 12),
    };
    return e;
}

static bool push(world *w, int64_t now, uint64_t count)
{
    fb_rows *rows;
    if (!ok(fb_rows_create(schema, &rows, &w->err), "rows")) return false;
    bool good = true;
    for (uint64_t i = 0; i < count && good; i++) {
        event e = random_event(w, now);
        char text[24];
        int size = snprintf(text, sizeof text, "s%d", (int)e.s);
        good = fb_rows_add(rows, &w->err) == FB_OK;
        if (e.has_ts) good &= !fb_rows_set_int(rows, COLUMN_TS, day_us + e.ts * 1000000, &w->err);
        if (e.has_k) good &= !fb_rows_set_int(rows, COLUMN_K, e.k, &w->err);
        if (e.has_s) good &= !fb_rows_set_bytes(rows, COLUMN_S, text, (size_t)size, &w->err);
        if (e.has_d) good &= !fb_rows_set_double(rows, COLUMN_D, (double)e.halves / 2, &w->err);
        if (e.has_v) good &= !fb_rows_set_int(rows, COLUMN_V, e.v, &w->err);
        w->model.events[w->model.event_count++] = e;
    }
    good = good && fb_memory_stream_push(w->stream, rows, &w->err) == FB_OK;
    fb_rows_destroy(rows);
    return expect(good, "a push");
}

static bool start(world *w)
{
    fb_writer *writer;
    w->batches_read = 0;
    if (!ok(fb_frame_write_stream(w->frame, "memory", &writer, &w->err), "a writer")) return false;
    bool good =
        ok(fb_writer_option(writer, "checkpointLocation", "/ck", &w->err), "an option") &&
        ok(fb_writer_option(writer, "outputMode", query_mode_text(w->model.shape.mode), &w->err),
           "an option") &&
        ok(fb_writer_query_name(writer, "model", &w->err), "a name") &&
        ok(fb_writer_start(writer, &w->query, &w->err), "the query starts");
    fb_writer_destroy(writer);
    return good;
}

static void stop(world *w)
{
    fb_query_destroy(w->query);
    w->query = NULL;
}

static void read_rows(world *w, const fb_rows *rows)
{
    size_t columns = fb_rows_column_count(rows);
    for (size_t row = 0; row < fb_rows_count(rows) && !failure; row++) {
        char line[LINE_BYTES] = "";
        size_t used = 0;
        for (size_t c = 0; c < columns; c++) {
            bool is_null;
            char *text = NULL;
            if (!ok(fb_rows_is_null(rows, row, c, &is_null, &w->err), "a value") ||
                !ok(fb_rows_get_text(rows, row, c, &text, &w->err), "a text"))
                return;
            used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", c ? "|" : "",
                                     is_null ? "NULL" : text);
            fb_text_free(text);
        }
        lines_add(&w->got, line);
    }
}

/* What the query has written since the last call. */
static void read_output(world *w)
{
    w->got.count = 0;
    size_t count = fb_query_batch_count(w->query);
    /* In complete mode the sink keeps the newest batch only. */
    if (w->model.shape.mode == MODE_COMPLETE) w->batches_read = count ? count - 1 : 0;
    for (; w->batches_read < count && !failure; w->batches_read++) {
        int64_t id;
        fb_rows *rows;
        if (!ok(fb_query_batch(w->query, w->batches_read, &id, &rows, &w->err), "a batch")) return;
        read_rows(w, rows);
        fb_rows_destroy(rows);
    }
}

static void compare(world *w, int number)
{
    lines *got = &w->got, *expected = &w->model.expected;
    if (!expect(got->count <= MAX_LINES && expected->count <= MAX_LINES, "room for lines")) return;
    qsort(got->texts, got->count, LINE_BYTES, compare_lines);
    qsort(expected->texts, expected->count, LINE_BYTES, compare_lines);
    uint32_t i = 0;
    while (i < got->count && i < expected->count && !strcmp(got->texts[i], expected->texts[i]))
        i++;
    if (i == got->count && i == expected->count) return;
    (void)fprintf(stderr, "push %d: %u rows, expected %u\n  got      %s\n  expected %s\n", number,
                  got->count, expected->count, i < got->count ? got->texts[i] : "(none)",
                  i < expected->count ? expected->texts[i] : "(none)");
    (void)expect(false, "the rows of the evaluator");
}

/* Restarts find several blocks at once: one batch of several splits. */
static void run_pushes(world *w)
{
    int64_t now = 100;
    for (int i = 0; i < PUSHES && !failure; i++) {
        uint32_t first = w->model.event_count;
        bool restarts = i == 0 || below(w, 3) == 0;
        if (restarts) stop(w);
        uint64_t blocks = restarts ? 1 + below(w, 3) : 1;
        for (uint64_t b = 0; b < blocks && !failure; b++)
            (void)push(w, now, 1 + below(w, PUSH_ROWS));
        if (restarts && !start(w)) return;
        if (!ok(fb_query_process_all_available(w->query, &w->err), "the query runs")) return;
        read_output(w);
        evaluator_push(&w->model, first);
        (void)expect(!w->model.failure, w->model.failure);
        if (!failure) compare(w, i);
        now += (int64_t)below(w, 30);
    }
    stop(w);
}

static bool open_world(world *w)
{
    fb_frame *events;
    w->disk = sim_disk_create(1);
    const fb_env env = {sim_disk_interface(w->disk), fb_clock_host(), fb_random_host()};
    if (!ok(fb_session_create_in(&env, NULL, &w->session, &w->err), "a session") ||
        !ok(fb_session_set(w->session, "spark.sql.session.timeZone", "UTC", &w->err), "a zone") ||
        !ok(fb_session_set(w->session, "spark.sql.shuffle.partitions", below(w, 2) ? "3" : "8",
                           &w->err),
            "partitions") ||
        !ok(fb_memory_stream_create(w->session, schema, &w->stream, &w->err), "a stream") ||
        !ok(fb_memory_stream_frame(w->stream, &events, &w->err), "a frame"))
        return false;
    bool good = ok(fb_frame_create_view(events, "events", &w->err), "a view") &&
                ok(fb_session_frame(w->session, w->sql, &w->frame, &w->err), "the query");
    fb_frame_destroy(events);
    return good;
}

static void close_world(world *w)
{
    stop(w);
    fb_frame_destroy(w->frame);
    fb_memory_stream_destroy(w->stream);
    fb_session_destroy(w->session);
    if (w->disk) sim_disk_destroy(w->disk);
    evaluator_deinit(&w->model);
    free(w->got.texts);
}

static bool run_seed(uint64_t seed)
{
    static world w;
    memset(&w, 0, sizeof w);
    failure = NULL;
    fb_random_seeded_init(&w.random, seed);
    w.got.texts = calloc(MAX_LINES, LINE_BYTES);
    w.model.expected.texts = calloc(MAX_LINES, LINE_BYTES);
    query_choose(&w.model.shape, &w.random);
    query_write(&w.model.shape, w.sql, sizeof w.sql);
    if (expect(w.got.texts && w.model.expected.texts, "memory") && open_world(&w)) run_pushes(&w);
    close_world(&w);
    if (failure)
        (void)fprintf(stderr, "seed %" PRIu64 ": %s (%s)\n  %s, mode %s\n", seed, failure,
                      w.err.message, w.sql, query_mode_text(w.model.shape.mode));
    return failure == NULL;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : DEFAULT_SEEDS;
    bool good = true;
    for (uint64_t seed = first; seed < first + count; seed++)
        good &= run_seed(seed);
    return good ? 0 : 1;
}
