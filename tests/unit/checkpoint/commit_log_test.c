/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/checkpoint.h"
#include "test.h"

static void entries_are_sparks_bytes_with_the_run_after_them(void **state)
{
    (void)state;
    const struct {
        fb_commit_entry entry;
        const char *text;
    } cases[] = {
        {{.next_watermark_ms = 0}, "v1\n{\"nextBatchWatermarkMs\":0}"},
        {{.next_watermark_ms = 5000, .run_id = FB_SLICE("r")},
         "v1\n{\"nextBatchWatermarkMs\":5000,\"forebay\":{\"runId\":\"r\"}}"},
    };
    for (size_t i = 0; i < 2; i++) {
        fb_error err = {0};
        fb_buf out;
        fb_arena arena;
        fb_commit_entry back;
        fb_buf_init(&out, 0);
        fb_arena_init(&arena, 0);
        assert_ok(fb_commit_entry_encode(&cases[i].entry, &out, &err), &err);
        assert_string_equal(fb_buf_text(&out), cases[i].text);
        assert_ok(fb_commit_entry_decode("c", fb_buf_slice(&out), &arena, &back, &err), &err);
        assert_int_equal(back.next_watermark_ms, cases[i].entry.next_watermark_ms);
        assert_true(fb_slice_equal(back.run_id, cases[i].entry.run_id));
        fb_buf_deinit(&out);
        fb_arena_deinit(&arena);
    }
}

static void forms_that_spark_reads_are_read(void **state)
{
    (void)state;
    const struct {
        fb_slice content;
        int64_t watermark_ms;
    } cases[] = {
        {FB_SLICE("v1"), 0},
        {FB_SLICE("v1\n"), 0},
        {FB_SLICE(" v1 \n{}"), 0},
        {FB_SLICE("v1\r\n{\"nextBatchWatermarkMs\":7}\r\n"), 7},
        {FB_SLICE("v2\n{\"nextBatchWatermarkMs\":9,\"stateUniqueIds\":{\"0\":[[\"a\"]]}}"), 9},
        {FB_SLICE("v3\n{\"nextBatchWatermarkMs\":9,\"sinkMetadataMap\":{}}"), 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_error err = {0};
        fb_commit_entry entry;
        assert_ok(fb_commit_entry_decode("c", cases[i].content, NULL, &entry, &err), &err);
        assert_int_equal(entry.next_watermark_ms, cases[i].watermark_ms);
    }
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    const struct {
        fb_slice content;
        const char *message;
    } cases[] = {
        {FB_SLICE(""), "commits/3: the file is empty"},
        {FB_SLICE("{\"nextBatchWatermarkMs\":0}"), "commits/3: offset 0: expected a log version"},
        {FB_SLICE("v4\n{}"), "can be read is v3, found v4"},
        {FB_SLICE("v1\n{\"nextBatch"), "commits/3: offset 14: expected JSON"},
        {FB_SLICE("v1\n7"), "expected a JSON object"},
        {FB_SLICE("v1\n{\"nextBatchWatermarkMs\":null}"), "must be an integer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_error err = {0};
        fb_commit_entry entry;
        assert_status(fb_commit_entry_decode("commits/3", cases[i].content, NULL, &entry, &err),
                      FB_E_CORRUPT);
        assert_contains(err.message, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_sparks_bytes_with_the_run_after_them),
        cmocka_unit_test(forms_that_spark_reads_are_read),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
