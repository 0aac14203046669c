/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds the aggregate functions to what Spark answered (aggregates/aggregates.jsonl, see
 * aggregates/make_aggregates.py). Each case is computed three ways: all rows in one part that is
 * merged into a new group, as a query does; in two halves that are merged; and with merges of a
 * part without rows in between.
 *
 *     aggregates_test FILE */
#include "expr/aggregate.h"
#include "expr/bind.h"
#include "sql/parse.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 5, GROUP = 3, LINE_BYTES = 1 << 16, TEXT_BYTES = 4096 };

typedef struct outcome {
    char text[TEXT_BYTES]; /* "type value", "type null", "error CONDITION" */
} outcome;

typedef struct world {
    fb_arena arena;
    fb_error err;
    fb_binder binder;
    fb_eval_context context;
    fb_eval eval;
} world;

static void world_init(world *w)
{
    *w = (world){0};
    fb_arena_init(&w->arena, 0);
    w->binder = (fb_binder){
        .arena = &w->arena, .ansi = true, .timezone = fb_timezone_utc(), .err = &w->err};
    w->context = (fb_eval_context){.timezone = fb_timezone_utc()};
    w->eval = (fb_eval){.context = &w->context, .arena = &w->arena, .err = &w->err};
}

/* The values as a flat column of the type that `x` has. */
static fb_status make_column(world *w, const fb_type *type, const json_t *values, fb_column *out)
{
    size_t count = json_array_size(values);
    fb_column *texts = fb_arena_alloc(&w->arena, sizeof *texts);
    if (!texts || !fb_column_init(texts, &w->arena, fb_type_of(FB_TYPE_STRING), count) ||
        !fb_column_need_validity(texts, &w->arena, count))
        return FB_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(values, i));
        if (text) texts->strings[i] = fb_string_view(fb_slice_of(text));
        fb_bits_put(texts->validity, i, text != NULL);
    }
    fb_expr column = {
        .kind = FB_EXPR_COLUMN, .type = texts->type, .nullable = true, .deterministic = true};
    const fb_chunk chunk = {.row_count = (uint32_t)count, .column_count = 1, .columns = texts};
    const fb_expr *cast;
    fb_column cast_values;
    FB_TRY(fb_bind_cast(&w->binder, &column, type, false, (fb_position){0}, &cast));
    FB_TRY(fb_expr_eval(cast, &w->eval, &chunk, &cast_values));
    return fb_column_flatten(out, &w->arena, &cast_values, count) ? FB_OK : FB_E_NOMEM;
}

/* "sum(x)", "first(x, true)", "count(*)" bound over a column `x`. */
static fb_status bind(world *w, const char *text, const fb_type *type, fb_aggregate_call **out)
{
    char name[64];
    const char *open = strchr(text, '(');
    (void)snprintf(name, sizeof name, "%.*s", (int)(open - text), text);
    fb_expr *x = fb_arena_alloc_zero(&w->arena, sizeof *x);
    if (!x) return FB_E_NOMEM;
    *x = (fb_expr){.kind = FB_EXPR_COLUMN, .type = type, .nullable = true, .deterministic = true};
    fb_expr *flag = fb_expr_literal_null(&w->arena, fb_type_of(FB_TYPE_BOOLEAN));
    if (!flag) return FB_E_NOMEM;
    flag->literal.validity = NULL;
    flag->literal.bools[0] = strstr(open, "true") != NULL;
    const fb_expr *args[] = {x, flag};
    uint32_t count = strchr(open, '*') ? 0 : strchr(open, ',') ? 2 : 1;
    const fb_aggregate *function = fb_aggregate_find(fb_slice_of(name));
    if (!function) return fb_fail(&w->err, FB_E_NOT_FOUND, 0, "no aggregate %s", name);
    return fb_aggregate_bind(&w->binder, function, args, count, (fb_position){0}, out);
}

/* Folds rows from..until-1 of `values` into group GROUP. */
static fb_status fold(world *w, fb_buffers *buffers, const fb_aggregate_call *call,
                      const fb_column *values, uint32_t from, uint32_t until)
{
    uint32_t count = until - from;
    uint32_t *rows = fb_arena_array(&w->arena, count + 1, sizeof *rows);
    uint32_t *groups = fb_arena_array(&w->arena, count + 1, sizeof *groups);
    fb_column part;
    if (!rows || !groups) return FB_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = from + i;
        groups[i] = GROUP;
    }
    if (!fb_column_gather(&part, &w->arena, values, rows, count)) return FB_E_NOMEM;
    const fb_chunk chunk = {.row_count = count, .column_count = 1, .columns = &part};
    fb_column arg = {0};
    if (call->arg_count > 0) FB_TRY(fb_expr_eval(call->args[0], &w->eval, &chunk, &arg));
    const fb_column *const args[] = {&arg};
    FB_TRY(fb_buffers_grow(buffers, GROUPS, &w->err));
    FB_TRY(fb_buffers_update(buffers, &w->eval, groups, args, count));
    return fb_buffers_settle(buffers, &w->eval);
}

/* Merges group GROUP of `from` into that of `into`. */
static fb_status merge(world *w, fb_buffers *into, const fb_buffers *from)
{
    static const uint32_t rows[] = {GROUP}, groups[] = {GROUP};
    fb_column *others = fb_arena_array(&w->arena, from->column_count, sizeof *others);
    if (!others) return FB_E_NOMEM;
    for (uint32_t i = 0; i < from->column_count; i++)
        if (!fb_column_gather(&others[i], &w->arena, &from->columns[i], rows, 1)) return FB_E_NOMEM;
    return fb_buffers_merge(into, &w->eval, groups, others, 1);
}

static fb_status run(world *w, int way, const fb_aggregate_call *call, const fb_column *values,
                     uint32_t count, fb_buffers buffers[3])
{
    uint32_t half = way == 0 ? 0 : count / 2;
    FB_TRY(fold(w, &buffers[0], call, values, 0, half));
    FB_TRY(fold(w, &buffers[1], call, values, half, count));
    FB_TRY(fold(w, &buffers[2], call, values, 0, 0));
    if (way == 2) FB_TRY(merge(w, &buffers[0], &buffers[2]));
    FB_TRY(merge(w, &buffers[0], &buffers[1]));
    if (way == 2) FB_TRY(merge(w, &buffers[0], &buffers[2]));
    return FB_OK;
}

static fb_status show(world *w, const fb_buffers *buffers, outcome *out)
{
    fb_column results, text;
    fb_buf line;
    FB_TRY(fb_buffers_evaluate(buffers, &w->eval, 0, &results));
    const fb_chunk chunk = {.row_count = GROUPS, .column_count = 1, .columns = &results};
    fb_expr column = {.kind = FB_EXPR_COLUMN, .type = results.type, .deterministic = true};
    const fb_expr *cast;
    FB_TRY(fb_bind_cast(&w->binder, &column, fb_type_of(FB_TYPE_STRING), false, (fb_position){0},
                        &cast));
    FB_TRY(fb_expr_eval(cast, &w->eval, &chunk, &text));
    fb_buf_init(&line, 0);
    fb_type_print_simple(results.type, &line);
    fb_buf_add_char(&line, ' ');
    if (fb_column_is_null(&text, GROUP)) {
        fb_buf_add_text(&line, "null");
    } else if (results.type->id == FB_TYPE_BINARY) {
        fb_slice bytes = fb_column_string(&text, GROUP);
        for (size_t i = 0; i < bytes.size; i++)
            fb_buf_printf(&line, "%02X", (unsigned char)bytes.data[i]);
    } else {
        fb_buf_add_slice(&line, fb_column_string(&text, GROUP));
    }
    (void)snprintf(out->text, sizeof out->text, "%s", fb_buf_text(&line));
    fb_buf_deinit(&line);
    return FB_OK;
}

static fb_status compute(world *w, const json_t *golden, int way, outcome *out)
{
    const char *call_text = json_string_value(json_object_get(golden, "call"));
    const json_t *values = json_object_get(golden, "values");
    const fb_type *type;
    fb_aggregate_call *call;
    fb_column column;
    fb_buffers buffers[3] = {{0}};
    FB_TRY(fb_sql_parse_schema(&w->arena,
                               fb_slice_of(json_string_value(json_object_get(golden, "type"))),
                               &type, &w->err));
    FB_TRY(make_column(w, type, values, &column));
    FB_TRY(bind(w, call_text, type, &call));
    const fb_aggregate_call *const calls[] = {call};
    fb_status status = FB_OK;
    for (int i = 0; i < 3 && status == FB_OK; i++)
        status = fb_buffers_init(&buffers[i], calls, 1, &w->err);
    if (status == FB_OK)
        status = run(w, way, call, &column, (uint32_t)json_array_size(values), buffers);
    if (status == FB_OK) status = show(w, &buffers[0], out);
    for (int i = 0; i < 3; i++)
        fb_buffers_deinit(&buffers[i]);
    return status;
}

static void expected(const json_t *golden, outcome *out)
{
    const char *error = json_string_value(json_object_get(golden, "error"));
    const char *type = json_string_value(json_object_get(golden, "result_type"));
    const char *result = json_string_value(json_object_get(golden, "result"));
    if (error)
        (void)snprintf(out->text, sizeof out->text, "error %s", error);
    else
        (void)snprintf(out->text, sizeof out->text, "%s %s", type, result ? result : "null");
}

/* Doubles are compared as numbers, since JDK 17 prints a digit too many now and then
 * (docs/differences-from-spark.md); sums that were computed in another order may differ behind the
 * twelfth digit, or overflow on the way where the others do not. */
static bool close_enough(double a, double b, bool in_order)
{
    if (a == b || (isnan(a) && isnan(b))) return true;
    return !in_order && (!isfinite(b) || fabs(a - b) <= fabs(b) * 1e-12);
}

static bool same(const outcome *ours, const outcome *theirs, bool in_order)
{
    if (!in_order && strstr(theirs->text, "OVERFLOW")) return true;
    if (strcmp(ours->text, theirs->text) == 0) return true;
    const char *const prefixes[] = {"double ", "float "};
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(ours->text, prefixes[i], length) || strncmp(theirs->text, prefixes[i], length))
            continue;
        char *end, *end_theirs;
        double a = strtod(ours->text + length, &end);
        double b = strtod(theirs->text + length, &end_theirs);
        if (*end || *end_theirs) return false;
        return i ? (float)a == (float)b : close_enough(a, b, in_order);
    }
    return false;
}

/* 0 or 1: wrong outcomes of a line. */
static int check_line(const char *line, long number)
{
    json_error_t why;
    json_t *golden = json_loads(line, 0, &why);
    if (!golden) {
        printf("line %ld: %s\n", number, why.text);
        return 1;
    }
    outcome theirs;
    expected(golden, &theirs);
    int wrong = 0;
    for (int way = 0; way < 3 && !wrong; way++) {
        world w;
        outcome ours;
        world_init(&w);
        if (compute(&w, golden, way, &ours) != FB_OK)
            (void)snprintf(ours.text, sizeof ours.text, "error %s",
                           w.err.condition[0] ? w.err.condition : w.err.message);
        wrong = !same(&ours, &theirs, way == 0);
        if (wrong)
            printf("line %ld, way %d: %s Spark: %s, ours: %s\n", number, way, line, theirs.text,
                   ours.text);
        fb_arena_deinit(&w.arena);
    }
    json_decref(golden);
    return wrong;
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!file) {
        fprintf(stderr, "usage: aggregates_test FILE\n");
        return 2;
    }
    long number = 0;
    int wrong = 0;
    while (fgets(line, sizeof line, file))
        wrong += check_line(line, ++number);
    fclose(file);
    printf("%ld aggregates, %d wrong\n", number, wrong);
    return wrong > 0 || number < 100;
}
