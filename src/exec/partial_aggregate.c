/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/partial_aggregate.h"

#include "base/memory.h"
#include "exec/partial_parts.h"

enum {
    /* Groups in one table. With more of them, their table and values no longer fit the second
     * cache. */
    MOST_GROUPS = 1 << 16,
    /* With so many keys, the rows of a task are hardly fewer as groups; how many keys there are
     * shows in how many rows repeat one, once there are some groups. */
    MANY_KEYS = 1 << 18,
    TELLING_GROUPS = 1 << 15,
};

static const uint32_t NO_PART = UINT32_MAX;

typedef struct partial {
    fb_operator base;
    const fb_aggregation *aggregation;
    const fb_eval_context *context;
    fb_exchange *exchange;
    uint32_t lane;
    fb_budget *budget;
    fb_arena plan;         /* as long as the operator */
    fb_arena arena;        /* of one chunk */
    fb_arena groups_arena; /* of one chunk of groups that is written */
    fb_group_layout layout;
    fb_column *keys;
    fb_call_input *inputs; /* per call */
    fb_group_words groups; /* while they are few */
    fb_buffers buffers;
    uint64_t held_bytes; /* of the buffers, counted in the budget */
    uint64_t row_count;  /* in the one table */
    bool can_part;
    bool rounds;             /* some call's merge rounds: a row is not to be merged as a group */
    fb_partial_parts *parts; /* when they are many */
} partial;

/* --- groups --- */

static fb_status write_chunk(partial *p, uint32_t part, const fb_group_entries *groups,
                             const fb_buffers *values, uint32_t first, uint32_t count,
                             fb_error *err)
{
    uint32_t keys = p->aggregation->key_count;
    fb_chunk chunk = {.row_count = count, .column_count = fb_aggregation_width(p->aggregation)};
    chunk.columns = fb_arena_array(&p->groups_arena, chunk.column_count, sizeof *chunk.columns);
    if (!chunk.columns) return fb_fail_nomem(err, "the groups of a batch");
    const fb_group_entries entries = {groups->words +
                                          (size_t)first * fb_group_layout_stride(&p->layout),
                                      groups->nulls ? groups->nulls + first : NULL};
    FB_TRY(fb_group_keys_decode(&p->layout, &entries, count, &p->groups_arena, chunk.columns, err));
    for (uint32_t i = 0; i < values->column_count; i++)
        if (!fb_column_slice(&chunk.columns[keys + i], &p->groups_arena, &values->columns[i], first,
                             count))
            return fb_fail_nomem(err, "the groups of a batch");
    if (part == NO_PART) return fb_exchange_write(p->exchange, p->lane, &chunk, err);
    return fb_exchange_write_part(p->exchange, p->lane, part, &chunk, err);
}

/* fb_partial_parts_write */
static fb_status write_groups(void *user, uint32_t part, const fb_group_entries *groups,
                              const fb_buffers *values, uint32_t group_count, fb_error *err)
{
    partial *p = user;
    for (uint32_t first = 0; first < group_count; first += FB_CHUNK_ROWS) {
        uint32_t left = group_count - first;
        fb_arena_reset(&p->groups_arena);
        FB_TRY(write_chunk(p, part, groups, values, first,
                           left < FB_CHUNK_ROWS ? left : FB_CHUNK_ROWS, err));
    }
    return FB_OK;
}

/* --- rows --- */

/* Counts what the buffers hold now. */
static fb_status count_buffers(partial *p, fb_error *err)
{
    uint64_t bytes = fb_buffers_bytes(&p->buffers);
    if (bytes <= p->held_bytes) return FB_OK;
    if (!fb_budget_take(p->budget, bytes - p->held_bytes))
        return fb_fail(err, FB_E_LIMIT, 0,
                       "groups of a batch: the values of %u groups take %zu bytes, more than the "
                       "memory limit allows",
                       p->buffers.group_count, (size_t)bytes);
    p->held_bytes = bytes;
    return FB_OK;
}

/* Only the rows for which the filter is true reach the call, and its arguments. */
static fb_status evaluate_filtered(const fb_aggregate_call *call, const fb_expr *filter,
                                   fb_eval *eval, const fb_chunk *chunk, fb_call_input *out)
{
    uint32_t *rows = fb_arena_array(eval->arena, chunk->row_count, sizeof *rows);
    if (!rows) return fb_fail_nomem(eval->err, "the rows of an aggregate");
    FB_TRY(fb_expr_select(filter, eval, chunk, rows, &out->row_count));
    out->rows = rows;
    for (uint32_t i = 0; i < call->arg_count; i++)
        FB_TRY(fb_expr_eval_rows(call->args[i], eval, chunk, rows, out->row_count, &out->args[i]));
    return FB_OK;
}

static fb_status evaluate(partial *p, fb_eval *eval, const fb_chunk *chunk, fb_group_block *rows)
{
    const fb_aggregation *a = p->aggregation;
    for (uint32_t i = 0; i < a->key_count; i++)
        FB_TRY(fb_expr_eval(a->plan->exprs[i], eval, chunk, &p->keys[i]));
    for (uint32_t i = 0; i < a->call_count; i++) {
        fb_call_input *input = &p->inputs[i];
        *input = (fb_call_input){.args = input->args, .row_count = chunk->row_count};
        const fb_expr *filter = a->filters ? a->filters[i] : NULL;
        if (filter) FB_TRY(evaluate_filtered(a->calls[i], filter, eval, chunk, input));
        for (uint32_t j = 0; !filter && j < a->calls[i]->arg_count; j++)
            FB_TRY(fb_expr_eval(a->calls[i]->args[j], eval, chunk, &input->args[j]));
    }
    return fb_group_block_build(rows, &p->layout, p->keys, chunk->row_count, eval->arena,
                                eval->err);
}

static fb_status update_call(partial *p, fb_eval *eval, uint32_t number, const uint32_t *groups)
{
    const fb_call_input *input = &p->inputs[number];
    if (input->rows) {
        uint32_t *own = fb_arena_array(eval->arena, input->row_count, sizeof *own);
        if (!own) return fb_fail_nomem(eval->err, "the groups of rows");
        for (uint32_t i = 0; i < input->row_count; i++)
            own[i] = groups[input->rows[i]];
        groups = own;
    }
    return fb_buffers_update_call(&p->buffers, eval, number, groups, input->args, input->row_count);
}

static fb_status update(partial *p, fb_eval *eval, const fb_group_block *rows)
{
    uint32_t *groups = fb_arena_array(eval->arena, rows->row_count, sizeof *groups);
    if (!groups) return fb_fail_nomem(eval->err, "the groups of rows");
    FB_TRY(fb_group_words_find(&p->groups, rows, groups, eval->err));
    FB_TRY(fb_buffers_grow(&p->buffers, p->groups.count, eval->err));
    for (uint32_t i = 0; i < p->aggregation->call_count; i++)
        FB_TRY(update_call(p, eval, i, groups));
    return count_buffers(p, eval->err);
}

static void release(partial *p)
{
    fb_group_words_deinit(&p->groups);
    fb_buffers_deinit(&p->buffers);
    fb_budget_give(p->budget, p->held_bytes);
    p->held_bytes = 0;
}

/* Of n keys that are equally frequent, g groups are found in about g + g * g / 2n rows. */
static bool has_many_keys(const partial *p)
{
    uint64_t groups = p->groups.count, repeated = p->row_count - groups;
    return !p->rounds && groups > TELLING_GROUPS && repeated * 2 * MANY_KEYS < groups * groups;
}

/* From one table to one for each part, or to none. */
static fb_status part_groups(partial *p, fb_eval *eval, bool passes_on)
{
    FB_TRY(fb_partial_parts_create(p->aggregation, &p->layout, p->budget, write_groups, p,
                                   &p->parts, eval->err));
    FB_TRY(fb_partial_parts_adopt(p->parts, &p->groups, &p->buffers, eval->err));
    release(p);
    return passes_on ? fb_partial_parts_pass_on(p->parts, eval) : FB_OK;
}

static fb_status partial_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    partial *p = (partial *)self;
    fb_arena_reset(&p->arena);
    fb_eval eval = {.context = p->context, .arena = &p->arena, .err = err};
    fb_group_block rows;
    FB_TRY(evaluate(p, &eval, chunk, &rows));
    if (p->parts) return fb_partial_parts_add(p->parts, &eval, &rows, p->inputs);
    FB_TRY(update(p, &eval, &rows));
    p->row_count += chunk->row_count;
    bool passes_on = has_many_keys(p);
    if (!p->can_part || (!passes_on && p->groups.count <= MOST_GROUPS)) return FB_OK;
    return part_groups(p, &eval, passes_on);
}

/* --- the end --- */

static fb_status write_own(partial *p, fb_eval *eval)
{
    FB_TRY(fb_buffers_settle(&p->buffers, eval));
    FB_TRY(count_buffers(p, eval->err));
    const fb_group_entries entries = fb_group_words_from(&p->groups, 0);
    return write_groups(p, NO_PART, &entries, &p->buffers, p->groups.count, eval->err);
}

static fb_status partial_finish(fb_operator *self, fb_error *err)
{
    partial *p = (partial *)self;
    fb_arena_reset(&p->arena);
    fb_eval eval = {.context = p->context, .arena = &p->arena, .err = err};
    if (p->parts) /* which keep no lists */
        FB_TRY(fb_partial_parts_finish(p->parts, &eval));
    else
        FB_TRY(write_own(p, &eval));
    fb_exchange_finish_lane(p->exchange, p->lane,
                            !p->parts || fb_partial_parts_are_distinct(p->parts));
    release(p);
    return FB_OK;
}

/* --- life --- */

static void partial_close(fb_operator *self)
{
    partial *p = (partial *)self;
    release(p);
    fb_partial_parts_destroy(p->parts);
    fb_arena_deinit(&p->groups_arena);
    fb_arena_deinit(&p->arena);
    fb_arena_deinit(&p->plan);
    fb_free(p);
}

static const fb_operator_ops partial_ops = {
    .name = "PartialAggregate",
    .push = partial_push,
    .finish = partial_finish,
    .close = partial_close,
};

/* The width of the windows that a key refers to, or 0: it is no window of one width. */
static int64_t window_width(const fb_plan *plan, const fb_expr *key)
{
    if (key->kind != FB_EXPR_COLUMN) return 0;
    for (; plan->child_count == 1; plan = plan->children[0]) {
        if (plan->kind != FB_PLAN_WINDOW) continue;
        if (plan->output[plan->output_count - 1].id == key->attribute_id)
            return plan->window.width_us;
    }
    return 0;
}

static fb_status prepare_keys(partial *p, fb_error *err)
{
    const fb_aggregation *a = p->aggregation;
    const fb_type **types = fb_arena_array(&p->plan, a->key_count, sizeof *types);
    int64_t *widths_us = fb_arena_array(&p->plan, a->key_count, sizeof *widths_us);
    p->keys = fb_arena_array(&p->plan, a->key_count, sizeof *p->keys);
    if (!types || !widths_us || !p->keys) return fb_fail_nomem(err, "an aggregation");
    for (uint32_t i = 0; i < a->key_count; i++) {
        types[i] = a->plan->exprs[i]->type;
        widths_us[i] = window_width(a->plan, a->plan->exprs[i]);
    }
    FB_TRY(fb_group_layout_build(&p->layout, &p->plan, types, widths_us, a->key_count, err));
    return fb_group_words_init(&p->groups, &p->layout, p->budget, err);
}

static fb_status prepare_calls(partial *p, fb_error *err)
{
    const fb_aggregation *a = p->aggregation;
    p->inputs = fb_arena_array(&p->plan, a->call_count, sizeof *p->inputs);
    if (!p->inputs) return fb_fail_nomem(err, "an aggregation");
    for (uint32_t i = 0; i < a->call_count; i++) {
        fb_column *args = fb_arena_array(&p->plan, a->calls[i]->arg_count, sizeof *args);
        if (!args) return fb_fail_nomem(err, "an aggregation");
        p->inputs[i].args = args;
        p->rounds |= a->calls[i]->merge_rounds;
    }
    p->can_part = fb_partial_parts_fit(a, &p->layout);
    return fb_buffers_init(&p->buffers, a->calls, a->call_count, err);
}

fb_status fb_partial_aggregate_create(const fb_aggregation *aggregation,
                                      const fb_eval_context *context, fb_exchange *exchange,
                                      uint32_t lane, fb_budget *budget, fb_operator **out,
                                      fb_error *err)
{
    *out = NULL;
    partial *p = fb_alloc_zero(1, sizeof *p);
    if (!p) return fb_fail_nomem(err, "an aggregation");
    *p = (partial){.base = {.ops = &partial_ops},
                   .aggregation = aggregation,
                   .context = context,
                   .exchange = exchange,
                   .lane = lane,
                   .budget = budget};
    fb_arena_init(&p->plan, 1024);
    fb_arena_init(&p->arena, 0);
    fb_arena_init(&p->groups_arena, 0);
    fb_status status = prepare_keys(p, err);
    if (status == FB_OK) status = prepare_calls(p, err);
    if (status == FB_OK)
        *out = &p->base;
    else
        partial_close(&p->base);
    return status;
}
