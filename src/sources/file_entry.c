/* SPDX-License-Identifier: Apache-2.0
 *
 * Items of a file source's log: {"path":"file:///in/a.json","timestamp":1704067200000,"batchId":0},
 * where batchId is the entry's number, not the query's. */
#include "formats/json_writer.h"
#include "sources/file_source.h"
#include "sources/file_uri.h"

#include <jansson.h>

static fb_status read_members(const json_t *object, fb_arena *arena, fb_input_file *file,
                              int64_t *id, fb_error *err)
{
    const json_t *path = json_object_get(object, "path");
    const json_t *time = json_object_get(object, "timestamp");
    const json_t *batch = json_object_get(object, "batchId");
    if (!json_is_string(path) || !json_is_integer(time) || !json_is_integer(batch))
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "expected an object with \"path\", \"timestamp\" and \"batchId\"");
    *id = json_integer_value(batch);
    if (!arena) return FB_OK;
    fb_slice uri = fb_slice_make(json_string_value(path), json_string_length(path));
    if (!fb_file_uri_path(uri, arena, &file->path)) return fb_fail_nomem(err, "a file's path");
    if (!file->path || fb_path_check(file->path, NULL) != FB_OK)
        return fb_fail(err, FB_E_CORRUPT, 0, "path \"%.*s\": expected file:///...",
                       uri.size > 200 ? 200 : (int)uri.size, uri.data);
    file->modified_ms = json_integer_value(time);
    return FB_OK;
}

fb_status fb_file_entry_parse(fb_slice line, fb_arena *arena, fb_input_file *file, int64_t *id,
                              fb_error *err)
{
    *file = (fb_input_file){0};
    *id = -1;
    json_error_t where;
    json_t *object = json_loadb(line.data, line.size, 0, &where);
    if (!object) return fb_fail(err, FB_E_CORRUPT, 0, "no JSON: %s", where.text);
    fb_status status = read_members(object, arena, file, id, err);
    json_decref(object);
    return status;
}

void fb_file_entry_put(const fb_input_file *file, int64_t id, fb_buf *out)
{
    fb_buf uri;
    fb_buf_init(&uri, 0);
    fb_file_uri_put(file->path, &uri);
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "path");
    fb_json_string(&json, fb_buf_slice(&uri));
    fb_json_key(&json, "timestamp");
    fb_json_int(&json, file->modified_ms);
    fb_json_key(&json, "batchId");
    fb_json_int(&json, id);
    fb_json_end_object(&json);
    fb_buf_add_char(out, '\n');
    if (uri.failed) out->failed = true;
    fb_buf_deinit(&uri);
}
