/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/checkpoint.h"
#include "files/memory.h"
#include "test.h"

#include <stdio.h>

static const char root[] = "/data/ck";
static const char query_id[] = "ea202f40-0c84-48ce-b6bc-aee95acc17b1";

typedef struct fixture {
    fb_filesystem *fs;
    fb_random_seeded random;
    fb_clock_manual clock;
    fb_arena arena;
    fb_error err;
    fb_checkpoint *checkpoint;
} fixture;

static int set_up(void **state)
{
    static fixture shared;
    shared = (fixture){.fs = NULL};
    fb_random_seeded_init(&shared.random, 1);
    fb_clock_manual_init(&shared.clock, INT64_C(1795354149713000));
    fb_arena_init(&shared.arena, 0);
    *state = &shared;
    return fb_filesystem_memory_create(&shared.fs, &shared.err) != FB_OK;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fb_checkpoint_close(f->checkpoint);
    fb_filesystem_close(f->fs);
    fb_arena_deinit(&f->arena);
    return 0;
}

static void put(fixture *f, const char *name, const char *content)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    assert_ok(fb_filesystem_create(f->fs, path, fb_slice_of(content), &f->err), &f->err);
}

static void put_metadata(fixture *f)
{
    put(f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
}

static fb_status open_again(fixture *f)
{
    fb_checkpoint_close(f->checkpoint);
    return fb_checkpoint_open(f->fs, &f->random.base, &f->clock.base, root, "run-1", &f->checkpoint,
                              &f->err);
}

static bool is_present(fixture *f, const char *name)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_stat(f->fs, path, &found, &info, &f->err), &f->err);
    return found;
}

static void a_new_directory_gets_an_id_for_ever(void **state)
{
    fixture *f = *state;
    assert_ok(open_again(f), &f->err);
    assert_true(fb_checkpoint_is_new(f->checkpoint));
    assert_string_equal(fb_checkpoint_root(f->checkpoint), root);
    char id[FB_UUID_TEXT_SIZE], expected[64];
    (void)snprintf(id, sizeof id, "%s", fb_checkpoint_query_id(f->checkpoint));
    (void)snprintf(expected, sizeof expected, "{\"id\":\"%s\"}", id);

    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(f->fs, "/data/ck/metadata", 1000, &content, &f->err), &f->err);
    assert_string_equal(fb_buf_text(&content), expected);
    fb_buf_deinit(&content);

    assert_ok(open_again(f), &f->err);
    assert_string_equal(fb_checkpoint_query_id(f->checkpoint), id);
}

static void a_second_owner_is_told_who_the_first_is(void **state)
{
    fixture *f = *state;
    assert_ok(open_again(f), &f->err);
    fb_checkpoint *second;
    assert_status(
        fb_checkpoint_open(f->fs, &f->random.base, &f->clock.base, root, "run-2", &second, &f->err),
        FB_E_IN_USE);
    assert_null(second);
    assert_string_equal(f->err.message,
                        "checkpoint /data/ck is in use by another query of this process");
}

static void a_directory_of_something_else_is_refused_and_left_alone(void **state)
{
    fixture *f = *state;
    put(f, "b.txt", "");
    put(f, "a.txt", "");
    put(f, "c.txt", "");
    put(f, "d.txt", "");
    assert_status(open_again(f), FB_E_INVALID);
    assert_string_equal(f->err.message, "/data/ck is no checkpoint: found 'a.txt', 'b.txt', "
                                        "'c.txt' and 1 more; give an empty or a new directory");
    assert_false(is_present(f, "metadata"));

    put_metadata(f); /* with an id it is a checkpoint, whatever else lies there */
    assert_ok(open_again(f), &f->err);
    assert_string_equal(fb_checkpoint_query_id(f->checkpoint), query_id);
}

static void hidden_files_and_lost_found_are_nobodys(void **state)
{
    fixture *f = *state;
    put(f, ".DS_Store", "");
    assert_ok(fb_filesystem_mkdirs(f->fs, "/data/ck/lost+found", &f->err), &f->err);
    assert_ok(open_again(f), &f->err);
}

static void a_removed_checkpoint_is_not_brought_back(void **state)
{
    fixture *f = *state;
    const fb_offset_entry entry = {.timestamp_ms = 1};
    assert_ok(open_again(f), &f->err);
    assert_ok(fb_checkpoint_write_offsets(f->checkpoint, 0, &entry, &f->err), &f->err);
    assert_ok(fb_filesystem_remove(f->fs, "/data/ck/metadata", &f->err), &f->err);
    assert_ok(fb_filesystem_remove(f->fs, "/data/ck/offsets/0", &f->err), &f->err);
    assert_status(fb_checkpoint_write_offsets(f->checkpoint, 1, &entry, &f->err), FB_E_NOT_FOUND);
    assert_contains(f->err.message, "checkpoint /data/ck was removed while its query ran");
    assert_false(is_present(f, "offsets/1"));
    const fb_commit_entry commit = {0};
    assert_status(fb_checkpoint_write_commit(f->checkpoint, 0, &commit, &f->err), FB_E_NOT_FOUND);
    assert_false(is_present(f, "commits/0"));
}

static void damaged_metadata_is_named(void **state)
{
    fixture *f = *state;
    const struct {
        const char *content;
        const char *message;
    } cases[] = {
        {"", "/data/ck/metadata: the file is empty; expected {\"id\":\"<uuid>\"}"},
        {"{\"id\":\"ea202f40-0c84", "/data/ck/metadata: offset 20: expected JSON"},
        {"{\"id\":7}", "/data/ck/metadata: member 'id' must be a UUID"},
        {"{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17bx\"}", "must be a UUID"},
        {"[]", "expected a JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(fb_filesystem_replace(f->fs, "/data/ck/metadata", fb_slice_of(cases[i].content),
                                        &f->err),
                  &f->err);
        assert_status(open_again(f), FB_E_CORRUPT);
        assert_contains(f->err.message, cases[i].message);
    }
}

static void logs_without_metadata_are_refused(void **state)
{
    fixture *f = *state;
    put(f, "commits/0", "v1\n{}");
    assert_status(open_again(f), FB_E_CORRUPT);
    assert_string_equal(f->err.condition, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE");
}

static void an_entry_of_another_run_is_a_conflict_and_our_own_is_none(void **state)
{
    fixture *f = *state;
    assert_ok(open_again(f), &f->err);
    const fb_slice offset = FB_SLICE("1");
    fb_offset_entry entry = {.offsets = &offset, .source_count = 1, .run_id = FB_SLICE("a")};
    assert_ok(fb_checkpoint_write_offsets(f->checkpoint, 0, &entry, &f->err), &f->err);
    assert_ok(fb_checkpoint_write_offsets(f->checkpoint, 0, &entry, &f->err), &f->err);
    entry.run_id = FB_SLICE("b");
    assert_status(fb_checkpoint_write_offsets(f->checkpoint, 0, &entry, &f->err), FB_E_CONFLICT);
    assert_string_equal(f->err.condition, "CONCURRENT_STREAM_LOG_UPDATE");
    assert_contains(f->err.message, "Multiple streaming jobs detected for 0: /data/ck/offsets/0");

    fb_commit_entry commit = {.next_watermark_ms = 3};
    assert_ok(fb_checkpoint_write_commit(f->checkpoint, 0, &commit, &f->err), &f->err);
    commit.next_watermark_ms = 4;
    assert_status(fb_checkpoint_write_commit(f->checkpoint, 0, &commit, &f->err), FB_E_CONFLICT);
    assert_ok(fb_checkpoint_read_commit(f->checkpoint, 0, &f->arena, &commit, &f->err), &f->err);
    assert_int_equal(commit.next_watermark_ms, 3);
    assert_status(fb_checkpoint_read_commit(f->checkpoint, 1, &f->arena, &commit, &f->err),
                  FB_E_NOT_FOUND);
}

static void purge_keeps_the_batches_to_retain_and_the_newest(void **state)
{
    fixture *f = *state;
    assert_ok(open_again(f), &f->err);
    fb_recovery recovery;
    assert_ok(fb_checkpoint_recover(f->checkpoint, &f->arena, &recovery, &f->err), &f->err);
    const fb_slice offset = FB_SLICE("1");
    const fb_offset_entry entry = {.offsets = &offset, .source_count = 1};
    const fb_commit_entry commit = {0};
    for (int64_t batch = 0; batch < 6; batch++) {
        assert_ok(fb_checkpoint_write_offsets(f->checkpoint, batch, &entry, &f->err), &f->err);
        assert_ok(fb_checkpoint_purge(f->checkpoint, batch, 2, &f->err), &f->err);
        assert_ok(fb_checkpoint_write_commit(f->checkpoint, batch, &commit, &f->err), &f->err);
    }
    for (int batch = 0; batch < 6; batch++) {
        char name[32];
        (void)snprintf(name, sizeof name, "offsets/%d", batch);
        assert_int_equal(is_present(f, name), batch >= 3);
        (void)snprintf(name, sizeof name, "commits/%d", batch);
        assert_int_equal(is_present(f, name), batch >= 3);
    }
    assert_status(fb_checkpoint_purge(f->checkpoint, 6, 0, &f->err), FB_E_INVALID);
}

/* A checkpoint may have wide gaps, and may be purged by a process that has not recovered it. */
static void purge_does_not_count_through_wide_gaps(void **state)
{
    fixture *f = *state;
    put_metadata(f);
    put(f, "offsets/7", "v1\n{}\n1");
    put(f, "offsets/9000000000000", "v1\n{}\n1");
    assert_ok(open_again(f), &f->err);
    assert_ok(fb_checkpoint_purge(f->checkpoint, INT64_C(9000000000001), 100, &f->err), &f->err);
    assert_false(is_present(f, "offsets/7"));
    assert_true(is_present(f, "offsets/9000000000000"));
    assert_ok(fb_checkpoint_purge(f->checkpoint, INT64_C(9000000000101), 100, &f->err), &f->err);
    assert_false(is_present(f, "offsets/9000000000000"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_directory_gets_an_id_for_ever),
        TEST(a_second_owner_is_told_who_the_first_is),
        TEST(a_directory_of_something_else_is_refused_and_left_alone),
        TEST(hidden_files_and_lost_found_are_nobodys),
        TEST(a_removed_checkpoint_is_not_brought_back),
        TEST(damaged_metadata_is_named),
        TEST(logs_without_metadata_are_refused),
        TEST(an_entry_of_another_run_is_a_conflict_and_our_own_is_none),
        TEST(purge_keeps_the_batches_to_retain_and_the_newest),
        TEST(purge_does_not_count_through_wide_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
