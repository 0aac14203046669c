/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/source.h"
#include "test.h"

static void sources_are_found_by_name_without_case(void **state)
{
    (void)state;
    assert_ptr_equal(fb_source_find(FB_SLICE("Rate")), &fb_source_rate);
    assert_ptr_equal(fb_source_find(FB_SLICE("rate-micro-batch")), &fb_source_rate_micro_batch);
    assert_null(fb_source_find(FB_SLICE("rat")));
    assert_null(fb_source_find(FB_SLICE("")));
}

static void every_source_is_complete_and_listed_in_order(void **state)
{
    (void)state;
    uint32_t count;
    const fb_source_ops *const *all = fb_source_registry(&count);
    assert_true(count >= 3);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(fb_source_find(fb_slice_of(all[i]->name)), all[i]);
        if (i) assert_true(strcmp(all[i - 1]->name, all[i]->name) < 0);
        for (uint32_t k = 0; k < all[i]->option_count; k++) {
            assert_non_null(all[i]->options[k].name);
            assert_true(strlen(all[i]->options[k].help) > 5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_found_by_name_without_case),
        cmocka_unit_test(every_source_is_complete_and_listed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
