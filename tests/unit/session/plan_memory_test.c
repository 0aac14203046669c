/* SPDX-License-Identifier: Apache-2.0 */
#include "session/plan_memory.h"
#include "test.h"

static void what_is_needed_lives_as_long_as_what_needs_it(void **state)
{
    (void)state;
    fb_error err;
    fb_plan_memory *view, *plan;
    assert_ok(fb_plan_memory_create(&view, &err), &err);
    assert_ok(fb_plan_memory_create(&plan, &err), &err);
    char *text = fb_arena_strdup(&view->arena, FB_SLICE("node"));
    assert_ok(fb_plan_memory_need(plan, view, &err), &err);
    assert_ok(fb_plan_memory_need(plan, view, &err), &err); /* counted once */
    assert_ok(fb_plan_memory_need(plan, plan, &err), &err); /* no circle */
    assert_int_equal(atomic_load(&view->references), 2);
    fb_plan_memory_release(view);
    assert_string_equal(text, "node");
    fb_plan_memory_release(plan);
    fb_plan_memory_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_needed_lives_as_long_as_what_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
