/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory of one query: metadata, offset log, commit log, lock. Bytes and rules are Apache
 * Spark's (docs/formats/checkpoint.md); nothing here knows sources or state.
 *
 *   <root>/metadata          {"id":"<uuid>"}
 *   <root>/offsets/<batch>   what a batch is to read, written before it runs
 *   <root>/commits/<batch>   the batch is done
 *   <root>/sources/<k>/...   private logs of the sources
 *   <root>/.forebay.lock     held while a query runs
 *
 * One thread at a time. */
#ifndef FB_CHECKPOINT_CHECKPOINT_H
#define FB_CHECKPOINT_CHECKPOINT_H

#include "checkpoint/metadata_log.h"
#include "env/clock.h"
#include "env/random.h"
#include "files/filesystem.h"

typedef struct fb_checkpoint fb_checkpoint;

/* More sources in one offset entry are refused: it is read from a file. */
enum { FB_CHECKPOINT_MAX_SOURCES = 4096 };

/* A pinned configuration value. */
typedef struct fb_conf_entry {
    fb_slice key;
    fb_slice value;
} fb_conf_entry;

/* One entry of the offset log. */
typedef struct fb_offset_entry {
    int64_t watermark_ms;
    int64_t timestamp_ms; /* current_timestamp() of the batch */
    const fb_conf_entry *conf;
    uint32_t conf_count;
    const fb_slice *offsets; /* per source in plan order: JSON; data NULL: no offset yet ("-") */
    uint32_t source_count;
    fb_slice run_id; /* of the run that wrote it (member "forebay"); empty when Spark did */
    fb_slice plan;   /* fingerprint of the plan with state that was run; empty: none, or Spark's */
} fb_offset_entry;

typedef struct fb_commit_entry {
    int64_t next_watermark_ms;
    fb_slice run_id;
} fb_commit_entry;

/* Where a query starts. */
typedef struct fb_recovery {
    bool is_new;           /* no offset log entry: start with batch 0 */
    int64_t next_batch_id; /* the batch to run next */
    bool rerun;            /* `entry` is the logged plan of next_batch_id: run it again as it is */
    bool has_entry;        /* `entry` is valid: of next_batch_id when rerun, else the one before */
    fb_offset_entry entry;
    bool has_previous;        /* entry before `entry` exists (offsets L-1) */
    fb_offset_entry previous; /* when rerun: its offsets are where the batch starts */
    int64_t watermark_ms;     /* in force in next_batch_id */
    bool skipped_commits;     /* commits are more than one behind: worth a warning */
} fb_recovery;

/* Opens or creates the directory, takes the lock, reads or creates `metadata`, makes durable what
 * an earlier process left unsynced and removes its temporary files. `fs`, `random` and `clock` are
 * borrowed until close.
 * Errors: FB_E_IN_USE; FB_E_CORRUPT with file, offset and expectation; FB_E_INVALID when the
 * directory has files that are no checkpoint; STREAMING_CHECKPOINT_MISSING_METADATA_FILE. */
fb_status fb_checkpoint_open(fb_filesystem *fs, fb_random *random, fb_clock *clock,
                             const char *root, const char *run_id, fb_checkpoint **out,
                             fb_error *err) FB_CHECKED;
void fb_checkpoint_close(fb_checkpoint *checkpoint); /* releases the lock; NULL is fine */

const char *fb_checkpoint_query_id(const fb_checkpoint *checkpoint);
const char *fb_checkpoint_root(const fb_checkpoint *checkpoint);
bool fb_checkpoint_is_new(const fb_checkpoint *checkpoint);

/* Decides by Spark's restart rules (all cases of docs/formats/checkpoint.md). Slices of `*out`
 * live in `arena`. Errors: FB_E_CORRUPT; FB_E_NOT_FOUND when the entry before the last is missing;
 * FB_E_CONFLICT when a commit is newer than every offset entry; Spark's conditions
 * STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY and STREAMING_UNFINISHED_REPARTITION_DETECTED. */
fb_status fb_checkpoint_recover(fb_checkpoint *checkpoint, fb_arena *arena, fb_recovery *out,
                                fb_error *err) FB_CHECKED;

/* Writes offsets/<batch_id>; durable on return. FB_E_NOT_FOUND, here and for commits, when the
 * directory was removed since it was opened. FB_E_CONFLICT with CONCURRENT_STREAM_LOG_UPDATE
 * when the entry exists and is not byte for byte this run's own (an answer that was lost). */
fb_status fb_checkpoint_write_offsets(fb_checkpoint *checkpoint, int64_t batch_id,
                                      const fb_offset_entry *entry, fb_error *err) FB_CHECKED;
fb_status fb_checkpoint_write_commit(fb_checkpoint *checkpoint, int64_t batch_id,
                                     const fb_commit_entry *entry, fb_error *err) FB_CHECKED;

/* FB_E_NOT_FOUND when the directory was removed since it was opened; before anything is written to
 * it past the functions above. */
fb_status fb_checkpoint_check_there(const fb_checkpoint *checkpoint, fb_error *err) FB_CHECKED;

/* Reads one entry. FB_E_NOT_FOUND. Slices live in `arena`. */
fb_status fb_checkpoint_read_offsets(fb_checkpoint *checkpoint, int64_t batch_id, fb_arena *arena,
                                     fb_offset_entry *out, fb_error *err) FB_CHECKED;
fb_status fb_checkpoint_read_commit(fb_checkpoint *checkpoint, int64_t batch_id, fb_arena *arena,
                                    fb_commit_entry *out, fb_error *err) FB_CHECKED;

/* Removes offset and commit entries below `batch_id` - `batches_to_retain`, as Spark does while
 * planning `batch_id`. Failing to remove a file is no failure of the query: reported as a
 * warning through the return value only. */
fb_status fb_checkpoint_purge(fb_checkpoint *checkpoint, int64_t batch_id,
                              int64_t batches_to_retain, fb_error *err) FB_CHECKED;

/* Decoders on their own, for tools and fuzzing; `name` is for errors. */
fb_status fb_offset_entry_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_offset_entry *out, fb_error *err) FB_CHECKED;
fb_status fb_offset_entry_encode(const fb_offset_entry *entry, fb_buf *out,
                                 fb_error *err) FB_CHECKED;
fb_status fb_commit_entry_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_commit_entry *out, fb_error *err) FB_CHECKED;
fb_status fb_commit_entry_encode(const fb_commit_entry *entry, fb_buf *out,
                                 fb_error *err) FB_CHECKED;
fb_status fb_query_metadata_decode(const char *name, fb_slice content, char id[37],
                                   fb_error *err) FB_CHECKED;

#endif
