/* SPDX-License-Identifier: Apache-2.0 */
#include "env/clock.h"
#include "test.h"

static void the_host_clock_gives_todays_time_and_moves_forward(void **state)
{
    (void)state;
    fb_clock *clock = fb_clock_host();
    int64_t wall_us = fb_clock_wall_us(clock);
    assert_true(wall_us > INT64_C(1700000000) * 1000000); /* after November 2023 */
    assert_true(wall_us < INT64_C(4102444800) * 1000000); /* before 2100 */
    int64_t first = fb_clock_monotonic_us(clock);
    assert_true(fb_clock_monotonic_us(clock) >= first);
}

static void a_manual_clock_stands_still_until_moved(void **state)
{
    (void)state;
    fb_clock_manual manual;
    fb_clock_manual_init(&manual, 1000);
    fb_clock *clock = &manual.base;
    assert_int_equal(fb_clock_wall_us(clock), 1000);
    assert_int_equal(fb_clock_wall_us(clock), 1000);
    int64_t before = fb_clock_monotonic_us(clock);
    fb_clock_manual_advance(&manual, 250);
    assert_int_equal(fb_clock_wall_us(clock), 1250);
    assert_int_equal(fb_clock_monotonic_us(clock), before + 250);
    manual.wall_us_now = 7; /* somebody set the date back */
    assert_int_equal(fb_clock_wall_us(clock), 7);
    assert_int_equal(fb_clock_monotonic_us(clock), before + 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_clock_gives_todays_time_and_moves_forward),
        cmocka_unit_test(a_manual_clock_stands_still_until_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
