/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/finding.h"

#include <stdarg.h>
#include <stdio.h>

static void add(const fb_findings *findings, fb_status status, const char *format, va_list args)
{
    fb_error finding = {.status = status};
    int size = vsnprintf(finding.message, sizeof finding.message, format, args);
    finding.truncated = size >= (int)sizeof finding.message;
    findings->add(findings->user, &finding);
}

void fb_findings_damage(const fb_findings *findings, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(findings, FB_E_CORRUPT, format, args);
    va_end(args);
}

void fb_findings_remark(const fb_findings *findings, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(findings, FB_OK, format, args);
    va_end(args);
}

fb_status fb_findings_take(const fb_findings *findings, const fb_error *caught, fb_error *err)
{
    if (caught->status != FB_E_CORRUPT && caught->status != FB_E_NOT_FOUND)
        return fb_pass_on(err, caught);
    fb_error finding = *caught;
    finding.status = FB_E_CORRUPT;
    findings->add(findings->user, &finding);
    return FB_OK;
}
