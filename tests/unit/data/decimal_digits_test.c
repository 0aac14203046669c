/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "data/decimal.h"
#include "test.h"

/* What Spark 4.2.0 makes of casts of text to decimals. */
static void texts_are_cast_as_in_spark(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int precision, scale;
        const char *expected; /* NULL: does not fit */
    } cases[] = {
        {"1.5", 3, 1, "1.5"},
        {"1.25", 3, 1, "1.3"},
        {"-1.25", 3, 1, "-1.3"},
        {"1.35", 3, 1, "1.4"},
        {"1e3", 3, 1, NULL},
        {"1e3", 38, 10, "1000.0000000000"},
        {"1e-40", 5, 2, "0.00"},
        {"99999.99", 5, 2, NULL},
        {"9.995", 5, 2, "10.00"},
        {"9.995", 3, 1, "10.0"},
        {" 1 ", 3, 1, "1.0"},
        {"+1", 5, 2, "1.00"},
        {".5", 3, 1, "0.5"},
        {"5.", 3, 1, "5.0"},
        {"0.04", 3, 1, "0.0"},
        {"0.05", 3, 1, "0.1"},
        {"0.5", 1, 0, "1"},
        {"9.5", 1, 0, NULL},
        {"0.95", 1, 1, NULL},
        {"-0.04", 3, 1, "0.0"},
        {"0.00", 3, 1, "0.0"},
        {"1e-2147483647", 5, 2, "0.00"},
        {"\xd9\xa1\xd9\xa2.5", 5, 2, "12.50"},
        {"\xef\xbc\x91", 3, 1, "1.0"},
        {"0.123456789012345678901234567890123456789012", 38, 10, "0.1234567890"},
        {"00000000000000000000000000000000000000000000000001", 3, 1, "1.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fb_decimal_digits digits;
        fb_int128 value;
        if (!fb_decimal_digits_parse(fb_slice_of(cases[i].text), &digits))
            fail_msg("\"%s\" was refused", cases[i].text);
        assert_true(fb_decimal_digits_is_supported(&digits));
        bool ok = fb_decimal_digits_fit(&digits, cases[i].precision, cases[i].scale, &value);
        if (ok != (cases[i].expected != NULL)) fail_msg("\"%s\" fits: %d", cases[i].text, ok);
        char text[FB_DECIMAL_TEXT_MAX];
        if (!ok) continue;
        size_t size = fb_decimal_print((fb_decimal){value, cases[i].scale}, text);
        assert_slice_equal(fb_slice_make(text, size), cases[i].expected);
    }
}

static void malformed_and_huge_numbers_are_told_apart(void **state)
{
    (void)state;
    fb_decimal_digits digits;
    const char *const malformed[] = {"",
                                     " ",
                                     "abc",
                                     "0x1",
                                     "1d",
                                     "1e",
                                     "+",
                                     "-.",
                                     "1 1",
                                     "1e1.5",
                                     "1e2147483648",
                                     "1e-2147483649",
                                     "1e99999999999",
                                     "1..2",
                                     "\x7f"
                                     "1",
                                     "\xd9",
                                     "1\xc2\xa0"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        if (fb_decimal_digits_parse(fb_slice_of(malformed[i]), &digits))
            fail_msg("\"%s\" was taken", malformed[i]);
    const char *const huge[] = {"1e40", "0e100", "123456789012345678901234567890123456789",
                                "1e2147483647"};
    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        assert_true(fb_decimal_digits_parse(fb_slice_of(huge[i]), &digits));
        assert_false(fb_decimal_digits_is_supported(&digits));
    }
}

static void digits_that_are_dropped_do_not_decide(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "12345678901234567890123456789012345678.");
    fb_buf_add_repeat(&text, '4', 10000);
    fb_decimal_digits digits;
    fb_int128 value;
    assert_true(fb_decimal_digits_parse(fb_buf_slice(&text), &digits));
    assert_true(fb_decimal_digits_is_supported(&digits));
    assert_true(fb_decimal_digits_fit(&digits, 38, 0, &value));
    char plain[FB_DECIMAL_TEXT_MAX];
    size_t size = fb_decimal_print((fb_decimal){value, 0}, plain);
    assert_slice_equal(fb_slice_make(plain, size), "12345678901234567890123456789012345678");
    fb_buf_deinit(&text);
}

static void doubles_become_their_shortest_decimal(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *plain;
        int precision, scale;
        const char *fitted;
    } cases[] = {
        {0.1, "0.1", 20, 10, "0.1000000000"},
        {(double)0.1f, "0.10000000149011612", 20, 10, "0.1000000015"},
        {-0.0, "0", 10, 2, "0.00"},
        {1e22, "10000000000000000000000", 38, 2, "10000000000000000000000.00"},
        {123456789.125, "123456789.125", 12, 2, "123456789.13"},
        {-9.5367431640625e-7, "-0.00000095367431640625", 38, 18, "-0.000000953674316406"},
        {9007199254740993.0, "9007199254740992", 38, 1, "9007199254740992.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fb_decimal_digits digits;
        char text[FB_DECIMAL_EXACT_TEXT_MAX];
        fb_int128 value;
        fb_decimal_digits_of_double(cases[i].value, &digits);
        size_t size = fb_decimal_digits_print(&digits, text);
        assert_slice_equal(fb_slice_make(text, size), cases[i].plain);
        assert_true(fb_decimal_digits_fit(&digits, cases[i].precision, cases[i].scale, &value));
        size = fb_decimal_print((fb_decimal){value, cases[i].scale}, text);
        assert_slice_equal(fb_slice_make(text, size), cases[i].fitted);
    }
    fb_decimal_digits digits;
    char text[FB_DECIMAL_EXACT_TEXT_MAX];
    fb_decimal_digits_of_double(1.7976931348623157e308, &digits);
    assert_int_equal(fb_decimal_digits_print(&digits, text), 309);
    fb_decimal_digits_of_double(-4.9e-324, &digits);
    size_t size = fb_decimal_digits_print(&digits, text);
    assert_slice_equal(fb_slice_make(text, size), "-49E-325");
}

static void literals_bring_their_own_type(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int precision, scale;
    } cases[] = {
        {"1.50", 3, 2},    {"0.0000001", 7, 7}, {"1e10", 11, 0}, {"0", 1, 0},       {"0.00", 2, 2},
        {"1e-38", 38, 38}, {"00012", 2, 0},     {"1.5e1", 2, 0}, {"0E-18", 18, 18},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int precision, scale;
        fb_int128 value;
        assert_true(
            fb_decimal_parse_literal(fb_slice_of(cases[i].text), &value, &precision, &scale));
        assert_int_equal(precision, cases[i].precision);
        assert_int_equal(scale, cases[i].scale);
    }
    int precision, scale;
    fb_int128 value;
    assert_false(fb_decimal_parse_literal(FB_SLICE("1e-39"), &value, &precision, &scale));
    assert_false(fb_decimal_parse_literal(FB_SLICE("1e38"), &value, &precision, &scale));
    assert_false(fb_decimal_parse_literal(FB_SLICE("1.2.3"), &value, &precision, &scale));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cast_as_in_spark),
        cmocka_unit_test(malformed_and_huge_numbers_are_told_apart),
        cmocka_unit_test(digits_that_are_dropped_do_not_decide),
        cmocka_unit_test(doubles_become_their_shortest_decimal),
        cmocka_unit_test(literals_bring_their_own_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
