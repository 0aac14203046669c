/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/stripes.h"
#include "test.h"

/* Every position of the range comes once, stripe after stripe, each rising by the step. */
static void check_all_positions(uint64_t row_count, uint32_t stripe_count)
{
    fb_stripes stripes;
    fb_stripes_init(&stripes, row_count, stripe_count);
    uint64_t stripe = 0, expected = 0, seen = 0;
    for (uint32_t split = 0; split < stripes.split_count; split++) {
        uint64_t cursor = 0, first, in_split = 0;
        uint32_t count;
        while ((count = fb_stripes_next(&stripes, split, &cursor, &first)) != 0) {
            assert_true(count <= FB_CHUNK_ROWS);
            if (expected >= row_count) expected = ++stripe;
            assert_int_equal(first, expected);
            expected += count * stripes.step;
            seen += count;
            in_split += count;
        }
        assert_true(in_split > 0 && in_split <= stripes.split_rows);
    }
    assert_int_equal(seen, row_count);
}

static void every_position_comes_once_and_in_order(void **state)
{
    (void)state;
    static const uint64_t row_counts[] = {0, 1, 2, 7, 4095, 4096, 4097, 131072, 131073, 1000003};
    static const uint32_t stripe_counts[] = {1, 2, 3, 7, 8, 1000, FB_STRIPES_MAX};
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++)
        for (size_t k = 0; k < sizeof stripe_counts / sizeof *stripe_counts; k++)
            check_all_positions(row_counts[i], stripe_counts[k]);
}

static void no_rows_are_no_splits(void **state)
{
    (void)state;
    fb_stripes stripes;
    fb_stripes_init(&stripes, 0, 8);
    assert_int_equal(stripes.split_count, 0);
}

static void a_large_range_is_cut_into_runs_that_tasks_can_share(void **state)
{
    (void)state;
    fb_stripes stripes;
    fb_stripes_init(&stripes, 10 * FB_STRIPES_SPLIT_ROWS + 1, 1);
    assert_int_equal(stripes.split_count, 11);
    assert_int_equal(stripes.split_rows, FB_STRIPES_SPLIT_ROWS);
}

static void the_largest_range_has_a_bounded_number_of_splits(void **state)
{
    (void)state;
    static const uint32_t stripe_counts[] = {1, 3, FB_STRIPES_MAX};
    for (size_t i = 0; i < 3; i++) {
        fb_stripes stripes;
        fb_stripes_init(&stripes, INT64_MAX, stripe_counts[i]);
        assert_in_range(stripes.split_count, 1, FB_STRIPES_MAX_SPLITS + 2 * FB_STRIPES_MAX);
        uint64_t cursor = 0, first;
        assert_int_equal(fb_stripes_next(&stripes, stripes.split_count - 1, &cursor, &first),
                         FB_CHUNK_ROWS);
        assert_true(first < INT64_MAX);
    }
}

static void values_rise_by_the_step(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    for (uint64_t step = 1; step < 4; step++)
        for (uint32_t count = 1; count < 40; count++) {
            fb_chunk chunk;
            assert_true(fb_stripes_chunk(&chunk, &arena, count));
            int64_t *values = chunk.columns[1].int64s;
            fb_stripes_fill(values, count, INT64_MAX - 200, step);
            for (uint32_t i = 0; i < count; i++)
                assert_int_equal(values[i], INT64_MAX - 200 + (int64_t)(i * step));
        }
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_position_comes_once_and_in_order),
        cmocka_unit_test(no_rows_are_no_splits),
        cmocka_unit_test(a_large_range_is_cut_into_runs_that_tasks_can_share),
        cmocka_unit_test(the_largest_range_has_a_bounded_number_of_splits),
        cmocka_unit_test(values_rise_by_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
