/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging a batch's groups into the state: count(*) and sum(BIGINT), 1 M groups in
 * random order, update mode, into one partition's table of ROWS keys; then what complete mode emits
 * of it.
 *
 *     state_aggregate_bench [ROWS]...      without arguments: 125,000, 1,000,000 and 10,000,000 */
#include "bench.h"

#include "exec/state_aggregate.h"
#include "expr/function.h"
#include "state/memory_table.h"

#include <string.h>

enum { GROUPS = 1000000, CALLS = 2 };

typedef enum key_shape { KEY_LONG, KEY_WINDOW_AND_LONG, KEY_STRING, KEY_SHAPES } key_shape;

static const char *const shape_names[] = {"long", "window_and_long", "string"};

typedef struct world {
    fb_arena arena;
    fb_eval_context context;
    fb_aggregation aggregation;
    const fb_aggregate_call *calls[CALLS];
    fb_state_table *table;
    key_shape shape;
    uint64_t key_count;
    uint64_t next; /* state of the random sequence */
    uint32_t lane_count;
    uint64_t emitted;
    fb_error err;
} world;

static bool ok(world *w, fb_status status)
{
    if (status != FB_OK) (void)fprintf(stderr, "%s\n", w->err.message);
    return status == FB_OK;
}

static uint64_t next_random(world *w)
{
    uint64_t z = w->next += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static bool bind(world *w, uint32_t index, const char *name, const fb_type *type)
{
    fb_binder binder = {.arena = &w->arena, .ansi = true, .err = &w->err};
    fb_expr *arg = fb_arena_alloc_zero(&w->arena, sizeof *arg);
    if (!arg) return false;
    *arg = (fb_expr){.kind = FB_EXPR_COLUMN, .type = type, .nullable = true};
    const fb_expr *const args[] = {arg};
    fb_aggregate_call *call = NULL;
    if (!ok(w, fb_aggregate_bind(&binder, fb_aggregate_find(fb_slice_of(name)), args, type ? 1 : 0,
                                 (fb_position){0}, &call)))
        return false;
    w->calls[index] = call;
    w->aggregation.field_count += call->field_count;
    return true;
}

static bool set_up(world *w)
{
    fb_arena_init(&w->arena, 0);
    const fb_field ends[] = {
        {.name = FB_SLICE("start"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true},
        {.name = FB_SLICE("end"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true}};
    bool has_window = w->shape == KEY_WINDOW_AND_LONG;
    const fb_type *last = fb_type_of(w->shape == KEY_STRING ? FB_TYPE_STRING : FB_TYPE_BIGINT);
    const fb_field keys[] = {
        {.name = FB_SLICE("window"), .type = fb_type_struct(&w->arena, ends, 2)},
        {.name = FB_SLICE("k"), .type = last, .nullable = true}};
    fb_aggregation *a = &w->aggregation;
    *a = (fb_aggregation){.key_count = has_window ? 2 : 1,
                          .call_count = CALLS,
                          .event_time_key = has_window ? 0 : -1,
                          .event_time_is_window = has_window};
    if (!bind(w, 0, "count", NULL) || !bind(w, 1, "sum", fb_type_of(FB_TYPE_BIGINT))) return false;
    a->calls = w->calls;
    a->key_schema = fb_type_struct(&w->arena, has_window ? keys : keys + 1, a->key_count);
    a->value_schema = fb_buffers_schema(w->calls, CALLS, &w->arena);
    fb_state_layout layout;
    fb_state_aggregate_layout(a, "bench", &layout);
    const fb_state_memory_table_options options = {.layout = &layout};
    return a->key_schema && a->value_schema &&
           ok(w, fb_state_memory_table_create(&options, &w->table, &w->err));
}

typedef struct sink {
    fb_operator base;
    uint64_t rows;
} sink;

static fb_status sink_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    (void)err;
    ((sink *)self)->rows += chunk->row_count;
    return FB_OK;
}

static const fb_operator_ops sink_ops = {.name = "Sink", .push = sink_push};

typedef struct groups {
    int64_t keys[FB_CHUNK_ROWS], starts[FB_CHUNK_ROWS], ends[FB_CHUNK_ROWS], ones[FB_CHUNK_ROWS];
    fb_string strings[FB_CHUNK_ROWS];
    char texts[FB_CHUNK_ROWS][24];
    uint64_t validity[FB_CHUNK_ROWS / 64];
} groups;

static void make_group(groups *g, uint32_t row, uint64_t key)
{
    g->keys[row] = (int64_t)key;
    g->starts[row] = (int64_t)(key % 16) * 10000000;
    g->ends[row] = g->starts[row] + 10000000;
    g->ones[row] = 1;
    int size = snprintf(g->texts[row], sizeof g->texts[row], "customer %" PRIu64, key);
    g->strings[row] = fb_string_view(fb_slice_make(g->texts[row], (size_t)size));
}

/* Groups number from, from + step, ... of all keys, modulo their count, into one lane. */
static bool send(world *w, fb_exchange *exchange, uint32_t lane, uint64_t from, uint64_t step,
                 uint64_t count)
{
    static groups g;
    memset(g.validity, 0xff, sizeof g.validity);
    const fb_type *type = fb_type_of(FB_TYPE_BIGINT), *time = fb_type_of(FB_TYPE_TIMESTAMP);
    fb_column ends[] = {{.type = time, .int64s = g.starts}, {.type = time, .int64s = g.ends}};
    fb_column all[] = {
        {.type = w->aggregation.key_schema->fields[0].type, .children = ends},
        {.type = type, .int64s = g.keys},
        {.type = type, .int64s = g.ones},
        {.type = type, .int64s = g.ones, .validity = g.validity},
    };
    fb_column *columns = w->shape == KEY_WINDOW_AND_LONG ? all : all + 1;
    if (w->shape == KEY_STRING)
        all[1] = (fb_column){.type = fb_type_of(FB_TYPE_STRING), .strings = g.strings};
    for (uint64_t done = 0; done < count;) {
        uint32_t rows = 0;
        for (; rows < FB_CHUNK_ROWS && done < count; rows++, done++)
            make_group(&g, rows, (from + done * step) % w->key_count);
        const fb_chunk chunk = {.row_count = rows,
                                .column_count = fb_aggregation_width(&w->aggregation),
                                .columns = columns};
        if (!ok(w, fb_exchange_write(exchange, lane, &chunk, &w->err))) return false;
    }
    return true;
}

/* One batch; returns the seconds that the merge took, negative on failure. */
static double batch(world *w, uint64_t count, uint64_t step, fb_output_mode mode)
{
    fb_exchange *exchange;
    sink out = {.base = {.ops = &sink_ops}};
    fb_state_metrics metrics;
    const fb_state_aggregate run = {.aggregation = &w->aggregation,
                                    .context = &w->context,
                                    .mode = mode,
                                    .table = w->table,
                                    .late_us = INT64_MIN,
                                    .evict_us = INT64_MIN,
                                    .clock = fb_clock_host()};
    if (!ok(w, fb_exchange_create(w->lane_count, 1, w->aggregation.key_count, NULL, &exchange,
                                  &w->err)))
        return -1;
    uint64_t from = next_random(w) % w->key_count;
    bool good = true;
    for (uint32_t lane = 0; lane < w->lane_count && good; lane++) {
        good = send(w, exchange, lane, from + lane * (count / 2), step, count);
        fb_exchange_finish_lane(exchange, lane, true);
    }
    fb_state_aggregate aggregate = run;
    aggregate.exchange = exchange;
    good = good && ok(w, fb_state_table_begin(w->table, FB_STATE_CHANGE, &w->err));
    double start = bench_now_s();
    good = good && ok(w, fb_state_aggregate_run(&aggregate, &out.base, &metrics, &w->err));
    double took = bench_now_s() - start;
    good = good && ok(w, fb_state_table_commit(w->table, &w->err));
    fb_exchange_destroy(exchange);
    w->emitted += out.rows;
    return good ? took : -1;
}

static bool measure(world *w, const char *name, uint32_t lane_count)
{
    double times[BENCH_RUNS];
    uint64_t count = w->key_count < GROUPS ? w->key_count : GROUPS;
    /* Co-prime to the counts of keys, so that no key occurs twice and none lies by the next. */
    const uint64_t step = 7368787;
    w->lane_count = lane_count;
    for (int i = -1; i < BENCH_RUNS; i++) {
        double took = batch(w, count, step, FB_OUTPUT_UPDATE);
        if (took < 0) return false;
        if (i >= 0) times[i] = took;
    }
    qsort(times, BENCH_RUNS, sizeof *times, bench_compare);
    (void)printf("groups_per_s=%.0f bench=%s key=%s keys=%" PRIu64 " groups=%" PRIu64
                 " min_ns=%.1f median_ns=%.1f\n",
                 (double)count / times[0], name, shape_names[w->shape], w->key_count, count,
                 times[0] * 1e9 / (double)count, times[BENCH_RUNS / 2] * 1e9 / (double)count);
    return true;
}

/* A batch without input in complete mode: all rows of the table come out. */
static bool measure_complete(world *w)
{
    double best = 0;
    for (int i = 0; i < BENCH_RUNS; i++) {
        double took = batch(w, 0, 1, FB_OUTPUT_COMPLETE);
        if (took < 0) return false;
        if (i == 0 || took < best) best = took;
    }
    (void)printf("groups_per_s=%.0f bench=complete key=%s keys=%" PRIu64 " min_ns=%.1f\n",
                 (double)w->key_count / best, shape_names[w->shape], w->key_count,
                 best * 1e9 / (double)w->key_count);
    return true;
}

static bool run(key_shape shape, uint64_t key_count)
{
    world w = {.shape = shape, .key_count = key_count, .lane_count = 1};
    bool good = set_up(&w);
    /* All keys are there at first. */
    good = good && batch(&w, key_count, 1, FB_OUTPUT_UPDATE) >= 0;
    good =
        good && measure(&w, "one_lane", 1) && measure(&w, "two_lanes", 2) && measure_complete(&w);
    fb_state_table_close(w.table);
    fb_arena_deinit(&w.arena);
    return good;
}

static bool run_shapes(uint64_t key_count)
{
    bool good = true;
    for (int i = 0; i < KEY_SHAPES && good; i++)
        good = run((key_shape)i, key_count);
    return good;
}

int main(int argc, char **argv)
{
    static const uint64_t defaults[] = {125000, 1000000, 10000000};
    bool good = true;
    for (int i = 1; i < argc && good; i++)
        good = run_shapes(strtoull(argv[i], NULL, 10));
    for (size_t i = 0; argc == 1 && i < sizeof defaults / sizeof *defaults && good; i++)
        good = run_shapes(defaults[i]);
    return good ? 0 : 1;
}
