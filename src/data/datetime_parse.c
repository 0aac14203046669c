/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts to dates and timestamps by Spark's hand-written rules, which are neither ISO 8601 nor any
 * pattern: fields of one or two digits, a zone only behind the seconds, junk behind a date. */
#include "base/int128.h"
#include "data/datetime.h"
#include "data/number_text.h"

#include <string.h>

enum {
    YEAR,
    MONTH,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    MICROSECOND,
    FIELD_COUNT,
    MAX_DATE_YEAR_DIGITS = 7,
    MAX_TIMESTAMP_YEAR_DIGITS = 6,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads a run of digits; their number is returned in `*count` and bounded by nothing but the
 * text, the value is meaningful for up to nine of them. */
static uint32_t take_digits(const char **at, const char *end, size_t *count)
{
    const char *start = *at;
    uint32_t value = 0;
    for (; *at < end && is_digit(**at); (*at)++)
        value = value * 10 + (uint32_t)(**at - '0');
    *count = (size_t)(*at - start);
    return value;
}

static bool is_valid_date(int64_t year, int32_t month, int32_t day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= fb_date_days_in_month(year, month);
}

bool fb_date_parse(fb_slice text, int32_t *out)
{
    *out = 0;
    fb_slice trimmed = fb_text_trim(text);
    if (!trimmed.size) return false;
    const char *at = trimmed.data, *end = at + trimmed.size;
    bool negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    int32_t field[3] = {0, 1, 1};
    size_t digits;
    for (int i = YEAR;; i++) {
        field[i] = (int32_t)take_digits(&at, end, &digits);
        bool ok =
            i == YEAR ? digits >= 4 && digits <= MAX_DATE_YEAR_DIGITS : digits >= 1 && digits <= 2;
        if (!ok) return false;
        if (at == end) break;
        if (i == DAY) {
            if (*at != ' ' && *at != 'T') return false;
            break; /* whatever follows is not looked at */
        }
        if (*at++ != '-') return false;
    }
    int64_t year = negative ? -field[YEAR] : field[YEAR];
    if (!is_valid_date(year, field[MONTH], field[DAY])) return false;
    int64_t days = fb_date_from_civil(year, field[MONTH], field[DAY]);
    if (days < INT32_MIN || days > INT32_MAX) return false;
    *out = (int32_t)days;
    return true;
}

/* What a timestamp's text says, before it is known to be a date. */
typedef struct fields {
    int64_t value[FIELD_COUNT];
    bool time_only;
    fb_slice zone; /* empty: none */
} fields;

static bool take_year_to_day(const char **at, const char *end, fields *out, bool *ended)
{
    bool is_signed = **at == '-' || **at == '+';
    bool negative = **at == '-';
    if (is_signed) (*at)++;
    *ended = false;
    for (int i = YEAR; i <= DAY; i++) {
        size_t digits;
        out->value[i] = take_digits(at, end, &digits);
        /* "12:30": what was taken for a year is the hour. */
        if (i == YEAR && !is_signed && *at < end && **at == ':') {
            out->time_only = true;
            *at -= digits;
            return digits >= 1 && digits <= 2;
        }
        bool ok = i == YEAR ? digits >= 4 && digits <= MAX_TIMESTAMP_YEAR_DIGITS
                            : digits >= 1 && digits <= 2;
        if (!ok) return false;
        if (i == YEAR && negative) out->value[i] = -out->value[i];
        *ended = *at == end;
        if (*ended) return true;
        char c = *(*at)++;
        if (i < DAY ? c != '-' : c != ' ' && c != 'T') return false;
    }
    return true;
}

/* h[:m[:s[.f]][zone]] to the end of the text. */
static bool take_time(const char *at, const char *end, fields *out)
{
    for (int i = HOUR; i <= SECOND; i++) {
        size_t digits;
        out->value[i] = take_digits(&at, end, &digits);
        if (digits < 1 || digits > 2) return false;
        if (at == end) return true;
        if (i < SECOND && *at++ != ':') return false;
    }
    if (*at == '.') {
        at++;
        int64_t unit = 100000;
        for (; at < end && is_digit(*at); at++) {
            out->value[MICROSECOND] += (*at - '0') * unit;
            unit /= 10;
        }
    }
    out->zone = fb_text_trim(fb_slice_make(at, (size_t)(end - at)));
    return true;
}

static bool split(fb_slice text, fields *out)
{
    *out = (fields){.value = {[MONTH] = 1, [DAY] = 1}};
    fb_slice trimmed = fb_text_trim(text);
    if (!trimmed.size) return false;
    const char *at = trimmed.data, *end = at + trimmed.size;
    bool ended = false;
    if (*at == 'T' && at == text.data) {
        out->time_only = true;
        at++;
    } else if (!take_year_to_day(&at, end, out, &ended)) {
        return false;
    }
    if (!ended && !take_time(at, end, out)) return false;
    return out->value[HOUR] < 24 && out->value[MINUTE] < 60 && out->value[SECOND] < 60;
}

static int64_t second_of_day(const fields *f)
{
    return f->value[HOUR] * 3600 + f->value[MINUTE] * 60 + f->value[SECOND];
}

static bool local_second(const fields *f, int64_t *out)
{
    if (!is_valid_date(f->value[YEAR], (int32_t)f->value[MONTH], (int32_t)f->value[DAY]))
        return false;
    int64_t days =
        fb_date_from_civil(f->value[YEAR], (int32_t)f->value[MONTH], (int32_t)f->value[DAY]);
    *out = days * FB_SECONDS_PER_DAY + second_of_day(f);
    return true;
}

static bool to_microseconds(int64_t seconds, int64_t microsecond, int64_t *out)
{
    /* The first second of the range has no int64 microsecond at its start. */
    fb_int128 us = (fb_int128)seconds * FB_US_PER_SECOND + microsecond;
    if (us < INT64_MIN || us > INT64_MAX) return false;
    *out = (int64_t)us;
    return true;
}

bool fb_timestamp_parse(fb_slice text, const fb_timezone *zone, int64_t now_us, int64_t *out)
{
    *out = 0;
    fields f;
    if (!split(text, &f)) return false;
    int32_t offset = 0;
    bool is_offset = f.zone.size && fb_timezone_parse_offset(f.zone, &offset);
    if (f.zone.size && !is_offset && fb_timezone_find(f.zone, &zone, NULL) != FB_OK) return false;
    int64_t local;
    if (f.time_only) {
        int64_t now = fb_floor_div(now_us, FB_US_PER_SECOND);
        now += is_offset ? offset : fb_timezone_offset_at(zone, now);
        local = fb_floor_div(now, FB_SECONDS_PER_DAY) * FB_SECONDS_PER_DAY + second_of_day(&f);
    } else if (!local_second(&f, &local)) {
        return false;
    }
    int64_t utc = is_offset ? local - offset : fb_timezone_to_utc(zone, local);
    return to_microseconds(utc, f.value[MICROSECOND], out);
}

bool fb_timestamp_ntz_parse(fb_slice text, int64_t *out)
{
    *out = 0;
    fields f;
    int64_t local;
    if (!split(text, &f) || f.time_only || !local_second(&f, &local)) return false;
    int32_t offset;
    const fb_timezone *zone;
    if (f.zone.size && !fb_timezone_parse_offset(f.zone, &offset) &&
        fb_timezone_find(f.zone, &zone, NULL) != FB_OK)
        return false;
    return to_microseconds(local, f.value[MICROSECOND], out);
}

bool fb_timestamp_ntz_parse_local(fb_slice text, int64_t *out)
{
    fields f;
    *out = 0;
    return split(text, &f) && !f.zone.size && fb_timestamp_ntz_parse(text, out);
}
