/* SPDX-License-Identifier: Apache-2.0
 *
 * Printing by a datetime pattern. */
#include "data/datetime_pattern_impl.h"

static size_t put_text(const char *text, char *out)
{
    size_t size = strlen(text);
    memcpy(out, text, size);
    return size;
}

/* At least `least` digits. */
static size_t put_digits(uint64_t value, unsigned least, char *out)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || count < least);
    for (unsigned i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    return count;
}

static size_t put_number(const pattern_element *element, int64_t value, char *out)
{
    if (element->kind == PATTERN_REDUCED) {
        int64_t last = value < 0 ? -value % 100 : value % 100;
        return put_digits((uint64_t)last, 2, out);
    }
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    size_t written = 0;
    if (value < 0) {
        out[written++] = '-';
    } else if (element->sign == PATTERN_SIGN_EXCEEDS_PAD) {
        uint64_t limit = 1;
        for (unsigned i = 0; i < element->least; i++)
            limit *= 10;
        if (size >= limit) out[written++] = '+';
    }
    return written + put_digits(size, element->least, out + written);
}

static size_t put_fraction(const pattern_element *element, int32_t microsecond, char *out)
{
    char digits[9];
    (void)put_digits((uint64_t)microsecond * 1000, 9, digits);
    memcpy(out, digits, element->most);
    return element->most;
}

static size_t put_offset(const pattern_element *element, int32_t offset, char *out)
{
    int32_t size = offset < 0 ? -offset : offset;
    int32_t hours = size / 3600, minutes = size / 60 % 60, seconds = size % 60;
    bool has_minutes = element->minutes == 2 || minutes;
    bool has_seconds = element->seconds && seconds;
    if (!hours && !(has_minutes && minutes) && !has_seconds) return put_text(element->zero, out);
    size_t written = 0;
    out[written++] = offset < 0 ? '-' : '+';
    written += put_digits((uint64_t)hours, 2, out + written);
    if (has_minutes || has_seconds) {
        if (element->with_colon) out[written++] = ':';
        written += put_digits((uint64_t)minutes, 2, out + written);
    }
    if (has_seconds) {
        if (element->with_colon) out[written++] = ':';
        written += put_digits((uint64_t)seconds, 2, out + written);
    }
    return written;
}

static size_t put_gmt_offset(bool is_full, int32_t offset, char *out)
{
    size_t written = put_text("GMT", out);
    if (!offset) return written;
    int32_t size = offset < 0 ? -offset : offset;
    int32_t minutes = size / 60 % 60, seconds = size % 60;
    out[written++] = offset < 0 ? '-' : '+';
    written += put_digits((uint64_t)(size / 3600), is_full ? 2 : 1, out + written);
    if (!is_full && !minutes && !seconds) return written;
    out[written++] = ':';
    written += put_digits((uint64_t)minutes, 2, out + written);
    if (!seconds) return written;
    out[written++] = ':';
    return written + put_digits((uint64_t)seconds, 2, out + written);
}

/* What the elements need of the moment, taken apart once. */
typedef struct pattern_moment {
    fb_civil_time civil;
    int32_t days;
    int32_t offset_seconds;
    const fb_timezone *zone;
} pattern_moment;

static int64_t field_of(const pattern_moment *moment, pattern_field field)
{
    const fb_civil_time *civil = &moment->civil;
    switch (field) {
    case PATTERN_YEAR:
        return civil->date.year;
    case PATTERN_YEAR_OF_ERA:
        return civil->date.year > 0 ? civil->date.year : 1 - (int64_t)civil->date.year;
    case PATTERN_ERA:
        return civil->date.year > 0;
    case PATTERN_MONTH:
        return civil->date.month;
    case PATTERN_QUARTER:
        return (civil->date.month + 2) / 3;
    case PATTERN_DAY:
        return civil->date.day;
    case PATTERN_DAY_OF_YEAR:
        return fb_date_day_of_year(moment->days);
    case PATTERN_WEEKDAY:
        return fb_date_day_of_week(moment->days);
    case PATTERN_ALIGNED_WEEKDAY:
        return (civil->date.day - 1) % 7 + 1;
    case PATTERN_AMPM:
        return civil->hour / 12;
    case PATTERN_HOUR:
        return civil->hour;
    case PATTERN_CLOCK_HOUR:
        return civil->hour ? civil->hour : 24;
    case PATTERN_HOUR12:
        return civil->hour % 12;
    case PATTERN_CLOCK_HOUR12:
        return civil->hour % 12 ? civil->hour % 12 : 12;
    case PATTERN_MINUTE:
        return civil->minute;
    case PATTERN_SECOND:
        return civil->second;
    default:
        return 0;
    }
}

static size_t put_zone(const fb_timezone *zone, char *out)
{
    const char *id = fb_timezone_id(zone);
    size_t size = strnlen(id, PATTERN_ZONE_BYTES);
    memcpy(out, id, size);
    return size;
}

static size_t put_element(const pattern_element *element, const pattern_moment *moment, char *out)
{
    switch (element->kind) {
    case PATTERN_LITERAL:
        memcpy(out, element->text.data, element->text.size);
        return element->text.size;
    case PATTERN_NUMBER:
    case PATTERN_REDUCED:
        return put_number(element, field_of(moment, element->field), out);
    case PATTERN_FRACTION:
        return put_fraction(element, moment->civil.microsecond, out);
    case PATTERN_OFFSET:
        return put_offset(element, moment->offset_seconds, out);
    case PATTERN_GMT_OFFSET:
        return put_gmt_offset(element->is_full, moment->offset_seconds, out);
    case PATTERN_ZONE_ID:
        return put_zone(moment->zone, out);
    case PATTERN_OPTIONAL:
        return 0;
    case PATTERN_NAME:
        break;
    }
    int count, first;
    const char *const *names = fb_pattern_names(element->field, element->is_full, &count, &first);
    return put_text(names[field_of(moment, element->field) - first], out);
}

size_t fb_pattern_print(const fb_pattern *pattern, const fb_timezone *zone, int64_t local_us,
                        int32_t offset_seconds, char *out)
{
    pattern_moment moment = {.civil = fb_timestamp_to_civil(local_us),
                             .days = (int32_t)fb_floor_div(local_us, FB_US_PER_DAY),
                             .offset_seconds = offset_seconds,
                             .zone = zone};
    size_t written = 0;
    for (uint32_t i = 0; i < pattern->count; i++)
        written += put_element(&pattern->elements[i], &moment, out + written);
    return written;
}
