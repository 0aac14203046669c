/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/compact_log.h"

#include "env/clock.h"
#include "files/memory.h"
#include "test.h"

#include <inttypes.h>
#include <stdio.h>

#define DIRECTORY "/sources/0"

typedef struct world {
    fb_filesystem *fs;
    fb_compact_log log;
    fb_buf seen;
    fb_error err;
} world;

static int set_up(void **state)
{
    static world w;
    w = (world){0};
    fb_buf_init(&w.seen, 0);
    assert_ok(fb_filesystem_memory_create(&w.fs, &w.err), &w.err);
    assert_ok(fb_compact_log_open(&w.log, w.fs, DIRECTORY, 100, &w.err), &w.err);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    fb_filesystem_close(w->fs);
    fb_buf_deinit(&w->seen);
    return 0;
}

static void append(world *w, int64_t item)
{
    char line[40];
    int size = snprintf(line, sizeof line, "{\"i\":%" PRId64 "}\n", item);
    assert_ok(fb_compact_log_append(&w->log, fb_slice_make(line, (size_t)size), 0, &w->err),
              &w->err);
}

static fb_status note(void *user, int64_t id, fb_slice line, fb_error *err)
{
    (void)err;
    world *w = user;
    fb_buf_printf(&w->seen, "%" PRId64 ":%.*s ", id, FB_SLICE_ARGS(line));
    return FB_OK;
}

static void expect_file(world *w, const char *name, const char *content)
{
    char path[64];
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    fb_buf_clear(&w->seen);
    assert_ok(fb_filesystem_read(w->fs, path, 10000, &w->seen, &w->err), &w->err);
    assert_string_equal(fb_buf_text(&w->seen), content);
}

static bool exists(world *w, const char *path)
{
    fb_file_info info;
    bool found;
    assert_ok(fb_filesystem_stat(w->fs, path, &found, &info, &w->err), &w->err);
    return found;
}

static void reopen(world *w)
{
    assert_ok(fb_compact_log_open(&w->log, w->fs, DIRECTORY, 100, &w->err), &w->err);
}

static void test_every_tenth_entry_repeats_all(void **state)
{
    world *w = *state;
    assert_int_equal(w->log.latest_id, -1);
    for (int64_t i = 0; i < 12; i++)
        append(w, i);
    expect_file(w, "0", "v1\n{\"i\":0}");
    expect_file(w, "9.compact",
                "v1\n{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n{\"i\":3}\n{\"i\":4}\n{\"i\":5}\n"
                "{\"i\":6}\n{\"i\":7}\n{\"i\":8}\n{\"i\":9}");
    expect_file(w, "10", "v1\n{\"i\":10}");
    assert_false(exists(w, DIRECTORY "/9"));
    reopen(w);
    assert_int_equal(w->log.latest_id, 11);
    assert_int_equal(w->log.interval, 10);
    fb_buf_clear(&w->seen);
    assert_ok(fb_compact_log_read_all(&w->log, note, w, &w->err), &w->err);
    assert_string_equal(fb_buf_text(&w->seen),
                        "9:{\"i\":0} 9:{\"i\":1} 9:{\"i\":2} 9:{\"i\":3} 9:{\"i\":4} 9:{\"i\":5} "
                        "9:{\"i\":6} 9:{\"i\":7} 9:{\"i\":8} 9:{\"i\":9} 10:{\"i\":10} "
                        "11:{\"i\":11} ");
}

static void put(world *w, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    assert_ok(fb_filesystem_create(w->fs, path, FB_SLICE("v1"), &w->err), &w->err);
}

static void test_the_interval_follows_from_the_files(void **state)
{
    world *w = *state;
    static const struct {
        const char *names[3];
        int64_t interval;
    } cases[] = {
        {{"5.compact", "11.compact", "12"}, 6}, /* two: their difference */
        {{"17.compact", "18"}, 18},             /* 18 has no divisor from 10 to 9 */
        {{"23.compact", "notes"}, 12},          /* the smallest divisor from 10 on */
        {{"4.compact"}, 5},                     /* shorter than the default */
        {{"3", "x.compact", "7.tmp"}, 10},      /* none */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int name = 0; name < 3 && cases[i].names[name]; name++)
            put(w, cases[i].names[name]);
        reopen(w);
        assert_int_equal(w->log.interval, cases[i].interval);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_an_entry_can_be_empty(void **state)
{
    world *w = *state;
    assert_ok(fb_compact_log_append(&w->log, FB_SLICE(""), 0, &w->err), &w->err);
    expect_file(w, "0", "v1");
    append(w, 1);
    fb_buf_clear(&w->seen);
    assert_ok(fb_compact_log_read_all(&w->log, note, w, &w->err), &w->err);
    assert_string_equal(fb_buf_text(&w->seen), "1:{\"i\":1} ");
}

static void test_a_second_writer_is_noticed(void **state)
{
    world *w = *state;
    fb_compact_log other = w->log;
    append(w, 1);
    assert_ok(fb_compact_log_append(&other, FB_SLICE("{\"i\":1}\n"), 0, &w->err), &w->err);
    append(w, 2);
    assert_status(fb_compact_log_append(&other, FB_SLICE("{\"i\":3}\n"), 0, &w->err),
                  FB_E_CONFLICT);
    assert_string_equal(w->err.condition, "CONCURRENT_STREAM_LOG_UPDATE");
    assert_int_equal(other.latest_id, 0);
}

static void test_files_out_of_use_go_after_ten_minutes(void **state)
{
    world *w = *state;
    w->log.entries_to_retain = 5;
    for (int64_t i = 0; i < 24; i++)
        append(w, i); /* at the time 0: nothing is old enough */
    assert_true(exists(w, DIRECTORY "/0"));
    int64_t later_ms = fb_clock_wall_us(fb_clock_host()) / 1000 + 11 * 60 * 1000;
    assert_ok(fb_compact_log_append(&w->log, FB_SLICE("{}\n"), later_ms, &w->err), &w->err);
    /* Entry 20 and later must stay readable, by 19.compact. */
    assert_false(exists(w, DIRECTORY "/0"));
    assert_false(exists(w, DIRECTORY "/9.compact"));
    assert_false(exists(w, DIRECTORY "/18"));
    assert_true(exists(w, DIRECTORY "/19.compact"));
    reopen(w);
    fb_buf_clear(&w->seen);
    assert_ok(fb_compact_log_read_all(&w->log, note, w, &w->err), &w->err);
    assert_contains(fb_buf_text(&w->seen), "19:{\"i\":0} ");
    assert_contains(fb_buf_text(&w->seen), "24:{} ");
}

static void test_damage_is_named(void **state)
{
    world *w = *state;
    for (int64_t i = 0; i < 3; i++)
        append(w, i);
    assert_ok(fb_filesystem_remove(w->fs, DIRECTORY "/1", &w->err), &w->err);
    assert_status(fb_compact_log_read_all(&w->log, note, w, &w->err), FB_E_CORRUPT);
    assert_contains(w->err.message, DIRECTORY "/1 is missing");
    assert_ok(fb_filesystem_create(w->fs, DIRECTORY "/1", FB_SLICE("v2\n{}"), &w->err), &w->err);
    assert_status(fb_compact_log_read_all(&w->log, note, w, &w->err), FB_E_CORRUPT);
    assert_contains(w->err.message, DIRECTORY "/1");
    put(w, "9223372036854775806");
    assert_status(fb_compact_log_open(&w->log, w->fs, DIRECTORY, 100, &w->err), FB_E_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_tenth_entry_repeats_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_interval_follows_from_the_files, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_an_entry_can_be_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_second_writer_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_out_of_use_go_after_ten_minutes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_damage_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
