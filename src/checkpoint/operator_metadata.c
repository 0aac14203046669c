/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/operator_metadata.h"

#include "checkpoint/log_text.h"

#include <string.h>

typedef struct reader {
    fb_log_lines lines;
    fb_arena *arena;
    fb_error *err;
} reader;

static fb_status fail_member(const reader *in, const char *key, const char *expected)
{
    return fb_fail(in->err, FB_E_CORRUPT, 0, "%s: line %u: member '%s' must be %s", in->lines.name,
                   in->lines.line_number, key, expected);
}

static fb_status read_text(const reader *in, const json_t *object, const char *key, fb_slice *out)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_string(member)) return fail_member(in, key, "a text");
    fb_slice text = {json_string_value(member), json_string_length(member)};
    return fb_log_copy_text(text, in->arena, out, in->err);
}

static fb_status read_count(const reader *in, const json_t *object, const char *key, int32_t least,
                            int32_t *out)
{
    const json_t *member = json_object_get(object, key);
    json_int_t value = json_integer_value(member);
    if (!json_is_integer(member) || value < least || value > INT32_MAX)
        return fail_member(in, key, least ? "a positive integer" : "an integer from 0");
    *out = (int32_t)value;
    return FB_OK;
}

static fb_status read_paths(const reader *in, const json_t *object, fb_operator_store *out)
{
    const char *key = "stateSchemaFilePaths";
    const json_t *list = json_object_get(object, key);
    if (!json_is_array(list)) return fail_member(in, key, "an array of paths");
    size_t count = json_array_size(list);
    out->schema_paths = fb_arena_array(in->arena, count, sizeof *out->schema_paths);
    if (!out->schema_paths) return fb_fail_nomem(in->err, "operator metadata");
    for (size_t i = 0; i < count; i++) {
        const json_t *path = json_array_get(list, i);
        if (!json_is_string(path)) return fail_member(in, key, "an array of paths");
        fb_slice text = {json_string_value(path), json_string_length(path)};
        FB_TRY(fb_log_copy_text(text, in->arena, &out->schema_paths[i], in->err));
    }
    out->schema_path_count = (uint32_t)count;
    return FB_OK;
}

/* The store's files lie in a directory of this name: no other place may be reached by it. */
static bool names_directory(fb_slice name)
{
    if (name.size == 0 || fb_slice_is(name, ".") || fb_slice_is(name, "..")) return false;
    return !memchr(name.data, '/', name.size) && !memchr(name.data, '\0', name.size);
}

static fb_status read_store(const reader *in, const json_t *object, uint32_t version,
                            fb_operator_store *out)
{
    *out = (fb_operator_store){.prefix_column_count = 0};
    FB_TRY(read_text(in, object, "storeName", &out->name));
    if (!names_directory(out->name)) return fail_member(in, "storeName", "the name of a directory");
    FB_TRY(read_count(in, object, "numColsPrefixKey", 0, &out->prefix_column_count));
    FB_TRY(read_count(in, object, "numPartitions", 1, &out->partition_count));
    return version == 2 ? read_paths(in, object, out) : FB_OK;
}

static fb_status read_object(const reader *in, const json_t *object, fb_operator_metadata *out)
{
    const json_t *info = json_object_get(object, "operatorInfo");
    const json_t *stores = json_object_get(object, "stateStoreInfo");
    int32_t id;
    if (!json_is_object(info)) return fail_member(in, "operatorInfo", "an object");
    FB_TRY(read_count(in, info, "operatorId", 0, &id));
    out->operator_id = id;
    FB_TRY(read_text(in, info, "operatorName", &out->operator_name));
    size_t count = json_array_size(stores);
    if (count == 0) return fail_member(in, "stateStoreInfo", "an array of stores");
    out->stores = fb_arena_array(in->arena, count, sizeof *out->stores);
    if (!out->stores) return fb_fail_nomem(in->err, "operator metadata");
    for (size_t i = 0; i < count; i++)
        FB_TRY(read_store(in, json_array_get(stores, i), out->version, &out->stores[i]));
    out->store_count = (uint32_t)count;
    if (out->version == 1) return FB_OK;
    return read_text(in, object, "operatorPropertiesJson", &out->properties);
}

fb_status fb_operator_metadata_decode(const char *name, fb_slice content, fb_arena *arena,
                                      fb_operator_metadata *out, fb_error *err)
{
    *out = (fb_operator_metadata){.version = 0};
    reader in = {.lines = fb_log_lines_make(name, content), .arena = arena, .err = err};
    fb_operator_metadata metadata = {.version = 0};
    FB_TRY(fb_log_lines_version(&in.lines, false, 2, &metadata.version, err));
    fb_slice line;
    if (!fb_log_lines_next(&in.lines, &line))
        return fb_fail(err, FB_E_CORRUPT, 0, "%s: line 2: expected the operator as JSON", name);
    json_t *object;
    FB_TRY(fb_log_json_object(&in.lines, line, &object, err));
    fb_status status = read_object(&in, object, &metadata);
    json_decref(object);
    if (status == FB_OK) *out = metadata;
    return status;
}

void fb_operator_metadata_encode(const fb_operator_metadata *metadata, fb_buf *out)
{
    fb_buf_add_text(out, "v1\n");
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "operatorInfo");
    fb_json_begin_object(&json);
    fb_json_key(&json, "operatorId");
    fb_json_int(&json, metadata->operator_id);
    fb_json_key(&json, "operatorName");
    fb_json_string(&json, metadata->operator_name);
    fb_json_end_object(&json);
    fb_json_key(&json, "stateStoreInfo");
    fb_json_begin_array(&json);
    for (uint32_t i = 0; i < metadata->store_count; i++) {
        const fb_operator_store *store = &metadata->stores[i];
        fb_json_begin_object(&json);
        fb_json_key(&json, "storeName");
        fb_json_string(&json, store->name);
        fb_json_key(&json, "numColsPrefixKey");
        fb_json_int(&json, store->prefix_column_count);
        fb_json_key(&json, "numPartitions");
        fb_json_int(&json, store->partition_count);
        fb_json_end_object(&json);
    }
    fb_json_end_array(&json);
    fb_json_end_object(&json);
}
