/* SPDX-License-Identifier: Apache-2.0 */
#include "cast_support.h"

/* Rows: from; columns: to. One letter a pair: '.' refused; 'a' allowed in every mode; 'l' only
 * with ANSI off. As Spark 4.2.0 has it. */
static void scalars_are_allowed_as_in_spark(void **state)
{
    (void)state;
    static const char *const names[] = {"void",   "boolean",      "tinyint",      "bigint",
                                        "double", "decimal(5,2)", "string",       "binary",
                                        "date",   "timestamp",    "timestamp_ntz"};
    static const char *const table[] = {
        "aaaaaaaaaaa", /* void */
        ".aaaaaa..l.", /* boolean */
        ".aaaaaal.a.", /* tinyint */
        ".aaaaaal.a.", /* bigint */
        ".aaaaaa..a.", /* double */
        ".aaaaaa..a.", /* decimal */
        ".aaaaaaaaaa", /* string */
        "......aa...", /* binary */
        ".llllla.aaa", /* date */
        ".laaaaa.aaa", /* timestamp */
        "......a.aaa", /* timestamp_ntz */
    };
    cast_test test;
    cast_test_init(&test, "UTC");
    for (size_t i = 0; i < 11; i++) {
        for (size_t k = 0; k < 11; k++) {
            const fb_type *from = cast_test_type(&test, names[i]);
            const fb_type *to = cast_test_type(&test, names[k]);
            char expected = table[i][k];
            if (fb_cast_is_allowed(from, to, FB_CAST_ANSI) != (expected == 'a') ||
                fb_cast_is_allowed(from, to, FB_CAST_TRY) != (expected == 'a') ||
                fb_cast_is_allowed(from, to, FB_CAST_LEGACY) != (expected != '.'))
                fail_msg("%s to %s", names[i], names[k]);
        }
    }
    cast_test_deinit(&test);
}

static void refusals_tell_what_to_do_instead(void **state)
{
    (void)state;
    static const cast_golden goldens[] = {
        {"true", "boolean", "timestamp", FB_CAST_ANSI,
         "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION: Cannot resolve \"CAST(CAST(true AS BOOLEAN) "
         "AS TIMESTAMP)\" due to data type mismatch: cannot cast \"BOOLEAN\" to \"TIMESTAMP\" with "
         "ANSI mode on.\nIf you have to cast \"BOOLEAN\" to \"TIMESTAMP\", you can set "
         "\"spark.sql.ansi.enabled\" as 'false'."},
        {"true", "boolean", "timestamp", FB_CAST_TRY,
         "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION: Cannot resolve \"TRY_CAST("},
        {"1", "int", "date", FB_CAST_ANSI,
         "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION: Cannot resolve \"CAST(CAST(1 AS INT) AS "
         "DATE)\" due to data type mismatch: cannot cast \"INT\" to \"DATE\".\nTo convert values "
         "from \"INT\" to \"DATE\", you can use the functions `DATE_FROM_UNIX_DATE` instead."},
        {"1", "int", "date", FB_CAST_TRY, "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION: "},
        {"1", "int", "date", FB_CAST_LEGACY, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION: "},
        {"2024-01-02", "date", "int", FB_CAST_ANSI,
         "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION: "},
        {"2024-01-02", "date", "int", FB_CAST_LEGACY, "NULL"},
        {"2024-01-02", "date", "boolean", FB_CAST_ANSI,
         "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION: "},
        {"x", "binary", "int", FB_CAST_ANSI, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION: "},
        {"1", "int", "binary", FB_CAST_ANSI, "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION: "},
    };
    cast_test_check(goldens, sizeof goldens / sizeof goldens[0], "UTC");
}

static void only_lossy_casts_can_fail(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        bool ansi, legacy;
    } cases[] = {
        {"timestamp", "string", false, false},   {"bigint", "string", false, false},
        {"int", "bigint", false, false},         {"bigint", "int", true, false},
        {"bigint", "double", false, false},      {"double", "bigint", true, false},
        {"string", "int", true, false},          {"string", "binary", false, false},
        {"int", "decimal(12,2)", false, false},  {"int", "decimal(11,2)", true, false},
        {"timestamp", "date", false, false},     {"timestamp", "bigint", false, false},
        {"timestamp", "int", true, false},       {"date", "timestamp", true, true},
        {"bigint", "timestamp", false, false},   {"double", "timestamp", true, false},
        {"decimal(5,2)", "bigint", true, false}, {"boolean", "tinyint", false, false},
    };
    cast_test test;
    cast_test_init(&test, "UTC");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fb_type *from = cast_test_type(&test, cases[i].from);
        const fb_type *to = cast_test_type(&test, cases[i].to);
        if (fb_cast_can_fail(from, to, FB_CAST_ANSI) != cases[i].ansi ||
            fb_cast_can_fail(from, to, FB_CAST_LEGACY) != cases[i].legacy)
            fail_msg("%s to %s", cases[i].from, cases[i].to);
        assert_false(fb_cast_can_fail(from, to, FB_CAST_TRY));
    }
    cast_test_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_allowed_as_in_spark),
        cmocka_unit_test(refusals_tell_what_to_do_instead),
        cmocka_unit_test(only_lossy_casts_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
