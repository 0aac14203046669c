/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that look for strings in strings. */
#include "base/utf8.h"
#include "expr/kernel.h"
#include "expr/signature.h"

/* --- startswith, endswith, contains --- */

typedef enum match_place { MATCH_START, MATCH_END, MATCH_ANYWHERE } match_place;

static inline bool matches(fb_slice in, fb_slice wanted, match_place place)
{
    if (wanted.size > in.size) return false;
    if (!wanted.size) return true;
    switch (place) {
    case MATCH_START:
        return memcmp(in.data, wanted.data, wanted.size) == 0;
    case MATCH_END:
        return memcmp(in.data + in.size - wanted.size, wanted.data, wanted.size) == 0;
    case MATCH_ANYWHERE:
        return memmem(in.data, in.size, wanted.data, wanted.size) != NULL;
    }
    FB_UNREACHABLE();
}

static inline fb_status match_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, match_place place, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->bools[row] =
            matches(fb_column_string(&args[0], row), fb_column_string(&args[1], row), place);
    return FB_OK;
}

static fb_status startswith_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    return match_rows(self, eval, args, row_count, MATCH_START, out);
}

static fb_status endswith_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    return match_rows(self, eval, args, row_count, MATCH_END, out);
}

static fb_status contains_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    return match_rows(self, eval, args, row_count, MATCH_ANYWHERE, out);
}

/* --- instr, locate, find_in_set --- */

/* The character position (from 1) of `wanted` at or after character `from` (from 0), or 0. */
static int32_t find_character(fb_slice in, fb_slice wanted, size_t from)
{
    if (!wanted.size) return 1;
    size_t start = from ? fb_utf8_offset(in, from) : 0;
    const char *at = memmem(in.data + start, in.size - start, wanted.data, wanted.size);
    if (!at) return 0;
    return (int32_t)fb_utf8_count((fb_slice){in.data, (size_t)(at - in.data)}) + 1;
}

static fb_status instr_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] =
            find_character(fb_column_string(&args[0], row), fb_column_string(&args[1], row), 0);
    return FB_OK;
}

/* Without a start, or with one before the text, the answer is 0 and not null. */
static fb_status locate_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 2, row_count, out));
    bool has_start = self->arg_count > 2;
    for (size_t row = 0; row < row_count; row++) {
        int32_t start = 1;
        if (has_start) {
            bool is_null = fb_column_is_null(&args[2], row);
            start = is_null ? 0 : args[2].int32s[fb_column_index(&args[2], row)];
        }
        fb_slice wanted = fb_column_string(&args[0], row);
        fb_slice in = fb_column_string(&args[1], row);
        out->int32s[row] = start < 1 ? 0 : find_character(in, wanted, (size_t)start - 1);
    }
    /* A null start makes the answer 0 even where a text is null. */
    if (!has_start || !out->validity) return FB_OK;
    FB_TRY(fb_eval_own_validity(eval, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        if (fb_column_is_null(&args[2], row)) fb_bits_set(out->validity, row);
    return FB_OK;
}

/* The index (from 1) of `word` among those between the commas of `set`, or 0. */
static int32_t find_in_set(fb_slice word, fb_slice set)
{
    if (memchr(word.data, ',', word.size)) return 0;
    int32_t index = 1;
    for (size_t start = 0;; index++) {
        const char *comma = memchr(set.data + start, ',', set.size - start);
        size_t end = comma ? (size_t)(comma - set.data) : set.size;
        if (fb_slice_equal(word, (fb_slice){set.data + start, end - start})) return index;
        if (!comma) return 0;
        start = end + 1;
    }
}

static fb_status find_in_set_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                    size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] =
            find_in_set(fb_column_string(&args[0], row), fb_column_string(&args[1], row));
    return FB_OK;
}

/* --- replace --- */

static size_t count_matches(fb_slice in, fb_slice wanted)
{
    size_t count = 0;
    const char *end = in.data + in.size;
    for (const char *at = in.data; (at = memmem(at, (size_t)(end - at), wanted.data, wanted.size));
         at += wanted.size)
        count++;
    return count;
}

static void write_replaced(fb_slice in, fb_slice wanted, fb_slice by, char *to)
{
    const char *end = in.data + in.size;
    const char *from = in.data;
    for (const char *at; (at = memmem(from, (size_t)(end - from), wanted.data, wanted.size));
         from = at + wanted.size) {
        memcpy(to, from, (size_t)(at - from));
        to += at - from;
        if (by.size) memcpy(to, by.data, by.size);
        to += by.size;
    }
    memcpy(to, from, (size_t)(end - from));
}

static fb_status replace_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice in = fb_column_string(&args[0], row);
        fb_slice wanted = fb_column_string(&args[1], row);
        fb_slice by = self->arg_count > 2 ? fb_column_string(&args[2], row) : FB_SLICE("");
        size_t count = wanted.size ? count_matches(in, wanted) : 0;
        if (!count) {
            out->strings[row] = fb_string_view(in);
            continue;
        }
        size_t size = in.size - count * wanted.size + count * by.size;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        write_replaced(in, wanted, by, at);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

/* --- translate --- */

/* The character of `to` at the place that the one of `size` bytes has in `from`: empty when it is
 * to be left out; `*found` false when it stays. */
static fb_slice translated(fb_slice from, fb_slice to, const char *character, size_t size,
                           bool *found)
{
    size_t place = 0;
    for (size_t i = 0, k = 0; i < from.size; place++) {
        size_t from_size = fb_utf8_size_within((unsigned char)from.data[i], from.size - i);
        size_t to_size = 0;
        if (k < to.size) to_size = fb_utf8_size_within((unsigned char)to.data[k], to.size - k);
        if (from_size == size && memcmp(from.data + i, character, size) == 0) {
            *found = true;
            return (fb_slice){to.data + k, to_size};
        }
        i += from_size;
        k += to_size;
    }
    *found = false;
    return (fb_slice){character, size};
}

static size_t write_translated(fb_slice in, fb_slice from, fb_slice to, char *out)
{
    size_t written = 0;
    for (size_t i = 0; i < in.size;) {
        size_t size = fb_utf8_size_within((unsigned char)in.data[i], in.size - i);
        bool found;
        fb_slice by = translated(from, to, in.data + i, size, &found);
        if (by.size) memcpy(out + written, by.data, by.size);
        written += by.size;
        i += size;
    }
    return written;
}

static fb_status translate_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        fb_slice from = fb_column_string(&args[1], row);
        fb_slice to = fb_column_string(&args[2], row);
        /* A one-byte character may become one of four bytes. */
        char *at = fb_text_room(&text, self, in.size * FB_UTF8_MAX_BYTES);
        if (!at) return text.status;
        out->strings[row] = fb_text_take(&text, write_translated(in, from, to, at));
    }
    return FB_OK;
}

/* --- overlay --- */

static fb_status overlay_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice in = fb_column_string(&args[0], row);
        fb_slice by = fb_column_string(&args[1], row);
        int32_t position = args[2].int32s[fb_column_index(&args[2], row)];
        int64_t length = -1;
        if (self->arg_count > 3) length = args[3].int32s[fb_column_index(&args[3], row)];
        if (length < 0) length = (int64_t)fb_utf8_count(by);
        size_t head = position > 1 ? fb_utf8_offset(in, (size_t)position - 1) : 0;
        int64_t resume = position + length - 1; /* characters before what is kept behind */
        size_t tail = resume > 0 ? fb_utf8_offset(in, (size_t)resume) : 0;
        size_t size = head + by.size + in.size - tail;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        memcpy(at, in.data, head);
        memcpy(at + head, by.data, by.size);
        memcpy(at + head + by.size, in.data + tail, in.size - tail);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

/* --- the table --- */

#define BYTES FB_PARAM_BYTES
#define STRING FB_PARAM_STRING
#define INT FB_PARAM_INT

static const fb_signature startswith_signature = {
    .params = {BYTES}, .result = FB_TYPE_BOOLEAN, .kernel = startswith_kernel};
static const fb_signature endswith_signature = {
    .params = {BYTES}, .result = FB_TYPE_BOOLEAN, .kernel = endswith_kernel};
static const fb_signature contains_signature = {
    .params = {BYTES}, .result = FB_TYPE_BOOLEAN, .kernel = contains_kernel};
static const fb_signature instr_signature = {
    .params = {STRING}, .result = FB_TYPE_INT, .kernel = instr_kernel};
static const fb_signature locate_signature = {
    .params = {STRING, STRING, INT}, .result = FB_TYPE_INT, .kernel = locate_kernel};
static const fb_signature find_in_set_signature = {
    .params = {STRING}, .result = FB_TYPE_INT, .kernel = find_in_set_kernel};
static const fb_signature replace_signature = {
    .params = {STRING}, .result = FB_TYPE_STRING, .kernel = replace_kernel, .can_fail = true};
static const fb_signature translate_signature = {
    .params = {STRING}, .result = FB_TYPE_STRING, .kernel = translate_kernel, .can_fail = true};
static const fb_signature overlay_signature = {.params = {STRING, STRING, INT},
                                               .result = FB_TYPE_STRING,
                                               .kernel = overlay_kernel,
                                               .can_fail = true};

/* A start that is NULL finds nothing, 0. */
static fb_status bind_locate(fb_binder *binder, fb_expr *call)
{
    FB_TRY(fb_bind_signature(binder, call));
    call->nullable = call->args[0]->nullable || call->args[1]->nullable;
    return FB_OK;
}

static const fb_function functions[] = {
    {"startswith", 2, 2, fb_bind_signature, "startswith(s, start) - s begins with start",
     .signature = &startswith_signature},
    {"endswith", 2, 2, fb_bind_signature, "endswith(s, end) - s ends with end",
     .signature = &endswith_signature},
    {"contains", 2, 2, fb_bind_signature, "contains(s, part) - part occurs in s",
     .signature = &contains_signature},
    {"instr", 2, 2, fb_bind_signature, "instr(s, part) - position of part in s, or 0",
     .signature = &instr_signature},
    {"locate", 2, 3, bind_locate,
     "locate(part, s[, from]) - position of part in s at or after from, or 0",
     .signature = &locate_signature, .null_order = FB_NULLS_EVALUATED},
    {"position", 2, 3, bind_locate, "position(part, s[, from]) - same as locate",
     .signature = &locate_signature, .null_order = FB_NULLS_EVALUATED},
    {"find_in_set", 2, 2, fb_bind_signature,
     "find_in_set(word, words) - index of word in a comma-separated list, or 0",
     .signature = &find_in_set_signature},
    {"replace", 2, 3, fb_bind_signature, "replace(s, part[, by]) - every part replaced",
     .signature = &replace_signature},
    {"translate", 3, 3, fb_bind_signature,
     "translate(s, from, to) - characters of from replaced by those of to at the same place",
     .signature = &translate_signature},
    {"overlay", 3, 4, fb_bind_signature,
     "overlay(s, by, pos[, len]) - len characters from pos on replaced",
     .signature = &overlay_signature},
};

const fb_function_list fb_functions_string_search = {functions,
                                                     sizeof functions / sizeof *functions};
