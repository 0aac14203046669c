/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/memory.h"
#include "state/row_heap.h"

static void freed_space_is_used_for_the_next_row_of_its_size(void **state)
{
    (void)state;
    fb_row_heap heap;
    fb_row_heap_init(&heap, NULL);
    bool over_limit;
    static const size_t sizes[] = {0, 16, 17, 100, 2048, 2049, 5000, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t row = fb_row_heap_alloc(&heap, sizes[i], &over_limit);
        uint64_t other = fb_row_heap_alloc(&heap, sizes[i], &over_limit);
        assert_true(row && other && row != other);
        memset(fb_row_at(&heap, row) + sizeof(fb_row_header), 1,
               sizes[i] > 16 ? sizes[i] - sizeof(fb_row_header) : 0);
        fb_row_header_at(&heap, row)->stamp = 1;
        assert_true(fb_row_heap_is_live(&heap, row));
        fb_row_heap_free(&heap, row, sizes[i]);
        assert_false(fb_row_heap_is_live(&heap, row));
        assert_int_equal(fb_row_heap_alloc(&heap, sizes[i], &over_limit), row);
    }
    fb_row_heap_deinit(&heap);
}

static void large_rows_are_given_back_and_their_numbers_used_again(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_row_heap heap;
    fb_row_heap_init(&heap, &budget);
    bool over_limit;
    const size_t large = (size_t)5 << 20;
    uint64_t first = fb_row_heap_alloc(&heap, large, &over_limit);
    assert_true(first != 0);
    uint32_t numbers = heap.segment_count;
    uint64_t held = heap.held_bytes;
    for (int i = 0; i < 1000; i++) {
        uint64_t small = fb_row_heap_alloc(&heap, 100000, &over_limit);
        memset(fb_row_at(&heap, first), 7, large);
        fb_row_heap_free(&heap, first, large);
        assert_false(fb_row_heap_is_live(&heap, first));
        first = fb_row_heap_alloc(&heap, large, &over_limit);
        assert_true(first && small);
        fb_row_heap_free(&heap, small, 100000);
    }
    assert_in_range(heap.segment_count, numbers, numbers + 4);
    assert_in_range(heap.held_bytes, held, held + 4096);
    fb_row_heap_deinit(&heap);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void a_reached_limit_is_told_from_a_failed_allocation(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 200000);
    fb_row_heap heap;
    fb_row_heap_init(&heap, &budget);
    bool over_limit;
    assert_int_equal(fb_row_heap_alloc(&heap, 300000, &over_limit), 0);
    assert_true(over_limit);
    fb_memory_fail_at(1);
    assert_int_equal(fb_row_heap_alloc(&heap, 100000, &over_limit), 0);
    assert_false(over_limit);
    assert_true(fb_row_heap_alloc(&heap, 100000, &over_limit) != 0);
    fb_row_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freed_space_is_used_for_the_next_row_of_its_size),
        cmocka_unit_test(large_rows_are_given_back_and_their_numbers_used_again),
        cmocka_unit_test(a_reached_limit_is_told_from_a_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
