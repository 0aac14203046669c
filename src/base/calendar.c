/* SPDX-License-Identifier: Apache-2.0
 *
 * Years are counted from March here, so that the leap day is the last day of a year and the days
 * before a month follow one linear formula; 400 years (146,097 days) are a cycle. */
#include "base/calendar.h"

enum {
    DAYS_PER_CYCLE = 146097,
    YEARS_PER_CYCLE = 400,
    /* From 0000-03-01, where a cycle begins, to 1970-01-01. */
    EPOCH_DAY = 719468,
};

bool fb_date_is_leap_year(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int fb_date_days_in_month(int64_t year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && fb_date_is_leap_year(year));
}

int64_t fb_date_from_civil(int64_t year, int month, int day)
{
    int64_t march_year = month <= 2 ? year - 1 : year;
    int64_t month_from_march = month <= 2 ? month + 9 : month - 3;
    int64_t cycle = fb_floor_div(march_year, YEARS_PER_CYCLE);
    int64_t year_of_cycle = march_year - cycle * YEARS_PER_CYCLE;
    /* From March on, five months have 153 days in all, and the fraction rounds as months do. */
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * DAYS_PER_CYCLE + day_of_cycle - EPOCH_DAY;
}

fb_civil_date fb_date_to_civil(int64_t days)
{
    int64_t shifted = days + EPOCH_DAY;
    int64_t cycle = fb_floor_div(shifted, DAYS_PER_CYCLE);
    uint32_t day_of_cycle = (uint32_t)(shifted - cycle * DAYS_PER_CYCLE);
    /* Taking out the leap days (one in 1,461 days, not one in 36,524, but the last) leaves years
     * of 365 days. */
    uint32_t year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    uint32_t day_of_year =
        day_of_cycle - (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    uint32_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    bool next_year = month_from_march >= 10;
    return (fb_civil_date){
        .year = (int32_t)(cycle * YEARS_PER_CYCLE + year_of_cycle + next_year),
        .month = (int32_t)(next_year ? month_from_march - 9 : month_from_march + 3),
        .day = (int32_t)day,
    };
}

int fb_date_day_of_year(int64_t days)
{
    return (int)(days - fb_date_from_civil(fb_date_to_civil(days).year, 1, 1)) + 1;
}

int fb_date_day_of_week(int64_t days)
{
    return (int)fb_floor_mod(days + 3, 7) + 1; /* the epoch was a Thursday */
}
