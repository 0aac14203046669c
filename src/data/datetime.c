/* SPDX-License-Identifier: Apache-2.0 */
#include "data/datetime.h"

#include "data/number_text.h"

#include <string.h>

fb_civil_time fb_timestamp_to_civil(int64_t us)
{
    int64_t day = fb_floor_div(us, FB_US_PER_DAY);
    int64_t rest = fb_floor_mod(us, FB_US_PER_DAY);
    int32_t second_of_day = (int32_t)(rest / FB_US_PER_SECOND);
    return (fb_civil_time){
        .date = fb_date_to_civil(day),
        .hour = second_of_day / 3600,
        .minute = second_of_day / 60 % 60,
        .second = second_of_day % 60,
        .microsecond = (int32_t)(rest % FB_US_PER_SECOND),
    };
}

bool fb_timestamp_to_local(const fb_timezone *zone, int64_t us, int64_t *local_us)
{
    int32_t offset = fb_timezone_offset_at(zone, fb_floor_div(us, FB_US_PER_SECOND));
    return !__builtin_add_overflow(us, offset * FB_US_PER_SECOND, local_us);
}

bool fb_timestamp_from_local(const fb_timezone *zone, int64_t local_us, int64_t *us)
{
    int64_t local_seconds = fb_floor_div(local_us, FB_US_PER_SECOND);
    int64_t offset = local_seconds - fb_timezone_to_utc(zone, local_seconds);
    return !__builtin_sub_overflow(local_us, offset * FB_US_PER_SECOND, us);
}

int32_t fb_timestamp_date(const fb_timezone *zone, int64_t us)
{
    int64_t seconds = fb_floor_div(us, FB_US_PER_SECOND);
    seconds += fb_timezone_offset_at(zone, seconds);
    return (int32_t)fb_floor_div(seconds, FB_SECONDS_PER_DAY);
}

bool fb_date_to_timestamp(const fb_timezone *zone, int32_t days, int64_t *us)
{
    int64_t seconds = fb_timezone_to_utc(zone, days * FB_SECONDS_PER_DAY);
    return !__builtin_mul_overflow(seconds, FB_US_PER_SECOND, us);
}

static void put_pair(char *text, uint32_t value)
{
    memcpy(text, &fb_digit_pairs[value * 2], 2);
}

static size_t print_day(int64_t day, char text[FB_DATE_TEXT_MAX])
{
    fb_civil_date date = fb_date_to_civil(day);
    size_t size = 0;
    uint32_t year = (uint32_t)(date.year < 0 ? -date.year : date.year);
    if (date.year < 0 || year > 9999) text[size++] = date.year < 0 ? '-' : '+';
    if (year > 9999) size += fb_number_print_int64(year / 10000, text + size);
    put_pair(text + size, year / 100 % 100);
    put_pair(text + size + 2, year % 100);
    text[size + 4] = '-';
    put_pair(text + size + 5, (uint32_t)date.month);
    text[size + 7] = '-';
    put_pair(text + size + 8, (uint32_t)date.day);
    return size + 10;
}

size_t fb_date_print(int32_t days, char text[FB_DATE_TEXT_MAX])
{
    return print_day(days, text);
}

void fb_timestamp_printer_init(fb_timestamp_printer *printer, const fb_timezone *zone)
{
    *printer = (fb_timestamp_printer){.zone = zone}; /* empty ranges: nothing known */
    if (zone) return;
    printer->zone_from_s = INT64_MIN;
    printer->zone_until_s = INT64_MAX;
}

/* Prepares for the local day around the instant, as far as the offset stays the same. */
static void move_to(fb_timestamp_printer *printer, int64_t utc_s)
{
    if (utc_s < printer->zone_from_s || utc_s >= printer->zone_until_s) {
        int32_t offset;
        fb_timezone_range_at(printer->zone, utc_s, &printer->zone_from_s, &printer->zone_until_s,
                             &offset);
        printer->offset_s = offset;
    }
    int64_t day = fb_floor_div(utc_s + printer->offset_s, FB_SECONDS_PER_DAY);
    int64_t midnight = day * FB_SECONDS_PER_DAY - printer->offset_s;
    int64_t next_midnight = midnight + FB_SECONDS_PER_DAY;
    printer->midnight_s = midnight;
    printer->from_s = printer->zone_from_s > midnight ? printer->zone_from_s : midnight;
    printer->until_s =
        printer->zone_until_s < next_midnight ? printer->zone_until_s : next_midnight;
    size_t size = print_day(day, printer->date_text);
    printer->date_text[size] = ' ';
    printer->date_size = (uint32_t)size + 1;
}

/* '.' and the six digits without trailing zeros; returns how many bytes stay. */
static size_t print_fraction(uint32_t microsecond, char text[8])
{
    text[0] = '.';
    put_pair(text + 1, microsecond / 10000);
    put_pair(text + 3, microsecond / 100 % 100);
    put_pair(text + 5, microsecond % 100);
    size_t size = 7;
    while (text[size - 1] == '0')
        size--;
    return size;
}

size_t fb_timestamp_printer_put(fb_timestamp_printer *printer, int64_t us,
                                char text[FB_TIMESTAMP_TEXT_MAX])
{
    int64_t utc_s = fb_floor_div(us, FB_US_PER_SECOND);
    uint32_t microsecond = (uint32_t)fb_floor_mod(us, FB_US_PER_SECOND);
    if (utc_s < printer->from_s || utc_s >= printer->until_s) move_to(printer, utc_s);
    uint32_t second = (uint32_t)(utc_s - printer->midnight_s);
    uint32_t minute = second / 60;
    memcpy(text, printer->date_text, FB_DATE_TEXT_MAX);
    char *time = text + printer->date_size;
    put_pair(time, minute / 60);
    time[2] = ':';
    put_pair(time + 3, minute % 60);
    time[5] = ':';
    put_pair(time + 6, second % 60);
    size_t size = printer->date_size + 8;
    return microsecond ? size + print_fraction(microsecond, time + 8) : size;
}

size_t fb_timestamp_print(const fb_timezone *zone, int64_t us, char text[FB_TIMESTAMP_TEXT_MAX])
{
    fb_timestamp_printer printer;
    fb_timestamp_printer_init(&printer, zone);
    return fb_timestamp_printer_put(&printer, us, text);
}
