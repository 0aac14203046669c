/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `json`: files of JSON lines in a directory. The schema is the user's. */
#include "base/memory.h"
#include "formats/json_reader.h"
#include "formats/lines.h"
#include "sources/file.h"

enum {
    JSON_MODE = FB_FILE_OPTION_COUNT,
    JSON_CORRUPT_COLUMN,
    JSON_MULTI_LINE,
    JSON_TIME_ZONE,
    JSON_OPTION_COUNT
};

static const fb_option_spec options[JSON_OPTION_COUNT] = {
    FB_FILE_OPTIONS,
    [JSON_MODE] = {"mode", FB_OPTION_STRING, "PERMISSIVE", "",
                   "malformed lines: PERMISSIVE (nulls), DROPMALFORMED or FAILFAST", 0, 0},
    [JSON_CORRUPT_COLUMN] = {"columnNameOfCorruptRecord", FB_OPTION_STRING, "_corrupt_record", "",
                             "column of the schema that gets malformed lines", 0, 0},
    [JSON_MULTI_LINE] = {"multiLine", FB_OPTION_BOOL, "false", "",
                         "one value over several lines; only false", 0, 0},
    [JSON_TIME_ZONE] = {"timeZone", FB_OPTION_STRING, "", "",
                        "zone of timestamps that name none (default: the session's)", 0, 0},
};

static fb_status read_mode(fb_slice text, fb_json_mode *out, fb_error *err)
{
    static const char *const names[] = {[FB_JSON_PERMISSIVE] = "PERMISSIVE",
                                        [FB_JSON_DROPMALFORMED] = "DROPMALFORMED",
                                        [FB_JSON_FAILFAST] = "FAILFAST"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *out = (fb_json_mode)i;
        if (fb_slice_equal_nocase(text, fb_slice_of(names[i]))) return FB_OK;
    }
    return fb_fail(err, FB_E_INVALID, 0,
                   "source 'json': option 'mode' is '%.*s'; expected PERMISSIVE, DROPMALFORMED or "
                   "FAILFAST",
                   FB_SLICE_ARGS(text));
}

static fb_status read_settings(const fb_source_config *config, fb_json_reader *out, fb_error *err)
{
    const fb_option_value *values = config->options;
    *out = (fb_json_reader){.schema = config->schema,
                            .corrupt_column = values[JSON_CORRUPT_COLUMN].text,
                            .timezone = config->timezone ? config->timezone : fb_timezone_utc()};
    FB_TRY(fb_file_check_options("json", values, err));
    FB_TRY(read_mode(values[JSON_MODE].text, &out->mode, err));
    if (values[JSON_MULTI_LINE].boolean)
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "source 'json': option 'multiLine' is true; only files with a value on each "
                       "line are read");
    if (values[JSON_TIME_ZONE].is_given)
        FB_TRY(fb_timezone_find(values[JSON_TIME_ZONE].text, &out->timezone, err));
    return fb_json_reader_check(out, err);
}

/* The type with everything in it nullable: what a file holds is not the schema's to promise. */
static const fb_type *as_nullable(fb_arena *arena, const fb_type *type)
{
    if (!fb_type_is_nested(type)) return fb_type_copy(arena, type);
    fb_field *fields = fb_arena_array(arena, type->field_count, sizeof *fields);
    if (!fields) return NULL;
    for (uint32_t i = 0; i < type->field_count; i++) {
        fields[i] = type->fields[i];
        fields[i].nullable = true;
        fields[i].type = as_nullable(arena, type->fields[i].type);
        if (!fields[i].type) return NULL;
    }
    if (type->id == FB_TYPE_ARRAY) return fb_type_array(arena, fields[0].type, true);
    if (type->id == FB_TYPE_MAP) return fb_type_map(arena, fields[0].type, fields[1].type, true);
    return fb_type_struct(arena, fields, type->field_count);
}

static fb_status json_schema(const fb_source_config *config, fb_arena *arena, const fb_type **out,
                             fb_error *err)
{
    fb_json_reader checked;
    fb_source_config nullable = *config;
    nullable.schema = as_nullable(arena, config->schema);
    if (!nullable.schema) return fb_fail_nomem(err, "a schema");
    FB_TRY(read_settings(&nullable, &checked, err));
    *out = nullable.schema;
    return FB_OK;
}

/* Rows of a line that has more than a chunk of them: chunk by chunk, the line parsed for each. */
static fb_status give_window(fb_json_rows *rows, size_t line_end, fb_file_place *place,
                             fb_chunk *out, fb_error *err)
{
    uint32_t first = place->window * FB_CHUNK_ROWS;
    uint32_t left = fb_json_rows_count(rows) - first;
    bool is_rest = left <= FB_CHUNK_ROWS;
    FB_TRY(fb_json_rows_chunk(rows, first, is_rest ? left : FB_CHUNK_ROWS, out, err));
    *place = is_rest ? (fb_file_place){.offset = line_end}
                     : (fb_file_place){.offset = place->offset, .window = place->window + 1};
    return FB_OK;
}

static fb_status json_parse(const void *settings, const bool *columns, fb_arena *arena,
                            fb_slice block, bool is_last, fb_file_place *place, fb_chunk *out,
                            fb_error *err)
{
    fb_json_reader reader = *(const fb_json_reader *)settings;
    reader.columns = columns;
    fb_json_rows *rows;
    FB_TRY(fb_json_rows_create(&reader, arena, &rows, err));
    fb_lines lines = fb_lines_make(block, is_last);
    for (fb_slice line; fb_lines_next(&lines, &line);) {
        uint32_t before = fb_json_rows_count(rows);
        FB_TRY(fb_json_rows_add(rows, line, err));
        size_t line_end = (size_t)(lines.at - block.data);
        if (fb_json_rows_count(rows) > FB_CHUNK_ROWS) {
            if (!before) return give_window(rows, line_end, place, out, err);
            fb_json_rows_truncate(rows, before); /* the line opens the next chunk */
            break;
        }
        place->offset = line_end;
        if (fb_json_rows_count(rows) == FB_CHUNK_ROWS) break;
    }
    return fb_json_rows_chunk(rows, 0, fb_json_rows_count(rows), out, err);
}

static const fb_file_format json_format = {.parse = json_parse};

static fb_status json_open(const fb_source_config *config, fb_source **out, fb_error *err)
{
    fb_json_reader *settings = fb_alloc(sizeof *settings);
    if (!settings) return fb_fail_nomem(err, "source 'json'");
    fb_status status = read_settings(config, settings, err);
    settings->now_us = fb_clock_wall_us(config->clock);
    if (status == FB_OK)
        status = fb_file_source_create(&fb_source_json, config, &json_format, settings, out, err);
    if (status != FB_OK) fb_free(settings);
    return status;
}

const fb_source_ops fb_source_json = {
    .abi = FB_SOURCE_ABI,
    .name = "json",
    .help = "rows of the JSON lines in the files of a directory",
    .options = options,
    .option_count = JSON_OPTION_COUNT,
    .accepts_schema = true,
    .needs_schema = true,
    .admission_control = true,
    .schema = json_schema,
    .open = json_open,
    .close = fb_file_source_close,
    .describe = fb_file_source_describe,
    .initial_offset = fb_file_source_initial_offset,
    .latest_offset = fb_file_source_latest_offset,
    .plan = fb_file_source_plan,
    .read = fb_file_source_read,
    .may_lose_rows = fb_file_source_may_lose_rows,
    .prepare_available_now = fb_file_source_prepare_available_now,
};
