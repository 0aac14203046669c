/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of queries that were given none: made under the system's temporary directory, removed
 * when the query ends well. */
#ifndef FB_STREAM_TEMPORARY_H
#define FB_STREAM_TEMPORARY_H

#include "base/arena.h"
#include "env/random.h"
#include "files/filesystem.h"

/* A path that nobody uses: <TMPDIR or /tmp>/temporary-<uuid>, in `arena`. NULL: no memory. */
const char *fb_temporary_path(fb_arena *arena, fb_random *random);

/* Removes a directory with all that is in it, helper files included as far as the file system
 * removes them with their files. Nesting deeper than a checkpoint's is refused. */
fb_status fb_remove_tree(fb_filesystem *fs, const char *path, fb_error *err) FB_CHECKED;

#endif
