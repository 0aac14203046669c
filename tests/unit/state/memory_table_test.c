/* SPDX-License-Identifier: Apache-2.0
 *
 * What the table promises, one by one; tests/model/state_model.c holds it to all at once. */
#include "test.h"

#include "base/budget.h"
#include "state/memory_table_impl.h"

enum { MANY = 200000, CHUNK = 1000 };

static fb_state_table *make(const fb_state_layout *layout, fb_budget *budget)
{
    fb_error err;
    fb_state_table *table;
    fb_state_memory_table_options options = {.layout = layout, .budget = budget};
    assert_ok(fb_state_memory_table_create(&options, &table, &err), &err);
    return table;
}

static const fb_state_layout counts = {
    .name = "state/0/3/default", .key_bytes = 8, .value_bytes = 8};

static void begin(fb_state_table *table)
{
    fb_error err;
    assert_ok(fb_state_table_begin(table, FB_STATE_CHANGE, &err), &err);
}

static void commit(fb_state_table *table)
{
    fb_error err;
    assert_ok(fb_state_table_commit(table, &err), &err);
}

/* Adds `amount` to the counts of keys first .. first + count - 1. */
static fb_status add(fb_state_table *table, uint64_t first, uint32_t count, uint64_t amount,
                     fb_error *err)
{
    uint64_t keys[CHUNK];
    void *values[CHUNK];
    for (uint32_t done = 0; done < count; done += CHUNK) {
        uint32_t size = count - done < CHUNK ? count - done : CHUNK;
        for (uint32_t i = 0; i < size; i++)
            keys[i] = first + done + i;
        fb_state_rows rows = {.bytes = (char *)keys, .width = 8, .count = size};
        FB_TRY(fb_state_table_update_begin(table, &rows, values, NULL, err));
        for (uint32_t i = 0; i < size; i++)
            *(uint64_t *)values[i] += amount;
        FB_TRY(fb_state_table_update_end(table, err));
    }
    return FB_OK;
}

static uint64_t count_of(fb_state_table *table, uint64_t key)
{
    fb_error err;
    fb_state_rows rows = {.bytes = (char *)&key, .width = 8, .count = 1};
    fb_slice value;
    assert_ok(fb_state_table_get_many(table, &rows, &value, &err), &err);
    uint64_t count = 0;
    if (value.data) memcpy(&count, value.data, sizeof count);
    return count;
}

static void two_versions_are_within_reach(void **state)
{
    (void)state;
    fb_error err;
    fb_state_table *table = make(&counts, NULL);
    assert_status(fb_state_table_roll_back(table, &err), FB_E_NOT_FOUND);
    for (uint64_t version = 1; version <= 3; version++) {
        begin(table);
        assert_ok(add(table, 0, 100, version, &err), &err);
        commit(table);
    }
    begin(table);
    assert_ok(add(table, 50, 100, 1000, &err), &err);
    assert_int_equal(count_of(table, 50), 1006);
    fb_state_table_abort(table);
    assert_int_equal(count_of(table, 50), 6);
    assert_int_equal(count_of(table, 120), 0);
    assert_ok(fb_state_table_roll_back(table, &err), &err);
    assert_int_equal(count_of(table, 50), 3);
    assert_status(fb_state_table_roll_back(table, &err), FB_E_NOT_FOUND);
    begin(table);
    assert_ok(add(table, 0, 1, 7, &err), &err);
    commit(table);
    assert_int_equal(count_of(table, 0), 10);
    assert_ok(fb_state_table_roll_back(table, &err), &err);
    assert_int_equal(count_of(table, 0), 3);
    fb_state_table_close(table);
}

static void a_table_that_was_emptied_is_small_again_and_keeps_its_past(void **state)
{
    (void)state;
    fb_error err;
    fb_state_table *table = make(&counts, NULL);
    begin(table);
    assert_ok(add(table, 0, MANY, 5, &err), &err);
    commit(table);
    fb_state_stats full, empty;
    fb_state_table_stats(table, &full);
    begin(table);
    uint64_t removed = 0;
    for (uint64_t key = 0; key < MANY; key++) {
        fb_state_rows rows = {.bytes = (char *)&key, .width = 8, .count = 1};
        assert_ok(fb_state_table_remove_many(table, &rows, &removed, &err), &err);
        assert_int_equal(removed, 1);
    }
    commit(table);
    assert_ok(fb_state_table_roll_back(table, &err), &err);
    for (uint64_t key = 0; key < MANY; key++)
        assert_int_equal(count_of(table, key), 5);
    begin(table);
    assert_ok(add(table, 0, MANY, 1, &err), &err);
    fb_state_table_abort(table);
    fb_state_table_stats(table, &empty);
    assert_int_equal(empty.row_count, MANY);
    assert_true(empty.memory_bytes <= full.memory_bytes + (MANY * 64));
    fb_state_table_close(table);
}

static void the_limit_stops_a_change_with_the_sizes_and_loses_nothing(void **state)
{
    (void)state;
    fb_error err;
    fb_budget budget;
    fb_budget_init(&budget, 2000000);
    fb_state_table *table = make(&counts, &budget);
    begin(table);
    assert_ok(add(table, 0, 10000, 5, &err), &err);
    commit(table);
    begin(table);
    assert_status(add(table, 5000, MANY, 1, &err), FB_E_LIMIT);
    assert_contains(err.message, "state/0/3/default: the memory limit of 2000000 bytes");
    assert_contains(err.message, "rows of this store");
    assert_status(add(table, 0, 1, 1, &err), FB_E_INVALID);
    assert_status(fb_state_table_commit(table, &err), FB_E_INVALID);
    fb_state_table_abort(table);
    for (uint64_t key = 0; key < 15000; key++)
        assert_int_equal(count_of(table, key), key < 10000 ? 5 : 0);
    fb_state_table_close(table);
    assert_int_equal(fb_budget_used(&budget), 0);
}

static uint64_t memory_of(const fb_state_table *table)
{
    fb_state_stats stats;
    fb_state_table_stats(table, &stats);
    return stats.memory_bytes;
}

static void put_all(fb_state_table *table, uint64_t count, const uint64_t *value,
                    size_t value_bytes)
{
    fb_error err;
    for (uint64_t key = 0; key < count; key++) {
        fb_state_rows keys = {.bytes = (char *)&key, .width = 8, .count = 1};
        fb_state_rows values = {.bytes = (const char *)value, .width = value_bytes, .count = 1};
        assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
    }
}

static void old_values_of_another_size_are_given_back(void **state)
{
    (void)state;
    static const fb_state_layout texts = {
        .name = "s", .key_bytes = 8, .value_bytes = FB_STATE_VARIABLE};
    static const uint64_t value[8];
    fb_state_table *table = make(&texts, NULL);
    uint64_t early = 0;
    for (int version = 1; version <= 60; version++) {
        begin(table);
        put_all(table, 1000, value, version % 2 ? 16 : 56);
        commit(table);
        if (version == 6) early = memory_of(table);
    }
    assert_int_equal(memory_of(table), early);
    fb_state_table_close(table);
}

/* The row holds the time: an UnsafeRow of one field. */
static void times_that_change_often_leave_no_more_behind_than_there_are_rows(void **state)
{
    (void)state;
    static const fb_state_layout timed = {
        .name = "s",
        .key_bytes = 8,
        .value_bytes = 16,
        .time = {.present = true, .in_value = true, .field_count = 1}};
    fb_error err;
    fb_state_table *table = make(&timed, NULL);
    begin(table);
    for (uint64_t round = 0; round < 3000; round++)
        put_all(table, 100, (const uint64_t[]){0, round % 7}, 16);
    assert_true(memory_of(table) < 400000);
    uint64_t evicted;
    assert_ok(fb_state_table_evict_before(table, 10, NULL, NULL, &evicted, &err), &err);
    assert_int_equal(evicted, 100);
    commit(table);
    fb_state_table_close(table);
}

/* The key is the time: an UnsafeRow of one field. */
static void times_far_apart_share_buckets_and_are_evicted_all_the_same(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    static const fb_state_layout timed = {.name = "s",
                                          .key_bytes = 16,
                                          .value_bytes = 8,
                                          .time = {.present = true, .field_count = 1}};
    fb_error err;
    fb_state_table *table = make(&timed, NULL);
    uint64_t zero = 0, removed, evicted;
    begin(table);
    for (int step = 0; step < 2; step++)
        for (uint64_t i = step; i < COUNT; i += step + 1) {
            uint64_t key[] = {0, i << (FB_TIME_FIRST_SHIFT + 1)};
            fb_state_rows keys = {.bytes = (char *)key, .width = 16, .count = 1};
            fb_state_rows values = {.bytes = (char *)&zero, .width = 8, .count = 1};
            if (step == 0)
                assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
            else
                assert_ok(fb_state_table_remove_many(table, &keys, &removed, &err), &err);
        }
    assert_ok(fb_state_table_evict_before(table, INT64_MAX, NULL, NULL, &evicted, &err), &err);
    assert_int_equal(evicted, COUNT / 2);
    commit(table);
    fb_state_table_close(table);
}

static void stamps_may_begin_again(void **state)
{
    (void)state;
    fb_error err;
    fb_state_table *table = make(&counts, NULL);
    begin(table);
    assert_ok(add(table, 0, 10, 5, &err), &err);
    commit(table);
    ((fb_state_memory_table *)table)->epoch = UINT32_MAX;
    for (uint64_t key = 1; key < 10; key++) {
        begin(table);
        assert_ok(add(table, key, 1, 100, &err), &err);
        fb_state_table_abort(table);
        assert_int_equal(count_of(table, key), 5);
        begin(table);
        assert_ok(add(table, key, 1, 100, &err), &err);
        commit(table);
        assert_ok(fb_state_table_roll_back(table, &err), &err);
        assert_int_equal(count_of(table, key), 5);
    }
    fb_state_table_close(table);
}

static void calls_out_of_order_are_refused(void **state)
{
    (void)state;
    fb_error err;
    fb_state_table *table = make(&counts, NULL);
    assert_status(add(table, 0, 1, 1, &err), FB_E_INVALID);
    assert_contains(err.message, "outside a transaction");
    begin(table);
    assert_status(fb_state_table_begin(table, FB_STATE_CHANGE, &err), FB_E_INVALID);
    uint64_t key = 1, evicted;
    void *value;
    fb_state_rows rows = {.bytes = (char *)&key, .width = 8, .count = 1};
    assert_ok(fb_state_table_update_begin(table, &rows, &value, NULL, &err), &err);
    assert_status(fb_state_table_remove_many(table, &rows, NULL, &err), FB_E_INVALID);
    assert_ok(fb_state_table_update_end(table, &err), &err);
    assert_status(fb_state_table_update_end(table, &err), FB_E_INVALID);
    assert_status(fb_state_table_evict_before(table, 1, NULL, NULL, &evicted, &err), FB_E_INVALID);
    assert_status(fb_state_table_visit_prefix(table, (fb_slice){0}, NULL, NULL, &err),
                  FB_E_INVALID);
    fb_state_rows short_key = {.bytes = (char *)&key, .width = 7, .count = 1};
    assert_status(fb_state_table_put_many(table, &short_key, &rows, &err), FB_E_INVALID);
    assert_contains(err.message, "key 0 has 7 bytes, expected 8");
    fb_state_table_abort(table);
    assert_status(fb_state_table_roll_back(table, &err), FB_E_NOT_FOUND);
    fb_state_table_close(table);
}

static fb_status refuse(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                        fb_error *err)
{
    (void)keys, (void)values;
    *(uint32_t *)user += count;
    return fb_fail(err, FB_E_IO, 0, "the sink is full");
}

static void a_visitor_that_fails_ends_an_eviction_which_can_be_taken_back(void **state)
{
    (void)state;
    fb_error err;
    fb_state_layout layout = counts;
    layout.key_bytes = 16;
    layout.time = (fb_state_time){.present = true, .field_count = 1};
    fb_state_table *table = make(&layout, NULL);
    begin(table);
    for (uint64_t time = 0; time < 1000; time++) {
        uint64_t key[] = {0, time}, value = time;
        fb_state_rows keys = {.bytes = (char *)key, .width = 16, .count = 1};
        fb_state_rows values = {.bytes = (char *)&value, .width = 8, .count = 1};
        assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
    }
    commit(table);
    begin(table);
    uint32_t seen = 0;
    uint64_t evicted;
    assert_status(fb_state_table_evict_before(table, 600, refuse, &seen, &evicted, &err), FB_E_IO);
    assert_int_equal(seen, 256);
    fb_state_table_abort(table);
    begin(table);
    assert_ok(fb_state_table_evict_before(table, 600, NULL, NULL, &evicted, &err), &err);
    assert_int_equal(evicted, 600);
    assert_ok(fb_state_table_evict_before(table, 600, refuse, &seen, &evicted, &err), &err);
    assert_int_equal(evicted, 0);
    commit(table);
    fb_state_table_close(table);
}

static void a_global_aggregation_has_one_row_with_an_empty_key(void **state)
{
    (void)state;
    fb_error err;
    fb_state_layout layout = {.name = "global", .key_bytes = 0, .value_bytes = 8};
    fb_state_table *table = make(&layout, NULL);
    fb_state_rows key = {.bytes = "", .width = 0, .count = 1};
    for (uint64_t i = 1; i <= 3; i++) {
        begin(table);
        void *value;
        uint64_t created;
        assert_ok(fb_state_table_update_begin(table, &key, &value, &created, &err), &err);
        assert_int_equal(created, i == 1);
        assert_int_equal(++*(uint64_t *)value, i);
        assert_ok(fb_state_table_update_end(table, &err), &err);
        commit(table);
    }
    fb_state_table_close(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_versions_are_within_reach),
        cmocka_unit_test(a_table_that_was_emptied_is_small_again_and_keeps_its_past),
        cmocka_unit_test(the_limit_stops_a_change_with_the_sizes_and_loses_nothing),
        cmocka_unit_test(old_values_of_another_size_are_given_back),
        cmocka_unit_test(times_that_change_often_leave_no_more_behind_than_there_are_rows),
        cmocka_unit_test(times_far_apart_share_buckets_and_are_evicted_all_the_same),
        cmocka_unit_test(stamps_may_begin_again),
        cmocka_unit_test(calls_out_of_order_are_refused),
        cmocka_unit_test(a_visitor_that_fails_ends_an_eviction_which_can_be_taken_back),
        cmocka_unit_test(a_global_aggregation_has_one_row_with_an_empty_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
