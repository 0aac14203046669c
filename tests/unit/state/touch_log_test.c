/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/memory.h"
#include "state/touch_log.h"

static void fill(fb_touch_log *log, uint32_t count)
{
    bool over_limit;
    for (uint32_t i = 0; i < count; i++) {
        fb_touch *touch = fb_touch_log_next(log, &over_limit);
        assert_non_null(touch);
        touch->row = i + 1;
        touch->old_row = FB_TOUCH_IN_PLACE;
        memset(touch->old_value, (int)i, 20);
        log->count++;
    }
}

static void entries_stay_where_they_are_and_blocks_are_kept(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_touch_log log;
    fb_touch_log_init(&log, 20, &budget);
    fill(&log, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        const fb_touch *touch = fb_touch_log_at(&log, i);
        assert_int_equal(touch->row, i + 1);
        assert_int_equal(touch->old_value[19], (char)i);
    }
    fb_touch_log_clear(&log);
    uint64_t allocations = fb_memory_allocations();
    fill(&log, COUNT);
    assert_int_equal(fb_memory_allocations(), allocations);
    fb_touch_log_clear(&log);
    fill(&log, 1);
    fb_touch_log_clear(&log); /* keeps what one entry needs */
    assert_true(log.held_bytes < 128 << 10);
    assert_int_equal(fb_budget_used(&budget), log.held_bytes);
    fb_touch_log_deinit(&log);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void a_value_larger_than_a_block_has_one_of_its_own(void **state)
{
    (void)state;
    fb_touch_log log;
    fb_touch_log_init(&log, 1 << 20, NULL);
    fill(&log, 3);
    assert_int_equal(fb_touch_log_at(&log, 2)->row, 3);
    assert_true(log.held_bytes > 3 << 20);
    fb_touch_log_deinit(&log);
}

static void want_of_memory_is_told_from_the_limit(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 1000);
    fb_touch_log log;
    fb_touch_log_init(&log, 8, &budget);
    bool over_limit;
    assert_null(fb_touch_log_next(&log, &over_limit));
    assert_true(over_limit);
    budget.limit_bytes = 0;
    fb_memory_fail_at(1);
    assert_null(fb_touch_log_next(&log, &over_limit));
    assert_false(over_limit);
    assert_non_null(fb_touch_log_next(&log, &over_limit));
    fb_touch_log_deinit(&log);
    assert_int_equal(fb_budget_used(&budget), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_stay_where_they_are_and_blocks_are_kept),
        cmocka_unit_test(a_value_larger_than_a_block_has_one_of_its_own),
        cmocka_unit_test(want_of_memory_is_told_from_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
