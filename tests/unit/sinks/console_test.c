/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "cells.h"
#include "sinks/sink.h"

#include <errno.h>

static cells made;
static fb_buf printed;
static bool is_closed; /* writing fails */
static int writes;
static fb_sink *sink;
static fb_error err;

static bool collect(void *user, const char *text, size_t size_bytes)
{
    (void)user;
    writes++;
    errno = EPIPE;
    if (is_closed) return false;
    fb_buf_add(&printed, text, size_bytes);
    return true;
}

static int set_up(void **state)
{
    (void)state;
    fb_buf_init(&printed, 0);
    is_closed = false;
    writes = 0;
    cells_init(&made, 3);
    cells_numbers(&made, "id", 0);
    cells_texts(&made, "name", (const char *const[]){"a", "中\n", NULL});
    cells_finish(&made);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_sink_close(sink);
    sink = NULL;
    fb_buf_deinit(&printed);
    cells_deinit(&made);
    return 0;
}

static fb_status try_open(const char *const *options)
{
    fb_option_value values[8];
    fb_option_input inputs[8];
    uint32_t count = 0;
    for (; options && options[2 * count]; count++)
        inputs[count] =
            (fb_option_input){fb_slice_of(options[2 * count]), fb_slice_of(options[2 * count + 1])};
    fb_status status = fb_options_parse(fb_sink_console.options, fb_sink_console.option_count,
                                        "sink 'console'", inputs, count, values, NULL, &err);
    if (status != FB_OK) return status;
    fb_sink_config config = {.options = values,
                             .schema = made.schema,
                             .timezone = fb_timezone_utc(),
                             .output = {.write = collect}};
    return fb_sink_open(&fb_sink_console, &config, &sink, &err);
}

static void open_sink(const char *const *options)
{
    assert_ok(try_open(options), &err);
}

static void write_split(uint32_t split, int64_t first)
{
    for (uint32_t i = 0; i < made.chunk.row_count; i++)
        made.columns[0].int64s[i] = first + i;
    assert_ok(fb_sink_write(sink, split, &made.chunk, &err), &err);
}

static int64_t commit(int64_t batch_id)
{
    int64_t row_count;
    assert_ok(fb_sink_commit(sink, batch_id, &row_count, &err), &err);
    return row_count;
}

static void a_batch_is_printed_as_by_spark(void **state)
{
    (void)state;
    open_sink(NULL);
    assert_ok(fb_sink_begin(sink, 7, 1, &err), &err);
    write_split(0, 0);
    assert_int_equal(printed.size, 0); /* nothing before the commit */
    assert_int_equal(commit(7), 3);
    assert_string_equal(fb_buf_text(&printed), "-------------------------------------------\n"
                                               "Batch: 7\n"
                                               "-------------------------------------------\n"
                                               "+---+----+\n"
                                               "| id|name|\n"
                                               "+---+----+\n"
                                               "|  0|   a|\n"
                                               "|  1|中\\n|\n"
                                               "|  2|NULL|\n"
                                               "+---+----+\n"
                                               "\n");
    assert_int_equal(writes, 1);
}

static void its_description_is_sparks_without_the_hash_code(void **state)
{
    (void)state;
    open_sink(NULL);
    assert_ok(fb_sink_describe(sink, &printed, &err), &err);
    assert_string_equal(fb_buf_text(&printed),
                        "org.apache.spark.sql.execution.streaming.ConsoleTable$");
}

static void an_empty_batch_prints_its_header(void **state)
{
    (void)state;
    open_sink(NULL);
    assert_ok(fb_sink_begin(sink, 0, 0, &err), &err);
    assert_int_equal(commit(0), 0);
    assert_string_equal(fb_buf_text(&printed), "-------------------------------------------\n"
                                               "Batch: 0\n"
                                               "-------------------------------------------\n"
                                               "+---+----+\n"
                                               "| id|name|\n"
                                               "+---+----+\n"
                                               "+---+----+\n"
                                               "\n");
}

static void a_cut_table_ends_without_an_empty_line(void **state)
{
    (void)state;
    open_sink((const char *const[]){"numRows", "1", "truncate", "false", NULL});
    assert_ok(fb_sink_begin(sink, 1, 1, &err), &err);
    write_split(0, 10);
    assert_int_equal(commit(1), 3);
    assert_string_equal(fb_buf_text(&printed), "-------------------------------------------\n"
                                               "Batch: 1\n"
                                               "-------------------------------------------\n"
                                               "+---+----+\n"
                                               "|id |name|\n"
                                               "+---+----+\n"
                                               "|10 |a   |\n"
                                               "+---+----+\n"
                                               "only showing top 1 row\n");
}

/* Tasks may end in any order; the rows printed are those of the first splits. */
static void rows_come_in_the_order_of_splits_not_of_writes(void **state)
{
    (void)state;
    open_sink((const char *const[]){"numRows", "4", NULL});
    assert_ok(fb_sink_begin(sink, 2, 4, &err), &err);
    write_split(3, 3000);
    write_split(3, 3003);
    write_split(2, 2000);
    write_split(0, 100);
    assert_int_equal(commit(2), 12);
    assert_contains(fb_buf_text(&printed), "| 100|   a|\n| 101|中\\n|\n| 102|NULL|\n|2000|   a|\n"
                                           "+----+----+\nonly showing top 4 rows\n");
}

static void splits_behind_a_full_one_are_counted_only(void **state)
{
    (void)state;
    open_sink((const char *const[]){"numRows", "2", NULL});
    assert_ok(fb_sink_begin(sink, 2, 3, &err), &err);
    write_split(1, 100);
    uint64_t before = fb_memory_allocations();
    write_split(2, 200);
    uint64_t first_write = fb_memory_allocations() - before;
    assert_int_equal(first_write, 1); /* the part, no texts */
    write_split(0, 300);
    assert_int_equal(commit(2), 9);
    assert_contains(fb_buf_text(&printed), "|300|   a|\n|301|中\\n|\n+---+----+\n");
}

static void a_split_that_is_just_full_does_not_hide_that_there_are_more(void **state)
{
    (void)state;
    open_sink((const char *const[]){"numRows", "3", NULL});
    assert_ok(fb_sink_begin(sink, 0, 2, &err), &err);
    write_split(0, 0);
    write_split(1, 3);
    assert_int_equal(commit(0), 6);
    assert_contains(fb_buf_text(&printed), "|  2|NULL|\n+---+----+\nonly showing top 3 rows\n");
}

static void jsonl_prints_an_object_per_row_with_the_batch_first(void **state)
{
    (void)state;
    open_sink((const char *const[]){"format", "jsonl", NULL});
    assert_ok(fb_sink_begin(sink, 5, 2, &err), &err);
    write_split(1, 10);
    write_split(0, 0);
    assert_int_equal(commit(5), 6);
    assert_string_equal(fb_buf_text(&printed), "{\"batchId\":5,\"id\":0,\"name\":\"a\"}\n"
                                               "{\"batchId\":5,\"id\":1,\"name\":\"中\\n\"}\n"
                                               "{\"batchId\":5,\"id\":2,\"name\":null}\n"
                                               "{\"batchId\":5,\"id\":10,\"name\":\"a\"}\n"
                                               "{\"batchId\":5,\"id\":11,\"name\":\"中\\n\"}\n"
                                               "{\"batchId\":5,\"id\":12,\"name\":null}\n");
    fb_buf_clear(&printed);
    assert_ok(fb_sink_begin(sink, 6, 1, &err), &err);
    assert_int_equal(commit(6), 0);
    assert_int_equal(printed.size, 0);
}

static void jsonl_obeys_a_number_of_rows_that_is_given(void **state)
{
    (void)state;
    open_sink((const char *const[]){"format", "JSONL", "numRows", "4", NULL});
    assert_ok(fb_sink_begin(sink, 5, 2, &err), &err);
    write_split(1, 10);
    write_split(0, 0);
    assert_int_equal(commit(5), 6);
    assert_contains(fb_buf_text(&printed), "{\"batchId\":5,\"id\":10,\"name\":\"a\"}\n");
    assert_null(strstr(fb_buf_text(&printed), "\"id\":11"));
}

static void what_cannot_be_printed_fails_the_batch(void **state)
{
    (void)state;
    open_sink(NULL);
    assert_ok(fb_sink_begin(sink, 3, 1, &err), &err);
    write_split(0, 0);
    is_closed = true;
    int64_t row_count;
    assert_status(fb_sink_commit(sink, 3, &row_count, &err), FB_E_IO);
    assert_string_equal(err.message, "sink 'console': batch 3 could not be printed: Broken pipe");
    fb_sink_abort(sink, 3);
    /* The same batch again, once somebody listens. */
    is_closed = false;
    assert_ok(fb_sink_begin(sink, 3, 1, &err), &err);
    write_split(0, 0);
    assert_int_equal(commit(3), 3);
    assert_contains(fb_buf_text(&printed), "Batch: 3");
}

static void an_aborted_batch_leaves_nothing(void **state)
{
    (void)state;
    open_sink(NULL);
    assert_ok(fb_sink_begin(sink, 3, 1, &err), &err);
    write_split(0, 500);
    fb_sink_abort(sink, 3);
    assert_ok(fb_sink_begin(sink, 3, 1, &err), &err);
    assert_int_equal(commit(3), 0);
    assert_null(strstr(fb_buf_text(&printed), "500"));
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    assert_int_equal(try_open((const char *const[]){"format", "xml", NULL}), FB_E_INVALID);
    assert_contains(err.message, "'xml', expected table or jsonl");
    assert_int_equal(try_open((const char *const[]){"truncate", "3", NULL}), FB_E_INVALID);
    assert_contains(err.message, "expected true or false");
    assert_int_equal(try_open((const char *const[]){"numRows", "many", NULL}), FB_E_INVALID);
}

static void a_negative_number_of_rows_is_none(void **state)
{
    (void)state;
    open_sink((const char *const[]){"numRows", "-5", NULL});
    assert_ok(fb_sink_begin(sink, 0, 1, &err), &err);
    write_split(0, 0);
    assert_int_equal(commit(0), 3);
    assert_contains(fb_buf_text(&printed), "+---+----+\n+---+----+\nonly showing top 0 rows\n");
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    static const char *const formats[] = {"table", "jsonl"};
    for (int i = 0; i < 2; i++) {
        open_sink((const char *const[]){"format", formats[i], NULL});
        fb_status status = FB_E_NOMEM;
        for (uint64_t k = 1; status != FB_OK; k++) {
            int64_t row_count;
            fb_memory_fail_at(k);
            status = fb_sink_begin(sink, 3, 1, &err);
            if (status == FB_OK) status = fb_sink_write(sink, 0, &made.chunk, &err);
            if (status == FB_OK) status = fb_sink_commit(sink, 3, &row_count, &err);
            fb_memory_fail_at(0);
            assert_true(status == FB_OK || status == FB_E_NOMEM || status == FB_E_LIMIT);
            if (status != FB_OK) fb_sink_abort(sink, 3);
            assert_true(k < 1000);
        }
        fb_sink_close(sink);
        sink = NULL;
    }
}

int main(void)
{
#define CONSOLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CONSOLE_TEST(a_batch_is_printed_as_by_spark),
        CONSOLE_TEST(its_description_is_sparks_without_the_hash_code),
        CONSOLE_TEST(an_empty_batch_prints_its_header),
        CONSOLE_TEST(a_cut_table_ends_without_an_empty_line),
        CONSOLE_TEST(rows_come_in_the_order_of_splits_not_of_writes),
        CONSOLE_TEST(splits_behind_a_full_one_are_counted_only),
        CONSOLE_TEST(a_split_that_is_just_full_does_not_hide_that_there_are_more),
        CONSOLE_TEST(jsonl_prints_an_object_per_row_with_the_batch_first),
        CONSOLE_TEST(jsonl_obeys_a_number_of_rows_that_is_given),
        CONSOLE_TEST(what_cannot_be_printed_fails_the_batch),
        CONSOLE_TEST(an_aborted_batch_leaves_nothing),
        CONSOLE_TEST(wrong_options_are_named),
        CONSOLE_TEST(a_negative_number_of_rows_is_none),
        CONSOLE_TEST(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
