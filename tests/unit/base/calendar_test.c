/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"
#include "test.h"

static void known_days_have_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(fb_date_from_civil(1970, 1, 1), 0);
    assert_int_equal(fb_date_from_civil(1969, 12, 31), -1);
    assert_int_equal(fb_date_from_civil(2000, 3, 1), 11017);
    assert_int_equal(fb_date_from_civil(0, 1, 1), -719528);
    assert_int_equal(fb_date_from_civil(5881580, 7, 11), INT32_MAX);
    assert_int_equal(fb_date_from_civil(-5877641, 6, 23), INT32_MIN);
}

/* Counts the calendar day by day over more than one cycle of 400 years on both sides of the epoch,
 * with nothing but the lengths of months. */
static void days_follow_each_other_through_cycles(void **state)
{
    (void)state;
    int64_t day = fb_date_from_civil(-450, 1, 1);
    int weekday = fb_date_day_of_week(day);
    for (int year = -450; year < 2450; year++) {
        int day_of_year = 1;
        for (int month = 1; month <= 12; month++) {
            for (int i = 1; i <= fb_date_days_in_month(year, month); i++, day++) {
                fb_civil_date date = fb_date_to_civil(day);
                if (date.year != year || date.month != month || date.day != i)
                    fail_msg("day %ld is %d-%d-%d", (long)day, date.year, date.month, date.day);
                if (fb_date_from_civil(year, month, i) != day)
                    fail_msg("%d-%d-%d is not day %ld", year, month, i, (long)day);
                if (fb_date_day_of_week(day) != weekday || fb_date_day_of_year(day) != day_of_year)
                    fail_msg("day of the week or year of %d-%d-%d", year, month, i);
                weekday = weekday % 7 + 1;
                day_of_year++;
            }
        }
    }
    assert_int_equal(fb_date_day_of_week(0), 4);
}

static void the_ends_of_the_range_go_there_and_back(void **state)
{
    (void)state;
    const int64_t days[] = {INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        fb_civil_date date = fb_date_to_civil(days[i]);
        assert_int_equal(fb_date_from_civil(date.year, date.month, date.day), days[i]);
    }
}

static void division_rounds_down(void **state)
{
    (void)state;
    assert_int_equal(fb_floor_div(-1, 7), -1);
    assert_int_equal(fb_floor_div(-7, 7), -1);
    assert_int_equal(fb_floor_div(6, 7), 0);
    assert_int_equal(fb_floor_div(INT64_MIN, 1000000), INT64_C(-9223372036855));
    assert_int_equal(fb_floor_mod(-1, 7), 6);
    assert_int_equal(fb_floor_mod(-7, 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days_have_their_numbers),
        cmocka_unit_test(days_follow_each_other_through_cycles),
        cmocka_unit_test(the_ends_of_the_range_go_there_and_back),
        cmocka_unit_test(division_rounds_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
