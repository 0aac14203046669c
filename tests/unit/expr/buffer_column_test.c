/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of nested values that replace one another, against the rows they were copied from. */
#include "data/value_text.h"
#include "expr/buffer_column.h"
#include "sql/parse.h"
#include "test.h"

enum { ROWS = 60, GROUPS = 40, ROUNDS = 40 };

static fb_arena arena;
static fb_error err;

/* --- random values --- */

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % limit;
}

static void fill(fb_column *column, uint32_t row_count, uint64_t *seed);

static void fill_entries(fb_column *column, uint32_t row_count, uint64_t *seed)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        column->spans[i] = (fb_span){start, below(seed, 4)};
        start += column->spans[i].count;
    }
    column->child_rows = start;
    for (uint32_t i = 0; i < column->type->field_count; i++) {
        assert_true(
            fb_column_init_zero(&column->children[i], &arena, column->type->fields[i].type, start));
        fill(&column->children[i], start, seed);
    }
}

static void fill(fb_column *column, uint32_t row_count, uint64_t *seed)
{
    assert_true(fb_column_need_validity(column, &arena, row_count));
    for (uint32_t i = 0; i < row_count; i++)
        fb_bits_put(column->validity, i, below(seed, 5) > 0);
    if (column->type->id == FB_TYPE_STRUCT) {
        for (uint32_t i = 0; i < column->type->field_count; i++)
            fill(&column->children[i], row_count, seed);
    } else if (fb_type_is_nested(column->type)) {
        fill_entries(column, row_count, seed);
    } else if (column->type->id == FB_TYPE_STRING) {
        for (uint32_t i = 0; i < row_count; i++) {
            char *text = fb_arena_printf(&arena, "%0*u", 1 + (int)below(seed, 40), i);
            column->strings[i] = fb_string_view(fb_slice_of(text));
        }
    } else {
        for (uint32_t i = 0; i < row_count; i++)
            column->int32s[i] = (int32_t)below(seed, 1000);
    }
}

static const fb_type *type_of(const char *text)
{
    const fb_type *type;
    assert_ok(fb_sql_parse_schema(&arena, fb_slice_of(text), &type, &err), &err);
    return type;
}

static void assert_same_row(const fb_column *a, uint32_t a_row, const fb_column *b, uint32_t b_row)
{
    fb_buf texts[2];
    fb_buf_init(&texts[0], 0);
    fb_buf_init(&texts[1], 0);
    fb_value_text_show(a, a_row, fb_timezone_utc(), &texts[0]);
    fb_value_text_show(b, b_row, fb_timezone_utc(), &texts[1]);
    assert_string_equal(fb_buf_text(&texts[0]), fb_buf_text(&texts[1]));
    fb_buf_deinit(&texts[0]);
    fb_buf_deinit(&texts[1]);
}

/* --- tests --- */

static void put_rows(fb_column *kept, fb_arena *heap, const fb_column *from, uint32_t *shown,
                     uint64_t *seed)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t group = below(seed, GROUPS), row = below(seed, ROWS);
        assert_true(fb_buffer_column_put(kept, heap, group, from, row));
        shown[group] = row;
    }
    for (uint32_t group = 0; group < GROUPS; group++)
        if (shown[group] != UINT32_MAX)
            assert_same_row(kept, group, from, shown[group]);
        else
            assert_true(fb_column_is_null(kept, group));
}

static void rows_of_any_type_replace_one_another(void **state)
{
    (void)state;
    static const char *const types[] = {
        "INT",
        "STRING",
        "STRUCT<a: INT, b: STRING>",
        "ARRAY<STRING>",
        "MAP<STRING, ARRAY<INT>>",
        "STRUCT<a: ARRAY<STRUCT<b: STRING, c: ARRAY<STRING>>>, d: STRUCT<e: MAP<INT, STRING>>>",
        "ARRAY<ARRAY<ARRAY<STRING>>>",
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        uint64_t seed = t;
        const fb_type *type = type_of(types[t]);
        fb_column kept, from;
        fb_arena heap;
        fb_arena_init(&heap, 0);
        assert_true(fb_buffer_column_init(&kept, type));
        assert_true(fb_buffer_column_grow(&kept, true, GROUPS / 2));
        fb_buffer_column_start(&kept, true, 0, GROUPS / 2);
        assert_true(fb_buffer_column_grow(&kept, true, GROUPS));
        fb_buffer_column_start(&kept, true, GROUPS / 2, GROUPS);
        for (int round = 0; round < ROUNDS; round++) {
            uint32_t shown[GROUPS];
            memset(shown, 0xff, sizeof shown);
            assert_true(fb_column_init_zero(&from, &arena, type, ROWS));
            fill(&from, ROWS, &seed);
            put_rows(&kept, &heap, &from, shown, &seed);
            fb_buffer_column_clear(&kept);
            fb_arena_reset(&heap);
            fb_buffer_column_start(&kept, true, 0, GROUPS);
        }
        assert_true(fb_buffer_column_bytes(&kept, GROUPS) > 0);
        fb_buffer_column_deinit(&kept);
        fb_arena_deinit(&heap);
        fb_arena_reset(&arena);
    }
}

/* last() of a text that changes with each row must not need memory for each. */
static void a_text_takes_the_place_of_one_as_long(void **state)
{
    (void)state;
    fb_column kept, from;
    fb_arena heap;
    fb_arena_init(&heap, 0);
    assert_true(fb_buffer_column_init(&kept, fb_type_of(FB_TYPE_STRING)));
    assert_true(fb_buffer_column_grow(&kept, true, 1));
    fb_buffer_column_start(&kept, true, 0, 1);
    assert_true(fb_column_init(&from, &arena, kept.type, 2));
    from.strings[0] = fb_string_view(FB_SLICE("a text of thirty characters, 1"));
    from.strings[1] = fb_string_view(FB_SLICE("a text of twenty, 2"));
    for (int i = 0; i < 100000; i++)
        assert_true(fb_buffer_column_put(&kept, &heap, 0, &from, (size_t)i % 2));
    assert_true(heap.total_bytes <= 64 * 1024 + 4096);
    assert_same_row(&kept, 0, &from, 1);
    fb_buffer_column_deinit(&kept);
    fb_arena_deinit(&heap);
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
        cmocka_unit_test(rows_of_any_type_replace_one_another),
        cmocka_unit_test(a_text_takes_the_place_of_one_as_long),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
