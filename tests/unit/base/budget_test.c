/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/budget.h"

static void what_passes_the_limit_is_refused_and_not_counted(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 100);
    assert_true(fb_budget_take(&budget, 60));
    assert_false(fb_budget_take(&budget, 41));
    assert_int_equal(fb_budget_used(&budget), 60);
    assert_true(fb_budget_take(&budget, 40));
    fb_budget_give(&budget, 100);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void what_was_refused_is_remembered(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 100);
    assert_true(fb_budget_take(&budget, 60));
    assert_int_equal(fb_budget_refused(&budget), 0);
    assert_false(fb_budget_take(&budget, 41));
    fb_budget_give(&budget, 60);
    assert_int_equal(fb_budget_refused(&budget), 101);
    fb_budget_forget_refusal(&budget);
    assert_int_equal(fb_budget_refused(&budget), 0);
    assert_int_equal(fb_budget_refused(NULL), 0);
}

static void sizes_near_the_largest_number_do_not_wrap_around(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 100);
    assert_true(fb_budget_take(&budget, 50));
    assert_false(fb_budget_take(&budget, UINT64_MAX - 10));
    assert_int_equal(fb_budget_used(&budget), 50);
}

static void without_a_limit_bytes_are_only_counted(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    assert_true(fb_budget_take(&budget, (uint64_t)1 << 50));
    assert_int_equal(fb_budget_used(&budget), (uint64_t)1 << 50);
    assert_true(fb_budget_take(NULL, 1));
    fb_budget_give(NULL, 1);
    assert_int_equal(fb_budget_used(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_the_limit_is_refused_and_not_counted),
        cmocka_unit_test(what_was_refused_is_remembered),
        cmocka_unit_test(sizes_near_the_largest_number_do_not_wrap_around),
        cmocka_unit_test(without_a_limit_bytes_are_only_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
