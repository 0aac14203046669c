/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds parser, analysis and evaluation to what Spark answered (expressions/<topic>.jsonl, see
 * expressions/make_expressions.py): type, value as text, name of the column, error condition.
 *
 *     expressions_test DIRECTORY [--differences] [TOPIC]...
 *
 * Every expression whose outcome is not Spark's must be listed with ours in differences.txt, and
 * every line there must still hold. --differences prints the lines that are missing there. */
#include "base/buf.h"
#include "base/status.h"
#include "expr/function.h"
#include "plan/plan.h"
#include "sql/parse.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOPICS = 256 };
#define NOW_US INT64_C(1700000000123000) /* for casts of "today" and "12:34" */

typedef struct golden_settings {
    bool ansi;
    const fb_timezone *timezone;
    const char *relation; /* what expressions are selected from; NULL: nothing */
} golden_settings;

typedef struct golden_run {
    const char *directory;
    json_t *differences; /* "topic\tsql" -> our outcome; what was met is removed */
    bool print_differences;
    uint64_t checked, deliberate, wrong;
} golden_run;

/* --- what we say --- */

static const fb_plan *find_no_view(void *user, fb_slice name)
{
    (void)user, (void)name;
    return NULL;
}

static uint32_t no_view_names(void *user, const char *const **names)
{
    (void)user, (void)names;
    return 0;
}

/* The rows that an expression is selected from. */
static fb_status make_relation(fb_arena *arena, const golden_settings *settings,
                               const fb_raw_plan **out, fb_error *err)
{
    static const fb_raw_plan one_row = {.kind = FB_RAW_ONE_ROW};
    fb_script script;
    *out = &one_row;
    if (!settings->relation) return FB_OK;
    const char *text = fb_arena_printf(arena, "SELECT * FROM %s", settings->relation);
    FB_TRY(fb_sql_parse(arena, "<relation>", fb_slice_of(text), &script, err));
    *out = script.statements[0].plan->children[0];
    return FB_OK;
}

static fb_status analyze(fb_arena *arena, const golden_settings *settings, fb_slice sql,
                         const fb_plan **plan, fb_error *err)
{
    static const fb_catalog catalog = {.find_view = find_no_view, .view_names = no_view_names};
    const fb_raw_expr *expr = NULL;
    FB_TRY(fb_sql_parse_expression(arena, sql, &expr, err));
    const fb_raw_plan *children[1];
    FB_TRY(make_relation(arena, settings, &children[0], err));
    const fb_raw_plan select = {.kind = FB_RAW_PROJECT,
                                .children = children,
                                .child_count = 1,
                                .exprs = &expr,
                                .expr_count = 1};
    const fb_analysis analysis = {.arena = arena,
                                  .catalog = &catalog,
                                  .ansi = settings->ansi,
                                  .timezone = settings->timezone};
    return fb_analyze(&analysis, &select, plan, err);
}

/* The value in Spark's cast to string; of a binary the bytes, for hexadecimal digits. */
static fb_status evaluate(fb_arena *arena, const golden_settings *settings, const fb_expr *expr,
                          fb_column *value, fb_error *err)
{
    fb_binder binder = {
        .arena = arena, .ansi = settings->ansi, .timezone = settings->timezone, .err = err};
    if (expr->type->id != FB_TYPE_BINARY)
        FB_TRY(
            fb_bind_cast(&binder, expr, fb_type_of(FB_TYPE_STRING), false, expr->position, &expr));
    const fb_eval_context context = {.batch_timestamp_us = NOW_US, .timezone = settings->timezone};
    fb_eval eval = {.context = &context, .arena = arena, .err = err};
    const fb_chunk one_row = {.row_count = 1};
    return fb_expr_eval(expr, &eval, &one_row, value);
}

/* In quotes; control characters as hexadecimal digits, so that an outcome is one line of text. */
static void add_quoted(fb_buf *out, fb_slice text)
{
    fb_buf_add_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < ' ' || c == 0x7f)
            fb_buf_printf(out, "\\x%02x", c);
        else
            fb_buf_add_char(out, text.data[i]);
    }
    fb_buf_add_char(out, '"');
}

/* The column of a SELECT: its type, and whether it may be NULL. */
static void add_column(fb_buf *out, fb_slice type, bool nullable)
{
    fb_buf_printf(out, " %.*s%s", FB_SLICE_ARGS(type), nullable ? "" : " not null");
}

static void add_name(fb_buf *out, fb_slice name)
{
    fb_buf_add_text(out, "name ");
    add_quoted(out, name);
}

static void add_value(fb_buf *out, const fb_type *type, const fb_column *value)
{
    fb_type_print_simple(type, out);
    if (fb_column_is_null(value, 0)) {
        fb_buf_add_text(out, " null");
        return;
    }
    fb_slice text = fb_column_string(value, 0);
    fb_buf_add_char(out, ' ');
    if (type->id != FB_TYPE_BINARY) {
        add_quoted(out, text);
        return;
    }
    fb_buf_add_char(out, '"');
    for (size_t i = 0; i < text.size; i++)
        fb_buf_printf(out, "%02X", (unsigned char)text.data[i]);
    fb_buf_add_char(out, '"');
}

/* `int "5"`, `int null`, `name "(1 + 1)"` or `error DIVIDE_BY_ZERO`: the form in which outcomes
 * are compared, printed and listed. */
static void our_outcome(const golden_settings *settings, fb_slice sql, bool name_only, fb_buf *out)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err = {0};
    const fb_plan *plan = NULL;
    fb_column value;
    fb_status status = analyze(&arena, settings, sql, &plan, &err);
    bool has_value = !name_only && !settings->relation;
    if (!status && has_value) status = evaluate(&arena, settings, plan->exprs[0], &value, &err);
    if (status && err.condition[0])
        fb_buf_printf(out, "error %s", err.condition);
    else if (status)
        fb_buf_printf(out, "error without condition: %s", fb_status_text(status));
    else if (!has_value)
        add_name(out, plan->output[0].name);
    else
        add_value(out, plan->exprs[0]->type, &value);
    if (!status && settings->relation) {
        fb_buf type;
        fb_buf_init(&type, 0);
        fb_type_print_simple(plan->output[0].type, &type);
        add_column(out, fb_buf_slice(&type), plan->output[0].nullable);
        fb_buf_deinit(&type);
    }
    fb_arena_deinit(&arena);
}

/* --- what Spark says --- */

static void die(const char *file, size_t line, const char *what)
{
    fprintf(stderr, "%s:%zu: %s\n", file, line, what);
    exit(2);
}

/* False when the line is not of the form that make_expressions.py writes. */
static bool spark_outcome(json_t *line, fb_buf *out)
{
    json_t *error = json_object_get(line, "error"), *name = json_object_get(line, "name");
    json_t *type = json_object_get(line, "type"), *value = json_object_get(line, "value");
    if (json_is_null(error)) {
        fb_buf_add_text(out, "error");
    } else if (json_is_string(error)) {
        fb_buf_printf(out, "error %s", json_string_value(error));
    } else if (json_is_string(name)) {
        add_name(out, fb_slice_make(json_string_value(name), json_string_length(name)));
        if (json_is_string(type))
            add_column(out, fb_slice_make(json_string_value(type), json_string_length(type)),
                       json_is_true(json_object_get(line, "nullable")));
    } else if (json_is_string(type) && json_is_null(value)) {
        fb_buf_printf(out, "%s null", json_string_value(type));
    } else if (json_is_string(type) && json_is_string(value)) {
        fb_buf_printf(out, "%s ", json_string_value(type));
        add_quoted(out, fb_slice_make(json_string_value(value), json_string_length(value)));
    } else {
        return false;
    }
    return true;
}

static bool read_settings(json_t *line, golden_settings *out)
{
    json_t *zone = json_object_get(line, "timeZone"), *ansi = json_object_get(line, "ansi");
    if (!json_is_string(zone) || !json_is_boolean(ansi)) return false;
    fb_error err;
    out->ansi = json_is_true(ansi);
    out->relation = json_string_value(json_object_get(line, "from"));
    if (!fb_timezone_find(fb_slice_of(json_string_value(zone)), &out->timezone, &err)) return true;
    fprintf(stderr, "%s\n", err.message);
    return false;
}

/* --- both --- */

/* True when our outcome is the one that differences.txt expects; that line is then used up. */
static bool is_deliberate(golden_run *run, const char *key, const char *ours)
{
    const char *listed = json_string_value(json_object_get(run->differences, key));
    if (!listed || strcmp(listed, ours) != 0) return false;
    json_object_del(run->differences, key);
    return true;
}

static void compare(golden_run *run, const char *topic, json_t *sql, const char *spark,
                    const char *ours)
{
    char key[4096];
    snprintf(key, sizeof key, "%s\t%s", topic, json_string_value(sql));
    run->checked++;
    /* A few failures of Spark are bare Java exceptions: any error of ours will do. */
    bool any_error = strcmp(spark, "error") == 0;
    bool same = any_error ? strncmp(ours, "error ", strlen("error ")) == 0 : !strcmp(spark, ours);
    if (same && !json_object_get(run->differences, key)) return;
    if (!same && is_deliberate(run, key, ours)) {
        run->deliberate++;
        return;
    }
    run->wrong++;
    if (run->print_differences)
        printf("%s\t%s\n", key, ours);
    else
        printf("%s: %s\n  Spark: %s\n  ours:  %s%s\n", topic, json_string_value(sql), spark, ours,
               same ? "\n  no longer different: remove it from differences.txt" : "");
    json_object_del(run->differences, key);
}

static void check_line(golden_run *run, const char *topic, const golden_settings *settings,
                       json_t *line, const char *file, size_t number)
{
    json_t *sql = json_object_get(line, "sql");
    fb_buf spark, ours;
    fb_buf_init(&spark, 0);
    fb_buf_init(&ours, 0);
    bool names_only = strcmp(topic, "names") == 0;
    if (!json_is_string(sql) || !spark_outcome(line, &spark))
        die(file, number, "not a line of make_expressions.py");
    our_outcome(settings, fb_slice_make(json_string_value(sql), json_string_length(sql)),
                names_only, &ours);
    if (spark.failed || ours.failed) die(file, number, "out of memory");
    compare(run, topic, sql, fb_buf_text(&spark), fb_buf_text(&ours));
    fb_buf_deinit(&spark);
    fb_buf_deinit(&ours);
}

static void check_topic(golden_run *run, const char *topic)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jsonl", run->directory, topic);
    FILE *file = fopen(path, "r");
    if (!file) die(path, 0, "cannot be opened");
    char *text = NULL;
    size_t capacity = 0, number = 0;
    ssize_t size;
    golden_settings settings = {0};
    json_t *header = NULL; /* settings refer to it */
    while ((size = getline(&text, &capacity, file)) > 0) {
        json_error_t error;
        json_t *line = json_loadb(text, (size_t)size, JSON_ALLOW_NUL, &error);
        if (!line) die(path, number + 1, error.text);
        if (number++ == 0) {
            if (!read_settings(line, &settings)) die(path, number, "not a header with settings");
            header = json_incref(line);
        } else {
            check_line(run, topic, &settings, line, path, number);
        }
        json_decref(line);
    }
    json_decref(header);
    free(text);
    fclose(file);
}

/* Lines "topic TAB sql TAB our outcome"; "#" starts the reason of those below it. */
static void read_differences(golden_run *run)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/differences.txt", run->directory);
    FILE *file = fopen(path, "r");
    if (!file) die(path, 0, "cannot be opened");
    char *text = NULL;
    size_t capacity = 0, number = 0;
    ssize_t size;
    bool has_reason = false;
    while ((size = getline(&text, &capacity, file)) > 0) {
        number++;
        if (text[size - 1] == '\n') text[size - 1] = '\0';
        if (text[0] == '#') has_reason = true;
        if (text[0] == '#' || text[0] == '\0') continue;
        char *ours = strrchr(text, '\t');
        if (!has_reason) die(path, number, "a difference without a reason above it");
        if (!ours || strchr(text, '\t') == ours) die(path, number, "not topic, sql, outcome");
        *ours++ = '\0';
        if (json_object_get(run->differences, text)) die(path, number, "listed twice");
        if (json_object_set_new(run->differences, text, json_string(ours)))
            die(path, number, "not UTF-8");
    }
    free(text);
    fclose(file);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_topics(const char *directory, char *topics[MAX_TOPICS])
{
    DIR *dir = opendir(directory);
    if (!dir) die(directory, 0, "cannot be opened");
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *end = strstr(entry->d_name, ".jsonl");
        if (!end || end[strlen(".jsonl")]) continue;
        if (count == MAX_TOPICS) die(directory, 0, "has too many topics");
        topics[count++] = strndup(entry->d_name, (size_t)(end - entry->d_name));
    }
    closedir(dir);
    qsort(topics, count, sizeof *topics, by_name);
    return count;
}

/* What is listed for `topic` and was never met. */
static void report_unused(golden_run *run, const char *topic)
{
    const char *key;
    json_t *value;
    json_object_foreach(run->differences, key, value)
    {
        size_t length = strlen(topic);
        if (strncmp(key, topic, length) != 0 || key[length] != '\t') continue;
        run->wrong++;
        printf("differences.txt lists what is not in the goldens: %s\n", key);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) die(argv[0], 0, "usage: expressions_test DIRECTORY [--differences] [TOPIC]...");
    golden_run run = {.directory = argv[1], .differences = json_object()};
    char *topics[MAX_TOPICS];
    size_t topic_count = 0;
    for (int i = 2; i < argc && topic_count < MAX_TOPICS; i++) {
        if (strcmp(argv[i], "--differences") == 0)
            run.print_differences = true;
        else
            topics[topic_count++] = strdup(argv[i]);
    }
    if (!topic_count) topic_count = list_topics(run.directory, topics);
    if (!topic_count) die(run.directory, 0, "holds no .jsonl file");
    read_differences(&run);
    for (size_t i = 0; i < topic_count; i++) {
        uint64_t before = run.wrong, checked = run.checked;
        check_topic(&run, topics[i]);
        report_unused(&run, topics[i]);
        fprintf(stderr, "%-24s %5llu expressions, %llu wrong\n", topics[i],
                (unsigned long long)(run.checked - checked),
                (unsigned long long)(run.wrong - before));
        free(topics[i]);
    }
    fprintf(stderr, "%llu expressions, %llu deliberately different, %llu wrong\n",
            (unsigned long long)run.checked, (unsigned long long)run.deliberate,
            (unsigned long long)run.wrong);
    json_decref(run.differences);
    return run.wrong != 0;
}
