/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a file source has taken, each with its modification time, as far back as a file
 * may be older than the newest one: what is older than that is neither remembered nor new. */
#ifndef FB_SOURCES_SEEN_FILES_H
#define FB_SOURCES_SEEN_FILES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_seen_file {
    char *key;
    uint64_t hash;
    int64_t modified_ms;
} fb_seen_file;

/* One thread at a time. */
typedef struct fb_seen_files {
    fb_seen_file *slots; /* open addressing; key NULL: free */
    uint32_t count, capacity;
    bool by_name;       /* only the last component of a path counts */
    int64_t max_age_ms; /* INT64_MAX: no end */
    int64_t latest_ms;  /* the newest time seen */
    int64_t purged_ms;  /* files before this are not new */
} fb_seen_files;

void fb_seen_files_init(fb_seen_files *seen, bool by_name, int64_t max_age_ms);
void fb_seen_files_deinit(fb_seen_files *seen);

bool fb_seen_files_is_new(const fb_seen_files *seen, const char *path, int64_t modified_ms);
/* False: no memory. */
bool fb_seen_files_add(fb_seen_files *seen, const char *path, int64_t modified_ms);
/* Forgets what is too old by now. */
void fb_seen_files_purge(fb_seen_files *seen);

#endif
