/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of one (operator, partition, store name) in numbered versions: a table with the working
 * rows and a log that makes each version durable. A batch opens the version that it builds on,
 * changes the table, and commits the next version or aborts.
 *
 * The newest version and the one before it are within reach without reading: when a batch is
 * committed here but fails elsewhere, opening the version before takes it back in memory. One
 * transaction at a time: only open may be called while another thread has one, and waits for its
 * end. Otherwise one thread at a time, except maintain. */
#ifndef FB_STATE_STORE_H
#define FB_STATE_STORE_H

#include "state/log.h"
#include "state/table.h"

typedef struct fb_state_store fb_state_store;

enum { FB_STATE_OPEN_WAIT_MS = 60000 };

/* Takes ownership of the empty table and of the log (NULL: versions live in memory only), also when
 * it fails. At version 0. */
fb_status fb_state_store_create(fb_state_table *table, fb_state_log *log, fb_state_store **out,
                                fb_error *err) FB_CHECKED;
void fb_state_store_close(fb_state_store *store); /* aborts; NULL is fine */

/* How long open waits for another thread's transaction; FB_STATE_OPEN_WAIT_MS at first. */
void fb_state_store_set_open_wait(fb_state_store *store, int64_t wait_ms);

/* Begins a transaction on top of `version`, whatever is newer: that is overwritten by the next
 * commit. FB_E_NOT_FOUND when the version is neither in memory nor in the log. After a failure to
 * load the store is at version 0. FB_E_IN_USE when another thread's transaction did not end in
 * time; that is left alone. */
fb_status fb_state_store_open(fb_state_store *store, int64_t version, fb_error *err) FB_CHECKED;
/* The rows, to read and change through fb_state_table_*; but transactions belong to the store.
 * Borrowed. */
fb_state_table *fb_state_store_table(fb_state_store *store);
/* Of the transaction's base or, between transactions, of the rows. */
int64_t fb_state_store_version(const fb_state_store *store);

/* Between transactions: removes what the log holds above the version at hand, left by an earlier
 * process or a commit that failed. From then on a newer version that is found there is another
 * writer's, and commit fails with FB_E_EXISTS. Without it the first commit removes them. */
fb_status fb_state_store_discard_newer(fb_state_store *store, fb_error *err) FB_CHECKED;

/* Returns when the next version is durable: *version. After a failure the transaction is open
 * still, and can only be aborted or committed again. */
fb_status fb_state_store_commit(fb_state_store *store, int64_t *version, fb_error *err) FB_CHECKED;
/* Takes the open transaction back; nothing without one. For who opened it. */
void fb_state_store_abort(fb_state_store *store);

/* The log's housekeeping up to `version`, whose batch is committed; any thread, one at a time. */
fb_status fb_state_store_maintain(fb_state_store *store, int64_t version, fb_error *err) FB_CHECKED;

#endif
