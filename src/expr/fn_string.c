/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions over whole strings: joining, measuring, changing case. */
#include "base/status.h"
#include "base/unicode_case.h"
#include "base/utf8.h"
#include "expr/bind.h"
#include "expr/kernel.h"
#include "expr/signature.h"

/* --- concat, || --- */

static fb_status concat_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        size_t size = 0;
        for (uint32_t i = 0; i < self->arg_count; i++)
            size += args[i].strings[fb_column_index(&args[i], row)].size;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        for (uint32_t i = 0; i < self->arg_count; i++) {
            fb_slice piece = fb_column_string(&args[i], row);
            memcpy(at, piece.data, piece.size);
            at += piece.size;
        }
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static fb_status bind_concat(fb_binder *binder, fb_expr *call)
{
    bool all_binary = call->arg_count > 0;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const fb_type *type = call->args[i]->type;
        if (type->id == FB_TYPE_ARRAY)
            return fb_fail(binder->err, FB_E_UNSUPPORTED, 0, "%s of arrays is not supported",
                           call->function->name);
        if (!fb_implicit_cast_allowed(binder->ansi, type, fb_type_of(FB_TYPE_STRING)))
            return fb_bind_type_error(binder, call, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")");
        all_binary &= type->id == FB_TYPE_BINARY;
    }
    call->type = fb_type_of(all_binary ? FB_TYPE_BINARY : FB_TYPE_STRING);
    for (uint32_t i = 0; i < call->arg_count; i++)
        FB_TRY(fb_bind_coerce(binder, call, i, call->type));
    call->kernel = concat_kernel;
    return FB_OK;
}

/* --- concat_ws --- */

/* Calls nothing per row: walks the pieces of one row, twice (to measure, then to write). */
typedef struct joiner {
    fb_slice separator;
    char *at;        /* NULL: measuring */
    size_t size;     /* so far */
    bool has_pieces; /* a separator comes before the next one */
} joiner;

static inline void join(joiner *row, fb_slice piece)
{
    size_t separator_size = row->has_pieces ? row->separator.size : 0;
    if (row->at) {
        char *end = row->at + row->size;
        if (separator_size) memcpy(end, row->separator.data, separator_size);
        if (piece.size) memcpy(end + separator_size, piece.data, piece.size);
    }
    row->size += separator_size + piece.size;
    row->has_pieces = true;
}

static void join_row(joiner *out, const fb_column *args, uint32_t arg_count, size_t row)
{
    for (uint32_t i = 1; i < arg_count; i++) {
        const fb_column *arg = &args[i];
        if (fb_column_is_null(arg, row)) continue;
        if (arg->type->id == FB_TYPE_STRING) {
            join(out, fb_column_string(arg, row));
            continue;
        }
        fb_span span = arg->spans[fb_column_index(arg, row)];
        for (size_t k = span.start; k < (size_t)span.start + span.count; k++)
            if (!fb_column_is_null(&arg->children[0], k))
                join(out, fb_column_string(&arg->children[0], k));
    }
}

static fb_status concat_ws_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    FB_TRY(fb_eval_merge_validity(eval, args, 1, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        joiner measure = {.separator = fb_column_string(&args[0], row)};
        join_row(&measure, args, self->arg_count, row);
        joiner write = {.separator = measure.separator,
                        .at = fb_text_room(&text, self, measure.size)};
        if (!write.at) return text.status;
        join_row(&write, args, self->arg_count, row);
        out->strings[row] = fb_text_take(&text, write.size);
    }
    return FB_OK;
}

static fb_status bind_concat_ws(fb_binder *binder, fb_expr *call)
{
    const fb_type *string = fb_type_of(FB_TYPE_STRING);
    const fb_type *strings = fb_type_array(binder->arena, string, true);
    if (!strings) return fb_fail_nomem(binder->err, "an expression");
    FB_TRY(fb_bind_coerce(binder, call, 0, string));
    for (uint32_t i = 1; i < call->arg_count; i++) {
        const fb_type *type = call->args[i]->type;
        const fb_type *wanted = type->id == FB_TYPE_ARRAY ? strings : string;
        if (!fb_implicit_cast_allowed(binder->ansi, type, wanted))
            return fb_bind_type_error(binder, call, i, "(\"ARRAY<STRING>\" or \"STRING\")");
        FB_TRY(fb_bind_coerce(binder, call, i, wanted));
    }
    call->type = string;
    call->nullable = call->args[0]->nullable;
    call->kernel = concat_ws_kernel;
    return FB_OK;
}

/* --- lengths --- */

static fb_status length_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    const fb_string *strings = args[0].strings;
    if (args[0].type->id == FB_TYPE_BINARY) {
        for (size_t row = 0; row < row_count; row++)
            out->int32s[row] = (int32_t)strings[fb_column_index(&args[0], row)].size;
        return FB_OK;
    }
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] = (int32_t)fb_utf8_count(fb_column_string(&args[0], row));
    return FB_OK;
}

static inline fb_status byte_lengths(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, uint32_t unit, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->int32s[row] = (int32_t)(args[0].strings[fb_column_index(&args[0], row)].size * unit);
    return FB_OK;
}

static fb_status octet_length_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                     size_t row_count, fb_column *out)
{
    return byte_lengths(self, eval, args, row_count, 1, out);
}

static fb_status bit_length_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    return byte_lengths(self, eval, args, row_count, 8, out);
}

/* --- case --- */

/* What to do with ASCII letters; `map` does it for other texts. */
typedef enum ascii_case { ASCII_UPPER, ASCII_LOWER, ASCII_INITCAP } ascii_case;

/* 'a'..'z' or 'A'..'Z' flipped; written so that the compiler makes a vector loop of it. */
static inline void flip_range(fb_slice in, unsigned char first, char *out)
{
    for (size_t i = 0; i < in.size; i++) {
        unsigned char c = (unsigned char)in.data[i];
        out[i] = (char)(c ^ ((unsigned char)(c - first) < 26 ? 0x20 : 0));
    }
}

static inline void map_ascii(ascii_case kind, fb_slice in, char *out)
{
    flip_range(in, kind == ASCII_UPPER ? 'a' : 'A', out);
    if (kind != ASCII_INITCAP) return;
    bool at_start = true;
    for (size_t i = 0; i < in.size; i++) {
        if (at_start && (unsigned char)(out[i] - 'a') < 26) out[i] = (char)(out[i] ^ 0x20);
        at_start = out[i] == ' ';
    }
}

static inline fb_status map_case(const fb_expr *self, fb_eval *eval, const fb_column *arg,
                                 size_t row_count, ascii_case kind,
                                 size_t (*map)(fb_slice text, char *out), fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, arg, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(arg, row);
        bool is_ascii = fb_utf8_is_ascii(in);
        char *at = fb_text_room(&text, self, is_ascii ? in.size : in.size * FB_CASE_MAX_GROWTH);
        if (!at) return text.status;
        size_t size = in.size;
        if (is_ascii)
            map_ascii(kind, in, at);
        else
            size = map(in, at);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static fb_status upper_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    return map_case(self, eval, args, row_count, ASCII_UPPER, fb_case_upper, out);
}

static fb_status lower_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    return map_case(self, eval, args, row_count, ASCII_LOWER, fb_case_lower, out);
}

static fb_status initcap_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    return map_case(self, eval, args, row_count, ASCII_INITCAP, fb_case_initcap, out);
}

/* --- reverse, repeat, space --- */

static void reverse_bytes(fb_slice in, char *out)
{
    for (size_t i = 0; i < in.size; i++)
        out[in.size - 1 - i] = in.data[i];
}

static void reverse_characters(fb_slice in, char *out)
{
    for (size_t i = 0; i < in.size;) {
        size_t size = fb_utf8_size_within((unsigned char)in.data[i], in.size - i);
        memcpy(out + in.size - i - size, in.data + i, size);
        i += size;
    }
}

static fb_status reverse_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    bool is_binary = args[0].type->id == FB_TYPE_BINARY;
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        char *at = fb_text_room(&text, self, in.size);
        if (!at) return text.status;
        if (is_binary || fb_utf8_is_ascii(in))
            reverse_bytes(in, at);
        else
            reverse_characters(in, at);
        out->strings[row] = fb_text_take(&text, in.size);
    }
    return FB_OK;
}

static fb_status repeat_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice in = fb_column_string(&args[0], row);
        int32_t times = args[1].int32s[fb_column_index(&args[1], row)];
        size_t size = times > 0 ? in.size * (size_t)times : 0;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        if (size) fb_text_repeat(at, in, size);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static fb_status space_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        int32_t count = args[0].int32s[fb_column_index(&args[0], row)];
        size_t size = count > 0 ? (size_t)count : 0;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        memset(at, ' ', size);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

/* --- the table --- */

static const fb_signature length_signature = {
    .params = {FB_PARAM_BYTES}, .result = FB_TYPE_INT, .kernel = length_kernel};
static const fb_signature octet_length_signature = {
    .params = {FB_PARAM_BYTES}, .result = FB_TYPE_INT, .kernel = octet_length_kernel};
static const fb_signature bit_length_signature = {
    .params = {FB_PARAM_BYTES}, .result = FB_TYPE_INT, .kernel = bit_length_kernel};
static const fb_signature upper_signature = {
    .params = {FB_PARAM_STRING}, .result = FB_TYPE_STRING, .kernel = upper_kernel};
static const fb_signature lower_signature = {
    .params = {FB_PARAM_STRING}, .result = FB_TYPE_STRING, .kernel = lower_kernel};
static const fb_signature initcap_signature = {
    .params = {FB_PARAM_STRING}, .result = FB_TYPE_STRING, .kernel = initcap_kernel};
static const fb_signature reverse_signature = {.params = {FB_PARAM_BYTES},
                                               .kernel = reverse_kernel};
static const fb_signature repeat_signature = {.params = {FB_PARAM_STRING, FB_PARAM_INT},
                                              .result = FB_TYPE_STRING,
                                              .kernel = repeat_kernel,
                                              .can_fail = true};
static const fb_signature space_signature = {
    .params = {FB_PARAM_INT}, .result = FB_TYPE_STRING, .kernel = space_kernel, .can_fail = true};

static const fb_function functions[] = {
    {"||", 2, FB_ARGS_ANY, bind_concat, .usage = "a || b - the texts joined"},
    {"concat", 0, FB_ARGS_ANY, bind_concat,
     .usage = "concat(a, ...) - the texts joined; null if one is"},
    {"concat_ws", 1, FB_ARGS_ANY, bind_concat_ws,
     .usage =
         "concat_ws(sep, a, ...) - the texts (or arrays of texts) that are not null, sep between",
     .null_order = FB_NULLS_EVALUATED},
    {"length", 1, 1, fb_bind_signature, "length(s) - characters of a text, bytes of a binary",
     .signature = &length_signature},
    {"len", 1, 1, fb_bind_signature, "len(s) - same as length", .signature = &length_signature},
    {"char_length", 1, 1, fb_bind_signature, "char_length(s) - same as length",
     .signature = &length_signature},
    {"character_length", 1, 1, fb_bind_signature, "character_length(s) - same as length",
     .signature = &length_signature},
    {"octet_length", 1, 1, fb_bind_signature, "octet_length(s) - bytes",
     .signature = &octet_length_signature},
    {"bit_length", 1, 1, fb_bind_signature, "bit_length(s) - bits",
     .signature = &bit_length_signature},
    {"upper", 1, 1, fb_bind_signature, "upper(s) - in upper case", .signature = &upper_signature},
    {"ucase", 1, 1, fb_bind_signature, "ucase(s) - same as upper", .signature = &upper_signature},
    {"lower", 1, 1, fb_bind_signature, "lower(s) - in lower case", .signature = &lower_signature},
    {"lcase", 1, 1, fb_bind_signature, "lcase(s) - same as lower", .signature = &lower_signature},
    {"initcap", 1, 1, fb_bind_signature, "initcap(s) - each word with a capital first letter",
     .signature = &initcap_signature},
    {"reverse", 1, 1, fb_bind_signature, "reverse(s) - from the last character to the first",
     .signature = &reverse_signature},
    {"repeat", 2, 2, fb_bind_signature, "repeat(s, n) - n times the text",
     .signature = &repeat_signature},
    {"space", 1, 1, fb_bind_signature, "space(n) - n spaces", .signature = &space_signature},
};

const fb_function_list fb_functions_string = {functions, sizeof functions / sizeof *functions};
