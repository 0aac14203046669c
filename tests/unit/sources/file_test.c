/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files a batch takes, what the log says of them, and what becomes of files that are gone.
 * The file system is in memory: all files have about the same age, names decide their order. */
#include "sources/file.h"

#include "files/memory.h"
#include "source_env.h"
#include "sql/parse.h"

#include <stdio.h>

#define LOG "/checkpoint/sources/0"

typedef struct world {
    source_env env;
    fb_clock_manual clock;
    fb_filesystem *fs;
    fb_arena arena;
    fb_buf text;
} world;

static world w;

static int set_up(void **state)
{
    (void)state;
    w = (world){0};
    fb_arena_init(&w.arena, 0);
    fb_buf_init(&w.text, 0);
    fb_clock_manual_init(&w.clock, INT64_C(1704067200000000));
    assert_ok(fb_filesystem_memory_create(&w.fs, &w.env.err), &w.env.err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (w.env.config.options) source_env_deinit(&w.env);
    fb_filesystem_close(w.fs);
    fb_buf_deinit(&w.text);
    fb_arena_deinit(&w.arena);
    return 0;
}

/* `options` as for source_env_init. */
static void open_source(const char *const *options)
{
    source_env_init(&w.env, &fb_source_json, options);
    w.env.config.fs = w.fs;
    w.env.config.log_directory = LOG;
    w.env.config.clock = &w.clock.base;
    w.env.config.log_entries_to_retain = 100;
    assert_ok(fb_sql_parse_schema(&w.arena, FB_SLICE("a BIGINT, b BIGINT"), &w.env.config.schema,
                                  &w.env.err),
              &w.env.err);
    source_env_open(&w.env, &fb_source_json);
}

static void reopen(void)
{
    source_env_close(&w.env);
    source_env_open(&w.env, &fb_source_json);
}

/* A file of `rows` rows with this value. */
static void put(const char *name, int64_t value, uint32_t rows)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/in/%s", name);
    fb_buf_clear(&w.text);
    for (uint32_t i = 0; i < rows; i++)
        fb_buf_printf(&w.text, "{\"a\":%lld,\"b\":%u}\n", (long long)value, i);
    assert_ok(fb_filesystem_create(w.fs, path, fb_buf_slice(&w.text), &w.env.err), &w.env.err);
}

static void expect_log(const char *name, const char *part)
{
    char path[64];
    (void)snprintf(path, sizeof path, LOG "/%s", name);
    fb_buf_clear(&w.text);
    assert_ok(fb_filesystem_read(w.fs, path, 100000, &w.text, &w.env.err), &w.env.err);
    assert_contains(fb_buf_text(&w.text), part);
}

static void expect_offset(const char *start, const char *expected)
{
    const char *offset = source_env_latest(&w.env, start);
    if (!expected)
        assert_null(offset);
    else
        assert_string_equal(offset, expected);
}

static void expect_rows(const char *start, const char *end, const int64_t *expected, size_t count)
{
    static int64_t a[SOURCE_ENV_MAX_ROWS];
    uint32_t splits = source_env_plan(&w.env, start, end);
    size_t rows = source_env_read(&w.env, 0, splits, a, NULL);
    assert_int_equal(rows, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(a[i], expected[i]);
}

static void test_each_batch_takes_what_is_new(void **state)
{
    (void)state;
    put("a", 1, 1);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    expect_offset("{\"logOffset\":0}", "{\"logOffset\":0}");
    put("b", 2, 1);
    put("c d", 3, 2);
    expect_offset("{\"logOffset\":0}", "{\"logOffset\":1}");
    expect_log("0", "v1\n{\"path\":\"file:///in/a\",\"timestamp\":");
    expect_log("1", "{\"path\":\"file:///in/c%20d\",\"timestamp\":");
    expect_log("1", ",\"batchId\":1}");
    /* The largest file first, as Spark reads them. */
    expect_rows("{\"logOffset\":0}", "{\"logOffset\":1}", (int64_t[]){3, 3, 2}, 3);
    expect_rows(NULL, "{\"logOffset\":1}", (int64_t[]){3, 3, 1, 2}, 4);
    expect_rows(NULL, "0", (int64_t[]){1}, 1);
    reopen();
    expect_offset("{\"logOffset\":1}", "{\"logOffset\":1}");
    expect_rows("{\"logOffset\":0}", "{\"logOffset\":1}", (int64_t[]){3, 3, 2}, 3);
}

static void test_nothing_seen_has_no_offset(void **state)
{
    (void)state;
    open_source((const char *const[]){"path", "/in/*", NULL});
    expect_offset(NULL, NULL);
    assert_ok(fb_source_describe(w.env.source, &w.env.offset, &w.env.err), &w.env.err);
    assert_string_equal(fb_buf_text(&w.env.offset), "FileStreamSource[file:/in/*]");
}

static void test_limits_cut_batches(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++)
        put(names[i], i, 1);
    open_source((const char *const[]){"path", "/in", "maxFilesPerTrigger", "2", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    expect_offset("{\"logOffset\":0}", "{\"logOffset\":1}");
    expect_offset("{\"logOffset\":1}", "{\"logOffset\":2}");
    expect_offset("{\"logOffset\":2}", "{\"logOffset\":2}");
    expect_rows("0", "1", (int64_t[]){2, 3}, 2);
    expect_rows("1", "2", (int64_t[]){4}, 1);
}

static void test_files_taken_for_a_batch_that_was_not_planned_are_the_next(void **state)
{
    (void)state;
    put("a", 1, 1);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    put("b", 2, 1);
    reopen();
    expect_offset(NULL, "{\"logOffset\":0}");
    expect_offset("0", "{\"logOffset\":1}");
}

static void test_bytes_are_limited_but_a_file_is_always_taken(void **state)
{
    (void)state;
    put("a", 1, 100);
    put("b", 2, 1);
    put("c", 3, 1);
    open_source((const char *const[]){"path", "/in", "maxBytesPerTrigger", "30", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    expect_log("0", "/in/a");
    expect_offset("0", "{\"logOffset\":1}");
    expect_rows("0", "1", (int64_t[]){2, 3}, 2);
}

static void test_available_now_stays_with_what_is_there(void **state)
{
    (void)state;
    put("a", 1, 1);
    put("b", 2, 1);
    open_source((const char *const[]){"path", "/in", "maxFilesPerTrigger", "1", NULL});
    assert_ok(fb_source_prepare_available_now(w.env.source, &w.env.err), &w.env.err);
    put("c", 3, 1);
    expect_offset(NULL, "{\"logOffset\":0}");
    expect_offset("0", "{\"logOffset\":1}");
    expect_offset("1", "{\"logOffset\":1}");
}

static void test_a_missing_file_stops_the_batch_or_is_skipped(void **state)
{
    (void)state;
    put("a", 1, 1);
    put("b", 2, 1);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    assert_ok(fb_filesystem_remove(w.fs, "/in/a", &w.env.err), &w.env.err);
    uint32_t splits;
    assert_status(fb_source_plan(w.env.source, (fb_slice){0}, FB_SLICE("0"), &splits, &w.env.err),
                  FB_E_NOT_FOUND);
    assert_string_equal(w.env.err.condition, "FAILED_READ_FILE.FILE_NOT_EXIST");
    assert_contains(w.env.err.message, "file:/in/a");
    source_env_deinit(&w.env);
    open_source((const char *const[]){"path", "/in", "ignoreMissingFiles", "true", NULL});
    expect_rows(NULL, "0", (int64_t[]){2}, 1);
}

static void test_a_file_that_shrinks_while_it_is_read_is_an_error(void **state)
{
    (void)state;
    put("a", 1, 100);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    assert_int_equal(source_env_plan(&w.env, NULL, "0"), 1);
    assert_ok(fb_filesystem_replace(w.fs, "/in/a", FB_SLICE("{}"), &w.env.err), &w.env.err);
    uint64_t cursor = 0;
    fb_chunk chunk;
    assert_status(fb_source_read(w.env.source, 0, &cursor, NULL, &w.env.arena, &chunk, &w.env.err),
                  FB_E_IO);
    assert_contains(w.env.err.message, "/in/a changed while it was read");
    assert_ok(fb_filesystem_remove(w.fs, "/in/a", &w.env.err), &w.env.err);
    assert_status(fb_source_read(w.env.source, 0, &cursor, NULL, &w.env.arena, &chunk, &w.env.err),
                  FB_E_NOT_FOUND);
}

static void test_large_files_and_long_lines_are_read_in_pieces(void **state)
{
    (void)state;
    enum { ROWS = 60000, LONG = 10000 };
    put("a", 7, ROWS); /* more than two blocks */
    fb_buf line;
    fb_buf_init(&line, 0);
    for (int i = 0; i < LONG; i++)
        fb_buf_printf(&line, "%c{\"a\":%d, \"padding\":\"%0100d\"}", i ? ',' : '[', i, i);
    fb_buf_add_text(&line, "]\r\n\r\n{\"a\":-1}");
    assert_ok(fb_filesystem_create(w.fs, "/in/b", fb_buf_slice(&line), &w.env.err), &w.env.err);
    fb_buf_deinit(&line);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    static int64_t a[SOURCE_ENV_MAX_ROWS];
    uint32_t splits = source_env_plan(&w.env, NULL, "0");
    assert_int_equal(source_env_read(&w.env, 0, splits, a, NULL), ROWS + LONG + 1);
    for (int i = 0; i < LONG; i++) /* the larger file comes first */
        assert_int_equal(a[i], i);
    assert_int_equal(a[LONG], -1);
    for (int i = LONG + 1; i < ROWS + LONG + 1; i++)
        assert_int_equal(a[i], 7);
}

static void test_compressed_files_are_refused(void **state)
{
    (void)state;
    put("a.json.gz", 1, 1);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    uint32_t splits;
    assert_status(fb_source_plan(w.env.source, (fb_slice){0}, FB_SLICE("0"), &splits, &w.env.err),
                  FB_E_UNSUPPORTED);
    assert_contains(w.env.err.message, "/in/a.json.gz: compressed");
}

static void test_the_log_is_compacted_and_read_back(void **state)
{
    (void)state;
    open_source((const char *const[]){"path", "/in*", NULL});
    char name[8], start[8], end[32];
    for (int i = 0; i < 12; i++) {
        (void)snprintf(name, sizeof name, "%02d", i);
        put(name, i, 1);
        (void)snprintf(end, sizeof end, "{\"logOffset\":%d}", i);
        (void)snprintf(start, sizeof start, "%d", i - 1);
        expect_offset(i ? start : NULL, end);
    }
    expect_log("9.compact", "\"batchId\":0}");
    reopen();
    expect_offset("11", "{\"logOffset\":11}");
    for (int i = 0; i < 12; i++) {
        (void)snprintf(start, sizeof start, "%d", i - 1);
        (void)snprintf(end, sizeof end, "%d", i);
        expect_rows(i ? start : NULL, end, (int64_t[]){i}, 1);
    }
}

static void test_damaged_logs_and_offsets_are_named(void **state)
{
    (void)state;
    put("a", 1, 1);
    open_source((const char *const[]){"path", "/in", NULL});
    expect_offset(NULL, "{\"logOffset\":0}");
    static const char *const offsets[] = {"{\"logOffset\":1}", "{\"logOffset\":\"0\"}", "x", "-2",
                                          "{}"};
    uint32_t splits;
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        assert_status(fb_source_plan(w.env.source, (fb_slice){0}, fb_slice_of(offsets[i]), &splits,
                                     &w.env.err),
                      FB_E_CORRUPT);
        assert_contains(w.env.err.message, offsets[i]);
    }
    source_env_close(&w.env);
    static const char *const logs[] = {
        "v1\n{",
        "v1\n{\"path\":\"/in/a\",\"timestamp\":1,\"batchId\":0}",
        "v1\n{\"path\":\"file:///in/../a\",\"timestamp\":1,\"batchId\":0}",
        "v1\n{\"path\":\"file:///in/a\",\"timestamp\":1}",
        "v9\n",
        ""};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        assert_ok(fb_filesystem_replace(w.fs, LOG "/0", fb_slice_of(logs[i]), &w.env.err),
                  &w.env.err);
        assert_status(fb_source_open(&fb_source_json, &w.env.config, &w.env.source, &w.env.err),
                      FB_E_CORRUPT);
        assert_contains(w.env.err.message, LOG "/0");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_batch_takes_what_is_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_seen_has_no_offset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_cut_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_files_taken_for_a_batch_that_was_not_planned_are_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes_are_limited_but_a_file_is_always_taken, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_available_now_stays_with_what_is_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_missing_file_stops_the_batch_or_is_skipped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_that_shrinks_while_it_is_read_is_an_error,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_files_and_long_lines_are_read_in_pieces, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_compressed_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_log_is_compacted_and_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_logs_and_offsets_are_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
