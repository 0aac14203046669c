/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking into checkpoints, those of Forebay and of Spark, without running their queries. Nothing
 * is written and no lock is taken: a running query is not disturbed, but may remove versions that
 * are being read, which is then an error. */
#ifndef FOREBAY_CHECKPOINT_H
#define FOREBAY_CHECKPOINT_H

#include <forebay/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which rows of state; zero means the default. */
typedef struct fb_state_options {
    int64_t operator_id; /* counted from the sink; default 0 */
    const char *store;   /* NULL: "default" */
    bool one_partition;  /* only `partition`; default: all */
    uint32_t partition;
    bool one_batch; /* the state after `batch_id`; default: after the newest committed one */
    int64_t batch_id;
    uint64_t limit; /* rows that are printed; 0: all */
    fb_result_format format;
} fb_state_options;

/* Prints rows of state to the session's output: columns key, value, partition_id, as those of
 * Spark's `statestore` data source. `location` is a checkpoint. FB_E_NOT_FOUND names the batch,
 * operator, store or file that is missing, FB_E_CORRUPT what is damaged; state in RocksDB is
 * FB_E_UNSUPPORTED. */
FB_API FB_CHECKED fb_status fb_session_show_state(fb_session *session, const char *location,
                                                  const fb_state_options *options, fb_error *err);

/* Prints the stores of a checkpoint: columns operatorId, operatorName, stateStoreName,
 * numPartitions, minBatchId, maxBatchId, as those of Spark's `state-metadata` data source. */
FB_API FB_CHECKED fb_status fb_session_list_state(fb_session *session, const char *location,
                                                  fb_result_format format, fb_error *err);

/* Prints what a checkpoint is: its query, batches, sources, pinned settings, stateful operators
 * with their files, and in a line whether the next start finds what it needs. FB_RESULT_TABLE is
 * text to read, FB_RESULT_JSONL one object; there is no CSV. */
FB_API FB_CHECKED fb_status fb_session_describe_checkpoint(fb_session *session,
                                                           const char *location,
                                                           fb_result_format format, fb_error *err);

/* Reads all of a checkpoint and prints a line for everything that is wrong with it, then a summary:
 * log entries that cannot be read or contradict each other, versions of state that cannot be
 * rebuilt, checksums, rows that are not what the schema demands, keys in a partition other than
 * their hash's, keys that occur twice. FB_E_CORRUPT when there is damage. State that cannot be read
 * (RocksDB, lzf) is FB_E_UNSUPPORTED, after all else was looked at. Takes memory for the largest
 * partition of a store, twice. */
FB_API FB_CHECKED fb_status fb_session_verify_checkpoint(fb_session *session, const char *location,
                                                         fb_result_format format, fb_error *err);

#ifdef __cplusplus
}
#endif

#endif
