/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/log_text.h"

#include "base/parse.h"

#include <inttypes.h>

bool fb_log_lines_next(fb_log_lines *lines, fb_slice *line)
{
    fb_slice content = lines->content;
    if (lines->next >= content.size) return false;
    size_t end = lines->next;
    while (end < content.size && content.data[end] != '\n' && content.data[end] != '\r')
        end++;
    lines->line_offset = lines->next;
    lines->line_number++;
    *line = fb_slice_make(content.data + lines->next, end - lines->next);
    bool is_pair =
        end + 1 < content.size && content.data[end] == '\r' && content.data[end + 1] == '\n';
    lines->next = end + (is_pair ? 2 : 1);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

fb_status fb_log_lines_version(fb_log_lines *lines, bool trimmed, uint32_t max_version,
                               uint32_t *version, fb_error *err)
{
    *version = 0;
    fb_slice line;
    if (!fb_log_lines_next(lines, &line))
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: the file is empty; expected 'v1' and JSON",
                       lines->name);
    fb_slice text = line;
    while (trimmed && text.size && is_blank(text.data[text.size - 1]))
        text.size--;
    while (trimmed && text.size && is_blank(text.data[0]))
        text = fb_slice_make(text.data + 1, text.size - 1);

    uint64_t number = 0;
    bool is_version = text.size > 1 && text.data[0] == 'v' &&
                      fb_parse_uint64(fb_slice_make(text.data + 1, text.size - 1), &number) &&
                      number > 0;
    int shown = line.size < 40 ? (int)line.size : 40;
    if (!is_version)
        return fb_fail_condition(err, FB_E_CORRUPT, "MALFORMED_LOG_FILE",
                                 "%s: offset 0: expected a log version such as 'v1', found '%.*s'",
                                 lines->name, shown, line.data);
    if (number > max_version)
        return fb_fail_condition(err, FB_E_CORRUPT, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
                                 "%s: offset 0: the newest log version that can be read is v%u, "
                                 "found v%" PRIu64 ", written by a newer program",
                                 lines->name, max_version, number);
    *version = (uint32_t)number;
    return FB_OK;
}

fb_status fb_log_json(const fb_log_lines *lines, fb_slice text, json_t **out, fb_error *err)
{
    size_t offset = (size_t)(text.data - lines->content.data);
    json_error_t reason = {.position = 0};
    *out = json_loadb(text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &reason);
    if (*out) return FB_OK;
    /* The parser's own shortages come without a text. */
    if (!reason.text[0] || json_error_code(&reason) == json_error_out_of_memory)
        return fb_fail_nomem(err, "the JSON of a log entry");
    size_t position = reason.position > 0 ? (size_t)reason.position : 0;
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected JSON: %s", lines->name,
                   offset + position, reason.text);
}

fb_status fb_log_json_object(const fb_log_lines *lines, fb_slice text, json_t **out, fb_error *err)
{
    FB_TRY(fb_log_json(lines, text, out, err));
    if (json_is_object(*out)) return FB_OK;
    json_decref(*out);
    *out = NULL;
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %zu: expected a JSON object", lines->name,
                   (size_t)(text.data - lines->content.data));
}

fb_status fb_log_member_int(const fb_log_lines *lines, const json_t *object, const char *key,
                            int64_t *out, fb_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!member) return FB_OK;
    if (!json_is_integer(member))
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: line %u: member '%s' must be an integer",
                       lines->name, lines->line_number, key);
    *out = json_integer_value(member);
    return FB_OK;
}

fb_status fb_log_copy_text(fb_slice text, fb_arena *arena, fb_slice *out, fb_error *err)
{
    char *copy = fb_arena_strdup(arena, text);
    if (!copy) return fb_fail_nomem(err, "a log entry");
    *out = fb_slice_make(copy, text.size);
    return FB_OK;
}

fb_status fb_log_own_member(const json_t *object, const char *key, fb_arena *arena, fb_slice *out,
                            fb_error *err)
{
    *out = (fb_slice){0};
    /* Both calls take NULL and things of another type, and answer NULL. */
    const json_t *member = json_object_get(json_object_get(object, "forebay"), key);
    if (!json_is_string(member)) return FB_OK;
    fb_slice text = fb_slice_make(json_string_value(member), json_string_length(member));
    return fb_log_copy_text(text, arena, out, err);
}

void fb_log_write_own(fb_json_writer *json, fb_slice run_id, fb_slice plan)
{
    if (run_id.size == 0) return;
    fb_json_key(json, "forebay");
    fb_json_begin_object(json);
    fb_json_key(json, "runId");
    fb_json_string(json, run_id);
    if (plan.size) {
        fb_json_key(json, "plan");
        fb_json_string(json, plan);
    }
    fb_json_end_object(json);
}
