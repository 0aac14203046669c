/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32.h"

#include "test.h"

/* One bit at a time, as the polynomial is defined. */
static uint32_t crc_by_bits(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}

static void known_sums_come_out(void **state)
{
    (void)state;
    assert_int_equal(fb_crc32((fb_slice){0}), 0);
    assert_int_equal(fb_crc32(FB_SLICE("123456789")), 0xcbf43926u); /* the usual check value */
    assert_int_equal(fb_crc32(FB_SLICE("\0\0\0\0")), 0x2144df1cu);
}

static void every_length_and_alignment_agrees_with_the_definition(void **state)
{
    (void)state;
    unsigned char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    for (size_t start = 0; start < 9; start++)
        for (size_t size = 0; start + size <= sizeof bytes; size++)
            assert_int_equal(fb_crc32(fb_slice_make(bytes + start, size)),
                             crc_by_bits(bytes + start, size));
}

/* The check value of CRC-32C, and the same bytes in two parts. */
static void the_sum_of_castagnoli_goes_on_where_another_ended(void **state)
{
    (void)state;
    assert_int_equal(fb_crc32c(0, (fb_slice){0}), 0);
    assert_int_equal(fb_crc32c(0, FB_SLICE("123456789")), 0xe3069283u);
    assert_int_equal(fb_crc32c(fb_crc32c(0, FB_SLICE("1234")), FB_SLICE("56789")), 0xe3069283u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sums_come_out),
        cmocka_unit_test(every_length_and_alignment_agrees_with_the_definition),
        cmocka_unit_test(the_sum_of_castagnoli_goes_on_where_another_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
