/* SPDX-License-Identifier: Apache-2.0
 *
 * A log of lines whose every tenth entry repeats all earlier ones, so that the files before it can
 * go: Spark's CompactibleFileStreamLog, under the file source and the file sink. An entry is the
 * file `<id>`, or `<id>.compact`: "v1", then a line of JSON for each of its items. */
#ifndef FB_CHECKPOINT_COMPACT_LOG_H
#define FB_CHECKPOINT_COMPACT_LOG_H

#include "files/filesystem.h"

enum {
    FB_COMPACT_LOG_INTERVAL = 10,
    FB_COMPACT_LOG_MAX_BYTES = 1 << 30, /* of one file */
};

/* A plain value; file system and directory are borrowed. */
typedef struct fb_compact_log {
    fb_filesystem *fs;
    const char *directory;
    int64_t latest_id;         /* -1: empty */
    int64_t interval;          /* compact are the ids with (id + 1) % interval == 0 */
    int64_t entries_to_retain; /* files that this many entries back may need are kept */
} fb_compact_log;

/* An item as it stands in the file of entry `id`. The line is borrowed for the call. */
typedef fb_status (*fb_compact_log_item)(void *user, int64_t id, fb_slice line, fb_error *err);

/* Looks what is there. The interval is derived from the compact files, as Spark does. */
fb_status fb_compact_log_open(fb_compact_log *log, fb_filesystem *fs, const char *directory,
                              int64_t entries_to_retain, fb_error *err) FB_CHECKED;

/* The items of all entries, oldest first. */
fb_status fb_compact_log_read_all(const fb_compact_log *log, fb_compact_log_item item, void *user,
                                  fb_error *err) FB_CHECKED;

/* The items in the file of one entry; those of a compact one are not only its own. FB_E_CORRUPT
 * when the log does not have it. */
fb_status fb_compact_log_read(const fb_compact_log *log, int64_t id, fb_compact_log_item item,
                              void *user, fb_error *err) FB_CHECKED;

/* Appends entry latest_id + 1 with the lines `items`, each ended by LF, and removes files that are
 * out of use since `now_ms` less ten minutes. FB_E_CONFLICT when another has written that entry. */
fb_status fb_compact_log_append(fb_compact_log *log, fb_slice items, int64_t now_ms,
                                fb_error *err) FB_CHECKED;

#endif
