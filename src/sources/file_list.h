/* SPDX-License-Identifier: Apache-2.0
 *
 * The input files below a path or pattern: those directly in the directories that it names, and
 * those that it names themselves. Hidden ones (a name that begins with '.' or '_', or ends in
 * ._COPYING_) are left out. */
#ifndef FB_SOURCES_FILE_LIST_H
#define FB_SOURCES_FILE_LIST_H

#include "files/filesystem.h"

typedef struct fb_input_file {
    const char *path; /* absolute; in the caller's arena */
    uint64_t size_bytes;
    int64_t modified_ms;
} fb_input_file;

/* In the order of their modification, oldest first (or newest, when `latest_first`), names deciding
 * ties. A path that is no pattern must be an existing directory: PATH_NOT_FOUND, FB_E_INVALID. */
fb_status fb_file_list(fb_filesystem *fs, const char *path, bool latest_first, fb_arena *arena,
                       fb_input_file **out, uint32_t *count, fb_error *err) FB_CHECKED;

#endif
