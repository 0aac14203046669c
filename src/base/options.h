/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of sources, sinks and file systems as tables: one parser, one help text, one reference
 * page; an unknown option is an error that suggests the nearest name. */
#ifndef FB_BASE_OPTIONS_H
#define FB_BASE_OPTIONS_H

#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"

#include <stdint.h>

typedef enum fb_option_type {
    FB_OPTION_STRING,
    FB_OPTION_BOOL, /* true, false, without case */
    FB_OPTION_INT,  /* decimal, within min..max */
    /* Spark's time strings: 5, 5s, 10ms, 1 minute; kept in microseconds. A bare number counts
     * milliseconds when `unit` is "ms", else seconds. */
    FB_OPTION_DURATION,
    FB_OPTION_SIZE, /* 4096, 512m, 4g, '2 GB': bytes, binary multiples */
} fb_option_type;

typedef struct fb_option_spec {
    const char *name; /* compared without case */
    fb_option_type type;
    const char *default_text; /* parsed like a given value; NULL: required, "": none */
    const char *unit;         /* "rows/s", "ms", "" */
    const char *help;
    int64_t min, max; /* INT, DURATION (us), SIZE (bytes) */
} fb_option_spec;

typedef struct fb_option_value {
    bool is_given;
    bool boolean;
    int64_t number; /* INT; DURATION in microseconds; SIZE in bytes */
    fb_slice text;  /* as given, or the default; borrowed from where it was given */
} fb_option_value;

/* What is to be parsed: key and value as written. `index` of the culprit is reported so that a
 * caller who knows its place in a text can point at it. */
typedef struct fb_option_input {
    fb_slice key;
    fb_slice value;
} fb_option_input;

/* Which part of which input is wrong. */
typedef struct fb_option_fault {
    uint32_t index; /* of the input; UINT32_MAX: a required one is missing */
    bool in_value;
} fb_option_fault;

/* Parses `inputs` by `specs` into values[spec_count], defaults included. `owner` is for messages:
 * "source 'rate'". The last of two inputs with the same key wins. FB_E_INVALID with the name, what
 * was given and what was expected; all names follow in a second line of the message when the name
 * is unknown. `fault` may be NULL. */
fb_status fb_options_parse(const fb_option_spec *specs, uint32_t spec_count, const char *owner,
                           const fb_option_input *inputs, uint32_t input_count,
                           fb_option_value *values, fb_option_fault *fault,
                           fb_error *err) FB_CHECKED;

/* The table as text for `forebay help`. */
void fb_options_help(const fb_option_spec *specs, uint32_t spec_count, fb_buf *out);

/* The name among `names` nearest to `name` (edit distance at most a third of its length), or
 * NULL. */
const char *fb_nearest_name(fb_slice name, const char *const *names, uint32_t count);

#endif
