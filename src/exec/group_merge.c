/* SPDX-License-Identifier: Apache-2.0
 *
 * As in Spark a merged row is made by merging the stored one into empty buffers, and then the new
 * group into these. */
#include "exec/group_merge.h"

#include "data/unsafe_row.h"
#include "data/value_text.h"

fb_status fb_group_merge_init(fb_group_merge *merge, const fb_aggregation *aggregation,
                              const fb_eval_context *context, fb_state_table *table, fb_error *err)
{
    *merge = (fb_group_merge){.aggregation = aggregation, .context = context, .table = table};
    merge->is_plain = fb_unsafe_row_is_plain(aggregation->value_schema);
    for (uint32_t i = 0; i < aggregation->call_count; i++)
        merge->is_plain &= !aggregation->calls[i]->merge_rounds;
    return fb_buffers_init(&merge->merged, aggregation->calls, aggregation->call_count, err);
}

void fb_group_merge_deinit(fb_group_merge *merge)
{
    fb_buffers_deinit(&merge->merged);
    *merge = (fb_group_merge){0};
}

size_t fb_group_merge_bytes(const fb_group_merge *merge)
{
    return fb_buffers_bytes(&merge->merged);
}

uint32_t *fb_group_numbers(fb_arena *arena, uint32_t group_count)
{
    uint32_t *numbers = fb_arena_array(arena, group_count, sizeof *numbers);
    for (uint32_t i = 0; numbers && i < group_count; i++)
        numbers[i] = i;
    return numbers;
}

/* --- what is wrong with which row --- */

static void print_key(const fb_group_merge *merge, fb_slice key, fb_arena *arena, fb_buf *out)
{
    const fb_type *schema = merge->aggregation->key_schema;
    fb_chunk chunk;
    if (fb_unsafe_row_decode(schema, &key, 1, arena, &chunk, NULL) == FB_OK) {
        fb_column row = {.type = schema, .children = chunk.columns};
        fb_value_text_show(&row, 0, merge->context->timezone, out);
        return;
    }
    for (size_t i = 0; i < key.size; i++)
        fb_buf_printf(out, "%02x", (unsigned char)key.data[i]);
}

/* `rows` did not decode by `schema`: says which, in words of its key. */
static fb_status fail_row(const fb_group_merge *merge, const fb_type *schema, const char *what,
                          const fb_slice *rows, const fb_slice *keys, uint32_t count,
                          fb_arena *arena, fb_error *err)
{
    fb_error problem;
    fb_chunk chunk;
    uint32_t i = 0;
    while (i + 1 < count &&
           fb_unsafe_row_decode(schema, &rows[i], 1, arena, &chunk, &problem) == FB_OK)
        i++;
    fb_status status = fb_unsafe_row_decode(schema, &rows[i], 1, arena, &chunk, &problem);
    if (status != FB_E_CORRUPT) return fb_fail_nomem(err, "rows of state");
    fb_buf text;
    fb_buf_init(&text, 0);
    print_key(merge, keys[i], arena, &text);
    status = fb_fail(err, FB_E_CORRUPT, 0, "%s: the %s of key %.*s is no row of its schema: %s",
                     merge->table->layout->name, what, (int)text.size, text.size ? text.data : "",
                     problem.message);
    fb_buf_deinit(&text);
    return status;
}

static fb_status decode(const fb_group_merge *merge, const fb_type *schema, const char *what,
                        const fb_slice *rows, const fb_slice *keys, uint32_t count, fb_arena *arena,
                        fb_chunk *out, fb_error *err)
{
    fb_status status = fb_unsafe_row_decode(schema, rows, count, arena, out, err);
    if (status != FB_E_CORRUPT) return status;
    return fail_row(merge, schema, what, rows, keys, count, arena, err);
}

fb_status fb_group_merge_decode(const fb_group_merge *merge, const fb_slice *keys,
                                const fb_slice *values, uint32_t count, fb_arena *arena,
                                fb_column **columns, fb_error *err)
{
    const fb_aggregation *aggregation = merge->aggregation;
    *columns = fb_arena_array(arena, fb_aggregation_width(aggregation), sizeof **columns);
    if (!*columns) return fb_fail_nomem(err, "rows of state");
    fb_chunk part;
    FB_TRY(decode(merge, aggregation->key_schema, "key", keys, keys, count, arena, &part, err));
    for (uint32_t i = 0; i < part.column_count; i++)
        (*columns)[i] = part.columns[i];
    FB_TRY(
        decode(merge, aggregation->value_schema, "value", values, keys, count, arena, &part, err));
    for (uint32_t i = 0; i < part.column_count; i++)
        (*columns)[aggregation->key_count + i] = part.columns[i];
    return FB_OK;
}

/* --- merging --- */

static fb_status encode(const fb_column *columns, uint32_t column_count, uint32_t row_count,
                        fb_arena *arena, fb_state_rows *out, fb_error *err)
{
    const fb_column **list = fb_arena_array(arena, column_count, sizeof *list);
    if (!list) return fb_fail_nomem(err, "rows of state");
    for (uint32_t i = 0; i < column_count; i++)
        list[i] = &columns[i];
    fb_unsafe_rows rows;
    FB_TRY(fb_unsafe_row_encode(list, column_count, row_count, arena, &rows, err));
    *out = (fb_state_rows){.bytes = rows.bytes, .offsets = rows.offsets, .count = row_count};
    return FB_OK;
}

/* The stored values of those groups that have one, and which these are. */
typedef struct stored_values {
    fb_slice *values;
    fb_slice *keys;
    uint32_t *groups;
    uint32_t count;
} stored_values;

static fb_status stored_init(stored_values *stored, uint32_t room, fb_arena *arena, fb_error *err)
{
    *stored = (stored_values){
        .values = fb_arena_array(arena, room, sizeof *stored->values),
        .keys = fb_arena_array(arena, room, sizeof *stored->keys),
        .groups = fb_arena_array(arena, room, sizeof *stored->groups),
    };
    bool has_room = stored->values && stored->keys && stored->groups;
    return has_room ? FB_OK : fb_fail_nomem(err, "rows of state");
}

/* Buffers of the chunk: empty, then what is stored, then what is new. */
static fb_status merge_buffers(fb_group_merge *merge, const stored_values *stored,
                               const fb_column *fields, uint32_t group_count, fb_arena *arena,
                               fb_error *err)
{
    fb_eval eval = {.context = merge->context, .arena = arena, .err = err};
    uint32_t *numbers = fb_group_numbers(arena, group_count);
    if (!numbers) return fb_fail_nomem(err, "rows of state");
    fb_buffers_clear(&merge->merged);
    FB_TRY(fb_buffers_grow(&merge->merged, group_count, err));
    if (stored->count) {
        fb_chunk old;
        FB_TRY(decode(merge, merge->aggregation->value_schema, "value", stored->values,
                      stored->keys, stored->count, arena, &old, err));
        FB_TRY(fb_buffers_merge(&merge->merged, &eval, stored->groups, old.columns, stored->count));
    }
    return fb_buffers_merge(&merge->merged, &eval, numbers, fields, group_count);
}

/* Values of fixed size, in place. */
static fb_status merge_in_place(fb_group_merge *merge, const fb_state_rows *keys,
                                const fb_column *fields, uint32_t group_count, fb_arena *arena,
                                fb_error *err)
{
    size_t value_bytes = (size_t)merge->table->layout->value_bytes;
    void **values = fb_arena_array(arena, group_count, sizeof *values);
    uint64_t *created = fb_arena_array(arena, fb_bits_words(group_count), sizeof *created);
    stored_values stored;
    if (!values || !created) return fb_fail_nomem(err, "rows of state");
    FB_TRY(stored_init(&stored, group_count, arena, err));
    FB_TRY(fb_state_table_update_begin(merge->table, keys, values, created, err));
    for (uint32_t i = 0; i < group_count; i++) {
        stored.values[stored.count] = (fb_slice){values[i], value_bytes};
        stored.keys[stored.count] = fb_state_row(keys, i);
        stored.groups[stored.count] = i;
        stored.count += !fb_bits_get(created, i);
    }
    fb_state_rows rows;
    fb_status status = merge_buffers(merge, &stored, fields, group_count, arena, err);
    if (status == FB_OK)
        status = encode(merge->merged.columns, merge->merged.column_count, group_count, arena,
                        &rows, err);
    for (uint32_t i = 0; status == FB_OK && i < group_count; i++)
        if (value_bytes) memcpy(values[i], rows.bytes + i * value_bytes, value_bytes);
    fb_status ended = fb_state_table_update_end(merge->table, status == FB_OK ? err : NULL);
    return status != FB_OK ? status : ended;
}

/* Lets the groups of new rows, which are zero, start as their calls say. */
static void start_created(fb_group_merge *merge, const uint64_t *created, uint32_t group_count)
{
    fb_column *column = merge->merged.columns;
    for (uint32_t i = 0; i < merge->merged.call_count; i++) {
        const fb_aggregate_call *call = merge->merged.calls[i];
        for (uint32_t f = 0; f < call->field_count; f++, column++) {
            const fb_buffer_field *field = &call->fields[f];
            for (size_t w = 0; field->starts_null && w < fb_bits_words(group_count); w++)
                column->validity[w] &= ~created[w];
            for (uint32_t g = 0; field->starts_true && g < group_count; g++)
                column->bools[g] |= fb_bits_get(created, g);
        }
    }
}

/* Plain values, in place. What is stored serves as the buffers into which the new group is merged:
 * merging it into empty ones would give the same, since no call rounds. */
static fb_status merge_plain(fb_group_merge *merge, const fb_state_rows *keys,
                             const fb_column *fields, uint32_t group_count, fb_arena *arena,
                             fb_error *err)
{
    fb_eval eval = {.context = merge->context, .arena = arena, .err = err};
    fb_buffers *merged = &merge->merged;
    void **values = fb_arena_array(arena, group_count, sizeof *values);
    uint64_t *created = fb_arena_array(arena, fb_bits_words(group_count), sizeof *created);
    uint32_t *numbers = fb_group_numbers(arena, group_count);
    if (!values || !created || !numbers) return fb_fail_nomem(err, "rows of state");
    fb_buffers_clear(merged);
    if (group_count > merged->capacity) FB_TRY(fb_buffers_grow(merged, group_count, err));
    merged->group_count = group_count; /* their starting state is overwritten */
    FB_TRY(fb_state_table_update_begin(merge->table, keys, values, created, err));
    fb_unsafe_row_load((char *const *)values, group_count, merged->columns, merged->column_count);
    start_created(merge, created, group_count);
    fb_status status = fb_buffers_merge(merged, &eval, numbers, fields, group_count);
    if (status == FB_OK)
        fb_unsafe_row_store(merged->columns, merged->column_count, group_count,
                            (char *const *)values);
    fb_status ended = fb_state_table_update_end(merge->table, status == FB_OK ? err : NULL);
    return status != FB_OK ? status : ended;
}

static fb_status merge_by_replacing(fb_group_merge *merge, const fb_state_rows *keys,
                                    const fb_column *fields, uint32_t group_count, fb_arena *arena,
                                    fb_error *err)
{
    fb_slice *values = fb_arena_array(arena, group_count, sizeof *values);
    stored_values stored;
    if (!values) return fb_fail_nomem(err, "rows of state");
    FB_TRY(stored_init(&stored, group_count, arena, err));
    FB_TRY(fb_state_table_get_many(merge->table, keys, values, err));
    for (uint32_t i = 0; i < group_count; i++) {
        if (!values[i].data) continue;
        stored.values[stored.count] = values[i];
        stored.keys[stored.count] = fb_state_row(keys, i);
        stored.groups[stored.count++] = i;
    }
    FB_TRY(merge_buffers(merge, &stored, fields, group_count, arena, err));
    fb_state_rows rows;
    FB_TRY(
        encode(merge->merged.columns, merge->merged.column_count, group_count, arena, &rows, err));
    return fb_state_table_put_many(merge->table, keys, &rows, err);
}

fb_status fb_group_merge_chunk(fb_group_merge *merge, const fb_column *keys,
                               const fb_column *fields, uint32_t group_count, fb_arena *arena,
                               const fb_column **out, fb_error *err)
{
    FB_ASSERT(group_count <= FB_CHUNK_ROWS);
    fb_state_rows rows;
    FB_TRY(encode(keys, merge->aggregation->key_count, group_count, arena, &rows, err));
    *out = merge->merged.columns;
    if (merge->is_plain) return merge_plain(merge, &rows, fields, group_count, arena, err);
    if (merge->table->layout->value_bytes == FB_STATE_VARIABLE)
        return merge_by_replacing(merge, &rows, fields, group_count, arena, err);
    return merge_in_place(merge, &rows, fields, group_count, arena, err);
}
