/* SPDX-License-Identifier: Apache-2.0 */
#include "env/waiter.h"
#include "test.h"

#include <pthread.h>

static fb_error err;

static void simulated_time_passes_at_once(void **state)
{
    (void)state;
    fb_clock_manual clock;
    fb_waiter *waiter;
    fb_clock_manual_init(&clock, 1000);
    assert_ok(fb_waiter_create(&clock.base, &waiter, &err), &err);
    int64_t start_us = fb_clock_monotonic_us(&clock.base);
    fb_waiter_wait(waiter, start_us + 3600000000);
    assert_int_equal(fb_clock_monotonic_us(&clock.base), start_us + 3600000000);
    assert_int_equal(fb_clock_wall_us(&clock.base), 1000 + 3600000000);
    fb_waiter_wait(waiter, start_us);
    assert_int_equal(fb_clock_monotonic_us(&clock.base), start_us + 3600000000);
    fb_waiter_destroy(waiter);
}

static void a_wake_up_before_the_wait_is_kept_once(void **state)
{
    (void)state;
    fb_clock_manual clock;
    fb_waiter *waiter;
    fb_clock_manual_init(&clock, 0);
    assert_ok(fb_waiter_create(&clock.base, &waiter, &err), &err);
    int64_t start_us = fb_clock_monotonic_us(&clock.base);
    fb_waiter_wake(waiter);
    fb_waiter_wake(waiter);
    fb_waiter_wait(waiter, start_us + 1000);
    assert_int_equal(fb_clock_monotonic_us(&clock.base), start_us);
    fb_waiter_wait(waiter, start_us + 1000);
    assert_int_equal(fb_clock_monotonic_us(&clock.base), start_us + 1000);
    fb_waiter_destroy(waiter);
}

static void real_time_ends_a_wait_and_not_before(void **state)
{
    (void)state;
    fb_waiter *waiter;
    fb_clock *clock = fb_clock_host();
    assert_ok(fb_waiter_create(clock, &waiter, &err), &err);
    int64_t deadline_us = fb_clock_monotonic_us(clock) + 20000;
    fb_waiter_wait(waiter, deadline_us);
    assert_true(fb_clock_monotonic_us(clock) >= deadline_us);
    fb_waiter_wait(waiter, deadline_us);
    fb_waiter_destroy(waiter);
}

static void *wake(void *waiter)
{
    fb_waiter_wake(waiter);
    return NULL;
}

/* Without the wake-up this test would not end. */
static void another_thread_ends_a_wait_for_ever(void **state)
{
    (void)state;
    fb_waiter *waiter;
    pthread_t thread;
    assert_ok(fb_waiter_create(fb_clock_host(), &waiter, &err), &err);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake, waiter), 0);
        fb_waiter_wait(waiter, INT64_MAX);
        pthread_join(thread, NULL);
    }
    fb_waiter_destroy(waiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulated_time_passes_at_once),
        cmocka_unit_test(a_wake_up_before_the_wait_is_kept_once),
        cmocka_unit_test(real_time_ends_a_wait_and_not_before),
        cmocka_unit_test(another_thread_ends_a_wait_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
