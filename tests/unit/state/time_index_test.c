/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/memory.h"
#include "state/time_index.h"

static void check_order(const fb_time_index *index, uint64_t rows)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < index->count; i++) {
        if (i) assert_true(index->buckets[i - 1].number < index->buckets[i].number);
        assert_true(index->buckets[i].least >> index->shift == index->buckets[i].number);
        seen += index->buckets[i].count;
    }
    assert_int_equal(seen, rows);
}

static void times_of_any_spread_make_a_bounded_number_of_buckets(void **state)
{
    (void)state;
    enum { ROWS = 50000 };
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_time_index index;
    fb_time_index_init(&index, &budget);
    bool over_limit;
    uint64_t next = 1;
    for (uint64_t row = 1; row <= ROWS; row++) {
        next = next * 6364136223846793005u + 1442695040888963407u;
        assert_true(fb_time_index_add(&index, (int64_t)next, row, &over_limit));
        fb_time_bucket *bucket = fb_time_index_find(&index, (int64_t)next);
        assert_non_null(bucket);
        assert_true(bucket->least <= (int64_t)next);
        assert_true(bucket->rows[bucket->count - 1] == row);
    }
    assert_in_range(index.count, 1000, FB_TIME_MAX_BUCKETS);
    check_order(&index, ROWS);
    fb_time_index_drop(&index, 0, index.count / 2);
    assert_null(fb_time_index_find(&index, INT64_MIN));
    fb_time_index_deinit(&index);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void old_new_and_equal_times_find_their_buckets(void **state)
{
    (void)state;
    fb_time_index index;
    fb_time_index_init(&index, NULL);
    bool over_limit;
    for (int64_t i = 0; i < 300; i++) {
        int64_t time = (i * 7919 % 100 - 50) * 10000000;
        assert_true(fb_time_index_add(&index, time, (uint64_t)i + 1, &over_limit));
    }
    assert_int_equal(index.count, 100);
    check_order(&index, 300);
    assert_int_equal(index.buckets[0].least, -500000000);
    assert_null(fb_time_index_find(&index, 5000000));
    fb_time_index_deinit(&index);
}

static void want_of_memory_is_reported_and_loses_no_memory(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    for (uint64_t fail = 1; fail < 60; fail += 2) {
        fb_time_index index;
        fb_time_index_init(&index, &budget);
        bool over_limit, ok = true;
        fb_memory_fail_at(fail);
        for (int64_t i = 0; i < 9000 && ok; i++)
            ok = fb_time_index_add(&index, i << 22, (uint64_t)i + 1, &over_limit);
        fb_memory_fail_at(0);
        assert_false(ok);
        assert_false(over_limit);
        fb_time_index_deinit(&index);
        assert_int_equal(fb_budget_used(&budget), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_any_spread_make_a_bounded_number_of_buckets),
        cmocka_unit_test(old_new_and_equal_times_find_their_buckets),
        cmocka_unit_test(want_of_memory_is_reported_and_loses_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
