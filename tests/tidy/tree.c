/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the tree, blanking comments and literals, collecting complaints. */
#include "tidy.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096 };

static void *check(void *memory)
{
    if (memory) return memory;
    fputs("tidy: out of memory\n", stderr);
    exit(2);
}

void *tidy_grow(void *array, size_t count, size_t item_bytes)
{
    /* Doubles at the powers of two; the count alone says when. */
    if (count & (count - 1)) return array;
    return check(realloc(array, (count ? count * 2 : 1) * item_bytes));
}

char *tidy_copy(const char *text, size_t length)
{
    char *copy = check(malloc(length + 1));
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

bool tidy_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool tidy_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), suffix_length = strlen(suffix);
    return length >= suffix_length && strcmp(text + length - suffix_length, suffix) == 0;
}

bool tidy_is_c(const struct tidy_file *file)
{
    return tidy_ends_with(file->path, ".c") || tidy_ends_with(file->path, ".h") ||
           tidy_ends_with(file->path, ".y") || tidy_ends_with(file->path, ".re") ||
           tidy_ends_with(file->path, ".inc");
}

bool tidy_mentions(const struct tidy_file *file, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = file->text; (at = strstr(at, word)); at++) {
        bool open = at == file->text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
        if (open && !isalnum((unsigned char)at[length]) && at[length] != '_') return true;
    }
    return false;
}

char *tidy_read_file(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rb");
    if (!stream) return NULL;
    char *text = NULL;
    size_t used = 0, room = 0;
    for (;;) {
        if (room - used < 4096) text = check(realloc(text, room = room ? room * 2 : 16384));
        size_t got = fread(text + used, 1, room - used - 1, stream);
        if (got == 0) break;
        used += got;
    }
    bool failed = ferror(stream);
    fclose(stream);
    if (failed) {
        free(text);
        return NULL;
    }
    text[used] = '\0';
    *size = used;
    return text;
}

static void find_lines(struct tidy_file *file)
{
    for (size_t start = 0; start < file->size; file->line_count++) {
        file->line_start = tidy_grow(file->line_start, file->line_count, sizeof(size_t));
        file->line_start[file->line_count] = start;
        const char *end = memchr(file->text + start, '\n', file->size - start);
        start = end ? (size_t)(end - file->text) + 1 : file->size;
    }
    file->line_start = tidy_grow(file->line_start, file->line_count, sizeof(size_t));
    file->line_start[file->line_count] = file->size;
}

size_t tidy_line_at(const struct tidy_file *file, size_t offset)
{
    size_t line = 0;
    while (line < file->line_count && file->line_start[line] <= offset)
        line++;
    return line;
}

static void blank(char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] != '\n') text[i] = ' ';
}

static size_t comment_end(const struct tidy_file *file, size_t start)
{
    const char *end = strstr(file->text + start + 2, "*/");
    return end ? (size_t)(end - file->text) + 2 : file->size;
}

static size_t literal_end(const struct tidy_file *file, size_t start)
{
    char quote = file->text[start];
    size_t i = start + 1;
    while (i < file->size && file->text[i] != quote && file->text[i] != '\n')
        i += file->text[i] == '\\' ? 2 : 1;
    return i < file->size ? i + 1 : file->size;
}

static void blank_comments_and_literals(struct tidy_file *file)
{
    file->code = tidy_copy(file->text, file->size);
    file->lined = tidy_copy(file->text, file->size);
    for (size_t i = 0; i < file->size;) {
        size_t end = i + 1;
        const char *at = file->text + i;
        if (at[0] == '/' && at[1] == '*') {
            end = comment_end(file, i);
            blank(file->lined, i, end);
            blank(file->code, i, end);
        } else if (at[0] == '"' || at[0] == '\'') {
            end = literal_end(file, i);
            blank(file->code, i + 1, end > i + 1 ? end - 1 : end);
        }
        i = end;
    }
}

static void add_file(struct tidy *tidy, const char *full, const char *path)
{
    struct tidy_file file = {.path = tidy_copy(path, strlen(path))};
    file.text = tidy_read_file(full, &file.size);
    if (!file.text) {
        tidy_complain(tidy, path, 0, "cannot be read");
        free(file.path);
        return;
    }
    find_lines(&file);
    if (tidy_is_c(&file)) blank_comments_and_literals(&file);
    tidy->files = tidy_grow(tidy->files, tidy->file_count, sizeof file);
    tidy->files[tidy->file_count++] = file;
}

/* Data and what machines made is not ours to tidy. */
static bool is_skipped(const char *path, const char *name)
{
    if (name[0] == '.') return strcmp(name, ".ci") != 0;
    if (strchr(path, '/') == NULL && tidy_starts_with(name, "build")) return true;
    return strcmp(name, "__pycache__") == 0 || strcmp(path, "tests/tidy/bad") == 0 ||
           strcmp(path, "tests/golden/checkpoints") == 0 || strcmp(path, "tests/fuzz/corpus") == 0;
}

static bool is_wanted(const char *name)
{
    static const char *const endings[] = {".c",  ".h",  ".inc", ".y",   ".re",    ".py",
                                          ".sh", ".md", ".1",   ".sql", ".build", "_options.txt"};
    if (strcmp(name, "Makefile") == 0 || strcmp(name, "run") == 0) return true;
    if (strcmp(name, "symbols.txt") == 0 || strcmp(name, "untested.txt") == 0) return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (tidy_ends_with(name, endings[i])) return true;
    return false;
}

static void walk(struct tidy *tidy, const char *root, const char *folder)
{
    char full[PATH_BYTES], path[PATH_BYTES];
    snprintf(full, sizeof full, "%s/%s", root, folder);
    DIR *directory = opendir(full);
    if (!directory) {
        tidy_complain(tidy, folder, 0, "cannot be listed");
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        const char *slash = *folder ? "/" : "";
        struct stat info;
        int length = snprintf(path, sizeof path, "%s%s%s", folder, slash, entry->d_name);
        if (length < 0 || length >= PATH_BYTES || is_skipped(path, entry->d_name)) continue;
        int full_length = snprintf(full, sizeof full, "%s/%s", root, path);
        if (full_length < 0 || full_length >= PATH_BYTES || lstat(full, &info) != 0) continue;
        if (S_ISDIR(info.st_mode)) walk(tidy, root, path);
        if (S_ISREG(info.st_mode) && is_wanted(entry->d_name)) add_file(tidy, full, path);
    }
    closedir(directory);
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct tidy_file *)left)->path, ((const struct tidy_file *)right)->path);
}

void tidy_load(struct tidy *tidy, const char *root)
{
    tidy->root = root;
    walk(tidy, root, "");
    if (tidy->file_count) qsort(tidy->files, tidy->file_count, sizeof *tidy->files, by_path);
}

const struct tidy_file *tidy_find(const struct tidy *tidy, const char *path)
{
    struct tidy_file wanted = {.path = (char *)(uintptr_t)path};
    if (tidy->file_count == 0) return NULL;
    return bsearch(&wanted, tidy->files, tidy->file_count, sizeof wanted, by_path);
}

void tidy_complain(struct tidy *tidy, const char *path, size_t line, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct tidy_complaint complaint = {tidy_copy(path, strlen(path)), line,
                                       tidy_copy(message, strlen(message))};
    tidy->complaints = tidy_grow(tidy->complaints, tidy->complaint_count, sizeof complaint);
    tidy->complaints[tidy->complaint_count++] = complaint;
}

void tidy_release(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        free(tidy->files[i].path);
        free(tidy->files[i].text);
        free(tidy->files[i].code);
        free(tidy->files[i].lined);
        free(tidy->files[i].line_start);
    }
    for (size_t i = 0; i < tidy->complaint_count; i++) {
        free(tidy->complaints[i].path);
        free(tidy->complaints[i].message);
    }
    free(tidy->files);
    free(tidy->complaints);
}
