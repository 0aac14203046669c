/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JSON, byte for byte as Jackson and json4s print it, appended to a buffer. The writer puts
 * the commas; the caller pairs begin and end and puts a key before each value of an object.
 * Running out of memory shows in the buffer's `failed`. A plain value; one thread at a time.
 *
 *     fb_json_writer json = fb_json_writer_make(&buf);
 *     fb_json_begin_object(&json);
 *     fb_json_key(&json, "id");
 *     fb_json_string(&json, FB_SLICE("x"));
 *     fb_json_end_object(&json);                                          {"id":"x"} */
#ifndef FB_FORMATS_JSON_WRITER_H
#define FB_FORMATS_JSON_WRITER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_json_writer {
    fb_buf *out; /* borrowed */
    bool needs_comma;
} fb_json_writer;

static inline fb_json_writer fb_json_writer_make(fb_buf *out)
{
    return (fb_json_writer){.out = out};
}

void fb_json_begin_object(fb_json_writer *json);
void fb_json_end_object(fb_json_writer *json);
void fb_json_begin_array(fb_json_writer *json);
void fb_json_end_array(fb_json_writer *json);

void fb_json_key(fb_json_writer *json, const char *key);
void fb_json_key_slice(fb_json_writer *json, fb_slice key);

void fb_json_string(fb_json_writer *json, fb_slice text);
void fb_json_int(fb_json_writer *json, int64_t value);
void fb_json_bool(fb_json_writer *json, bool value);
void fb_json_null(fb_json_writer *json);
/* A value that is JSON already: a number with a text of its own, a source's offset. */
void fb_json_raw(fb_json_writer *json, fb_slice text);

/* The quoted form of `text` alone: `"`, `\` and control characters below U+0020 escaped (\b \t \n
 * \f \r, else \u00XX in upper case), all else as it is; what is no UTF-8 becomes U+FFFD, as where
 * Java decodes it. */
void fb_json_quote(fb_slice text, fb_buf *out);

#endif
