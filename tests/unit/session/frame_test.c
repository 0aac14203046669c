/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames made from frames; whole queries through them are in query_test.c. */
#include "test.h"

#include <forebay/forebay.h>

static fb_session *session;
static fb_frame *rows;
static fb_error err;

static int set_up(void **state)
{
    (void)state;
    assert_ok(fb_session_create(NULL, &session, &err), &err);
    assert_ok(fb_session_frame(session,
                               "SELECT a, CAST(b AS TIMESTAMP) AS b FROM VALUES (1, NULL), "
                               "(2, '2024-01-01'), (1, NULL) AS t(a, b)",
                               &rows, &err),
              &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_frame_destroy(rows);
    fb_session_destroy(session);
    return 0;
}

static void a_delay_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"ten minutes", "CANNOT_PARSE_INTERVAL", "expected a number with a unit, not ten"},
        {"10 fortnights", "CANNOT_PARSE_INTERVAL", "this is no unit: fortnights"},
        {"", "CANNOT_PARSE_INTERVAL", "not an empty text"},
        {"1 month 1 day", "CANNOT_PARSE_INTERVAL", "months go with years only"},
        {"2147483647 months", "CANNOT_PARSE_INTERVAL", "is too long"},
        {"-1 second", "", "the delay '-1 second' must not be negative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_frame *out;
        assert_status(fb_frame_with_watermark(rows, "b", cases[i][0], &out, &err), FB_E_INVALID);
        assert_string_equal(err.condition, cases[i][1]);
        assert_contains(err.message, cases[i][2]);
        assert_null(out);
    }
}

static void a_call_without_its_arguments_is_refused(void **state)
{
    (void)state;
    fb_frame *out;
    const char *const nothing[] = {NULL};
    assert_status(fb_frame_with_watermark(rows, "b", NULL, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_with_watermark(rows, NULL, "1 day", &out, &err), FB_E_INVALID);
    assert_status(fb_frame_with_watermark(rows, "b + 1", "1 day", &out, &err), FB_E_INVALID);
    assert_contains(err.message, "expected its name, not 'b + 1'");
    assert_status(fb_frame_group_by(rows, NULL, 0, NULL, 0, &out, &err), FB_E_INVALID);
    assert_contains(err.message, "needs at least one expression");
    assert_status(fb_frame_group_by(rows, nothing, 1, NULL, 0, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_order_by(rows, NULL, 0, &out, &err), FB_E_INVALID);
    assert_status(fb_frame_order_by(rows, nothing, 1, &out, &err), FB_E_INVALID);
    assert_contains(err.message, "key 0 is NULL");
    assert_status(fb_frame_order_by(rows, (const char *const[]){"a b"}, 1, &out, &err),
                  FB_E_SYNTAX);
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delay_that_is_none_is_refused),
        cmocka_unit_test(a_call_without_its_arguments_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
