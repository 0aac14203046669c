/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "files/memory.h"
#include "test.h"

#include <stdio.h>

typedef struct fixture {
    fb_filesystem *fs;
    fb_random_seeded random;
    fb_arena arena;
    fb_error err;
    fb_checkpoint *checkpoint;
    fb_recovery found;
} fixture;

static void fixture_init(fixture *f)
{
    *f = (fixture){.fs = NULL};
    fb_random_seeded_init(&f->random, 1);
    fb_arena_init(&f->arena, 0);
    assert_ok(fb_filesystem_memory_create(&f->fs, &f->err), &f->err);
}

static void fixture_deinit(fixture *f)
{
    fb_checkpoint_close(f->checkpoint);
    fb_filesystem_close(f->fs);
    fb_arena_deinit(&f->arena);
}

static void put(fixture *f, const char *name, const char *content)
{
    char path[200];
    (void)snprintf(path, sizeof path, "/ck/%s", name);
    assert_ok(fb_filesystem_create(f->fs, path, fb_slice_of(content), &f->err), &f->err);
}

static fb_status recover(fixture *f)
{
    FB_TRY(fb_checkpoint_open(f->fs, &f->random.base, fb_clock_host(), "/ck", "r", &f->checkpoint,
                              &f->err));
    return fb_checkpoint_recover(f->checkpoint, &f->arena, &f->found, &f->err);
}

/* Entry b has watermark 10b, timestamp 1000+b and offset b; its commit the watermark 10b+5. */
static void put_entries(fixture *f, const char *folder, const int *ids)
{
    for (; *ids >= 0; ids++) {
        char name[32], content[200];
        (void)snprintf(name, sizeof name, "%s/%d", folder, *ids);
        if (folder[0] == 'o')
            (void)snprintf(content, sizeof content,
                           "v1\n{\"batchWatermarkMs\":%d,\"batchTimestampMs\":%d,\"conf\":{"
                           "\"spark.sql.shuffle.partitions\":\"2\"}}\n%d",
                           10 * *ids, 1000 + *ids, *ids);
        else
            (void)snprintf(content, sizeof content, "v1\n{\"nextBatchWatermarkMs\":%d}",
                           10 * *ids + 5);
        put(f, name, content);
    }
}

typedef struct restart_case {
    const char *name;
    int offsets[8], commits[8]; /* ids, ended by -1 */
    fb_status status;
    const char *message; /* of a failure */
    int64_t next_batch_id;
    bool rerun, has_previous, skipped_commits;
    int64_t watermark_ms;
} restart_case;

/* The table of docs/formats/checkpoint.md. */
static const restart_case restart_cases[] = {
    {.name = "nothing yet", .offsets = {-1}, .commits = {-1}},
    {.name = "first batch planned", .offsets = {0, -1}, .commits = {-1}, .rerun = true},
    {.name = "first batch done",
     .offsets = {0, -1},
     .commits = {0, -1},
     .next_batch_id = 1,
     .watermark_ms = 5},
    {.name = "all done",
     .offsets = {0, 1, 2, -1},
     .commits = {0, 1, 2, -1},
     .next_batch_id = 3,
     .has_previous = true,
     .watermark_ms = 25},
    {.name = "last not done",
     .offsets = {0, 1, 2, -1},
     .commits = {0, 1, -1},
     .next_batch_id = 2,
     .rerun = true,
     .has_previous = true,
     .watermark_ms = 20},
    {.name = "purged",
     .offsets = {11, 12, -1},
     .commits = {12, -1},
     .next_batch_id = 13,
     .has_previous = true,
     .watermark_ms = 125},
    {.name = "commits missing in between",
     .offsets = {0, 1, 2, 3, -1},
     .commits = {0, 3, -1},
     .next_batch_id = 4,
     .has_previous = true,
     .watermark_ms = 35},
    {.name = "two commits behind",
     .offsets = {0, 1, 2, -1},
     .commits = {0, -1},
     .next_batch_id = 2,
     .rerun = true,
     .has_previous = true,
     .skipped_commits = true,
     .watermark_ms = 20},
    {.name = "all commits lost",
     .offsets = {4, 5, -1},
     .commits = {-1},
     .next_batch_id = 5,
     .rerun = true,
     .has_previous = true,
     .skipped_commits = true,
     .watermark_ms = 50},
    {.name = "gap before the two last",
     .offsets = {0, 7, 8, 9, -1},
     .commits = {8, -1},
     .next_batch_id = 9,
     .rerun = true,
     .has_previous = true,
     .watermark_ms = 90},
    {.name = "entry before the last lost",
     .offsets = {0, 2, -1},
     .commits = {0, 1, 2, -1},
     .status = FB_E_NOT_FOUND,
     .message = "batch 1 doesn't exist: /ck/offsets has entry 2"},
    {.name = "commit newer than all offsets",
     .offsets = {0, 1, -1},
     .commits = {0, 1, 2, -1},
     .status = FB_E_CONFLICT,
     .message = "/ck/commits has entry 2, newer than the newest entry of /ck/offsets, 1"},
    {.name = "commits without offsets",
     .offsets = {-1},
     .commits = {0, -1},
     .status = FB_E_INVALID,
     .message = "The checkpoint location /ck/commits should be empty on batch 0"},
};

static void every_restart_case_is_decided_as_spark_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof restart_cases / sizeof *restart_cases; i++) {
        const restart_case *c = &restart_cases[i];
        print_message("           %s\n", c->name);
        fixture f;
        fixture_init(&f);
        put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
        put(&f, "offsets/notes.txt", "names that are no numbers are nobody's");
        put(&f, "offsets/007", "nor are these");
        put_entries(&f, "offsets", c->offsets);
        put_entries(&f, "commits", c->commits);
        assert_status(recover(&f), c->status);
        if (c->status != FB_OK) assert_contains(f.err.message, c->message);
        const fb_recovery *found = &f.found;
        bool is_new = c->offsets[0] < 0 && c->status == FB_OK;
        assert_int_equal(found->is_new, is_new);
        assert_int_equal(found->has_entry, !is_new && c->status == FB_OK);
        assert_int_equal(found->next_batch_id, c->next_batch_id);
        assert_int_equal(found->rerun, c->rerun);
        assert_int_equal(found->has_previous, c->has_previous);
        assert_int_equal(found->skipped_commits, c->skipped_commits);
        assert_int_equal(found->watermark_ms, c->watermark_ms);
        if (found->has_entry) {
            int64_t planned = c->rerun ? c->next_batch_id : c->next_batch_id - 1;
            assert_int_equal(found->entry.timestamp_ms, 1000 + planned);
            if (c->has_previous) assert_int_equal(found->previous.timestamp_ms, 1000 + planned - 1);
        }
        fixture_deinit(&f);
    }
}

static void the_watermark_never_falls_behind_the_batch_itself(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
    put(&f, "offsets/0", "v1\n{\"batchWatermarkMs\":70}\n1");
    put(&f, "commits/0", "v1\n{}"); /* as Spark 2 wrote it */
    assert_ok(recover(&f), &f.err);
    assert_int_equal(f.found.watermark_ms, 70);
    fixture_deinit(&f);
}

static void state_without_offsets_is_refused(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
    put(&f, "state/0/0/1.delta", "");
    assert_status(recover(&f), FB_E_INVALID);
    assert_string_equal(f.err.condition, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY");
    assert_contains(f.err.message, "/ck/state should be empty");
    fixture_deinit(&f);
}

static void an_unfinished_repartition_is_refused_only_while_unfinished(void **state)
{
    (void)state;
    for (int is_committed = 0; is_committed < 2; is_committed++) {
        fixture f;
        fixture_init(&f);
        put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
        put(&f, "offsets/0", "v1\n{\"conf\":{\"spark.sql.shuffle.partitions\":\"2\"}}\n1");
        put(&f, "offsets/1", "v1\n{\"conf\":{\"spark.sql.shuffle.partitions\":\"3\"}}\n2");
        put(&f, "commits/0", "v1\n{}");
        if (is_committed) put(&f, "commits/1", "v1\n{}");
        assert_status(recover(&f), is_committed ? FB_OK : FB_E_INVALID);
        if (!is_committed) {
            assert_string_equal(f.err.condition, "STREAMING_UNFINISHED_REPARTITION_DETECTED");
            assert_contains(f.err.message, "is 3, was 2");
        }
        fixture_deinit(&f);
    }
}

static void damaged_entries_are_named(void **state)
{
    (void)state;
    const struct {
        const char *file, *content, *message;
    } cases[] = {
        {"offsets/1", "", "/ck/offsets/1: the file is empty"},
        {"offsets/1", "v1\n{\"batchWaterm", "/ck/offsets/1: offset 16: expected JSON"},
        {"offsets/0", "v1", "/ck/offsets/0: line 2 is missing"},
        {"commits/1", "", "/ck/commits/1: the file is empty"},
        {"commits/1", "v1\n{\"nextBatchWatermarkMs\":", "/ck/commits/1: offset 27: expected JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        fixture_init(&f);
        put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
        put_entries(&f, "offsets", (const int[]){0, 1, -1});
        put_entries(&f, "commits", (const int[]){0, 1, -1});
        char path[64];
        (void)snprintf(path, sizeof path, "/ck/%s", cases[i].file);
        assert_ok(fb_filesystem_replace(f.fs, path, fb_slice_of(cases[i].content), &f.err), &f.err);
        assert_status(recover(&f), FB_E_CORRUPT);
        assert_contains(f.err.message, cases[i].message);
        fixture_deinit(&f);
    }
}

/* A short life of a checkpoint with the k-th allocation failing. */
static fb_status live(fixture *f)
{
    FB_TRY(recover(f));
    const fb_slice offset = FB_SLICE("{\"logOffset\":2}");
    const fb_conf_entry conf = {FB_SLICE("k"), FB_SLICE("v")};
    const fb_offset_entry entry = {
        .conf = &conf, .conf_count = 1, .offsets = &offset, .source_count = 1};
    FB_TRY(fb_checkpoint_write_offsets(f->checkpoint, 2, &entry, &f->err));
    const fb_commit_entry commit = {.next_watermark_ms = 1};
    FB_TRY(fb_checkpoint_write_commit(f->checkpoint, 2, &commit, &f->err));
    return fb_checkpoint_purge(f->checkpoint, 2, 1, &f->err);
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    bool has_failed = true;
    uint64_t k = 1;
    for (; has_failed; k++) {
        fixture f;
        fixture_init(&f);
        put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
        put_entries(&f, "offsets", (const int[]){0, 1, -1});
        put_entries(&f, "commits", (const int[]){0, 1, -1});
        uint64_t before = fb_memory_allocations();
        fb_memory_fail_at(k);
        fb_status status = live(&f);
        fb_memory_fail_at(0);
        has_failed = fb_memory_allocations() - before >= k;
        if (status != FB_OK) assert_int_equal(status, FB_E_NOMEM);
        if (!has_failed) assert_int_equal(status, FB_OK);
        fixture_deinit(&f);
    }
    assert_true(k > 15);
}

static void the_largest_number_has_no_successor(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    put(&f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
    put(&f, "offsets/9223372036854775807", "v1\n{}\n-");
    put(&f, "offsets/9223372036854775806", "v1\n{}\n-");
    put(&f, "commits/9223372036854775807", "v1\n{}");
    assert_status(recover(&f), FB_E_CORRUPT);
    assert_contains(f.err.message, "no batch can follow it");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_restart_case_is_decided_as_spark_does),
        cmocka_unit_test(the_watermark_never_falls_behind_the_batch_itself),
        cmocka_unit_test(state_without_offsets_is_refused),
        cmocka_unit_test(an_unfinished_repartition_is_refused_only_while_unfinished),
        cmocka_unit_test(damaged_entries_are_named),
        cmocka_unit_test(every_failing_allocation_is_reported),
        cmocka_unit_test(the_largest_number_has_no_successor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
