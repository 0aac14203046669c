/* SPDX-License-Identifier: Apache-2.0 */
#include "base/options.h"
#include "test.h"

static const fb_option_spec specs[] = {
    {.name = "rowsPerSecond",
     .type = FB_OPTION_INT,
     .default_text = "1",
     .unit = "rows/s",
     .help = "rows a second",
     .min = 1,
     .max = INT64_MAX},
    {.name = "rampUpTime",
     .type = FB_OPTION_DURATION,
     .default_text = "0s",
     .help = "time to full speed",
     .max = INT64_MAX},
    {.name = "loop", .type = FB_OPTION_BOOL, .default_text = "false", .help = "again"},
    {.name = "path", .type = FB_OPTION_STRING, .help = "where"},
    {.name = "numPartitions", .type = FB_OPTION_INT, .default_text = "", .min = 1, .max = 64},
};
enum { SPEC_COUNT = sizeof specs / sizeof *specs };

static fb_status parse(const char *key, const char *given, fb_option_value *values,
                       fb_option_fault *fault, fb_error *err)
{
    fb_option_input inputs[] = {{FB_SLICE("path"), FB_SLICE("/x")},
                                {fb_slice_of(key), fb_slice_of(given)}};
    return fb_options_parse(specs, SPEC_COUNT, "source 'rate'", inputs, 2, values, fault, err);
}

static void values_and_defaults_are_typed(void **state)
{
    (void)state;
    fb_option_value values[SPEC_COUNT];
    fb_error err;
    assert_ok(parse("ROWSPERSECOND", "90000", values, NULL, &err), &err);
    assert_true(values[0].is_given);
    assert_int_equal(values[0].number, 90000);
    assert_slice_equal(values[0].text, "90000");
    assert_false(values[1].is_given);
    assert_int_equal(values[1].number, 0);
    assert_slice_equal(values[1].text, "0s");
    assert_false(values[2].boolean);
    assert_slice_equal(values[3].text, "/x");
    assert_false(values[4].is_given);
    assert_ok(parse("rampUpTime", "1", values, NULL, &err), &err);
    assert_int_equal(values[1].number, 1000000);
    assert_ok(parse("path", "/y", values, NULL, &err), &err);
    assert_slice_equal(values[3].text, "/y"); /* the last one wins */
}

static void sizes_are_bytes_with_binary_multiples(void **state)
{
    (void)state;
    static const fb_option_spec size = {
        .name = "limit", .type = FB_OPTION_SIZE, .default_text = "64k", .max = INT64_MAX};
    fb_option_input input = {FB_SLICE("limit"), FB_SLICE("4g")};
    fb_option_value value;
    fb_error err;
    assert_ok(fb_options_parse(&size, 1, "x", NULL, 0, &value, NULL, &err), &err);
    assert_int_equal(value.number, 64 * 1024);
    assert_ok(fb_options_parse(&size, 1, "x", &input, 1, &value, NULL, &err), &err);
    assert_int_equal(value.number, INT64_C(4) << 30);
    input.value = FB_SLICE("much");
    assert_status(fb_options_parse(&size, 1, "x", &input, 1, &value, NULL, &err), FB_E_INVALID);
    assert_contains(err.message, "expected a size in bytes such as 512m or 4g");
    input.value = FB_SLICE("-1");
    assert_status(fb_options_parse(&size, 1, "x", &input, 1, &value, NULL, &err), FB_E_INVALID);
}

static void an_unknown_name_gets_the_nearest_one(void **state)
{
    (void)state;
    fb_option_value values[SPEC_COUNT];
    fb_option_fault fault;
    fb_error err;
    assert_status(parse("rowPerSecond", "1", values, &fault, &err), FB_E_INVALID);
    assert_string_equal(err.message,
                        "unknown option 'rowPerSecond' of source 'rate'; did you mean "
                        "'rowsPerSecond'?\noptions: rowsPerSecond, rampUpTime, loop, path, "
                        "numPartitions");
    assert_int_equal(fault.index, 1);
    assert_false(fault.in_value);
    assert_status(parse("zzz", "1", values, &fault, &err), FB_E_INVALID);
    assert_null(strstr(err.message, "did you mean"));
    assert_status(fb_options_parse(NULL, 0, "sink 'noop'",
                                   &(fb_option_input){FB_SLICE("a"), FB_SLICE("b")}, 1, values,
                                   &fault, &err),
                  FB_E_INVALID);
    assert_string_equal(err.message, "unknown option 'a': sink 'noop' has no options");
}

static void a_wrong_value_says_what_was_expected(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"rowsPerSecond", "0",
         "option 'rowsPerSecond' of source 'rate' is '0', expected a whole "
         "number of at least 1 rows/s"},
        {"rowsPerSecond", "ten", "is 'ten', expected a whole number"},
        {"numPartitions", "65", "expected a whole number from 1 to 64"},
        {"rampUpTime", "soon", "expected a duration such as 10s"},
        {"loop", "maybe", "is 'maybe', expected true or false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_option_value values[SPEC_COUNT];
        fb_option_fault fault;
        fb_error err;
        assert_status(parse(cases[i][0], cases[i][1], values, &fault, &err), FB_E_INVALID);
        assert_contains(err.message, cases[i][2]);
        assert_int_equal(fault.index, 1);
        assert_true(fault.in_value);
    }
}

static void a_missing_required_option_is_named(void **state)
{
    (void)state;
    fb_option_value values[SPEC_COUNT];
    fb_option_fault fault;
    fb_error err;
    assert_status(
        fb_options_parse(specs, SPEC_COUNT, "source 'rate'", NULL, 0, values, &fault, &err),
        FB_E_INVALID);
    assert_string_equal(err.message, "source 'rate' needs the option 'path' (where)");
    assert_true(fault.index == UINT32_MAX);
}

static void help_lists_every_option(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_options_help(specs, 2, &text);
    assert_string_equal(fb_buf_text(&text), "  rowsPerSecond  rows a second [rows/s] (default 1)\n"
                                            "  rampUpTime     time to full speed (default 0s)\n");
    fb_buf_deinit(&text);
}

static void nearest_name_counts_swaps_as_one_step(void **state)
{
    (void)state;
    static const char *const names[] = {"SELECT", "STREAM", "TABLE"};
    assert_string_equal(fb_nearest_name(FB_SLICE("SELCET"), names, 3), "SELECT");
    assert_string_equal(fb_nearest_name(FB_SLICE("table"), names, 3), "TABLE");
    assert_null(fb_nearest_name(FB_SLICE("x"), names, 3));
    assert_null(fb_nearest_name(FB_SLICE(""), names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_defaults_are_typed),
        cmocka_unit_test(sizes_are_bytes_with_binary_multiples),
        cmocka_unit_test(an_unknown_name_gets_the_nearest_one),
        cmocka_unit_test(a_wrong_value_says_what_was_expected),
        cmocka_unit_test(a_missing_required_option_is_named),
        cmocka_unit_test(help_lists_every_option),
        cmocka_unit_test(nearest_name_counts_swaps_as_one_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
