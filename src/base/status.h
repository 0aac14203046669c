/* SPDX-License-Identifier: Apache-2.0
 *
 * Raising and passing on errors inside the library. */
#ifndef FB_BASE_STATUS_H
#define FB_BASE_STATUS_H

#include <forebay/status.h>

/* Fills `err` (may be NULL) and returns `status`, so that a failure is one line. `sys_errno` is 0
 * or the errno that caused it; its text is appended to the message. */
fb_status fb_fail(fb_error *err, fb_status status, int sys_errno, const char *format, ...)
    FB_PRINTF(4, 5);

/* The same with Spark's error condition, such as "DIVIDE_BY_ZERO"; the message does not repeat
 * it. */
fb_status fb_fail_condition(fb_error *err, fb_status status, const char *condition,
                            const char *format, ...) FB_PRINTF(4, 5);

/* Puts "text: " in front of the message of an error being passed up; returns err->status or, when
 * `err` is NULL, `status`. */
fb_status fb_wrap(fb_error *err, fb_status status, const char *format, ...) FB_PRINTF(3, 4);

/* Passes on a failure that was caught in an error of the caller's own, because it might have been
 * no failure to its caller (a file that need not exist). Returns its status. */
fb_status fb_pass_on(fb_error *err, const fb_error *caught);

/* FB_E_NOMEM with a message that names what was to be stored. */
fb_status fb_fail_nomem(fb_error *err, const char *what);

/* Returns from the calling function when `call` fails. Only where nothing is held. */
#define FB_TRY(call)                                        \
    do {                                                    \
        fb_status fb_try_status_ = (call);                  \
        if (fb_try_status_ != FB_OK) return fb_try_status_; \
    } while (0)

#endif
