/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan is written as a text in which columns are positions, since identities are new in every
 * process, and each piece of free text stands behind its length; the fingerprint is its hash. The
 * program's version is part of it: another one may compute something differently. */
#include "stream/fingerprint.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>

enum { MAX_DEPTH = 10000 };

typedef struct writer {
    fb_buf text;
    bool is_deterministic;
    bool is_too_deep;
    uint32_t depth;
} writer;

/* False when no more is to be written. */
static bool enter(writer *w)
{
    if (++w->depth > MAX_DEPTH) w->is_too_deep = true;
    return !w->is_too_deep && !w->text.failed;
}

static void add_text(writer *w, fb_slice text)
{
    fb_buf_printf(&w->text, "%zu:", text.size);
    fb_buf_add_slice(&w->text, text);
}

static void add_type(writer *w, const fb_type *type)
{
    if (type) fb_type_print_sql(type, &w->text);
    fb_buf_add_char(&w->text, ';');
}

static void add_printed(writer *w, const fb_expr *expr)
{
    fb_buf printed;
    fb_buf_init(&printed, 0);
    fb_expr_print(expr, &printed);
    if (printed.failed) w->text.failed = true;
    add_text(w, fb_buf_slice(&printed));
    fb_buf_deinit(&printed);
}

static void add_expr(writer *w, const fb_expr *expr)
{
    if (!enter(w)) return;
    fb_buf_printf(&w->text, "e%d", (int)expr->kind);
    add_type(w, expr->type);
    switch (expr->kind) {
    case FB_EXPR_COLUMN:
        fb_buf_printf(&w->text, "%u;", expr->ordinal);
        break;
    case FB_EXPR_LITERAL:
        add_printed(w, expr);
        break;
    case FB_EXPR_CALL:
        w->is_deterministic &= expr->deterministic;
        add_text(w, fb_slice_of(expr->function->name));
        add_text(w, expr->name);
        fb_buf_printf(&w->text, "%u;", expr->arg_count);
        for (uint32_t i = 0; i < expr->arg_count; i++)
            add_expr(w, expr->args[i]);
        break;
    }
    w->depth--;
}

/* Structure, and what is not in it (fields, tries) as people read it. */
static void add_whole_expr(writer *w, const fb_expr *expr)
{
    if (!expr) {
        fb_buf_add_char(&w->text, '-');
        return;
    }
    add_expr(w, expr);
    add_printed(w, expr);
}

static void add_source(writer *w, const fb_plan_source *source)
{
    if (source->ops->may_lose_rows && source->ops->may_lose_rows(source->options))
        w->is_deterministic = false;
    add_text(w, fb_slice_of(source->ops->name));
    for (uint32_t i = 0; i < source->ops->option_count; i++)
        add_text(w, source->options[i].text);
    add_type(w, source->given_schema);
}

static void add_calls(writer *w, const fb_plan *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const fb_aggregate_call *call = plan->calls[i].call;
        add_text(w, fb_slice_of(call->function->name));
        add_type(w, call->type);
        fb_buf_printf(&w->text, "%d%d%u;", call->ansi, call->ignores_nulls, call->variant);
        for (uint32_t j = 0; j < call->arg_count; j++)
            add_whole_expr(w, call->args[j]);
        add_whole_expr(w, plan->calls[i].filter);
    }
}

static void add_plan(writer *w, const fb_plan *plan)
{
    if (!enter(w)) return;
    fb_buf_printf(&w->text, "p%d,%u,%u,%u;", (int)plan->kind, plan->output_count, plan->expr_count,
                  plan->child_count);
    for (uint32_t i = 0; i < plan->expr_count; i++)
        add_whole_expr(w, plan->exprs[i]);
    if (plan->source) add_source(w, plan->source);
    if (plan->kind == FB_PLAN_WATERMARK)
        fb_buf_printf(&w->text, "%u,%" PRId64 ";", plan->watermark_column, plan->delay_ms);
    if (plan->kind == FB_PLAN_WINDOW) {
        add_whole_expr(w, plan->window.time);
        fb_buf_printf(&w->text, "%" PRId64 ",%" PRId64 ",%" PRId64 ";", plan->window.width_us,
                      plan->window.slide_us, plan->window.start_us);
    }
    add_calls(w, plan);
    for (uint32_t i = 0; i < plan->sort_key_count; i++) {
        add_whole_expr(w, plan->sort_keys[i].expr);
        fb_buf_printf(&w->text, "%d%d;", plan->sort_keys[i].descending,
                      plan->sort_keys[i].nulls_last);
    }
    for (uint32_t i = 0; i < plan->child_count; i++)
        add_plan(w, plan->children[i]);
    w->depth--;
}

fb_status fb_fingerprint_make(const fb_plan *plan, fb_output_mode mode, bool ansi,
                              const fb_timezone *timezone, fb_fingerprint *out, fb_error *err)
{
    *out = (fb_fingerprint){.is_deterministic = false};
    writer w = {.is_deterministic = true};
    fb_buf_init(&w.text, 0);
    fb_buf_printf(&w.text, "%s;%d;%d;%s;", FB_VERSION, (int)mode, ansi, fb_timezone_id(timezone));
    add_plan(&w, plan);
    fb_status status = FB_OK;
    if (w.is_too_deep || w.text.is_full)
        status = fb_fail(err, FB_E_LIMIT, 0, "the plan is too large to be recognised");
    else if (w.text.failed)
        status = fb_fail_nomem(err, "the fingerprint of a plan");
    if (status == FB_OK) {
        uint64_t hash = fb_xxhash64_bytes(fb_buf_slice(&w.text), 0);
        (void)snprintf(out->text, sizeof out->text, "%016" PRIx64, hash);
        out->is_deterministic = w.is_deterministic;
    }
    fb_buf_deinit(&w.text);
    return status;
}
