/* SPDX-License-Identifier: Apache-2.0
 *
 * The wrappers, over a source that has the required methods only. */
#include "sources/source.h"

#include "test.h"

static int closed;

static fb_status plain_schema(const fb_source_config *config, fb_arena *arena, const fb_type **out,
                              fb_error *err)
{
    (void)config;
    *out = fb_type_struct(arena, NULL, 0);
    return *out ? FB_OK : fb_fail_nomem(err, "a schema");
}

static const fb_source_ops plain_ops;

static fb_status plain_open(const fb_source_config *config, fb_source **out, fb_error *err)
{
    static fb_source plain = {.ops = &plain_ops};
    if (!config->user) return fb_fail(err, FB_E_INVALID, 0, "no user");
    *out = &plain;
    return FB_OK;
}

static void plain_close(fb_source *self)
{
    (void)self;
    closed++;
}

static fb_status plain_describe(fb_source *self, fb_buf *out, fb_error *err)
{
    (void)self, (void)err;
    fb_buf_add_text(out, "plain");
    return FB_OK;
}

static fb_status plain_initial(fb_source *self, fb_buf *out, bool *has_offset, fb_error *err)
{
    (void)self, (void)err;
    fb_buf_add_text(out, "0");
    *has_offset = true;
    return FB_OK;
}

static fb_status plain_latest(fb_source *self, fb_slice start, fb_read_limit limit, fb_buf *out,
                              bool *has_offset, fb_error *err)
{
    (void)self, (void)start, (void)limit, (void)out, (void)err;
    (void)has_offset; /* nothing was ever seen */
    return FB_OK;
}

static fb_status plain_plan(fb_source *self, fb_slice start, fb_slice end, uint32_t *splits,
                            fb_error *err)
{
    (void)self, (void)start, (void)splits;
    return fb_fail(err, FB_E_CORRUPT, 0, "offset '%.*s'", FB_SLICE_ARGS(end));
}

static fb_status plain_read(fb_source *self, uint32_t split, uint64_t *cursor, const bool *columns,
                            fb_arena *arena, fb_chunk *out, fb_error *err)
{
    (void)self, (void)split, (void)cursor, (void)columns, (void)arena, (void)out, (void)err;
    return FB_OK;
}

static const fb_source_ops plain_ops = {
    .abi = FB_SOURCE_ABI,
    .name = "plain",
    .help = "a source of this test",
    .schema = plain_schema,
    .open = plain_open,
    .close = plain_close,
    .describe = plain_describe,
    .initial_offset = plain_initial,
    .latest_offset = plain_latest,
    .plan = plain_plan,
    .read = plain_read,
};

static fb_source *source;
static fb_error err;

static int set_up(void **state)
{
    (void)state;
    fb_source_config config = {.user = &closed};
    closed = 0;
    return fb_source_open(&plain_ops, &config, &source, &err) != FB_OK;
}

static void optional_methods_have_defaults(void **state)
{
    (void)state;
    assert_ok(fb_source_commit(source, FB_SLICE("5"), &err), &err);
    assert_ok(fb_source_prepare_available_now(source, &err), &err);
    assert_int_equal(fb_source_next_poll_us(source, 1000, 10), 1010);
    assert_true(fb_source_next_poll_us(source, INT64_MAX - 5, 10) == INT64_MAX);
}

static void outputs_are_cleared_before_the_call(void **state)
{
    (void)state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "old");
    bool has_offset = true;
    assert_ok(
        fb_source_latest_offset(source, (fb_slice){0}, FB_READ_DEFAULT, &text, &has_offset, &err),
        &err);
    assert_false(has_offset);
    assert_int_equal(text.size, 0);
    fb_buf_add_text(&text, "old");
    assert_ok(fb_source_describe(source, &text, &err), &err);
    assert_string_equal(fb_buf_text(&text), "plain");
    fb_buf_deinit(&text);
    uint32_t splits = 7;
    assert_status(fb_source_plan(source, (fb_slice){0}, FB_SLICE("x"), &splits, &err),
                  FB_E_CORRUPT);
    assert_int_equal(splits, 0);
    fb_chunk chunk = {.row_count = 3};
    uint64_t cursor = 0;
    assert_ok(fb_source_read(source, 0, &cursor, NULL, NULL, &chunk, &err), &err);
    assert_int_equal(chunk.row_count, 0);
}

static void a_text_that_did_not_fit_is_an_error(void **state)
{
    (void)state;
    fb_buf small;
    fb_buf_init(&small, 3);
    assert_status(fb_source_describe(source, &small, &err), FB_E_NOMEM);
    fb_buf_deinit(&small);
}

static void a_failed_open_gives_no_source_and_close_takes_none(void **state)
{
    (void)state;
    fb_source *none = source;
    fb_source_config config = {0};
    assert_status(fb_source_open(&plain_ops, &config, &none, &err), FB_E_INVALID);
    assert_null(none);
    fb_source_close(none);
    assert_int_equal(closed, 0);
    fb_source_close(source);
    assert_int_equal(closed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(optional_methods_have_defaults, set_up),
        cmocka_unit_test_setup(outputs_are_cleared_before_the_call, set_up),
        cmocka_unit_test_setup(a_text_that_did_not_fit_is_an_error, set_up),
        cmocka_unit_test_setup(a_failed_open_gives_no_source_and_close_takes_none, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
