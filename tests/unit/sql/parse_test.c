/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements to trees, trees printed as text. */
#include "base/memory.h"
#include "sql/parse.h"
#include "test.h"

static fb_arena arena;
static fb_error err;

/* The select list of `text` as the parser understands it. */
static void assert_items(const char *text, const char *expected)
{
    fb_script script;
    fb_buf got;
    fb_buf_init(&got, 0);
    char *sql = fb_arena_printf(&arena, "SELECT %s FROM t", text);
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(sql), &script, &err), &err);
    assert_int_equal(script.count, 1);
    const fb_raw_plan *plan = script.statements[0].plan;
    for (uint32_t i = 0; i < plan->expr_count; i++) {
        if (i) fb_buf_add_text(&got, "; ");
        fb_raw_expr_print(plan->exprs[i], &got);
    }
    assert_string_equal(fb_buf_text(&got), expected);
    fb_buf_deinit(&got);
}

static void assert_plan(const char *text, const char *expected)
{
    fb_script script;
    fb_buf got;
    fb_buf_init(&got, 0);
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), &err);
    assert_int_equal(script.count, 1);
    fb_raw_plan_print(script.statements[0].plan, 0, &got);
    assert_string_equal(fb_buf_text(&got), expected);
    fb_buf_deinit(&got);
}

static void operators_bind_as_in_spark(void **state)
{
    (void)state;
    assert_items("7 & 3 | 8 ^ 1", "|(&(7, 3), ^(8, 1))");
    assert_items("1 + 2 || 3", "||(+(1, 2), 3)");
    assert_items("not 1=2 and true", "and(not(=(1, 2)), true)");
    assert_items("a or b and not c or d", "or(or(a, and(b, not(c))), d)");
    assert_items("2 = 1 + 1 * 3 || ''", "=(2, ||(+(1, *(1, 3)), ''))");
    assert_items("1 < 2 = true", "=(<(1, 2), true)");
    assert_items("a & b >> c", "&(a, >>(b, c))");
    assert_items("~1 + 1, -a * b", "+(~(1), 1); *(negative(a), b)");
    assert_items("a == b, a != b, a <> b, a <=> b, a % 2, a div 2",
                 "=(a, b); <>(a, b); <>(a, b); <=>(a, b); %(a, 2); div(a, 2)");
    assert_items("! a, (a + 1) * 2", "not(a); *(+(a, 1), 2)");
}

static void long_chains_become_balanced_trees(void **state)
{
    (void)state;
    assert_items("a or b or c or d", "or(or(a, b), or(c, d))");
    assert_items("a and b and c", "and(and(a, b), c)");
    assert_items("a or (b or (c or d))", "or(a, or(b, or(c, d)))");
    assert_items("not a and b and c in (1) or d", "or(and(and(not(a), b), in(c, 1)), d)");
    fb_script script;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "SELECT 1 WHERE a = 0");
    for (int i = 1; i < 5000; i++)
        fb_buf_printf(&text, " OR a = %d", i);
    fb_buf_add_text(&text, "; SELECT 0");
    for (int i = 1; i < 2000; i++)
        fb_buf_printf(&text, " UNION ALL SELECT %d", i);
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), &err);
    assert_int_equal(script.statements[1].plan->kind, FB_RAW_UNION);
    assert_int_equal(script.statements[1].plan->child_count, 2000);
    const fb_raw_plan *last = script.statements[1].plan->children[1999];
    assert_int_equal(last->exprs[0]->literal.int32s[0], 1999);
    fb_buf_deinit(&text);
}

static void predicates_become_functions(void **state)
{
    (void)state;
    assert_items("a between 1 and 2 and b", "and(between(a, 1, 2), b)");
    assert_items("a not between 1 and 2", "not(between(a, 1, 2))");
    assert_items("a in (1), a not in (1,2)", "in(a, 1); not(in(a, 1, 2))");
    assert_items("a like 'x', a not like 'x' escape '/'", "like(a, 'x'); not(like(a, 'x', '/'))");
    assert_items("a rlike 'x', a regexp 'x', a ilike 'x'",
                 "rlike(a, 'x'); rlike(a, 'x'); ilike(a, 'x')");
    assert_items("a is null, a is not null, a is unknown", "isnull(a); isnotnull(a); isnull(a)");
    assert_items("a is true, a is not false", "<=>(a, true); not(<=>(a, false))");
    assert_items("a is distinct from b, a is not distinct from b", "not(<=>(a, b)); <=>(a, b)");
}

static void literals_have_the_type_of_their_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *type;
    } cases[] = {
        {"1", "INT"},
        {"2147483648", "BIGINT"},
        {"-2147483648", "INT"},
        {"1L", "BIGINT"},
        {"1S", "SMALLINT"},
        {"1Y", "TINYINT"},
        {"1.5", "DECIMAL(2,1)"},
        {".5", "DECIMAL(1,1)"},
        {"5.", "DECIMAL(1,0)"},
        {"0.05", "DECIMAL(2,2)"},
        {"1e3", "DOUBLE"},
        {"1.5D", "DOUBLE"},
        {"1.5F", "FLOAT"},
        {"1.50BD", "DECIMAL(3,2)"},
        {"1e3BD", "DECIMAL(4,0)"},
        {"TRUE", "BOOLEAN"},
        {"NULL", "VOID"},
        {"X'1F'", "BINARY"},
        {"'a'", "STRING"},
        {"-9223372036854775808", "BIGINT"},
        {"9223372036854775808", "DECIMAL(19,0)"},
        {"12345678901234567890123456789012345678", "DECIMAL(38,0)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const fb_raw_expr *expr;
        assert_ok(fb_sql_parse_expression(&arena, fb_slice_of(cases[i].text), &expr, &err), &err);
        assert_int_equal(expr->kind, FB_RAW_LITERAL);
        assert_string_equal(fb_type_sql(expr->literal.type, &arena), cases[i].type);
    }
    assert_items("date '2020-01-01', timestamp_ntz '2020-01-01'",
                 "cast('2020-01-01' AS DATE); cast('2020-01-01' AS TIMESTAMP_NTZ)");
}

static void decimals_keep_their_digits(void **state)
{
    (void)state;
    const fb_raw_expr *expr;
    assert_ok(fb_sql_parse_expression(&arena, FB_SLICE("-12.50"), &expr, &err), &err);
    assert_true(expr->literal.int64s[0] == -1250);
    assert_ok(fb_sql_parse_expression(&arena, FB_SLICE("12345678901234567890.5"), &expr, &err),
              &err);
    fb_int128 expected = (fb_int128)12345678901234567890ull * 10 + 5;
    assert_true(expr->literal.int128s[0] == expected);
    assert_ok(fb_sql_parse_expression(&arena, FB_SLICE("1.25e-2"), &expr, &err), &err);
    assert_true(expr->literal.doubles[0] == 0.0125);
}

static void strings_resolve_spark_escapes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"'it''s'", "it's"},
        {"'\\101\\177'", "A\x7f"},
        {"'\\377'", "377"},
        {"'it\\'s'", "it's"},
        {"\"say \"\"x\"\"\"", "say \"x\""},
        {"'a' 'b' \"c\"", "abc"},
        {"r'\\n'", "\\n"},
        {"'\\t|\\n|\\r|\\b|\\Z'", "\t|\n|\r|\b|\x1a"},
        {"'\\u0041\\x41\\101'", "Ax41A"},
        {"'\\%\\_\\q\\\\'", "\\%\\_q\\"},
        {"'\\U0001F600'", "\xf0\x9f\x98\x80"},
        {"'\\uD83D\\uDE00'", "\xf0\x9f\x98\x80"},
        {"'\\uD83D'", "?"},
        {"''", ""},
        {"'\\u00e9'", "\xc3\xa9"},
        {"'a\nb'", "a\nb"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const fb_raw_expr *expr;
        assert_ok(fb_sql_parse_expression(&arena, fb_slice_of(cases[i][0]), &expr, &err), &err);
        assert_slice_equal(fb_column_string(&expr->literal, 0), cases[i][1]);
    }
}

static void keywords_are_names_where_they_do_not_fit(void **state)
{
    (void)state;
    assert_items("date, timestamp, window.start, values, stream, end, case, select, year",
                 "date; timestamp; window.start; values; stream; end; case; select; year");
    assert_items("left(a, 2), if(a, 1, 2), filter, over, limit, interval",
                 "left(a, 2); if(a, 1, 2); filter; over; limit; interval");
    assert_items("a as select, b from", "a AS select; b AS from");
    assert_items("`a b`, t.`c``d`, `select`", "a b; t.c`d; select");
}

static void keywords_before_from_and_commas_are_names(void **state)
{
    (void)state;
    assert_items("all", "all");
    assert_items("distinct", "distinct");
    assert_items("all, div, not", "all; div; not");
    assert_items("x union, 1 div", "x AS union; 1 AS div");
    assert_items("a is distinct from b", "not(<=>(a, b))");
    assert_items("1 !> 2, 1 !< 2", "<=(1, 2); >=(1, 2)");
}

static void rows_of_values_may_be_structs(void **state)
{
    (void)state;
    assert_plan("VALUES struct(1, 2), ((3, 4))", "Values [1, 2, 3, 4]\n");
    assert_plan("VALUES (STRUCT(1 AS a))", "Values [1]\n");
    assert_plan("\xef\xbb\xbfVALUES 1", "Values [1]\n"); /* a byte order mark is no text */
    assert_plan("(VALUES (1) AS t(a))", "Alias t (a)\n+- Values [1]\n");
}

static void names_in_with_are_counted_where_they_are_used(void **state)
{
    (void)state;
    fb_script script;
    fb_buf text;
    assert_plan("WITH a AS (SELECT 1), b AS (WITH a AS (SELECT 2) TABLE a) TABLE b",
                "Alias b\n+- Alias a\n   +- Project [2]\n      +- OneRow\n");
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "WITH c0 AS (SELECT 1)");
    for (int i = 0; i < 20; i++)
        fb_buf_printf(&text, ", c%d AS (TABLE c%d UNION ALL TABLE c%d)", i + 1, i, i);
    fb_buf_add_text(&text, " TABLE c20");
    assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err), FB_E_LIMIT);
    assert_contains(err.message, "its names in WITH put in");
    fb_buf_deinit(&text);
}

static void special_syntax_becomes_calls(void **state)
{
    (void)state;
    assert_items("case when a then 1 else 2 end, case a when 1 then 'x' end",
                 "case_when(a, 1, 2); case_when(=(a, 1), 'x')");
    assert_items("extract(year from ts)", "extract('year', ts)");
    assert_items("substring(b from 1 for 2), substring(b, 1)", "substring(b, 1, 2); "
                                                               "substring(b, 1)");
    assert_items("trim(b), trim(both 'x' from b), trim(leading from b), trim(trailing 'x' from b)",
                 "trim(b); trim('x', b); ltrim(b); rtrim('x', b)");
    assert_items("position('x' in b), position('x', b)", "locate('x', b); position('x', b)");
    assert_items("cast(a as int), try_cast(a as string), a::date::string",
                 "cast(a AS INT); try_cast(a AS STRING); cast(cast(a AS DATE) AS STRING)");
    assert_items("(a, b), a[0].x, f(1).c, s.*, count(*), upper(distinct x)",
                 "struct(a, b); get_item(a, 0).x; f(1).c; s.*; count(*); upper(DISTINCT x)");
}

static void types_have_all_their_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a integer, b long, c short, d byte, e real",
         "STRUCT<a: INT, b: BIGINT, c: SMALLINT, d: TINYINT, e: FLOAT>"},
        {"a dec, b numeric(5), c decimal(10,2)",
         "STRUCT<a: DECIMAL(10,0), b: DECIMAL(5,0), c: DECIMAL(10,2)>"},
        {"a array<array<int>>, b map<string,map<int,date>>",
         "STRUCT<a: ARRAY<ARRAY<INT>>, b: MAP<STRING, MAP<INT, DATE>>>"},
        {"a struct<x: int not null, y string comment 'c'>, b struct<>",
         "STRUCT<a: STRUCT<x: INT NOT NULL, y: STRING>, b: STRUCT<>>"},
        {"timestamp", "TIMESTAMP"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const fb_type *type;
        assert_ok(fb_sql_parse_schema(&arena, fb_slice_of(cases[i][0]), &type, &err), &err);
        assert_string_equal(fb_type_sql(type, &arena), cases[i][1]);
    }
    const fb_type *type;
    assert_ok(fb_sql_parse_schema(&arena, FB_SLICE("a int comment 'say \"x\"'"), &type, &err),
              &err);
    assert_slice_equal(type->fields[0].metadata, "{\"comment\":\"say \\\"x\\\"\"}");
}

static void char_and_varchar_are_strings_in_a_cast_and_refused_in_a_schema(void **state)
{
    (void)state;
    static const char *const schemas[] = {"a INT, b CHAR(5)", "a ARRAY<VARCHAR(3)>", "CHAR(1)"};
    static const char view[] = "CREATE TEMPORARY VIEW v (a INT, b VARCHAR(2)) USING rate";
    const char *refusal = "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING";
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        const fb_type *type;
        assert_status(fb_sql_parse_schema(&arena, fb_slice_of(schemas[i]), &type, &err),
                      FB_E_UNSUPPORTED);
        assert_string_equal(err.condition, refusal);
    }
    fb_script script;
    assert_status(fb_sql_parse(&arena, "job.sql", fb_slice_of(view), &script, &err),
                  FB_E_UNSUPPORTED);
    assert_string_equal(err.condition, refusal);
    assert_int_equal(err.column, 35);
    const fb_raw_expr *cast;
    assert_ok(fb_sql_parse_expression(&arena, FB_SLICE("CAST(a AS MAP<CHAR(2), VARCHAR(3)>)"),
                                      &cast, &err),
              &err);
    assert_string_equal(fb_type_sql(cast->type, &arena), "MAP<STRING, STRING>");
}

static void queries_become_plans(void **state)
{
    (void)state;
    assert_plan("SELECT a c FROM (SELECT * FROM t WHERE a > 1) x WHERE b = 'x' "
                "UNION ALL SELECT 1, 'x'",
                "Union\n"
                "+- Project [a AS c]\n"
                "   +- Filter [=(b, 'x')]\n"
                "      +- Alias x\n"
                "         +- Project [*]\n"
                "            +- Filter [>(a, 1)]\n"
                "               +- Relation t\n"
                "+- Project [1, 'x']\n"
                "   +- OneRow\n");
    assert_plan("SELECT * FROM STREAM(v) AS s",
                "Project [*]\n+- Alias s\n   +- Relation v (stream)\n");
    assert_plan("SELECT * FROM STREAM v", "Project [*]\n+- Relation v (stream)\n");
    assert_plan("VALUES (1,2),(3,4)", "Values [1, 2, 3, 4]\n");
    assert_plan("SELECT * FROM VALUES 1, (2) AS t(a)",
                "Project [*]\n+- Alias t (a)\n   +- Values [1, 2]\n");
    assert_plan("(SELECT 1) UNION ALL (TABLE t)",
                "Union\n+- Project [1]\n   +- OneRow\n+- Relation t\n");
    assert_plan("WITH x AS (SELECT 1 a), y(q) AS (SELECT a FROM x) SELECT * FROM y",
                "Project [*]\n"
                "+- Alias y\n"
                "   +- Alias y (q)\n"
                "      +- Project [a]\n"
                "         +- Alias x\n"
                "            +- Project [1 AS a]\n"
                "               +- OneRow\n");
}

static void a_script_is_a_list_of_statements(void **state)
{
    (void)state;
    static const char text[] =
        "-- the sample\n"
        "SET a.b = c d ; ; /* nested /* comments */ ; */\n"
        "CREATE OR REPLACE TEMP VIEW v (x INT) USING rate OPTIONS (rowsPerSecond = 5, a.b true);\n"
        "CREATE STREAMING TABLE s USING console\n"
        "  OPTIONS (queryName 'q', \"truncate\" false, n -1) AS SELECT 1 FROM STREAM v;\n"
        "EXPLAIN EXTENDED SELECT 2";
    fb_script script;
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), &err);
    assert_int_equal(script.count, 4);
    const fb_statement *set = &script.statements[0], *view = &script.statements[1];
    const fb_statement *table = &script.statements[2], *explain = &script.statements[3];
    assert_int_equal(set->kind, FB_STATEMENT_SET);
    assert_slice_equal(set->key, "a.b");
    assert_slice_equal(set->value, "c d");
    assert_int_equal(set->position.line, 2);
    assert_int_equal(view->kind, FB_STATEMENT_VIEW);
    assert_true(view->or_replace);
    assert_slice_equal(view->plan->name, "rate");
    assert_string_equal(fb_type_sql(view->plan->schema, &arena), "STRUCT<x: INT>");
    assert_int_equal(view->plan->options.count, 2);
    assert_slice_equal(view->plan->options.items[1].key, "a.b");
    assert_slice_equal(view->plan->options.items[1].value, "true");
    assert_int_equal(view->plan->options.items[0].value_position.column, 75);
    assert_int_equal(table->kind, FB_STATEMENT_STREAM_TABLE);
    assert_slice_equal(table->format, "console");
    assert_int_equal(table->options.count, 3);
    assert_slice_equal(table->options.items[2].value, "-1");
    assert_int_equal(table->position.line, 4);
    assert_int_equal(explain->kind, FB_STATEMENT_EXPLAIN);
    assert_true(explain->explain_extended);
    assert_slice_equal(explain->explained->text, "SELECT 2");
}

static void settings_take_all_forms_of_spark(void **state)
{
    (void)state;
    static const char text[] = "SET; SET -v; SET k; SET k =; SET `a b` = `x;y`; SET k = it's;"
                               "RESET; RESET k; RESET `a b`; SET TIME ZONE 'UTC'";
    static const char *const expected[][2] = {
        {"", ""},      {"", ""}, {"k", ""}, {"k", ""},   {"a b", "x;y"},
        {"k", "it's"}, {"", ""}, {"k", ""}, {"a b", ""}, {"spark.sql.session.timeZone", "UTC"}};
    fb_script script;
    assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), &err);
    assert_int_equal(script.count, sizeof expected / sizeof *expected);
    for (uint32_t i = 0; i < script.count; i++) {
        assert_slice_equal(script.statements[i].key, expected[i][0]);
        assert_slice_equal(script.statements[i].value, expected[i][1]);
    }
    assert_false(script.statements[2].has_value);
    assert_true(script.statements[3].has_value);
}

static void deep_nesting_is_refused_not_overrun(void **state)
{
    (void)state;
    static const char *const pieces[][3] = {{"SELECT ", "(", "1"},
                                            {"SELECT ", "1+", "1"},
                                            {"SELECT ", "- ", "a"},
                                            {"SELECT ", "NOT ", "a"},
                                            {"SELECT a", ".b", ""},
                                            {"SELECT a", "[0]", ""},
                                            {"SELECT ", "f(", "1"},
                                            {"SELECT ", "CASE WHEN ", "1"},
                                            {"SELECT * FROM ", "(SELECT * FROM ", "t"},
                                            {"SELECT 1", " UNION ALL SELECT 1", ""},
                                            {"SELECT CAST(a AS ", "ARRAY<", "INT"}};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        fb_buf text;
        fb_script script;
        fb_buf_init(&text, 0);
        fb_buf_add_text(&text, pieces[i][0]);
        for (int k = 0; k < 20000; k++)
            fb_buf_add_text(&text, pieces[i][1]);
        fb_buf_add_text(&text, pieces[i][2]);
        assert_status(fb_sql_parse(&arena, "job.sql", fb_buf_slice(&text), &script, &err),
                      FB_E_LIMIT);
        fb_buf_deinit(&text);
    }
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    static const char text[] =
        "CREATE TEMP VIEW v (x INT COMMENT 'c') USING rate OPTIONS (a 'b');"
        "WITH c AS (SELECT 1 a) SELECT a + 1 AS b, CAST(a AS DECIMAL(3,1)), 'x' 'y', `q``r`.s.*, "
        "CASE a WHEN 1 THEN X'1F' END FROM c x(a) WHERE a IN (1, 2) UNION ALL VALUES (1), (2.5)";
    for (uint64_t k = 1; k < 400; k++) {
        fb_arena small;
        fb_script script;
        fb_arena_init(&small, 64);
        fb_memory_fail_at(k);
        fb_status status = fb_sql_parse(&small, "job.sql", fb_slice_of(text), &script, &err);
        fb_memory_fail_at(0);
        fb_arena_deinit(&small);
        if (status == FB_OK) return;
        assert_int_equal(status, FB_E_NOMEM);
    }
    fail_msg("never got through");
}

static void groups_and_having_make_an_aggregate(void **state)
{
    (void)state;
    assert_plan("SELECT a, count(*) FROM t GROUP BY a, 2, b + 1 HAVING count(*) > 1",
                "Aggregate [a, count(*)] by [a, 2, +(b, 1)] having >(count(*), 1)\n"
                "+- Relation t\n");
    assert_plan("SELECT a FROM t GROUP BY (a, b)", "Aggregate [a] by [struct(a, b)]\n"
                                                   "+- Relation t\n");
    assert_plan("SELECT count(*) FROM t HAVING -sum(a) < 0",
                "Aggregate [count(*)] by [] having <(negative(sum(a)), 0)\n"
                "+- Relation t\n");
    assert_plan("SELECT 1 HAVING true", "Aggregate [1] by [] having true\n"
                                        "+- OneRow\n");
    assert_plan("SELECT window.start FROM t WHERE a GROUP BY window(ts, '10 minutes')",
                "Aggregate [window.start] by [window(ts, '10 minutes')]\n"
                "+- Filter [a]\n"
                "   +- Relation t\n");
    assert_plan("SELECT 1 FROM t HAVING window.start > left(a, 1)",
                "Aggregate [1] by [] having >(window.start, left(a, 1))\n"
                "+- Relation t\n");
    /* Words that are a column's name where nothing else fits. */
    assert_plan("SELECT having having FROM t having ORDER BY having",
                "Sort [having ASC NULLS FIRST]\n"
                "+- Project [having AS having]\n"
                "   +- Alias having\n"
                "      +- Relation t\n");
    assert_plan("SELECT a FROM t GROUP BY ALL", "Aggregate [a] by [ALL]\n"
                                                "+- Relation t\n");
    assert_plan("SELECT cube, rollup(a) FROM t grouping GROUP BY cube, grouping, sets",
                "Aggregate [cube, rollup(a)] by [cube, grouping, sets]\n"
                "+- Alias grouping\n"
                "   +- Relation t\n");
}

static void distinct_is_a_node_of_its_own(void **state)
{
    (void)state;
    assert_plan("SELECT DISTINCT a, b FROM t", "Distinct\n"
                                               "+- Project [a, b]\n"
                                               "   +- Relation t\n");
    assert_plan("SELECT DISTINCT (a), b FROM t ORDER BY a", "Sort [a ASC NULLS FIRST]\n"
                                                            "+- Distinct\n"
                                                            "   +- Project [a, b]\n"
                                                            "      +- Relation t\n");
    assert_plan("SELECT 1 UNION SELECT 2 UNION ALL SELECT 3", "Union\n"
                                                              "+- Distinct\n"
                                                              "   +- Union\n"
                                                              "      +- Project [1]\n"
                                                              "         +- OneRow\n"
                                                              "      +- Project [2]\n"
                                                              "         +- OneRow\n"
                                                              "+- Project [3]\n"
                                                              "   +- OneRow\n");
    assert_plan("SELECT 1 UNION DISTINCT SELECT 2", "Distinct\n"
                                                    "+- Union\n"
                                                    "   +- Project [1]\n"
                                                    "      +- OneRow\n"
                                                    "   +- Project [2]\n"
                                                    "      +- OneRow\n");
    assert_items("distinct, count(all a), count(all)", "distinct; count(a); count(all)");
}

static void order_by_sorts_the_whole_query(void **state)
{
    (void)state;
    assert_plan("SELECT * FROM t ORDER BY a, b DESC, c ASC NULLS LAST, d DESC NULLS FIRST, "
                "e NULLS LAST, 1",
                "Sort [a ASC NULLS FIRST, b DESC NULLS LAST, c ASC NULLS LAST, "
                "d DESC NULLS FIRST, e ASC NULLS LAST, 1 ASC NULLS FIRST]\n"
                "+- Project [*]\n"
                "   +- Relation t\n");
    assert_plan("WITH x AS (SELECT 1 a) SELECT a FROM x UNION ALL TABLE u ORDER BY all DESC",
                "Sort [all DESC NULLS LAST]\n"
                "+- Union\n"
                "   +- Project [a]\n"
                "      +- Alias x\n"
                "         +- Project [1 AS a]\n"
                "            +- OneRow\n"
                "   +- Relation u\n");
    assert_plan("VALUES (1), (2) ORDER BY nulls, first, asc, desc desc",
                "Sort [nulls ASC NULLS FIRST, first ASC NULLS FIRST, asc ASC NULLS FIRST, "
                "desc DESC NULLS LAST]\n"
                "+- Values [1, 2]\n");
    /* t.a is not to be seen behind the parentheses. */
    assert_plan("SELECT a FROM (TABLE t ORDER BY a) ORDER BY a",
                "Sort [a ASC NULLS FIRST]\n"
                "+- Project [a]\n"
                "   +- Alias\n"
                "      +- Sort [a ASC NULLS FIRST]\n"
                "         +- Relation t\n");
}

static void a_sort_key_is_read_alone(void **state)
{
    (void)state;
    fb_raw_sort_key key;
    assert_ok(fb_sql_parse_sort_key(&arena, FB_SLICE("a + 1 desc nulls first"), &key, &err), &err);
    assert_true(key.descending);
    assert_false(key.nulls_last);
    assert_int_equal(key.expr->kind, FB_RAW_CALL);
    assert_status(fb_sql_parse_sort_key(&arena, FB_SLICE("a AS b"), &key, &err), FB_E_SYNTAX);
    assert_status(fb_sql_parse_sort_key(&arena, FB_SLICE("a, b"), &key, &err), FB_E_SYNTAX);
    assert_null(key.expr);
}

static void calls_of_aggregates_keep_their_clauses(void **state)
{
    (void)state;
    assert_items("count(DISTINCT a, b), sum(a) FILTER (WHERE b > 1 AND c)",
                 "count(DISTINCT a, b); sum(a) FILTER and(>(b, 1), c)");
    assert_items("first(a) IGNORE NULLS, last(b) RESPECT NULLS x, any_value(c)",
                 "first(a) IGNORE NULLS; last(b) RESPECT NULLS AS x; any_value(c)");
    assert_items("first(a IGNORE NULLS), last(first(b) IGNORE NULLS)",
                 "first(a) IGNORE NULLS; last(first(b) IGNORE NULLS)");
    assert_items("sum(DISTINCT a) FILTER (WHERE b) + max(a) FILTER (WHERE c) IGNORE NULLS",
                 "+(sum(DISTINCT a) FILTER b, max(a) FILTER c IGNORE NULLS)");
    assert_items("count(t.*, a), count(*, a), count()", "count(t.*, a); count(*, a); count()");
    assert_items("first(a) ignore, first(a) filter, first, last respect, f(a ignore)",
                 "first(a) AS ignore; first(a) AS filter; first; last AS respect; "
                 "f(a AS ignore)");
    fb_script script;
    assert_ok(fb_sql_parse(&arena, "job.sql",
                           FB_SLICE("SELECT sum(a) FILTER (WHERE b) IGNORE NULLS + 1"), &script,
                           &err),
              &err);
    const fb_raw_expr *sum = script.statements[0].plan->exprs[0]->args[0];
    assert_true(fb_slice_is(sum->text, "sum(a) FILTER (WHERE b) IGNORE NULLS"));
}

/* Where Spark puts the watermark: under the alias of parentheses, above all other aliases. */
static void a_watermark_stands_over_what_it_follows(void **state)
{
    (void)state;
    assert_plan("SELECT * FROM STREAM v WATERMARK c DELAY OF INTERVAL 10 MINUTES",
                "Project [*]\n"
                "+- Watermark [c] delay 10 minutes\n"
                "   +- Relation v (stream)\n");
    static const char *const aliased[] = {
        "SELECT * FROM STREAM v WATERMARK x.c DELAY OF INTERVAL 10 MINUTES AS x",
        "SELECT * FROM STREAM(v) WATERMARK x.c DELAY OF INTERVAL 10 MINUTES x",
    };
    for (size_t i = 0; i < sizeof aliased / sizeof *aliased; i++)
        assert_plan(aliased[i], "Project [*]\n"
                                "+- Watermark [x.c] delay 10 minutes\n"
                                "   +- Alias x\n"
                                "      +- Relation v (stream)\n");
    assert_plan("SELECT * FROM (STREAM v AS a) WATERMARK c DELAY OF INTERVAL 1 DAY q",
                "Project [*]\n"
                "+- Alias q\n"
                "   +- Watermark [c] delay 24 hours\n"
                "      +- Alias a\n"
                "         +- Relation v (stream)\n");
    assert_plan("SELECT * FROM (SELECT * FROM v) WATERMARK c DELAY OF INTERVAL 1 MONTH q",
                "Project [*]\n"
                "+- Watermark [c] delay 1 months\n"
                "   +- Alias q\n"
                "      +- Project [*]\n"
                "         +- Relation v\n");
    assert_plan("SELECT * FROM VALUES (1) WATERMARK c DELAY OF INTERVAL 0 SECONDS AS q(c)",
                "Project [*]\n"
                "+- Watermark [c] delay 0 seconds\n"
                "   +- Alias q (c)\n"
                "      +- Values [1]\n");
}

static void a_watermark_may_name_an_expression(void **state)
{
    (void)state;
    static const char *const with_alias[] = {
        "SELECT 1 FROM STREAM v WATERMARK CAST(c AS TIMESTAMP) t DELAY OF INTERVAL 1 HOUR",
        "SELECT 1 FROM STREAM v WATERMARK (CAST(c AS TIMESTAMP)) AS t DELAY OF INTERVAL 1 HOUR",
    };
    for (size_t i = 0; i < sizeof with_alias / sizeof *with_alias; i++)
        assert_plan(with_alias[i], "Project [1]\n"
                                   "+- Watermark [cast(c AS TIMESTAMP) AS t] delay 1 hours\n"
                                   "   +- Relation v (stream)\n");
    assert_plan("SELECT 1 FROM STREAM v WATERMARK delay DELAY OF INTERVAL 1 HOUR",
                "Project [1]\n"
                "+- Watermark [delay] delay 1 hours\n"
                "   +- Relation v (stream)\n");
    /* No watermark at all. */
    assert_plan("SELECT watermark FROM STREAM v watermark WHERE delay",
                "Project [watermark]\n"
                "+- Filter [delay]\n"
                "   +- Alias watermark\n"
                "      +- Relation v (stream)\n");
    assert_plan("SELECT 1 FROM VALUES (1, 2) AS watermark(a, b)", "Project [1]\n"
                                                                  "+- Alias watermark (a, b)\n"
                                                                  "   +- Values [1, 2]\n");
}

static void intervals_are_months_or_microseconds(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"INTERVAL 10 MINUTES", "10 minutes"},
        {"INTERVAL '10' MINUTE", "10 minutes"},
        {"INTERVAL ' 10 ' minutes", "10 minutes"},
        {"INTERVAL '1 day 2 hours'", "26 hours"},
        {"INTERVAL '1 02:03:04.5' DAY TO SECOND", "26 hours 3 minutes 4.5 seconds"},
        {"INTERVAL '02:03' HOUR TO MINUTE", "2 hours 3 minutes"},
        {"INTERVAL '1-2' YEAR TO MONTH", "1 years 2 months"},
        {"INTERVAL -'1-2' YEAR TO MONTH", "-1 years -2 months"},
        {"INTERVAL -'-1' DAY", "24 hours"},
        {"INTERVAL 1 DAY '2' HOURS -3 MINUTES + '1' '0' SECONDS", "25 hours 57 minutes 10 seconds"},
        {"INTERVAL 1.5 SECONDS", "1.5 seconds"},
        {"INTERVAL 2 WEEKS", "336 hours"},
        {"INTERVAL 100 MILLISECONDS 1 microsecond", "0.100001 seconds"},
        {"INTERVAL 1 SECOND 1 SECOND", "2 seconds"},
        {"INTERVAL 'interval 3 years'", "3 years"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_script script;
        const char *text = fb_arena_printf(&arena, "SELECT window(ts, %s) x", cases[i][0]);
        assert_ok(fb_sql_parse(&arena, "job.sql", fb_slice_of(text), &script, &err), &err);
        const fb_raw_expr *alias = script.statements[0].plan->exprs[0];
        const fb_raw_expr *interval = alias->args[0]->args[1];
        assert_int_equal(interval->kind, FB_RAW_INTERVAL);
        assert_int_equal(interval->interval.days, 0);
        assert_true(fb_slice_is(interval->text, cases[i][0]));
        fb_buf printed;
        fb_buf_init(&printed, 0);
        fb_interval_print(&interval->interval, &printed);
        assert_string_equal(fb_buf_text(&printed), cases[i][1]);
        fb_buf_deinit(&printed);
    }
    assert_items("INTERVAL 1 DAY - 2, interval - 1 x, interval - 1 day, interval, minute * 2 hours",
                 "-(interval 24 hours, 2); -(interval, 1) AS x; interval -24 hours; interval; "
                 "*(minute, 2) AS hours");
    assert_items("INTERVAL 10 minutes x, INTERVAL '1 hour' x, -INTERVAL 1 DAY",
                 "interval 10 minutes AS x; interval 1 hours AS x; negative(interval 24 hours)");
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
        cmocka_unit_test(operators_bind_as_in_spark),
        cmocka_unit_test(long_chains_become_balanced_trees),
        cmocka_unit_test(predicates_become_functions),
        cmocka_unit_test(literals_have_the_type_of_their_spelling),
        cmocka_unit_test(decimals_keep_their_digits),
        cmocka_unit_test(strings_resolve_spark_escapes),
        cmocka_unit_test(keywords_are_names_where_they_do_not_fit),
        cmocka_unit_test(keywords_before_from_and_commas_are_names),
        cmocka_unit_test(rows_of_values_may_be_structs),
        cmocka_unit_test(names_in_with_are_counted_where_they_are_used),
        cmocka_unit_test(special_syntax_becomes_calls),
        cmocka_unit_test(types_have_all_their_names),
        cmocka_unit_test(char_and_varchar_are_strings_in_a_cast_and_refused_in_a_schema),
        cmocka_unit_test(queries_become_plans),
        cmocka_unit_test(a_script_is_a_list_of_statements),
        cmocka_unit_test(settings_take_all_forms_of_spark),
        cmocka_unit_test(deep_nesting_is_refused_not_overrun),
        cmocka_unit_test(every_failed_allocation_is_survived),
        cmocka_unit_test(groups_and_having_make_an_aggregate),
        cmocka_unit_test(distinct_is_a_node_of_its_own),
        cmocka_unit_test(order_by_sorts_the_whole_query),
        cmocka_unit_test(a_sort_key_is_read_alone),
        cmocka_unit_test(calls_of_aggregates_keep_their_clauses),
        cmocka_unit_test(a_watermark_stands_over_what_it_follows),
        cmocka_unit_test(a_watermark_may_name_an_expression),
        cmocka_unit_test(intervals_are_months_or_microseconds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
