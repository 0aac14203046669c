/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/query_metadata.h"

#include "checkpoint/checkpoint.h"
#include "checkpoint/log_text.h"
#include "formats/json_writer.h"

#include <ctype.h>

static bool is_uuid(const char *text, size_t size)
{
    if (size != FB_UUID_TEXT_SIZE - 1) return false;
    for (size_t i = 0; i < size; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !isxdigit((unsigned char)text[i])) return false;
    }
    return true;
}

void fb_query_metadata_encode(const char id[FB_UUID_TEXT_SIZE], fb_buf *out)
{
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "id");
    fb_json_string(&json, fb_slice_of(id));
    fb_json_end_object(&json);
}

fb_status fb_query_metadata_decode(const char *name, fb_slice content, char id[37], fb_error *err)
{
    id[0] = '\0';
    fb_log_lines lines = fb_log_lines_make(name, content);
    if (content.size == 0)
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: the file is empty; expected {\"id\":\"<uuid>\"}",
                       name);
    json_t *object;
    FB_TRY(fb_log_json_object(&lines, content, &object, err));
    const json_t *member = json_object_get(object, "id");
    bool is_valid =
        json_is_string(member) && is_uuid(json_string_value(member), json_string_length(member));
    if (is_valid) memcpy(id, json_string_value(member), FB_UUID_TEXT_SIZE);
    json_decref(object);
    return is_valid ? FB_OK : fb_fail(err, FB_E_CORRUPT, 0, "%s: member 'id' must be a UUID", name);
}
