/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "test.h"

static void integers_are_read_to_the_ends_of_their_range(void **state)
{
    (void)state;
    int64_t value;
    assert_true(fb_parse_int64(FB_SLICE("9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    assert_true(fb_parse_int64(FB_SLICE("-9223372036854775808"), &value));
    assert_true(value == INT64_MIN);
    assert_true(fb_parse_int64(FB_SLICE("+7"), &value));
    assert_int_equal(value, 7);
    uint64_t big;
    assert_true(fb_parse_uint64(FB_SLICE("18446744073709551615"), &big));
    assert_true(big == UINT64_MAX);
}

static void malformed_and_overflowing_integers_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      " 1",
                                      "1 ",
                                      "1x",
                                      "--1",
                                      "0x1",
                                      "1.0",
                                      "9223372036854775808",
                                      "-9223372036854775809"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value;
        assert_false(fb_parse_int64(fb_slice_of(bad[i]), &value));
        assert_int_equal(value, 0);
    }
    uint64_t big;
    assert_false(fb_parse_uint64(FB_SLICE("18446744073709551616"), &big));
    assert_false(fb_parse_uint64(FB_SLICE("-1"), &big));
    assert_false(fb_parse_int64((fb_slice){NULL, 0}, &(int64_t){0}));
}

static void booleans_ignore_case(void **state)
{
    (void)state;
    bool value;
    assert_true(fb_parse_bool(FB_SLICE("True"), &value));
    assert_true(value);
    assert_true(fb_parse_bool(FB_SLICE("FALSE"), &value));
    assert_false(value);
    assert_false(fb_parse_bool(FB_SLICE("1"), &value));
    assert_false(fb_parse_bool(FB_SLICE(""), &value));
}

static void durations_take_short_units_and_interval_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool default_ms;
        int64_t us;
    } cases[] = {
        {"5", false, 5000000},
        {"5", true, 5000},
        {" 5s ", true, 5000000},
        {"10MS", false, 10000},
        {"7us", false, 7},
        {"2m", false, 120000000},
        {"2min", false, 120000000},
        {"1h", false, INT64_C(3600000000)},
        {"1d", false, INT64_C(86400000000)},
        {"-3s", false, -3000000},
        {"5 seconds", false, 5000000},
        {"1 minute 30 seconds", false, 90000000},
        {"interval 1 second", false, 1000000},
        {"INTERVAL 2 Hours", false, INT64_C(7200000000)},
        {"1.5 seconds", false, 1500000},
        {"1 day -2 hours", false, INT64_C(79200000000)},
        {"1 week", false, INT64_C(604800000000)},
        {"500 milliseconds", false, 500000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us;
        if (!fb_parse_duration_us(fb_slice_of(cases[i].text), cases[i].default_ms, &us))
            fail_msg("refused: %s", cases[i].text);
        assert_true(us == cases[i].us);
    }
}

static void malformed_durations_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "s",
                                      "5x",
                                      "5 5",
                                      "1 month",
                                      "interval",
                                      "1.5 minutes",
                                      "five seconds",
                                      "9223372036854775807s",
                                      "1 second,",
                                      "5 seconds5 seconds",
                                      "- seconds"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t us;
        if (fb_parse_duration_us(fb_slice_of(bad[i]), true, &us)) fail_msg("taken: %s", bad[i]);
    }
}

static void sizes_are_binary_multiples(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"512", 512},
        {"64k", 65536},
        {"2 GB", UINT64_C(2) << 30},
        {"1.5g", 3u << 29},
        {"3MiB", 3u << 20},
        {"7b", 7},
        {"1t", UINT64_C(1) << 40},
        {"8191p", UINT64_C(8191) << 50},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bytes;
        if (!fb_parse_size_bytes(fb_slice_of(cases[i].text), &bytes))
            fail_msg("refused: %s", cases[i].text);
        assert_true(bytes == cases[i].bytes);
    }
    static const char *const bad[] = {"", "k", "1.5", "-1", "1x", "1bb", "1 k b", "16384p"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t bytes;
        if (fb_parse_size_bytes(fb_slice_of(bad[i]), &bytes)) fail_msg("taken: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_to_the_ends_of_their_range),
        cmocka_unit_test(malformed_and_overflowing_integers_are_refused),
        cmocka_unit_test(booleans_ignore_case),
        cmocka_unit_test(durations_take_short_units_and_interval_words),
        cmocka_unit_test(malformed_durations_are_refused),
        cmocka_unit_test(sizes_are_binary_multiples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
