/* SPDX-License-Identifier: Apache-2.0
 *
 * Expected values were printed by Spark 4.2.0. */
#include "base/hash.h"
#include "test.h"

static int32_t murmur(const char *text)
{
    return (int32_t)fb_murmur3_bytes(fb_slice_of(text), FB_HASH_SEED);
}

static int64_t xx(const char *text)
{
    return (int64_t)fb_xxhash64_bytes(fb_slice_of(text), FB_HASH_SEED);
}

static void murmur3_of_integers_is_sparks(void **state)
{
    (void)state;
    assert_int_equal((int32_t)fb_murmur3_int(1, FB_HASH_SEED), -559580957);
    assert_int_equal((int32_t)fb_murmur3_int(0, FB_HASH_SEED), 933211791);
    assert_int_equal((int32_t)fb_murmur3_int(-5, FB_HASH_SEED), 1369497261);
    assert_int_equal((int32_t)fb_murmur3_long(1234567890123, FB_HASH_SEED), 1304145252);
    assert_int_equal((int32_t)fb_murmur3_long(0, FB_HASH_SEED), -1670924195);
}

static void murmur3_mixes_each_byte_of_the_tail_with_its_sign(void **state)
{
    (void)state;
    assert_int_equal(murmur(""), 142593372);
    assert_int_equal(murmur("a"), 1485273170);
    assert_int_equal(murmur("abcd"), -396302900);
    assert_int_equal(murmur("abcdefg"), 2132013596);
    assert_int_equal(murmur("äöüß€"), -1475935999);
    assert_int_equal((int32_t)fb_murmur3_bytes(FB_SLICE("\x00\xff\x80"), FB_HASH_SEED),
                     -2052482636);
}

static void xxhash64_is_right_for_every_length_class(void **state)
{
    (void)state;
    assert_int_equal(xx(""), -7444071767201028348);
    assert_int_equal(xx("a"), -8582455328737087284);
    assert_int_equal(xx("abcdefgh"), 2470326616177429180);
    assert_int_equal(xx("abcdefghijkl"), 3897903351825168219);
    assert_int_equal(xx("01234567890123456789012345678901"), -7360845206938539012);
    assert_int_equal(xx("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"), -769660568166318141);
    assert_int_equal(xx("äöüß€"), 5887020807540279440);
    assert_int_equal((int64_t)fb_xxhash64_int(1, FB_HASH_SEED), -6698625589789238999);
    assert_int_equal((int64_t)fb_xxhash64_int(-5, FB_HASH_SEED), 9201179564109417620);
    assert_int_equal((int64_t)fb_xxhash64_long(1234567890123, FB_HASH_SEED), 1687537368341330389);
}

static void decimal_bytes_are_the_shortest_twos_complement(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        size_t size;
        unsigned char bytes[3];
    } cases[] = {
        {0, 1, {0}},     {127, 1, {0x7f}},  {128, 2, {0, 0x80}},     {255, 2, {0, 0xff}},
        {-1, 1, {0xff}}, {-128, 1, {0x80}}, {-129, 2, {0xff, 0x7f}}, {65536, 3, {1, 0, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[16];
        assert_int_equal(fb_hash_decimal_bytes(cases[i].value, bytes), cases[i].size);
        assert_memory_equal(bytes, cases[i].bytes, cases[i].size);
    }
    char bytes[16];
    __extension__ __int128 big = (__int128)1 << 126;
    assert_int_equal(fb_hash_decimal_bytes(big, bytes), 16);
    assert_int_equal((unsigned char)bytes[0], 0x40);
}

static void zeros_and_nans_hash_alike(void **state)
{
    (void)state;
    assert_int_equal(fb_hash_double_bits(-0.0), 0);
    assert_int_equal(fb_hash_float_bits(-0.0f), 0);
    assert_int_equal(fb_hash_double_bits(-__builtin_nan("1")), 0x7ff8000000000000);
    assert_int_equal(fb_hash_float_bits(-__builtin_nanf("1")), 0x7fc00000);
    assert_int_equal(fb_hash_double_bits(1.5), 0x3ff8000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(murmur3_of_integers_is_sparks),
        cmocka_unit_test(murmur3_mixes_each_byte_of_the_tail_with_its_sign),
        cmocka_unit_test(xxhash64_is_right_for_every_length_class),
        cmocka_unit_test(decimal_bytes_are_the_shortest_twos_complement),
        cmocka_unit_test(zeros_and_nans_hash_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
