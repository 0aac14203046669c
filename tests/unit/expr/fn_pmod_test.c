/* SPDX-License-Identifier: Apache-2.0 */
#include "base/int128.h"
#include "expr_env.h"
#include "function_cases.h"

static const function_case cases[] = {
#include "fn_pmod_cases.inc"
};

static void results_are_sparks(void **state)
{
    (void)state;
    case_check_all(cases, sizeof cases / sizeof *cases);
}

static void a_divisor_for_all_rows_gives_what_division_gives(void **state)
{
    (void)state;
    static const int64_t divisors[] = {1, 2, 3, 1000000, 1 << 30, INT64_MAX - 1, INT64_MAX};
    static const int64_t values[] = {
        0,       1,        -1,        7,         -7,        999999,       -999999,
        1000000, -1000000, INT64_MAX, INT64_MIN, 1ll << 40, -(1ll << 40), INT64_MIN + 1};
    enum { COUNT = sizeof values / sizeof *values };
    expr_env env;
    expr_env_init(&env, COUNT + 1);
    fb_column *column = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    memcpy(column->int64s, values, sizeof values);
    expr_env_set_null(&env, column, COUNT);
    for (size_t d = 0; d < sizeof divisors / sizeof *divisors; d++) {
        const fb_expr *call = expr_env_call(&env, "pmod", expr_env_ref(&env, 0),
                                            expr_env_long(&env, divisors[d]), NULL);
        fb_column result = expr_env_eval(&env, call);
        assert_true(fb_column_is_null(&result, COUNT));
        for (size_t i = 0; i < COUNT; i++) {
            fb_int128 rest = (fb_int128)values[i] % divisors[d];
            if (rest < 0) rest += divisors[d];
            assert_false(fb_column_is_null(&result, i));
            assert_true(result.int64s[i] == (int64_t)rest);
        }
    }
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_sparks),
        cmocka_unit_test(a_divisor_for_all_rows_gives_what_division_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
