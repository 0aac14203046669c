/* SPDX-License-Identifier: Apache-2.0 */
#include "files/crc_file.h"

#include "test.h"

static void the_file_has_hadoops_layout(void **state)
{
    (void)state;
    char content[513];
    memset(content, 'x', sizeof content);
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_crc_file_encode(fb_slice_make(content, sizeof content), &out);
    assert_int_equal(out.size, 8 + 2 * 4);
    assert_memory_equal(out.data, "crc\0\0\0\2\0", 8);
    fb_buf_clear(&out);
    fb_crc_file_encode(FB_SLICE("123456789"), &out);
    assert_memory_equal(out.data, "crc\0\0\0\2\0\xcb\xf4\x39\x26", 12);
    fb_buf_clear(&out);
    fb_crc_file_encode((fb_slice){0}, &out);
    assert_int_equal(out.size, 8);
    fb_buf_deinit(&out);
}

static void other_piece_sizes_are_understood(void **state)
{
    (void)state;
    /* Sums of "1" and "2". */
    const fb_slice sums = FB_SLICE("crc\0\0\0\0\1\x83\xdc\xef\xb7\x1a\xd5\xbe\x0d");
    fb_error err = {0};
    assert_ok(fb_crc_file_verify("f", FB_SLICE("12"), sums, &err), &err);
    assert_status(fb_crc_file_verify("f", FB_SLICE("13"), sums, &err), FB_E_CORRUPT);
    assert_contains(err.message, "f: offset 1: checksum of the 1 bytes from here is 0x");
    assert_contains(err.message, "expected 0x1ad5be0d");
    assert_status(fb_crc_file_verify("f", FB_SLICE("123"), sums, &err), FB_E_CORRUPT);
    assert_string_equal(err.message,
                        "f: offset 2: its checksum file ends after 2 sums, expected 3");
    /* More sums than pieces: the file was longer once, and what is there is right. */
    assert_ok(fb_crc_file_verify("f", FB_SLICE("1"), sums, &err), &err);
}

static void what_is_no_checksum_file_checks_nothing(void **state)
{
    (void)state;
    const fb_slice starts[] = {
        {NULL, 0},
        FB_SLICE("crc"),
        FB_SLICE("crc\0\0\0\2"),
        FB_SLICE("CRC\0\0\0\2\0\0\0\0\0"),
        FB_SLICE("crc\0\0\0\0\0\0\0\0\0"),
        FB_SLICE("crc\0\xff\0\0\0\0\0\0\0"),
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        assert_status(fb_crc_file_verify("f", FB_SLICE("x"), starts[i], NULL), FB_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_has_hadoops_layout),
        cmocka_unit_test(other_piece_sizes_are_understood),
        cmocka_unit_test(what_is_no_checksum_file_checks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
