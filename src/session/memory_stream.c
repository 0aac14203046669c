/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams that a program feeds through the memory source, and what it reads from the memory sink.
 */
#include "base/memory.h"
#include "session/rows.h"
#include "session/session_state.h"
#include "sinks/memory.h"
#include "sources/memory.h"
#include "sql/parse.h"

struct fb_memory_stream {
    fb_session *session;
    fb_memory_queue *queue;
};

static fb_status create_queue(const char *schema, fb_memory_queue **out, fb_error *err)
{
    const fb_type *type;
    fb_arena arena;
    fb_arena_init(&arena, 1024);
    fb_status status = fb_sql_parse_schema(&arena, fb_slice_of(schema), &type, err);
    if (status == FB_OK && type->id != FB_TYPE_STRUCT)
        status =
            fb_fail(err, FB_E_INVALID, 0, "\"%s\" is a type; expected columns: \"a INT\"", schema);
    if (status == FB_OK) status = fb_memory_queue_create(type, 0, out, err);
    fb_arena_deinit(&arena);
    return status;
}

fb_status fb_memory_stream_create(fb_session *session, const char *schema, fb_memory_stream **out,
                                  fb_error *err)
{
    *out = NULL;
    if (!schema) return fb_fail(err, FB_E_INVALID, 0, "a schema is a text such as \"a INT\"");
    fb_memory_stream *stream = fb_alloc_zero(1, sizeof *stream);
    if (!stream) return fb_fail_nomem(err, "a memory stream");
    stream->session = session;
    fb_status status = create_queue(schema, &stream->queue, err);
    if (status != FB_OK) {
        fb_free(stream);
        return status;
    }
    *out = stream;
    return FB_OK;
}

void fb_memory_stream_destroy(fb_memory_stream *stream)
{
    if (!stream) return;
    fb_memory_queue_destroy(stream->queue);
    fb_free(stream);
}

fb_status fb_memory_stream_frame(fb_memory_stream *stream, fb_frame **out, fb_error *err)
{
    *out = NULL;
    const fb_raw_plan read = {.kind = FB_RAW_READ, .name = FB_SLICE("memory"), .is_stream = true};
    fb_plan_memory *memory;
    const fb_plan *plan;
    FB_TRY(fb_plan_memory_create(&memory, err));
    fb_status status =
        fb_session_analyze_read(stream->session, memory, &read, stream->queue, &plan, err);
    if (status == FB_OK) return fb_frame_make(stream->session, memory, plan, out, err);
    fb_plan_memory_release(memory);
    return status;
}

fb_status fb_memory_stream_push(fb_memory_stream *stream, const fb_rows *rows, fb_error *err)
{
    return fb_memory_queue_push(stream->queue, rows->chunks, rows->chunk_count, NULL, err);
}

size_t fb_query_batch_count(fb_query *query)
{
    fb_memory_table *table = fb_query_memory_table(query);
    return table ? (size_t)fb_memory_table_batch_count(table) : 0;
}

static fb_status read_batch(fb_memory_table *table, size_t index, int64_t *batch_id, fb_rows *rows,
                            fb_error *err)
{
    fb_memory_batch batch;
    FB_TRY(fb_memory_table_read(table, index, &rows->arena, &batch, err));
    *batch_id = batch.batch_id;
    rows->schema = batch.schema;
    rows->is_result = true;
    FB_TRY(fb_rows_name_columns(rows, err));
    for (uint32_t i = 0; i < batch.chunk_count; i++)
        FB_TRY(fb_rows_append(rows, &batch.chunks[i], err));
    return FB_OK;
}

fb_status fb_query_batch(fb_query *query, size_t index, int64_t *batch_id, fb_rows **out,
                         fb_error *err)
{
    *out = NULL;
    *batch_id = -1;
    fb_memory_table *table = fb_query_memory_table(query);
    if (!table) return fb_fail(err, FB_E_NOT_FOUND, 0, "the query's sink is not \"memory\"");
    fb_rows *rows;
    FB_TRY(fb_rows_create_empty(&rows, err));
    fb_status status = read_batch(table, index, batch_id, rows, err);
    if (status != FB_OK) {
        fb_rows_destroy(rows);
        return status;
    }
    *out = rows;
    return FB_OK;
}
