/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of JSON text, one line in memory, as Jackson with Spark's settings reads them: quotes may
 * be single, NaN and the infinities are numbers, nothing else beyond RFC 8259.
 *
 * Two kinds of faults are told apart, because Spark does. A fault in the grammar spoils the line
 * (FB_JSON_SYNTAX). A fault inside a string that was asked for spoils that value only
 * (FB_JSON_BAD): reading goes on behind the offending byte, where the grammar usually fails. */
#ifndef FB_FORMATS_JSON_SCAN_H
#define FB_FORMATS_JSON_SCAN_H

#include "base/arena.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_JSON_MAX_DEPTH = 1000,        /* objects and arrays inside each other */
    FB_JSON_MAX_NUMBER_DIGITS = 1000 /* of one number */
};

typedef enum fb_json_result {
    FB_JSON_OK,
    FB_JSON_BAD,
    FB_JSON_SYNTAX,
    FB_JSON_NOMEM
} fb_json_result;

typedef enum fb_json_kind {
    FB_JSON_NULL,
    FB_JSON_TRUE,
    FB_JSON_FALSE,
    FB_JSON_INTEGER, /* digits only */
    FB_JSON_REAL,    /* with a fraction or an exponent */
    FB_JSON_SPECIAL, /* NaN, Infinity, +Infinity, -Infinity, +INF, -INF */
    FB_JSON_STRING,
    FB_JSON_OBJECT,
    FB_JSON_ARRAY,
} fb_json_kind;

/* A plain value. */
typedef struct fb_json_scan {
    const char *at, *end;
    uint32_t depth;  /* containers that are open */
    fb_arena *arena; /* for strings with escapes */
} fb_json_scan;

static inline void fb_json_scan_space(fb_json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* Skips space, then takes the character if it is there. */
static inline bool fb_json_scan_take(fb_json_scan *scan, char c)
{
    fb_json_scan_space(scan);
    if (scan->at == scan->end || *scan->at != c) return false;
    scan->at++;
    return true;
}

/* What value comes next. Numbers and words are consumed, `*text` is what they look like; strings,
 * objects and arrays are not: `scan->at` is at their first character. */
fb_json_result fb_json_scan_value(fb_json_scan *scan, fb_json_kind *kind, fb_slice *text);

/* A string, at its quote. Without escapes `*out` is borrowed from the line. */
fb_json_result fb_json_scan_string(fb_json_scan *scan, fb_slice *out);

/* Opens the object or array at hand. *empty: it was closed again at once. */
fb_json_result fb_json_scan_open(fb_json_scan *scan, char closing, bool *empty);
/* Behind a value in an object or array: takes the comma, or the end (*ended). */
fb_json_result fb_json_scan_next(fb_json_scan *scan, char closing, bool *ended);
/* A member's name and its colon. Faults spoil the line. */
fb_json_result fb_json_scan_name(fb_json_scan *scan, fb_slice *out);

/* The next value, whatever it is; faults spoil the line. */
fb_json_result fb_json_scan_skip(fb_json_scan *scan);

#endif
