/* SPDX-License-Identifier: Apache-2.0
 *
 * window(time, width[, slide[, start]]) and window_time(window). Neither is computed where it is
 * written: each becomes a column to the right of the input's own, and the call refers to it. */
#include "expr/bind.h"
#include "plan/analyzer.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    MAX_OVERLAP = 100000, /* windows that a row is in */
    INITIAL_COLUMNS = 4,
};

static bool is_window(fb_slice name)
{
    return fb_slice_equal_nocase(name, FB_SLICE("window"));
}

bool fb_is_time_function(fb_slice name)
{
    return is_window(name) || fb_slice_equal_nocase(name, FB_SLICE("window_time"));
}

/* --- the columns so far --- */

fb_status fb_resolve_time_column(fb_analyzer *a, const fb_time_column *column, fb_position position,
                                 const fb_expr **out)
{
    fb_expr *expr = fb_arena_alloc_zero(a->arena, sizeof *expr);
    if (!expr) return fb_analyzer_nomem(a);
    *expr = (fb_expr){.kind = FB_EXPR_COLUMN,
                      .type = column->column.type,
                      .nullable = column->column.nullable,
                      .deterministic = true,
                      .position = position,
                      .attribute_id = column->column.id,
                      .ordinal = column->ordinal,
                      .name = column->column.name};
    *out = expr;
    return FB_OK;
}

static fb_status fail_place(fb_analyzer *a, const fb_raw_expr *raw)
{
    return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                            "%.*s() is only supported in the select list and in GROUP BY",
                            FB_SLICE_ARGS(raw->name));
}

static fb_time_column *add_column(fb_analyzer *a, fb_time_columns *times)
{
    if (times->count == times->capacity) {
        uint32_t capacity = times->capacity ? times->capacity * 2 : INITIAL_COLUMNS;
        fb_time_column *columns = fb_arena_array(a->arena, capacity, sizeof *columns);
        if (!columns) return NULL;
        if (times->count) memcpy(columns, times->columns, times->count * sizeof *columns);
        times->columns = columns;
        times->capacity = capacity;
    }
    return &times->columns[times->count];
}

/* A node above times->plan whose output has one more column. */
static fb_plan *widen(fb_analyzer *a, fb_time_columns *times, fb_plan_kind kind,
                      const fb_time_column *column, fb_position position)
{
    const fb_plan *child = times->plan;
    fb_plan *plan = fb_plan_make(a->arena, kind, position, child);
    fb_attribute *output =
        fb_arena_array(a->arena, (size_t)child->output_count + 1, sizeof *output);
    if (!plan || !output) return NULL;
    memcpy(output, child->output, child->output_count * sizeof *output);
    output[child->output_count] = column->column;
    plan->output = output;
    plan->output_count = child->output_count + 1;
    return plan;
}

/* --- durations --- */

static fb_status fail_duration(fb_analyzer *a, const fb_raw_expr *raw)
{
    return fb_analyzer_fail(
        a, raw->position, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_1207",
        "The duration and time inputs to window must be an integer, long or string literal.\n"
        "such as '10 minutes'; an integer is microseconds");
}

static fb_status read_duration_text(fb_analyzer *a, const fb_raw_expr *raw, fb_slice text,
                                    int64_t *out)
{
    fb_interval interval;
    fb_interval_fault fault;
    int shown = text.size > 80 ? 80 : (int)text.size;
    if (!fb_interval_parse(text, &interval, &fault))
        return fb_analyzer_fail(
            a, raw->position, FB_E_ANALYSIS, "CANNOT_PARSE_INTERVAL",
            "Unable to parse '%.*s'. Please ensure that the value provided is in a valid format "
            "for defining an interval: %s%s%.*s%s.\n"
            "such as '10 minutes' or '1 hour 30 minutes'",
            shown, text.data ? text.data : "", fault.reason, fault.part.size ? " '" : "",
            fault.part.size > 80 ? 80 : (int)fault.part.size,
            fault.part.size ? fault.part.data : "", fault.part.size ? "'" : "");
    if (interval.months)
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3231",
                                "Intervals greater than a month is not supported (%.*s).", shown,
                                text.data);
    if (!fb_interval_length_us(&interval, FB_INTERVAL_DAYS_PER_MONTH, out))
        return fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "ARITHMETIC_OVERFLOW",
                                "the interval '%.*s' is too long", shown, text.data);
    return FB_OK;
}

/* Microseconds: an integer as it is, or the length of an interval in words. */
static fb_status read_duration(fb_analyzer *a, const fb_raw_expr *raw, int64_t *out)
{
    bool is_negative =
        raw->kind == FB_RAW_CALL && raw->arg_count == 1 && fb_slice_is(raw->name, "negative");
    const fb_raw_expr *literal = is_negative ? raw->args[0] : raw;
    if (literal->kind != FB_RAW_LITERAL || fb_column_is_null(&literal->literal, 0))
        return fail_duration(a, raw);
    switch (literal->literal.type->id) {
    case FB_TYPE_INT:
        *out = literal->literal.int32s[0];
        break;
    case FB_TYPE_BIGINT:
        *out = literal->literal.int64s[0];
        break;
    case FB_TYPE_STRING:
        if (is_negative) return fail_duration(a, raw);
        return read_duration_text(a, raw, fb_column_string(&literal->literal, 0), out);
    default:
        return fail_duration(a, raw);
    }
    if (is_negative) *out = *out == INT64_MIN ? INT64_MAX : -*out;
    return FB_OK;
}

/* --- window() --- */

/* "window(ts, 600000000, 600000000, 0)", as Spark's messages have it. */
static fb_status fail_window(fb_analyzer *a, const fb_raw_expr *raw, const fb_time_window *window,
                             const char *condition, const char *what)
{
    fb_buf time;
    char full[FB_ERROR_CONDITION_SIZE];
    fb_buf_init(&time, 500);
    fb_expr_print(window->time, &time);
    if (snprintf(full, sizeof full, "DATATYPE_MISMATCH.%s", condition) < 0) full[0] = '\0';
    fb_status status = fb_analyzer_fail(
        a, raw->position, FB_E_ANALYSIS, full,
        "Cannot resolve \"window(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ")\" due to data type "
        "mismatch: %s",
        fb_buf_text(&time), window->width_us, window->slide_us, window->start_us, what);
    fb_buf_deinit(&time);
    return status;
}

static fb_status check_range(fb_analyzer *a, const fb_raw_expr *raw, const fb_time_window *w)
{
    char what[200];
    const char *condition = "VALUE_OUT_OF_RANGE";
    int64_t start = w->start_us == INT64_MIN ? INT64_MAX : w->start_us;
    if (start < 0) start = -start;
    int length = 0;
    if (w->width_us <= 0 || w->slide_us <= 0) {
        length = snprintf(what, sizeof what,
                          "The `%s` must be between (0, 9223372036854775807] (current value = "
                          "%" PRId64 "L).",
                          w->width_us <= 0 ? "window_duration" : "slide_duration",
                          w->width_us <= 0 ? w->width_us : w->slide_us);
    } else if (w->slide_us > w->width_us) {
        condition = "PARAMETER_CONSTRAINT_VIOLATION";
        length = snprintf(what, sizeof what,
                          "The `slide_duration`(%" PRId64 "L) must be <= the `window_duration`"
                          "(%" PRId64 "L).",
                          w->slide_us, w->width_us);
    } else if (start >= w->slide_us) {
        condition = "PARAMETER_CONSTRAINT_VIOLATION";
        length = snprintf(what, sizeof what,
                          "The `abs(start_time)`(%" PRId64 "L) must be < the `slide_duration`"
                          "(%" PRId64 "L).",
                          start, w->slide_us);
    }
    if (length) return fail_window(a, raw, w, condition, length > 0 ? what : "");
    if (w->width_us / w->slide_us < MAX_OVERLAP) return FB_OK;
    return fb_analyzer_fail(a, raw->position, FB_E_LIMIT, "",
                            "a row would be in more than %d windows; make the slide longer",
                            MAX_OVERLAP);
}

/* The struct's fields, as those of a column that window() made. */
static bool is_window_type(const fb_type *type)
{
    if (type->id != FB_TYPE_STRUCT || type->field_count != 2) return false;
    const fb_type *start = type->fields[0].type, *end = type->fields[1].type;
    return start->id == end->id &&
           (start->id == FB_TYPE_TIMESTAMP || start->id == FB_TYPE_TIMESTAMP_NTZ);
}

static fb_status analyze_window_time_of(fb_analyzer *a, const fb_scope *scope,
                                        const fb_raw_expr *raw, const fb_expr *window,
                                        fb_slice name, const fb_expr **out);

/* Makes a TIMESTAMP or TIMESTAMP_NTZ of the time: a window stands for its window_time. */
static fb_status convert_time(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                              fb_time_window *window)
{
    switch (window->time->type->id) {
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        return FB_OK;
    case FB_TYPE_STRING:
    case FB_TYPE_DATE:
    case FB_TYPE_VOID:
        return fb_bind_implicit_cast(&a->binder, window->time, fb_type_of(FB_TYPE_TIMESTAMP),
                                     &window->time);
    case FB_TYPE_STRUCT:
        if (is_window_type(window->time->type))
            return analyze_window_time_of(a, scope, raw, window->time,
                                          FB_SLICE("window_time(window)"), &window->time);
        break;
    default:
        break;
    }
    fb_buf text;
    fb_buf_init(&text, 400);
    fb_expr_print(window->time, &text);
    char what[700];
    int length = snprintf(
        what, sizeof what,
        "The first parameter requires the (\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or "
        "\"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\" or "
        "\"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\") type, however \"%s\" has the type "
        "\"%.200s\".",
        fb_buf_text(&text), fb_type_sql(window->time->type, a->arena));
    fb_buf_deinit(&text);
    return fail_window(a, raw, window, "UNEXPECTED_INPUT_TYPE", length > 0 ? what : "");
}

static bool is_same_window(const fb_time_column *column, const fb_time_window *window)
{
    return column->window.width_us == window->width_us &&
           column->window.slide_us == window->slide_us &&
           column->window.start_us == window->start_us &&
           fb_expr_same(column->argument, window->time);
}

static const fb_type *window_type(fb_arena *arena, const fb_type *time)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("start"), .type = time, .nullable = true},
        {.name = FB_SLICE("end"), .type = time, .nullable = true},
    };
    return fb_type_struct(arena, fields, 2);
}

/* Event time stays event time, where the time is a plain column. */
static fb_slice metadata_of(const fb_plan *plan, const fb_expr *expr)
{
    bool is_column = expr->kind == FB_EXPR_COLUMN && expr->ordinal < plan->output_count;
    return is_column ? plan->output[expr->ordinal].metadata : (fb_slice){0};
}

static bool has_aggregate(const fb_plan *plan)
{
    if (plan->kind == FB_PLAN_AGGREGATE) return true;
    for (uint32_t i = 0; i < plan->child_count; i++)
        if (has_aggregate(plan->children[i])) return true;
    return false;
}

/* Rows without a time have no window and are dropped. Spark does it with a filter, which also moves
 * below an aggregation, and so decides what lies in its state; elsewhere the window's own dropping
 * says the same and costs less. */
static fb_status drop_null_times(fb_analyzer *a, fb_time_columns *times, const fb_expr *time,
                                 fb_position position)
{
    if (!time->nullable || !has_aggregate(times->plan)) return FB_OK;
    const fb_expr *args[] = {time};
    fb_expr *condition;
    FB_TRY(fb_bind_named(&a->binder, "isnotnull", args, 1, position, &condition));
    fb_plan *filter = fb_plan_filter(a->arena, position, times->plan, condition);
    if (!filter) return fb_analyzer_nomem(a);
    times->plan = filter;
    return FB_OK;
}

static fb_status add_window(fb_analyzer *a, fb_time_columns *times, const fb_raw_expr *raw,
                            const fb_time_window *window, const fb_time_column **out)
{
    FB_TRY(drop_null_times(a, times, window->time, raw->position));
    fb_time_column *column = add_column(a, times);
    const fb_type *type = window_type(a->arena, window->time->type);
    fb_slice metadata;
    if (!column || !type ||
        !fb_metadata_with(a->arena, metadata_of(times->plan, window->time), FB_METADATA_TIME_WINDOW,
                          "true", &metadata))
        return fb_analyzer_nomem(a);
    *column = (fb_time_column){.argument = window->time,
                               .window = *window,
                               .ordinal = times->plan->output_count,
                               .column = {.id = fb_attribute_new_id(),
                                          .name = FB_SLICE("window"),
                                          .type = type,
                                          .nullable = window->slide_us != window->width_us,
                                          .metadata = metadata}};
    fb_plan *plan = widen(a, times, FB_PLAN_WINDOW, column, raw->position);
    if (!plan) return fb_analyzer_nomem(a);
    plan->window = *window;
    times->plan = plan;
    times->count++;
    *out = column;
    return FB_OK;
}

static fb_status analyze_window(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                const fb_expr **out)
{
    if (raw->arg_count < 2 || raw->arg_count > 4)
        return fb_analyzer_fail(
            a, raw->position, FB_E_ANALYSIS, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            "The `window` requires [2, 3, 4] parameters but the actual number is %u.",
            raw->arg_count);
    fb_time_window window = {0};
    FB_TRY(read_duration(a, raw->args[1], &window.width_us));
    window.slide_us = window.width_us;
    if (raw->arg_count > 2) FB_TRY(read_duration(a, raw->args[2], &window.slide_us));
    if (raw->arg_count > 3) FB_TRY(read_duration(a, raw->args[3], &window.start_us));
    FB_TRY(fb_analyze_expr(a, scope, raw->args[0], &window.time));
    if (fb_expr_has_call(window.time))
        return fb_analyzer_fail(a, raw->position, FB_E_UNSUPPORTED, "",
                                "the time of window() must not be an aggregate; put that into a "
                                "subquery");
    FB_TRY(convert_time(a, scope, raw, &window));
    FB_TRY(check_range(a, raw, &window));
    const fb_time_column *column = NULL;
    for (uint32_t i = 0; i < scope->times->count; i++) {
        const fb_time_column *each = &scope->times->columns[i];
        if (each->window.width_us == 0) continue;
        if (!is_same_window(each, &window))
            return fb_analyzer_fail(
                a, raw->position, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_1039",
                "Multiple time/session window expressions would result in a cartesian product of "
                "rows, therefore they are currently not supported.");
        column = each;
    }
    if (!column && scope->times->is_closed) return fail_place(a, raw);
    if (!column) FB_TRY(add_window(a, scope->times, raw, &window, &column));
    return fb_resolve_time_column(a, column, raw->position, out);
}

/* --- window_time() --- */

static fb_status fail_no_window(fb_analyzer *a, const fb_raw_expr *raw, const fb_expr *window)
{
    fb_buf text;
    fb_buf_init(&text, 500);
    fb_expr_print(window, &text);
    fb_status status = fb_analyzer_fail(a, raw->position, FB_E_ANALYSIS, "_LEGACY_ERROR_TEMP_3101",
                                        "The input is not a correct window column: "
                                        "window_time(%s)",
                                        fb_buf_text(&text));
    fb_buf_deinit(&text);
    return status;
}

/* The last microsecond that is in the window: end - 1. */
static fb_status bind_window_time(fb_analyzer *a, const fb_expr *window, fb_position position,
                                  const fb_expr **out)
{
    const fb_expr *args[] = {window};
    fb_expr *call;
    FB_TRY(fb_bind_named(&a->binder, "window_time", args, 1, position, &call));
    *out = call;
    return FB_OK;
}

static fb_status add_window_time(fb_analyzer *a, fb_time_columns *times, const fb_raw_expr *raw,
                                 const fb_expr *window, fb_slice name, const fb_time_column **out)
{
    const fb_plan *child = times->plan;
    fb_time_column *column = add_column(a, times);
    const fb_expr **exprs =
        fb_arena_array(a->arena, (size_t)child->output_count + 1, sizeof *exprs);
    fb_slice metadata;
    if (!column || !exprs ||
        !fb_metadata_without(a->arena, metadata_of(child, window), FB_METADATA_TIME_WINDOW,
                             &metadata))
        return fb_analyzer_nomem(a);
    const fb_scope all = {.columns = child->output, .count = child->output_count};
    for (uint32_t i = 0; i < child->output_count; i++)
        FB_TRY(fb_resolve_column(a, &all, i, child->output[i].name, raw->position, &exprs[i]));
    FB_TRY(bind_window_time(a, window, raw->position, &exprs[child->output_count]));
    *column = (fb_time_column){.argument = window,
                               .ordinal = child->output_count,
                               .column = {.id = fb_attribute_new_id(),
                                          .name = name,
                                          .type = exprs[child->output_count]->type,
                                          .nullable = true,
                                          .metadata = metadata}};
    fb_plan *plan = widen(a, times, FB_PLAN_PROJECT, column, raw->position);
    if (!plan) return fb_analyzer_nomem(a);
    plan->exprs = exprs;
    plan->expr_count = plan->output_count;
    times->plan = plan;
    times->count++;
    *out = column;
    return FB_OK;
}

static fb_status analyze_window_time_of(fb_analyzer *a, const fb_scope *scope,
                                        const fb_raw_expr *raw, const fb_expr *window,
                                        fb_slice name, const fb_expr **out)
{
    fb_time_columns *times = scope->times;
    if (!fb_metadata_has(metadata_of(times->plan, window), FB_METADATA_TIME_WINDOW))
        return fail_no_window(a, raw, window);
    const fb_time_column *column = NULL;
    for (uint32_t i = 0; i < times->count && !column; i++)
        if (times->columns[i].window.width_us == 0 &&
            fb_expr_same(times->columns[i].argument, window))
            column = &times->columns[i];
    if (!column && times->is_closed) return fail_place(a, raw);
    if (!column) FB_TRY(add_window_time(a, times, raw, window, name, &column));
    return fb_resolve_time_column(a, column, raw->position, out);
}

static fb_status analyze_window_time(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                     const fb_expr **out)
{
    const fb_expr *window;
    if (raw->arg_count != 1)
        return fb_analyzer_fail(
            a, raw->position, FB_E_ANALYSIS, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            "The `window_time` requires 1 parameters but the actual number is %u.", raw->arg_count);
    FB_TRY(fb_analyze_expr(a, scope, raw->args[0], &window));
    if (window->type->id != FB_TYPE_STRUCT) { /* its binder says what is wrong */
        FB_TRY(bind_window_time(a, window, raw->position, out));
        return FB_E_ANALYSIS;
    }
    if (fb_expr_has_call(window) || !is_window_type(window->type))
        return fail_no_window(a, raw, window);
    fb_buf name;
    fb_buf_init(&name, 0);
    fb_expr_print(window, &name);
    char *text =
        name.failed ? NULL : fb_arena_printf(a->arena, "window_time(%s)", fb_buf_text(&name));
    fb_buf_deinit(&name);
    if (!text) return fb_analyzer_nomem(a);
    return analyze_window_time_of(a, scope, raw, window, fb_slice_of(text), out);
}

/* --- both --- */

fb_status fb_analyze_time_call(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                               const fb_expr **out)
{
    if (!scope->times) return fail_place(a, raw);
    return is_window(raw->name) ? analyze_window(a, scope, raw, out)
                                : analyze_window_time(a, scope, raw, out);
}

static fb_status analyze_windows(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                 uint32_t *budget)
{
    const fb_expr *window;
    if (!*budget) return FB_OK; /* analysis will refuse it */
    --*budget;
    if (raw->kind == FB_RAW_CALL && is_window(raw->name))
        return fb_analyze_expr(a, scope, raw, &window);
    for (uint32_t i = 0; i < raw->arg_count; i++)
        FB_TRY(analyze_windows(a, scope, raw->args[i], budget));
    return FB_OK;
}

fb_status fb_analyze_windows_of(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw)
{
    uint32_t budget = FB_ANALYZER_MAX_EXPRS;
    return analyze_windows(a, scope, raw, &budget);
}
