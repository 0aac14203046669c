/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "state/layout.h"

static fb_slice words(const uint64_t *first, size_t count)
{
    return (fb_slice){(const char *)first, count * 8};
}

static void event_time_is_a_field_or_a_field_of_a_struct(void **state)
{
    (void)state;
    int64_t time;
    fb_state_time plain = {.present = true, .in_value = true, .field_count = 2, .field = 1};
    uint64_t value[] = {0, 7, (uint64_t)-5};
    assert_true(fb_state_time_of(&plain, (fb_slice){0}, words(value, 3), &time));
    assert_int_equal(time, -5);

    /* A window (start, end) behind a string "ab". */
    fb_state_time window = {.present = true,
                            .nested = true,
                            .field_count = 2,
                            .field = 1,
                            .nested_count = 2,
                            .nested_field = 1};
    uint64_t key[] = {0, 24ull << 32 | 2, 32ull << 32 | 24, 0x6261, 0, 1000, 2000};
    assert_true(fb_state_time_of(&window, words(key, 7), (fb_slice){0}, &time));
    assert_int_equal(time, 2000);
}

static void null_and_short_rows_have_no_event_time(void **state)
{
    (void)state;
    int64_t time;
    fb_state_time plain = {.present = true, .field_count = 2, .field = 1};
    uint64_t key[] = {2, 7, 0};
    assert_false(fb_state_time_of(&plain, words(key, 3), (fb_slice){0}, &time));
    key[0] = 0;
    for (size_t size = 0; size < 24; size++)
        assert_false(fb_state_time_of(&plain, (fb_slice){(char *)key, size}, (fb_slice){0}, &time));
    fb_state_time nested = {.present = true,
                            .nested = true,
                            .field_count = 1,
                            .field = 0,
                            .nested_count = 2,
                            .nested_field = 1};
    uint64_t outside[] = {0, 16ull << 32 | 24, 0};
    assert_false(fb_state_time_of(&nested, words(outside, 3), (fb_slice){0}, &time));
}

static void a_prefix_is_found_in_keys_of_other_lengths(void **state)
{
    (void)state;
    static const fb_state_column columns[] = {FB_STATE_COLUMN_VARIABLE};
    fb_state_layout layout = {.name = "test",
                              .key_bytes = FB_STATE_VARIABLE,
                              .value_bytes = 8,
                              .prefix_count = 1,
                              .column_count = 2,
                              .prefix_columns = columns};
    fb_error err;
    assert_ok(fb_state_layout_check(&layout, &err), &err);
    uint64_t prefix[] = {0, 16ull << 32 | 2, 0x6261};
    uint64_t key[] = {0, 24ull << 32 | 2, 99, 0x6261};
    uint64_t other[] = {0, 24ull << 32 | 2, 99, 0x6262};
    uint64_t null[] = {1, 0, 99};
    uint64_t outside[] = {0, 240ull << 32 | 2, 99, 0x6261};
    uint64_t hash = fb_state_prefix_hash(&layout, words(prefix, 3), 1);
    assert_true(fb_state_prefix_hash(&layout, words(key, 4), 2) == hash);
    assert_true(fb_state_prefix_matches(&layout, words(key, 4), words(prefix, 3)));
    assert_false(fb_state_prefix_hash(&layout, words(other, 4), 2) == hash);
    assert_false(fb_state_prefix_matches(&layout, words(other, 4), words(prefix, 3)));
    assert_false(fb_state_prefix_matches(&layout, words(null, 3), words(prefix, 3)));
    assert_false(fb_state_prefix_matches(&layout, words(outside, 4), words(prefix, 3)));
    uint64_t null_prefix[] = {1, 0};
    assert_true(fb_state_prefix_matches(&layout, words(null, 3), words(null_prefix, 2)));
}

static void layouts_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    fb_error err;
    fb_state_layout layout = {.name = "state/0/1/default", .key_bytes = -7, .value_bytes = 8};
    assert_status(fb_state_layout_check(&layout, &err), FB_E_INVALID);
    assert_contains(err.message, "state/0/1/default: a key of -7 bytes");
    layout.key_bytes = 8;
    layout.time = (fb_state_time){.present = true, .field_count = 2, .field = 2};
    assert_status(fb_state_layout_check(&layout, &err), FB_E_INVALID);
    layout.time.present = false;
    layout.prefix_count = layout.column_count = 2;
    assert_status(fb_state_layout_check(&layout, &err), FB_E_INVALID);
}

static void hashes_of_similar_keys_differ_in_their_upper_bits(void **state)
{
    (void)state;
    uint32_t used[256] = {0};
    for (uint64_t i = 0; i < 25600; i++) {
        uint64_t key[] = {0, i << 20};
        used[fb_state_hash(words(key, 2), 0) >> 56]++;
    }
    for (int i = 0; i < 256; i++)
        assert_in_range(used[i], 50, 170);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_time_is_a_field_or_a_field_of_a_struct),
        cmocka_unit_test(null_and_short_rows_have_no_event_time),
        cmocka_unit_test(a_prefix_is_found_in_keys_of_other_lengths),
        cmocka_unit_test(layouts_that_contradict_themselves_are_refused),
        cmocka_unit_test(hashes_of_similar_keys_differ_in_their_upper_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
