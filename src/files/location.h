/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a checkpoint lies: paths and URLs as users write them. */
#ifndef FB_FILES_LOCATION_H
#define FB_FILES_LOCATION_H

#include "base/arena.h"
#include "base/status.h"

/* The absolute path of "dir", "/dir", "file:/dir" or "file:///dir", without "." and ".." parts and
 * trailing slashes, in `arena`. FB_E_UNSUPPORTED names a URL scheme that there is no file system
 * for. */
fb_status fb_location_resolve(fb_arena *arena, fb_slice location, const char **path,
                              fb_error *err) FB_CHECKED;

#endif
