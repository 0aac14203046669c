/* SPDX-License-Identifier: Apache-2.0
 *
 * LIKE: '%' stands for any text, '_' for one character, the escape character takes their meaning
 * from them and from itself. A constant pattern is compiled once per chunk. */
#include "base/status.h"
#include "base/utf8.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/signature.h"

/* A pattern without escapes: bytes, and for each whether it stands for itself. */
typedef struct like_pattern {
    fb_slice source; /* that it was compiled from */
    char *bytes;
    uint8_t *literals; /* 1: `bytes[i]` as it is; 0: a wildcard */
    size_t size;
    size_t prefix; /* literal bytes at the start */
    size_t suffix; /* literal bytes at the end, when there is a wildcard */
    /* `prefix`%`suffix` with nothing but one % between, or no wildcard at all. */
    bool is_simple;
} like_pattern;

/* Spark quotes the pattern as a SQL literal. */
static fb_status fail_pattern(fb_eval *eval, const fb_expr *self, fb_slice pattern,
                              const char *condition, const char *reason, fb_slice next)
{
    fb_buf quoted;
    fb_buf_init(&quoted, FB_ERROR_MESSAGE_SIZE);
    for (size_t i = 0; i < pattern.size; i++) {
        if (pattern.data[i] == '\\' || pattern.data[i] == '\'') fb_buf_add_char(&quoted, '\\');
        fb_buf_add_char(&quoted, pattern.data[i]);
    }
    fb_status status;
    if (next.size)
        status = fb_eval_fail(eval, self, condition, "The format is invalid: '%s'. %s '%.*s'.",
                              fb_buf_text(&quoted), reason, FB_SLICE_ARGS(next));
    else
        status = fb_eval_fail(eval, self, condition, "The format is invalid: '%s'. %s.",
                              fb_buf_text(&quoted), reason);
    fb_buf_deinit(&quoted);
    return status;
}

static bool starts_with_at(fb_slice text, size_t at, fb_slice start)
{
    return text.size - at >= start.size && memcmp(text.data + at, start.data, start.size) == 0;
}

static void find_shape(like_pattern *pattern)
{
    size_t size = pattern->size;
    pattern->prefix = 0;
    while (pattern->prefix < size && pattern->literals[pattern->prefix])
        pattern->prefix++;
    pattern->suffix = 0;
    while (pattern->prefix + pattern->suffix < size &&
           pattern->literals[size - 1 - pattern->suffix])
        pattern->suffix++;
    size_t wild = size - pattern->prefix - pattern->suffix;
    pattern->is_simple = wild == 0 || (wild == 1 && pattern->bytes[pattern->prefix] == '%');
}

static fb_status compile(fb_eval *eval, const fb_expr *self, fb_slice source, fb_slice escape,
                         like_pattern *out)
{
    *out = (like_pattern){.source = source,
                          .bytes = fb_arena_alloc(eval->arena, source.size),
                          .literals = fb_arena_alloc(eval->arena, source.size)};
    if (!out->bytes || !out->literals) return fb_eval_nomem(eval);
    for (size_t i = 0; i < source.size;) {
        bool is_escaped = starts_with_at(source, i, escape);
        if (is_escaped) {
            i += escape.size;
            if (i == source.size)
                return fail_pattern(eval, self, source, "INVALID_FORMAT.ESC_AT_THE_END",
                                    "The escape character is not allowed to end with",
                                    (fb_slice){0});
        }
        size_t size = fb_utf8_size_within((unsigned char)source.data[i], source.size - i);
        bool is_wild = source.data[i] == '%' || source.data[i] == '_';
        if (is_escaped && !is_wild && !starts_with_at(source, i, escape))
            return fail_pattern(eval, self, source, "INVALID_FORMAT.ESC_IN_THE_MIDDLE",
                                "The escape character is not allowed to precede",
                                (fb_slice){source.data + i, size});
        memcpy(out->bytes + out->size, source.data + i, size);
        memset(out->literals + out->size, !is_wild || is_escaped, size);
        out->size += size;
        i += size;
    }
    find_shape(out);
    return FB_OK;
}

/* Goes back to the last '%' only: an earlier one could not match more. Quadratic at worst. */
static bool match_general(const like_pattern *pattern, fb_slice text)
{
    size_t p = 0, t = 0;
    size_t star = SIZE_MAX, star_text = 0; /* behind the last '%', and the text tried for it */
    while (t < text.size) {
        bool more = p < pattern->size;
        if (more && pattern->literals[p] && pattern->bytes[p] == text.data[t]) {
            p++, t++;
        } else if (more && !pattern->literals[p] && pattern->bytes[p] == '_') {
            p++;
            t += fb_utf8_size_within((unsigned char)text.data[t], text.size - t);
        } else if (more && !pattern->literals[p] && pattern->bytes[p] == '%') {
            star = ++p;
            star_text = t;
        } else if (star != SIZE_MAX) {
            star_text +=
                fb_utf8_size_within((unsigned char)text.data[star_text], text.size - star_text);
            p = star;
            t = star_text;
        } else {
            return false;
        }
    }
    while (p < pattern->size && !pattern->literals[p] && pattern->bytes[p] == '%')
        p++;
    return p == pattern->size;
}

static inline bool match(const like_pattern *pattern, fb_slice text)
{
    if (text.size < pattern->prefix + pattern->suffix) return false;
    if (pattern->prefix && memcmp(text.data, pattern->bytes, pattern->prefix)) return false;
    const char *text_suffix = text.data + text.size - pattern->suffix;
    const char *suffix = pattern->bytes + pattern->size - pattern->suffix;
    if (pattern->suffix && memcmp(text_suffix, suffix, pattern->suffix)) return false;
    if (pattern->is_simple) return pattern->size > pattern->prefix || text.size == pattern->prefix;
    return match_general(pattern, text);
}

static fb_status like_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    like_pattern pattern = {0};
    bool is_compiled = false;
    for (size_t row = 0; row < row_count; row++) {
        out->bools[row] = 0;
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice source = fb_column_string(&args[1], row);
        if (!is_compiled || (!args[1].is_constant && !fb_slice_equal(source, pattern.source))) {
            fb_slice escape = FB_SLICE("\\");
            if (self->arg_count > 2) escape = fb_column_string(&args[2], row);
            FB_TRY(compile(eval, self, source, escape, &pattern));
            is_compiled = true;
        }
        out->bools[row] = match(&pattern, fb_column_string(&args[0], row));
    }
    return FB_OK;
}

/* The escape is one character and the same for all rows. */
static fb_status check_escape(fb_binder *binder, const fb_expr *call)
{
    if (call->arg_count < 3) return FB_OK;
    const fb_expr *escape = call->args[2];
    if (escape->kind != FB_EXPR_LITERAL || escape->type->id != FB_TYPE_STRING)
        return fb_bind_mismatch(binder, call, "NON_FOLDABLE_INPUT",
                                "the input `escape` should be a foldable \"STRING\" expression.");
    if (fb_column_is_null(&escape->literal, 0)) return FB_OK;
    fb_slice text = fb_column_string(&escape->literal, 0);
    if (fb_utf8_count(text) == 1) return FB_OK;
    return fb_bind_fail_at(binder, escape->position, "INVALID_ESC",
                           "Found an invalid escape string: '%.*s'. The escape string must "
                           "contain only one character.",
                           FB_SLICE_ARGS(text));
}

static const fb_signature like_signature = {.params = {FB_PARAM_STRING},
                                            .result = FB_TYPE_BOOLEAN,
                                            .kernel = like_kernel,
                                            .can_fail = true};

static fb_status bind_like(fb_binder *binder, fb_expr *call)
{
    FB_TRY(check_escape(binder, call));
    return fb_bind_with(binder, call, &like_signature);
}

/* Spark's ILIKE is LIKE on both sides in lower case. */
static fb_status bind_ilike(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_like(binder, call));
    for (uint32_t i = 0; i < 2; i++) {
        fb_expr *lower;
        FB_TRY(fb_bind_named(binder, "lower", &call->args[i], 1, call->position, &lower));
        fb_bind_set_arg(call, i, lower);
    }
    return FB_OK;
}

static const fb_function functions[] = {
    {"like", 2, 3, bind_like,
     .usage = "like(s, pattern[, escape]) - % is any text, _ any character"},
    {"ilike", 2, 3, bind_ilike, .usage = "ilike(s, pattern[, escape]) - like without case"},
};

const fb_function_list fb_functions_string_like = {functions, sizeof functions / sizeof *functions};
