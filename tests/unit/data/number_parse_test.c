/* SPDX-License-Identifier: Apache-2.0
 *
 * The expected values are those of Spark 4.2.0. */
#include "base/buf.h"
#include "data/number_text.h"
#include "test.h"

#include <math.h>
#include <stdio.h>

static void integers_follow_sparks_rules(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bool ok, ok_with_fraction;
        int64_t value;
    } cases[] = {
        {"1", true, true, 1},
        {"-1", true, true, -1},
        {" +42\t\x7f", true, true, 42},
        {"1.5", false, true, 1},
        {"-.5", false, true, 0},
        {".", false, true, 0},
        {"+.", false, true, 0},
        {"1.a", false, false, 0},
        {"1.5.", false, false, 0},
        {"", false, false, 0},
        {"  ", false, false, 0},
        {"+", false, false, 0},
        {"--1", false, false, 0},
        {"1e2", false, false, 0},
        {"1L", false, false, 0},
        {"0x1", false, false, 0},
        {"1_0", false, false, 0},
        {"\xc2\xa0"
         "1",
         false, false, 0},
        {"00000000000000000000000000001", true, true, 1},
        {"9223372036854775807", true, true, INT64_MAX},
        {"9223372036854775808", false, false, 0},
        {"-9223372036854775808", true, true, INT64_MIN},
        {"-9223372036854775809", false, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value;
        fb_slice text = fb_slice_of(cases[i].text);
        if (fb_number_parse_int64(text, false, &value) != cases[i].ok ||
            (cases[i].ok && value != cases[i].value))
            fail_msg("\"%s\"", cases[i].text);
        if (fb_number_parse_int64(text, true, &value) != cases[i].ok_with_fraction ||
            (cases[i].ok_with_fraction && value != cases[i].value))
            fail_msg("\"%s\" with fraction", cases[i].text);
    }
}

static void doubles_follow_javas_grammar(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double value;
    } cases[] = {
        {"1.5", 1.5},
        {"-1.5e3", -1500},
        {"+.5", 0.5},
        {"5.", 5},
        {"0x1.8p1", 3},
        {"0X1P-2", 0.25},
        {"1d", 1},
        {"1.5F", 1.5},
        {"1e5d", 1e5},
        {"inf", INFINITY},
        {"-INF", -INFINITY},
        {"+infinity", INFINITY},
        {" 1.5 ", 1.5},
        {"\t1\n", 1},
        {"1e400", INFINITY},
        {"1e+5", 1e5},
        {"4.9e-324", 4.9e-324},
        {"2.4e-324", 0},
        {"1e99999999999999999999999", INFINITY},
        {"1e-99999999999999999999999", 0},
        {"0e99999999999999999999999", 0},
        {"0x.8p0", 0.5},
        {"1.7976931348623159e308", INFINITY},
        {"123456789012345678", 123456789012345680.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value;
        if (!fb_number_parse_double(fb_slice_of(cases[i].text), &value) || value != cases[i].value)
            fail_msg("\"%s\" gives %g", cases[i].text, value);
    }
    double value;
    assert_true(fb_number_parse_double(FB_SLICE("-1e-400"), &value));
    assert_true(value == 0 && signbit(value));
    assert_true(fb_number_parse_double(FB_SLICE("-0"), &value));
    assert_true(value == 0 && signbit(value));
    const char *const nans[] = {"nan", "NaN", "NAN", "+NaN"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(fb_number_parse_double(fb_slice_of(nans[i]), &value));
        assert_true(isnan(value));
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    const char *const cases[] = {"",
                                 "  ",
                                 "+",
                                 "-",
                                 ".",
                                 "e5",
                                 "1e",
                                 "1e+",
                                 "1 2",
                                 "0b1",
                                 "1l",
                                 "infd",
                                 "nand",
                                 "NaNd",
                                 "+nan",
                                 "-nan",
                                 "0x10",
                                 "0x",
                                 "0xp1",
                                 "0x1p",
                                 "1_0",
                                 "--1",
                                 "1dd",
                                 "1..2",
                                 "1e5.",
                                 "\xc2\xa0"
                                 "1",
                                 "Infinityd",
                                 "\x7f"
                                 "1",
                                 "0x1p1g"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value;
        float small;
        if (fb_number_parse_double(fb_slice_of(cases[i]), &value) ||
            fb_number_parse_float(fb_slice_of(cases[i]), &small))
            fail_msg("\"%s\" was taken", cases[i]);
    }
}

static void floats_are_rounded_once(void **state)
{
    (void)state;
    float value;
    assert_true(fb_number_parse_float(FB_SLICE("1.00000017881393432617187499"), &value));
    assert_true(value == 0x1.000002p0f);
    assert_true(fb_number_parse_float(FB_SLICE("1.00000017881393432617187500"), &value));
    assert_true(value == 0x1.000004p0f);
    assert_true(fb_number_parse_float(FB_SLICE("3.4028236e38"), &value));
    assert_true(isinf(value));
    assert_true(fb_number_parse_float(FB_SLICE("0.7e-45"), &value));
    assert_true(value == 0);
    assert_true(fb_number_parse_float(FB_SLICE("8388609.5"), &value));
    assert_true(value == 8388610.0f);
}

/* A tie between two doubles, decided by a digit far behind those that are kept. */
static void digits_far_behind_still_decide_a_tie(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "9007199254740993.");
    fb_buf_add_repeat(&text, '0', 100000);
    double value;
    assert_true(fb_number_parse_double(fb_buf_slice(&text), &value));
    assert_true(value == 9007199254740992.0);
    fb_buf_add_char(&text, '1');
    assert_true(fb_number_parse_double(fb_buf_slice(&text), &value));
    assert_true(value == 9007199254740994.0);
    fb_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_follow_sparks_rules),
        cmocka_unit_test(doubles_follow_javas_grammar),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(floats_are_rounded_once),
        cmocka_unit_test(digits_far_behind_still_decide_a_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
