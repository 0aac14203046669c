/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the versions of a store are made durable. This is the interface; files on any file system
 * are in state/file_log.h. Versions count from 1; 0 is the empty store.
 *
 * One thread at a time, except maintain, which may run beside the other calls. Call through the
 * fb_state_log_* functions. */
#ifndef FB_STATE_LOG_H
#define FB_STATE_LOG_H

#include "state/table.h"

enum { FB_STATE_LOG_ABI = 1 };

typedef struct fb_state_log fb_state_log;

typedef struct fb_state_log_ops {
    uint32_t abi;
    const char *name; /* "files" */

    /* Required. */
    void (*close)(fb_state_log *self);
    /* Makes `version` durable: the changes of the table's open transaction, over version - 1. Also
     * when there are none. FB_E_EXISTS, and nothing changed, when the version is there. */
    fb_status (*append)(fb_state_log *self, int64_t version, fb_state_table *table, fb_error *err);
    /* Fills the table, in which a load is open. FB_E_NOT_FOUND names what is missing, FB_E_CORRUPT
     * what is damaged. */
    fb_status (*load)(fb_state_log *self, int64_t version, fb_state_table *table, fb_error *err);
    /* Removes all that was written for versions above this one: leftovers of batches that failed.
     */
    fb_status (*discard_after)(fb_state_log *self, int64_t version, fb_error *err);
    /* Makes loading cheap and removes versions that are not retained. `version`: the newest that
     * will never be taken back. */
    fb_status (*maintain)(fb_state_log *self, int64_t version, fb_error *err);
} fb_state_log_ops;

/* Every log begins with this. */
struct fb_state_log {
    const fb_state_log_ops *ops;
};

void fb_state_log_close(fb_state_log *log); /* NULL is fine */
fb_status fb_state_log_append(fb_state_log *log, int64_t version, fb_state_table *table,
                              fb_error *err) FB_CHECKED;
fb_status fb_state_log_load(fb_state_log *log, int64_t version, fb_state_table *table,
                            fb_error *err) FB_CHECKED;
fb_status fb_state_log_discard_after(fb_state_log *log, int64_t version, fb_error *err) FB_CHECKED;
fb_status fb_state_log_maintain(fb_state_log *log, int64_t version, fb_error *err) FB_CHECKED;

#endif
