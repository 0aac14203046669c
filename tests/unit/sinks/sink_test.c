/* SPDX-License-Identifier: Apache-2.0
 *
 * The wrappers, over a sink that appends only and has the required methods only. */
#include "sinks/sink.h"

#include "test.h"

static int writes;
static const fb_sink_ops plain_ops;

static fb_status plain_open(const fb_sink_config *config, fb_sink **out, fb_error *err)
{
    static fb_sink plain = {.ops = &plain_ops};
    (void)config, (void)err;
    *out = &plain;
    return FB_OK;
}

static void plain_close(fb_sink *self)
{
    (void)self;
}

static fb_status plain_describe(fb_sink *self, fb_buf *out, fb_error *err)
{
    (void)self, (void)err;
    fb_buf_add_text(out, "plain");
    return FB_OK;
}

static fb_status plain_begin(fb_sink *self, int64_t batch_id, uint32_t splits, fb_error *err)
{
    (void)self, (void)batch_id, (void)splits, (void)err;
    return FB_OK;
}

static fb_status plain_write(fb_sink *self, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)self, (void)split, (void)chunk, (void)err;
    writes++;
    return FB_OK;
}

static fb_status plain_commit(fb_sink *self, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    (void)self, (void)batch_id, (void)row_count, (void)err;
    return FB_OK;
}

static void plain_abort(fb_sink *self, int64_t batch_id)
{
    (void)self, (void)batch_id;
}

static const fb_sink_ops plain_ops = {
    .abi = FB_SINK_ABI,
    .name = "plain",
    .help = "a sink of this test",
    .modes = 1u << FB_OUTPUT_APPEND,
    .open = plain_open,
    .close = plain_close,
    .describe = plain_describe,
    .begin = plain_begin,
    .write = plain_write,
    .commit = plain_commit,
    .abort = plain_abort,
};

static const fb_type no_columns = {.id = FB_TYPE_STRUCT};

static void a_mode_that_a_sink_does_not_take_is_refused_as_in_spark(void **state)
{
    (void)state;
    fb_error err;
    fb_sink *sink;
    fb_sink_config config = {.schema = &no_columns, .mode = FB_OUTPUT_COMPLETE};
    assert_status(fb_sink_open(&plain_ops, &config, &sink, &err), FB_E_ANALYSIS);
    assert_null(sink);
    assert_string_equal(err.condition, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE");
    assert_contains(err.message, "sink 'plain' does not support the output mode 'complete'");
    config.mode = FB_OUTPUT_UPDATE;
    assert_status(fb_sink_open(&plain_ops, &config, &sink, &err), FB_E_ANALYSIS);
    config.mode = FB_OUTPUT_APPEND;
    assert_ok(fb_sink_open(&plain_ops, &config, &sink, &err), &err);
    fb_sink_close(sink);
}

static void optional_methods_have_defaults(void **state)
{
    (void)state;
    fb_error err;
    fb_sink *sink;
    fb_sink_config config = {.schema = &no_columns};
    assert_ok(fb_sink_open(&plain_ops, &config, &sink, &err), &err);
    int64_t last = 5, rows = 5;
    assert_ok(fb_sink_last_committed(sink, &last, &err), &err);
    assert_int_equal(last, -1);
    assert_ok(fb_sink_commit(sink, 0, &rows, &err), &err);
    assert_int_equal(rows, -1);
    fb_sink_close(sink);
    fb_sink_close(NULL);
}

static void chunks_without_rows_do_not_reach_the_sink(void **state)
{
    (void)state;
    fb_error err;
    fb_sink *sink;
    fb_sink_config config = {.schema = &no_columns};
    assert_ok(fb_sink_open(&plain_ops, &config, &sink, &err), &err);
    fb_chunk chunk = {0};
    assert_ok(fb_sink_write(sink, 0, &chunk, &err), &err);
    assert_int_equal(writes, 0);
    chunk.row_count = 1;
    assert_ok(fb_sink_write(sink, 0, &chunk, &err), &err);
    assert_int_equal(writes, 1);
    fb_sink_close(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mode_that_a_sink_does_not_take_is_refused_as_in_spark),
        cmocka_unit_test(optional_methods_have_defaults),
        cmocka_unit_test(chunks_without_rows_do_not_reach_the_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
