/* SPDX-License-Identifier: Apache-2.0 */
#include "files/glob.h"

#include <stdlib.h>

enum { MAX_ALTERNATIVES = 1000 }; /* of one pattern, when its braces are written out */

typedef struct text_list {
    const char **items;
    uint32_t count, capacity;
} text_list;

bool fb_glob_is_pattern(fb_slice path)
{
    for (size_t i = 0; i < path.size; i++)
        if (memchr("*?[{\\", path.data[i], 5)) return true;
    return false;
}

static fb_status add(text_list *list, fb_arena *arena, const char *text, fb_error *err)
{
    if (!text) return fb_fail_nomem(err, "a list of paths");
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        const char **items = fb_arena_array(arena, capacity, sizeof *items);
        if (!items) return fb_fail_nomem(err, "a list of paths");
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = text;
    return FB_OK;
}

static fb_status fail_unpaired(const char *pattern, char c, fb_error *err)
{
    return fb_fail(err, FB_E_INVALID, 0, "path '%s': '%c' is not closed", pattern, c);
}

/* --- names --- */

/* One character against [...], of which `*pattern` is behind the bracket; moves behind its end. */
static bool match_class(const char **pattern, char c)
{
    const char *at = *pattern;
    bool negated = *at == '^' || *at == '!', found = false;
    if (negated) at++;
    for (bool first = true; *at && (*at != ']' || first); first = false) {
        if (*at == '\\' && at[1]) at++;
        unsigned char low = (unsigned char)*at++, high = low;
        if (at[0] == '-' && at[1] && at[1] != ']') {
            high = (unsigned char)at[1];
            at += 2;
        }
        if ((unsigned char)c >= low && (unsigned char)c <= high) found = true;
    }
    *pattern = *at ? at + 1 : at;
    return found != negated;
}

/* A name against a pattern without braces. Only the last * is gone back to: enough, since an
 * earlier one could do no more than the last does. */
static bool match_name(const char *pattern, const char *name)
{
    const char *star = NULL, *star_name = NULL;
    while (*name) {
        const char *next = pattern;
        bool ok = false, is_any = *pattern == '?';
        if (*pattern == '*') {
            star = ++pattern;
            star_name = name;
            continue;
        }
        if (*pattern == '[') {
            next++;
            ok = match_class(&next, *name);
        } else if (*pattern) {
            if (*pattern == '\\' && pattern[1]) next++;
            ok = is_any || *next == *name;
            next++;
        }
        if (ok) {
            pattern = next;
            name++;
            /* A ? is a character, not a byte. */
            while (is_any && ((unsigned char)*name & 0xc0) == 0x80)
                name++;
        } else if (star) {
            pattern = star;
            name = ++star_name;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

/* --- braces --- */

/* The end of the braces whose inside begins at `at`; NULL: there is none. */
static const char *find_close(const char *at)
{
    for (uint32_t depth = 0; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '{')
            depth++;
        else if (*at == '}' && depth-- == 0)
            return at;
    }
    return NULL;
}

/* The next comma of this level in [at, end), or `end`. */
static const char *find_comma(const char *at, const char *end)
{
    for (uint32_t depth = 0; at < end; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        else if (*at == '{')
            depth++;
        else if (*at == '}')
            depth--;
        else if (*at == ',' && !depth)
            return at;
    }
    return end;
}

static const char *find_brace(const char *at)
{
    for (; *at && *at != '{'; at++)
        if (*at == '\\' && at[1]) at++;
    return *at ? at : NULL;
}

/* The pattern with its first braces replaced by each of their alternatives. */
static fb_status write_out(text_list *list, fb_arena *arena, const char *pattern, fb_error *err)
{
    const char *open = find_brace(pattern);
    const char *close = open ? find_close(open + 1) : NULL;
    if (open && !close) return fail_unpaired(pattern, '{', err);
    for (const char *at = open ? open + 1 : NULL; at && at <= close;) {
        const char *comma = find_comma(at, close);
        const char *text = fb_arena_printf(arena, "%.*s%.*s%s", (int)(open - pattern), pattern,
                                           (int)(comma - at), at, close + 1);
        FB_TRY(add(list, arena, text, err));
        at = comma + 1;
    }
    return open ? FB_OK : add(list, arena, pattern, err);
}

/* All patterns without braces that the pattern stands for. */
static fb_status expand_braces(text_list *list, fb_arena *arena, const char *pattern, fb_error *err)
{
    FB_TRY(add(list, arena, pattern, err));
    for (uint32_t i = 0; i < list->count;) {
        const char *item = list->items[i];
        if (!find_brace(item)) {
            i++;
            continue;
        }
        if (list->count > MAX_ALTERNATIVES)
            return fb_fail(err, FB_E_LIMIT, 0, "path '%.100s...' has more than %d alternatives",
                           pattern, MAX_ALTERNATIVES);
        list->items[i] = list->items[--list->count];
        FB_TRY(write_out(list, arena, item, err));
    }
    return FB_OK;
}

/* --- paths --- */

static fb_status check_brackets(const char *pattern, fb_error *err)
{
    for (const char *at = pattern; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
        } else if (*at == '[') {
            const char *close = at[1] ? strchr(at + 2, ']') : NULL;
            const char *slash = strchr(at, '/');
            if (!close || (slash && slash < close)) return fail_unpaired(pattern, '[', err);
            at = close;
        }
    }
    return FB_OK;
}

/* A component without its backslashes. */
static char *unescape(fb_arena *arena, fb_slice component)
{
    char *out = fb_arena_strdup(arena, component), *to = out;
    if (!out) return NULL;
    for (const char *from = out; *from; from++) {
        if (*from == '\\' && from[1]) from++;
        *to++ = *from;
    }
    *to = '\0';
    return out;
}

static bool has_wildcard(const char *component)
{
    for (; *component; component++) {
        if (*component == '\\' && component[1])
            component++;
        else if (strchr("*?[", *component))
            return true;
    }
    return false;
}

static fb_status add_path(fb_arena *arena, const char *directory, const char *name, text_list *to,
                          fb_error *err)
{
    char path[FB_PATH_MAX_BYTES + 1];
    FB_TRY(fb_path_join(path, directory, name, err));
    return add(to, arena, fb_arena_strdup(arena, fb_slice_of(path)), err);
}

/* What one component of the pattern names in `directory`. */
static fb_status step(fb_filesystem *fs, fb_arena *arena, const char *directory,
                      const char *component, text_list *to, fb_error *err)
{
    if (!has_wildcard(component)) {
        const char *name = unescape(arena, fb_slice_of(component));
        if (!name) return fb_fail_nomem(err, "a path");
        return add_path(arena, directory, name, to, err);
    }
    fb_file_info info, *infos;
    bool found;
    uint32_t count;
    FB_TRY(fb_filesystem_stat(fs, directory, &found, &info, err));
    if (!found || !info.is_directory) return FB_OK;
    FB_TRY(fb_filesystem_list(fs, directory, arena, &infos, &count, err));
    for (uint32_t i = 0; i < count; i++)
        if (match_name(component, infos[i].name))
            FB_TRY(add_path(arena, directory, infos[i].name, to, err));
    return FB_OK;
}

static fb_status expand_one(fb_filesystem *fs, fb_arena *arena, const char *pattern, text_list *out,
                            fb_error *err)
{
    FB_TRY(check_brackets(pattern, err));
    text_list from = {0};
    FB_TRY(add(&from, arena, "/", err));
    for (const char *at = pattern; *at;) {
        size_t size = strcspn(++at, "/");
        const char *component = fb_arena_strdup(arena, fb_slice_make(at, size));
        if (!component) return fb_fail_nomem(err, "a path");
        text_list to = {0};
        for (uint32_t i = 0; i < from.count && size; i++)
            FB_TRY(step(fs, arena, from.items[i], component, &to, err));
        if (size) from = to;
        at += size;
    }
    for (uint32_t i = 0; i < from.count; i++) {
        bool found;
        fb_file_info info;
        FB_TRY(fb_filesystem_stat(fs, from.items[i], &found, &info, err));
        if (found) FB_TRY(add(out, arena, from.items[i], err));
    }
    return FB_OK;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

fb_status fb_glob_expand(fb_filesystem *fs, const char *pattern, fb_arena *arena, const char ***out,
                         uint32_t *count, fb_error *err)
{
    *out = NULL;
    *count = 0;
    text_list patterns = {0}, paths = {0};
    FB_TRY(expand_braces(&patterns, arena, pattern, err));
    for (uint32_t i = 0; i < patterns.count; i++)
        FB_TRY(expand_one(fs, arena, patterns.items[i], &paths, err));
    if (paths.count) qsort((void *)paths.items, paths.count, sizeof *paths.items, compare_texts);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < paths.count; i++)
        if (!kept || strcmp(paths.items[kept - 1], paths.items[i]) != 0)
            paths.items[kept++] = paths.items[i];
    *out = paths.items;
    *count = kept;
    return FB_OK;
}
