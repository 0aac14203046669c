/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks through all files of one store: whether each can be read, each row is what its schema
 * demands, each key lies where its hash puts it, and each version that is to be there can be
 * rebuilt. In memory are the rows of one version, and those of a snapshot while it is compared with
 * the deltas before it. */
#ifndef FB_STATE_STORE_CHECK_H
#define FB_STATE_STORE_CHECK_H

#include "base/budget.h"
#include "checkpoint/finding.h"
#include "data/type.h"
#include "state/state_file.h"

enum { FB_STORE_CHECK_MAX_FINDINGS = 10 }; /* about the rows of one file */

/* Where the rows of a key have to be. */
typedef enum fb_state_placing {
    FB_STATE_PLACED_ANYWHERE, /* it is not known */
    FB_STATE_PLACED_FIRST,    /* all in partition 0 */
    FB_STATE_PLACED_BY_HASH,
} fb_state_placing;

typedef struct fb_state_store_check {
    fb_filesystem *fs;
    const char *directory; /* of the store */
    fb_state_format format;
    const fb_type *key; /* the STRUCTs of the schema; NULL: rows are opaque */
    const fb_type *value;
    fb_state_placing placing;
    uint32_t hash_columns; /* leading columns of the key that are hashed */
    uint32_t partition;
    uint32_t partition_count;
    const int64_t *versions; /* that have to be there, ascending; later ones are not looked at */
    uint32_t version_count;
    const char *offsets; /* the offset log: a version whose batch has gone is not missed; or NULL */
    fb_budget *budget;   /* for the rows; may be NULL */
    const fb_findings *findings;
} fb_state_store_check;

typedef struct fb_state_store_totals {
    uint64_t file_count;
    uint64_t size_bytes;  /* of the files */
    uint64_t row_count;   /* of the newest version */
    uint32_t later_count; /* files of later versions */
} fb_state_store_totals;

/* Adds to `totals`. What is found goes to the findings; a failure says that looking was not
 * possible. */
fb_status fb_state_store_check_files(const fb_state_store_check *check,
                                     fb_state_store_totals *totals, fb_error *err) FB_CHECKED;

/* --- rows, for the above (row_check.c) --- */

typedef struct fb_state_row_check {
    const fb_state_store_check *store;
    const char *path; /* of the file */
    uint32_t finding_count;
    fb_arena arena;
} fb_state_row_check;

/* `offsets`: of the records in the payload. */
fb_status fb_state_row_check_run(fb_state_row_check *check, const fb_state_record *records,
                                 const uint64_t *offsets, uint32_t count, fb_error *err) FB_CHECKED;
/* Counts a finding about the record at `offset`; false when there were too many before. */
bool fb_state_row_check_counts(fb_state_row_check *check);
/* Tells how many there were beyond the first. */
void fb_state_row_check_finish(const fb_state_row_check *check);

#endif
