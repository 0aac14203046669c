/* SPDX-License-Identifier: Apache-2.0
 *
 * POSIX TZ strings: std offset [dst [offset] [, start [/time], end [/time]]], with the signed
 * and longer times of RFC 8536. */
#include "base/calendar.h"
#include "env/tzif.h"

enum { SECONDS_PER_DAY = 86400, MAX_RULE_HOURS = 167 };

typedef struct cursor {
    const char *at, *end;
} cursor;

static bool take(cursor *c, char expected)
{
    if (c->at == c->end || *c->at != expected) return false;
    c->at++;
    return true;
}

static bool take_number(cursor *c, int32_t least, int32_t most, int32_t *out)
{
    int32_t value = 0;
    const char *start = c->at;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - start < 4; c->at++)
        value = value * 10 + (*c->at - '0');
    *out = value;
    return c->at > start && value >= least && value <= most;
}

/* "CET" or "<+0330>"; only its presence matters. */
static bool take_name(cursor *c)
{
    const char *start = c->at;
    if (take(c, '<')) {
        while (c->at < c->end && *c->at != '>')
            c->at++;
        return take(c, '>');
    }
    while (c->at < c->end && ((*c->at >= 'a' && *c->at <= 'z') || (*c->at >= 'A' && *c->at <= 'Z')))
        c->at++;
    return c->at - start >= 3;
}

/* [+-]h[:m[:s]] in seconds. */
static bool take_time(cursor *c, int32_t *out)
{
    bool negative = take(c, '-');
    if (!negative) (void)take(c, '+');
    int32_t hour, minute = 0, second = 0;
    if (!take_number(c, 0, MAX_RULE_HOURS, &hour)) return false;
    if (take(c, ':')) {
        if (!take_number(c, 0, 59, &minute)) return false;
        if (take(c, ':') && !take_number(c, 0, 59, &second)) return false;
    }
    int32_t total = hour * 3600 + minute * 60 + second;
    *out = negative ? -total : total;
    return true;
}

static bool take_change(cursor *c, fb_tz_change *out)
{
    *out = (fb_tz_change){.second = 2 * 3600};
    if (take(c, 'M')) {
        out->kind = FB_TZ_MONTH_WEEK_DAY;
        if (!take_number(c, 1, 12, &out->month) || !take(c, '.') ||
            !take_number(c, 1, 5, &out->week) || !take(c, '.') || !take_number(c, 0, 6, &out->day))
            return false;
    } else if (take(c, 'J')) {
        out->kind = FB_TZ_JULIAN;
        if (!take_number(c, 1, 365, &out->day)) return false;
    } else {
        out->kind = FB_TZ_DAY_OF_YEAR;
        if (!take_number(c, 0, 365, &out->day)) return false;
    }
    return !take(c, '/') || take_time(c, &out->second);
}

bool fb_tz_rule_parse(fb_slice text, fb_tz_rule *out)
{
    cursor c = {text.data, text.data + text.size};
    *out = (fb_tz_rule){0};
    int32_t west;
    if (!text.size || !take_name(&c) || !take_time(&c, &west)) return false;
    out->standard_offset = -west;
    if (c.at == c.end) return true;
    if (!take_name(&c)) return false;
    out->has_daylight = true;
    out->daylight_offset = out->standard_offset + 3600;
    if (c.at < c.end && *c.at != ',') {
        if (!take_time(&c, &west)) return false;
        out->daylight_offset = -west;
    }
    return take(&c, ',') && take_change(&c, &out->daylight_from) && take(&c, ',') &&
           take_change(&c, &out->standard_from) && c.at == c.end;
}

/* The local second, counted from the epoch, at which the change happens in a year. */
static int64_t change_second(const fb_tz_change *change, int64_t year)
{
    int64_t day = fb_date_from_civil(year, 1, 1) + change->day;
    if (change->kind == FB_TZ_JULIAN) {
        /* Day 60 is 1 March in every year. */
        day -= change->day < 60 || !fb_date_is_leap_year(year);
    } else if (change->kind == FB_TZ_MONTH_WEEK_DAY) {
        int64_t first = fb_date_from_civil(year, change->month, 1);
        int64_t days_to_weekday =
            fb_floor_mod(change->day - fb_date_day_of_week(first), 7); /* Sunday is 7 or 0 */
        day = first + days_to_weekday + (change->week - 1) * 7;
        if (day >= first + fb_date_days_in_month(year, change->month)) day -= 7;
    }
    return day * SECONDS_PER_DAY + change->second;
}

void fb_tz_rule_range(const fb_tz_rule *rule, int64_t utc, int64_t *from, int64_t *until,
                      int32_t *offset)
{
    *from = INT64_MIN;
    *until = INT64_MAX;
    *offset = rule->standard_offset;
    if (!rule->has_daylight) return;
    int64_t day = fb_floor_div(utc + rule->standard_offset, SECONDS_PER_DAY);
    int64_t year = fb_date_to_civil(day).year;
    /* Times of up to a week before or after their day can move a change over New Year, so the
     * neighbouring years are looked at too. */
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t to_daylight = change_second(&rule->daylight_from, y) - rule->standard_offset;
        int64_t to_standard = change_second(&rule->standard_from, y) - rule->daylight_offset;
        if (to_daylight <= utc && to_daylight >= *from) {
            *from = to_daylight;
            *offset = rule->daylight_offset;
        }
        if (to_standard <= utc && to_standard > *from) {
            *from = to_standard;
            *offset = rule->standard_offset;
        }
        if (to_daylight > utc && to_daylight < *until) *until = to_daylight;
        if (to_standard > utc && to_standard < *until) *until = to_standard;
    }
}
