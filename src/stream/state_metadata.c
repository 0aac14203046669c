/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/state_metadata.h"

#include "base/parse.h"
#include "checkpoint/operator_metadata.h"
#include "checkpoint/state_schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { METADATA_MAX_BYTES = 64 * 1024 * 1024, MAX_OPERATORS = 4096 };

#define HINT "use a new checkpointLocation, or restore the old query text"

/* An operator that the checkpoint knows. */
typedef struct known_operator {
    int64_t id;
    fb_slice name;
} known_operator;

static fb_status read_file(fb_filesystem *fs, const char *path, fb_buf *content, bool *found,
                           fb_error *err)
{
    fb_error caught;
    fb_status status = fb_filesystem_read(fs, path, METADATA_MAX_BYTES, content, &caught);
    *found = status == FB_OK;
    return *found || status == FB_E_NOT_FOUND ? FB_OK : fb_pass_on(err, &caught);
}

/* <checkpoint>/state/<id><rest> */
static fb_status operator_path(const fb_state_metadata *self, int64_t id, const char *rest,
                               char path[FB_PATH_MAX_BYTES + 1], fb_error *err)
{
    char relative[64];
    (void)snprintf(relative, sizeof relative, "state/%" PRId64 "%s", id, rest);
    return fb_path_join(path, self->checkpoint_root, relative, err);
}

/* --- which operators --- */

/* Version 2 lies in files by batch; operators that write it are none of ours, but their names say
 * so best. */
static fb_status newest_v2(const fb_state_metadata *self, int64_t id, fb_arena *arena,
                           char path[FB_PATH_MAX_BYTES + 1], bool *found, fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    fb_file_info *infos;
    uint32_t count;
    int64_t newest = -1, batch;
    *found = false;
    FB_TRY(operator_path(self, id, "/_metadata/v2", directory, err));
    FB_TRY(fb_filesystem_list(self->fs, directory, arena, &infos, &count, err));
    const char *name = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!fb_parse_int64(fb_slice_of(infos[i].name), &batch) || batch <= newest) continue;
        newest = batch;
        name = infos[i].name;
    }
    *found = name != NULL;
    return name ? fb_path_join(path, directory, name, err) : FB_OK;
}

static fb_status read_operator(const fb_state_metadata *self, int64_t id, fb_arena *arena,
                               known_operator *out, bool *found, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    fb_buf content;
    fb_buf_init(&content, METADATA_MAX_BYTES);
    fb_status status = operator_path(self, id, "/_metadata/metadata", path, err);
    if (status == FB_OK) status = read_file(self->fs, path, &content, found, err);
    if (status == FB_OK && !*found) {
        status = newest_v2(self, id, arena, path, found, err);
        if (status == FB_OK && *found) status = read_file(self->fs, path, &content, found, err);
    }
    if (status == FB_OK && *found) {
        fb_operator_metadata metadata;
        status = fb_operator_metadata_decode(path, fb_buf_slice(&content), arena, &metadata, err);
        if (status == FB_OK) *out = (known_operator){id, metadata.operator_name};
    }
    fb_buf_deinit(&content);
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = ((const known_operator *)a)->id, right = ((const known_operator *)b)->id;
    return (left > right) - (left < right);
}

/* The directories of operators, without names. */
static fb_status list_operators(const fb_state_metadata *self, fb_arena *arena,
                                known_operator **out, uint32_t *count, fb_error *err)
{
    char state[FB_PATH_MAX_BYTES + 1];
    fb_file_info *infos;
    uint32_t info_count;
    *count = 0;
    FB_TRY(fb_path_join(state, self->checkpoint_root, "state", err));
    FB_TRY(fb_filesystem_list(self->fs, state, arena, &infos, &info_count, err));
    *out = fb_arena_array(arena, info_count, sizeof **out);
    if (!*out) return fb_fail_nomem(err, "the operators of a checkpoint");
    for (uint32_t i = 0; i < info_count; i++) {
        known_operator *operator_ = &(*out)[*count];
        *operator_ = (known_operator){.id = -1};
        if (infos[i].is_directory && fb_parse_int64(fb_slice_of(infos[i].name), &operator_->id) &&
            operator_->id >= 0)
            (*count)++;
    }
    qsort(*out, *count, sizeof **out, compare_ids);
    return FB_OK;
}

static void print_operators(const known_operator *known, uint32_t count, fb_buf *out)
{
    for (uint32_t i = 0; i < count; i++)
        fb_buf_printf(out, "%s(OperatorId: %" PRId64 " -> OperatorName: %.*s)", i ? ", " : "",
                      known[i].id, FB_SLICE_ARGS(known[i].name));
}

static void print_planned(uint32_t count, fb_buf *out)
{
    for (uint32_t id = 0; id < count; id++)
        fb_buf_printf(out, "%s(OperatorId: %u -> OperatorName: " FB_AGGREGATION_NAME ")",
                      id ? ", " : "", id);
}

static fb_status fail_mismatch(const fb_state_metadata *self, const known_operator *known,
                               uint32_t count, fb_error *err)
{
    fb_buf stored, planned;
    fb_buf_init(&stored, 0);
    fb_buf_init(&planned, 0);
    print_operators(known, count, &stored);
    print_planned(self->physical->aggregate_count, &planned);
    fb_status status = fb_fail_condition(
        err, FB_E_INVALID, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
        "the operators with state differ from those that checkpoint %s was begun with. In the "
        "checkpoint: [%s]; in the query: [%s]; " HINT,
        self->checkpoint_root, fb_buf_text(&stored), fb_buf_text(&planned));
    fb_buf_deinit(&stored);
    fb_buf_deinit(&planned);
    return status;
}

static fb_status fail_missing(const fb_state_metadata *self, fb_error *err)
{
    fb_buf planned;
    fb_buf_init(&planned, 0);
    print_planned(self->physical->aggregate_count, &planned);
    fb_status status = fb_fail_condition(
        err, FB_E_INVALID, "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY",
        "%s/state is empty or missing, and the query needs its state. In the query: [%s]. Either "
        "its files were removed, or the checkpoint was begun by a query without state; restore "
        "them, or use a new checkpointLocation",
        self->checkpoint_root, fb_buf_text(&planned));
    fb_buf_deinit(&planned);
    return status;
}

static fb_status check_operators(const fb_state_metadata *self, fb_arena *arena, fb_error *err)
{
    known_operator *known;
    uint32_t count, planned = self->physical->aggregate_count;
    FB_TRY(list_operators(self, arena, &known, &count, err));
    if (count == 0) return planned ? fail_missing(self, err) : FB_OK;
    if (count > MAX_OPERATORS)
        return fb_fail(err, FB_E_LIMIT, 0, "%s/state has more than %d operators",
                       self->checkpoint_root, MAX_OPERATORS);
    bool is_same = count == planned;
    for (uint32_t i = 0; i < count; i++) {
        bool found;
        FB_TRY(read_operator(self, known[i].id, arena, &known[i], &found, err));
        if (!found) return FB_OK; /* as Spark: without metadata nothing is compared */
        is_same &= known[i].id == i && fb_slice_is(known[i].name, FB_AGGREGATION_NAME);
    }
    return is_same ? FB_OK : fail_mismatch(self, known, count, err);
}

/* --- types --- */

/* Numbers and types must be the same; names may differ, and what was nullable may not be so any
 * more, but not the reverse. */
static bool is_compatible(const fb_type *stored, const fb_type *now)
{
    if (stored->id != now->id || stored->field_count != now->field_count) return false;
    if (stored->id == FB_TYPE_DECIMAL &&
        (stored->precision != now->precision || stored->scale != now->scale))
        return false;
    for (uint32_t i = 0; i < stored->field_count; i++) {
        if (!stored->fields[i].nullable && now->fields[i].nullable) return false;
        if (!is_compatible(stored->fields[i].type, now->fields[i].type)) return false;
    }
    return true;
}

static fb_status fail_schema(const char *path, const char *what, const char *condition,
                             const fb_type *stored, const fb_type *now, fb_error *err)
{
    fb_buf was, is;
    fb_buf_init(&was, 0);
    fb_buf_init(&is, 0);
    fb_type_print_sql(stored, &was);
    fb_type_print_sql(now, &is);
    fb_status status = fb_fail_condition(
        err, FB_E_INVALID, condition,
        "%s: the %ss of the query do not fit those in the state: number and types must be the "
        "same. Existing %s_schema=%s and new %s_schema=%s; " HINT,
        path, what, what, fb_buf_text(&was), what, fb_buf_text(&is));
    fb_buf_deinit(&was);
    fb_buf_deinit(&is);
    return status;
}

static fb_status compare_schema(const char *path, fb_slice content, const fb_aggregation *now,
                                fb_arena *arena, fb_error *err)
{
    fb_state_schema schema;
    FB_TRY(fb_state_schema_decode(path, content, arena, &schema, err));
    const fb_state_family *stored = &schema.families[0];
    if (schema.family_count != 1)
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "%s: a state with %u column families, expected one: it is another "
                       "operator's; " HINT,
                       path, schema.family_count);
    if (!is_compatible(stored->key, now->key_schema))
        return fail_schema(path, "key", "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", stored->key,
                           now->key_schema, err);
    if (!is_compatible(stored->value, now->value_schema))
        return fail_schema(path, "value", "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", stored->value,
                           now->value_schema, err);
    return FB_OK;
}

static fb_status check_schema(const fb_state_metadata *self, const fb_stage *stage, fb_arena *arena,
                              fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    bool found;
    FB_TRY(operator_path(self, stage->operator_id, "/0/_metadata/schema", path, err));
    fb_buf content;
    fb_buf_init(&content, FB_STATE_SCHEMA_MAX_BYTES);
    fb_status status = read_file(self->fs, path, &content, &found, err);
    if (status == FB_OK && found)
        status = compare_schema(path, fb_buf_slice(&content), &stage->aggregation, arena, err);
    fb_buf_deinit(&content);
    return status;
}

fb_status fb_state_metadata_check(const fb_state_metadata *self, fb_error *err)
{
    if (self->batch_id == 0) return FB_OK;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    fb_status status = check_operators(self, &arena, err);
    for (uint32_t i = 0; status == FB_OK && i < self->physical->stage_count; i++)
        if (self->physical->stages[i].kind == FB_STAGE_AGGREGATE)
            status = check_schema(self, &self->physical->stages[i], &arena, err);
    fb_arena_deinit(&arena);
    return status;
}

/* --- writing --- */

/* A file that is there is left alone, or, in batch 0, brought up to date. */
static fb_status write_file(const fb_state_metadata *self, const char *path, const fb_buf *content,
                            fb_error *err)
{
    if (content->failed) return fb_fail_nomem(err, "the metadata of a state");
    fb_buf present;
    fb_buf_init(&present, METADATA_MAX_BYTES);
    fb_error caught;
    fb_status status = fb_filesystem_read(self->fs, path, METADATA_MAX_BYTES, &present, &caught);
    bool is_same = status == FB_OK && fb_slice_equal(fb_buf_slice(&present), fb_buf_slice(content));
    fb_buf_deinit(&present);
    if (status == FB_E_NOT_FOUND)
        return fb_filesystem_create(self->fs, path, fb_buf_slice(content), err);
    bool is_leftover = self->batch_id == 0 && (status == FB_OK || status == FB_E_CORRUPT);
    if (is_leftover && !is_same)
        return fb_filesystem_replace(self->fs, path, fb_buf_slice(content), err);
    if (status != FB_OK) return fb_pass_on(err, &caught);
    return fb_filesystem_sync(self->fs, path, err);
}

static fb_status write_schema(const fb_state_metadata *self, const fb_stage *stage, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(operator_path(self, stage->operator_id, "/0/_metadata/schema", path, err));
    fb_buf content;
    fb_buf_init(&content, FB_STATE_SCHEMA_MAX_BYTES);
    fb_state_schema_encode(stage->aggregation.key_schema, stage->aggregation.value_schema,
                           &content);
    fb_status status = write_file(self, path, &content, err);
    fb_buf_deinit(&content);
    return status;
}

static fb_status write_operator(const fb_state_metadata *self, const fb_stage *stage, fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(operator_path(self, stage->operator_id, "/_metadata/metadata", path, err));
    /* The number of partitions of the query, also where one is all that is used. */
    fb_operator_store store = {.name = FB_SLICE("default"),
                               .partition_count = (int32_t)self->partition_count};
    const fb_operator_metadata metadata = {.version = 1,
                                           .operator_id = stage->operator_id,
                                           .operator_name = FB_SLICE(FB_AGGREGATION_NAME),
                                           .store_count = 1,
                                           .stores = &store};
    fb_buf content;
    fb_buf_init(&content, 0);
    fb_operator_metadata_encode(&metadata, &content);
    fb_status status = write_file(self, path, &content, err);
    fb_buf_deinit(&content);
    return status;
}

/* Temporary files and unsynced names of a process that was killed. */
static fb_status settle(const fb_state_metadata *self, const fb_stage *stage, fb_error *err)
{
    static const char *const below[] = {"", "/0", "/0/_metadata", "/_metadata"};
    char path[FB_PATH_MAX_BYTES + 1];
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        FB_TRY(operator_path(self, stage->operator_id, below[i], path, err));
        FB_TRY(fb_filesystem_clean(self->fs, path, err));
        FB_TRY(fb_filesystem_sync(self->fs, path, err));
    }
    return FB_OK;
}

fb_status fb_state_metadata_write(const fb_state_metadata *self, fb_error *err)
{
    char state[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(state, self->checkpoint_root, "state", err));
    FB_TRY(fb_filesystem_sync(self->fs, state, err));
    for (uint32_t i = 0; i < self->physical->stage_count; i++) {
        const fb_stage *stage = &self->physical->stages[i];
        if (stage->kind != FB_STAGE_AGGREGATE) continue;
        FB_TRY(settle(self, stage, err));
        FB_TRY(write_schema(self, stage, err));
        FB_TRY(write_operator(self, stage, err));
    }
    return FB_OK;
}
