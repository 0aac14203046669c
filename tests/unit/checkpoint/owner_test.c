/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/owner.h"

#include "test.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void assert_explained(const char *description, int64_t now_ms, const char *expected)
{
    fb_clock_manual clock;
    fb_clock_manual_init(&clock, now_ms * 1000);
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_owner_explain(fb_slice_of(description), &clock.base, &out);
    assert_string_equal(fb_buf_text(&out), expected);
    fb_buf_deinit(&out);
}

static void the_holder_is_told_in_local_time(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Kolkata", 1), 0);
    tzset();
    const char *line = "{\"pid\":4242,\"host\":\"no-such-host\",\"startedMs\":1795354203000}";
    assert_explained(line, INT64_C(1795354299000),
                     "process 4242 on host no-such-host (started 19:00:03)");
    assert_explained(line, INT64_C(1795954299000),
                     "process 4242 on host no-such-host (started 2026-11-22 19:00:03)");
}

static void our_own_line_is_understood(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    fb_clock_manual clock;
    fb_clock_manual_init(&clock, INT64_C(1795354203000000));
    fb_buf line, other, expected;
    fb_buf_init(&line, 0);
    fb_buf_init(&other, 0);
    fb_buf_init(&expected, 0);
    fb_owner_describe(&clock.base, &line);
    assert_explained(fb_buf_text(&line), INT64_C(1795354203000), "another query of this process");
    /* The line of another process of this host differs in the number. */
    const char *comma = strchr(fb_buf_text(&line), ',');
    assert_non_null(comma);
    fb_buf_printf(&other, "{\"pid\":%d%s", (int)getpid() + 1, comma);
    fb_buf_printf(&expected, "process %d on this host (started 13:30:03)", (int)getpid() + 1);
    assert_explained(fb_buf_text(&other), INT64_C(1795354203000), fb_buf_text(&expected));
    fb_buf_deinit(&line);
    fb_buf_deinit(&other);
    fb_buf_deinit(&expected);
}

static void a_line_that_cannot_be_read_names_nobody(void **state)
{
    (void)state;
    assert_explained("", 0, "another process");
    assert_explained("{\"pid\":42", 0, "another process");
    assert_explained("{\"pid\":\"x\",\"host\":\"h\"}", 0, "another process");
    assert_explained("{\"pid\":7,\"host\":\"h\"}", 0, "process 7 on host h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_holder_is_told_in_local_time),
        cmocka_unit_test(our_own_line_is_understood),
        cmocka_unit_test(a_line_that_cannot_be_read_names_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
