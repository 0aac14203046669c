/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world for tests of aggregations behind the exchange: keys and calls by name, rows that
 * are sent as groups of one row each, a table, and an operator that keeps what it is given as
 * texts. */
#ifndef FB_TEST_AGGREGATE_ENV_H
#define FB_TEST_AGGREGATE_ENV_H

#include "data/value_text.h"
#include "exec/state_aggregate.h"
#include "state/memory_table.h"
#include "test.h"

#include <stdlib.h>

enum { AGGREGATE_ENV_MAX = 8, AGGREGATE_ENV_MAX_ROWS = 100000 };

typedef struct aggregate_env {
    fb_arena arena; /* of the aggregation */
    fb_error err;
    fb_binder binder;
    fb_eval_context context;
    fb_clock_manual clock;
    fb_field keys[AGGREGATE_ENV_MAX];
    const fb_aggregate_call *calls[AGGREGATE_ENV_MAX];
    const fb_type *arg_types[AGGREGATE_ENV_MAX]; /* NULL: a call without argument */
    fb_aggregation aggregation;
    fb_state_table *table;
    atomic_bool cancelled;
    fb_state_metrics metrics;
} aggregate_env;

static inline void aggregate_env_init(aggregate_env *env)
{
    *env = (aggregate_env){.aggregation = {.event_time_key = -1},
                           .context = {.timezone = fb_timezone_utc()}};
    fb_arena_init(&env->arena, 0);
    env->binder = (fb_binder){.arena = &env->arena, .ansi = true, .err = &env->err};
    fb_clock_manual_init(&env->clock, 0);
}

static inline void aggregate_env_deinit(aggregate_env *env)
{
    fb_state_table_close(env->table);
    fb_arena_deinit(&env->arena);
}

static inline void aggregate_env_key(aggregate_env *env, const fb_type *type, bool nullable)
{
    assert_true(env->aggregation.key_count < AGGREGATE_ENV_MAX);
    uint32_t i = env->aggregation.key_count++;
    env->keys[i] = (fb_field){.name = FB_SLICE("k"), .type = type, .nullable = nullable};
}

/* name(x) of a column of its own, or name() where `type` is NULL. */
static inline void aggregate_env_call(aggregate_env *env, const char *name, const fb_type *type)
{
    uint32_t i = env->aggregation.call_count++;
    assert_true(i < AGGREGATE_ENV_MAX);
    fb_expr *arg = fb_arena_alloc_zero(&env->arena, sizeof *arg);
    assert_non_null(arg);
    *arg = (fb_expr){.kind = FB_EXPR_COLUMN, .type = type, .nullable = true, .ordinal = i};
    const fb_expr *const args[] = {arg};
    const fb_aggregate *function = fb_aggregate_find(fb_slice_of(name));
    fb_aggregate_call *call;
    assert_non_null(function);
    assert_ok(
        fb_aggregate_bind(&env->binder, function, args, type ? 1 : 0, (fb_position){0}, &call),
        &env->err);
    env->calls[i] = call;
    env->arg_types[i] = type;
    env->aggregation.field_count += call->field_count;
}

/* {start, end}, as window() makes them. */
static inline const fb_type *aggregate_env_window_type(aggregate_env *env)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("start"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true},
        {.name = FB_SLICE("end"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true}};
    return fb_type_struct(&env->arena, fields, 2);
}

/* After the last key and call. `event_time_key`: -1 for none. */
static inline void aggregate_env_finish(aggregate_env *env, int event_time_key)
{
    fb_aggregation *a = &env->aggregation;
    a->calls = env->calls;
    a->key_schema = fb_type_struct(&env->arena, env->keys, a->key_count);
    a->value_schema = fb_buffers_schema(env->calls, a->call_count, &env->arena);
    a->event_time_key = event_time_key;
    a->event_time_is_window =
        event_time_key >= 0 && env->keys[event_time_key].type->id == FB_TYPE_STRUCT;
    assert_true(a->key_schema && a->value_schema);
}

/* A table in memory, without an open transaction. */
static inline void aggregate_env_open_table(aggregate_env *env, fb_budget *budget)
{
    fb_state_layout layout;
    fb_state_aggregate_layout(&env->aggregation, "state/0/0/default", &layout);
    const fb_state_memory_table_options options = {.layout = &layout, .budget = budget};
    assert_ok(fb_state_memory_table_create(&options, &env->table, &env->err), &env->err);
}

/* Sends rows, [keys, arguments of the calls that have one], each as a group of its own. */
static inline fb_status aggregate_env_send(aggregate_env *env, fb_exchange *exchange, uint32_t lane,
                                           const fb_chunk *rows)
{
    const fb_aggregation *a = &env->aggregation;
    fb_arena arena;
    fb_buffers buffers;
    fb_arena_init(&arena, 0);
    fb_eval eval = {.context = &env->context, .arena = &arena, .err = &env->err};
    fb_status status = fb_buffers_init(&buffers, a->calls, a->call_count, &env->err);
    if (status == FB_OK) status = fb_buffers_grow(&buffers, rows->row_count, &env->err);
    uint32_t *groups = fb_arena_array(&arena, rows->row_count, sizeof *groups);
    fb_column *columns = fb_arena_array(&arena, fb_aggregation_width(a), sizeof *columns);
    if (status == FB_OK && (!groups || !columns)) status = fb_fail_nomem(&env->err, "a test");
    for (uint32_t i = 0; status == FB_OK && i < rows->row_count; i++)
        groups[i] = i;
    const fb_column *args[AGGREGATE_ENV_MAX] = {0};
    uint32_t next = a->key_count;
    for (uint32_t i = 0; i < a->call_count; i++)
        if (env->arg_types[i]) args[i] = &rows->columns[next++];
    if (status == FB_OK) status = fb_buffers_update(&buffers, &eval, groups, args, rows->row_count);
    if (status == FB_OK) status = fb_buffers_settle(&buffers, &eval);
    if (status == FB_OK) {
        memcpy(columns, rows->columns, a->key_count * sizeof *columns);
        memcpy(columns + a->key_count, buffers.columns, a->field_count * sizeof *columns);
        const fb_chunk chunk = {.row_count = rows->row_count,
                                .column_count = fb_aggregation_width(a),
                                .columns = columns};
        status = fb_exchange_write(exchange, lane, &chunk, &env->err);
    }
    fb_buffers_deinit(&buffers);
    fb_arena_deinit(&arena);
    return status;
}

/* --- what comes out --- */

/* Keeps rows as texts, values parted by '|'. */
typedef struct text_rows {
    fb_operator base;
    char **rows;
    uint32_t count, capacity;
    uint32_t chunk_count, largest_chunk;
    bool is_finished;
    fb_status fails_with; /* FB_OK: it does not */
} text_rows;

static inline fb_status text_rows_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    text_rows *out = (text_rows *)self;
    if (out->fails_with != FB_OK) return fb_fail(err, out->fails_with, 0, "the sink is full");
    out->chunk_count++;
    if (chunk->row_count > out->largest_chunk) out->largest_chunk = chunk->row_count;
    fb_buf text;
    fb_buf_init(&text, 0);
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        fb_buf_clear(&text);
        for (uint32_t c = 0; c < chunk->column_count; c++) {
            if (c) fb_buf_add_char(&text, '|');
            fb_value_text_show(&chunk->columns[c], i, fb_timezone_utc(), &text);
        }
        if (out->count == out->capacity) {
            out->capacity = out->capacity ? 2 * out->capacity : 64;
            out->rows = realloc(out->rows, out->capacity * sizeof *out->rows);
        }
        out->rows[out->count++] = strdup(fb_buf_text(&text));
    }
    bool failed = text.failed;
    fb_buf_deinit(&text);
    return failed ? fb_fail_nomem(err, "a test's rows") : FB_OK;
}

static inline fb_status text_rows_finish(fb_operator *self, fb_error *err)
{
    (void)err;
    ((text_rows *)self)->is_finished = true;
    return FB_OK;
}

static const fb_operator_ops text_rows_ops = {
    .name = "Texts", .push = text_rows_push, .finish = text_rows_finish};

static inline void text_rows_init(text_rows *out)
{
    *out = (text_rows){.base = {.ops = &text_rows_ops}};
}

static inline void text_rows_clear(text_rows *out)
{
    for (uint32_t i = 0; i < out->count; i++)
        free(out->rows[i]);
    free(out->rows);
    text_rows_init(out);
}

static inline int text_rows_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline void text_rows_sort(text_rows *out)
{
    if (out->count) qsort(out->rows, out->count, sizeof *out->rows, text_rows_compare);
}

/* One batch over partition 0 of `exchange`, in the open transaction of the table, if there is a
 * table. */
static inline fb_status aggregate_env_run(aggregate_env *env, fb_exchange *exchange,
                                          fb_output_mode mode, int64_t late_us, int64_t evict_us,
                                          fb_budget *budget, text_rows *out)
{
    const fb_state_aggregate aggregate = {.aggregation = &env->aggregation,
                                          .context = &env->context,
                                          .exchange = exchange,
                                          .mode = mode,
                                          .table = env->table,
                                          .late_us = late_us,
                                          .evict_us = evict_us,
                                          .clock = &env->clock.base,
                                          .budget = budget,
                                          .cancelled = &env->cancelled};
    return fb_state_aggregate_run(&aggregate, &out->base, &env->metrics, &env->err);
}

#endif
