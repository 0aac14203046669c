/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *fb_status_text(fb_status status)
{
    switch (status) {
#define FB_STATUS_CASE(name, value, text) \
    case name:                            \
        return text;
        FB_STATUS_LIST(FB_STATUS_CASE)
#undef FB_STATUS_CASE
    }
    return "unknown status";
}

static void set_message(fb_error *err, const char *format, va_list args)
{
    int length = vsnprintf(err->message, sizeof err->message, format, args);
    err->truncated = length < 0 || (size_t)length >= sizeof err->message;
}

static void append_errno(fb_error *err, int sys_errno)
{
    char reason[128];
    /* The GNU form returns a pointer that need not be `reason`. */
    const char *text = strerror_r(sys_errno, reason, sizeof reason);
    size_t used = strlen(err->message);
    int length = snprintf(err->message + used, sizeof err->message - used, ": %s", text);
    if (length < 0 || (size_t)length >= sizeof err->message - used) err->truncated = true;
}

fb_status fb_fail(fb_error *err, fb_status status, int sys_errno, const char *format, ...)
{
    if (!err) return status;
    *err = (fb_error){.status = status, .sys_errno = sys_errno};
    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    if (sys_errno) append_errno(err, sys_errno);
    return status;
}

fb_status fb_fail_condition(fb_error *err, fb_status status, const char *condition,
                            const char *format, ...)
{
    if (!err) return status;
    *err = (fb_error){.status = status};
    int length = snprintf(err->condition, sizeof err->condition, "%s", condition);
    if (length < 0 || (size_t)length >= sizeof err->condition) err->truncated = true;
    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    return status;
}

fb_status fb_wrap(fb_error *err, fb_status status, const char *format, ...)
{
    if (!err) return status;
    char inner[FB_ERROR_MESSAGE_SIZE];
    memcpy(inner, err->message, sizeof inner);
    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    size_t used = strlen(err->message);
    int length = snprintf(err->message + used, sizeof err->message - used, ": %s", inner);
    if (length < 0 || (size_t)length >= sizeof err->message - used) err->truncated = true;
    return err->status ? err->status : status;
}

fb_status fb_pass_on(fb_error *err, const fb_error *caught)
{
    if (err) *err = *caught;
    return caught->status;
}

fb_status fb_fail_nomem(fb_error *err, const char *what)
{
    return fb_fail(err, FB_E_NOMEM, 0, "out of memory for %s", what);
}
