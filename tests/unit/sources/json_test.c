/* SPDX-License-Identifier: Apache-2.0
 *
 * Options and schema of source `json`; files and batches are in file_test.c, lines in
 * tests/unit/formats/json_reader_test.c. */
#include "source_env.h"
#include "sources/file.h"
#include "sql/parse.h"

static fb_status schema_of(const char *text, const char *const *options, fb_buf *out, fb_error *err)
{
    source_env env;
    source_env_init(&env, &fb_source_json, options);
    const fb_type *schema;
    fb_status status =
        fb_sql_parse_schema(&env.arena, fb_slice_of(text), &env.config.schema, &env.err);
    assert_int_equal(status, FB_OK);
    status = fb_source_json.schema(&env.config, &env.arena, &schema, err);
    if (status == FB_OK) fb_type_print_sql(schema, out);
    source_env_deinit(&env);
    return status;
}

static void test_all_columns_become_nullable(void **state)
{
    (void)state;
    fb_buf text;
    fb_error err;
    fb_buf_init(&text, 0);
    assert_ok(schema_of("a INT NOT NULL, s STRUCT<x: ARRAY<INT> NOT NULL, m: MAP<STRING, DATE>>",
                        (const char *const[]){"path", "/in", NULL}, &text, &err),
              &err);
    assert_string_equal(fb_buf_text(&text),
                        "STRUCT<a: INT, s: STRUCT<x: ARRAY<INT>, m: MAP<STRING, DATE>>>");
    fb_buf_deinit(&text);
}

static void expect_refused(const char *schema, const char *const *options, fb_status expected,
                           const char *part)
{
    fb_error err;
    assert_status(schema_of(schema, options, NULL, &err), expected);
    assert_contains(err.message, part);
}

static void test_options_that_do_not_go_are_refused(void **state)
{
    (void)state;
    expect_refused("a INT", (const char *const[]){"path", "/in", "mode", "STRICT", NULL},
                   FB_E_INVALID, "expected PERMISSIVE, DROPMALFORMED or FAILFAST");
    expect_refused("a INT", (const char *const[]){"path", "/in", "multiLine", "true", NULL},
                   FB_E_UNSUPPORTED, "multiLine");
    expect_refused("a INT", (const char *const[]){"path", "/in", "cleanSource", "delete", NULL},
                   FB_E_UNSUPPORTED, "cleanSource");
    expect_refused("a INT", (const char *const[]){"path", "", NULL}, FB_E_INVALID, "path");
    expect_refused("a INT", (const char *const[]){"path", "/in", "timeZone", "Mars/Base", NULL},
                   FB_E_INVALID, "Mars/Base");
    expect_refused("a INT",
                   (const char *const[]){"path", "/in", "maxFilesPerTrigger", "1",
                                         "maxBytesPerTrigger", "1", NULL},
                   FB_E_INVALID, "can't be both set");
    expect_refused("bad INT",
                   (const char *const[]){"path", "/in", "columnNameOfCorruptRecord", "bad", NULL},
                   FB_E_ANALYSIS, "corrupt records must have the nullable STRING type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_columns_become_nullable),
        cmocka_unit_test(test_options_that_do_not_go_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
