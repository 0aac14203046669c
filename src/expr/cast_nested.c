/* SPDX-License-Identifier: Apache-2.0
 *
 * Structs field by field, arrays and maps entry by entry. Below a row that is null, and between
 * the entries of rows, anything may lie; it must not make the cast fail, so it is hidden by a
 * validity of its own. */
#include "base/status.h"
#include "expr/cast.h"

/* `in` with only those rows valid that `mask` (may be NULL: all) has. False: no memory. */
static bool restrict_rows(fb_eval *eval, const fb_column *in, const uint64_t *mask, size_t count,
                          fb_column *out)
{
    *out = *in;
    out->is_constant = false; /* one row then, whichever way it is looked at */
    if (!mask || in->type->id == FB_TYPE_VOID) return true;
    size_t words = fb_bits_words(count);
    uint64_t *validity = fb_arena_copy(eval->arena, mask, words * sizeof *validity);
    if (!validity) return false;
    for (size_t i = 0; in->validity && i < words; i++)
        validity[i] &= in->validity[i];
    out->validity = validity;
    return true;
}

static fb_status cast_children(fb_cast_run *run, const uint64_t *mask, size_t count)
{
    for (uint32_t i = 0; i < run->cast->to->field_count; i++) {
        fb_column child;
        if (!restrict_rows(run->eval, &run->in->children[i], mask, count, &child))
            return fb_eval_nomem(run->eval);
        FB_TRY(fb_cast_column(run->self, run->eval, &run->cast->children[i], &child, count,
                              &run->out->children[i]));
    }
    return FB_OK;
}

fb_status fb_cast_struct(fb_cast_run *run)
{
    return cast_children(run, run->in->validity, run->count);
}

fb_status fb_cast_entries(fb_cast_run *run)
{
    uint32_t entries = run->in->child_rows;
    memcpy(run->out->spans, run->in->spans, run->count * sizeof *run->out->spans);
    run->out->child_rows = entries;
    size_t words = fb_bits_words(entries);
    uint64_t *used = fb_arena_array(run->eval->arena, words, sizeof *used);
    if (!used) return fb_eval_nomem(run->eval);
    fb_bits_fill(used, entries, false);
    for (size_t row = 0; row < run->count; row++) {
        fb_span span = run->in->spans[row];
        if (fb_cast_is_null(run, row)) {
            run->out->spans[row] = (fb_span){0, 0};
            continue;
        }
        for (uint32_t i = 0; i < span.count; i++)
            fb_bits_set(used, span.start + i);
    }
    return cast_children(run, used, entries);
}
