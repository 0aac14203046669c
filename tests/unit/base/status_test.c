/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static void every_status_has_its_text(void **state)
{
    (void)state;
    assert_string_equal(fb_status_text(FB_OK), "success");
    assert_string_equal(fb_status_text(FB_E_CANCELLED), "cancelled");
    assert_string_equal(fb_status_text((fb_status)999), "unknown status");
}

static void a_failure_carries_message_and_cause(void **state)
{
    (void)state;
    fb_error err;
    assert_int_equal(fb_fail(&err, FB_E_IO, ENOSPC, "writing %s", "offsets/3"), FB_E_IO);
    assert_int_equal(err.status, FB_E_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_string_equal(err.message, "writing offsets/3: No space left on device");
    assert_string_equal(err.condition, "");
    assert_false(err.truncated);
}

static void a_condition_stands_beside_the_message(void **state)
{
    (void)state;
    fb_error err;
    fb_status status =
        fb_fail_condition(&err, FB_E_COMPUTE, "DIVIDE_BY_ZERO", "row %d divides by zero", 7);
    assert_int_equal(status, FB_E_COMPUTE);
    assert_string_equal(err.condition, "DIVIDE_BY_ZERO");
    assert_string_equal(err.message, "row 7 divides by zero");
}

static void wrapping_keeps_what_was_known(void **state)
{
    (void)state;
    fb_error err;
    (void)fb_fail_condition(&err, FB_E_CORRUPT, "SOME_CONDITION", "byte 4");
    assert_int_equal(fb_wrap(&err, FB_E_IO, "query '%s'", "q"), FB_E_CORRUPT);
    assert_string_equal(err.message, "query 'q': byte 4");
    assert_string_equal(err.condition, "SOME_CONDITION");
    assert_int_equal(fb_fail_nomem(&err, "the table"), FB_E_NOMEM);
    assert_string_equal(err.message, "out of memory for the table");
}

static void a_caught_failure_can_be_passed_on(void **state)
{
    (void)state;
    fb_error caught, err;
    (void)fb_fail(&caught, FB_E_IO, ENOSPC, "x");
    assert_int_equal(fb_pass_on(&err, &caught), FB_E_IO);
    assert_string_equal(err.message, caught.message);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_int_equal(fb_pass_on(NULL, &caught), FB_E_IO);
}

static void nobody_has_to_want_the_message(void **state)
{
    (void)state;
    assert_int_equal(fb_fail(NULL, FB_E_IO, 0, "x"), FB_E_IO);
    assert_int_equal(fb_fail_condition(NULL, FB_E_IO, "C", "x"), FB_E_IO);
    assert_int_equal(fb_wrap(NULL, FB_E_IO, "x"), FB_E_IO);
    assert_int_equal(fb_fail_nomem(NULL, "x"), FB_E_NOMEM);
}

static void a_message_that_does_not_fit_says_so(void **state)
{
    (void)state;
    static char long_text[2 * FB_ERROR_MESSAGE_SIZE];
    memset(long_text, 'x', sizeof long_text - 1);
    fb_error err;
    (void)fb_fail(&err, FB_E_INVALID, 0, "%s", long_text);
    assert_true(err.truncated);
    assert_int_equal(strlen(err.message), FB_ERROR_MESSAGE_SIZE - 1);
    (void)fb_wrap(&err, FB_E_INVALID, "in front");
    assert_true(err.truncated);
    assert_int_equal(strncmp(err.message, "in front: xxx", 13), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_text),
        cmocka_unit_test(a_failure_carries_message_and_cause),
        cmocka_unit_test(a_condition_stands_beside_the_message),
        cmocka_unit_test(wrapping_keeps_what_was_known),
        cmocka_unit_test(a_caught_failure_can_be_passed_on),
        cmocka_unit_test(nobody_has_to_want_the_message),
        cmocka_unit_test(a_message_that_does_not_fit_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
