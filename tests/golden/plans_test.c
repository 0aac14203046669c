/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds analysis to what Spark makes of the same statements (plans/plans.jsonl, made by
 * plans/make_plans.py): names, types, nullability and metadata of the result's columns, the key
 * and value schemas of every aggregation's state, and the conditions of errors.
 * plans/differences.txt lists the statements where the answers differ, with what ours is.
 *
 *     plans_test DIRECTORY [statement] */
#include "exec/aggregation.h"
#include "formats/type_json.h"
#include "plan/plan.h"
#include "sql/parse.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEW_COUNT = 4, LINE_BYTES = 1 << 16, MAX_DIFFERENCES = 200 };

/* The views that make_plans.py has. */
static const char columns[] = "k STRING, v BIGINT, i INT, d DOUBLE, dec DECIMAL(10,2), ok BOOLEAN, "
                              "ts TIMESTAMP, ntz TIMESTAMP_NTZ, day DATE, bin BINARY, "
                              "s STRUCT<a: INT, b: STRING>, arr ARRAY<INT>, m MAP<STRING, INT>";
static const char *const view_names[VIEW_COUNT] = {"t", "u", "w", "b"};

typedef struct difference {
    char line[LINE_BYTES];
    const char *ours; /* a condition, "answer", "refused", "missing" */
    const char *sql;
    bool is_seen;
} difference;

typedef struct world {
    fb_arena arena;
    const fb_plan *views[VIEW_COUNT];
    difference *differences;
    uint32_t difference_count;
    uint32_t case_count, wrong;
    fb_error err;
} world;

static const fb_plan *find_view(void *user, fb_slice name)
{
    const world *w = user;
    for (size_t i = 0; i < VIEW_COUNT; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(view_names[i]))) return w->views[i];
    return NULL;
}

static uint32_t list_views(void *user, const char *const **names)
{
    (void)user;
    *names = view_names;
    return VIEW_COUNT;
}

static fb_status analyze(world *w, fb_arena *arena, const char *sql, const fb_plan **out)
{
    const fb_catalog catalog = {w, find_view, list_views};
    const fb_analysis analysis = {
        .arena = arena, .catalog = &catalog, .ansi = true, .timezone = fb_timezone_utc()};
    fb_script script;
    memset(&w->err, 0, sizeof w->err);
    FB_TRY(fb_sql_parse(arena, "plans", fb_slice_of(sql), &script, &w->err));
    const fb_raw_plan *raw = script.statements[0].plan;
    return raw->kind == FB_RAW_READ ? fb_analyze_read(&analysis, raw, NULL, out, &w->err)
                                    : fb_analyze(&analysis, raw, out, &w->err);
}

static void make_views(world *w)
{
    char read[2048];
    (void)snprintf(read, sizeof read,
                   "CREATE TEMPORARY VIEW t (%s) USING json OPTIONS (path '/nowhere')", columns);
    const char *const statements[VIEW_COUNT] = {
        read, read, "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 MINUTES",
        "SELECT 'x' AS k, 1L AS v"};
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        if (analyze(w, &w->arena, statements[i], &w->views[i]) == FB_OK) continue;
        fprintf(stderr, "view %s: %s\n", view_names[i], w->err.message);
        exit(1);
    }
}

static void read_differences(world *w, const char *directory)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/differences.txt", directory);
    FILE *file = fopen(path, "r");
    w->differences = calloc(MAX_DIFFERENCES, sizeof *w->differences);
    if (!file || !w->differences) exit(1);
    difference *each = w->differences;
    while (w->difference_count < MAX_DIFFERENCES && fgets(each->line, LINE_BYTES, file)) {
        each->line[strcspn(each->line, "\n")] = '\0';
        char *blank = strchr(each->line, ' ');
        if (each->line[0] == '#' || !blank) continue;
        *blank = '\0';
        each->ours = each->line;
        each->sql = blank + 1;
        each++;
        w->difference_count++;
    }
    (void)fclose(file);
}

static void complain(world *w, const char *sql, const char *what, const char *ours,
                     const char *theirs)
{
    w->wrong++;
    fprintf(stderr, "%s\n  %s\n    ours:  %s\n    Spark: %s\n", sql, what, ours, theirs);
}

/* A type as JSON without blanks, in an arena. */
static const char *type_text(fb_arena *arena, const fb_type *type)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_json_writer writer = fb_json_writer_make(&text);
    fb_type_json_write(type, &writer);
    const char *copy = fb_arena_strdup(arena, fb_buf_slice(&text));
    fb_buf_deinit(&text);
    return copy ? copy : "?";
}

static void compare_type(world *w, fb_arena *arena, const char *sql, const char *what,
                         const fb_type *ours, const json_t *theirs)
{
    const char *text = type_text(arena, ours);
    char *expected = json_dumps(theirs, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!expected || strcmp(text, expected) != 0)
        complain(w, sql, what, text, expected ? expected : "?");
    free(expected);
}

/* Whether all aggregations can be built, as they are before a query runs. */
static fb_status build_all(world *w, fb_arena *arena, const fb_plan *plan)
{
    fb_aggregation aggregation;
    if (plan->kind == FB_PLAN_AGGREGATE)
        FB_TRY(fb_aggregation_build(arena, plan, &aggregation, &w->err));
    for (uint32_t i = 0; i < plan->child_count; i++)
        FB_TRY(build_all(w, arena, plan->children[i]));
    return FB_OK;
}

/* The aggregations of the plan from the output down, left first, against states[*next ..]. */
static void compare_states(world *w, fb_arena *arena, const char *sql, const fb_plan *plan,
                           const json_t *states, size_t *next)
{
    if (plan->kind == FB_PLAN_AGGREGATE) {
        fb_aggregation aggregation;
        const json_t *state = json_array_get(states, (*next)++);
        if (fb_aggregation_build(arena, plan, &aggregation, &w->err) != FB_OK) {
            complain(w, sql, "the aggregation", w->err.message, "no error");
        } else if (!state) {
            complain(w, sql, "the aggregations", "more", "fewer");
        } else {
            compare_type(w, arena, sql, "key", aggregation.key_schema,
                         json_object_get(state, "key"));
            compare_type(w, arena, sql, "value", aggregation.value_schema,
                         json_object_get(state, "value"));
        }
    }
    for (uint32_t i = 0; i < plan->child_count; i++)
        compare_states(w, arena, sql, plan->children[i], states, next);
}

static fb_output_mode mode_of(const char *name)
{
    return strcmp(name, "append") == 0   ? FB_OUTPUT_APPEND
           : strcmp(name, "update") == 0 ? FB_OUTPUT_UPDATE
                                         : FB_OUTPUT_COMPLETE;
}

/* What the line differences.txt has for the statement, or NULL. */
static const difference *find_difference(world *w, const char *sql)
{
    for (uint32_t i = 0; i < w->difference_count; i++) {
        if (strcmp(w->differences[i].sql, sql) != 0) continue;
        w->differences[i].is_seen = true;
        return &w->differences[i];
    }
    return NULL;
}

static void compare_answer(world *w, fb_arena *arena, const char *sql, const json_t *line,
                           const fb_plan *analyzed, const fb_plan *optimized)
{
    const json_t *states = json_object_get(line, "state");
    size_t next = 0;
    compare_type(w, arena, sql, "columns", fb_plan_schema(analyzed, arena),
                 json_object_get(line, "columns"));
    compare_states(w, arena, sql, optimized, states, &next);
    if (next < json_array_size(states)) complain(w, sql, "the aggregations", "fewer", "more");
}

static void run_case(world *w, const json_t *line)
{
    const char *sql = json_string_value(json_object_get(line, "sql"));
    const char *expected = json_string_value(json_object_get(line, "error"));
    bool fails = json_object_get(line, "error") != NULL;
    fb_output_mode mode = mode_of(json_string_value(json_object_get(line, "mode")));
    const fb_plan *analyzed = NULL, *optimized = NULL;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = analyze(w, &arena, sql, &analyzed);
    if (status == FB_OK) status = fb_plan_check_streaming(analyzed, mode, &w->err);
    if (status == FB_OK) status = fb_plan_optimize(&arena, analyzed, &optimized, &w->err);
    if (status == FB_OK) status = build_all(w, &arena, optimized);
    const char *ours = status == FB_OK ? "answer" : w->err.condition;
    const difference *other = find_difference(w, sql);
    w->case_count++;
    /* What is not there yet may come; then it is held to Spark. */
    bool is_missing = other && strcmp(other->ours, "missing") == 0;
    const char *said = status != FB_OK && !ours[0] ? "refused" : ours;
    if (is_missing && strcmp(said, "refused") == 0) {
        fb_arena_deinit(&arena);
        return;
    }
    if (other && !is_missing) {
        if (strcmp(other->ours, said) != 0) complain(w, sql, w->err.message, said, other->ours);
        if (fails && expected && strcmp(said, expected) == 0)
            complain(w, sql, "no difference", said, said);
    } else if (fails && status == FB_OK) {
        complain(w, sql, "the error", "none", expected ? expected : "an error");
    } else if (fails) {
        if (expected && strcmp(ours, expected) != 0)
            complain(w, sql, w->err.message, ours, expected);
    } else if (status != FB_OK) {
        complain(w, sql, w->err.message, ours, "an answer");
    } else {
        compare_answer(w, &arena, sql, line, analyzed, optimized);
    }
    fb_arena_deinit(&arena);
}

int main(int argc, char **argv)
{
    static char text[LINE_BYTES * 4];
    char path[4096];
    world w = {0};
    if (argc < 2) return 2;
    fb_arena_init(&w.arena, 0);
    make_views(&w);
    read_differences(&w, argv[1]);
    (void)snprintf(path, sizeof path, "%s/plans.jsonl", argv[1]);
    FILE *file = fopen(path, "r");
    if (!file) return 1;
    while (fgets(text, sizeof text, file)) {
        json_t *line = json_loads(text, 0, NULL);
        const char *sql = json_string_value(json_object_get(line, "sql"));
        if (!sql) return 1;
        if (argc < 3 || strcmp(argv[2], sql) == 0) run_case(&w, line);
        json_decref(line);
    }
    (void)fclose(file);
    for (uint32_t i = 0; argc < 3 && i < w.difference_count; i++)
        if (!w.differences[i].is_seen)
            complain(&w, w.differences[i].sql, "differences.txt", "no such case", "");
    printf("%u statements, %u wrong\n", w.case_count, w.wrong);
    free(w.differences);
    fb_arena_deinit(&w.arena);
    return w.wrong || !w.case_count ? 1 : 0;
}
