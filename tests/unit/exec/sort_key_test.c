/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys are compared with a comparison of values that is written as Spark defines it. */
#include "exec/sort_key.h"

#include "random_columns.h"
#include "test.h"

#include <math.h>

enum { ROWS = 400 };

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

static int compare_doubles(double a, double b)
{
    if (isnan(a) || isnan(b)) return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

static int compare_bytes(fb_slice a, fb_slice b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_integers(fb_int128 a, fb_int128 b)
{
    return (a > b) - (a < b);
}

static fb_int128 integer_at(const fb_column *column, size_t i)
{
    switch (fb_type_width(column->type)) {
    case 1:
        return column->int8s[i];
    case 2:
        return column->int16s[i];
    case 4:
        return column->int32s[i];
    case 8:
        return column->int64s[i];
    default:
        return column->int128s[i];
    }
}

static int compare(const fb_column *column, size_t a, size_t b);

static int compare_arrays(const fb_column *elements, fb_span a, fb_span b)
{
    for (uint32_t i = 0; i < a.count && i < b.count; i++) {
        int order = compare(elements, a.start + i, b.start + i);
        if (order) return order;
    }
    return (a.count > b.count) - (a.count < b.count);
}

/* Nulls are the smallest. */
static int compare(const fb_column *column, size_t a, size_t b)
{
    bool a_null = fb_column_is_null(column, a), b_null = fb_column_is_null(column, b);
    if (a_null || b_null) return b_null - a_null;
    int order = 0;
    switch (column->type->id) {
    case FB_TYPE_FLOAT:
        return compare_doubles((double)column->floats[a], (double)column->floats[b]);
    case FB_TYPE_DOUBLE:
        return compare_doubles(column->doubles[a], column->doubles[b]);
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        return compare_bytes(fb_column_string(column, a), fb_column_string(column, b));
    case FB_TYPE_STRUCT:
        for (uint32_t i = 0; i < column->type->field_count && !order; i++)
            order = compare(&column->children[i], a, b);
        return order;
    case FB_TYPE_ARRAY:
        return compare_arrays(&column->children[0], column->spans[a], column->spans[b]);
    default:
        return compare_integers(integer_at(column, a), integer_at(column, b));
    }
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static fb_slice *make_keys(const fb_column *column, bool descending, bool nulls_last)
{
    size_t *sizes = fb_arena_alloc_zero(&arena, ROWS * sizeof *sizes);
    uint8_t **ends = fb_arena_array(&arena, ROWS, sizeof *ends);
    fb_slice *keys = fb_arena_array(&arena, ROWS, sizeof *keys);
    fb_sort_key_measure(column, ROWS, sizes);
    for (uint32_t i = 0; i < ROWS; i++) {
        ends[i] = fb_arena_alloc(&arena, sizes[i]);
        keys[i] = fb_slice_make((const char *)ends[i], sizes[i]);
    }
    fb_sort_key_write(column, descending, nulls_last, ROWS, ends);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_ptr_equal(ends[i], keys[i].data + sizes[i]);
    return keys;
}

/* Every pair of rows, in all four orders. */
static void check_column(const fb_column *column)
{
    for (int order = 0; order < 4; order++) {
        bool descending = order & 1, nulls_last = order & 2;
        fb_slice *keys = make_keys(column, descending, nulls_last);
        for (uint32_t a = 0; a < ROWS; a++) {
            for (uint32_t b = 0; b < ROWS; b++) {
                bool a_null = fb_column_is_null(column, a), b_null = fb_column_is_null(column, b);
                int expected = a_null || b_null ? (nulls_last ? a_null - b_null : b_null - a_null)
                               : descending     ? -compare(column, a, b)
                                                : compare(column, a, b);
                assert_int_equal(sign(compare_bytes(keys[a], keys[b])), sign(expected));
            }
        }
    }
}

/* Few different values, so that many are equal, and the extremes among them. */
static void make_rare(fb_column *column, uint64_t *seed)
{
    static const double doubles[] = {0.0, -0.0, 1.5, -1.5, NAN, -NAN, INFINITY, -INFINITY, 5e-324};
    static const char *const texts[] = {"", "a", "ab", "b", "\xc3\xa9", "\xff", "zzzzzzzzzzzzzz"};
    for (size_t i = 0; i < ROWS; i += 2) {
        uint64_t word = random_word(seed);
        if (column->type->id == FB_TYPE_DOUBLE) column->doubles[i] = doubles[word % 9];
        if (column->type->id == FB_TYPE_FLOAT) column->floats[i] = (float)doubles[word % 9];
        if (column->type->id == FB_TYPE_BIGINT)
            column->int64s[i] = word % 3 ? (int64_t)(word % 3) : INT64_MIN;
        if (column->type->id == FB_TYPE_STRING)
            column->strings[i] = fb_string_view(fb_slice_of(texts[word % 7]));
        if (column->type->id == FB_TYPE_BINARY) /* zeros of every number */
            column->strings[i] = fb_string_view(fb_slice_make("\0\0\0\0\xff", word % 6));
    }
}

static void check_type(const fb_type *type, uint64_t seed)
{
    fb_column column;
    random_column(&column, &arena, type, true, ROWS, &seed);
    make_rare(&column, &seed);
    check_column(&column);
}

static void keys_of_simple_types_compare_as_their_values(void **state)
{
    (void)state;
    for (fb_type_id id = 0; id < FB_TYPE_STRUCT; id++)
        if (id != FB_TYPE_DECIMAL) check_type(fb_type_of(id), 1 + (uint64_t)id);
    check_type(fb_type_decimal(&arena, 12, 2), 50);
    check_type(fb_type_decimal(&arena, 38, 2), 51);
}

static void keys_of_nested_types_compare_field_by_field_and_nulls_are_smallest(void **state)
{
    (void)state;
    const fb_type *flags = fb_type_array(&arena, fb_type_of(FB_TYPE_BOOLEAN), true);
    const fb_type *texts = fb_type_array(&arena, fb_type_of(FB_TYPE_STRING), true);
    const fb_field fields[] = {
        {.name = FB_SLICE("a"), .type = fb_type_of(FB_TYPE_BOOLEAN), .nullable = true},
        {.name = FB_SLICE("b"), .type = flags, .nullable = true},
        {.name = FB_SLICE("c"), .type = texts, .nullable = true},
        {.name = FB_SLICE("d"), .type = fb_type_of(FB_TYPE_VOID), .nullable = true}};
    const fb_type *both = fb_type_struct(&arena, fields, 4);
    check_type(flags, 60);
    check_type(texts, 61);
    check_type(both, 62);
    check_type(fb_type_array(&arena, both, true), 63);
}

static void a_constant_column_has_equal_keys(void **state)
{
    (void)state;
    uint64_t seed = 70;
    fb_column column;
    random_column(&column, &arena, fb_type_of(FB_TYPE_STRING), false, ROWS, &seed);
    fb_column_make_constant(&column);
    check_column(&column);
}

static void maps_have_no_keys(void **state)
{
    (void)state;
    const fb_type *text = fb_type_of(FB_TYPE_STRING);
    const fb_type *map = fb_type_map(&arena, text, text, true);
    assert_true(fb_sort_key_is_possible(fb_type_array(&arena, text, true)));
    assert_false(fb_sort_key_is_possible(map));
    assert_false(fb_sort_key_is_possible(fb_type_array(&arena, map, true)));
}

#define in_arena(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_arena(keys_of_simple_types_compare_as_their_values),
        in_arena(keys_of_nested_types_compare_field_by_field_and_nulls_are_smallest),
        in_arena(a_constant_column_has_equal_keys),
        in_arena(maps_have_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
