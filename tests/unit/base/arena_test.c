/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/memory.h"
#include "test.h"

static void memory_is_aligned_and_does_not_overlap(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    char *before = NULL;
    size_t before_size = 0;
    for (size_t size = 1; size < 6000; size += 37) {
        char *memory = fb_arena_alloc(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % (size >= 1024 ? 64 : 16), 0);
        memset(memory, 0xab, size);
        if (before) assert_true(memory >= before + before_size || memory + size <= before);
        before = memory;
        before_size = size;
    }
    fb_arena_deinit(&arena);
}

static void reset_reuses_the_blocks(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    for (int i = 0; i < 20; i++)
        assert_non_null(fb_arena_alloc(&arena, 1000));
    size_t held = arena.total_bytes;
    for (int round = 0; round < 5; round++) {
        fb_arena_reset(&arena);
        for (int i = 0; i < 20; i++)
            assert_non_null(fb_arena_alloc(&arena, 1000));
    }
    assert_int_equal(arena.total_bytes, held);
    fb_arena_deinit(&arena);
}

static void running_out_of_memory_returns_null_and_leaves_the_arena_usable(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    fb_memory_fail_at(1);
    assert_null(fb_arena_alloc(&arena, 10));
    assert_non_null(fb_arena_alloc(&arena, 10));
    assert_null(fb_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_string_equal(fb_arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_does_not_overlap),
        cmocka_unit_test(reset_reuses_the_blocks),
        cmocka_unit_test(running_out_of_memory_returns_null_and_leaves_the_arena_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
