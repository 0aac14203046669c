/* SPDX-License-Identifier: Apache-2.0
 *
 * The handle behind checkpoint.h, for the files that implement it. */
#ifndef FB_CHECKPOINT_CHECKPOINT_IMPL_H
#define FB_CHECKPOINT_CHECKPOINT_IMPL_H

#include "checkpoint/checkpoint.h"

/* A log with what is known of its oldest entry, so that a purge need not list the directory. */
typedef struct fb_checkpoint_log {
    fb_metadata_log log; /* the directory is owned */
    bool knows_lowest;
    int64_t lowest; /* no entry has a smaller id */
} fb_checkpoint_log;

struct fb_checkpoint {
    fb_filesystem *fs;
    fb_random *random;
    fb_clock *clock;
    fb_file_lock *lock; /* NULL where the file system has none */
    char *root;
    char *run_id;
    fb_checkpoint_log offsets;
    fb_checkpoint_log commits;
    bool is_new; /* no offset entry when it was opened */
    char query_id[FB_UUID_TEXT_SIZE];
};

/* The path of an entry, for messages; cut when it is too long. */
enum { FB_ENTRY_NAME_SIZE = FB_PATH_MAX_BYTES + 32 };
void fb_checkpoint_entry_name(const fb_checkpoint_log *log, int64_t id,
                              char out[FB_ENTRY_NAME_SIZE]);

#endif
