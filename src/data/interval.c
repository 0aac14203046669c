/* SPDX-License-Identifier: Apache-2.0 */
#include "data/interval.h"

#include "base/parse.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

typedef struct unit_info {
    const char *name;
    int64_t size; /* in the field that it adds to: months, days or microseconds */
} unit_info;

static const unit_info units[] = {
    [FB_INTERVAL_YEAR] = {"year", 12},
    [FB_INTERVAL_MONTH] = {"month", 1},
    [FB_INTERVAL_WEEK] = {"week", 7},
    [FB_INTERVAL_DAY] = {"day", 1},
    [FB_INTERVAL_HOUR] = {"hour", HOUR_US},
    [FB_INTERVAL_MINUTE] = {"minute", MINUTE_US},
    [FB_INTERVAL_SECOND] = {"second", SECOND_US},
    [FB_INTERVAL_MILLISECOND] = {"millisecond", 1000},
    [FB_INTERVAL_MICROSECOND] = {"microsecond", 1},
};
enum { UNIT_COUNT = sizeof units / sizeof *units, MAX_FRACTION_DIGITS = 9 };

/* --- reading --- */

/* Spark has a number instead of a name for these. */
static const char outside_range[] = "_LEGACY_ERROR_TEMP_0063";

static bool fail(fb_interval_fault *fault, const char *condition, const char *reason, fb_slice part)
{
    *fault = (fb_interval_fault){condition, reason, part};
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_no_space(char c)
{
    return !is_space(c);
}

static fb_slice take(fb_slice *text, bool (*accepts)(char))
{
    fb_slice taken = {text->data, 0};
    while (taken.size < text->size && accepts(text->data[taken.size]))
        taken.size++;
    *text = fb_slice_make(text->data + taken.size, text->size - taken.size);
    return taken;
}

static bool take_char(fb_slice *text, char c)
{
    if (!text->size || text->data[0] != c) return false;
    *text = fb_slice_make(text->data + 1, text->size - 1);
    return true;
}

static fb_slice trim(fb_slice text)
{
    (void)take(&text, is_space);
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool fb_interval_unit_find(fb_slice word, fb_interval_unit *out)
{
    for (int i = 0; i < UNIT_COUNT; i++) {
        fb_slice name = fb_slice_of(units[i].name);
        bool is_plural = word.size == name.size + 1 && (word.data[name.size] | 0x20) == 's';
        if (!fb_slice_equal_nocase(fb_slice_make(word.data, word.size - is_plural), name)) continue;
        *out = (fb_interval_unit)i;
        return true;
    }
    return false;
}

static bool add_days(int32_t *days, int64_t more)
{
    return !__builtin_add_overflow(*days, more, days);
}

/* `value` times the unit; `nanos` of a second besides. */
static bool add(fb_interval *interval, fb_interval_unit unit, int64_t value, int64_t nanos)
{
    int64_t amount;
    if (__builtin_mul_overflow(value, units[unit].size, &amount)) return false;
    if (unit <= FB_INTERVAL_MONTH) return add_days(&interval->months, amount);
    if (unit <= FB_INTERVAL_DAY) return add_days(&interval->days, amount);
    return !__builtin_add_overflow(interval->us, amount, &interval->us) &&
           !__builtin_add_overflow(interval->us, nanos / 1000, &interval->us);
}

/* The digits behind a point, as billionths. */
static int64_t read_fraction(fb_slice digits)
{
    int64_t nanos = 0;
    for (size_t i = 0; i < MAX_FRACTION_DIGITS; i++)
        nanos = nanos * 10 + (i < digits.size ? digits.data[i] - '0' : 0);
    return nanos;
}

/* "[+-]digits[.digits]", then a space. */
static bool take_number(fb_slice *text, int64_t *value, int64_t *nanos, bool *has_point,
                        fb_interval_fault *fault)
{
    fb_slice start = *text;
    bool is_negative = take_char(text, '-');
    if (!is_negative) (void)take_char(text, '+');
    (void)take(text, is_space);
    fb_slice whole = take(text, is_digit), fraction = {0};
    *has_point = take_char(text, '.');
    if (*has_point) fraction = take(text, is_digit);
    bool ends = !text->size || is_space(text->data[0]);
    fb_slice shown = take(&start, is_no_space);
    bool has_begun = shown.size && (is_digit(shown.data[0]) || strchr("+-.", shown.data[0]));
    if ((!whole.size && !fraction.size) || !ends)
        return fail(fault, has_begun ? "INVALID_VALUE" : "UNRECOGNIZED_NUMBER",
                    "expected a number with a unit, not", shown);
    if (fraction.size > MAX_FRACTION_DIGITS)
        return fail(fault, "INVALID_PRECISION",
                    "a second has at most nine digits behind the point, not", shown);
    *value = 0;
    if (whole.size && !fb_parse_int64(whole, value))
        return fail(fault, "ARITHMETIC_EXCEPTION", "the number is too large:", shown);
    *nanos = read_fraction(fraction);
    if (is_negative) {
        *value = -*value;
        *nanos = -*nanos;
    }
    return true;
}

static bool take_part(fb_slice *text, fb_interval *out, fb_interval_fault *fault)
{
    int64_t value, nanos;
    bool has_point;
    fb_interval_unit unit;
    if (!take_number(text, &value, &nanos, &has_point, fault)) return false;
    (void)take(text, is_space);
    fb_slice word = take(text, is_no_space);
    if (!word.size)
        return fail(fault, "MISSING_UNIT", "expected a unit behind the last number", word);
    if (!fb_interval_unit_find(word, &unit))
        return fail(fault, "INVALID_UNIT", "this is no unit:", word);
    if (has_point && unit != FB_INTERVAL_SECOND)
        return fail(fault, "INVALID_FRACTION", "only seconds have digits behind the point, not",
                    word);
    if (!add(out, unit, value, nanos))
        return fail(fault, "ARITHMETIC_EXCEPTION", "too large with the", word);
    (void)take(text, is_space);
    return true;
}

bool fb_interval_parse(fb_slice text, fb_interval *out, fb_interval_fault *fault)
{
    *out = (fb_interval){0};
    text = trim(text);
    fb_slice rest = text, word = take(&rest, is_no_space);
    if (fb_slice_equal_nocase(word, FB_SLICE("interval"))) text = trim(rest);
    if (!text.size)
        return fail(fault, "INPUT_IS_EMPTY", "expected a number with a unit, not an empty text",
                    text);
    while (text.size)
        if (!take_part(&text, out, fault)) return false;
    return true;
}

/* --- "1 02:03:04.5" --- */

/* Up to `most` digits; at most `max`. */
static bool take_field(fb_slice *text, size_t most, int64_t max, int64_t *out, const char *range,
                       fb_interval_fault *fault)
{
    fb_slice digits = take(text, is_digit);
    if (!digits.size || digits.size > most)
        return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE",
                    "the text does not have the form that its units ask for", digits);
    if (!fb_parse_int64(digits, out) || *out > max)
        return fail(fault, outside_range, range, digits);
    return true;
}

/* Years out of range have a condition of their own. */
static bool fail_years(fb_interval_fault *fault)
{
    if (fault->condition == outside_range) fault->condition = "INTERVAL_PARSING";
    return false;
}

static bool take_years(fb_slice text, bool is_negative, fb_interval *out, fb_interval_fault *fault)
{
    int64_t years, months;
    if (!take_field(&text, 18, INT32_MAX / 12, &years, "too many years:", fault))
        return fail_years(fault);
    if (!take_char(&text, '-'))
        return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE",
                    "expected years and months as in '1-2'", text);
    if (!take_field(&text, 18, 11, &months, "months must be from 0 to 11, not", fault))
        return fail_years(fault);
    if (text.size)
        return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE",
                    "expected years and months as in '1-2'", text);
    int64_t sum = years * 12 + months;
    if (sum > INT32_MAX) return fail(fault, "INTERVAL_PARSING", "too many years", text);
    out->months = (int32_t)(is_negative ? -sum : sum);
    return true;
}

typedef struct clock_field {
    char separator; /* before it */
    size_t most_digits;
    int64_t max;       /* when it is the first field */
    int64_t max_inner; /* when there are others before it */
    const char *range;
} clock_field;

/* From FB_INTERVAL_DAY on. */
static const clock_field clock_fields[] = {
    {0, 18, INT64_MAX / DAY_US, 0, "too many days:"},
    {' ', 10, INT64_MAX / HOUR_US, 23, "hours must be from 0 to 23, not"},
    {':', 12, INT64_MAX / MINUTE_US, 59, "minutes must be from 0 to 59, not"},
    {':', 13, INT64_MAX / SECOND_US, 59, "seconds must be from 0 to 59, not"},
};

static bool take_clock(fb_slice text, fb_interval_unit from, fb_interval_unit to, bool is_negative,
                       fb_interval *out, fb_interval_fault *fault)
{
    static const char form[] = "the text does not have the form that its units ask for";
    fb_slice fraction = {0};
    for (fb_interval_unit unit = from; unit <= to; unit++) {
        const clock_field *field = &clock_fields[unit - FB_INTERVAL_DAY];
        bool is_first = unit == from;
        int64_t value;
        if (!is_first && !take_char(&text, field->separator))
            return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE", form, text);
        if (!take_field(&text, is_first ? field->most_digits : 2,
                        is_first ? field->max : field->max_inner, &value, field->range, fault))
            return false;
        if (!add(out, unit, is_negative ? -value : value, 0))
            return fail(fault, outside_range, field->range, text);
    }
    if (to == FB_INTERVAL_SECOND && take_char(&text, '.')) {
        fraction = take(&text, is_digit);
        if (!fraction.size || fraction.size > MAX_FRACTION_DIGITS)
            return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE", form, text);
    }
    if (text.size) return fail(fault, "UNMATCHED_FORMAT_STRING_WITH_NOTICE", form, text);
    int64_t nanos = read_fraction(fraction);
    return add(out, FB_INTERVAL_SECOND, 0, is_negative ? -nanos : nanos) ||
           fail(fault, "ARITHMETIC_EXCEPTION", "too large", text);
}

bool fb_interval_parse_range(fb_slice text, fb_interval_unit from, fb_interval_unit to,
                             fb_interval *out, fb_interval_fault *fault)
{
    *out = (fb_interval){0};
    text = trim(text);
    bool is_negative = take_char(&text, '-');
    if (!is_negative) (void)take_char(&text, '+');
    if (from == FB_INTERVAL_YEAR && to == FB_INTERVAL_MONTH)
        return take_years(text, is_negative, out, fault);
    if (from < FB_INTERVAL_DAY || to <= from || to > FB_INTERVAL_SECOND)
        return fail(fault, "UNSUPPORTED_FROM_TO_EXPRESSION",
                    "these two units do not make a range:", text);
    return take_clock(text, from, to, is_negative, out, fault);
}

/* --- printing, length --- */

static void print_unit(fb_buf *out, int64_t value, const char *unit)
{
    if (value) fb_buf_printf(out, "%lld %s ", (long long)value, unit);
}

static void print_seconds(fb_buf *out, int64_t us)
{
    if (!us) return;
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    fb_buf_printf(out, "%s%llu", us < 0 ? "-" : "", (unsigned long long)(size / SECOND_US));
    uint64_t fraction = size % SECOND_US;
    int digits = 6;
    for (; fraction && fraction % 10 == 0; fraction /= 10)
        digits--;
    if (fraction) fb_buf_printf(out, ".%0*llu", digits, (unsigned long long)fraction);
    fb_buf_add_text(out, " seconds ");
}

void fb_interval_print(const fb_interval *interval, fb_buf *out)
{
    if (!interval->months && !interval->days && !interval->us) {
        fb_buf_add_text(out, "0 seconds");
        return;
    }
    print_unit(out, interval->months / 12, "years");
    print_unit(out, interval->months % 12, "months");
    print_unit(out, interval->days, "days");
    print_unit(out, interval->us / HOUR_US, "hours");
    print_unit(out, interval->us % HOUR_US / MINUTE_US, "minutes");
    print_seconds(out, interval->us % MINUTE_US);
    if (!out->failed) out->data[--out->size] = '\0';
}

bool fb_interval_length_us(const fb_interval *interval, int32_t days_per_month, int64_t *out)
{
    int64_t days = (int64_t)interval->months * days_per_month + interval->days;
    return !__builtin_mul_overflow(days, DAY_US, out) &&
           !__builtin_add_overflow(*out, interval->us, out);
}
