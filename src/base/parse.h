/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to numbers, durations and sizes for options and files; independent of the locale; the whole
 * slice must be consumed. (SQL casts have rules of their own: expr/cast_*.c.) */
#ifndef FB_BASE_PARSE_H
#define FB_BASE_PARSE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

bool fb_parse_int64(fb_slice text, int64_t *out);   /* [+-]digits; false on overflow */
bool fb_parse_uint64(fb_slice text, uint64_t *out); /* digits */
bool fb_parse_bool(fb_slice text, bool *out);       /* true, false; without case */
/* Spark's JavaUtils time strings: a number and us, ms, s, m, min, h, d (default unit: ms when
 * `default_ms`, else s), and interval words: "5 seconds", "1 minute 30 seconds". Microseconds. */
bool fb_parse_duration_us(fb_slice text, bool default_ms, int64_t *out);
/* "512", "64k", "2 GB", "1.5g": bytes, binary multiples. */
bool fb_parse_size_bytes(fb_slice text, uint64_t *out);

#endif
