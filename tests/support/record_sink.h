/* SPDX-License-Identifier: Apache-2.0
 *
 * A sink that remembers what it was given, batch by batch, across restarts of a query: the world
 * outside, which a crash does not undo. A batch that comes again must have the same rows. */
#ifndef FB_TEST_RECORD_SINK_H
#define FB_TEST_RECORD_SINK_H

#include "sinks/sink.h"

#include <pthread.h>

enum { RECORD_MAX_BATCHES = 256 };

/* Rows of one split, or of one batch, as text lines. */
typedef struct record_text {
    char *data;
    size_t size;
} record_text;

typedef struct record {
    /* Called when a batch begins, and before it is kept; NULL: nothing. */
    void (*on_begin)(struct record *r, int64_t batch_id);
    void (*on_commit)(struct record *r, int64_t batch_id);
    void *user;
    bool recognises;       /* answers last_committed, so that no batch comes twice */
    int64_t fail_at_batch; /* its commit fails, once; -1: none */
    record_text batches[RECORD_MAX_BATCHES]; /* by batch id; data NULL: not committed */
    int64_t newest;                          /* newest committed batch id, -1: none */
    uint32_t repeated;                       /* batches that came again */
    uint32_t aborted;                        /* batches that were given up */
    char complaint[512];                     /* what was wrong, "" when nothing */
} record;

void record_init(record *r);
void record_deinit(record *r);
/* All batches' lines in order of their ids; to be freed. NULL and a complaint when one is missing
 * below the newest. */
char *record_all(record *r);

extern const fb_sink_ops record_sink; /* fb_sink_config.user: the record */

#endif
