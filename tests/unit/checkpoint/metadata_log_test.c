/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/metadata_log.h"

#include "files/memory.h"
#include "test.h"

typedef struct fixture {
    fb_filesystem *fs;
    fb_metadata_log log;
    fb_arena arena;
    fb_error err;
} fixture;

static int set_up(void **state)
{
    static fixture shared;
    shared = (fixture){.fs = NULL};
    fb_arena_init(&shared.arena, 0);
    *state = &shared;
    fb_status status = fb_filesystem_memory_create(&shared.fs, &shared.err);
    shared.log = (fb_metadata_log){shared.fs, "/ck/sources/0"};
    return status != FB_OK;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fb_filesystem_close(f->fs);
    fb_arena_deinit(&f->arena);
    return 0;
}

static void ids_come_in_order_and_other_names_are_ignored(void **state)
{
    fixture *f = *state;
    int64_t *ids;
    uint32_t count;
    assert_ok(fb_metadata_log_list(&f->log, &f->arena, &ids, &count, &f->err), &f->err);
    assert_int_equal(count, 0);
    const int64_t written[] = {10, 9, 0, INT64_MAX};
    for (size_t i = 0; i < 4; i++)
        assert_ok(fb_metadata_log_write(&f->log, written[i], FB_SLICE("x"), &f->err), &f->err);
    const char *const others[] = {"01", "-1", "+2", "1.compact", "x", "9223372036854775808"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *path = fb_arena_printf(&f->arena, "/ck/sources/0/%s", others[i]);
        assert_ok(fb_filesystem_create(f->fs, path, FB_SLICE("x"), &f->err), &f->err);
    }
    assert_ok(fb_filesystem_mkdirs(f->fs, "/ck/sources/0/5", &f->err), &f->err);
    assert_ok(fb_metadata_log_list(&f->log, &f->arena, &ids, &count, &f->err), &f->err);
    assert_int_equal(count, 4);
    assert_int_equal(ids[0], 0);
    assert_int_equal(ids[1], 9);
    assert_int_equal(ids[2], 10);
    assert_true(ids[3] == INT64_MAX);
}

static void an_entry_is_written_once(void **state)
{
    fixture *f = *state;
    assert_ok(fb_metadata_log_write(&f->log, 3, FB_SLICE("v1\n5"), &f->err), &f->err);
    assert_ok(fb_metadata_log_write(&f->log, 3, FB_SLICE("v1\n5"), &f->err), &f->err);
    assert_status(fb_metadata_log_write(&f->log, 3, FB_SLICE("v1\n6"), &f->err), FB_E_EXISTS);
    assert_status(fb_metadata_log_write(&f->log, 3, FB_SLICE("v1"), &f->err), FB_E_EXISTS);
    assert_contains(f->err.message, "/ck/sources/0/3 already exists");
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_metadata_log_read(&f->log, 3, &content, &f->err), &f->err);
    assert_string_equal(fb_buf_text(&content), "v1\n5");
    assert_ok(fb_metadata_log_remove(&f->log, 3, &f->err), &f->err);
    assert_ok(fb_metadata_log_remove(&f->log, 3, &f->err), &f->err);
    assert_status(fb_metadata_log_read(&f->log, 3, &content, &f->err), FB_E_NOT_FOUND);
    fb_buf_deinit(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ids_come_in_order_and_other_names_are_ignored, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_entry_is_written_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
