/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of the JSON objects that attributes carry. Their text lies in state schema files, so it
 * is Spark's: without blanks, sorted by key. */
#include "plan/analyzer.h"

#include <string.h>

/* The end of the string, object, array or word that starts at `at`. */
static size_t end_of_value(fb_slice text, size_t at)
{
    int depth = 0;
    bool in_string = false;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (in_string) {
            if (c == '\\') at++;
            in_string = c != '"' || at >= text.size;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == '}' || c == ':')) {
            break;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return at < text.size ? at : text.size;
}

/* A member of the object: "key":value lies in [start, end). */
typedef struct member {
    fb_slice key;
    size_t start, end;
} member;

/* The member at `*at`, which moves behind it and its comma. */
static bool next_member(fb_slice text, size_t *at, member *out)
{
    if (*at >= text.size || text.data[*at] != '"') return false;
    size_t colon = end_of_value(text, *at);
    if (colon >= text.size || text.data[colon] != ':' || colon < *at + 2) return false;
    out->start = *at;
    out->key = (fb_slice){text.data + *at + 1, colon - *at - 2};
    out->end = end_of_value(text, colon + 1);
    *at = out->end + 1;
    return true;
}

bool fb_metadata_has(fb_slice metadata, const char *key)
{
    member each;
    for (size_t at = 1; next_member(metadata, &at, &each);)
        if (fb_slice_is(each.key, key)) return true;
    return false;
}

/* The object without `key`, and with `key` : `value` where that is given. */
static bool replace(fb_arena *arena, fb_slice metadata, const char *key, const char *value,
                    fb_slice *out)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    member each;
    const char *separator = "{";
    for (size_t at = 1; next_member(metadata, &at, &each);) {
        int order = fb_slice_compare(each.key, fb_slice_of(key));
        if (value && order >= 0) {
            fb_buf_printf(&text, "%s\"%s\":%s", separator, key, value);
            separator = ",";
            value = NULL;
        }
        if (order == 0) continue;
        fb_buf_add_text(&text, separator);
        fb_buf_add(&text, metadata.data + each.start, each.end - each.start);
        separator = ",";
    }
    if (value) fb_buf_printf(&text, "%s\"%s\":%s", separator, key, value);
    bool is_empty = text.size == 0 && !text.failed;
    if (!is_empty) fb_buf_add_char(&text, '}');
    char *copy = text.failed ? NULL : fb_arena_strdup(arena, fb_buf_slice(&text));
    *out = is_empty ? (fb_slice){0} : (fb_slice){copy, text.size};
    fb_buf_deinit(&text);
    return is_empty || copy;
}

bool fb_metadata_with(fb_arena *arena, fb_slice metadata, const char *key, const char *value,
                      fb_slice *out)
{
    return replace(arena, metadata, key, value, out);
}

bool fb_metadata_without(fb_arena *arena, fb_slice metadata, const char *key, fb_slice *out)
{
    return replace(arena, metadata, key, NULL, out);
}

bool fb_attribute_is_event_time(const fb_attribute *attribute)
{
    return fb_metadata_has(attribute->metadata, FB_METADATA_WATERMARK_DELAY);
}
