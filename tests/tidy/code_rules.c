/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about C: length and nesting of functions, calls that have a better replacement. */
#include "tidy.h"

#include <ctype.h>
#include <string.h>

enum { MAX_FUNCTION_LINES = 70, MAX_NESTING = 4 };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The name before the first parenthesis of the signature that ends above `body`, a line. */
static void function_name(const struct tidy_file *file, size_t body, char *name, size_t room)
{
    size_t line = body;
    /* A signature begins in column 0 and goes on indented. */
    while (line > 0 && isspace((unsigned char)file->code[file->line_start[line - 1]]))
        line--;
    const char *start = file->code + file->line_start[line ? line - 1 : 0];
    const char *end = strchr(start, '(');
    if (!end) end = start;
    while (end > start && end[-1] == ' ')
        end--;
    const char *begin = end;
    while (begin > start && is_word(begin[-1]))
        begin--;
    size_t length = (size_t)(end - begin);
    if (length >= room) length = room - 1;
    memcpy(name, begin, length);
    name[length] = '\0';
}

/* The brace of an initialiser: data, not code. */
static bool opens_table(const struct tidy_file *file, size_t brace)
{
    return brace >= 2 && memcmp(file->code + brace - 2, "= ", 2) == 0;
}

static size_t matching_brace(const struct tidy_file *file, size_t open)
{
    int depth = 0;
    for (size_t i = open; i < file->size; i++) {
        if (file->code[i] == '{') depth++;
        if (file->code[i] == '}' && --depth == 0) return i;
    }
    return file->size;
}

/* Checks the function whose "{" is alone on `line`; returns the line of its "}". */
static size_t check_function(struct tidy *tidy, const struct tidy_file *file, size_t line)
{
    char name[128];
    int depth = 0, deepest = 0;
    size_t deepest_offset = 0, table_lines = 0;
    size_t end = matching_brace(file, file->line_start[line]);
    for (size_t i = file->line_start[line]; i < end; i++) {
        if (file->code[i] == '{' && opens_table(file, i)) {
            size_t close = matching_brace(file, i);
            table_lines += tidy_line_at(file, close) - tidy_line_at(file, i);
            i = close;
        } else if (file->code[i] == '{' && ++depth > deepest) {
            deepest = depth;
            deepest_offset = i;
        } else if (file->code[i] == '}') {
            depth--;
        }
    }
    function_name(file, line, name, sizeof name);
    size_t last = tidy_line_at(file, end) - 1;
    size_t line_count = last - line + 1 - table_lines;
    if (line_count > MAX_FUNCTION_LINES)
        tidy_complain(tidy, file->path, line + 1, "function %s has %zu lines, at most %d", name,
                      line_count, MAX_FUNCTION_LINES);
    if (deepest - 1 > MAX_NESTING)
        tidy_complain(tidy, file->path, tidy_line_at(file, deepest_offset),
                      "function %s nests %d deep, at most %d", name, deepest - 1, MAX_NESTING);
    return last;
}

void tidy_check_functions(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        const struct tidy_file *file = &tidy->files[i];
        if (!tidy_ends_with(file->path, ".c") && !tidy_ends_with(file->path, ".h")) continue;
        for (size_t line = 0; line < file->line_count; line++)
            /* Only functions open a brace alone in column 0. */
            if (tidy_starts_with(file->code + file->line_start[line], "{\n"))
                line = check_function(tidy, file, line);
    }
}

enum scope { EVERYWHERE, LIBRARY };

struct banned_call {
    const char *names; /* between blanks */
    enum scope scope;
    const char *instead;
    const char *except[4]; /* path prefixes */
};

static const struct banned_call banned_calls[] = {
    {" strcpy strcat strncpy strncat ", EVERYWHERE, "fb_buf, or memcpy of a checked length", {0}},
    {" sprintf vsprintf ", EVERYWHERE, "snprintf or fb_buf_printf", {0}},
    {" strtok strtok_r ", EVERYWHERE, "a loop over an fb_slice", {0}},
    {" atoi atol atoll atof ", EVERYWHERE, "base/parse.h", {0}},
    {" alloca gets tmpnam mktemp ", EVERYWHERE, "nothing; it cannot be used safely", {0}},
    {" malloc calloc realloc free strdup strndup aligned_alloc posix_memalign asprintf vasprintf ",
     LIBRARY,
     "base/memory.h or an arena",
     {"src/base/memory.c"}},
    {" strtol strtoul strtoll strtoull strtof strtod strtold sscanf ",
     LIBRARY,
     "base/parse.h or data/number_text.h",
     {"src/base/parse.c", "src/data/number_text"}},
    {" assert ", LIBRARY, "FB_ASSERT", {0}},
    {" printf vprintf puts putchar fprintf vfprintf fputs perror ",
     LIBRARY,
     "an fb_error, a warning or fb_output; the library never prints",
     {"src/base/assert.c"}},
    {" exit _exit abort quick_exit ",
     LIBRARY,
     "a status; the library never ends the program",
     {"src/base/assert.c"}},
    {" rand srand random srandom drand48 ", LIBRARY, "env/random.h", {"src/env/"}},
    {" time gettimeofday clock_gettime nanosleep clock_nanosleep usleep sleep ",
     LIBRARY,
     "env/clock.h",
     {"src/env/"}},
    {" localtime localtime_r gmtime gmtime_r mktime timegm strftime setlocale ",
     LIBRARY,
     "data/datetime.h and env/timezone.h",
     {"src/checkpoint/owner.c"}}, /* the host's time of day, for a person */
    {" getenv setenv putenv ", LIBRARY, "an argument", {"src/env/", "src/stream/temporary.c"}},
    {" system popen fork ", LIBRARY, "nothing; the library starts no programs", {0}},
    {" fopen freopen tmpfile ", LIBRARY, "files/filesystem.h", {"src/files/", "src/env/"}},
};

static bool is_in_scope(const struct banned_call *call, const char *path)
{
    if (call->scope == LIBRARY &&
        (!tidy_starts_with(path, "src/") || tidy_starts_with(path, "src/tools/")))
        return false;
    for (size_t i = 0; i < sizeof call->except / sizeof *call->except && call->except[i]; i++)
        if (tidy_starts_with(path, call->except[i])) return false;
    return true;
}

static const struct banned_call *find_banned(const char *name, size_t length, const char *path)
{
    char wanted[64];
    if (length + 3 > sizeof wanted) return NULL;
    wanted[0] = ' ';
    memcpy(wanted + 1, name, length);
    memcpy(wanted + 1 + length, " ", 2);
    for (size_t i = 0; i < sizeof banned_calls / sizeof *banned_calls; i++)
        if (strstr(banned_calls[i].names, wanted) && is_in_scope(&banned_calls[i], path))
            return &banned_calls[i];
    return NULL;
}

static void check_calls(struct tidy *tidy, const struct tidy_file *file)
{
    const char *code = file->code;
    for (size_t i = 0; i < file->size;) {
        size_t start = i;
        while (i < file->size && is_word(code[i]))
            i++;
        size_t length = i - start;
        if (length == 0) {
            i++;
            continue;
        }
        /* A member of an interface table may have any name. */
        bool is_member = start > 0 && (code[start - 1] == '.' || code[start - 1] == '>');
        if (code[i] != '(' || is_member) continue;
        const struct banned_call *call = find_banned(code + start, length, file->path);
        if (call)
            tidy_complain(tidy, file->path, tidy_line_at(file, start), "%.*s is banned; use %s",
                          (int)length, code + start, call->instead);
    }
}

static void check_comments(struct tidy *tidy, const struct tidy_file *file)
{
    for (const char *at = file->code; (at = strstr(at, "//")); at += 2)
        tidy_complain(tidy, file->path, tidy_line_at(file, (size_t)(at - file->code)),
                      "comments are written /* so */");
}

void tidy_check_calls(struct tidy *tidy)
{
    for (size_t i = 0; i < tidy->file_count; i++) {
        if (!tidy_is_c(&tidy->files[i])) continue;
        check_calls(tidy, &tidy->files[i]);
        check_comments(tidy, &tidy->files[i]);
    }
}
