/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that were removed and may come back in a crash, since their directory was not synced. Who
 * creates one of these names again must sync the directory first: otherwise a crash could pair the
 * new content with the old checksum file. Names are kept as hashes; a false hit costs one sync.
 * Thread-safe. */
#ifndef FB_FILES_REMOVALS_H
#define FB_FILES_REMOVALS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { FB_REMOVALS_MAX = 128 };

typedef struct fb_removal {
    uint64_t number;
    uint64_t directory_hash;
    uint64_t path_hash;
} fb_removal;

typedef struct fb_removals {
    pthread_mutex_t mutex; /* guards all below; no other lock is taken inside */
    fb_removal entries[FB_REMOVALS_MAX];
    uint32_t count;
    uint64_t next_number;
} fb_removals;

void fb_removals_init(fb_removals *removals);
void fb_removals_deinit(fb_removals *removals);

/* Call after the removal. False when there is no room: sync the directory instead. */
bool fb_removals_add(fb_removals *removals, const char *directory, const char *path);
bool fb_removals_contain(fb_removals *removals, const char *path);

/* A sync of `directory` covers the removals added before it began: take the mark, sync, forget. */
uint64_t fb_removals_mark(fb_removals *removals);
void fb_removals_forget(fb_removals *removals, const char *directory, uint64_t mark);

#endif
