/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "env/random.h"
#include "env/tzif.h"
#include "test.h"

/* Version 2: an empty first block; then two types (0 and +1 h), three transitions, a footer. */
static const char sample[] =
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0"
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\3\0\0\0\2\0\0\0\4"
    "\xff\xff\xff\xff\xff\xff\xff\x00"
    "\0\0\0\0\0\0\0\x10"
    "\0\0\0\0\0\0\1\0"
    "\1\0\1"
    "\0\0\0\0\0\0"
    "\0\0\x0e\x10\1\0"
    "ABC\0"
    "\nABC-1\n";
static const fb_slice sample_bytes = {sample, sizeof sample - 1};

static void transitions_bound_the_ranges(void **state)
{
    (void)state;
    fb_error err;
    fb_tzif tzif;
    assert_ok(fb_tzif_decode(sample_bytes, "sample", &tzif, &err), &err);
    assert_int_equal(tzif.count, 3);
    int64_t from, until;
    int32_t offset;
    fb_tzif_range(&tzif, -1000, &from, &until, &offset);
    assert_true(from == INT64_MIN && until == -256 && offset == 0);
    fb_tzif_range(&tzif, -256, &from, &until, &offset);
    assert_true(from == -256 && until == 16 && offset == 3600);
    fb_tzif_range(&tzif, 16, &from, &until, &offset);
    assert_true(from == 16 && until == 256 && offset == 0);
    fb_tzif_range(&tzif, 256, &from, &until, &offset);
    assert_true(from == 256 && until == INT64_MAX && offset == 3600);
    fb_tzif_deinit(&tzif);
}

static void a_file_cut_anywhere_is_corrupt(void **state)
{
    (void)state;
    for (size_t size = 0; size < sample_bytes.size; size++) {
        fb_tzif tzif;
        fb_error err;
        fb_status status = fb_tzif_decode(fb_slice_make(sample, size), "cut", &tzif, &err);
        /* Without any footer the file is whole: nothing is known after the last transition. */
        if (size == sample_bytes.size - 7)
            assert_int_equal(status, FB_OK);
        else
            assert_int_equal(status, FB_E_CORRUPT);
        fb_tzif_deinit(&tzif);
    }
}

static void no_bit_flip_crashes(void **state)
{
    (void)state;
    char copy[sizeof sample];
    for (size_t bit = 0; bit < sample_bytes.size * 8; bit++) {
        memcpy(copy, sample, sizeof sample);
        copy[bit / 8] ^= (char)(1 << bit % 8);
        fb_tzif tzif;
        fb_error err;
        fb_status status =
            fb_tzif_decode(fb_slice_make(copy, sample_bytes.size), "flipped", &tzif, &err);
        assert_true(status == FB_OK || status == FB_E_CORRUPT);
        if (status == FB_OK) {
            int64_t from, until;
            int32_t offset;
            fb_tzif_range(&tzif, 17, &from, &until, &offset);
            assert_true(from <= 17 && 17 < until);
        }
        fb_tzif_deinit(&tzif);
    }
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    for (uint64_t k = 1; k <= 2; k++) {
        fb_tzif tzif;
        fb_memory_fail_at(k);
        assert_status(fb_tzif_decode(sample_bytes, "sample", &tzif, NULL), FB_E_NOMEM);
    }
    fb_memory_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transitions_bound_the_ranges),
        cmocka_unit_test(a_file_cut_anywhere_is_corrupt),
        cmocka_unit_test(no_bit_flip_crashes),
        cmocka_unit_test(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
