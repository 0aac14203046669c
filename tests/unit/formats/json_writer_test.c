/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_writer.h"

#include "test.h"

static void commas_and_brackets_are_placed_by_the_writer(void **state)
{
    (void)state;
    fb_buf buf;
    fb_buf_init(&buf, 0);
    fb_json_writer json = fb_json_writer_make(&buf);
    fb_json_begin_object(&json);
    fb_json_key(&json, "empty");
    fb_json_begin_object(&json);
    fb_json_end_object(&json);
    fb_json_key(&json, "list");
    fb_json_begin_array(&json);
    fb_json_int(&json, INT64_MIN);
    fb_json_begin_array(&json);
    fb_json_end_array(&json);
    fb_json_bool(&json, true);
    fb_json_bool(&json, false);
    fb_json_null(&json);
    fb_json_raw(&json, FB_SLICE("1.5"));
    fb_json_end_array(&json);
    fb_json_key_slice(&json, FB_SLICE("t\"x"));
    fb_json_string(&json, FB_SLICE("y"));
    fb_json_end_object(&json);
    assert_false(buf.failed);
    assert_string_equal(fb_buf_text(&buf),
                        "{\"empty\":{},\"list\":[-9223372036854775808,[],true,false,null,1.5],"
                        "\"t\\\"x\":\"y\"}");
    fb_buf_deinit(&buf);
}

/* The escapes are those seen of to_json in Spark 4.2.0. */
static void strings_are_escaped_as_jackson_does(void **state)
{
    (void)state;
    const struct {
        fb_slice text;
        const char *quoted;
    } cases[] = {
        {{NULL, 0}, "\"\""},
        {FB_SLICE("plain / text"), "\"plain / text\""},
        {FB_SLICE("\"\\"), "\"\\\"\\\\\""},
        {FB_SLICE("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\""},
        {FB_SLICE("a\0b\x1f\x7f"), "\"a\\u0000b\\u001F\x7f\""},
        {FB_SLICE("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
         "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\""},
        {FB_SLICE("\xe2\x80\xa8"), "\"\xe2\x80\xa8\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_buf buf;
        fb_buf_init(&buf, 0);
        fb_json_quote(cases[i].text, &buf);
        assert_string_equal(fb_buf_text(&buf), cases[i].quoted);
        fb_buf_deinit(&buf);
    }
}

static void bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    (void)state;
#define R "\xef\xbf\xbd"
    const struct {
        fb_slice text;
        const char *quoted;
    } cases[] = {
        {FB_SLICE("a\xff"
                  "b"),
         "\"a" R "b\""},
        {FB_SLICE("\x80"), "\"" R "\""},
        {FB_SLICE("\xc0\x80"), "\"" R R "\""}, /* overlong NUL */
        {FB_SLICE("\xe2\x82"
                  "A"),
         "\"" R "A\""},                                    /* cut in the middle: one for both */
        {FB_SLICE("\xe2\x82"), "\"" R "\""},               /* the same at the end */
        {FB_SLICE("\xe0\x80\x80"), "\"" R R R "\""},       /* overlong */
        {FB_SLICE("\xed\xa0\x80"), "\"" R "\""},           /* surrogate */
        {FB_SLICE("\xf0\x9f\x98"), "\"" R "\""},           /* three of four */
        {FB_SLICE("\xf4\x90\x80\x80"), "\"" R R R R "\""}, /* above U+10FFFF */
        {FB_SLICE("\xf8\x88"), "\"" R R "\""},
    };
#undef R
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_buf buf;
        fb_buf_init(&buf, 0);
        fb_json_quote(cases[i].text, &buf);
        assert_string_equal(fb_buf_text(&buf), cases[i].quoted);
        fb_buf_deinit(&buf);
    }
}

static void a_full_buffer_shows_as_failed(void **state)
{
    (void)state;
    fb_buf buf;
    fb_buf_init(&buf, 8);
    fb_json_writer json = fb_json_writer_make(&buf);
    fb_json_string(&json, FB_SLICE("much too long"));
    assert_true(buf.failed);
    fb_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_brackets_are_placed_by_the_writer),
        cmocka_unit_test(strings_are_escaped_as_jackson_does),
        cmocka_unit_test(bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(a_full_buffer_shows_as_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
