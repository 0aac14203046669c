/* SPDX-License-Identifier: Apache-2.0
 *
 * Help texts, made from the tables that the parsers use. */
#include "base/memory.h"
#include "expr/aggregate.h"
#include "session/session_state.h"
#include "stream/settings.h"

#include <stdlib.h>

enum { MAX_NAMES = 1024 };

const char *fb_version(void)
{
    return FB_VERSION;
}

static void help_sources(fb_buf *out)
{
    uint32_t count;
    const fb_source_ops *const *sources = fb_source_registry(&count);
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(out, "%-18s %s\n", sources[i]->name, sources[i]->help);
}

static void help_sinks(fb_buf *out)
{
    uint32_t count;
    const fb_sink_ops *const *sinks = fb_sink_registry(&count);
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(out, "%-18s %s\n", sinks[i]->name, sinks[i]->help);
}

static void help_settings(fb_buf *out)
{
    uint32_t count;
    const fb_option_spec *specs = fb_setting_specs(&count);
    fb_options_help(specs, count, out);
}

static int compare_usages(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

typedef struct function_text {
    const char *name, *usage;
} function_text;

/* The one function that is no expression: analysis makes a node of the plan of it. */
static const function_text window_text = {
    "window",
    "window(time, width[, slide[, start]]) - the time windows that a row lies in, one of them at a "
    "time: {start, end}"};

/* All functions, then all aggregates; as many as there is room for. */
static uint32_t list_functions(function_text texts[MAX_NAMES])
{
    uint32_t list_count, count = 0;
    texts[count++] = window_text;
    const fb_function_list *const *lists = fb_function_lists(&list_count);
    for (uint32_t i = 0; i < list_count; i++)
        for (uint32_t j = 0; j < lists[i]->count && count < MAX_NAMES; j++)
            texts[count++] =
                (function_text){lists[i]->functions[j].name, lists[i]->functions[j].usage};
    const fb_aggregate_list *const *aggregates = fb_aggregate_lists(&list_count);
    for (uint32_t i = 0; i < list_count; i++)
        for (uint32_t j = 0; j < aggregates[i]->count && count < MAX_NAMES; j++)
            texts[count++] = (function_text){aggregates[i]->functions[j].name,
                                             aggregates[i]->functions[j].usage};
    return count;
}

static void help_functions(fb_buf *out)
{
    function_text texts[MAX_NAMES];
    const char *usages[MAX_NAMES];
    uint32_t text_count = list_functions(texts), count = 0;
    for (uint32_t i = 0; i < text_count; i++)
        if (texts[i].usage) usages[count++] = texts[i].usage;
    qsort(usages, count, sizeof *usages, compare_usages);
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(out, "%s\n", usages[i]);
}

typedef struct topic {
    const char *name;
    void (*print)(fb_buf *out);
} topic;

static const topic topics[] = {
    {"sources", help_sources},     {"sinks", help_sinks},        {"settings", help_settings},
    {"functions", help_functions}, {"source", help_sources},     {"sink", help_sinks},
    {"setting", help_settings},    {"function", help_functions},
};

enum { TOPIC_COUNT = sizeof topics / sizeof topics[0] };

static bool help_source(fb_slice name, fb_buf *out)
{
    const fb_source_ops *source = fb_source_find(name);
    if (!source) return false;
    fb_buf_printf(out, "source '%s': %s\n\n", source->name, source->help);
    fb_options_help(source->options, source->option_count, out);
    return true;
}

static bool help_sink(fb_slice name, fb_buf *out)
{
    const fb_sink_ops *sink = fb_sink_find(name);
    if (!sink) return false;
    fb_buf_printf(out, "sink '%s': %s\n\n", sink->name, sink->help);
    fb_options_help(sink->options, sink->option_count, out);
    return true;
}

static bool help_function(fb_slice name, fb_buf *out)
{
    const fb_function *function = fb_function_find(name);
    const fb_aggregate *aggregate = fb_aggregate_find(name);
    const char *usage = function ? function->usage : aggregate ? aggregate->usage : NULL;
    if (fb_slice_equal_nocase(name, fb_slice_of(window_text.name))) usage = window_text.usage;
    if (!usage) return false;
    fb_buf_printf(out, "%s\n", usage);
    return true;
}

/* "source rate" and its like; a name alone is looked for everywhere. */
static bool help_one(fb_slice text, fb_buf *out)
{
    const char *space = text.size ? memchr(text.data, ' ', text.size) : NULL;
    size_t kind_size = space ? (size_t)(space - text.data) : 0;
    fb_slice kind = {text.data, kind_size};
    fb_slice name = space ? (fb_slice){space + 1, text.size - kind_size - 1} : text;
    if ((!space || fb_slice_is(kind, "source")) && help_source(name, out)) return true;
    if ((!space || fb_slice_is(kind, "sink")) && help_sink(name, out)) return true;
    return (!space || fb_slice_is(kind, "function")) && help_function(name, out);
}

static uint32_t list_names(const char *names[MAX_NAMES])
{
    uint32_t count = 0, source_count, sink_count;
    const fb_source_ops *const *sources = fb_source_registry(&source_count);
    const fb_sink_ops *const *sinks = fb_sink_registry(&sink_count);
    function_text functions[MAX_NAMES];
    uint32_t function_count = list_functions(functions);
    for (uint32_t i = 0; i < TOPIC_COUNT; i++)
        names[count++] = topics[i].name;
    for (uint32_t i = 0; i < source_count && count < MAX_NAMES; i++)
        names[count++] = sources[i]->name;
    for (uint32_t i = 0; i < sink_count && count < MAX_NAMES; i++)
        names[count++] = sinks[i]->name;
    for (uint32_t i = 0; i < function_count && count < MAX_NAMES; i++)
        names[count++] = functions[i].name;
    return count;
}

/* Of "source rat" the second word counts. */
static fb_status not_found(fb_slice text, fb_error *err)
{
    const char *names[MAX_NAMES];
    const char *space = text.size ? memchr(text.data, ' ', text.size) : NULL;
    fb_slice name = text;
    if (space) name = fb_slice_make(space + 1, text.size - (size_t)(space + 1 - text.data));
    const char *nearest = fb_nearest_name(name, names, list_names(names));
    return fb_fail(err, FB_E_NOT_FOUND, 0, "there is no help for '%.*s'%s%s%s", FB_SLICE_ARGS(text),
                   nearest ? "; did you mean '" : "; see 'forebay help'", nearest ? nearest : "",
                   nearest ? "'?" : "");
}

fb_status fb_help(const char *name, char **out, fb_error *err)
{
    *out = NULL;
    fb_slice text = fb_slice_of(name);
    fb_buf help;
    fb_buf_init(&help, 0);
    bool found = false;
    for (uint32_t i = 0; i < TOPIC_COUNT && !found; i++) {
        found = fb_slice_is(text, topics[i].name);
        if (found) topics[i].print(&help);
    }
    fb_status status = FB_OK;
    if (!found && !help_one(text, &help)) status = not_found(text, err);
    if (status == FB_OK) {
        *out = help.failed ? NULL : fb_strdup(fb_buf_text(&help));
        if (!*out) status = fb_fail_nomem(err, "help");
    }
    fb_buf_deinit(&help);
    return status;
}
