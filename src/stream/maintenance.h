/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the files of the state few: snapshots and removal of old versions, in a thread of its own
 * beside the batches, one round at a time. Where the query has no threads the rounds are run at
 * once, so that tests see them. One thread at a time. */
#ifndef FB_STREAM_MAINTENANCE_H
#define FB_STREAM_MAINTENANCE_H

#include "stream/state_stores.h"

typedef struct fb_maintenance fb_maintenance;

/* `stores` is borrowed. The thread starts with the first request. */
fb_status fb_maintenance_create(fb_state_stores *stores, bool in_background, fb_maintenance **out,
                                fb_error *err) FB_CHECKED;
/* Waits for the round under way, and drops one that has not begun. NULL is fine. */
void fb_maintenance_destroy(fb_maintenance *maintenance);

/* `version` of the state belongs to a committed batch. While a round is under way only the newest
 * request is kept. */
void fb_maintenance_request(fb_maintenance *maintenance, int64_t version);
/* Whether a round has failed since this was asked last; `err` then receives why. */
bool fb_maintenance_has_failed(fb_maintenance *maintenance, fb_error *err);

#endif
