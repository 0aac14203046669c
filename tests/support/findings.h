/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings gathered as lines: "damage: ..." or "remark: ...". */
#ifndef FB_TEST_FINDINGS_H
#define FB_TEST_FINDINGS_H

#include "base/buf.h"
#include "checkpoint/finding.h"

static inline void findings_add(void *user, const fb_error *finding)
{
    fb_buf_add_text(user, finding->status == FB_OK ? "remark: " : "damage: ");
    fb_buf_add_text(user, finding->message);
    fb_buf_add_char(user, '\n');
}

static inline fb_findings findings_to(fb_buf *lines)
{
    fb_buf_init(lines, 0);
    return (fb_findings){findings_add, lines};
}

#endif
