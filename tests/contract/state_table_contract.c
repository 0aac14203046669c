/* SPDX-License-Identifier: Apache-2.0
 *
 * What every table of state promises (state/table.h), asked of each of them through the interface
 * only. A new table is one more entry of `subjects`. */
#include "state/table.h"

#include "base/bits.h"
#include "state/memory_table.h"
#include "test.h"

#include <stdlib.h>

/* An implementation and its world. */
typedef struct subject {
    const char *name;
    fb_status (*create)(const fb_state_layout *layout, fb_state_table **out, fb_error *err);
} subject;

static fb_status create_memory(const fb_state_layout *layout, fb_state_table **out, fb_error *err)
{
    fb_state_memory_table_options options = {.layout = layout};
    return fb_state_memory_table_create(&options, out, err);
}

/* Collisions of everything: only comparing keys tells them apart. */
static uint64_t no_hash(fb_slice key)
{
    (void)key;
    return 0x1234567890abcdefu;
}

static fb_status create_colliding(const fb_state_layout *layout, fb_state_table **out,
                                  fb_error *err)
{
    fb_state_memory_table_options options = {.layout = layout, .hash = no_hash};
    return fb_state_memory_table_create(&options, out, err);
}

static const subject subjects[] = {
    {"memory", create_memory},
    {"memory, all keys in one run", create_colliding},
};

static fb_error err;

static const fb_state_layout fixed_layout = {
    .name = "state/0/0/default", .key_bytes = 8, .value_bytes = 16};
static const fb_state_layout variable_layout = {
    .name = "state/0/1/default", .key_bytes = FB_STATE_VARIABLE, .value_bytes = FB_STATE_VARIABLE};

static fb_state_table *create(const subject *s, const fb_state_layout *layout)
{
    fb_state_table *table;
    assert_ok(s->create(layout, &table, &err), &err);
    return table;
}

static void begin(fb_state_table *table)
{
    assert_ok(fb_state_table_begin(table, FB_STATE_CHANGE, &err), &err);
}

static void commit(fb_state_table *table)
{
    assert_ok(fb_state_table_commit(table, &err), &err);
}

static uint64_t row_count(const fb_state_table *table)
{
    fb_state_stats stats;
    fb_state_table_stats(table, &stats);
    return stats.row_count;
}

/* --- rows of fixed sizes: a number, and a number in the second half of the value --- */

static void put(fb_state_table *table, uint64_t key, uint64_t value)
{
    uint64_t words[2] = {0, value};
    fb_state_rows keys = {(const char *)&key, NULL, 8, 1}, values = {(char *)words, NULL, 16, 1};
    assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
}

static void add(fb_state_table *table, uint64_t key, uint64_t number)
{
    void *value;
    fb_state_rows keys = {(const char *)&key, NULL, 8, 1};
    assert_ok(fb_state_table_update_begin(table, &keys, &value, NULL, &err), &err);
    ((uint64_t *)value)[1] += number;
    assert_ok(fb_state_table_update_end(table, &err), &err);
}

static uint64_t take_out(fb_state_table *table, uint64_t key)
{
    uint64_t removed;
    fb_state_rows keys = {(const char *)&key, NULL, 8, 1};
    assert_ok(fb_state_table_remove_many(table, &keys, &removed, &err), &err);
    return removed;
}

enum { NONE = 999999 };

static uint64_t get(fb_state_table *table, uint64_t key)
{
    fb_slice value;
    uint64_t words[2];
    fb_state_rows keys = {(const char *)&key, NULL, 8, 1};
    assert_ok(fb_state_table_get_many(table, &keys, &value, &err), &err);
    if (!value.data) return NONE;
    assert_int_equal(value.size, 16);
    memcpy(words, value.data, sizeof words);
    return words[1];
}

/* What visits give, as numbers: a removal has the value NONE. */
enum { MOST_ROWS = 20000 };
typedef struct seen {
    uint64_t keys[MOST_ROWS], values[MOST_ROWS];
    uint32_t count;
} seen;

static fb_status see(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                     fb_error *error)
{
    (void)error;
    seen *s = user;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(s->count < MOST_ROWS);
        memcpy(&s->keys[s->count], keys[i].data, 8);
        s->values[s->count] = NONE;
        if (values[i].data) memcpy(&s->values[s->count], values[i].data + 8, 8);
        s->count++;
    }
    return FB_OK;
}

static seen *new_seen(void)
{
    seen *s = calloc(1, sizeof *s);
    assert_non_null(s);
    return s;
}

static void expect_seen(const seen *s, const uint64_t (*rows)[2], uint32_t count)
{
    assert_int_equal(s->count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(s->keys[i], rows[i][0]);
        assert_int_equal(s->values[i], rows[i][1]);
    }
}

/* --- the promises --- */

static void rows_are_found_changed_and_removed(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    assert_int_equal(get(table, 1), NONE);
    begin(table);
    put(table, 1, 10);
    put(table, 2, 20);
    put(table, 1, 11);
    add(table, 2, 5);
    add(table, 3, 7);
    assert_int_equal(get(table, 1), 11);
    assert_int_equal(get(table, 2), 25);
    assert_int_equal(get(table, 3), 7);
    assert_int_equal(row_count(table), 3);
    assert_int_equal(take_out(table, 2), 1);
    assert_int_equal(take_out(table, 2), 0);
    assert_int_equal(get(table, 2), NONE);
    commit(table);
    assert_int_equal(get(table, 1), 11);
    assert_int_equal(row_count(table), 2);
    fb_state_table_clear(table);
    assert_int_equal(row_count(table), 0);
    assert_int_equal(get(table, 1), NONE);
    fb_state_table_close(table);
}

/* Many keys in a call, some of them several times. */
static void updates_take_many_keys_and_make_new_rows_zero(const subject *s)
{
    enum { KEYS = 3000, ROUNDS = 3 };
    static uint64_t keys[KEYS], created[KEYS / 64 + 1];
    static void *values[KEYS];
    fb_state_table *table = create(s, &fixed_layout);
    begin(table);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < KEYS; i++)
            keys[i] = i % 1000 + round * 500;
        fb_state_rows rows = {(const char *)keys, NULL, 8, KEYS};
        assert_ok(fb_state_table_update_begin(table, &rows, values, created, &err), &err);
        for (uint32_t i = 0; i < KEYS; i++) {
            uint64_t *words = values[i];
            assert_int_equal((uintptr_t)values[i] % 8, 0);
            bool is_new = i < 1000 && (round == 0 || i >= 500);
            assert_int_equal(fb_bits_get(created, i), is_new);
            if (is_new) assert_true(words[0] == 0 && words[1] == 0);
            if (i >= 1000) assert_ptr_equal(values[i], values[i - 1000]);
            words[1] += 1;
        }
        assert_ok(fb_state_table_update_end(table, &err), &err);
    }
    commit(table);
    assert_int_equal(row_count(table), 2000);
    assert_int_equal(get(table, 0), 3);
    assert_int_equal(get(table, 700), 6);
    assert_int_equal(get(table, 1200), 6);
    assert_int_equal(get(table, 1999), 3);
    fb_state_table_close(table);
}

static void keys_and_values_have_any_size(const subject *s)
{
    static char bytes[70000];
    fb_state_table *table = create(s, &variable_layout);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31);
    /* Keys of 0, 1, 2, ... bytes; their values shrink and grow from round to round. */
    enum { ROWS = 200, ROUNDS = 5 };
    uint64_t key_offsets[ROWS + 1] = {0}, value_offsets[ROWS + 1] = {0};
    static char keys[ROWS * ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        memcpy(keys + key_offsets[i], bytes, i);
        key_offsets[i + 1] = key_offsets[i] + i;
    }
    fb_state_rows key_rows = {keys, key_offsets, 0, ROWS};
    for (uint32_t round = 0; round < ROUNDS; round++) {
        begin(table);
        for (uint32_t i = 0; i < ROWS; i++)
            value_offsets[i + 1] = value_offsets[i] + (i * 7 + round * 131) % 300;
        fb_state_rows values = {bytes, value_offsets, 0, ROWS};
        assert_ok(fb_state_table_put_many(table, &key_rows, &values, &err), &err);
        commit(table);
        fb_slice found[ROWS];
        assert_ok(fb_state_table_get_many(table, &key_rows, found, &err), &err);
        for (uint32_t i = 0; i < ROWS; i++)
            assert_true(found[i].data && fb_slice_equal(found[i], fb_state_row(&values, i)));
        assert_int_equal(row_count(table), ROWS);
    }
    begin(table);
    fb_state_rows large = {bytes, NULL, sizeof bytes, 1}, one_key = {keys, NULL, 0, 1};
    assert_ok(fb_state_table_put_many(table, &one_key, &large, &err), &err);
    fb_slice found;
    assert_ok(fb_state_table_get_many(table, &one_key, &found, &err), &err);
    assert_true(fb_slice_equal(found, fb_slice_make(bytes, sizeof bytes)));
    fb_state_table_abort(table);
    fb_state_table_close(table);
}

static void all_rows_come_once_in_an_order_of_the_keys_only(const subject *s)
{
    enum { ROWS = 5000 };
    seen *one = new_seen(), *other = new_seen();
    fb_state_table *a = create(s, &fixed_layout), *b = create(s, &fixed_layout);
    uint32_t rows = s->create == create_colliding ? ROWS / 10 : ROWS;
    begin(a);
    begin(b);
    for (uint64_t i = 0; i < rows; i++) {
        put(a, i * 7919, i);
        put(b, (rows - 1 - i) * 7919, rows - 1 - i);
        put(b, i + 1, 1); /* another history: more rows, some in the place of others */
    }
    for (uint64_t i = 0; i < rows; i++)
        if ((i + 1) % 7919) take_out(b, i + 1);
    assert_ok(fb_state_table_visit_all(a, see, one, &err), &err);
    assert_ok(fb_state_table_visit_all(b, see, other, &err), &err);
    assert_int_equal(one->count, rows);
    assert_int_equal(other->count, rows);
    assert_memory_equal(one->keys, other->keys, rows * sizeof one->keys[0]);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rows; i++)
        sum += one->values[i];
    assert_int_equal(sum, (uint64_t)rows * (rows - 1) / 2);
    fb_state_table_close(a);
    fb_state_table_close(b);
    free(one);
    free(other);
}

static void changes_are_listed_in_the_order_of_first_touch(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    begin(table);
    for (uint64_t key = 1; key <= 5; key++)
        put(table, key, key);
    commit(table);
    begin(table);
    seen *changes = new_seen();
    assert_ok(fb_state_table_visit_changes(table, see, changes, &err), &err);
    assert_int_equal(changes->count, 0);
    put(table, 9, 90);
    add(table, 3, 30);
    take_out(table, 1);
    put(table, 9, 91);
    put(table, 8, 80); /* made and removed: nothing happened */
    take_out(table, 8);
    take_out(table, 2); /* removed and made again: twice */
    put(table, 2, 22);
    assert_ok(fb_state_table_visit_changes(table, see, changes, &err), &err);
    const uint64_t expected[][2] = {{9, 91}, {3, 33}, {1, NONE}, {2, NONE}, {2, 22}};
    expect_seen(changes, expected, 5);
    commit(table);
    assert_status(fb_state_table_visit_changes(table, see, changes, &err), FB_E_INVALID);
    fb_state_table_close(table);
    free(changes);
}

static void second_version(fb_state_table *table)
{
    begin(table);
    add(table, 2, 18);
    put(table, 4, 41);
    take_out(table, 1);
    put(table, 3, 30);
    take_out(table, 4);
    put(table, 4, 42);
}

static void expect_rows(fb_state_table *table, uint64_t first, uint64_t second, uint64_t third,
                        uint64_t fourth)
{
    assert_int_equal(get(table, 1), first);
    assert_int_equal(get(table, 2), second);
    assert_int_equal(get(table, 3), third);
    assert_int_equal(get(table, 4), fourth);
}

static void a_transaction_can_be_taken_back_open_and_committed(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    assert_status(fb_state_table_roll_back(table, &err), FB_E_NOT_FOUND);
    begin(table);
    put(table, 1, 1);
    put(table, 2, 2);
    put(table, 4, 4);
    commit(table);
    second_version(table);
    expect_rows(table, NONE, 20, 30, 42);
    fb_state_table_abort(table);
    expect_rows(table, 1, 2, NONE, 4);
    second_version(table);
    commit(table);
    expect_rows(table, NONE, 20, 30, 42);
    /* A third that is given up: the second can still be taken back. */
    begin(table);
    take_out(table, 2);
    take_out(table, 3);
    put(table, 1, 9);
    assert_status(fb_state_table_roll_back(table, &err), FB_E_INVALID);
    fb_state_table_abort(table);
    expect_rows(table, NONE, 20, 30, 42);
    assert_ok(fb_state_table_roll_back(table, &err), &err);
    expect_rows(table, 1, 2, NONE, 4);
    assert_int_equal(row_count(table), 3);
    /* Only one version lies behind. */
    assert_status(fb_state_table_roll_back(table, &err), FB_E_NOT_FOUND);
    second_version(table);
    commit(table);
    expect_rows(table, NONE, 20, 30, 42);
    fb_state_table_close(table);
}

static void a_load_fills_an_empty_table_and_has_no_way_back(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    fb_state_table_expect_rows(table, 1000); /* outside a load: nothing */
    assert_ok(fb_state_table_begin(table, FB_STATE_LOAD, &err), &err);
    fb_state_table_expect_rows(table, 10);
    for (uint64_t key = 0; key < 1000; key++) {
        put(table, key, key);
        if (key == 500) fb_state_table_expect_rows(table, 100000); /* wrong in both directions */
    }
    put(table, 5, 50);
    take_out(table, 6);
    seen *changes = new_seen();
    assert_status(fb_state_table_visit_changes(table, see, changes, &err), FB_E_INVALID);
    commit(table);
    assert_int_equal(row_count(table), 999);
    assert_int_equal(get(table, 5), 50);
    assert_int_equal(get(table, 6), NONE);
    assert_status(fb_state_table_begin(table, FB_STATE_LOAD, &err), FB_E_INVALID);
    fb_state_table_clear(table);
    assert_ok(fb_state_table_begin(table, FB_STATE_LOAD, &err), &err);
    put(table, 1, 1);
    fb_state_table_abort(table);
    assert_int_equal(row_count(table), 0);
    fb_state_table_close(table);
    free(changes);
}

static void calls_out_of_order_are_refused_by_name(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    uint64_t key = 1, words[2] = {0}, removed, evicted;
    void *value;
    fb_state_rows keys = {(char *)&key, NULL, 8, 1}, values = {(char *)words, NULL, 16, 1};
    assert_status(fb_state_table_put_many(table, &keys, &values, &err), FB_E_INVALID);
    assert_contains(err.message, "state/0/0/default: put outside a transaction");
    assert_status(fb_state_table_remove_many(table, &keys, &removed, &err), FB_E_INVALID);
    assert_status(fb_state_table_commit(table, &err), FB_E_INVALID);
    begin(table);
    assert_status(fb_state_table_begin(table, FB_STATE_CHANGE, &err), FB_E_INVALID);
    assert_status(fb_state_table_update_end(table, &err), FB_E_INVALID);
    assert_status(fb_state_table_evict_before(table, 1, NULL, NULL, &evicted, &err), FB_E_INVALID);
    assert_ok(fb_state_table_update_begin(table, &keys, &value, NULL, &err), &err);
    assert_status(fb_state_table_put_many(table, &keys, &values, &err), FB_E_INVALID);
    assert_status(fb_state_table_commit(table, &err), FB_E_INVALID);
    assert_ok(fb_state_table_update_end(table, &err), &err);
    fb_state_rows wide = {(char *)words, NULL, 16, 1};
    values.count = 2;
    assert_status(fb_state_table_put_many(table, &keys, &values, &err), FB_E_INVALID);
    /* A size that is not the layout's: a failed change can only be taken back. */
    values.count = 1;
    assert_status(fb_state_table_put_many(table, &wide, &values, &err), FB_E_INVALID);
    assert_contains(err.message, "has 16 bytes, expected 8");
    assert_status(fb_state_table_commit(table, &err), FB_E_INVALID);
    fb_state_table_abort(table);
    assert_int_equal(row_count(table), 0);
    begin(table);
    commit(table);
    fb_state_table_close(table);
}

typedef struct stop {
    fb_state_table *table;
    uint32_t calls;
} stop;

static fb_status stop_at_once(void *user, const fb_slice *keys, const fb_slice *values,
                              uint32_t count, fb_error *error)
{
    (void)keys, (void)values, (void)count;
    stop *s = user;
    uint64_t key = 77, words[2] = {0};
    fb_state_rows rows = {(char *)&key, NULL, 8, 1}, value_rows = {(char *)words, NULL, 16, 1};
    s->calls++;
    assert_status(fb_state_table_put_many(s->table, &rows, &value_rows, error), FB_E_INVALID);
    return fb_fail(error, FB_E_CANCELLED, 0, "enough");
}

static void a_visitor_can_stop_and_must_not_change_rows(const subject *s)
{
    fb_state_table *table = create(s, &fixed_layout);
    begin(table);
    for (uint64_t key = 0; key < 2000; key++)
        put(table, key, key);
    stop user = {table, 0};
    assert_status(fb_state_table_visit_all(table, stop_at_once, &user, &err), FB_E_CANCELLED);
    assert_status(fb_state_table_visit_changes(table, stop_at_once, &user, &err), FB_E_CANCELLED);
    assert_int_equal(user.calls, 2);
    put(table, 1, 2); /* visiting is over */
    commit(table);
    assert_int_equal(row_count(table), 2000);
    fb_state_table_close(table);
}

/* Keys of two longs, the first of them a prefix. */
static void rows_of_a_prefix_come_together(const subject *s)
{
    static const fb_state_column columns[] = {FB_STATE_COLUMN_FIXED};
    const fb_state_layout layout = {.name = "state/0/0/joined",
                                    .key_bytes = 24,
                                    .value_bytes = 16,
                                    .prefix_count = 1,
                                    .column_count = 2,
                                    .prefix_columns = columns};
    fb_state_table *table = create(s, &layout);
    if (!table->ops->visit_prefix) {
        fb_state_table_close(table);
        return;
    }
    begin(table);
    for (uint64_t i = 0; i < 600; i++) {
        uint64_t key[3] = {0, i % 20, i}, value[2] = {0, i};
        fb_state_rows keys = {(char *)key, NULL, 24, 1}, values = {(char *)value, NULL, 16, 1};
        assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
    }
    seen *rows = new_seen();
    for (uint64_t prefix = 0; prefix < 21; prefix++) {
        uint64_t words[2] = {0, prefix};
        rows->count = 0;
        assert_ok(fb_state_table_visit_prefix(table, fb_slice_make(words, 16), see, rows, &err),
                  &err);
        assert_int_equal(rows->count, prefix < 20 ? 30 : 0);
        for (uint32_t i = 0; i < rows->count; i++)
            assert_int_equal(rows->values[i] % 20, prefix);
    }
    fb_state_table_abort(table);
    fb_state_table_close(table);
    free(rows);
}

static void evict(fb_state_table *table, int64_t time, seen *rows, uint64_t expected)
{
    uint64_t evicted;
    rows->count = 0;
    assert_ok(fb_state_table_evict_before(table, time, see, rows, &evicted, &err), &err);
    assert_int_equal(evicted, expected);
    assert_int_equal(rows->count, expected);
}

/* Keys of one long, the event time; null in the last row. */
static void rows_are_evicted_in_the_order_of_time(const subject *s)
{
    const fb_state_layout layout = {.name = "state/0/0/windows",
                                    .key_bytes = 16,
                                    .value_bytes = 16,
                                    .time = {.present = true, .field_count = 1}};
    enum { ROWS = 300, SECOND = 1000000 };
    fb_state_table *table = create(s, &layout);
    if (!table->ops->evict_before) {
        fb_state_table_close(table);
        return;
    }
    begin(table);
    for (int64_t i = 0; i <= ROWS; i++) {
        int64_t key[2] = {i == ROWS, (i * 77 % ROWS - 100) * SECOND};
        int64_t value[2] = {0, key[1] / SECOND};
        fb_state_rows keys = {(char *)key, NULL, 16, 1}, values = {(char *)value, NULL, 16, 1};
        assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
    }
    commit(table);
    begin(table);
    seen *rows = new_seen();
    evict(table, -100 * SECOND, rows, 0);
    evict(table, -50 * SECOND + 1, rows, 51);
    for (uint32_t i = 0; i < 51; i++)
        assert_int_equal((int64_t)rows->values[i], (int64_t)i - 100);
    assert_int_equal(row_count(table), ROWS - 50);
    fb_state_table_abort(table);
    assert_int_equal(row_count(table), ROWS + 1);
    begin(table);
    evict(table, INT64_MAX, rows, ROWS);
    commit(table);
    assert_int_equal(row_count(table), 1); /* the one without a time */
    assert_ok(fb_state_table_roll_back(table, &err), &err);
    assert_int_equal(row_count(table), ROWS + 1);
    begin(table);
    evict(table, 0, rows, 100);
    fb_state_table_abort(table);
    fb_state_table_close(table);
    free(rows);
}

static void run(void **state, void (*promise)(const subject *))
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        print_message("           %s\n", subjects[i].name);
        promise(&subjects[i]);
    }
}

#define PROMISE(name)                     \
    static void test_##name(void **state) \
    {                                     \
        run(state, name);                 \
    }
PROMISE(rows_are_found_changed_and_removed)
PROMISE(updates_take_many_keys_and_make_new_rows_zero)
PROMISE(keys_and_values_have_any_size)
PROMISE(all_rows_come_once_in_an_order_of_the_keys_only)
PROMISE(changes_are_listed_in_the_order_of_first_touch)
PROMISE(a_transaction_can_be_taken_back_open_and_committed)
PROMISE(a_load_fills_an_empty_table_and_has_no_way_back)
PROMISE(calls_out_of_order_are_refused_by_name)
PROMISE(a_visitor_can_stop_and_must_not_change_rows)
PROMISE(rows_of_a_prefix_come_together)
PROMISE(rows_are_evicted_in_the_order_of_time)

#define TEST(name)                           \
    {                                        \
#name, test_##name, NULL, NULL, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_found_changed_and_removed),
        TEST(updates_take_many_keys_and_make_new_rows_zero),
        TEST(keys_and_values_have_any_size),
        TEST(all_rows_come_once_in_an_order_of_the_keys_only),
        TEST(changes_are_listed_in_the_order_of_first_touch),
        TEST(a_transaction_can_be_taken_back_open_and_committed),
        TEST(a_load_fills_an_empty_table_and_has_no_way_back),
        TEST(calls_out_of_order_are_refused_by_name),
        TEST(a_visitor_can_stop_and_must_not_change_rows),
        TEST(rows_of_a_prefix_come_together),
        TEST(rows_are_evicted_in_the_order_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
