/* SPDX-License-Identifier: Apache-2.0 */
#include "function_cases.h"

static const function_case cases[] = {
#include "fn_datetime_parse_cases.inc"
};

static void results_are_sparks(void **state)
{
    (void)state;
    case_check_all(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_sparks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
