/* SPDX-License-Identifier: Apache-2.0 */
#include "data/number_text.h"
#include "env/random.h"
#include "test.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void assert_double(double value, const char *expected)
{
    char text[FB_DOUBLE_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_number_print_double(value, text)), expected);
}

static void assert_float(float value, const char *expected)
{
    char text[FB_DOUBLE_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_number_print_float(value, text)), expected);
}

static void integers_print_all_their_digits(void **state)
{
    (void)state;
    char text[FB_INT64_TEXT_MAX], expected[32];
    uint64_t power = 1;
    for (int i = 0; i < 20; i++, power *= 10) {
        const uint64_t values[] = {power - 1, power, power + 1, power / 2, -power};
        for (size_t k = 0; k < 5; k++) {
            (void)snprintf(expected, sizeof expected, "%" PRIu64, values[k]);
            assert_slice_equal(fb_slice_make(text, fb_number_print_uint64(values[k], text)),
                               expected);
            (void)snprintf(expected, sizeof expected, "%" PRId64, (int64_t)values[k]);
            assert_slice_equal(fb_slice_make(text, fb_number_print_int64((int64_t)values[k], text)),
                               expected);
        }
    }
    assert_int_equal(fb_number_print_int64(INT64_MIN, text), 20);
}

static void doubles_print_in_javas_notation(void **state)
{
    (void)state;
    assert_double(0.0, "0.0");
    assert_double(-0.0, "-0.0");
    assert_double(1.0, "1.0");
    assert_double(-1.5, "-1.5");
    assert_double(0.001, "0.001");
    assert_double(9.99e-4, "9.99E-4");
    assert_double(9999999.0, "9999999.0");
    assert_double(1e7, "1.0E7");
    assert_double(123456789.125, "1.23456789125E8");
    assert_double(1234567.25, "1234567.25");
    assert_double(0.1 + 0.2, "0.30000000000000004");
    assert_double(1e22, "1.0E22");
    assert_double(INFINITY, "Infinity");
    assert_double(-INFINITY, "-Infinity");
    assert_double(NAN, "NaN");
}

/* The first three are those that JDK 17 prints with other digits. */
static void hard_doubles_get_the_shortest_digits(void **state)
{
    (void)state;
    assert_double(1e23, "1.0E23");
    assert_double(0x1p-44, "5.684341886080802E-14");
    assert_double(2e23, "2.0E23");
    assert_double(4.9e-324, "4.9E-324");
    assert_double(1e-323, "9.9E-324");
    assert_double(2.2250738585072014e-308, "2.2250738585072014E-308");
    assert_double(2.225073858507201e-308, "2.225073858507201E-308");
    assert_double(1.7976931348623157e308, "1.7976931348623157E308");
    assert_double(9007199254740992.0, "9.007199254740992E15");
    assert_double(9007199254740993.0, "9.007199254740992E15");
}

static void floats_have_digits_of_their_own(void **state)
{
    (void)state;
    assert_float(0.1f, "0.1");
    assert_float(16777216.0f, "1.6777216E7");
    assert_float(1.17549435e-38f, "1.1754944E-38");
    assert_float(3.4028235e38f, "3.4028235E38");
    assert_float(1.4e-45f, "1.4E-45");
    assert_float(4.2e-45f, "4.2E-45");
    assert_float(9.8e-45f, "9.8E-45");
    assert_float(1.1e-44f, "1.1E-44");
    assert_float(2.147483648e9f, "2.1474836E9");
    assert_float(9.223372036854775807e18f, "9.223372E18");
    assert_float(-0.0f, "-0.0");
    assert_float(-INFINITY, "-Infinity");
}

/* The C library tells the nearest decimal of n digits; the shortest that reads back is ours. Powers
 * of two are left out: their interval is lopsided, so the nearest need not lie in it. */
static void assert_shortest(double value)
{
    uint64_t digits;
    int32_t exponent;
    fb_number_shortest(value, &digits, &exponent);
    char expected[40], text[40];
    int precision = 1;
    do
        (void)snprintf(expected, sizeof expected, "%.*e", precision, value);
    while (strtod(expected, NULL) != value && precision++ < 17);
    (void)snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, exponent);
    (void)snprintf(text, sizeof text, "%.*e", precision, strtod(text, NULL));
    assert_true(fb_number_count_digits(digits) <= (uint32_t)precision + 1);
    assert_string_equal(text, expected);
}

static void random_doubles_print_shortest_and_read_back(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 42);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = fb_random_seeded_next(&random) & INT64_MAX;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0) continue;
        assert_shortest(value);
        char text[FB_DOUBLE_TEXT_MAX];
        double back;
        size_t size = fb_number_print_double(value, text);
        assert_true(fb_number_parse_double(fb_slice_make(text, size), &back));
        assert_true(back == value);
        assert_shortest((double)(bits >> 40) / 1000);
        assert_shortest((double)(bits >> 20));
    }
}

static void random_floats_print_shortest_and_read_back(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 43);
    for (int i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)fb_random_seeded_next(&random);
        float value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[FB_DOUBLE_TEXT_MAX];
        size_t size = fb_number_print_float(value, text);
        assert_true(fb_number_parse_float(fb_slice_make(text, size), &back));
        assert_true(back == value);
        /* No decimal with one digit less reads back. */
        size_t digit_count = 0;
        for (size_t k = 0; k < size && text[k] != 'E'; k++)
            digit_count += text[k] >= '0' && text[k] <= '9' && (digit_count || text[k] != '0');
        char shorter[40];
        if (digit_count <= 2) continue;
        (void)snprintf(shorter, sizeof shorter, "%.*e", (int)digit_count - 2, (double)value);
        if (text[size - 1] != '0' && strtof(shorter, NULL) == value)
            fail_msg("%.*s is longer than %s", (int)size, text, shorter);
    }
}

static void every_power_of_two_reads_back(void **state)
{
    (void)state;
    for (int e = -1074; e <= 1023; e++) {
        char text[FB_DOUBLE_TEXT_MAX];
        double value = ldexp(1, e), back;
        size_t size = fb_number_print_double(value, text);
        assert_true(fb_number_parse_double(fb_slice_make(text, size), &back));
        assert_true(back == value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_print_all_their_digits),
        cmocka_unit_test(doubles_print_in_javas_notation),
        cmocka_unit_test(hard_doubles_get_the_shortest_digits),
        cmocka_unit_test(floats_have_digits_of_their_own),
        cmocka_unit_test(random_doubles_print_shortest_and_read_back),
        cmocka_unit_test(random_floats_print_shortest_and_read_back),
        cmocka_unit_test(every_power_of_two_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
