/* SPDX-License-Identifier: Apache-2.0
 *
 * Expected values were printed by Spark 4.2.0. */
#include "data/column_hash.h"

#include "base/hash.h"
#include "test.h"

static void int_column(fb_column *column, fb_arena *arena, size_t count)
{
    assert_true(fb_column_init(column, arena, fb_type_of(FB_TYPE_INT), count));
    for (size_t i = 0; i < count; i++)
        column->int32s[i] = (int32_t)i + 1;
}

static void a_null_leaves_the_hash_as_it_was(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column column;
    int_column(&column, &arena, 2);
    assert_true(fb_column_need_validity(&column, &arena, 2));
    fb_bits_clear(column.validity, 1);
    uint32_t murmur[] = {FB_HASH_SEED, FB_HASH_SEED};
    uint64_t xx[] = {FB_HASH_SEED, FB_HASH_SEED};
    fb_column_murmur3(&column, 2, murmur);
    fb_column_xxhash64(&column, 2, xx);
    assert_int_equal((int32_t)murmur[0], -559580957);
    assert_int_equal(murmur[1], FB_HASH_SEED);
    assert_int_equal((int64_t)xx[0], -6698625589789238999);
    assert_int_equal(xx[1], FB_HASH_SEED);
    fb_arena_deinit(&arena);
}

/* hash(array(1, 2, 3)) and hash(struct(1, 'a')) */
static void arrays_and_structs_are_chains(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column array;
    const fb_type *type = fb_type_array(&arena, fb_type_of(FB_TYPE_INT), true);
    assert_true(fb_column_init(&array, &arena, type, 1));
    fb_column elements;
    int_column(&elements, &arena, 3);
    array.children = &elements;
    array.child_rows = 3;
    array.spans[0] = (fb_span){0, 3};
    uint32_t hash = FB_HASH_SEED;
    fb_column_murmur3(&array, 1, &hash);
    assert_int_equal((int32_t)hash, -912918097);

    const fb_field fields[] = {{.name = FB_SLICE("col1"), .type = fb_type_of(FB_TYPE_INT)},
                               {.name = FB_SLICE("col2"), .type = fb_type_of(FB_TYPE_STRING)}};
    fb_column row;
    assert_true(fb_column_init(&row, &arena, fb_type_struct(&arena, fields, 2), 1));
    row.children[0].int32s[0] = 1;
    row.children[1].strings[0] = fb_string_view(FB_SLICE("a"));
    hash = FB_HASH_SEED;
    fb_column_murmur3(&row, 1, &hash);
    assert_int_equal((int32_t)hash, -936062819);
    uint64_t xx = FB_HASH_SEED;
    fb_column_xxhash64(&row, 1, &xx);
    assert_int_equal((int64_t)xx, 8205864924878002737);
    fb_arena_deinit(&arena);
}

static void a_constant_counts_for_every_row(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column column;
    int_column(&column, &arena, 1);
    column.is_constant = true;
    uint32_t hashes[] = {FB_HASH_SEED, FB_HASH_SEED, FB_HASH_SEED};
    fb_column_murmur3(&column, 3, hashes);
    for (int i = 0; i < 3; i++)
        assert_int_equal((int32_t)hashes[i], -559580957);
    fb_arena_deinit(&arena);
}

static void maps_are_not_hashable_however_deep(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *integer = fb_type_of(FB_TYPE_INT);
    const fb_type *map = fb_type_map(&arena, integer, integer, true);
    assert_true(fb_type_is_hashable(fb_type_array(&arena, integer, true)));
    assert_false(fb_type_is_hashable(fb_type_array(&arena, map, true)));
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_leaves_the_hash_as_it_was),
        cmocka_unit_test(arrays_and_structs_are_chains),
        cmocka_unit_test(a_constant_counts_for_every_row),
        cmocka_unit_test(maps_are_not_hashable_however_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
