/* SPDX-License-Identifier: Apache-2.0 */
#include "state_store.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static void versions_in_memory_reach_two_back(void **state)
{
    (void)state;
    fb_error err;
    fb_state_store *store = make_store(NULL);
    for (int64_t version = 1; version <= 20; version++)
        run_version(store, version);
    check_version(store, 20);
    check_version(store, 19);
    assert_status(fb_state_store_open(store, 18, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "state/0/1/default: version 18 is not in memory");
    run_version(store, 20);
    check_version(store, 20);
    fb_state_store_close(store);
}

static void a_version_is_made_again_with_other_rows(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    fb_state_store *store = make_store(make_log(fs, 0));
    for (int64_t version = 1; version <= 5; version++)
        run_version(store, version);
    open_at(store, 4);
    put(store, 77, 777);
    assert_int_equal(commit(store), 5);
    open_at(store, 5);
    put(store, 78, 778);
    assert_int_equal(commit(store), 6);
    fb_state_store_close(store);

    /* What is on disk is the second content, and nothing of the first. */
    store = make_store(make_log(fs, 0));
    open_at(store, 6);
    assert_int_equal(get(store, 77), 777);
    assert_int_equal(get(store, 78), 778);
    assert_int_equal(get(store, 5), 0);
    fb_state_store_abort(store);
    check_version(store, 4);
    open_at(store, 2);
    assert_int_equal(commit(store), 3);
    fb_state_store_abort(store);
    assert_status(fb_state_store_open(store, 6, &err), FB_E_NOT_FOUND);
    assert_contains(err.message, "cannot load version 6");
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

static void another_writer_of_the_same_version_is_noticed(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    fb_state_store *first = make_store(make_log(fs, 0)), *second = make_store(make_log(fs, 0));
    run_version(first, 1);
    run_version(second, 1); /* as an owner that recovers, it discards what lies above 0 */
    open_at(first, 1);
    put(first, 5, 5);
    open_at(second, 1);
    int64_t version;
    assert_int_equal(commit(second), 2);
    assert_status(fb_state_store_commit(first, &version, &err), FB_E_EXISTS);
    assert_contains(err.message, "state/0/1/default: cannot commit version 2");
    fb_state_store_abort(first);
    fb_state_store_close(first);
    fb_state_store_close(second);
    fb_filesystem_close(fs);
}

static void an_aborted_transaction_leaves_no_trace(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    fb_state_store *store = make_store(make_log(fs, 0));
    run_version(store, 1);
    open_at(store, 1);
    put(store, 9, 9);
    take_out(store, 1);
    fb_state_store_abort(store);
    fb_state_store_abort(store);
    check_version(store, 1);
    int64_t version;
    assert_status(fb_state_store_commit(store, &version, &err), FB_E_INVALID);
    assert_status(fb_state_store_open(store, -1, &err), FB_E_INVALID);
    open_at(store, 1);
    assert_status(fb_state_store_open(store, 1, &err), FB_E_INVALID);
    assert_int_equal(commit(store), 2); /* a version without a change */
    fb_state_store_close(store);
    store = make_store(make_log(fs, 0));
    open_at(store, 2);
    assert_int_equal(get(store, 1), 2);
    assert_int_equal(get(store, 9), 0);
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

/* Every allocation of a commit and of a load fails once; the version before is still there. */
static void want_of_memory_fails_a_call_and_not_the_store(void **state)
{
    (void)state;
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    fb_state_store *store = make_store(make_log(fs, 0));
    for (int64_t version = 1; version <= 5; version++)
        run_version(store, version);
    bool failed = true;
    for (uint64_t at = 1; failed; at++) {
        int64_t version;
        check_version(store, 5);
        open_at(store, 5);
        put(store, 6, 12);
        fb_memory_fail_at(at);
        fb_status status = fb_state_store_commit(store, &version, &err);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        fb_state_store_abort(store);
    }
    failed = true;
    for (uint64_t at = 1; failed; at++) {
        fb_memory_fail_at(at);
        fb_status status = fb_state_store_open(store, 3, &err);
        fb_memory_fail_at(0);
        failed = status != FB_OK;
        if (failed) assert_int_equal(status, FB_E_NOMEM);
        fb_state_store_abort(store);
        if (!failed) check_version(store, 3);
    }
    fb_state_store_close(store);
    fb_filesystem_close(fs);
}

typedef struct second_opener {
    fb_state_store *store;
    fb_status status;
    fb_error err;
    atomic_bool has_begun;
} second_opener;

static void *open_second(void *user)
{
    second_opener *second = user;
    atomic_store(&second->has_begun, true);
    second->status = fb_state_store_open(second->store, 1, &second->err);
    if (second->status == FB_OK) fb_state_store_abort(second->store);
    return NULL;
}

static void a_second_transaction_waits_for_the_first_and_then_fails_by_name(void **state)
{
    (void)state;
    pthread_t thread;
    second_opener second = {.store = make_store(NULL)};
    fb_error err;
    open_at(second.store, 0);
    put(second.store, 1, 1);
    assert_status(fb_state_store_open(second.store, 0, &err), FB_E_INVALID); /* its own */
    fb_state_store_set_open_wait(second.store, 20);
    assert_int_equal(pthread_create(&thread, NULL, open_second, &second), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status(second.status, FB_E_IN_USE);
    assert_contains(second.err.message, "state/0/1/default: a transaction of another thread is");
    /* In time: it waits, and finds the version that the first made. */
    fb_state_store_set_open_wait(second.store, 60000);
    atomic_store(&second.has_begun, false);
    assert_int_equal(pthread_create(&thread, NULL, open_second, &second), 0);
    while (!atomic_load(&second.has_begun))
        (void)sched_yield();
    assert_int_equal(commit(second.store), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ok(second.status, &second.err);
    assert_int_equal(get(second.store, 1), 1);
    fb_state_store_close(second.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_in_memory_reach_two_back),
        cmocka_unit_test(a_version_is_made_again_with_other_rows),
        cmocka_unit_test(another_writer_of_the_same_version_is_noticed),
        cmocka_unit_test(an_aborted_transaction_leaves_no_trace),
        cmocka_unit_test(want_of_memory_fails_a_call_and_not_the_store),
        cmocka_unit_test(a_second_transaction_waits_for_the_first_and_then_fails_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
