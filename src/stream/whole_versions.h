/* SPDX-License-Identifier: Apache-2.0
 *
 * Which versions of the state can still be loaded, when the newest cannot: reads every file of
 * every store to its end. */
#ifndef FB_STREAM_WHOLE_VERSIONS_H
#define FB_STREAM_WHOLE_VERSIONS_H

#include "env/workers.h"
#include "state/state_file.h"

typedef struct fb_whole_versions {
    fb_filesystem *fs;
    const char *const *directories; /* of the stores */
    uint32_t directory_count;
    fb_state_format format;
    int64_t least; /* versions least .. least + count - 1 are asked for */
    uint32_t count;
} fb_whole_versions;

/* is_whole[i]: version least + i can be loaded by all stores; version 0, the empty one, always can.
 * Damaged and missing files are an answer; a disk that fails is an error. */
fb_status fb_whole_versions_find(const fb_whole_versions *self, fb_workers *workers, bool *is_whole,
                                 fb_error *err) FB_CHECKED;

/* "7, 9 to 12", or "none". */
void fb_whole_versions_print(int64_t least, const bool *is_whole, uint32_t count, fb_buf *out);

#endif
