/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"
#include "base/memory.h"
#include "test.h"

#include <stdio.h>

static fb_error err;

static void set(fb_conf *conf, const char *key, const char *value)
{
    assert_ok(fb_conf_set(conf, fb_slice_of(key), fb_slice_of(value), &err), &err);
}

static void assert_value(const fb_conf *conf, const char *key, const char *expected)
{
    fb_slice value = {0};
    assert_int_equal(fb_conf_get(conf, fb_slice_of(key), &value), expected != NULL);
    if (expected) assert_slice_equal(value, expected);
}

static void the_last_value_of_a_key_counts(void **state)
{
    (void)state;
    fb_conf *conf;
    assert_ok(fb_conf_create(&conf, &err), &err);
    assert_value(conf, "a", NULL);
    set(conf, "a", "1");
    set(conf, "a", "");
    assert_value(conf, "a", "");
    set(conf, "a", "a longer value than before");
    assert_value(conf, "a", "a longer value than before");
    assert_value(conf, "A", NULL);
    fb_slice value;
    assert_true(fb_conf_get(conf, FB_SLICE("a"), &value));
    assert_int_equal(value.data[value.size], '\0');
    assert_int_equal(fb_conf_count(conf), 1);
    fb_conf_destroy(conf);
}

static void entries_come_by_key_whatever_the_order_of_setting(void **state)
{
    (void)state;
    fb_conf *conf;
    char key[16];
    assert_ok(fb_conf_create(&conf, &err), &err);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "key%02u", i * 37 % 100);
        set(conf, key, key + 3);
    }
    assert_int_equal(fb_conf_count(conf), 100);
    for (uint32_t i = 0; i < 100; i++) {
        fb_slice got_key, got_value;
        fb_conf_at(conf, i, &got_key, &got_value);
        snprintf(key, sizeof key, "key%02u", i);
        assert_slice_equal(got_key, key);
        assert_slice_equal(got_value, key + 3);
    }
    fb_conf_destroy(conf);
}

static void removed_keys_are_gone_and_others_stay(void **state)
{
    (void)state;
    fb_conf *conf;
    assert_ok(fb_conf_create(&conf, &err), &err);
    set(conf, "a", "1");
    set(conf, "b", "2");
    set(conf, "c", "3");
    fb_conf_remove(conf, FB_SLICE("b"));
    fb_conf_remove(conf, FB_SLICE("not there"));
    assert_value(conf, "a", "1");
    assert_value(conf, "b", NULL);
    assert_value(conf, "c", "3");
    fb_conf_destroy(conf);
    fb_conf_destroy(NULL);
}

static void a_copy_goes_its_own_way(void **state)
{
    (void)state;
    fb_conf *conf, *copy;
    assert_ok(fb_conf_create(&conf, &err), &err);
    set(conf, "a", "1");
    assert_ok(fb_conf_copy(conf, &copy, &err), &err);
    set(conf, "a", "2");
    set(copy, "b", "3");
    assert_value(conf, "b", NULL);
    fb_conf_destroy(conf);
    assert_value(copy, "a", "1");
    fb_conf_destroy(copy);
}

/* Fails each allocation of a copy in turn: the copy fails whole, the original is untouched. */
static void running_out_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    fb_conf *conf, *copy = NULL;
    assert_ok(fb_conf_create(&conf, &err), &err);
    set(conf, "a", "1");
    set(conf, "b", "2");
    uint64_t countdown = 1;
    for (;; countdown++) {
        fb_memory_fail_at(countdown);
        fb_status status = fb_conf_copy(conf, &copy, &err);
        fb_memory_fail_at(0);
        if (status == FB_OK) break;
        assert_int_equal(status, FB_E_NOMEM);
        assert_null(copy);
    }
    assert_true(countdown > 3);
    fb_conf_destroy(copy);
    fb_memory_fail_at(1);
    assert_status(fb_conf_set(conf, FB_SLICE("a"), FB_SLICE("9"), &err), FB_E_NOMEM);
    assert_value(conf, "a", "1");
    fb_conf_destroy(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_value_of_a_key_counts),
        cmocka_unit_test(entries_come_by_key_whatever_the_order_of_setting),
        cmocka_unit_test(removed_keys_are_gone_and_others_stay),
        cmocka_unit_test(a_copy_goes_its_own_way),
        cmocka_unit_test(running_out_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
