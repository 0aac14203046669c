/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzzer's function over the files of its corpus, without libFuzzer: every input that was
 * ever interesting is tried again by each `make check`. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 16 * 1024 * 1024, PATH_BYTES = 4096 };

static int replay_file(const char *path, size_t size)
{
    /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
    uint8_t *data = malloc(size ? size : 1);
    FILE *file = fopen(path, "rb");
    int failed = !data || !file || fread(data, 1, size, file) != size;
    if (failed)
        fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
    else
        (void)LLVMFuzzerTestOneInput(data, size);
    if (file) (void)fclose(file);
    free(data);
    return failed;
}

static int replay(const char *directory, int *count)
{
    DIR *entries = opendir(directory);
    if (!entries) {
        fprintf(stderr, "%s: cannot be listed: %s\n", directory, strerror(errno));
        return 1;
    }
    int failed = 0;
    for (struct dirent *entry; !failed && (entry = readdir(entries));) {
        char path[PATH_BYTES];
        struct stat info;
        int length = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (length < 0 || length >= PATH_BYTES || stat(path, &info)) {
            failed = 1;
        } else if (S_ISREG(info.st_mode) && info.st_size <= INPUT_MAX_BYTES) {
            failed = replay_file(path, (size_t)info.st_size);
            ++*count;
        }
    }
    (void)closedir(entries);
    return failed;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        if (replay(argv[i], &count)) return 1;
    printf("%d inputs\n", count);
    return count == 0; /* an empty corpus proves nothing */
}
