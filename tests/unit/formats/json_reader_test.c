/* SPDX-License-Identifier: Apache-2.0
 *
 * What Spark makes of lines is held by tests/golden/json_golden.c; here is what it cannot tell:
 * wanted columns, many rows, failing memory. */
#include "formats/json_reader.h"

#include "base/memory.h"
#include "data/value_text.h"
#include "sql/parse.h"
#include "test.h"

#include <stdio.h>

typedef struct world {
    fb_arena arena;
    fb_json_reader reader;
    fb_json_rows *rows;
    fb_error err;
} world;

static void begin(world *w, const char *schema)
{
    *w = (world){
        .reader = {.corrupt_column = FB_SLICE("_corrupt_record"), .timezone = fb_timezone_utc()}};
    fb_arena_init(&w->arena, 0);
    assert_ok(fb_sql_parse_schema(&w->arena, fb_slice_of(schema), &w->reader.schema, &w->err),
              &w->err);
}

static void add(world *w, const char *line)
{
    if (!w->rows) assert_ok(fb_json_rows_create(&w->reader, &w->arena, &w->rows, &w->err), &w->err);
    assert_ok(fb_json_rows_add(w->rows, fb_slice_of(line), &w->err), &w->err);
}

/* The rows, one after the other, as CAST of a struct prints them. */
static void expect(world *w, const char *expected)
{
    fb_chunk chunk;
    assert_ok(fb_json_rows_chunk(w->rows, 0, fb_json_rows_count(w->rows), &chunk, &w->err),
              &w->err);
    fb_chunk_verify(&chunk, w->reader.schema);
    fb_column whole = {.type = w->reader.schema, .children = chunk.columns};
    fb_buf text;
    fb_buf_init(&text, 0);
    for (uint32_t row = 0; row < chunk.row_count; row++)
        fb_value_text_cast(&whole, row, fb_timezone_utc(), &text);
    assert_string_equal(fb_buf_text(&text), expected);
    fb_buf_deinit(&text);
}

static void end(world *w)
{
    fb_arena_deinit(&w->arena);
}

static void test_members_come_in_any_order_and_number(void **state)
{
    (void)state;
    world w;
    begin(&w, "a INT, b STRING, c BOOLEAN");
    add(&w, "{\"a\":1,\"b\":\"x\",\"c\":true}");
    add(&w, "{\"c\":false,\"zz\":[1,2,{}],\"a\":2}");
    add(&w, "   ");
    add(&w, "{}");
    expect(&w, "{1, x, true}{2, null, false}{null, null, null}");
    end(&w);
}

static void test_only_wanted_columns_are_read(void **state)
{
    (void)state;
    world w;
    begin(&w, "a INT, b STRUCT<x: INT>, _corrupt_record STRING");
    const bool columns[] = {true, false, true};
    w.reader.columns = columns;
    add(&w, "{\"a\":1,\"b\":{\"x\":\"bad\"}}");
    add(&w, "{\"a\":\"bad\",\"b\":{\"x\":1}}");
    expect(&w, "{1, null, null}{null, null, {\"a\":\"bad\",\"b\":{\"x\":1}}}");
    end(&w);
}

static void test_rows_can_be_taken_back(void **state)
{
    (void)state;
    world w;
    begin(&w, "a INT, s STRUCT<x: INT, y: ARRAY<INT>>");
    add(&w, "{\"a\":1,\"s\":{\"x\":1,\"y\":[1]}}");
    add(&w, "{\"a\":2,\"s\":{\"x\":2,\"y\":[2,3]}}");
    fb_json_rows_truncate(w.rows, 1);
    add(&w, "{\"a\":4}");
    add(&w, "{\"s\":{\"y\":[4]}}");
    expect(&w, "{1, {1, [1]}}{4, null}{null, {null, [4]}}");
    end(&w);
}

static void test_a_line_may_have_more_rows_than_a_chunk(void **state)
{
    (void)state;
    enum { ROWS = FB_CHUNK_ROWS * 2 + 5 };
    world w;
    begin(&w, "i INT, l ARRAY<STRING>, _corrupt_record STRING");
    fb_buf line;
    fb_buf_init(&line, 0);
    for (int i = 0; i < ROWS; i++)
        fb_buf_printf(&line, "%c{\"i\":%d,\"l\":[\"row number %d\",null]}", i ? ',' : '[', i, i);
    fb_buf_add_char(&line, ']');
    add(&w, fb_buf_text(&line));
    assert_int_equal(fb_json_rows_count(w.rows), ROWS);
    fb_chunk chunk;
    assert_ok(fb_json_rows_chunk(w.rows, FB_CHUNK_ROWS * 2, 5, &chunk, &w.err), &w.err);
    fb_chunk_verify(&chunk, w.reader.schema);
    for (int i = 0; i < 5; i++) {
        char expected[64], *text = expected;
        assert_int_equal(chunk.columns[0].int32s[i], FB_CHUNK_ROWS * 2 + i);
        (void)snprintf(text, sizeof expected, "row number %d", FB_CHUNK_ROWS * 2 + i);
        fb_span span = chunk.columns[1].spans[i];
        assert_int_equal(span.count, 2);
        assert_slice_equal(fb_column_string(&chunk.columns[1].children[0], span.start), expected);
        assert_true(fb_column_is_null(&chunk.columns[1].children[0], span.start + 1));
        assert_true(fb_column_is_null(&chunk.columns[2], (size_t)i));
    }
    fb_buf_deinit(&line);
    end(&w);
}

static void test_malformed_lines_are_dropped_or_fail_on_demand(void **state)
{
    (void)state;
    world w;
    begin(&w, "a INT");
    w.reader.mode = FB_JSON_DROPMALFORMED;
    add(&w, "{\"a\":1}");
    add(&w, "{\"a\":\"x\"}");
    add(&w, "[{\"a\":1},{\"a\":[]}]");
    add(&w, "{\"a\":2}");
    expect(&w, "{1}{2}");
    end(&w);

    begin(&w, "a INT");
    w.reader.mode = FB_JSON_FAILFAST;
    add(&w, "{\"a\":1}");
    assert_status(fb_json_rows_add(w.rows, FB_SLICE("{\"a\":1.5}"), &w.err), FB_E_CORRUPT);
    assert_string_equal(w.err.condition, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
    assert_contains(w.err.message, "{\"a\":1.5}");
    end(&w);
}

static void test_schemas_that_json_cannot_fill_are_refused(void **state)
{
    (void)state;
    world w;
    begin(&w, "a INT, _corrupt_record INT");
    assert_status(fb_json_reader_check(&w.reader, &w.err), FB_E_ANALYSIS);
    assert_string_equal(w.err.condition, "INVALID_CORRUPT_RECORD_TYPE");
    end(&w);
    begin(&w, "a ARRAY<MAP<INT, STRING>>");
    assert_status(fb_json_reader_check(&w.reader, &w.err), FB_E_ANALYSIS);
    assert_contains(w.err.message, "column 'a'");
    end(&w);
}

static void test_memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"s\":\"long \\u00e4 text with an escape\",\"l\":[{\"k\":\"AQID\"}],\"d\":\"1,000.5\"}",
        "[{\"s\":1},{\"t\":\"2024-01-01T00:00GMT+01:00\"}]", "not json"};
    world w;
    bool failed = true;
    for (uint64_t at = 1; failed; at++) {
        begin(&w, "s STRING, l ARRAY<MAP<STRING, BINARY>>, d DECIMAL(38, 2), t TIMESTAMP, "
                  "_corrupt_record STRING");
        fb_arena_deinit(&w.arena);
        fb_arena arena; /* its blocks are small, so that there are many allocations */
        fb_arena_init(&arena, 16);
        fb_arena schema_arena;
        fb_arena_init(&schema_arena, 0);
        assert_ok(fb_sql_parse_schema(&schema_arena,
                                      FB_SLICE("s STRING, l ARRAY<MAP<STRING, BINARY>>, "
                                               "d DECIMAL(38, 2), t TIMESTAMP"),
                                      &w.reader.schema, &w.err),
                  &w.err);
        fb_memory_fail_at(at);
        fb_status status = fb_json_rows_create(&w.reader, &arena, &w.rows, &w.err);
        for (size_t i = 0; status == FB_OK && i < sizeof lines / sizeof *lines; i++)
            status = fb_json_rows_add(w.rows, fb_slice_of(lines[i]), &w.err);
        fb_chunk chunk;
        if (status == FB_OK)
            status = fb_json_rows_chunk(w.rows, 0, fb_json_rows_count(w.rows), &chunk, &w.err);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        if (!failed) assert_int_equal(chunk.row_count, 4);
        if (!failed) assert_true(at > 10);
        fb_arena_deinit(&arena);
        fb_arena_deinit(&schema_arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_come_in_any_order_and_number),
        cmocka_unit_test(test_only_wanted_columns_are_read),
        cmocka_unit_test(test_rows_can_be_taken_back),
        cmocka_unit_test(test_a_line_may_have_more_rows_than_a_chunk),
        cmocka_unit_test(test_malformed_lines_are_dropped_or_fail_on_demand),
        cmocka_unit_test(test_schemas_that_json_cannot_fill_are_refused),
        cmocka_unit_test(test_memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
