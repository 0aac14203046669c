/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups come from the exchange, are made distinct when several lanes sent them, and then go in
 * chunks through the late filter, the state (exec/group_merge.h) and, in update mode, downstream.
 * What the other modes emit comes from the table, at the end. */
#include "exec/state_aggregate.h"

#include "base/memory.h"
#include "data/float_key.h"
#include "data/unsafe_row.h"
#include "exec/group_merge.h"
#include "exec/group_table.h"

#include <inttypes.h>

enum {
    WINDOW_END = 1,      /* field of a window */
    CACHED_GROUPS = 512, /* the table of twice as many still lies in the first cache */
};

/* One run over a partition. */
typedef struct run {
    const fb_state_aggregate *self;
    const fb_aggregation *aggregation;
    fb_operator *next;
    fb_state_metrics *metrics;
    fb_group_table *numbers; /* of groups, while they are made distinct */
    fb_buffers groups;       /* all that came, distinct */
    fb_buffers again;        /* a chunk, merged into empty buffers once more */
    fb_group_merge merge;    /* with a table */
    fb_arena arena;          /* of a chunk */
    bool rounds;         /* some call's merge rounds: then every merge that Spark makes counts */
    uint64_t held_bytes; /* taken from the budget */
} run;

static void run_close(run *r)
{
    fb_group_table_destroy(r->numbers);
    fb_buffers_deinit(&r->groups);
    fb_buffers_deinit(&r->again);
    fb_group_merge_deinit(&r->merge);
    fb_arena_deinit(&r->arena);
    fb_budget_give(r->self->budget, r->held_bytes);
}

static fb_status run_open(run *r, fb_error *err)
{
    const fb_aggregation *aggregation = r->aggregation;
    fb_arena_init(&r->arena, 0);
    for (uint32_t i = 0; i < aggregation->call_count; i++)
        r->rounds |= aggregation->calls[i]->merge_rounds;
    FB_TRY(fb_buffers_init(&r->groups, aggregation->calls, aggregation->call_count, err));
    FB_TRY(fb_buffers_init(&r->again, aggregation->calls, aggregation->call_count, err));
    if (!r->self->table) return FB_OK;
    return fb_group_merge_init(&r->merge, aggregation, r->self->context, r->self->table, err);
}

static fb_status nomem(fb_error *err)
{
    return fb_fail_nomem(err, "the groups of an aggregation");
}

/* Counts what is held against the limit. */
static fb_status count_memory(run *r, fb_error *err)
{
    uint64_t bytes =
        fb_buffers_bytes(&r->groups) + fb_buffers_bytes(&r->again) + r->arena.total_bytes;
    if (r->self->table) bytes += fb_group_merge_bytes(&r->merge);
    if (bytes <= r->held_bytes) return FB_OK;
    if (!fb_budget_take(r->self->budget, bytes - r->held_bytes))
        return fb_fail(err, FB_E_LIMIT, 0,
                       "%s: the memory limit of %" PRIu64
                       " bytes is reached while groups of %" PRIu64 " bytes are merged",
                       r->self->table ? r->self->table->layout->name : "an aggregation",
                       r->self->budget->limit_bytes, bytes);
    r->held_bytes = bytes;
    return FB_OK;
}

static fb_status check_cancelled(const run *r, fb_error *err)
{
    const atomic_bool *cancelled = r->self->cancelled;
    if (cancelled && atomic_load_explicit(cancelled, memory_order_relaxed))
        return fb_fail(err, FB_E_CANCELLED, 0, "the query was stopped");
    return FB_OK;
}

/* --- emission --- */

/* Spark merges a group into empty buffers once when it comes from the tasks, and once more when it
 * comes out of the state. Mostly that changes nothing and is not done. */
static fb_status merge_again(run *r, const fb_column **fields, uint32_t group_count, fb_error *err)
{
    if (!r->rounds || !group_count) return FB_OK;
    fb_eval eval = {.context = r->self->context, .arena = &r->arena, .err = err};
    uint32_t *groups = fb_group_numbers(&r->arena, group_count);
    if (!groups) return nomem(err);
    fb_buffers_clear(&r->again);
    FB_TRY(fb_buffers_grow(&r->again, group_count, err));
    FB_TRY(fb_buffers_merge(&r->again, &eval, groups, *fields, group_count));
    *fields = r->again.columns;
    return FB_OK;
}

static fb_status emit(run *r, const fb_column *keys, const fb_column *fields, uint32_t group_count,
                      fb_error *err)
{
    const fb_aggregation *aggregation = r->aggregation;
    fb_eval eval = {.context = r->self->context, .arena = &r->arena, .err = err};
    fb_chunk out = {.row_count = group_count,
                    .column_count = aggregation->key_count + aggregation->call_count};
    out.columns = fb_arena_array(&r->arena, out.column_count, sizeof *out.columns);
    if (!out.columns) return nomem(err);
    if (r->self->table) FB_TRY(merge_again(r, &fields, group_count, err));
    for (uint32_t i = 0; i < aggregation->key_count; i++)
        out.columns[i] = keys[i];
    for (uint32_t i = 0; i < aggregation->call_count; i++) {
        const fb_aggregate_call *call = aggregation->calls[i];
        fb_column *result = &out.columns[aggregation->key_count + i];
        *result = (fb_column){.type = call->type};
        FB_TRY(call->evaluate(call, &eval, &fields[r->groups.first[i]], group_count, result));
    }
    FB_TRY(count_memory(r, err));
    return fb_operator_push(r->next, &out, err);
}

/* fb_state_visit: rows of the table go downstream. */
static fb_status emit_rows(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                           fb_error *err)
{
    run *r = user;
    fb_column *columns;
    FB_TRY(check_cancelled(r, err));
    fb_arena_reset(&r->arena);
    FB_TRY(fb_group_merge_decode(&r->merge, keys, values, count, &r->arena, &columns, err));
    return emit(r, columns, columns + r->aggregation->key_count, count, err);
}

/* --- the late filter --- */

static const fb_column *event_time(const fb_aggregation *aggregation, const fb_column *keys)
{
    const fb_column *key = &keys[aggregation->event_time_key];
    return aggregation->event_time_is_window ? &key->children[WINDOW_END] : key;
}

/* The rows whose time is null or above the threshold; returns how many. */
static uint32_t select_timely(const fb_column *key, const fb_column *time, int64_t late_us,
                              uint32_t row_count, uint32_t *rows)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        rows[count] = i;
        bool is_null = fb_column_is_null(key, i) || fb_column_is_null(time, i);
        count += is_null || time->int64s[fb_column_index(time, i)] > late_us;
    }
    return count;
}

static fb_status gather(fb_column *columns, uint32_t column_count, const uint32_t *rows,
                        uint32_t row_count, fb_arena *arena, fb_error *err)
{
    for (uint32_t i = 0; i < column_count; i++) {
        const fb_column all = columns[i];
        if (!fb_column_gather(&columns[i], arena, &all, rows, row_count)) return nomem(err);
    }
    return FB_OK;
}

/* Takes late groups out of the columns, which are the caller's to change. */
static fb_status drop_late(run *r, fb_column *columns, uint32_t *group_count, fb_error *err)
{
    const fb_aggregation *aggregation = r->aggregation;
    bool keeps_all = !r->self->table || r->self->mode == FB_OUTPUT_COMPLETE;
    if (keeps_all || aggregation->event_time_key < 0) return FB_OK;
    uint32_t *rows = fb_arena_array(&r->arena, *group_count, sizeof *rows);
    if (!rows) return nomem(err);
    uint32_t count =
        select_timely(&columns[aggregation->event_time_key], event_time(aggregation, columns),
                      r->self->late_us, *group_count, rows);
    if (count == *group_count) return FB_OK;
    r->metrics->rows_dropped += *group_count - count;
    *group_count = count;
    return gather(columns, fb_aggregation_width(aggregation), rows, count, &r->arena, err);
}

/* --- distinct groups --- */

/* Takes a chunk of groups, [keys, fields], in columns that are the caller's to change. */
static fb_status take_groups(run *r, fb_column *columns, uint32_t group_count, fb_error *err)
{
    uint32_t key_count = r->aggregation->key_count;
    FB_TRY(check_cancelled(r, err));
    FB_TRY(drop_late(r, columns, &group_count, err));
    if (group_count == 0) return FB_OK;
    const fb_column *fields = columns + key_count;
    if (!r->self->table) return emit(r, columns, fields, group_count, err);
    FB_TRY(fb_group_merge_chunk(&r->merge, columns, fields, group_count, &r->arena, &fields, err));
    r->metrics->rows_updated += group_count;
    if (r->self->mode == FB_OUTPUT_UPDATE) return emit(r, columns, fields, group_count, err);
    return count_memory(r, err);
}

/* Keys as groups compare them: columns of [keys, fields], the first `key_count` of them. */
static fb_status make_canonical(run *r, fb_column *columns, uint32_t row_count, fb_error *err)
{
    for (uint32_t i = 0; i < r->aggregation->key_count; i++) {
        const fb_column key = columns[i];
        if (!fb_column_canonical_floats(&columns[i], &r->arena, &key, row_count)) return nomem(err);
    }
    return FB_OK;
}

/* What came is distinct already. */
static fb_status take_distinct(run *r, const fb_chunk *chunk, uint32_t first, uint32_t count,
                               fb_error *err)
{
    uint32_t key_count = r->aggregation->key_count, width = fb_aggregation_width(r->aggregation);
    fb_column *columns = fb_arena_array(&r->arena, width, sizeof *columns);
    if (!columns) return nomem(err);
    for (uint32_t i = 0; i < width; i++)
        if (!fb_column_slice(&columns[i], &r->arena, &chunk->columns[i], first, count))
            return nomem(err);
    FB_TRY(make_canonical(r, columns, count, err));
    const fb_column *fields = columns + key_count;
    FB_TRY(merge_again(r, &fields, count, err));
    memmove(columns + key_count, fields, r->aggregation->field_count * sizeof *fields);
    return take_groups(r, columns, count, err);
}

static fb_status take_all_distinct(run *r, fb_error *err)
{
    fb_exchange *exchange = r->self->exchange;
    uint32_t partition = r->self->partition;
    uint32_t chunk_count = fb_exchange_chunk_count(exchange, partition);
    for (uint32_t i = 0; i < chunk_count; i++) {
        const fb_chunk *chunk = fb_exchange_chunk(exchange, partition, i);
        for (uint32_t first = 0; first < chunk->row_count; first += FB_CHUNK_ROWS) {
            uint32_t rest = chunk->row_count - first;
            fb_arena_reset(&r->arena);
            FB_TRY(
                take_distinct(r, chunk, first, rest < FB_CHUNK_ROWS ? rest : FB_CHUNK_ROWS, err));
        }
    }
    return FB_OK;
}

/* --- groups of several lanes --- */

/* The number of the group of each row. Without keys all rows are group 0. */
static fb_status number_groups(run *r, const fb_chunk *chunk, uint32_t *groups, fb_error *err)
{
    uint32_t key_count = r->aggregation->key_count;
    if (!key_count) {
        memset(groups, 0, chunk->row_count * sizeof *groups);
        return FB_OK;
    }
    FB_TRY(
        fb_group_table_find(r->numbers, chunk->columns, chunk->row_count, &r->arena, groups, err));
    return fb_buffers_grow(&r->groups, fb_group_table_count(r->numbers), err);
}

static fb_status merge_chunk(run *r, const fb_chunk *chunk, fb_error *err)
{
    FB_TRY(check_cancelled(r, err));
    fb_arena_reset(&r->arena);
    fb_eval eval = {.context = r->self->context, .arena = &r->arena, .err = err};
    uint32_t *groups = fb_arena_array(&r->arena, chunk->row_count, sizeof *groups);
    if (!groups) return nomem(err);
    FB_TRY(number_groups(r, chunk, groups, err));
    FB_TRY(fb_buffers_merge(&r->groups, &eval, groups, chunk->columns + r->aggregation->key_count,
                            chunk->row_count));
    return count_memory(r, err);
}

/* Groups first .. first + count - 1 of those that were made distinct. */
static fb_status take_merged(run *r, uint32_t first, uint32_t count, fb_error *err)
{
    uint32_t key_count = r->aggregation->key_count, width = fb_aggregation_width(r->aggregation);
    fb_column *columns = fb_arena_array(&r->arena, width, sizeof *columns);
    if (!columns) return nomem(err);
    if (key_count) FB_TRY(fb_group_table_keys(r->numbers, first, count, &r->arena, columns, err));
    for (uint32_t i = key_count; i < width; i++)
        if (!fb_column_slice(&columns[i], &r->arena, &r->groups.columns[i - key_count], first,
                             count))
            return nomem(err);
    return take_groups(r, columns, count, err);
}

static fb_status take_all_merged(run *r, fb_error *err)
{
    for (uint32_t first = 0; first < r->groups.group_count; first += FB_CHUNK_ROWS) {
        uint32_t rest = r->groups.group_count - first;
        fb_arena_reset(&r->arena);
        FB_TRY(take_merged(r, first, rest < FB_CHUNK_ROWS ? rest : FB_CHUNK_ROWS, err));
    }
    return FB_OK;
}

/* Part after part, each over all lanes. Before their table outgrows the cache, the groups of whole
 * parts, to which nothing can be added, go on. */
static fb_status take_parts(run *r, const uint32_t *order, const uint32_t *ends, fb_error *err)
{
    fb_exchange *exchange = r->self->exchange;
    uint32_t next = 0;
    for (uint32_t part = 0; part < FB_EXCHANGE_PARTS; part++) {
        if (r->groups.group_count >= CACHED_GROUPS) {
            FB_TRY(take_all_merged(r, err));
            fb_group_table_clear(r->numbers);
            fb_buffers_clear(&r->groups);
        }
        for (; next < ends[part]; next++)
            FB_TRY(
                merge_chunk(r, fb_exchange_chunk(exchange, r->self->partition, order[next]), err));
    }
    FB_TRY(take_all_merged(r, err));
    fb_exchange_release(exchange, r->self->partition);
    return FB_OK;
}

/* All groups before the first one goes on. */
static fb_status take_lanes(run *r, fb_error *err)
{
    fb_exchange *exchange = r->self->exchange;
    uint32_t partition = r->self->partition;
    uint32_t chunk_count = fb_exchange_chunk_count(exchange, partition);
    for (uint32_t i = 0; i < chunk_count; i++)
        FB_TRY(merge_chunk(r, fb_exchange_chunk(exchange, partition, i), err));
    fb_exchange_release(exchange, partition);
    return take_all_merged(r, err);
}

static fb_status take_merging(run *r, fb_error *err)
{
    uint32_t ends[FB_EXCHANGE_PARTS], *order;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status =
        fb_exchange_order_by_part(r->self->exchange, r->self->partition, &arena, ends, &order, err);
    if (status == FB_OK) status = order ? take_parts(r, order, ends, err) : take_lanes(r, err);
    fb_arena_deinit(&arena);
    return status;
}

/* --- a batch --- */

static fb_status create_numbers(run *r, fb_error *err)
{
    const fb_aggregation *aggregation = r->aggregation;
    const fb_type **types = fb_arena_array(&r->arena, aggregation->key_count, sizeof *types);
    if (!types) return nomem(err);
    for (uint32_t i = 0; i < aggregation->key_count; i++)
        types[i] = aggregation->key_schema->fields[i].type;
    return fb_group_table_create(types, aggregation->key_count, r->self->budget, &r->numbers, err);
}

static fb_status take_input(run *r, fb_error *err)
{
    fb_exchange *exchange = r->self->exchange;
    if (r->aggregation->key_count == 0) {
        FB_TRY(fb_buffers_grow(&r->groups, 1, err));
        return take_lanes(r, err);
    }
    if (!fb_exchange_is_distinct(exchange, r->self->partition)) {
        FB_TRY(create_numbers(r, err));
        return take_merging(r, err);
    }
    FB_TRY(take_all_distinct(r, err));
    fb_exchange_release(exchange, r->self->partition);
    return FB_OK;
}

/* What the watermark has passed leaves the state, and is what append mode emits. */
static fb_status evict(run *r, fb_error *err)
{
    if (r->aggregation->event_time_key < 0) return FB_OK;
    int64_t evict_us = r->self->evict_us;
    bool emits = r->self->mode == FB_OUTPUT_APPEND;
    return fb_state_table_evict_before(r->self->table,
                                       evict_us < INT64_MAX ? evict_us + 1 : evict_us,
                                       emits ? emit_rows : NULL, r, &r->metrics->rows_removed, err);
}

static fb_status give_output(run *r, fb_error *err)
{
    FB_TRY(check_cancelled(r, err));
    if (!r->self->table) return FB_OK;
    if (r->self->mode != FB_OUTPUT_COMPLETE) return evict(r, err);
    return fb_state_table_visit_all(r->self->table, emit_rows, r, err);
}

static fb_status run_batch(run *r, fb_error *err)
{
    fb_clock *clock = r->self->clock;
    FB_TRY(run_open(r, err));
    int64_t start_us = fb_clock_monotonic_us(clock);
    FB_TRY(take_input(r, err));
    int64_t taken_us = fb_clock_monotonic_us(clock);
    FB_TRY(give_output(r, err));
    r->metrics->update_us = taken_us - start_us;
    if (r->self->mode != FB_OUTPUT_COMPLETE)
        r->metrics->removal_us = fb_clock_monotonic_us(clock) - taken_us;
    return fb_operator_finish(r->next, err);
}

fb_status fb_state_aggregate_run(const fb_state_aggregate *self, fb_operator *next,
                                 fb_state_metrics *metrics, fb_error *err)
{
    *metrics = (fb_state_metrics){0};
    if (self->table && self->mode == FB_OUTPUT_APPEND && self->aggregation->event_time_key < 0)
        return fb_fail(
            err, FB_E_INVALID, 0,
            "%s: append mode needs a key that is event time, else no group is ever final",
            self->table->layout->name);
    run r = {.self = self, .aggregation = self->aggregation, .next = next, .metrics = metrics};
    fb_status status = run_batch(&r, err);
    run_close(&r);
    return status;
}

/* --- the table's layout --- */

static int64_t row_bytes(const fb_type *schema)
{
    size_t size_bytes;
    return fb_unsafe_row_has_fixed_size(schema, &size_bytes) ? (int64_t)size_bytes
                                                             : FB_STATE_VARIABLE;
}

void fb_state_aggregate_layout(const fb_aggregation *aggregation, const char *name,
                               fb_state_layout *out)
{
    *out = (fb_state_layout){
        .name = name,
        .key_bytes = row_bytes(aggregation->key_schema),
        .value_bytes = row_bytes(aggregation->value_schema),
        .column_count = aggregation->key_count,
    };
    if (aggregation->event_time_key < 0) return;
    const fb_type *key = aggregation->key_schema->fields[aggregation->event_time_key].type;
    out->time = (fb_state_time){
        .present = true,
        .nested = aggregation->event_time_is_window,
        .field_count = (uint16_t)aggregation->key_count,
        .field = (uint16_t)aggregation->event_time_key,
        .nested_count = aggregation->event_time_is_window ? (uint16_t)key->field_count : 0,
        .nested_field = aggregation->event_time_is_window ? WINDOW_END : 0,
    };
}
