/* SPDX-License-Identifier: Apache-2.0
 *
 * What the checkpoint says of the operators that have state: written before the first batch's
 * state, compared when a query starts again, so that no operator reads the state of another.
 *
 *   state/<id>/_metadata/metadata      name of the operator, its stores
 *   state/<id>/0/_metadata/schema      types of keys and values
 *
 * Files that are missing are written, as Spark does; without them nothing is compared. */
#ifndef FB_STREAM_STATE_METADATA_H
#define FB_STREAM_STATE_METADATA_H

#include "exec/physical.h"
#include "files/filesystem.h"

/* Spark's name of the aggregation operator. */
#define FB_AGGREGATION_NAME "stateStoreSave"

typedef struct fb_state_metadata {
    fb_filesystem *fs;
    const char *checkpoint_root;
    const fb_physical *physical;
    uint32_t partition_count;
    int64_t batch_id; /* the next; 0: whatever is there is a leftover of a batch that failed */
} fb_state_metadata;

/* Compares only. FB_E_INVALID with Spark's conditions
 * STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA,
 * STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY, STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE and
 * STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE, and what to do. */
fb_status fb_state_metadata_check(const fb_state_metadata *self, fb_error *err) FB_CHECKED;
/* Writes what is missing; for batch 0 also what differs. Durable on return. */
fb_status fb_state_metadata_write(const fb_state_metadata *self, fb_error *err) FB_CHECKED;

#endif
