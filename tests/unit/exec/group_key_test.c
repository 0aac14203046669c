/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of keys; group_table_test compares all types with their rows. */
#include "exec/group_key.h"
#include "exec/group_words.h"
#include "test.h"

enum { ROWS = 100 };

static const fb_type *window_type(fb_arena *arena)
{
    const fb_type *time = fb_type_of(FB_TYPE_TIMESTAMP);
    const fb_field fields[] = {{.name = FB_SLICE("start"), .type = time, .nullable = true},
                               {.name = FB_SLICE("end"), .type = time, .nullable = true}};
    return fb_type_struct(arena, fields, 2);
}

static void a_window_of_one_width_is_one_word(void **state)
{
    (void)state;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {window_type(&arena), fb_type_of(FB_TYPE_BIGINT)};
    const int64_t widths[] = {10, 0};
    fb_group_layout layout;
    assert_ok(fb_group_layout_build(&layout, &arena, types, NULL, 2, &err), &err);
    assert_int_equal(layout.word_count, 3);
    assert_ok(fb_group_layout_build(&layout, &arena, types, widths, 2, &err), &err);
    assert_int_equal(layout.word_count, 2);

    fb_column keys[2], back[2];
    assert_true(fb_column_init(&keys[0], &arena, types[0], ROWS));
    assert_true(fb_column_init(&keys[1], &arena, types[1], ROWS));
    for (int64_t i = 0; i < ROWS; i++) {
        keys[0].children[0].int64s[i] = i / 10 * 10;
        keys[0].children[1].int64s[i] = i / 10 * 10 + 10;
        keys[1].int64s[i] = i % 2;
    }
    fb_group_block rows;
    fb_group_words table;
    uint32_t groups[ROWS];
    assert_ok(fb_group_block_build(&rows, &layout, keys, ROWS, &arena, &err), &err);
    assert_ok(fb_group_words_init(&table, &layout, NULL, &err), &err);
    assert_ok(fb_group_words_find(&table, &rows, groups, &err), &err);
    assert_int_equal(table.count, 20);
    const fb_group_entries entries = fb_group_words_from(&table, 5);
    assert_ok(fb_group_keys_decode(&layout, &entries, 15, &arena, back, &err), &err);
    for (int64_t i = 0; i < 15; i++) {
        assert_int_equal(back[0].children[0].int64s[i], (i + 5) / 2 * 10);
        assert_int_equal(back[0].children[1].int64s[i], (i + 5) / 2 * 10 + 10);
        assert_int_equal(back[1].int64s[i], (i + 5) % 2);
    }
    fb_group_words_deinit(&table);
    fb_arena_deinit(&arena);
}

static void small_values_share_a_word_and_large_ones_are_not_copied(void **state)
{
    (void)state;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {fb_type_of(FB_TYPE_INT), fb_type_of(FB_TYPE_BOOLEAN),
                              fb_type_of(FB_TYPE_SMALLINT), fb_type_of(FB_TYPE_BIGINT)};
    fb_group_layout layout;
    assert_ok(fb_group_layout_build(&layout, &arena, types, NULL, 4, &err), &err);
    assert_int_equal(layout.word_count, 2);
    fb_column keys[4];
    for (uint32_t i = 0; i < 4; i++)
        assert_true(fb_column_init_zero(&keys[i], &arena, types[i], ROWS));
    keys[0].int32s[1] = -2;
    keys[1].bools[1] = 1;
    keys[2].int16s[1] = -3;
    fb_group_block rows;
    assert_ok(fb_group_block_build(&rows, &layout, keys, ROWS, &arena, &err), &err);
    assert_true(rows.words[0][1] == 0x00fffd01fffffffeu);
    assert_int_equal(rows.words[0][0], 0);
    assert_ptr_equal(rows.words[1], keys[3].int64s);
    assert_null(rows.nulls);
    fb_arena_deinit(&arena);
}

/* Keys whose hashes are equal, and of long strings also the words, differ in bytes or nulls. */
static void keys_of_one_hash_are_told_apart(void **state)
{
    (void)state;
    static const char *const texts[] = {"the same size 1", "the same size 2"};
    static const uint32_t expected[] = {0, 1, 2, 0, 1, 2};
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {fb_type_of(FB_TYPE_BIGINT), fb_type_of(FB_TYPE_STRING)};
    fb_group_layout layout;
    assert_ok(fb_group_layout_build(&layout, &arena, types, NULL, 2, &err), &err);
    uint64_t zeros[6] = {0}, sizes[6], nulls[6];
    fb_string strings[6];
    for (uint32_t i = 0; i < 6; i++) { /* the third key is the first one but for a null */
        strings[i] = fb_string_view(fb_slice_of(texts[i % 3 == 1]));
        memcpy(&sizes[i], &strings[i], sizeof sizes[i]);
        nulls[i] = i % 3 == 2 ? 1 : 0;
    }
    const uint64_t *words[] = {zeros, sizes, zeros};
    const fb_string *columns[] = {strings};
    const fb_group_block rows = {
        .row_count = 6, .words = words, .nulls = nulls, .strings = columns, .hashes = zeros};
    assert_int_equal(layout.word_count, 3);
    fb_group_words table;
    uint32_t groups[6];
    assert_ok(fb_group_words_init(&table, &layout, NULL, &err), &err);
    assert_ok(fb_group_words_find(&table, &rows, groups, &err), &err);
    assert_memory_equal(groups, expected, sizeof expected);
    assert_int_equal(table.count, 3);
    fb_group_words_deinit(&table);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_of_one_width_is_one_word),
        cmocka_unit_test(keys_of_one_hash_are_told_apart),
        cmocka_unit_test(small_values_share_a_word_and_large_ones_are_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
