/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"
#include "sinks/sink.h"

static void rows_are_counted_batch_by_batch(void **state)
{
    (void)state;
    static const fb_output_mode modes[] = {FB_OUTPUT_APPEND, FB_OUTPUT_UPDATE, FB_OUTPUT_COMPLETE};
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_chunk chunk = rows_make(&arena, 0, 3);
    for (int i = 0; i < 3; i++) {
        fb_error err;
        fb_sink *sink;
        fb_sink_config config = {.schema = rows_schema(&arena), .mode = modes[i]};
        assert_ok(fb_sink_open(&fb_sink_noop, &config, &sink, &err), &err);
        for (int64_t batch_id = 0; batch_id < 3; batch_id++) {
            assert_ok(fb_sink_begin(sink, batch_id, 2, &err), &err);
            for (int64_t k = 0; k <= batch_id; k++)
                assert_ok(fb_sink_write(sink, (uint32_t)k % 2, &chunk, &err), &err);
            int64_t row_count;
            assert_ok(fb_sink_commit(sink, batch_id, &row_count, &err), &err);
            assert_int_equal(row_count, 3 * (batch_id + 1));
        }
        fb_sink_close(sink);
    }
    fb_arena_deinit(&arena);
}

static void its_description_is_sparks(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_error err;
    fb_sink *sink;
    fb_sink_config config = {.schema = rows_schema(&arena)};
    assert_ok(fb_sink_open(&fb_sink_noop, &config, &sink, &err), &err);
    assert_ok(fb_sink_describe(sink, &text, &err), &err);
    assert_string_equal(fb_buf_text(&text), "NoopTable");
    fb_sink_close(sink);
    fb_buf_deinit(&text);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_counted_batch_by_batch),
        cmocka_unit_test(its_description_is_sparks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
