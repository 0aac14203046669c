/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysis over a toy catalog: t (a INT, b STRING, ok BOOLEAN, d DECIMAL, s STRUCT) and the stream
 * numbers (rate). Names and conditions were asked of Spark. */
#include "base/memory.h"
#include "plan/plan.h"
#include "sql/parse.h"
#include "test.h"

static fb_arena arena;
static fb_error err;
static const fb_plan *views[2];
static const char *const view_names[] = {"t", "numbers"};

static const fb_plan *find_view(void *user, fb_slice name)
{
    (void)user;
    for (size_t i = 0; i < 2; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(view_names[i]))) return views[i];
    return NULL;
}

static uint32_t list_views(void *user, const char *const **names)
{
    (void)user;
    *names = view_names;
    return 2;
}

static const fb_catalog catalog = {NULL, find_view, list_views};

static fb_status analyze(fb_arena *where, const char *text, const fb_plan **out)
{
    fb_script script;
    fb_analysis analysis = {
        .arena = where, .catalog = &catalog, .ansi = true, .timezone = fb_timezone_utc()};
    memset(&err, 0, sizeof err);
    FB_TRY(fb_sql_parse(where, "job.sql", fb_slice_of(text), &script, &err));
    const fb_raw_plan *raw = script.statements[0].plan;
    return raw->kind == FB_RAW_READ ? fb_analyze_read(&analysis, raw, NULL, out, &err)
                                    : fb_analyze(&analysis, raw, out, &err);
}

/* The schema of the query. */
static void assert_schema(const char *text, const char *expected)
{
    const fb_plan *plan;
    assert_ok(analyze(&arena, text, &plan), &err);
    assert_string_equal(fb_type_sql(fb_plan_schema(plan, &arena), &arena), expected);
}

/* The name of the only column. */
static void assert_name(const char *item, const char *expected)
{
    const fb_plan *plan;
    char *text = fb_arena_printf(&arena, "SELECT %s FROM t", item);
    assert_ok(analyze(&arena, text, &plan), &err);
    assert_int_equal(plan->output_count, 1);
    assert_slice_equal(plan->output[0].name, expected);
}

static void assert_fails(const char *text, const char *condition, const char *message,
                         uint32_t column)
{
    const fb_plan *plan;
    fb_status status = analyze(&arena, text, &plan);
    assert_true(status == FB_E_ANALYSIS || status == FB_E_INVALID);
    assert_string_equal(err.condition, condition);
    assert_contains(err.message, message);
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, column);
    if (err.length == 0) fail_msg("%s: no length", text);
}

static void columns_without_alias_are_named_as_in_spark(void **state)
{
    (void)state;
    assert_name("A", "A");
    assert_name("t.a", "a");
    assert_name("a + 1", "(a + 1)");
    assert_name("t.a + 1 * 2", "(a + (1 * 2))");
    assert_name("s.x", "x");
    assert_name("t.s.x", "x");
    assert_name("a <> 1", "(NOT (a = 1))");
    assert_name("ok AND NOT ok", "(ok AND (NOT ok))");
    assert_name("UPPER(b)", "upper(b)");
    assert_name("a IS NOT NULL", "(a IS NOT NULL)");
    assert_name("'abc'", "abc");
    assert_name("CASE WHEN ok THEN 'x' ELSE b END", "CASE WHEN ok THEN x ELSE b END");
    assert_name("(a, b)", "named_struct(a, a, b, b)");
    assert_name("a AS `x y`", "x y");
    assert_name("CAST(a AS INT)", "a");
    assert_name("CAST(s AS STRUCT<y: INT>)", "s");
    assert_name("concat(string(a), 'x')", "concat(a, x)");
    assert_name("s['x']", "s.x");
    assert_name("s['x'] + 1", "(s.x + 1)");
    assert_name("extract(YEAR FROM DATE '2024-01-01')", "extract(YEAR FROM DATE '2024-01-01')");
    assert_name("position('a' IN b)", "locate(a, b, 1)");
    assert_name("system.builtin.upper(b)", "upper(b)");
    assert_name("0.0000001", "1E-7");
    assert_name("0.000001", "0.000001");
}

static void stars_expand_to_what_they_name(void **state)
{
    (void)state;
    assert_schema("SELECT concat(*) FROM (SELECT b, 'x' AS c FROM t)",
                  "STRUCT<`concat(b, c)`: STRING NOT NULL>");
    assert_schema("SELECT struct(x.*, 1 AS n) AS r FROM (SELECT a, b FROM t) x",
                  "STRUCT<r: STRUCT<a: INT NOT NULL, b: STRING NOT NULL, n: INT NOT NULL> NOT "
                  "NULL>");
    assert_schema("SELECT * FROM numbers", "STRUCT<timestamp: TIMESTAMP, value: BIGINT>");
    assert_schema("SELECT x.*, value v FROM STREAM numbers x",
                  "STRUCT<timestamp: TIMESTAMP, value: BIGINT, v: BIGINT>");
    assert_schema("SELECT s.* FROM t", "STRUCT<x: INT NOT NULL>");
    assert_schema("SELECT * FROM (SELECT a, a FROM t)", "STRUCT<a: INT NOT NULL, a: INT NOT NULL>");
}

static void aliases_rename_in_the_scope_above(void **state)
{
    (void)state;
    assert_schema("SELECT 1 AS x, x + 1, struct(x) AS r",
                  "STRUCT<x: INT NOT NULL, `(lateralAliasReference(x) + 1)`: INT NOT NULL, "
                  "r: STRUCT<x: INT NOT NULL> NOT NULL>");
    assert_schema("SELECT struct(s.*) AS r FROM t", "STRUCT<r: STRUCT<x: INT NOT NULL> NOT NULL>");
    assert_schema("SELECT x.p, q FROM (SELECT a, b FROM t) AS x(p, q) WHERE p > 1",
                  "STRUCT<p: INT NOT NULL, q: STRING NOT NULL>");
    assert_schema("SELECT a c, c FROM t", "STRUCT<c: INT NOT NULL, c: INT NOT NULL>");
    assert_schema("CREATE TEMP VIEW v (p) AS SELECT 1", "STRUCT<p: INT NOT NULL>");
    assert_schema("WITH w(p) AS (SELECT a FROM t) SELECT w.p FROM w", "STRUCT<p: INT NOT NULL>");
}

static void values_and_unions_widen(void **state)
{
    (void)state;
    assert_schema("VALUES (1, 'a'), (2, NULL)", "STRUCT<col1: INT NOT NULL, col2: STRING>");
    assert_schema("SELECT named_struct('p', 1) AS r UNION ALL SELECT named_struct('q', 2)",
                  "STRUCT<r: STRUCT<p: INT NOT NULL> NOT NULL>");
    assert_schema("SELECT a FROM t UNION ALL SELECT NULL x UNION ALL SELECT 3", "STRUCT<a: INT>");
    const fb_plan *plan;
    assert_ok(analyze(&arena, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", &plan), &err);
    assert_int_equal(plan->kind, FB_PLAN_UNION);
    assert_int_equal(plan->child_count, 3);
}

static void streaming_is_known(void **state)
{
    (void)state;
    const fb_plan *plan;
    assert_ok(analyze(&arena, "SELECT value FROM STREAM(numbers) WHERE value > 3", &plan), &err);
    assert_true(plan->is_streaming);
    assert_int_equal(plan->exprs[0]->ordinal, 1);
    assert_ok(analyze(&arena, "SELECT a FROM t", &plan), &err);
    assert_false(plan->is_streaming);
}

static void unknown_names_are_answered_with_near_ones(void **state)
{
    (void)state;
    assert_fails("SELECT nosuch FROM t", "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                 "A column, variable, or function parameter with name `nosuch` cannot be resolved. "
                 "Did you mean one of the following? [`ok`, `s`, `a`, `b`, `d`].",
                 8);
    assert_fails("SELECT t.nosuch FROM t x", "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                 "with name `t`.`nosuch` cannot", 8);
    assert_fails("SELECT nosuch", "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "`nosuch`", 8);
    assert_fails("SELECT 1 FROM number", "TABLE_OR_VIEW_NOT_FOUND",
                 "The table or view `number` cannot be found; did you mean numbers?", 15);
    assert_fails("SELECT uper(b) FROM t", "UNRESOLVED_ROUTINE",
                 "Cannot resolve routine `uper`; did you mean upper?", 8);
    assert_fails("SELECT nosuch.* FROM t", "CANNOT_RESOLVE_STAR_EXPAND", "`nosuch`.*", 8);
    assert_fails("SELECT s.nosuch FROM t", "FIELD_NOT_FOUND", "nosuch", 8);
}

static void wrong_queries_get_the_conditions_of_spark(void **state)
{
    (void)state;
    assert_fails("SELECT x FROM (SELECT 1 x, 2 x)", "AMBIGUOUS_REFERENCE",
                 "Reference `x` is ambiguous, could be: [`x`, `x`].", 8);
    assert_fails("SELECT a FROM t WHERE a", "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
                 "Filter expression \"a\" of type \"INT\" is not a boolean.", 23);
    assert_fails("SELECT a + ok FROM t", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "(a + ok)", 8);
    assert_fails("SELECT upper(DISTINCT b) FROM t",
                 "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "DISTINCT", 8);
    assert_fails("SELECT 1 UNION ALL SELECT 1, 2", "NUM_COLUMNS_MISMATCH",
                 "the first input has 1 columns and the second input has 2 columns", 10);
    assert_fails("SELECT 1 UNION ALL SELECT true", "INCOMPATIBLE_COLUMN_TYPE",
                 "The first column of the second table is \"BOOLEAN\" type which is not compatible "
                 "with \"INT\"",
                 10);
    assert_fails("VALUES (1), ('a')", "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                 "`col1`", 14);
    assert_fails("SELECT * FROM t x(p)", "ASSIGNMENT_ARITY_MISMATCH", "aliased: 1", 17);
    assert_fails("SELECT named_struct('p', 1) UNION ALL SELECT named_struct('q', true)",
                 "INCOMPATIBLE_COLUMN_TYPE", "The first column of the second table", 29);
    assert_fails("SELECT 1 AS x, 2 AS X, x", "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                 "Lateral column alias `x` is ambiguous and has 2 matches.", 24);
    assert_fails("SELECT a FROM t WHERE NULL", "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
                 "of type \"VOID\" is not a boolean", 23);
    assert_fails("SELECT x.p FROM (VALUES (1) AS x(p))", "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                 "[`p`]", 8);
    assert_fails("SELECT t.a FROM (TABLE t)", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "`t`.`a`", 8);
    assert_fails("SELECT concat(y.*) FROM t x", "CANNOT_RESOLVE_STAR_EXPAND", "`y`.*", 15);
    assert_fails("CREATE TEMP VIEW v (p) AS SELECT 1, 2",
                 "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "`v`", 18);
    assert_fails("CREATE TEMP VIEW v (p, q) AS SELECT 1",
                 "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "`v`", 18);
    assert_fails("SELECT a FROM STREAM t", "", "t is not a streaming view", 22);
}

static void a_view_has_no_name_twice(void **state)
{
    (void)state;
    const fb_plan *plan;
    assert_ok(analyze(&arena, "SELECT a, b, 1 AS A FROM t", &plan), &err);
    assert_status(fb_plan_check_names(plan, false, &arena, &err), FB_E_ANALYSIS);
    assert_string_equal(err.condition, "COLUMN_ALREADY_EXISTS");
    assert_contains(err.message, "The column `a` already exists.");
    assert_ok(fb_plan_check_names(plan, true, &arena, &err), &err);
}

static void faults_of_options_are_shown_in_the_text(void **state)
{
    (void)state;
    static const char text[] = "CREATE TEMP VIEW v USING rate OPTIONS (rowPerSecond '10')";
    const fb_plan *plan;
    assert_status(analyze(&arena, text, &plan), FB_E_INVALID);
    fb_sql_show_place(&err, "job.sql", fb_slice_of(text), 0);
    assert_string_equal(err.message,
                        "job.sql:1:40: error: unknown option 'rowPerSecond' of source 'rate'\n"
                        "  1 | CREATE TEMP VIEW v USING rate OPTIONS (rowPerSecond '10')\n"
                        "    |                                        ^~~~~~~~~~~~ did you mean "
                        "'rowsPerSecond'?\n"
                        "      options: rowsPerSecond, rampUpTime, numPartitions");
    assert_fails("CREATE TEMP VIEW v USING rate OPTIONS (rowsPerSecond 'ten')", "",
                 "option 'rowsPerSecond' of source 'rate' is 'ten', expected a whole number", 54);
    assert_fails("CREATE TEMP VIEW v USING rat", "DATA_SOURCE_NOT_FOUND", "did you mean rate?", 26);
    assert_fails("CREATE TEMP VIEW v (a INT) USING rate", "", "does not take a schema", 34);
}

static void what_is_shared_in_the_text_does_not_blow_up(void **state)
{
    (void)state;
    const fb_plan *plan;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT 1 a0");
    for (int i = 0; i < 60; i++)
        fb_buf_printf(&text, ", a%d + a%d a%d", i, i, i + 1);
    assert_status(analyze(&arena, fb_buf_text(&text), &plan), FB_E_LIMIT);
    fb_buf_clear(&text);
    fb_buf_add_text(&text, "WITH c0 AS (SELECT 1 x)");
    for (int i = 0; i < 60; i++)
        fb_buf_printf(&text, ", c%d AS (SELECT x FROM c%d UNION ALL SELECT x FROM c%d)", i + 1, i,
                      i);
    fb_buf_add_text(&text, " SELECT x FROM c60");
    assert_status(analyze(&arena, fb_buf_text(&text), &plan), FB_E_LIMIT);
    fb_buf_clear(&text);
    fb_buf_add_text(&text, "SELECT ");
    for (int i = 0; i < 60; i++)
        fb_buf_add_text(&text, "CASE ");
    fb_buf_add_text(&text, "1");
    for (int i = 0; i < 60; i++)
        fb_buf_add_text(&text, " WHEN 1 THEN 1 WHEN 2 THEN 2 END");
    assert_status(analyze(&arena, fb_buf_text(&text), &plan), FB_E_LIMIT);
    fb_buf_deinit(&text);
}

static void assert_limit(fb_buf *text, const char *message)
{
    const fb_plan *plan;
    assert_status(analyze(&arena, fb_buf_text(text), &plan), FB_E_LIMIT);
    assert_non_null(strstr(err.message, message));
    fb_buf_clear(text);
}

/* What a name stands for is there as often as the name is. */
static void named_items_do_not_blow_up(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT concat(b");
    for (int i = 0; i < 3000; i++)
        fb_buf_add_text(&text, ", b");
    fb_buf_add_text(&text, ") AS c, count(*) FROM t GROUP BY b HAVING concat(c");
    for (int i = 0; i < 1000; i++)
        fb_buf_add_text(&text, ", c");
    fb_buf_add_text(&text, ") > 'a'");
    assert_limit(&text, "wherever its name is");
    fb_buf_add_text(&text, "SELECT concat(b");
    for (int i = 0; i < 100; i++)
        fb_buf_add_text(&text, ", b");
    fb_buf_add_text(&text, ") AS c");
    for (int i = 0; i < 15000; i++)
        fb_buf_add_text(&text, ", c AS x");
    fb_buf_add_text(&text, " FROM t");
    assert_limit(&text, "wherever its name is");
    fb_buf_deinit(&text);
}

static void keys_and_aggregates_have_a_limit(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT count(*) FROM t GROUP BY a");
    for (int i = 0; i < 4000; i++)
        fb_buf_printf(&text, ", a + %d", i);
    assert_limit(&text, "more than 4000 expressions in GROUP BY");
    fb_buf_add_text(&text, "SELECT count(*)");
    for (int i = 0; i < 4000; i++)
        fb_buf_printf(&text, ", sum(a + %d)", i);
    fb_buf_add_text(&text, " FROM t");
    assert_limit(&text, "more than 4000 different aggregates");
    fb_buf_deinit(&text);
}

/* k is no key, but one is made of it: the name means the item. As in Spark. */
static void having_takes_items_for_columns_that_are_no_keys(void **state)
{
    (void)state;
    assert_schema("SELECT upper(b) AS b, count(*) AS n FROM t GROUP BY upper(b) HAVING b = 'A'",
                  "STRUCT<b: STRING NOT NULL, n: BIGINT NOT NULL>");
    assert_fails("SELECT upper(b) AS c, count(*) FROM t GROUP BY upper(b) HAVING b = 'A'",
                 "MISSING_AGGREGATION", "\"b\"", 64);
    assert_fails("SELECT count(*) AS b FROM t GROUP BY upper(b) HAVING b = 'A'",
                 "MISSING_AGGREGATION", "\"b\"", 54);
}

static void survive_failed_allocations(const char *text)
{
    for (uint64_t k = 1; k < 2000; k++) {
        fb_arena small;
        const fb_plan *plan;
        fb_arena_init(&small, 64);
        fb_memory_fail_at(k);
        fb_status status = analyze(&small, text, &plan);
        fb_memory_fail_at(0);
        fb_arena_deinit(&small);
        if (status == FB_OK) return;
        if (status != FB_E_NOMEM) fail_msg("%s: allocation %d: %s", text, (int)k, err.message);
    }
    fail_msg("never got through");
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    survive_failed_allocations("SELECT x.p, s.x, upper(q) u, CASE WHEN p > 1 THEN q END FROM "
                               "(SELECT a, b, s FROM t WHERE a IN (1, 2)) x(p, q, s) UNION ALL "
                               "SELECT a, 2, b, NULL FROM t");
    survive_failed_allocations(
        "SELECT b, window.start, sum(d) AS n, count(*) FILTER (WHERE ok), n + 1 FROM t GROUP BY b, "
        "window(to_timestamp(b), '1 hour') HAVING max(a) > 1 AND n > 0 ORDER BY min(a), b DESC");
    survive_failed_allocations(
        "SELECT DISTINCT window_time(w) FROM (SELECT window(timestamp, '1 hour', '1 minute') AS w "
        "FROM STREAM numbers WATERMARK timestamp DELAY OF INTERVAL 1 MINUTE) ORDER BY ALL");
}

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    fb_status status =
        analyze(&arena, "SELECT 1 a, 'x' b, true ok, 1.5 d, named_struct('x', 1) s", &views[0]);
    if (status == FB_OK) status = analyze(&arena, "CREATE TEMP VIEW numbers USING rate", &views[1]);
    if (status != FB_OK) print_error("%s\n", err.message);
    return status == FB_OK ? 0 : -1;
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
        cmocka_unit_test(columns_without_alias_are_named_as_in_spark),
        cmocka_unit_test(stars_expand_to_what_they_name),
        cmocka_unit_test(aliases_rename_in_the_scope_above),
        cmocka_unit_test(values_and_unions_widen),
        cmocka_unit_test(streaming_is_known),
        cmocka_unit_test(unknown_names_are_answered_with_near_ones),
        cmocka_unit_test(wrong_queries_get_the_conditions_of_spark),
        cmocka_unit_test(a_view_has_no_name_twice),
        cmocka_unit_test(faults_of_options_are_shown_in_the_text),
        cmocka_unit_test(what_is_shared_in_the_text_does_not_blow_up),
        cmocka_unit_test(named_items_do_not_blow_up),
        cmocka_unit_test(keys_and_aggregates_have_a_limit),
        cmocka_unit_test(having_takes_items_for_columns_that_are_no_keys),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
