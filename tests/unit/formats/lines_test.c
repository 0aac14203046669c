/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/lines.h"

#include "test.h"

static void expect(fb_lines *lines, const char *text)
{
    fb_slice line;
    assert_true(fb_lines_next(lines, &line));
    assert_slice_equal(line, text);
}

static void expect_none(fb_lines *lines)
{
    fb_slice line;
    assert_false(fb_lines_next(lines, &line));
}

static void test_lines_end_with_lf_cr_or_both(void **state)
{
    (void)state;
    fb_lines lines = fb_lines_make(FB_SLICE("a\nbc\r\nd\re\n"), false);
    expect(&lines, "a");
    expect(&lines, "bc");
    expect(&lines, "");
    expect(&lines, "d");
    expect(&lines, "e");
    expect_none(&lines);
    assert_ptr_equal(lines.at, lines.end);
}

static void test_a_cut_line_is_left_for_the_next_block(void **state)
{
    (void)state;
    fb_lines lines = fb_lines_make(FB_SLICE("a\nrest"), false);
    expect(&lines, "a");
    expect_none(&lines);
    assert_slice_equal(fb_slice_make(lines.at, (size_t)(lines.end - lines.at)), "rest");
}

static void test_the_last_line_needs_no_end(void **state)
{
    (void)state;
    fb_lines lines = fb_lines_make(FB_SLICE("a\nrest"), true);
    expect(&lines, "a");
    expect(&lines, "rest");
    expect_none(&lines);
    lines = fb_lines_make(FB_SLICE("only\r"), true);
    expect(&lines, "only");
    expect_none(&lines);
    lines = fb_lines_make(FB_SLICE(""), true);
    expect_none(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_end_with_lf_cr_or_both),
        cmocka_unit_test(test_a_cut_line_is_left_for_the_next_block),
        cmocka_unit_test(test_the_last_line_needs_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
