/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/maintenance.h"

#include "two_stores.h"

static two_stores two;
static fb_maintenance *maintenance;

static int set_up(void **state)
{
    (void)state;
    two_init(&two, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    two_deinit(&two);
    return 0;
}

static void create(bool in_background)
{
    assert_ok(fb_maintenance_create(two.stores, in_background, &maintenance, &two.err), &two.err);
}

static void without_threads_a_round_is_run_at_once(void **state)
{
    (void)state;
    create(false);
    for (int64_t version = 1; version <= 3; version++) {
        two_run(&two, version);
        fb_maintenance_request(maintenance, version);
    }
    assert_true(two_has(&two, "0/1/3.snapshot"));
    fb_maintenance_destroy(maintenance);
}

static void in_the_background_it_runs_beside_the_batches(void **state)
{
    (void)state;
    create(true);
    for (int64_t version = 1; version <= 200; version++) {
        two_run(&two, version);
        fb_maintenance_request(maintenance, version);
    }
    fb_maintenance_destroy(maintenance); /* waits: the stores may go now */
    assert_ok(fb_state_stores_open(two.stores, 200, &two.err), &two.err);
    assert_int_equal(two_get(&two, 7), 2000);
}

static void a_round_that_fails_is_told_once(void **state)
{
    (void)state;
    create(false);
    fb_error failure;
    for (int64_t version = 1; version <= 3; version++)
        two_run(&two, version);
    assert_ok(fb_filesystem_remove(two.fs, TWO_ROOT "/state/0/0/2.delta", &two.err), &two.err);
    assert_false(fb_maintenance_has_failed(maintenance, &failure));
    fb_maintenance_request(maintenance, 3);
    assert_true(fb_maintenance_has_failed(maintenance, &failure));
    assert_contains(failure.message, "/state/0/0/2.delta");
    assert_false(fb_maintenance_has_failed(maintenance, &failure));
    fb_maintenance_destroy(maintenance);
}

static void nothing_asked_nothing_done(void **state)
{
    (void)state;
    create(true);
    fb_maintenance_destroy(maintenance);
    fb_maintenance_destroy(NULL);
}

#define in_files(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_files(without_threads_a_round_is_run_at_once),
        in_files(in_the_background_it_runs_beside_the_batches),
        in_files(a_round_that_fails_is_told_once),
        in_files(nothing_asked_nothing_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
