/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of the offset log.
 *
 *   v1
 *   {"batchWatermarkMs":0,"batchTimestampMs":1795354149713,"conf":{"k":"v",...}}
 *   <offset of source 0, or ->
 *   <offset of source 1, or ->          no line end after the last
 *
 * Version 2 names the sources, `0:<offset>`, and lists only those that have an offset; it is read,
 * never written, since Spark 4.2.0 itself cannot restart from all that it writes in that form. */
#include "base/parse.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/log_text.h"
#include "formats/json_writer.h"

enum { MAX_VERSION = 2 };

static fb_status check_entry(const fb_offset_entry *entry, fb_error *err)
{
    if (entry->source_count > FB_CHECKPOINT_MAX_SOURCES)
        return fb_fail(err, FB_E_LIMIT, 0, "an offset entry takes at most %d sources, not %u",
                       FB_CHECKPOINT_MAX_SOURCES, entry->source_count);
    for (uint32_t i = 0; i < entry->source_count; i++) {
        fb_slice offset = entry->offsets[i];
        if (!offset.data) continue;
        if (offset.size == 0 || memchr(offset.data, '\n', offset.size) ||
            memchr(offset.data, '\r', offset.size))
            return fb_fail(err, FB_E_INVALID, 0,
                           "the offset of source %u must be one line of JSON: '%.*s'", i,
                           FB_SLICE_ARGS(offset));
    }
    return FB_OK;
}

static void write_metadata(const fb_offset_entry *entry, fb_buf *out)
{
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "batchWatermarkMs");
    fb_json_int(&json, entry->watermark_ms);
    fb_json_key(&json, "batchTimestampMs");
    fb_json_int(&json, entry->timestamp_ms);
    fb_json_key(&json, "conf");
    fb_json_begin_object(&json);
    for (uint32_t i = 0; i < entry->conf_count; i++) {
        fb_json_key_slice(&json, entry->conf[i].key);
        fb_json_string(&json, entry->conf[i].value);
    }
    fb_json_end_object(&json);
    fb_log_write_own(&json, entry->run_id, entry->plan);
    fb_json_end_object(&json);
}

fb_status fb_offset_entry_encode(const fb_offset_entry *entry, fb_buf *out, fb_error *err)
{
    FB_TRY(check_entry(entry, err));
    fb_buf_add_text(out, "v1\n");
    write_metadata(entry, out);
    for (uint32_t i = 0; i < entry->source_count; i++) {
        fb_buf_add_char(out, '\n');
        fb_buf_add_slice(out, entry->offsets[i].data ? entry->offsets[i] : FB_SLICE("-"));
    }
    return out->failed ? fb_fail_nomem(err, "an offset log entry") : FB_OK;
}

static fb_status read_conf(const fb_log_lines *lines, json_t *object, fb_arena *arena,
                           fb_offset_entry *out, fb_error *err)
{
    json_t *conf = json_object_get(object, "conf");
    if (!conf) return FB_OK;
    if (!json_is_object(conf))
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: line %u: member 'conf' must be an object",
                       lines->name, lines->line_number);
    fb_conf_entry *entries = fb_arena_array(arena, json_object_size(conf), sizeof *entries);
    if (!entries) return fb_fail_nomem(err, "the configuration of a batch");
    out->conf = entries;
    for (void *at = json_object_iter(conf); at; at = json_object_iter_next(conf, at)) {
        const char *key = json_object_iter_key(at);
        const json_t *value = json_object_iter_value(at);
        if (!json_is_string(value))
            return fb_fail(err, FB_E_CORRUPT, 0, "%s: line %u: conf '%s' must be a string",
                           lines->name, lines->line_number, key);
        fb_conf_entry *entry = &entries[out->conf_count++];
        fb_slice text = fb_slice_make(json_string_value(value), json_string_length(value));
        FB_TRY(fb_log_copy_text(fb_slice_of(key), arena, &entry->key, err));
        FB_TRY(fb_log_copy_text(text, arena, &entry->value, err));
    }
    return FB_OK;
}

/* Timestamps are microseconds in 64 bits. */
static fb_status check_time(const fb_log_lines *lines, int64_t ms, fb_error *err)
{
    if (ms >= INT64_MIN / 1000 && ms <= INT64_MAX / 1000) return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0,
                   "%s: line %u: member 'batchTimestampMs' is no time that a TIMESTAMP can hold",
                   lines->name, lines->line_number);
}

static fb_status read_metadata(fb_log_lines *lines, fb_arena *arena, fb_offset_entry *out,
                               fb_error *err)
{
    fb_slice line;
    if (!fb_log_lines_next(lines, &line) || line.size == 0)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "%s: line 2 is missing: expected {\"batchWatermarkMs\":...}", lines->name);
    json_t *object;
    FB_TRY(fb_log_json_object(lines, line, &object, err));
    fb_status status =
        fb_log_member_int(lines, object, "batchWatermarkMs", &out->watermark_ms, err);
    if (status == FB_OK)
        status = fb_log_member_int(lines, object, "batchTimestampMs", &out->timestamp_ms, err);
    if (status == FB_OK) status = check_time(lines, out->timestamp_ms, err);
    if (status == FB_OK) status = read_conf(lines, object, arena, out, err);
    if (status == FB_OK) status = fb_log_own_member(object, "runId", arena, &out->run_id, err);
    if (status == FB_OK) status = fb_log_own_member(object, "plan", arena, &out->plan, err);
    json_decref(object);
    return status;
}

/* One source's offset as it stands in the file, checked to be JSON: a cut line must not pass. */
static fb_status read_offset(const fb_log_lines *lines, fb_slice text, fb_arena *arena,
                             fb_slice *out, fb_error *err)
{
    *out = (fb_slice){0};
    if (fb_slice_is(text, "-")) return FB_OK;
    json_t *value;
    FB_TRY(fb_log_json(lines, text, &value, err));
    json_decref(value);
    return fb_log_copy_text(text, arena, out, err);
}

static uint32_t count_lines(fb_log_lines lines)
{
    uint32_t count = 0;
    fb_slice line;
    while (count <= FB_CHECKPOINT_MAX_SOURCES && fb_log_lines_next(&lines, &line))
        count++;
    return count;
}

/* `<source>:<offset>` of version 2. Sources with names of their own would need the query's plan to
 * find their place. */
static fb_status split_named(const fb_log_lines *lines, fb_slice line, uint32_t *source,
                             fb_slice *offset, fb_error *err)
{
    const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
    size_t name_size = colon ? (size_t)(colon - line.data) : line.size;
    uint64_t number;
    if (!colon || !fb_parse_uint64(fb_slice_make(line.data, name_size), &number))
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "%s: line %u: expected the number of a source and ':', found '%.*s'; "
                       "sources with names are not supported",
                       lines->name, lines->line_number, name_size < 40 ? (int)name_size : 40,
                       line.data);
    if (number >= FB_CHECKPOINT_MAX_SOURCES)
        return fb_fail(err, FB_E_LIMIT, 0, "%s: line %u: at most %d sources are read", lines->name,
                       lines->line_number, FB_CHECKPOINT_MAX_SOURCES);
    *source = (uint32_t)number;
    *offset = fb_slice_make(colon + 1, line.size - name_size - 1);
    return FB_OK;
}

static fb_status read_sources(fb_log_lines *lines, uint32_t version, fb_arena *arena,
                              fb_offset_entry *out, fb_error *err)
{
    uint32_t line_count = count_lines(*lines);
    if (line_count > FB_CHECKPOINT_MAX_SOURCES)
        return fb_fail(err, FB_E_LIMIT, 0, "%s: more than %d sources", lines->name,
                       FB_CHECKPOINT_MAX_SOURCES);
    uint32_t capacity = version == 1 ? line_count : FB_CHECKPOINT_MAX_SOURCES;
    fb_slice *offsets = fb_arena_array(arena, capacity, sizeof *offsets);
    if (!offsets) return fb_fail_nomem(err, "the offsets of a batch");
    if (capacity) memset(offsets, 0, capacity * sizeof *offsets);
    out->offsets = offsets;
    fb_slice line;
    for (uint32_t source = 0; fb_log_lines_next(lines, &line); source++) {
        if (version == 2) FB_TRY(split_named(lines, line, &source, &line, err));
        FB_TRY(read_offset(lines, line, arena, &offsets[source], err));
        if (source >= out->source_count) out->source_count = source + 1;
    }
    return FB_OK;
}

static fb_status decode(const char *name, fb_slice content, fb_arena *arena, fb_offset_entry *out,
                        fb_error *err)
{
    fb_log_lines lines = fb_log_lines_make(name, content);
    uint32_t version;
    FB_TRY(fb_log_lines_version(&lines, false, MAX_VERSION, &version, err));
    FB_TRY(read_metadata(&lines, arena, out, err));
    return read_sources(&lines, version, arena, out, err);
}

fb_status fb_offset_entry_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_offset_entry *out, fb_error *err)
{
    *out = (fb_offset_entry){0};
    fb_status status = decode(name, content, arena, out, err);
    if (status != FB_OK) *out = (fb_offset_entry){0};
    return status;
}
