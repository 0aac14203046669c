/* SPDX-License-Identifier: Apache-2.0
 *
 * Growable columns with a row per group. Capacities double; what is new is zero or NULL. */
#include "base/memory.h"
#include "expr/aggregate.h"
#include "expr/buffer_column.h"

enum { LEAST_CAPACITY = 64 };

static const fb_buffer_field *field_of(const fb_buffers *buffers, uint32_t column)
{
    uint32_t call = 0;
    while (call + 1 < buffers->call_count && buffers->first[call + 1] <= column)
        call++;
    return &buffers->calls[call]->fields[column - buffers->first[call]];
}

static fb_status init_columns(fb_buffers *buffers, fb_error *err)
{
    for (uint32_t i = 0; i < buffers->call_count; i++) {
        buffers->first[i] = buffers->column_count;
        buffers->column_count += buffers->calls[i]->field_count;
    }
    buffers->columns = fb_alloc_zero(buffers->column_count, sizeof *buffers->columns);
    if (!buffers->columns) return fb_fail_nomem(err, "aggregation buffers");
    for (uint32_t i = 0; i < buffers->column_count; i++)
        if (!fb_buffer_column_init(&buffers->columns[i], field_of(buffers, i)->type))
            return fb_fail_nomem(err, "aggregation buffers");
    return FB_OK;
}

fb_status fb_buffers_init(fb_buffers *buffers, const fb_aggregate_call *const *calls,
                          uint32_t call_count, fb_error *err)
{
    *buffers = (fb_buffers){.calls = calls, .call_count = call_count};
    fb_arena_init(&buffers->heap, 0);
    buffers->first = fb_alloc_zero(call_count, sizeof *buffers->first);
    fb_status status =
        buffers->first ? init_columns(buffers, err) : fb_fail_nomem(err, "aggregation buffers");
    if (status != FB_OK) fb_buffers_deinit(buffers);
    return status;
}

void fb_buffers_deinit(fb_buffers *buffers)
{
    for (uint32_t i = 0; buffers->columns && i < buffers->column_count; i++)
        fb_buffer_column_deinit(&buffers->columns[i]);
    fb_free(buffers->columns);
    fb_free(buffers->first);
    fb_arena_deinit(&buffers->heap);
    *buffers = (fb_buffers){0};
}

static void start_groups(fb_buffers *buffers, uint32_t index, uint32_t from, uint32_t until)
{
    fb_column *column = &buffers->columns[index];
    const fb_buffer_field *field = field_of(buffers, index);
    fb_buffer_column_start(column, field->starts_null, from, until);
    if (field->starts_true) memset(column->bools + from, 1, until - from);
    const fb_string bytes = fb_string_view(field->starts_as);
    for (uint32_t group = from; field->starts_as.size && group < until; group++)
        column->strings[group] = bytes;
}

fb_status fb_buffers_grow(fb_buffers *buffers, uint32_t group_count, fb_error *err)
{
    if (group_count <= buffers->group_count) return FB_OK;
    if (group_count > buffers->capacity) {
        uint64_t capacity = buffers->capacity ? buffers->capacity : LEAST_CAPACITY;
        while (capacity < group_count)
            capacity *= 2;
        if (capacity > UINT32_MAX) capacity = UINT32_MAX;
        for (uint32_t i = 0; i < buffers->column_count; i++)
            if (!fb_buffer_column_grow(&buffers->columns[i], field_of(buffers, i)->nullable,
                                       (uint32_t)capacity))
                return fb_fail_nomem(err, "aggregation buffers");
        buffers->capacity = (uint32_t)capacity;
    }
    for (uint32_t i = 0; i < buffers->column_count; i++)
        start_groups(buffers, i, buffers->group_count, group_count);
    buffers->group_count = group_count;
    return FB_OK;
}

fb_status fb_buffers_append(fb_buffers *buffers, const fb_buffers *from, const uint32_t *rows,
                            uint32_t count, fb_error *err)
{
    uint32_t first = buffers->group_count;
    FB_ASSERT(count <= UINT32_MAX - first && buffers->column_count == from->column_count);
    FB_TRY(fb_buffers_grow(buffers, first + count, err));
    for (uint32_t i = 0; i < buffers->column_count; i++) {
        fb_column *to = &buffers->columns[i];
        const fb_column *values = &from->columns[i];
        size_t width = fb_type_width(to->type);
        FB_ASSERT(!fb_type_is_nested(to->type) && to->type->id != FB_TYPE_STRING &&
                  to->type->id != FB_TYPE_BINARY);
        for (uint32_t j = 0; j < count; j++)
            memcpy((char *)to->values + (first + j) * width,
                   (const char *)values->values + rows[j] * width, width);
        for (uint32_t j = 0; to->validity && j < count; j++)
            fb_bits_put(to->validity, first + j, fb_bits_get(values->validity, rows[j]));
    }
    return FB_OK;
}

void fb_buffers_clear(fb_buffers *buffers)
{
    buffers->group_count = 0;
    for (uint32_t i = 0; i < buffers->column_count; i++)
        fb_buffer_column_clear(&buffers->columns[i]);
    fb_arena_reset(&buffers->heap);
}

size_t fb_buffers_bytes(const fb_buffers *buffers)
{
    size_t bytes = buffers->heap.total_bytes;
    for (uint32_t i = 0; i < buffers->column_count; i++)
        bytes += fb_buffer_column_bytes(&buffers->columns[i], buffers->capacity);
    return bytes;
}

fb_status fb_buffers_update_call(fb_buffers *buffers, fb_eval *eval, uint32_t call,
                                 const uint32_t *groups, const fb_column *args, size_t row_count)
{
    const fb_aggregate_call *bound = buffers->calls[call];
    return bound->update(bound, eval, &buffers->heap, &buffers->columns[buffers->first[call]],
                         groups, args, row_count);
}

fb_status fb_buffers_update(fb_buffers *buffers, fb_eval *eval, const uint32_t *groups,
                            const fb_column *const *args, size_t row_count)
{
    for (uint32_t i = 0; i < buffers->call_count; i++)
        FB_TRY(fb_buffers_update_call(buffers, eval, i, groups, args[i], row_count));
    return FB_OK;
}

fb_status fb_buffers_settle(fb_buffers *buffers, fb_eval *eval)
{
    for (uint32_t i = 0; i < buffers->call_count; i++) {
        const fb_aggregate_call *call = buffers->calls[i];
        if (call->settle)
            FB_TRY(call->settle(call, eval, &buffers->heap, &buffers->columns[buffers->first[i]],
                                buffers->group_count));
    }
    return FB_OK;
}

fb_status fb_buffers_merge(fb_buffers *buffers, fb_eval *eval, const uint32_t *groups,
                           const fb_column *others, size_t row_count)
{
    for (uint32_t i = 0; i < buffers->call_count; i++) {
        const fb_aggregate_call *call = buffers->calls[i];
        FB_TRY(call->merge(call, eval, &buffers->heap, &buffers->columns[buffers->first[i]], groups,
                           &others[buffers->first[i]], row_count));
    }
    return FB_OK;
}

fb_status fb_buffers_evaluate(const fb_buffers *buffers, fb_eval *eval, uint32_t call,
                              fb_column *out)
{
    const fb_aggregate_call *bound = buffers->calls[call];
    *out = (fb_column){.type = bound->type};
    return bound->evaluate(bound, eval, &buffers->columns[buffers->first[call]],
                           buffers->group_count, out);
}

const fb_type *fb_buffers_schema(const fb_aggregate_call *const *calls, uint32_t call_count,
                                 fb_arena *arena)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < call_count; i++)
        count += calls[i]->field_count;
    fb_field *fields = fb_arena_array(arena, count, sizeof *fields);
    if (!fields) return NULL;
    fb_field *field = fields;
    for (uint32_t i = 0; i < call_count; i++)
        for (uint32_t j = 0; j < calls[i]->field_count; j++)
            *field++ = (fb_field){.name = fb_slice_of(calls[i]->fields[j].name),
                                  .type = calls[i]->fields[j].type,
                                  .nullable = calls[i]->fields[j].nullable ||
                                              calls[i]->fields[j].is_declared_nullable};
    return fb_type_struct(arena, fields, count);
}
