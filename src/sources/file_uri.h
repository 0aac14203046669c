/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of local files as the URIs that Spark writes into its logs: file:///in/a%20b.json. */
#ifndef FB_SOURCES_FILE_URI_H
#define FB_SOURCES_FILE_URI_H

#include "base/arena.h"
#include "base/buf.h"

/* Appends the URI of an absolute path, with the escapes that java.net.URI makes: what a URI cannot
 * have, but letters of all languages stay. */
void fb_file_uri_put(const char *path, fb_buf *out);

/* The path of file:///path or file:/path, in `arena`. *path NULL: it is none, or has a NUL. False:
 * no memory. */
bool fb_file_uri_path(fb_slice uri, fb_arena *arena, const char **path);

#endif
