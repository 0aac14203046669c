/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of groups against a list of all keys. */
#include "base/memory.h"
#include "exec/group_table.h"
#include "random_keys.h"

enum { ROWS = 700, CHUNKS = 5, MAX_KEYS = 100, TYPES = 22 };

static const fb_type *struct_of(fb_arena *arena, const fb_type *a, const fb_type *b)
{
    const fb_field fields[] = {{.name = FB_SLICE("a"), .type = a, .nullable = true},
                               {.name = FB_SLICE("b"), .type = b, .nullable = true}};
    const fb_type *type = fb_type_struct(arena, fields, 2);
    assert_non_null(type);
    return type;
}

static void all_types(fb_arena *arena, const fb_type **types)
{
    uint32_t count = 0;
    for (fb_type_id id = FB_TYPE_VOID; id < FB_TYPE_STRUCT; id++)
        if (id != FB_TYPE_DECIMAL) types[count++] = fb_type_of(id);
    types[count++] = fb_type_decimal(arena, 10, 2);
    types[count++] = fb_type_decimal(arena, 38, 5);
    types[count++] = struct_of(arena, fb_type_of(FB_TYPE_TIMESTAMP), fb_type_of(FB_TYPE_TIMESTAMP));
    types[count++] =
        struct_of(arena, struct_of(arena, fb_type_of(FB_TYPE_STRING), fb_type_of(FB_TYPE_TINYINT)),
                  fb_type_of(FB_TYPE_FLOAT));
    types[count++] = fb_type_array(arena, fb_type_of(FB_TYPE_DOUBLE), true);
    types[count++] = struct_of(arena, fb_type_of(FB_TYPE_BOOLEAN),
                               fb_type_array(arena, fb_type_of(FB_TYPE_STRING), true));
    types[count++] = fb_type_array(
        arena, struct_of(arena, fb_type_of(FB_TYPE_FLOAT), fb_type_of(FB_TYPE_BINARY)), true);
    assert_true(count <= TYPES);
    while (count < TYPES)
        types[count++] = fb_type_of(FB_TYPE_INT);
}

/* Several chunks through a table and the model. Some key columns are constant in some chunks. */
static void compare(const fb_type *const *types, uint32_t key_count, size_t pool, uint64_t seed)
{
    static uint32_t found[ROWS], expected[ROWS];
    static key_model model;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    model.count = 0;
    fb_arena_init(&model.arena, 0);
    fb_group_table *table;
    assert_ok(fb_group_table_create(types, key_count, NULL, &table, &err), &err);
    fb_column keys[MAX_KEYS];
    for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
        for (uint32_t i = 0; i < key_count; i++) {
            bool is_constant = random_word(&seed) % 4 == 0;
            random_keys(&keys[i], &arena, types[i], pool, is_constant ? 1 : ROWS, &seed);
            if (is_constant) fb_column_make_constant(&keys[i]);
        }
        assert_ok(fb_group_table_find(table, keys, ROWS, &arena, found, &err), &err);
        key_model_find(&model, keys, key_count, ROWS, expected);
        assert_memory_equal(found, expected, sizeof found);
        assert_int_equal(fb_group_table_count(table), model.count);
    }
    for (uint32_t first = 0; first < model.count; first += 100) {
        uint32_t count = model.count - first < 100 ? model.count - first : 100;
        assert_ok(fb_group_table_keys(table, first, count, &arena, keys, &err), &err);
        key_model_check(&model, keys, key_count, first, count);
    }
    fb_group_table_destroy(table);
    fb_arena_deinit(&model.arena);
    fb_arena_deinit(&arena);
}

static void keys_of_every_type_are_grouped_as_their_rows(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[TYPES];
    all_types(&arena, types);
    for (uint32_t i = 0; i < TYPES; i++)
        compare(&types[i], 1, 30, i);
    fb_arena_deinit(&arena);
}

static void several_keys_are_grouped_as_their_rows(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[TYPES];
    all_types(&arena, types);
    uint64_t seed = 7;
    for (uint32_t round = 0; round < 60; round++) {
        const fb_type *chosen[6];
        uint32_t count = 1 + round % 6;
        for (uint32_t i = 0; i < count; i++)
            chosen[i] = types[random_word(&seed) % TYPES];
        compare(chosen, count, count < 3 ? 12 : 3, round);
    }
    fb_arena_deinit(&arena);
}

static void more_keys_than_a_word_has_null_bits_are_grouped_as_their_rows(void **state)
{
    (void)state;
    const fb_type *types[MAX_KEYS];
    for (uint32_t i = 0; i < MAX_KEYS; i++)
        types[i] = fb_type_of(i % 2 ? FB_TYPE_TINYINT : FB_TYPE_STRING);
    compare(types, MAX_KEYS, 2, 1);
}

static void without_keys_there_is_one_group(void **state)
{
    (void)state;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_group_table *table;
    uint32_t groups[3] = {9, 9, 9};
    assert_ok(fb_group_table_create(NULL, 0, NULL, &table, &err), &err);
    assert_ok(fb_group_table_find(table, NULL, 0, &arena, groups, &err), &err);
    assert_int_equal(fb_group_table_count(table), 0);
    assert_ok(fb_group_table_find(table, NULL, 3, &arena, groups, &err), &err);
    assert_int_equal(fb_group_table_count(table), 1);
    assert_int_equal(groups[0] + groups[1] + groups[2], 0);
    fb_group_table_destroy(table);
    fb_arena_deinit(&arena);
}

static void a_cleared_table_counts_from_zero_again(void **state)
{
    (void)state;
    fb_error err;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *type = fb_type_of(FB_TYPE_STRING);
    fb_group_table *table;
    uint64_t seed = 3;
    uint32_t groups[ROWS];
    fb_column keys;
    assert_ok(fb_group_table_create(&type, 1, NULL, &table, &err), &err);
    for (uint32_t round = 0; round < 3; round++) {
        random_keys(&keys, &arena, type, 50, ROWS, &seed);
        assert_ok(fb_group_table_find(table, &keys, ROWS, &arena, groups, &err), &err);
        assert_int_equal(groups[0], 0);
        assert_in_range(fb_group_table_count(table), 20, 50);
        size_t held = fb_group_table_bytes(table);
        fb_group_table_clear(table);
        assert_int_equal(fb_group_table_count(table), 0);
        assert_int_equal(fb_group_table_bytes(table), held);
    }
    fb_group_table_destroy(table);
    fb_arena_deinit(&arena);
}

/* Groups of text and number, nulls among them, until something fails. */
static fb_status fill(fb_budget *budget, uint32_t chunks, fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {fb_type_of(FB_TYPE_STRING), fb_type_of(FB_TYPE_BIGINT)};
    uint32_t groups[ROWS];
    fb_column keys[2];
    uint64_t seed = 5;
    fb_group_table *table = NULL;
    fb_status status = fb_group_table_create(types, 2, budget, &table, err);
    for (uint32_t chunk = 0; status == FB_OK && chunk < chunks; chunk++) {
        fb_arena scratch;
        fb_arena_init(&scratch, 0);
        random_keys(&keys[0], &arena, types[0], ROWS, ROWS, &seed);
        random_keys(&keys[1], &arena, types[1], ROWS, ROWS, &seed);
        status = fb_group_table_find(table, keys, ROWS, &scratch, groups, err);
        fb_arena_deinit(&scratch);
    }
    fb_group_table_destroy(table);
    fb_arena_deinit(&arena);
    return status;
}

static void a_spent_budget_is_an_error_that_names_the_groups(void **state)
{
    (void)state;
    fb_budget budget;
    fb_error err;
    fb_budget_init(&budget, 0);
    assert_ok(fill(&budget, 10, &err), &err);
    assert_int_equal(fb_budget_used(&budget), 0);
    fb_budget_init(&budget, 100000);
    assert_status(fill(&budget, 10, &err), FB_E_LIMIT);
    assert_contains(err.message, "groups of a batch: ");
    assert_contains(err.message, " bytes are more than the memory limit allows");
    assert_int_equal(fb_budget_used(&budget), 0);
}

static fb_status find_once(const fb_type *const *types, const fb_column *keys, fb_budget *budget)
{
    fb_error err;
    fb_arena scratch;
    fb_arena_init(&scratch, 0);
    uint32_t groups[ROWS];
    fb_column out[3];
    fb_group_table *table = NULL;
    fb_status status = fb_group_table_create(types, 3, budget, &table, &err);
    if (status == FB_OK) status = fb_group_table_find(table, keys, ROWS, &scratch, groups, &err);
    if (status == FB_OK)
        status = fb_group_table_keys(table, 0, fb_group_table_count(table), &scratch, out, &err);
    fb_group_table_destroy(table);
    fb_arena_deinit(&scratch);
    return status;
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *types[] = {fb_type_of(FB_TYPE_STRING), fb_type_of(FB_TYPE_BIGINT),
                              fb_type_array(&arena, fb_type_of(FB_TYPE_INT), true)};
    fb_column keys[3];
    uint64_t seed = 11;
    for (uint32_t i = 0; i < 3; i++)
        random_keys(&keys[i], &arena, types[i], ROWS, ROWS, &seed);
    fb_budget budget;
    fb_budget_init(&budget, 0);
    for (uint64_t k = 1;; k++) {
        fb_memory_fail_at(k);
        fb_status status = find_once(types, keys, &budget);
        fb_memory_fail_at(0);
        assert_int_equal(fb_budget_used(&budget), 0);
        if (status == FB_OK) break;
        assert_status(status, FB_E_NOMEM);
        assert_true(k < 1000);
    }
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_every_type_are_grouped_as_their_rows),
        cmocka_unit_test(several_keys_are_grouped_as_their_rows),
        cmocka_unit_test(more_keys_than_a_word_has_null_bits_are_grouped_as_their_rows),
        cmocka_unit_test(without_keys_there_is_one_group),
        cmocka_unit_test(a_cleared_table_counts_from_zero_again),
        cmocka_unit_test(a_spent_budget_is_an_error_that_names_the_groups),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
