/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "data/chunk.h"
#include "test.h"

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

static fb_column longs(size_t count)
{
    fb_column column;
    assert_true(fb_column_init(&column, &arena, fb_type_of(FB_TYPE_BIGINT), count));
    for (size_t i = 0; i < count; i++)
        column.int64s[i] = (int64_t)i * 10;
    return column;
}

static fb_column strings(const char *const *texts, size_t count)
{
    fb_column column;
    assert_true(fb_column_init(&column, &arena, fb_type_of(FB_TYPE_STRING), count));
    for (size_t i = 0; i < count; i++)
        column.strings[i] = fb_string_view(fb_slice_of(texts[i]));
    return column;
}

/* [[0], [1, 1], [2, 2, 2], ...] */
static fb_column arrays(size_t count)
{
    const fb_type *type = fb_type_array(&arena, fb_type_of(FB_TYPE_BIGINT), true);
    fb_column column;
    assert_true(fb_column_init(&column, &arena, type, count));
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        column.spans[i] = (fb_span){total, i + 1};
        total += i + 1;
    }
    assert_true(fb_column_init(&column.children[0], &arena, fb_type_of(FB_TYPE_BIGINT), total));
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k <= i; k++)
            column.children[0].int64s[column.spans[i].start + k] = i;
    column.child_rows = total;
    return column;
}

static void short_strings_lie_inline_and_long_ones_are_views(void **state)
{
    (void)state;
    const char *texts[] = {"", "abc", "abcd", "twelve bytes", "thirteen byte"};
    for (size_t i = 0; i < 5; i++) {
        fb_string string = fb_string_view(fb_slice_of(texts[i]));
        assert_slice_equal(fb_string_slice(&string), texts[i]);
    }
}

static void gather_takes_rows_in_the_given_order_with_their_nulls(void **state)
{
    (void)state;
    fb_column column = longs(130), out;
    assert_true(fb_column_need_validity(&column, &arena, 130));
    fb_bits_clear(column.validity, 129);
    const uint32_t rows[] = {129, 0, 64, 65, 128};
    assert_true(fb_column_gather(&out, &arena, &column, rows, 5));
    assert_true(fb_column_is_null(&out, 0));
    for (size_t i = 1; i < 5; i++) {
        assert_false(fb_column_is_null(&out, i));
        assert_int_equal(out.int64s[i], rows[i] * 10);
    }
}

static void gather_keeps_a_constant_column_constant(void **state)
{
    (void)state;
    fb_column column = longs(1), out;
    fb_column_make_constant(&column);
    const uint32_t rows[] = {7, 9};
    assert_true(fb_column_gather(&out, &arena, &column, rows, 2));
    assert_true(out.is_constant);
    assert_ptr_equal(out.values, column.values);
}

static void flatten_repeats_a_constant_struct_with_its_children(void **state)
{
    (void)state;
    const fb_field fields[] = {
        {.name = FB_SLICE("n"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
        {.name = FB_SLICE("s"), .type = fb_type_of(FB_TYPE_STRING), .nullable = true}};
    const fb_type *type = fb_type_struct(&arena, fields, 2);
    fb_column column, out;
    assert_true(fb_column_init(&column, &arena, type, 1));
    column.children[0].int64s[0] = 5;
    column.children[1].strings[0] = fb_string_view(FB_SLICE("five"));
    fb_column_make_constant(&column);
    assert_true(column.children[1].is_constant);
    assert_true(fb_column_flatten(&out, &arena, &column, 70));
    assert_false(out.is_constant || out.children[0].is_constant);
    assert_int_equal(out.children[0].int64s[69], 5);
    assert_slice_equal(fb_column_string(&out.children[1], 69), "five");
}

static void a_slice_shares_memory_and_has_validity_only_for_nulls_of_its_own(void **state)
{
    (void)state;
    const fb_field fields[] = {
        {.name = FB_SLICE("a"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
        {.name = FB_SLICE("b"), .type = fb_type_of(FB_TYPE_TINYINT), .nullable = true}};
    const fb_type *type = fb_type_struct(&arena, fields, 2);
    fb_column all, slice;
    assert_true(fb_column_init_zero(&all, &arena, type, 200));
    assert_true(fb_column_need_validity(&all.children[0], &arena, 200));
    fb_bits_clear(all.children[0].validity, 130);
    for (int64_t i = 0; i < 200; i++) {
        all.children[0].int64s[i] = i;
        all.children[1].int8s[i] = (int8_t)(i % 100);
    }
    assert_true(fb_column_slice(&slice, &arena, &all, 128, 72));
    assert_ptr_equal(slice.children[0].int64s, all.children[0].int64s + 128);
    assert_int_equal(slice.children[1].int8s[71], 99);
    for (size_t i = 0; i < 72; i++)
        assert_true(fb_column_is_null(&slice.children[0], i) == (i == 2));
    assert_true(fb_column_slice(&slice, &arena, &all, 0, 130));
    assert_null(slice.children[0].validity);
    assert_true(fb_column_slice(&slice, &arena, &all, 0, 131));
    assert_true(fb_column_is_null(&slice.children[0], 130));
    assert_true(fb_column_init_null(&all, &arena, type));
    assert_true(fb_column_slice(&slice, &arena, &all, 64, 10));
    assert_true(fb_column_is_null(&slice, 5));
}

static void a_copy_does_not_share_string_bytes(void **state)
{
    (void)state;
    char text[] = "a text longer than twelve bytes";
    const char *texts[] = {text, "short"};
    fb_column column = strings(texts, 2), out;
    assert_true(fb_column_copy(&out, &arena, &column, 2));
    text[0] = 'X';
    assert_slice_equal(fb_column_string(&out, 0), "a text longer than twelve bytes");
    assert_slice_equal(fb_column_string(&out, 1), "short");
}

static void a_copy_has_the_entries_of_all_arrays(void **state)
{
    (void)state;
    fb_column column = arrays(3), out;
    assert_true(fb_column_copy(&out, &arena, &column, 3));
    memset(column.children[0].int64s, 0x55, 6 * sizeof(int64_t));
    assert_int_equal(out.child_rows, 6);
    static const int64_t expected[] = {0, 1, 1, 2, 2, 2};
    assert_memory_equal(out.children[0].int64s, expected, sizeof expected);
}

static void a_null_column_is_null_in_every_row_for_every_type(void **state)
{
    (void)state;
    for (int id = FB_TYPE_VOID; id <= FB_TYPE_TIMESTAMP_NTZ; id++) {
        if (id == FB_TYPE_DECIMAL) continue;
        fb_column column;
        assert_true(fb_column_init_null(&column, &arena, fb_type_of((fb_type_id)id)));
        assert_true(fb_column_is_null(&column, 0));
        assert_true(fb_column_is_null(&column, 4095));
    }
}

static void scatter_writes_values_and_nulls_and_leaves_other_rows(void **state)
{
    (void)state;
    fb_column to = longs(6), from = longs(2);
    assert_true(fb_column_need_validity(&from, &arena, 2));
    fb_bits_clear(from.validity, 1);
    const uint32_t rows[] = {5, 2};
    assert_true(fb_column_scatter(&to, &arena, 6, rows, 2, &from));
    assert_int_equal(to.int64s[5], 0);
    assert_true(fb_column_is_null(&to, 2));
    assert_int_equal(to.int64s[3], 30);
    assert_false(fb_column_is_null(&to, 3));
}

static void scatter_appends_the_entries_of_arrays(void **state)
{
    (void)state;
    fb_column to = arrays(4), from = arrays(3);
    const uint32_t rows[] = {0, 1, 3};
    assert_true(fb_column_scatter(&to, &arena, 4, rows, 3, &from));
    const uint32_t counts[] = {1, 2, 3, 3};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(to.spans[i].count, counts[i]);
        for (uint32_t k = 0; k < counts[i]; k++)
            assert_int_equal(to.children[0].int64s[to.spans[i].start + k], counts[i] - 1);
    }
}

static void put_overwrites_one_row(void **state)
{
    (void)state;
    const char *texts[] = {"one", "two", "three, which is long"};
    fb_column to = strings(texts, 3), from = strings(texts, 3);
    assert_true(fb_column_put(&to, &arena, 0, 3, &from, 2));
    assert_slice_equal(fb_column_string(&to, 0), "three, which is long");
    assert_slice_equal(fb_column_string(&to, 1), "two");
}

static void a_failed_allocation_is_reported_everywhere(void **state)
{
    (void)state;
    fb_column column = longs(3), constant = longs(1), out;
    fb_column_make_constant(&constant);
    const uint32_t rows[] = {0, 1, 2};
    for (int call = 0; call < 4; call++) {
        fb_arena small;
        fb_arena_init(&small, 16);
        fb_memory_fail_at(1);
        bool ok = call == 0   ? fb_column_init(&out, &small, column.type, 100)
                  : call == 1 ? fb_column_gather(&out, &small, &column, rows, 3)
                  : call == 2 ? fb_column_flatten(&out, &small, &constant, 3)
                              : fb_column_copy(&out, &small, &column, 3);
        fb_memory_fail_at(0);
        assert_false(ok);
        fb_arena_deinit(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_strings_lie_inline_and_long_ones_are_views),
        cmocka_unit_test(gather_takes_rows_in_the_given_order_with_their_nulls),
        cmocka_unit_test(gather_keeps_a_constant_column_constant),
        cmocka_unit_test(flatten_repeats_a_constant_struct_with_its_children),
        cmocka_unit_test(a_slice_shares_memory_and_has_validity_only_for_nulls_of_its_own),
        cmocka_unit_test(a_copy_does_not_share_string_bytes),
        cmocka_unit_test(a_copy_has_the_entries_of_all_arrays),
        cmocka_unit_test(a_null_column_is_null_in_every_row_for_every_type),
        cmocka_unit_test(scatter_writes_values_and_nulls_and_leaves_other_rows),
        cmocka_unit_test(scatter_appends_the_entries_of_arrays),
        cmocka_unit_test(put_overwrites_one_row),
        cmocka_unit_test(a_failed_allocation_is_reported_everywhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
