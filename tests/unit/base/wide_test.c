/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wide.h"
#include "env/random.h"
#include "test.h"

#include <stdlib.h>

static void assert_wide(const fb_wide *value, const char *expected)
{
    char text[FB_WIDE_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_wide_print(value, text)), expected);
}

/* Numbers with long runs of equal bits, which are where estimates of digits go wrong. */
static fb_wide random_wide(fb_random_seeded *random, int max_words)
{
    fb_wide value = fb_wide_of(0);
    int words = (int)(fb_random_seeded_next(random) % (uint64_t)max_words) + 1;
    for (int i = 0; i < words; i++) {
        uint64_t bits = fb_random_seeded_next(random);
        value.word[i] = bits % 3 == 0 ? 0 : bits % 3 == 1 ? UINT32_MAX : (uint32_t)(bits >> 32);
    }
    return value;
}

static void powers_of_ten_print_as_such(void **state)
{
    (void)state;
    char expected[FB_WIDE_TEXT_MAX + 1] = "1";
    for (uint32_t i = 0; i < FB_WIDE_MAX_POW10; i++) {
        fb_wide power = fb_wide_pow10(i);
        assert_wide(&power, expected);
        expected[i + 1] = '0';
        expected[i + 2] = '\0';
    }
}

static void division_undoes_multiplication_and_addition(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 11);
    for (int i = 0; i < 200000; i++) {
        fb_wide quotient = random_wide(&random, 8), divisor = random_wide(&random, 7);
        fb_wide other = random_wide(&random, 7), rest, zero = fb_wide_of(0);
        if (fb_wide_compare(&divisor, &zero) == 0) continue;
        (void)fb_wide_divide(&other, &divisor, &rest);
        assert_true(fb_wide_compare(&rest, &divisor) < 0);
        fb_wide product = fb_wide_multiply(&quotient, &divisor);
        fb_wide dividend = fb_wide_add(&product, &rest), found_rest;
        fb_wide found = fb_wide_divide(&dividend, &divisor, &found_rest);
        assert_int_equal(fb_wide_compare(&found, &quotient), 0);
        assert_int_equal(fb_wide_compare(&found_rest, &rest), 0);
        fb_wide difference = fb_wide_subtract(&dividend, &rest);
        assert_int_equal(fb_wide_compare(&difference, &product), 0);
    }
}

static void halves_are_rounded_up(void **state)
{
    (void)state;
    fb_wide ten = fb_wide_of(10);
    const int cases[][2] = {{0, 0}, {4, 0}, {5, 1}, {14, 1}, {15, 2}, {99, 10}};
    for (size_t i = 0; i < 6; i++) {
        fb_wide value = fb_wide_of((fb_uint128)cases[i][0]);
        fb_wide rounded = fb_wide_divide_half_up(&value, &ten);
        fb_uint128 small;
        assert_true(fb_wide_to_uint128(&rounded, &small));
        assert_int_equal((int)small, cases[i][1]);
    }
}

static void only_small_values_become_128_bits(void **state)
{
    (void)state;
    fb_uint128 small;
    fb_wide value = fb_wide_of(~(fb_uint128)0), one = fb_wide_of(1);
    assert_wide(&value, "340282366920938463463374607431768211455");
    assert_true(fb_wide_to_uint128(&value, &small));
    assert_true(small == ~(fb_uint128)0);
    value = fb_wide_add(&value, &one);
    assert_false(fb_wide_to_uint128(&value, &small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_of_ten_print_as_such),
        cmocka_unit_test(division_undoes_multiplication_and_addition),
        cmocka_unit_test(halves_are_rounded_up),
        cmocka_unit_test(only_small_values_become_128_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
