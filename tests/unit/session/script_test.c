/* SPDX-License-Identifier: Apache-2.0 */
#include "session_env.h"

#include <stdio.h>

static session_env env;

static int set_up(void **state)
{
    (void)state;
    return session_env_init(&env);
}

static int tear_down(void **state)
{
    (void)state;
    session_env_deinit(&env);
    return 0;
}

static void expect(const char *script, fb_result_format format, const char *output)
{
    assert_ok(session_env_run(&env, script, format), &env.err);
    assert_string_equal(fb_buf_text(&env.output), output);
}

static void refuse(const char *script, fb_status status, const char *message)
{
    assert_status(session_env_run(&env, script, FB_RESULT_TABLE), status);
    assert_string_equal(env.err.message, message);
}

static void select_prints_a_table(void **state)
{
    (void)state;
    expect("SELECT 1 AS a, 'some long text that is not cut' AS b UNION ALL SELECT NULL, 'x';",
           FB_RESULT_TABLE,
           "+----+------------------------------+\n"
           "|a   |b                             |\n"
           "+----+------------------------------+\n"
           "|1   |some long text that is not cut|\n"
           "|NULL|x                             |\n"
           "+----+------------------------------+\n"
           "\n");
}

static void select_prints_csv_with_quotes_where_needed(void **state)
{
    (void)state;
    expect("SELECT * FROM VALUES (1, 'a,b'), (NULL, 'say \"hi\"'), (3, NULL) AS t(id, `the name`)",
           FB_RESULT_CSV, "id,the name\n1,\"a,b\"\n,\"say \"\"hi\"\"\"\n3,\n");
}

static void select_prints_json_lines(void **state)
{
    (void)state;
    expect("SELECT 1 AS a, CAST(NULL AS STRING) AS b, named_struct('x', 1.5, 'y', true) AS c",
           FB_RESULT_JSONL, "{\"a\":1,\"b\":null,\"c\":{\"x\":1.5,\"y\":true}}\n");
}

static void views_are_seen_by_later_statements(void **state)
{
    (void)state;
    expect("CREATE TEMPORARY VIEW v AS SELECT col1 * 2 AS x FROM VALUES (1), (2), (3);\n"
           "CREATE TEMPORARY VIEW w AS SELECT x + 1 AS y FROM v WHERE x > 2;\n"
           "SELECT y FROM W;",
           FB_RESULT_CSV, "y\n5\n7\n");
    refuse("CREATE TEMPORARY VIEW v AS SELECT 1", FB_E_ANALYSIS,
           "job.sql:1:23: error: Cannot create the temporary view `v` because it already exists. "
           "Choose a different name, or write CREATE OR REPLACE TEMPORARY VIEW. "
           "[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS]\n"
           "  1 | CREATE TEMPORARY VIEW v AS SELECT 1\n"
           "    |                       ^");
    expect("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 7 AS x; SELECT y FROM w; SELECT x FROM v",
           FB_RESULT_CSV, "y\n5\n7\nx\n7\n");
}

static void settings_are_set_shown_and_reset(void **state)
{
    (void)state;
    expect("SET spark.sql.ansi.enabled = false; SET spark.sql.ansi.enabled;\n"
           "SELECT CAST('x' AS INT) AS a",
           FB_RESULT_CSV, "spark.sql.ansi.enabled\tfalse\na\n\n");
    expect("SET", FB_RESULT_CSV,
           "spark.sql.ansi.enabled\tfalse\nspark.sql.session.timeZone\tUTC\n");
    expect("RESET spark.sql.ansi.enabled; SET spark.sql.ansi.enabled; SET no.such.key",
           FB_RESULT_CSV, "spark.sql.ansi.enabled\ttrue\nno.such.key\t<undefined>\n");
    assert_status(session_env_run(&env, "SELECT 1;\nSET forebay.thread = 1;", FB_RESULT_CSV),
                  FB_E_INVALID);
    assert_contains(env.err.message, "job.sql:2:");
    assert_contains(env.err.message, "unknown setting 'forebay.thread'");
    assert_contains(env.err.message, "~ did you mean 'forebay.threads'?");
    assert_status(
        session_env_run(&env, "SET spark.sql.session.timeZone = Mars/Base", FB_RESULT_CSV),
        FB_E_INVALID);
    assert_string_equal(env.err.condition, "INVALID_CONF_VALUE.TIME_ZONE");
}

static void explain_prints_the_plan(void **state)
{
    (void)state;
    assert_ok(session_env_run(&env, "EXPLAIN SELECT a + 1 AS b FROM (SELECT 1 AS a) WHERE a > 0",
                              FB_RESULT_TABLE),
              &env.err);
    assert_contains(fb_buf_text(&env.output), "== Logical Plan ==\nProject [(a + 1) AS b#");
    assert_contains(fb_buf_text(&env.output), "+- Filter (a > 0)\n");
    assert_contains(fb_buf_text(&env.output), "      +- OneRowRelation\n");
}

/* Nothing has started when a statement further down turns out to be wrong. */
static void a_wrong_statement_keeps_all_queries_from_starting(void **state)
{
    (void)state;
    static const char views[] =
        "CREATE TEMPORARY VIEW n USING rate OPTIONS (rowsPerSecond '10');\n"
        "CREATE STREAMING TABLE t USING noop AS SELECT value FROM STREAM n;\n";
    char script[1024];
    (void)snprintf(script, sizeof script, "%sSELECT nothing;", views);
    assert_status(session_env_run(&env, script, FB_RESULT_TABLE), FB_E_ANALYSIS);
    assert_int_equal(fb_session_queries(env.session, NULL, 0), 0);
    assert_string_equal(env.err.condition, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
    assert_contains(env.err.message, "job.sql:3:8: error:");

    refuse("CREATE STREAMING TABLE u USING noop AS SELECT value FROM STREAM n;\n"
           "CREATE STREAMING TABLE u USING noop AS SELECT value FROM STREAM n;",
           FB_E_EXISTS,
           "job.sql:2:24: error: two streaming tables of this script are named 'u'\n"
           "  2 | CREATE STREAMING TABLE u USING noop AS SELECT value FROM STREAM n;\n"
           "    |                        ^");
    assert_int_equal(fb_session_queries(env.session, NULL, 0), 0);
}

static void stream_and_batch_are_told_apart(void **state)
{
    (void)state;
    assert_ok(session_env_run(&env, "CREATE TEMPORARY VIEW n USING rate", FB_RESULT_TABLE),
              &env.err);
    assert_status(session_env_run(&env, "SELECT value FROM STREAM n", FB_RESULT_TABLE),
                  FB_E_ANALYSIS);
    assert_contains(env.err.message, "Queries with streaming sources must be executed with "
                                     "writeStream.start()");
    assert_status(
        session_env_run(&env, "CREATE STREAMING TABLE t USING noop AS SELECT 1", FB_RESULT_TABLE),
        FB_E_ANALYSIS);
    assert_string_equal(env.err.condition, "WRITE_STREAM_NOT_ALLOWED");
    assert_status(session_env_run(&env,
                                  "CREATE STREAMING TABLE t USING noop AS\n"
                                  "SELECT value FROM STREAM n UNION ALL SELECT 1L",
                                  FB_RESULT_TABLE),
                  FB_E_ANALYSIS);
    assert_contains(env.err.message,
                    "Union between streaming and batch DataFrames/Datasets is not supported");
}

static void what_cannot_be_printed_is_an_error(void **state)
{
    (void)state;
    env.refuse = true;
    for (int format = FB_RESULT_TABLE; format <= FB_RESULT_JSONL; format++)
        assert_status(session_env_run(&env, "SELECT 1", (fb_result_format)format), FB_E_IO);
    assert_string_equal(env.err.message, "the output cannot be written");
}

static void a_failing_row_shows_its_place(void **state)
{
    (void)state;
    assert_status(session_env_run(&env, "SELECT 1;\nSELECT 10 div col1\n  FROM VALUES (1), (0)",
                                  FB_RESULT_CSV),
                  FB_E_COMPUTE);
    assert_string_equal(env.err.condition, "DIVIDE_BY_ZERO");
    assert_contains(env.err.message, "job.sql:2:");
    assert_contains(env.err.message, "2 | SELECT 10 div col1");
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_session(select_prints_a_table),
        in_session(select_prints_csv_with_quotes_where_needed),
        in_session(select_prints_json_lines),
        in_session(views_are_seen_by_later_statements),
        in_session(settings_are_set_shown_and_reset),
        in_session(explain_prints_the_plan),
        in_session(a_wrong_statement_keeps_all_queries_from_starting),
        in_session(stream_and_batch_are_told_apart),
        in_session(what_cannot_be_printed_is_an_error),
        in_session(a_failing_row_shows_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
