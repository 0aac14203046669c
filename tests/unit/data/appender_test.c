/* SPDX-License-Identifier: Apache-2.0
 *
 * What was appended is compared as UnsafeRow with what it came from: bytes do not lie. */
#include "data/appender.h"

#include "data/unsafe_row.h"
#include "random_columns.h"
#include "test.h"

enum { ROWS = 300 };

static fb_arena arena;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    return 0;
}

static fb_unsafe_rows encode(const fb_column *column, size_t row_count)
{
    fb_error err = {0};
    fb_unsafe_rows rows;
    assert_ok(fb_unsafe_row_encode(&column, 1, row_count, &arena, &rows, &err), &err);
    return rows;
}

/* STRUCT<s STRING, a ARRAY<STRUCT<d DECIMAL(38, 2), m MAP<INT, STRING>, v VOID>>, b BOOLEAN> */
static const fb_type *deep_type(void)
{
    const fb_type *text = fb_type_of(FB_TYPE_STRING);
    const fb_field inner[] = {
        {.name = FB_SLICE("d"), .type = fb_type_decimal(&arena, 38, 2), .nullable = true},
        {.name = FB_SLICE("m"),
         .type = fb_type_map(&arena, fb_type_of(FB_TYPE_INT), text, true),
         .nullable = true},
        {.name = FB_SLICE("v"), .type = fb_type_of(FB_TYPE_VOID), .nullable = true}};
    const fb_type *element = fb_type_struct(&arena, inner, 3);
    const fb_field outer[] = {
        {.name = FB_SLICE("s"), .type = text, .nullable = true},
        {.name = FB_SLICE("a"), .type = fb_type_array(&arena, element, true), .nullable = true},
        {.name = FB_SLICE("b"), .type = fb_type_of(FB_TYPE_BOOLEAN), .nullable = true}};
    return fb_type_struct(&arena, outer, 3);
}

/* Appends random selections of random columns and compares every row with where it came from. */
static void check_type(const fb_type *type, uint64_t seed)
{
    fb_arena own, lent; /* the memory of a round is written over in the next */
    fb_arena_init(&own, 0);
    fb_arena_init(&lent, 0);
    fb_column column;
    fb_appender appender;
    assert_true(fb_appender_init(&appender, &column, &own, type, 3));
    fb_slice expected[ROWS * 8];
    uint32_t total = 0;
    for (uint32_t round = 0; round < 8; round++) {
        fb_column from;
        fb_arena_reset(&lent);
        random_column(&from, &lent, type, round % 2, ROWS, &seed);
        if (round == 5) fb_column_make_constant(&from);
        uint32_t rows[ROWS], count = (uint32_t)(random_word(&seed) % ROWS);
        for (uint32_t i = 0; i < count; i++)
            rows[i] = (uint32_t)(random_word(&seed) % ROWS);
        fb_column flat;
        assert_true(fb_column_flatten(&flat, &arena, &from, ROWS));
        fb_unsafe_rows bytes = encode(&flat, ROWS);
        for (uint32_t i = 0; i < count; i++)
            expected[total++] = fb_unsafe_rows_get(&bytes, rows[i]);
        assert_true(fb_appender_add(&appender, &own, &from, rows, count));
    }
    assert_int_equal(appender.row_count, total);
    fb_unsafe_rows got = encode(&column, total);
    for (uint32_t i = 0; i < total; i++) {
        fb_slice row = fb_unsafe_rows_get(&got, i);
        assert_int_equal(row.size, expected[i].size);
        assert_memory_equal(row.data, expected[i].data, row.size);
    }
    fb_arena_deinit(&lent);
    fb_arena_deinit(&own);
}

static void every_type_keeps_its_values_and_nulls(void **state)
{
    (void)state;
    for (fb_type_id id = 0; id < FB_TYPE_STRUCT; id++)
        if (id != FB_TYPE_DECIMAL) check_type(fb_type_of(id), 1 + (uint64_t)id);
    check_type(fb_type_decimal(&arena, 18, 4), 100);
    check_type(fb_type_decimal(&arena, 38, 4), 101);
    check_type(deep_type(), 102);
    check_type(fb_type_array(&arena, deep_type(), true), 103);
}

static void entries_of_rows_that_were_not_asked_for_are_left_behind(void **state)
{
    (void)state;
    const fb_type *type = fb_type_array(&arena, fb_type_of(FB_TYPE_INT), true);
    uint64_t seed = 7;
    fb_column from, column;
    random_column(&from, &arena, type, true, ROWS, &seed);
    fb_appender appender;
    assert_true(fb_appender_init(&appender, &column, &arena, type, 0));
    uint32_t row = 0;
    while (fb_column_is_null(&from, row) || from.spans[row].count == 0)
        row++;
    assert_true(fb_appender_add(&appender, &arena, &from, &row, 1));
    assert_int_equal(column.child_rows, from.spans[row].count);
    assert_true(column.child_rows < from.child_rows);
}

static void more_entries_than_can_be_numbered_are_refused(void **state)
{
    (void)state;
    const fb_type *type = fb_type_array(&arena, fb_type_of(FB_TYPE_VOID), true);
    fb_column from, column;
    assert_true(fb_column_init(&from, &arena, type, 1));
    from.spans[0] = (fb_span){0, UINT32_MAX};
    from.child_rows = UINT32_MAX;
    fb_appender appender;
    assert_true(fb_appender_init(&appender, &column, &arena, type, 2));
    const uint32_t rows[] = {0, 0};
    assert_false(fb_appender_add(&appender, &arena, &from, rows, 2));
}

#define in_arena(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_arena(every_type_keeps_its_values_and_nulls),
        in_arena(entries_of_rows_that_were_not_asked_for_are_left_behind),
        in_arena(more_entries_than_can_be_numbered_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
