/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory of files named by a decimal number, each written once and atomically: Spark's
 * HDFSMetadataLog. Shared by offsets/, commits/ and the sources' own logs. */
#ifndef FB_CHECKPOINT_METADATA_LOG_H
#define FB_CHECKPOINT_METADATA_LOG_H

#include "files/filesystem.h"

/* An entry above this is no log entry of any query. */
enum { FB_LOG_FILE_MAX_BYTES = 64 * 1024 * 1024 };

/* A plain value; the file system and directory are borrowed. */
typedef struct fb_metadata_log {
    fb_filesystem *fs;
    const char *directory;
} fb_metadata_log;

/* The ids present, ascending; names that are not numbers are ignored. */
fb_status fb_metadata_log_list(const fb_metadata_log *log, fb_arena *arena, int64_t **ids,
                               uint32_t *count, fb_error *err) FB_CHECKED;
/* Appends the content of entry `id` to `out`. FB_E_NOT_FOUND. */
fb_status fb_metadata_log_read(const fb_metadata_log *log, int64_t id, fb_buf *out,
                               fb_error *err) FB_CHECKED;
/* FB_E_EXISTS when the entry is there with other content; success when it has this content
 * already (the answer to an earlier write was lost). */
fb_status fb_metadata_log_write(const fb_metadata_log *log, int64_t id, fb_slice content,
                                fb_error *err) FB_CHECKED;
fb_status fb_metadata_log_remove(const fb_metadata_log *log, int64_t id, fb_error *err) FB_CHECKED;

#endif
