/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast expressions run over chunks that stay in the cache, one thread:
 *
 *     expr_bench [WORKLOAD]...
 *
 * One line a workload: rows_per_s of the median run, then the best and the worst run. */
#include "base/memory.h"
#include "expr/function.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = FB_CHUNK_ROWS, RUNS = 7, CHUNKS_PER_RUN = 20000 };

typedef struct bench {
    fb_arena plan; /* expressions and input */
    fb_arena rows; /* results; reset after each chunk */
    fb_error err;
    fb_binder binder;
    fb_eval_context context;
    fb_eval eval;
    fb_column columns[3]; /* bigint, double, bigint with nulls */
    fb_chunk chunk;
} bench;

static _Noreturn void die(const bench *world, const char *what)
{
    fprintf(stderr, "expr_bench: %s: %s\n", what, world->err.message);
    exit(1);
}

static void init_world(bench *world)
{
    *world = (struct bench){.chunk = {.row_count = ROWS, .column_count = 3}};
    fb_arena_init(&world->plan, 0);
    fb_arena_init(&world->rows, 0);
    world->binder = (fb_binder){.arena = &world->plan, .ansi = true, .err = &world->err};
    world->eval = (fb_eval){.context = &world->context, .arena = &world->rows, .err = &world->err};
    world->chunk.columns = world->columns;
    const fb_type_id ids[] = {FB_TYPE_BIGINT, FB_TYPE_DOUBLE, FB_TYPE_BIGINT};
    for (int i = 0; i < 3; i++)
        if (!fb_column_init(&world->columns[i], &world->plan, fb_type_of(ids[i]), ROWS))
            die(world, "memory");
    if (!fb_column_need_validity(&world->columns[2], &world->plan, ROWS)) die(world, "memory");
    uint64_t seed = 1;
    for (int i = 0; i < ROWS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        world->columns[0].int64s[i] = (int64_t)(seed >> 40);
        world->columns[1].doubles[i] = (double)(seed >> 40);
        world->columns[2].int64s[i] = (int64_t)(seed >> 41);
        if (seed >> 61 == 0) fb_bits_clear(world->columns[2].validity, (size_t)i);
    }
}

static const fb_expr *ref(bench *world, uint32_t ordinal)
{
    fb_expr *expr = fb_arena_alloc_zero(&world->plan, sizeof *expr);
    if (!expr) die(world, "memory");
    *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                      .type = world->columns[ordinal].type,
                      .nullable = true,
                      .deterministic = true,
                      .ordinal = ordinal};
    return expr;
}

static const fb_expr *number(bench *world, int32_t value)
{
    const fb_expr *literal = fb_expr_literal_int(&world->plan, value), *folded;
    const fb_expr *cast;
    if (!literal ||
        fb_bind_cast(&world->binder, literal, fb_type_of(FB_TYPE_BIGINT), false,
                     (fb_position){0, 0, 0}, &cast) != FB_OK ||
        fb_expr_fold(&world->binder, &world->context, cast, &folded) != FB_OK)
        die(world, "a literal");
    return folded;
}

static const fb_expr *call(bench *world, const char *name, const fb_expr *a, const fb_expr *b)
{
    fb_expr *expr;
    const fb_expr *args[] = {a, b};
    if (fb_bind_named(&world->binder, name, args, 2, (fb_position){0, 0, 0}, &expr) != FB_OK)
        die(world, name);
    return expr;
}

/* --- workloads: each builds its expressions, `filter` may be NULL --- */

typedef struct workload {
    const fb_expr *filter;
    const fb_expr *project;
} workload;

static workload long_add(bench *world)
{
    return (workload){.project = call(world, "+", ref(world, 0), number(world, 7))};
}

static workload long_multiply(bench *world)
{
    return (workload){.project = call(world, "*", ref(world, 0), ref(world, 0))};
}

static workload long_add_with_nulls(bench *world)
{
    return (workload){.project = call(world, "+", ref(world, 0), ref(world, 2))};
}

static workload double_arithmetic(bench *world)
{
    const fb_expr *product = call(world, "*", ref(world, 1), ref(world, 1));
    return (workload){.project = call(world, "-", product, ref(world, 1))};
}

static workload long_compare(bench *world)
{
    return (workload){.filter = call(world, ">", ref(world, 0), number(world, 8000000))};
}

static workload long_remainder(bench *world)
{
    return (workload){.project = call(world, "%", ref(world, 0), number(world, 10))};
}

/* SELECT value * 3 + 7 ... WHERE value > c AND value < d, half of the rows passing. */
static workload filter_arithmetic(bench *world)
{
    const fb_expr *above = call(world, ">", ref(world, 0), number(world, 4000000));
    const fb_expr *below = call(world, "<", ref(world, 0), number(world, 12000000));
    const fb_expr *product = call(world, "*", ref(world, 0), number(world, 3));
    return (workload){.filter = call(world, "and", above, below),
                      .project = call(world, "+", product, number(world, 7))};
}

static const struct {
    const char *name;
    workload (*make)(bench *world);
} workloads[] = {
    {"filter_arithmetic", filter_arithmetic}, {"long_add", long_add},
    {"long_multiply", long_multiply},         {"long_add_with_nulls", long_add_with_nulls},
    {"long_compare", long_compare},           {"long_remainder", long_remainder},
    {"double_arithmetic", double_arithmetic},
};

static void run_chunk(bench *world, const workload *query, uint32_t *rows)
{
    uint32_t count = ROWS;
    fb_column out;
    fb_arena_reset(&world->rows);
    if (query->filter &&
        fb_expr_select(query->filter, &world->eval, &world->chunk, rows, &count) != FB_OK)
        die(world, "filter");
    if (query->project &&
        fb_expr_eval_rows(query->project, &world->eval, &world->chunk, rows, count, &out) != FB_OK)
        die(world, "projection");
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(size_t index)
{
    static uint32_t rows[ROWS];
    bench world;
    init_world(&world);
    workload query = workloads[index].make(&world);
    double rates[RUNS];
    for (int run = -1; run < RUNS; run++) { /* the first warms up */
        double start = now_s();
        for (int i = 0; i < CHUNKS_PER_RUN; i++)
            run_chunk(&world, &query, rows);
        double rate = (double)ROWS * CHUNKS_PER_RUN / (now_s() - start);
        if (run >= 0) rates[run] = rate;
    }
    qsort(rates, RUNS, sizeof *rates, by_value);
    printf("rows_per_s=%.0f workload=%s best=%.0f worst=%.0f\n", rates[RUNS / 2],
           workloads[index].name, rates[RUNS - 1], rates[0]);
    fb_arena_deinit(&world.plan);
    fb_arena_deinit(&world.rows);
}

int main(int argc, char **argv)
{
    size_t count = sizeof workloads / sizeof *workloads;
    for (size_t i = 0; i < count; i++) {
        bool wanted = argc == 1;
        for (int k = 1; k < argc; k++)
            wanted |= strcmp(argv[k], workloads[i].name) == 0;
        if (wanted) measure(i);
    }
    return 0;
}
