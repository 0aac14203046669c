/* SPDX-License-Identifier: Apache-2.0
 *
 * tidy ROOT SYMBOLS [EXPECTED]
 *
 * Checks the tree at ROOT; SYMBOLS is a file with the names that the shared library exports ("-":
 * not checked). Prints complaints as path:line: text and fails when there are any. With EXPECTED,
 * fails unless the complaints are exactly the lines of that file: how this test is tested. */
#include "tidy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_place(const void *left, const void *right)
{
    const struct tidy_complaint *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    if (order == 0) order = (a->line > b->line) - (a->line < b->line);
    return order ? order : strcmp(a->message, b->message);
}

static void print_complaints(const struct tidy *tidy, FILE *stream)
{
    for (size_t i = 0; i < tidy->complaint_count; i++) {
        const struct tidy_complaint *complaint = &tidy->complaints[i];
        if (complaint->line)
            fprintf(stream, "%s:%zu: %s\n", complaint->path, complaint->line, complaint->message);
        else
            fprintf(stream, "%s: %s\n", complaint->path, complaint->message);
    }
}

static int compare(const struct tidy *tidy, const char *expected_path)
{
    char *got = NULL;
    size_t got_size = 0, expected_size = 0;
    FILE *stream = open_memstream(&got, &got_size);
    if (!stream) return 2;
    print_complaints(tidy, stream);
    fclose(stream);
    char *expected = tidy_read_file(expected_path, &expected_size);
    bool same = expected && got_size == expected_size && memcmp(got, expected, got_size) == 0;
    if (!same) printf("expected:\n%s\ngot:\n%s", expected ? expected : "(no file)\n", got);
    free(got);
    free(expected);
    return same ? 0 : 1;
}

static void check_all(struct tidy *tidy)
{
    tidy_check_text(tidy);
    tidy_check_functions(tidy);
    tidy_check_calls(tidy);
    tidy_check_floors(tidy);
    tidy_check_unit_tests(tidy);
    tidy_check_links(tidy);
    tidy_check_options(tidy);
    tidy_check_commands(tidy);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: tidy ROOT SYMBOLS|- [EXPECTED]\n", stderr);
        return 2;
    }
    struct tidy tidy = {0};
    tidy_load(&tidy, argv[1]);
    check_all(&tidy);
    if (strcmp(argv[2], "-") != 0) {
        size_t size = 0;
        char *exported = tidy_read_file(argv[2], &size);
        if (!exported) {
            fprintf(stderr, "tidy: cannot read %s\n", argv[2]);
            tidy_release(&tidy);
            return 2;
        }
        tidy_check_symbols(&tidy, exported);
        free(exported);
    }
    if (tidy.complaint_count)
        qsort(tidy.complaints, tidy.complaint_count, sizeof *tidy.complaints, by_place);
    int result = 0;
    if (argc > 3) {
        result = compare(&tidy, argv[3]);
    } else {
        print_complaints(&tidy, stdout);
        printf("tidy: %zu files, %zu complaints\n", tidy.file_count, tidy.complaint_count);
        result = tidy.complaint_count ? 1 : 0;
    }
    tidy_release(&tidy);
    return result;
}
