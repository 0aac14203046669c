/* SPDX-License-Identifier: Apache-2.0 */
#include "env/random.h"
#include "test.h"

static void a_seed_repeats_its_sequence(void **state)
{
    (void)state;
    fb_random_seeded a, b;
    fb_random_seeded_init(&a, 1234567);
    fb_random_seeded_init(&b, 1234567);
    /* First outputs of SplitMix64 for this seed, as its authors publish them. */
    assert_true(fb_random_seeded_next(&a) == UINT64_C(6457827717110365317));
    assert_true(fb_random_seeded_next(&a) == UINT64_C(3203168211198807973));
    char first[21], second[21];
    fb_random_seeded_init(&a, 1234567);
    a.base.fill(&a.base, first, sizeof first);
    b.base.fill(&b.base, second, sizeof second);
    assert_memory_equal(first, second, sizeof first);
}

static void assert_is_uuid(const char *text)
{
    assert_int_equal(strlen(text), 36);
    for (size_t i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23)
            assert_int_equal(text[i], '-');
        else
            assert_non_null(strchr("0123456789abcdef", text[i]));
    }
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
}

static void uuids_are_version_4_and_differ(void **state)
{
    (void)state;
    char first[FB_UUID_TEXT_SIZE], second[FB_UUID_TEXT_SIZE];
    fb_random_uuid(fb_random_host(), first);
    fb_random_uuid(fb_random_host(), second);
    assert_is_uuid(first);
    assert_is_uuid(second);
    assert_string_not_equal(first, second);

    fb_random_seeded seeded;
    fb_random_seeded_init(&seeded, 0);
    fb_random_uuid(&seeded.base, first);
    assert_is_uuid(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_repeats_its_sequence),
        cmocka_unit_test(uuids_are_version_4_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
