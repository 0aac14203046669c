/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/memory.h"
#include "state/layout.h"
#include "state/slots.h"

static uint64_t hash_of(uint64_t row)
{
    return fb_state_hash((fb_slice){(const char *)&row, sizeof row}, 0);
}

static bool has(fb_slots *slots, uint64_t hash, uint64_t row)
{
    const fb_slot_table *table = fb_slots_table(slots, hash);
    uint64_t wanted = fb_slot_make(hash, row);
    for (uint32_t at = fb_slot_home(table, wanted); table->slots[at];
         at = (at + 1) & fb_slot_mask(table))
        if (table->slots[at] == wanted) return true;
    return false;
}

static void a_table_grows_and_shrinks_alone(void **state)
{
    (void)state;
    enum { ROWS = 19000 };
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_slots slots;
    fb_slots_init(&slots, &budget);
    const uint64_t top = (uint64_t)3 << 56;
    for (uint64_t row = 1; row <= ROWS; row++) {
        assert_int_equal(fb_slots_reserve(&slots, top), FB_SLOTS_ROOM);
        fb_slots_add(&slots, top | hash_of(row) >> 8, row);
    }
    assert_int_equal(slots.tables[3].bits, 15);
    assert_null(slots.tables[4].slots);
    for (uint64_t row = 1; row <= ROWS; row++)
        assert_true(has(&slots, top | hash_of(row) >> 8, row));
    for (uint64_t row = 1; row <= ROWS - 100; row++)
        fb_slots_remove(&slots, top | hash_of(row) >> 8, row);
    fb_slots_shrink(&slots, &slots.tables[3], ROWS);
    assert_int_equal(slots.tables[3].bits, 15); /* a rollback may bring all back */
    fb_slots_shrink(&slots, &slots.tables[3], 0);
    assert_in_range(slots.tables[3].bits, 8, 10);
    for (uint64_t row = 1; row <= ROWS; row++)
        assert_int_equal(has(&slots, top | hash_of(row) >> 8, row), row > ROWS - 100);
    assert_int_equal(slots.row_count, 100);
    assert_int_equal(fb_budget_used(&budget), slots.held_bytes);
    fb_slots_deinit(&slots);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static void rows_with_one_hash_lie_in_one_run_that_closes_when_they_go(void **state)
{
    (void)state;
    fb_slots slots;
    fb_slots_init(&slots, NULL);
    /* The last place of the table, so that the run goes over its end. */
    const uint64_t hash = ((uint64_t)1 << 56) - 1, first = 0;
    for (uint64_t row = 1; row <= 6; row++) {
        assert_int_equal(fb_slots_reserve(&slots, hash), FB_SLOTS_ROOM);
        fb_slots_add(&slots, row % 2 ? hash : first, row);
    }
    fb_slots_remove(&slots, hash, 1);
    fb_slots_remove(&slots, first, 4);
    fb_slots_move(&slots, hash, 5, 50);
    assert_true(has(&slots, hash, 3) && has(&slots, hash, 50));
    assert_true(has(&slots, first, 2) && has(&slots, first, 6));
    assert_false(has(&slots, hash, 5));
    fb_slots_deinit(&slots);
}

static void failed_growth_leaves_the_rows_where_they_are(void **state)
{
    (void)state;
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_slots slots;
    fb_slots_init(&slots, &budget);
    for (uint64_t row = 1; row <= 9; row++) {
        assert_int_equal(fb_slots_reserve(&slots, 0), FB_SLOTS_ROOM);
        fb_slots_add(&slots, row << 40, row);
    }
    fb_memory_fail_at(1);
    assert_int_equal(fb_slots_reserve(&slots, 0), FB_SLOTS_NO_MEMORY);
    budget.limit_bytes = fb_budget_used(&budget) + 10;
    assert_int_equal(fb_slots_reserve(&slots, 0), FB_SLOTS_OVER_LIMIT);
    for (uint64_t row = 1; row <= 9; row++)
        assert_true(has(&slots, row << 40, row));
    fb_slots_deinit(&slots);
}

/* Rows in the order of their hashes, as a snapshot has them: without room made before, the first
 * small table takes all of them into one run, of which each row then walks a part. */
static void expected_rows_find_room_near_their_place(void **state)
{
    (void)state;
    enum { ROWS = 100000 };
    fb_budget budget;
    fb_budget_init(&budget, 0);
    fb_slots slots;
    fb_slots_init(&slots, &budget);
    fb_slots_expect(&slots, 0);
    assert_int_equal(slots.held_bytes, 0);
    fb_slots_expect(&slots, ROWS);
    uint64_t held_bytes = slots.held_bytes;
    assert_in_range(held_bytes, 8 * ROWS, 3 * 8 * ROWS);
    uint64_t steps = 0;
    for (uint64_t row = 1; row <= ROWS; row++) {
        uint64_t hash = UINT64_MAX / ROWS * row;
        assert_int_equal(fb_slots_reserve(&slots, hash), FB_SLOTS_ROOM);
        const fb_slot_table *table = fb_slots_table(&slots, hash);
        uint32_t at = fb_slot_home(table, fb_slot_make(hash, row));
        for (; table->slots[at]; at = (at + 1) & fb_slot_mask(table))
            steps++;
        fb_slots_add(&slots, hash, row);
    }
    assert_true(steps < ROWS);
    assert_int_equal(slots.held_bytes, held_bytes);
    /* Less than there are changes nothing; want of memory neither. */
    fb_slots_expect(&slots, 10);
    assert_int_equal(slots.held_bytes, held_bytes);
    budget.limit_bytes = held_bytes;
    fb_slots_expect(&slots, 100 * ROWS);
    assert_int_equal(slots.held_bytes, held_bytes);
    fb_slots_deinit(&slots);
    assert_int_equal(fb_budget_used(&budget), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_grows_and_shrinks_alone),
        cmocka_unit_test(rows_with_one_hash_lie_in_one_run_that_closes_when_they_go),
        cmocka_unit_test(expected_rows_find_room_near_their_place),
        cmocka_unit_test(failed_growth_leaves_the_rows_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
