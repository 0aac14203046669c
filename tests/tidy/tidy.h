/* SPDX-License-Identifier: Apache-2.0
 *
 * The repository's rules as a test. The whole tree is read once; every rule walks over it and
 * complains with path and line. A tool, not the library: out of memory ends it. */
#ifndef TIDY_H
#define TIDY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct tidy_file {
    char *path; /* from the root: src/base/buf.c */
    char *text; /* ends with NUL */
    size_t size;
    char *code;         /* C only: `text` with comments and literals blanked, newlines kept */
    char *lined;        /* C only: `text` with comments blanked */
    size_t *line_start; /* line_start[line_count] == size */
    size_t line_count;
};

struct tidy_complaint {
    char *path;
    size_t line; /* from 1; 0: the file as a whole */
    char *message;
};

struct tidy {
    const char *root;
    struct tidy_file *files; /* by path */
    size_t file_count;
    struct tidy_complaint *complaints;
    size_t complaint_count;
};

/* tree.c */
void tidy_load(struct tidy *tidy, const char *root);
void tidy_release(struct tidy *tidy);
const struct tidy_file *tidy_find(const struct tidy *tidy, const char *path);
void tidy_complain(struct tidy *tidy, const char *path, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
size_t tidy_line_at(const struct tidy_file *file, size_t offset);
bool tidy_is_c(const struct tidy_file *file); /* .c .h .inc .y .re */
bool tidy_starts_with(const char *text, const char *prefix);
bool tidy_ends_with(const char *text, const char *suffix);
/* `word` stands in the file and no letter, digit or underscore touches it. */
bool tidy_mentions(const struct tidy_file *file, const char *word);
void *tidy_grow(void *array, size_t count, size_t item_bytes); /* room for one more */
char *tidy_copy(const char *text, size_t length);
char *tidy_read_file(const char *path, size_t *size); /* NULL when it cannot be read */

/* rules */
void tidy_check_text(struct tidy *tidy);
void tidy_check_functions(struct tidy *tidy);
void tidy_check_calls(struct tidy *tidy);
void tidy_check_floors(struct tidy *tidy);
void tidy_check_unit_tests(struct tidy *tidy);
void tidy_check_links(struct tidy *tidy);
void tidy_check_options(struct tidy *tidy);
void tidy_check_commands(struct tidy *tidy);
/* `exported`: names of the shared library, one a line. */
void tidy_check_symbols(struct tidy *tidy, const char *exported);

#endif
