/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_scan.h"

#include "test.h"

static fb_json_scan scan_of(fb_slice text, fb_arena *arena)
{
    return (fb_json_scan){.at = text.data, .end = text.data + text.size, .arena = arena};
}

static void expect_scalar(const char *text, fb_json_kind expected)
{
    fb_json_scan scan = scan_of(fb_slice_of(text), NULL);
    fb_json_kind kind;
    fb_slice value;
    assert_int_equal(fb_json_scan_value(&scan, &kind, &value), FB_JSON_OK);
    assert_int_equal(kind, expected);
    assert_slice_equal(value, text);
}

static void test_scalars_are_told_apart(void **state)
{
    (void)state;
    expect_scalar("null", FB_JSON_NULL);
    expect_scalar("true", FB_JSON_TRUE);
    expect_scalar("false", FB_JSON_FALSE);
    expect_scalar("0", FB_JSON_INTEGER);
    expect_scalar("-12345678901234567890", FB_JSON_INTEGER);
    expect_scalar("1.50", FB_JSON_REAL);
    expect_scalar("1E+3", FB_JSON_REAL);
    expect_scalar("NaN", FB_JSON_SPECIAL);
    expect_scalar("-Infinity", FB_JSON_SPECIAL);
    expect_scalar("+INF", FB_JSON_SPECIAL);
}

static void test_what_is_no_value_spoils_the_line(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "01",  "-",   "+1", "1.",  ".5",  "1e",
                                      "1e+", "tru", "INF", "}",  "nul", "- 1", "Infinit"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fb_json_scan scan = scan_of(fb_slice_of(bad[i]), NULL);
        fb_json_kind kind;
        fb_slice text;
        if (fb_json_scan_value(&scan, &kind, &text) != FB_JSON_SYNTAX) fail_msg("%s", bad[i]);
    }
}

static void test_numbers_have_at_most_a_thousand_digits(void **state)
{
    (void)state;
    char digits[FB_JSON_MAX_NUMBER_DIGITS + 1];
    memset(digits, '7', sizeof digits);
    fb_json_kind kind;
    fb_slice text;
    fb_json_scan scan = scan_of(fb_slice_make(digits, FB_JSON_MAX_NUMBER_DIGITS), NULL);
    assert_int_equal(fb_json_scan_value(&scan, &kind, &text), FB_JSON_OK);
    scan = scan_of(fb_slice_make(digits, sizeof digits), NULL);
    assert_int_equal(fb_json_scan_value(&scan, &kind, &text), FB_JSON_SYNTAX);
}

static void expect_text(fb_slice line, fb_slice expected)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_json_scan scan = scan_of(line, &arena);
    fb_slice text;
    assert_int_equal(fb_json_scan_string(&scan, &text), FB_JSON_OK);
    assert_int_equal(text.size, expected.size);
    assert_memory_equal(text.data, expected.data, expected.size);
    assert_ptr_equal(scan.at, scan.end);
    fb_arena_deinit(&arena);
}

static void test_strings_are_unescaped(void **state)
{
    (void)state;
    expect_text(FB_SLICE("\"\""), FB_SLICE(""));
    expect_text(FB_SLICE("\"plain text of some length\""), FB_SLICE("plain text of some length"));
    expect_text(FB_SLICE("'it is \"quoted\"'"), FB_SLICE("it is \"quoted\""));
    expect_text(FB_SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\'\""), FB_SLICE("\"\\/\b\f\n\r\t'"));
    expect_text(FB_SLICE("\"\\u00e4\\u20AC\\ud83d\\ude00\\u0000\""),
                FB_SLICE("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\0"));
    expect_text(FB_SLICE("\"\xc3\xa4 \xf0\x9f\x98\x80\""), FB_SLICE("\xc3\xa4 \xf0\x9f\x98\x80"));
}

static void test_what_java_cannot_encode_becomes_question_marks(void **state)
{
    (void)state;
    expect_text(FB_SLICE("\"\\ud83dx\""), FB_SLICE("?x"));
    expect_text(FB_SLICE("\"\\ud83d\\u0041\""), FB_SLICE("?A"));
    expect_text(FB_SLICE("\"\\ude00\""), FB_SLICE("?"));
    expect_text(FB_SLICE("\"\xf4\x90\x80\x80\""), FB_SLICE("??"));
    expect_text(FB_SLICE("\"\xc0\x80\""), FB_SLICE("\0"));
}

/* The offset at which reading goes on behind a fault in a string. */
static void expect_fault(fb_slice line, size_t behind)
{
    fb_json_scan scan = scan_of(line, NULL);
    fb_slice text;
    assert_int_equal(fb_json_scan_string(&scan, &text), FB_JSON_BAD);
    assert_int_equal(scan.at - line.data, behind);
    scan = scan_of(line, NULL);
    assert_int_equal(fb_json_scan_skip(&scan), FB_JSON_SYNTAX);
}

static void test_a_fault_in_a_string_ends_behind_the_offending_byte(void **state)
{
    (void)state;
    expect_fault(FB_SLICE("\"\\x\""), 3);
    expect_fault(FB_SLICE("\"a\tb\""), 3);
    expect_fault(FB_SLICE("\"\\u00\",1"), 6);
    expect_fault(FB_SLICE("\"\xff\""), 2);
    expect_fault(FB_SLICE("\"\xc3\","), 3);
    expect_fault(FB_SLICE("\"open"), 5);
    expect_fault(FB_SLICE("\"open\\"), 6);
}

static fb_json_result skip_text(const char *text, size_t *left)
{
    fb_json_scan scan = scan_of(fb_slice_of(text), NULL);
    fb_json_result result = fb_json_scan_skip(&scan);
    *left = (size_t)(scan.end - scan.at);
    return result;
}

static void test_values_are_skipped_whole(void **state)
{
    (void)state;
    size_t left;
    assert_int_equal(skip_text(" {\"a\":[1,{\"b\":{}},[]],\"c\":'x\\\"'} ,rest", &left),
                     FB_JSON_OK);
    assert_int_equal(left, strlen(" ,rest"));
    assert_int_equal(skip_text("[]]", &left), FB_JSON_OK);
    assert_int_equal(left, 1);
    static const char *const bad[] = {"[1,]",      "{\"a\":1,}", "{1:2}", "{\"a\" 1}", "[1 2]",
                                      "{\"a\":1]", "[1}",        "[",     "{\"a\":"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (skip_text(bad[i], &left) != FB_JSON_SYNTAX) fail_msg("%s", bad[i]);
}

static void test_nesting_is_bounded(void **state)
{
    (void)state;
    char text[2 * FB_JSON_MAX_DEPTH + 2];
    size_t left;
    for (int depth = FB_JSON_MAX_DEPTH; depth <= FB_JSON_MAX_DEPTH + 1; depth++) {
        /* One level more than the limit, but closed at once, would still count as opened. */
        memset(text, '[', (size_t)depth);
        text[depth - 1] = '1';
        memset(text + depth, ']', (size_t)depth - 1);
        text[2 * depth - 1] = '\0';
        assert_int_equal(skip_text(text, &left), FB_JSON_OK);
    }
    memset(text, '[', FB_JSON_MAX_DEPTH + 1);
    text[FB_JSON_MAX_DEPTH + 1] = '\0';
    assert_int_equal(skip_text(text, &left), FB_JSON_SYNTAX);
    assert_int_equal(left, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars_are_told_apart),
        cmocka_unit_test(test_what_is_no_value_spoils_the_line),
        cmocka_unit_test(test_numbers_have_at_most_a_thousand_digits),
        cmocka_unit_test(test_strings_are_unescaped),
        cmocka_unit_test(test_what_java_cannot_encode_becomes_question_marks),
        cmocka_unit_test(test_a_fault_in_a_string_ends_behind_the_offending_byte),
        cmocka_unit_test(test_values_are_skipped_whole),
        cmocka_unit_test(test_nesting_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
