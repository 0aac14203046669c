/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of state as Spark's `statestore` data source shows them: each partition is loaded from its
 * files into a table, whose rows are decoded by the store's schema file and printed. */
#include "data/unsafe_row.h"
#include "files/location.h"
#include "session/printer.h"
#include "session/session_state.h"
#include "session/state_view.h"
#include "state/file_log.h"
#include "state/memory_table.h"

#include <forebay/checkpoint.h>

#include <inttypes.h>

enum { KEY, VALUE, PARTITION_ID, COLUMN_COUNT };

typedef struct show {
    const fb_state_view *view;
    const fb_state_options *options;
    const char *store;
    int64_t batch_id;
    fb_state_format format;
    const fb_type *schema; /* key, value, partition_id */
    fb_printer *printer;
    uint32_t partition;
    uint64_t row_count; /* printed */
} show;

static fb_status read_schema(show *s, fb_error *err)
{
    fb_state_schema file;
    const char *path = NULL;
    fb_status status =
        fb_state_view_schema(s->view, s->options->operator_id, s->store, &path, &file, err);
    if (status == FB_E_NOT_FOUND)
        return fb_fail(err, FB_E_NOT_FOUND, 0,
                       "%s: operator %" PRId64 " has no store '%s' (there is no %s); "
                       "'forebay state ls' lists the stores",
                       s->view->root, s->options->operator_id, s->store, path);
    FB_TRY(status);
    fb_field fields[COLUMN_COUNT] = {
        [KEY] = {.name = FB_SLICE("key"), .type = file.families[0].key},
        [VALUE] = {.name = FB_SLICE("value"), .type = file.families[0].value},
        [PARTITION_ID] = {.name = FB_SLICE("partition_id"), .type = fb_type_of(FB_TYPE_INT)}};
    s->schema = fb_type_struct(s->view->arena, fields, COLUMN_COUNT);
    return s->schema ? FB_OK : fb_fail_nomem(err, "a schema");
}

/* Decoded rows as a STRUCT column. */
static fb_status decode(const fb_type *type, const fb_slice *rows, uint32_t count, fb_arena *arena,
                        fb_column *out, fb_error *err)
{
    fb_chunk fields;
    FB_TRY(fb_unsafe_row_decode(type, rows, count, arena, &fields, err));
    *out = (fb_column){.type = type, .children = fields.columns};
    return FB_OK;
}

static fb_status print_some(show *s, const fb_slice *keys, const fb_slice *values, uint32_t count,
                            fb_arena *arena, fb_error *err)
{
    fb_column columns[COLUMN_COUNT];
    FB_TRY(decode(s->schema->fields[KEY].type, keys, count, arena, &columns[KEY], err));
    FB_TRY(decode(s->schema->fields[VALUE].type, values, count, arena, &columns[VALUE], err));
    fb_column *partition = &columns[PARTITION_ID];
    if (!fb_column_init(partition, arena, fb_type_of(FB_TYPE_INT), count))
        return fb_fail_nomem(err, "rows of state");
    for (uint32_t i = 0; i < count; i++)
        partition->int32s[i] = (int32_t)s->partition;
    const fb_chunk chunk = {.row_count = count, .column_count = COLUMN_COUNT, .columns = columns};
    s->row_count += count;
    return fb_printer_add(s->printer, &chunk, err);
}

static fb_status print_rows(void *user, const fb_slice *keys, const fb_slice *values,
                            uint32_t count, fb_error *err)
{
    show *s = user;
    uint64_t limit = s->options->limit ? s->options->limit : UINT64_MAX;
    if (count > limit - s->row_count) count = (uint32_t)(limit - s->row_count);
    if (count == 0) return FB_OK;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = print_some(s, keys, values, count, &arena, err);
    fb_arena_deinit(&arena);
    return status;
}

static fb_status load_and_print(show *s, fb_state_table *table, fb_state_log *log, fb_error *err)
{
    FB_TRY(fb_state_table_begin(table, FB_STATE_LOAD, err));
    fb_status status = fb_state_log_load(log, s->batch_id + 1, table, err);
    if (status != FB_OK) {
        fb_state_table_abort(table);
        return status;
    }
    FB_TRY(fb_state_table_commit(table, err));
    fb_status visited = fb_state_table_visit_all(table, print_rows, s, err);
    return visited == FB_E_CORRUPT ? fb_wrap(err, visited, "%s", table->layout->name) : visited;
}

static fb_status show_partition(show *s, uint32_t partition, fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    s->partition = partition;
    FB_TRY(fb_state_directory(directory, s->view->root, s->options->operator_id, partition,
                              s->store, err));
    const fb_state_layout layout = {
        .name = directory, .key_bytes = FB_STATE_VARIABLE, .value_bytes = FB_STATE_VARIABLE};
    const fb_state_memory_table_options table_options = {.layout = &layout};
    const fb_state_file_log_options log_options = {
        .fs = s->view->fs, .directory = directory, .format = s->format};
    fb_state_table *table = NULL;
    fb_state_log *log = NULL;
    fb_status status = fb_state_memory_table_create(&table_options, &table, err);
    if (status == FB_OK) status = fb_state_file_log_create(&log_options, &log, err);
    if (status == FB_OK) status = load_and_print(s, table, log, err);
    fb_state_log_close(log);
    fb_state_table_close(table);
    return status;
}

/* Rows that are not there would not be missed. */
static fb_status check_whole(const fb_state_partitions *partitions, fb_error *err)
{
    uint32_t first, to;
    if (!fb_state_partitions_gap(partitions, 0, &first, &to)) return FB_OK;
    return fb_fail(err, FB_E_NOT_FOUND, 0,
                   "%s/%u does not exist; the state has %u partitions, and --partition shows one",
                   partitions->directory, first, partitions->expected);
}

static bool is_full(const show *s)
{
    return s->options->limit && s->row_count >= s->options->limit;
}

static fb_status show_partitions(show *s, const fb_state_partitions *partitions, fb_error *err)
{
    const fb_state_options *options = s->options;
    bool found = false;
    if (!options->one_partition) FB_TRY(check_whole(partitions, err));
    for (uint32_t i = 0; i < partitions->count && !is_full(s); i++) {
        if (options->one_partition && partitions->ids[i] != options->partition) continue;
        found = true;
        FB_TRY(show_partition(s, partitions->ids[i], err));
    }
    if (found || !options->one_partition) return FB_OK;
    return fb_fail(err, FB_E_NOT_FOUND, 0, "%s: there is no partition %u; they are 0 to %u",
                   partitions->directory, options->partition,
                   partitions->expected ? partitions->expected - 1 : 0);
}

/* The metadata tells of limits, whose keys do not; without it the keys have to do. */
static fb_status find_partitions(const show *s, const fb_offset_entry *entry,
                                 fb_state_partitions *out, fb_error *err)
{
    const char *path;
    fb_operator_metadata metadata;
    fb_error caught;
    int64_t id = s->options->operator_id;
    fb_status status = fb_state_view_operator(s->view, id, &path, &metadata, &caught);
    if (status != FB_OK && status != FB_E_NOT_FOUND && status != FB_E_CORRUPT)
        return fb_pass_on(err, &caught);
    return fb_state_view_partitions(s->view, entry, id, status == FB_OK ? &metadata : NULL,
                                    s->schema->fields[KEY].type, out, err);
}

static fb_status show_state(fb_session *session, fb_arena *arena, const char *location,
                            const fb_state_options *options, fb_error *err)
{
    fb_state_view view;
    const char *root;
    const fb_timezone *timezone;
    FB_TRY(fb_location_resolve(arena, fb_slice_of(location), &root, err));
    FB_TRY(fb_session_timezone(session, &timezone, err));
    FB_TRY(fb_state_view_open(session->local, arena, root, &view, err));
    show s = {.view = &view,
              .options = options,
              .store = options->store ? options->store : FB_STATE_DEFAULT_STORE,
              .batch_id =
                  options->one_batch ? options->batch_id : view.batches[view.batch_count - 1]};
    fb_offset_entry entry;
    fb_state_partitions partitions;
    FB_TRY(fb_state_view_format(&view, s.batch_id, &entry, &s.format, err));
    FB_TRY(read_schema(&s, err));
    FB_TRY(find_partitions(&s, &entry, &partitions, err));
    fb_printer printer;
    fb_printer_init(&printer, session, s.schema, timezone, options->format);
    s.printer = &printer;
    fb_status status = show_partitions(&s, &partitions, err);
    if (status == FB_OK) status = fb_printer_finish(&printer, err);
    fb_printer_deinit(&printer);
    return status;
}

fb_status fb_session_show_state(fb_session *session, const char *location,
                                const fb_state_options *options, fb_error *err)
{
    const fb_state_options defaults = {0};
    if (!location) return fb_fail(err, FB_E_INVALID, 0, "a checkpoint's location is missing");
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = show_state(session, &arena, location, options ? options : &defaults, err);
    fb_arena_deinit(&arena);
    return status;
}
