/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_env.h"

static expr_env env;

static int set_up(void **state)
{
    (void)state;
    expr_env_init(&env, 1);
    (void)expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    (void)expr_env_column(&env, fb_type_of(FB_TYPE_BOOLEAN));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    expr_env_deinit(&env);
    return 0;
}

static void check(const char *expected, const fb_expr *expr)
{
    assert_string_equal(expr_env_print(&env, expr), expected);
}

static void operators_stand_between_their_operands_in_parentheses(void **state)
{
    (void)state;
    const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
    const fb_expr *one = expr_env_int(&env, 1);
    const fb_expr *sum = expr_env_call(&env, "+", a, one, NULL);
    check("(a + 1)", sum); /* the cast of 1 to BIGINT was not written */
    check("((a + 1) div a)", expr_env_call(&env, "div", sum, a, NULL));
    check("(NOT (a = 1))", expr_env_call(&env, "<>", a, one, NULL));
    check("(b AND (NOT b))",
          expr_env_call(&env, "and", b, expr_env_call(&env, "not", b, NULL), NULL));
    check("(- a)", expr_env_call(&env, "negative", a, NULL));
    check("~a", expr_env_call(&env, "~", a, NULL));
    check("(a IS NOT NULL)", expr_env_call(&env, "isnotnull", a, NULL));
    check("((a >= 1) AND (a <= 1))", expr_env_call(&env, "between", a, one, one, NULL));
}

static void functions_and_choices(void **state)
{
    (void)state;
    const fb_expr *a = expr_env_ref(&env, 0), *b = expr_env_ref(&env, 1);
    const fb_expr *text = expr_env_string(&env, "it's");
    check("struct(a, it's)", expr_env_call(&env, "struct", a, text, NULL));
    check("(IF(b, a, NULL))",
          expr_env_call(&env, "if", b, a, expr_env_null(&env, FB_TYPE_VOID), NULL));
    check("coalesce(a, 1)", expr_env_call(&env, "nvl", a, expr_env_int(&env, 1), NULL));
    check("CASE WHEN b THEN a ELSE 0 END",
          expr_env_call(&env, "case_when", b, a, expr_env_int(&env, 0), NULL));
}

static void literals_are_shown_without_suffixes(void **state)
{
    (void)state;
    check("true", expr_env_bool(&env, true));
    check("1.0E7", expr_env_double(&env, 1e7));
    fb_expr *decimal = expr_env_literal(&env, fb_type_decimal(&env.arena, 5, 2));
    decimal->literal.int64s[0] = 150;
    check("1.50", decimal);
    fb_expr *date = expr_env_literal(&env, fb_type_of(FB_TYPE_DATE));
    date->literal.int32s[0] = 19753;
    check("DATE '2024-01-31'", date);
    fb_expr *moment = expr_env_literal(&env, fb_type_of(FB_TYPE_TIMESTAMP_NTZ));
    moment->literal.int64s[0] = 1500000;
    check("TIMESTAMP_NTZ '1970-01-01 00:00:01.5'", moment);
    fb_expr *bytes = expr_env_literal(&env, fb_type_of(FB_TYPE_BINARY));
    bytes->literal.strings[0] = fb_string_view(FB_SLICE("a\xff"));
    check("X'61FF'", bytes);
}

static void casts_are_shown_where_they_were_written(void **state)
{
    (void)state;
    const fb_expr *cast;
    assert_ok(fb_bind_cast(&env.binder, expr_env_int(&env, 1), fb_type_of(FB_TYPE_BIGINT), false,
                           (fb_position){1, 1, 0}, &cast),
              &env.err);
    check("CAST(1 AS BIGINT)", cast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_stand_between_their_operands_in_parentheses),
        cmocka_unit_test(functions_and_choices),
        cmocka_unit_test(literals_are_shown_without_suffixes),
        cmocka_unit_test(casts_are_shown_where_they_were_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
