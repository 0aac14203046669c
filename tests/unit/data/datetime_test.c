/* SPDX-License-Identifier: Apache-2.0 */
#include "data/datetime.h"
#include "env/random.h"
#include "test.h"

#include <stdio.h>

static const fb_timezone *zone(const char *id)
{
    fb_error err;
    const fb_timezone *found;
    assert_ok(fb_timezone_find(fb_slice_of(id), &found, &err), &err);
    return found;
}

static void assert_timestamp(const fb_timezone *in, int64_t us, const char *expected)
{
    char text[FB_TIMESTAMP_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_timestamp_print(in, us, text)), expected);
}

static void assert_date(int32_t days, const char *expected)
{
    char text[FB_DATE_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_date_print(days, text)), expected);
}

static void timestamps_print_as_in_spark(void **state)
{
    (void)state;
    const fb_timezone *utc = fb_timezone_utc();
    assert_timestamp(utc, 0, "1970-01-01 00:00:00");
    assert_timestamp(utc, 1500000, "1970-01-01 00:00:01.5");
    assert_timestamp(utc, 1, "1970-01-01 00:00:00.000001");
    assert_timestamp(utc, -1, "1969-12-31 23:59:59.999999");
    assert_timestamp(utc, 120, "1970-01-01 00:00:00.00012");
    assert_timestamp(utc, INT64_MAX, "+294247-01-10 04:00:54.775807");
    assert_timestamp(utc, INT64_MIN, "-290308-12-21 19:59:05.224192");
    const fb_timezone *la = zone("America/Los_Angeles");
    assert_timestamp(la, 0, "1969-12-31 16:00:00");
    assert_timestamp(la, INT64_MAX, "+294247-01-09 20:00:54.775807");
    assert_timestamp(la, INT64_MIN, "-290308-12-21 12:06:07.224192");
    assert_timestamp(NULL, 253402300800000000, "+10000-01-01 00:00:00");
    assert_timestamp(NULL, -62167219200000000, "0000-01-01 00:00:00");
    assert_timestamp(NULL, -62167219200000001, "-0001-12-31 23:59:59.999999");
}

static void dates_print_as_in_spark(void **state)
{
    (void)state;
    assert_date(0, "1970-01-01");
    assert_date(-719529, "-0001-12-31");
    assert_date(2932897, "+10000-01-01");
    assert_date(INT32_MAX, "+5881580-07-11");
    assert_date(INT32_MIN, "-5877641-06-23");
}

/* A printer that has seen other rows gives what a fresh one gives. */
static void a_printer_remembers_nothing_wrong(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 7);
    const char *const ids[] = {"UTC", "America/New_York", "Asia/Kathmandu", "Africa/Monrovia"};
    for (int k = 0; k < 4; k++) {
        const fb_timezone *in = zone(ids[k]);
        fb_timestamp_printer printer;
        fb_timestamp_printer_init(&printer, in);
        for (int i = 0; i < 20000; i++) {
            uint64_t bits = fb_random_seeded_next(&random);
            int64_t us = (int64_t)(bits >> (bits % 40)) - (bits % 3 ? 0 : 1700000000000000);
            char text[FB_TIMESTAMP_TEXT_MAX], fresh[FB_TIMESTAMP_TEXT_MAX + 1];
            fresh[fb_timestamp_print(in, us, fresh)] = '\0';
            assert_slice_equal(fb_slice_make(text, fb_timestamp_printer_put(&printer, us, text)),
                               fresh);
        }
    }
}

static void what_was_printed_is_read_back(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 8);
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = fb_random_seeded_next(&random);
        int64_t us = (int64_t)bits >> (bits % 20), back;
        char text[FB_TIMESTAMP_TEXT_MAX];
        size_t size = fb_timestamp_print(NULL, us, text);
        assert_true(fb_timestamp_ntz_parse(fb_slice_make(text, size), &back));
        assert_int_equal(back, us);
        size = fb_timestamp_print(zone("-07:00"), us, text);
        assert_true(fb_timestamp_parse(fb_slice_make(text, size), zone("-07:00"), 0, &back));
        assert_int_equal(back, us);
        int32_t days = (int32_t)(bits >> 32), days_back;
        size = fb_date_print(days, text);
        assert_true(fb_date_parse(fb_slice_make(text, size), &days_back));
        assert_int_equal(days_back, days);
    }
}

static void fields_are_those_of_the_wall_clock(void **state)
{
    (void)state;
    fb_civil_time time = fb_timestamp_to_civil(-1);
    assert_int_equal(time.date.year, 1969);
    assert_int_equal(time.hour * 10000 + time.minute * 100 + time.second, 235959);
    assert_int_equal(time.microsecond, 999999);
    time = fb_timestamp_to_civil(INT64_MIN);
    assert_int_equal(time.date.year, -290308);
    assert_int_equal(time.microsecond, 224192);
}

static void local_times_go_there_and_back(void **state)
{
    (void)state;
    const fb_timezone *la = zone("America/Los_Angeles");
    int64_t local, us;
    assert_true(fb_timestamp_to_local(la, 0, &local));
    assert_int_equal(local, -8 * 3600 * FB_US_PER_SECOND);
    assert_true(fb_timestamp_from_local(la, local, &us));
    assert_int_equal(us, 0);
    assert_false(fb_timestamp_to_local(la, INT64_MIN, &local));
    assert_false(fb_timestamp_from_local(la, INT64_MAX, &us));
    assert_int_equal(fb_timestamp_date(la, 0), -1);
    assert_true(fb_date_to_timestamp(la, 0, &us));
    assert_int_equal(us, 8 * 3600 * FB_US_PER_SECOND);
    assert_false(fb_date_to_timestamp(la, INT32_MAX, &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamps_print_as_in_spark),
        cmocka_unit_test(dates_print_as_in_spark),
        cmocka_unit_test(a_printer_remembers_nothing_wrong),
        cmocka_unit_test(what_was_printed_is_read_back),
        cmocka_unit_test(fields_are_those_of_the_wall_clock),
        cmocka_unit_test(local_times_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
