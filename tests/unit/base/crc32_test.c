/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32.h"
#include "test.h"

/* The check values that the literature gives for this polynomial (zlib's, Java's CRC32). */
static void known_texts_have_their_known_sums(void **state)
{
    (void)state;
    assert_int_equal(fb_crc32(FB_SLICE("")), 0);
    assert_int_equal(fb_crc32(FB_SLICE("123456789")), 0xCBF43926);
    assert_int_equal(fb_crc32(FB_SLICE("a")), 0xE8B7BE43);
    assert_int_equal(fb_crc32(FB_SLICE("The quick brown fox jumps over the lazy dog")), 0x414FA339);
}

/* One bit at a time, as the definition says. */
static uint32_t slow_crc32(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 0xFFFFFFFF;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
    }
    return ~sum;
}

static void every_length_and_alignment_agrees_with_the_definition(void **state)
{
    (void)state;
    unsigned char bytes[160];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    for (size_t start = 0; start < 9; start++)
        for (size_t size = 0; size + start <= sizeof bytes; size++)
            assert_int_equal(fb_crc32(fb_slice_make(bytes + start, size)),
                             slow_crc32(bytes + start, size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_have_their_known_sums),
        cmocka_unit_test(every_length_and_alignment_agrees_with_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
