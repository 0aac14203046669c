/* SPDX-License-Identifier: Apache-2.0 */
#include "env/workers.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { TASKS = 1000 };

typedef struct work {
    atomic_int times[TASKS];
    uint32_t fail_from; /* tasks at and above it fail */
} work;

static fb_status count_task(void *user, uint32_t index, fb_error *err)
{
    work *w = user;
    atomic_fetch_add(&w->times[index], 1);
    if (index >= w->fail_from) return fb_fail(err, FB_E_COMPUTE, 0, "task %u", index);
    return FB_OK;
}

static void every_task_runs_exactly_once(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads < 4; threads++) {
        fb_error err;
        fb_workers *workers;
        assert_ok(fb_workers_create(threads, &workers, &err), &err);
        for (int round = 0; round < 20; round++) {
            work w = {.fail_from = UINT32_MAX};
            assert_ok(fb_workers_run(workers, count_task, &w, TASKS, &err), &err);
            for (int i = 0; i < TASKS; i++)
                assert_int_equal(atomic_load(&w.times[i]), 1);
        }
        assert_ok(fb_workers_run(workers, count_task, NULL, 0, &err), &err);
        fb_workers_destroy(workers);
    }
}

static void the_failure_with_the_lowest_index_is_returned(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads < 4; threads++) {
        fb_error err;
        fb_workers *workers;
        assert_ok(fb_workers_create(threads, &workers, &err), &err);
        for (int round = 0; round < 50; round++) {
            work w = {.fail_from = 17};
            assert_status(fb_workers_run(workers, count_task, &w, TASKS, &err), FB_E_COMPUTE);
            assert_string_equal(err.message, "task 17");
            for (int i = 0; i < 17; i++)
                assert_int_equal(atomic_load(&w.times[i]), 1);
            assert_int_equal(atomic_load(&w.times[TASKS - 1]), 0);
        }
        fb_workers_destroy(workers);
    }
}

typedef struct caller {
    fb_workers *workers;
    bool good;
} caller;

/* Task 1 has failed for a while when task 0 does. */
static fb_status fail_late_at_first(void *user, uint32_t index, fb_error *err)
{
    atomic_bool *second_failed = user;
    for (int ms = 0; index == 0 && ms < 2000 && !atomic_load(second_failed); ms++)
        (void)usleep(1000);
    if (index == 0) (void)usleep(20000);
    if (index == 1) atomic_store(second_failed, true);
    return fb_fail(err, FB_E_COMPUTE, 0, "task %u", index);
}

static void an_earlier_task_that_fails_later_is_the_one_that_counts(void **state)
{
    (void)state;
    atomic_bool second_failed = false;
    fb_error err;
    fb_workers *workers;
    assert_ok(fb_workers_create(1, &workers, &err), &err);
    assert_status(fb_workers_run(workers, fail_late_at_first, &second_failed, 2, &err),
                  FB_E_COMPUTE);
    assert_string_equal(err.message, "task 0");
    fb_workers_destroy(workers);
}

static void *call_many_times(void *argument)
{
    caller *c = argument;
    c->good = true;
    for (int round = 0; round < 100; round++) {
        work w = {.fail_from = UINT32_MAX};
        fb_error err;
        if (fb_workers_run(c->workers, count_task, &w, 50, &err) != FB_OK) c->good = false;
        for (int i = 0; i < 50; i++)
            if (atomic_load(&w.times[i]) != 1) c->good = false;
    }
    return NULL;
}

static void several_threads_share_the_workers(void **state)
{
    (void)state;
    fb_error err;
    caller callers[4];
    pthread_t threads[4];
    fb_workers *workers;
    assert_ok(fb_workers_create(2, &workers, &err), &err);
    for (int i = 0; i < 4; i++) {
        callers[i] = (caller){.workers = workers};
        assert_int_equal(pthread_create(&threads[i], NULL, call_many_times, &callers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(callers[i].good);
    }
    fb_workers_destroy(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_exactly_once),
        cmocka_unit_test(the_failure_with_the_lowest_index_is_returned),
        cmocka_unit_test(an_earlier_task_that_fails_later_is_the_one_that_counts),
        cmocka_unit_test(several_threads_share_the_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
