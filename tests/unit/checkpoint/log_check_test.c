/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/log_check.h"
#include "files/memory.h"
#include "findings.h"
#include "test.h"

#include <stdio.h>

typedef struct fixture {
    fb_filesystem *fs;
    fb_arena arena;
    fb_buf lines;
    fb_findings findings;
    fb_log_check check;
    fb_error err;
} fixture;

static void put(fixture *f, const char *name, const char *content)
{
    char path[200];
    (void)snprintf(path, sizeof path, "/ck/%s", name);
    assert_ok(fb_filesystem_replace(f->fs, path, fb_slice_of(content), &f->err), &f->err);
}

static void remove_file(fixture *f, const char *name)
{
    char path[200];
    (void)snprintf(path, sizeof path, "/ck/%s", name);
    assert_ok(fb_filesystem_remove(f->fs, path, &f->err), &f->err);
}

static void put_offsets(fixture *f, int id, int watermark_ms, const char *offsets)
{
    char name[32], content[200];
    (void)snprintf(name, sizeof name, "offsets/%d", id);
    (void)snprintf(content, sizeof content,
                   "v1\n{\"batchWatermarkMs\":%d,\"batchTimestampMs\":1,\"conf\":{}}\n%s",
                   watermark_ms, offsets);
    put(f, name, content);
}

static void put_commit(fixture *f, int id, int watermark_ms)
{
    char name[32], content[100];
    (void)snprintf(name, sizeof name, "commits/%d", id);
    (void)snprintf(content, sizeof content, "v1\n{\"nextBatchWatermarkMs\":%d}", watermark_ms);
    put(f, name, content);
}

/* Batches 3 to 6 with a file source; the last is not committed. */
static void set_up(fixture *f)
{
    *f = (fixture){.fs = NULL};
    fb_arena_init(&f->arena, 0);
    f->findings = findings_to(&f->lines);
    assert_ok(fb_filesystem_memory_create(&f->fs, &f->err), &f->err);
    put(f, "metadata", "{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}");
    for (int id = 3; id <= 6; id++) {
        char offset[40];
        (void)snprintf(offset, sizeof offset, "{\"logOffset\":%d}", id - 3);
        put_offsets(f, id, 10 * id, offset);
        if (id < 6) put_commit(f, id, 10 * id + 10);
        char name[32];
        (void)snprintf(name, sizeof name, "sources/0/%d", id - 3);
        put(f, name, "v1\n{\"path\":\"file:///in/a\",\"timestamp\":1,\"batchId\":0}");
    }
}

static void tear_down(fixture *f)
{
    fb_filesystem_close(f->fs);
    fb_buf_deinit(&f->lines);
    fb_arena_deinit(&f->arena);
}

static void look(fixture *f)
{
    assert_ok(fb_checkpoint_check_logs(f->fs, "/ck", &f->arena, &f->findings, &f->check, &f->err),
              &f->err);
}

/* Looks, and expects exactly these lines. */
static void expect(fixture *f, const char *lines)
{
    look(f);
    assert_string_equal(fb_buf_text(&f->lines), lines);
    tear_down(f);
}

static void whole_logs_have_no_finding(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    look(&f);
    assert_string_equal(fb_buf_text(&f.lines), "");
    assert_string_equal(f.check.query_id, "ea202f40-0c84-48ce-b6bc-aee95acc17b1");
    assert_int_equal(f.check.planned_count, 4);
    assert_int_equal(f.check.planned[3], 6);
    assert_int_equal(f.check.committed_count, 3);
    assert_int_equal(f.check.committed[0], 3);
    assert_true(f.check.has_newest);
    assert_int_equal(f.check.newest.watermark_ms, 60);
    /* metadata, 4 + 3 entries, 4 of the source */
    assert_int_equal(f.check.file_count, 12);
    tear_down(&f);
}

static void a_folder_without_batches_is_no_checkpoint(void **state)
{
    (void)state;
    fixture f = {.fs = NULL};
    fb_arena_init(&f.arena, 0);
    f.findings = findings_to(&f.lines);
    assert_ok(fb_filesystem_memory_create(&f.fs, &f.err), &f.err);
    assert_status(fb_checkpoint_check_logs(f.fs, "/ck", &f.arena, &f.findings, &f.check, &f.err),
                  FB_E_NOT_FOUND);
    tear_down(&f);
}

static void each_damaged_file_is_named_and_the_others_are_read(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    put(&f, "metadata", "{}");
    put(&f, "offsets/4", "v1\n{\"batchWatermarkMs\":");
    put(&f, "commits/3", "");
    put(&f, "sources/0/1", "v1\nnothing");
    look(&f);
    const char *lines = fb_buf_text(&f.lines);
    assert_contains(lines, "damage: /ck/metadata: ");
    assert_contains(lines, "damage: /ck/offsets/4: offset 23: expected JSON");
    assert_contains(lines, "damage: /ck/commits/3: the file is empty");
    assert_contains(lines, "damage: /ck/sources/0/1: offset 10: expected JSON");
    assert_true(f.check.has_newest);
    tear_down(&f);
}

static void missing_entries_are_found(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    remove_file(&f, "metadata");
    expect(&f, "damage: /ck/metadata is missing: Spark does not start without it\n");
    set_up(&f);
    remove_file(&f, "offsets/4");
    expect(&f, "damage: /ck/offsets/4 is missing; the batch is in the commit log\n"
               "remark: /ck/offsets/4 is missing between its neighbours\n");
    set_up(&f);
    remove_file(&f, "offsets/3");
    expect(&f, "remark: /ck/commits/3 is there, /ck/offsets/3 is not: an old batch that was not "
               "purged to its end\n");
    set_up(&f);
    remove_file(&f, "offsets/5");
    remove_file(&f, "commits/5");
    remove_file(&f, "commits/4");
    expect(&f, "remark: /ck/offsets/5 is missing between its neighbours\n"
               "damage: /ck/offsets/5 is missing: a restart needs the last two\n"
               "remark: /ck/commits: the newest entry is 3, that of /ck/offsets is 6: only the "
               "last batch runs again\n");
    set_up(&f);
    for (int id = 3; id < 6; id++) {
        char name[32];
        (void)snprintf(name, sizeof name, "commits/%d", id);
        remove_file(&f, name);
    }
    expect(&f, "remark: /ck/commits: there is no entry: only batch 6 runs again\n");
    set_up(&f);
    remove_file(&f, "commits/4");
    put(&f, "state/0/0/1.delta", "x"); /* with state no batch may be missing */
    expect(&f, "damage: /ck/commits/4 is missing between its neighbours\n");
    set_up(&f);
    remove_file(&f, "sources/0/2");
    expect(&f, "damage: /ck/sources/0/2 is missing: entry 2 of the log is needed to read on\n");
    set_up(&f);
    remove_file(&f, "sources/0/3");
    expect(&f, "damage: /ck/sources/0: the newest entry is 2; the offset log is at entry 3\n");
}

/* A query that goes on while its checkpoint is looked at: what it does when a directory has been
 * listed. */
typedef struct live_fs {
    fb_filesystem base;
    fixture *fixture;
    const char *moment; /* the directory */
    void (*step)(fixture *f);
} live_fs;

static fb_status live_read(fb_filesystem *self, const char *path, size_t max_bytes, fb_buf *out,
                           fb_error *err)
{
    return fb_filesystem_read(((live_fs *)self)->fixture->fs, path, max_bytes, out, err);
}

static fb_status live_stat(fb_filesystem *self, const char *path, bool *found, fb_file_info *info,
                           fb_error *err)
{
    return fb_filesystem_stat(((live_fs *)self)->fixture->fs, path, found, info, err);
}

static fb_status live_list(fb_filesystem *self, const char *path, fb_arena *arena,
                           fb_file_info **out, uint32_t *count, fb_error *err)
{
    live_fs *live = (live_fs *)self;
    fb_status status = fb_filesystem_list(live->fixture->fs, path, arena, out, count, err);
    if (strcmp(path, live->moment) == 0) {
        live->moment = "";
        live->step(live->fixture);
    }
    return status;
}

static void commit_and_go_on(fixture *f)
{
    put_commit(f, 6, 70);
    put_offsets(f, 7, 70, "{\"logOffset\":3}");
    put_commit(f, 7, 80);
    put_offsets(f, 8, 80, "{\"logOffset\":3}");
    put_commit(f, 8, 80);
}

static void purge_the_oldest(fixture *f)
{
    remove_file(f, "offsets/3");
    remove_file(f, "commits/3");
}

static void a_query_that_goes_on_does_no_damage(void **state)
{
    (void)state;
    static const fb_filesystem_ops ops = {.read = live_read, .stat = live_stat, .list = live_list};
    static const char *const moments[] = {"/ck/offsets", "/ck/commits"};
    static void (*const steps[])(fixture *) = {commit_and_go_on, purge_the_oldest};
    for (int i = 0; i < 4; i++) {
        fixture f;
        set_up(&f);
        put(&f, "state/0/0/1.delta", "x");
        live_fs live = {
            .base = {&ops}, .fixture = &f, .moment = moments[i / 2], .step = steps[i % 2]};
        assert_ok(
            fb_checkpoint_check_logs(&live.base, "/ck", &f.arena, &f.findings, &f.check, &f.err),
            &f.err);
        assert_null(strstr(fb_buf_text(&f.lines), "damage"));
        tear_down(&f);
    }
}

static void entries_that_contradict_each_other_are_found(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    put_offsets(&f, 5, 49, "{\"logOffset\":2}");
    expect(&f, "damage: /ck/offsets/5: the watermark is 49 ms, expected at least that of the "
               "entry before, 50 ms\n");
    set_up(&f);
    put_offsets(&f, 5, 50, "{\"logOffset\":2}\n-");
    expect(&f, "damage: /ck/offsets/5: offsets of 2 sources, expected 1 as before\n"
               "damage: /ck/offsets/6: offsets of 1 sources, expected 2 as before\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_logs_have_no_finding),
        cmocka_unit_test(a_folder_without_batches_is_no_checkpoint),
        cmocka_unit_test(each_damaged_file_is_named_and_the_others_are_read),
        cmocka_unit_test(missing_entries_are_found),
        cmocka_unit_test(a_query_that_goes_on_does_no_damage),
        cmocka_unit_test(entries_that_contradict_each_other_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
