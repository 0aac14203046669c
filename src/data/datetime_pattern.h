/* SPDX-License-Identifier: Apache-2.0
 *
 * Spark's datetime patterns ("yyyy-MM-dd HH:mm:ss"): java.time.format.DateTimeFormatter's, less
 * the letters that Spark refuses, with the English (US) names. Names of time zones (z) other
 * than UTC are refused too: they are not in the system's time zone database.
 *
 * A pattern is compiled once, is immutable and lives in an arena. Any thread. */
#ifndef FB_DATA_DATETIME_PATTERN_H
#define FB_DATA_DATETIME_PATTERN_H

#include "base/arena.h"
#include "base/status.h"
#include "data/datetime.h"

typedef struct fb_pattern fb_pattern;

/* Letters for weekdays and quarters can be printed but not parsed. FB_E_COMPUTE with one of Spark's
 * conditions (INVALID_DATETIME_PATTERN..., INCONSISTENT_BEHAVIOR_CROSS_VERSION...),
 * FB_E_UNSUPPORTED for zone names. Copies the text. */
fb_status fb_pattern_compile(fb_arena *arena, fb_slice text, const fb_timezone *zone,
                             bool for_parsing, const fb_pattern **out, fb_error *err) FB_CHECKED;

/* The text that it was compiled from. */
fb_slice fb_pattern_text(const fb_pattern *pattern);
/* No printed text has more bytes. */
size_t fb_pattern_max_bytes(const fb_pattern *pattern);

/* Prints the instant, of which the wall clock in `zone` is `local_us`, `offset_seconds` ahead of
 * UTC. Returns the length. */
size_t fb_pattern_print(const fb_pattern *pattern, const fb_timezone *zone, int64_t local_us,
                        int32_t offset_seconds, char *out);

enum { FB_PATTERN_REASON_MAX = 128 };

/* Parses the whole text; `zone` counts where the text names none. False: `reason` says why in
 * Java's words ("could not be parsed at index 5"), or is empty when the instant is beyond the range
 * of timestamps. */
bool fb_pattern_parse(const fb_pattern *pattern, const fb_timezone *zone, fb_slice text,
                      int64_t *us, char reason[FB_PATTERN_REASON_MAX]);

#endif
