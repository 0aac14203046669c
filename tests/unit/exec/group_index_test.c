/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "exec/group_index.h"
#include "random_columns.h"

enum { GROUPS = 300000 };

static bool finds(const fb_group_index *index, uint32_t tag, uint32_t group)
{
    const fb_group_segment *segment = fb_group_index_segment(index, tag);
    uint32_t at = fb_group_segment_home(segment, tag), found;
    while ((found = fb_group_segment_find(segment, tag, &at)) != FB_NO_GROUP) {
        if (found == group) return true;
        at = (at + 1) & fb_group_segment_mask(segment);
    }
    return false;
}

static bool is_in_its_bucket(const fb_group_index *index, uint32_t tag)
{
    const fb_group_segment *segment = fb_group_index_segment(index, tag);
    const uint64_t *bucket = segment->slots + fb_group_segment_home(segment, tag);
    return fb_group_bucket_find(bucket, tag) != FB_NO_GROUP;
}

static void groups_are_found_while_segments_double_and_split(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_group_index index;
    assert_status(fb_group_index_init(&index, &budget), FB_OK);
    uint64_t seed = 1;
    for (uint32_t i = 0; i < GROUPS; i++)
        assert_status(fb_group_index_add(&index, (uint32_t)random_word(&seed), i), FB_OK);
    assert_true(index.depth > 3);
    assert_in_range(index.slot_count, 2 * GROUPS, 5 * GROUPS);
    assert_int_equal(index.held_bytes, index.slot_count * 8);
    assert_int_equal(fb_budget_used(&budget), index.held_bytes);
    uint32_t in_buckets = 0;
    seed = 1;
    for (uint32_t i = 0; i < GROUPS; i++) {
        uint32_t tag = (uint32_t)random_word(&seed);
        assert_true(finds(&index, tag, i));
        assert_false(finds(&index, tag, GROUPS));
        in_buckets += is_in_its_bucket(&index, tag);
    }
    assert_true(in_buckets > GROUPS / 10 * 9);
    size_t slots = index.slot_count;
    fb_group_index_clear(&index);
    assert_false(finds(&index, 0, 0));
    assert_int_equal(index.slot_count, slots);
    assert_status(fb_group_index_add(&index, 7, 7), FB_OK);
    assert_true(finds(&index, 7, 7));
    fb_group_index_deinit(&index);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void equal_tags_only_make_searches_longer(void **state)
{
    (void)state;
    const uint32_t tags[] = {0, UINT32_MAX, 0x80000000u};
    fb_group_index index;
    assert_status(fb_group_index_init(&index, NULL), FB_OK);
    for (uint32_t i = 0; i < 3000; i++)
        assert_status(fb_group_index_add(&index, tags[i % 3], i), FB_OK);
    for (uint32_t i = 0; i < 3000; i++)
        assert_true(finds(&index, tags[i % 3], i));
    fb_group_index_deinit(&index);
}

/* Fills an index until it fails, and gives back what it took. */
static fb_status fill(fb_budget *budget)
{
    fb_group_index index;
    fb_status status = fb_group_index_init(&index, budget);
    uint64_t seed = 2;
    for (uint32_t i = 0; status == FB_OK && i < 100000; i++)
        status = fb_group_index_add(&index, (uint32_t)random_word(&seed), i);
    fb_group_index_deinit(&index);
    assert_int_equal(fb_budget_used(budget), 0);
    return status;
}

static void failing_allocations_and_a_spent_budget_are_reported(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    assert_status(fill(&budget), FB_OK);
    for (uint64_t k = 1;; k++) {
        fb_memory_fail_at(k);
        fb_status status = fill(&budget);
        fb_memory_fail_at(0);
        if (status == FB_OK) break;
        assert_status(status, FB_E_NOMEM);
        assert_true(k < 100);
    }
    for (uint64_t limit = 1024; limit < 1 << 20; limit *= 2) {
        fb_budget_init(&budget, limit);
        assert_status(fill(&budget), FB_E_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_found_while_segments_double_and_split),
        cmocka_unit_test(equal_tags_only_make_searches_longer),
        cmocka_unit_test(failing_allocations_and_a_spent_budget_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
