/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "state/row_sort.h"

enum { ROWS = 5000 };

static void rows_are_sorted_by_time_then_by_hash_and_keep_their_order(void **state)
{
    (void)state;
    static fb_row_order rows[ROWS], scratch[ROWS];
    uint64_t next = 1;
    for (uint64_t i = 0; i < ROWS; i++) {
        next = next * 6364136223846793005u + 1442695040888963407u;
        rows[i] = (fb_row_order){(int64_t)(next >> 40) % 50 - 25, next << 20, i};
        if (i % 7 == 0) rows[i].time = INT64_MIN + (int64_t)(i % 3);
        if (i % 11 == 0) rows[i].hash = 5; /* the lower half does not count */
    }
    fb_row_sort(rows, scratch, ROWS);
    for (uint64_t i = 1; i < ROWS; i++) {
        const fb_row_order *a = &rows[i - 1], *b = &rows[i];
        assert_true(a->time <= b->time);
        if (a->time == b->time) assert_true(a->hash >> 32 <= b->hash >> 32);
        if (a->time == b->time && a->hash >> 32 == b->hash >> 32) assert_true(a->row < b->row);
    }
    fb_row_sort(rows, scratch, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_by_time_then_by_hash_and_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
