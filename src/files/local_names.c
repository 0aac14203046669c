/* SPDX-License-Identifier: Apache-2.0 */
#include "files/local_names.h"

#include "base/assert.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { UUID_CHARS = FB_UUID_TEXT_SIZE - 1, UUID_VERSION_AT = 14 };

static void format_path(char out[FB_HELPER_PATH_SIZE], const char *directory, const char *dots,
                        const char *name, const char *ending)
{
    const char *slash = directory[1] ? "/" : "";
    int length =
        snprintf(out, FB_HELPER_PATH_SIZE, "%s%s%s%s%s", directory, slash, dots, name, ending);
    FB_ASSERT(length > 0 && length < FB_HELPER_PATH_SIZE);
}

void fb_local_directory_of(const char *path, char out[FB_PATH_MAX_BYTES + 1])
{
    size_t size = fb_path_parent_size(path);
    FB_ASSERT(size <= FB_PATH_MAX_BYTES);
    memcpy(out, path, size);
    out[size] = '\0';
}

void fb_local_crc_path(const char *path, char out[FB_HELPER_PATH_SIZE])
{
    char directory[FB_PATH_MAX_BYTES + 1];
    fb_local_directory_of(path, directory);
    format_path(out, directory, ".", fb_path_name(path), ".crc");
}

void fb_local_names_make(const char *path, fb_random *random, fb_local_names *out)
{
    const char *name = fb_path_name(path);
    char ending[1 + UUID_CHARS + sizeof ".tmp.crc"] = ".";
    fb_random_uuid(random, ending + 1);
    ending[1 + UUID_VERSION_AT] = '8';

    fb_local_directory_of(path, out->directory);
    format_path(out->crc, out->directory, ".", name, ".crc");
    memcpy(ending + 1 + UUID_CHARS, ".tmp", sizeof ".tmp");
    format_path(out->temp, out->directory, ".", name, ending);
    memcpy(ending + 1 + UUID_CHARS, ".tmp.crc", sizeof ".tmp.crc");
    format_path(out->temp_crc, out->directory, "..", name, ending);
}

static bool cut_ending(fb_slice *name, fb_slice ending)
{
    if (name->size < ending.size ||
        memcmp(name->data + name->size - ending.size, ending.data, ending.size))
        return false;
    name->size -= ending.size;
    return true;
}

bool fb_local_name_is_helper(const char *name)
{
    fb_slice rest = fb_slice_of(name);
    return name[0] == '.' &&
           (cut_ending(&rest, FB_SLICE(".crc")) || cut_ending(&rest, FB_SLICE(".tmp")));
}

bool fb_local_name_is_ours(const char *name)
{
    fb_slice rest = fb_slice_of(name);
    bool is_crc = cut_ending(&rest, FB_SLICE(".crc"));
    if (!cut_ending(&rest, FB_SLICE(".tmp"))) return false;
    size_t dots = is_crc ? 2 : 1;
    if (rest.size < dots + 1 + 1 + UUID_CHARS || memcmp(rest.data, "..", dots)) return false;

    const char *uuid = rest.data + rest.size - UUID_CHARS;
    if (uuid[-1] != '.' || uuid[UUID_VERSION_AT] != '8') return false;
    for (int i = 0; i < UUID_CHARS; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? uuid[i] != '-' : !isxdigit((unsigned char)uuid[i])) return false;
    }
    return true;
}
