/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/state_schema.h"

#include "base/utf8.h"
#include "formats/type_json.h"

enum {
    PIECE_MAX_BYTES = 65535,
    FAMILY_MIN_BYTES = 2 + 2 + 4 + 2 + 4 + 4 + 4,
    SURROGATE_BYTES = 3,
};

typedef struct cursor {
    const char *name;
    fb_slice content;
    size_t next;
    fb_arena *arena;
    fb_error *err;
} cursor;

static fb_status fail_at(const cursor *in, const char *expected)
{
    return fb_fail(in->err, FB_E_CORRUPT, 0, "%s: offset %zu: expected %s", in->name, in->next,
                   expected);
}

/* A big-endian number of `size` bytes. */
static fb_status read_number(cursor *in, size_t size, uint32_t *out, const char *expected)
{
    *out = 0;
    if (in->content.size - in->next < size) return fail_at(in, expected);
    for (size_t i = 0; i < size; i++)
        *out = *out << 8 | (uint8_t)in->content.data[in->next + i];
    in->next += size;
    return FB_OK;
}

/* --- Java's modified UTF-8: NUL as two bytes, characters above U+FFFF as two surrogates --- */

static uint32_t surrogate_at(fb_slice text, size_t at)
{
    if (text.size - at < SURROGATE_BYTES || (uint8_t)text.data[at] != 0xed) return 0;
    uint8_t second = (uint8_t)text.data[at + 1], third = (uint8_t)text.data[at + 2];
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) return 0;
    return 0xd000 | (uint32_t)(second & 0x3f) << 6 | (third & 0x3f);
}

static size_t put_character(fb_slice text, size_t *at, char *out)
{
    uint8_t first = (uint8_t)text.data[*at];
    if (first == 0xc0 && text.size - *at >= 2 && (uint8_t)text.data[*at + 1] == 0x80) {
        *at += 2;
        out[0] = '\0';
        return 1;
    }
    uint32_t high = surrogate_at(text, *at);
    uint32_t low = high >= 0xd800 && high < 0xdc00 && text.size - *at >= 2 * SURROGATE_BYTES
                       ? surrogate_at(text, *at + SURROGATE_BYTES)
                       : 0;
    if (low >= 0xdc00) {
        *at += 2 * SURROGATE_BYTES;
        return fb_utf8_put(0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)), out);
    }
    return fb_utf8_put(fb_utf8_next(text, at), out);
}

/* Standard UTF-8 is never longer, except where malformed bytes each become U+FFFD. */
static fb_status to_utf8(const cursor *in, fb_slice text, fb_slice *out)
{
    char *copy = fb_arena_array(in->arena, text.size + 1, FB_UTF8_MAX_BYTES);
    if (!copy) return fb_fail_nomem(in->err, "a state schema");
    size_t size = 0;
    for (size_t at = 0; at < text.size;)
        size += put_character(text, &at, copy + size);
    copy[size] = '\0';
    *out = (fb_slice){copy, size};
    return FB_OK;
}

static void add_character(uint32_t character, fb_buf *piece)
{
    char bytes[FB_UTF8_MAX_BYTES];
    if (character == 0) {
        fb_buf_add(piece, "\xc0\x80", 2);
    } else if (character > 0xffff) {
        uint32_t offset = character - 0x10000;
        uint32_t pair[2] = {0xd800 | offset >> 10, 0xdc00 | (offset & 0x3ff)};
        for (int i = 0; i < 2; i++) {
            char unit[SURROGATE_BYTES] = {(char)0xed, (char)(0x80 | (pair[i] >> 6 & 0x3f)),
                                          (char)(0x80 | (pair[i] & 0x3f))};
            fb_buf_add(piece, unit, sizeof unit);
        }
    } else {
        fb_buf_add(piece, bytes, fb_utf8_put(character, bytes));
    }
}

/* --- reading --- */

static fb_status read_piece(cursor *in, fb_slice *out)
{
    uint32_t size;
    FB_TRY(read_number(in, 2, &size, "the size of a text, 2 bytes"));
    if (size > in->content.size - in->next) return fail_at(in, "the whole of a text");
    *out = (fb_slice){in->content.data + in->next, size};
    in->next += size;
    return FB_OK;
}

static fb_status read_utf(cursor *in, fb_slice *out)
{
    fb_slice raw;
    FB_TRY(read_piece(in, &raw));
    return to_utf8(in, raw, out);
}

/* Pieces may end between two surrogates, so they are joined before they are read. */
static fb_status read_text(cursor *in, fb_slice *out)
{
    uint32_t count;
    FB_TRY(read_number(in, 4, &count, "the number of pieces of a text, 4 bytes"));
    if (count > (in->content.size - in->next) / 2) return fail_at(in, "as many pieces of a text");
    fb_buf joined;
    fb_buf_init(&joined, 0);
    fb_status status = FB_OK;
    for (uint32_t i = 0; status == FB_OK && i < count; i++) {
        fb_slice piece;
        status = read_piece(in, &piece);
        if (status == FB_OK) fb_buf_add_slice(&joined, piece);
    }
    if (status == FB_OK && joined.failed) status = fb_fail_nomem(in->err, "a state schema");
    if (status == FB_OK) status = to_utf8(in, fb_buf_slice(&joined), out);
    fb_buf_deinit(&joined);
    return status;
}

static fb_status parse_schema(const cursor *in, fb_slice text, const fb_type **out)
{
    return fb_type_json_parse_struct(in->name, text, in->arena, out, in->err);
}

static fb_status read_schema(cursor *in, const fb_type **out)
{
    fb_slice text;
    FB_TRY(read_text(in, &text));
    return parse_schema(in, text, out);
}

static fb_status read_family(cursor *in, fb_state_family *out)
{
    uint32_t id;
    fb_slice user_key;
    *out = (fb_state_family){.key_schema_id = 0};
    FB_TRY(read_utf(in, &out->name));
    FB_TRY(read_number(in, 2, &id, "the id of the key schema, 2 bytes"));
    out->key_schema_id = (int16_t)id;
    FB_TRY(read_schema(in, &out->key));
    FB_TRY(read_number(in, 2, &id, "the id of the value schema, 2 bytes"));
    out->value_schema_id = (int16_t)id;
    FB_TRY(read_schema(in, &out->value));
    FB_TRY(read_text(in, &out->key_encoder));
    FB_TRY(read_text(in, &user_key));
    /* Without one Spark writes a brace, four blanks and a brace. */
    return fb_slice_is(user_key, "{    }") ? FB_OK : parse_schema(in, user_key, &out->user_key);
}

static fb_status read_families(cursor *in, fb_state_schema *schema)
{
    uint32_t count = 1;
    if (schema->version == 3)
        FB_TRY(read_number(in, 4, &count, "the number of column families, 4 bytes"));
    if (schema->version == 3 && count == 0) return fail_at(in, "column families");
    if (schema->version == 3 && count > (in->content.size - in->next) / FAMILY_MIN_BYTES)
        return fail_at(in, "as many column families");
    fb_state_family *families = fb_arena_array(in->arena, count, sizeof *families);
    if (!families) return fb_fail_nomem(in->err, "a state schema");
    schema->family_count = count;
    schema->families = families;
    for (uint32_t i = 0; schema->version == 3 && i < count; i++)
        FB_TRY(read_family(in, &families[i]));
    if (schema->version == 3) return FB_OK;

    families[0] = (fb_state_family){.name = FB_SLICE("default")};
    if (schema->version == 2) {
        FB_TRY(read_schema(in, &families[0].key));
        return read_schema(in, &families[0].value);
    }
    fb_slice key, value;
    FB_TRY(read_utf(in, &key));
    FB_TRY(read_utf(in, &value));
    FB_TRY(parse_schema(in, key, &families[0].key));
    return parse_schema(in, value, &families[0].value);
}

fb_status fb_state_schema_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_state_schema *out, fb_error *err)
{
    *out = (fb_state_schema){.version = 0};
    cursor in = {.name = name, .content = content, .arena = arena, .err = err};
    fb_slice version;
    FB_TRY(read_piece(&in, &version));
    bool is_known = version.size == 2 && version.data[0] == 'v' && version.data[1] >= '1' &&
                    version.data[1] <= '3';
    if (!is_known)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "%s: offset 2: expected the version of a state schema, v1 to v3", name);
    fb_state_schema schema = {.version = (uint32_t)(version.data[1] - '0')};
    FB_TRY(read_families(&in, &schema));
    if (in.next != content.size) return fail_at(&in, "the end of the file");
    *out = schema;
    return FB_OK;
}

/* --- writing --- */

static void add_number(uint32_t value, size_t size, fb_buf *out)
{
    for (size_t i = size; i-- > 0;)
        fb_buf_add_char(out, (char)(value >> (8 * i)));
}

/* As many characters per piece as fit. For ASCII that is where Spark cuts; what is not ASCII it
 * cuts by characters, and fails where those have too many bytes. */
static void add_text(fb_slice text, fb_buf *out)
{
    size_t count_at = out->size;
    uint32_t count = 0;
    add_number(0, 4, out);
    for (size_t at = 0; at < text.size && !out->failed; count++) {
        size_t piece_at = out->size;
        add_number(0, 2, out);
        while (at < text.size && !out->failed) {
            size_t next = at, before = out->size;
            add_character(fb_utf8_next(text, &next), out);
            if (out->size - piece_at - 2 > PIECE_MAX_BYTES) {
                out->size = before;
                break;
            }
            at = next;
        }
        if (out->failed) return;
        size_t size = out->size - piece_at - 2;
        out->data[piece_at] = (char)(size >> 8);
        out->data[piece_at + 1] = (char)size;
    }
    for (int i = 0; i < 4 && !out->failed; i++)
        out->data[count_at + (size_t)i] = (char)(count >> (24 - 8 * i));
}

static void add_schema(const fb_type *schema, fb_buf *out)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_json_writer json = fb_json_writer_make(&text);
    fb_type_json_write(schema, &json);
    if (text.failed)
        out->failed = true;
    else
        add_text(fb_buf_slice(&text), out);
    fb_buf_deinit(&text);
}

void fb_state_schema_encode(const fb_type *key, const fb_type *value, fb_buf *out)
{
    fb_buf_add(out, "\0\2v2", 4);
    add_schema(key, out);
    add_schema(value, out);
}
