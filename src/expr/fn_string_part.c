/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that take a part of a string or pad it. Parts share the bytes of their original. */
#include "base/utf8.h"
#include "expr/kernel.h"
#include "expr/signature.h"

/* --- substring, left, right --- */

/* Characters from..until of a text (bytes of a binary), 0-based; both may lie outside. */
static fb_slice part(fb_slice in, bool is_bytes, int64_t from, int64_t until)
{
    if (from < 0) from = 0;
    if (until <= from) return (fb_slice){in.data, 0};
    if (from >= (int64_t)in.size) return (fb_slice){in.data, 0};
    if (is_bytes) {
        size_t end = until < (int64_t)in.size ? (size_t)until : in.size;
        return (fb_slice){in.data + from, end - (size_t)from};
    }
    size_t start = fb_utf8_offset(in, (size_t)from);
    fb_slice rest = {in.data + start, in.size - start};
    rest.size = fb_utf8_offset(rest, (size_t)(until - from));
    return rest;
}

/* SQL's substring: positions count from 1, negative ones from the end, 0 is like 1. */
static fb_slice sql_substring(fb_slice in, bool is_binary, int32_t position, int32_t length)
{
    bool is_bytes = is_binary || fb_utf8_is_ascii(in);
    int64_t start = position > 0 ? (int64_t)position - 1 : 0;
    if (position < 0) {
        size_t count = is_bytes ? in.size : fb_utf8_count(in);
        start = (int64_t)count + position;
    }
    return part(in, is_bytes, start, start + length);
}

static fb_status substring_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    bool is_binary = args[0].type->id == FB_TYPE_BINARY;
    bool has_length = self->arg_count > 2;
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        int32_t position = args[1].int32s[fb_column_index(&args[1], row)];
        int32_t length = INT32_MAX;
        if (has_length) length = args[2].int32s[fb_column_index(&args[2], row)];
        out->strings[row] = fb_string_view(sql_substring(in, is_binary, position, length));
    }
    return FB_OK;
}

static fb_status left_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    bool is_binary = args[0].type->id == FB_TYPE_BINARY;
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        int32_t length = args[1].int32s[fb_column_index(&args[1], row)];
        out->strings[row] = fb_string_view(sql_substring(in, is_binary, 1, length));
    }
    return FB_OK;
}

static fb_status right_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        int32_t length = args[1].int32s[fb_column_index(&args[1], row)];
        /* A null row may hold INT32_MIN + x; what it yields is not looked at. */
        fb_slice tail = {in.data, 0};
        if (length > 0) tail = sql_substring(in, false, -length, INT32_MAX);
        out->strings[row] = fb_string_view(tail);
    }
    return FB_OK;
}

/* --- trim --- */

typedef enum trim_sides { TRIM_LEFT = 1, TRIM_RIGHT = 2, TRIM_BOTH = 3 } trim_sides;

/* The character of `size` bytes is one of those in `set`. */
static bool set_contains(fb_slice set, const char *character, size_t size)
{
    for (size_t i = 0; i < set.size;) {
        size_t member = fb_utf8_size_within((unsigned char)set.data[i], set.size - i);
        if (member == size && memcmp(set.data + i, character, size) == 0) return true;
        i += member;
    }
    return false;
}

static fb_slice trim_left(fb_slice in, fb_slice set)
{
    size_t i = 0;
    while (i < in.size) {
        size_t size = fb_utf8_size_within((unsigned char)in.data[i], in.size - i);
        if (!set_contains(set, in.data + i, size)) break;
        i += size;
    }
    return (fb_slice){in.data + i, in.size - i};
}

static fb_slice trim_right(fb_slice in, fb_slice set)
{
    while (in.size) {
        size_t start = in.size - 1;
        while (start && ((unsigned char)in.data[start] & 0xc0) == 0x80)
            start--;
        if (!set_contains(set, in.data + start, in.size - start)) break;
        in.size = start;
    }
    return in;
}

/* `source` and `set` are the columns of the text and of the characters to be removed (NULL:
 * spaces). */
static inline fb_status trim_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, trim_sides sides, const fb_column *source,
                                  const fb_column *set, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(source, row);
        fb_slice characters = set ? fb_column_string(set, row) : FB_SLICE(" ");
        if (sides & TRIM_LEFT) in = trim_left(in, characters);
        if (sides & TRIM_RIGHT) in = trim_right(in, characters);
        out->strings[row] = fb_string_view(in);
    }
    return FB_OK;
}

/* trim, ltrim and rtrim name the characters first, as in TRIM(BOTH 'x' FROM s). */
static inline fb_status trim_set_first(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                       size_t row_count, trim_sides sides, fb_column *out)
{
    bool has_set = self->arg_count > 1;
    return trim_rows(self, eval, args, row_count, sides, &args[has_set ? 1 : 0],
                     has_set ? &args[0] : NULL, out);
}

static fb_status trim_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    return trim_set_first(self, eval, args, row_count, TRIM_BOTH, out);
}

static fb_status ltrim_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    return trim_set_first(self, eval, args, row_count, TRIM_LEFT, out);
}

static fb_status rtrim_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    return trim_set_first(self, eval, args, row_count, TRIM_RIGHT, out);
}

static fb_status btrim_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    const fb_column *set = self->arg_count > 1 ? &args[1] : NULL;
    return trim_rows(self, eval, args, row_count, TRIM_BOTH, &args[0], set, out);
}

/* --- lpad, rpad --- */

/* One padded value in characters (bytes when `is_bytes`). */
static inline fb_status pad_row(fb_text_block *text, const fb_expr *self, bool is_bytes,
                                bool on_left, fb_slice in, int32_t length, fb_slice pad,
                                fb_string *out)
{
    int64_t have = (int64_t)(is_bytes ? in.size : fb_utf8_count(in));
    int64_t missing = length - have;
    if (missing <= 0 || !pad.size) {
        *out = fb_string_view(part(in, is_bytes, 0, length));
        return FB_OK;
    }
    int64_t pad_count = (int64_t)(is_bytes ? pad.size : fb_utf8_count(pad));
    fb_slice rest = part(pad, is_bytes, 0, missing % pad_count);
    size_t fill = (size_t)(missing / pad_count) * pad.size + rest.size;
    char *at = fb_text_room(text, self, in.size + fill);
    if (!at) return text->status;
    memcpy(on_left ? at + fill : at, in.data, in.size);
    fb_text_repeat(on_left ? at : at + in.size, pad, fill);
    *out = fb_text_take(text, in.size + fill);
    return FB_OK;
}

static inline fb_status pad_rows(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, bool on_left, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    bool is_bytes = args[0].type->id == FB_TYPE_BINARY;
    fb_slice default_pad = is_bytes ? FB_SLICE("\0") : FB_SLICE(" ");
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        int32_t length = args[1].int32s[fb_column_index(&args[1], row)];
        fb_slice pad = self->arg_count > 2 ? fb_column_string(&args[2], row) : default_pad;
        FB_TRY(pad_row(&text, self, is_bytes, on_left, fb_column_string(&args[0], row), length, pad,
                       &out->strings[row]));
    }
    return FB_OK;
}

static fb_status lpad_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    return pad_rows(self, eval, args, row_count, true, out);
}

static fb_status rpad_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    return pad_rows(self, eval, args, row_count, false, out);
}

/* --- split_part, substring_index --- */

/* The next place of `needle` at or after `from`, or in.size. */
static size_t find_from(fb_slice in, size_t from, fb_slice needle)
{
    if (from > in.size) return in.size;
    const char *at = memmem(in.data + from, in.size - from, needle.data, needle.size);
    return at ? (size_t)(at - in.data) : in.size;
}

static int64_t count_parts(fb_slice in, fb_slice delimiter)
{
    int64_t parts = 1;
    for (size_t i = find_from(in, 0, delimiter); i < in.size;
         i = find_from(in, i + delimiter.size, delimiter))
        parts++;
    return parts;
}

/* Part `number` (from 1, or from -1 at the end), empty when there is none. */
static fb_slice split_part(fb_slice in, fb_slice delimiter, int32_t number)
{
    if (!delimiter.size) {
        bool is_all = number == 1 || number == -1;
        return (fb_slice){in.data, is_all ? in.size : 0};
    }
    int64_t index = number > 0 ? number : count_parts(in, delimiter) + number + 1;
    if (index < 1) return (fb_slice){in.data, 0};
    size_t start = 0;
    for (;;) {
        size_t end = find_from(in, start, delimiter);
        if (--index == 0) return (fb_slice){in.data + start, end - start};
        if (end == in.size) return (fb_slice){in.data, 0};
        start = end + delimiter.size;
    }
}

static fb_status split_part_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        int32_t number = args[2].int32s[fb_column_index(&args[2], row)];
        if (number == 0)
            return fb_eval_fail(eval, self, "INVALID_INDEX_OF_ZERO",
                                "The index 0 is invalid. An index shall be either < 0 or > 0 "
                                "(the first element has index 1).");
        fb_slice in = fb_column_string(&args[0], row);
        fb_slice delimiter = fb_column_string(&args[1], row);
        out->strings[row] = fb_string_view(split_part(in, delimiter, number));
    }
    return FB_OK;
}

/* What lies before the delimiter number `count` (they may overlap), all when there are fewer. */
static fb_slice before_delimiter(fb_slice in, fb_slice delimiter, int32_t count)
{
    size_t at = find_from(in, 0, delimiter);
    while (--count && at < in.size)
        at = find_from(in, at + 1, delimiter);
    return (fb_slice){in.data, at};
}

static fb_slice after_delimiter(fb_slice in, fb_slice delimiter, int32_t count)
{
    if (delimiter.size > in.size) return in;
    for (size_t at = in.size - delimiter.size + 1; at-- > 0;) {
        if (memcmp(in.data + at, delimiter.data, delimiter.size)) continue;
        if (++count) continue;
        at += delimiter.size;
        return (fb_slice){in.data + at, in.size - at};
    }
    return in;
}

static fb_status substring_index_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                        size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice in = fb_column_string(&args[0], row);
        fb_slice delimiter = fb_column_string(&args[1], row);
        int32_t count = args[2].int32s[fb_column_index(&args[2], row)];
        fb_slice found = {in.data, 0};
        if (delimiter.size && count > 0) found = before_delimiter(in, delimiter, count);
        if (delimiter.size && count < 0) found = after_delimiter(in, delimiter, count);
        out->strings[row] = fb_string_view(found);
    }
    return FB_OK;
}

/* --- the table --- */

#define BYTES FB_PARAM_BYTES
#define STRING FB_PARAM_STRING
#define INT FB_PARAM_INT

static const fb_signature substring_signature = {.params = {BYTES, INT},
                                                 .kernel = substring_kernel};
static const fb_signature left_signature = {.params = {BYTES, INT}, .kernel = left_kernel};
static const fb_signature right_signature = {
    .params = {STRING, INT}, .kernel = right_kernel, .makes_nulls = true};
static const fb_signature trim_signature = {.params = {STRING}, .kernel = trim_kernel};
static const fb_signature ltrim_signature = {.params = {STRING}, .kernel = ltrim_kernel};
static const fb_signature rtrim_signature = {.params = {STRING}, .kernel = rtrim_kernel};
static const fb_signature btrim_signature = {.params = {STRING}, .kernel = btrim_kernel};
static const fb_signature lpad_signature = {
    .params = {BYTES, INT, BYTES}, .kernel = lpad_kernel, .can_fail = true};
static const fb_signature rpad_signature = {
    .params = {BYTES, INT, BYTES}, .kernel = rpad_kernel, .can_fail = true};
static const fb_signature split_part_signature = {.params = {STRING, STRING, INT},
                                                  .kernel = split_part_kernel,
                                                  .makes_nulls = true,
                                                  .can_fail = true};
static const fb_signature substring_index_signature = {.params = {STRING, STRING, INT},
                                                       .kernel = substring_index_kernel};

static const fb_function functions[] = {
    {"substring", 2, 3, fb_bind_signature,
     "substring(s, pos[, len]) - from position pos (from 1, negative: from the end)",
     .signature = &substring_signature},
    {"substr", 2, 3, fb_bind_signature, "substr(s, pos[, len]) - same as substring",
     .signature = &substring_signature},
    {"left", 2, 2, fb_bind_signature, "left(s, n) - the first n characters",
     .signature = &left_signature},
    {"right", 2, 2, fb_bind_signature, "right(s, n) - the last n characters",
     .signature = &right_signature},
    {"trim", 1, 2, fb_bind_signature, "trim([set, ]s) - without spaces (characters of set) around",
     .signature = &trim_signature, .null_order = FB_NULLS_SKIP_REVERSE},
    {"ltrim", 1, 2, fb_bind_signature, "ltrim([set, ]s) - without spaces at the start",
     .signature = &ltrim_signature, .null_order = FB_NULLS_SKIP_REVERSE},
    {"rtrim", 1, 2, fb_bind_signature, "rtrim([set, ]s) - without spaces at the end",
     .signature = &rtrim_signature, .null_order = FB_NULLS_SKIP_REVERSE},
    {"btrim", 1, 2, fb_bind_signature, "btrim(s[, set]) - without spaces around",
     .signature = &btrim_signature},
    {"lpad", 2, 3, fb_bind_signature, "lpad(s, n[, pad]) - cut or padded on the left to n",
     .signature = &lpad_signature},
    {"rpad", 2, 3, fb_bind_signature, "rpad(s, n[, pad]) - cut or padded on the right to n",
     .signature = &rpad_signature},
    {"split_part", 3, 3, fb_bind_signature,
     "split_part(s, delimiter, n) - the n-th part (negative: from the end)",
     .signature = &split_part_signature},
    {"substring_index", 3, 3, fb_bind_signature,
     "substring_index(s, delimiter, n) - what lies before the n-th delimiter",
     .signature = &substring_index_signature},
};

const fb_function_list fb_functions_string_part = {functions, sizeof functions / sizeof *functions};
