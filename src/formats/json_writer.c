/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_writer.h"

static void before_value(fb_json_writer *json)
{
    if (json->needs_comma) fb_buf_add_char(json->out, ',');
    json->needs_comma = true;
}

static void begin(fb_json_writer *json, char bracket)
{
    before_value(json);
    fb_buf_add_char(json->out, bracket);
    json->needs_comma = false;
}

static void end(fb_json_writer *json, char bracket)
{
    fb_buf_add_char(json->out, bracket);
    json->needs_comma = true;
}

void fb_json_begin_object(fb_json_writer *json)
{
    begin(json, '{');
}

void fb_json_end_object(fb_json_writer *json)
{
    end(json, '}');
}

void fb_json_begin_array(fb_json_writer *json)
{
    begin(json, '[');
}

void fb_json_end_array(fb_json_writer *json)
{
    end(json, ']');
}

void fb_json_key(fb_json_writer *json, const char *key)
{
    fb_json_key_slice(json, fb_slice_of(key));
}

void fb_json_key_slice(fb_json_writer *json, fb_slice key)
{
    before_value(json);
    fb_json_quote(key, json->out);
    fb_buf_add_char(json->out, ':');
    json->needs_comma = false;
}

void fb_json_string(fb_json_writer *json, fb_slice text)
{
    before_value(json);
    fb_json_quote(text, json->out);
}

void fb_json_int(fb_json_writer *json, int64_t value)
{
    before_value(json);
    fb_buf_add_int(json->out, value);
}

void fb_json_bool(fb_json_writer *json, bool value)
{
    before_value(json);
    fb_buf_add_text(json->out, value ? "true" : "false");
}

void fb_json_null(fb_json_writer *json)
{
    before_value(json);
    fb_buf_add_text(json->out, "null");
}

void fb_json_raw(fb_json_writer *json, fb_slice text)
{
    before_value(json);
    fb_buf_add_slice(json->out, text);
}

static bool is_continuation(const unsigned char *bytes, size_t size, size_t index)
{
    return index < size && (bytes[index] & 0xc0) == 0x80;
}

/* Bytes of the sequence at the start of `bytes` (size > 0, first byte above 0x7f). When it is
 * malformed, *valid is false and the length is that of the part which Java's decoder replaces by
 * one U+FFFD: the longest start of a sequence, and a whole surrogate. */
static size_t sequence_length(const unsigned char *bytes, size_t size, bool *valid)
{
    unsigned char first = bytes[0];
    *valid = false;
    if (first < 0xc2 || first > 0xf4 || !is_continuation(bytes, size, 1)) return 1;
    if (first < 0xe0) {
        *valid = true;
        return 2;
    }
    unsigned char second = bytes[1];
    if (first < 0xf0) {
        if (first == 0xe0 && second < 0xa0) return 1;
        if (!is_continuation(bytes, size, 2)) return 2;
        *valid = first != 0xed || second < 0xa0;
        return 3;
    }
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 1;
    if (!is_continuation(bytes, size, 2)) return 2;
    if (!is_continuation(bytes, size, 3)) return 3;
    *valid = true;
    return 4;
}

static void escape_byte(unsigned char byte, fb_buf *out)
{
    static const char short_forms[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                       ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (short_forms[byte]) {
        const char pair[2] = {'\\', short_forms[byte]};
        fb_buf_add(out, pair, sizeof pair);
    } else {
        fb_buf_printf(out, "\\u%04X", byte);
    }
}

void fb_json_quote(fb_slice text, fb_buf *out)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t copied = 0; /* everything before is in `out` */
    size_t at = 0;
    fb_buf_add_char(out, '"');
    while (at < text.size) {
        unsigned char byte = bytes[at];
        bool as_is = byte >= 0x20 && byte != '"' && byte != '\\';
        size_t length = 1;
        if (byte > 0x7f) length = sequence_length(bytes + at, text.size - at, &as_is);
        if (!as_is) {
            fb_buf_add(out, text.data + copied, at - copied);
            if (byte > 0x7f)
                fb_buf_add_text(out, "\xef\xbf\xbd");
            else
                escape_byte(byte, out);
            copied = at + length;
        }
        at += length;
    }
    if (text.size) fb_buf_add(out, text.data + copied, text.size - copied);
    fb_buf_add_char(out, '"');
}
