/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "test.h"

static void characters_are_counted_by_their_first_bytes(void **state)
{
    (void)state;
    assert_int_equal(fb_utf8_count(FB_SLICE("")), 0);
    assert_int_equal(fb_utf8_count(FB_SLICE("plain ascii text")), 16);
    assert_int_equal(fb_utf8_count(FB_SLICE("äö€😀")), 4);
    assert_int_equal(fb_utf8_count(FB_SLICE("\x80\x80")), 2);
    assert_int_equal(fb_utf8_count(FB_SLICE("a\xf0")), 2); /* cut off */
}

static void offsets_stop_at_the_end(void **state)
{
    (void)state;
    assert_int_equal(fb_utf8_offset(FB_SLICE("äb€"), 0), 0);
    assert_int_equal(fb_utf8_offset(FB_SLICE("äb€"), 2), 3);
    assert_int_equal(fb_utf8_offset(FB_SLICE("äb€"), 3), 6);
    assert_int_equal(fb_utf8_offset(FB_SLICE("äb€"), 99), 6);
    assert_int_equal(fb_utf8_offset(FB_SLICE("a\xf0"), 2), 2);
}

static void every_character_survives_writing_and_reading(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c == 0xd800) c = 0xe000; /* surrogates are no characters */
        char bytes[FB_UTF8_MAX_BYTES];
        fb_slice text = {bytes, fb_utf8_put(c, bytes)};
        size_t offset = 0;
        if (fb_utf8_next(text, &offset) != c || offset != text.size) fail_msg("U+%04X", c);
        if (fb_utf8_size((unsigned char)bytes[0]) != text.size) fail_msg("size of U+%04X", c);
    }
}

static void malformed_bytes_read_as_replacement_characters(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        fb_slice text = fb_slice_of(malformed[i]);
        size_t offset = 0;
        assert_int_equal(fb_utf8_next(text, &offset), FB_UTF8_REPLACEMENT);
        assert_true(offset >= 1 && offset <= text.size);
    }
}

static void ascii_is_recognised_at_any_length(void **state)
{
    (void)state;
    char text[40];
    memset(text, 'x', sizeof text);
    for (size_t size = 0; size <= sizeof text; size++) {
        assert_true(fb_utf8_is_ascii((fb_slice){text, size}));
        if (!size) continue;
        text[size - 1] = (char)0x80;
        assert_false(fb_utf8_is_ascii((fb_slice){text, size}));
        text[size - 1] = 'x';
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_counted_by_their_first_bytes),
        cmocka_unit_test(offsets_stop_at_the_end),
        cmocka_unit_test(every_character_survives_writing_and_reading),
        cmocka_unit_test(malformed_bytes_read_as_replacement_characters),
        cmocka_unit_test(ascii_is_recognised_at_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
