/* SPDX-License-Identifier: Apache-2.0
 *
 * Expected texts were printed by Spark 4.2.0. */
#include "base/unicode_case.h"
#include "test.h"

typedef size_t case_function(fb_slice text, char *out);

static void check(case_function *map, const char *text, const char *expected)
{
    char out[256];
    fb_slice in = fb_slice_of(text);
    assert_true(in.size * FB_CASE_MAX_GROWTH <= sizeof out);
    fb_slice result = {out, map(in, out)};
    assert_slice_equal(result, expected);
}

static void upper_case_may_be_longer(void **state)
{
    (void)state;
    check(fb_case_upper, "hello World 12", "HELLO WORLD 12");
    check(fb_case_upper, "straße ŉ ﬁ ǆ \u0390", "STRASSE ʼN FI Ǆ \u0399\u0308\u0301");
    check(fb_case_upper, "äöü éà ı i ÿ", "ÄÖÜ ÉÀ I I Ÿ");
    check(fb_case_upper, "", "");
}

static void a_sigma_at_the_end_of_a_word_is_final(void **state)
{
    (void)state;
    check(fb_case_lower, "ÄÖÜ ΑΣ ΣΑ Σ ΑΣ. ΑΣΒ İI ẞ", "äöü ας σα σ ας. ασβ i̇i ß");
    check(fb_case_lower, "𐐀Ω K", "𐐨ω k");
}

static void words_begin_in_title_case(void **state)
{
    (void)state;
    check(fb_case_initcap, "sPark sql", "Spark Sql");
    check(fb_case_initcap, "äpfel öl-kanne o'neil a\tb  c", "Äpfel Öl-kanne O'neil A\tb  C");
    check(fb_case_initcap, "ǆabc ßtest ﬁx", "ǅabc Sstest Fix");
    check(fb_case_initcap, "ΑΣ ΟΔΟΣ", "Ας Οδος");
}

static void no_character_grows_beyond_the_bound(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c < 0x20000; c++) {
        char text[4], out[32];
        size_t size = 0;
        if (c < 0x800) {
            text[size++] = (char)(0xc0 | c >> 6);
        } else if (c < 0x10000) {
            text[size++] = (char)(0xe0 | c >> 12);
            text[size++] = (char)(0x80 | (c >> 6 & 0x3f));
        } else {
            text[size++] = (char)(0xf0 | c >> 18);
            text[size++] = (char)(0x80 | (c >> 12 & 0x3f));
            text[size++] = (char)(0x80 | (c >> 6 & 0x3f));
        }
        text[size++] = (char)(0x80 | (c & 0x3f));
        fb_slice slice = {text, size};
        if (fb_case_upper(slice, out) > FB_CASE_MAX_GROWTH * size ||
            fb_case_lower(slice, out) > FB_CASE_MAX_GROWTH * size ||
            fb_case_initcap(slice, out) > FB_CASE_MAX_GROWTH * size)
            fail_msg("U+%04X", c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upper_case_may_be_longer),
        cmocka_unit_test(a_sigma_at_the_end_of_a_word_is_final),
        cmocka_unit_test(words_begin_in_title_case),
        cmocka_unit_test(no_character_grows_beyond_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
