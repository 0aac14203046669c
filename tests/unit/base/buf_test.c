/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/memory.h"
#include "test.h"

static void appended_pieces_follow_each_other(void **state)
{
    (void)state;
    fb_buf buf;
    fb_buf_init(&buf, 0);
    assert_string_equal(fb_buf_text(&buf), "");
    fb_buf_add_text(&buf, "ab");
    fb_buf_add_char(&buf, 'c');
    fb_buf_add_int(&buf, INT64_MIN);
    fb_buf_printf(&buf, "[%05d]", 42);
    fb_buf_add_repeat(&buf, '-', 300);
    assert_false(buf.failed);
    assert_int_equal(buf.size, 3 + 20 + 7 + 300);
    fb_slice expected = FB_SLICE("abc-9223372036854775808[00042]-");
    assert_true(fb_slice_starts_with(fb_buf_slice(&buf), expected));
    fb_buf_deinit(&buf);
}

static void the_maximum_is_kept_and_the_failure_remembered(void **state)
{
    (void)state;
    fb_buf buf;
    fb_buf_init(&buf, 10);
    fb_buf_add_text(&buf, "0123456789");
    assert_false(buf.failed);
    fb_buf_add_char(&buf, 'x');
    assert_true(buf.failed);
    assert_string_equal(fb_buf_text(&buf), "0123456789");
    fb_buf_clear(&buf);
    assert_false(buf.failed);
    fb_buf_deinit(&buf);

    fb_buf_init(&buf, 0);
    fb_memory_fail_at(1);
    fb_buf_add_text(&buf, "x");
    assert_true(buf.failed);
    fb_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_pieces_follow_each_other),
        cmocka_unit_test(the_maximum_is_kept_and_the_failure_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
