/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists to rows of state and back; rows that are none. */
#include "expr/element_list.h"
#include "test.h"

enum { ROWS = 300 };

static fb_arena arena;
static fb_error err;

static const fb_type *row_of(const fb_type *element)
{
    const fb_field field = {.name = FB_SLICE("elements"),
                            .type = fb_type_array(&arena, element, false)};
    return fb_type_struct(&arena, &field, 1);
}

static void make_column(const fb_type *type, fb_column *out)
{
    assert_true(fb_column_init_zero(out, &arena, type, ROWS));
    for (uint32_t i = 0; i < ROWS; i++) {
        int64_t value = (int64_t)i * 7 % 100;
        if (type->id == FB_TYPE_STRING) {
            char *text = fb_arena_printf(&arena, "%0*lld", 1 + (int)i % 30, (long long)value);
            out->strings[i] = fb_string_view(fb_slice_of(text));
        } else if (fb_type_width(type) == sizeof(fb_int128)) {
            out->int128s[i] = (fb_int128)value << (i % 90);
        } else {
            memcpy((char *)out->values + i * fb_type_width(type), &value, fb_type_width(type));
        }
    }
}

/* `count` rows as a list, written, and decoded again. */
static fb_slice write(const fb_column *column, uint32_t count, fb_element_kind kind,
                      fb_column *decoded)
{
    fb_element_list list = {0};
    fb_elements elements;
    fb_slice row;
    fb_chunk chunk;
    assert_ok(fb_elements_of(kind, column, ROWS, &arena, &elements, &err), &err);
    for (uint32_t i = 0; i < count; i++)
        assert_true(fb_element_list_add(&list, kind, &arena, &elements, i));
    assert_ok(fb_element_list_write(&list, kind, &arena, &row, &err), &err);
    const fb_type *schema = row_of(column->type);
    assert_ok(fb_unsafe_row_check(schema, row, &err), &err);
    assert_ok(fb_unsafe_row_decode(schema, &row, 1, &arena, &chunk, &err), &err);
    *decoded = chunk.columns[0];
    return row;
}

static bool same_value(const fb_column *a, uint32_t a_row, const fb_column *b, uint32_t b_row)
{
    size_t width = fb_type_width(a->type);
    if (a->type->id == FB_TYPE_STRING)
        return fb_slice_equal(fb_column_string(a, a_row), fb_column_string(b, b_row));
    return memcmp((char *)a->values + a_row * width, (char *)b->values + b_row * width, width) == 0;
}

static void lists_keep_all_elements_in_order(void **state)
{
    (void)state;
    const fb_type *types[] = {fb_type_of(FB_TYPE_TINYINT), fb_type_of(FB_TYPE_SMALLINT),
                              fb_type_of(FB_TYPE_INT),     fb_type_of(FB_TYPE_BIGINT),
                              fb_type_of(FB_TYPE_STRING),  fb_type_decimal(&arena, 38, 2)};
    static const uint32_t counts[] = {0, 1, 3, 63, 64, 65, ROWS};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        fb_column column, decoded;
        make_column(types[t], &column);
        fb_element_kind kind = fb_element_kind_of(types[t], false);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            fb_slice row = write(&column, counts[c], kind, &decoded);
            assert_int_equal(decoded.spans[0].count, counts[c]);
            for (uint32_t i = 0; i < counts[c]; i++)
                assert_true(same_value(decoded.children, decoded.spans[0].start + i, &column, i));
            if (counts[c] == 0) assert_true(fb_slice_equal(row, fb_element_list_empty));
        }
    }
}

static void sets_keep_the_first_of_equals(void **state)
{
    (void)state;
    const fb_type *types[] = {fb_type_of(FB_TYPE_INT), fb_type_of(FB_TYPE_STRING)};
    for (size_t t = 0; t < 2; t++) {
        fb_column column, decoded;
        make_column(types[t], &column);
        (void)write(&column, ROWS, fb_element_kind_of(types[t], true), &decoded);
        uint32_t expected = 0, start = decoded.spans[0].start;
        for (uint32_t i = 0; i < ROWS; i++) {
            bool is_new = true;
            for (uint32_t j = 0; j < i; j++)
                is_new &= !same_value(&column, i, &column, j);
            if (is_new) assert_true(same_value(decoded.children, start + expected++, &column, i));
        }
        assert_int_equal(decoded.spans[0].count, expected);
    }
}

static void a_row_is_read_behind_what_a_list_has(void **state)
{
    (void)state;
    fb_column column, decoded;
    make_column(fb_type_of(FB_TYPE_STRING), &column);
    fb_element_kind kind = fb_element_kind_of(column.type, true);
    fb_slice row = write(&column, 90, kind, &decoded), again;
    fb_element_list list = {0};
    fb_elements elements;
    assert_ok(fb_elements_of(kind, &column, ROWS, &arena, &elements, &err), &err);
    assert_ok(fb_element_list_read(&list, kind, &arena, row, &err), &err);
    for (uint32_t i = 0; i < 90; i++) /* no news for a set */
        assert_true(fb_element_list_add(&list, kind, &arena, &elements, i));
    assert_ok(fb_element_list_write(&list, kind, &arena, &again, &err), &err);
    assert_true(fb_slice_equal(row, again));
}

/* Every byte wrong in every way, every length: an error or another list, never more. */
static void any_bytes_are_read_safely(void **state)
{
    (void)state;
    const fb_type *types[] = {fb_type_of(FB_TYPE_BIGINT), fb_type_of(FB_TYPE_STRING)};
    for (size_t t = 0; t < 2; t++) {
        fb_column column, decoded;
        make_column(types[t], &column);
        fb_element_kind kind = fb_element_kind_of(types[t], true);
        fb_slice row = write(&column, 5, kind, &decoded);
        uint32_t refused = 0;
        for (size_t size = 0; size < row.size; size++) {
            fb_element_list list = {0};
            char *copy = fb_arena_copy(&arena, row.data, size + 1);
            refused += fb_element_list_read(&list, kind, &arena, fb_slice_make(copy, size), &err) ==
                       FB_E_CORRUPT;
        }
        assert_int_equal(refused, row.size);
        for (size_t bit = 0; bit < row.size * 8; bit++) {
            fb_element_list list = {0};
            char *copy = fb_arena_copy(&arena, row.data, row.size);
            copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
            fb_status status =
                fb_element_list_read(&list, kind, &arena, fb_slice_make(copy, row.size), &err);
            assert_true(status == FB_OK || status == FB_E_CORRUPT);
        }
    }
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_keep_all_elements_in_order),
        cmocka_unit_test(sets_keep_the_first_of_equals),
        cmocka_unit_test(a_row_is_read_behind_what_a_list_has),
        cmocka_unit_test(any_bytes_are_read_safely),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
