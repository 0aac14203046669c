/* SPDX-License-Identifier: Apache-2.0
 *
 * The stores of a checkpoint as Spark's `state-metadata` data source lists them, from the metadata
 * of its operators. */
#include "files/location.h"
#include "session/printer.h"
#include "session/session_state.h"
#include "session/state_view.h"

#include <forebay/checkpoint.h>

enum { COLUMN_COUNT = 6 };

static const fb_type *list_schema(fb_arena *arena)
{
    const fb_type *bigint = fb_type_of(FB_TYPE_BIGINT), *string = fb_type_of(FB_TYPE_STRING);
    const fb_field fields[COLUMN_COUNT] = {
        {.name = FB_SLICE("operatorId"), .type = bigint},
        {.name = FB_SLICE("operatorName"), .type = string},
        {.name = FB_SLICE("stateStoreName"), .type = string},
        {.name = FB_SLICE("numPartitions"), .type = fb_type_of(FB_TYPE_INT)},
        {.name = FB_SLICE("minBatchId"), .type = bigint},
        {.name = FB_SLICE("maxBatchId"), .type = bigint}};
    return fb_type_struct(arena, fields, COLUMN_COUNT);
}

static fb_status print_store(const fb_state_view *view, const fb_operator_metadata *operator_,
                             const fb_operator_store *store, const fb_type *schema,
                             fb_printer *printer, fb_error *err)
{
    fb_chunk row;
    if (!fb_chunk_init(&row, view->arena, schema, 1)) return fb_fail_nomem(err, "a list");
    row.columns[0].int64s[0] = operator_->operator_id;
    row.columns[1].strings[0] = fb_string_view(operator_->operator_name);
    row.columns[2].strings[0] = fb_string_view(store->name);
    row.columns[3].int32s[0] = store->partition_count;
    row.columns[4].int64s[0] = view->batches[0];
    row.columns[5].int64s[0] = view->batches[view->batch_count - 1];
    return fb_printer_add(printer, &row, err);
}

static fb_status print_operators(const fb_state_view *view, const fb_type *schema,
                                 fb_printer *printer, fb_error *err)
{
    char state[FB_PATH_MAX_BYTES + 1];
    uint32_t *operators, count;
    FB_TRY(fb_path_join(state, view->root, "state", err));
    FB_TRY(fb_state_view_numbers(view, state, &operators, &count, err));
    for (uint32_t i = 0; i < count; i++) {
        const char *path;
        fb_operator_metadata metadata;
        FB_TRY(fb_state_view_operator(view, operators[i], &path, &metadata, err));
        for (uint32_t j = 0; j < metadata.store_count; j++)
            FB_TRY(print_store(view, &metadata, &metadata.stores[j], schema, printer, err));
    }
    return FB_OK;
}

static fb_status list_state(fb_session *session, fb_arena *arena, const char *location,
                            fb_result_format format, fb_error *err)
{
    const char *root;
    const fb_timezone *timezone;
    fb_state_view view;
    FB_TRY(fb_location_resolve(arena, fb_slice_of(location), &root, err));
    FB_TRY(fb_session_timezone(session, &timezone, err));
    FB_TRY(fb_state_view_open(session->local, arena, root, &view, err));
    const fb_type *schema = list_schema(arena);
    if (!schema) return fb_fail_nomem(err, "a list");
    fb_printer printer;
    fb_printer_init(&printer, session, schema, timezone, format);
    fb_status status = print_operators(&view, schema, &printer, err);
    if (status == FB_OK) status = fb_printer_finish(&printer, err);
    fb_printer_deinit(&printer);
    return status;
}

fb_status fb_session_list_state(fb_session *session, const char *location, fb_result_format format,
                                fb_error *err)
{
    if (!location) return fb_fail(err, FB_E_INVALID, 0, "a checkpoint's location is missing");
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = list_state(session, &arena, location, format, err);
    fb_arena_deinit(&arena);
    return status;
}
