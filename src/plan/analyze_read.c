/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads of a streaming source: its options, its schema. */
#include "plan/analyzer.h"

#include <stdio.h>

static const fb_source_ops *find_source(const fb_raw_plan *read, fb_error *err)
{
    const fb_source_ops *ops = fb_source_find(read->name);
    if (ops) return ops;
    uint32_t count;
    const fb_source_ops *const *all = fb_source_registry(&count);
    const char *names[64];
    char list[256] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < count && i < 64; i++) {
        names[i] = all[i]->name;
        int length = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
        if (length > 0 && (size_t)length < sizeof list - used) used += (size_t)length;
    }
    const char *nearest = fb_nearest_name(read->name, names, count < 64 ? count : 64);
    (void)fb_fail_condition(err, FB_E_ANALYSIS, "DATA_SOURCE_NOT_FOUND",
                            "Failed to find the data source: %.*s%s%s%s\nsources: %s",
                            read->name.size > 80 ? 80 : (int)read->name.size, read->name.data,
                            nearest ? "; did you mean " : "", nearest ? nearest : "",
                            nearest ? "?" : "", list);
    return NULL;
}

static fb_status fail_at(fb_position position, fb_status status, fb_error *err)
{
    if (!err || err->line) return status;
    err->line = position.line;
    err->column = position.column;
    err->length = position.length;
    return status;
}

/* Texts of options outlive the statement that they were written in. */
static fb_slice keep(fb_arena *arena, fb_slice text)
{
    const char *copy = fb_arena_strdup(arena, text);
    return (fb_slice){copy, copy ? text.size : 0};
}

static fb_status parse_options(fb_arena *arena, const fb_raw_plan *read, const fb_source_ops *ops,
                               const fb_option_value **out, fb_error *err)
{
    uint32_t count = read->options.count;
    char owner[96];
    int length = snprintf(owner, sizeof owner, "source '%s'", ops->name);
    fb_option_input *inputs = fb_arena_array(arena, count, sizeof *inputs);
    fb_option_value *values = fb_arena_array(arena, ops->option_count, sizeof *values);
    if (length < 0 || !inputs || !values) return fb_fail_nomem(err, "the options of a source");
    for (uint32_t i = 0; i < count; i++) {
        const fb_option *given = &read->options.items[i];
        inputs[i] = (fb_option_input){keep(arena, given->key), keep(arena, given->value)};
        if (!inputs[i].key.data || !inputs[i].value.data)
            return fb_fail_nomem(err, "the options of a source");
    }
    fb_option_fault fault;
    fb_status status = fb_options_parse(ops->options, ops->option_count, owner, inputs, count,
                                        values, &fault, err);
    *out = values;
    if (status == FB_OK) return FB_OK;
    if (fault.index >= count) return fail_at(read->position, status, err);
    const fb_option *wrong = &read->options.items[fault.index];
    return fail_at(fault.in_value ? wrong->value_position : wrong->key_position, status, err);
}

static fb_status check_schema(const fb_raw_plan *read, const fb_source_ops *ops, fb_error *err)
{
    if (read->schema && !ops->accepts_schema)
        return fb_fail(err, FB_E_ANALYSIS, 0,
                       "source '%s' does not take a schema: its columns are "
                       "its own",
                       ops->name);
    if (!read->schema && ops->needs_schema)
        return fb_fail(err, FB_E_ANALYSIS, 0, "source '%s' needs a schema, as in %s", ops->name,
                       "CREATE TEMPORARY VIEW v (a INT, b STRING) USING ...");
    return FB_OK;
}

static fb_status make_source(fb_arena *arena, const fb_raw_plan *read, const fb_source_ops *ops,
                             void *user, fb_plan_source **out, fb_error *err)
{
    fb_plan_source *source = fb_arena_alloc_zero(arena, sizeof *source);
    if (!source) return fb_fail_nomem(err, "a source");
    source->ops = ops;
    source->user = user;
    source->view_name = fb_slice_of(ops->name);
    if (read->schema) {
        source->given_schema = fb_type_copy(arena, read->schema);
        if (!source->given_schema) return fb_fail_nomem(err, "a schema");
    }
    FB_TRY(parse_options(arena, read, ops, &source->options, err));
    fb_source_config config = {
        .options = source->options, .schema = source->given_schema, .user = user};
    FB_TRY(ops->schema(&config, arena, &source->schema, err));
    *out = source;
    return FB_OK;
}

fb_status fb_analyze_read(const fb_analysis *analysis, const fb_raw_plan *read, void *user,
                          const fb_plan **out, fb_error *err)
{
    *out = NULL;
    fb_arena *arena = analysis->arena;
    const fb_source_ops *ops = find_source(read, err);
    if (!ops) return fail_at(read->position, FB_E_ANALYSIS, err);
    if (err) err->line = 0; /* so that fail_at sees whether a place was set */
    fb_status status = check_schema(read, ops, err);
    fb_plan_source *source = NULL;
    if (status == FB_OK) status = make_source(arena, read, ops, user, &source, err);
    if (status != FB_OK) return fail_at(read->position, status, err);
    fb_plan *plan = fb_plan_make(arena, FB_PLAN_SOURCE, read->position, NULL);
    fb_attribute *output = fb_arena_array(arena, source->schema->field_count, sizeof *output);
    if (!plan || !output) return fb_fail_nomem(err, "a source");
    for (uint32_t i = 0; i < source->schema->field_count; i++) {
        const fb_field *field = &source->schema->fields[i];
        output[i] = (fb_attribute){.id = fb_attribute_new_id(),
                                   .name = field->name,
                                   .type = field->type,
                                   .nullable = field->nullable,
                                   .metadata = field->metadata};
    }
    plan->source = source;
    plan->output = output;
    plan->output_count = source->schema->field_count;
    plan->is_streaming = true;
    *out = plan;
    return FB_OK;
}
