/* SPDX-License-Identifier: Apache-2.0
 *
 * cmocka with the headers that it needs first, and checks that print what a call said. */
#ifndef FB_TEST_H
#define FB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"
#include "base/status.h"

/* The call succeeds; otherwise the test fails with the error's message. */
#define assert_ok(call, err)                                                               \
    do {                                                                                   \
        fb_status status_ = (call);                                                        \
        if (status_ != FB_OK) fail_msg("%s: %s", fb_status_text(status_), (err)->message); \
    } while (0)

/* The call fails with exactly this status. */
#define assert_status(call, expected)                                        \
    do {                                                                     \
        fb_status status_ = (call);                                          \
        if (status_ != (expected))                                           \
            fail_msg("got \"%s\", expected \"%s\"", fb_status_text(status_), \
                     fb_status_text(expected));                              \
    } while (0)

/* `text` occurs in `message`. */
#define assert_contains(message, text)                                                          \
    do {                                                                                        \
        if (!strstr((message), (text))) fail_msg("\"%s\" is not in \"%s\"", (text), (message)); \
    } while (0)

#define assert_slice_equal(slice, text)                                               \
    do {                                                                              \
        fb_slice slice_ = (slice);                                                    \
        if (!fb_slice_is(slice_, (text)))                                             \
            fail_msg("got \"%.*s\", expected \"%s\"", FB_SLICE_ARGS(slice_), (text)); \
    } while (0)

#endif
