/* SPDX-License-Identifier: Apache-2.0
 *
 * The proleptic Gregorian calendar: days since 1970-01-01 and years, months, days. */
#ifndef FB_BASE_CALENDAR_H
#define FB_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_civil_date {
    int32_t year;  /* 0 is 1 BC */
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
} fb_civil_date;

/* Rounds toward minus infinity; `divisor` is positive. */
static inline int64_t fb_floor_div(int64_t value, int64_t divisor)
{
    return value / divisor - (value % divisor < 0);
}

static inline int64_t fb_floor_mod(int64_t value, int64_t divisor)
{
    int64_t rest = value % divisor;
    return rest < 0 ? rest + divisor : rest;
}

bool fb_date_is_leap_year(int64_t year);
int fb_date_days_in_month(int64_t year, int month);
/* Days since the epoch of a valid date; any int32 year. */
int64_t fb_date_from_civil(int64_t year, int month, int day);
/* The date of a day whose year is an int32. */
fb_civil_date fb_date_to_civil(int64_t days);
int fb_date_day_of_year(int64_t days); /* 1..366 */
int fb_date_day_of_week(int64_t days); /* Monday 1 .. Sunday 7, as ISO 8601 */

#endif
