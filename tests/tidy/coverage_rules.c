/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that hold two lists in step: sources and their unit tests, exported symbols, options and
 * commands and their documents, links and what they point at. */
#include "tidy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

static const char untested_path[] = "tests/tidy/untested.txt";

/* Lines of untested.txt are "src/path.c: reason". */
static bool is_listed_untested(const struct tidy_file *list, const char *path)
{
    size_t length = strlen(path);
    for (size_t line = 0; list && line < list->line_count; line++) {
        const char *text = list->text + list->line_start[line];
        if (tidy_starts_with(text, path) && text[length] == ':') return true;
    }
    return false;
}

static bool has_unit_test(const struct tidy *tidy, const char *source)
{
    char path[PATH_BYTES];
    int stem = (int)(strlen(source) - strlen("src/") - strlen(".c"));
    snprintf(path, sizeof path, "tests/unit/%.*s_test.c", stem, source + strlen("src/"));
    return tidy_find(tidy, path) != NULL;
}

/* A file that no meson.build lists is neither built nor run. */
static void check_built(struct tidy *tidy, const char *path, const char *list, const char *folder)
{
    const struct tidy_file *build = tidy_find(tidy, list);
    if (build && !tidy_mentions(build, path + strlen(folder)))
        tidy_complain(tidy, path, 0, "is not listed in %s", list);
}

static void check_untested_line(struct tidy *tidy, const struct tidy_file *list, size_t line)
{
    char path[PATH_BYTES];
    const char *text = list->text + list->line_start[line];
    size_t length = strcspn(text, ":\n");
    if (text[0] == '#' || text[0] == '\n') return;
    snprintf(path, sizeof path, "%.*s", (int)length, text);
    if (text[length] != ':' || strspn(text + length, ": ") == strcspn(text + length, "\n"))
        tidy_complain(tidy, untested_path, line + 1, "expected \"src/file.c: reason\"");
    else if (!tidy_find(tidy, path))
        tidy_complain(tidy, untested_path, line + 1, "there is no file %s", path);
    else if (has_unit_test(tidy, path))
        tidy_complain(tidy, untested_path, line + 1, "%s has a unit test now", path);
}

void tidy_check_unit_tests(struct tidy *tidy)
{
    const struct tidy_file *list = tidy_find(tidy, untested_path);
    for (size_t i = 0; i < tidy->file_count; i++) {
        const char *path = tidy->files[i].path;
        if (!tidy_ends_with(path, ".c")) continue;
        if (tidy_starts_with(path, "tests/unit/"))
            check_built(tidy, path, "tests/meson.build", "tests/");
        if (!tidy_starts_with(path, "src/")) continue;
        check_built(tidy, path, "src/meson.build", "src/");
        if (!has_unit_test(tidy, path) && !is_listed_untested(list, path))
            tidy_complain(tidy, path, 0,
                          "no unit test tests/unit/%.*s_test.c, and no line with a reason in %s",
                          (int)(strlen(path) - 6), path + 4, untested_path);
    }
    for (size_t line = 0; list && line < list->line_count; line++)
        check_untested_line(tidy, list, line);
}

static const char symbols_path[] = "docs/symbols.txt";

static bool has_line(const char *text, const char *line, size_t length)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        if (size == length && memcmp(text, line, length) == 0) return true;
        text += size + (text[size] == '\n');
    }
    return false;
}

void tidy_check_symbols(struct tidy *tidy, const char *exported)
{
    const struct tidy_file *list = tidy_find(tidy, symbols_path);
    if (!list) {
        tidy_complain(tidy, symbols_path, 0, "is missing; make symbols writes it");
        return;
    }
    for (size_t line = 0; line < list->line_count; line++) {
        const char *name = list->text + list->line_start[line];
        size_t length = strcspn(name, "\n");
        if (!has_line(exported, name, length))
            tidy_complain(tidy, symbols_path, line + 1, "%.*s is not exported any more",
                          (int)length, name);
    }
    for (const char *name = exported; *name;) {
        size_t length = strcspn(name, "\n");
        if (length && !has_line(list->text, name, length))
            tidy_complain(tidy, symbols_path, 0, "%.*s is exported but not listed", (int)length,
                          name);
        name += length + (name[length] == '\n');
    }
}

/* Where the options and commands must be described. */
static const char *const option_pages[] = {"docs/sources-and-sinks.md", "docs/man/forebay.1"};
static const char *const setting_pages[] = {"docs/settings.md", "docs/man/forebay.1"};
static const char *const command_pages[] = {"docs/commands.md", "docs/man/forebay.1"};

static void check_documented(struct tidy *tidy, const char *const pages[2], const char *path,
                             size_t line, const char *what, const char *name)
{
    for (size_t i = 0; i < 2; i++) {
        const struct tidy_file *page = tidy_find(tidy, pages[i]);
        if (!page || !tidy_mentions(page, name))
            tidy_complain(tidy, path, line, "%s %s is not described in %s", what, name, pages[i]);
    }
}

/* `at` is behind the brace that opens one option; its name is the first string. */
static void check_option(struct tidy *tidy, const struct tidy_file *file, size_t at)
{
    char name[128];
    size_t open = at + strcspn(file->lined + at, "\"");
    size_t length = strcspn(file->lined + open + 1, "\"");
    snprintf(name, sizeof name, "%.*s", (int)length, file->lined + open + 1);
    bool is_setting = tidy_starts_with(file->path, "src/stream/");
    check_documented(tidy, is_setting ? setting_pages : option_pages, file->path,
                     tidy_line_at(file, open), is_setting ? "setting" : "option", name);
}

static void check_option_table(struct tidy *tidy, const struct tidy_file *file, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < file->size; i++) {
        if (file->code[i] == ';' && depth == 0) return;
        if (file->code[i] == '}') depth--;
        if (file->code[i] == '{' && ++depth == 2) check_option(tidy, file, i + 1);
    }
}

void tidy_check_options(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        const struct tidy_file *file = &tidy->files[i];
        bool is_table_file = tidy_starts_with(file->path, "src/sources/") ||
                             tidy_starts_with(file->path, "src/sinks/") ||
                             tidy_starts_with(file->path, "src/stream/");
        if (!is_table_file || !tidy_ends_with(file->path, ".c")) continue;
        static const char mark[] = "fb_option_spec ";
        for (const char *at = file->code; (at = strstr(at, mark)); at++) {
            const char *name = at + sizeof mark - 1;
            while (isalnum((unsigned char)*name) || *name == '_')
                name++;
            if (*name == '[') check_option_table(tidy, file, (size_t)(name - file->code));
        }
    }
}

/* One file per command: src/tools/cmd_<name>.c. */
void tidy_check_commands(struct tidy *tidy)
{
    static const char prefix[] = "src/tools/cmd_";
    for (size_t i = 0; i < tidy->file_count; i++) {
        const char *path = tidy->files[i].path;
        char name[128];
        if (!tidy_starts_with(path, prefix) || !tidy_ends_with(path, ".c")) continue;
        const char *start = path + sizeof prefix - 1;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(start) - 2), start);
        check_documented(tidy, command_pages, path, 0, "command", name);
    }
}

/* Folds "a/b/../c" into "a/c". */
static void fold_path(char *path)
{
    for (char *up; (up = strstr(path, "/../"));) {
        *up = '\0';
        char *slash = strrchr(path, '/');
        memmove(slash ? slash + 1 : path, up + 4, strlen(up + 4) + 1);
    }
    while (tidy_starts_with(path, "./"))
        memmove(path, path + 2, strlen(path + 2) + 1);
}

static bool exists(const struct tidy *tidy, const char *path)
{
    char full[PATH_BYTES * 2];
    snprintf(full, sizeof full, "%s/%s", tidy->root, path);
    return access(full, F_OK) == 0;
}

static void check_link(struct tidy *tidy, const struct tidy_file *file, const char *target)
{
    char path[PATH_BYTES];
    size_t length = strcspn(target, ")#\n");
    size_t line = tidy_line_at(file, (size_t)(target - file->text));
    if (target[length] == '\n' || length == 0 || memmem(target, length, "://", 3)) return;
    const char *slash = strrchr(file->path, '/');
    int folder = slash ? (int)(slash - file->path) + 1 : 0;
    snprintf(path, sizeof path, "%.*s%.*s", folder, file->path, (int)length, target);
    fold_path(path);
    if (!exists(tidy, path))
        tidy_complain(tidy, file->path, line, "link to %s: no such file", path);
}

/* A comment that sends the reader to a document. */
static void check_mention(struct tidy *tidy, const struct tidy_file *file, const char *start)
{
    char path[PATH_BYTES];
    size_t length = 0;
    while (isalnum((unsigned char)start[length]) ||
           (start[length] && strchr("-_/.", start[length])))
        length++;
    snprintf(path, sizeof path, "%.*s", (int)length, start);
    while (length && path[length - 1] == '.')
        path[--length] = '\0';
    if (tidy_ends_with(path, ".md") && !exists(tidy, path))
        tidy_complain(tidy, file->path, tidy_line_at(file, (size_t)(start - file->text)),
                      "%s: no such file", path);
}

/* `src/base/buf.c` in a document; names with holes such as `src/<floor>` are patterns. */
static void check_quoted_path(struct tidy *tidy, const struct tidy_file *file, const char *start)
{
    static const char *const roots[] = {"src/",  "include/", "tests/",
                                        "docs/", "scripts/", "examples/"};
    char path[PATH_BYTES];
    size_t length = strcspn(start, "`\n");
    bool is_rooted = false;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (tidy_starts_with(start, roots[i])) is_rooted = true;
    if (!is_rooted || start[length] != '`' || memchr(start, '<', length) ||
        memchr(start, '*', length) || memchr(start, ' ', length))
        return;
    snprintf(path, sizeof path, "%.*s", (int)length, start);
    if (!exists(tidy, path))
        tidy_complain(tidy, file->path, tidy_line_at(file, (size_t)(start - file->text)),
                      "%s: no such file", path);
}

static void check_document(struct tidy *tidy, const struct tidy_file *file)
{
    for (const char *at = file->text; (at = strstr(at, "](")); at += 2)
        check_link(tidy, file, at + 2);
    for (const char *at = file->text; (at = strchr(at, '`')); at++)
        check_quoted_path(tidy, file, at + 1);
}

void tidy_check_links(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        const struct tidy_file *file = &tidy->files[i];
        if (tidy_ends_with(file->path, ".md")) check_document(tidy, file);
        /* Tests of documents may name what is not there. */
        if (tidy_is_c(file) && !tidy_starts_with(file->path, "tests/"))
            for (const char *at = file->text; (at = strstr(at, "docs/")); at += 5)
                check_mention(tidy, file, at);
    }
}
