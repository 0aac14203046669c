/* SPDX-License-Identifier: Apache-2.0 */
#include "state/log.h"

#include "base/assert.h"

void fb_state_log_close(fb_state_log *log)
{
    if (log) log->ops->close(log);
}

fb_status fb_state_log_append(fb_state_log *log, int64_t version, fb_state_table *table,
                              fb_error *err)
{
    FB_ASSERT(version > 0 && table->mode == FB_STATE_CHANGE);
    return log->ops->append(log, version, table, err);
}

fb_status fb_state_log_load(fb_state_log *log, int64_t version, fb_state_table *table,
                            fb_error *err)
{
    FB_ASSERT(version >= 0 && table->mode == FB_STATE_LOAD);
    return version == 0 ? FB_OK : log->ops->load(log, version, table, err);
}

fb_status fb_state_log_discard_after(fb_state_log *log, int64_t version, fb_error *err)
{
    FB_ASSERT(version >= 0);
    return log->ops->discard_after(log, version, err);
}

fb_status fb_state_log_maintain(fb_state_log *log, int64_t version, fb_error *err)
{
    FB_ASSERT(version >= 0);
    return version == 0 ? FB_OK : log->ops->maintain(log, version, err);
}
