/* SPDX-License-Identifier: Apache-2.0
 *
 * What every log of state promises (state/log.h), asked of each of them through the interface only.
 * A new log is one more entry of `subjects`. */
#include "state/log.h"

#include "env/random.h"
#include "files/disk.h"
#include "files/local.h"
#include "files/memory.h"
#include "state/file_log.h"
#include "state/memory_table.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RETAINED = 5 };

/* An implementation and its world. */
typedef struct subject {
    const char *name;
    /* An empty place for versions; what open makes always finds it again. */
    void (*set_up)(struct subject *self);
    void (*tear_down)(struct subject *self);
    fb_state_log *(*open)(struct subject *self);

    fb_filesystem *fs;
    fb_state_format format;
    char directory[64];
} subject;

static fb_error err;

static void set_up_memory(subject *self)
{
    assert_ok(fb_filesystem_memory_create(&self->fs, &err), &err);
    (void)snprintf(self->directory, sizeof self->directory, "/state/0/0");
}

static void set_up_local(subject *self)
{
    /* Of the host: several threads make temporary names. */
    assert_ok(fb_filesystem_local_create(fb_disk_posix(), fb_random_host(), &self->fs, &err), &err);
    (void)snprintf(self->directory, sizeof self->directory, "/tmp/forebay-log-XXXXXX");
    assert_non_null(mkdtemp(self->directory));
}

static void tear_down_files(subject *self)
{
    fb_filesystem_close(self->fs);
    if (strncmp(self->directory, "/tmp/", 5) != 0) return;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", self->directory);
    assert_int_equal(system(command), 0);
}

static fb_state_log *open_files(subject *self)
{
    fb_state_log *log;
    fb_state_file_log_options options = {.fs = self->fs,
                                         .directory = self->directory,
                                         .format = self->format,
                                         .min_deltas = 3,
                                         .retained = RETAINED};
    assert_ok(fb_state_file_log_create(&options, &log, &err), &err);
    return log;
}

#define IN_MEMORY .set_up = set_up_memory, .tear_down = tear_down_files, .open = open_files
#define ON_DISK .set_up = set_up_local, .tear_down = tear_down_files, .open = open_files

static subject subjects[] = {
    {.name = "files in memory, lz4", IN_MEMORY},
    {.name = "files in memory, zstd, checksums of rows",
     IN_MEMORY,
     .format = {FB_CODEC_ZSTD, true}},
    {.name = "files in memory, snappy", IN_MEMORY, .format = {FB_CODEC_SNAPPY, false}},
    {.name = "files on disk, lz4", ON_DISK},
};

/* --- versions: key k of version v has the value k * v; every third version changes nothing --- */

static const fb_state_layout layout = {.name = "store", .key_bytes = 8, .value_bytes = 8};

static fb_state_table *make_table(void)
{
    fb_state_table *table;
    fb_state_memory_table_options options = {.layout = &layout};
    assert_ok(fb_state_memory_table_create(&options, &table, &err), &err);
    return table;
}

static void put(fb_state_table *table, uint64_t key, uint64_t value)
{
    fb_state_rows keys = {(char *)&key, NULL, 8, 1}, values = {(char *)&value, NULL, 8, 1};
    assert_ok(fb_state_table_put_many(table, &keys, &values, &err), &err);
}

/* Opens the transaction that makes `version` of the one before. */
static void change(fb_state_table *table, int64_t version)
{
    assert_ok(fb_state_table_begin(table, FB_STATE_CHANGE, &err), &err);
    if (version % 3 == 0) return;
    uint64_t v = (uint64_t)version, gone = v - 7;
    for (uint64_t key = v > 6 ? v - 6 : 1; key <= v; key++)
        put(table, key, key * v);
    fb_state_rows keys = {(char *)&gone, NULL, 8, 1};
    if (version > 7) assert_ok(fb_state_table_remove_many(table, &keys, NULL, &err), &err);
    if (version > 8) gone--;
    if (version > 8) assert_ok(fb_state_table_remove_many(table, &keys, NULL, &err), &err);
}

static void append(fb_state_log *log, fb_state_table *table, int64_t version)
{
    change(table, version);
    assert_ok(fb_state_log_append(log, version, table, &err), &err);
    assert_ok(fb_state_table_commit(table, &err), &err);
}

static uint64_t get(fb_state_table *table, uint64_t key)
{
    fb_state_rows keys = {(char *)&key, NULL, 8, 1};
    fb_slice value;
    uint64_t out = 0;
    assert_ok(fb_state_table_get_many(table, &keys, &value, &err), &err);
    if (value.data) memcpy(&out, value.data, sizeof out);
    return out;
}

/* Both tables have the same rows. */
static void expect_same(fb_state_table *table, fb_state_table *expected, int64_t version)
{
    fb_state_stats a, b;
    fb_state_table_stats(table, &a);
    fb_state_table_stats(expected, &b);
    assert_int_equal(a.row_count, b.row_count);
    for (int64_t key = 0; key <= version + 1; key++)
        assert_int_equal(get(table, (uint64_t)key), get(expected, (uint64_t)key));
}

static fb_status load(fb_state_log *log, int64_t version, fb_state_table *table)
{
    fb_state_table_clear(table);
    assert_ok(fb_state_table_begin(table, FB_STATE_LOAD, &err), &err);
    fb_status status = fb_state_log_load(log, version, table, &err);
    if (status != FB_OK)
        fb_state_table_abort(table);
    else
        assert_ok(fb_state_table_commit(table, &err), &err);
    return status;
}

/* The version is there and is what it was. */
static void check(fb_state_log *log, int64_t version)
{
    fb_state_table *expected = make_table(), *table = make_table();
    for (int64_t v = 1; v <= version; v++) {
        change(expected, v);
        assert_ok(fb_state_table_commit(expected, &err), &err);
    }
    assert_ok(load(log, version, table), &err);
    expect_same(table, expected, version);
    fb_state_table_close(table);
    fb_state_table_close(expected);
}

/* --- the promises --- */

static void every_version_is_there_for_the_next_owner(subject *s)
{
    enum { VERSIONS = 12 };
    fb_state_log *log = s->open(s);
    fb_state_table *table = make_table();
    for (int64_t version = 1; version <= VERSIONS; version++)
        append(log, table, version);
    check(log, 0);
    fb_state_log_close(log);
    log = s->open(s);
    for (int64_t version = 0; version <= VERSIONS; version++)
        check(log, version);
    assert_status(load(log, VERSIONS + 1, table), FB_E_NOT_FOUND);
    assert_true(strlen(err.message) > 0);
    fb_state_table_close(table);
    fb_state_log_close(log);
    fb_state_log_close(NULL);
}

static void a_version_that_is_there_is_not_replaced(subject *s)
{
    fb_state_log *log = s->open(s);
    fb_state_table *table = make_table();
    append(log, table, 1);
    append(log, table, 2);
    assert_ok(fb_state_table_begin(table, FB_STATE_CHANGE, &err), &err);
    put(table, 99, 99);
    assert_status(fb_state_log_append(log, 2, table, &err), FB_E_EXISTS);
    fb_state_table_abort(table);
    check(log, 2);
    fb_state_table_close(table);
    fb_state_log_close(log);
}

static void later_versions_are_discarded_and_written_anew(subject *s)
{
    fb_state_log *log = s->open(s);
    fb_state_table *table = make_table();
    for (int64_t version = 1; version <= 9; version++) {
        append(log, table, version);
        if (version == 8) assert_ok(fb_state_log_maintain(log, 8, &err), &err);
    }
    assert_ok(fb_state_log_discard_after(log, 6, &err), &err);
    assert_status(load(log, 7, table), FB_E_NOT_FOUND);
    check(log, 6);
    assert_ok(load(log, 6, table), &err);
    for (int64_t version = 7; version <= 10; version++)
        append(log, table, version);
    check(log, 10);
    assert_ok(fb_state_log_discard_after(log, 10, &err), &err); /* nothing is there */
    assert_ok(fb_state_log_discard_after(log, 0, &err), &err);
    check(log, 0);
    assert_status(load(log, 1, table), FB_E_NOT_FOUND);
    fb_state_table_close(table);
    fb_state_log_close(log);
}

static void housekeeping_keeps_what_is_retained(subject *s)
{
    enum { VERSIONS = 70 };
    fb_state_log *log = s->open(s);
    fb_state_table *table = make_table();
    assert_ok(fb_state_log_maintain(log, 0, &err), &err);
    for (int64_t version = 1; version <= VERSIONS; version++) {
        append(log, table, version);
        if (version % 4 == 0) assert_ok(fb_state_log_maintain(log, version, &err), &err);
        if (version % 4 != 0 && version % 10) continue;
        /* Those behind the version that was last maintained. */
        for (int64_t old = version / 4 * 4 - RETAINED; old <= version; old++)
            if (old >= 0) check(log, old);
    }
    /* It ends with less than all. */
    assert_status(load(log, 1, table), FB_E_NOT_FOUND);
    assert_ok(fb_state_log_maintain(log, VERSIONS, &err), &err);
    assert_ok(fb_state_log_maintain(log, VERSIONS, &err), &err);
    check(log, VERSIONS);
    fb_state_table_close(table);
    fb_state_log_close(log);
}

typedef struct keeper {
    fb_state_log *log;
    atomic_int_fast64_t newest; /* version that may be maintained */
    atomic_bool stop;
    uint32_t runs;
} keeper;

static void *keep_house(void *user)
{
    keeper *k = user;
    fb_error error;
    for (bool last = false; !last; k->runs++) {
        last = atomic_load(&k->stop);
        fb_status status = fb_state_log_maintain(k->log, atomic_load(&k->newest), &error);
        if (status != FB_OK) return strdup(error.message);
    }
    return NULL;
}

static void housekeeping_may_run_beside_everything_else(subject *s)
{
    enum { VERSIONS = 150 };
    fb_state_log *log = s->open(s);
    fb_state_table *table = make_table(), *loaded = make_table();
    keeper k = {.log = log};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_house, &k), 0);
    for (int64_t version = 1; version <= VERSIONS; version++) {
        append(log, table, version);
        if (version % 16 == 0) {
            /* A batch that failed elsewhere: its version goes. */
            assert_ok(fb_state_log_discard_after(log, version - 1, &err), &err);
            assert_ok(load(log, version - 1, loaded), &err);
            fb_state_table_close(table);
            table = loaded;
            loaded = make_table();
            append(log, table, version);
        }
        atomic_store(&k.newest, version - 1);
    }
    atomic_store(&k.stop, true);
    void *problem;
    assert_int_equal(pthread_join(thread, &problem), 0);
    if (problem) fail_msg("%s", (char *)problem);
    assert_true(k.runs > 0);
    for (int64_t version = VERSIONS - RETAINED; version <= VERSIONS; version++)
        check(log, version);
    fb_state_table_close(table);
    fb_state_table_close(loaded);
    fb_state_log_close(log);
}

static void run(void **state, void (*promise)(subject *))
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        print_message("           %s\n", subjects[i].name);
        subjects[i].set_up(&subjects[i]);
        promise(&subjects[i]);
        subjects[i].tear_down(&subjects[i]);
    }
}

#define PROMISE(name)                     \
    static void test_##name(void **state) \
    {                                     \
        run(state, name);                 \
    }
PROMISE(every_version_is_there_for_the_next_owner)
PROMISE(a_version_that_is_there_is_not_replaced)
PROMISE(later_versions_are_discarded_and_written_anew)
PROMISE(housekeeping_keeps_what_is_retained)
PROMISE(housekeeping_may_run_beside_everything_else)

#define TEST(name)                           \
    {                                        \
#name, test_##name, NULL, NULL, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_version_is_there_for_the_next_owner),
        TEST(a_version_that_is_there_is_not_replaced),
        TEST(later_versions_are_discarded_and_written_anew),
        TEST(housekeeping_keeps_what_is_retained),
        TEST(housekeeping_may_run_beside_everything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
