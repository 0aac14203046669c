/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/kernel.h"

#include "base/memory.h"
#include "expr/function.h"
#include "test.h"

static const fb_function function = {.name = "repeat"};
static const fb_expr call = {.kind = FB_EXPR_CALL, .function = &function};

static void strings_of_a_chunk_share_pieces_of_the_arena(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_eval eval = {.arena = &arena};
    fb_text_block text = {.eval = &eval};
    uint64_t before = fb_memory_allocations();
    fb_string strings[1000];
    for (int i = 0; i < 1000; i++) {
        char *at = fb_text_room(&text, &call, 20);
        assert_non_null(at);
        memset(at, 'a' + i % 26, 20);
        strings[i] = fb_text_take(&text, i % 2 ? 20 : 5);
    }
    assert_true(fb_memory_allocations() - before <= 2);
    for (int i = 0; i < 1000; i++) {
        fb_slice slice = fb_string_slice(&strings[i]);
        assert_int_equal(slice.size, i % 2 ? 20 : 5);
        for (size_t k = 0; k < slice.size; k++)
            assert_int_equal(slice.data[k], 'a' + i % 26);
    }
    fb_arena_deinit(&arena);
}

static void a_string_that_is_too_long_is_an_error_with_the_functions_name(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err = {0};
    fb_eval eval = {.arena = &arena, .err = &err};
    fb_text_block text = {.eval = &eval};
    assert_null(fb_text_room(&text, &call, (size_t)FB_TEXT_MAX_BYTES + 1));
    assert_int_equal(text.status, FB_E_LIMIT);
    assert_contains(err.message, "repeat");
    fb_memory_fail_at(1);
    assert_null(fb_text_room(&text, &call, 1 << 20));
    fb_memory_fail_at(0);
    assert_int_equal(text.status, FB_E_NOMEM);
    fb_arena_deinit(&arena);
}

static void a_piece_is_repeated_and_the_last_one_cut(void **state)
{
    (void)state;
    for (size_t piece_size = 1; piece_size <= 5; piece_size++) {
        for (size_t size = 0; size < 40; size++) {
            char text[48];
            memset(text, '#', sizeof text);
            fb_text_repeat(text, fb_slice_make("abcde", piece_size), size);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(text[i], "abcde"[i % piece_size]);
            assert_int_equal(text[size], '#');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_of_a_chunk_share_pieces_of_the_arena),
        cmocka_unit_test(a_piece_is_repeated_and_the_last_one_cut),
        cmocka_unit_test(a_string_that_is_too_long_is_an_error_with_the_functions_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
