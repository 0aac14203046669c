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
                             const fb_raw_expr ***out, fb_error *err)
{
    if (count == 0 || count > UINT32_MAX)
        return fb_fail(err, FB_E_INVALID, 0, "a frame needs at least one expression");
    const fb_raw_expr **exprs = fb_arena_array(arena, count, sizeof *exprs);
    if (!exprs) return fb_fail_nomem(err, "a frame");
    for (size_t i = 0; i < count; i++) {
        if (!texts[i]) return fb_fail(err, FB_E_INVALID, 0, "expression %zu is NULL", i);
        FB_TRY(fb_sql_parse_expression(arena, fb_slice_of(texts[i]), &exprs[i], err));
    }
    *out = exprs;
    return FB_OK;
}

static fb_status make_derived(const fb_frame *frame, fb_plan_memory *memory, fb_raw_plan_kind kind,
                              const char *const *texts, size_t count, const fb_plan **out,
                              fb_error *err)
{
    const fb_raw_expr **exprs = NULL;
    FB_TRY(fb_plan_memory_need(memory, frame->memory, err));
    FB_TRY(parse_exprs(&memory->arena, texts, count, &exprs, err));
    const fb_raw_plan **children = fb_arena_array(&memory->arena, 1, sizeof *children);
    if (children) children[0] = wrap(&memory->arena, frame->plan);
    if (!children || !children[0]) return fb_fail_nomem(err, "a frame");
    const fb_raw_plan raw = {.kind = kind,
                             .children = children,
                             .child_count = 1,
                             .exprs = exprs,
                             .expr_count = (uint32_t)count};
    return fb_session_analyze(frame->session, memory, &raw, out, err);
}

/* A frame for `kind` over the rows of `frame`. In a memory of its own, as unions: a frame that many
 * are made from, one after the other, must not grow with each. */
static fb_status derive(const fb_frame *frame, fb_raw_plan_kind kind, const char *const *texts,
                        size_t count, fb_frame **out, fb_error *err)
{
    *out = NULL;
    fb_plan_memory *memory;
    const fb_plan *plan;
    FB_TRY(fb_plan_memory_create(&memory, err));
    fb_status status = make_derived(frame, memory, kind, texts, count, &plan, err);
    if (status == FB_OK) return fb_frame_make(frame->session, memory, plan, out, err);
    fb_plan_memory_release(memory);
    return status;
}

fb_status fb_frame_select_expr(const fb_frame *frame, const char *const *exprs, size_t count,
                               fb_frame **out, fb_error *err)
{
    return derive(frame, FB_RAW_PROJECT, exprs, count, out, err);
}

fb_status fb_frame_where(const fb_frame *frame, const char *condition, fb_frame **out,
                         fb_error *err)
{
    return derive(frame, FB_RAW_FILTER, &condition, 1, out, err);
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
