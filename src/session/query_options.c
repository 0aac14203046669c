/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of CREATE STREAMING TABLE and of a writer: those of every query (where its checkpoint
 * lies, its name, mode and trigger) in one table with those of its sink, so that one parser and one
 * error message know them all. */
#include "base/parse.h"
#include "session/session_state.h"

#include <stdio.h>

static const fb_option_spec common_specs[] = {
    {.name = "checkpointLocation",
     .type = FB_OPTION_STRING,
     .default_text = "",
     .unit = "",
     .help = "directory that keeps the query's progress and state"},
    {.name = "queryName",
     .type = FB_OPTION_STRING,
     .default_text = "",
     .unit = "",
     .help = "name in messages and progress"},
    {.name = "outputMode",
     .type = FB_OPTION_STRING,
     .default_text = "append",
     .unit = "",
     .help = "append, update or complete"},
    {.name = "trigger",
     .type = FB_OPTION_STRING,
     .default_text = "0 seconds",
     .unit = "",
     .help = "availableNow, once, or an interval such as '5 seconds'"},
};

enum { COMMON_COUNT = sizeof common_specs / sizeof common_specs[0] };
enum common_option { CHECKPOINT, NAME, MODE, TRIGGER };

/* Where to underline. */
static fb_status blame(fb_position position, fb_status status, uint32_t *length, fb_error *err)
{
    *length = position.length;
    if (err) {
        err->line = position.line;
        err->column = position.column;
    }
    return status;
}

static fb_status unknown_sink(fb_slice format, fb_error *err)
{
    uint32_t count;
    const fb_sink_ops *const *sinks = fb_sink_registry(&count);
    const char *names[64];
    fb_buf list;
    fb_buf_init(&list, 0);
    for (uint32_t i = 0; i < count && i < 64; i++) {
        names[i] = sinks[i]->name;
        fb_buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = fb_nearest_name(format, names, count < 64 ? count : 64);
    fb_status status = fb_fail_condition(
        err, FB_E_ANALYSIS, "DATA_SOURCE_NOT_FOUND", "unknown sink '%.*s'%s%s%s\nsinks: %s",
        FB_SLICE_ARGS(format), nearest ? "; did you mean '" : "", nearest ? nearest : "",
        nearest ? "'?" : "", fb_buf_text(&list));
    fb_buf_deinit(&list);
    return status;
}

static fb_status parse_mode(fb_slice text, const fb_sink_ops *sink, fb_output_mode *out,
                            fb_error *err)
{
    static const char *const names[] = {"append", "update", "complete"};
    for (int mode = FB_OUTPUT_APPEND; mode <= FB_OUTPUT_COMPLETE; mode++) {
        if (!fb_slice_equal_nocase(text, fb_slice_of(names[mode]))) continue;
        *out = (fb_output_mode)mode;
        if (sink->modes & (1u << mode)) return FB_OK;
        return fb_fail_condition(err, FB_E_ANALYSIS, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                                 "sink '%s' does not support output mode %s", sink->name,
                                 names[mode]);
    }
    return fb_fail_condition(err, FB_E_ANALYSIS, "STREAMING_OUTPUT_MODE.INVALID",
                             "unknown output mode '%.*s'; expected append, update or complete",
                             FB_SLICE_ARGS(text));
}

static fb_status parse_trigger(fb_slice text, fb_trigger *out, fb_error *err)
{
    int64_t interval_us;
    *out = (fb_trigger){.kind = FB_TRIGGER_INTERVAL};
    if (fb_slice_equal_nocase(text, FB_SLICE("availableNow")))
        out->kind = FB_TRIGGER_AVAILABLE_NOW;
    else if (fb_slice_equal_nocase(text, FB_SLICE("once")))
        out->kind = FB_TRIGGER_ONCE;
    else if (fb_parse_duration_us(text, false, &interval_us) && interval_us >= 0)
        out->interval_ms = interval_us / 1000;
    else
        return fb_fail(err, FB_E_INVALID, 0,
                       "trigger is '%.*s'; expected availableNow, once, or an interval such as "
                       "'5 seconds'",
                       FB_SLICE_ARGS(text));
    return FB_OK;
}

/* The value's place for a common option that was given, for errors found after parsing. */
static fb_position value_position(const fb_option_list *options, enum common_option which)
{
    fb_position position = {0};
    for (uint32_t i = 0; i < options->count; i++)
        if (fb_slice_equal_nocase(options->items[i].key, fb_slice_of(common_specs[which].name)))
            position = options->items[i].value_position;
    return position;
}

/* Spark can make no path of an empty text; most likely a variable was not set. */
static fb_status check_location(const fb_option_list *options, fb_error *err)
{
    for (uint32_t i = 0; i < options->count; i++) {
        const fb_slice name = fb_slice_of(common_specs[CHECKPOINT].name);
        if (!options->items[i].value.size && fb_slice_equal_nocase(options->items[i].key, name))
            return fb_fail(
                err, FB_E_INVALID, 0,
                "checkpointLocation is empty; expected a folder, or leave the option out "
                "for a temporary one");
    }
    return FB_OK;
}

static fb_status parse_common(const fb_option_value *values, const fb_option_list *options,
                              fb_query_plan *out, uint32_t *length, fb_error *err)
{
    out->checkpoint = values[CHECKPOINT].text;
    out->name = values[NAME].text;
    fb_status status = check_location(options, err);
    if (status != FB_OK) return blame(value_position(options, CHECKPOINT), status, length, err);
    status = parse_mode(values[MODE].text, out->sink, &out->mode, err);
    if (status != FB_OK) return blame(value_position(options, MODE), status, length, err);
    status = parse_trigger(values[TRIGGER].text, &out->trigger, err);
    if (status != FB_OK) return blame(value_position(options, TRIGGER), status, length, err);
    return FB_OK;
}

fb_status fb_query_plan_parse(fb_arena *arena, fb_slice format, fb_position format_position,
                              const fb_option_list *options, fb_query_plan *out, uint32_t *length,
                              fb_error *err)
{
    *out = (fb_query_plan){.sink = fb_sink_find(format)};
    *length = 0;
    if (!out->sink) return blame(format_position, unknown_sink(format, err), length, err);
    uint32_t spec_count = COMMON_COUNT + out->sink->option_count;
    fb_option_spec *specs = fb_arena_array(arena, spec_count, sizeof *specs);
    fb_option_value *values = fb_arena_array(arena, spec_count, sizeof *values);
    fb_option_input *inputs = fb_arena_array(arena, options->count, sizeof *inputs);
    char *owner = fb_arena_printf(arena, "sink '%s'", out->sink->name);
    if (!specs || !values || !inputs || !owner) return fb_fail_nomem(err, "options");
    memcpy(specs, common_specs, sizeof common_specs);
    if (out->sink->option_count)
        memcpy(specs + COMMON_COUNT, out->sink->options, out->sink->option_count * sizeof *specs);
    for (uint32_t i = 0; i < options->count; i++)
        inputs[i] = (fb_option_input){options->items[i].key, options->items[i].value};
    fb_option_fault fault;
    fb_status status =
        fb_options_parse(specs, spec_count, owner, inputs, options->count, values, &fault, err);
    if (status != FB_OK) {
        fb_position position = format_position;
        if (fault.index < options->count)
            position = fault.in_value ? options->items[fault.index].value_position
                                      : options->items[fault.index].key_position;
        return blame(position, status, length, err);
    }
    out->sink_options = values + COMMON_COUNT;
    return parse_common(values, options, out, length, err);
}
