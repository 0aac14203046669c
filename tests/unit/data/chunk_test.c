/* SPDX-License-Identifier: Apache-2.0 */
#include "data/chunk.h"
#include "test.h"

static const fb_type *schema(fb_arena *arena)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("n"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
        {.name = FB_SLICE("s"), .type = fb_type_of(FB_TYPE_STRING), .nullable = true},
        {.name = FB_SLICE("v"), .type = fb_type_of(FB_TYPE_VOID), .nullable = true}};
    return fb_type_struct(arena, fields, 3);
}

static void fill(fb_chunk *chunk, fb_arena *arena)
{
    assert_true(fb_chunk_init(chunk, arena, schema(arena), 100));
    for (size_t i = 0; i < 100; i++) {
        chunk->columns[0].int64s[i] = (int64_t)i;
        chunk->columns[1].strings[i] = fb_string_view(FB_SLICE("some text of a row"));
    }
    fb_chunk_verify(chunk, schema(arena));
}

static void gather_takes_rows_of_every_column(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_chunk chunk, part;
    fill(&chunk, &arena);
    assert_true(fb_chunk_gather(&part, &arena, &chunk, (uint32_t[]){5, 99}, 2));
    fb_chunk_verify(&part, schema(&arena));
    assert_int_equal(part.row_count, 2);
    assert_int_equal(part.columns[0].int64s[1], 99);
    assert_slice_equal(fb_column_string(&part.columns[1], 1), "some text of a row");
    assert_true(fb_column_is_null(&part.columns[2], 1));
    fb_arena_deinit(&arena);
}

static void a_copy_outlives_the_memory_of_the_original(void **state)
{
    (void)state;
    fb_arena arena, other;
    fb_arena_init(&arena, 0);
    fb_arena_init(&other, 0);
    fb_chunk chunk, copy;
    fill(&chunk, &arena);
    assert_true(fb_chunk_copy(&copy, &other, &chunk));
    fb_arena_deinit(&arena);
    assert_int_equal(copy.row_count, 100);
    assert_int_equal(copy.columns[0].int64s[42], 42);
    assert_slice_equal(fb_column_string(&copy.columns[1], 42), "some text of a row");
    fb_arena_deinit(&other);
}

static void a_chunk_may_have_no_columns_and_no_rows(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_chunk chunk, copy;
    const fb_type *empty = fb_type_struct(&arena, NULL, 0);
    assert_true(fb_chunk_init(&chunk, &arena, empty, 7));
    fb_chunk_verify(&chunk, empty);
    assert_true(fb_chunk_copy(&copy, &arena, &chunk));
    assert_int_equal(copy.row_count, 7);
    assert_true(fb_chunk_init(&chunk, &arena, schema(&arena), 0));
    fb_chunk_verify(&chunk, schema(&arena));
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gather_takes_rows_of_every_column),
        cmocka_unit_test(a_copy_outlives_the_memory_of_the_original),
        cmocka_unit_test(a_chunk_may_have_no_columns_and_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
