/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"
#include "env/tzif.h"
#include "test.h"

static int64_t at(int year, int month, int day, int hour)
{
    return fb_date_from_civil(year, month, day) * 86400 + hour * 3600;
}

static int32_t offset_at(const fb_tz_rule *rule, int64_t utc)
{
    int64_t from, until;
    int32_t offset;
    fb_tz_rule_range(rule, utc, &from, &until, &offset);
    assert_true(from <= utc && utc < until);
    return offset;
}

static void a_year_in_berlin_has_two_changes(void **state)
{
    (void)state;
    fb_tz_rule rule;
    assert_true(fb_tz_rule_parse(FB_SLICE("CET-1CEST,M3.5.0,M10.5.0/3"), &rule));
    int64_t from, until;
    int32_t offset;
    fb_tz_rule_range(&rule, at(2050, 7, 1, 0), &from, &until, &offset);
    assert_int_equal(offset, 7200);
    assert_int_equal(from, at(2050, 3, 27, 1));
    assert_int_equal(until, at(2050, 10, 30, 1));
    fb_tz_rule_range(&rule, until, &from, &until, &offset);
    assert_int_equal(offset, 3600);
    assert_int_equal(until, at(2051, 3, 26, 1));
}

static void the_southern_summer_spans_new_year(void **state)
{
    (void)state;
    fb_tz_rule rule;
    assert_true(fb_tz_rule_parse(FB_SLICE("AEST-10AEDT,M10.1.0,M4.1.0/3"), &rule));
    assert_int_equal(offset_at(&rule, at(2060, 1, 1, 0)), 11 * 3600);
    assert_int_equal(offset_at(&rule, at(2060, 6, 1, 0)), 10 * 3600);
}

static void rules_by_day_number_know_the_leap_day(void **state)
{
    (void)state;
    fb_tz_rule rule;
    assert_true(fb_tz_rule_parse(FB_SLICE("AAA0BBB,J60/0,J300/0"), &rule));
    assert_int_equal(offset_at(&rule, at(2023, 3, 1, 0) - 1), 0);
    assert_int_equal(offset_at(&rule, at(2023, 3, 1, 0)), 3600);
    assert_int_equal(offset_at(&rule, at(2024, 3, 1, 0) - 1), 0);
    assert_int_equal(offset_at(&rule, at(2024, 3, 1, 0)), 3600);
    assert_true(fb_tz_rule_parse(FB_SLICE("AAA0BBB,59/0,300/0"), &rule));
    assert_int_equal(offset_at(&rule, at(2024, 2, 29, 0)), 3600);
    assert_int_equal(offset_at(&rule, at(2023, 3, 1, 0)), 3600);
    assert_int_equal(offset_at(&rule, at(2023, 3, 1, 0) - 1), 0);
}

static void times_may_be_negative_or_longer_than_a_day(void **state)
{
    (void)state;
    fb_tz_rule rule;
    assert_true(fb_tz_rule_parse(FB_SLICE("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), &rule));
    assert_int_equal(rule.standard_offset, -7200);
    assert_int_equal(offset_at(&rule, at(2024, 3, 31, 1) - 1), -7200);
    assert_int_equal(offset_at(&rule, at(2024, 3, 31, 1)), -3600);
    assert_true(fb_tz_rule_parse(FB_SLICE("IST-2IDT,M3.4.4/26,M10.5.0"), &rule));
    assert_int_equal(offset_at(&rule, at(2025, 3, 28, 0)), 3 * 3600);
    assert_int_equal(offset_at(&rule, at(2025, 3, 28, 0) - 1), 2 * 3600);
}

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    const char *const cases[] = {"",
                                 "CET",
                                 "C1",
                                 "CET-1CEST",
                                 "CET-1CEST,M3",
                                 "CET-1CEST,M13.1.0,M1.1.0",
                                 "CET-1CEST,M3.5.0,M10.5.0/3x",
                                 "CET-1CEST,M3.5.0/999,M10.5.0",
                                 "<+03-3",
                                 "CET-1CEST,J0,J1",
                                 "A1B2"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fb_tz_rule rule;
        if (fb_tz_rule_parse(fb_slice_of(cases[i]), &rule)) fail_msg("\"%s\" was taken", cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_in_berlin_has_two_changes),
        cmocka_unit_test(the_southern_summer_spans_new_year),
        cmocka_unit_test(rules_by_day_number_know_the_leap_day),
        cmocka_unit_test(times_may_be_negative_or_longer_than_a_day),
        cmocka_unit_test(what_is_no_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
