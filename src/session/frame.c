/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: each call builds an unresolved node over the frame's resolved plan, known to analysis
 * as a view with a name that no SQL text can spell. */
#include "base/memory.h"
#include "session/session_state.h"
#include "sql/parse.h"

fb_status fb_frame_make(fb_session *session, fb_plan_memory *memory, const fb_plan *plan,
                        fb_frame **out, fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    if (!*out) {
        fb_plan_memory_release(memory);
        return fb_fail_nomem(err, "a frame");
    }
    **out = (fb_frame){session, memory, plan};
    return FB_OK;
}

void fb_frame_destroy(fb_frame *frame)
{
    if (!frame) return;
    fb_plan_memory_release(frame->memory);
    fb_free(frame);
}

/* A raw node that stands for a resolved plan. */
static fb_raw_plan *wrap(fb_arena *arena, const fb_plan *plan)
{
    fb_raw_plan *raw = fb_arena_alloc_zero(arena, sizeof *raw);
    if (raw) *raw = (fb_raw_plan){.kind = FB_RAW_RESOLVED, .resolved = plan};
    return raw;
}

static fb_status parse_exprs(fb_arena *arena, const char *const *texts, size_t count,
                             const fb_raw_expr **out, fb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!texts[i]) return fb_fail(err, FB_E_INVALID, 0, "expression %zu is NULL", i);
        FB_TRY(fb_sql_parse_expression(arena, fb_slice_of(texts[i]), &out[i], err));
    }
    return FB_OK;
}

/* The texts of a call, which a node is made from. */
typedef struct texts {
    const char *const *items;
    size_t count;
    const char *const *more;
    size_t more_count;
} texts;

/* Fills in what is special to a kind of node. */
typedef fb_status (*filler)(fb_arena *arena, const texts *given, fb_raw_plan *raw, fb_error *err);

static fb_status check_count(size_t count, size_t least, fb_error *err)
{
    if (count >= least && count <= UINT32_MAX / 2) return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0, "a frame needs at least one expression");
}

static fb_status fill_exprs(fb_arena *arena, const texts *given, fb_raw_plan *raw, fb_error *err)
{
    FB_TRY(check_count(given->count, 1, err));
    const fb_raw_expr **exprs = fb_arena_array(arena, given->count, sizeof *exprs);
    if (!exprs) return fb_fail_nomem(err, "a frame");
    raw->exprs = exprs;
    raw->expr_count = (uint32_t)given->count;
    return parse_exprs(arena, given->items, given->count, exprs, err);
}

/* Keys are columns of the result, and what they are called there is nothing to group by. */
static fb_status fill_groups(fb_arena *arena, const texts *given, fb_raw_plan *raw, fb_error *err)
{
    FB_TRY(check_count(given->count, 0, err));
    FB_TRY(check_count(given->more_count, given->count ? 0 : 1, err));
    size_t count = given->count + given->more_count;
    const fb_raw_expr **exprs = fb_arena_array(arena, count, sizeof *exprs);
    const fb_raw_expr **groups = fb_arena_array(arena, given->count + 1, sizeof *groups);
    if (!exprs || !groups) return fb_fail_nomem(err, "a frame");
    FB_TRY(parse_exprs(arena, given->items, given->count, exprs, err));
    FB_TRY(parse_exprs(arena, given->more, given->more_count, exprs + given->count, err));
    for (size_t i = 0; i < given->count; i++)
        groups[i] = exprs[i]->kind == FB_RAW_ALIAS ? exprs[i]->args[0] : exprs[i];
    raw->exprs = exprs;
    raw->expr_count = (uint32_t)count;
    raw->groups = groups;
    raw->group_count = (uint32_t)given->count;
    return FB_OK;
}

static fb_status fill_nothing(fb_arena *arena, const texts *given, fb_raw_plan *raw, fb_error *err)
{
    (void)arena;
    (void)given;
    (void)raw;
    (void)err;
    return FB_OK;
}

static fb_status fill_sort_keys(fb_arena *arena, const texts *given, fb_raw_plan *raw,
                                fb_error *err)
{
    FB_TRY(check_count(given->count, 1, err));
    fb_raw_sort_key *keys = fb_arena_array(arena, given->count, sizeof *keys);
    if (!keys) return fb_fail_nomem(err, "a frame");
    for (size_t i = 0; i < given->count; i++) {
        if (!given->items[i]) return fb_fail(err, FB_E_INVALID, 0, "key %zu is NULL", i);
        FB_TRY(fb_sql_parse_sort_key(arena, fb_slice_of(given->items[i]), &keys[i], err));
    }
    raw->sort_keys = keys;
    raw->sort_key_count = (uint32_t)given->count;
    return FB_OK;
}

static fb_status parse_delay(const char *text, fb_interval *out, fb_error *err)
{
    fb_interval_fault fault;
    bool is_interval = fb_interval_parse(fb_slice_of(text), out, &fault);
    bool is_mixed = is_interval && out->months && (out->days || out->us);
    if (is_mixed) fault = (fb_interval_fault){"", "months go with years only", {0}};
    if (!is_interval || is_mixed)
        return fb_fail_condition(err, FB_E_INVALID, "CANNOT_PARSE_INTERVAL",
                                 "Unable to parse the delay '%.60s' as an interval: %s%s%.*s", text,
                                 fault.reason, fault.part.size ? " " : "",
                                 fault.part.size > 60 ? 60 : (int)fault.part.size,
                                 fault.part.data ? fault.part.data : "");
    int64_t us;
    if (!fb_interval_length_us(out, FB_INTERVAL_DAYS_PER_MONTH, &us))
        return fb_fail_condition(err, FB_E_INVALID, "CANNOT_PARSE_INTERVAL",
                                 "the delay '%.60s' is too long", text);
    if (us >= 0) return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0, "the delay '%.60s' must not be negative", text);
}

static fb_status fill_watermark(fb_arena *arena, const texts *given, fb_raw_plan *raw,
                                fb_error *err)
{
    FB_TRY(fill_exprs(arena, given, raw, err));
    if (raw->exprs[0]->kind != FB_RAW_NAME)
        return fb_fail(err, FB_E_INVALID, 0,
                       "a watermark is of a column: expected its name, not '%.60s'",
                       given->items[0]);
    return parse_delay(given->more[0], &raw->delay, err);
}

static fb_status make_derived(const fb_frame *frame, fb_plan_memory *memory, fb_raw_plan_kind kind,
                              filler fill, const texts *given, const fb_plan **out, fb_error *err)
{
    FB_TRY(fb_plan_memory_need(memory, frame->memory, err));
    const fb_raw_plan **children = fb_arena_array(&memory->arena, 1, sizeof *children);
    if (children) children[0] = wrap(&memory->arena, frame->plan);
    if (!children || !children[0]) return fb_fail_nomem(err, "a frame");
    fb_raw_plan raw = {.kind = kind, .children = children, .child_count = 1};
    FB_TRY(fill(&memory->arena, given, &raw, err));
    return fb_session_analyze(frame->session, memory, &raw, out, err);
}

/* A frame for `kind` over the rows of `frame`. In a memory of its own, as unions: a frame that many
 * are made from, one after the other, must not grow with each. */
static fb_status derive(const fb_frame *frame, fb_raw_plan_kind kind, filler fill, texts given,
                        fb_frame **out, fb_error *err)
{
    *out = NULL;
    fb_plan_memory *memory;
    const fb_plan *plan;
    FB_TRY(fb_plan_memory_create(&memory, err));
    fb_status status = make_derived(frame, memory, kind, fill, &given, &plan, err);
    if (status == FB_OK) return fb_frame_make(frame->session, memory, plan, out, err);
    fb_plan_memory_release(memory);
    return status;
}

fb_status fb_frame_select_expr(const fb_frame *frame, const char *const *exprs, size_t count,
                               fb_frame **out, fb_error *err)
{
    return derive(frame, FB_RAW_PROJECT, fill_exprs, (texts){exprs, count, NULL, 0}, out, err);
}

fb_status fb_frame_where(const fb_frame *frame, const char *condition, fb_frame **out,
                         fb_error *err)
{
    return derive(frame, FB_RAW_FILTER, fill_exprs, (texts){&condition, 1, NULL, 0}, out, err);
}

fb_status fb_frame_with_watermark(const fb_frame *frame, const char *column, const char *delay,
                                  fb_frame **out, fb_error *err)
{
    *out = NULL;
    if (!delay) return fb_fail(err, FB_E_INVALID, 0, "a watermark needs a delay");
    return derive(frame, FB_RAW_WATERMARK, fill_watermark, (texts){&column, 1, &delay, 1}, out,
                  err);
}

fb_status fb_frame_group_by(const fb_frame *frame, const char *const *keys, size_t key_count,
                            const char *const *aggregates, size_t aggregate_count, fb_frame **out,
                            fb_error *err)
{
    return derive(frame, FB_RAW_AGGREGATE, fill_groups,
                  (texts){keys, key_count, aggregates, aggregate_count}, out, err);
}

fb_status fb_frame_distinct(const fb_frame *frame, fb_frame **out, fb_error *err)
{
    return derive(frame, FB_RAW_DISTINCT, fill_nothing, (texts){0}, out, err);
}

fb_status fb_frame_order_by(const fb_frame *frame, const char *const *keys, size_t count,
                            fb_frame **out, fb_error *err)
{
    return derive(frame, FB_RAW_SORT, fill_sort_keys, (texts){keys, count, NULL, 0}, out, err);
}

static fb_status make_union(fb_session *session, fb_plan_memory *memory, const fb_frame *frame,
                            const fb_frame *other, const fb_plan **out, fb_error *err)
{
    FB_TRY(fb_plan_memory_need(memory, frame->memory, err));
    FB_TRY(fb_plan_memory_need(memory, other->memory, err));
    const fb_raw_plan **children = fb_arena_array(&memory->arena, 2, sizeof *children);
    if (!children) return fb_fail_nomem(err, "a frame");
    children[0] = wrap(&memory->arena, frame->plan);
    children[1] = wrap(&memory->arena, other->plan);
    if (!children[0] || !children[1]) return fb_fail_nomem(err, "a frame");
    const fb_raw_plan raw = {.kind = FB_RAW_UNION, .children = children, .child_count = 2};
    return fb_session_analyze(session, memory, &raw, out, err);
}

/* In a memory of its own that needs both: needs then always point from newer to older memories and
 * never in a circle. */
fb_status fb_frame_union(const fb_frame *frame, const fb_frame *other, fb_frame **out,
                         fb_error *err)
{
    *out = NULL;
    if (frame->session != other->session)
        return fb_fail(err, FB_E_INVALID, 0, "the frames of a union belong to two sessions");
    fb_plan_memory *memory;
    const fb_plan *plan;
    FB_TRY(fb_plan_memory_create(&memory, err));
    fb_status status = make_union(frame->session, memory, frame, other, &plan, err);
    if (status == FB_OK) return fb_frame_make(frame->session, memory, plan, out, err);
    fb_plan_memory_release(memory);
    return status;
}

fb_status fb_frame_create_view(const fb_frame *frame, const char *name, fb_error *err)
{
    if (!name || !name[0]) return fb_fail(err, FB_E_INVALID, 0, "a view needs a name");
    return fb_session_put_view(frame->session, fb_slice_of(name), true, frame->memory, frame->plan,
                               err);
}

fb_status fb_frame_explain(const fb_frame *frame, char **out, fb_error *err)
{
    *out = NULL;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_status status = fb_plan_explain(frame->plan, &text, err);
    if (status == FB_OK) {
        *out = fb_strdup(fb_buf_text(&text));
        if (!*out || text.failed) status = fb_fail_nomem(err, "a plan's text");
    }
    fb_buf_deinit(&text);
    return status;
}

void fb_text_free(char *text)
{
    fb_free(text);
}
