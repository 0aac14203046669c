/* SPDX-License-Identifier: Apache-2.0 */
#include "session/state_view.h"

#include "base/parse.h"
#include "checkpoint/log_check.h"
#include "checkpoint/pinned_conf.h"

#include <inttypes.h>
#include <stdlib.h>

#define STATE_STORE "spark.sql.streaming.stateStore."
#define HDFS_PROVIDER "HDFSBackedStateStoreProvider"

fb_status fb_state_view_open(fb_filesystem *fs, fb_arena *arena, const char *root,
                             fb_state_view *out, fb_error *err)
{
    *out = (fb_state_view){.fs = fs, .arena = arena, .root = root};
    char directory[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(directory, root, "commits", err));
    const fb_metadata_log commits = {fs, directory};
    FB_TRY(fb_metadata_log_list(&commits, arena, &out->batches, &out->batch_count, err));
    if (out->batch_count > 0) return FB_OK;
    return fb_checkpoint_none(fs, root, "committed batch", err);
}

static bool is_committed(const fb_state_view *view, int64_t batch_id)
{
    for (uint32_t i = 0; i < view->batch_count; i++)
        if (view->batches[i] == batch_id) return true;
    return false;
}

fb_status fb_state_view_offsets(const fb_state_view *view, int64_t batch_id, fb_offset_entry *out,
                                fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(directory, view->root, "offsets", err));
    const fb_metadata_log offsets = {view->fs, directory};
    char *name = fb_arena_printf(view->arena, "%s/%" PRId64, directory, batch_id);
    if (!name) return fb_fail_nomem(err, "a checkpoint");
    fb_buf content;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_metadata_log_read(&offsets, batch_id, &content, err);
    if (status == FB_OK)
        status = fb_offset_entry_decode(name, fb_buf_slice(&content), view->arena, out, err);
    fb_buf_deinit(&content);
    return status;
}

static bool ends_with(fb_slice text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

fb_status fb_state_view_format(const fb_state_view *view, int64_t batch_id, fb_offset_entry *entry,
                               fb_state_format *out, fb_error *err)
{
    *out = (fb_state_format){0};
    if (!is_committed(view, batch_id))
        return fb_fail(
            err, FB_E_NOT_FOUND, 0,
            "%s: batch %" PRId64 " is not committed; committed are %" PRId64 " to %" PRId64,
            view->root, batch_id, view->batches[0], view->batches[view->batch_count - 1]);
    FB_TRY(fb_state_view_offsets(view, batch_id, entry, err));
    return fb_state_view_entry_format(view, entry, out, err);
}

fb_status fb_state_view_entry_format(const fb_state_view *view, const fb_offset_entry *entry,
                                     fb_state_format *out, fb_error *err)
{
    *out = (fb_state_format){0};
    fb_slice provider = fb_pinned_conf_value(entry, STATE_STORE "providerClass");
    if (provider.size && !ends_with(provider, HDFS_PROVIDER))
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "%s: its state was written by %.*s; only that of " HDFS_PROVIDER
                       " can be read",
                       view->root, FB_SLICE_ARGS(provider));
    fb_slice checksums = fb_pinned_conf_value(entry, STATE_STORE "rowChecksum.enabled");
    out->has_checksums = fb_slice_equal_nocase(checksums, FB_SLICE("true"));
    fb_error caught;
    if (fb_codec_find(fb_pinned_conf_value(entry, STATE_STORE "compression.codec"), &out->codec,
                      &caught) == FB_OK)
        return FB_OK;
    /* The name stands in the checkpoint, not in a call. */
    fb_status status = caught.status == FB_E_INVALID ? FB_E_CORRUPT : caught.status;
    return fb_fail(err, status, 0, "%s/offsets: %s", view->root, caught.message);
}

static fb_status find_metadata(const fb_state_view *view, int64_t operator_id, const char **path,
                               fb_error *err)
{
    int64_t *ids;
    uint32_t count;
    char *directory =
        fb_arena_printf(view->arena, "%s/state/%" PRId64 "/_metadata", view->root, operator_id);
    char *newer = directory ? fb_arena_printf(view->arena, "%s/v2", directory) : NULL;
    if (!newer) return fb_fail_nomem(err, "a checkpoint");
    const fb_metadata_log log = {view->fs, newer};
    FB_TRY(fb_metadata_log_list(&log, view->arena, &ids, &count, err));
    *path = count ? fb_arena_printf(view->arena, "%s/%" PRId64, newer, ids[count - 1])
                  : fb_arena_printf(view->arena, "%s/metadata", directory);
    return *path ? FB_OK : fb_fail_nomem(err, "a checkpoint");
}

fb_status fb_state_view_operator(const fb_state_view *view, int64_t operator_id, const char **path,
                                 fb_operator_metadata *out, fb_error *err)
{
    FB_TRY(find_metadata(view, operator_id, path, err));
    fb_buf content;
    fb_buf_init(&content, FB_LOG_FILE_MAX_BYTES);
    fb_status status = fb_filesystem_read(view->fs, *path, FB_LOG_FILE_MAX_BYTES, &content, err);
    if (status == FB_OK)
        status = fb_operator_metadata_decode(*path, fb_buf_slice(&content), view->arena, out, err);
    fb_buf_deinit(&content);
    return status;
}

fb_status fb_state_view_schema(const fb_state_view *view, int64_t operator_id, const char *store,
                               const char **path, fb_state_schema *out, fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_state_directory(directory, view->root, operator_id, 0, store, err));
    *path = fb_arena_printf(view->arena, "%s/_metadata/schema", directory);
    if (!*path) return fb_fail_nomem(err, "a schema");
    fb_buf content;
    fb_buf_init(&content, FB_STATE_SCHEMA_MAX_BYTES);
    fb_status status =
        fb_filesystem_read(view->fs, *path, FB_STATE_SCHEMA_MAX_BYTES, &content, err);
    if (status == FB_OK)
        status = fb_state_schema_decode(*path, fb_buf_slice(&content), view->arena, out, err);
    fb_buf_deinit(&content);
    return status;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

fb_status fb_state_view_numbers(const fb_state_view *view, const char *directory, uint32_t **out,
                                uint32_t *count, fb_error *err)
{
    fb_file_info *entries;
    uint32_t entry_count;
    *out = NULL;
    *count = 0;
    FB_TRY(fb_filesystem_list(view->fs, directory, view->arena, &entries, &entry_count, err));
    uint32_t *numbers = fb_arena_array(view->arena, entry_count, sizeof *numbers);
    if (!numbers) return fb_fail_nomem(err, "a checkpoint");
    for (uint32_t i = 0; i < entry_count; i++) {
        uint64_t number;
        const char *name = entries[i].name;
        bool has_zeros = name[0] == '0' && name[1];
        if (!entries[i].is_directory || has_zeros || !fb_parse_uint64(fb_slice_of(name), &number) ||
            number > INT32_MAX)
            continue;
        numbers[(*count)++] = (uint32_t)number;
    }
    if (*count) qsort(numbers, *count, sizeof *numbers, compare_numbers);
    *out = numbers;
    return FB_OK;
}

static uint32_t expected_partitions(const fb_offset_entry *entry,
                                    const fb_operator_metadata *operator_, const fb_type *key)
{
    bool is_limit = operator_
                        ? fb_slice_is(operator_->operator_name, "globalLimit")
                        : key && key->field_count == 1 && key->fields[0].type->id == FB_TYPE_VOID;
    if (is_limit || (key && key->field_count == 0)) return 1;
    uint64_t number;
    fb_slice text = fb_pinned_conf_value(entry, "spark.sql.shuffle.partitions");
    if (text.data && fb_parse_uint64(text, &number) && number > 0 && number <= INT32_MAX)
        return (uint32_t)number;
    return operator_ ? (uint32_t)operator_->stores[0].partition_count : 0;
}

fb_status fb_state_view_partitions(const fb_state_view *view, const fb_offset_entry *entry,
                                   int64_t operator_id, const fb_operator_metadata *operator_,
                                   const fb_type *key, fb_state_partitions *out, fb_error *err)
{
    *out = (fb_state_partitions){
        .directory = fb_arena_printf(view->arena, "%s/state/%" PRId64, view->root, operator_id)};
    if (!out->directory) return fb_fail_nomem(err, "a checkpoint");
    uint32_t count;
    FB_TRY(fb_state_view_numbers(view, out->directory, &out->ids, &count, err));
    out->expected = expected_partitions(entry, operator_, key);
    /* Without a schema nobody knows whether the rows have keys; all may lie in the first one. */
    bool is_alone = count == 1 && out->ids[0] == 0;
    if (out->expected == 0 || (!key && is_alone))
        out->expected = count ? out->ids[count - 1] + 1 : 0;
    while (out->count < count && out->ids[out->count] < out->expected)
        out->count++;
    out->extra_count = count - out->count;
    return FB_OK;
}

bool fb_state_partitions_gap(const fb_state_partitions *partitions, uint32_t from, uint32_t *first,
                             uint32_t *to)
{
    *first = from;
    for (uint32_t i = 0; i < partitions->count; i++) {
        *to = partitions->ids[i];
        if (*to > *first) return true;
        if (*to == *first) ++*first;
    }
    *to = partitions->expected;
    return *first < *to;
}
