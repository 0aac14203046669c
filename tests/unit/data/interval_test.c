/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of intervals that Spark 4.2.0 was asked about. */
#include "data/interval.h"
#include "test.h"

static void assert_text(fb_interval interval, const char *expected)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_interval_print(&interval, &text);
    assert_string_equal(fb_buf_text(&text), expected);
    fb_buf_deinit(&text);
}

static void assert_parsed(const char *text, const char *expected)
{
    fb_interval interval;
    fb_interval_fault fault;
    assert_true(fb_interval_parse(fb_slice_of(text), &interval, &fault));
    assert_text(interval, expected);
}

static void assert_range(const char *text, fb_interval_unit from, fb_interval_unit to,
                         fb_interval expected)
{
    fb_interval interval;
    fb_interval_fault fault;
    assert_true(fb_interval_parse_range(fb_slice_of(text), from, to, &interval, &fault));
    assert_int_equal(interval.months, expected.months);
    assert_int_equal(interval.days, expected.days);
    assert_int_equal(interval.us, expected.us);
}

static void numbers_with_units_add_up(void **state)
{
    (void)state;
    assert_parsed("10 minutes", "10 minutes");
    assert_parsed("  interval 1 day 2 HOURS -3 minute ", "1 days 1 hours 57 minutes");
    assert_parsed("1 year 14 months", "2 years 2 months");
    assert_parsed("2 weeks -1 day", "13 days");
    assert_parsed("1.5 seconds", "1.5 seconds");
    assert_parsed(".5 second", "0.5 seconds");
    assert_parsed("1. seconds", "1 seconds");
}

static void signs_and_spaces_may_stand_before_a_number(void **state)
{
    (void)state;
    assert_parsed("- 10 minutes", "-10 minutes");
    assert_parsed("+1 millisecond", "0.001 seconds");
    assert_parsed("-1.000001 seconds", "-1.000001 seconds");
    assert_parsed("100 microseconds", "0.0001 seconds");
    assert_parsed("0 seconds", "0 seconds");
}

static void other_texts_are_refused_with_the_part_that_is_wrong(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"interval", ""},
        {"10", ""},
        {"10minutes", "10minutes"},
        {"ten minutes", "ten"},
        {"10 fortnights", "fortnights"},
        {"10 nanoseconds", "nanoseconds"},
        {"1.5 minutes", "minutes"},
        {"1.1234567890 seconds", "1.1234567890"},
        {". seconds", "."},
        {"99999999999 days", "days"},
        {"9223372036854775808 seconds", "9223372036854775808"},
        {"9223372036854775807 seconds", "seconds"},
        {"1 day2 hours", "day2"},
        {"1 day,2 hours", "day,2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_interval interval;
        fb_interval_fault fault = {0};
        assert_false(fb_interval_parse(fb_slice_of(cases[i][0]), &interval, &fault));
        assert_non_null(fault.reason);
        assert_true(fb_slice_is(fault.part, cases[i][1]));
    }
}

static void ranges_have_the_form_of_their_units(void **state)
{
    (void)state;
    const int64_t second = 1000000, hour = 3600 * second;
    assert_range("1-2", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH, (fb_interval){14, 0, 0});
    assert_range("-1-2", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH, (fb_interval){-14, 0, 0});
    assert_range("1 02", FB_INTERVAL_DAY, FB_INTERVAL_HOUR, (fb_interval){0, 1, 2 * hour});
    assert_range("1 02:03:04.5", FB_INTERVAL_DAY, FB_INTERVAL_SECOND,
                 (fb_interval){0, 1, 2 * hour + 184 * second + second / 2});
    assert_range("-1 2:3:4", FB_INTERVAL_DAY, FB_INTERVAL_SECOND,
                 (fb_interval){0, -1, -2 * hour - 184 * second});
    assert_range(" 25:59 ", FB_INTERVAL_HOUR, FB_INTERVAL_MINUTE,
                 (fb_interval){0, 0, 25 * hour + 59 * 60 * second});
    assert_range("03:04.25", FB_INTERVAL_MINUTE, FB_INTERVAL_SECOND,
                 (fb_interval){0, 0, 184 * second + second / 4});
}

static void ranges_of_another_form_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fb_interval_unit from, to;
    } cases[] = {
        {"1-12", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH},
        {"1", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH},
        {"999999999-0", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH},
        {"178956970-8", FB_INTERVAL_YEAR, FB_INTERVAL_MONTH},
        {"1-2", FB_INTERVAL_MONTH, FB_INTERVAL_YEAR},
        {"1 2", FB_INTERVAL_WEEK, FB_INTERVAL_DAY},
        {"1 2:3", FB_INTERVAL_DAY, FB_INTERVAL_HOUR},
        {"1 24:00:00", FB_INTERVAL_DAY, FB_INTERVAL_SECOND},
        {"1 2:60:00", FB_INTERVAL_DAY, FB_INTERVAL_SECOND},
        {"1 2:3:4.1234567890", FB_INTERVAL_DAY, FB_INTERVAL_SECOND},
        {"1 2:3:4.", FB_INTERVAL_DAY, FB_INTERVAL_SECOND},
        {"1 2:003", FB_INTERVAL_DAY, FB_INTERVAL_MINUTE},
        {"106751992 0", FB_INTERVAL_DAY, FB_INTERVAL_HOUR},
        {"x", FB_INTERVAL_DAY, FB_INTERVAL_HOUR},
        {"", FB_INTERVAL_DAY, FB_INTERVAL_HOUR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_interval interval;
        fb_interval_fault fault = {0};
        assert_false(fb_interval_parse_range(fb_slice_of(cases[i].text), cases[i].from, cases[i].to,
                                             &interval, &fault));
        assert_non_null(fault.reason);
    }
}

static void a_length_counts_months_as_told(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400000000);
    int64_t us;
    assert_true(fb_interval_length_us(&(fb_interval){1, 2, 3}, 31, &us));
    assert_int_equal(us, 33 * day + 3);
    assert_false(fb_interval_length_us(&(fb_interval){INT32_MAX, 0, 0}, 31, &us));
    assert_false(fb_interval_length_us(&(fb_interval){0, 1, INT64_MAX}, 31, &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_with_units_add_up),
        cmocka_unit_test(signs_and_spaces_may_stand_before_a_number),
        cmocka_unit_test(other_texts_are_refused_with_the_part_that_is_wrong),
        cmocka_unit_test(ranges_have_the_form_of_their_units),
        cmocka_unit_test(ranges_of_another_form_are_refused),
        cmocka_unit_test(a_length_counts_months_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
