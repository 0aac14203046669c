/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows written where they lie have the bytes that the encoder writes, and are read back. */
#include "data/unsafe_row.h"
#include "random_columns.h"

enum { MOST_ROWS = 700 };

static const fb_type_id plain_ids[] = {
    FB_TYPE_BOOLEAN, FB_TYPE_TINYINT, FB_TYPE_SMALLINT, FB_TYPE_INT,       FB_TYPE_BIGINT,
    FB_TYPE_FLOAT,   FB_TYPE_DOUBLE,  FB_TYPE_DATE,     FB_TYPE_TIMESTAMP, FB_TYPE_TIMESTAMP_NTZ,
};

enum { PLAIN_IDS = sizeof plain_ids / sizeof *plain_ids, WIDEST = 64 };

static fb_arena arena;
static fb_error err;

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

/* Room for rows, not clean, apart from one another and in no order. */
static char **scattered_rows(size_t row_count, size_t row_bytes)
{
    char **rows = fb_arena_array(&arena, row_count, sizeof *rows);
    char *memory = fb_arena_alloc(&arena, (row_count + 1) * (row_bytes + 8));
    assert_true(rows && memory);
    memset(memory, 0xa5, (row_count + 1) * (row_bytes + 8));
    for (size_t i = 0; i < row_count; i++)
        rows[i] = memory + (i * 397 % row_count) * (row_bytes + 8);
    return rows;
}

static void check_round_trip(uint32_t column_count, size_t row_count, uint64_t seed)
{
    fb_column columns[WIDEST], read[WIDEST];
    const fb_column *list[WIDEST];
    for (uint32_t c = 0; c < column_count; c++) {
        const fb_type *type = fb_type_of(plain_ids[random_word(&seed) % PLAIN_IDS]);
        random_column(&columns[c], &arena, type, random_word(&seed) % 2, row_count, &seed);
        list[c] = &columns[c];
        assert_true(fb_column_init(&read[c], &arena, type, row_count));
        if (columns[c].validity) assert_true(fb_column_need_validity(&read[c], &arena, row_count));
    }
    size_t row_bytes = fb_unsafe_row_fixed_bytes(column_count);
    char **rows = scattered_rows(row_count, row_bytes);
    fb_unsafe_row_store(columns, column_count, row_count, rows);
    fb_unsafe_rows encoded;
    assert_ok(fb_unsafe_row_encode(list, column_count, row_count, &arena, &encoded, &err), &err);
    for (size_t i = 0; i < row_count; i++) {
        assert_memory_equal(rows[i], fb_unsafe_rows_get(&encoded, i).data, row_bytes);
        assert_int_equal((uint8_t)rows[i][row_bytes], 0xa5); /* and not a byte more */
    }
    fb_unsafe_row_load(rows, row_count, read, column_count);
    fb_unsafe_rows again;
    for (uint32_t c = 0; c < column_count; c++)
        list[c] = &read[c];
    assert_ok(fb_unsafe_row_encode(list, column_count, row_count, &arena, &again, &err), &err);
    assert_memory_equal(again.bytes, encoded.bytes, row_count * row_bytes);
}

static void rows_in_place_have_the_bytes_of_encoded_ones(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t word = seed;
        uint32_t column_count = 1 + (uint32_t)(random_word(&word) % (seed % 5 ? 6 : WIDEST));
        check_round_trip(column_count, random_word(&word) % MOST_ROWS, seed);
        fb_arena_reset(&arena);
    }
    check_round_trip(WIDEST, 65, 7);
}

static void null_values_are_zero_and_booleans_are_0_or_1(void **state)
{
    (void)state;
    /* A null BIGINT with rubbish in its slot, as only a damaged row has it, and a boolean of 255.
     */
    uint64_t words[] = {1, 4711, 255};
    char *row = (char *)words;
    int64_t number = 5;
    uint8_t flag = 7;
    uint64_t validity = 1;
    fb_column columns[] = {
        {.type = fb_type_of(FB_TYPE_BIGINT), .int64s = &number, .validity = &validity},
        {.type = fb_type_of(FB_TYPE_BOOLEAN), .bools = &flag},
    };
    fb_unsafe_row_load(&row, 1, columns, 2);
    assert_int_equal(number, 0);
    assert_false(fb_bits_get(&validity, 0));
    assert_int_equal(flag, 1);
}

static void only_words_are_plain(void **state)
{
    (void)state;
    static const fb_type_id others[] = {FB_TYPE_VOID, FB_TYPE_STRING, FB_TYPE_BINARY};
    fb_field fields[WIDEST + 1];
    for (uint32_t i = 0; i <= WIDEST; i++)
        fields[i] = (fb_field){.name = FB_SLICE("x"), .type = fb_type_of(plain_ids[i % PLAIN_IDS])};
    assert_true(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, WIDEST)));
    assert_false(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, WIDEST + 1)));
    assert_false(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, 0)));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fields[3].type = fb_type_of(others[i]);
        assert_false(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, 4)));
    }
    fields[3].type = fb_type_decimal(&arena, 10, 2); /* its digits have to be checked */
    assert_false(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, 4)));
    fields[3].type = fb_type_struct(&arena, fields, 1);
    assert_false(fb_unsafe_row_is_plain(fb_type_struct(&arena, fields, 4)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_in_place_have_the_bytes_of_encoded_ones),
        TEST(null_values_are_zero_and_booleans_are_0_or_1),
        TEST(only_words_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
