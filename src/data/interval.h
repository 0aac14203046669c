/* SPDX-License-Identifier: Apache-2.0
 *
 * Intervals of calendar and clock: how Spark writes, reads and adds them up. Nothing here fails
 * but by a `false` with the reason in words. Any thread. */
#ifndef FB_DATA_INTERVAL_H
#define FB_DATA_INTERVAL_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Three numbers, since months and days have no fixed length. */
typedef struct fb_interval {
    int32_t months;
    int32_t days;
    int64_t us;
} fb_interval;

typedef enum fb_interval_unit {
    FB_INTERVAL_YEAR,
    FB_INTERVAL_MONTH,
    FB_INTERVAL_WEEK,
    FB_INTERVAL_DAY,
    FB_INTERVAL_HOUR,
    FB_INTERVAL_MINUTE,
    FB_INTERVAL_SECOND,
    FB_INTERVAL_MILLISECOND,
    FB_INTERVAL_MICROSECOND,
} fb_interval_unit;

/* Why a text is no interval: words for a message, the part that they speak of, and Spark's name
 * for it: under INVALID_INTERVAL_FORMAT, unless it begins with an underscore. */
typedef struct fb_interval_fault {
    const char *condition;
    const char *reason;
    fb_slice part;
} fb_interval_fault;

enum {
    FB_INTERVAL_DAYS_PER_MONTH = 31, /* what a month counts as where a length is needed */
};

/* "minute" or "minutes", in any case. */
bool fb_interval_unit_find(fb_slice word, fb_interval_unit *out);

/* Numbers with units, as strings of window() and withWatermark() have them: "10 minutes",
 * "interval 1 day -2.5 seconds". */
bool fb_interval_parse(fb_slice text, fb_interval *out, fb_interval_fault *fault);

/* The text of INTERVAL '...' from TO to: "1-2" YEAR TO MONTH, "1 02:03:04.5" DAY TO SECOND. */
bool fb_interval_parse_range(fb_slice text, fb_interval_unit from, fb_interval_unit to,
                             fb_interval *out, fb_interval_fault *fault);

/* "1 years 2 months 3 days 4 hours 0.5 seconds"; "0 seconds". */
void fb_interval_print(const fb_interval *interval, fb_buf *out);

/* The length in microseconds, months counted as that many days and days as 24 hours. False: it
 * does not fit. */
bool fb_interval_length_us(const fb_interval *interval, int32_t days_per_month, int64_t *out);

#endif
