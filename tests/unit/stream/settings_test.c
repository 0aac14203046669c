/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/settings.h"
#include "test.h"

static fb_status check(const char *key, const char *value, fb_error *err)
{
    return fb_setting_check(fb_slice_of(key), fb_slice_of(value), err);
}

static void known_keys_refuse_bad_values_and_unknown_keys_of_spark_pass(void **state)
{
    (void)state;
    fb_error err = {0};
    assert_ok(check("spark.sql.shuffle.partitions", "4", &err), &err);
    assert_ok(check("spark.sql.adaptive.enabled", "whatever", &err), &err);
    assert_status(check("spark.sql.shuffle.partitions", "0", &err), FB_E_INVALID);
    assert_contains(err.message, "spark.sql.shuffle.partitions");
    assert_status(check("spark.sql.ansi.enabled", "maybe", &err), FB_E_INVALID);
    assert_status(check("spark.sql.streaming.pollingDelay", "soon", &err), FB_E_INVALID);
    assert_ok(check("spark.sql.streaming.multipleWatermarkPolicy", "MAX", &err), &err);
    assert_status(check("spark.sql.streaming.multipleWatermarkPolicy", "avg", &err), FB_E_INVALID);
    assert_contains(err.message, "expected min or max");
    assert_status(check("forebay.thread", "2", &err), FB_E_INVALID);
    assert_contains(err.message, "did you mean 'forebay.threads'?");
}

static void the_value_in_force_is_the_one_set_or_the_default(void **state)
{
    (void)state;
    fb_error err;
    fb_conf *conf;
    assert_ok(fb_conf_create(&conf, &err), &err);
    assert_int_equal(fb_setting_get(conf, "spark.sql.streaming.pollingDelay").number, 10000);
    assert_int_equal(fb_setting_get(conf, "spark.sql.streaming.noDataProgressEventInterval").number,
                     10000000);
    assert_true(fb_setting_get(conf, "spark.sql.ansi.enabled").boolean);
    assert_ok(fb_conf_set(conf, FB_SLICE("spark.sql.ansi.enabled"), FB_SLICE("false"), &err), &err);
    assert_ok(fb_conf_set(conf, FB_SLICE("spark.sql.streaming.pollingDelay"), FB_SLICE("2s"), &err),
              &err);
    assert_false(fb_setting_get(conf, "spark.sql.ansi.enabled").boolean);
    assert_int_equal(fb_setting_get(conf, "spark.sql.streaming.pollingDelay").number, 2000000);
    fb_conf_destroy(conf);
}

static fb_slice get(const fb_conf *conf, const char *key)
{
    fb_slice value = {0};
    (void)fb_conf_get(conf, fb_slice_of(key), &value);
    return value;
}

static void a_recovered_entry_overrules_the_session(void **state)
{
    (void)state;
    fb_error err;
    fb_conf *conf;
    fb_buf changes;
    const fb_conf_entry recorded[] = {
        {FB_SLICE("spark.sql.shuffle.partitions"), FB_SLICE("5")},
        {FB_SLICE("spark.sql.streaming.stateStore.compression.codec"), FB_SLICE("zstd")},
    };
    const fb_offset_entry entry = {.conf = recorded, .conf_count = 2};
    assert_ok(fb_conf_create(&conf, &err), &err);
    assert_ok(fb_conf_set(conf, FB_SLICE("spark.sql.shuffle.partitions"), FB_SLICE("9"), &err),
              &err);
    fb_buf_init(&changes, 0);
    assert_ok(fb_pinned_restore(conf, &entry, &changes, &err), &err);
    assert_string_equal(fb_buf_text(&changes), "spark.sql.shuffle.partitions stays 5, not 9");
    fb_buf_deinit(&changes);
    assert_slice_equal(get(conf, "spark.sql.shuffle.partitions"), "5");
    assert_slice_equal(get(conf, "spark.sql.streaming.stateStore.compression.codec"), "zstd");
    /* A log without the key was written when format 1 was all there was. */
    assert_slice_equal(get(conf, "spark.sql.streaming.join.stateFormatVersion"), "1");

    fb_conf_entry pinned[FB_PINNED_CONF_COUNT];
    fb_pinned_from_conf(conf, pinned);
    for (int i = 0; i < FB_PINNED_CONF_COUNT; i++)
        if (fb_slice_is(pinned[i].key, "spark.sql.shuffle.partitions"))
            assert_slice_equal(pinned[i].value, "5");
    fb_conf_destroy(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_keys_refuse_bad_values_and_unknown_keys_of_spark_pass),
        cmocka_unit_test(the_value_in_force_is_the_one_set_or_the_default),
        cmocka_unit_test(a_recovered_entry_overrules_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
