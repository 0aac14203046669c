/* SPDX-License-Identifier: Apache-2.0 */
#include "function_cases.h"

static const function_case cases[] = {
#include "fn_math_cases.inc"
};

static void results_are_sparks_to_the_last_digits(void **state)
{
    (void)state;
    case_ulps = 2; /* the C library's, not Java's */
    case_check_all(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_sparks_to_the_last_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
