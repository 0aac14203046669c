/* SPDX-License-Identifier: Apache-2.0 */
#include "files/local_names.h"

#include "test.h"

static void helper_names_are_hadoops(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 3);
    fb_local_names names;
    fb_local_names_make("/ck/offsets/12", &random.base, &names);
    assert_string_equal(names.directory, "/ck/offsets");
    assert_string_equal(names.crc, "/ck/offsets/.12.crc");
    assert_int_equal(strlen(names.temp), strlen("/ck/offsets/.12.") + 36 + strlen(".tmp"));
    assert_contains(names.temp, "/ck/offsets/.12.");
    assert_contains(names.temp_crc, "/ck/offsets/..12.");
    /* Hadoop's rule for checksum files applied to the temporary name gives the other. */
    char expected[FB_HELPER_PATH_SIZE];
    fb_local_crc_path(names.temp, expected);
    assert_string_equal(names.temp_crc, expected);

    fb_local_names_make("/top", &random.base, &names);
    assert_string_equal(names.directory, "/");
    assert_string_equal(names.crc, "/.top.crc");
}

static void our_temporary_files_are_told_from_sparks(void **state)
{
    (void)state;
    const struct {
        const char *name;
        bool is_helper, is_ours;
    } cases[] = {
        {"12", false, false},
        {"metadata", false, false},
        {".forebay.lock", false, false},
        {".12.crc", true, false},
        {"12.crc", false, false}, /* Spark's JSON checksums */
        {".12.0f6a3c1e-6f0e-8b53-9d5c-2f1a4c7d8e90.tmp", true, true},
        {"..12.0f6a3c1e-6f0e-8b53-9d5c-2f1a4c7d8e90.tmp.crc", true, true},
        {".12.0f6a3c1e-6f0e-4b53-9d5c-2f1a4c7d8e90.tmp", true, false}, /* Spark's */
        {"..12.0f6a3c1e-6f0e-4b53-9d5c-2f1a4c7d8e90.tmp.crc", true, false},
        {".12.0f6a3c1e-6f0e-8b53-9d5c-2f1a4c7d8e90.TID7.tmp", true, false},
        {".0f6a3c1e-6f0e-8b53-9d5c-2f1a4c7d8e90.tmp", true, false}, /* of no file */
        {".12.0f6a3c1e-6f0e-8b53-9d5c-2f1a4c7d8e9x.tmp", true, false},
        {".12.tmp", true, false},
        {".tmp", true, false},
        {"tmp", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fb_local_name_is_helper(cases[i].name), cases[i].is_helper);
        assert_int_equal(fb_local_name_is_ours(cases[i].name), cases[i].is_ours);
    }
    fb_random_seeded random;
    fb_random_seeded_init(&random, 3);
    fb_local_names names;
    fb_local_names_make("/a/b.c", &random.base, &names);
    assert_true(fb_local_name_is_ours(fb_path_name(names.temp)));
    assert_true(fb_local_name_is_ours(fb_path_name(names.temp_crc)));
    assert_false(fb_local_name_is_ours(fb_path_name(names.crc)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(helper_names_are_hadoops),
        cmocka_unit_test(our_temporary_files_are_told_from_sparks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
