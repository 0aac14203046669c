/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of a task: the table alone, and partial aggregation from columns in memory into an
 * exchange of 8 partitions.
 *
 *     group_bench [NAME]...      without arguments: all of them */
#include "bench.h"

#include "base/memory.h"
#include "exec/group_table.h"
#include "exec/partial_aggregate.h"

#include <math.h>
#include <string.h>

enum { ROWS = 8 << 20, PARTITIONS = 8, TEXT_BYTES = 20 };

typedef enum distribution { UNIFORM, ZIPF, CYCLE, TIME } distribution;

typedef struct workload {
    const char *name;
    distribution keys;
    uint32_t key_count; /* different ones */
    bool table_only;
    bool windowed; /* and a window of ten seconds, of rows that are a microsecond apart */
    bool texts;    /* keys are strings of 20 bytes */
    bool sums;     /* sum(value), count(*); else count(*) alone */
} workload;

static const workload workloads[] = {
    {.name = "table_1k", .keys = CYCLE, .key_count = 1000, .table_only = true},
    {.name = "table_1m", .key_count = 1000000, .table_only = true},
    {.name = "table_10m", .key_count = 10000000, .table_only = true},
    {.name = "windowed_count_1k", .keys = CYCLE, .key_count = 1000, .windowed = true},
    {.name = "windowed_count_1k_random", .key_count = 1000, .windowed = true},
    {.name = "count_by_time", .keys = TIME, .key_count = 100},
    {.name = "sum_count_1k", .key_count = 1000, .sums = true},
    {.name = "sum_count_1m", .key_count = 1000000, .sums = true},
    {.name = "sum_count_10m", .key_count = 10000000, .sums = true},
    {.name = "sum_count_1m_zipf", .keys = ZIPF, .key_count = 1000000, .sums = true},
    {.name = "sum_count_1k_texts", .key_count = 1000, .texts = true, .sums = true},
    {.name = "sum_count_1m_texts", .key_count = 1000000, .texts = true, .sums = true},
};

typedef struct world {
    const workload *load;
    fb_arena arena;
    uint64_t seed;
    int64_t *keys, *values, *starts, *ends;
    fb_string *texts; /* instead of keys */
    const fb_type *key_types[2];
    uint32_t key_columns;
    fb_expr columns[3];
    const fb_expr *refs[3];
    fb_plan window, plan;
    const fb_aggregate_call *calls[2];
    fb_aggregation aggregation;
    fb_error err;
} world;

static bool ok(world *w, fb_status status)
{
    if (status != FB_OK) (void)fprintf(stderr, "%s\n", w->err.message);
    return status == FB_OK;
}

static uint64_t next_random(world *w)
{
    uint64_t z = w->seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* --- input --- */

/* Ranks with probability 1 / rank, by inversion of the integral. */
static int64_t zipf(world *w)
{
    double u = (double)(next_random(w) >> 11) / 9007199254740992.0;
    return (int64_t)exp(u * log((double)w->load->key_count));
}

static int64_t make_key(world *w, size_t row)
{
    switch (w->load->keys) {
    case CYCLE:
        return (int64_t)(row % w->load->key_count);
    case TIME:
        return (int64_t)(row / (ROWS / w->load->key_count));
    case ZIPF:
        return zipf(w);
    default:
        return (int64_t)(next_random(w) % w->load->key_count);
    }
}

static bool make_text(world *w, size_t row)
{
    char *text = fb_arena_alloc(&w->arena, TEXT_BYTES);
    if (!text) return false;
    char digits[TEXT_BYTES + 1];
    (void)snprintf(digits, sizeof digits, "customer-%011" PRId64, w->keys[row]);
    memcpy(text, digits, TEXT_BYTES);
    w->texts[row] = fb_string_view((fb_slice){text, TEXT_BYTES});
    return true;
}

static bool make_rows(world *w)
{
    const int64_t width_us = 10000000;
    w->keys = fb_alloc(ROWS * sizeof *w->keys);
    w->values = fb_alloc(ROWS * sizeof *w->values);
    w->starts = fb_alloc(ROWS * sizeof *w->starts);
    w->ends = fb_alloc(ROWS * sizeof *w->ends);
    w->texts = w->load->texts ? fb_alloc(ROWS * sizeof *w->texts) : NULL;
    if (!w->keys || !w->values || !w->starts || !w->ends || (w->load->texts && !w->texts))
        return false;
    for (size_t i = 0; i < ROWS; i++) {
        w->keys[i] = make_key(w, i);
        w->values[i] = (int64_t)i;
        w->starts[i] = (int64_t)i / width_us * width_us;
        w->ends[i] = w->starts[i] + width_us;
        if (w->load->texts && !make_text(w, i)) return false;
    }
    return true;
}

/* --- the query --- */

static const fb_expr *ref(world *w, uint32_t ordinal, const fb_type *type)
{
    w->columns[ordinal] = (fb_expr){.kind = FB_EXPR_COLUMN,
                                    .type = type,
                                    .deterministic = true,
                                    .attribute_id = ordinal,
                                    .ordinal = ordinal};
    return w->refs[ordinal] = &w->columns[ordinal];
}

static bool bind(world *w, uint32_t number, const char *name, const fb_expr *arg)
{
    fb_binder binder = {.arena = &w->arena, .ansi = true, .err = &w->err};
    fb_aggregate_call *call = NULL;
    fb_status status = fb_aggregate_bind(&binder, fb_aggregate_find(fb_slice_of(name)), &arg,
                                         arg ? 1 : 0, (fb_position){0}, &call);
    w->calls[number] = call;
    w->aggregation.call_count++;
    w->aggregation.field_count++;
    return ok(w, status);
}

static bool make_query(world *w)
{
    static fb_attribute window_column = {.id = 1};
    const fb_type *time = fb_type_of(FB_TYPE_TIMESTAMP), *number = fb_type_of(FB_TYPE_BIGINT);
    const fb_field fields[] = {{.name = FB_SLICE("start"), .type = time},
                               {.name = FB_SLICE("end"), .type = time}};
    w->key_types[0] = w->load->texts ? fb_type_of(FB_TYPE_STRING) : number;
    w->key_types[1] = fb_type_struct(&w->arena, fields, 2);
    w->key_columns = w->load->windowed ? 2 : 1;
    for (uint32_t i = 0; i < w->key_columns; i++)
        (void)ref(w, i, w->key_types[i]);
    w->window = (fb_plan){.kind = FB_PLAN_WINDOW,
                          .output = &window_column,
                          .output_count = 1,
                          .window = {.width_us = 10000000}};
    static const fb_plan *child;
    child = &w->window;
    w->plan = (fb_plan){.kind = FB_PLAN_AGGREGATE,
                        .exprs = w->refs,
                        .expr_count = w->key_columns,
                        .children = &child,
                        .child_count = 1};
    w->aggregation =
        (fb_aggregation){.plan = &w->plan, .key_count = w->key_columns, .calls = w->calls};
    if (w->load->sums && !bind(w, 0, "sum", ref(w, w->key_columns, number))) return false;
    return bind(w, w->aggregation.call_count, "count", NULL);
}

/* A chunk of the rows from `row` on. */
static void look(world *w, size_t row, fb_chunk *chunk, fb_column *columns)
{
    uint32_t value = w->key_columns;
    columns[0] = (fb_column){.type = w->key_types[0], .int64s = w->keys + row};
    if (w->load->texts) columns[0].strings = w->texts + row;
    if (w->load->windowed) {
        fb_column *children = columns + 4;
        const fb_type *time = fb_type_of(FB_TYPE_TIMESTAMP);
        children[0] = (fb_column){.type = time, .int64s = w->starts + row};
        children[1] = (fb_column){.type = time, .int64s = w->ends + row};
        columns[1] = (fb_column){.type = w->key_types[1], .children = children};
    }
    columns[value] = (fb_column){.type = fb_type_of(FB_TYPE_BIGINT), .int64s = w->values + row};
    *chunk = (fb_chunk){.row_count = FB_CHUNK_ROWS, .column_count = value + 1, .columns = columns};
}

/* --- measured --- */

static uint64_t work_table(void *user)
{
    world *w = user;
    static uint32_t groups[FB_CHUNK_ROWS];
    fb_arena scratch;
    fb_arena_init(&scratch, 0);
    fb_group_table *table;
    if (!ok(w, fb_group_table_create(w->key_types, 1, NULL, &table, &w->err))) return 0;
    fb_status status = FB_OK;
    for (size_t row = 0; row < ROWS && status == FB_OK; row += FB_CHUNK_ROWS) {
        fb_chunk chunk;
        fb_column columns[6];
        look(w, row, &chunk, columns);
        fb_arena_reset(&scratch);
        status = fb_group_table_find(table, columns, FB_CHUNK_ROWS, &scratch, groups, &w->err);
    }
    fb_group_table_destroy(table);
    fb_arena_deinit(&scratch);
    return ok(w, status) ? ROWS : 0;
}

static fb_status run_query(world *w, fb_exchange *exchange)
{
    const fb_eval_context context = {0};
    fb_operator *operator;
    FB_TRY(fb_partial_aggregate_create(&w->aggregation, &context, exchange, 0, NULL,
                                       &operator, & w->err));
    fb_status status = FB_OK;
    for (size_t row = 0; row < ROWS && status == FB_OK; row += FB_CHUNK_ROWS) {
        fb_chunk chunk;
        fb_column columns[6];
        look(w, row, &chunk, columns);
        status = fb_operator_push(operator, & chunk, &w->err);
    }
    if (status == FB_OK) status = fb_operator_finish(operator, & w->err);
    fb_operator_close_chain(operator);
    return status;
}

static uint64_t work_query(void *user)
{
    world *w = user;
    fb_exchange *exchange;
    fb_status status = fb_exchange_create(1, PARTITIONS, w->key_columns, NULL, &exchange, &w->err);
    if (status == FB_OK) status = run_query(w, exchange);
    fb_exchange_destroy(exchange);
    return ok(w, status) ? ROWS : 0;
}

static bool run(const workload *load)
{
    world w = {.load = load, .seed = 1};
    fb_arena_init(&w.arena, 1 << 20);
    bool done = make_rows(&w) && make_query(&w) &&
                bench_run(load->name, load->table_only ? work_table : work_query, &w);
    fb_free(w.keys);
    fb_free(w.values);
    fb_free(w.starts);
    fb_free(w.ends);
    fb_free(w.texts);
    fb_arena_deinit(&w.arena);
    return done;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0) return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    bool done = true;
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (is_wanted(workloads[i].name, argc, argv)) done = run(&workloads[i]) && done;
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
