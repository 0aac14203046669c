/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns of paths as Hadoop has them: * and ? within a name, [a-z] and [^a-z], {one,other}, \
 * before a character that means itself. */
#ifndef FB_FILES_GLOB_H
#define FB_FILES_GLOB_H

#include "files/filesystem.h"

/* Whether a path has any of the characters that make it a pattern. */
bool fb_glob_is_pattern(fb_slice path);

/* The existing files and directories that an absolute pattern names, sorted, each once; a path
 * without such characters names itself. The result lives in `arena`. FB_E_INVALID for brackets
 * and braces that do not pair. */
fb_status fb_glob_expand(fb_filesystem *fs, const char *pattern, fb_arena *arena, const char ***out,
                         uint32_t *count, fb_error *err) FB_CHECKED;

#endif
