/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that Spark writes for rows of all shapes, and any rows there and back. (What Spark itself
 * wrote into state files: tests/golden/state_golden.c.) */
#include "data/unsafe_row.h"

#include "base/memory.h"
#include "random_columns.h"
#include "test.h"

#include <stdio.h>

typedef struct fixture {
    fb_arena arena;
    fb_error err;
} fixture;

static int set_up(void **state)
{
    static fixture made;
    made = (fixture){.err = {0}};
    fb_arena_init(&made.arena, 0);
    *state = &made;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fb_arena_deinit(&f->arena);
    return 0;
}

static fb_field field(const char *name, const fb_type *type)
{
    return (fb_field){.name = fb_slice_of(name), .type = type, .nullable = true};
}

static const fb_type *of(fb_type_id id)
{
    return fb_type_of(id);
}

/* The words of a row as in "0400000000000000 0700000000000000". */
static void assert_row(fb_slice row, const char *expected)
{
    char text[2048] = "";
    size_t used = 0;
    assert_true(row.size * 3 < sizeof text);
    for (size_t i = 0; i < row.size; i++) {
        const char *blank = i && i % 8 == 0 ? " " : "";
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%02x", blank,
                                 (uint8_t)row.data[i]);
    }
    assert_string_equal(text, expected);
}

/* Encodes the columns as one chunk; checks the rows on the way. */
static fb_unsafe_rows encode(fixture *f, const fb_type *schema, fb_column *columns, size_t count)
{
    const fb_column *pointers[16];
    assert_true(schema->field_count <= 16);
    for (uint32_t i = 0; i < schema->field_count; i++)
        pointers[i] = &columns[i];
    fb_unsafe_rows rows;
    assert_ok(fb_unsafe_row_encode(pointers, schema->field_count, count, &f->arena, &rows, &f->err),
              &f->err);
    for (size_t i = 0; i < count; i++)
        assert_ok(fb_unsafe_row_check(schema, fb_unsafe_rows_get(&rows, i), &f->err), &f->err);
    return rows;
}

static void set_null(fixture *f, fb_column *column, size_t row, size_t count)
{
    assert_true(fb_column_need_validity(column, &f->arena, count));
    fb_bits_clear(column->validity, row);
}

static void numbers_strings_and_nulls_lie_as_spark_writes_them(void **state)
{
    fixture *f = *state;
    fb_field fields[] = {field("i", of(FB_TYPE_INT)), field("s", of(FB_TYPE_STRING)),
                         field("d", of(FB_TYPE_DOUBLE))};
    const fb_type *schema = fb_type_struct(&f->arena, fields, 3);
    fb_column columns[3];
    for (int i = 0; i < 3; i++)
        assert_true(fb_column_init(&columns[i], &f->arena, fields[i].type, 2));
    columns[0].int32s[0] = 7;
    columns[0].int32s[1] = -1;
    columns[1].strings[0] = fb_string_view(FB_SLICE("hi"));
    columns[1].strings[1] = fb_string_view(FB_SLICE(""));
    columns[2].doubles[0] = columns[2].doubles[1] = 1.5;
    set_null(f, &columns[2], 0, 2);
    fb_unsafe_rows rows = encode(f, schema, columns, 2);
    assert_row(fb_unsafe_rows_get(&rows, 0), "0400000000000000 0700000000000000 0200000020000000 "
                                             "0000000000000000 6869000000000000");
    assert_row(fb_unsafe_rows_get(&rows, 1), "0000000000000000 ffffffff00000000 0000000020000000 "
                                             "000000000000f83f");
}

static void wide_decimals_keep_their_sixteen_bytes_also_as_nulls(void **state)
{
    fixture *f = *state;
    const fb_type *wide = fb_type_decimal(&f->arena, 30, 5);
    fb_field fields[] = {field("a", fb_type_decimal(&f->arena, 10, 2)), field("b", wide)};
    const fb_type *schema = fb_type_struct(&f->arena, fields, 2);
    fb_column columns[2];
    for (int i = 0; i < 2; i++)
        assert_true(fb_column_init(&columns[i], &f->arena, fields[i].type, 3));
    columns[0].int64s[0] = columns[0].int64s[1] = columns[0].int64s[2] = -1;
    columns[1].int128s[0] = -128000;
    columns[1].int128s[1] = (fb_int128)1234567890123456789 * 100000000000 + 1234567890;
    columns[1].int128s[2] = 5;
    set_null(f, &columns[1], 2, 3);
    fb_unsafe_rows rows = encode(f, schema, columns, 3);
    assert_row(fb_unsafe_rows_get(&rows, 0), "0000000000000000 ffffffffffffffff 0300000018000000 "
                                             "fe0c000000000000 0000000000000000");
    assert_row(fb_unsafe_rows_get(&rows, 2), "0200000000000000 ffffffffffffffff 0000000018000000 "
                                             "0000000000000000 0000000000000000");
    fb_slice slices[] = {fb_unsafe_rows_get(&rows, 0), fb_unsafe_rows_get(&rows, 1)};
    fb_chunk chunk;
    assert_ok(fb_unsafe_row_decode(schema, slices, 2, &f->arena, &chunk, &f->err), &f->err);
    assert_true(chunk.columns[1].int128s[0] == -128000);
    assert_true(chunk.columns[1].int128s[1] == columns[1].int128s[1]);
}

static void a_window_struct_and_a_string_lie_as_spark_writes_them(void **state)
{
    fixture *f = *state;
    fb_field bounds[] = {field("start", of(FB_TYPE_TIMESTAMP)),
                         field("end", of(FB_TYPE_TIMESTAMP))};
    fb_field fields[] = {field("window", fb_type_struct(&f->arena, bounds, 2)),
                         field("k", of(FB_TYPE_STRING))};
    const fb_type *schema = fb_type_struct(&f->arena, fields, 2);
    fb_column columns[2];
    for (int i = 0; i < 2; i++)
        assert_true(fb_column_init(&columns[i], &f->arena, fields[i].type, 2));
    for (int i = 0; i < 2; i++) {
        columns[0].children[0].int64s[i] = 0;
        columns[0].children[1].int64s[i] = 10000000;
        columns[1].strings[i] = fb_string_view(FB_SLICE("k"));
    }
    set_null(f, &columns[0], 1, 2);
    fb_unsafe_rows rows = encode(f, schema, columns, 2);
    assert_row(fb_unsafe_rows_get(&rows, 0),
               "0000000000000000 1800000018000000 0100000030000000 0000000000000000 "
               "0000000000000000 8096980000000000 6b00000000000000");
    assert_row(fb_unsafe_rows_get(&rows, 1),
               "0100000000000000 0000000000000000 0100000018000000 6b00000000000000");
}

static void an_array_of_integers_lies_as_spark_writes_it(void **state)
{
    fixture *f = *state;
    fb_field fields[] = {field("a", fb_type_array(&f->arena, of(FB_TYPE_INT), true))};
    const fb_type *schema = fb_type_struct(&f->arena, fields, 1);
    fb_column column;
    assert_true(fb_column_init(&column, &f->arena, fields[0].type, 1));
    assert_true(fb_column_init(&column.children[0], &f->arena, of(FB_TYPE_INT), 3));
    for (int i = 0; i < 3; i++)
        column.children[0].int32s[i] = i + 1;
    set_null(f, &column.children[0], 1, 3);
    column.spans[0] = (fb_span){0, 3};
    column.child_rows = 3;
    fb_unsafe_rows rows = encode(f, schema, &column, 1);
    assert_row(fb_unsafe_rows_get(&rows, 0),
               "0000000000000000 2000000010000000 0300000000000000 0200000000000000 "
               "0100000000000000 0300000000000000");
}

static void rows_without_fields_have_no_bytes(void **state)
{
    fixture *f = *state;
    const fb_type *schema = fb_type_struct(&f->arena, NULL, 0);
    fb_unsafe_rows rows = encode(f, schema, NULL, 3);
    assert_int_equal(rows.offsets[3], 0);
    fb_slice slices[3] = {{0}};
    fb_chunk chunk;
    assert_ok(fb_unsafe_row_decode(schema, slices, 3, &f->arena, &chunk, &f->err), &f->err);
    assert_int_equal(chunk.row_count, 3);
    assert_int_equal(chunk.column_count, 0);
}

/* Every type alone, in a struct, an array and a map, and those in one another. */
static const fb_type *everything(fixture *f)
{
    static const fb_type_id ids[] = {
        FB_TYPE_VOID,  FB_TYPE_BOOLEAN, FB_TYPE_TINYINT, FB_TYPE_SMALLINT, FB_TYPE_INT,
        FB_TYPE_FLOAT, FB_TYPE_DOUBLE,  FB_TYPE_STRING,  FB_TYPE_DATE,     FB_TYPE_TIMESTAMP};
    enum { PLAIN = sizeof ids / sizeof ids[0] };
    fb_field inner[PLAIN + 2], outer[7];
    for (int i = 0; i < PLAIN; i++)
        inner[i] = field("plain", of(ids[i]));
    inner[PLAIN] = field("narrow", fb_type_decimal(&f->arena, 18, 3));
    inner[PLAIN + 1] = field("wide", fb_type_decimal(&f->arena, 38, 10));
    const fb_type *all = fb_type_struct(&f->arena, inner, PLAIN + 2);
    const fb_type *strings = fb_type_array(&f->arena, of(FB_TYPE_STRING), true);
    const fb_type *wides = fb_type_array(&f->arena, inner[PLAIN + 1].type, true);
    outer[0] = field("binary", of(FB_TYPE_BINARY));
    outer[1] = field("all", all);
    outer[2] = field("alls", fb_type_array(&f->arena, all, true));
    outer[3] = field("flags", fb_type_array(&f->arena, of(FB_TYPE_BOOLEAN), false));
    outer[4] = field("deep", fb_type_array(&f->arena, strings, true));
    outer[5] = field("map", fb_type_map(&f->arena, of(FB_TYPE_INT), wides, true));
    outer[6] = field("voids", fb_type_array(&f->arena, of(FB_TYPE_VOID), true));
    return fb_type_struct(&f->arena, outer, 7);
}

static fb_unsafe_rows random_rows(fixture *f, const fb_type *schema, size_t count, uint64_t seed)
{
    fb_column *columns = fb_arena_array(&f->arena, schema->field_count, sizeof *columns);
    for (uint32_t c = 0; c < schema->field_count; c++)
        random_column(&columns[c], &f->arena, schema->fields[c].type, true, count, &seed);
    return encode(f, schema, columns, count);
}

static fb_slice *slices_of(fixture *f, const fb_unsafe_rows *rows)
{
    fb_slice *slices = fb_arena_array(&f->arena, rows->row_count, sizeof *slices);
    for (size_t i = 0; i < rows->row_count; i++)
        slices[i] = fb_unsafe_rows_get(rows, i);
    return slices;
}

static void any_rows_come_back_with_the_same_bytes(void **state)
{
    fixture *f = *state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const fb_type *schema = everything(f);
        fb_unsafe_rows rows = random_rows(f, schema, 1 + seed * 7, seed);
        fb_chunk chunk;
        assert_ok(fb_unsafe_row_decode(schema, slices_of(f, &rows), rows.row_count, &f->arena,
                                       &chunk, &f->err),
                  &f->err);
        fb_unsafe_rows again = encode(f, schema, chunk.columns, rows.row_count);
        uint64_t size = rows.offsets[rows.row_count];
        assert_int_equal(again.offsets[rows.row_count], size);
        assert_memory_equal(again.bytes, rows.bytes, size);
        fb_arena_reset(&f->arena);
    }
}

static void constants_and_gathered_columns_are_written_like_flat_ones(void **state)
{
    fixture *f = *state;
    const fb_type *schema = everything(f);
    uint64_t seed = 5;
    enum { COUNT = 6 };
    const uint32_t picked[COUNT] = {3, 3, 0, 5, 1, 3};
    fb_column from[7], gathered[7], constants[7], flat[7];
    for (uint32_t c = 0; c < 7; c++) {
        random_column(&from[c], &f->arena, schema->fields[c].type, true, COUNT, &seed);
        assert_true(fb_column_gather(&gathered[c], &f->arena, &from[c], picked, COUNT));
        assert_true(fb_column_gather(&constants[c], &f->arena, &from[c], picked, 1));
        fb_column_make_constant(&constants[c]);
        assert_true(fb_column_flatten(&flat[c], &f->arena, &constants[c], COUNT));
    }
    fb_unsafe_rows rows = encode(f, schema, from, COUNT);
    fb_unsafe_rows some = encode(f, schema, gathered, COUNT);
    fb_unsafe_rows same = encode(f, schema, constants, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        fb_slice expected = fb_unsafe_rows_get(&rows, picked[i]);
        assert_true(fb_slice_equal(fb_unsafe_rows_get(&some, i), expected));
        assert_true(fb_slice_equal(fb_unsafe_rows_get(&same, i), fb_unsafe_rows_get(&rows, 3)));
    }
}

static void sizes_are_known_where_no_value_changes_them(void **state)
{
    fixture *f = *state;
    fb_field bounds[] = {field("start", of(FB_TYPE_TIMESTAMP)),
                         field("end", of(FB_TYPE_TIMESTAMP))};
    fb_field fields[] = {field("window", fb_type_struct(&f->arena, bounds, 2)),
                         field("n", fb_type_decimal(&f->arena, 20, 0))};
    size_t size = 0;
    assert_false(fb_unsafe_row_has_fixed_size(fb_type_struct(&f->arena, fields, 2), &size));
    fields[0].nullable = false;
    assert_true(fb_unsafe_row_has_fixed_size(fb_type_struct(&f->arena, fields, 2), &size));
    assert_int_equal(size, 24 + 24 + 16);
    fields[1].type = of(FB_TYPE_STRING);
    assert_false(fb_unsafe_row_has_fixed_size(fb_type_struct(&f->arena, fields, 2), &size));
}

/* Whatever the bytes, decoding ends with rows or a named error; a row that passes the check is
 * encoded again with the same bytes. The copy lies at an odd address. */
static void try_damaged(fixture *f, const fb_type *schema, const char *bytes, size_t size)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    char *copy = fb_arena_alloc(&arena, size + 1);
    memcpy(copy + 1, bytes, size);
    fb_slice row = {copy + 1, size};
    fb_chunk chunk;
    fb_error err = {0};
    fb_status checked = fb_unsafe_row_check(schema, row, &err);
    if (checked != FB_OK) assert_true(checked == FB_E_CORRUPT && err.message[0]);
    fb_status decoded = fb_unsafe_row_decode(schema, &row, 1, &arena, &chunk, &err);
    if (decoded != FB_OK) {
        assert_true(err.message[0]);
        assert_int_not_equal(checked, FB_OK);
    } else if (checked == FB_OK) {
        const fb_column *columns[7];
        for (uint32_t c = 0; c < 7; c++)
            columns[c] = &chunk.columns[c];
        fb_unsafe_rows again;
        assert_ok(fb_unsafe_row_encode(columns, 7, 1, &arena, &again, &f->err), &f->err);
        assert_true(fb_slice_equal(fb_unsafe_rows_get(&again, 0), row));
    }
    fb_arena_deinit(&arena);
}

static void damaged_rows_are_errors_or_other_rows(void **state)
{
    fixture *f = *state;
    const fb_type *schema = everything(f);
    fb_unsafe_rows rows = random_rows(f, schema, 6, 77);
    for (size_t i = 0; i < rows.row_count; i++) {
        fb_slice row = fb_unsafe_rows_get(&rows, i);
        char *copy = fb_arena_copy(&f->arena, row.data, row.size);
        for (size_t size = 0; size < row.size; size += 1 + size / 64)
            try_damaged(f, schema, copy, size);
        uint64_t seed = i;
        for (int round = 0; round < 3000; round++) {
            uint64_t bit = random_word(&seed) % (row.size * 8);
            if (round < 1000) bit %= 64 * 16; /* null bits, slots and counts do most harm */
            copy[bit / 8] ^= (char)(1 << (bit % 8));
            try_damaged(f, schema, copy, row.size);
            copy[bit / 8] ^= (char)(1 << (bit % 8));
        }
    }
}

/* Each allocation of a round trip fails once; the last round has none left to fail. */
static void every_lack_of_memory_is_reported(void **state)
{
    fixture *f = *state;
    const fb_type *schema = everything(f);
    uint64_t seed = 9;
    fb_column columns[7];
    const fb_column *pointers[7];
    for (uint32_t c = 0; c < 7; c++) {
        random_column(&columns[c], &f->arena, schema->fields[c].type, true, 40, &seed);
        pointers[c] = &columns[c];
    }
    fb_status status = FB_E_NOMEM;
    uint64_t failures = 0;
    for (uint64_t k = 1; status != FB_OK; k++, failures++) {
        fb_arena arena;
        fb_arena_init(&arena, 64); /* so that nearly every request is an allocation */
        fb_unsafe_rows rows;
        fb_slice slices[40];
        fb_chunk chunk;
        fb_memory_fail_at(k);
        status = fb_unsafe_row_encode(pointers, 7, 40, &arena, &rows, &f->err);
        for (size_t i = 0; status == FB_OK && i < 40; i++)
            slices[i] = fb_unsafe_rows_get(&rows, i);
        if (status == FB_OK)
            status = fb_unsafe_row_decode(schema, slices, 40, &arena, &chunk, &f->err);
        fb_memory_fail_at(0);
        assert_true(status == FB_OK || status == FB_E_NOMEM);
        fb_arena_deinit(&arena);
    }
    assert_true(failures > 100);
}

static void errors_name_row_field_and_problem(void **state)
{
    fixture *f = *state;
    fb_field inner[] = {field("s", of(FB_TYPE_STRING))};
    const fb_type *element = fb_type_struct(&f->arena, inner, 1);
    fb_field fields[] = {field("list", fb_type_array(&f->arena, element, true))};
    const fb_type *schema = fb_type_struct(&f->arena, fields, 1);
    fb_column column;
    assert_true(fb_column_init(&column, &f->arena, fields[0].type, 2));
    assert_true(fb_column_init(&column.children[0], &f->arena, element, 2));
    for (uint32_t i = 0; i < 2; i++) {
        column.spans[i] = (fb_span){i, 1};
        column.children[0].children[0].strings[i] = fb_string_view(FB_SLICE("abc"));
    }
    column.child_rows = 2;
    fb_unsafe_rows rows = encode(f, schema, &column, 2);
    fb_slice *slices = slices_of(f, &rows);
    char *second = fb_arena_copy(&f->arena, slices[1].data, slices[1].size);
    slices[1].data = second;
    /* [bits][slot of list] [count][bits][slot of element] [bits][slot of s]["abc"] */
    second[48] = 100;
    fb_chunk chunk;
    assert_status(fb_unsafe_row_decode(schema, slices, 2, &f->arena, &chunk, &f->err),
                  FB_E_CORRUPT);
    assert_string_equal(f->err.message, "row 1: field 'list.element.s': offset 16 and size 100 do "
                                        "not fit into 24 bytes");
    assert_status(fb_unsafe_row_check(schema, slices[1], &f->err), FB_E_CORRUPT);
    assert_string_equal(f->err.message, "field 'list': field 's': offset 48: offset and size do "
                                        "not fit into the row");
    second[48] = 3;
    second[63] = 1;
    assert_ok(fb_unsafe_row_decode(schema, slices, 2, &f->arena, &chunk, &f->err), &f->err);
    assert_status(fb_unsafe_row_check(schema, slices[1], &f->err), FB_E_CORRUPT);
    assert_contains(f->err.message, "offset 59: padding is not zero");
    slices[1].size = 8;
    assert_status(fb_unsafe_row_decode(schema, slices, 2, &f->arena, &chunk, &f->err),
                  FB_E_CORRUPT);
    assert_string_equal(f->err.message, "row 1 has 8 bytes; 1 fields need at least 16");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(numbers_strings_and_nulls_lie_as_spark_writes_them),
        TEST(wide_decimals_keep_their_sixteen_bytes_also_as_nulls),
        TEST(a_window_struct_and_a_string_lie_as_spark_writes_them),
        TEST(an_array_of_integers_lies_as_spark_writes_it),
        TEST(rows_without_fields_have_no_bytes),
        TEST(any_rows_come_back_with_the_same_bytes),
        TEST(constants_and_gathered_columns_are_written_like_flat_ones),
        TEST(sizes_are_known_where_no_value_changes_them),
        TEST(damaged_rows_are_errors_or_other_rows),
        TEST(every_lack_of_memory_is_reported),
        TEST(errors_name_row_field_and_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
