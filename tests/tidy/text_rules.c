/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that see a file as lines: licence line, width, length, blanks, marks of unfinished work. */
#include "tidy.h"

#include <string.h>

enum { MAX_COLUMNS = 100, MAX_LINES = 1000 };

static bool is_document(const char *path)
{
    return tidy_ends_with(path, ".md") || tidy_ends_with(path, ".txt");
}

/* Sample jobs and their goldens are users' texts: no licence line in them. */
static bool needs_licence(const char *path)
{
    return tidy_ends_with(path, "_options.txt") ||
           (!is_document(path) && !tidy_ends_with(path, ".sql"));
}

static void check_licence(struct tidy *tidy, const struct tidy_file *file)
{
    size_t line = 0;
    if (!needs_licence(file->path)) return;
    /* A script's first line is its interpreter. */
    if (tidy_starts_with(file->text, "#!") && file->line_count > 1) line = 1;
    const char *start = file->text + (file->line_count ? file->line_start[line] : 0);
    size_t length = strcspn(start, "\n");
    static const char mark[] = "SPDX-License-Identifier: Apache-2.0";
    if (!memmem(start, length, mark, sizeof mark - 1))
        tidy_complain(tidy, file->path, line + 1, "expected a line with \"%s\" here", mark);
}

static size_t columns(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)line[i] & 0xC0) != 0x80;
    return count;
}

/* Documents have tables and addresses; job files, goldens and lists of test cases are data;
 * grammars have a rule a line. */
static bool has_width(const char *path)
{
    return !is_document(path) && !tidy_ends_with(path, ".sql") && !tidy_ends_with(path, ".y") &&
           !tidy_starts_with(path, "tests/golden/") &&
           !(tidy_starts_with(path, "tests/") && tidy_ends_with(path, ".inc"));
}

static void check_line(struct tidy *tidy, const struct tidy_file *file, size_t line)
{
    const char *text = file->text + file->line_start[line];
    size_t length = file->line_start[line + 1] - file->line_start[line];
    bool is_ended = length && text[length - 1] == '\n';
    if (is_ended)
        length--;
    else
        tidy_complain(tidy, file->path, line + 1, "the last line lacks a newline");
    if (length && text[length - 1] == '\r')
        tidy_complain(tidy, file->path, line + 1, "carriage return; lines end with a newline only");
    else if (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        tidy_complain(tidy, file->path, line + 1, "blanks at the end of the line");
    if (memchr(text, '\t', length) && !tidy_ends_with(file->path, "Makefile"))
        tidy_complain(tidy, file->path, line + 1, "tab; indent with 4 spaces");
    size_t width = columns(text, length);
    if (width > MAX_COLUMNS && has_width(file->path))
        tidy_complain(tidy, file->path, line + 1, "%zu columns, at most %d", width, MAX_COLUMNS);
    /* Written in halves, so that this file passes its own rule. */
    static const char *const marks[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(text, length, marks[i], strlen(marks[i])) && !is_document(file->path))
            tidy_complain(tidy, file->path, line + 1, "%s: do it, or write it into an issue",
                          marks[i]);
}

void tidy_check_text(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        const struct tidy_file *file = &tidy->files[i];
        check_licence(tidy, file);
        for (size_t line = 0; line < file->line_count; line++)
            check_line(tidy, file, line);
        if (file->line_count > MAX_LINES && tidy_is_c(file))
            tidy_complain(tidy, file->path, file->line_count, "%zu lines, at most %d; split it",
                          file->line_count, MAX_LINES);
    }
}
