/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may include whom: the list of floors in CONTRIBUTING.md, and public headers on their own. */
#include "tidy.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FLOORS = 64, FLOOR_BYTES = 32 };

struct floors {
    char names[MAX_FLOORS][FLOOR_BYTES];
    size_t count;
};

static void add_floors(struct floors *floors, const char *line, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t start = i;
        while (i < length && line[i] != ' ' && line[i] != '\n')
            i++;
        size_t size = i - start;
        if (size && size < FLOOR_BYTES && floors->count < MAX_FLOORS) {
            char *name = floors->names[floors->count++];
            memcpy(name, line + start, size);
            name[size] = '\0';
        }
        i++;
    }
}

/* The first indented block after the heading "Floors". */
static void read_floors(const struct tidy *tidy, struct floors *floors)
{
    const struct tidy_file *file = tidy_find(tidy, "CONTRIBUTING.md");
    bool in_section = false;
    floors->count = 0;
    for (size_t line = 0; file && line < file->line_count; line++) {
        const char *text = file->text + file->line_start[line];
        size_t length = file->line_start[line + 1] - file->line_start[line];
        if (tidy_starts_with(text, "## Floors")) in_section = true;
        if (!in_section) continue;
        if (tidy_starts_with(text, "    "))
            add_floors(floors, text, length);
        else if (floors->count)
            return;
    }
}

static int floor_of(const struct floors *floors, const char *name, size_t length)
{
    for (size_t i = 0; i < floors->count; i++)
        if (strlen(floors->names[i]) == length && memcmp(floors->names[i], name, length) == 0)
            return (int)i;
    return -1;
}

struct include {
    const char *name;
    size_t length;
    bool is_quoted;
};

static bool parse_include(const struct tidy_file *file, size_t line, struct include *out)
{
    const char *text = file->lined + file->line_start[line];
    text += strspn(text, " ");
    if (*text++ != '#') return false;
    text += strspn(text, " ");
    if (!tidy_starts_with(text, "include")) return false;
    text += strlen("include");
    text += strspn(text, " ");
    if (*text != '"' && *text != '<') return false;
    out->is_quoted = *text == '"';
    out->name = text + 1;
    out->length = strcspn(text + 1, out->is_quoted ? "\"\n" : ">\n");
    return true;
}

static void check_library_include(struct tidy *tidy, const struct floors *floors,
                                  const struct tidy_file *file, size_t line,
                                  const struct include *include)
{
    const char *own = file->path + strlen("src/");
    size_t own_length = strcspn(own, "/");
    int own_floor = floor_of(floors, own, own_length);
    const char *slash = memchr(include->name, '/', include->length);
    bool is_tool = own_length == 5 && memcmp(own, "tools", 5) == 0;
    if (!include->is_quoted) return;
    if (!slash) {
        /* Generated headers (sql) lie in the build directory; others are written from src/. */
        char path[512];
        snprintf(path, sizeof path, "src/%.*s/%.*s", (int)own_length, own, (int)include->length,
                 include->name);
        /* The tools are built without src/ in their path, so that they cannot reach inside. */
        if (tidy_find(tidy, path) && !is_tool)
            tidy_complain(tidy, file->path, line, "write includes from src/: \"%s\"",
                          path + strlen("src/"));
        return;
    }
    size_t length = (size_t)(slash - include->name);
    int floor = floor_of(floors, include->name, length);
    if (floor < 0)
        tidy_complain(tidy, file->path, line, "\"%.*s\" is on no floor of CONTRIBUTING.md",
                      (int)include->length, include->name);
    else if (floor > own_floor)
        tidy_complain(tidy, file->path, line, "floor %.*s may not include \"%.*s\" from below",
                      (int)own_length, own, (int)include->length, include->name);
    else if (is_tool && floor != own_floor)
        tidy_complain(tidy, file->path, line,
                      "tools use public headers only, not \"%.*s\": the API lacks something",
                      (int)include->length, include->name);
}

static void check_includes(struct tidy *tidy, const struct floors *floors,
                           const struct tidy_file *file)
{
    for (size_t line = 0; line < file->line_count; line++) {
        struct include include;
        if (!parse_include(file, line, &include)) continue;
        if (tidy_starts_with(file->path, "src/"))
            check_library_include(tidy, floors, file, line + 1, &include);
        else if (tidy_starts_with(file->path, "include/") && include.is_quoted)
            tidy_complain(tidy, file->path, line + 1,
                          "public headers include <forebay/...> and the system's only");
        else if (tidy_starts_with(file->path, "examples/") && include.is_quoted)
            tidy_complain(tidy, file->path, line + 1, "examples include <forebay/...> only");
    }
}

void tidy_check_floors(struct tidy *tidy)
{
    struct floors floors;
    read_floors(tidy, &floors);
    if (floors.count == 0)
        tidy_complain(tidy, "CONTRIBUTING.md", 0, "no indented list of floors after \"## Floors\"");
    for (size_t i = 0; i < tidy->file_count; i++) {
        const struct tidy_file *file = &tidy->files[i];
        if (!tidy_is_c(file)) continue;
        const char *own = file->path + strlen("src/");
        bool is_library = tidy_starts_with(file->path, "src/");
        if (is_library && floor_of(&floors, own, strcspn(own, "/")) < 0)
            tidy_complain(tidy, file->path, 0, "folder src/%.*s is no floor of CONTRIBUTING.md",
                          (int)strcspn(own, "/"), own);
        else
            check_includes(tidy, &floors, file);
    }
}
