/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing by a datetime pattern, as java.time does in strict mode without regard to case. */
#include "data/datetime_pattern_impl.h"

#include <stdio.h>

enum { MAX_OFFSET_SECONDS = 18 * 3600 };

/* What was read so far. */
typedef struct parser {
    fb_slice text;
    size_t at;
    int64_t values[PATTERN_FIELD_COUNT];
    uint32_t has; /* bit per field */
    bool has_offset;
    int32_t offset_seconds;
    const fb_timezone *zone; /* named in the text */
    char *reason;
} parser;

static bool fail_at(parser *state, size_t at)
{
    /* Java counts UTF-16 units; texts that are parsed are ASCII up to the fault. */
    (void)snprintf(state->reason, FB_PATTERN_REASON_MAX, "could not be parsed at index %zu", at);
    return false;
}

static bool fail_value(parser *state, const char *reason)
{
    (void)snprintf(state->reason, FB_PATTERN_REASON_MAX, "could not be parsed: %.100s", reason);
    return false;
}

static bool has(const parser *state, pattern_field field)
{
    return (state->has >> field) & 1;
}

/* A field that is there twice must have the same value; `start` is where it began. */
static bool set(parser *state, pattern_field field, int64_t value, size_t start)
{
    if (has(state, field) && state->values[field] != value) return fail_at(state, start);
    state->values[field] = value;
    state->has |= 1u << field;
    return true;
}

static int digit_at(const parser *state, size_t at)
{
    if (at >= state->text.size) return -1;
    char c = state->text.data[at];
    return c >= '0' && c <= '9' ? c - '0' : -1;
}

/* --- numbers --- */

/* Up to `most` digits from state->at on; the count, and the value in `*value`. */
static size_t read_digits(const parser *state, size_t most, int64_t *value)
{
    size_t count = 0;
    *value = 0;
    while (count < most && digit_at(state, state->at + count) >= 0) {
        int64_t next;
        if (__builtin_mul_overflow(*value, 10, &next)) return SIZE_MAX;
        if (__builtin_add_overflow(next, digit_at(state, state->at + count), value))
            return SIZE_MAX;
        count++;
    }
    return count;
}

static bool parse_number(parser *state, const pattern_element *element)
{
    size_t start = state->at;
    if (start >= state->text.size) return fail_at(state, start);
    char sign = state->text.data[start];
    bool is_signed = sign == '-' || sign == '+';
    if (sign == '-' && element->sign == PATTERN_SIGN_NONE) return fail_at(state, start);
    if (sign == '+' && element->sign != PATTERN_SIGN_EXCEEDS_PAD) return fail_at(state, start);
    state->at += is_signed;

    /* Digits that adjacent numbers of fixed width need are left to them. */
    size_t following = element->following > 0 ? (size_t)element->following : 0;
    int64_t value;
    size_t count = read_digits(state, element->most + following, &value);
    if (count == SIZE_MAX || count < element->least) return fail_at(state, state->at);
    if (following) {
        size_t own = count > following ? count - following : 0;
        if (own < element->least) own = element->least;
        if (own > count) return fail_at(state, start);
        count = read_digits(state, own, &value);
    }
    if (sign == '-' && value == 0) return fail_at(state, start);
    if (element->sign == PATTERN_SIGN_EXCEEDS_PAD && sign != '-') {
        bool needs_plus = count > element->least;
        if (needs_plus != (sign == '+')) return fail_at(state, start);
    }
    state->at += count;
    if (sign == '-') value = -value;
    if (element->kind == PATTERN_REDUCED) value += 2000;
    return set(state, element->field, value, start);
}

static bool parse_fraction(parser *state, const pattern_element *element)
{
    size_t start = state->at;
    int64_t value;
    size_t count = read_digits(state, element->most, &value);
    if (count < element->least) return fail_at(state, start);
    for (size_t i = count; i < 9; i++)
        value *= 10;
    state->at += count;
    return set(state, PATTERN_NANO, value, start);
}

/* --- names and literals --- */

static bool follows_nocase(const parser *state, size_t at, fb_slice wanted)
{
    if (at > state->text.size || state->text.size - at < wanted.size) return false;
    return fb_slice_equal_nocase((fb_slice){state->text.data + at, wanted.size}, wanted);
}

static bool parse_literal(parser *state, const pattern_element *element)
{
    if (!follows_nocase(state, state->at, element->text)) return fail_at(state, state->at);
    state->at += element->text.size;
    return true;
}

/* The longest name that fits. */
static bool parse_name(parser *state, const pattern_element *element)
{
    int count, first;
    const char *const *names = fb_pattern_names(element->field, element->is_full, &count, &first);
    int best = -1;
    size_t best_size = 0;
    for (int i = 0; i < count; i++) {
        fb_slice name = fb_slice_of(names[i]);
        if (name.size <= best_size || !follows_nocase(state, state->at, name)) continue;
        best = i;
        best_size = name.size;
    }
    if (best < 0) return fail_at(state, state->at);
    size_t start = state->at;
    state->at += best_size;
    return set(state, element->field, first + best, start);
}

/* --- offsets and zones --- */

static bool set_offset(parser *state, int64_t seconds, size_t start)
{
    if (state->has_offset && state->offset_seconds != seconds) return fail_at(state, start);
    state->has_offset = true;
    state->offset_seconds = (int32_t)seconds;
    return true;
}

/* Two digits below 60 at `at`, behind a colon when there must be one. */
static bool read_pair(const parser *state, size_t *at, bool with_colon, int64_t *value)
{
    size_t start = *at;
    if (with_colon) {
        if (start >= state->text.size || state->text.data[start] != ':') return false;
        start++;
    }
    int tens = digit_at(state, start), units = tens < 0 ? -1 : digit_at(state, start + 1);
    if (units < 0 || tens > 5) return false;
    *value = tens * 10 + units;
    *at = start + 2;
    return true;
}

static bool parse_offset(parser *state, const pattern_element *element)
{
    size_t start = state->at;
    fb_slice zero = fb_slice_of(element->zero);
    if (follows_nocase(state, start, zero)) {
        state->at += zero.size;
        return set_offset(state, 0, start);
    }
    char sign = start < state->text.size ? state->text.data[start] : 0;
    if (sign != '+' && sign != '-') return fail_at(state, start);
    size_t at = start + 1;
    int64_t hours, minutes = 0, seconds = 0;
    if (!read_pair(state, &at, false, &hours)) return fail_at(state, start);
    bool has_minutes = read_pair(state, &at, element->with_colon, &minutes);
    if (!has_minutes && element->minutes == 2) return fail_at(state, start);
    if (has_minutes && element->seconds) (void)read_pair(state, &at, element->with_colon, &seconds);
    if (hours > 23)
        return fail_value(state, "Value out of range: Hour[0-23], Minute[0-59], Second[0-59]");
    state->at = at;
    int64_t total = hours * 3600 + minutes * 60 + seconds;
    return set_offset(state, sign == '-' ? -total : total, start);
}

static bool parse_gmt_offset(parser *state, const pattern_element *element)
{
    size_t start = state->at;
    if (!follows_nocase(state, start, FB_SLICE("GMT"))) return fail_at(state, start);
    state->at += 3;
    char sign = state->at < state->text.size ? state->text.data[state->at] : 0;
    if (sign != '+' && sign != '-') return set_offset(state, 0, start);
    size_t at = state->at + 1;
    int64_t hours, minutes = 0, seconds = 0;
    if (element->is_full) {
        if (!read_pair(state, &at, false, &hours) || !read_pair(state, &at, true, &minutes))
            return fail_at(state, start);
    } else {
        if (digit_at(state, at) < 0) return fail_at(state, start);
        hours = digit_at(state, at++);
        if (digit_at(state, at) >= 0) hours = hours * 10 + digit_at(state, at++);
    }
    if (element->is_full || read_pair(state, &at, true, &minutes))
        (void)read_pair(state, &at, true, &seconds);
    state->at = at;
    int64_t total = hours * 3600 + minutes * 60 + seconds;
    return set_offset(state, sign == '-' ? -total : total, start);
}

/* Java's three-letter ids are no region ids: ZoneId.SHORT_IDS. */
static bool is_short_id(fb_slice id)
{
    static const char *const ids[] = {"ACT", "AET", "AGT", "ART", "AST", "BET", "BST",
                                      "CAT", "CNT", "CST", "CTT", "EAT", "ECT", "IET",
                                      "IST", "JST", "MIT", "NET", "NST", "PLT", "PNT",
                                      "PRT", "PST", "SST", "VST", "EST", "MST", "HST"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (fb_slice_is(id, ids[i])) return true;
    return false;
}

static bool is_zone_character(char c)
{
    bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_word || strchr("/_+-:~.", c);
}

/* The longest id that there is. */
static bool parse_zone(parser *state)
{
    size_t start = state->at;
    size_t size = 0;
    while (start + size < state->text.size && size < PATTERN_ZONE_BYTES &&
           state->text.data[start + size] && is_zone_character(state->text.data[start + size]))
        size++;
    for (; size; size--) {
        fb_slice id = {state->text.data + start, size};
        if (is_short_id(id) || fb_timezone_find(id, &state->zone, NULL) != FB_OK) continue;
        state->at += size;
        return true;
    }
    return fail_at(state, start);
}

/* --- elements --- */

static bool parse_element(parser *state, const pattern_element *element)
{
    switch (element->kind) {
    case PATTERN_LITERAL:
        return parse_literal(state, element);
    case PATTERN_NUMBER:
    case PATTERN_REDUCED:
        return parse_number(state, element);
    case PATTERN_FRACTION:
        return parse_fraction(state, element);
    case PATTERN_NAME:
        return parse_name(state, element);
    case PATTERN_OFFSET:
        return parse_offset(state, element);
    case PATTERN_GMT_OFFSET:
        return parse_gmt_offset(state, element);
    case PATTERN_ZONE_ID:
        return parse_zone(state);
    case PATTERN_OPTIONAL:
        break;
    }
    return true;
}

/* The elements first..end. An optional part that does not fit leaves no trace; parts nest at most
 * as deep as the compiler allowed. */
static bool parse_elements(parser *state, const fb_pattern *pattern, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        const pattern_element *element = &pattern->elements[i];
        if (element->kind != PATTERN_OPTIONAL) {
            if (!parse_element(state, element)) return false;
            continue;
        }
        parser saved = *state;
        if (!parse_elements(state, pattern, i + 1, element->end)) *state = saved;
        i = element->end - 1;
    }
    return true;
}

/* --- from fields to an instant --- */

typedef struct field_range {
    const char *name;
    int64_t least, most;
    const char *valid; /* as Java prints the range */
} field_range;

static const field_range ranges[PATTERN_FIELD_COUNT] = {
    [PATTERN_YEAR] = {"Year", -999999999, 999999999, "-999999999 - 999999999"},
    [PATTERN_YEAR_OF_ERA] = {"YearOfEra", 1, 999999999, "1 - 999999999/1000000000"},
    [PATTERN_ERA] = {"Era", 0, 1, "0 - 1"},
    [PATTERN_MONTH] = {"MonthOfYear", 1, 12, "1 - 12"},
    [PATTERN_QUARTER] = {"QuarterOfYear", 1, 4, "1 - 4"},
    [PATTERN_DAY] = {"DayOfMonth", 1, 31, "1 - 28/31"},
    [PATTERN_DAY_OF_YEAR] = {"DayOfYear", 1, 366, "1 - 365/366"},
    [PATTERN_WEEKDAY] = {"DayOfWeek", 1, 7, "1 - 7"},
    [PATTERN_ALIGNED_WEEKDAY] = {"AlignedDayOfWeekInMonth", 1, 7, "1 - 7"},
    [PATTERN_AMPM] = {"AmPmOfDay", 0, 1, "0 - 1"},
    [PATTERN_HOUR] = {"HourOfDay", 0, 23, "0 - 23"},
    [PATTERN_CLOCK_HOUR] = {"ClockHourOfDay", 1, 24, "1 - 24"},
    [PATTERN_HOUR12] = {"HourOfAmPm", 0, 11, "0 - 11"},
    [PATTERN_CLOCK_HOUR12] = {"ClockHourOfAmPm", 1, 12, "1 - 12"},
    [PATTERN_MINUTE] = {"MinuteOfHour", 0, 59, "0 - 59"},
    [PATTERN_SECOND] = {"SecondOfMinute", 0, 59, "0 - 59"},
    [PATTERN_NANO] = {"NanoOfSecond", 0, 999999999, "0 - 999999999"},
};

static bool check_ranges(parser *state)
{
    for (int field = 0; field < PATTERN_FIELD_COUNT; field++) {
        if (!has(state, (pattern_field)field)) continue;
        int64_t value = state->values[field];
        const field_range *range = &ranges[field];
        if (value >= range->least && value <= range->most) continue;
        char reason[FB_PATTERN_REASON_MAX];
        (void)snprintf(reason, sizeof reason, "Invalid value for %s (valid values %s): %lld",
                       range->name, range->valid, (long long)value);
        return fail_value(state, reason);
    }
    return true;
}

static int64_t value_or(const parser *state, pattern_field field, int64_t otherwise)
{
    return has(state, field) ? state->values[field] : otherwise;
}

static bool fail_day(parser *state, int64_t year, int month, int64_t day)
{
    static const char *const months[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                         "MAY",       "JUNE",     "JULY",     "AUGUST",
                                         "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
    char reason[FB_PATTERN_REASON_MAX];
    if (day == 29)
        (void)snprintf(reason, sizeof reason,
                       "Invalid date 'February 29' as '%lld' is not a leap year", (long long)year);
    else
        (void)snprintf(reason, sizeof reason, "Invalid date '%s %lld'", months[month - 1],
                       (long long)day);
    return fail_value(state, reason);
}

/* Years of which an instant in microseconds cannot be told are left to the caller. */
enum { MAX_YEAR = 400000 };

static bool resolve_date(parser *state, int64_t *year, int64_t *days)
{
    *year = value_or(state, PATTERN_YEAR, 1970);
    if (has(state, PATTERN_YEAR_OF_ERA)) {
        bool is_bc = value_or(state, PATTERN_ERA, 1) == 0;
        *year = state->values[PATTERN_YEAR_OF_ERA];
        if (is_bc) *year = 1 - *year;
    }
    bool is_leap = fb_date_is_leap_year(*year);
    int64_t near_year = *year > MAX_YEAR ? MAX_YEAR : *year < -MAX_YEAR ? -MAX_YEAR : *year;
    bool has_year = has(state, PATTERN_YEAR) || has(state, PATTERN_YEAR_OF_ERA);
    bool by_day = !has(state, PATTERN_MONTH) && !has(state, PATTERN_DAY);
    int month = (int)value_or(state, PATTERN_MONTH, 1);
    int64_t day = value_or(state, PATTERN_DAY, 1);
    if (has(state, PATTERN_DAY_OF_YEAR) && has_year && by_day) {
        day = state->values[PATTERN_DAY_OF_YEAR];
        char reason[FB_PATTERN_REASON_MAX];
        (void)snprintf(reason, sizeof reason,
                       "Invalid date 'DayOfYear 366' as '%lld' is not a leap year",
                       (long long)*year);
        if (day == 366 && !is_leap) return fail_value(state, reason);
        *days = fb_date_from_civil(near_year, 1, 1) + day - 1;
        return true;
    }
    int month_days = month == 2 && !is_leap ? 28 : fb_date_days_in_month(2000, month);
    if (day > month_days) return fail_day(state, *year, month, day);
    *days = fb_date_from_civil(near_year, month, (int)day);
    return true;
}

/* The hour of the day of 24-hour or 12-hour fields; without AM or PM it is AM. */
static int64_t resolve_hour(const parser *state)
{
    if (has(state, PATTERN_HOUR)) return state->values[PATTERN_HOUR];
    if (has(state, PATTERN_CLOCK_HOUR)) return state->values[PATTERN_CLOCK_HOUR] % 24;
    int64_t hour = value_or(state, PATTERN_HOUR12, 0);
    if (has(state, PATTERN_CLOCK_HOUR12)) hour = state->values[PATTERN_CLOCK_HOUR12] % 12;
    return value_or(state, PATTERN_AMPM, 0) * 12 + hour;
}

static bool resolve(parser *state, const fb_timezone *zone, int64_t *us)
{
    if (!check_ranges(state)) return false;
    if (state->has_offset &&
        (state->offset_seconds > MAX_OFFSET_SECONDS || state->offset_seconds < -MAX_OFFSET_SECONDS))
        return fail_value(state, "Zone offset not in valid range: -18:00 to +18:00");
    int64_t year, days;
    if (!resolve_date(state, &year, &days)) return false;
    state->reason[0] = '\0';
    if (year > MAX_YEAR || year < -MAX_YEAR) return false;
    int64_t seconds = days * FB_SECONDS_PER_DAY + resolve_hour(state) * 3600 +
                      value_or(state, PATTERN_MINUTE, 0) * 60 + value_or(state, PATTERN_SECOND, 0);
    if (state->has_offset)
        seconds -= state->offset_seconds;
    else
        seconds = fb_timezone_to_utc(state->zone ? state->zone : zone, seconds);
    int64_t micros;
    return !__builtin_mul_overflow(seconds, FB_US_PER_SECOND, &micros) &&
           !__builtin_add_overflow(micros, value_or(state, PATTERN_NANO, 0) / 1000, us);
}

bool fb_pattern_parse(const fb_pattern *pattern, const fb_timezone *zone, fb_slice text,
                      int64_t *us, char reason[FB_PATTERN_REASON_MAX])
{
    parser state = {.text = text, .reason = reason};
    *us = 0;
    reason[0] = '\0';
    if (!parse_elements(&state, pattern, 0, pattern->count)) return false;
    if (state.at < text.size) {
        (void)snprintf(reason, FB_PATTERN_REASON_MAX,
                       "could not be parsed, unparsed text found at index %zu", state.at);
        return false;
    }
    return resolve(&state, zone, us);
}
