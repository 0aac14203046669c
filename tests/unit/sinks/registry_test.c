/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/sink.h"
#include "test.h"

static void sinks_are_found_by_name_without_case(void **state)
{
    (void)state;
    assert_ptr_equal(fb_sink_find(FB_SLICE("CONSOLE")), &fb_sink_console);
    assert_ptr_equal(fb_sink_find(FB_SLICE("noop")), &fb_sink_noop);
    assert_null(fb_sink_find(FB_SLICE("console ")));
}

static void every_sink_is_complete_and_listed_in_order(void **state)
{
    (void)state;
    uint32_t count;
    const fb_sink_ops *const *all = fb_sink_registry(&count);
    assert_true(count >= 3);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(fb_sink_find(fb_slice_of(all[i]->name)), all[i]);
        if (i) assert_true(strcmp(all[i - 1]->name, all[i]->name) < 0);
        assert_true(all[i]->modes & 1u << FB_OUTPUT_APPEND);
        for (uint32_t k = 0; k < all[i]->option_count; k++) {
            assert_non_null(all[i]->options[k].name);
            assert_true(strlen(all[i]->options[k].help) > 5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sinks_are_found_by_name_without_case),
        cmocka_unit_test(every_sink_is_complete_and_listed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
