/* SPDX-License-Identifier: Apache-2.0
 *
 * A store of (k BIGINT) -> (n BIGINT), one of two partitions, with things wrong in it. */
#include "state/store_check.h"

#include "base/hash.h"
#include "files/memory.h"
#include "findings.h"
#include "test.h"

#include <stdio.h>

#define DIRECTORY "/ck/state/0/1"

typedef struct fixture {
    fb_filesystem *fs;
    fb_arena arena;
    fb_buf lines;
    fb_findings findings;
    fb_state_store_check check;
    fb_state_store_totals totals;
    int64_t versions[8];
    fb_error err;
} fixture;

typedef struct row {
    uint64_t words[2];
} row;

static row row_of(int64_t value)
{
    return (row){{0, (uint64_t)value}};
}

static fb_slice bytes_of(const row *r)
{
    return fb_slice_make(r->words, sizeof r->words);
}

/* The i-th key that belongs into partition 1. */
static int64_t key_number(int i)
{
    for (int64_t key = 0;; key++) {
        int32_t hash = (int32_t)fb_murmur3_long(key, FB_HASH_SEED);
        if ((hash % 2 + 2) % 2 == 1 && i-- == 0) return key;
    }
}

typedef struct change {
    row key, value;
    bool is_removal;
} change;

static change put_of(int key, int64_t value)
{
    return (change){row_of(key_number(key)), row_of(value), false};
}

static change removal_of(int key)
{
    return (change){row_of(key_number(key)), row_of(0), true};
}

static void write_file(fixture *f, fb_state_file_kind kind, int64_t version, const change *changes,
                       size_t count)
{
    fb_state_file_writer writer;
    fb_buf content;
    char name[FB_STATE_FILE_NAME_BYTES], path[100];
    fb_buf_init(&content, 0);
    assert_ok(fb_state_file_writer_init(&writer, kind, f->check.format, &content, &f->err),
              &f->err);
    for (size_t i = 0; i < count; i++) {
        fb_state_record record = {bytes_of(&changes[i].key), bytes_of(&changes[i].value),
                                  changes[i].is_removal};
        if (record.is_removal) record.value = (fb_slice){NULL, 0};
        assert_ok(fb_state_file_writer_add(&writer, &record, 1, &f->err), &f->err);
    }
    assert_ok(fb_state_file_writer_finish(&writer, &f->err), &f->err);
    fb_state_file_writer_deinit(&writer);
    fb_state_file_name(kind, version, name);
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    assert_ok(fb_filesystem_replace(f->fs, path, fb_buf_slice(&content), &f->err), &f->err);
    fb_buf_deinit(&content);
}

static void remove_file(fixture *f, const char *name)
{
    char path[100];
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    assert_ok(fb_filesystem_remove(f->fs, path, &f->err), &f->err);
}

static const fb_type *struct_of(fixture *f, const char *name)
{
    const fb_field field = {.name = fb_slice_of(name), .type = fb_type_of(FB_TYPE_BIGINT)};
    return fb_type_struct(&f->arena, &field, 1);
}

/* Versions 1 to 4, a snapshot of 3. */
static void set_up(fixture *f)
{
    *f = (fixture){.versions = {1, 2, 3, 4}};
    fb_arena_init(&f->arena, 0);
    f->findings = findings_to(&f->lines);
    assert_ok(fb_filesystem_memory_create(&f->fs, &f->err), &f->err);
    f->check = (fb_state_store_check){
        .fs = f->fs,
        .directory = DIRECTORY,
        .key = struct_of(f, "k"),
        .value = struct_of(f, "n"),
        .placing = FB_STATE_PLACED_BY_HASH,
        .hash_columns = 1,
        .partition = 1,
        .partition_count = 2,
        .versions = f->versions,
        .version_count = 4,
        .findings = &f->findings,
    };
    const change first[] = {put_of(0, 10), put_of(1, 11), put_of(2, 12)};
    const change second[] = {put_of(0, 20), removal_of(1)};
    const change third[] = {put_of(3, 13)};
    const change snapshot[] = {put_of(3, 13), put_of(0, 20), put_of(2, 12)};
    const change fourth[] = {removal_of(2)};
    write_file(f, FB_STATE_DELTA, 1, first, 3);
    write_file(f, FB_STATE_DELTA, 2, second, 2);
    write_file(f, FB_STATE_DELTA, 3, third, 1);
    write_file(f, FB_STATE_SNAPSHOT, 3, snapshot, 3);
    write_file(f, FB_STATE_DELTA, 4, fourth, 1);
}

static void tear_down(fixture *f)
{
    fb_filesystem_close(f->fs);
    fb_buf_deinit(&f->lines);
    fb_arena_deinit(&f->arena);
}

static void look(fixture *f)
{
    fb_buf_clear(&f->lines);
    f->totals = (fb_state_store_totals){0};
    assert_ok(fb_state_store_check_files(&f->check, &f->totals, &f->err), &f->err);
}

static void expect(fixture *f, const char *lines)
{
    look(f);
    assert_string_equal(fb_buf_text(&f->lines), lines);
}

static void a_whole_store_has_no_finding(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    expect(&f, "");
    assert_int_equal(f.totals.file_count, 5);
    assert_int_equal(f.totals.row_count, 2);
    assert_int_equal(f.totals.later_count, 0);
    /* Where the oldest files were purged, versions of batches that were purged too. */
    remove_file(&f, "1.delta");
    remove_file(&f, "2.delta");
    f.check.versions = f.versions + 2;
    f.check.version_count = 2;
    expect(&f, "");
    tear_down(&f);
}

static void files_of_a_batch_that_was_not_committed_are_counted_only(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    assert_ok(fb_filesystem_create(f.fs, DIRECTORY "/5.delta", FB_SLICE("torn"), &f.err), &f.err);
    expect(&f, "");
    assert_int_equal(f.totals.later_count, 1);
    tear_down(&f);
}

static void versions_that_cannot_be_rebuilt_are_named(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    remove_file(&f, "2.delta");
    expect(&f, "damage: " DIRECTORY ": version 2 cannot be rebuilt: " DIRECTORY
               "/2.delta does not exist; version 2 of the state needs it\n");
    remove_file(&f, "3.snapshot");
    expect(&f, "damage: " DIRECTORY ": versions 2 to 4 cannot be rebuilt: " DIRECTORY
               "/2.delta does not exist; version 2 of the state needs it\n");
    tear_down(&f);
}

static void versions_that_a_running_query_gave_up_are_not_missed(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    f.check.offsets = "/ck/offsets";
    remove_file(&f, "1.delta");
    remove_file(&f, "4.delta");
    assert_ok(fb_filesystem_create(f.fs, "/ck/offsets/3", FB_SLICE("v1\n{}"), &f.err), &f.err);
    expect(&f, "damage: " DIRECTORY ": version 4 cannot be rebuilt: " DIRECTORY
               "/4.delta does not exist; version 4 of the state needs it\n");
    assert_ok(fb_filesystem_create(f.fs, "/ck/offsets/1", FB_SLICE("v1\n{}"), &f.err), &f.err);
    expect(&f, "damage: " DIRECTORY ": version 2 cannot be rebuilt: " DIRECTORY
               "/1.delta does not exist; version 2 of the state needs it\n"
               "damage: " DIRECTORY ": version 4 cannot be rebuilt: " DIRECTORY
               "/4.delta does not exist; version 4 of the state needs it\n");
    tear_down(&f);
}

/* A query makes the snapshot of version 3 and purges what is older when 1.delta is to be read. */
typedef struct live_fs {
    fb_filesystem base;
    fixture *fixture;
    bool has_purged;
} live_fs;

static fb_status live_read(fb_filesystem *self, const char *path, size_t max_bytes, fb_buf *out,
                           fb_error *err)
{
    live_fs *live = (live_fs *)self;
    fixture *f = live->fixture;
    if (!live->has_purged && strcmp(path, DIRECTORY "/1.delta") == 0) {
        const change snapshot[] = {put_of(3, 13), put_of(0, 20), put_of(2, 12)};
        write_file(f, FB_STATE_SNAPSHOT, 3, snapshot, 3);
        remove_file(f, "1.delta");
        remove_file(f, "2.delta");
        live->has_purged = true;
    }
    return fb_filesystem_read(f->fs, path, max_bytes, out, err);
}

static fb_status live_stat(fb_filesystem *self, const char *path, bool *found, fb_file_info *info,
                           fb_error *err)
{
    return fb_filesystem_stat(((live_fs *)self)->fixture->fs, path, found, info, err);
}

static fb_status live_list(fb_filesystem *self, const char *path, fb_arena *arena,
                           fb_file_info **out, uint32_t *count, fb_error *err)
{
    return fb_filesystem_list(((live_fs *)self)->fixture->fs, path, arena, out, count, err);
}

static void a_query_that_purges_meanwhile_does_no_damage(void **state)
{
    (void)state;
    static const fb_filesystem_ops ops = {.read = live_read, .stat = live_stat, .list = live_list};
    fixture f;
    set_up(&f);
    live_fs live = {.base = {&ops}, .fixture = &f};
    remove_file(&f, "3.snapshot");
    assert_ok(fb_filesystem_create(f.fs, "/ck/offsets/2", FB_SLICE("v1\n{}"), &f.err), &f.err);
    assert_ok(fb_filesystem_create(f.fs, "/ck/offsets/3", FB_SLICE("v1\n{}"), &f.err), &f.err);
    f.check.fs = &live.base;
    f.check.offsets = "/ck/offsets";
    expect(&f, "");
    assert_true(live.has_purged);
    assert_int_equal(f.totals.row_count, 2);
    tear_down(&f);
}

static void a_damaged_file_costs_the_versions_up_to_the_next_snapshot(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    assert_ok(fb_filesystem_replace(f.fs, DIRECTORY "/2.delta", FB_SLICE("torn"), &f.err), &f.err);
    look(&f);
    assert_contains(fb_buf_text(&f.lines), "damage: " DIRECTORY "/2.delta: offset 0: ");
    assert_contains(fb_buf_text(&f.lines),
                    "damage: " DIRECTORY ": version 2 cannot be rebuilt: " DIRECTORY
                    "/2.delta is damaged\n");
    assert_null(strstr(fb_buf_text(&f.lines), "versions"));
    tear_down(&f);
    /* A damaged snapshot costs nothing while its deltas are there. */
    set_up(&f);
    assert_ok(fb_filesystem_replace(f.fs, DIRECTORY "/3.snapshot", FB_SLICE("torn"), &f.err),
              &f.err);
    look(&f);
    assert_contains(fb_buf_text(&f.lines), "/3.snapshot: offset 0: ");
    assert_null(strstr(fb_buf_text(&f.lines), "rebuilt"));
    tear_down(&f);
}

static void keys_of_another_partition_are_found(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    int64_t foreign = 0;
    while (((int32_t)fb_murmur3_long(foreign, FB_HASH_SEED) % 2 + 2) % 2 == 1)
        foreign++;
    const change changes[] = {removal_of(2), {row_of(foreign), row_of(1), false}};
    write_file(&f, FB_STATE_DELTA, 4, changes, 2);
    expect(&f, "damage: " DIRECTORY "/4.delta: offset 24 of the payload: the key belongs into "
               "partition 0 of 2 by its hash\n");
    f.check.placing = FB_STATE_PLACED_FIRST;
    look(&f);
    assert_contains(fb_buf_text(&f.lines), "all keys of this operator belong into partition 0");
    f.check.placing = FB_STATE_PLACED_ANYWHERE;
    expect(&f, "");
    tear_down(&f);
}

/* With two partitions, the rest of a negative hash would do with either sign. */
static void negative_hashes_have_their_partition_too(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    change changes[20];
    int count = 0;
    for (int64_t key = 0; count < 20; key++) {
        int64_t hash = (int32_t)fb_murmur3_long(key, FB_HASH_SEED);
        if (hash < 0 && hash % 5 == -1) changes[count++] = (change){row_of(key), row_of(1), false};
    }
    write_file(&f, FB_STATE_DELTA, 1, changes, 20);
    f.check.partition = 4;
    f.check.partition_count = 5;
    f.check.version_count = 1;
    expect(&f, "");
    f.check.partition = 1;
    look(&f);
    assert_contains(fb_buf_text(&f.lines), "the key belongs into partition 4 of 5 by its hash");
    tear_down(&f);
}

static void rows_that_are_no_rows_of_the_schema_are_found(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    change dirty = put_of(0, 1);
    dirty.key.words[0] = 1; /* null, with a slot that is not zero */
    dirty.value.words[0] = 2;
    write_file(&f, FB_STATE_DELTA, 4, &dirty, 1);
    look(&f);
    assert_contains(fb_buf_text(&f.lines), "/4.delta: offset 0 of the payload: key: field 'k'");
    assert_contains(fb_buf_text(&f.lines), "/4.delta: offset 0 of the payload: value: ");
    tear_down(&f);
}

static void a_snapshot_has_to_hold_what_the_deltas_leave(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    const change other[] = {put_of(3, 13), put_of(0, 21), put_of(5, 12), put_of(6, 1)};
    write_file(&f, FB_STATE_SNAPSHOT, 3, other, 4);
    expect(&f, "damage: " DIRECTORY "/3.snapshot: offset 40 of the payload: the deltas up to this "
               "version leave another value\n"
               "damage: " DIRECTORY "/3.snapshot: offset 80 of the payload: the deltas up to this "
               "version leave no row with this key\n"
               "damage: " DIRECTORY "/3.snapshot: offset 120 of the payload: the deltas up to this "
               "version leave no row with this key\n"
               "damage: " DIRECTORY "/3.snapshot: 4 rows, expected the 3 that the deltas up to "
               "this version leave\n");
    const change twice[] = {put_of(3, 13), put_of(0, 20), put_of(2, 12), put_of(0, 20)};
    write_file(&f, FB_STATE_SNAPSHOT, 3, twice, 4);
    expect(&f, "damage: " DIRECTORY "/3.snapshot: offset 0 of the payload: a key occurs twice, "
               "here or in one of the next records\n");
    tear_down(&f);
}

static void findings_about_the_rows_of_one_file_end_somewhere(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    change changes[25];
    for (int i = 0; i < 25; i++) {
        changes[i] = put_of(i, i);
        changes[i].value.words[0] = 2;
    }
    write_file(&f, FB_STATE_DELTA, 4, changes, 25);
    look(&f);
    uint32_t lines = 0;
    for (const char *c = fb_buf_text(&f.lines); *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, FB_STORE_CHECK_MAX_FINDINGS + 1);
    assert_contains(fb_buf_text(&f.lines), "/4.delta: and 15 findings more\n");
    tear_down(&f);
}

static void without_room_for_the_rows_nothing_is_said_about_them(void **state)
{
    (void)state;
    fixture f;
    fb_budget budget;
    set_up(&f);
    fb_budget_init(&budget, 1024);
    f.check.budget = &budget;
    assert_status(fb_state_store_check_files(&f.check, &f.totals, &f.err), FB_E_LIMIT);
    assert_int_equal(fb_budget_used(&budget), 0);
    assert_string_equal(fb_buf_text(&f.lines), "");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_store_has_no_finding),
        cmocka_unit_test(files_of_a_batch_that_was_not_committed_are_counted_only),
        cmocka_unit_test(versions_that_cannot_be_rebuilt_are_named),
        cmocka_unit_test(versions_that_a_running_query_gave_up_are_not_missed),
        cmocka_unit_test(a_query_that_purges_meanwhile_does_no_damage),
        cmocka_unit_test(a_damaged_file_costs_the_versions_up_to_the_next_snapshot),
        cmocka_unit_test(keys_of_another_partition_are_found),
        cmocka_unit_test(negative_hashes_have_their_partition_too),
        cmocka_unit_test(rows_that_are_no_rows_of_the_schema_are_found),
        cmocka_unit_test(a_snapshot_has_to_hold_what_the_deltas_leave),
        cmocka_unit_test(findings_about_the_rows_of_one_file_end_somewhere),
        cmocka_unit_test(without_room_for_the_rows_nothing_is_said_about_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
