/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and timestamps: the proleptic Gregorian calendar for every int32 day and int64
 * microsecond, their texts as Spark prints them, and the texts that Spark casts.
 *
 * A date is a number of days, a timestamp a number of microseconds since 1970-01-01 (00:00:00 UTC,
 * or of a wall clock for TIMESTAMP_NTZ). All functions are pure; any thread. */
#ifndef FB_DATA_DATETIME_H
#define FB_DATA_DATETIME_H

#include "base/calendar.h"
#include "base/slice.h"
#include "env/timezone.h"

#include <stdbool.h>
#include <stdint.h>

#define FB_US_PER_SECOND INT64_C(1000000)
#define FB_US_PER_DAY INT64_C(86400000000)
#define FB_SECONDS_PER_DAY INT64_C(86400)

enum {
    FB_DATE_TEXT_MAX = 16,      /* "-5877641-06-23" and room to copy by 16 bytes */
    FB_TIMESTAMP_TEXT_MAX = 40, /* "+294247-01-10 04:00:54.775807" likewise */
};

/* A moment's fields on a wall clock. */
typedef struct fb_civil_time {
    fb_civil_date date;
    int32_t hour, minute, second;
    int32_t microsecond; /* of the second */
} fb_civil_time;

/* Fields of `us` read as a wall clock (TIMESTAMP_NTZ, or a local time). */
fb_civil_time fb_timestamp_to_civil(int64_t us);
/* The wall clock in the zone as TIMESTAMP_NTZ, and back (gaps and overlaps: env/timezone.h).
 * False when the result is out of range. */
bool fb_timestamp_to_local(const fb_timezone *zone, int64_t us, int64_t *local_us);
bool fb_timestamp_from_local(const fb_timezone *zone, int64_t local_us, int64_t *us);
/* The local date of an instant. */
int32_t fb_timestamp_date(const fb_timezone *zone, int64_t us);
/* Local midnight at the start of the date, in the zone; false when out of range. */
bool fb_date_to_timestamp(const fb_timezone *zone, int32_t days, int64_t *us);

/* yyyy-MM-dd; years above 9999 with '+', below 0 with '-'. Writes up to FB_DATE_TEXT_MAX bytes,
 * the last ones garbage, no NUL; returns the length. */
size_t fb_date_print(int32_t days, char text[FB_DATE_TEXT_MAX]);

/* Prints many timestamps of one zone: remembers the offset's range and the last day's text, so
 * that rows near in time cost a few table look-ups. Plain storage; one thread at a time. */
typedef struct fb_timestamp_printer {
    const fb_timezone *zone;           /* NULL: wall clock as it is (TIMESTAMP_NTZ) */
    int64_t zone_from_s, zone_until_s; /* instants at which `offset_s` holds */
    int64_t offset_s;
    int64_t from_s, until_s; /* instants that the next fields hold for */
    int64_t midnight_s;      /* the instant at which the local day began, or would have */
    uint32_t date_size;
    char date_text[FB_DATE_TEXT_MAX]; /* the local date and a space */
} fb_timestamp_printer;

void fb_timestamp_printer_init(fb_timestamp_printer *printer, const fb_timezone *zone);
/* yyyy-MM-dd HH:mm:ss[.ffffff without trailing zeros]. Writes up to FB_TIMESTAMP_TEXT_MAX bytes,
 * the last ones garbage, no NUL; returns the length. */
size_t fb_timestamp_printer_put(fb_timestamp_printer *printer, int64_t us,
                                char text[FB_TIMESTAMP_TEXT_MAX]);
/* One timestamp; `zone` NULL for TIMESTAMP_NTZ. */
size_t fb_timestamp_print(const fb_timezone *zone, int64_t us, char text[FB_TIMESTAMP_TEXT_MAX]);

/* Spark's CAST(string AS DATE): [+-]y{4,7}[-M[-d[(space or T)anything]]], trimmed. */
bool fb_date_parse(fb_slice text, int32_t *out);
/* Spark's CAST(string AS TIMESTAMP). `zone` is taken where the text names none; `now_us` gives
 * the date of a text that has a time only. */
bool fb_timestamp_parse(fb_slice text, const fb_timezone *zone, int64_t now_us, int64_t *out);
/* Spark's CAST(string AS TIMESTAMP_NTZ): a zone in the text is read and ignored, a time without
 * date refused. */
bool fb_timestamp_ntz_parse(fb_slice text, int64_t *out);
/* The same with a zone refused, as in JSON and CSV. */
bool fb_timestamp_ntz_parse_local(fb_slice text, int64_t *out);

#endif
