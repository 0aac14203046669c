/* SPDX-License-Identifier: Apache-2.0
 *
 * What people read when SQL is wrong, word for word. */
#include "sql/parse.h"
#include "test.h"

static fb_arena arena;
static fb_error err;

static void assert_error(const char *text, fb_status status, const char *expected)
{
    fb_script script;
    memset(&err, 0, sizeof err);
    assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), status);
    assert_string_equal(err.message, expected);
    assert_int_equal(err.status, status);
    assert_null(script.statements);
}

static void a_misspelt_keyword_gets_the_right_one(void **state)
{
    (void)state;
    assert_error("SELEC 1", FB_E_SYNTAX,
                 "job.sql:1:1: error: syntax error at or near 'SELEC' [PARSE_SYNTAX_ERROR]\n"
                 "  1 | SELEC 1\n"
                 "    | ^~~~~ did you mean SELECT?");
    /* The parser stumbles over the word behind: FRM could be an alias. */
    assert_error("SELECT 1\n  FRM t", FB_E_SYNTAX,
                 "job.sql:2:3: error: syntax error at or near 'FRM' [PARSE_SYNTAX_ERROR]\n"
                 "  2 |   FRM t\n"
                 "    |   ^~~ did you mean FROM?");
    assert_error("SELECT a FROM t WERE a > 1", FB_E_SYNTAX,
                 "job.sql:1:17: error: syntax error at or near 'WERE' [PARSE_SYNTAX_ERROR]\n"
                 "  1 | SELECT a FROM t WERE a > 1\n"
                 "    |                 ^~~~ did you mean WHERE?");
    assert_error("CREATE TEMPORARY VEIW v AS SELECT 1", FB_E_SYNTAX,
                 "job.sql:1:18: error: syntax error at or near 'VEIW' [PARSE_SYNTAX_ERROR]\n"
                 "  1 | CREATE TEMPORARY VEIW v AS SELECT 1\n"
                 "    |                  ^~~~ did you mean VIEW?");
}

static void other_errors_say_what_was_expected(void **state)
{
    (void)state;
    assert_error("SELECT 1 +;", FB_E_SYNTAX,
                 "job.sql:1:11: error: syntax error at the end of the statement "
                 "[PARSE_SYNTAX_ERROR]\n"
                 "  1 | SELECT 1 +;\n"
                 "    |           ^\n"
                 "      expected: an expression");
    assert_error("SELECT cast(a string)", FB_E_SYNTAX,
                 "job.sql:1:15: error: syntax error at or near 'string' [PARSE_SYNTAX_ERROR]\n"
                 "  1 | SELECT cast(a string)\n"
                 "    |               ^~~~~~\n"
                 "      expected: AS, an operator");
    assert_error(
        "SELECT a b c", FB_E_SYNTAX,
        "job.sql:1:12: error: syntax error at or near 'c' [PARSE_SYNTAX_ERROR]\n"
        "  1 | SELECT a b c\n"
        "    |            ^\n"
        "      expected: FROM, GROUP BY, HAVING, ORDER BY, UNION, WHERE, ',', the end of the "
        "statement");
    assert_error("SELECT a, FROM t", FB_E_SYNTAX,
                 "job.sql:1:9: error: this comma has nothing behind it before FROM "
                 "[TRAILING_COMMA_IN_SELECT]\n"
                 "  1 | SELECT a, FROM t\n"
                 "    |         ^");
    assert_error("SELECT a IN ()", FB_E_SYNTAX,
                 "job.sql:1:14: error: IN needs at least one value in its parentheses "
                 "[INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE]\n"
                 "  1 | SELECT a IN ()\n"
                 "    |              ^");
}

static void what_spark_has_and_we_have_not_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"SELECT a FROM t GROUP BY ROLLUP(a)", "1:26: error: ROLLUP is not supported yet"},
        {"SELECT a FROM t GROUP BY a, CUBE (b)", "1:29: error: CUBE is not supported yet"},
        {"SELECT a FROM t GROUP BY a WITH ROLLUP", "1:28: error: GROUP BY ... WITH ROLLUP is not"},
        {"SELECT a FROM t GROUP BY a WITH CUBE", "1:28: error: GROUP BY ... WITH CUBE is not"},
        {"SELECT a FROM t GROUP BY a GROUPING SETS ((a), ())",
         "1:28: error: GROUPING SETS is not supported yet"},
        {"SELECT a FROM t GROUP BY GROUPING SETS (a)", "1:26: error: GROUPING SETS is not"},
        {"SELECT a FROM t SORT BY a", "1:17: error: SORT BY is not supported yet"},
        {"SELECT a FROM t ORDER BY a LIMIT 5", "1:28: error: LIMIT is not supported yet"},
        {"SELECT listagg(a) WITHIN GROUP (ORDER BY a) FROM t",
         "1:19: error: WITHIN GROUP is not supported yet"},
        {"SELECT a FROM t LIMIT 5", "1:17: error: LIMIT is not supported yet"},
        {"SELECT a FROM t WINDOW w AS ()", "1:17: error: the WINDOW clause is not supported yet"},
        {"SELECT a FROM t JOIN u ON a = b", "1:17: error: JOIN is not supported yet"},
        {"SELECT a FROM t LEFT JOIN u", "1:17: error: JOIN is not supported yet"},
        {"SELECT a FROM t, u", "1:16: error: a join of several relations in FROM is not"},
        {"SELECT 1 EXCEPT SELECT 2", "1:10: error: EXCEPT is not supported yet"},
        {"SELECT sum(a) OVER () FROM t", "1:15: error: a window function (OVER) is not supported"},
        {"SELECT (SELECT 1)", "1:8: error: a subquery as a value is not supported yet"},
        {"SELECT a IN (SELECT 1)", "1:10: error: IN with a subquery is not supported yet"},
        {"SELECT EXISTS (SELECT 1)", "1:8: error: EXISTS is not supported yet"},
        {"SELECT f(x -> x)", "1:12: error: a lambda function is not supported yet"},
        {"SELECT :p", "1:8: error: a parameter marker is not supported yet"},
        {"SELECT * FROM range(5)", "1:20: error: a table-valued function is not supported yet"},
        {"EXPLAIN EXPLAIN SELECT 1", "1:1: error: EXPLAIN of EXPLAIN is not supported yet"},
        {"EXPLAIN COST SELECT 1", "1:9: error: EXPLAIN COST is not supported yet"},
        {"DROP VIEW v", "1:1: error: the statement DROP is not supported yet"},
        {"CREATE VIEW v AS SELECT 1", "1:8: error: a view that is not TEMPORARY is not supported"},
        {"CREATE TABLE t AS SELECT 1", "1:8: error: CREATE TABLE without STREAMING is not"},
        {"CREATE TEMPORARY VIEW v (a VARCHAR(3)) USING rate",
         "1:28: error: the type VARCHAR is not supported in a schema; use STRING"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_script script;
        assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(cases[i][0]), &script, &err),
                      FB_E_UNSUPPORTED);
        assert_contains(err.message, cases[i][1]);
        assert_true(err.length > 0);
    }
}

static void conditions_are_those_of_spark(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"SELECT 'abc", "PARSE_SYNTAX_ERROR"},
        {"SELECT `abc", "PARSE_SYNTAX_ERROR"},
        {"SELECT @x", "PARSE_SYNTAX_ERROR"},
        {"SELECT a /* b", "UNCLOSED_BRACKETED_COMMENT"},
        {"SELECT \xc3\xa9", "INVALID_IDENTIFIER"},
        {"SELECT a \xe2\x80\x93 b", "PARSE_SYNTAX_ERROR"},
        {"SELECT 300Y", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT 40000S", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT 9223372036854775808L", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT 1e400", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT 1e99F", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT 3.4028235e38F", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"SELECT -1.7976931348623158e308", "INVALID_NUMERIC_LITERAL_RANGE"},
        {"WITH a AS (SELECT 1), A AS (SELECT 2) SELECT * FROM a", "DUPLICATED_CTE_NAMES"},
        {"SELECT 123456789012345678901234567890123456789",
         "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"},
        {"SELECT CAST(a AS DECIMAL(39,2))", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"},
        {"SELECT CAST(a AS strin)", "UNSUPPORTED_DATATYPE"},
        {"SELECT CAST(a AS ARRAY)", "INCOMPLETE_TYPE_DEFINITION"},
        {"SELECT x'zz'", "INVALID_TYPED_LITERAL"},
        {"SELECT b 'lit'", "UNSUPPORTED_TYPED_LITERAL"},
        {"SET a b", "INVALID_SET_SYNTAX"},
        {"SET = 1", "INVALID_SET_SYNTAX"},
        {"RESET a b", "INVALID_RESET_COMMAND_FORMAT"},
        {"CREATE TEMP VIEW v USING rate OPTIONS (a '1', A '2')", "DUPLICATE_KEY"},
        {"CREATE TEMP VIEW v USING rate OPTIONS ()", "PARSE_SYNTAX_ERROR"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_script script;
        assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(cases[i][0]), &script, &err),
                      FB_E_SYNTAX);
        assert_string_equal(err.condition, cases[i][1]);
        assert_true(err.line == 1 && err.column > 0);
    }
}

/* Intervals and clauses of streams: Spark 4.2.0 gives these conditions, some of them without a
 * name of their own. */
static void a_wrong_interval_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *interval, *condition, *message;
    } cases[] = {
        {"INTERVAL 1.5 MINUTES", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION",
         "only seconds have digits behind the point, not 'MINUTES'"},
        {"INTERVAL 99999999999 DAYS", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", "too large"},
        {"INTERVAL '1-2' MONTH TO YEAR", "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
         "these two units do not make a range"},
        {"INTERVAL '1 2:3' DAY TO HOUR",
         "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", "does not have the form"},
        {"INTERVAL '1 24:00:00' DAY TO SECOND", "_LEGACY_ERROR_TEMP_0063",
         "hours must be from 0 to 23, not '24'"},
        {"INTERVAL 1 DAY '1 2' DAY TO HOUR", "_LEGACY_ERROR_TEMP_0024", "a single from-to unit"},
        {"INTERVAL 1 DAY TO HOUR", "_LEGACY_ERROR_TEMP_0027", "must be a string"},
        {"INTERVAL 1 MONTH 2 HOURS", "_LEGACY_ERROR_TEMP_0029",
         "Cannot mix year-month and day-time fields: INTERVAL 1 MONTH 2 HOURS."},
        {"INTERVAL 'x' MINUTE", "_LEGACY_ERROR_TEMP_0026", "got invalid value: x."},
        {"INTERVAL '1' 'x' MINUTE", "_LEGACY_ERROR_TEMP_0026", "got invalid value: 1x."},
        {"INTERVAL '' DAY", "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER", "expected a number"},
        {"INTERVAL '-' DAY", "INVALID_INTERVAL_FORMAT.INVALID_VALUE", "expected a number"},
        {"INTERVAL '1 2' DAY", "INVALID_INTERVAL_FORMAT.INVALID_UNIT", "this is no unit: '2'"},
        {"INTERVAL 1.1234567891 SECONDS", "INVALID_INTERVAL_FORMAT.INVALID_PRECISION",
         "nine digits"},
        {"INTERVAL '1-13' YEAR TO MONTH", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "0 to 11"},
        {"INTERVAL '106751992 0' DAY TO HOUR", "_LEGACY_ERROR_TEMP_0063", "too many days"},
        {"INTERVAL -1 MINUTE", "", "the delay of a watermark must not be negative"},
        {"INTERVAL 1 MINUTE -1 HOUR", "", "the delay of a watermark must not be negative"},
        {"INTERVAL -'1 02:03:04' DAY TO SECOND", "", "must not be negative"},
        {"INTERVAL 10 FORTNIGHTS", "PARSE_SYNTAX_ERROR", "at or near 'FORTNIGHTS'"},
        {"INTERVAL 10 NANOSECONDS", "PARSE_SYNTAX_ERROR", "at or near 'NANOSECONDS'"},
        {"INTERVAL '10 minutes'", "PARSE_SYNTAX_ERROR", "at the end of the statement"},
        {"INTERVAL 10", "PARSE_SYNTAX_ERROR", "at the end of the statement"},
        {"INTERVAL", "PARSE_SYNTAX_ERROR", "at the end of the statement"},
        {"INTERVAL 1L MINUTE", "PARSE_SYNTAX_ERROR", "at or near '1L'"},
        {"INTERVAL '1 day' TO SECOND", "PARSE_SYNTAX_ERROR", "at or near 'TO'"},
        {"10 MINUTES", "PARSE_SYNTAX_ERROR", "at or near '10'"},
        {"'10 minutes'", "PARSE_SYNTAX_ERROR", "at or near ''10 minutes''"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_script script;
        const char *text = fb_arena_printf(&arena, "SELECT * FROM STREAM t WATERMARK a DELAY OF %s",
                                           cases[i].interval);
        assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err),
                      FB_E_SYNTAX);
        assert_string_equal(err.condition, cases[i].condition);
        assert_contains(err.message, cases[i].message);
        assert_true(err.line == 1 && err.column >= 45);
    }
}

static void clauses_out_of_place_are_syntax_errors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"SELECT * FROM STREAM t AS x WATERMARK c DELAY OF INTERVAL 1 DAY", "near 'WATERMARK'"},
        {"SELECT * FROM STREAM t WATERMARK c DELAY INTERVAL 1 DAY", "near 'INTERVAL'"},
        {"SELECT * FROM STREAM t WATERMARK c", "at the end of the statement"},
        {"SELECT a FROM t GROUP BY ()", "near ')'"},
        {"SELECT a FROM t GROUP BY", "at the end of the statement"},
        {"SELECT a FROM t GROUP BY a,", "at the end of the statement"},
        {"SELECT a FROM t GROUP BY DISTINCT a", "near 'a'"},
        {"SELECT a FROM t ORDER BY", "at the end of the statement"},
        {"SELECT a FROM t ORDER BY a DESC ASC", "near 'ASC'"},
        {"SELECT a FROM t ORDER BY a nulls", "near 'nulls'"},
        {"SELECT a FROM t ORDER BY a UNION ALL SELECT 1", "near 'UNION'"},
        {"SELECT a FROM t ORDER BY a SORT BY b", "near 'SORT'"},
        {"SELECT a FROM t HAVING a GROUP BY a", "near 'GROUP'"},
        {"SELECT first(a) IGNORE NULLS FILTER (WHERE b)", "near '('"},
        {"SELECT first(a RESPECT NULLS)", "near 'NULLS'"},
        {"SELECT first_value(a IGNORE NULLS)", "near 'IGNORE'"},
        {"SELECT a IN (1) FILTER (WHERE b)", "near '('"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_script script;
        assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(cases[i][0]), &script, &err),
                      FB_E_SYNTAX);
        assert_string_equal(err.condition, "PARSE_SYNTAX_ERROR");
        assert_contains(err.message, cases[i][1]);
    }
}

/* Parsing must not be slow, nor need memory by the square of the text. */
static void what_would_grow_by_the_square_is_bounded(void **state)
{
    (void)state;
    fb_script script;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT");
    for (int i = 0; i < 100000; i++)
        fb_buf_add_text(&text, " 'a'");
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), &err);
    const fb_raw_expr *joined = script.statements[0].plan->exprs[0];
    assert_int_equal(fb_column_string(&joined->literal, 0).size, 100000);
    fb_buf_clear(&text);
    fb_buf_add_text(&text, "CREATE TEMP VIEW v USING rate OPTIONS (k '1'");
    for (int i = 0; i < 1000; i++)
        fb_buf_printf(&text, ", k%d '1'", i);
    fb_buf_add_char(&text, ')');
    assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), FB_E_LIMIT);
    assert_contains(err.message, "more than 1000 options");
    fb_buf_clear(&text);
    fb_buf_add_text(&text, "SELECT INTERVAL 1 DAY");
    for (int i = 0; i < 1000; i++)
        fb_buf_add_text(&text, " 1 DAY");
    assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), FB_E_LIMIT);
    assert_contains(err.message, "the interval is longer than 4096 bytes");
    fb_buf_clear(&text);
    fb_buf_add_text(&text, "CREATE TEMP VIEW v USING rate OPTIONS (k");
    for (int i = 0; i < 100000; i++)
        fb_buf_add_text(&text, ".k");
    fb_buf_add_text(&text, " '1')");
    assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), FB_E_LIMIT);
    fb_buf_deinit(&text);
}

static void text_that_is_no_text_is_refused_with_its_place(void **state)
{
    (void)state;
    fb_script script;
    assert_status(
        fb_sql_parse(&arena, "job.sql", FB_SLICE("SELECT 1;\nSELECT '\xff'"), &script, &err),
        FB_E_SYNTAX);
    assert_contains(err.message, "job.sql:2:9: error: the text is not UTF-8: byte 0xff");
    assert_status(fb_sql_parse(&arena, "job.sql", FB_SLICE("SELECT \0001"), &script, &err),
                  FB_E_SYNTAX);
    assert_contains(err.message, "job.sql:1:8: error: the text contains a NUL byte");
}

static void a_place_shows_part_of_a_very_long_line(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT ");
    fb_buf_add_repeat(&text, ' ', 5000);
    fb_buf_add_text(&text, "FROM");
    fb_buf_add_repeat(&text, ' ', 5000);
    fb_script script;
    assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), FB_E_SYNTAX);
    assert_contains(err.message, "job.sql:1:5008: error: syntax error at or near 'FROM'");
    assert_contains(err.message, "\n  1 | ...");
    assert_contains(err.message, "^~~~\n      expected: ");
    assert_false(err.truncated);
    fb_buf_deinit(&text);
}

static void a_place_in_wide_text_counts_characters(void **state)
{
    (void)state;
    assert_error(
        "SELECT '\xc3\xa9\xe5\x90\x8d' 1", FB_E_SYNTAX,
        "job.sql:1:13: error: syntax error at or near '1' [PARSE_SYNTAX_ERROR]\n"
        "  1 | SELECT '\xc3\xa9\xe5\x90\x8d' 1\n"
        "    |             ^\n"
        "      expected: AS, FROM, GROUP BY, HAVING, ORDER BY, UNION, WHERE, a name, ',', an "
        "operator, the end of the statement");
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_misspelt_keyword_gets_the_right_one),
        cmocka_unit_test(other_errors_say_what_was_expected),
        cmocka_unit_test(what_spark_has_and_we_have_not_is_refused_by_name),
        cmocka_unit_test(conditions_are_those_of_spark),
        cmocka_unit_test(a_wrong_interval_is_refused_at_its_place),
        cmocka_unit_test(clauses_out_of_place_are_syntax_errors),
        cmocka_unit_test(what_would_grow_by_the_square_is_bounded),
        cmocka_unit_test(text_that_is_no_text_is_refused_with_its_place),
        cmocka_unit_test(a_place_shows_part_of_a_very_long_line),
        cmocka_unit_test(a_place_in_wide_text_counts_characters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
