/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of values, and time zone files: any bytes are read or refused. The first byte picks one: n
 * numbers, d decimals, t dates and timestamps, z a TZif file, r a zone's rule or name. What was
 * read and printed must be read again as the same. */
#include "base/assert.h"
#include "data/datetime.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "env/tzif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_numbers(fb_slice text)
{
    char printed[FB_DOUBLE_TEXT_MAX];
    double value, value_again;
    if (fb_number_parse_double(text, &value)) {
        fb_slice again = {printed, fb_number_print_double(value, printed)};
        FB_ASSERT(fb_number_parse_double(again, &value_again));
        FB_ASSERT(value == value_again || (value != value && value_again != value_again));
    }
    float small, small_again;
    if (fb_number_parse_float(text, &small)) {
        fb_slice again = {printed, fb_number_print_float(small, printed)};
        FB_ASSERT(fb_number_parse_float(again, &small_again));
        FB_ASSERT(small == small_again || (small != small && small_again != small_again));
    }
    int64_t integer, integer_again;
    if (fb_number_parse_int64(text, true, &integer)) {
        fb_slice again = {printed, fb_number_print_int64(integer, printed)};
        FB_ASSERT(fb_number_parse_int64(again, false, &integer_again));
        FB_ASSERT(integer == integer_again);
    }
}

static void try_decimals(fb_slice text)
{
    fb_decimal_digits digits;
    char exact[FB_DECIMAL_EXACT_TEXT_MAX];
    if (!fb_decimal_digits_parse(text, &digits)) return;
    FB_ASSERT(fb_decimal_digits_print(&digits, exact) <= sizeof exact);
    fb_int128 value, again;
    int precision, scale;
    (void)fb_decimal_digits_fit(&digits, 5, 2, &value);
    if (!fb_decimal_parse_literal(text, &value, &precision, &scale)) return;
    FB_ASSERT(fb_decimal_fits(value, precision));
    char printed[FB_DECIMAL_TEXT_MAX];
    fb_decimal decimal = {value, scale};
    fb_slice plain = {printed, fb_decimal_print(decimal, printed)};
    FB_ASSERT(fb_decimal_digits_parse(plain, &digits));
    FB_ASSERT(fb_decimal_digits_fit(&digits, precision, scale, &again) && again == value);
    plain.size = fb_decimal_print_scientific(decimal, printed);
    FB_ASSERT(fb_decimal_digits_parse(plain, &digits));
    FB_ASSERT(fb_decimal_digits_fit(&digits, precision, scale, &again) && again == value);
}

static void try_times(fb_slice text)
{
    const fb_timezone *utc = fb_timezone_utc();
    int32_t days, days_again;
    int64_t us, us_again;
    char date[FB_DATE_TEXT_MAX], timestamp[FB_TIMESTAMP_TEXT_MAX];
    if (fb_date_parse(text, &days)) {
        fb_slice printed = {date, fb_date_print(days, date)};
        FB_ASSERT(fb_date_parse(printed, &days_again) && days == days_again);
    }
    if (fb_timestamp_parse(text, utc, 0, &us)) {
        fb_slice printed = {timestamp, fb_timestamp_print(utc, us, timestamp)};
        FB_ASSERT(fb_timestamp_parse(printed, utc, 0, &us_again) && us == us_again);
    }
    if (fb_timestamp_ntz_parse(text, &us)) {
        fb_slice printed = {timestamp, fb_timestamp_print(NULL, us, timestamp)};
        FB_ASSERT(fb_timestamp_ntz_parse(printed, &us_again) && us == us_again);
    }
}

static void try_zone_file(fb_slice bytes)
{
    fb_tzif zone;
    fb_error err = {0};
    if (fb_tzif_decode(bytes, "fuzzed", &zone, &err) != FB_OK) {
        FB_ASSERT(err.status == FB_E_CORRUPT && err.message[0]);
        return;
    }
    for (int64_t utc = -INT64_C(5000000000); utc < INT64_C(50000000000); utc += 1234567890) {
        int64_t from, until;
        int32_t offset;
        fb_tzif_range(&zone, utc, &from, &until, &offset);
        FB_ASSERT(from <= utc && utc < until);
    }
    fb_tzif_deinit(&zone);
}

static void try_rule(fb_slice text)
{
    fb_tz_rule rule;
    int32_t seconds;
    (void)fb_timezone_parse_offset(text, &seconds);
    if (!fb_tz_rule_parse(text, &rule)) return;
    int64_t from, until;
    fb_tz_rule_range(&rule, 1700000000, &from, &until, &seconds);
    FB_ASSERT(from <= 1700000000 && until > 1700000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    fb_slice rest = {(const char *)data + 1, size - 1};
    switch (data[0]) {
    case 'n':
        try_numbers(rest);
        break;
    case 'd':
        try_decimals(rest);
        break;
    case 't':
        try_times(rest);
        break;
    case 'z':
        try_zone_file(rest);
        break;
    case 'r':
        try_rule(rest);
        break;
    default:
        break;
    }
    return 0;
}
