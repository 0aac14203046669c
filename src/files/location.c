/* SPDX-License-Identifier: Apache-2.0 */
#include "files/location.h"

#include "base/buf.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

enum { MAX_LOCATION_BYTES = 4096 };

/* Length of "scheme:" at the start, 0: none. */
static size_t scheme_length(fb_slice location)
{
    size_t i = 0;
    while (i < location.size && ((location.data[i] >= 'a' && location.data[i] <= 'z') ||
                                 (i > 0 && location.data[i] >= '0' && location.data[i] <= '9')))
        i++;
    return i > 1 && i < location.size && location.data[i] == ':' ? i + 1 : 0;
}

/* Appends the parts of `path`, resolving "." and "..". */
static void append_parts(fb_buf *out, fb_slice path)
{
    for (size_t from = 0; from < path.size;) {
        const char *slash = memchr(path.data + from, '/', path.size - from);
        size_t end = slash ? (size_t)(slash - path.data) : path.size;
        fb_slice part = {path.data + from, end - from};
        from = end + 1;
        if (part.size == 0 || fb_slice_is(part, ".")) continue;
        if (!fb_slice_is(part, "..")) {
            fb_buf_add_char(out, '/');
            fb_buf_add_slice(out, part);
            continue;
        }
        while (out->size > 0 && out->data[out->size - 1] != '/')
            out->size--;
        if (out->size > 0) out->size--;
    }
}

fb_status fb_location_resolve(fb_arena *arena, fb_slice location, const char **path, fb_error *err)
{
    *path = NULL;
    size_t scheme = scheme_length(location);
    fb_slice rest = {location.data + scheme, location.size - scheme};
    if (scheme && !fb_slice_starts_with(location, FB_SLICE("file:")))
        return fb_fail(err, FB_E_UNSUPPORTED, 0,
                       "%.*s: there is no file system for '%.*s' URLs in this version; expected a "
                       "path or file:///path",
                       FB_SLICE_ARGS(location), (int)scheme - 1, location.data);
    if (location.size > MAX_LOCATION_BYTES || memchr(location.data, '\0', location.size))
        return fb_fail(err, FB_E_INVALID, 0,
                       "a location is a path of at most %d bytes without NUL characters",
                       MAX_LOCATION_BYTES);
    /* file://host/path: only an empty host or localhost is this machine. */
    if (scheme && fb_slice_starts_with(rest, FB_SLICE("//localhost/")))
        rest = (fb_slice){rest.data + 11, rest.size - 11};
    else if (scheme && fb_slice_starts_with(rest, FB_SLICE("//")) &&
             !fb_slice_starts_with(rest, FB_SLICE("///")))
        return fb_fail(err, FB_E_INVALID, 0, "%.*s: a file URL names no host",
                       FB_SLICE_ARGS(location));
    char directory[PATH_MAX];
    fb_buf out;
    fb_buf_init(&out, 0);
    if (rest.size == 0 || rest.data[0] != '/') {
        if (!getcwd(directory, sizeof directory))
            return fb_fail(err, FB_E_IO, errno, "the working directory");
        append_parts(&out, fb_slice_of(directory));
    }
    append_parts(&out, rest);
    if (out.size == 0) fb_buf_add_char(&out, '/');
    *path = out.failed ? NULL : fb_arena_strdup(arena, fb_buf_slice(&out));
    fb_buf_deinit(&out);
    return *path ? FB_OK : fb_fail_nomem(err, "a path");
}
