/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions between strings, bytes and character codes: hex, base64, ascii, chr, bin. */
#include "base/utf8.h"
#include "expr/kernel.h"
#include "expr/signature.h"

static const char hex_digits[] = "0123456789ABCDEF";

/* --- ascii, chr --- */

static fb_status ascii_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        size_t offset = 0;
        out->int32s[row] = in.size ? (int32_t)fb_utf8_next(in, &offset) : 0;
    }
    return FB_OK;
}

static fb_status chr_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int64_t code = args[0].int64s[fb_column_index(&args[0], row)];
        char bytes[FB_UTF8_MAX_BYTES];
        size_t size = code < 0 ? 0 : fb_utf8_put((uint32_t)(code & 0xff), bytes);
        out->strings[row] = fb_string_view((fb_slice){bytes, size});
    }
    return FB_OK;
}

/* --- hex, bin, unhex --- */

/* `value` in base 2^`bits_per_digit` without leading zeros. */
static inline fb_status digits_of(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, int bits_per_digit, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        uint64_t value = (uint64_t)args[0].int64s[fb_column_index(&args[0], row)];
        size_t size = 1;
        for (uint64_t rest = value >> bits_per_digit; rest; rest >>= bits_per_digit)
            size++;
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        for (size_t i = size; i-- > 0; value >>= bits_per_digit)
            at[i] = hex_digits[value & ((1u << bits_per_digit) - 1)];
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static fb_status hex_number_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                   size_t row_count, fb_column *out)
{
    return digits_of(self, eval, args, row_count, 4, out);
}

static fb_status bin_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    return digits_of(self, eval, args, row_count, 1, out);
}

static fb_status hex_bytes_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        char *at = fb_text_room(&text, self, in.size * 2);
        if (!at) return text.status;
        for (size_t i = 0; i < in.size; i++) {
            at[2 * i] = hex_digits[(unsigned char)in.data[i] >> 4];
            at[2 * i + 1] = hex_digits[in.data[i] & 15];
        }
        out->strings[row] = fb_text_take(&text, in.size * 2);
    }
    return FB_OK;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* An odd digit is the first one. */
static bool unhex(fb_slice in, char *out)
{
    int invalid = 0;
    size_t odd = in.size & 1;
    if (odd) {
        int value = hex_value(in.data[0]);
        invalid |= value;
        out[0] = (char)value;
    }
    for (size_t i = odd; i < in.size; i += 2) {
        int high = hex_value(in.data[i]), low = hex_value(in.data[i + 1]);
        invalid |= high | low;
        out[(i + 1) / 2] = (char)((unsigned)high << 4 | (unsigned)low);
    }
    return invalid >= 0;
}

static fb_status unhex_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        char *at = fb_text_room(&text, self, (in.size + 1) / 2);
        if (!at) return text.status;
        if (unhex(in, at))
            out->strings[row] = fb_text_take(&text, (in.size + 1) / 2);
        else
            fb_bits_clear(out->validity, row);
    }
    return FB_OK;
}

/* --- base64 --- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* MIME: a line break after every 76 digits, none at the end. */
enum { BASE64_LINE = 76, BASE64_LINE_BYTES = BASE64_LINE / 4 * 3 };

static size_t base64_size(size_t size)
{
    size_t digits = (size + 2) / 3 * 4;
    return digits + (digits ? (digits - 1) / BASE64_LINE * 2 : 0);
}

static void write_base64(fb_slice in, char *out)
{
    for (size_t i = 0; i < in.size; i += 3) {
        if (i && i % BASE64_LINE_BYTES == 0) {
            *out++ = '\r';
            *out++ = '\n';
        }
        size_t left = in.size - i;
        uint32_t bits = (uint32_t)(unsigned char)in.data[i] << 16;
        if (left > 1) bits |= (uint32_t)(unsigned char)in.data[i + 1] << 8;
        if (left > 2) bits |= (unsigned char)in.data[i + 2];
        *out++ = base64_digits[bits >> 18];
        *out++ = base64_digits[bits >> 12 & 63];
        *out++ = left > 1 ? base64_digits[bits >> 6 & 63] : '=';
        *out++ = left > 2 ? base64_digits[bits & 63] : '=';
    }
}

static fb_status base64_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                               size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        fb_slice in = fb_column_string(&args[0], row);
        size_t size = base64_size(in.size);
        char *at = fb_text_room(&text, self, size);
        if (!at) return text.status;
        write_base64(in, at);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The padding that begins with '=' at in.data[*at]; moves behind it. */
static const char *skip_padding(fb_slice in, unsigned digits, size_t *at)
{
    size_t next = *at + 1;
    bool complete = digits == 3 || (digits == 2 && next < in.size && in.data[next] == '=');
    if (!complete) return "Input byte array has wrong 4-byte ending unit";
    *at = digits == 2 ? next + 1 : next;
    return NULL;
}

/* As java.util.Base64's MIME decoder: other characters are skipped. NULL, or what is wrong. */
static const char *read_base64(fb_slice in, char *out, size_t *size)
{
    uint32_t bits = 0;
    unsigned digits = 0; /* of the group of four */
    size_t written = 0, at = 0;
    while (at < in.size && in.data[at] != '=') {
        int value = base64_value(in.data[at++]);
        if (value < 0) continue;
        bits = bits << 6 | (uint32_t)value;
        if (++digits < 4) continue;
        out[written++] = (char)(bits >> 16);
        out[written++] = (char)(bits >> 8);
        out[written++] = (char)bits;
        digits = 0;
    }
    if (at < in.size) {
        const char *wrong = skip_padding(in, digits, &at);
        if (wrong) return wrong;
    }
    if (digits == 1) return "Last unit does not have enough valid bits";
    if (digits == 2) out[written++] = (char)(bits >> 4);
    if (digits == 3) {
        out[written++] = (char)(bits >> 10);
        out[written++] = (char)(bits >> 2);
    }
    for (; at < in.size; at++)
        if (base64_value(in.data[at]) >= 0 || in.data[at] == '=')
            return "Input byte array has an incorrect ending";
    *size = written;
    return NULL;
}

static fb_status unbase64_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    fb_text_block text = {.eval = eval};
    for (size_t row = 0; row < row_count; row++) {
        if (fb_kernel_is_null(out, row)) continue;
        fb_slice in = fb_column_string(&args[0], row);
        char *at = fb_text_room(&text, self, in.size / 4 * 3 + 3);
        if (!at) return text.status;
        size_t size = 0;
        const char *wrong = read_base64(in, at, &size);
        if (wrong) return fb_eval_fail(eval, self, "", "unbase64: %s", wrong);
        out->strings[row] = fb_text_take(&text, size);
    }
    return FB_OK;
}

/* --- the table --- */

static const fb_signature ascii_signature = {
    .params = {FB_PARAM_STRING}, .result = FB_TYPE_INT, .kernel = ascii_kernel};
static const fb_signature chr_signature = {
    .params = {FB_PARAM_BIGINT}, .result = FB_TYPE_STRING, .kernel = chr_kernel};
static const fb_signature bin_signature = {
    .params = {FB_PARAM_BIGINT}, .result = FB_TYPE_STRING, .kernel = bin_kernel};
static const fb_signature hex_number_signature = {
    .params = {FB_PARAM_BIGINT}, .result = FB_TYPE_STRING, .kernel = hex_number_kernel};
static const fb_signature hex_bytes_signature = {
    .params = {FB_PARAM_BYTES}, .result = FB_TYPE_STRING, .kernel = hex_bytes_kernel};
static const fb_signature unhex_signature = {.params = {FB_PARAM_STRING},
                                             .result = FB_TYPE_BINARY,
                                             .kernel = unhex_kernel,
                                             .makes_nulls = true};
static const fb_signature base64_signature = {
    .params = {FB_PARAM_BINARY}, .result = FB_TYPE_STRING, .kernel = base64_kernel};
static const fb_signature unbase64_signature = {.params = {FB_PARAM_STRING},
                                                .result = FB_TYPE_BINARY,
                                                .kernel = unbase64_kernel,
                                                .can_fail = true};

static fb_status bind_hex(fb_binder *binder, fb_expr *call)
{
    bool is_number = fb_type_is_numeric(call->args[0]->type);
    return fb_bind_with(binder, call, is_number ? &hex_number_signature : &hex_bytes_signature);
}

static const fb_function functions[] = {
    {"ascii", 1, 1, fb_bind_signature, "ascii(s) - code point of the first character",
     .signature = &ascii_signature},
    {"chr", 1, 1, fb_bind_signature, "chr(n) - the character with code n modulo 256",
     .signature = &chr_signature},
    {"char", 1, 1, fb_bind_signature, "char(n) - same as chr", .signature = &chr_signature},
    {"bin", 1, 1, fb_bind_signature, "bin(n) - in binary digits", .signature = &bin_signature},
    {"hex", 1, 1, bind_hex, .usage = "hex(x) - a number or bytes in hexadecimal digits"},
    {"unhex", 1, 1, fb_bind_signature, "unhex(s) - the bytes of hexadecimal digits, or null",
     .signature = &unhex_signature},
    {"base64", 1, 1, fb_bind_signature, "base64(bytes) - in base 64",
     .signature = &base64_signature},
    {"unbase64", 1, 1, fb_bind_signature, "unbase64(s) - the bytes of a text in base 64",
     .signature = &unbase64_signature},
};

const fb_function_list fb_functions_string_code = {functions, sizeof functions / sizeof *functions};
