/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/temporary.h"

#include <stdlib.h>

enum { MAX_DEPTH = 16 };

const char *fb_temporary_path(fb_arena *arena, fb_random *random)
{
    char uuid[FB_UUID_TEXT_SIZE];
    fb_random_uuid(random, uuid);
    const char *directory = getenv("TMPDIR");
    if (!directory || directory[0] != '/') directory = "/tmp";
    return fb_arena_printf(arena, "%s/temporary-%s", directory, uuid);
}

static fb_status remove_below(fb_filesystem *fs, const char *path, int depth, fb_arena *arena,
                              fb_error *err)
{
    if (depth > MAX_DEPTH) return fb_fail(err, FB_E_LIMIT, 0, "%s: nested too deeply", path);
    fb_file_info *entries;
    uint32_t count;
    FB_TRY(fb_filesystem_list(fs, path, arena, &entries, &count, err));
    for (uint32_t i = 0; i < count; i++) {
        const char *child = fb_arena_printf(arena, "%s/%s", path, entries[i].name);
        if (!child) return fb_fail_nomem(err, "a path");
        if (entries[i].is_directory)
            FB_TRY(remove_below(fs, child, depth + 1, arena, err));
        else
            FB_TRY(fb_filesystem_remove(fs, child, err));
    }
    return fb_filesystem_remove(fs, path, err);
}

fb_status fb_remove_tree(fb_filesystem *fs, const char *path, fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_status status = remove_below(fs, path, 0, &arena, err);
    fb_arena_deinit(&arena);
    return status;
}
