/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts are compared with Spark's results in unit/expr/fn_datetime_parse_test.c; here, that what
 * is printed reads back, and that no text breaks the parser. */
#include "data/datetime_pattern.h"
#include "test.h"

#include <stdlib.h>

static const fb_pattern *compile(fb_arena *arena, const char *text, bool for_parsing)
{
    const fb_pattern *pattern;
    fb_error err;
    assert_ok(fb_pattern_compile(arena, fb_slice_of(text), fb_timezone_utc(), for_parsing, &pattern,
                                 &err),
              &err);
    return pattern;
}

/* Whole patterns: what they print determines the instant up to `unit` microseconds. */
static void what_is_printed_reads_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unit;
    } patterns[] = {{"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", 1},
                    {"y G D k:m:s", FB_US_PER_SECOND},
                    {"MMM d yyyyy hh a mm:ss.SSS", 1000},
                    {"MMMM dd y K:m a VV", 60 * FB_US_PER_SECOND}};
    fb_arena arena;
    fb_arena_init(&arena, 0);
    uint64_t random = 42;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        const fb_pattern *out = compile(&arena, patterns[p].text, false);
        const fb_pattern *in = compile(&arena, patterns[p].text, true);
        for (int i = 0; i < 20000; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            /* Years 1600 to 9900: all forms of the year have one spelling there. */
            int64_t us = (int64_t)(random >> 6) - INT64_C(11676096000000000);
            us = us % INT64_C(250000000000000000);
            us -= fb_floor_mod(us, patterns[p].unit);
            if (us < -INT64_C(11600000000000000)) us = -us;
            char text[128], reason[FB_PATTERN_REASON_MAX];
            size_t size = fb_pattern_print(out, fb_timezone_utc(), us, 0, text);
            int64_t back;
            if (!fb_pattern_parse(in, fb_timezone_utc(), (fb_slice){text, size}, &back, reason))
                fail_msg("\"%.*s\" %s", (int)size, text, reason);
            assert_int_equal(back, us);
        }
    }
    fb_arena_deinit(&arena);
}

static void check(const char *pattern, const char *text, const char *expected)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    char reason[FB_PATTERN_REASON_MAX];
    int64_t us;
    bool ok = fb_pattern_parse(compile(&arena, pattern, true), fb_timezone_utc(), fb_slice_of(text),
                               &us, reason);
    assert_int_equal(ok, expected == NULL);
    if (expected) assert_string_equal(reason, expected);
    fb_arena_deinit(&arena);
}

static void refusals_name_the_place_or_the_field(void **state)
{
    (void)state;
    check("yyyy-MM-dd", "2016-1-5", "could not be parsed at index 5");
    check("yyyy-MM-dd", "2016-12-31x", "could not be parsed, unparsed text found at index 10");
    check("yyyy-MM-dd", "2015-02-29",
          "could not be parsed: Invalid date 'February 29' as '2015' is not a leap year");
    check("yyyy-MM-dd", "2016-13-01",
          "could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13");
    check("y", "99999999999999999999", "could not be parsed at index 0");
    check("yyyyyy", "300000", ""); /* beyond the range of timestamps */
    check("[[[yyyy]-MM]-dd]", "2016-12-31", NULL);
}

/* Any bytes under many patterns: no crash, nothing read outside (asan), an answer. */
static void no_text_breaks_the_parser(void **state)
{
    (void)state;
    static const char *const patterns[] = {"yyyy-MM-dd HH:mm:ss",
                                           "yyyyMMddHHmmssSSS",
                                           "MMM[ dd] G y",
                                           "X",
                                           "xxxxx",
                                           "OOOO",
                                           "VV",
                                           "hh a"};
    static const char alphabet[] = "0123456789+-:. TZGMTadJnAPv/\x80\xff";
    fb_arena arena;
    fb_arena_init(&arena, 0);
    uint64_t random = 7;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        const fb_pattern *pattern = compile(&arena, patterns[p], true);
        for (int i = 0; i < 5000; i++) {
            char text[24], reason[FB_PATTERN_REASON_MAX];
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t size = (random >> 40) % sizeof text;
            for (size_t k = 0; k < size; k++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                text[k] = alphabet[(random >> 33) % (sizeof alphabet - 1)];
            }
            int64_t us;
            (void)fb_pattern_parse(pattern, fb_timezone_utc(), (fb_slice){text, size}, &us, reason);
            assert_true(strlen(reason) < sizeof reason);
        }
    }
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_reads_back),
        cmocka_unit_test(refusals_name_the_place_or_the_field),
        cmocka_unit_test(no_text_breaks_the_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
