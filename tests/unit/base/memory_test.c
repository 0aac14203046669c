/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "test.h"

#include <string.h>

static void only_the_chosen_allocation_fails(void **state)
{
    (void)state;
    fb_memory_fail_at(2);
    void *first = fb_alloc(10);
    void *second = fb_alloc_zero(1, 10);
    void *third = fb_realloc(NULL, 10);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    fb_free(first);
    fb_free(third);

    fb_memory_fail_at(1);
    fb_memory_fail_at(0);
    char *copy = fb_strdup("kept");
    assert_string_equal(copy, "kept");
    fb_free(copy);
}

static void every_kind_of_allocation_is_counted_and_can_fail(void **state)
{
    (void)state;
    uint64_t before = fb_memory_allocations();
    fb_free(fb_alloc(1));
    fb_free(fb_alloc_aligned(64, 1));
    fb_free(fb_strdup(""));
    assert_int_equal(fb_memory_allocations() - before, 3);
    fb_memory_fail_at(1);
    assert_null(fb_alloc_aligned(64, 64));
    fb_memory_fail_at(1);
    assert_null(fb_strdup("x"));
    fb_memory_fail_at(1);
    assert_null(fb_realloc(NULL, 1));
    fb_memory_fail_at(1);
    assert_null(fb_alloc(1));
}

static void nothing_is_a_valid_size(void **state)
{
    (void)state;
    void *none = fb_alloc(0);
    void *zero = fb_alloc_zero(0, 8);
    assert_non_null(none);
    assert_non_null(zero);
    fb_free(none);
    fb_free(zero);
    fb_free(NULL);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    /* volatile: the compiler would otherwise see and report the absurd size. */
    volatile size_t huge = SIZE_MAX / 2;
    assert_null(fb_alloc_zero(huge, 4));
    huge = SIZE_MAX - 3;
    assert_null(fb_alloc_aligned(64, huge));
}

static void aligned_memory_is_aligned_and_zeroed_memory_zero(void **state)
{
    (void)state;
    char *aligned = fb_alloc_aligned(64, 100);
    assert_int_equal((uintptr_t)aligned % 64, 0);
    memset(aligned, 1, 100);
    fb_free(aligned);
    char *zero = fb_alloc_zero(10, 10);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(zero[i], 0);
    fb_free(zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_chosen_allocation_fails),
        cmocka_unit_test(every_kind_of_allocation_is_counted_and_can_fail),
        cmocka_unit_test(nothing_is_a_valid_size),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(aligned_memory_is_aligned_and_zeroed_memory_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
