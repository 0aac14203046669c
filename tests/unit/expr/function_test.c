/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/function.h"
#include "test.h"

static void names_are_found_without_case(void **state)
{
    (void)state;
    assert_string_equal(fb_function_find(FB_SLICE("CoalESCE"))->name, "coalesce");
    assert_string_equal(fb_function_find(FB_SLICE("<=>"))->name, "<=>");
    assert_null(fb_function_find(FB_SLICE("coalesc")));
    assert_null(fb_function_find(FB_SLICE("")));
}

static void a_misspelt_name_suggests_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(fb_function_nearest(FB_SLICE("coalesc")), "coalesce");
    assert_null(fb_function_nearest(FB_SLICE("qqqqqqqqqqqq")));
}

/* Names are unique and lower case, every function can be bound and explains itself. */
static void the_tables_are_in_order(void **state)
{
    (void)state;
    uint32_t count;
    const fb_function_list *const *lists = fb_function_lists(&count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < lists[i]->count; k++) {
            const fb_function *function = &lists[i]->functions[k];
            if (fb_function_find(fb_slice_of(function->name)) != function)
                fail_msg("%s is there twice", function->name);
            for (const char *c = function->name; *c; c++)
                assert_false(*c >= 'A' && *c <= 'Z');
            assert_non_null(function->bind);
            assert_true(function->usage && *function->usage);
            assert_true(function->min_args <= function->max_args);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_without_case),
        cmocka_unit_test(a_misspelt_name_suggests_the_nearest),
        cmocka_unit_test(the_tables_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
